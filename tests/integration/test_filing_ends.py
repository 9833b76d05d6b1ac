"""The filing's other ends on PostgreSQL: correction, withdrawal, refusal, lapse, termination."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, Final

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.constraints import constraint_of
from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.calendar import Deadline
from domain.cases import Case, CaseKind
from domain.correction import CorrectionItem
from domain.errors import Refusal
from domain.filing import Filing, Outcome, Payee, ReviewAdvice, TerminationGround
from domain.ledger import AccountKey, AccountKind, BookKey
from domain.machines.filing import MACHINE
from domain.party import Actor
from domain.ports.crypto import Crypto
from domain.ports.work import BeginWork, Work
from service.application import deadlines, filing, filing_end, prepayment
from service.application.case_clock import list_clocks
from service.application.filing import ListedFiling
from service.application.filing_correction import (
    CorrectFiling,
    correct_filing,
    correction_notices,
    return_filing,
)
from service.application.filing_end import Grounds
from tests import documents, road
from tests.integration import payments_road as pay
from tests.integration.settlement_road import MovedClock
from tests.overlays import overlaid_everywhere
from tests.people import Staff

FILED: Final = datetime(2026, 2, 2, 1, tzinfo=UTC)
ITEM: Final = CorrectionItem(pointer="/roster/0", code=None, text="合同缺签字", todo="更换合同")
GROUNDS: Final = Grounds(reason="未实际开展培训", rule="通人社职〔2019〕15号", clause="第三条")


@dataclass
class Bench:
    """One place, a clock that the test moves, and acts by name."""

    begin: BeginWork
    clock: MovedClock
    staff: Staff

    async def act(self, actor: Actor, do: Callable[[Work], Awaitable[Any]]) -> Any:
        """Do one act as one person and commit it."""
        return await road.act(self.begin, actor, do)

    def on(self, month: int, day: int, year: int = 2026) -> None:
        """Move the clock to nine in the morning of a day in China."""
        self.clock.at = datetime(year, month, day, 1, tzinfo=UTC)

    async def case(self, filing_id: Any) -> Case:
        """Read a filing's case."""
        async with self.begin(self.staff.system) as work:
            return await work.cases.get(CaseKind.FILING, filing_id)

    async def states(self, case: Case) -> list[str]:
        """The states of everyone on the roster in force, by seat."""
        async with self.begin(self.staff.system) as work:
            return [person.state for person in await work.filings.enrolments(case)]

    async def contents_sent(self, case: Case) -> None:
        """Send the contents of the documents that a submitted filing has declared, once."""
        await self.act(self.staff.filer, lambda work: documents.send_contents(work, case))

    async def returned(self, case: Case, *, later_reason: str = "") -> Case:
        """Return a filing for correction."""
        done, _ = await self.act(
            self.staff.handler,
            lambda work: return_filing(
                work,
                filing_id=case.id,
                version=case.version,
                items=(ITEM,),
                later_reason=later_reason,
            ),
        )
        found: Case = done.case
        return found

    async def by_event(self, event: str, case: Case) -> Any:
        """Do the use case of one event, as who may."""
        where: dict[str, Any] = {"filing_id": case.id, "version": case.version}
        staff = self.staff
        acts: dict[str, tuple[Actor, Callable[[Work], Awaitable[Any]]]] = {
            "submit": (staff.filer, lambda w: filing.submit_filing(w, **where)),
            "accept": (staff.handler, lambda w: filing.accept_filing(w, **where)),
            "review": (
                staff.handler,
                lambda w: filing.review_filing(
                    w, **where, reason="齐全", advice=ReviewAdvice.REFUSE
                ),
            ),
            "return": (
                staff.handler,
                lambda w: return_filing(w, **where, items=(ITEM,), later_reason="新发现"),
            ),
            "withdraw": (staff.filer, lambda w: filing_end.withdraw_filing(w, **where)),
            "list": (
                staff.approver,
                lambda w: filing.list_filings(
                    w,
                    document_number=f"试人社〔2026〕{case.id.hex}-{case.version}号",
                    filings=(ListedFiling(filing_id=case.id, version=case.version),),
                    reason="",
                ),
            ),
            "refuse": (
                staff.approver,
                lambda w: filing_end.refuse_filing(w, **where, grounds=GROUNDS),
            ),
            "send_back": (
                staff.approver,
                lambda w: filing_end.send_back_filing(w, **where, reason="请核实"),
            ),
            "terminate": (
                staff.approver,
                lambda w: filing_end.terminate_filing(
                    w, **where, grounds=GROUNDS, ground=TerminationGround.EVIDENCE
                ),
            ),
            "open": (
                staff.filer,
                lambda w: filing.report_opening(w, **where, starts_on=w.today),
            ),
            "complete": (staff.filer, self._complete(case)),
            "expire": (staff.system, self._by_system(case, filing_end.expire_filing)),
            "lapse": (staff.system, self._by_system(case, filing_end.lapse_filing)),
        }
        if event == "accept" and case.state == "submitted":
            await self.contents_sent(case)
        actor, do = acts[event]
        return await self.act(actor, do)

    def _complete(self, case: Case) -> Callable[[Work], Awaitable[Any]]:
        async def do(work: Work) -> Filing:
            people = await work.filings.enrolments(case)
            return await filing.report_completion(
                work,
                filing_id=case.id,
                version=case.version,
                completed_on=work.today,
                outcomes=[
                    filing.PersonOutcome(
                        enrolment_id=person.id,
                        outcome=Outcome.COMPLETED,
                        day=work.today,
                        reason=None,
                    )
                    for person in people
                ],
            )

        return do

    @staticmethod
    def _by_system(
        case: Case, act: Callable[[Work, Case], Awaitable[Case]]
    ) -> Callable[[Work], Awaitable[Any]]:
        async def do(work: Work) -> Case:
            return await act(work, await work.cases.lock(CaseKind.FILING, case.id))

        return do


