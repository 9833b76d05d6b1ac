"""Policy versions on PostgreSQL: signatures that cannot be dodged, deciding days, moves and look-up."""

import asyncio
import json
from collections.abc import Awaitable
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.cases import CaseKind
from domain.errors import Refusal
from domain.party import Actor
from domain.policy.lookup import Floor, standard_for
from domain.policy.reading import parse_policy
from domain.policy_version import Department, PolicyProposal
from domain.ports.crypto import Crypto
from domain.ports.identity import Passwords
from domain.ports.work import BeginWork, Work
from domain.settlement import Disposition, Ground
from service.application import policy
from tests import road
from tests.cities import City, staffed_city
from tests.integration.settlement_road import FILED, SETTLES, MovedClock, SettlementRoad

FLOORS = (Floor(document="39号", valid_from=date(2021, 6, 8), rate_fen=500_000, ours=()),)


@pytest.fixture
async def city(begin_work: BeginWork, crypto: Crypto, passwords: Passwords) -> City:
    """A city of the test's own, under the nation's standard until it signs one."""
    return await staffed_city(begin_work, crypto=crypto, passwords=passwords)


def document_of(city: City, **changed: Any) -> dict[str, Any]:
    return {
        "id": f"of-{city.code}",
        "region": city.code,
        "document": None,
        "valid_from": "2026-01-01",
        "rates": {"4": 600_000},
        "uncertified": {"mode": "none"},
        "below_filed": "nothing",
        "prepayment": {"share_basis_points": 5000, "base": "ONE_YEAR"},
        "unit": {"kind": "filed_years"},
    } | changed


async def drafted(
    begin: BeginWork, city: City, *moves: UUID, by: Actor | None = None, **changed: Any
) -> PolicyProposal:
    command = policy.DraftPolicy(document=document_of(city, **changed), moves=moves)
    return await road.act(
        begin,
        by or city.drafter,
        lambda work: policy.draft_policy(work, command, floors=FLOORS),
    )


async def signed(
    begin: BeginWork, city: City, proposal: PolicyProposal, version: int, department: Department
) -> PolicyProposal:
    actor = city.labour if department is Department.LABOUR else city.finance
    return await road.act(
        begin,
        actor,
        lambda work: policy.sign_policy(
            work,
            proposal_id=proposal.case.id,
            version=version,
            department=department,
            document_number=None,
            reason="同意",
            floors=FLOORS,
        ),
    )


async def active(begin: BeginWork, city: City, *moves: UUID, **changed: Any) -> PolicyProposal:
    """A version drafted and signed by both departments."""
    proposal = await drafted(begin, city, *moves, **changed)
    await signed(begin, city, proposal, 1, Department.LABOUR)
    return await signed(begin, city, proposal, 2, Department.FINANCE)


async def faults_of(doing: Awaitable[Any]) -> set[tuple[str, str]]:
    with pytest.raises(Refusal, match="policy_refused") as refused:
        await doing
    return {(fault.pointer, fault.code) for fault in refused.value.faults}


def clocked(engine: AsyncEngine, crypto: Crypto) -> tuple[BeginWork, MovedClock]:
    clock = MovedClock(FILED)
    return postgres_work(engine, crypto=crypto, new_id=new_id, clock=clock), clock


# --- the day that decides ------------------------------------------------------------------------


async def test_a_settlement_takes_its_amounts_from_the_filing_and_its_certificates_from_its_own_day(
    engine: AsyncEngine, crypto: Crypto, city: City
) -> None:
    """Shows PAY-04."""
    begin, clock = clocked(engine, crypto)
    made = SettlementRoad(begin, clock, city.county, people=2)
    await made.ready(prepaid=None)
    await active(
        begin,
        city,
        valid_from="2027-01-01",
        certificate_types={"training_certificate": {}},
    )
    await made.extract(made.registered(0))
    accepted = await made.accepted(made.declaration(0))
    reviewed = await made.reviewed(await made.verified(accepted.case.id))
    lines = await _facts(made, reviewed.case.id)
    # A skill level certificate was accepted when the class was filed, and is no more.
    assert {(one.ground, one.policy_id) for one in lines} == {
        (Ground.INELIGIBLE, "national-2021-39"), (Ground.UNCERTIFIED, "national-2021-39"),
    }  # fmt: skip
    async with begin(city.county.handler) as work:
        deciding = await work.policies.of_settlement(reviewed.case)
    assert deciding is not None
    assert deciding.standard.id == f"of-{city.code}"


