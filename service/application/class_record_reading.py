"""Reading class records: what they add up to, beside what was reported (CASES 6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.cases import CaseKind
from domain.class_plan import ClassPlan, Mentor
from domain.class_record import Evidence, HourKind, Receipt, Session
from domain.filing import Enrolment, Outcome
from domain.policy.overlay import TrainingRule
from domain.ports.work import Work
from domain.training_hours import PersonRecord, Signal, class_signals, live, person_record
from service.application.class_record import training_rule


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRecord:
    """The record of a filing's class. `minutes` sum the sessions held, by kind."""

    filing_id: UUID
    plan: ClassPlan
    mentors: Sequence[Mentor]
    sessions: int
    minutes: Mapping[HourKind, int]
    rule: TrainingRule
    evidence: Sequence[Evidence]
    receipts: Sequence[Receipt]
    signals: Sequence[Signal]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPerson:
    """A person, what the record computes, and what the provider proposed."""

    person: Enrolment
    record: PersonRecord
    proposal: tuple[Outcome, date] | None


async def class_record(work: Work, *, filing_id: UUID) -> ClassRecord:
    """Return the record of a class with its signals; refuses `not_found`."""
    case = await work.cases.get(CaseKind.FILING, filing_id)
    records = work.class_records
    sessions = await records.sessions(case)
    evidence = await records.evidence(case)
    held = live(sessions)
    return ClassRecord(
        filing_id=case.id,
        plan=await records.plan(case),
        mentors=[mentor for mentor in await records.mentors(case) if not mentor.withdrawn],
        sessions=len(held),
        minutes={kind: sum(s.minutes for s in held if s.kind is kind) for kind in HourKind},
        rule=await training_rule(work, await work.filings.get(case)),
        evidence=[item for item in evidence if not item.withdrawn],
        receipts=[receipt for receipt in await records.receipts(case) if not receipt.withdrawn],
        signals=class_signals(
            sessions,
            evidence,
            await records.mentor_clashes(case),
            await work.calendars.of_region(case.region_path),
        ),
    )


async def sessions_of(
    work: Work, *, filing_id: UUID, after: UUID | None, limit: int
) -> list[Session]:
    """Return a page of the latest versions of sessions, by id; withdrawn ones too."""
    case = await work.cases.get(CaseKind.FILING, filing_id)
    by_id = sorted(await work.class_records.sessions(case), key=lambda session: session.id)
    return [session for session in by_id if after is None or session.id > after][:limit]


async def people_of(
    work: Work, *, filing_id: UUID, after: UUID | None, limit: int
) -> list[RecordedPerson]:
    """Return a page of people by enrolment id, each with hours, attendance and judgement."""
    case = await work.cases.get(CaseKind.FILING, filing_id)
    filing = await work.filings.get(case)
    everybody = sorted(await work.filings.enrolments(case), key=lambda person: person.id)
    people = [person for person in everybody if after is None or person.id > after][:limit]
    sessions = await work.class_records.sessions(case)
    rule = await training_rule(work, filing)
    entries = await work.class_records.attendance(case, [person.id for person in people])
    proposals = await work.class_records.proposals(case)
    return [
        RecordedPerson(
            person=person,
            record=person_record(
                person,
                sessions,
                entries.get(person.id, ()),
                rule,
                filed_months=filing.filed_months,
            ),
            proposal=proposals.get(person.id),
        )
        for person in people
    ]
