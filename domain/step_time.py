"""How long steps take (PAY-19): count, median, 90th percentile and maximum, in working days.

Percentiles are nearest-rank: of n values in order, the p-th percentile is the value of rank
⌈p · n ÷ 100⌉, always one that occurred. Days in which the clock was paused are counted apart.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.calendar import Calendar
from domain.case_clock import Stage, parts_of
from domain.cases import CaseKind


@dataclass(frozen=True, slots=True, kw_only=True)
class StepsTaken:
    """`cases` cases of a place that came into `from_state` on one day and left it on another.

    `marks` are the days on which the clock was paused, resumed, paused … in between.
    """

    place_id: UUID
    region_path: str
    kind: CaseKind
    from_state: str
    to_state: str
    began_on: date
    ended_on: date
    marks: tuple[date, ...]
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTime:
    """The time one step of one kind of case took in a place, in working days; paused time apart."""

    place_id: UUID
    kind: CaseKind
    from_state: str
    to_state: str
    count: int
    median: int
    p90: int
    longest: int
    paused_median: int
    paused_longest: int


def nearest_rank(values: Sequence[tuple[int, int]], percent: int) -> int:
    """Return the percentile of values given as (value, how often), in ascending order of value."""
    total = sum(count for _, count in values)
    rank = -(-percent * total // 100)
    seen = 0
    for value, count in values:
        seen += count
        if seen >= rank:
            return value
    msg = "a percentile of no value"
    raise ValueError(msg)


def step_times(
    steps: Iterable[StepsTaken], calendar_of: Callable[[str], Calendar]
) -> list[StepTime]:
    """Sum up what was taken, by place, kind of case and step; `calendar_of` names a region's calendar."""
    groups: defaultdict[tuple[UUID, CaseKind, str, str], list[tuple[int, int, int]]]
    groups = defaultdict(list)
    for taken in steps:
        calendar = calendar_of(taken.region_path)
        stage = Stage(0, taken.from_state, taken.began_on, taken.marks)
        parts = parts_of(stage, until=taken.ended_on)
        ran = sum(calendar.working_days(start, end) for start, end in parts)
        whole = calendar.working_days(taken.began_on, taken.ended_on)
        key = (taken.place_id, taken.kind, taken.from_state, taken.to_state)
        groups[key].append((ran, whole - ran, taken.cases))
    found = []
    for (place_id, kind, from_state, to_state), rows in sorted(groups.items()):
        ran_days = sorted((ran, count) for ran, _, count in rows)
        paused = sorted((rest, count) for _, rest, count in rows)
        found.append(
            StepTime(
                place_id=place_id,
                kind=kind,
                from_state=from_state,
                to_state=to_state,
                count=sum(count for _, count in ran_days),
                median=nearest_rank(ran_days, 50),
                p90=nearest_rank(ran_days, 90),
                longest=ran_days[-1][0],
                paused_median=nearest_rank(paused, 50),
                paused_longest=paused[-1][0],
            )
        )
    return found
