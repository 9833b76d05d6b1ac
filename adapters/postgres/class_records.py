"""Class records in PostgreSQL: versions of entries, and attendance as sets."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.bulk import BulkInsert
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

_ADD_PLAN: Final = text("""
insert into class_plans (place_id, org_id, partner_org_id, region_path, filing_id, body)
values (:place_id, :org_id, :partner_org_id, :region_path, :filing_id, cast(:body as jsonb))
""")
_PLAN: Final = text(
    "select body::text as body from class_plans where place_id = :place_id and filing_id = :filing_id"
)

_VERSIONED: Final = {"id": "uuid", "version": "int", "withdrawn": "boolean"}
_ENTERED: Final = {"filing_id": "uuid", "entered_at": "timestamptz"}
_ADD_MENTORS: Final = BulkInsert(
    "class_mentors",
    fixed=_ENTERED,
    varying={
        **_VERSIONED,
        "name": "text",
        "kind": "text",
        "grade": "smallint",
        "title": "text",
        "occupation_name": "text",
    },
)
_ADD_MENTORED: Final = BulkInsert(
    "mentored_people",
    fixed={"filing_id": "uuid"},
    varying={"mentor_id": "uuid", "mentor_version": "int", "enrolment_id": "uuid"},
)
_ADD_SESSIONS: Final = BulkInsert(
    "class_sessions",
    fixed=_ENTERED,
    varying={
        **_VERSIONED,
        "held_on": "date",
        "starts_minute": "smallint",
        "ends_minute": "smallint",
        "kind": "text",
        "topic": "text",
        "site": "text",
        "mentor_id": "uuid",
        "mentor_name": "text",
    },
)
_ADD_EVIDENCE: Final = BulkInsert(
    "class_evidence",
    fixed=_ENTERED,
    varying={
        **_VERSIONED,
        "kind": "text",
        "digest": "bytea",
        "site": "text",
        "taken_at": "timestamptz",
        "duration_s": "int",
        "session_id": "uuid",
        "session_version": "int",
        "held_at": "text",
    },
)
_ADD_RECEIPTS: Final = BulkInsert(
    "class_receipts",
    fixed=_ENTERED,
    varying={
        **_VERSIONED,
        "code": "text",
        "number": "text",
        "issuer_code": "text",
        "amount_fen": "bigint",
        "issued_on": "date",
    },
)
_ADD_ATTENDANCE: Final = BulkInsert(
    "class_attendance",
    fixed=_ENTERED,
    varying={
        "session_id": "uuid",
        "session_version": "int",
        "enrolment_id": "uuid",
        "entry_id": "text",
        "supersedes": "text",
        "present": "boolean",
        "arrived_minute": "smallint",
        "left_minute": "smallint",
    },
)
_USE_RECEIPTS: Final = text(
    "select use_receipts(:place_id, :filing_id, :receipts, :numbers, :codes, :issuers)"
)

_LATEST: Final = (
    "select distinct on (id) * from {table} where place_id = :place_id and filing_id = :filing_id"
)
_MENTORS: Final = text(f"""
select m.*, array(select p.enrolment_id from mentored_people p
                   where p.place_id = m.place_id and p.filing_id = m.filing_id and p.mentor_id = m.id
                     and p.mentor_version = m.version order by p.enrolment_id) as people
  from ({_LATEST.format(table="class_mentors")} order by id, version desc) m order by m.id
""")
_SESSIONS: Final = text(f"""
select * from ({_LATEST.format(table="class_sessions")} order by id, version desc) s
 order by held_on, starts_minute, id
""")
_EVIDENCE: Final = text(f"{_LATEST.format(table='class_evidence')} order by id, version desc")
_RECEIPTS: Final = text(f"{_LATEST.format(table='class_receipts')} order by id, version desc")

_SIDE: Final = (
    "{s}.id as {s}_id, {s}.version as {s}_version, {s}.withdrawn as {s}_withdrawn,"
    " {s}.held_on as {s}_held_on, {s}.starts_minute as {s}_starts_minute,"
    " {s}.ends_minute as {s}_ends_minute, {s}.kind as {s}_kind, {s}.topic as {s}_topic,"
    " {s}.site as {s}_site, {s}.mentor_id as {s}_mentor_id, {s}.mentor_name as {s}_mentor_name"
)
_NEWEST: Final = """not {s}.withdrawn and not exists (
     select from class_sessions n where n.place_id = {s}.place_id and n.filing_id = {s}.filing_id
        and n.id = {s}.id and n.version > {s}.version)"""
_CLASHES: Final = text(f"""
select distinct on (a.id, b.id) {_SIDE.format(s="a")}, {_SIDE.format(s="b")}
  from class_sessions a
  join class_sessions b on b.place_id = a.place_id and b.mentor_name = a.mentor_name
   and b.held_on = a.held_on and b.starts_minute < a.ends_minute and a.starts_minute < b.ends_minute
   and b.site <> a.site and b.id <> a.id and (b.filing_id <> a.filing_id or b.id > a.id)
 where a.place_id = :place_id and a.filing_id = :filing_id
   and {_NEWEST.format(s="a")} and {_NEWEST.format(s="b")}
 order by a.id, b.id limit 100
""")

_PEOPLE: Final = text("""
select id from enrolments
 where place_id = :place_id and filing_id = :filing_id and id = any(:people) and started_on is not null
