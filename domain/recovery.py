"""Recovery (追缴): what a filing holds in which book, and what a decision moves to settle it (CASES 4, 5).

The money paid on a filing lies in three kinds of account: `prepayment_receivable` (not earned yet),
`expense` (earned), `recovery_receivable` (owed back). What was got back or written off lies nowhere
else. A settlement states what was earned, and the three follow: nothing is deducted twice, because each
fen paid lies in exactly one of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.cases import Case, CaseKind
from domain.ledger import AccountKind, BookKey, Event

OPEN: Final = frozenset(
    {
        "proposed",
        "ordered",
        "served",
        "partly_collected",
        "under_review",
        "overdue",
        "enforcement",
        "insolvency_claimed",
        "write_off_asked",
    }
)
"""States in which a recovery may still rise or fall; one that is written off only takes money."""

LATE: Final = frozenset({"served", "partly_collected"})
"""States that a due day ends."""


class RecoveryCause(StrEnum):
    """Why money is owed back."""

    SETTLEMENT = "settlement"
    TERMINATION = "termination"
    EXIT = "exit"
    REVOCATION = "revocation"
    WRONG_PAYEE = "wrong_payee"
    DUPLICATE = "duplicate"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryFigures:
    """What the ledger says of a recovery, in fen. demanded = collected + written off + outstanding."""

    demanded_fen: int = 0
    collected_fen: int = 0
    written_off_fen: int = 0
    outstanding_fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """A recovery on file, of a filing or of a voucher settlement: one of them is named.

    `proposed_fen` is what a proposal asks for that is not ordered yet. `settlement_id` is the settlement
    whose approval demanded it last. `due_on` is the last day to pay, counted from the day of service.
    `proof_reference` names the legal document of an insolvency or of a write-off.
    """

    case: Case
    filing_id: UUID | None
    reference: str
    cause: RecoveryCause
    settlement_id: UUID | None
    proposed_fen: int | None
    document_number: str | None
    pay_within_days: int | None
    served_on: date | None
    due_on: date | None
    proof_reference: str | None
    figures: RecoveryFigures
    voucher_settlement_id: UUID | None = None

    @property
    def spent_on(self) -> tuple[CaseKind, UUID]:
        """The case that the money was paid on."""
        if self.voucher_settlement_id is not None:
            return CaseKind.VOUCHER_SETTLEMENT, self.voucher_settlement_id
        assert self.filing_id is not None  # one of them is named
        return CaseKind.FILING, self.filing_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ClawedBack:
    """A voucher that a recovery takes back, and what was paid on it, in fen."""

    voucher_id: UUID
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What one account of a filing or voucher settlement, or of one of its recoveries, holds in one book, in fen."""

    kind: AccountKind
    book: BookKey
    amount_fen: int
    recovery_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One transfer that a decision makes. `recovery_id` is None for the recovery being raised."""

    event: Event
    book: BookKey
    amount_fen: int
    recovery_id: UUID | None = None


def reference_of(case_id: UUID) -> str:
    """Return the reference a payer writes on the transfer: from the random end of the case's id."""
    return f"R{case_id.hex[-15:].upper()}"


def new_recovery(
    case: Case,
    spent_on: Case,
    *,
    cause: RecoveryCause,
    settlement_id: UUID | None = None,
    proposed_fen: int | None = None,
) -> Recovery:
    """Return the recovery of a case that was just opened, of what was paid on a filing or voucher settlement."""
    of_vouchers = spent_on.kind is CaseKind.VOUCHER_SETTLEMENT
    return Recovery(
        case=case,
        filing_id=None if of_vouchers else spent_on.id,
        reference=reference_of(case.id),
        cause=cause,
        settlement_id=settlement_id,
        proposed_fen=proposed_fen,
        document_number=None,
        pay_within_days=None,
        served_on=None,
        due_on=None,
        proof_reference=None,
        figures=RecoveryFigures(),
        voucher_settlement_id=spent_on.id if of_vouchers else None,
    )


