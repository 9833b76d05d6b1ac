"""What PostgreSQL refuses of somebody who writes rows by hand under the application's login."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.constraints import constraint_of, sqlstate_of
from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.errors import Refusal
from domain.filing import Outcome
from domain.funding_request import PayableKind
from domain.party import Actor
from domain.ports.crypto import Crypto
from domain.ports.work import BeginWork
from service.application import filing
from tests import road
from tests.integration import payments_road as pay
from tests.integration.again_road import Again
from tests.integration.recovery_road import RecoveryRoad
from tests.integration.settlement_road import FILED, MovedClock
from tests.people import Staff

WALL = "42501"


class Forger:
    """Somebody with a login of the application and a scope of his own."""

    def __init__(self, engine: AsyncEngine, actor: Actor) -> None:
        self._engine = engine
        self._actor = actor

    async def refused(self, statement: str, **named: Any) -> str:
        """What refuses the statement: a constraint's name, or the wall's SQLSTATE."""
        async with self._engine.connect() as connection:
            await pay.scoped(connection, self._actor)
            with pytest.raises(DBAPIError) as broken:
                await connection.execute(text(statement), named)
            await connection.rollback()
        return constraint_of(broken.value) or sqlstate_of(broken.value) or ""

    async def done(self, statement: str, **named: Any) -> int:
        """How many rows the statement reached; nothing is kept."""
        async with self._engine.connect() as connection:
            await pay.scoped(connection, self._actor)
            rows: int = (await connection.execute(text(statement), named)).rowcount
            await connection.rollback()
        return rows


COLUMNS = (
    "place_id, org_id, partner_org_id, region_path, id, policy_version_id, class_name,"
    " occupation_code, occupation_name, target_grade, training_mode, provider_name,"
    " filed_starts_on, filed_months, uplift_basis_points, fund_source, payee_account_id,"
    " roster_version, people"
)
PERSON = "place_id, org_id, partner_org_id, region_path, filing_id, person_id"


async def test_a_filer_begins_with_a_plan_under_the_version_in_force(
    staff: Staff, begin_work: BeginWork, engine: AsyncEngine
) -> None:
    async with begin_work(staff.filer) as work:
        plan = road.a_plan(staff, today=work.today)
        drafted = await filing.draft_filing(work, replace(plan, submit=False))
        await work.commit()
    filer = Forger(engine, staff.filer)
    named: Mapping[str, Any] = {"id": drafted.case.id}
    chosen = (
        "update filings f set submitted_at = now(), policy_version_id ="
        " (select v.id from policy_versions v where v.id <> f.policy_version_id limit 1)"
        " where f.id = :id"
    )
    assert await filer.refused(chosen, **named) == "filed_under"
    listed = f"insert into filings ({COLUMNS}, listed_on) select {COLUMNS}, current_date"
    assert await filer.refused(f"{listed} from filings where id = :id", **named) == "filed_as_draft"
    trained = (
        "insert into enrolments select (jsonb_populate_record(e, jsonb_build_object("
        "'state', 'in_training', 'started_on', '2020-01-01', 'id', gen_random_uuid()))).*"
        " from enrolments e where e.filing_id = :id limit 1"
    )
    assert await filer.refused(trained, **named) == WALL


async def test_once_ever_rows_are_taken_for_ones_own_alone(
    staff: Staff, begin_work: BeginWork, engine: AsyncEngine
) -> None:
    submitted = await road.submitted(begin_work, staff)
    filer = Forger(engine, staff.filer)
    place = {"place": staff.place.id, "filing": submitted.case.id, "some": [uuid4()]}
    receipts = (
        "select use_receipts(:place, :filing, :some, array['12345678'], array['1'], array['x'])"
    )
    assert await filer.refused(receipts, **place) == "receipt_on_record"
    certificates = (
        "select use_certificates(:place, :some, :some, array['x'], array['y'],"
        " array[cast(null as text)], 'training')"
    )
    del place["filing"]
    assert await filer.refused(certificates, **place) == "certificate_declared"
    own = (
        "select take_entitlements(place_id, array[person_id], array[id], '6-18-01-01',"
        " array[cast(4 as smallint)], 'training') from enrolments where filing_id = :filing limit 1"
    )
    assert await filer.refused(own, filing=submitted.case.id) == "entitled_in_region"


async def test_one_officer_does_not_pay_again_or_raise_what_was_decided(
    staff: Staff, begin_work: BeginWork, engine: AsyncEngine
) -> None:
    _, (attempt,) = await pay.submitted(begin_work, staff)
    handler, approver = Forger(engine, staff.handler), Forger(engine, staff.approver)
    named = {"id": attempt.payment_id}
    raised = (
        "update prepayments set amount_fen = amount_fen - 1"
        " where id = (select subject_id from payments where id = :id)"
    )
    for forger in (handler, approver):
        assert await forger.refused(raised, **named) == "decided_stands"
    anew = (
        "update funding_request_lines set released_at = now()"
        " where id = (select funding_request_line_id from payments where id = :id)"
    )
    assert await handler.refused(anew, **named) == "released_unpaid"
    taken_out = "update payment_attempts set state = 'cancelled' where payment_id = :id"
    assert await handler.refused(taken_out, **named) == "attempt_moves_on"
    again = "update payments set state = 'planned' where id = :id"
    assert await handler.refused(again, **named) == "payment_moves_on"


async def test_one_officer_sends_a_returned_payment_nowhere(
    staff: Staff, begin_work: BeginWork, engine: AsyncEngine
) -> None:
    again = Again(begin_work, staff)
    batch_id, (attempt,) = await again.submitted()
    await again.answered(batch_id, pay.line(attempt, result="rejected", reason="户名不符"))
    payment = await again.payment(attempt.payment_id)
    other = await again.verified(await again.declared())
    handler = Forger(engine, staff.handler)
    named = {"id": payment.id, "other": other.case.id}
    elsewhere = "update payments set new_account_id = :other where id = :id"
    assert await handler.refused(elsewhere, **named) == "paid_again_as_confirmed"
    await again.proposed(payment)
    planned = "update payments set state = 'planned' where id = :id"
    assert await handler.refused(planned, id=payment.id) == "paid_again_as_confirmed"
    # of a request that finance concurred in, payments begin as planned
    asked = await pay.concurred(
        begin_work, staff, [pay.subject_of(await pay.approved(begin_work, staff))]
    )
    paid = (
        "insert into payments (place_id, org_id, region_path, id, funding_request_line_id, filing_id,"
        " subject_kind, subject_id, payee_account_id, fund_source, budget_year, amount_fen, purpose,"
        " state, planned_at) select l.place_id, l.org_id, l.region_path, gen_random_uuid(), l.id,"
        " l.filing_id, l.subject_kind, l.subject_id, l.payee_account_id, r.fund_source, r.budget_year,"
        " l.amount_fen, 'x', 'paid', now() from funding_request_lines l join funding_requests r"
        " on r.id = l.funding_request_id where r.id = :request"
    )
    request = asked.request.case.id
    assert await handler.refused(paid, request=request) == "planned_as_requested"


@pytest.fixture
def recovery_road(
    engine: AsyncEngine, crypto: Crypto, staff: Staff, begin_work: BeginWork
) -> RecoveryRoad:
    """A filing to be, with a clock of its own."""
    assert begin_work is not None
    clock = MovedClock(FILED)
    begin = postgres_work(engine, crypto=crypto, new_id=new_id, clock=clock)
    return RecoveryRoad(begin, clock, staff, people=2)


async def test_what_a_recovery_demands_is_signed(
    recovery_road: RecoveryRoad, engine: AsyncEngine
) -> None:
    # Three people prepaid 3 x 4000 x 50 % = 6000 yuan; one earned 4000: 2000 are owed back.
    recovery_road.people = 3
    left = (Outcome.EXITED, "left")
    owing = recovery_road
    await owing.ready(outcomes={1: left, 2: left})
    await owing.extract(owing.registered(0))
    await owing.decided(owing.declaration(0))
    (opened,) = await owing.recoveries()
    ordered = await owing.ordered(opened)
    approver = Forger(engine, owing.staff.approver)
    named = {"id": ordered.case.id}
    for later in (
        "update recoveries set pay_within_days = 366 where id = :id",
        "update recoveries set proposed_fen = 1 where id = :id",
        "update recoveries set served_on = '2020-01-01', due_on = '2099-01-01' where id = :id",
    ):
        assert await approver.refused(later, **named) == "recovery_facts_stand"


async def test_a_balance_that_came_back_is_not_paid_beside_the_next_settlement(
    recovery_road: RecoveryRoad,
) -> None:
    paying = recovery_road
    await paying.ready(prepaid=None)
    await paying.extract(*(paying.registered(n) for n in range(2)))
    first = await paying.decided(*(paying.declaration(n) for n in range(2)))
    await paying.paid(PayableKind.SETTLEMENT, first.case.id)
    assert (await paying.closed(first)).case.state == "closed"
    async with paying.begin_work(paying.staff.handler) as work:
        (payment,) = await work.payments.page(
            filing_id=paying.case_id, state="paid", after=None, limit=9
        )
        (attempt,) = await work.payments.attempts_of(payment)
    back = pay.line(attempt, reference="R1", result="returned", reason="账户已销")
    await pay.ingested(paying.begin_work, paying.staff, attempt.batch_id, pay.answer(back))
    with pytest.raises(Refusal) as refused:
        await paying.adjusted()
    assert refused.value.code == "payment_came_back"
