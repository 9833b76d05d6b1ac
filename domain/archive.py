"""Lifelong training archive (劳动者职业培训电子档案, 产业工人电子档案): what a worker was trained in (REG-14, REG-16).

One entry is one completed training, or one certificate, of either engine. It is written when completion is
decided and never edited: a correction is another entry that names the one it supersedes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from domain.errors import Refusal, Text


class ArchiveKind(StrEnum):
    """What an entry is about."""

    TRAINING = "training"
    CERTIFICATE = "certificate"


class ArchiveSource(StrEnum):
    """Which engine it came from."""

    APPRENTICESHIP = "apprenticeship"
    VOUCHER = "voucher"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveEntry:
    """An entry on file. The last day of training is `ended_on`; `attended_minutes` where it was recorded.

    `superseded_by` is the entry that corrects this one; `withdrawn` says that what it corrects did not
    happen. `reason` and `document_number` are a correction's.
    """

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
    person_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveCorrection:
    """What is put right, with the reason and the document it rests on; None leaves a value as it is."""

    reason: str
    document_number: str
    training: str | None = None
    occupation_code: str | None = None
    occupation_name: str | None = None
    grade: int | None = None
    started_on: date | None = None
    ended_on: date | None = None
    certificate_number: str | None = None
    withdrawn: bool = False


_CORRECTED: Final = (
    "training",
    "occupation_code",
    "occupation_name",
    "grade",
    "started_on",
    "ended_on",
    "certificate_number",
)


def corrected(
    entry: ArchiveEntry, correction: ArchiveCorrection, *, entry_id: UUID, by: UUID, at: datetime
) -> ArchiveEntry:
    """Return the entry that corrects another.

    Refuses `archive_entry_superseded`, `archive_certificate_of_training` (a training has no number to
    correct) and `archive_days_reversed`.
    """
    if entry.superseded_by is not None:
        raise Refusal("archive_entry_superseded")
    if entry.kind is ArchiveKind.TRAINING and correction.certificate_number is not None:
        raise Refusal("archive_certificate_of_training")
    given = {name: getattr(correction, name) for name in _CORRECTED}
    after = replace(
        entry,
        **{name: value for name, value in given.items() if value is not None},
        id=entry_id,
        withdrawn=correction.withdrawn,
        supersedes=entry.id,
        reason=correction.reason,
        document_number=correction.document_number,
        person_id=by,
        at=at,
    )
    if after.ended_on < after.started_on:
        raise Refusal("archive_days_reversed")
    return after


HEADINGS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "id": Text("编号", "entry"),
        "kind": Text("类别", "kind"),
        "source": Text("来源", "source"),
        "name": Text("姓名", "name"),
        "identity_masked": Text("证件号码", "identity (masked)"),
        "training": Text("培训", "training"),
        "trained_by": Text("培训机构", "trained by"),
        "employer": Text("用人单位", "employer"),
        "occupation_code": Text("职业代码", "occupation code"),
        "occupation_name": Text("职业", "occupation"),
        "grade": Text("等级", "grade"),
        "started_on": Text("开始日期", "started on"),
        "ended_on": Text("结束日期", "ended on"),
        "attended_minutes": Text("出勤分钟", "minutes attended"),
        "certificate_type": Text("证书类型", "certificate type"),
        "certificate_number": Text("证书编号", "certificate number"),
        "withdrawn": Text("已撤销", "withdrawn"),
        "supersedes": Text("更正的记录", "supersedes"),
        "superseded_by": Text("被更正为", "superseded by"),
        "reason": Text("更正理由", "reason"),
        "document_number": Text("依据文号", "document number"),
        "at": Text("记录时间", "entered at"),
    }
)
"""The columns of an exported archive, with their headings."""


def cells_of(entry: ArchiveEntry) -> Sequence[Any]:
    """Return an entry's values in the order of the exported columns."""
    return [getattr(entry, name) for name in HEADINGS]
