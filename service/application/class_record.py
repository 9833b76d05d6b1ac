"""Class record use cases (教学台账): entered by enterprise or provider, computed for who reviews.

Each act locks its filing, whose state says whether the record still grows, and adds rows; what was
entered before stays as it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Generic, TypeVar
from uuid import UUID

from domain.attendance_file import parsed_attendance, where_in_file
from domain.audit import Act, Fact, Ground
from domain.cases import Case, CaseKind
from domain.class_plan import MENTORED_STATES, Mentor, mentor_faults
from domain.class_record import (
    OPEN_STATES,
    Attendance,
    Evidence,
    Receipt,
    Session,
    Where,
    checked_receipts,
    corrected,
    new_attendance,
    session_faults,
)
from domain.errors import Fault, Refusal
from domain.filing import Filing, Outcome
from domain.period import EARLIEST
from domain.policy.overlay import TrainingRule
from domain.ports.clock import day_in_china
from domain.ports.work import Work

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered(Generic[T]):
    """One entry as it came: a new one, or the next version of the one it corrects (id and version)."""

    corrects: tuple[UUID, int] | None
    make: Callable[[UUID, int], T]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """How the provider says one person's training ended."""

    enrolment_id: UUID
    outcome: Outcome
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceDone:
    """How many entries came, and how many of them were new."""

    entries: int
    added: int


async def add_mentors(
    work: Work, *, filing_id: UUID, mentors: Sequence[Entered[Mentor]]
) -> list[Mentor]:
    """Record mentors (双导师, ACT-08) and who is assigned to them.

    Refuses `class_record_faulty`: strangers, more people than the overlay allows one mentor,
    corrections of what was corrected already.
    """
    case = await work.cases.lock(CaseKind.FILING, filing_id)
    if case.state not in MENTORED_STATES:
        raise Refusal("class_record_closed", state=case.state)
    filing = await work.filings.get(case)
    on_file = {mentor.id: mentor.version for mentor in await work.class_records.mentors(case)}
    faults = corrected("mentors", [entry.corrects for entry in mentors], on_file)
    rows = numbered(work, mentors)
    people = frozenset(person.id for person in await work.filings.enrolments(case))
    rule = await training_rule(work, filing)
    _refuse((*faults, *mentor_faults(rows, people=people, most=rule.max_apprentices_per_mentor)))
    await work.class_records.add_mentors(case, rows)
    await _record(work, case, "mentors", {"entries": len(rows)})
    return rows


async def add_sessions(
    work: Work, *, filing_id: UUID, sessions: Sequence[Entered[Session]]
) -> list[Session]:
    """Enter sessions. A provider's session of a joint class is entered for every filing it trains there.

    The copies share one id; a filing of the class that has not opened, or is closed, gets none.
    """
    seen = await work.filings.get(await work.cases.get(CaseKind.FILING, filing_id))
    shared = seen.joint_class_id if work.actor.org_id == seen.case.partner_org_id else None
    ids: Sequence[UUID] = [filing_id]
    if shared is not None:
        ids = await work.joint_classes.filings(seen.case.place_id, shared)
    cases = {case.id: case for case in await work.cases.lock_many(CaseKind.FILING, ids)}
    case = _open(cases[filing_id])
    mentors = {mentor.id: mentor for mentor in await work.class_records.mentors(case)}
    on_file = await _session_versions(work, case)
    faults = corrected("sessions", [entry.corrects for entry in sessions], on_file)
    rows = numbered(work, sessions)
    first, last = _days(work, await work.filings.get(case))
    known = {mentor.id for mentor in mentors.values() if not mentor.withdrawn}
    _refuse((*faults, *session_faults(rows, first_day=first, last_day=last, mentors=known)))
    rows = [
        replace(row, mentor_name=mentors[row.mentor_id].name) if row.mentor_id else row
        for row in rows
    ]
    await work.class_records.add_sessions(case, rows)
    for other in cases.values():
        if other.id != case.id and other.state in OPEN_STATES:
            versions = await _session_versions(work, other)
            # A copy that its enterprise has corrected meanwhile keeps that correction.
            theirs = [row for row in rows if versions.get(row.id, 0) == row.version - 1]
            await work.class_records.add_sessions(other, theirs)
            await _record(work, other, "sessions", {"entries": len(theirs)})
    await _record(work, case, "sessions", {"entries": len(rows)})
    return rows


async def add_attendance(
    work: Work, *, filing_id: UUID, entries: Sequence[Attendance], where: Where
) -> AttendanceDone:
    """Enter attendance. Entries on file already change nothing, so a device may send twice.

    Refuses `class_record_faulty` with every fault located by `where`; nothing is stored then.
    """
    case = _open(await work.cases.lock(CaseKind.FILING, filing_id))
    recorded = await work.class_records.recorded(case, entries)
    added = new_attendance(entries, recorded, where=where)
    versions = {session.id: session.version for session in recorded.sessions.values()}
    await work.class_records.add_attendance(case, added, versions)
    await _record(work, case, "attendance", {"entries": len(entries), "added": len(added)})
    return AttendanceDone(entries=len(entries), added=len(added))


