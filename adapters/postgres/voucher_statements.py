"""The statements of vouchers, and how their rows are read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from adapters.postgres.bulk import BulkInsert
from adapters.postgres.reach import Page
from adapters.postgres.rows import Params
from domain import masking
from domain.machines.voucher import LIVE, UNUSED
from domain.ports.crypto import Crypto
from domain.real_name import RealNameAnswer
from domain.voucher import Beneficiary, BeneficiaryTag, SetEvent, Voucher, VoucherSet

_UNUSED: Final = ", ".join(f"'{state}'" for state in sorted(UNUSED))
_LIVE: Final = ", ".join(f"'{state}'" for state in sorted(LIVE))
# A code is its bearer's: whoever sees a voucher as the provider it is used at is shown none.
_COLUMNS: Final = """
v.id, v.place_id, v.region_path, v.project_id, v.person_id, v.name, v.identity_masked,
case when v.org_id = (select scope_org()) or starts_with(v.region_path, (select scope_region()))
     then v.code end as code,
v.phone_masked, v.tag, v.tag_confirmed_at, v.state, v.frozen_from, v.issued_at, v.collected_at, v.valid_until,
v.partner_org_id, v.class_id, v.completed_on, v.redeemed_at, v.amount_fen, v.set_ids, v.version,
(select c.answer from real_name_checks c
  where c.place_id = v.place_id and c.voucher_id = v.id and c.answer <> 'unavailable'
  order by c.seq desc limit 1) as real_name
"""
_SELECT: Final = f"select {_COLUMNS} from vouchers v"
GET: Final = text(f"{_SELECT} where v.id = :id")
FIND: Final = text(f"{_SELECT} where v.code = :code")
LOCK: Final = text(f"{_SELECT} where v.id = :id for update")
LOCK_MANY: Final = text(f"{_SELECT} where v.id = any(:ids) order by v.id for update")
LOCK_CLASS: Final = text(f"""
{_SELECT}
 where v.place_id = :place_id and v.class_id = :class_id
   and (cast(:state as text) is null or v.state = :state)
 order by v.id for update
""")

_SHOWN: Final = (
    f"select {_COLUMNS} from found join vouchers v"
    " on v.place_id = found.place_id and v.id = found.id order by v.id"
)
_FILTERS: Final = {"state": "x.state = :state", "project_id": "x.project_id = :project_id"}
PAGES: Final[Mapping[tuple[str, ...], Page]] = {
    asked: Page(
        "vouchers",
        shown=_SHOWN,
        where=" and ".join(("true", *(_FILTERS[name] for name in asked))),
        one="x.class_id = :one",
    )
    for asked in ((), ("state",), ("project_id",), ("state", "project_id"))
}
"""By what is asked for: a statement each, so that each walks its own index."""

WORKERS_OF: Final = text("select workers_of(:indexes)")
HELD_BY: Final = text("select v.identity_index = :index from vouchers v where v.id = :id")
HOLDERS: Final = text(f"""
select u.n - 1 as position
  from unnest(cast(:indexes as bytea[])) with ordinality as u(identity_index, n)
  join vouchers v on v.place_id = :place_id and v.project_id = :project_id
   and v.identity_index = u.identity_index and v.state in ({_LIVE})
 order by u.n
""")

_FIXED: Final = {
    "project_id": "uuid",
    "state": "text",
    "issued_at": "timestamptz",
    "collected_at": "timestamptz",
    "valid_until": "date",
    "set_ids": "uuid[]",
    "version": "int",
}
ISSUE: Final = BulkInsert(
    "vouchers",
    fixed=_FIXED,
    varying={
        "id": "uuid",
        "org_id": "uuid",
        "person_id": "uuid",
        "code": "text",
        "name": "text",
        "identity_sealed": "bytea",
        "identity_index": "bytea",
        "identity_masked": "text",
        "phone_sealed": "bytea",
        "phone_masked": "text",
        "tag": "text",
        "tag_confirmed_at": "timestamptz",
    },
    # Who holds a live one is left out, and thereby named.
    suffix=f"on conflict (place_id, project_id, person_id) where state in ({_LIVE}) do nothing returning id",
)
ADD_SET: Final = text("""
insert into voucher_sets (place_id, org_id, partner_org_id, region_path, id, project_id, event,
                          vouchers, digest, at)