async def test_a_retroactive_document_moves_the_filings_it_names_and_no_other(
    engine: AsyncEngine, crypto: Crypto, city: City
) -> None:
    begin, clock = clocked(engine, crypto)
    made = SettlementRoad(begin, clock, city.county, people=2)
    await made.ready(prepaid=None)
    other = await road.submitted(
        begin, city.county, starts_on=SETTLES.date() + timedelta(days=1), people=1
    )
    async with begin(city.county.filer) as work:
        before = await work.cases.get(CaseKind.FILING, made.case_id)
    await active(begin, city, made.case_id, valid_from="2026-02-01")
    await made.extract(made.registered(0), made.registered(1))
    accepted = await made.accepted(made.declaration(0), made.declaration(1))
    reviewed = await made.reviewed(await made.verified(accepted.case.id))
    assert reviewed.amounts is not None
    assert reviewed.amounts.entitled_fen == 2 * 600_000
    async with begin(city.county.handler) as work:
        moved = await work.cases.get(CaseKind.FILING, made.case_id)
        kept = await work.policy_proposals.moved_to(other.case)
        on_file = await work.filings.get(moved)
    assert (moved.version, kept) == (before.version + 1, None)
    assert on_file.policy_id == "national-2021-39"


async def _facts(made: SettlementRoad, settlement_id: UUID) -> list[Any]:
    async with made.begin_work(made.staff.handler) as work:
        case = await work.cases.get(CaseKind.SETTLEMENT, settlement_id)
        lines = await work.settlements.lines(case, after=None, limit=10)
        assert {line.disposition for line in lines} == {Disposition.REFUSED}
        filing = await work.cases.get(CaseKind.FILING, made.case_id)
        return [await work.settlements.line_facts(filing, line.enrolment_id) for line in lines]


# --- what stands against a version ---------------------------------------------------------------


async def test_what_is_moved_was_submitted_in_the_period_is_open_and_payable(
    engine: AsyncEngine, crypto: Crypto, city: City
) -> None:
    begin, _ = clocked(engine, crypto)
    filed = await road.submitted(begin, city.county, people=1)
    draft = await road.submitted(begin, city.county, people=1, submit=False)
    one, two = filed.case.id, draft.case.id
    assert await faults_of(drafted(begin, city, one, two, one, valid_from="2026-02-03")) == {
        ("/moves/0", "policy_not_in_force"), ("/moves/1", "filing_not_movable"),
        ("/moves/2", "repeated_item"), ("/moves/2", "policy_not_in_force"),
    }  # fmt: skip
    assert await faults_of(drafted(begin, city, one, valid_to="2026-02-01")) == {
        ("/moves/0", "policy_not_in_force")
    }
    assert await faults_of(drafted(begin, city, one, rates={"3": 600_000})) == {
        ("/moves/0", "no_rate_for_grade")
    }


async def test_a_version_begins_after_one_that_cases_went_by_unless_it_names_them(
    engine: AsyncEngine, crypto: Crypto, city: City
) -> None:
    begin, _ = clocked(engine, crypto)
    await active(begin, city, valid_from="2026-02-01")
    await active(begin, city, valid_from="2026-02-01", rates={"4": 700_000})  # nobody went by it
    filed = await road.submitted(begin, city.county, people=1)
    used = {("/policy/valid_from", "policy_period_used")}
    assert await faults_of(drafted(begin, city, valid_from="2026-02-01")) == used
    assert await faults_of(drafted(begin, city, filed.case.id, valid_from="2026-01-31")) == used
    corrected = await active(
        begin, city, filed.case.id, valid_from="2026-02-01", rates={"4": 800_000}
    )
    later = await active(begin, city, valid_from="2026-03-01", rates={"4": 900_000})
    async with begin(city.county.filer) as work:
        path = city.county.place.region_path
        assert (await work.policies.in_force(path, date(2026, 2, 28))).id == corrected.case.id
        found = await work.policies.in_force(path, date(2026, 3, 1))
        assert (found.id, found.version, found.source) == (later.case.id, 4, "case")


async def test_two_versions_of_one_id_signed_at_once_both_find_their_number(
    engine: AsyncEngine, crypto: Crypto, city: City
) -> None:
    begin, _ = clocked(engine, crypto)
    proposals = [await drafted(begin, city, rates={"4": rate}) for rate in (600_000, 610_000)]
    for one in proposals:
        await signed(begin, city, one, 1, Department.FINANCE)
    done = await asyncio.gather(
        *(signed(begin, city, one, 2, Department.LABOUR) for one in proposals)
    )
    assert [one.case.state for one in done] == ["active", "active"]
    async with begin(city.drafter) as work:
        versions = [
            one.version for one in await work.policies.all() if one.standard.id == f"of-{city.code}"
        ]
    assert versions == [1, 2]


async def test_a_pack_never_comes_back_over_what_was_signed(
    begin_work: BeginWork, city: City
) -> None:
    pack = document_of(city, valid_from="2025-01-01")
    source = json.dumps(pack).encode()

    async def loaded(work: Work) -> bool:
        return await work.policies.add(work.new_id(), parse_policy(pack), source)

    assert await road.act(begin_work, city.county.system, loaded)
    await active(begin_work, city, valid_from="2025-01-01", rates={"4": 700_000})
    assert not await road.act(begin_work, city.county.system, loaded)
    async with begin_work(city.county.filer) as work:
        found = await work.policies.in_force(city.county.place.region_path, date(2026, 1, 1))
    assert (found.standard.rates[4], found.source) == (700_000, "case")


