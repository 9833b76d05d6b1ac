"""Time limits over HTTP: what waits until when, pauses, reminders, and how long steps took."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec

from domain.case_clock import CaseClock, PauseCause
from domain.cases import CaseKind
from domain.errors import Text
from domain.party import Role
from domain.ports.case_clocks import Reminder
from domain.ports.work import Work
from domain.step_time import StepTime
from service.application import case_clock
from service.application.case_clock import WaitingCase
from service.http.call import Answer, Call, Served, json_answer
from service.http.operation import Query, operation
from service.http.shapes import Body, CaseView, View

TAG: Final = "time-limits"
_AUTHORITY: Final = frozenset({Role.CLERK, Role.REVIEWER, Role.APPROVER})
_READERS: Final = _AUTHORITY | {Role.FINANCE, Role.INSPECTOR, Role.AUDITOR}


class RunningClockView(View):
    """A time limit that runs, in working days. `left` is negative once it is exceeded.

    `provisional`: the last day counts days whose arrangement is not published yet.
    """

    limit: str
    working_days: int
    started_on: date
    used: int
    left: int
    due_on: date
    provisional: bool
    paused: bool
    overdue: bool

    @classmethod
    def of(cls, clock: CaseClock) -> "RunningClockView":
        """Show a clock."""
        return cls(
            limit=clock.limit,
            working_days=clock.days,
            started_on=clock.started_on,
            used=clock.used,
            left=clock.left,
            due_on=clock.due.day,
            provisional=clock.due.provisional,
            paused=clock.paused,
            overdue=clock.overdue,
        )


class CaseClockView(View):
    """A case of any kind, and the time limit that runs for its next step; null where none does."""

    kind: str
    case: CaseView
    clock: RunningClockView | None

    @classmethod
    def of(cls, waiting: WaitingCase) -> "CaseClockView":
        """Show a case with its clock."""
        clock = waiting.clock
        return cls(
            kind=waiting.case.kind,
            case=CaseView.of(waiting.case),
            clock=None if clock is None else RunningClockView.of(clock),
        )


class PauseBody(Body):
    """Why a time limit stands still, or runs on."""

    cause: PauseCause
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=2000, pattern=r"\S")]


class ReminderView(View):
    """A day that was let pass: to begin training, to submit a settlement, or to correct one of vouchers.

    Of a filing or of a voucher settlement; the other is null.
    """

    id: UUID
    filing_id: UUID | None
    voucher_settlement_id: UUID | None
    about: str
    due_on: date
    at: datetime

    @classmethod
    def of(cls, reminder: Reminder) -> "ReminderView":
        """Show a reminder."""
        case = reminder.case
        return cls(
            id=reminder.id,
            filing_id=case.id if case.kind is CaseKind.FILING else None,
            voucher_settlement_id=None if case.kind is CaseKind.FILING else case.id,
            about=reminder.about,
            due_on=reminder.due_on,
            at=reminder.at,
        )


class StepTimeView(View):
    """How long one step took, in working days; days in which the clock was paused apart."""

    place_id: UUID
    kind: str
    from_state: str
    to_state: str
    count: int
    median: int
    p90: int
    longest: int
    paused_median: int
    paused_longest: int

    @classmethod
    def of(cls, one: StepTime) -> "StepTimeView":
        """Show a step's time."""
        return cls(
            place_id=one.place_id,
            kind=one.kind,
            from_state=one.from_state,
            to_state=one.to_state,
            count=one.count,
            median=one.median,
            p90=one.p90,
            longest=one.longest,
            paused_median=one.paused_median,
            paused_longest=one.paused_longest,
        )


class StepTimesView(View):
    """Every step of every kind of case signed in a period."""

    since: date
    until: date
    items: list[StepTimeView]


@operation(
    id="ListClocks",
    method="GET",
    path="/v1/clocks",
    tag=TAG,
    summary=Text("办理时限", "Page through what waits, each with its last day"),
    answer=CaseClockView,
    paged=True,
    query=(
        Query(
            name="kind",
            kind=CaseKind,
            description=Text("只列出此类业务。", "Only cases of this kind."),
        ),
        Query(
            name="overdue",
            kind=bool,
            description=Text("只列出已逾期（或未逾期）的。", "Only those overdue, or not overdue."),
        ),
    ),
)
async def list_clocks(call: Call) -> Answer:
    """Page through the waiting cases one may see, in order of creation."""
    page = call.page()
    rows = await call.read(
        lambda work: case_clock.list_clocks(
            work,
            kind=call.query("kind", CaseKind),
            overdue=call.query("overdue", bool),
            after=page.after_id,
            limit=page.limit,
        )
    )
    return call.page_answer(rows, page, view=CaseClockView.of, after=lambda one: one.case.id)


