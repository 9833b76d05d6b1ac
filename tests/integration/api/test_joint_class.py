"""A joint class from its plan to four payments: one class, four enterprises, each its own money (ACT-07)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from adapters.postgres.constraints import constraint_of
from domain.party import Role, system_actor
from domain.places import OrganisationKind
from service.application.place import NewPerson, add_organisation, add_people
from tests.integration.api import class_road, road
from tests.integration.api.desk import Desk, House, Json, open_desk
from tests.integration.api.refusing import problem_of, refused
from tests.integration.payments_road import scoped
from tests.people import PASSWORD, citizen_id, credit_code


async def enterprise_of(desk: Desk) -> Desk:
    """The same place, asked by another enterprise's filer."""
    root = system_actor(bureau_org_id=UUID(int=0), region_path="/")
    async with desk.house.begin_work(root) as work:
        enterprise = await add_organisation(
            work,
            OrganisationKind.ENTERPRISE,
            credit_code=credit_code(),
            name=f"南平试验有限公司{uuid4().hex[:6]}",
        )
        account = NewPerson(
            account_name=f"filer-{uuid4().hex}",
            password=PASSWORD,
            citizen_id=citizen_id(),
            org_id=enterprise.id,
            region_path=None,
            roles=frozenset({Role.FILER}),
        )
        await add_people(work, [account], crypto=desk.house.crypto, passwords=desk.house.passwords)
        await work.commit()
    tokens = {name: token for name, token in desk.tokens.items() if name != "filer"}
    return replace(
        desk,
        staff=replace(desk.staff, enterprise=enterprise),
        accounts=desk.accounts | {"filer": account.account_name},
        tokens=tokens,
    )


@pytest.fixture
async def nanping(house: House) -> AsyncIterator[Desk]:
    """A county of 南平市, under 闽人社文〔2019〕220号."""
    async with open_desk(house, city="3507") as opened:
        yield opened


PEOPLE = ((110, 110), (8, 6), (4, 3), (8, 6))
"""Planned and certified, constructed: the notice of 2023 gives totals only."""
PREPAID_FEN = (24_750_000, 1_800_000, 900_000, 1_800_000)
"""Planned × 5000 yuan × 4 500 basis points."""
BALANCE_FEN = (30_250_000, 1_200_000, 600_000, 1_200_000)
"""The published amounts: 302 500, 12 000, 6 000 and 12 000 yuan."""


