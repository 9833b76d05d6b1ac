"""Class records on the wire: entries that come in."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec

from domain.attendance_file import ENTRY_ID_MAX, ROWS_MAX, minute_of
from domain.class_record import Attendance, Evidence, EvidenceKind, HourKind, Receipt, Session
from domain.filing import Outcome
from service.application.class_record import Entered, Proposal
from service.http.class_plan_wire import CorrectsBody
from service.http.shapes import Body, Day, FenAboveZero, Line

SESSIONS_MAX: Final = 1000

Time = Annotated[
    str,
    msgspec.Meta(
        pattern="^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
        max_length=5,
        description="时刻（中国时间）· time of day in China",
        examples=["08:30"],
    ),
]
EntryId = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=ENTRY_ID_MAX,
        description="设备或表格中的编号 · the device's or the sheet's own id of the entry",
    ),
]
Number = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
Digest = Annotated[
    str,
    msgspec.Meta(pattern="^[0-9a-f]{64}$", max_length=64, description="SHA-256 · hex digits"),
]
Instant = Annotated[datetime, msgspec.Meta(tz=True, description="时间（带时区）· instant")]


def _minute(time: Time | None) -> int | None:
    return None if time is None else minute_of(time)


def _pair(corrects: CorrectsBody | None) -> tuple[UUID, int] | None:
    return None if corrects is None else corrects.to_pair()


class SessionBody(Body):
    """One session of the class, or the next version of one."""

    held_on: Day
    starts: Time
    ends: Time
    kind: HourKind
    topic: Line
    site: Line
    mentor_id: UUID | None = None
    corrects: CorrectsBody | None = None
    withdrawn: bool = False

    def to_entry(self) -> Entered[Session]:
        """Cross inward."""
        return Entered(
            corrects=_pair(self.corrects),
            make=lambda session_id, version: Session(
                id=session_id,
                version=version,
                withdrawn=self.withdrawn,
                held_on=self.held_on,
                starts_minute=_minute(self.starts) or 0,
                ends_minute=_minute(self.ends) or 0,
                kind=self.kind,
                topic=self.topic,
                site=self.site,
                mentor_id=self.mentor_id,
            ),
        )


class SessionsBody(Body):
    """Sessions to enter."""

    sessions: Annotated[list[SessionBody], msgspec.Meta(min_length=1, max_length=SESSIONS_MAX)]


class AttendanceEntryBody(Body):
    """One person in one session. Without times the whole session was attended."""

    session_id: UUID
    enrolment_id: UUID
    entry_id: EntryId
    present: bool = True
    arrived: Time | None = None
    left: Time | None = None
    supersedes: EntryId | None = None

    def to_command(self) -> Attendance:
        """Cross inward."""
        return Attendance(
            session_id=self.session_id,
            attendee_id=self.enrolment_id,
            entry_id=self.entry_id,
            present=self.present,
            arrived_minute=_minute(self.arrived),
            left_minute=_minute(self.left),
            supersedes=self.supersedes,
        )


class AttendanceBody(Body):
    """Attendance to enter, of any sessions of the class."""

    entries: Annotated[list[AttendanceEntryBody], msgspec.Meta(min_length=1, max_length=ROWS_MAX)]


class EvidenceItemBody(Body):
    """An evidence item by its digest. Of a video, `held_at` says where the applicant keeps it."""

    kind: EvidenceKind
    digest: Digest
    site: Line
    taken_at: Instant
    duration_s: Annotated[int, msgspec.Meta(ge=1, le=86_400)] | None = None
    session_id: UUID | None = None
    held_at: Annotated[str, msgspec.Meta(min_length=1, max_length=500)] | None = None
    corrects: CorrectsBody | None = None
    withdrawn: bool = False

    def to_entry(self) -> Entered[Evidence]:
        """Cross inward."""
        return Entered(
            corrects=_pair(self.corrects),
            make=lambda item_id, version: Evidence(
                id=item_id,
                version=version,
                withdrawn=self.withdrawn,
                kind=self.kind,
                digest=bytes.fromhex(self.digest),
                site=self.site,
                taken_at=self.taken_at,
                duration_s=self.duration_s,
                session_id=self.session_id,
                held_at=self.held_at,
            ),
        )


class EvidenceBody(Body):
    """Evidence items to enter."""

    evidence: Annotated[list[EvidenceItemBody], msgspec.Meta(min_length=1, max_length=500)]


class ReceiptBody(Body):
    """A provider's invoice or receipt. A 数电发票 has 20 digits and no code."""

    number: Number
    issuer_code: Number
    amount_fen: FenAboveZero
    issued_on: Day
    code: Number | None = None
    corrects: CorrectsBody | None = None
    withdrawn: bool = False

    def to_entry(self) -> Entered[Receipt]:
        """Cross inward."""
        return Entered(
            corrects=_pair(self.corrects),
            make=lambda receipt_id, version: Receipt(
                id=receipt_id,
                version=version,
                withdrawn=self.withdrawn,
                code=self.code,
                number=self.number,
                issuer_code=self.issuer_code,
                amount_fen=self.amount_fen,
                issued_on=self.issued_on,
            ),
        )


class ReceiptsBody(Body):
    """Receipts to enter."""

    receipts: Annotated[list[ReceiptBody], msgspec.Meta(min_length=1, max_length=100)]


class ProposedBody(Body):
    """How one person's training ended, as the provider says."""

    enrolment_id: UUID
    outcome: Outcome
    day: Day

    def to_command(self) -> Proposal:
        """Cross inward."""
        return Proposal(enrolment_id=self.enrolment_id, outcome=self.outcome, day=self.day)


class ProposalBody(Body):
    """The provider's proposal of completion."""

    outcomes: Annotated[list[ProposedBody], msgspec.Meta(min_length=1, max_length=10_000)]
