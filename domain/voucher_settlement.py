"""Voucher settlement (职业培训券结算): what each redeemed voucher of a month is worth, line by line (CASES 7).

A voucher pays the least of the standard, the fee and the face value if it has one: that is what the start of
its class committed. A settlement pays it, less where the reviewer finds less with a reason, or refuses it: what
is refused or reduced goes back to the fund. A held line stays committed and may stand in a later settlement.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.cases import Case
from domain.errors import Fault, Refusal

LINES_MAX: Final = 10_000
"""Vouchers of one settlement."""


class VoucherDisposition(StrEnum):
    """What becomes of a line. Payable lines never wait for held ones."""

    PAYABLE = "payable"
    REFUSED = "refused"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherFacts:
    """Why a voucher pays what it pays, as stored: worth_fen = min(standard, fee, face value if any).

    `document` is the number of the project's document. Attendance is in basis points of the class's minutes.
    """

    document: str
    occupation_code: str
    grade: int | None
    standard_fen: int
    fee_fen: int
    face_value_fen: int | None
    worth_fen: int
    completed_on: date
    attendance_basis_points: int | None
    min_attendance_basis_points: int | None
    certificate_number: str | None
    certificate_required: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherLine:
    """One voucher of a settlement; disposition and amount are None until the review."""

    voucher_id: UUID
    class_id: UUID
    facts: VoucherFacts
    disposition: VoucherDisposition | None = None
    amount_fen: int | None = None
    reason: str = ""

    @property
    def committed_fen(self) -> int:
        """What the start of the class committed to it, in fen."""
        return self.facts.worth_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherSettlement:
    """A settlement on file. `month` is its first day; `amount_fen` what is payable, None until the review."""

    case: Case
    project_id: UUID
    month: date
    vouchers: int
    amount_fen: int | None
    fund_source: str
    budget_year: int
    payee_account_id: UUID
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a reviewer finds about one voucher; every line without one is payable at its worth.

    `amount_fen` is less than the worth, or None for all of it. A line that is not paid whole needs a reason.
    """

    voucher_id: UUID
    disposition: VoucherDisposition
    amount_fen: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """What the start of a class committed to one voucher, in fen."""

    voucher_id: UUID
    class_id: UUID
    worth_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassPart:
    """What a settlement moves of one class's commitment, in fen: to pay, and back to the fund."""

    class_id: UUID
    payable_fen: int
    released_fen: int


def worth_fen(*, standard_fen: int, fee_fen: int, face_value_fen: int | None) -> int:
    """Return what one voucher is worth: the least of the standard, the fee and the face value if any."""
    least_fen = min(standard_fen, fee_fen)
    return least_fen if face_value_fen is None else min(least_fen, face_value_fen)


def month_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def decided_lines(
    lines: Sequence[VoucherLine], verdicts: Sequence[Verdict]
) -> tuple[VoucherLine, ...]:
    """Decide every line, or refuse `voucher_verdicts_faulty` with every fault located in `/lines`."""
    by_voucher = {line.voucher_id: line for line in lines}
    faults: list[Fault] = []
    found: dict[UUID, Verdict] = {}
    for n, verdict in enumerate(verdicts):
        line = by_voucher.get(verdict.voucher_id)
        where = f"/lines/{n}"
        if line is None:
            faults.append(Fault(f"{where}/voucher_id", "voucher_not_in_settlement"))
        elif verdict.voucher_id in found:
            faults.append(Fault(f"{where}/voucher_id", "voucher_twice"))
        else:
            faults += _faults_of(verdict, line, where)
            found[verdict.voucher_id] = verdict
    if faults:
        raise Refusal("voucher_verdicts_faulty", faults=tuple(faults), count=len(faults))
    return tuple(_decided(line, found.get(line.voucher_id)) for line in lines)


def payable_fen(lines: Iterable[VoucherLine]) -> int:
    """Add up what decided lines pay, in fen."""
    return sum(line.amount_fen or 0 for line in lines)


def parts_of_classes(lines: Iterable[VoucherLine]) -> tuple[ClassPart, ...]:
    """Split decided lines by class, in order of class: what is paid and what goes back to the fund.

    A held line moves nothing: its part stays committed to the class.
    """
    payable: defaultdict[UUID, int] = defaultdict(int)
    released: defaultdict[UUID, int] = defaultdict(int)
    for line in lines:
        if line.disposition in (None, VoucherDisposition.HELD):
            continue
        amount_fen = line.amount_fen or 0
        payable[line.class_id] += amount_fen
        released[line.class_id] += line.committed_fen - amount_fen
    return tuple(
        ClassPart(class_id=class_id, payable_fen=payable[class_id], released_fen=released[class_id])
        for class_id in sorted(payable)
    )


def by_disposition(lines: Iterable[VoucherLine]) -> Mapping[VoucherDisposition, tuple[UUID, ...]]:
    """Return the vouchers of decided lines by what becomes of them."""
    found: defaultdict[VoucherDisposition, list[UUID]] = defaultdict(list)
    for line in lines:
        if line.disposition is not None:
            found[line.disposition].append(line.voucher_id)
    return {disposition: tuple(ids) for disposition, ids in found.items()}


def _faults_of(verdict: Verdict, line: VoucherLine, where: str) -> list[Fault]:
    faults = []
    whole = verdict.disposition is VoucherDisposition.PAYABLE and verdict.amount_fen is None
    if not whole and not verdict.reason.strip():
        faults.append(Fault(f"{where}/reason", "reason_missing"))
    if verdict.amount_fen is not None:
        if verdict.disposition is not VoucherDisposition.PAYABLE:
            faults.append(Fault(f"{where}/amount_fen", "amount_of_unpaid_line"))
        elif not 0 < verdict.amount_fen <= line.committed_fen:
            most = {"most": line.committed_fen}
            faults.append(Fault(f"{where}/amount_fen", "amount_above_worth", most))
    return faults


def _decided(line: VoucherLine, verdict: Verdict | None) -> VoucherLine:
    disposition = VoucherDisposition.PAYABLE if verdict is None else verdict.disposition
    amount_fen = 0
    if disposition is VoucherDisposition.PAYABLE:
        given = None if verdict is None else verdict.amount_fen
        amount_fen = line.committed_fen if given is None else given
    return VoucherLine(
        voucher_id=line.voucher_id,
        class_id=line.class_id,
        facts=line.facts,
        disposition=disposition,
        amount_fen=amount_fen,
        reason="" if verdict is None else verdict.reason,
    )
