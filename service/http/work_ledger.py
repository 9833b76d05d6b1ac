"""The work ledger (工作台账) and the ledger's sums over HTTP: as JSON pages, CSV and XLSX."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from domain.errors import Text
from domain.ledger import AccountKind
from domain.ledger_view import EnterpriseMoney, FundMoney, Money, RegionMoney
from domain.party import Role
from domain.ports.work import Work
from domain.work_ledger import (
    HEADINGS,
    EnterpriseEntry,
    Entry,
    FilingEntry,
    PersonEntry,
    cells_of,
    columns_of,
)
from service.application import work_ledger
from service.http.call import Answer, Call, Served, json_answer
from service.http.case_lists import OF_FILING
from service.http.media import CSV, XLSX
from service.http.operation import Query, operation
from service.http.shapes import View

TAG: Final = "ledgers"
_READERS: Final = frozenset(Role) - {Role.SYSTEM, Role.PROVIDER, Role.INSPECTOR}
_OF_ORG: Final = Query(
    name="org_id",
    kind=UUID,
    description=Text("只列出此企业的。", "Only those of this enterprise."),
)


class Level(StrEnum):
    """What a line of the work ledger is about."""

    ENTERPRISES = "enterprises"
    FILINGS = "filings"
    PEOPLE = "people"


_LEVEL: Final = Query(
    name="level",
    kind=Level,
    description=Text(
        "每行一家企业、一份备案或一名学徒；不填为学徒。",
        "One line an enterprise, a filing or a person; people when not given.",
    ),
)


class EnterpriseEntryView(View):
    """An enterprise's line, money in fen; `got_back_fen` is what was recovered, collected or netted."""

    org_id: UUID
    enterprise: str
    credit_code: str | None
    filings: int
    people: int
    completed: int
    prepaid_fen: int
    paid_fen: int
    entitled_fen: int
    got_back_fen: int


class FilingEntryView(View):
    """A filing's line, money in fen; `got_back_fen` is what was recovered, collected or netted."""

    filing_id: UUID
    enterprise: str
    credit_code: str | None
    class_name: str
    occupation_code: str
    occupation_name: str
    target_grade: int
    state: str
    policy_id: str
    listing_document: str | None
    submitted_on: date | None
    listed_on: date | None
    opened_on: date | None
    completed_on: date | None
    people: int
    completed: int
    prepaid_fen: int
    paid_fen: int
    entitled_fen: int
    got_back_fen: int


class PersonEntryView(View):
    """A person's line, citizen id masked, money in fen."""

    enrolment_id: UUID
    filing_id: UUID
    enterprise: str
    class_name: str
    occupation_code: str
    target_grade: int
    seat_no: int
    name: str
    identity_masked: str
    category: str
    claim_basis: str
    state: str
    started_on: date | None
    ended_on: date | None
    exit_reason: str | None
    certificate_type: str | None
    certificate_number: str | None
    finding: str | None
    disposition: str | None
    prepaid_fen: int
    entitled_fen: int


class MoneyView(View):
    """Balances in fen, and the two views: outlay is cash that left and did not come back, earned is expense."""

    appropriated_fen: int
    available_fen: int
    committed_fen: int
    in_transit_fen: int
    prepayment_receivable_fen: int
    expense_fen: int
    recovery_receivable_fen: int
    write_off_fen: int
    outlay_fen: int
    earned_fen: int

    @classmethod
    def of(cls, money: Money) -> "MoneyView":
        """Show the balances of one book, region or enterprise."""
        return cls(
            appropriated_fen=money.appropriated_fen,
            available_fen=money.of(AccountKind.AVAILABLE),
            committed_fen=money.of(AccountKind.COMMITTED),
            in_transit_fen=money.of(AccountKind.IN_TRANSIT),
            prepayment_receivable_fen=money.of(AccountKind.PREPAYMENT_RECEIVABLE),
            expense_fen=money.of(AccountKind.EXPENSE),
            recovery_receivable_fen=money.of(AccountKind.RECOVERY_RECEIVABLE),
            write_off_fen=money.of(AccountKind.WRITE_OFF),
            outlay_fen=money.outlay_fen,
            earned_fen=money.earned_fen,
        )


