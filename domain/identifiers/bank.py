"""Bank codes (支付系统行号, CNAPS) and account numbers."""

import re
from typing import Final

from domain.errors import Text
from domain.identifiers.characters import without_spaces
from domain.identifiers.reading import Flaw, Reading, first_outside, unconfused

_ACCOUNT: Final = re.compile(r"[0-9]{9,32}")
_CODE: Final = re.compile(r"[0-9]{12}")
_CARD: Final = re.compile(r"62[0-9]{14,17}")
_DIGITS: Final = "0123456789"
_TWICE: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)

_SEGMENTS: Final = (
    (3, Text("行别代码", "bank")),
    (7, Text("地区代码（人民银行编码）", "city, as the central bank numbers it")),
    (11, Text("分支机构序号", "branch")),
    (12, Text("校验码", "check digit")),
)
_CODE_SHAPE: Final = Text("支付系统行号应为 12 位数字。", "A bank code has 12 digits.")
_CODE_CHECK: Final = Text(
    "第 12 位校验不符，请向开户行核对行号。",
    "Digit 12, the check, does not fit; ask the bank for its code.",
)
_ACCOUNT_SHAPE: Final = Text("账号应为 9 至 32 位数字。", "An account number has 9 to 32 digits.")
_CARD_CHECK: Final = Text(
    "银行卡号末位校验不符，请核对；部分旧账号如此。",
    "The card number's check does not fit; look at it. Some old accounts are like that.",
)


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
    return None if check_digit(code[:11]) == code[11] else "bank_code_checksum"


def check_digit(eleven: str) -> str:
    """Return the ISO 7064 MOD 11,10 check digit of the first eleven."""
    product = 10
    for digit in eleven:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def luhn_fits(number: str) -> bool:
    """Tell whether a card number's last digit is its check (ISO/IEC 7812)."""
    turned = [int(c) for c in reversed(number)]
    return (sum(turned[::2]) + sum(_TWICE[d] for d in turned[1::2])) % 10 == 0


def explain_code(raw: str) -> Reading:
    """Read a bank code: what is wrong and where; a proposal only where the check digit proves it."""
    code = normalised(raw)
    fault = code_fault_of(code)
    if fault is None:
        return Reading(raw=raw, normalised=code, kind="bank_code")
    if fault == "bank_code_checksum":
        flaw = Flaw(code=fault, said=_CODE_CHECK, position=12, segment=_SEGMENTS[-1][1])
        return Reading(raw=raw, normalised=code, flaw=flaw)
    position = first_outside(code, _DIGITS)
    segment = next((text for last, text in _SEGMENTS if position and position <= last), None)
    candidate = unconfused(code.upper())
    return Reading(
        raw=raw,
        normalised=code,
        flaw=Flaw(code=fault, said=_CODE_SHAPE, position=position, segment=segment),
        proposal=candidate if code_fault_of(candidate) is None else None,
    )


def explain_account(raw: str) -> Reading:
    """Read an account number; a card's check digit only warns: old accounts do not all satisfy it."""
    number = normalised(raw)
    fault = account_fault_of(number)
    if fault is not None:
        flaw = Flaw(code=fault, said=_ACCOUNT_SHAPE, position=first_outside(number, _DIGITS))
        return Reading(raw=raw, normalised=number, flaw=flaw)
    if _CARD.fullmatch(number) is None:
        return Reading(raw=raw, normalised=number, kind="account")
    fits = luhn_fits(number)
    warning = Flaw(code="card_checksum", said=_CARD_CHECK, position=len(number))
    return Reading(raw=raw, normalised=number, kind="card", warnings=() if fits else (warning,))