async def test_the_joint_class_of_nanping_pays_four_enterprises_separately(nanping: Desk) -> None:
    """Shows ACT-07."""
    desk = nanping
    await road.appropriated(desk, amount_fen=100_000_000)
    await road.appropriated(desk, year=road.YEAR + 1, amount_fen=100_000_000)
    joint = await road.joint_class(desk, provider_credit_code=desk.staff.provider.credit_code)
    (published,) = (
        await desk.done(
            "ListJointClassPlans", "filer", query=f"region_code={desk.staff.region_code}"
        )
    )["items"]
    assert published["id"] == joint

    enterprises = [desk, *[await enterprise_of(desk) for _ in PEOPLE[1:]]]
    rosters = [[road.person() for _ in range(planned)] for planned, _ in PEOPLE]
    filings = [
        await road.reviewed(
            enterprise, roster=roster, joint_class_id=joint, **class_road.by_provider(enterprise)
        )
        for enterprise, roster in zip(enterprises, rosters, strict=True)
    ]
    await _counts_only(desk, joint, filings)
    body = road.listing("南人社〔2026〕8号", *[(filing_id, 4) for filing_id in filings])
    await desk.done("ListFilings", "approver", body=body)

    prepayments = []
    for enterprise, filing_id, due_fen in zip(enterprises, filings, PREPAID_FEN, strict=True):
        prepayment_id = await road.prepayment_reviewed(enterprise, filing_id)
        decided = await desk.done(
            "ApprovePrepayment",
            "approver",
            path={"prepayment_id": prepayment_id},
            version=2,
            body={"share_basis_points": 4500, "reason": "按年度预算确定"},
        )
        assert decided["amount_fen"] == due_fen
        prepayments.append(("prepayment", prepayment_id))
    await road.paid(desk, *prepayments)

    for enterprise, filing_id in list(zip(enterprises, filings, strict=True))[:3]:
        await road.opened(enterprise, filing_id)
    early = class_road.session(starts="06:00", ends="07:00")
    await class_road.sessions(desk, {"filing_id": filings[0]}, early, person="teacher")
    await road.opened(enterprises[3], filings[3])
    # A session held before an enterprise's own training began is not in its record.
    held = [len(await _sessions(desk, filing_id)) for filing_id in filings]
    assert held == [1, 1, 1, 0]
    await _shared_record(desk, enterprises, filings)

    settlements, rows, certified = [], [], []
    for n, (enterprise, filing_id) in enumerate(zip(enterprises, filings, strict=True)):
        planned, passed = PEOPLE[n]
        enterprise.begin_again()
        people = await _completed(enterprise, filing_id, left=range(passed, planned))
        certified.append(people[:passed])
        rows += [road.registered(one, rosters[n][seat]) for seat, one in enumerate(people[:passed])]
    await road.loaded(desk, *rows)
    for enterprise, filing_id, people in zip(enterprises, filings, certified, strict=True):
        settlement_id = await road.judged(
            enterprise, filing_id, *[road.declaration(one) for one in people]
        )
        settlements.append(("settlement", settlement_id))
    # One notice over the four, as 南平 asks for.
    await road.published(desk, *(settlement_id for _, settlement_id in settlements))
    await road.ended(desk)
    for _, settlement_id in settlements:
        await road.approved(desk, settlement_id)
    await road.paid(desk, *settlements, year=road.YEAR + 1)

    for n, (enterprise, filing_id) in enumerate(zip(enterprises, filings, strict=True)):
        shown = await enterprise.done("ListPayments", "filer", query=f"filing_id={filing_id}")
        assert [(p["amount_fen"], p["state"]) for p in shown["items"]] == [
            (PREPAID_FEN[n], "paid"),
            (BALANCE_FEN[n], "paid"),
        ]
        everything = (await enterprise.done("ListPayments", "filer"))["items"]
        assert len(everything) == 2, "an enterprise sees its own money only"
    assert (await desk.done("ListPayments", "organiser"))["items"] == []


async def _counts_only(desk: Desk, joint: str, filings: list[str]) -> None:
    shown = await desk.done("GetJointClass", "organiser", path={"joint_class_id": joint})
    assert (shown["filings"], shown["people"]) == (4, 130)
    (listed,) = (await desk.done("ListJointClasses", "organiser", query="state=confirmed"))["items"]
    assert listed == shown
    history = await desk.done("GetJointClassHistory", "organiser", path={"joint_class_id": joint})
    assert [step["duty"] for step in history["steps"]] == ["file", "review"]
    assert (await desk.done("ListOfFilings", "organiser"))["items"] == []
    for operation_id in ("GetFiling", "GetRoster", "GetClassRecord", "ListRecordedPeople"):
        ask = desk.ask(operation_id, "organiser", path={"filing_id": filings[0]})
        await problem_of(desk, ask, "not_found")
    asked = desk.ask("GetJointClass", "filer", path={"joint_class_id": joint})
    await problem_of(desk, asked, "not_found")


