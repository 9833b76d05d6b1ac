"""The statements of class records: versions of entries, and attendance as sets."""

from typing import Final

from sqlalchemy import text

from adapters.postgres.bulk import BulkInsert

ADD_PLAN: Final = text("""
insert into class_plans (place_id, org_id, partner_org_id, region_path, filing_id, body)
values (:place_id, :org_id, :partner_org_id, :region_path, :filing_id, cast(:body as jsonb))
""")
PLAN: Final = text(
    "select body::text as body from class_plans where place_id = :place_id and filing_id = :filing_id"
)

_VERSIONED: Final = {"id": "uuid", "version": "int", "withdrawn": "boolean"}
_ENTERED: Final = {"filing_id": "uuid", "entered_at": "timestamptz"}
ADD_MENTORS: Final = BulkInsert(
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
ADD_MENTORED: Final = BulkInsert(
    "mentored_people",
    fixed={"filing_id": "uuid"},
    varying={"mentor_id": "uuid", "mentor_version": "int", "enrolment_id": "uuid"},
)
ADD_SESSIONS: Final = BulkInsert(
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
ADD_EVIDENCE: Final = BulkInsert(
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
ADD_RECEIPTS: Final = BulkInsert(
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
ADD_ATTENDANCE: Final = BulkInsert(
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
USE_RECEIPTS: Final = text(
    "select use_receipts(:place_id, :filing_id, :receipts, :numbers, :codes, :issuers)"
)

_LATEST: Final = (
    "select distinct on (id) * from {table} where place_id = :place_id and filing_id = :filing_id"
)
MENTORS: Final = text(f"""
select m.*, array(select p.enrolment_id from mentored_people p
                   where p.place_id = m.place_id and p.filing_id = m.filing_id and p.mentor_id = m.id
                     and p.mentor_version = m.version order by p.enrolment_id) as people
  from ({_LATEST.format(table="class_mentors")} order by id, version desc) m order by m.id
""")
SESSIONS: Final = text(f"""
select * from ({_LATEST.format(table="class_sessions")} order by id, version desc) s
 order by held_on, starts_minute, id
""")
EVIDENCE: Final = text(f"{_LATEST.format(table='class_evidence')} order by id, version desc")
RECEIPTS: Final = text(f"{_LATEST.format(table='class_receipts')} order by id, version desc")

_SIDE: Final = (
    "{s}.id as {s}_id, {s}.version as {s}_version, {s}.withdrawn as {s}_withdrawn,"
    " {s}.held_on as {s}_held_on, {s}.starts_minute as {s}_starts_minute,"
    " {s}.ends_minute as {s}_ends_minute, {s}.kind as {s}_kind, {s}.topic as {s}_topic,"
    " {s}.site as {s}_site, {s}.mentor_id as {s}_mentor_id, {s}.mentor_name as {s}_mentor_name"
)
_NEWEST: Final = """not {s}.withdrawn and not exists (
     select from class_sessions n where n.place_id = {s}.place_id and n.filing_id = {s}.filing_id
        and n.id = {s}.id and n.version > {s}.version)"""
CLASHES: Final = text(f"""
select distinct on (a.id, b.id) {_SIDE.format(s="a")}, {_SIDE.format(s="b")}
  from class_sessions a
  join class_sessions b on b.place_id = a.place_id and b.mentor_name = a.mentor_name
   and b.held_on = a.held_on and b.starts_minute < a.ends_minute and a.starts_minute < b.ends_minute
   and b.site <> a.site and b.id <> a.id and (b.filing_id <> a.filing_id or b.id > a.id)
 where a.place_id = :place_id and a.filing_id = :filing_id
   and {_NEWEST.format(s="a")} and {_NEWEST.format(s="b")}
 order by a.id, b.id limit 100
""")

PEOPLE: Final = text("""
select id from enrolments
 where place_id = :place_id and filing_id = :filing_id and id = any(:people) and started_on is not null
""")
SAME_KEYS: Final = text("""
select a.* from class_attendance a
  join (select distinct * from unnest(cast(:session_ids as uuid[]), cast(:enrolment_ids as uuid[]),
                                      cast(:entry_ids as text[])) as u(session_id, enrolment_id, entry_id)) k
    on (a.session_id, a.enrolment_id) = (k.session_id, k.enrolment_id)
   and (a.entry_id = k.entry_id or a.supersedes = k.entry_id)
 where a.place_id = :place_id and a.filing_id = :filing_id
""")
IN_FORCE: Final = text("""
select a.* from class_attendance a
 where a.place_id = :place_id and a.filing_id = :filing_id and a.enrolment_id = any(:people)
   and not exists (select from class_attendance l
                    where l.place_id = a.place_id and l.filing_id = a.filing_id
                      and l.session_id = a.session_id and l.enrolment_id = a.enrolment_id
                      and l.supersedes = a.entry_id)
 order by a.session_id, a.entry_id
""")

PROPOSE: Final = text("""
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
PROPOSALS: Final = text("""
select distinct on (enrolment_id) enrolment_id, outcome, last_day from completion_proposals
 where place_id = :place_id and filing_id = :filing_id order by enrolment_id, seq desc
""")