async def import_attendance(work: Work, *, filing_id: UUID, text: str) -> AttendanceDone:
    """Enter attendance from a CSV file: all rows or none, every bad cell located."""
    _open(await work.cases.get(CaseKind.FILING, filing_id))
    return await add_attendance(
        work, filing_id=filing_id, entries=parsed_attendance(text), where=where_in_file
    )


async def add_evidence(
    work: Work, *, filing_id: UUID, items: Sequence[Entered[Evidence]]
) -> list[Evidence]:
    """Enter evidence items: digests of what the applicant keeps. Refuses `class_record_faulty`."""
    case = _open(await work.cases.lock(CaseKind.FILING, filing_id))
    on_file = {item.id: item.version for item in await work.class_records.evidence(case)}
    faults = list(corrected("evidence", [entry.corrects for entry in items], on_file))
    rows = numbered(work, items)
    sessions = await _session_versions(work, case)
    for n, row in enumerate(rows):
        if row.session_id is not None and row.session_id not in sessions:
            faults.append(Fault(f"/evidence/{n}/session_id", "session_unknown"))
        if not EARLIEST <= row.taken_at <= work.now:
            faults.append(Fault(f"/evidence/{n}/taken_at", "day_outside_training"))
    _refuse(faults)
    await work.class_records.add_evidence(case, rows)
    await _record(work, case, "evidence", {"entries": len(rows)})
    return rows


async def add_receipts(
    work: Work, *, filing_id: UUID, receipts: Sequence[Entered[Receipt]]
) -> list[Receipt]:
    """Enter the provider's receipts (EVD-01); each supports one filing, nationwide.

    Refuses `receipt_already_used` when another filing has it, `class_record_faulty`.
    """
    case = _open(await work.cases.lock(CaseKind.FILING, filing_id))
    on_file = await work.class_records.receipts(case)
    versions = {receipt.id: receipt.version for receipt in on_file}
    _refuse(corrected("receipts", [entry.corrects for entry in receipts], versions))
    rows = checked_receipts(numbered(work, receipts), on_file=on_file)
    _refuse(
        [
            Fault(f"/receipts/{n}/issued_on", "day_outside_training")
            for n, row in enumerate(rows)
            if row.issued_on > work.today
        ]
    )
    await work.class_records.add_receipts(case, rows)
    await _record(work, case, "receipts", {"entries": len(rows)})
    return list(rows)


async def propose_completion(
    work: Work, *, filing_id: UUID, proposals: Sequence[Proposal]
) -> Mapping[UUID, tuple[Outcome, date]]:
    """Propose outcomes as the training provider; the enterprise's completion report stays the headcount.

    A later proposal about a person comes after the earlier one. Refuses `class_record_faulty`.
    """
    case = _open(await work.cases.lock(CaseKind.FILING, filing_id))
    first, last = _days(work, await work.filings.get(case))
    people = {person.id for person in await work.filings.enrolments(case)}
    faults: list[Fault] = []
    named: set[UUID] = set()
    for n, proposal in enumerate(proposals):
        if proposal.enrolment_id not in people:
            faults.append(Fault(f"/outcomes/{n}/enrolment_id", "person_not_in_class"))
        elif proposal.enrolment_id in named:
            faults.append(Fault(f"/outcomes/{n}/enrolment_id", "person_twice_in_report"))
        named.add(proposal.enrolment_id)
        if not first <= proposal.day <= last:
            faults.append(Fault(f"/outcomes/{n}/day", "day_outside_training"))
    _refuse(faults)
    outcomes = {p.enrolment_id: (p.outcome, p.day) for p in proposals}
    await work.class_records.propose_completion(case, outcomes)
    await _record(work, case, "completion_proposal", {"people": len(outcomes)})
    return outcomes


async def training_rule(work: Work, filing: Filing) -> TrainingRule:
    """Return what the place's overlay asks of the class: that of the day of submission (CASES 2)."""
    on = work.today if filing.submitted_at is None else day_in_china(filing.submitted_at)
    return (await work.policies.overlay(filing.case.region_path, on)).training


def _open(case: Case) -> Case:
    if case.state not in OPEN_STATES:
        raise Refusal("class_record_closed", state=case.state)
    return case


def _days(work: Work, filing: Filing) -> tuple[date, date]:
    assert filing.opened_on is not None
    return filing.opened_on, min(filing.completed_on or work.today, work.today)


def numbered(work: Work, entries: Sequence[Entered[T]]) -> list[T]:
    """Give each entry its id and version: a new one, or the next version of the one it corrects."""
    rows = []
    for entry in entries:
        if entry.corrects is None:
            rows.append(entry.make(work.new_id(), 1))
        else:
            entry_id, version = entry.corrects
            rows.append(entry.make(entry_id, version + 1))
    return rows


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise Refusal("class_record_faulty", faults=tuple(faults), count=len(faults))


async def _session_versions(work: Work, case: Case) -> dict[UUID, int]:
    return {s.id: s.version for s in await work.class_records.sessions(case)}


async def _record(work: Work, case: Case, what: str, facts: Mapping[str, Fact]) -> None:
    await work.audit.record(
        Act(
            action=f"class_record.{what}_entered",
            object_kind=CaseKind.FILING,
            object_id=str(case.id),
            ground=Ground.of(case),
            facts=facts,
        )
    )