def due_day(served_on: date, pay_within_days: int) -> date:
    """Return the last day to pay: the day of service does not count."""
    return served_on + timedelta(days=pay_within_days)


def owed_fen(holdings: Iterable[Holding], kind: AccountKind) -> int:
    """Add up what accounts of one kind hold."""
    return sum(one.amount_fen for one in holdings if one.kind is kind)


def recoverable_fen(holdings: Sequence[Holding], *, entitled_fen: int) -> int:
    """Return the most that a proposal may demand: what lies with the filing above what it earned."""
    held_fen = owed_fen(holdings, AccountKind.PREPAYMENT_RECEIVABLE) + owed_fen(
        holdings, AccountKind.EXPENSE
    )
    return max(0, held_fen - entitled_fen)


def demanded(holdings: Sequence[Holding], amount_fen: int) -> tuple[Movement, ...]:
    """Take an amount back: from what is not earned yet first, then from expense, last book first."""
    unearned_fen = min(amount_fen, owed_fen(holdings, AccountKind.PREPAYMENT_RECEIVABLE))
    return _demanded(holdings, unearned_fen=unearned_fen, reduced_fen=amount_fen - unearned_fen)


def settled(
    holdings: Sequence[Holding], *, entitled_fen: int, interim: bool
) -> tuple[Movement, ...]:
    """Return what an approved settlement moves, so that what is owed is history less entitlement.

    Interim, the receivable that is not earned yet stays: training goes on. Otherwise it ends at
    nothing. Oldest books earn first; the newest are taken back first, and given back first when more
    is earned later. Written off is written off: it is not owed less because more was earned.
    """
    prepaid_fen = owed_fen(holdings, AccountKind.PREPAYMENT_RECEIVABLE)
    expense_fen = owed_fen(holdings, AccountKind.EXPENSE)
    owed_before_fen = owed_fen(holdings, AccountKind.RECOVERY_RECEIVABLE)
    written_off_fen = owed_fen(holdings, AccountKind.WRITE_OFF)
    history_fen = prepaid_fen + expense_fen + owed_before_fen + written_off_fen
    waits_fen = prepaid_fen if interim else 0
    owed_after_fen = max(0, history_fen - waits_fen - entitled_fen - written_off_fen)
    expense_after_fen = min(entitled_fen, history_fen - written_off_fen)
    prepaid_after_fen = history_fen - written_off_fen - owed_after_fen - expense_after_fen
    falls_fen = max(0, owed_before_fen - owed_after_fen)
    rises_fen = max(0, owed_after_fen - owed_before_fen)
    leaves_fen = prepaid_fen - prepaid_after_fen
    unearned_fen = min(rises_fen, leaves_fen)
    earned = tuple(
        _taken(
            holdings,
            AccountKind.PREPAYMENT_RECEIVABLE,
            Event.SETTLEMENT_APPROVED,
            leaves_fen - unearned_fen,
        )
    )
    left = _less(holdings, earned)
    return (
        *_taken(
            holdings,
            AccountKind.RECOVERY_RECEIVABLE,
            Event.EARNED_LATER,
            falls_fen,
            newest_first=True,
        ),
        *earned,
        *_demanded(left, unearned_fen=unearned_fen, reduced_fen=rises_fen - unearned_fen),
    )


def given_back(
    holdings: Sequence[Holding], recovery_id: UUID, *, reduced_fen: Mapping[BookKey, int]
) -> tuple[Movement, ...]:
    """Return what a cancelled recovery gives back: all that is still owed on it, to where it lay.

    `reduced_fen` is what it had taken from expense in each book, in fen. What was taken last, from
    expense, is given back first; the rest had not been earned, and may still be.
    """
    movements: list[Movement] = []
    for one in holdings:
        if one.recovery_id != recovery_id or one.kind is not AccountKind.RECOVERY_RECEIVABLE:
            continue
        earned_fen = min(one.amount_fen, reduced_fen.get(one.book, 0))
        for event, part_fen in (
            (Event.EARNED_LATER, earned_fen),
            (Event.UNEARNED_RESTORED, one.amount_fen - earned_fen),
        ):
            if part_fen:
                movements.append(_in(replace(one, amount_fen=part_fen), event))
    return tuple(movements)


