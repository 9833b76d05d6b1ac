"""Messages to the register of subsidised training in PostgreSQL; whom they are about is opened on the way out."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.rows import scope_of
from domain.cases import Case
from domain.errors import Refusal
from domain.ports.crypto import Crypto
from domain.ports.register_messages import MessageFilter, RegisterMessages
from domain.training_register import (
    Duplicate,
    MessageKind,
    MessageState,
    RegisterMessage,
    RegisterReply,
    Trainee,
)

_ADD: Final = text("""
insert into register_messages (place_id, org_id, partner_org_id, region_path, id, message_kind, object_id,
                               payload, queued_at)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :kind, :object_id, cast(:payload as jsonb), :at)
""")
_SELECT: Final = """
select m.id, m.place_id, m.message_kind, m.object_id, m.payload, m.state, m.attempts, m.reference, m.answer,
       m.duplicates, m.queued_at, m.answered_at
  from register_messages m
"""
_GET: Final = text(f"{_SELECT} where m.id = :id")
_PAGE: Final = text(f"""
{_SELECT}
 where (cast(:state as text) is null or m.state = :state)
   and (cast(:kind as text) is null or m.message_kind = :kind)
   and (cast(:object_id as uuid) is null or m.object_id = :object_id)
   and (cast(:after as uuid) is null or m.id > :after)
 order by m.id limit :limit
""")
_TRIED: Final = text("""
update register_messages set attempts = attempts + 1
 where place_id = :place_id and id = :id and state in ('queued', 'sent')
""")
_ANSWERED: Final = text("""
update register_messages
   set attempts = attempts + 1, state = :state, reference = :reference, answer = :said,
       duplicates = cast(:duplicates as jsonb), answered_at = :answered_at
 where place_id = :place_id and id = :id and state in ('queued', 'sent')
""")
_ENROLLED: Final = text("""
select e.id, e.name, e.identity_sealed, cast(null as int) as attended_minutes from enrolments e
 where e.place_id = :place_id and e.filing_id = :id and e.until_roster_version is null
   and (not cast(:completed as boolean) or e.state = 'completed')
 order by e.id
""")
_IN_CLASS: Final = text("""
select v.id, v.name, v.identity_sealed,
       (select w.attended_minutes from voucher_outcomes w
         where w.place_id = v.place_id and w.voucher_id = v.id and w.class_id = v.class_id
           and cast(:completed as boolean)
         order by w.step_seq desc limit 1) as attended_minutes
  from vouchers v
 where v.place_id = :place_id and v.class_id = :id
   and case when cast(:completed as boolean) then v.completed_on is not null
            else coalesce(v.frozen_from, v.state) not in ('issued', 'collected', 'reserved') end
 order by v.id
""")
_OF_FILINGS: Final = frozenset(
    {MessageKind.ROSTER_ACCEPTED, MessageKind.FILING_LISTED, MessageKind.TRAINING_COMPLETED}
)
_COMPLETED: Final = frozenset({MessageKind.TRAINING_COMPLETED, MessageKind.VOUCHER_CLASS_COMPLETED})


class PostgresRegisterMessages(RegisterMessages):
    """The messages one actor's scope shows, in one transaction at one instant."""

    def __init__(self, connection: AsyncConnection, crypto: Crypto, *, now: datetime) -> None:
        self._connection = connection
        self._crypto = crypto
        self._now = now

    async def add(self, case: Case, message: RegisterMessage) -> None:
        await self._connection.execute(
            _ADD,
            {
                **scope_of(case),
                "id": message.id,
                "kind": message.kind,
                "object_id": message.object_id,
                "payload": json.dumps(message.payload, ensure_ascii=False),
                "at": message.queued_at,
            },
        )

    async def get(self, message_id: UUID) -> RegisterMessage:
        row = (await self._connection.execute(_GET, {"id": message_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return _message(row)

    async def people(self, message: RegisterMessage) -> Sequence[Trainee]:
        if message.kind is MessageKind.BATCH_PAID:
            return ()
        of_filing = message.kind in _OF_FILINGS
        rows = await self._connection.execute(
            _ENROLLED if of_filing else _IN_CLASS,
            {
                "place_id": message.place_id,
                "id": message.object_id,
                "completed": message.kind in _COMPLETED,
            },
        )
        table = "enrolments" if of_filing else "vouchers"
        return [
            Trainee(
                subject_id=row.id,
                name=row.name,
                citizen_id=self._crypto.open(table, "identity_sealed", row.id, row.identity_sealed),
                attended_minutes=row.attended_minutes,
            )
            for row in rows
        ]

    async def tried(self, message: RegisterMessage) -> None:
        await self._connection.execute(_TRIED, {"place_id": message.place_id, "id": message.id})

    async def answered(
        self,
        message: RegisterMessage,
        reply: RegisterReply | None,
        duplicates: Sequence[Duplicate],
    ) -> None:
        state = MessageState.SENT
        if reply is not None:
            state = MessageState.ANSWERED if reply.accepted else MessageState.REFUSED
        found = [
            {"subject_id": str(one.subject_id), "training": one.training} for one in duplicates
        ]
        await self._connection.execute(
            _ANSWERED,
            {
                "place_id": message.place_id,
                "id": message.id,
                "state": state,
                "reference": None if reply is None else reply.reference,
                "said": None if reply is None else reply.said,
                "duplicates": json.dumps(found, ensure_ascii=False),
                "answered_at": None if reply is None else self._now,
            },
        )

    async def page(
        self, asked: MessageFilter, *, after: UUID | None, limit: int
    ) -> Sequence[RegisterMessage]:
        rows = await self._connection.execute(
            _PAGE,
            {
                "state": asked.state,
                "kind": asked.kind,
                "object_id": asked.object_id,
                "after": after,
                "limit": limit,
            },
        )
        return [_message(row) for row in rows]


def _message(row: Row[Any]) -> RegisterMessage:
    return RegisterMessage(
        id=row.id,
        place_id=row.place_id,
        kind=MessageKind(row.message_kind),
        object_id=row.object_id,
        payload=row.payload,
        state=MessageState(row.state),
        attempts=row.attempts,
        reference=row.reference,
        answer=row.answer,
        duplicates=tuple(
            Duplicate(subject_id=UUID(one["subject_id"]), training=one["training"])
            for one in row.duplicates
        ),
        queued_at=row.queued_at,
        answered_at=row.answered_at,
    )
