"""Official documents in PostgreSQL: the paper as its one stored text."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.reach import Page, Reach
from adapters.postgres.rows import scope_of
from domain.cases import Case, CaseKind
from domain.errors import Refusal
from domain.funding_request import PayableKind
from domain.notice import NoticeLine
from domain.official_document import (
    SERVED,
    DocumentKind,
    FundingRow,
    NamedPerson,
    OfficialDocument,
    read_back,
    stored,
)
from domain.party import Actor
from domain.ports.official_documents import OfficialDocuments

_TAKE_TURN: Final = text("select pg_advisory_xact_lock(hashtextextended(cast(:series as text), 0))")
_NEXT: Final = text("""
select coalesce(max(serial), 0) + 1 from official_documents
 where place_id = :place_id and document_kind = :kind and year = :year
""")
_ADD: Final = text("""
insert into official_documents (place_id, org_id, partner_org_id, region_path, id, case_id, case_kind, step_seq,
                                document_kind, year, serial, number, template_version, paper, fingerprint, issued_at)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :case_id, :case_kind, :step_seq,
        :kind, :year, :serial, :number, :template_version, :paper, :fingerprint, :at)
""")
_SELECT: Final = """
select d.id, d.place_id, d.org_id, d.case_id, d.case_kind, d.step_seq, d.document_kind, d.number,
       d.template_version, d.paper, d.fingerprint, d.issued_at, s.served_on
  from official_documents d
  left join document_services s on s.place_id = d.place_id and s.document_id = d.id
"""
_OF_STEP: Final = text(
    f"{_SELECT} where d.place_id = :place_id and d.case_id = :case_id and d.step_seq = :step_seq"
)
_GET: Final = text(f"{_SELECT} where d.id = :id")
_PAGE: Final = Page(
    "official_documents",
    shown=f"{_SELECT} join found on found.place_id = d.place_id and found.id = d.id order by d.id",
    where="(cast(:kind as text) is null or x.document_kind = :kind)"
    " and (cast(:served as boolean) is null or x.document_kind = any(cast(:receipted as text[]))"
    " and exists (select from document_services s where s.place_id = x.place_id and s.document_id = x.id) = :served)",
    one="x.place_id = (select place_id from cases where id = :one) and x.case_id = :one",
)
_PUBLISHED_LINES: Final = text("""
select i.settlement_id as item_id, l.line_id, l.person_ref as person_id, l.payee_account_id, l.amount_fen,
       e.name, e.identity_masked, l.item_no, l.line_no
  from notice_lines l
  join notice_items i
    on i.place_id = l.place_id and i.notice_id = l.notice_id and i.item_no = l.item_no
  join settlement_lines s on s.place_id = l.place_id and s.id = l.line_id
  join enrolments e on e.place_id = s.place_id and e.id = s.enrolment_id
 where l.place_id = :place_id and l.notice_id = :id
 union all
select i.voucher_settlement_id, l.voucher_id, l.person_ref, l.payee_account_id, l.amount_fen,
       v.name, v.identity_masked, l.item_no, l.line_no
  from notice_vouchers l
  join notice_items i
    on i.place_id = l.place_id and i.notice_id = l.notice_id and i.item_no = l.item_no
  join vouchers v on v.place_id = l.place_id and v.id = l.voucher_id
 where l.place_id = :place_id and l.notice_id = :id
 union all
select i.filing_id, l.enrolment_id, l.person_ref, l.payee_account_id, l.expected_fen,
       e.name, e.identity_masked, l.item_no, l.line_no
  from notice_seats l
  join notice_items i
    on i.place_id = l.place_id and i.notice_id = l.notice_id and i.item_no = l.item_no
  join enrolments e on e.place_id = l.place_id and e.id = l.enrolment_id
 where l.place_id = :place_id and l.notice_id = :id
 order by item_no, line_no
""")
_PERSON: Final = text("""
select name, identity_masked from enrolments
 where place_id = :place_id and person_id = :id order by id desc limit 1
""")
_PERSON_OF_LINE: Final = text("""
select e.name, e.identity_masked
  from settlement_lines l join enrolments e on e.place_id = l.place_id and e.id = l.enrolment_id
 where l.place_id = :place_id and l.id = :id
""")
_FUNDING_LINES: Final = text("""
select a.account_name, l.subject_kind, l.amount_fen
  from funding_request_lines l join payee_accounts a on a.place_id = l.place_id and a.id = l.payee_account_id
 where l.place_id = :place_id and l.funding_request_id = :id order by l.line_no
""")
_SERVE: Final = text("""
insert into document_services
       (place_id, org_id, partner_org_id, region_path, document_id, person_id, served_on, served_at)