@pytest.fixture
def bench(engine: AsyncEngine, crypto: Crypto, staff: Staff, begin_work: BeginWork) -> Bench:
    """A place on the day of filing; `begin_work` has put the policies on file."""
    assert begin_work is not None
    clock = MovedClock(FILED)
    begin = postgres_work(engine, crypto=crypto, new_id=new_id, clock=clock)
    return Bench(begin, clock, staff)


ROADS: Final = {
    "draft": (),
    "submitted": ("submit",),
    "returned_for_correction": ("submit", "return"),
    "accepted": ("submit", "accept"),
    "reviewed": ("submit", "accept", "review"),
    "refused": ("submit", "accept", "review", "refuse"),
    "withdrawn": ("submit", "return", "withdraw"),
    "listed": ("submit", "accept", "review", "list"),
    "lapsed": ("submit", "accept", "review", "list", "lapse"),
    "in_training": ("submit", "accept", "review", "list", "open"),
    "terminated": ("submit", "accept", "review", "send_back", "review", "list", "terminate"),
    "completed": ("submit", "accept", "return", "submit", "accept", "review", "list", "open", "complete"),
}  # fmt: skip
"""How each state is reached; together they sign every move but the expiry and the closing."""
LIVE_IN: Final = {"submitted", "returned_for_correction", "accepted", "reviewed", "listed"}


@pytest.mark.parametrize("state", ROADS)
async def test_every_event_happens_where_the_table_says_and_changes_nothing_elsewhere(
    bench: Bench, state: str
) -> None:
    drafted = await road.submitted(bench.begin, bench.staff, people=1, submit=False)
    case = await bench.case(drafted.case.id)
    for event in ROADS[state]:
        await bench.by_event(event, case)
        case = await bench.case(case.id)
    assert case.state == state
    live = {"draft": "planned", "in_training": "in_training", "completed": "completed"}
    if state in LIVE_IN:
        live[state] = "enrolled"
    assert await bench.states(case) == [live.get(state, "freed")]
    events = {event for moves in MACHINE.values() for event in moves} - {"draft", "close"}
    for event in sorted(events - set(MACHINE[state])):
        with pytest.raises(Refusal) as refused:
            await bench.by_event(event, case)
        assert (refused.value.code, event) == ("wrong_state", event)
        assert await bench.case(case.id) == case


