"""Rosters over HTTP: a template to fill in, and a draft's next roster as JSON, CSV or XLSX."""

import asyncio
from typing import Annotated, Final

import msgspec

from domain.errors import Text
from domain.filing import Filing
from domain.party import Role
from domain.ports.work import Work
from domain.roster.cells import BASIS_WORDS, CATEGORY_WORDS
from domain.roster.check import ROSTER_MAX, RosterCheck, check_people, check_sheet
from domain.roster.columns import COLUMNS, ROSTER
from service.application import roster
from service.application.roster import ImportedRoster, ImportMode
from service.http.call import Answer, Call, Served, json_answer
from service.http.checked_list import (
    OF_FORMAT,
    SHEET_PROBLEMS,
    XLSX_EXAMPLE,
    rows_of,
    shown_faults,
    template_answer,
)
from service.http.filing_wire import ApprenticeBody, FilingView
from service.http.media import CSV, JSON, XLSX
from service.http.operation import Query, operation
from service.http.problems import ProblemFault
from service.http.shapes import Body, View

TAG: Final = "filings"
ROSTER_LIMIT: Final = 8 * 1024 * 1024
_FILER: Final = frozenset({Role.FILER})
_PERSON: Final = {
    "name": "张三",
    "citizen_id": "11010519491231002X",
    "phone": "13800138000",
    "category": "new_hire",
    "hired_on": "2026-09-01",
    "contract_months": 24,
    "claim_basis": "insurance_place",
}
_CSV_EXAMPLE: Final = (
    f"{','.join(column.heading.zh for column in COLUMNS)}\n"
    "张三,11010519491231002X,13800138000,新招用,2026-09-01,24,社保缴纳地\n"
)


class RosterBody(Body):
    """A draft's next roster."""

    roster: Annotated[list[ApprenticeBody], msgspec.Meta(min_length=1, max_length=ROSTER_MAX)]


class RosterImportView(View):
    """A roster that was taken, or would be.

    `left_out` are the rows that were not taken: as numbered in a sheet, from 0 in JSON. `faults` say
    why, at most one a cell; `notes` say what was read in another way than it was written. A dry run
    lists all of both, with proposals; an import, whose answer is kept, the first of them, without.
    `filing` and `roster_version` are null on a dry run.
    """

    filing: FilingView | None
    roster_version: int | None
    rows: int
    people: int
    left_out: list[int]
    fault_count: int
    faults: list[ProblemFault]
    note_count: int
    notes: list[ProblemFault]


async def _check(call: Call, work: Work) -> RosterCheck:
    if call.media == JSON:
        people = call.decode(RosterBody).roster
        return check_people(tuple(one.to_command() for one in people), today=work.today)

    def read() -> RosterCheck:
        return check_sheet(call.ports.sheets.read(call.raw, call.media), today=work.today)

    return await asyncio.to_thread(read)  # others are answered meanwhile


