"""The statements of records of voucher classes."""

from typing import Final

from sqlalchemy import text

from adapters.postgres.bulk import BulkInsert

ADD_SESSIONS: Final = BulkInsert(
    "voucher_sessions",
    fixed={"class_id": "uuid", "entered_at": "timestamptz"},
    varying={
        "id": "uuid",
        "version": "int",
        "withdrawn": "boolean",
        "held_on": "date",
        "starts_minute": "smallint",
        "ends_minute": "smallint",
        "kind": "text",
        "topic": "text",
        "site": "text",
    },
)
_OF_VOUCHER: Final = {"org_id": "uuid", "voucher_id": "uuid"}
ADD_ATTENDANCE: Final = BulkInsert(
    "voucher_attendance",
    fixed={"class_id": "uuid", "entered_at": "timestamptz"},
    varying={
        **_OF_VOUCHER,
        "session_id": "uuid",
        "session_version": "int",
        "entry_id": "text",
        "supersedes": "text",
        "present": "boolean",
        "arrived_minute": "smallint",
        "left_minute": "smallint",
        "device_id": "text",
        "direction": "text",
        "device_at": "timestamptz",
        "skew_s": "bigint",
        "marks": "text",
    },
)
_REPORTED: Final = {"class_id": "uuid", "entered_at": "timestamptz", "step_seq": "int"}
ADD_ABSENCES: Final = BulkInsert("voucher_absences", fixed=_REPORTED, varying=_OF_VOUCHER)
ADD_OUTCOMES: Final = BulkInsert(
    "voucher_outcomes",
    fixed=_REPORTED,
    varying={
        **_OF_VOUCHER,
        "outcome": "text",
        "last_day": "date",
        "attended_minutes": "int",
        "held_minutes": "int",
        "certificate_type": "text",
        "certificate_number_raw": "text",
        "certificate_number": "text",
    },
)

SESSIONS: Final = text("""
select s.* from (select distinct on (id) * from voucher_sessions
                  where place_id = :place_id and class_id = :class_id order by id, version desc) s
 order by held_on, starts_minute, id
""")
# Who attends: whoever has reserved or is being trained there, an investigation or not.
PEOPLE: Final = text("""
select id, person_id from vouchers
 where place_id = :place_id and class_id = :class_id and id = any(:vouchers)
   and coalesce(frozen_from, state) in ('reserved', 'in_use')
""")
SAME_KEYS: Final = text("""
select a.* from voucher_attendance a
  join (select distinct * from unnest(cast(:session_ids as uuid[]), cast(:voucher_ids as uuid[]),
                                      cast(:entry_ids as text[])) as u(session_id, voucher_id, entry_id)) k
    on (a.session_id, a.voucher_id) = (k.session_id, k.voucher_id)
   and (a.entry_id = k.entry_id or a.supersedes = k.entry_id)
 where a.place_id = :place_id and a.class_id = :class_id
""")
IN_FORCE: Final = text("""
select a.* from voucher_attendance a
 where a.place_id = :place_id and a.class_id = :class_id and a.voucher_id = any(:vouchers)
   and not exists (select from voucher_attendance l
                    where l.place_id = a.place_id and l.class_id = a.class_id
                      and l.session_id = a.session_id and l.voucher_id = a.voucher_id
                      and l.supersedes = a.entry_id)
 order by a.session_id, a.entry_id
""")
ENTRIES: Final = text("""
select a.* from voucher_attendance a
 where a.place_id = :place_id and a.class_id = :class_id and a.voucher_id = :voucher_id
   and (cast(:session_id as uuid) is null or (a.session_id, a.entry_id) > (cast(:session_id as uuid), :entry_id))
 order by a.session_id, a.entry_id limit :limit
""")

_LATEST: Final = """
 where r.place_id = :place_id and r.class_id = :class_id
   and r.step_seq = (select max(l.seq) from case_steps l
                      where l.place_id = :place_id and l.case_id = :class_id and l.to_state = '{state}'
                        and l.duty = 'file')
"""
ABSENCES: Final = text(
    f"select r.voucher_id from voucher_absences r {_LATEST.format(state='start_reported')}"
)
OUTCOMES: Final = text(
    f"select r.* from voucher_outcomes r {_LATEST.format(state='completion_reported')}"
)