async def test_a_correction_in_time_keeps_receipt_and_policy_and_the_plan_before_it(
    bench: Bench, engine: AsyncEngine
) -> None:
    filed = await road.submitted(bench.begin, bench.staff, people=2)
    bench.on(2, 6)
    case = await bench.returned(filed.case)
    (notice,) = await bench.act(
        bench.staff.filer, lambda work: correction_notices(work, filing_id=case.id)
    )
    # ten working days over the Spring Festival: 9-14 February (a worked Saturday), then 24-27
    assert notice.deadline == Deadline(day=date(2026, 2, 27), provisional=False)
    assert notice.items == (ITEM,)
    bench.on(2, 27)
    command = CorrectFiling(
        plan=replace(
            road.a_plan(bench.staff, today=date(2026, 3, 1)).plan, class_name="车工班（更正）"
        ),
        payee=Payee(
            account_name=bench.staff.enterprise.name,
            account_number="3200160123456789020",
            bank_code=road.BANK_CODE,
        ),
        roster=(road.an_apprentice(name="李四"),),
    )
    corrected = await bench.act(
        bench.staff.filer,
        lambda work: correct_filing(work, filing_id=case.id, version=case.version, command=command),
    )
    assert (corrected.class_name, corrected.people, corrected.roster_version) == (
        "车工班（更正）",
        1,
        2,
    )
    assert corrected.payee_account_masked.endswith("9020")
    again = await bench.act(
        bench.staff.filer,
        lambda work: filing.submit_filing(work, filing_id=case.id, version=corrected.case.version),
    )
    assert again.case.state == "submitted"
    assert again.submitted_at == filed.submitted_at == FILED
    assert again.policy_version_id == filed.policy_version_id
    assert await bench.states(again.case) == ["enrolled"]
    async with engine.connect() as connection:
        await pay.scoped(connection, bench.staff.filer)
        kept = await connection.execute(
            text("select class_name, version, until_step from superseded_plans"
                 " where filing_id = :id"), {"id": case.id},
        )  # fmt: skip
        assert kept.all() == [("车工中级工班", 1, 3)]
        old = await connection.execute(
            text("select state, until_roster_version from enrolments"
                 " where filing_id = :id and from_roster_version = 1"), {"id": case.id},
        )  # fmt: skip
        assert old.all() == [("freed", 2)] * 2


async def test_a_plan_alone_is_corrected_and_its_first_day_lies_ahead(bench: Bench) -> None:
    filed = await road.submitted(bench.begin, bench.staff, people=1)
    case = await bench.returned(filed.case)
    plan = road.a_plan(bench.staff, today=FILED.date()).plan
    bench.on(2, 5)  # the planned first day has passed: it stands, since the receipt does

    async def correct(**changed: Any) -> Filing:
        command = CorrectFiling(plan=replace(plan, **changed), payee=None, roster=None)
        found: Filing = await bench.act(
            bench.staff.filer,
            lambda work: correct_filing(
                work, filing_id=case.id, version=case.version, command=command
            ),
        )
        return found

    for changed, code in (
        ({"starts_on": date(2026, 2, 4)}, "training_not_after_filing"),
        ({"fund_source": "lottery"}, "plan_faulty"),
    ):
        with pytest.raises(Refusal) as refused:
            await correct(**changed)
        assert refused.value.code == code
    same = await correct(class_name="改名")
    assert (same.class_name, same.filed_starts_on, same.people) == ("改名", plan.starts_on, 1)
    assert same.payee_account_id == filed.payee_account_id
    assert same.roster_version == 1


