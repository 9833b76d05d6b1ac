"""Class records in PostgreSQL: versions of entries, and attendance as sets."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres import class_record_statements as statements
from adapters.postgres.rows import scope_of
from domain.cases import Case
from domain.class_plan import (
    AgreementKind,
    AssessmentMethod,
    ClassPlan,
    Cooperation,
    Mentor,
    MentorKind,
    TrainingStandard,
)
from domain.class_record import (
    Attendance,
    Evidence,
    EvidenceKind,
    HourKind,
    Receipt,
    Recorded,
    Session,
)
from domain.filing import Outcome
from domain.ports.class_records import ClassRecords


def _read_plan(body: str) -> ClassPlan:
    said: dict[str, Any] = json.loads(body)
    words = {
        "standard": TrainingStandard,
        "agreement": AgreementKind,
        "assessment_method": AssessmentMethod,
    }
    for name, word in words.items():
        if said[name] is not None:
            said[name] = word(said[name])
    if said["cooperation"] is not None:
        said["cooperation"] = Cooperation(**said["cooperation"])
    return ClassPlan(**said)


def _session(row: Row[Any], prefix: str = "") -> Session:
    m = row._mapping
    return Session(
        id=m[f"{prefix}id"],
        version=m[f"{prefix}version"],
        withdrawn=m[f"{prefix}withdrawn"],
        held_on=m[f"{prefix}held_on"],
        starts_minute=m[f"{prefix}starts_minute"],
        ends_minute=m[f"{prefix}ends_minute"],
        kind=HourKind(m[f"{prefix}kind"]),
        topic=m[f"{prefix}topic"],
        site=m[f"{prefix}site"],
        mentor_id=m[f"{prefix}mentor_id"],
        mentor_name=m[f"{prefix}mentor_name"],
    )


def _attendance(row: Row[Any]) -> Attendance:
    return Attendance(
        session_id=row.session_id,
        attendee_id=row.enrolment_id,
        entry_id=row.entry_id,
        present=row.present,
        arrived_minute=row.arrived_minute,
        left_minute=row.left_minute,
        supersedes=row.supersedes,
    )


class PostgresClassRecords(ClassRecords):
    """The class records one actor's scope shows, at one instant."""

    def __init__(self, connection: AsyncConnection, *, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def _fixed(self, case: Case) -> dict[str, Any]:
        return {**scope_of(case), "filing_id": case.id, "entered_at": self._now}

    @staticmethod
    def _of(case: Case) -> dict[str, Any]:
        return {"place_id": case.place_id, "filing_id": case.id}

    async def add_plan(self, case: Case, plan: ClassPlan) -> None:
        body = json.dumps(asdict(plan), ensure_ascii=False)
        await self._connection.execute(
            statements.ADD_PLAN, {**scope_of(case), "filing_id": case.id, "body": body}
        )

    async def plan(self, case: Case) -> ClassPlan:
        row = (await self._connection.execute(statements.PLAN, self._of(case))).one_or_none()
        return ClassPlan() if row is None else _read_plan(row.body)

    async def add_mentors(self, case: Case, mentors: Sequence[Mentor]) -> None:
        await statements.ADD_MENTORS.run(
            self._connection,
            self._fixed(case),
            [
                (m.id, m.version, m.withdrawn, m.name, m.kind, m.grade, m.title, m.occupation_name)
                for m in mentors
            ],
        )
        await statements.ADD_MENTORED.run(
            self._connection,
            {**scope_of(case), "filing_id": case.id},
            [(m.id, m.version, person) for m in mentors for person in m.people],
        )

    async def mentors(self, case: Case) -> Sequence[Mentor]:
        return [
            Mentor(
                id=row.id,
                version=row.version,
                withdrawn=row.withdrawn,
                name=row.name,
                kind=MentorKind(row.kind),
                grade=row.grade,
                title=row.title,
                occupation_name=row.occupation_name,
                people=tuple(row.people),
            )
            for row in await self._connection.execute(statements.MENTORS, self._of(case))
        ]

    async def add_sessions(self, case: Case, sessions: Sequence[Session]) -> None:
        await statements.ADD_SESSIONS.run(
            self._connection,
            self._fixed(case),
            [
                (
                    s.id,
                    s.version,
                    s.withdrawn,
                    s.held_on,
                    s.starts_minute,
                    s.ends_minute,
                    s.kind,
                    s.topic,
                    s.site,
                    s.mentor_id,
                    s.mentor_name,
                )
                for s in sessions
            ],
        )

    async def sessions(self, case: Case) -> Sequence[Session]:
        return [
            _session(row)
            for row in await self._connection.execute(statements.SESSIONS, self._of(case))
        ]

    async def mentor_clashes(self, case: Case) -> Sequence[tuple[Session, Session]]:
        rows = await self._connection.execute(statements.CLASHES, self._of(case))
        return [(_session(row, "a_"), _session(row, "b_")) for row in rows]

    async def recorded(self, case: Case, entries: Sequence[Attendance]) -> Recorded:
        sessions = {session.id: session for session in await self.sessions(case)}
        people = await self._connection.execute(
            statements.PEOPLE, {**self._of(case), "people": list({e.attendee_id for e in entries})}
        )
        # Of an entry that corrects, the one it corrects is looked up by the same keys.
        named = {(e.session_id, e.attendee_id, e.entry_id) for e in entries} | {
            (e.session_id, e.attendee_id, e.supersedes) for e in entries if e.supersedes
        }
        keys = sorted(named)
        rows = await self._connection.execute(
            statements.SAME_KEYS,
            {
                **self._of(case),
                "session_ids": [key[0] for key in keys],
                "enrolment_ids": [key[1] for key in keys],
                "entry_ids": [key[2] for key in keys],
            },
        )
        found = [_attendance(row) for row in rows]
        return Recorded(
            sessions=sessions,
            people={row.id for row in people},
            entries={(e.session_id, e.attendee_id, e.entry_id): e for e in found},
            superseded={(e.session_id, e.attendee_id, e.supersedes) for e in found if e.supersedes},
        )

    async def add_attendance(
        self, case: Case, entries: Sequence[Attendance], versions: Mapping[UUID, int]
    ) -> None:
        await statements.ADD_ATTENDANCE.run(
            self._connection,
            self._fixed(case),
            [
                (
                    e.session_id,
                    versions[e.session_id],
                    e.attendee_id,
                    e.entry_id,
                    e.supersedes,
                    e.present,
                    e.arrived_minute,
                    e.left_minute,
                )
                for e in entries
            ],
        )

    async def attendance(
        self, case: Case, people: Sequence[UUID]
    ) -> Mapping[UUID, Sequence[Attendance]]:
        found: defaultdict[UUID, list[Attendance]] = defaultdict(list)
        for row in await self._connection.execute(
            statements.IN_FORCE, {**self._of(case), "people": list(people)}
        ):
            found[row.enrolment_id].append(_attendance(row))
        return found

    async def add_evidence(self, case: Case, items: Sequence[Evidence]) -> None:
        versions = {session.id: session.version for session in await self.sessions(case)}
        await statements.ADD_EVIDENCE.run(
            self._connection,
            self._fixed(case),
            [
                (
                    e.id,
                    e.version,
                    e.withdrawn,
                    e.kind,
                    e.digest,
                    e.site,
                    e.taken_at,
                    e.duration_s,
                    e.session_id,
                    versions[e.session_id] if e.session_id else None,
                    e.held_at,
                )
                for e in items
            ],
        )

    async def evidence(self, case: Case) -> Sequence[Evidence]:
        return [
            Evidence(
                id=row.id,
                version=row.version,
                withdrawn=row.withdrawn,
                kind=EvidenceKind(row.kind),
                digest=bytes(row.digest),
                site=row.site,
                taken_at=row.taken_at.astimezone(UTC),
                duration_s=row.duration_s,
                session_id=row.session_id,
                held_at=row.held_at,
            )
            for row in await self._connection.execute(statements.EVIDENCE, self._of(case))
        ]

    async def add_receipts(self, case: Case, receipts: Sequence[Receipt]) -> None:
        await statements.ADD_RECEIPTS.run(
            self._connection,
            self._fixed(case),
            [
                (
                    r.id,
                    r.version,
                    r.withdrawn,
                    r.code,
                    r.number,
                    r.issuer_code,
                    r.amount_fen,
                    r.issued_on,
                )
                for r in receipts
            ],
        )
        used = [receipt for receipt in receipts if not receipt.withdrawn]
        await self._connection.execute(
            statements.USE_RECEIPTS,
            {
                **self._of(case),
                "receipts": [r.id for r in used],
                "numbers": [r.number for r in used],
                "codes": [r.code for r in used],
                "issuers": [r.issuer_code for r in used],
            },
        )

    async def receipts(self, case: Case) -> Sequence[Receipt]:
        return [
            Receipt(
                id=row.id,
                version=row.version,
                withdrawn=row.withdrawn,
                code=row.code,
                number=row.number,
                issuer_code=row.issuer_code,
                amount_fen=row.amount_fen,
                issued_on=row.issued_on,
            )
            for row in await self._connection.execute(statements.RECEIPTS, self._of(case))
        ]

    async def propose_completion(
        self, case: Case, outcomes: Mapping[UUID, tuple[Outcome, date]]
    ) -> None:
        await self._connection.execute(
            statements.PROPOSE,
            {
                **self._fixed(case),
                "people": list(outcomes),
                "outcomes": [outcome.value for outcome, _ in outcomes.values()],
                "days": [day for _, day in outcomes.values()],
            },
        )

    async def proposals(self, case: Case) -> Mapping[UUID, tuple[Outcome, date]]:
        rows = await self._connection.execute(statements.PROPOSALS, self._of(case))
        return {row.enrolment_id: (Outcome(row.outcome), row.last_day) for row in rows}