@operation(
    id="ImportRoster",
    method="POST",
    path="/v1/filings/{filing_id}/roster",
    tag=TAG,
    summary=Text("导入名册（JSON、CSV、XLSX）", "Import a roster as JSON, CSV or XLSX"),
    description=Text(
        "成为草稿备案的下一版名册，上一版保留。逐格检查，指出每一处错误的行、列、代码；只有一种可证明的改法时给出建议。"
        "表格用名册模板的列名（中文或英文），CSV 为 UTF-8 或 GB18030，"
        "分隔符为逗号、分号或制表符；XLSX 读取第一张可见的表。"
        "被拒绝时 errors 最多列出 100 处；导入的答复最多列出 1000 处；"
        "`dry_run=true` 不保存任何内容，答复列出全部错误（每格至多一处，最多"
        f" {ROSTER_MAX} 行）和可证明的改法。`mode=accept_valid` 只导入没有错误的行，并列出未导入的行及原因。",
        "It becomes the draft's next roster version; the one before stays on file. Every cell is "
        "checked; each fault is located by row, column and code, with a proposal where exactly one is "
        "proved. Sheets have the headings of the template, Chinese or English; a CSV is UTF-8 or GB18030 "
        "with commas, semicolons or tabs; of an XLSX the first visible sheet is read. A refusal lists up "
        "to 100 faults, the answer to an import up to 1000; "
        "`dry_run=true` stores nothing and answers with all of them, at most one a cell of "
        f"up to {ROSTER_MAX} rows, and with the proposals. `mode=accept_valid` takes the rows without a "
        "fault and lists those left out, and why.",
    ),
    roles=_FILER,
    body=RosterBody,
    body_example={"roster": [_PERSON]},
    binary={CSV: _CSV_EXAMPLE, XLSX: XLSX_EXAMPLE},
    body_limit=ROSTER_LIMIT,
    answer=RosterImportView,
    keyed=True,
    versioned=True,
    dry_run=True,
    query=(
        Query(
            name="mode",
            kind=ImportMode,
            description=Text(
                "all_or_nothing（默认）：有错即全部拒绝；accept_valid：只导入没有错误的行。",
                "all_or_nothing (default) refuses with any fault; accept_valid takes the good rows.",
            ),
        ),
    ),
    problems=("wrong_state", "busy", "roster_faulty", *SHEET_PROBLEMS),
)
async def import_roster(call: Call) -> Answer:
    """Import, or answer with everything that stands in the way."""
    filing_id = call.path("filing_id")

    async def act(work: Work) -> Answer:
        done = await roster.import_roster(
            work,
            filing_id=filing_id,
            version=call.if_match,
            check=await _check(call, work),
            source=call.raw,
            mode=call.query("mode", ImportMode) or ImportMode.ALL_OR_NOTHING,
        )
        return await asyncio.to_thread(_imported, done, call)

    async def trial(work: Work) -> Answer:
        check = await roster.try_roster(
            work, filing_id=filing_id, version=call.if_match, check=await _check(call, work)
        )
        return await asyncio.to_thread(_tried, check, call)

    return await call.once(trial if call.dry_run else act, lambda answer: answer)


def _tried(check: RosterCheck, call: Call) -> Answer:
    return _answer(call, check, len(check.people), None)


def _imported(done: ImportedRoster, call: Call) -> Answer:
    return _answer(call, done.check, done.filing.people, done.filing)


def _answer(call: Call, check: RosterCheck, people: int, filing: Filing | None) -> Answer:
    view = RosterImportView(
        filing=None if filing is None else FilingView.of(filing),
        roster_version=None if filing is None else filing.roster_version,
        rows=check.rows,
        people=people,
        left_out=rows_of(check.faults),
        fault_count=len(check.faults),
        faults=shown_faults(check.faults, call),
        note_count=len(check.notes),
        notes=shown_faults(check.notes, call),
    )
    version = None if filing is None else filing.case.version
    return json_answer(view, version=version, language=call.language)


@operation(
    id="GetRosterTemplate",
    method="GET",
    path="/v1/roster-template",
    tag=TAG,
    summary=Text("下载名册模板", "Download the roster template"),
    description=Text(
        "只有列名的空白名册；证件号、手机号两列预设为文本。列名语言随 Accept-Language。",
        "An empty roster with its headings; id and phone columns are text from the start. The language "
        "of the headings follows Accept-Language.",
    ),
    query=(OF_FORMAT,),
    answer_media=XLSX,
    answer_also=(CSV,),
    answer_example=XLSX_EXAMPLE,
)
async def get_roster_template(call: Call) -> Answer:
    """Write the template; everybody gets the same."""
    return await template_answer(
        call,
        ROSTER,
        Text("学徒名册", "Roster"),
        file_name="roster-template",
        choices={"category": list(CATEGORY_WORDS), "claim_basis": list(BASIS_WORDS)},
    )


OPERATIONS: Final[tuple[Served, ...]] = (import_roster, get_roster_template)