async def _shared_record(desk: Desk, enterprises: list[Desk], filings: list[str]) -> None:
    # The provider enters one session; every filing of the class has it under one id.
    path = {"filing_id": filings[0]}
    (held,) = await class_road.sessions(desk, path, class_road.session(), person="teacher")
    copies = []
    for enterprise, filing_id in zip(enterprises, filings, strict=True):
        shown = await _sessions(enterprise, filing_id, person="filer")
        copies += [one["version"] for one in shown if one["id"] == held]
    assert copies == [1] * 4
    # An enterprise corrects its own copy; the provider's correction then passes that copy by.
    own = class_road.session(topic="安全生产", corrects={"id": held, "version": 1})
    await class_road.sessions(enterprises[3], {"filing_id": filings[3]}, own)
    shared = class_road.session(ends="12:00", corrects={"id": held, "version": 1})
    await class_road.sessions(desk, path, shared, person="teacher")
    ends = []
    for filing_id in filings:
        shown = await _sessions(desk, filing_id)
        ends += [(one["version"], one["ends"]) for one in shown if one["id"] == held]
    assert ends == [(2, "12:00")] * 3 + [(2, "11:30")]
    people = await road.people_of(enterprises[1], filings[1])
    entry: Json = {"session_id": held, "enrolment_id": people[0], "entry_id": "gate-1"}
    done = {"filing_id": filings[1]}
    await desk.done("AddAttendance", "teacher", path=done, body={"entries": [entry]})
    one, *_ = [
        person
        for person in (await desk.done("ListRecordedPeople", "handler", path=done))["items"]
        if person["enrolment_id"] == people[0]
    ]
    assert one["attended_minutes"] == 210


async def _sessions(desk: Desk, filing_id: str, *, person: str = "teacher") -> list[Json]:
    listed = await desk.done("ListClassSessions", person, path={"filing_id": filing_id})
    return list(listed["items"])


async def _completed(desk: Desk, filing_id: str, *, left: range) -> list[str]:
    desk.clock.at = road.SETTLES
    people = await road.people_of(desk, filing_id)
    outcomes = [
        {"enrolment_id": one, "outcome": "exited", "day": "2026-09-30", "reason": "left"}
        if seat in left
        else {"enrolment_id": one, "outcome": "completed", "day": road.ENDS}
        for seat, one in enumerate(people)
    ]
    path = {"filing_id": filing_id}
    await desk.done(
        "ReportCompletion",
        "filer",
        path=path,
        version=await road.version_of(desk, "GetFiling", **path),
        body={"completed_on": road.ENDS, "outcomes": outcomes},
    )
    return people


async def test_a_class_that_is_planned_wrongly_is_refused(desk: Desk) -> None:
    body = road.class_plan(
        desk,
        occupation_code="6-18",
        starts_on="2026-02-02",
        provider_credit_code=desk.staff.enterprise.credit_code,
    )
    problem = await refused(desk, desk.ask("PlanJointClass", "organiser", body=body), "plan_faulty")
    assert {error["code"] for error in problem["errors"]} == {
        "occupation_code_malformed",
        "training_not_after_filing",
        "provider_unknown",
    }
    body = road.class_plan(desk, region_code="990000")
    await refused(desk, desk.ask("PlanJointClass", "organiser", body=body), "place_unknown")


async def test_an_unconfirmed_class_and_another_places_class_are_joined_by_nobody(
    desk: Desk,
) -> None:
    planned = await desk.done("PlanJointClass", "organiser", body=road.class_plan(desk))
    other = await desk.neighbour()
    confirmed = await road.joint_class(other)
    for joint_class_id in (planned["case"]["id"], confirmed):
        ask = desk.ask("CreateFiling", "filer", body=road.plan(desk, joint_class_id=joint_class_id))
        problem = await refused(desk, ask, "plan_faulty")
        assert [error["code"] for error in problem["errors"]] == ["joint_class_unknown"]


async def test_a_filing_may_be_drafted_into_a_class_and_takes_its_seats_when_submitted(
    desk: Desk,
) -> None:
    joint = await road.joint_class(desk)
    path = {"joint_class_id": joint}
    body = road.plan(desk, joint_class_id=joint, submit=False)
    drafted = await desk.done("CreateFiling", "filer", body=body)
    assert (await desk.done("GetJointClass", "organiser", path=path))["people"] == 0
    filing_id = drafted["case"]["id"]
    await desk.done("SubmitFiling", "filer", path={"filing_id": filing_id}, version=1)
    shown = await desk.done("GetJointClass", "organiser", path=path)
    assert (shown["filings"], shown["people"]) == (1, 2)
    assert drafted["joint_class_id"] == joint