async def test_where_no_limit_is_set_a_correction_has_no_last_day(bench: Bench) -> None:
    bench.begin = overlaid_everywhere(bench.begin, limits={})
    case = (await road.submitted(bench.begin, bench.staff, people=1)).case
    case = await bench.returned(case)
    (notice,) = await bench.act(
        bench.staff.filer, lambda work: correction_notices(work, filing_id=case.id)
    )
    assert (notice.working_days, notice.deadline) == (None, None)
    bench.on(11, 30)
    for act in (deadlines.expire_corrections, deadlines.lapse_filings):
        done = await bench.act(
            bench.staff.system,
            partial(act, place_id=bench.staff.place.id, on=date(2026, 11, 30)),
        )
        assert done == 0
    again = await bench.by_event("submit", case)
    assert again.case.state == "submitted"
    command = CorrectFiling(
        plan=road.a_plan(bench.staff, today=date(2026, 11, 30)).plan, payee=None, roster=None
    )
    with pytest.raises(Refusal) as refused:
        await bench.act(
            bench.staff.filer,
            lambda work: correct_filing(
                work, filing_id=case.id, version=again.case.version, command=command
            ),
        )
    assert refused.value.code == "wrong_state"


async def test_overdue_cases_are_found_among_all_that_wait(bench: Bench) -> None:
    late = [(await road.submitted(bench.begin, bench.staff, people=1)).case for _ in range(2)]
    bench.on(2, 10)
    await road.submitted(bench.begin, bench.staff, people=1, starts_on=date(2026, 3, 2))
    for limit, expected in ((1, late[:1]), (2, late), (3, late)):
        async with bench.begin(bench.staff.handler) as work:
            found = await list_clocks(
                work, kind=None, overdue=True, after=None, limit=limit, chunk=1
            )
        assert [one.case.id for one in found] == [case.id for case in expected]


async def test_a_later_notice_says_why_the_first_did_not(bench: Bench) -> None:
    case = (await road.submitted(bench.begin, bench.staff, people=1)).case
    case = await bench.returned(case)
    again = await bench.act(
        bench.staff.filer,
        lambda work: filing.submit_filing(work, filing_id=case.id, version=case.version),
    )
    with pytest.raises(Refusal) as refused:
        await bench.returned(again.case)
    assert refused.value.code == "later_notice_unexplained"
    await bench.returned(again.case, later_reason="补正材料引出的新问题")
    async with bench.begin(bench.staff.filer) as work:
        notices = await correction_notices(work, filing_id=case.id)
    assert [(one.seq, one.later_reason) for one in notices] == [
        (1, ""),
        (2, "补正材料引出的新问题"),
    ]


async def test_what_is_not_corrected_in_time_ends_as_withdrawn_by_a_job_that_can_be_replayed(
    bench: Bench,
) -> None:
    person = road.an_apprentice()
    filed = await road.submitted(bench.begin, bench.staff, roster=(person,))
    bench.on(2, 6)
    case = await bench.returned(filed.case)

    async def expired(on: date) -> int:
        found: int = await bench.act(
            bench.staff.system,
            lambda work: deadlines.expire_corrections(work, place_id=bench.staff.place.id, on=on),
        )
        return found

    bench.on(2, 28)
    assert await expired(date(2026, 2, 27)) == 0
    with pytest.raises(Refusal) as refused:
        await bench.by_event("submit", case)
    assert (refused.value.code, refused.value.values["day"]) == (
        "correction_overdue",
        "2026-02-27",
    )
    assert [await expired(date(2026, 2, 28)) for _ in range(2)] == [1, 0]
    case = await bench.case(case.id)
    assert case.state == "withdrawn"
    assert await bench.states(case) == ["freed"]
    elsewhere = await road.submitted(bench.begin, bench.staff, roster=(person,))
    assert await bench.states(elsewhere.case) == ["enrolled"]


