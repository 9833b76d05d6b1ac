"""Records of voucher classes on the wire: entries that come in, and views that go out."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec

from domain.attendance_file import ROWS_MAX, minute_of, time_of
from domain.class_record import Attendance, HourKind, Session
from domain.voucher_class import VoucherResult
from domain.voucher_record import CheckIn, Direction, Mark, VoucherEntry
from service.application.class_record import AttendanceDone, Entered
from service.application.voucher_record import CheckInsDone, Trainee, Upload
from service.http.class_plan_wire import CorrectsBody
from service.http.class_record_wire import EntryId, Instant, Time
from service.http.shapes import Body, Day, Line, View

SESSIONS_MAX: Final = 1000
DeviceId = Annotated[
    str,
    msgspec.Meta(min_length=1, max_length=100, description="设备编号 · the device's own number"),
]


class VoucherSessionBody(Body):
    """One session of the class, or the next version of one."""

    held_on: Day
    starts: Time
    ends: Time
    kind: HourKind
    topic: Line
    site: Line
    corrects: CorrectsBody | None = None
    withdrawn: bool = False

    def to_entry(self) -> Entered[Session]:
        """Cross inward."""
        return Entered(
            corrects=None if self.corrects is None else self.corrects.to_pair(),
            make=lambda session_id, version: Session(
                id=session_id,
                version=version,
                withdrawn=self.withdrawn,
                held_on=self.held_on,
                starts_minute=minute_of(self.starts) or 0,
                ends_minute=minute_of(self.ends) or 0,
                kind=self.kind,
                topic=self.topic,
                site=self.site,
                mentor_id=None,
            ),
        )


class VoucherSessionsBody(Body):
    """Sessions to enter."""

    sessions: Annotated[
        list[VoucherSessionBody], msgspec.Meta(min_length=1, max_length=SESSIONS_MAX)
    ]


class VoucherAttendanceEntryBody(Body):
    """One person in one session, entered by hand. Without times the whole session was attended."""

    session_id: UUID
    voucher_id: UUID
    entry_id: EntryId
    present: bool = True
    arrived: Time | None = None
    left: Time | None = None
    supersedes: EntryId | None = None

    def to_command(self) -> Attendance:
        """Cross inward."""
        return Attendance(
            session_id=self.session_id,
            attendee_id=self.voucher_id,
            entry_id=self.entry_id,
            present=self.present,
            arrived_minute=None if self.arrived is None else minute_of(self.arrived),
            left_minute=None if self.left is None else minute_of(self.left),
            supersedes=self.supersedes,
        )


class VoucherAttendanceBody(Body):
    """Attendance to enter, of any sessions of the class."""

    entries: Annotated[
        list[VoucherAttendanceEntryBody], msgspec.Meta(min_length=1, max_length=ROWS_MAX)
    ]


class CheckInBody(Body):
    """One sign-in or sign-out; `at` is the time by the device's own clock."""

    session_id: UUID
    voucher_id: UUID
    entry_id: EntryId
    direction: Direction
    at: Instant


class CheckInsBody(Body):
    """What a device sends at once; `sent_at` is its own clock when it sends, so that it can be compared."""

    device_id: DeviceId
    sent_at: Instant
    entries: Annotated[list[CheckInBody], msgspec.Meta(min_length=1, max_length=ROWS_MAX)]

    def to_command(self) -> Upload:
        """Cross inward."""
        return Upload(
            device_id=self.device_id,
            sent_at=self.sent_at,
            check_ins=tuple(
                CheckIn(
                    session_id=one.session_id,
                    voucher_id=one.voucher_id,
                    entry_id=one.entry_id,
                    direction=one.direction,
                    at=one.at,
                )
                for one in self.entries
            ),
        )


