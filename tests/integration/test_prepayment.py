"""Prepayments that must not be (of nothing, too early, too late), and plans a standard cannot pay."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.errors import Refusal
from domain.filing import Filing, Outcome
from domain.policy import parse_policy
from domain.policy.standard import Category
from domain.ports.crypto import Crypto
from domain.ports.identity import Passwords
from domain.ports.work import BeginWork, Work
from service.application import filing, prepayment
from service.application.filing import PersonOutcome
from tests import road
from tests.integration.settlement_road import MovedClock
from tests.people import Staff, staffed_place

PACK = Path(__file__).parent.parent.parent / "adapters/policies/packs/nantong-2019-15.json"


async def _standard_of(begin_work: BeginWork, actor: Staff, city: str, **prepaid: object) -> None:
    """Put the 南通 standard on file for another city, with another prepayment rule."""
    document = json.loads(PACK.read_text("utf-8")) | {"id": f"city-{city}", "region": city}
    document["prepayment"] |= prepaid
    async with begin_work(actor.system) as work:
        await work.policies.add(
            work.new_id(), parse_policy(document), json.dumps(document).encode()
        )
        await work.commit()


async def _refused(begin_work: BeginWork, staff: Staff, listed: Filing) -> str:
    with pytest.raises(Refusal) as refused:
        async with begin_work(staff.filer) as work:
            await prepayment.request_prepayment(work, filing_id=listed.case.id)
    return refused.value.code


async def test_a_standard_without_a_share_prepays_nothing(
    begin_work: BeginWork, crypto: Crypto, passwords: Passwords
) -> None:
    staff = await staffed_place(begin_work, crypto=crypto, passwords=passwords, city="9901")
    await _standard_of(begin_work, staff, "9901", share_basis_points=0)
    listed = await road.listed(begin_work, staff)
    assert await _refused(begin_work, staff, listed) == "prepayment_of_nothing"


async def test_a_standard_may_wait_until_training_has_started(
    begin_work: BeginWork, crypto: Crypto, passwords: Passwords
) -> None:
    staff = await staffed_place(begin_work, crypto=crypto, passwords=passwords, city="9902")
    await _standard_of(begin_work, staff, "9902", condition="training_started")
    listed = await road.listed(begin_work, staff)
    assert await _refused(begin_work, staff, listed) == "prepayment_not_yet"


async def test_nothing_is_prepaid_once_training_has_ended(
    staff: Staff, begin_work: BeginWork, engine: AsyncEngine, crypto: Crypto
) -> None:
    listed = await road.listed(begin_work, staff)
    asked = await road.act(
        begin_work,
        staff.filer,
        lambda work: prepayment.request_prepayment(work, filing_id=listed.case.id),
    )
    seen = await road.act(
        begin_work,
        staff.handler,
        lambda work: prepayment.review_prepayment(
            work, prepayment_id=asked.case.id, version=asked.case.version, reason=""
        ),
    )
    later = MovedClock(datetime.now(UTC) + timedelta(days=2))
    begin_later = postgres_work(engine, crypto=crypto, new_id=new_id, clock=later)

    async def train(work: Work) -> Filing:
        opened = await filing.report_opening(
            work, filing_id=listed.case.id, version=listed.case.version, starts_on=work.today
        )
        return await filing.report_completion(
            work,
            filing_id=listed.case.id,
            version=opened.case.version,
            completed_on=work.today,
            outcomes=[
                PersonOutcome(
                    enrolment_id=person.id, outcome=Outcome.COMPLETED, day=work.today, reason=None
                )
                for person in await work.filings.enrolments(opened.case)
            ],
        )

    await road.act(begin_later, staff.filer, train)
    with pytest.raises(Refusal) as refused:
        async with begin_later(staff.approver) as work:
            await prepayment.approve_prepayment(
                work,
                prepayment_id=asked.case.id,
                version=seen.case.version,
                share_basis_points=None,
                reason="",
            )
    assert refused.value.code == "prepayment_not_yet"


async def test_nobody_who_is_never_paid_for_is_prepaid_or_committed_for(
    begin_work: BeginWork, staff: Staff
) -> None:
    """Shows FIL-06."""
    roster = (
        road.an_apprentice(),
        road.an_apprentice(category=Category.OTHER),
        road.an_apprentice(contract_months=6),
        road.an_apprentice(category=Category.TRANSFER),
    )
    listed = await road.listed(begin_work, staff, roster=roster)
    asked = await road.act(
        begin_work,
        staff.filer,
        lambda work: prepayment.request_prepayment(work, filing_id=listed.case.id),
    )
    async with begin_work(staff.approver) as work:
        parts = await work.budgets.commitments(listed.case)
    assert (asked.people, asked.amount_fen) == (2, 400_000)
    assert sum(part.amount_fen for part in parts) == 800_000


@pytest.mark.parametrize("category", list(Category))
async def test_everybody_the_policies_know_can_be_filed(
    begin_work: BeginWork, staff: Staff, category: Category
) -> None:
    """Shows FIL-07."""
    async with begin_work(staff.filer) as work:
        roster = (road.an_apprentice(category=category),)
        filed = await filing.draft_filing(work, road.a_plan(staff, today=work.today, roster=roster))
        (person,) = await work.filings.enrolments(filed.case)
    assert person.category is category


async def test_a_draft_is_submitted_under_a_standard_that_can_pay_it(
    begin_work: BeginWork, crypto: Crypto, passwords: Passwords
) -> None:
    staff = await staffed_place(begin_work, crypto=crypto, passwords=passwords, city="9904")
    await _standard_of(begin_work, staff, "9904")

    async def draft(work: Work) -> Filing:
        plan = road.a_plan(staff, today=work.today, filed_months=24, submit=False)
        return await filing.draft_filing(work, plan)

    drafted = await road.act(begin_work, staff.filer, draft)
    document = json.loads(PACK.read_text("utf-8"))
    document |= {"id": "city-9904-later", "region": "9904", "valid_from": "2025-01-01"}
    document["term"] |= {"max_months": 12, "extended_max_months": 12}
    async with begin_work(staff.system) as work:
        later = parse_policy(document)
        await work.policies.add(work.new_id(), later, json.dumps(document).encode())
        await work.commit()
    with pytest.raises(Refusal) as refused:
        async with begin_work(staff.filer) as work:
            await filing.submit_filing(
                work, filing_id=drafted.case.id, version=drafted.case.version
            )
    assert refused.value.code == "plan_faulty"
    assert [(f.pointer, f.code) for f in refused.value.faults] == [
        ("/filed_months", "term_outside_policy")
    ]
