"""The work ledger and the ledger's sums over HTTP, against figures worked out by hand.

One filing under 通人社职〔2019〕15号: three 中级工 for a year, 4 000 元 each, half prepaid; one left.
Prepaid 3 × 2 000 = 6 000 元; earned 2 × 4 000 = 8 000 元; balance 2 000 元; paid 8 000 元 in all.
"""

import csv
import io

import pytest
from python_calamine import CalamineWorkbook

from domain.errors import Refusal
from domain.party import Role
from domain.work_ledger import HEADINGS, EnterpriseEntry, FilingEntry, PersonEntry, columns_of
from service.application import work_ledger
from tests.integration.api import road
from tests.integration.api.desk import Desk, open_desk

PREPAID, EARNED, BALANCE = 600_000, 800_000, 200_000


async def _travelled(desk: Desk) -> str:
    await road.appropriated(desk)
    people = [road.person() for _ in range(3)]
    filing_id = await road.listed(desk, roster=people)
    await road.paid(desk, ("prepayment", await road.prepayment_approved(desk, filing_id)))
    enrolments = await road.completed(desk, filing_id, left=[2])
    completed = list(zip(enrolments[:2], people[:2], strict=True))
    await road.loaded(desk, *(road.registered(one, person) for one, person in completed))
    settlement_id = await road.judged(
        desk, filing_id, *(road.declaration(one) for one in enrolments[:2])
    )
    await road.approved(desk, settlement_id)
    await road.appropriated(desk, year=road.YEAR + 1)
    await road.paid(desk, ("settlement", settlement_id), year=road.YEAR + 1)
    return filing_id


async def test_every_level_of_the_ledger_adds_up_to_the_figures_worked_out_by_hand(
    desk: Desk,
) -> None:
    """Shows SUP-02."""
    filing_id = await _travelled(desk)
    (enterprise,) = (await desk.done("ListEnterpriseEntries", "handler"))["items"]
    assert (enterprise["filings"], enterprise["people"], enterprise["completed"]) == (1, 3, 2)
    money = {"prepaid_fen": PREPAID, "paid_fen": PREPAID + BALANCE, "entitled_fen": EARNED}
    assert {name: enterprise[name] for name in money} == money
    (filing,) = (
        await desk.done("ListFilingEntries", "handler", query=f"org_id={enterprise['org_id']}")
    )["items"]
    assert (filing["filing_id"], filing["state"]) == (filing_id, "closed")
    assert {name: filing[name] for name in money} == money
    people = (await desk.done("ListPersonEntries", "filer", query=f"filing_id={filing_id}"))[
        "items"
    ]
    assert [(one["state"], one["prepaid_fen"], one["entitled_fen"]) for one in people] == [
        ("completed", 200_000, 400_000),
        ("completed", 200_000, 400_000),
        ("exited", 200_000, 0),
    ]
    assert [one["finding"] for one in people] == ["match", "match", None]
    assert all("*" in one["identity_masked"] for one in people)

    funds = (await desk.done("GetMoneyByFund", "finance"))["items"]
    spent = {one["budget_year"]: one["money"] for one in funds}
    assert sum(one["outlay_fen"] for one in spent.values()) == PREPAID + BALANCE
    assert sum(one["earned_fen"] for one in spent.values()) == EARNED
    for one in spent.values():
        kept = one["available_fen"] + one["committed_fen"] + one["in_transit_fen"]
        assert one["appropriated_fen"] == kept + one["outlay_fen"]
    (region,) = (await desk.done("GetMoneyByRegion", "finance"))["items"]
    assert region["money"]["outlay_fen"] == PREPAID + BALANCE
    (own,) = (await desk.done("ListMoneyByEnterprise", "filer"))["items"]
    assert (own["money"]["outlay_fen"], own["money"]["earned_fen"]) == (EARNED, EARNED)
    assert own["money"]["available_fen"] == 0, "the fund's own accounts are not the enterprise's"

    async with open_desk(desk.house) as other:
        for operation in ("ListEnterpriseEntries", "ListFilingEntries", "ListPersonEntries"):
            assert (await other.done(operation, "handler"))["items"] == []