async def test_a_day_in_an_unpublished_year_takes_no_effect(bench: Bench) -> None:
    bench.on(12, 24)
    filed = await road.submitted(bench.begin, bench.staff, people=1)
    bench.on(12, 25)
    case = await bench.returned(filed.case)
    (notice,) = await bench.act(
        bench.staff.filer, lambda work: correction_notices(work, filing_id=case.id)
    )
    assert notice.deadline == Deadline(day=date(2027, 1, 8), provisional=True)
    bench.on(2, 1, 2027)
    late = await bench.act(
        bench.staff.system,
        lambda work: deadlines.expire_corrections(
            work, place_id=bench.staff.place.id, on=date(2027, 2, 1)
        ),
    )
    assert late == 0
    again = await bench.by_event("submit", case)
    assert again.case.state == "submitted"


async def test_a_refusal_names_reason_rule_and_clause(bench: Bench) -> None:
    case = (await road.reviewed(bench.begin, bench.staff, people=1)).case
    await bench.by_event("refuse", case)
    async with bench.begin(bench.staff.filer) as work:
        *_, step = await work.cases.steps(case)
    assert (step.to_state, step.reason) == ("refused", "未实际开展培训")
    assert step.clause == "通人社职〔2019〕15号 第三条"
    for missing in ("reason", "rule", "clause"):
        with pytest.raises(ValueError, match="names its reason"):
            replace(GROUNDS, **{missing: " "})


async def test_a_filing_sent_back_is_reviewed_again_with_its_reason(bench: Bench) -> None:
    seen = await road.reviewed(bench.begin, bench.staff, people=1)
    assert seen.remark == "list"
    with pytest.raises(Refusal) as refused:
        await bench.act(
            bench.staff.approver,
            lambda work: filing_end.send_back_filing(
                work, filing_id=seen.case.id, version=seen.case.version, reason=" "
            ),
        )
    assert refused.value.code == "reason_missing"
    back = await bench.by_event("send_back", seen.case)
    again = await bench.by_event("review", back.case)
    assert (again.case.state, again.remark) == ("reviewed", "refuse")


async def committed_fen(bench: Bench, case: Case) -> int:
    """What is committed to a filing in 2026's book."""
    async with bench.begin(bench.staff.system) as work:
        book = await work.ledger.book(
            BookKey(place_id=case.place_id, fund_source="employment_subsidy", budget_year=2026)
        )
        return await work.ledger.balance_fen(
            case.place_id, book, AccountKey(AccountKind.COMMITTED, case.id)
        )


async def test_a_class_that_does_not_begin_in_time_lapses_and_its_money_is_free(
    bench: Bench,
) -> None:
    await road.appropriated(bench.begin, bench.staff, amount_fen=1_000_000, year=2026)
    listed = await road.listed(bench.begin, bench.staff, people=1)
    # 中级工 4000 元, half prepaid in the year of listing
    assert await committed_fen(bench, listed.case) == 200_000

    async def lapsed(on: date) -> int:
        found: int = await bench.act(
            bench.staff.system,
            lambda work: deadlines.lapse_filings(work, place_id=bench.staff.place.id, on=on),
        )
        return found

    # Sixty working days after 2 February 2026: 3-14 February 10 (a Saturday worked), 24-28 February 5
    # (another), March 22, April 21 (the 6th rests), and 6 and 7 May after the rest days of 1-5 May.
    bench.on(5, 8)
    assert await lapsed(date(2026, 5, 7)) == 0
    assert [await lapsed(date(2026, 5, 8)) for _ in range(2)] == [1, 0]
    case = await bench.case(listed.case.id)
    assert case.state == "lapsed"
    assert await bench.states(case) == ["freed"]
    assert await committed_fen(bench, case) == 0
    async with bench.begin(bench.staff.filer) as work:
        (reminder,) = await work.clocks.reminders(after=None, limit=9)
    assert (reminder.about, reminder.due_on) == ("start_overdue", date(2026, 5, 7))


