"""A page shows the same rows however wide the scope: each arm by name, or the order walked."""

from uuid import UUID

from adapters.postgres.reach import PLACES_MAX
from domain.cases import CaseKind
from domain.party import Actor, system_actor
from domain.ports.work import BeginWork
from service.application.place import add_place
from tests import road
from tests.conftest import NewStaff


async def _submitted(begin_work: BeginWork, actor: Actor, *, size: int) -> list[UUID]:
    """Every submitted filing that an actor sees, page by page."""
    seen: list[UUID] = []
    async with begin_work(actor) as work:
        while page := await work.cases.page(
            CaseKind.FILING, state="submitted", after=seen[-1] if seen else None, limit=size
        ):
            seen += [case.id for case in page]
    return seen


async def test_every_scope_finds_what_row_security_shows_it_once_and_in_order(
    begin_work: BeginWork, new_staff: NewStaff
) -> None:
    staff, other = await new_staff(), await new_staff()
    mine = sorted(
        [(await road.submitted(begin_work, staff)).case.id for _ in range(3)],
    )
    theirs = (await road.submitted(begin_work, other)).case.id

    assert await _submitted(begin_work, staff.filer, size=2) == mine
    assert await _submitted(begin_work, staff.handler, size=2) == mine
    assert await _submitted(begin_work, other.handler, size=2) == [theirs]
    city = system_actor(bureau_org_id=staff.place.bureau_org_id, region_path="/32/3206/")
    found = await _submitted(begin_work, city, size=2)
    assert found == sorted(set(found))
    assert {*mine, theirs} <= set(found)


async def _many_places(begin_work: BeginWork) -> None:
    """More places than are named one by one, in a province of their own; the second time as before."""
    country = system_actor(bureau_org_id=UUID(int=0), region_path="/")
    async with begin_work(country) as work:
        for n in range(PLACES_MAX + 1):
            path = f"/65/6599/{659900 + n}/"
            if await work.places.of_region(path) is None:
                await add_place(
                    work,
                    region_path=path,
                    names=("新疆维吾尔自治区", "试验市", f"试验县{n}"),
                    bureau_name=f"试验局{n}",
                    finance_name=f"试验财政局{n}",
                )
        await work.commit()


async def test_a_region_of_many_places_walks_the_order_and_finds_the_same(
    begin_work: BeginWork, new_staff: NewStaff
) -> None:
    staff = await new_staff()
    mine = sorted([(await road.submitted(begin_work, staff)).case.id for _ in range(3)])
    country = system_actor(bureau_org_id=UUID(int=0), region_path="/")
    await _many_places(begin_work)

    found = await _submitted(begin_work, country, size=2)

    assert found == sorted(set(found))
    assert set(mine) <= set(found)
    empty = system_actor(bureau_org_id=UUID(int=0), region_path="/65/")
    assert await _submitted(begin_work, empty, size=2) == []


async def test_sums_are_the_same_by_arms_and_in_the_order_that_a_wide_scope_walks(
    begin_work: BeginWork, new_staff: NewStaff
) -> None:
    staff, other = await new_staff(), await new_staff()
    for one in (staff, other):
        await road.appropriated(begin_work, one, amount_fen=1_000_000, year=2026)
        await road.listed(begin_work, one, people=2)
    await _many_places(begin_work)
    enterprise = staff.enterprise.id
    country = system_actor(bureau_org_id=UUID(int=0), region_path="/")
    seen = {}
    for name, actor in (
        ("enterprise", staff.filer),
        ("place", staff.handler),
        ("city", system_actor(bureau_org_id=UUID(int=0), region_path="/32/3206/")),
        ("country", country),
    ):
        async with begin_work(actor) as work:
            ledgers = work.work_ledgers
            after = UUID(int=enterprise.int - 1)
            lines = await ledgers.enterprises(after=after, limit=1)
            money = await ledgers.by_enterprise(after=after, limit=1)
            books = [one for one in await ledgers.by_fund() if one.place_id == staff.place.id]
        seen[name] = (lines, money)
        if name != "enterprise":
            assert [one.money.appropriated_fen for one in books if one.budget_year == 2026] == [
                1_000_000
            ]
    assert [one.org_id for one in seen["enterprise"][0]] == [enterprise]
    assert seen["enterprise"] == seen["place"] == seen["city"] == seen["country"]
    async with begin_work(staff.handler) as work:
        found = await work.work_ledgers.enterprises(after=None, limit=9)
    assert [one.org_id for one in found] == [enterprise], "the other place's enterprise is not seen"
