"""Record of a voucher class (职业培训券教学台账): sessions and attendance, by the rules of class records (CASES 7).

Entered by hand or by devices that people sign in and out at. A device keeps its own time, sends late and in
any order, and sends again: its entries are known by their ids and counted at our time, which is its time
corrected by how far its clock was from ours when it sent. Both times are kept. A clock that was far off
leaves a mark for the reviewer, and so does a sign-in on another day than the session's, which counts for
nothing; neither is refused, because somebody stood there.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Final
from uuid import UUID

from domain.class_record import Attendance, Key, Recorded, Session, Where
from domain.errors import Fault, Refusal
from domain.period import CHINA
from domain.training_hours import WHOLE, live

OPEN_STATES: Final = frozenset({"start_reported", "start_reviewed", "started"})
"""States of a voucher class in which its record grows: from the report of its start to that of completion."""

ATTENDING: Final = frozenset({"reserved", "in_use"})
"""States of a voucher, frozen or not, whose worker attends the class it is in."""

ATTENDEE: Final = "voucher_id"
"""What entries call whoever attends."""

SKEW_MAX_S: Final = 300
"""Ours: a device's clock further than this many seconds from ours is marked. A mark decides nothing."""

CLOCKS: Final = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
"""What a device's clock may say: one that lost its battery begins in 1970."""


class Direction(StrEnum):
    """Which way somebody passed a device: 签到, 签退."""

    IN = "in"
    OUT = "out"


class Mark(StrEnum):
    """What a reviewer's eye is drawn to in an entry of a device."""

    CLOCK_SKEWED = "clock_skewed"
    OTHER_DAY = "other_day"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """One sign-in or sign-out as a device says it; `at` is by the device's own clock."""

    session_id: UUID
    voucher_id: UUID
    entry_id: str
    direction: Direction
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a device said: which one, which way, and when by its clock.

    `skew_s` is how many seconds our clock was ahead of it when it sent; negative when it was behind.
    """

    device_id: str
    direction: Direction
    at: datetime
    skew_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherEntry:
    """One entry of attendance. `stamp` is None where it was entered by hand."""

    attendance: Attendance
    stamp: Stamp | None = None
    marks: tuple[Mark, ...] = ()
    entered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedEntries:
    """What is on file about entries at hand: their sessions, who attends, and entries with their ids."""

    sessions: Mapping[UUID, Session]
    people: AbstractSet[UUID]
    entries: Mapping[Key, VoucherEntry]
    superseded: AbstractSet[Key]

    def as_attendance(self) -> Recorded:
        """Return the same as rules of class records look at it."""
        return Recorded(
            sessions=self.sessions,
            people=self.people,
            entries={key: entry.attendance for key, entry in self.entries.items()},
            superseded=self.superseded,
        )


def new_check_ins(
    check_ins: Sequence[CheckIn],
    recorded: RecordedEntries,
    *,
    device_id: str,
    skew_s: int,
    where: Where,
) -> tuple[VoucherEntry, ...]:
    """Return the entries that are new, in order; refuse with every fault located.

    An entry that is on file already, or comes twice, changes nothing, however far its clock is by now; the
    same id for another sign-in is a fault (`entry_id_reused`).
    """
    faults: list[Fault] = []
    known: dict[Key, tuple[Direction, datetime] | None] = {
        key: None if entry.stamp is None else (entry.stamp.direction, entry.stamp.at)
        for key, entry in recorded.entries.items()
    }
    added = []
    for n, one in enumerate(check_ins):
        session = recorded.sessions.get(one.session_id)
        if session is None or session.withdrawn:
            faults.append(Fault(where(n, "session_id"), "session_unknown"))
            continue
        if one.voucher_id not in recorded.people:
            faults.append(Fault(where(n, ATTENDEE), "person_not_in_class"))
            continue
        key = (one.session_id, one.voucher_id, one.entry_id)
        said = (one.direction, one.at)
        if key in known:
            if known[key] != said:
                faults.append(Fault(where(n, "entry_id"), "entry_id_reused"))
            continue
        known[key] = said
        stamp = Stamp(device_id=device_id, direction=one.direction, at=one.at, skew_s=skew_s)
        added.append(_entry(one, stamp, session))
    if faults:
        raise Refusal("class_record_faulty", faults=tuple(faults), count=len(faults))
    return tuple(added)


def _entry(one: CheckIn, stamp: Stamp, session: Session) -> VoucherEntry:
    """Read a sign-in at our time, and mark what is odd about it."""
    ours = (one.at + timedelta(seconds=stamp.skew_s)).astimezone(CHINA)
    that_day = ours.date() == session.held_on
    minute = ours.hour * 60 + ours.minute
    marks = []
    if abs(stamp.skew_s) > SKEW_MAX_S:
        marks.append(Mark.CLOCK_SKEWED)
    if not that_day:
        marks.append(Mark.OTHER_DAY)
    attendance = Attendance(
        session_id=one.session_id,
        attendee_id=one.voucher_id,
        entry_id=one.entry_id,
        present=that_day,
        arrived_minute=minute if that_day and one.direction is Direction.IN else None,
        left_minute=max(1, minute) if that_day and one.direction is Direction.OUT else None,
        supersedes=None,
    )
    return VoucherEntry(attendance=attendance, stamp=stamp, marks=tuple(marks))


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendedShare:
    """How much of a class's sessions one person attended, in minutes."""

    attended_minutes: int
    held_minutes: int

    @property
    def basis_points(self) -> int | None:
        """The share in basis points, rounded down; None where no session was held."""
        return self.attended_minutes * WHOLE // self.held_minutes if self.held_minutes else None

    def is_enough(self, least: int | None) -> bool:
        """Tell whether it reaches what a project asks, in basis points; without a session it reaches nothing.

        Compared by multiplying, so that nothing is rounded.
        """
        if not least:
            return True
        return self.held_minutes > 0 and self.attended_minutes * WHOLE >= least * self.held_minutes


def attended_share(sessions: Sequence[Session], entries: Collection[VoucherEntry]) -> AttendedShare:
    """Compute one person's share from the sessions of the class and the person's entries in force.

    Of a session with entries by hand the longest of those counts: somebody looked. Otherwise the time from
    the first sign-in to the last sign-out counts; who only signed in stayed to the end, who only signed out
    was there from the beginning.
    """
    held = {session.id: session for session in live(sessions)}
    said = [entry for entry in entries if entry.attendance.session_id in held]
    by_session = groupby(
        sorted(said, key=lambda entry: entry.attendance.session_id),
        key=lambda entry: entry.attendance.session_id,
    )
    return AttendedShare(
        attended_minutes=sum(_minutes(held[one], tuple(of_one)) for one, of_one in by_session),
        held_minutes=sum(session.minutes for session in held.values()),
    )


def _minutes(session: Session, entries: Sequence[VoucherEntry]) -> int:
    by_hand = [entry.attendance for entry in entries if entry.stamp is None]
    if by_hand:
        return max(attendance.minutes_of(session) for attendance in by_hand)
    passed = [entry.attendance for entry in entries if entry.attendance.present]
    if not passed:
        return 0
    span = replace(
        passed[0],
        arrived_minute=min(_given(one.arrived_minute for one in passed), default=None),
        left_minute=max(_given(one.left_minute for one in passed), default=None),
    )
    return span.minutes_of(session)


def _given(minutes: Iterator[int | None]) -> list[int]:
    return [minute for minute in minutes if minute is not None]