""")
_SAME_KEYS: Final = text("""
select a.* from class_attendance a
  join (select distinct * from unnest(cast(:session_ids as uuid[]), cast(:enrolment_ids as uuid[]),
                                      cast(:entry_ids as text[])) as u(session_id, enrolment_id, entry_id)) k
    on (a.session_id, a.enrolment_id) = (k.session_id, k.enrolment_id)
   and (a.entry_id = k.entry_id or a.supersedes = k.entry_id)
 where a.place_id = :place_id and a.filing_id = :filing_id
""")
_IN_FORCE: Final = text("""
select a.* from class_attendance a
 where a.place_id = :place_id and a.filing_id = :filing_id and a.enrolment_id = any(:people)
   and not exists (select from class_attendance l
                    where l.place_id = a.place_id and l.filing_id = a.filing_id
                      and l.session_id = a.session_id and l.enrolment_id = a.enrolment_id
                      and l.supersedes = a.entry_id)
 order by a.session_id, a.entry_id
""")

_PROPOSE: Final = text("""
insert into completion_proposals (place_id, org_id, partner_org_id, region_path, filing_id, enrolment_id, seq,
                                  outcome, last_day, entered_at)
select :place_id, :org_id, cast(:partner_org_id as uuid), :region_path, :filing_id, u.enrolment_id,
       1 + coalesce((select max(p.seq) from completion_proposals p
                      where p.place_id = :place_id and p.filing_id = :filing_id
                        and p.enrolment_id = u.enrolment_id), 0),
       u.outcome, u.last_day, :entered_at
  from unnest(cast(:people as uuid[]), cast(:outcomes as text[]), cast(:days as date[]))
       as u(enrolment_id, outcome, last_day)
""")
_PROPOSALS: Final = text("""
select distinct on (enrolment_id) enrolment_id, outcome, last_day from completion_proposals
 where place_id = :place_id and filing_id = :filing_id order by enrolment_id, seq desc
""")


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
        enrolment_id=row.enrolment_id,
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
            _ADD_PLAN, {**scope_of(case), "filing_id": case.id, "body": body}
        )

    async def plan(self, case: Case) -> ClassPlan:
        row = (await self._connection.execute(_PLAN, self._of(case))).one_or_none()
        return ClassPlan() if row is None else _read_plan(row.body)

    async def add_mentors(self, case: Case, mentors: Sequence[Mentor]) -> None:
        await _ADD_MENTORS.run(
            self._connection,
            self._fixed(case),
            [
                (m.id, m.version, m.withdrawn, m.name, m.kind, m.grade, m.title, m.occupation_name)
                for m in mentors
            ],
        )
        await _ADD_MENTORED.run(
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
            for row in await self._connection.execute(_MENTORS, self._of(case))
        ]

    async def add_sessions(self, case: Case, sessions: Sequence[Session]) -> None:
        await _ADD_SESSIONS.run(
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
        return [_session(row) for row in await self._connection.execute(_SESSIONS, self._of(case))]

    async def mentor_clashes(self, case: Case) -> Sequence[tuple[Session, Session]]:
        rows = await self._connection.execute(_CLASHES, self._of(case))
        return [(_session(row, "a_"), _session(row, "b_")) for row in rows]

    async def recorded(self, case: Case, entries: Sequence[Attendance]) -> Recorded:
        sessions = {session.id: session for session in await self.sessions(case)}
        people = await self._connection.execute(
            _PEOPLE, {**self._of(case), "people": list({e.enrolment_id for e in entries})}
        )
        # Of an entry that corrects, the one it corrects is looked up by the same keys.
        named = {(e.session_id, e.enrolment_id, e.entry_id) for e in entries} | {
            (e.session_id, e.enrolment_id, e.supersedes) for e in entries if e.supersedes
        }
        keys = sorted(named)
        rows = await self._connection.execute(
            _SAME_KEYS,
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
            entries={(e.session_id, e.enrolment_id, e.entry_id): e for e in found},
            superseded={
                (e.session_id, e.enrolment_id, e.supersedes) for e in found if e.supersedes
            },
        )

    async def add_attendance(
        self, case: Case, entries: Sequence[Attendance], versions: Mapping[UUID, int]
    ) -> None:
        await _ADD_ATTENDANCE.run(
            self._connection,
            self._fixed(case),
            [
                (
                    e.session_id,
                    versions[e.session_id],
                    e.enrolment_id,
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
            _IN_FORCE, {**self._of(case), "people": list(people)}
        ):
            found[row.enrolment_id].append(_attendance(row))
        return found

    async def add_evidence(self, case: Case, items: Sequence[Evidence]) -> None:
        versions = {session.id: session.version for session in await self.sessions(case)}
        await _ADD_EVIDENCE.run(
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
            for row in await self._connection.execute(_EVIDENCE, self._of(case))
        ]

    async def add_receipts(self, case: Case, receipts: Sequence[Receipt]) -> None:
        await _ADD_RECEIPTS.run(
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
            _USE_RECEIPTS,
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
            for row in await self._connection.execute(_RECEIPTS, self._of(case))
        ]

    async def propose_completion(
        self, case: Case, outcomes: Mapping[UUID, tuple[Outcome, date]]
    ) -> None:
        await self._connection.execute(
            _PROPOSE,
            {
                **self._fixed(case),
                "people": list(outcomes),
                "outcomes": [outcome.value for outcome, _ in outcomes.values()],
                "days": [day for _, day in outcomes.values()],
            },
        )

    async def proposals(self, case: Case) -> Mapping[UUID, tuple[Outcome, date]]:
        rows = await self._connection.execute(_PROPOSALS, self._of(case))
        return {row.enrolment_id: (Outcome(row.outcome), row.last_day) for row in rows}
