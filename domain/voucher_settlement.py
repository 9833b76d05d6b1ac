"""Voucher settlement (职业培训券结算): what each redeemed voucher of a month is worth, line by line (CASES 7).

A voucher pays the least of the standard, the fee and the face value if it has one: that is what the start of
its class committed. A settlement pays it, less where the reviewer finds less with a reason, or refuses it: what
is refused or reduced goes back to the fund. A held line stays committed to its class and may stand in a later
settlement. For every settlement Σ payable + released + held = Σ committed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.cases import Case
from domain.errors import Fault, Refusal
from domain.policy.standard import CertificateType
from domain.voucher import BeneficiaryTag
from domain.voucher_certificate import CertificateAnswer, Confirmation, confirmation_of

LINES_MAX: Final = 10_000
"""Vouchers of one settlement, the oldest first; the rest stand in the next. Ours: it is decided in one transaction."""


REASON_MAX: Final = 2_000
"""Characters of a line's reason, as stored."""


class VoucherDisposition(StrEnum):
    """What becomes of a line. Payable lines never wait for held ones."""

    PAYABLE = "payable"
    REFUSED = "refused"
    HELD = "held"


class VoucherGround(StrEnum):
    """Why: as the reviewer found (the first four), or because something else stops it.

    `frozen`: the voucher is under investigation. `ended`: it was made void since it was claimed.
    `certificate_unconfirmed`: the project asks for a certificate, and no register confirms the one declared.
    `certificate_used`: another person completed with a certificate of the same type and number, or it
    supported another subsidy.
    `limit_reached`: what its person was subsidised for elsewhere leaves no room; the reason says which limit.
    """

    WORTH = "worth"
    REDUCED = "reduced"
    REFUSED = "refused"
    HELD = "held"
    FROZEN = "frozen"
    ENDED = "ended"
    CERTIFICATE_UNCONFIRMED = "certificate_unconfirmed"
    CERTIFICATE_USED = "certificate_used"
    LIMIT_REACHED = "limit_reached"
    ON_HOLD = "on_hold"
    OBJECTION = "objection"
    OBJECTION_UPHELD = "objection_upheld"


ASIDE: Final[Mapping[VoucherGround, VoucherDisposition]] = {
    VoucherGround.FROZEN: VoucherDisposition.HELD,
    VoucherGround.ENDED: VoucherDisposition.HELD,
    VoucherGround.CERTIFICATE_UNCONFIRMED: VoucherDisposition.HELD,
    VoucherGround.CERTIFICATE_USED: VoucherDisposition.HELD,
    VoucherGround.LIMIT_REACHED: VoucherDisposition.HELD,
    VoucherGround.ON_HOLD: VoucherDisposition.HELD,
    VoucherGround.OBJECTION: VoucherDisposition.HELD,
    VoucherGround.OBJECTION_UPHELD: VoucherDisposition.REFUSED,
}
"""What becomes of a line that something beside the reviewer stops."""

_STOPS_ALL: Final = frozenset({VoucherGround.FROZEN, VoucherGround.ENDED})
"""Grounds that stop a refusal too: such a voucher is not where a settlement could refuse it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherFacts:
    """Why a voucher pays what it pays, as stored: worth_fen = min(standard, fee, face value if any).

    `document` is the number of the project's document. Attendance is in basis points of the sessions'
    minutes. `invoice_number` is given where a worker is paid.
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
    certificate_type: CertificateType | None = None
    invoice_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherLine:
    """One voucher of a settlement. Disposition, amount (fen) and ground are None until the review.

    `certificate` is what a register says of its certificate: now, and once decided what it said then.
    `released` lines are in no settlement any more: withdrawn, taken out, refused as a whole, or held. `tag` is
    the group for whose sake the voucher was issued, if one was stated.
    """

    voucher_id: UUID
    class_id: UUID
    name: str
    identity_masked: str
    facts: VoucherFacts
    disposition: VoucherDisposition | None = None
    amount_fen: int | None = None
    ground: VoucherGround | None = None
    reason: str = ""
    released: bool = False
    certificate: CertificateAnswer | None = None
    tag: BeneficiaryTag | None = None

    @property
    def confirmation(self) -> Confirmation:
        """Whether it may be paid on its certificate."""
        return confirmation_of(
            self.certificate,
            required=self.facts.certificate_required,
            certificate_type=self.facts.certificate_type,
            grade=self.facts.grade,
        )

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
class ClassPart:
    """What a settlement takes over of one class's commitment, in fen: to pay, and back to the fund."""

    class_id: UUID
    payable_fen: int
    released_fen: int

    @property
    def taken_fen(self) -> int:
        """All that the class had committed to its decided lines."""
        return self.payable_fen + self.released_fen


def worth_fen(*, standard_fen: int, fee_fen: int, face_value_fen: int | None) -> int:
    """Return what one voucher is worth: the least of the standard, the fee and the face value if any."""
    least_fen = min(standard_fen, fee_fen)
    return least_fen if face_value_fen is None else min(least_fen, face_value_fen)


def month_of(day: date) -> date:
    """Return the first day of a day's month."""
    return day.replace(day=1)