async def test_what_was_got_back_stands_beside_what_was_paid_at_every_level_and_in_the_files(
    desk: Desk,
) -> None:
    """Terminated before training: 2 000 元 prepaid are owed back; 1 500 元 of them have come in."""
    await road.appropriated(desk)
    filing_id = await road.listed(desk, people=1)
    await road.paid(desk, ("prepayment", await road.prepayment_approved(desk, filing_id)))
    path = {"filing_id": filing_id}
    version = await road.version_of(desk, "GetFiling", **path)
    body = {
        "reason": "停产",
        "rule": "人社部发〔2021〕39号",
        "clause": "五(一)",
        "ground": "request",
    }
    await desk.done("TerminateFiling", "approver", path=path, version=version, body=body)
    await desk.idle()
    closed = await desk.done("GetFiling", "filer", path=path)
    assert (closed["case"]["state"], closed["case"]["next_steps"]) == ("closed", [])
    (owed,) = (await desk.done("ListRecoveries", "approver", query=f"filing_id={filing_id}"))[
        "items"
    ]
    recovery = {"recovery_id": owed["case"]["id"]}
    order = {"document_number": "试人社追〔2026〕1号", "pay_within_days": 30, "clause": "第八条"}
    version = owed["case"]["version"]
    await desk.done("OrderRecovery", "approver", path=recovery, version=version, body=order)
    served_on = {"served_on": desk.clock.at.date().isoformat()}
    await desk.done("ServeRecovery", "handler", path=recovery, version=version + 1, body=served_on)
    await road.received(desk, (f"1-{owed['reference']}", owed["reference"], 150_000))

    money = {"paid_fen": 200_000, "got_back_fen": 150_000, "entitled_fen": 0}
    (filing,) = (await desk.done("ListFilingEntries", "handler"))["items"]
    (enterprise,) = (await desk.done("ListEnterpriseEntries", "filer"))["items"]
    for one in (filing, enterprise):
        assert {name: one[name] for name in money} == money
    for who in ("filer", "finance"):
        (seen,) = [
            one
            for one in (await desk.done("ListMoneyByEnterprise", who))["items"]
            if one["org_id"] == enterprise["org_id"]
        ]
        assert (seen["got_back_fen"], seen["money"]["outlay_fen"]) == (150_000, 50_000)
        assert seen["money"]["recovery_receivable_fen"] == 50_000
    for level in ("filings", "enterprises"):
        heading = f"{HEADINGS['got_back_fen'].zh} {HEADINGS['got_back_fen'].en}"
        query = f"level={level}"
        as_csv = await desk.send(desk.ask("ExportWorkLedgerCsv", "handler", query=query))
        text = as_csv.content.decode("utf-8-sig")
        (row,) = csv.DictReader(io.StringIO(text, newline=""))
        as_xlsx = await desk.send(desk.ask("ExportWorkLedgerXlsx", "handler", query=query))
        book = CalamineWorkbook.from_filelike(io.BytesIO(as_xlsx.content))
        heads, cells = book.get_sheet_by_name(level).to_python()
        assert (row[heading], cells[heads.index(heading)]) == ("150000", 150_000)


async def test_exports_open_in_a_spreadsheet_and_are_on_record(desk: Desk) -> None:
    filing_id = await road.listed(desk, people=2, class_name="=班级")
    for level, entry in (
        ("people", PersonEntry),
        ("filings", FilingEntry),
        ("enterprises", EnterpriseEntry),
    ):
        query = f"level={level}"
        as_csv = await desk.send(desk.ask("ExportWorkLedgerCsv", "handler", query=query))
        rows = list(csv.DictReader(io.StringIO(as_csv.content.decode("utf-8-sig"), newline="")))
        as_xlsx = await desk.send(desk.ask("ExportWorkLedgerXlsx", "handler", query=query))
        book = CalamineWorkbook.from_filelike(io.BytesIO(as_xlsx.content))
        heads, *sheet = book.get_sheet_by_name(level).to_python()
        assert len(rows) == len(sheet) == (2 if level == "people" else 1)
        assert (
            list(rows[0])
            == heads
            == [f"{HEADINGS[name].zh} {HEADINGS[name].en}" for name in columns_of(entry)]
        )
        if level != "enterprises":
            assert rows[0]["班级 class"] == "'=班级"
            assert sheet[0][heads.index("班级 class")] == "=班级"
            assert rows[0]["备案编号 filing"] == filing_id
    async with desk.house.admin.connect() as connection:
        found = await connection.exec_driver_sql(
            "select count(*) from audit_entries where action = 'work_ledger.exported'"
            f" and place_id = '{desk.staff.place.id}'"
        )
        assert found.scalar_one() == 6


async def test_an_enterprise_has_no_region_to_read_by(desk: Desk) -> None:
    refused = await desk.send(desk.ask("GetMoneyByRegion", "filer"))
    assert (refused.status_code, refused.json()["code"]) == (403, "region_needed")


async def test_an_export_of_too_many_lines_is_refused(desk: Desk) -> None:
    await road.listed(desk, people=2)
    async with desk.house.begin_work(desk.staff.handler) as work:
        with pytest.raises(Refusal) as refused:
            await work_ledger.export_people(work, filing_id=None, most=1)
    assert (refused.value.code, refused.value.values) == ("export_too_large", {"most": 1})


async def test_a_province_reads_its_cities_and_exports_outside_every_place(desk: Desk) -> None:
    await _travelled(desk)
    city = desk.staff.place.region_path.rsplit("/", 2)[0] + "/"
    reader = await desk.hire("auditor", frozenset({Role.AUDITOR}), region_path=city)
    counties = {
        one["region_path"]: one["money"]
        for one in (await desk.done("GetMoneyByRegion", reader))["items"]
    }
    assert counties[desk.staff.place.region_path]["earned_fen"] == EARNED
    exported = await desk.send(desk.ask("ExportWorkLedgerCsv", reader))
    assert exported.is_success
    mine = await desk.send(desk.ask("ExportWorkLedgerCsv", "filer"))
    assert len(mine.content.splitlines()) == 4
