"""Settlements in PostgreSQL. Reasons are stored as facts in JSON; sentences are made when asked."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.bulk import BulkInsert
from adapters.postgres.declarations import DeclarationRows
from adapters.postgres.eligibility import EligibilityRows
from adapters.postgres.recoveries import GOT_BACK
from adapters.postgres.rows import CASE_COLUMNS, case_of, keys_of, scope_of
from adapters.postgres.standing_findings import STANDING_TOLD
from adapters.postgres.standings import standings_of
from domain.balance import History
from domain.cases import Case
from domain.certificate import DeclaredCertificate
from domain.eligibility import EligibilityRule, Judgement, Standing, Terms
from domain.entitlement import Rule
from domain.filing import Enrolment
from domain.ports.ids import NewId
from domain.ports.settlements import JudgedPerson, Settlements
from domain.settlement import (
    BENEFIT_CLASS,
    Amounts,
    Disposition,
    Ground,
    LineDecision,
    LineFacts,
    Settlement,
    SettlementKind,
    SettlementLine,
    SettlementReasons,
)
from domain.stacking import Candidate, CertificateKey, apprenticeship

_ADD: Final = text("""
insert into settlements (place_id, org_id, partner_org_id, region_path, id, filing_id, seq,
                         settlement_kind, people)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :filing_id, :seq, :kind, :people)
""")
_ADD_LINES: Final = BulkInsert(
    "settlement_lines",
    fixed={"settlement_id": "uuid"},
    varying={"id": "uuid", "enrolment_id": "uuid"},
)
_SELECT: Final = f"""
select {CASE_COLUMNS}, s.filing_id, s.seq, s.settlement_kind, s.people, s.submitted_at,
       s.extract_id, s.verified_at, s.entitled_fen, s.history_fen, s.balance_fen, s.recovery_fen,
       s.ahead_fen
  from settlements s join cases c on c.place_id = s.place_id and c.id = s.id
"""
_GET: Final = text(f"{_SELECT} where s.place_id = :place_id and s.id = :id")
_GET_MANY: Final = text(f"{_SELECT} where s.place_id = any(:places) and s.id = any(:ids)")
_OF_FILING: Final = text(
    f"{_SELECT} where s.place_id = :place_id and s.filing_id = :id order by s.seq"
)
_SUBMITTED: Final = text("""
update settlements set submitted_at = :at where place_id = :place_id and id = :id
""")
_EXAMINING: Final = text("""
update settlements set extract_id = :extract_id, verified_at = null
 where place_id = :place_id and id = :id
""")
_VERIFIED: Final = text("""
update settlements set verified_at = :at where place_id = :place_id and id = :id
""")
_FIGURES: Final = text("""
update settlements set entitled_fen = :entitled_fen, history_fen = :history_fen,
       balance_fen = :balance_fen, recovery_fen = :recovery_fen, ahead_fen = :ahead_fen, facts = cast(:facts as jsonb)
 where place_id = :place_id and id = :id
""")
_UNDECIDE: Final = text("""
update settlements set entitled_fen = null, history_fen = null, balance_fen = null,
       recovery_fen = null, ahead_fen = 0, facts = null
 where place_id = :place_id and id = :id
""")
_UNDECIDE_LINES: Final = text("""
update settlement_lines set disposition = null, amount_fen = null, facts = null
 where place_id = :place_id and settlement_id = :id and disposition is not null
""")
_HELD: Final = text("""
select count(*) from settlement_lines
 where place_id = :place_id and settlement_id = :id and disposition = 'held'
""")
_REASONS: Final = text("""
select facts::text as facts from settlements where place_id = :place_id and id = :id
""")
# By the lines' key alone: named too, the settlement would let an index on it look as good.
_DECIDE_LINES: Final = text("""
update settlement_lines l set disposition = u.disposition, amount_fen = u.amount_fen,
       facts = cast(u.facts as jsonb)
  from unnest(cast(:ids as uuid[]), cast(:dispositions as text[]), cast(:amounts as bigint[]),
              cast(:facts as text[])) as u(id, disposition, amount_fen, facts)
 where l.place_id = :place_id and l.id = u.id
""")
_LINES: Final = text("""
select id, enrolment_id, disposition, amount_fen, facts->>'ground' as ground,
       facts->'entitlement'->>'rule' as rule,
       array(select jsonb_array_elements_text(facts->'failed')) as failed
  from settlement_lines
 where place_id = :place_id and settlement_id = :settlement_id
   and (cast(:after as uuid) is null or id > :after)
 order by id limit :limit
