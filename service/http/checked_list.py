"""Lists of people that come as JSON, CSV or XLSX: what their check found, and the template to fill in."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Final

from domain.errors import Fault, Refusal, Text
from domain.ports.sheets import CSV, XLSX, Template
from domain.roster.rows import row_of
from domain.sheet_columns import Columns
from service.http.call import Answer, Call
from service.http.operation import Query
from service.http.problems import ProblemFault, fault_view
from service.http.request import accepts

FAULTS_KEPT: Final = 1000
"""Faults and notes that the answer to an import lists; it is kept for replays. Rows are all listed."""
FAULTS_TRIED: Final = 100_000
"""Faults and notes that the answer to a trial lists."""
XLSX_EXAMPLE: Final = "PK…"
SHEET_PROBLEMS: Final = (
    "sheet_not_of_its_type",
    "sheet_with_macros",
    "sheet_too_large",
    "sheet_encrypted",
    "sheet_unsafe",
    "sheet_encoding",
    "sheet_unreadable",
)


class TemplateFormat(StrEnum):
    """Formats of a template."""

    XLSX = "xlsx"
    CSV = "csv"


OF_FORMAT: Final = Query(
    name="format",
    kind=TemplateFormat,
    description=Text("xlsx（默认）或 csv。", "xlsx (default) or csv."),
)


def shown_faults(found: Sequence[Fault], call: Call) -> list[ProblemFault]:
    """Show faults or notes: all with their proposals on a trial, the first without in what is kept."""
    if call.dry_run:
        return [fault_view(fault, call.language) for fault in found[:FAULTS_TRIED]]
    # What is kept for replays holds no personal value, and stays small.
    kept = (replace(fault, proposal=None) for fault in found[:FAULTS_KEPT])
    return [fault_view(fault, call.language) for fault in kept]


def rows_of(faults: Sequence[Fault]) -> list[int]:
    """Return the rows in which faults lie, each once, in order."""
    rows = {row_of(fault) for fault in faults}
    return sorted(row for row in rows if row is not None)


async def template_answer(
    call: Call,
    layout: Columns,
    title: Text,
    *,
    file_name: str,
    choices: Mapping[str, Sequence[str]],
) -> Answer:
    """Answer an empty list with its headings; id and phone columns are text. Refuses `not_acceptable`."""
    media = CSV if call.query("format", TemplateFormat) is TemplateFormat.CSV else XLSX
    if not accepts(call.headers.get("accept"), media):
        raise Refusal("not_acceptable", media=media)
    zh = call.language == "zh"
    fields = [column.field for column in layout.columns]
    template = Template(
        title=title.zh if zh else title.en,
        headings=[column.heading.zh if zh else column.heading.en for column in layout.columns],
        text_columns=frozenset(fields.index(field) for field in ("citizen_id", "phone")),
        choices={fields.index(field): list(words) for field, words in choices.items()},
    )
    suffix = "csv" if media == CSV else "xlsx"
    return Answer(
        body=await asyncio.to_thread(call.ports.sheets.write, template, media),
        media=media,
        language=call.language,
        headers={"Content-Disposition": f'attachment; filename="{file_name}.{suffix}"'},
    )