async def test_what_a_transaction_puts_in_force_it_goes_by_at_once(
    begin_work: BeginWork, city: City
) -> None:
    path, on = city.county.place.region_path, date(2026, 1, 1)
    pack = document_of(city, valid_from="2025-01-01", rates={"4": 710_000})
    async with begin_work(city.county.system) as work:
        before = await work.policies.in_force(path, on)
        await work.policies.add(work.new_id(), parse_policy(pack), json.dumps(pack).encode())
        after = await work.policies.in_force(path, on)
    assert before.standard.rates[4] != 710_000
    assert after.standard.rates[4] == 710_000


# --- what an SQL login cannot do -----------------------------------------------------------------


async def _refused_by_database(
    begin: BeginWork, actor: Actor, statement: str, values: dict[str, Any]
) -> str:
    async def do(work: Work) -> None:
        connection = work._connection  # type: ignore[attr-defined]
        await connection.execute(text(statement), values)

    with pytest.raises(DBAPIError) as refused:
        await road.act(begin, actor, do)
    return str(refused.value.orig)


ADD_VERSION = """
insert into policy_versions (id, kind, source, pack_id, version, region_path, document, valid_from, valid_to,
                             body, digest, loaded_at)
select p.id, p.policy_kind, :source, p.body->>'id', 1, p.region_path, null, '2026-01-01', null, p.body,
       p.digest, now() from policy_proposals p where p.id = :id
"""


async def test_no_version_is_on_file_without_both_signatures(
    begin_work: BeginWork, city: City
) -> None:
    """Shows ACT-04."""
    proposal = await drafted(begin_work, city)
    denied = "violates row-level security policy"
    for source in ("pack", "case"):
        values = {"id": proposal.case.id, "source": source}
        assert denied in await _refused_by_database(begin_work, city.drafter, ADD_VERSION, values)
    await signed(begin_work, city, proposal, 1, Department.LABOUR)
    values = {"id": proposal.case.id, "source": "case"}
    assert denied in await _refused_by_database(begin_work, city.finance, ADD_VERSION, values)


async def test_nobody_signs_for_the_other_department_whatever_is_written(
    begin_work: BeginWork, city: City
) -> None:
    proposal = await drafted(begin_work, city)
    statement = """
    insert into case_duties (place_id, case_id, person_id, duty, case_kind, org_id, region_path)
    select c.place_id, c.id, :person, :duty, c.kind, c.org_id, c.region_path from cases c where c.id = :id
    """
    for actor, duty in ((city.labour, "sign_finance"), (city.finance, "sign_labour")):
        values = {"person": actor.person_id, "duty": duty, "id": proposal.case.id}
        refusal = await _refused_by_database(begin_work, actor, statement, values)
        assert "signs_for_department" in refusal


async def test_no_filing_is_moved_that_its_document_does_not_name(
    engine: AsyncEngine, crypto: Crypto, city: City
) -> None:
    begin, _ = clocked(engine, crypto)
    filed = await road.submitted(begin, city.county, people=1)
    version = await active(begin, city, valid_from="2026-02-01")
    statement = """
    insert into policy_moves (place_id, org_id, region_path, filing_id, policy_version_id, from_version_id, at)
    select place_id, org_id, region_path, id, :to, policy_version_id, now() from filings where id = :id
    """
    values = {"to": version.case.id, "id": filed.case.id}
    refusal = await _refused_by_database(begin, city.labour, statement, values)
    assert "the document does not name this filing" in refusal


# --- look-up -------------------------------------------------------------------------------------


async def test_the_database_looks_up_what_the_domain_looks_up(
    begin_work: BeginWork, city: City, seed: int
) -> None:
    random = Random(seed)
    path = city.county.place.region_path
    codes = (city.code, city.code[:2], city.code)
    first = date(2030, 1, 1)
    async with begin_work(city.county.system) as work:
        for n in range(12):
            begins = first + timedelta(days=10 * n + random.randrange(10))
            ends = begins + timedelta(days=random.randrange(40))
            document = document_of(
                city, id=f"r{n}-{city.code}", region=random.choice(codes),
                valid_from=begins.isoformat(),
                valid_to=random.choice((None, ends.isoformat())),
            )  # fmt: skip
            source = json.dumps(document).encode()
            await work.policies.add(work.new_id(), parse_policy(document), source)
        standards = [one.standard for one in await work.policies.all()]
        for days in range(-5, 170, 3):
            on = first + timedelta(days=days)
            expected = standard_for(standards, path, on)
            assert expected is not None
            assert (await work.policies.in_force(path, on)).standard == expected
