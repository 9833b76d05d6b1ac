"""Which prepayment of a filing may be asked for next, from which day, and for whom (CASES 2, 3, 4).

One prepayment for each filing and period. Period 1 is every base's; a later one, training year k, exists
under EACH_YEAR alone and belongs to the people who are still in training. A period is used up by its
request: one that was refused or cancelled keeps it, and the settlement pays what it would have.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from domain.eligibility import on_payable_roster
from domain.errors import Refusal
from domain.filing import Enrolment, Filing
from domain.period import MONTHS_PER_YEAR, month_after, months_between
from domain.policy import PrepaymentBase, PrepaymentCondition, Standard
from domain.prepayment_amount import base_months

PAYABLE_FROM: Final = {
    PrepaymentCondition.LISTED: frozenset({"listed", "in_training"}),
    PrepaymentCondition.TRAINING_STARTED: frozenset({"in_training"}),
}
"""Filing states in which a standard lets a prepayment be asked for. None after training has ended."""

_TRAINING: Final = frozenset({"in_training"})
_LIVE: Final = frozenset({"enrolled", "in_training", "suspended"})
"""States of an enrolment: whose training goes on, and who may still train."""

ENDED: Final = frozenset({"refused", "cancelled"})
"""States of a prepayment that took nothing; its period is used up all the same."""

_DECIDED: Final = ENDED | {"approved", "ordered", "paid"}


def has_period(base: PrepaymentBase, filed_months: int, period: int) -> bool:
    """Tell whether a plan of so many months has this period: the first always, later ones by training year."""
    return base_months(base, filed_months, period) > 0


def first_day(opened_on: date, period: int) -> date:
    """Return the first day of a training year, counted from the day the opening report says."""
    return month_after(opened_on, MONTHS_PER_YEAR * (period - 1))


def next_first_day(
    base: PrepaymentBase, *, filed_months: int, opened_on: date | None, period: int
) -> date | None:
    """Return the first day of the period after this one; None without one, or before training began."""
    if opened_on is None or not has_period(base, filed_months, period + 1):
        return None
    return first_day(opened_on, period + 1)


def whole_years(opened_on: date, on: date) -> int:
    """Count the training years that are over at the end of a day: what an interim settlement counts."""
    return months_between(opened_on, on)[0] // MONTHS_PER_YEAR


def next_period(
    standard: Standard,
    filing: Filing,
    taken: Sequence[tuple[int, str]],
    *,
    settled_years: int = 0,
    today: date,
) -> int:
    """Return the period that may be asked for today.

    `taken` are the periods of the filing's prepayments, each with its state. `settled_years` are those
    that interim settlements have paid: their prepayments are paid no more.
    Refuses `prepayment_not_yet` (the filing's state), `prepayment_exists` (no period is left),
    `prepayment_too_early` before the first day of its training year, `prepayment_too_late` after the last
    day of the filed term, `prepayment_undecided` while an earlier one waits for its decision.
    """
    check_state(standard, filing, 1)
    period = max((settled_years, *(earlier for earlier, _ in taken))) + 1
    if not has_period(standard.prepayment.base, filing.filed_months, period):
        raise Refusal("prepayment_exists")
    check_state(standard, filing, period)
    if period > 1:
        assert filing.opened_on is not None  # in training
        begins = first_day(filing.opened_on, period)
        if today < begins:
            raise Refusal("prepayment_too_early", period=period, first_day=begins.isoformat())
    check_term(filing, today=today)
    for earlier, state in taken:
        if state not in _DECIDED:
            raise Refusal("prepayment_undecided", period=earlier, state=state)
    return period


def check_state(standard: Standard, filing: Filing, period: int) -> None:
    """Refuse `prepayment_not_yet` for a filing in whose state nothing is paid ahead for a period."""
    allowed = _TRAINING if period > 1 else PAYABLE_FROM[standard.prepayment.condition]
    if filing.case.state not in allowed:
        raise Refusal("prepayment_not_yet", state=filing.case.state)


def check_term(filing: Filing, *, today: date) -> None:
    """Refuse `prepayment_too_late` after the filed term: what comes then is a settlement's (none after class end)."""
    if filing.opened_on is None:
        return
    last_day = month_after(filing.opened_on, filing.filed_months) - timedelta(days=1)
    if today > last_day:
        raise Refusal("prepayment_too_late", last_day=last_day.isoformat())


def paid_for(
    people: Sequence[Enrolment], standard: Standard, *, period: int
) -> tuple[list[Enrolment], int]:
    """Return whom a period's prepayment is for, by seat, and how many people the cap is counted over.

    Who is never paid for is not prepaid for. The first period is for everybody who may still train, a
    later one for who is in training; the cap is the share of what the payable roster was expected to
    earn: what was prepaid for who left since is asked back by the policy's rule of exits, not taken
    from the others' next year.
    """
    payable = [person for person in people if on_payable_roster(person, standard)]
    states = _LIVE if period == 1 else _TRAINING
    return [person for person in payable if person.state in states], len(payable)
