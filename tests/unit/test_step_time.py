"""How long steps take: nearest-rank percentiles over working days, pauses apart."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cases import CaseKind
from domain.step_time import StepsTaken, StepTime, nearest_rank, step_times
from tests.unit.test_calendar import CALENDAR

PLACE = UUID(int=1)


def taken(began: date, ended: date, cases: int = 1, marks: tuple[date, ...] = ()) -> StepsTaken:
    """Reviews of a filing."""
    return StepsTaken(
        place_id=PLACE,
        region_path="/32/",
        kind=CaseKind.FILING,
        from_state="accepted",
        to_state="reviewed",
        began_on=began,
        ended_on=ended,
        marks=marks,
        cases=cases,
    )


def test_percentiles_are_values_that_occurred() -> None:
    values = [(1, 5), (3, 4), (40, 1)]  # 1 1 1 1 1 3 3 3 3 40
    assert [nearest_rank(values, p) for p in (50, 51, 90, 91, 100)] == [1, 3, 3, 40, 40]
    with pytest.raises(ValueError, match="no value"):
        nearest_rank([], 50)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40), st.integers(1, 100))
def test_a_percentile_is_the_least_value_that_enough_do_not_exceed(
    days: list[int], percent: int
) -> None:
    found = nearest_rank([(day, 1) for day in sorted(days)], percent)
    enough = percent * len(days)
    assert 100 * sum(day <= found for day in days) >= enough
    assert 100 * sum(day < found for day in days) < enough


def test_time_is_summed_by_step_with_pauses_apart() -> None:
    monday, friday = date(2026, 3, 2), date(2026, 3, 6)
    rows = [
        taken(monday, monday, cases=2),
        taken(monday, friday),
        taken(monday, friday, marks=(date(2026, 3, 3), date(2026, 3, 5))),
        taken(monday, friday, marks=(date(2026, 3, 4),)),  # signed while it was paused
    ]
    found = step_times(rows, {"/32/": CALENDAR}.__getitem__)
    assert found == [
        StepTime(
            place_id=PLACE,
            kind=CaseKind.FILING,
            from_state="accepted",
            to_state="reviewed",
            count=5,
            median=2,  # 0 0 2 2 4
            p90=4,
            longest=4,
            paused_median=0,
            paused_longest=2,
        )
    ]


def test_steps_are_told_apart() -> None:
    other = UUID(int=2)
    day = date(2026, 3, 2)
    rows = [taken(day, day)]
    rows.append(
        StepsTaken(
            place_id=other,
            region_path="/32/",
            kind=CaseKind.FILING,
            from_state="accepted",
            to_state="reviewed",
            began_on=day,
            ended_on=day,
            marks=(),
            cases=1,
        )
    )
    assert [one.place_id for one in step_times(rows, lambda _: CALENDAR)] == [PLACE, other]