async def test_what_was_prepaid_does_not_lapse_by_itself(bench: Bench) -> None:
    await road.appropriated(bench.begin, bench.staff, amount_fen=1_000_000, year=2026)
    listed = await road.listed(bench.begin, bench.staff, people=1)
    asked = await bench.act(
        bench.staff.filer,
        lambda work: prepayment.request_prepayment(work, filing_id=listed.case.id),
    )
    case = asked.case
    await bench.act(
        bench.staff.handler,
        lambda work: prepayment.review_prepayment(
            work, prepayment_id=case.id, version=case.version, reason=""
        ),
    )
    await bench.act(
        bench.staff.approver,
        lambda work: prepayment.approve_prepayment(
            work, prepayment_id=case.id, version=case.version + 1,
            share_basis_points=None, reason="",
        ),
    )  # fmt: skip
    bench.on(6, 30)
    lapsed = await bench.act(
        bench.staff.system,
        lambda work: deadlines.lapse_filings(
            work, place_id=bench.staff.place.id, on=date(2026, 6, 30)
        ),
    )
    assert lapsed == 0
    opened = await bench.by_event("open", await bench.case(listed.case.id))
    with pytest.raises(Refusal) as refused:
        await bench.by_event("terminate", opened.case)
    assert refused.value.code == "prepayment_in_flight"


async def test_termination_ends_training_and_holds_the_money_for_its_settlement(
    bench: Bench,
) -> None:
    await road.appropriated(bench.begin, bench.staff, amount_fen=1_000_000, year=2026)
    listed = await road.listed(bench.begin, bench.staff, people=1)
    opened = await bench.by_event("open", listed.case)
    bench.on(4, 1)

    def end(last_day: date | None, case: Case) -> Callable[[Work], Awaitable[Filing]]:
        return lambda work: filing_end.terminate_filing(
            work,
            filing_id=case.id,
            version=case.version,
            grounds=GROUNDS,
            ground=TerminationGround.REQUEST,
            last_day=last_day,
        )

    for day in (date(2026, 2, 1), date(2026, 4, 2)):
        with pytest.raises(Refusal) as refused:
            await bench.act(bench.staff.approver, end(day, opened.case))
        assert refused.value.faults[0].code == "day_outside_training"
    done = await bench.act(bench.staff.approver, end(date(2026, 3, 20), opened.case))
    assert (done.case.state, done.remark) == ("terminated", "request")
    async with bench.begin(bench.staff.filer) as work:
        (person,) = await work.filings.enrolments(done.case)
    assert (person.state, person.ended_on, person.exit_reason) == (
        "exited",
        date(2026, 3, 20),
        "terminated",
    )
    assert await committed_fen(bench, done.case) == 200_000
    # one that never began has no last day, and nothing to wait for
    other = await road.listed(bench.begin, bench.staff, people=1)
    with pytest.raises(Refusal) as refused:
        await bench.act(bench.staff.approver, end(date(2026, 4, 1), other.case))
    assert refused.value.faults[0].code == "day_outside_training"
    done = await bench.act(bench.staff.approver, end(None, other.case))
    assert await committed_fen(bench, done.case) == 0


async def test_who_lets_the_settlement_day_pass_is_reminded_once(bench: Bench) -> None:
    listed = await road.listed(bench.begin, bench.staff, people=1)
    opened = await bench.by_event("open", listed.case)
    bench.on(2, 3)
    await bench.by_event("complete", opened.case)

    async def reminded(on: date) -> int:
        found: int = await bench.act(
            bench.staff.system,
            lambda work: deadlines.remind_settlements(work, place_id=bench.staff.place.id, on=on),
        )
        return found

    bench.on(12, 1)
    assert await reminded(date(2026, 3, 3)) == 0
    assert [await reminded(date(2026, 12, 1)) for _ in range(2)] == [1, 1]
    async with bench.begin(bench.staff.filer) as work:
        (reminder,) = await work.clocks.reminders(after=None, limit=9)
    assert reminder.about == "settlement_overdue"