class VoucherSessionView(View):
    """A session in its latest version."""

    id: UUID
    version: int
    held_on: date
    starts: str
    ends: str
    minutes: int
    kind: HourKind
    topic: str
    site: str
    withdrawn: bool

    @classmethod
    def of(cls, session: Session) -> "VoucherSessionView":
        """Show a session."""
        return cls(
            id=session.id,
            version=session.version,
            held_on=session.held_on,
            starts=time_of(session.starts_minute),
            ends=time_of(session.ends_minute),
            minutes=session.minutes,
            kind=session.kind,
            topic=session.topic,
            site=session.site,
            withdrawn=session.withdrawn,
        )


class VoucherSessionsView(View):
    """What was entered."""

    class_id: UUID
    sessions: list[VoucherSessionView]


class VoucherAttendanceView(View):
    """How many entries came, and how many were new: the others were on file already."""

    class_id: UUID
    entries: int
    added: int

    @classmethod
    def of(cls, class_id: UUID, done: AttendanceDone) -> "VoucherAttendanceView":
        """Show what was entered."""
        return cls(class_id=class_id, entries=done.entries, added=done.added)


class CheckInsView(View):
    """What was entered. `skew_s` is how many seconds our clock was ahead of the device's; `marked` counts
    what was marked for the reviewer."""

    class_id: UUID
    entries: int
    added: int
    marked: int
    skew_s: int

    @classmethod
    def of(cls, class_id: UUID, done: CheckInsDone) -> "CheckInsView":
        """Show what was entered."""
        return cls(
            class_id=class_id,
            entries=done.entries,
            added=done.added,
            marked=done.marked,
            skew_s=done.skew_s,
        )


class TraineeView(View):
    """Somebody in a class: what was attended, in basis points of the sessions' minutes, and how it ended.

    `entries_marked` counts entries of devices whose clock was far off or that fell on another day.
    """

    voucher_id: UUID
    name: str
    citizen_id_masked: str
    state: str
    attended_minutes: int
    held_minutes: int
    attendance_basis_points: int | None
    entries_by_hand: int
    entries_marked: int
    outcome: VoucherResult | None
    last_day: date | None
    certificate_number: str | None

    @classmethod
    def of(cls, one: Trainee) -> "TraineeView":
        """Show somebody."""
        outcome = one.outcome
        declared = None if outcome is None else outcome.certificate
        return cls(
            voucher_id=one.voucher.id,
            name=one.voucher.name,
            citizen_id_masked=one.voucher.identity_masked,
            state=one.voucher.state,
            attended_minutes=one.attended.attended_minutes,
            held_minutes=one.attended.held_minutes,
            attendance_basis_points=one.attended.basis_points,
            entries_by_hand=one.entries_by_hand,
            entries_marked=one.entries_marked,
            outcome=None if outcome is None else outcome.outcome,
            last_day=None if outcome is None else outcome.day,
            certificate_number=None if declared is None else declared.raw,
        )


class AttendanceEntryView(View):
    """One entry about a voucher. What a device said stands beside our time when it came.

    `device_at` is by the device's clock, `skew_s` how many seconds ours was ahead; None by hand.
    """

    session_id: UUID
    entry_id: str
    supersedes: str | None
    present: bool
    arrived: str | None
    left: str | None
    entered_at: datetime | None
    device_id: str | None
    direction: Direction | None
    device_at: datetime | None
    skew_s: int | None
    marks: list[Mark]

    @classmethod
    def of(cls, entry: VoucherEntry) -> "AttendanceEntryView":
        """Show an entry."""
        said, stamp = entry.attendance, entry.stamp
        return cls(
            session_id=said.session_id,
            entry_id=said.entry_id,
            supersedes=said.supersedes,
            present=said.present,
            arrived=None if said.arrived_minute is None else time_of(said.arrived_minute),
            left=None if said.left_minute is None else time_of(said.left_minute),
            entered_at=entry.entered_at,
            device_id=None if stamp is None else stamp.device_id,
            direction=None if stamp is None else stamp.direction,
            device_at=None if stamp is None else stamp.at,
            skew_s=None if stamp is None else stamp.skew_s,
            marks=list(entry.marks),
        )
