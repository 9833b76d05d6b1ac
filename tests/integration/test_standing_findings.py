"""Which finding stands, on PostgreSQL: extracts that list a part, registers and people who disagree."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.certificate import (
    RULES_VERSION,
    Agreement,
    DeclaredCertificate,
    FindingResult,
    finding_of,
)
from domain.errors import Refusal
from domain.manual_finding import Established
from domain.ports.crypto import Crypto
from domain.ports.work import BeginWork
from domain.settlement import Disposition, Settlement, SettlementKind
from domain.standing_finding import Heard, bears_on, standing_finding
from service.application import manual_finding, settlement_again
from service.application import settlement as settlements
from service.application.work_ledger import person_entries
from tests.conftest import Database
from tests.integration.evidence_road import EvidenceRoad
from tests.integration.settlement_road import FILED, MovedClock
from tests.people import Staff

R = FindingResult
NewRoad = Callable[..., Awaitable[EvidenceRoad]]


@pytest.fixture
def new_road(engine: AsyncEngine, crypto: Crypto, staff: Staff, begin_work: BeginWork) -> NewRoad:
    """Make a road to a completed filing with a clock of its own; nothing is prepaid unless told."""
    assert begin_work is not None

    async def make(*, people: int = 2, **how: Any) -> EvidenceRoad:
        clock = MovedClock(FILED)
        begin = postgres_work(engine, crypto=crypto, new_id=new_id, clock=clock)
        road = EvidenceRoad(begin, clock, staff, people=people)
        await road.ready(**({"prepaid": None} | how))
        return road

    return make


async def code_of(doing: Awaitable[Any]) -> str:
    with pytest.raises(Refusal) as refused:
        await doing
    return refused.value.code


async def test_an_extract_that_lists_a_part_keeps_what_was_confirmed(new_road: NewRoad) -> None:
    road = await new_road()
    await road.extract(*(road.registered(n) for n in range(2)))
    accepted = await road.accepted(*(road.declaration(n) for n in range(2)))
    verified = await road.verified(accepted.case.id)
    partly = await road.examined_again(verified, road.registered(1))
    assert await road.results(partly) == [(R.MATCH, False)] * 2
    (kept, new) = await road.found(partly)
    assert (kept.seq, new.seq) == (1, 2)
    assert new.extract_id == partly.extract_id != kept.extract_id
    reviewed = await road.reviewed(partly)
    assert reviewed.amounts is not None
    assert reviewed.amounts.entitled_fen == 800_000
    async with road.begin_work(road.staff.handler) as work:
        people = await person_entries(work, filing_id=road.case_id, after=None, limit=9)
        judged = await settlements.eligibility_of(
            work, settlement_id=partly.case.id, after=None, limit=9
        )
    assert {one.finding for one in people} == {R.MATCH}, "the work ledger shows what stands"
    evaluated = {
        judgement.facts["evaluated_on"]
        for one in judged
        for judgement in one.judgements
        if judgement.rule == "inside_window"
    }
    assert evaluated == {"2027-01-15"}, "the day of evaluation is the one of the answer that stands"


async def test_a_later_settlement_keeps_what_an_earlier_one_confirmed(new_road: NewRoad) -> None:
    road = await new_road()
    await road.extract(road.registered(0), road.registered(1, status="pending"))
    first = await road.decided(*(road.declaration(n) for n in range(2)))
    await road.paid_out(first)
    await road.extract(road.registered(1))
    accepted = await road.accepted()
    assert accepted.kind is SettlementKind.SUPPLEMENTARY
    verified = await road.verified(accepted.case.id)
    (kept, new) = await road.found(verified)
    assert (kept.result, kept.settlement_id) == (R.MATCH, first.case.id)
    assert (new.result, new.settlement_id) == (R.MATCH, verified.case.id)
    approved = await road.approved(await road.reviewed(verified))
    assert approved.amounts is not None
    assert (approved.amounts.entitled_fen, approved.amounts.balance_fen) == (800_000, 400_000)
    assert await road.recoveries() == []
    assert await road.results(first) == [(R.MATCH, False), (R.PENDING_UPLOAD, False)], (
        "what was found later changes nothing in a settlement that is closed"
    )


async def test_a_revocation_is_found_out_and_stays_found_out(new_road: NewRoad) -> None:
    road = await new_road(people=1)
    await road.extract(road.registered(0))
    first = await road.decided(road.declaration(0))
    await road.paid_out(first)
    await road.extract(road.registered(0, status="revoked"))
    second = await road.adjusted()
    assert await road.results(second) == [(R.REVOKED, False)]
    assert second.amounts is not None
    assert second.amounts.recovery_fen == 400_000
    await road.extract(road.registered(0, certificate_number="Y000032000001264000009"))
    third = await road.adjusted()
    assert await road.results(third) == [(R.REVOKED, False)]
    assert third.amounts is not None
    assert third.amounts.recovery_fen == 400_000


async def test_a_grade_declared_anew_was_never_confirmed(new_road: NewRoad) -> None:
    road = await new_road(people=2)
    await road.extract(road.registered(0, grade="5"), road.registered(1, status="pending"))
    first = await road.decided(road.declaration(0, grade=5), road.declaration(1))
    await road.paid_out(first)
    await road.extract(road.registered(1))
    accepted = await road.accepted(road.declaration(0, grade=4))
    verified = await road.verified(accepted.case.id)
    assert await road.results(verified) == [(R.NOT_FOUND, False), (R.MATCH, False)]


async def test_what_two_people_confirmed_outlives_a_silent_extract_and_what_they_knew(
    new_road: NewRoad,
) -> None:
    road = await new_road(people=3)
    rows = [
        road.registered(0, holder_name="李四"),
        road.registered(2, status="pending"),
    ]
    await road.extract(*rows)
    accepted = await road.accepted(*(road.declaration(n) for n in range(3)))
    verified = await road.verified(accepted.case.id)
    assert [result for result, _ in await road.results(verified)] == [
        R.NAME_VARIANT,
        R.NOT_FOUND,
        R.PENDING_UPLOAD,
    ]
    confirmed = await road.established(verified, 0)
    confirmed = await road.established(confirmed, 1)
    silent = await road.examined_again(confirmed, road.registered(2, status="withheld"))
    by_hand = (R.CONFIRMED_MANUALLY, False)
    assert await road.results(silent) == [by_hand, by_hand, (R.WITHHELD, False)]
    repeated = await road.examined_again(silent, *reversed(rows))
    assert await road.results(repeated) == [by_hand, by_hand, (R.WITHHELD, False)]
    first = await road.approved(await road.reviewed(repeated))
    await road.paid_out(first)

    await road.extract(rows[0], road.registered(2))
    accepted = await road.accepted()
    verified = await road.verified(accepted.case.id)
    assert await road.results(verified) == [by_hand, by_hand, (R.MATCH, False)]
    reviewed = await road.reviewed(verified)
    assert reviewed.amounts is not None
    assert reviewed.amounts.entitled_fen == 1_200_000
    confirmer = replace(road, staff=replace(road.staff, approver=road.staff.releaser))
    assert await code_of(confirmer.approved(reviewed)) == "linked_duty_conflict"
    assert (await road.approved(reviewed)).case.state == "approved"


async def test_a_register_that_contradicts_two_people_sends_the_line_back_to_them(
    new_road: NewRoad,
) -> None:
    road = await new_road(people=1)
    await road.extract(road.registered(0, certificate_number="Y000032000001264000009"))
    accepted = await road.accepted(road.declaration(0))
    confirmed = await road.established(await road.verified(accepted.case.id), 0)
    revoked = await road.examined_again(confirmed, road.registered(0, status="revoked"))
    assert await road.results(revoked) == [(R.REVOKED, True)]
    assert await code_of(road.reviewed(revoked)) == "confirmation_contradicted"
    (person,) = road.enrolments

    def excuse(settlement: Settlement) -> Awaitable[Any]:
        return road.act(
            road.staff.handler,
            lambda work: manual_finding.decide_honest_mistake(
                work,
                settlement_id=settlement.case.id,
                version=settlement.case.version,
                enrolment_id=person.id,
                reason="抄写漏位",
            ),
        )

    assert await code_of(excuse(revoked)) == "nothing_to_excuse", "nobody has decided what it is"
    async with road.begin_work(road.staff.handler) as work:
        (listed,) = await person_entries(work, filing_id=road.case_id, after=None, limit=9)
    assert listed.finding is None
    still = await road.examined_again(
        revoked, road.registered(0, certificate_number="Y000032000001264000008")
    )
    assert await code_of(road.reviewed(still)) == "confirmation_contradicted"
    looked = await road.established(still, 0, Established.REVOKED)
    assert await road.results(looked) == [(R.REVOKED, False)]
    excused = await excuse(looked)
    reviewed = await road.reviewed(excused)
    async with road.begin_work(road.staff.handler) as work:
        (line,) = await settlements.lines_of(
            work, settlement_id=reviewed.case.id, after=None, limit=9
        )
    assert (line.disposition, line.amount_fen) == (Disposition.REFUSED, 0)


async def test_two_people_who_look_again_may_confirm_again(new_road: NewRoad) -> None:
    road = await new_road(people=1)
    await road.extract(road.registered(0, certificate_number="Y000032000001264000009"))
    accepted = await road.accepted(road.declaration(0))
    confirmed = await road.established(await road.verified(accepted.case.id), 0)
    differs = await road.examined_again(confirmed, road.registered(0, issued_on="2027-02-21"))
    assert await road.results(differs) == [(R.DATE_MISMATCH, True)]
    looked = await road.established(differs, 0)
    repeated = await road.examined_again(
        looked, road.registered(0, issued_on="2027-02-21", evaluated_on="2027-01-16")
    )
    assert await road.results(repeated) == [(R.CONFIRMED_MANUALLY, False)]
    reviewed = await road.reviewed(repeated)
    assert reviewed.amounts is not None
    assert reviewed.amounts.entitled_fen == 400_000


_ADD: str = """
insert into findings (place_id, org_id, partner_org_id, region_path, declaration_id, seq, settlement_id,
                      register, rules_version, agreement, manual_finding_id, result, asked_at)
