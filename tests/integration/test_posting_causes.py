"""A decision moves the money it decided about and no other: tried as raw SQL, under the application's login."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.constraints import constraint_of
from domain.ledger.causes import CAUSES, posting_causes
from domain.ledger.chart import EVENTS, CauseKind
from domain.party import Actor
from domain.ports.work import BeginWork
from tests.integration import payments_road as pay
from tests.people import Staff

COPY = """
insert into postings
  (place_id, org_id, partner_org_id, region_path, id, book_id, kind, event, from_account_id, from_kind,
   to_account_id, to_kind, amount_fen, posting_key, attempt_id, decision_case_id, first_seq,
   first_person_id, second_seq, second_person_id, posted_at)
select place_id, org_id, partner_org_id, region_path, gen_random_uuid(), book_id, kind,
       cast(:event as text), from_account_id, from_kind, to_account_id, to_kind,
       coalesce(cast(:amount as bigint), amount_fen), cast(:key as text), cast(:attempt as uuid),
       cast(:case as uuid),
       (select min(seq) from case_steps where case_id = cast(:case as uuid) and person_id = cast(:first as uuid)),
       cast(:first as uuid),
       (select max(seq) from case_steps where case_id = cast(:case as uuid) and person_id = cast(:second as uuid)),
       cast(:second as uuid), posted_at
  from postings where id = :of
"""
"""A posting like another, of an event, an amount, a cause and two signers of its own."""


async def one(engine: AsyncEngine, staff: Staff, query: str, **named: Any) -> Any:
    """Ask one value in the bureau's scope."""
    async with engine.connect() as connection:
        await pay.scoped(connection, staff.system)
        return (await connection.execute(text(query), named)).scalar_one()


class Forger:
    """Somebody with an authority's login who writes postings by hand."""

    def __init__(self, engine: AsyncEngine, staff: Staff) -> None:
        self._engine = engine
        self._staff = staff

    async def posting_of(self, event: str) -> UUID:
        """The posting of an event on the place's books."""
        query = (
            "select id from postings where place_id = :place and event = :event order by id limit 1"
        )
        found: UUID = await one(
            self._engine, self._staff, query, place=self._staff.place.id, event=event
        )
        return found

    async def refused(
        self,
        like: str,
        case_id: UUID,
        first: Actor,
        second: Actor,
        *,
        event: str | None = None,
        amount_fen: int | None = None,
        attempt_id: UUID | None = None,
        actor: Actor | None = None,
    ) -> str | None:
        """The constraint that refuses a forged posting; None when it is accepted."""
        values = {
            "of": await self.posting_of(like),
            "event": event or like,
            "amount": amount_fen,
            "key": f"forged:{uuid4()}",
            "attempt": attempt_id,
            "case": case_id,
            "first": first.person_id,
            "second": second.person_id,
        }
        async with self._engine.connect() as connection:
            await pay.scoped(connection, actor or second)
            try:
                await connection.execute(text(COPY), values)
            except DBAPIError as error:
                return constraint_of(error)
            finally:
                await connection.rollback()
        return None


def test_every_event_that_people_decide_names_its_cases_and_no_other_does() -> None:
    decided = {event for event, legs in EVENTS.items() if legs.cause is CauseKind.DECISION}
    assert set(CAUSES) == decided
    assert all(CAUSES.values())


