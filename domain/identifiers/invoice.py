"""Numbers of invoices and receipts (发票、财政票据): none has a check digit; each kind has its shape.

数电发票: 20 digits without a code. Before: a code of 10 or 12 digits and a number of 8. 财政电子票据: a
code of 8 and a number of 10.
"""

import re
from typing import Final

from domain.errors import Text
from domain.identifiers.characters import without_spaces
from domain.identifiers.reading import Flaw, Reading

_KINDS: Final = (
    ("digital_invoice", re.compile(r""), re.compile(r"[0-9]{20}")),
    ("electronic_invoice", re.compile(r"0[0-9]{11}"), re.compile(r"[0-9]{8}")),
    ("paper_invoice", re.compile(r"[0-9]{10}|[1-9][0-9]{11}"), re.compile(r"[0-9]{8}")),
    ("fiscal_receipt", re.compile(r"[0-9]{8}"), re.compile(r"[0-9]{10}")),
)
_SHAPE: Final = Text(
    "应为 20 位数电发票号码，或 10、12 位代码加 8 位号码，或 8 位票据代码加 10 位号码。",
    "20 digits of a digital invoice, or a code of 10 or 12 and a number of 8, or 8 and 10.",
)


def normalised(raw: str) -> str:
    """Fold width, drop spaces and hyphens."""
    return without_spaces(raw).replace("-", "")


def explain(number: str, code: str = "") -> Reading:
    """Read a number with the code beside it; the normalised form is both, one behind the other."""
    folded, folded_code = normalised(number), normalised(code)
    for kind, code_shape, number_shape in _KINDS:
        if code_shape.fullmatch(folded_code) and number_shape.fullmatch(folded):
            return Reading(raw=number, normalised=folded_code + folded, kind=kind)
    flaw = Flaw(code="invoice_malformed", said=_SHAPE)
    return Reading(raw=number, normalised=folded_code + folded, flaw=flaw)


def key_of(number: str, code: str, issuer: str) -> str:
    """Return what no two invoices share: code, number and the issuer's credit code."""
    return "/".join((normalised(code), normalised(number), issuer))
