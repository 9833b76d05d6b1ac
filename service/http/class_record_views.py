"""Class records on the wire: views that go out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from domain.attendance_file import time_of
from domain.class_record import Evidence, EvidenceKind, HourKind, Receipt, Session
from domain.eligibility import Result
from domain.filing import Outcome
from domain.training_hours import HoursJudgement, HoursRule, Signal, SignalKind
from service.application.class_record import AttendanceDone
from service.application.class_record_reading import ClassRecord, RecordedPerson
from service.http.class_plan_wire import ClassPlanView, MentorView
from service.http.shapes import View


class SessionView(View):
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
    mentor_id: UUID | None
    mentor_name: str | None
    withdrawn: bool

    @classmethod
    def of(cls, session: Session) -> "SessionView":
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
            mentor_id=session.mentor_id,
            mentor_name=session.mentor_name,
            withdrawn=session.withdrawn,
        )


class SessionsView(View):
    """What was entered."""

    filing_id: UUID
    sessions: list[SessionView]


class AttendanceView(View):
    """How many entries came, and how many were new: the others were on file already."""

    filing_id: UUID
    entries: int
    added: int

    @classmethod
    def of(cls, filing_id: UUID, done: AttendanceDone) -> "AttendanceView":
        """Show what was entered."""
        return cls(filing_id=filing_id, entries=done.entries, added=done.added)


class EvidenceView(View):
    """An evidence item in its latest version."""

    id: UUID
    version: int
    kind: EvidenceKind
    digest: str
    site: str
    taken_at: datetime
    duration_s: int | None
    session_id: UUID | None
    held_at: str | None
    withdrawn: bool

    @classmethod
    def of(cls, item: Evidence) -> "EvidenceView":
        """Show an item."""
        return cls(
            id=item.id,
            version=item.version,
            kind=item.kind,
            digest=item.digest.hex(),
            site=item.site,
            taken_at=item.taken_at,
            duration_s=item.duration_s,
            session_id=item.session_id,
            held_at=item.held_at,
            withdrawn=item.withdrawn,
        )


class EvidenceItemsView(View):
    """What was entered."""

    filing_id: UUID
    evidence: list[EvidenceView]


class ReceiptView(View):
    """A receipt in its latest version, its numbers as they are compared."""

    id: UUID
    version: int
    code: str | None
    number: str
    issuer_code: str
    amount_fen: int
    issued_on: date
    withdrawn: bool

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptView":
        """Show a receipt."""
        return cls(
            id=receipt.id,
            version=receipt.version,
            code=receipt.code,
            number=receipt.number,
            issuer_code=receipt.issuer_code,
            amount_fen=receipt.amount_fen,
            issued_on=receipt.issued_on,
            withdrawn=receipt.withdrawn,
        )


class ReceiptsView(View):
    """What was entered."""

    filing_id: UUID
    receipts: list[ReceiptView]


class ProposedView(View):
    """The provider's proposal for one person."""

    enrolment_id: UUID
    outcome: Outcome
    day: date


class ProposalView(View):
    """What the provider proposed."""

    filing_id: UUID
    outcomes: list[ProposedView]

    @classmethod
    def of(cls, filing_id: UUID, said: Mapping[UUID, tuple[Outcome, date]]) -> "ProposalView":
        """Show a proposal."""
        outcomes = [
            ProposedView(enrolment_id=person, outcome=outcome, day=day)
            for person, (outcome, day) in said.items()
        ]
        return cls(filing_id=filing_id, outcomes=outcomes)


class SignalView(View):
    """A signal with its values. Signals inform and never decide."""

    kind: SignalKind
    values: dict[str, str | int]

    @classmethod
    def all(cls, signals: Sequence[Signal]) -> "list[SignalView]":
        """Show signals."""
        return [cls(kind=signal.kind, values=dict(signal.values)) for signal in signals]


class HoursView(View):
    """Minutes of one kind of hours."""

    kind: HourKind
    minutes: int

    @classmethod
    def all(cls, minutes: Mapping[HourKind, int]) -> "list[HoursView]":
        """Show minutes by kind."""
        return [cls(kind=kind, minutes=count) for kind, count in minutes.items()]


class HoursJudgementView(View):
    """How one rule about hours came out; `advisory` ones count for nothing."""

    rule: HoursRule
    result: Result
    advisory: bool
    values: dict[str, str | int]

    @classmethod
    def of(cls, judgement: HoursJudgement) -> "HoursJudgementView":
        """Show a judgement."""
        return cls(
            rule=judgement.rule,
            result=judgement.result,
            advisory=judgement.advisory,
            values=dict(judgement.values),
        )


class ClassRecordView(View):
    """The class record: plan, mentors, sessions in total, evidence, receipts and signals."""

    filing_id: UUID
    plan: ClassPlanView
    mentors: list[MentorView]
    sessions: int
    hours: list[HoursView]
    class_hour_minutes: int
    min_hours_per_year: int | None
    evidence: list[EvidenceView]
    receipts: list[ReceiptView]
    signals: list[SignalView]

    @classmethod
    def of(cls, record: ClassRecord) -> "ClassRecordView":
        """Show a class record."""
        return cls(
            filing_id=record.filing_id,
            plan=ClassPlanView.of(record.plan),
            mentors=[MentorView.of(mentor) for mentor in record.mentors],
            sessions=record.sessions,
            hours=HoursView.all(record.minutes),
            class_hour_minutes=record.rule.class_hour_minutes,
            min_hours_per_year=record.rule.min_hours_per_year,
            evidence=[EvidenceView.of(item) for item in record.evidence],
            receipts=[ReceiptView.of(receipt) for receipt in record.receipts],
            signals=SignalView.all(record.signals),
        )


class RecordedPersonView(View):
    """A person's computed training beside what was reported: informs the reviewer, decides nothing.

    `reported` is the enterprise's completion report, `proposed` the provider's. The attendance rate is
    in basis points of the minutes held while the person was in training.
    """

    enrolment_id: UUID
    name: str
    reported: str
    proposed: Outcome | None
    hours: list[HoursView]
    attended_minutes: int
    held_minutes: int
    attendance_basis_points: int | None
    class_hours: int
    result: Result
    judgements: list[HoursJudgementView]
    signals: list[SignalView]

    @classmethod
    def of(cls, one: RecordedPerson) -> "RecordedPersonView":
        """Show a person."""
        record = one.record
        return cls(
            enrolment_id=one.person.id,
            name=one.person.name,
            reported=one.person.state,
            proposed=one.proposal[0] if one.proposal else None,
            hours=HoursView.all(record.minutes),
            attended_minutes=record.attended_minutes,
            held_minutes=record.held_minutes,
            attendance_basis_points=record.attendance_basis_points,
            class_hours=record.class_hours,
            result=record.result,
            judgements=[HoursJudgementView.of(judged) for judged in record.judgements],
            signals=SignalView.all(record.signals),
        )
