"""Time limits: counted over working days, stopped by correction and pauses, finished by the step."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Deadline
from domain.case_clock import LIMITS, CaseClock, Stage, check_mark, clock_of
from domain.cases import CaseKind
from domain.errors import Refusal
from domain.machines import SIGNED
from domain.policy.overlay import Limit
from tests.unit.test_calendar import CALENDAR

FIVE = {
    Limit.ACCEPT: 5,
    Limit.REVIEW: 5,
    Limit.CORRECTION: 10,
    Limit.SETTLEMENT_REVIEW: 5,
    Limit.VOUCHER_START: 5,
    Limit.VOUCHER_COMPLETION: 5,
    Limit.VOUCHER_SETTLEMENT_ACCEPT: 5,
    Limit.VOUCHER_SETTLEMENT_REVIEW: 5,
    Limit.VOUCHER_SETTLEMENT_APPROVE: 5,
    Limit.VOUCHER_CORRECTION: 10,
}


def march(day: int) -> date:
    """March 2026 begins on a Sunday and has no rest days beside its weekends."""
    return date(2026, 3, day)


def stages(*named: tuple[str, date], marks: Sequence[date] = ()) -> list[Stage]:
    """The states a case came into; marks are those of the last."""
    last = len(named)
    return [
        Stage(n, state, on, tuple(marks) if n == last else ())
        for n, (state, on) in enumerate(named, start=1)
    ]


def running(
    *named: tuple[str, date],
    today: date,
    marks: Sequence[date] = (),
    kind: CaseKind = CaseKind.FILING,
) -> CaseClock:
    """The clock of a case that waits."""
    clock = clock_of(kind, stages(*named, marks=marks), FIVE, CALENDAR, today=today)
    assert clock is not None
    return clock


def test_a_limit_runs_over_the_spring_festival_and_a_worked_saturday() -> None:
    clock = running(("submitted", date(2026, 2, 13)), today=date(2026, 2, 25))
    assert (clock.limit, clock.days, clock.started_on) == (Limit.ACCEPT, 5, date(2026, 2, 13))
    # the worked Saturday of the 14th, then the 24th and 25th
    assert (clock.used, clock.left) == (3, 2)
    assert clock.due == Deadline(day=date(2026, 2, 27), provisional=False)
    assert not clock.overdue
    assert running(("submitted", date(2026, 2, 13)), today=date(2026, 2, 28)).overdue


def test_a_limit_into_a_year_that_is_not_published_is_provisional() -> None:
    clock = running(("submitted", date(2026, 12, 30)), today=date(2026, 12, 30))
    assert clock.due == Deadline(day=date(2027, 1, 6), provisional=True)


def test_correction_stops_the_clock_and_it_runs_on_afterwards() -> None:
    way = (("submitted", march(2)), ("returned_for_correction", march(4)))
    returned = running(*way, today=march(6))
    assert (returned.limit, returned.due.day) == (Limit.CORRECTION, march(18))
    again = running(*way, ("submitted", march(9)), today=march(10))
    # two days before, one day since; three were left on the 9th
    assert (again.limit, again.started_on) == (Limit.ACCEPT, march(2))
    assert (again.used, again.left, again.due.day) == (3, 2, march(12))


def test_a_review_that_was_interrupted_runs_on_while_acceptance_counts_anew() -> None:
    way = (
        ("submitted", march(2)),
        ("accepted", march(3)),
        ("returned_for_correction", march(5)),
        ("submitted", march(9)),
    )
    assert running(*way, today=march(9)).due.day == march(16)
    clock = running(*way, ("accepted", march(10)), today=march(10))
    assert (clock.limit, clock.used, clock.due.day) == (Limit.REVIEW, 2, march(13))


def test_a_step_that_was_signed_finishes_its_clock() -> None:
    way = (("accepted", march(2)), ("reviewed", march(5)), ("accepted", march(6)))
    clock = running(*way, today=march(6))
    assert (clock.started_on, clock.used, clock.due.day) == (march(6), 0, march(13))


def test_two_states_under_one_limit_are_one_clock() -> None:
    way = (("accepted", march(2)), ("verifying", march(4)))
    clock = running(*way, today=march(5), kind=CaseKind.SETTLEMENT)
    assert (clock.started_on, clock.used, clock.due.day) == (march(2), 3, march(9))


def test_both_who_verify_the_start_of_a_voucher_class_have_one_limit() -> None:
    way = (("start_reported", march(2)), ("start_reviewed", march(4)))
    clock = running(*way, today=march(5), kind=CaseKind.VOUCHER_CLASS)
    assert (clock.limit, clock.started_on, clock.used) == (Limit.VOUCHER_START, march(2), 3)
    again = (*way, ("start_reported", march(6)))
    assert running(*again, today=march(6), kind=CaseKind.VOUCHER_CLASS).started_on == march(2)
    anew = (*way[:1], ("planned", march(4)), ("start_reported", march(6)))
    assert running(*anew, today=march(6), kind=CaseKind.VOUCHER_CLASS).started_on == march(6)


def test_a_returned_voucher_settlement_has_a_limit_that_no_officer_pauses() -> None:
    way = (("submitted", march(2)), ("returned_for_correction", march(4)))
    clock = running(*way, today=march(6), kind=CaseKind.VOUCHER_SETTLEMENT)
    assert (clock.limit, clock.due.day) == (Limit.VOUCHER_CORRECTION, march(18))
    with pytest.raises(Refusal, match="clock_not_running"):
        check_mark(Stage(2, "returned_for_correction", march(4)), clock, pausing=True)
    again = running(*way, ("submitted", march(9)), today=march(9), kind=CaseKind.VOUCHER_SETTLEMENT)
    assert (again.limit, again.used) == (Limit.VOUCHER_SETTLEMENT_ACCEPT, 2)


@pytest.mark.parametrize(
    ("kind", "state", "limit"),
    [
        (CaseKind.VOUCHER_CLASS, "completion_reported", Limit.VOUCHER_COMPLETION),
        (CaseKind.VOUCHER_SETTLEMENT, "accepted", Limit.VOUCHER_SETTLEMENT_REVIEW),
        (CaseKind.VOUCHER_SETTLEMENT, "reviewed", Limit.VOUCHER_SETTLEMENT_APPROVE),
    ],
)
def test_what_waits_for_the_bureau_in_the_voucher_programme_has_its_limit(
    kind: CaseKind, state: str, limit: Limit
) -> None:
    clock = running((state, march(2)), today=march(3), kind=kind)
    assert (clock.limit, clock.used, clock.due.day) == (limit, 1, march(9))


def test_pauses_do_not_count() -> None:
    way = ("accepted", march(2))
    paused = running(way, today=march(10), marks=(march(4),))
    assert (paused.paused, paused.used, paused.due.day) == (True, 2, march(13))
    resumed = running(way, today=march(11), marks=(march(4), march(10)))
    assert (resumed.paused, resumed.used, resumed.due.day) == (False, 3, march(13))


def test_a_limit_used_up_when_it_stopped_ends_on_the_day_it_runs_on() -> None:
    way = (("submitted", march(2)), ("returned_for_correction", march(9)))
    clock = running(*way, ("submitted", march(11)), today=march(11))
    assert (clock.left, clock.due.day, clock.overdue) == (0, march(11), False)


def test_a_limit_exceeded_before_it_stopped_stays_exceeded() -> None:
    way = (("submitted", march(2)), ("returned_for_correction", march(12)))
    clock = running(*way, ("submitted", march(16)), today=march(17))
    assert (clock.left, clock.due.day, clock.overdue) == (-4, march(9), True)


def test_what_has_no_limit_has_no_clock() -> None:
    for state in ("draft", "in_training", "reviewed"):
        way = stages((state, march(2)))
        assert clock_of(CaseKind.FILING, way, FIVE, CALENDAR, today=march(3)) is None


def test_every_limited_state_is_a_state_that_waits() -> None:
    for kind, state in LIMITS:
        if (kind, state) != (CaseKind.SETTLEMENT, "returned_for_correction"):
            assert SIGNED[kind][state], (kind, state)


@pytest.mark.parametrize(
    ("clock", "pausing", "code"),
    [
        (None, True, "clock_not_running"),
        (("returned_for_correction", ()), True, "clock_not_running"),
        (("accepted", (march(3),)), True, "clock_paused"),
        (("accepted", ()), False, "clock_not_paused"),
    ],
)
def test_marks_out_of_order_are_refused(
    clock: tuple[str, tuple[date, ...]] | None, pausing: bool, code: str
) -> None:
    state, marks = clock or ("draft", ())
    found = running((state, march(2)), today=march(4), marks=marks) if clock else None
    with pytest.raises(Refusal) as refused:
        check_mark(Stage(1, state, march(2), marks), found, pausing=pausing)
    assert refused.value.code == code


def test_marks_in_order_are_taken() -> None:
    for marks, pausing in (((), True), ((march(3),), False)):
        clock = running(("accepted", march(2)), today=march(4), marks=marks)
        check_mark(Stage(1, "accepted", march(2), marks), clock, pausing=pausing)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=9), st.integers(1, 30))
def test_paused_and_running_days_are_all_days(gaps: list[int], limit: int) -> None:
    days = [march(2)]
    for gap in gaps:
        days.append(days[-1] + timedelta(days=gap))
    *marks, today = days[1:]
    way = [Stage(1, "accepted", days[0], tuple(marks))]
    clock = clock_of(CaseKind.FILING, way, {Limit.REVIEW: limit}, CALENDAR, today=today)
    assert clock is not None
    turns = list(pairwise(days))
    ran = sum(CALENDAR.working_days(*turn) for turn in turns[::2])
    assert clock.used == ran
    assert clock.left == limit - ran
    assert clock.paused == (len(marks) % 2 == 1)
    if not clock.paused and clock.left > 0:
        # what is left is exactly what lies between today and the last day
        assert CALENDAR.working_days(today, clock.due.day) == clock.left
