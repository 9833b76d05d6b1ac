"""Bank codes (支付系统行号, CNAPS) and account numbers."""

import re
from typing import Final

from domain.identifiers.characters import without_spaces

_ACCOUNT: Final = re.compile(r"[0-9]{9,32}")
_CODE: Final = re.compile(r"[0-9]{12}")


def normalised(raw: str) -> str:
    """Fold width, drop spaces and hyphens."""
    return without_spaces(raw).replace("-", "")


def account_fault_of(number: str) -> str | None:
    """Return the code of what is wrong with a normalised account number, or None."""
    return None if _ACCOUNT.fullmatch(number) else "account_malformed"


def code_fault_of(code: str) -> str | None:
    """Return the code of what is wrong with a bank code (ISO 7064 MOD 11,10), or None."""
    if not _CODE.fullmatch(code):
        return "bank_code_malformed"
    product = 10
    for digit in code[:11]:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return None if (11 - product) % 10 == int(code[11]) else "bank_code_checksum"
