"""Time limits as people see them: every waiting case with its day, and how long steps took."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from domain.calendar import Calendar
from domain.case_clock import LIMITS, CaseClock, PauseCause, check_mark, clock_of
from domain.cases import Case, CaseKind
from domain.policy.overlay import Overlay
from domain.ports.case_clocks import Reminder
from domain.ports.work import Work
from domain.step_time import StepTime, step_times

CHUNK: Final = 500
STATES: Final = tuple(LIMITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCase:
    """A case and the clock that runs for it, None where none does."""

    case: Case
    clock: CaseClock | None


@dataclass(slots=True)
class Regions:
    """Calendars and overlays, each read once."""

    work: Work
    calendars: dict[str, Calendar] = field(default_factory=dict)
    overlays: dict[tuple[str, date], Overlay] = field(default_factory=dict)

    async def calendar(self, region_path: str) -> Calendar:
        """Return a region's calendar."""
        if region_path not in self.calendars:
            self.calendars[region_path] = await self.work.calendars.of_region(region_path)
        return self.calendars[region_path]

    async def overlay(self, region_path: str, on: date) -> Overlay:
        """Return the overlay in force of a region."""
        key = (region_path, on)
        if key not in self.overlays:
            self.overlays[key] = await self.work.policies.overlay(region_path, on)
        return self.overlays[key]


async def clocks_of(
    work: Work, cases: Sequence[Case], *, today: date, regions: Regions | None = None
) -> list[tuple[Case, CaseClock]]:
    """Return the clocks of cases, by the overlay in force when each came into its state.

    A case without a time limit is left out.
    """
    regions = regions or Regions(work)
    stages = await work.clocks.stages(cases)
    found = []
    for case in cases:
        way = stages[case.id]
        overlay = await regions.overlay(case.region_path, way[-1].on)
        calendar = await regions.calendar(case.region_path)
        clock = clock_of(case.kind, way, overlay.limits, calendar, today=today)
        if clock is not None:
            found.append((case, clock))
    return found


async def list_clocks(
    work: Work,
    *,
    kind: CaseKind | None,
    overdue: bool | None,
    after: UUID | None,
    limit: int,
    chunk: int = CHUNK,
) -> list[WaitingCase]:
    """Return waiting cases in order of creation, after the given one, perhaps only the overdue.

    Whether one is overdue is known once it is counted: cases are read `chunk` at a time until
    enough are found.
    """
    states = [key for key in STATES if kind is None or key[0] is kind]
    regions = Regions(work)
    found: list[WaitingCase] = []
    while len(found) < limit:
        cases = await work.clocks.waiting(states, place_id=None, after=after, limit=chunk)
        waiting = await clocks_of(work, cases, today=work.today, regions=regions)
        found += [
            WaitingCase(case=case, clock=clock)
            for case, clock in waiting
            if overdue is None or clock.overdue is overdue
        ]
        if len(cases) < chunk:
            break
        after = cases[-1].id
    return found[:limit]


async def get_clock(work: Work, *, case_id: UUID) -> WaitingCase:
    """Return a case of any kind with the clock that runs for it, if one does; refuses `not_found`."""
    case = await work.clocks.find(case_id)
    waiting = await clocks_of(work, [case], today=work.today)
    return WaitingCase(case=case, clock=waiting[0][1] if waiting else None)


async def mark_clock(
    work: Work,
    *,
    case_id: UUID,
    version: int,
    pausing: bool,
    cause: PauseCause,
    reason: str,
) -> WaitingCase:
    """Pause a time limit of the authority, or let it run on, from today.

    Refuses `clock_not_running`, `clock_paused`, `clock_not_paused`.
    """
    found = await work.clocks.find(case_id)
    case = await work.cases.lock(found.kind, case_id, version=version)
    stage = (await work.clocks.stages([case]))[case.id][-1]
    before = await clocks_of(work, [case], today=work.today)
    check_mark(stage, before[0][1] if before else None, pausing=pausing)
    await work.clocks.mark(
        case,
        seq=len(stage.marks) + 1,
        cause=cause,
        reason=reason,
        day=work.today,
        at=work.now,
    )
    await work.cases.touch(case)
    return await get_clock(work, case_id=case_id)


async def list_reminders(work: Work, *, after: UUID | None, limit: int) -> Sequence[Reminder]:
    """Return reminders in order of creation, after the given one."""
    return await work.clocks.reminders(after=after, limit=limit)


async def step_times_of(work: Work, *, since: date, until: date) -> list[StepTime]:
    """Return how long the steps signed in a period took, by place, kind of case and step (PAY-19)."""
    taken = await work.clocks.steps_taken(since=since, until=until)
    regions = Regions(work)
    calendars = {one.region_path: await regions.calendar(one.region_path) for one in taken}
    return step_times(taken, calendars.__getitem__)