def collected(
    holdings: Sequence[Holding], recovery_id: UUID, *, amount_fen: int, year: int
) -> tuple[Movement, ...]:
    """Return what money that came in moves: oldest books first, then what had been written off.

    Of the budget year in which it came: available again; of an earlier one: the treasury's.
    """
    own = [one for one in holdings if one.recovery_id == recovery_id]
    owed = min(amount_fen, owed_fen(own, AccountKind.RECOVERY_RECEIVABLE))
    movements = [
        _in(one, _collected_event(one.book, year))
        for one in _held(own, AccountKind.RECOVERY_RECEIVABLE, owed)
    ]
    for one in _held(own, AccountKind.WRITE_OFF, amount_fen - owed):
        movements += [
            _in(one, Event.COLLECTED_AFTER_ALL),
            _in(one, _collected_event(one.book, year)),
        ]
    return tuple(movements)


def written_off(holdings: Sequence[Holding], recovery_id: UUID) -> tuple[Movement, ...]:
    """Return what a write-off moves: all that is still owed on the recovery."""
    return tuple(
        _in(one, Event.WRITTEN_OFF)
        for one in holdings
        if one.recovery_id == recovery_id
        and one.kind is AccountKind.RECOVERY_RECEIVABLE
        and one.amount_fen
    )


def _demanded(
    holdings: Sequence[Holding], *, unearned_fen: int, reduced_fen: int
) -> tuple[Movement, ...]:
    receivable, expense = AccountKind.PREPAYMENT_RECEIVABLE, AccountKind.EXPENSE
    unearned, reduced = Event.PREPAYMENT_UNEARNED, Event.EARNED_REDUCED
    return (
        *_taken(holdings, receivable, unearned, unearned_fen, newest_first=True),
        *_taken(holdings, expense, reduced, reduced_fen, newest_first=True),
    )


def _collected_event(book: BookKey, year: int) -> Event:
    same = book.budget_year == year
    return Event.COLLECTED_SAME_YEAR if same else Event.COLLECTED_LATER_YEAR


def _in(holding: Holding, event: Event) -> Movement:
    return Movement(
        event=event,
        book=holding.book,
        amount_fen=holding.amount_fen,
        recovery_id=holding.recovery_id,
    )


def _taken(
    holdings: Sequence[Holding],
    kind: AccountKind,
    event: Event,
    amount_fen: int,
    *,
    newest_first: bool = False,
) -> Iterator[Movement]:
    for one in _held(holdings, kind, amount_fen, newest_first=newest_first):
        yield _in(one, event)


def _held(
    holdings: Sequence[Holding], kind: AccountKind, amount_fen: int, *, newest_first: bool = False
) -> Iterator[Holding]:
    """Split an amount over the accounts that hold it, by book and recovery in their order."""
    wanted = sorted(
        (one for one in holdings if one.kind is kind),
        key=lambda one: (one.book.budget_year, one.book.fund_source, str(one.recovery_id)),
        reverse=newest_first,
    )
    for one in wanted:
        part_fen = min(amount_fen, one.amount_fen)
        amount_fen -= part_fen
        if part_fen:
            yield replace(one, amount_fen=part_fen)


def _less(holdings: Sequence[Holding], movements: Sequence[Movement]) -> list[Holding]:
    """Return the receivables after what was earned has left them."""
    gone = {movement.book: movement.amount_fen for movement in movements}
    return [
        replace(one, amount_fen=one.amount_fen - gone.get(one.book, 0))
        if one.kind is AccountKind.PREPAYMENT_RECEIVABLE
        else one
        for one in holdings
    ]