async def _joining(desk: Desk, filings: int) -> tuple[UUID, list[UUID]]:
    """A joint class, and drafts of two people each that are to join it."""
    joint = await road.joint_class(desk)
    drafts = [
        await desk.done(
            "CreateFiling", "filer", body=road.plan(desk, joint_class_id=joint, submit=False)
        )
        for _ in range(filings)
    ]
    return UUID(joint), [UUID(one["case"]["id"]) for one in drafts]


async def test_a_filing_that_leaves_a_class_gives_its_seats_back(desk: Desk) -> None:
    joint_class_id = await road.joint_class(desk)
    path = {"joint_class_id": joint_class_id}
    withdrawn = await road.submitted(desk, joint_class_id=joint_class_id)
    refused = await road.reviewed(desk, joint_class_id=joint_class_id)
    assert (await desk.done("GetJointClass", "organiser", path=path))["people"] == 4
    await desk.done("WithdrawFiling", "filer", path={"filing_id": withdrawn}, version=2)
    assert (await desk.done("GetJointClass", "organiser", path=path))["people"] == 2
    await desk.done(
        "RefuseFiling",
        "approver",
        path={"filing_id": refused},
        version=await road.version_of(desk, "GetFiling", filing_id=refused),
        body={"reason": "不符合条件", "rule": "人社部发〔2021〕39号", "clause": "五(一)"},
    )
    shown = await desk.done("GetJointClass", "organiser", path=path)
    assert (shown["filings"], shown["people"]) == (0, 0)


async def test_filings_that_take_seats_at_once_are_counted_one_after_another(desk: Desk) -> None:
    joint, filings = await _joining(desk, 3)

    async def take(filing_id: UUID) -> int:
        async with desk.house.begin_work(desk.staff.filer) as work:
            people = await work.joint_classes.take_seats(joint, filing_id, 2)
            await work.commit()
            return people

    assert sorted(await asyncio.gather(*map(take, filings))) == [2, 4, 6]
    other = await enterprise_of(desk)
    with pytest.raises(DBAPIError, match="takes its own seats"):
        async with desk.house.begin_work(
            replace(desk.staff.filer, org_id=other.staff.enterprise.id)
        ) as work:
            await work.joint_classes.take_seats(joint, filings[0], 0)


async def test_seats_are_given_back_and_taken_anew(desk: Desk) -> None:
    joint, (filing_id,) = await _joining(desk, 1)
    async with desk.house.begin_work(desk.staff.filer) as work:
        taken = [
            await work.joint_classes.take_seats(joint, filing_id, people) for people in (2, 0, 2)
        ]
    assert taken == [2, 0, 2]


async def test_postgresql_holds_a_filing_to_the_class_it_joins(desk: Desk) -> None:
    joint = await road.joint_class(desk, target_grade=3)
    filing_id = await road.submitted(desk)
    with pytest.raises(DBAPIError) as broken:
        async with desk.house.admin.begin() as connection:
            await connection.execute(
                text("update filings set joint_class_id = :joint where id = :id"),
                {"joint": joint, "id": filing_id},
            )
    assert constraint_of(broken.value) == "filing_as_joint_class"


async def test_a_class_is_published_as_it_was_confirmed_and_by_no_row_alone(desk: Desk) -> None:
    joint = UUID(await road.joint_class(desk))
    forged = (
        "insert into joint_class_plans select (jsonb_populate_record(p, jsonb_build_object("
        "'id', gen_random_uuid(), 'class_name', '另一班'))).* from joint_class_plans p where id = :id"
    )
    async with desk.house.begin_work(desk.staff.handler) as work:
        assert await work.joint_classes.plan(joint) is not None
    async with desk.house.engine.connect() as connection:
        await scoped(connection, desk.staff.handler)
        with pytest.raises(DBAPIError) as broken:
            await connection.execute(text(forged), {"id": joint})
    assert constraint_of(broken.value) == "published_as_planned"