async def both(first: Awaitable[Any], second: Awaitable[Any]) -> list[str]:
    """Do two acts on two connections; what each came to, done or refused."""
    ends = await asyncio.gather(first, second, return_exceptions=True)
    found = []
    for end in ends:
        if isinstance(end, Refusal):
            found.append(end.code)
        elif isinstance(end, BaseException):
            raise end
        else:
            found.append("done")
    return found


async def test_withdrawal_and_acceptance_never_both_happen(bench: Bench) -> None:
    for _ in range(5):
        case = (await road.submitted(bench.begin, bench.staff, people=1)).case
        await bench.contents_sent(case)
        ends = await both(bench.by_event("withdraw", case), bench.by_event("accept", case))
        assert sorted(ends) == ["done", "stale_version"]


async def test_correction_and_expiry_never_both_happen(bench: Bench) -> None:
    for _ in range(5):
        bench.on(2, 2)
        case = (await road.submitted(bench.begin, bench.staff, people=1)).case
        case = await bench.returned(case)
        bench.on(2, 13)  # the tenth working day after the 2nd is Saturday the 14th, worked
        ends = await both(
            bench.by_event("submit", case),
            bench.act(
                bench.staff.system,
                lambda work: deadlines.expire_corrections(
                    work, place_id=bench.staff.place.id, on=date(2026, 3, 3)
                ),
            ),
        )
        now = (await bench.case(case.id)).state
        assert (ends[0], now) in {("done", "submitted"), ("stale_version", "withdrawn")}
        assert ends[1] == "done"


@pytest.mark.parametrize(
    ("road_to", "statement", "refused_by"),
    [
        (("submit",), "update filings set class_name = 'x' where id = :id", "filing_facts_stand"),
        (
            ("submit",),
            "update enrolments set state = 'freed' where filing_id = :id",
            "enrolment_facts_stand",
        ),
        (
            ("submit", "return"),
            "update filings set policy_version_id = gen_random_uuid() where id = :id",
            "filing_facts_stand",
        ),
        (
            ("submit", "withdraw"),
            "update enrolments set state = 'enrolled' where filing_id = :id",
            "enrolment_facts_stand",
        ),
    ],
)
async def test_a_filer_changes_nothing_but_what_was_returned(
    bench: Bench,
    engine: AsyncEngine,
    road_to: tuple[str, ...],
    statement: str,
    refused_by: str,
) -> None:
    drafted = await road.submitted(bench.begin, bench.staff, people=1, submit=False)
    case = await bench.case(drafted.case.id)
    for event in road_to:
        await bench.by_event(event, case)
        case = await bench.case(case.id)
    async with engine.connect() as connection:
        await pay.scoped(connection, bench.staff.filer)
        with pytest.raises(DBAPIError) as error:
            await connection.execute(text(statement), {"id": case.id})
        await connection.rollback()
    assert constraint_of(error.value) == refused_by


async def test_a_class_is_not_opened_before_it_is_listed_also_when_corrected(
    bench: Bench,
) -> None:
    case = (await road.submitted(bench.begin, bench.staff, people=1)).case
    case = await bench.returned(case)
    bench.on(2, 10)
    for event in ("submit", "accept", "review", "list"):
        await bench.by_event(event, case)
        case = await bench.case(case.id)
    with pytest.raises(Refusal) as refused:
        await bench.act(
            bench.staff.filer,
            lambda work: filing.report_opening(
                work,
                filing_id=case.id,
                version=case.version,
                starts_on=work.today - timedelta(days=1),
            ),
        )
    assert refused.value.code == "opening_out_of_order"
