"""The lifelong training archive in PostgreSQL: written as sets, whoever has an entry already left out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.reach import Page, Reach
from adapters.postgres.rows import Params
from adapters.postgres.standing_findings import ANSWERED, LAST_HEARD, any_of
from domain.archive import ArchiveEntry, ArchiveKind, ArchiveSource
from domain.certificate import CERTIFYING
from domain.errors import Refusal
from domain.ports.archive import Archive
from domain.ports.ids import NewId

_NAMES: Final = (
    "kind", "source", "enrolment_id", "voucher_id", "name", "identity_masked", "training", "trained_by",
    "employer", "occupation_code", "occupation_name", "grade", "started_on", "ended_on",
    "attended_minutes", "certificate_type", "certificate_number",
)  # fmt: skip
_FACTS: Final = ", ".join(_NAMES)

# Where completion is decided: an approved settlement that has the person on a line. A certificate shown by a copy has
# the number that two people read from it, or none.
_APPRENTICES: Final = f"""
with done as (
  select e.place_id, e.person_id as org_id, e.region_path, e.identity_index, e.id, e.name, e.identity_masked,
         f.class_name, coalesce(f.provider_name, o.name) as trained_by, o.name as employer,
         f.occupation_code, f.occupation_name, f.target_grade, e.started_on, e.ended_on
    from enrolments e
    join filings f on f.place_id = e.place_id and f.id = e.filing_id
    join organisations o on o.id = e.org_id
   where e.place_id = :place_id and e.state = 'completed'
     and (cast(:of as uuid) is null or e.filing_id = :of)
     and exists (select from settlement_lines l
                   join cases c on c.place_id = l.place_id and c.id = l.settlement_id
                  where l.place_id = e.place_id and l.enrolment_id = e.id and c.state in ('approved', 'closed'))
), certified as (
  select distinct on (done.id) done.*, d.certificate_type,
         coalesce(d.number_raw, (
           select m.number from findings g
             join manual_findings m on m.place_id = g.place_id and m.id = g.manual_finding_id
            where g.place_id = d.place_id and g.declaration_id = d.id
            order by g.seq desc limit 1)) as number_raw
    from done
    join settlement_lines l on l.place_id = done.place_id and l.enrolment_id = done.id
    join cases c on c.place_id = l.place_id and c.id = l.settlement_id and c.state in ('approved', 'closed')
    join declared_certificates d on d.place_id = l.place_id and d.line_id = l.id
   where (select g.result from findings g where g.place_id = d.place_id and g.declaration_id = d.id
           order by g.seq desc limit 1) in {any_of(CERTIFYING)}
   order by done.id, d.id desc
), found as (
  select place_id, org_id, region_path, identity_index, 'training' as kind, 'apprenticeship' as source,
         id as enrolment_id, cast(null as uuid) as voucher_id, name, identity_masked, class_name as training,
         trained_by, employer, occupation_code, occupation_name, target_grade as grade, started_on, ended_on,
         cast(null as int) as attended_minutes, cast(null as text) as certificate_type,
         cast(null as text) as certificate_number
    from done
  union all
  select place_id, org_id, region_path, identity_index, 'certificate', 'apprenticeship', id, null, name,
         identity_masked, class_name, trained_by, employer, occupation_code, occupation_name, target_grade,
         started_on, ended_on, null, certificate_type, number_raw
    from certified
), missing as (
  select * from found x
   where not exists (select from archive_entries a
                      where a.place_id = x.place_id and a.enrolment_id = x.enrolment_id and a.kind = x.kind)
   order by enrolment_id, kind desc limit :limit
)
"""
# A certificate is entered once a register has confirmed it: what was declared is no evidence.
_VOUCHERS: Final = f"""
with done as (
  select v.place_id, v.org_id, v.region_path, v.identity_index, v.id, v.name, v.identity_masked,
         k.class_name, p.name as trained_by, k.occupation_code, k.occupation_name, k.grade, k.started_on,
         v.class_id, v.completed_on, w.attended_minutes, w.certificate_type, w.certificate_number_raw
    from vouchers v
    join voucher_classes k on k.place_id = v.place_id and k.id = v.class_id
    join organisations p on p.id = v.partner_org_id
    join lateral (select * from voucher_outcomes w
                   where w.place_id = v.place_id and w.voucher_id = v.id
                   order by w.step_seq desc limit 1) w on w.outcome = 'completed'
   where v.place_id = :place_id and v.completed_on is not null
     and v.state in ('completed', 'redeemed', 'approved', 'paid')
     and (cast(:of as uuid) is null or v.class_id = :of)
), found as (
  select place_id, org_id, region_path, identity_index, 'training' as kind, 'voucher' as source,
         cast(null as uuid) as enrolment_id, id as voucher_id, name, identity_masked, class_name as training,
         trained_by, cast(null as text) as employer, occupation_code, occupation_name, grade, started_on,
         completed_on as ended_on, attended_minutes, cast(null as text) as certificate_type,
         cast(null as text) as certificate_number
    from done
  union all
  select place_id, org_id, region_path, identity_index, 'certificate', 'voucher', null, id, name,
         identity_masked, class_name, trained_by, null, occupation_code, occupation_name, grade, started_on,
         completed_on, null, certificate_type, certificate_number_raw
    from (select done.*, done.id as voucher_id from done) l
   where (select f.result from ({ANSWERED} {LAST_HEARD}) f) in {any_of(CERTIFYING)}
), missing as (
  select * from found x
   where not exists (select from archive_entries a
                      where a.place_id = x.place_id and a.voucher_id = x.voucher_id and a.kind = x.kind)
   order by voucher_id, kind desc limit :limit
)
"""


def _two(missing: str) -> tuple[TextClause, TextClause]:
    """Return what finds whose entries are missing, and what writes them under ids that are given."""
    write = f"""
{missing}
insert into archive_entries (place_id, org_id, partner_org_id, region_path, id, at, {_FACTS})
select m.place_id, m.org_id, null, m.region_path, u.id, :at, {", ".join(f"m.{name}" for name in _NAMES)}
  from (select *, row_number() over () as n from missing) m
  join unnest(cast(:ids as uuid[])) with ordinality as u(id, n) using (n)