select d.place_id, d.org_id, d.partner_org_id, d.region_path, d.id, :person_id, :today, :now
  from official_documents d where d.place_id = :place_id and d.id = :id
on conflict on constraint served_once do nothing
""")


def _document(row: Row[Any]) -> OfficialDocument:
    return OfficialDocument(
        id=row.id,
        place_id=row.place_id,
        org_id=row.org_id,
        case_id=row.case_id,
        case_kind=CaseKind(row.case_kind),
        step_seq=row.step_seq,
        kind=DocumentKind(row.document_kind),
        number=row.number,
        template_version=row.template_version,
        paper=read_back(row.paper),
        fingerprint=row.fingerprint,
        issued_at=row.issued_at,
        served_on=row.served_on,
    )


class PostgresOfficialDocuments(OfficialDocuments):
    """The documents the actor's scope shows."""

    def __init__(
        self,
        connection: AsyncConnection,
        actor: Actor,
        reach: Reach,
        *,
        now: datetime,
        today: date,
    ) -> None:
        self._connection = connection
        self._actor = actor
        self._reach = reach
        self._now = now
        self._today = today

    async def next_serial(self, place_id: UUID, kind: DocumentKind, year: int) -> int:
        series = f"official_documents:{place_id}:{kind}:{year}"
        await self._connection.execute(_TAKE_TURN, {"series": series})
        values = {"place_id": place_id, "kind": kind, "year": year}
        return int((await self._connection.execute(_NEXT, values)).scalar_one())

    async def add(self, document: OfficialDocument, *, case: Case, serial: int, year: int) -> None:
        await self._connection.execute(
            _ADD,
            {
                **scope_of(case),
                "id": document.id,
                "case_id": case.id,
                "case_kind": case.kind,
                "step_seq": document.step_seq,
                "kind": document.kind,
                "year": year,
                "serial": serial,
                "number": document.number,
                "template_version": document.template_version,
                "paper": stored(document.paper).decode(),
                "fingerprint": document.fingerprint,
                "at": document.issued_at,
            },
        )

    async def of_step(self, case: Case, step_seq: int) -> OfficialDocument | None:
        row = (
            await self._connection.execute(
                _OF_STEP, {"place_id": case.place_id, "case_id": case.id, "step_seq": step_seq}
            )
        ).one_or_none()
        return None if row is None else _document(row)

    async def get(self, document_id: UUID) -> OfficialDocument:
        row = (await self._connection.execute(_GET, {"id": document_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return _document(row)

    async def page(
        self,
        *,
        case_id: UUID | None = None,
        kind: DocumentKind | None = None,
        served: bool | None = None,
        after: UUID | None,
        limit: int,
    ) -> Sequence[OfficialDocument]:
        page, named = await self._reach.of(_PAGE, after=after, limit=limit, one=case_id)
        values = {**named, "kind": kind, "served": served, "receipted": list(SERVED)}
        return [_document(row) for row in await self._connection.execute(page, values)]

    async def funding_lines(self, request: Case) -> Sequence[FundingRow]:
        rows = await self._connection.execute(
            _FUNDING_LINES, {"place_id": request.place_id, "id": request.id}
        )
        return [
            FundingRow(
                payee_name=row.account_name,
                kind=PayableKind(row.subject_kind),
                amount_fen=row.amount_fen,
            )
            for row in rows
        ]

    async def published_lines(self, notice: Case) -> Sequence[NoticeLine]:
        values = {"place_id": notice.place_id, "id": notice.id}
        rows = await self._connection.execute(_PUBLISHED_LINES, values)
        return [
            NoticeLine(
                item_id=row.item_id,
                line_id=row.line_id,
                person_id=row.person_id,
                payee_account_id=row.payee_account_id,
                amount_fen=row.amount_fen,
                name=row.name,
                identity_masked=row.identity_masked,
            )
            for row in rows
        ]

    async def person(self, place_id: UUID, person_id: UUID) -> NamedPerson:
        return await self._named(_PERSON, place_id, person_id)

    async def person_of_line(self, place_id: UUID, line_id: UUID) -> NamedPerson:
        return await self._named(_PERSON_OF_LINE, place_id, line_id)

    async def _named(self, statement: TextClause, place_id: UUID, id_: UUID) -> NamedPerson:
        row = (await self._connection.execute(statement, {"place_id": place_id, "id": id_})).one()
        return NamedPerson(name=row.name, identity_masked=row.identity_masked)

    async def serve(self, document: OfficialDocument) -> None:
        await self._connection.execute(
            _SERVE,
            {
                "place_id": document.place_id,
                "id": document.id,
                "person_id": self._actor.person_id,
                "today": self._today,
                "now": self._now,
            },
        )
