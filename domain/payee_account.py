"""Payee account (收款账户): where an enterprise is paid, once a bureau person has verified it.

An account is a case: declared by the enterprise's filer, verified or refused by one bureau person. A
changed account names the one it replaces and counts only once it is verified itself; until then
payments to the old one wait (CASES 3: who changed an account, who verified it, and the releaser
are three people).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.cases import Case, Duty
from domain.errors import Fault, Refusal, Text, Value
from domain.filing import Payee
from domain.identifiers import bank

VERIFIED: Final = "verified"
DECLARED: Final = "declared"
REFUSED: Final = "refused"

NOT_TO_RELEASE_TO: Final = frozenset({Duty.FILE, Duty.REVIEW})
"""Duties in an account's case that keep a person from releasing money to it (CASES 3)."""

UNVERIFIED: Final[Mapping[str, Text]] = MappingProxyType(
    {
        DECLARED: Text(
            "收款账户尚未经人社部门核验：可以受理和列入，但核验之前不支付。",
            "The bureau has not verified the payee account yet: the filing may be accepted and listed, but "
            "nothing is paid before it is.",
        ),
        REFUSED: Text(
            "收款账户核验未通过：可以受理和列入，但须重新申报账户并经核验后才能支付。",
            "The payee account was refused: the filing may be accepted and listed, but another account must "
            "be declared and verified before anything is paid.",
        ),
    }
)
"""What to warn of while an account is not payable, by its state. It refuses nothing: money waits by itself."""

_NOTHING: Final = "∅"


class Waiting(StrEnum):
    """What a planned payment waits for."""

    ACCOUNT = "payee_account_unverified"


@dataclass(frozen=True, slots=True, kw_only=True)
class PayeeAccount:
    """An account on file, masked. `replaces_id` is the account it is declared in place of."""

    case: Case
    account_name: str
    account_masked: str
    bank_code: str
    replaces_id: UUID | None


def name_difference(declared: str, registered: str) -> Mapping[str, Value] | None:
    """Return where an account name first differs from the registered name, or None.

    Names are compared character by character: full-width and half-width brackets are two
    characters, and a bank returns what is not its customer's exact name. `position` counts from 1;
    `∅` stands for a character that is missing.
    """
    if declared == registered:
        return None
    longest = max(len(declared), len(registered))
    n = next(n for n in range(longest) if declared[n : n + 1] != registered[n : n + 1])
    return {
        "position": n + 1,
        "found": declared[n : n + 1] or _NOTHING,
        "expected": registered[n : n + 1] or _NOTHING,
    }


def checked_payee(payee: Payee, *, enterprise_name: str, at: str = "/payee") -> Payee:
    """Return the payee with numbers normalised, or refuse `payee_faulty` located under `at`."""
    number = bank.normalised(payee.account_number)
    code = bank.normalised(payee.bank_code)
    faults = []
    if difference := name_difference(payee.account_name, enterprise_name):
        faults.append(Fault(f"{at}/account_name", "payee_name_differs", difference))
    if fault := bank.account_fault_of(number):
        faults.append(Fault(f"{at}/account_number", fault))
    if fault := bank.code_fault_of(code):
        faults.append(Fault(f"{at}/bank_code", fault))
    if faults:
        raise Refusal("payee_faulty", faults=tuple(faults))
    return Payee(account_name=payee.account_name, account_number=number, bank_code=code)