""")
_LINE_FACTS: Final = text("""
select l.facts::text as facts
  from settlement_lines l join settlements s on s.place_id = l.place_id and s.id = l.settlement_id
 where l.place_id = :place_id and l.enrolment_id = :enrolment_id and s.filing_id = :filing_id
   and l.facts is not null
 order by s.seq desc limit 1
""")
# Held people's entitlements wait with their lines; everybody else's latest revision is this one.
_ENTITLE: Final = text("""
insert into entitlements (place_id, org_id, partner_org_id, region_path, id, filing_id,
                          enrolment_id, settlement_id, revision, amount_fen, facts, at)
select l.place_id, l.org_id, l.partner_org_id, l.region_path, l.id, s.filing_id, l.enrolment_id,
       l.settlement_id,
       1 + coalesce((select max(e.revision) from entitlements e
                      where e.place_id = l.place_id and e.enrolment_id = l.enrolment_id), 0),
       l.amount_fen, l.facts, :at
  from settlement_lines l join settlements s on s.place_id = l.place_id and s.id = l.settlement_id
 where l.place_id = :place_id and l.settlement_id = :id and l.disposition in ('payable', 'refused')
""")
_RELEASE: Final = text("select release_entitlements(:place_id, :id)")
_END_SUBSIDIES: Final = text("""
select end_subsidies(:place_id, array(
         select enrolment_id from settlement_lines
          where place_id = :place_id and settlement_id = :id and disposition = 'refused'), :at)
""")
_CANDIDATES: Final = text(f"""
select l.enrolment_id, e.person_id, f.occupation_code, coalesce(d.number, m.number) as number,
       coalesce(x.issuer_code, d.issuer_code) as issuer_code,
       cast(coalesce(l.facts->'entitlement'->>'grade_used',
                     l.facts->'entitlement'->>'filed_grade') as int) as grade
  from settlement_lines l
  join settlements s on s.place_id = l.place_id and s.id = l.settlement_id
  join enrolments e on e.place_id = l.place_id and e.id = l.enrolment_id
  join filings f on f.place_id = e.place_id and f.id = e.filing_id
  left join declared_certificates d
    on d.place_id = l.place_id and d.line_id = l.id and d.version = s.declarations_version
   and l.facts->'entitlement'->>'evidence' is not null
  {STANDING_TOLD}
 where l.place_id = :place_id and l.settlement_id = :id and l.disposition = 'payable'
 order by e.seat_no
""")
_TAKE: Final = text("""
select take_entitlements(:place_id, array_agg(e.person_id), array_agg(e.id), f.occupation_code,
         array_agg(cast(coalesce(l.facts->'entitlement'->>'grade_used',
                                 l.facts->'entitlement'->>'filed_grade') as smallint)), :class)
  from settlement_lines l
  join enrolments e on e.place_id = l.place_id and e.id = l.enrolment_id
  join filings f on f.place_id = e.place_id and f.id = e.filing_id
 where l.place_id = :place_id and l.settlement_id = :id and l.disposition = 'payable'
 group by f.occupation_code
""")
_USE: Final = text(f"""
select use_certificates(:place_id, array_agg(d.id), array_agg(d.enrolment_id),
         array_agg(coalesce(x.issuer_code, d.issuer_code)), array_agg(coalesce(d.number, m.number)),
         array_agg(cast(null as text)), :class)
  from settlement_lines l
  join settlements s on s.place_id = l.place_id and s.id = l.settlement_id
  join declared_certificates d
    on d.place_id = l.place_id and d.line_id = l.id and d.version = s.declarations_version
  {STANDING_TOLD}
 where l.place_id = :place_id and l.settlement_id = :id and l.disposition = 'payable'
   and l.facts->'entitlement'->>'evidence' is not null
having count(*) > 0
""")
_HISTORY: Final = text(f"""
select coalesce(sum(amount_fen) filter (where state = 'paid'), 0)::bigint as paid_fen,
       coalesce(sum(amount_fen) filter (where state in ('batched', 'submitted')), 0)::bigint
         as in_transit_fen,
       coalesce(sum(amount_fen) filter (where state = 'unknown'), 0)::bigint as unknown_fen,
       ({GOT_BACK} and a.place_id = :place_id and a.subject_id in (
          select r.id from recoveries r where r.place_id = :place_id and r.filing_id = :id))
         as got_back_fen
  from payments where place_id = :place_id and filing_id = :id