class FundMoneyView(View):
    """One book: fund source and budget year of a place."""

    place_id: UUID
    region_path: str
    fund_source: str
    budget_year: int
    money: MoneyView

    @classmethod
    def of(cls, shown: FundMoney) -> "FundMoneyView":
        """Show a book."""
        return cls(
            place_id=shown.place_id,
            region_path=shown.region_path,
            fund_source=shown.fund_source,
            budget_year=shown.budget_year,
            money=MoneyView.of(shown.money),
        )


class FundsView(View):
    """The money of every book in sight."""

    items: list[FundMoneyView]


class RegionMoneyView(View):
    """One region with everything below it, all funds and years."""

    region_path: str
    name: str
    money: MoneyView

    @classmethod
    def of(cls, shown: RegionMoney) -> "RegionMoneyView":
        """Show a region."""
        return cls(region_path=shown.region_path, name=shown.name, money=MoneyView.of(shown.money))


class RegionsView(View):
    """The money of the regions directly below one's own, and of one's own place."""

    items: list[RegionMoneyView]


class EnterpriseMoneyView(View):
    """One enterprise, all funds and years; `got_back_fen` is what was recovered, collected or netted."""

    org_id: UUID
    name: str
    money: MoneyView
    got_back_fen: int

    @classmethod
    def of(cls, shown: EnterpriseMoney) -> "EnterpriseMoneyView":
        """Show an enterprise."""
        return cls(
            org_id=shown.org_id,
            name=shown.name,
            money=MoneyView.of(shown.money),
            got_back_fen=shown.got_back_fen,
        )


@operation(
    id="ListEnterpriseEntries",
    method="GET",
    path="/v1/work-ledger/enterprises",
    tag=TAG,
    summary=Text("工作台账：企业", "Work ledger by enterprise"),
    roles=_READERS,
    answer=EnterpriseEntryView,
    paged=True,
)
async def list_enterprise_entries(call: Call) -> Answer:
    """List enterprises' lines."""
    page = call.page()
    found = await call.read(
        lambda work: work_ledger.enterprise_entries(work, after=page.after_id, limit=page.limit)
    )
    return call.page_answer(
        found,
        page,
        view=lambda entry: msgspec.convert(entry, EnterpriseEntryView, from_attributes=True),
        after=lambda entry: entry.org_id,
    )


