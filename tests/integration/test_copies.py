"""Certificates shown by a copy, on PostgreSQL: asked of nobody, confirmed by two people, used once."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.constraints import constraint_of
from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.cases import CaseKind
from domain.certificate import Agreement, DeclaredCertificate, FindingResult
from domain.document import CERTIFICATE_COPY
from domain.errors import Refusal
from domain.manual_finding import Established
from domain.policy import CertificateType
from domain.ports.crypto import Crypto
from domain.ports.register import Registry
from domain.ports.work import BeginWork
from domain.settlement import Disposition, Ground, Settlement, SettlementKind
from service.application import settlement as settlements
from service.application import settlement_again
from service.application.archive import list_archive_entries
from service.application.completeness import completeness_of_settlement
from service.application.declaration import warnings_of
from service.application.document import withdraw_document
from service.application.reconciliation import add_answers, answers_of
from service.application.work_ledger import person_entries
from tests import documents
from tests.integration import payments_road as pay
from tests.integration.evidence_road import EvidenceRoad
from tests.integration.settlement_road import FILED, MovedClock
from tests.people import Staff

R = FindingResult
MISSING = "number_or_copy_missing"
NewRoad = Callable[..., Awaitable[EvidenceRoad]]
NO_NUMBER: dict[str, Any] = {"certificate_number": None}
TRAINING: dict[str, Any] = NO_NUMBER | {
    "certificate_type": CertificateType.TRAINING,
    "grade": None,
}


@pytest.fixture
def new_road(engine: AsyncEngine, crypto: Crypto, staff: Staff, begin_work: BeginWork) -> NewRoad:
    """Make a road to a completed filing with a clock of its own; nothing is prepaid."""
    assert begin_work is not None

    async def make(
        *, people: int = 2, at: Staff | None = None, roster: Any = (), **how: Any
    ) -> EvidenceRoad:
        clock = MovedClock(FILED)
        begin = postgres_work(engine, crypto=crypto, new_id=new_id, clock=clock)
        road = EvidenceRoad(begin, clock, at or staff, people=people, roster=roster)
        await road.ready(prepaid=None, **how)
        return road

    return make


async def refusal_of(doing: Awaitable[Any]) -> tuple[str, list[tuple[str, str]]]:
    with pytest.raises(Refusal) as refused:
        await doing
    faults = [(fault.pointer, fault.code) for fault in refused.value.faults]
    return refused.value.code, faults


async def lines_of(
    road: EvidenceRoad, settlement: Settlement
) -> list[tuple[Disposition | None, Ground | None]]:
    async with road.begin_work(road.staff.filer) as work:
        lines = await settlements.lines_of(
            work, settlement_id=settlement.case.id, after=None, limit=100
        )
    by_person = {line.enrolment_id: (line.disposition, line.ground) for line in lines}
    return [by_person[one.id] for one in road.enrolments]


async def test_a_class_shown_by_copies_is_paid_once_two_people_have_confirmed_everybody(
    new_road: NewRoad,
) -> None:
    """Shows EVD-01."""
    road = await new_road()
    shown = [road.declaration(n, **NO_NUMBER) for n in range(2)]
    accepted = await road.accepted(*shown, copies=[0, 1])
    # The register holds both certificates: without a number nobody asks it.
    await road.extract(*(road.registered(n) for n in range(2)))
    verified = await road.verified(accepted.case.id)
    assert verified.extract_id is not None
    assert await road.results(verified) == []
    assert await refusal_of(road.reviewed(verified)) == ("verification_incomplete", [])
    half = await road.proposed(verified, 0, number=road.number(0))
    assert (await refusal_of(road.reviewed(verified)))[0] == "verification_incomplete"
    one = await road.confirmed(half, number=f" {road.number(0).lower()}")
    assert (await refusal_of(road.reviewed(one)))[0] == "verification_incomplete"
    both = await road.established(one, 1)
    assert await road.results(both) == [(R.CONFIRMED_MANUALLY, False)] * 2
    reviewed = await road.reviewed(both)
    assert await lines_of(road, reviewed) == [(Disposition.PAYABLE, Ground.CERTIFIED)] * 2
    approved = await road.approved(reviewed)
    assert approved.amounts is not None
    assert approved.amounts.balance_fen == 800_000
    await road.paid_out(approved)
    async with road.begin_work(road.staff.handler) as work:
        listed = await person_entries(work, filing_id=road.case_id, after=None, limit=9)
    assert [one.certificate_number for one in listed] == [road.number(0), None]


async def test_two_people_read_the_same_number_or_nothing_is_found(new_road: NewRoad) -> None:
    road = await new_road()
    accepted = await road.accepted(
        road.declaration(0, **NO_NUMBER), road.declaration(1), copies=[0]
    )
    verified = await road.verified(accepted.case.id)
    wrong = ("sighting_faulty", [("/seen/certificate_number", "number_already_declared")])
    assert await refusal_of(road.proposed(verified, 1, number=road.number(1))) == wrong
    proposed = await road.proposed(verified, 0, number=road.number(0))
    assert proposed.number == road.number(0)
    differs = ("sighting_faulty", [("/seen/certificate_number", "number_read_differently")])
    assert await refusal_of(road.confirmed(proposed)) == differs
    assert await refusal_of(road.confirmed(proposed, number=road.number(1))) == differs
    other = await road.proposed(verified, 1)
    assert await refusal_of(road.confirmed(other, number=road.number(1))) == wrong
    await road.confirmed(proposed, number=road.number(0))
    async with road.begin_work(road.staff.handler) as work:
        kept = await work.manual_findings.get(
            await work.cases.get(CaseKind.MANUAL_FINDING, proposed.case.id)
        )
    assert [one.number_raw for one in kept.sightings] == [road.number(0)] * 2


async def test_neither_number_nor_copy_is_refused_at_every_door(new_road: NewRoad) -> None:
    road = await new_road()
    bare = road.declaration(0, **NO_NUMBER)
    missing = ("declarations_faulty", [("/declarations/0/certificate_number", MISSING)])
    assert await refusal_of(road.drafted(bare)) == missing
    assert await refusal_of(road.drafted(bare, copies=[1])) == missing
    drafted = await road.drafted(bare, copies=[0])

    async def listed() -> list[tuple[str, bool, bool]]:
        async with road.begin_work(road.staff.filer) as work:
            items = await completeness_of_settlement(work, settlement_id=drafted.case.id)
        return [(item.item, item.present, item.complete) for item in items]

    assert await listed() == [("training_video", True, True), (CERTIFICATE_COPY, True, False)]
    await road.act(road.staff.filer, lambda work: documents.send_contents(work, drafted.case))
    assert await listed() == [("training_video", True, True), (CERTIFICATE_COPY, True, True)]
    async with road.begin_work(road.staff.filer) as work:
        held = await work.documents.in_force(drafted.case)
    (copy,) = [one for one in held if one.kind == CERTIFICATE_COPY]
    await road.act(road.staff.filer, lambda work: withdraw_document(work, document_id=copy.id))
    now = await road.read(drafted.case.id)
    submitted = road.act(
        road.staff.filer,
        lambda work: settlements.submit_settlement(
            work, settlement_id=now.case.id, version=now.case.version
        ),
    )
    incomplete = ("settlement_incomplete", [("/documents/certificate_copy", "document_missing")])
    assert await refusal_of(submitted) == incomplete


async def test_what_is_corrected_may_show_a_copy_instead(new_road: NewRoad) -> None:
    road = await new_road(people=1)
    await road.extract(road.registered(0, holder_id="11010519491231002X"))
    accepted = await road.accepted(road.declaration(0))
    verified = await road.verified(accepted.case.id)
    assert await road.results(verified) == [(R.ID_MISMATCH, False)]
    returned = await road.act(
        road.staff.handler,
        lambda work: settlement_again.return_settlement(
            work,
            settlement_id=verified.case.id,
            version=verified.case.version,
            reason="编号不符",
            clause="第八条",
        ),
    )

    def correct(*copies: int) -> Awaitable[Any]:
        return road.act(
            road.staff.filer,
            lambda work: settlement_again.correct_settlement(
                work,
                settlement_id=returned.case.id,
                version=returned.case.version,
                declarations=(road.declaration(0, **NO_NUMBER),),
                documents=tuple(documents.certificate_copy(road.enrolments[n].id) for n in copies),
            ),
        )

    missing = ("declarations_faulty", [("/declarations/0/certificate_number", MISSING)])
    assert await refusal_of(correct()) == missing
    corrected = await correct(0)
    assert corrected.case.state == "submitted"
    await road.act(road.staff.filer, lambda work: documents.send_contents(work, corrected.case))
    taken = await road.act(
        road.staff.handler,
        lambda work: settlements.accept_settlement(
            work, settlement_id=corrected.case.id, version=corrected.case.version
        ),
    )
    again = await road.verified(taken.case.id)
    assert await road.results(again) == [], "what was found about the number is another matter"
    confirmed = await road.established(again, 0, number=road.number(0))
    reviewed = await road.reviewed(confirmed)
    assert reviewed.amounts is not None
    assert reviewed.amounts.entitled_fen == 400_000


async def test_a_later_settlement_carries_the_copy_and_what_was_confirmed_from_it(
    new_road: NewRoad,
) -> None:
    road = await new_road(people=3)
    await road.extract(road.registered(2, status="pending"))
    accepted = await road.accepted(
        road.declaration(0, **NO_NUMBER),
        road.declaration(1, **NO_NUMBER),
        road.declaration(2),
        copies=[0, 1],
    )
    verified = await road.verified(accepted.case.id)
    looked = await road.established(verified, 0, number=road.number(0))
    looked = await road.established(looked, 1, Established.WITHHELD)
    first = await road.approved(await road.reviewed(looked))
    await road.paid_out(first)

    # The second is shown again, by the copy that is on file already; the third was uploaded since.
    await road.extract(road.registered(2))
    again = road.declaration(1, **NO_NUMBER)
    accepted = await road.accepted(again)
    assert accepted.kind is SettlementKind.SUPPLEMENTARY
    verified = await road.verified(accepted.case.id)
    assert await road.results(verified) == [
        (R.CONFIRMED_MANUALLY, False),
        (R.WITHHELD, False),
        (R.MATCH, False),
    ]
    looked = await road.established(verified, 1)
    second = await road.approved(await road.reviewed(looked))
    assert second.amounts is not None
    assert (second.amounts.entitled_fen, second.amounts.balance_fen) == (1_200_000, 800_000)
    await road.paid_out(second)
    # The archive enters all three: by the number read from the copy, by none, and as declared.
    async with road.begin_work(road.staff.handler) as work:
        entries = await list_archive_entries(work, worker_id=None, after=None, limit=100)
    numbers = {
        one.enrolment_id: one.certificate_number for one in entries if one.kind == "certificate"
    }
    assert numbers == {
        road.enrolments[0].id: road.number(0),
        road.enrolments[1].id: None,
        road.enrolments[2].id: road.number(2),
    }


async def test_a_certificate_without_any_number_is_used_once_by_its_holder(
    new_road: NewRoad, new_staff: Callable[[], Awaitable[Staff]]
) -> None:
    first = await new_road(people=1)
    elsewhere = await new_road(people=1, at=await new_staff(), roster=first.roster, target_grade=3)
    stranger = await new_road(people=1)
    reviewed = []
    for road in (first, elsewhere, stranger):
        accepted = await road.accepted(road.declaration(0, **TRAINING), copies=[0])
        looked = await road.established(await road.verified(accepted.case.id), 0)
        assert await road.used(looked) == [False]
        reviewed.append(await road.reviewed(looked))
    await first.approved(reviewed[0])
    assert (await stranger.approved(reviewed[2])).case.state == "approved", "another person's"
    assert await refusal_of(elsewhere.approved(reviewed[1])) == ("certificate_already_used", [])
    taken_up = await elsewhere.act(
        elsewhere.staff.handler,
        lambda work: settlement_again.take_back_review(
            work,
            settlement_id=reviewed[1].case.id,
            version=reviewed[1].case.version,
            event="reopen",
            reason="他案已用",
        ),
    )
    later = await elsewhere.reviewed(taken_up)
    assert await elsewhere.used(later) == [True]
    assert later.amounts is not None
    assert later.amounts.entitled_fen == 0


async def test_a_number_read_from_a_copy_is_used_once_like_a_declared_one(
    new_road: NewRoad, new_staff: Callable[[], Awaitable[Staff]]
) -> None:
    first = await new_road(people=1)
    elsewhere = await new_road(people=1, at=await new_staff(), roster=first.roster, target_grade=3)
    by_number = TRAINING | {"certificate_number": first.number(0)}
    await first.extract(first.registered(0, certificate_type="training_certificate", grade=""))
    declared = await first.accepted(first.declaration(0, **by_number))
    approved = await first.reviewed(await first.verified(declared.case.id))
    accepted = await elsewhere.accepted(
        elsewhere.declaration(0, **TRAINING, issuer_code="S000132"), copies=[0]
    )
    looked = await elsewhere.established(
        await elsewhere.verified(accepted.case.id), 0, number=first.number(0)
    )
    reviewed = await elsewhere.reviewed(looked)
    await first.approved(approved)
    assert await refusal_of(elsewhere.approved(reviewed)) == ("certificate_already_used", [])


class Knows(Registry):
    """A live register that knows everybody and remembers whom it was asked about."""

    name = "live"

    def __init__(self) -> None:
        self.asked: list[str | None] = []

    async def ask(self, declaration: DeclaredCertificate) -> Agreement | None:
        self.asked.append(declaration.number)
        return Agreement(511)


async def test_no_register_is_asked_about_a_certificate_without_a_number(
    new_road: NewRoad,
) -> None:
    road = await new_road()
    accepted = await road.accepted(
        road.declaration(0, **NO_NUMBER), road.declaration(1), copies=[0]
    )
    verified = await road.verified(accepted.case.id)
    registry = Knows()
    answers = await answers_of(registry, list((await road.declared(verified)).values()))
    assert registry.asked == [road.number(1)]
    await road.act(
        road.staff.system,
        lambda work: add_answers(
            work, settlement_id=verified.case.id, register=registry.name, answers=answers
        ),
    )
    assert await road.results(verified) == [(R.MATCH, False)]


async def test_odd_numbers_are_warned_of_by_their_place_and_stored_as_written(
    new_road: NewRoad,
) -> None:
    road = await new_road(people=3)
    odd = f"YO{road.number(1)[2:]}".lower()
    drafted = await road.drafted(
        road.declaration(0, **NO_NUMBER),
        road.declaration(1, certificate_number=odd),
        road.declaration(2, certificate_number="S00032420250001"),
        copies=[0],
    )
    declared = await road.declared(drafted)
    assert [declared[one.id].number_raw for one in road.enrolments] == [
        None,
        odd,
        "S00032420250001",
    ]
    async with road.begin_work(road.staff.filer) as work:
        everything = await warnings_of(work, drafted.case)
        first_two = await warnings_of(work, drafted.case, new=2)
    assert [(fault.pointer, fault.code) for fault in everything] == [
        ("/declarations/1/certificate_number", "certificate_letter_unusual"),
        ("/declarations/2/certificate_number", "certificate_number_malformed"),
    ]
    assert first_two == everything[:1]


async def test_no_login_uses_a_number_that_nobody_read(
    new_road: NewRoad, engine: AsyncEngine
) -> None:
    road = await new_road(people=1)
    accepted = await road.accepted(road.declaration(0, **NO_NUMBER), copies=[0])
    looked = await road.established(await road.verified(accepted.case.id), 0, number=road.number(0))
    (declared,) = (await road.declared(looked)).values()
    use = text(
        "select use_certificates(:place, array[cast(:declaration as uuid)],"
        " array[cast(:enrolment as uuid)], array[cast(null as text)], array[cast(:number as text)],"
        " array[cast(null as text)], 'training')"
    )
    named = {
        "place": road.staff.place.id,
        "declaration": declared.id,
        "enrolment": declared.enrolment_id,
    }
    for number, said in ((road.number(0), None), ("X1", "certificate_declared")):
        async with engine.connect() as connection:
            await pay.scoped(connection, road.staff.approver)
            if said is None:
                await connection.execute(use, named | {"number": number})
            else:
                with pytest.raises(DBAPIError) as refused:
                    await connection.execute(use, named | {"number": number})
                assert constraint_of(refused.value) == said
            await connection.rollback()