values (:place_id, :org_id, null, :region_path, :id, :project_id, :event, :vouchers, :digest, :at)
returning person_id
""")

CHANGES: Final = {
    "version": "int",
    "state": "text",
    "frozen_from": "text",
    "partner_org_id": "uuid",
    "class_id": "uuid",
    "collected_at": "timestamptz",
    "completed_on": "date",
    "redeemed_at": "timestamptz",
    "amount_fen": "bigint",
}
"""What a move may change. The rest is a fact."""

_ACT: Final = """
insert into voucher_acts (place_id, org_id, partner_org_id, region_path, voucher_id, seq, event,
                          from_state, to_state, at, reason)
values (:place_id, :person_id, :provider_id, :region_path, :id, :seq, :event, :from_state, :to_state,
        :at, :reason)
"""
ADD_ACT: Final = text(_ACT)
MOVE: Final = text(f"""
update vouchers set {", ".join(f"{name} = :{name}" for name in CHANGES)}
 where place_id = :place_id and id = :id and version = :version - 1
""")
CONFIRM_GROUP: Final = text("""
update vouchers set version = :version, tag_confirmed_at = :at
 where place_id = :place_id and id = :id and version = :version - 1
""")
MOVE_SET: Final = text(f"""
update vouchers v
   set {", ".join(f"{name} = u.{name}" for name in CHANGES)}, set_ids = v.set_ids || cast(:set_id as uuid)
  from unnest(cast(:ids as uuid[]), {", ".join(f"cast(:{name} as {kind}[])" for name, kind in CHANGES.items())})
       as u(id, {", ".join(CHANGES)})
 where v.place_id = :place_id and v.id = u.id and v.version = u.version - 1
""")

# What was reported waits for the bureau and does not end meanwhile. Nor does what the bureau verified, or returned,
# on the last day or later: its provider had no time left to report. What is to begin, or end, by the last day waits
# for its report as long as the project says. The days that are then reported are judged by themselves.
_REPORTED: Final = """exists (select from voucher_classes k
        where k.place_id = v.place_id and k.id = v.class_id and {day})"""
_HELD_UP: Final = """exists (select from case_steps s
        where s.place_id = v.place_id and s.case_id = v.class_id and {step}
          and cast(s.at at time zone 'Asia/Shanghai' as date) >= v.valid_until)"""
_REPORTABLE: Final = """exists (select from voucher_classes k
        join voucher_projects w on w.place_id = k.place_id and w.id = k.project_id
       where k.place_id = v.place_id and k.id = v.class_id and {day} <= v.valid_until
         and v.valid_until + w.report_within_days >= :on)"""
_BEGUN: Final = (
    f"v.state = 'reserved' and ({_REPORTED.format(day='k.started_on <= v.valid_until')}"
    f" or {_REPORTABLE.format(day='k.starts_on')} or "
    + _HELD_UP.format(step="s.from_state = 'start_reported' and s.to_state = 'planned'")
    + ")"
)
_COMPLETING: Final = (
    f"({_REPORTED.format(day='k.completed_on is not null')}"
    f" or {_REPORTABLE.format(day='k.ends_on')} or "
    + _HELD_UP.format(step="s.to_state = 'started'")
    + ")"
)

# Statement and set in one: the ids never leave the server. A voucher that somebody uses at this moment is
# waited for and looked at again, so that its state decides, not the order of two transactions.
EXPIRE: Final = text(f"""
with due as (
  select v.id from vouchers v
   where v.place_id = :place_id and v.valid_until < :on and v.state in ({_UNUSED}) and not ({_BEGUN})
   order by v.valid_until limit :limit
), moved as (
  update vouchers v
     set state = 'expired', class_id = null, partner_org_id = null,
         set_ids = v.set_ids || cast(:set_id as uuid), version = v.version + 1
    from due
   where v.place_id = :place_id and v.id = due.id and v.state in ({_UNUSED}) and not ({_BEGUN})
  returning v.id
)
insert into voucher_sets (place_id, org_id, partner_org_id, region_path, id, project_id, event,
                          vouchers, digest, at)
select :place_id, :org_id, null, :region_path, :set_id, null, 'expire', count(*),
       sha256(string_agg(uuid_send(id), ''::bytea order by id)), :at
  from moved having count(*) > 0
returning id, place_id, project_id, event, vouchers, digest, person_id, at
""")
LOCK_UNFINISHED: Final = text(f"""
{_SELECT}
  join voucher_projects p on p.place_id = v.place_id and p.id = v.project_id and p.counts_to = 'completion'
 where v.place_id = :place_id and v.valid_until < :on and v.state = 'in_use' and not {_COMPLETING}
 order by v.id limit :limit for update of v