@operation(
    id="ListFilingEntries",
    method="GET",
    path="/v1/work-ledger/filings",
    tag=TAG,
    summary=Text("工作台账：备案", "Work ledger by filing"),
    roles=_READERS,
    query=(_OF_ORG,),
    answer=FilingEntryView,
    paged=True,
)
async def list_filing_entries(call: Call) -> Answer:
    """List filings' lines."""
    page = call.page()
    found = await call.read(
        lambda work: work_ledger.filing_entries(
            work, org_id=call.query("org_id", UUID), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(
        found,
        page,
        view=lambda entry: msgspec.convert(entry, FilingEntryView, from_attributes=True),
        after=lambda entry: entry.filing_id,
    )


@operation(
    id="ListPersonEntries",
    method="GET",
    path="/v1/work-ledger/people",
    tag=TAG,
    summary=Text("工作台账：学徒", "Work ledger by person"),
    roles=_READERS,
    query=(OF_FILING,),
    answer=PersonEntryView,
    paged=True,
)
async def list_person_entries(call: Call) -> Answer:
    """List people's lines."""
    page = call.page()
    found = await call.read(
        lambda work: work_ledger.person_entries(
            work, filing_id=call.query("filing_id", UUID), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(
        found,
        page,
        view=lambda entry: msgspec.convert(entry, PersonEntryView, from_attributes=True),
        after=lambda entry: entry.enrolment_id,
    )


async def _exported(call: Call) -> tuple[Level, list[str], list[Sequence[object]]]:
    level = call.query("level", Level) or Level.PEOPLE

    async def act(work: Work) -> Sequence[Entry]:
        if level is Level.ENTERPRISES:
            return await work_ledger.export_enterprises(work)
        if level is Level.FILINGS:
            return await work_ledger.export_filings(work, org_id=call.query("org_id", UUID))
        return await work_ledger.export_people(work, filing_id=call.query("filing_id", UUID))

    entries = await call.change(act)
    columns = columns_of(_ENTRIES[level])
    heads = [f"{HEADINGS[name].zh} {HEADINGS[name].en}" for name in columns]
    return level, heads, [cells_of(entry) for entry in entries]


_ENTRIES: Final[dict[Level, type[Entry]]] = {
    Level.ENTERPRISES: EnterpriseEntry,
    Level.FILINGS: FilingEntry,
    Level.PEOPLE: PersonEntry,
}


def _attachment(level: Level, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="work-ledger-{level}.{ending}"'}


@operation(
    id="ExportWorkLedgerCsv",
    method="GET",
    path="/v1/work-ledger/csv",
    tag=TAG,
    summary=Text("导出工作台账（CSV）", "Export the work ledger as CSV"),
    description=Text(
        "带字节顺序标记的 UTF-8；以 = + - @ 开头的文字前加单引号，不会被当作公式。每次导出都有审计记录。",
        "UTF-8 with a byte order mark; text that begins with = + - @ gets an apostrophe before it, "
        "so that no cell is a formula. Every export is on record.",
    ),
    roles=_READERS,
    query=(_LEVEL, _OF_ORG, OF_FILING),
    answer_media=CSV,
    answer_example="企业 enterprise,班级 class\r\n启东示例机械有限公司,车工中级工班\r\n",
    problems=("export_too_large",),
)
async def export_work_ledger_csv(call: Call) -> Answer:
    """Export one level as CSV."""
    level, heads, rows = await _exported(call)
    return Answer(
        body=call.ports.tables.csv(heads, rows), media=CSV, headers=_attachment(level, "csv")
    )


@operation(
    id="ExportWorkLedgerXlsx",
    method="GET",
    path="/v1/work-ledger/xlsx",
    tag=TAG,
    summary=Text("导出工作台账（XLSX）", "Export the work ledger as XLSX"),
    description=Text(
        "证件号码与证书编号为文本单元格，不会丢失位数。每次导出都有审计记录。",
        "Identity and certificate numbers are text cells and lose no digit. Every export is on record.",
    ),
    roles=_READERS,
    query=(_LEVEL, _OF_ORG, OF_FILING),
    answer_media=XLSX,
    answer_example="PK…",
    problems=("export_too_large",),
)
async def export_work_ledger_xlsx(call: Call) -> Answer:
    """Export one level as XLSX."""
    level, heads, rows = await _exported(call)
    return Answer(
        body=call.ports.tables.xlsx(level.value, heads, rows),
        media=XLSX,
        headers=_attachment(level, "xlsx"),
    )


@operation(
    id="GetMoneyByFund",
    method="GET",
    path="/v1/ledger/funds",
    tag=TAG,
    summary=Text("资金：按账套", "Money by fund and year"),
    roles=_READERS,
    answer=FundsView,
)
async def get_money_by_fund(call: Call) -> Answer:
    """Sum every book in sight."""
    found = await call.read(work_ledger.money_by_fund)
    return json_answer(FundsView(items=[FundMoneyView.of(one) for one in found]))


@operation(
    id="GetMoneyByRegion",
    method="GET",
    path="/v1/ledger/regions",
    tag=TAG,
    summary=Text("资金：按地区", "Money by region"),
    description=Text(
        "本地区直接下级各地区的合计；本级自己的账单独列出。",
        "The sums of the regions directly below one's own; one's own books stand in a row of their own.",
    ),
    roles=_READERS,
    answer=RegionsView,
    problems=("region_needed",),
)
async def get_money_by_region(call: Call) -> Answer:
    """Sum the regions below."""
    found = await call.read(work_ledger.money_by_region)
    return json_answer(RegionsView(items=[RegionMoneyView.of(one) for one in found]))


@operation(
    id="ListMoneyByEnterprise",
    method="GET",
    path="/v1/ledger/enterprises",
    tag=TAG,
    summary=Text("资金：按企业", "Money by enterprise"),
    roles=_READERS,
    answer=EnterpriseMoneyView,
    paged=True,
)
async def list_money_by_enterprise(call: Call) -> Answer:
    """Sum each enterprise's accounts."""
    page = call.page()
    found = await call.read(
        lambda work: work_ledger.money_by_enterprise(work, after=page.after_id, limit=page.limit)
    )
    return call.page_answer(
        found, page, view=EnterpriseMoneyView.of, after=lambda shown: shown.org_id
    )


OPERATIONS: Final[tuple[Served, ...]] = (
    list_enterprise_entries,
    list_filing_entries,
    list_person_entries,
    export_work_ledger_csv,
    export_work_ledger_xlsx,
    get_money_by_fund,
    get_money_by_region,
    list_money_by_enterprise,
)