select d.place_id, d.org_id, d.partner_org_id, d.region_path, d.id, :seq, d.settlement_id, 'x',
       cast(:version as smallint), cast(:agreement as integer), cast(:people as uuid), :result, now()
  from declared_certificates d where d.id = :id
"""


async def _told(
    database: Database, rng: Random, declarations: Sequence[DeclaredCertificate]
) -> dict[UUID, list[Heard]]:
    """Give each declaration up to four findings at random, by people or by a register."""
    answers = [Agreement(rng.randrange(8192)) for _ in range(8)] + [
        Agreement(0),
        Agreement.FOUND | Agreement.SAME_ID | Agreement.REVOKED,
        Agreement(511),
        Agreement(507),
    ]
    told: dict[UUID, list[Heard]] = {}
    rows = []
    for one in declarations:
        told[one.id] = []
        for seq in range(1, rng.choice((0, 0, 1, 2, 3, 4)) + 1):
            agreement = None if rng.random() < 0.3 else rng.choice(answers)
            result = (
                FindingResult(rng.choice(list(Established)))
                if agreement is None
                else finding_of(agreement)
            )
            told[one.id].append(Heard(result=result, agreement=agreement))
            rows.append(
                {
                    "id": one.id,
                    "seq": seq,
                    "version": None if agreement is None else RULES_VERSION,
                    "agreement": None if agreement is None else int(agreement),
                    "people": new_id() if agreement is None else None,
                    "result": result,
                }
            )
    admin = create_async_engine(database.admin_url)
    async with admin.begin() as connection:
        await connection.execute(text("set local session_replication_role = replica"))
        await connection.execute(text(_ADD), rows)
    await admin.dispose()
    return told


async def test_the_database_lets_the_finding_stand_that_the_domain_does(
    new_road: NewRoad, database: Database, seed: int
) -> None:
    rng = Random(seed)
    road = await new_road(people=400)
    everybody = range(400)
    accepted = await road.accepted(*(road.declaration(n) for n in everybody))
    verified = await road.verified(accepted.case.id, size=5000)

    async def declared() -> Sequence[DeclaredCertificate]:
        async with road.begin_work(road.staff.handler) as work:
            return await work.settlements.declared_in(verified.case)

    before = await declared()
    told_before = await _told(database, rng, before)
    returned = await road.act(
        road.staff.handler,
        lambda work: settlement_again.return_settlement(
            work,
            settlement_id=verified.case.id,
            version=verified.case.version,
            reason="请核对",
            clause="第八条",
        ),
    )
    changes: list[dict[str, Any]] = [
        *({} for _ in range(5)),
        {"grade": 3},
        {"issued_on": date(2027, 2, 19)},
        {"occupation_code": "6-18-01-02"},
        {"issuer_code": "S9"},
        {"holder_name": "李四"},
    ]
    anew = [road.declaration(n, **rng.choice(changes)) for n in everybody]
    anew[0] = road.declaration(0, certificate_number=f"S{road.number(0)}")
    await road.act(
        road.staff.filer,
        lambda work: settlement_again.correct_settlement(
            work,
            settlement_id=verified.case.id,
            version=returned.case.version,
            declarations=tuple(anew),
        ),
    )
    after = await declared()
    told_after = await _told(database, rng, after)
    shown = {one.enrolment_id: one for one in await road.found(verified)}
    earlier = {one.enrolment_id: one for one in before}
    kinds = set()
    for one in after:
        was = earlier[one.enrolment_id]
        same = replace(was, id=one.id) == one
        heard = [
            heard
            for heard in told_before[was.id]
            if was.number == one.number and bears_on(heard.result, same_facts=same)
        ] + told_after[one.id]
        stands = standing_finding(heard)
        kinds.add((stands is None, stands is not None and stands.contradicted, same))
        got = shown.get(one.enrolment_id)
        if stands is None:
            assert got is None
            continue
        assert got is not None, heard
        assert (got.result, got.agreement, got.contradicted) == (
            stands.heard.result,
            stands.heard.agreement,
            stands.contradicted,
        ), heard
    assert len(kinds) == 6, "every kind of story was told"
