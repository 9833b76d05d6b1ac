"""Statistics of vouchers over HTTP: vouchers and people apart, by project, fund, region and month."""

from collections.abc import Mapping

import pytest

from tests.integration.api import voucher_class_road, voucher_road
from tests.integration.api.desk import Desk, Json
from tests.integration.api.refusing import problem_of

Counted = Mapping[str, tuple[int, int]]


def counted(line: Json) -> Counted:
    """Vouchers and people of the steps that happened."""
    return {
        one["step"]: (one["vouchers"], one["people"]) for one in line["steps"] if one["vouchers"]
    }


async def statistics(desk: Desk, query: str = "") -> Json:
    """What the bureau reads."""
    return await desk.done("GetVoucherStatistics", "handler", query=query)


async def test_a_person_with_two_vouchers_is_one_person(desk: Desk) -> None:
    for _ in range(2):
        await voucher_road.collected(desk)
    found = await statistics(desk)
    assert [counted(line) for line in found["items"]] == [
        {"issued": (1, 1), "collected": (1, 1)}
    ] * 2
    assert counted(found["total"]) == {"issued": (2, 1), "collected": (2, 1)}


@pytest.mark.parametrize(
    ("by", "keys"),
    [("fund", ["employment_subsidy/2026"]), ("month", ["2026-02"]), ("region", None)],
)
async def test_vouchers_are_counted_by_fund_month_and_region(
    desk: Desk, by: str, keys: list[str] | None
) -> None:
    await voucher_class_road.completed(desk)
    found = await statistics(desk, f"by={by}")
    assert [line["key"] for line in found["items"]] == (keys or [desk.staff.place.region_path])
    (line,) = found["items"]
    assert counted(line) == dict.fromkeys(("issued", "collected", "started", "completed"), (1, 1))
    assert line["paid_fen"] == 0


async def test_what_is_returned_counts_as_returned_within_the_days_asked_for(desk: Desk) -> None:
    voucher = await voucher_road.collected(desk)
    await voucher_road.stepped(desk, "GiveVoucherBack", "worker", voucher)
    found = await statistics(desk, "since=2026-02-02&until=2026-02-02")
    assert counted(found["total"])["returned"] == (1, 1)
    later = await statistics(desk, "since=2026-02-03")
    assert (later["items"], counted(later["total"])) == ([], {})


async def test_a_bureau_counts_its_own_region_and_others_nothing(
    desk: Desk, elsewhere: Desk
) -> None:
    await voucher_road.collected(desk)
    theirs = await statistics(elsewhere)
    mine = {line["key"] for line in (await statistics(desk))["items"]}
    assert mine
    assert not mine & {line["key"] for line in theirs["items"]}
    for person in ("worker", "teacher", "filer"):
        await problem_of(desk, desk.ask("GetVoucherStatistics", person), "not_permitted")


async def test_a_file_has_vouchers_and_people_in_columns_of_their_own(desk: Desk) -> None:
    await voucher_road.collected(desk)
    answer = await desk.send(desk.ask("ExportVoucherStatisticsCsv", "handler"))
    heading, line, total = answer.content.decode("utf-8-sig").splitlines()
    assert heading.startswith(
        "编号 key,名称 name,发放人次 issued (vouchers),发放人数 issued (people)"
    )
    assert line.split(",")[2:6] == total.split(",")[2:6] == ["1", "1", "1", "1"]
