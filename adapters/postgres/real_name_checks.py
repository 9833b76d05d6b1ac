"""Recorded real-name answers in PostgreSQL; citizen ids are opened here, for the service alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ports.crypto import Crypto
from domain.ports.real_name_checks import RealNameChecks
from domain.real_name import RealNameAnswer, RealNameCheck, RealNameQuestion, RealNameReply
from domain.voucher import Voucher

_QUESTION: Final = """
select v.id, v.name, v.identity_sealed,
       1 + coalesce((select max(c.seq) from real_name_checks c
                      where c.place_id = v.place_id and c.voucher_id = v.id), 0) as seq
  from vouchers v
"""
_TO_ASK: Final = text(f"""
{_QUESTION}
 where v.place_id = :place_id and v.project_id = :project_id and v.id > :after
   and not exists (select from real_name_checks c
                    where c.place_id = v.place_id and c.voucher_id = v.id and c.answer <> 'unavailable')
 order by v.id limit :limit
""")
_ONE: Final = text(f"{_QUESTION} where v.place_id = :place_id and v.id = :id")
_ADD: Final = text("""
insert into real_name_checks (place_id, org_id, partner_org_id, region_path, voucher_id, seq,
                              identity_index, service, answer, reference, at)
select v.place_id, v.org_id, null, v.region_path, v.id, u.seq, v.identity_index, :service, u.answer,
       u.reference, :at
  from unnest(cast(:ids as uuid[]), cast(:seqs as int[]), cast(:answers as text[]),
              cast(:references as text[])) as u(id, seq, answer, reference)
  join vouchers v on v.id = u.id
on conflict (place_id, voucher_id, seq) do nothing
returning voucher_id
""")
_OF: Final = text("""
select c.voucher_id, c.seq, c.service, c.answer, c.reference, c.person_id, c.at
  from real_name_checks c where c.place_id = :place_id and c.voucher_id = :id and c.seq > :after
 order by c.seq limit :limit
""")


class PostgresRealNameChecks(RealNameChecks):
    """The answers one actor's scope shows, in one transaction at one instant."""

    def __init__(self, connection: AsyncConnection, crypto: Crypto, *, now: datetime) -> None:
        self._connection = connection
        self._crypto = crypto
        self._now = now

    async def to_ask(
        self, place_id: UUID, project_id: UUID, *, after: UUID, limit: int
    ) -> Sequence[RealNameQuestion]:
        asked = {"place_id": place_id, "project_id": project_id, "after": after, "limit": limit}
        return [self._question(row) for row in await self._connection.execute(_TO_ASK, asked)]

    async def question(self, voucher: Voucher) -> RealNameQuestion:
        asked = {"place_id": voucher.place_id, "id": voucher.id}
        return self._question((await self._connection.execute(_ONE, asked)).one())

    async def add(
        self, answered: Sequence[tuple[RealNameQuestion, RealNameReply]], *, service: str
    ) -> int:
        added = await self._connection.execute(
            _ADD,
            {
                "ids": [question.voucher_id for question, _ in answered],
                "seqs": [question.seq for question, _ in answered],
                "answers": [reply.answer for _, reply in answered],
                "references": [reply.reference for _, reply in answered],
                "service": service,
                "at": self._now,
            },
        )
        return len(added.all())

    async def of(self, voucher: Voucher, *, after: int, limit: int) -> Sequence[RealNameCheck]:
        rows = await self._connection.execute(
            _OF,
            {"place_id": voucher.place_id, "id": voucher.id, "after": after, "limit": limit},
        )
        return [
            RealNameCheck(
                voucher_id=row.voucher_id,
                seq=row.seq,
                service=row.service,
                answer=RealNameAnswer(row.answer),
                reference=row.reference,
                asked_by=row.person_id,
                at=row.at,
            )
            for row in rows
        ]

    def _question(self, row: Row[Any]) -> RealNameQuestion:
        return RealNameQuestion(
            voucher_id=row.id,
            seq=row.seq,
            name=row.name,
            citizen_id=self._crypto.open(
                "vouchers", "identity_sealed", row.id, row.identity_sealed
            ),
        )