async def test_the_database_has_the_domains_causes(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        rows = await connection.execute(
            text("select event, case_kind, to_state from posting_causes")
        )
        stored = sorted(tuple(row) for row in rows)
    assert stored == sorted((str(e), kind, state) for e, kind, state in posting_causes())


async def test_a_posting_cites_the_decision_that_moves_this_money(
    staff: Staff, begin_work: BeginWork, engine: AsyncEngine
) -> None:
    released = await pay.released(begin_work, staff, payments=2)
    batch_id = released.case.id
    ask = Forger(engine, staff)
    place = {"place": staff.place.id}
    listings = "select filing_id from commitments where place_id = :place and state = 'committed'"
    appropriation: UUID = await one(
        engine, staff, "select id from appropriations where place_id = :place limit 1", **place
    )
    filing: UUID = await one(engine, staff, f"{listings} order by filing_id limit 1", **place)
    owner = "select t.subject_id from postings p join ledger_accounts t on t.id = p.to_account_id"
    posted: UUID = await one(
        engine,
        staff,
        f"{owner} where p.event = 'listed' and p.place_id = :place order by p.id limit 1",
        **place,
    )
    other: UUID = await one(
        engine, staff, f"{listings} and filing_id <> :posted limit 1", posted=posted, **place
    )
    handler, approver, releaser = staff.handler, staff.approver, staff.releaser
    assert filing in {posted, other}

    # the signer of an earlier decision cannot spend it on what it did not decide
    assert await ask.refused("listed", batch_id, handler, releaser) == "cause_decides_event"
    assert await ask.refused("listed", other, handler, approver) == "cause_concerns_posting"
    # nobody else posts in the signers' names
    assert (
        await ask.refused("listed", posted, handler, approver, actor=releaser) == "posted_by_signer"
    )
    assert await ask.refused("listed", posted, handler, approver, actor=staff.system) is None
    # who has signed does not move the money again: only the system carries a decision out later
    assert await ask.refused("listed", posted, handler, approver) == "posted_when_signed"
    # an appropriation is posted at its amount, once it is approved, and by nothing else
    finance, second = staff.finance, staff.finance_second
    event = "appropriation_approved"
    assert await ask.refused(event, appropriation, finance, second, amount_fen=1) == (
        "cause_concerns_posting"
    )
    assert await ask.refused(event, batch_id, handler, releaser) == "cause_decides_event"
    # no decision but a filing's own, and only what is registered as waiting, is committed later
    assert await ask.refused("listed", posted, handler, approver, event="forward_committed") == (
        "cause_concerns_posting"
    )


async def test_a_batch_sends_its_own_attempts_alone(
    staff: Staff, begin_work: BeginWork, engine: AsyncEngine
) -> None:
    first = await pay.released(begin_work, staff)
    second = await pay.sealed(begin_work, staff)
    handler, releaser = staff.handler, staff.releaser
    ask = Forger(engine, staff)
    attempt = "select id from payment_attempts where batch_id = :batch"
    of_first: UUID = await one(engine, staff, attempt, batch=first.case.id)
    of_second: UUID = await one(engine, staff, attempt, batch=second.case.id)
    event = "batch_released"
    refused = await ask.refused(event, first.case.id, handler, releaser, attempt_id=of_second)
    assert refused == "cause_concerns_posting"
    short = await ask.refused(
        event, first.case.id, handler, releaser, attempt_id=of_first, amount_fen=1
    )
    assert short is not None


async def test_a_request_that_finance_returned_commits_nothing(
    staff: Staff, begin_work: BeginWork, engine: AsyncEngine
) -> None:
    on_file = await pay.approved(begin_work, staff)
    asked = await pay.requested(begin_work, staff, [pay.subject_of(on_file)])
    await pay.request_returned(begin_work, staff, asked)
    refused = await Forger(engine, staff).refused(
        "listed",
        asked.request.case.id,
        staff.handler,
        staff.finance,
        event="supplementary_settlement",
    )
    assert refused == "cause_decides_event"


async def test_a_bank_line_moves_the_attempt_it_is_about_and_as_it_says(
    staff: Staff, begin_work: BeginWork, engine: AsyncEngine
) -> None:
    at_bank, (first, second) = await pay.submitted(begin_work, staff, payments=2)
    said = pay.answer(pay.line(first), pay.line(second, result="unknown"))
    await pay.ingested(begin_work, staff, at_bank.case.id, said)
    lines = [
        await one(
            engine, staff, "select bank_line_id from payment_attempts where id = :id", id=attempt.id
        )
        for attempt in (first, second)
    ]
    forged = text(
        "insert into postings (place_id, org_id, region_path, id, book_id, kind, event, from_account_id,"
        " from_kind, to_account_id, to_kind, amount_fen, posting_key, attempt_id, bank_line_id, posted_at)"
        " select place_id, org_id, region_path, gen_random_uuid(), book_id, kind, 'bank_refused',"
        " to_account_id, to_kind, from_account_id, from_kind, amount_fen, 'forged', attempt_id, :line,"
        " posted_at from postings where event = 'batch_released' and attempt_id = :attempt"
    )
    # the second attempt, by the line about the first, and by its own line that says nothing yet
    for line in lines:
        async with engine.connect() as connection:
            await pay.scoped(connection, staff.releaser)
            with pytest.raises(DBAPIError) as refused:
                await connection.execute(forged, {"line": line, "attempt": second.id})
        assert constraint_of(refused.value) == "cause_concerns_posting"