def chosen_lines(
    redeemed: Sequence[VoucherLine], asked: Sequence[UUID] | None
) -> Sequence[VoucherLine]:
    """Return what is claimed: all that is redeemed, or the vouchers asked for, in order of voucher.

    Refuses `nothing_redeemed`, or `voucher_settlement_faulty` with each voucher located.
    """
    if asked is None:
        if not redeemed:
            raise Refusal("nothing_redeemed")
        return redeemed
    by_voucher = {line.voucher_id: line for line in redeemed}
    faults: list[Fault] = []
    seen: set[UUID] = set()
    for n, voucher_id in enumerate(asked):
        if voucher_id in seen:
            faults.append(Fault(f"/voucher_ids/{n}", "voucher_twice"))
        elif voucher_id not in by_voucher:
            faults.append(Fault(f"/voucher_ids/{n}", "voucher_not_redeemed"))
        seen.add(voucher_id)
    if faults:
        raise Refusal("voucher_settlement_faulty", faults=tuple(faults), count=len(faults))
    return [by_voucher[voucher_id] for voucher_id in sorted(seen)]


def left_out(lines: Sequence[VoucherLine], taken_out: Sequence[UUID]) -> Sequence[VoucherLine]:
    """Return the lines that are left when these vouchers are taken out; one at least.

    Refuses `voucher_settlement_faulty` with each fault located, `nothing_left_to_settle`.
    """
    claimed = {line.voucher_id for line in lines}
    faults = [
        Fault(f"/voucher_ids/{n}", "voucher_not_in_settlement")
        for n, voucher_id in enumerate(taken_out)
        if voucher_id not in claimed
    ]
    if faults:
        raise Refusal("voucher_settlement_faulty", faults=tuple(faults), count=len(faults))
    left = [line for line in lines if line.voucher_id not in set(taken_out)]
    if not left:
        raise Refusal("nothing_left_to_settle")
    return left


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


def unconfirmed(lines: Iterable[VoucherLine]) -> Mapping[UUID, VoucherGround]:
    """Return what stops the lines whose project asks for a certificate that no register confirms."""
    return {
        line.voucher_id: VoucherGround.CERTIFICATE_UNCONFIRMED
        for line in lines
        if line.confirmation is Confirmation.UNCONFIRMED
    }


def set_aside(
    lines: Sequence[VoucherLine], grounds: Mapping[UUID, VoucherGround]
) -> tuple[VoucherLine, ...]:
    """Return decided lines with those set aside that a ground stops; the others keep what they are paid."""
    return tuple(
        replace(line, disposition=ASIDE[ground], amount_fen=0, ground=ground, reason="")
        if (ground := grounds.get(line.voucher_id)) is not None
        and (line.disposition is VoucherDisposition.PAYABLE or ground in _STOPS_ALL)
        else line
        for line in lines
    )


def beyond_limits(
    lines: Sequence[VoucherLine], reasons: Mapping[UUID, str]
) -> tuple[VoucherLine, ...]:
    """Return lines with those payable ones held whose people had too much elsewhere, for these reasons."""
    ground = VoucherGround.LIMIT_REACHED
    return tuple(
        replace(line, disposition=ASIDE[ground], amount_fen=0, ground=ground, reason=reason)
        if line.disposition is VoucherDisposition.PAYABLE
        and (reason := reasons.get(line.voucher_id)) is not None
        else line
        for line in lines
    )


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


def of_disposition(
    lines: Iterable[VoucherLine], disposition: VoucherDisposition
) -> tuple[UUID, ...]:
    """Return the vouchers of the lines that this becomes of, in their order."""
    return tuple(line.voucher_id for line in lines if line.disposition is disposition)


def _faults_of(verdict: Verdict, line: VoucherLine, where: str) -> list[Fault]:
    faults = []
    payable = verdict.disposition is VoucherDisposition.PAYABLE
    whole = payable and verdict.amount_fen in (None, line.committed_fen)
    if not whole and not verdict.reason.strip():
        faults.append(Fault(f"{where}/reason", "reason_missing"))
    if verdict.amount_fen is not None:
        if not payable:
            faults.append(Fault(f"{where}/amount_fen", "amount_of_unpaid_line"))
        elif not 0 < verdict.amount_fen <= line.committed_fen:
            most = {"most_fen": line.committed_fen}
            faults.append(Fault(f"{where}/amount_fen", "amount_above_worth", most))
    return faults


_BY_VERDICT: Final[Mapping[VoucherDisposition, VoucherGround]] = {
    VoucherDisposition.REFUSED: VoucherGround.REFUSED,
    VoucherDisposition.HELD: VoucherGround.HELD,
}


def _decided(line: VoucherLine, verdict: Verdict | None) -> VoucherLine:
    if verdict is None:
        verdict = Verdict(
            voucher_id=line.voucher_id,
            disposition=VoucherDisposition.PAYABLE,
            amount_fen=None,
            reason="",
        )
    amount_fen, ground = 0, _BY_VERDICT.get(verdict.disposition)
    if ground is None:
        amount_fen = line.committed_fen if verdict.amount_fen is None else verdict.amount_fen
        reduced = amount_fen < line.committed_fen
        ground = VoucherGround.REDUCED if reduced else VoucherGround.WORTH
    return replace(
        line,
        disposition=verdict.disposition,
        amount_fen=amount_fen,
        ground=ground,
        reason=verdict.reason,
    )