on conflict do nothing
returning id
"""
    return text(f"{missing} select identity_index from missing"), text(write)


_OF_APPRENTICES: Final = _two(_APPRENTICES)
_OF_VOUCHERS: Final = _two(_VOUCHERS)
_WORKERS_OF: Final = text("select workers_of(:indexes)")

_COLUMNS: Final = f"""
x.id, x.place_id, x.region_path, x.org_id, {_FACTS}, withdrawn, supersedes, reason, document_number,
x.person_id, x.at,
(select a.id from archive_entries a where a.place_id = x.place_id and a.supersedes = x.id) as superseded_by
"""
_GET: Final = text(f"select {_COLUMNS} from archive_entries x where x.id = :id")
_PAGE: Final = Page(
    "archive_entries",
    shown=(
        f"select {_COLUMNS} from found join archive_entries x"
        " on x.place_id = found.place_id and x.id = found.id order by x.id"
    ),
    one="x.org_id = :one",
)
_ADD: Final = text(f"""
insert into archive_entries (place_id, org_id, partner_org_id, region_path, id, at, withdrawn, supersedes,
                             reason, document_number, {_FACTS})
values (:place_id, :org_id, null, :region_path, :id, :at, :withdrawn, :supersedes, :reason, :document_number,
        {", ".join(f":{name}" for name in _NAMES)})
""")


class PostgresArchive(Archive):
    """The entries one actor's scope shows, in one transaction at one instant."""

    def __init__(
        self, connection: AsyncConnection, new_id: NewId, reach: Reach, *, now: datetime
    ) -> None:
        self._connection = connection
        self._new_id = new_id
        self._reach = reach
        self._now = now

    async def write_apprenticeships(
        self, place_id: UUID, *, filing_id: UUID | None, limit: int
    ) -> int:
        return await self._write(_OF_APPRENTICES, place_id, filing_id, limit)

    async def write_vouchers(self, place_id: UUID, *, class_id: UUID | None, limit: int) -> int:
        return await self._write(_OF_VOUCHERS, place_id, class_id, limit)

    async def get(self, entry_id: UUID) -> ArchiveEntry:
        row = (await self._connection.execute(_GET, {"id": entry_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return _entry(row)

    async def page(
        self, *, worker_id: UUID | None, after: UUID | None, limit: int
    ) -> Sequence[ArchiveEntry]:
        page, named = await self._reach.of(_PAGE, after=after, limit=limit, one=worker_id)
        return [_entry(row) for row in await self._connection.execute(page, named)]

    async def add(self, entry: ArchiveEntry) -> None:
        facts = {name: getattr(entry, name) for name in _NAMES}
        await self._connection.execute(
            _ADD,
            {
                **facts,
                "place_id": entry.place_id,
                "org_id": entry.worker_id,
                "region_path": entry.region_path,
                "id": entry.id,
                "at": entry.at,
                "withdrawn": entry.withdrawn,
                "supersedes": entry.supersedes,
                "reason": entry.reason,
                "document_number": entry.document_number,
            },
        )

    async def _write(
        self,
        statements: tuple[TextClause, TextClause],
        place_id: UUID,
        of: UUID | None,
        limit: int,
    ) -> int:
        find, write = statements
        asked: Params = {"place_id": place_id, "of": of, "limit": limit}
        indexes = (await self._connection.execute(find, asked)).scalars().all()
        if not indexes:
            return 0
        # An entry belongs to a worker, who may never have had an organisation of his own.
        await self._connection.execute(_WORKERS_OF, {"indexes": list(set(indexes))})
        ids = [self._new_id() for _ in indexes]
        written = await self._connection.execute(write, {**asked, "ids": ids, "at": self._now})
        return len(written.all())


def _entry(row: Row[Any]) -> ArchiveEntry:
    named = dict(row._mapping)
    read = {
        "worker_id": named.pop("org_id"),
        "kind": ArchiveKind(named.pop("kind")),
        "source": ArchiveSource(named.pop("source")),
    }
    return ArchiveEntry(**named, **read)
