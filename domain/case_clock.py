"""Time limits of cases (办理时限): which step's limit runs, since when, and to which day.

A clock runs in working days over the time a case waits for one step. Correction stops it, and so
do an expert review, a site check and a notice; when the case comes back it runs on. Signing the step
finishes it. The day on which it starts, or runs on, does not count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Final

from domain.calendar import Calendar, DayUnit, Deadline
from domain.cases import CaseKind
from domain.errors import Refusal
from domain.policy.overlay import Limit

RETURNED: Final = "returned_for_correction"
"""The state in which every clock of the authority stands still, and the applicant's runs."""

LIMITS: Final[Mapping[tuple[CaseKind, str], Limit]] = {
    (CaseKind.FILING, "submitted"): Limit.ACCEPT,
    (CaseKind.FILING, "accepted"): Limit.REVIEW,
    (CaseKind.FILING, "reviewed"): Limit.LIST,
    (CaseKind.FILING, RETURNED): Limit.CORRECTION,
    (CaseKind.FILING, "listed"): Limit.START,
    (CaseKind.FILING, "completed"): Limit.SETTLE,
    (CaseKind.PREPAYMENT, "requested"): Limit.PREPAYMENT_REVIEW,
    (CaseKind.PREPAYMENT, "reviewed"): Limit.PREPAYMENT_APPROVE,
    (CaseKind.PREPAYMENT, "ordered"): Limit.PAY,
    (CaseKind.SETTLEMENT, "submitted"): Limit.SETTLEMENT_ACCEPT,
    (CaseKind.SETTLEMENT, "accepted"): Limit.SETTLEMENT_REVIEW,
    (CaseKind.SETTLEMENT, "verifying"): Limit.SETTLEMENT_REVIEW,
    (CaseKind.SETTLEMENT, "reviewed"): Limit.SETTLEMENT_APPROVE,
    (CaseKind.SETTLEMENT, RETURNED): Limit.CORRECTION,
    (CaseKind.FUNDING_REQUEST, "submitted"): Limit.CONCUR,
    (CaseKind.VOUCHER_CLASS, "start_reported"): Limit.VOUCHER_START,
    (CaseKind.VOUCHER_CLASS, "start_reviewed"): Limit.VOUCHER_START,
    (CaseKind.VOUCHER_CLASS, "completion_reported"): Limit.VOUCHER_COMPLETION,
    (CaseKind.VOUCHER_SETTLEMENT, "submitted"): Limit.VOUCHER_SETTLEMENT_ACCEPT,
    (CaseKind.VOUCHER_SETTLEMENT, "accepted"): Limit.VOUCHER_SETTLEMENT_REVIEW,
    (CaseKind.VOUCHER_SETTLEMENT, "reviewed"): Limit.VOUCHER_SETTLEMENT_APPROVE,
    (CaseKind.VOUCHER_SETTLEMENT, RETURNED): Limit.VOUCHER_CORRECTION,
}
"""The limit that runs while a kind of case is in a state. Each counts from the step into it."""

OF_THE_APPLICANT: Final = frozenset(
    {Limit.CORRECTION, Limit.START, Limit.SETTLE, Limit.VOUCHER_CORRECTION}
)
"""Limits that bind the enterprise, or a voucher's provider or worker: no officer pauses them."""


class PauseCause(StrEnum):
    """What stops a clock beside correction: 专家评审, 现场核查, 公示."""

    EXPERT_REVIEW = "expert_review"
    SITE_CHECK = "site_check"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Stage:
    """A state a case came into on a day, by its step `seq`.

    `marks` are the days on which its clock was paused, resumed, paused … while it stayed there.
    """

    seq: int
    state: str
    on: date
    marks: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClock:
    """How a case stands against the limit that runs, in working days.

    `left` is negative once the limit is exceeded. While `paused`, `due` is as if it ran on today.
    """

    limit: Limit
    days: int
    started_on: date
    used: int
    left: int
    due: Deadline
    paused: bool
    overdue: bool


def check_mark(stage: Stage, clock: CaseClock | None, *, pausing: bool) -> None:
    """Refuse `clock_not_running`, `clock_paused` and `clock_not_paused`."""
    if clock is None or clock.limit in OF_THE_APPLICANT:
        raise Refusal("clock_not_running", state=stage.state)
    if pausing and clock.paused:
        raise Refusal("clock_paused")
    if not pausing and not clock.paused:
        raise Refusal("clock_not_paused")


def clock_of(
    kind: CaseKind,
    stages: Sequence[Stage],
    limits: Mapping[Limit, int],
    calendar: Calendar,
    *,
    today: date,
) -> CaseClock | None:
    """Return the clock that runs in the last of the stages, or None where nothing is limited."""
    limit = LIMITS.get((kind, stages[-1].state))
    days = None if limit is None else limits.get(limit)
    if limit is None or days is None:
        return None
    parts = _running(kind, limit, stages, today=today)
    used = sum(calendar.working_days(start, end) for start, end in parts)
    due = _due(parts, days, calendar)
    paused = len(stages[-1].marks) % 2 == 1
    return CaseClock(
        limit=limit,
        days=days,
        started_on=parts[0][0],
        used=used,
        left=days - used,
        due=due,
        paused=paused,
        overdue=due.day < today,
    )


def parts_of(stage: Stage, *, until: date) -> list[tuple[date, date]]:
    """Return the parts of a stage in which its clock ran, each after one day and through another."""
    turns = [stage.on, *stage.marks, until]
    return list(zip(turns[::2], turns[1::2], strict=False))


def _running(
    kind: CaseKind, limit: Limit, stages: Sequence[Stage], *, today: date
) -> list[tuple[date, date]]:
    """Return the parts in which the limit ran since its step was last signed."""
    parts: list[tuple[date, date]] = []
    for stage, following in pairwise(stages):
        if LIMITS.get((kind, stage.state)) is not limit:
            continue
        parts += parts_of(stage, until=following.on)
        if following.state != RETURNED and LIMITS.get((kind, following.state)) is not limit:
            parts = []
    last = stages[-1]
    parts += parts_of(last, until=today)
    if len(last.marks) % 2 == 1:
        parts.append((today, today))  # as if it ran on today
    return parts


def _due(parts: Sequence[tuple[date, date]], days: int, calendar: Calendar) -> Deadline:
    left = days
    for start, end in parts[:-1]:
        used = calendar.working_days(start, end)
        if used > left:
            return _counted(calendar, start, left)
        left -= used
    return _counted(calendar, parts[-1][0], left)


def _counted(calendar: Calendar, start: date, days: int) -> Deadline:
    if days == 0:  # used up to the day before it ran on: the day it runs on is the last
        return Deadline(day=start, provisional=False)
    return calendar.deadline(start, days, DayUnit.WORKING)