""")
PEOPLE_OF: Final = text("select people_of(:indexes)")

ACTS: Final = text("""
select a.seq, a.event, a.from_state, a.to_state, a.person_id, a.at, a.reason,
       coalesce((select min(u.name) from user_accounts u where u.person_id = a.person_id and u.closed_at is null),
                'system') as account_name
  from voucher_acts a where a.place_id = :place_id and a.voucher_id = :id order by a.seq
""")
_SET: Final = """
select s.id, s.place_id, s.project_id, s.event, s.vouchers, s.digest, s.person_id, s.at from voucher_sets s
"""
SETS_OF: Final = text(f"{_SET} where s.place_id = :place_id and s.id = any(:ids) order by s.id")
GET_SET: Final = text(f"{_SET} where s.id = :id")
SETS: Final = text(f"""
{_SET}
 where (cast(:event as text) is null or s.event = :event) and s.id > :after
 order by s.id limit :limit
""")


def voucher_of(row: Row[Any]) -> Voucher:
    return Voucher(
        id=row.id,
        place_id=row.place_id,
        region_path=row.region_path,
        project_id=row.project_id,
        person_id=row.person_id,
        code=row.code,
        name=row.name,
        identity_masked=row.identity_masked,
        phone_masked=row.phone_masked,
        tag=None if row.tag is None else BeneficiaryTag(row.tag),
        tag_confirmed_at=row.tag_confirmed_at,
        state=row.state,
        frozen_from=row.frozen_from,
        issued_at=row.issued_at,
        collected_at=row.collected_at,
        valid_until=row.valid_until,
        provider_id=row.partner_org_id,
        class_id=row.class_id,
        completed_on=row.completed_on,
        redeemed_at=row.redeemed_at,
        amount_fen=row.amount_fen,
        set_ids=tuple(row.set_ids),
        version=row.version,
        real_name=None if row.real_name is None else RealNameAnswer(row.real_name),
    )


def set_of(row: Row[Any]) -> VoucherSet:
    return VoucherSet(
        id=row.id,
        place_id=row.place_id,
        project_id=row.project_id,
        event=SetEvent(row.event),
        vouchers=row.vouchers,
        digest=row.digest,
        person_id=row.person_id,
        at=row.at,
    )


def changes_of(after: Voucher) -> tuple[Any, ...]:
    """The values of `CHANGES`, in its order."""
    return (
        after.version,
        after.state,
        after.frozen_from,
        after.provider_id,
        after.class_id,
        after.collected_at,
        after.completed_on,
        after.redeemed_at,
        after.amount_fen,
    )


def act_of(before: Voucher, after: Voucher, *, event: str, at: datetime, reason: str) -> Params:
    # A provider whose class the worker leaves sees that he left.
    provider = after.provider_id or before.provider_id
    return {
        "place_id": after.place_id,
        "person_id": after.person_id,
        "provider_id": provider,
        "region_path": after.region_path,
        "id": after.id,
        "seq": after.version,
        "event": event,
        "from_state": before.state,
        "to_state": after.state,
        "at": at,
        "reason": reason,
    }


def personal_of(
    crypto: Crypto,
    ids: Sequence[UUID],
    people: Sequence[Beneficiary],
    indexes: Sequence[bytes],
    *,
    groups_confirmed_at: datetime | None = None,
) -> list[tuple[Any, ...]]:
    """The personal values of vouchers: sealed, indexed and masked, in the order of `ISSUE`."""
    numbers = crypto.seal_many(
        "vouchers",
        "identity_sealed",
        [(i, one.citizen_id) for i, one in zip(ids, people, strict=True)],
    )
    called = [(i, one.phone) for i, one in zip(ids, people, strict=True) if one.phone]
    phones = dict(
        zip(
            (i for i, _ in called),
            crypto.seal_many("vouchers", "phone_sealed", called),
            strict=True,
        )
    )
    return [
        (
            one.name,
            numbers[n],
            indexes[n],
            masking.masked_citizen_id(one.citizen_id),
            phones.get(ids[n]),
            masking.masked_phone(one.phone) if one.phone else None,
            one.tag,
            groups_confirmed_at if one.tag else None,
        )
        for n, one in enumerate(people)
    ]
