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


async def test_a_region_of_many_places_walks_the_order_and_finds_the_same(
    begin_work: BeginWork, new_staff: NewStaff
) -> None:
    staff = await new_staff()
    mine = sorted([(await road.submitted(begin_work, staff)).case.id for _ in range(3)])
    country = system_actor(bureau_org_id=UUID(int=0), region_path="/")
    async with begin_work(country) as work:
        for n in range(PLACES_MAX + 1):
            await add_place(
                work,
                region_path=f"/65/6599/{659900 + n}/",
                names=("新疆维吾尔自治区", "试验市", f"试验县{n}"),
                bureau_name=f"试验局{n}",
                finance_name=f"试验财政局{n}",
            )
        await work.commit()

    found = await _submitted(begin_work, country, size=2)

    assert found == sorted(set(found))
    assert set(mine) <= set(found)
    empty = system_actor(bureau_org_id=UUID(int=0), region_path="/65/")
    assert await _submitted(begin_work, empty, size=2) == []