""")
_PAID: Final = text("""
select coalesce(sum(amount_fen), 0)::bigint as paid_fen from payments
 where place_id = :place_id and subject_kind = 'settlement' and subject_id = :id and state = 'paid'
""")


def _settlement(row: Row[Any]) -> Settlement:
    amounts = None
    if row.entitled_fen is not None:
        amounts = Amounts(
            entitled_fen=row.entitled_fen,
            history_fen=row.history_fen,
            balance_fen=row.balance_fen,
            recovery_fen=row.recovery_fen,
            ahead_fen=row.ahead_fen,
        )
    return Settlement(
        case=case_of(row),
        filing_id=row.filing_id,
        seq=row.seq,
        kind=SettlementKind(row.settlement_kind),
        people=row.people,
        submitted_at=row.submitted_at,
        extract_id=row.extract_id,
        verified_at=row.verified_at,
        amounts=amounts,
    )


def _json(facts: LineFacts | SettlementReasons) -> str:
    return msgspec.json.encode(facts).decode()


class PostgresSettlements(Settlements):
    """The settlements one actor's scope shows."""

    def __init__(self, connection: AsyncConnection, new_id: NewId, *, now: datetime) -> None:
        self._connection = connection
        self._new_id = new_id
        self._now = now
        self._eligibility = EligibilityRows(connection, now=now)
        self._declarations = DeclarationRows(connection)

    async def add(self, settlement: Settlement, *, people: Sequence[UUID]) -> None:
        case = settlement.case
        await self._connection.execute(
            _ADD,
            {
                **scope_of(case),
                "id": case.id,
                "filing_id": settlement.filing_id,
                "seq": settlement.seq,
                "kind": settlement.kind,
                "people": settlement.people,
            },
        )
        await _ADD_LINES.run(
            self._connection,
            {**scope_of(case), "settlement_id": case.id},
            [(self._new_id(), enrolment_id) for enrolment_id in people],
        )

    async def declare(
        self, case: Case, declarations: Sequence[DeclaredCertificate], *, version: int
    ) -> None:
        await self._declarations.add(case, declarations, version=version)

    async def declared_in(self, case: Case) -> Sequence[DeclaredCertificate]:
        return await self._declarations.of(case)

    async def without_number(self, case: Case) -> Collection[UUID]:
        return await self._declarations.without_number(case)

    async def next_version(self, case: Case) -> int:
        return await self._declarations.next_version(case)

    async def declarations_version(self, case: Case) -> int:
        return await self._declarations.version(case)

    async def undecide(self, case: Case) -> None:
        await self._connection.execute(_UNDECIDE_LINES, _key(case))
        await self._connection.execute(_UNDECIDE, _key(case))

    async def held(self, case: Case) -> int:
        return int((await self._connection.execute(_HELD, _key(case))).scalar_one())

    async def get(self, case: Case) -> Settlement:
        return _settlement((await self._connection.execute(_GET, _key(case))).one())

    async def of_filing(self, filing: Case) -> Sequence[Settlement]:
        rows = await self._connection.execute(_OF_FILING, _key(filing))
        return [_settlement(row) for row in rows]

    async def page(self, cases: Sequence[Case]) -> Sequence[Settlement]:
        rows = await self._connection.execute(_GET_MANY, keys_of(cases))
        found = {row.case_id: row for row in rows}
        return [_settlement(found[case.id]) for case in cases]

    async def mark_submitted(self, case: Case) -> None:
        await self._connection.execute(_SUBMITTED, {**_key(case), "at": self._now})

    async def begin_examination(self, case: Case, extract_id: UUID | None) -> None:
        await self._connection.execute(_EXAMINING, {**_key(case), "extract_id": extract_id})

    async def mark_verified(self, case: Case) -> None:
        await self._connection.execute(_VERIFIED, {**_key(case), "at": self._now})

    async def standings(
        self, case: Case, terms: Terms, enrolments: Mapping[UUID, Enrolment]
    ) -> Sequence[Standing]:
        return await standings_of(self._connection, case, terms, enrolments)

    async def add_judgements(
        self, case: Case, judgements: Mapping[UUID, Sequence[Judgement]], *, policy_id: str
    ) -> int:
        return await self._eligibility.add(case, judgements, policy_id=policy_id)

    async def judgements(
        self, case: Case, *, after: UUID | None, limit: int
    ) -> Sequence[JudgedPerson]:
        return await self._eligibility.page(case, after=after, limit=limit)

    async def unknown_among_payable(self, case: Case) -> int:
        return await self._eligibility.unknown_among_payable(case)

    async def decide(
        self, case: Case, decisions: Sequence[LineDecision], reasons: SettlementReasons
    ) -> None:
        await self._connection.execute(
            _DECIDE_LINES,
            {
                "place_id": case.place_id,
                "ids": [decision.line_id for decision in decisions],
                "dispositions": [decision.disposition.value for decision in decisions],
                "amounts": [decision.amount_fen for decision in decisions],
                "facts": [_json(decision.facts) for decision in decisions],
            },
        )
        await self.set_reasons(case, reasons)

    async def set_reasons(self, case: Case, reasons: SettlementReasons) -> None:
        amounts = reasons.amounts
        await self._connection.execute(
            _FIGURES,
            {
                **_key(case),
                "entitled_fen": amounts.entitled_fen,
                "history_fen": amounts.history_fen,
                "balance_fen": amounts.balance_fen,
                "recovery_fen": amounts.recovery_fen,
                "ahead_fen": amounts.ahead_fen,
                "facts": _json(reasons),
            },
        )

    async def reasons(self, case: Case) -> SettlementReasons | None:
        facts = (await self._connection.execute(_REASONS, _key(case))).scalar_one()
        return None if facts is None else msgspec.convert(json.loads(facts), SettlementReasons)

    async def lines(
        self, case: Case, *, after: UUID | None, limit: int
    ) -> Sequence[SettlementLine]:
        rows = await self._connection.execute(
            _LINES,
            {
                "place_id": case.place_id,
                "settlement_id": case.id,
                "after": after,
                "limit": limit,
            },
        )
        return [
            SettlementLine(
                id=row.id,
                enrolment_id=row.enrolment_id,
                disposition=None if row.disposition is None else Disposition(row.disposition),
                amount_fen=row.amount_fen,
                ground=None if row.ground is None else Ground(row.ground),
                rule=None if row.rule is None else Rule(row.rule),
                failed=tuple(EligibilityRule(rule) for rule in row.failed),
            )
            for row in rows
        ]

    async def candidates(self, case: Case, *, on: date) -> Sequence[Candidate]:
        rows = await self._connection.execute(_CANDIDATES, _key(case))
        return [
            Candidate(
                subject_id=row.enrolment_id,
                subsidy=apprenticeship(
                    row.person_id,
                    row.occupation_code,
                    on=on,
                    grade=row.grade,
                    certificate=None
                    if row.number is None
                    else CertificateKey(number=row.number, issuer=row.issuer_code),
                ),
            )
            for row in rows
        ]

    async def entitle(self, case: Case) -> int:
        revisions = await self._connection.execute(_ENTITLE, {**_key(case), "at": self._now})
        await self._connection.execute(_RELEASE, _key(case))
        await self._connection.execute(_END_SUBSIDIES, {**_key(case), "at": self._now})
        await self._connection.execute(_TAKE, {**_key(case), "class": BENEFIT_CLASS})
        await self._connection.execute(_USE, {**_key(case), "class": BENEFIT_CLASS})
        return revisions.rowcount

    async def line_facts(self, filing: Case, enrolment_id: UUID) -> LineFacts | None:
        facts = (
            await self._connection.execute(
                _LINE_FACTS,
                {
                    "place_id": filing.place_id,
                    "filing_id": filing.id,
                    "enrolment_id": enrolment_id,
                },
            )
        ).scalar_one_or_none()
        return None if facts is None else msgspec.convert(json.loads(facts), LineFacts)

    async def history(self, filing: Case) -> History:
        row = (await self._connection.execute(_HISTORY, _key(filing))).one()
        return History(
            paid_fen=row.paid_fen,
            in_transit_fen=row.in_transit_fen,
            unknown_fen=row.unknown_fen,
            got_back_fen=row.got_back_fen,
        )

    async def paid_fen(self, case: Case) -> int:
        paid: int = (await self._connection.execute(_PAID, _key(case))).scalar_one()
        return paid


def _key(case: Case) -> dict[str, Any]:
    return {"place_id": case.place_id, "id": case.id}
