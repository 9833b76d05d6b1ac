"""Record of voucher classes: sessions and attendance entered by the provider, by hand, by file or by devices.

Each act locks its class, whose state says whether the record still grows, and adds rows; what was entered
before stays as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.attendance_file import parsed_attendance, where_in_file
from domain.audit import Act, Fact, Ground
from domain.cases import Case, CaseKind
from domain.class_record import (
    Attendance,
    Session,
    Where,
    corrected,
    new_attendance,
    session_faults,
)
from domain.errors import Fault, Refusal
from domain.ports.work import Work
from domain.voucher import Voucher, VoucherFilter
from domain.voucher_class import VoucherOutcome
from domain.voucher_record import (
    ATTENDEE,
    CLOCKS,
    OPEN_STATES,
    AttendedShare,
    CheckIn,
    VoucherEntry,
    attended_share,
    new_check_ins,
)
from service.application.class_record import AttendanceDone, Entered, numbered


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What a device sends at once; `sent_at` is the time by its own clock when it sent."""

    device_id: str
    sent_at: datetime
    check_ins: tuple[CheckIn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInsDone:
    """How many entries came and how many were new, and how many seconds our clock was ahead of the device's."""

    entries: int
    added: int
    marked: int
    skew_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trainee:
    """Somebody in a class: the voucher, what was attended, and how it ended as last reported."""

    voucher: Voucher
    attended: AttendedShare
    entries_by_hand: int
    entries_marked: int
    outcome: VoucherOutcome | None


async def add_sessions(
    work: Work, *, class_id: UUID, sessions: Sequence[Entered[Session]]
) -> list[Session]:
    """Enter sessions, or next versions of some. Refuses `class_record_closed`, `class_record_faulty`."""
    case = await _open(work, class_id)
    (planned,) = await work.voucher_classes.page([case])
    assert planned.started_on is not None
    on_file = {one.id: one.version for one in await work.voucher_records.sessions(case)}
    faults = corrected("sessions", [entry.corrects for entry in sessions], on_file)
    rows = numbered(work, sessions)
    days = session_faults(
        rows, first_day=planned.started_on, last_day=work.today, mentors=frozenset()
    )
    faults = (*faults, *days)
    if faults:
        raise Refusal("class_record_faulty", faults=faults, count=len(faults))
    await work.voucher_records.add_sessions(case, rows)
    await _record(work, case, "sessions", {"entries": len(rows)})
    return rows


async def add_attendance(
    work: Work, *, class_id: UUID, entries: Sequence[Attendance], where: Where
) -> AttendanceDone:
    """Enter attendance by hand; an entry may correct one of a device. Entries on file change nothing.

    Refuses `class_record_closed`, `class_record_faulty` with every fault located by `where`.
    """
    case = await _open(work, class_id)
    keys = {(one.session_id, one.attendee_id, one.entry_id) for one in entries}
    keys |= {(one.session_id, one.attendee_id, one.supersedes) for one in entries if one.supersedes}
    recorded = await work.voucher_records.recorded(case, keys)
    added = new_attendance(entries, recorded.as_attendance(), where=where, attendee=ATTENDEE)
    await _add(work, case, [VoucherEntry(attendance=one) for one in added], recorded.sessions)
    await _record(work, case, "attendance", {"entries": len(entries), "added": len(added)})
    return AttendanceDone(entries=len(entries), added=len(added))


async def import_attendance(work: Work, *, class_id: UUID, text: str) -> AttendanceDone:
    """Enter attendance from a CSV file: all rows or none, every bad cell located."""
    await _open(work, class_id)
    rows = parsed_attendance(text, attendee=ATTENDEE)
    return await add_attendance(work, class_id=class_id, entries=rows, where=where_in_file)


async def add_check_ins(
    work: Work, *, class_id: UUID, upload: Upload, where: Where
) -> CheckInsDone:
    """Enter what a device recorded, in whatever order and however often it sends.

    How far its clock is from ours is measured now and stored with each entry. Refuses
    `class_record_closed`, `class_record_faulty`.
    """
    case = await _open(work, class_id)
    _check_clocks(upload, where)
    skew_s = round((work.now - upload.sent_at).total_seconds())
    keys = {(one.session_id, one.voucher_id, one.entry_id) for one in upload.check_ins}
    recorded = await work.voucher_records.recorded(case, keys)
    added = new_check_ins(
        upload.check_ins, recorded, device_id=upload.device_id, skew_s=skew_s, where=where
    )
    await _add(work, case, added, recorded.sessions)
    done = CheckInsDone(
        entries=len(upload.check_ins),
        added=len(added),
        marked=sum(1 for entry in added if entry.marks),
        skew_s=skew_s,
    )
    facts = {"added": done.added, "marked": done.marked, "skew_s": skew_s}
    await _record(work, case, "check_ins", facts)
    return done


async def sessions_of(
    work: Work, *, class_id: UUID, after: UUID | None, limit: int
) -> list[Session]:
    """Return a page of the latest versions of sessions, by id; withdrawn ones too."""
    case = await work.cases.get(CaseKind.VOUCHER_CLASS, class_id)
    by_id = sorted(await work.voucher_records.sessions(case), key=lambda session: session.id)
    return [session for session in by_id if after is None or session.id > after][:limit]


async def people_of(work: Work, *, class_id: UUID, after: UUID | None, limit: int) -> list[Trainee]:
    """Return a page of the people of a class by voucher id, with attendance and reported outcome."""
    case = await work.cases.get(CaseKind.VOUCHER_CLASS, class_id)
    vouchers = await work.vouchers.page(VoucherFilter(class_id=case.id), after=after, limit=limit)
    sessions = await work.voucher_records.sessions(case)
    in_force = await work.voucher_records.in_force(case, [one.id for one in vouchers])
    outcomes = await work.voucher_records.outcomes(case)
    return [
        Trainee(
            voucher=one,
            attended=attended_share(sessions, in_force.get(one.id, ())),
            entries_by_hand=sum(1 for entry in in_force.get(one.id, ()) if entry.stamp is None),
            entries_marked=sum(1 for entry in in_force.get(one.id, ()) if entry.marks),
            outcome=outcomes.get(one.id),
        )
        for one in vouchers
    ]


async def entries_of(
    work: Work, *, voucher_id: UUID, after: tuple[UUID, str] | None, limit: int
) -> Sequence[VoucherEntry]:
    """Return a page of what was entered about a voucher in its class; its worker reads it too."""
    voucher = await work.vouchers.get(voucher_id)
    return await work.voucher_records.page(voucher, after=after, limit=limit)


async def _open(work: Work, class_id: UUID) -> Case:
    case = await work.cases.lock(CaseKind.VOUCHER_CLASS, class_id)
    if case.state not in OPEN_STATES:
        raise Refusal("voucher_record_closed", state=case.state)
    return case


async def _add(
    work: Work, case: Case, entries: Sequence[VoucherEntry], sessions: Mapping[UUID, Session]
) -> None:
    people = {entry.attendance.attendee_id for entry in entries}
    await work.voucher_records.add_entries(
        case,
        entries,
        versions={session.id: session.version for session in sessions.values()},
        workers=await work.voucher_records.workers(case, people),
    )


def _check_clocks(upload: Upload, where: Where) -> None:
    """Refuse what no clock says: it could not even be told how far it is off."""
    first, last = CLOCKS
    faults = [
        Fault(where(n, "at"), "device_time_impossible")
        for n, one in enumerate(upload.check_ins)
        if not first <= one.at <= last
    ]
    if not first <= upload.sent_at <= last:
        faults.append(Fault("/sent_at", "device_time_impossible"))
    if faults:
        raise Refusal("class_record_faulty", faults=tuple(faults), count=len(faults))


async def _record(work: Work, case: Case, what: str, facts: Mapping[str, Fact]) -> None:
    await work.audit.record(
        Act(
            action=f"voucher_record.{what}_entered",
            object_kind=CaseKind.VOUCHER_CLASS,
            object_id=str(case.id),
            ground=Ground.of(case),
            facts=facts,
        )
    )
