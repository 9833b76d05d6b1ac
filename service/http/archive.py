"""Lifelong training archive (劳动者职业培训电子档案) over HTTP: read, exported, corrected."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec

from domain.archive import (
    HEADINGS,
    ArchiveCorrection,
    ArchiveEntry,
    ArchiveKind,
    ArchiveSource,
    cells_of,
)
from domain.certificate import NUMBER_MAX
from domain.errors import Text
from domain.party import Role
from service.application import archive
from service.http.call import Answer, Call, Served, json_answer
from service.http.media import CSV
from service.http.operation import Query, operation
from service.http.shapes import Body, Day, DocumentNumber, Grade, Line, Reason, View

TAG: Final = "archive"
_READERS: Final = frozenset({Role.WORKER, Role.REVIEWER, Role.APPROVER, Role.AUDITOR})
_OF_WORKER: Final = Query(
    name="worker_id",
    kind=UUID,
    description=Text("只列出此劳动者的。", "Only those of this worker."),
)


class ArchiveEntryView(View):
    """One completed training or one certificate. `superseded_by` is the entry that corrects it; `withdrawn`
    says that what it corrects did not happen."""

    id: UUID
    place_id: UUID
    region_path: str
    worker_id: UUID
    kind: ArchiveKind
    source: ArchiveSource
    enrolment_id: UUID | None
    voucher_id: UUID | None
    name: str
    identity_masked: str
    training: str
    trained_by: str
    employer: str | None
    occupation_code: str
    occupation_name: str
    grade: int | None
    started_on: date
    ended_on: date
    attended_minutes: int | None
    certificate_type: str | None
    certificate_number: str | None
    withdrawn: bool
    supersedes: UUID | None
    superseded_by: UUID | None
    reason: str | None
    document_number: str | None
    at: datetime

    @classmethod
    def of(cls, entry: ArchiveEntry) -> "ArchiveEntryView":
        """Show an entry."""
        return msgspec.convert(entry, cls, from_attributes=True)


class ArchiveCorrectionBody(Body):
    """What is put right, with the document it rests on; what is left out stays as it is."""

    reason: Reason
    document_number: DocumentNumber
    training: Line | None = None
    occupation_code: Line | None = None
    occupation_name: Line | None = None
    grade: Grade | None = None
    started_on: Day | None = None
    ended_on: Day | None = None
    certificate_number: (
        Annotated[
            str,
            msgspec.Meta(
                min_length=1, max_length=NUMBER_MAX, description="证书编号 · certificate number"
            ),
        ]
        | None
    ) = None
    withdrawn: bool = False

    def to_command(self) -> ArchiveCorrection:
        """Cross inward."""
        return msgspec.convert(self, ArchiveCorrection, from_attributes=True)


@operation(
    id="ListArchiveEntries",
    method="GET",
    path="/v1/archive-entries",
    tag=TAG,
    summary=Text("职业培训电子档案", "List the training archive"),
    description=Text(
        "劳动者看到本人的，人社部门看到本地区的；企业和培训机构看不到。被更正的记录保留。",
        "A worker sees his own, a bureau those of its region, an enterprise or a provider none. What was "
        "corrected stays.",
    ),
    roles=_READERS,
    query=(_OF_WORKER,),
    answer=ArchiveEntryView,
    paged=True,
)
async def list_archive_entries(call: Call) -> Answer:
    """Read a page, in order of writing."""
    page = call.page()
    found = await call.read(
        lambda work: archive.list_archive_entries(
            work, worker_id=call.query("worker_id", UUID), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(found, page, view=ArchiveEntryView.of, after=lambda one: one.id)


@operation(
    id="GetArchiveEntry",
    method="GET",
    path="/v1/archive-entries/{entry_id}",
    tag=TAG,
    summary=Text("查看档案记录", "Read an entry of the archive"),
    roles=_READERS,
    answer=ArchiveEntryView,
)
async def get_archive_entry(call: Call) -> Answer:
    """Read one."""
    entry_id = call.path("entry_id")
    found = await call.read(lambda work: archive.get_archive_entry(work, entry_id=entry_id))
    return json_answer(ArchiveEntryView.of(found))


@operation(
    id="CorrectArchiveEntry",
    method="POST",
    path="/v1/archive-entries/{entry_id}/correct",
    tag=TAG,
    summary=Text("更正档案记录", "Correct an entry of the archive"),
    description=Text(
        "新增一条更正记录，原记录保留并指向更正记录；须填写理由和依据文号。",
        "Adds an entry that names the one it corrects, which stays; with the reason and the document.",
    ),
    roles=frozenset({Role.APPROVER}),
    body=ArchiveCorrectionBody,
    body_example={
        "reason": "结业日期录入有误",
        "document_number": "启人社函〔2026〕7号",
        "ended_on": "2026-03-27",
    },
    answer=ArchiveEntryView,
    status=201,
    keyed=True,
    problems=(
        "reason_missing",
        "archive_entry_superseded",
        "archive_certificate_of_training",
        "archive_days_reversed",
        "busy",
    ),
)
async def correct_archive_entry(call: Call) -> Answer:
    """Correct one."""
    return await call.once(
        lambda work: archive.correct_archive_entry(
            work,
            entry_id=call.path("entry_id"),
            correction=call.decode(ArchiveCorrectionBody).to_command(),
        ),
        lambda done: json_answer(
            ArchiveEntryView.of(done), status=201, location=f"/v1/archive-entries/{done.id}"
        ),
    )


@operation(
    id="ExportArchiveCsv",
    method="GET",
    path="/v1/archive/csv",
    tag=TAG,
    summary=Text("导出职业培训电子档案（CSV）", "Export the training archive as CSV"),
    description=Text(
        "带字节顺序标记的 UTF-8；每次导出都有审计记录。",
        "UTF-8 with a byte order mark; every export is on record.",
    ),
    roles=_READERS,
    query=(_OF_WORKER,),
    answer_media=CSV,
    answer_example="编号 entry,类别 kind\r\n",
    problems=("export_too_large",),
)
async def export_archive_csv(call: Call) -> Answer:
    """Export what one sees."""
    entries: Sequence[ArchiveEntry] = await call.change(
        lambda work: archive.export_archive(work, worker_id=call.query("worker_id", UUID))
    )
    heads = [f"{heading.zh} {heading.en}" for heading in HEADINGS.values()]
    return Answer(
        body=call.ports.tables.csv(heads, [cells_of(one) for one in entries]),
        media=CSV,
        headers={"Content-Disposition": 'attachment; filename="training-archive.csv"'},
    )


OPERATIONS: Final[tuple[Served, ...]] = (
    list_archive_entries,
    get_archive_entry,
    correct_archive_entry,
    export_archive_csv,
)