@operation(
    id="GetClock",
    method="GET",
    path="/v1/clocks/{case_id}",
    tag=TAG,
    summary=Text("一件业务的时限", "Read the time limit that runs for a case"),
    answer=CaseClockView,
)
async def get_clock(call: Call) -> Answer:
    """Read one case's clock."""
    found = await call.read(lambda work: case_clock.get_clock(work, case_id=call.path("case_id")))
    return json_answer(CaseClockView.of(found), version=found.case.version)


async def _marked(call: Call, *, pausing: bool) -> Answer:
    async def act(work: Work) -> WaitingCase:
        body = call.decode(PauseBody)
        return await case_clock.mark_clock(
            work,
            case_id=call.path("case_id"),
            version=call.if_match,
            pausing=pausing,
            cause=body.cause,
            reason=body.reason,
        )

    return await call.once(
        act,
        lambda done: json_answer(CaseClockView.of(done), version=done.case.version),
    )


@operation(
    id="PauseClock",
    method="POST",
    path="/v1/clocks/{case_id}/pause",
    tag=TAG,
    summary=Text("暂停时限", "Pause a time limit"),
    description=Text(
        "专家评审、现场核查和公示的时间不计入办理时限。",
        "Expert reviews, site checks and notices do not count against the authority's limit.",
    ),
    roles=_AUTHORITY,
    body=PauseBody,
    body_example={"cause": "site_check", "reason": "赴企业现场核查"},
    answer=CaseClockView,
    keyed=True,
    versioned=True,
    problems=("clock_not_running", "clock_paused", "busy"),
)
async def pause_clock(call: Call) -> Answer:
    """Pause from today."""
    return await _marked(call, pausing=True)


@operation(
    id="ResumeClock",
    method="POST",
    path="/v1/clocks/{case_id}/resume",
    tag=TAG,
    summary=Text("恢复时限", "Let a time limit run on"),
    roles=_AUTHORITY,
    body=PauseBody,
    body_example={"cause": "site_check", "reason": "核查已结束"},
    answer=CaseClockView,
    keyed=True,
    versioned=True,
    problems=("clock_not_running", "clock_not_paused", "busy"),
)
async def resume_clock(call: Call) -> Answer:
    """Run on from today."""
    return await _marked(call, pausing=False)


@operation(
    id="ListReminders",
    method="GET",
    path="/v1/reminders",
    tag=TAG,
    summary=Text("逾期提醒", "Page through reminders of days that passed"),
    answer=ReminderView,
    paged=True,
)
async def list_reminders(call: Call) -> Answer:
    """Page through the reminders one may see, in order of creation."""
    page = call.page()
    rows = await call.read(
        lambda work: case_clock.list_reminders(work, after=page.after_id, limit=page.limit)
    )
    return call.page_answer(rows, page, view=ReminderView.of, after=lambda one: one.id)


@operation(
    id="GetStepTimes",
    method="GET",
    path="/v1/step-times",
    tag=TAG,
    summary=Text("各环节办理用时", "Read how long steps took"),
    description=Text(
        "按地区、业务和环节，统计期间内签署的步骤所用工作日：件数、中位数、第 90 百分位数和最长。"
        "百分位数取最近秩：n 个值由小到大，取第 ⌈p·n÷100⌉ 个，即实际发生过的值。暂停时间另计。",
        "Working days that the steps signed in a period took, by place, kind of case and step: count, "
        "median, 90th percentile and longest. Percentiles are nearest-rank: of n values in order, the "
        "one of rank ⌈p·n÷100⌉, always one that occurred. Paused days are counted apart.",
    ),
    roles=_READERS,
    answer=StepTimesView,
    query=(
        Query(
            name="from",
            kind=date,
            required=True,
            description=Text("首日（中国时间）。", "The first day, in China."),
        ),
        Query(
            name="to",
            kind=date,
            required=True,
            description=Text("末日，含当日。", "The last day, included."),
        ),
    ),
)
async def get_step_times(call: Call) -> Answer:
    """Read the times of a period."""
    since, until = call.query("from", date), call.query("to", date)
    assert since is not None
    assert until is not None
    rows = await call.read(lambda work: case_clock.step_times_of(work, since=since, until=until))
    return json_answer(
        StepTimesView(since=since, until=until, items=[StepTimeView.of(one) for one in rows])
    )


OPERATIONS: Final[tuple[Served, ...]] = (
    list_clocks,
    get_clock,
    pause_clock,
    resume_clock,
    list_reminders,
    get_step_times,
)
