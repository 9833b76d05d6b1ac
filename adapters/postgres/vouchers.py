"""Vouchers in PostgreSQL: one statement an act, one statement a set; personal values sealed on the way in."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import TextClause
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.reach import Reach
from adapters.postgres.voucher_statements import (
    ACTS,
    ADD_ACT,
    ADD_SET,
    CHANGES,
    CONFIRM_GROUP,
    EXPIRE,
    FIND,
    GET,
    GET_SET,
    HELD_BY,
    HOLDERS,
    ISSUE,
    LOCK,
    LOCK_CLASS,
    LOCK_MANY,
    LOCK_UNFINISHED,
    MOVE,
    MOVE_SET,
    PAGES,
    PEOPLE_OF,
    SETS,
    SETS_OF,
    WORKERS_OF,
    act_of,
    changes_of,
    personal_of,
    set_of,
    voucher_of,
)
from domain.cases import NEW
from domain.errors import Fault, Refusal
from domain.masking import ValueKind
from domain.party import Actor
from domain.places import Place
from domain.ports.crypto import Crypto
from domain.ports.ids import NewId
from domain.ports.vouchers import Vouchers
from domain.voucher import (
    Beneficiary,
    SetEvent,
    Voucher,
    VoucherAct,
    VoucherFilter,
    VoucherProject,
    VoucherSet,
)


def _held(positions: Sequence[int]) -> Refusal:
    code = "voucher_already_held"
    return Refusal(code, faults=tuple(Fault(f"/rows/{n}", code) for n in positions))


class PostgresVouchers(Vouchers):
    """The vouchers one actor's scope shows, in one transaction at one instant."""

    def __init__(
        self,
        connection: AsyncConnection,
        actor: Actor,
        crypto: Crypto,
        new_id: NewId,
        reach: Reach,
        *,
        now: datetime,
    ) -> None:
        self._connection = connection
        self._actor = actor
        self._crypto = crypto
        self._new_id = new_id
        self._reach = reach
        self._now = now

    async def get(self, voucher_id: UUID) -> Voucher:
        return await self._one(GET, voucher_id)

    async def find(self, code: str) -> Voucher | None:
        row = (await self._connection.execute(FIND, {"code": code})).one_or_none()
        return None if row is None else voucher_of(row)

    async def lock(self, voucher_id: UUID, *, version: int | None = None) -> Voucher:
        voucher = await self._one(LOCK, voucher_id)
        if version is not None and voucher.version != version:
            raise Refusal("stale_version")
        return voucher

    async def lock_many(self, voucher_ids: Sequence[UUID]) -> Sequence[Voucher]:
        rows = await self._connection.execute(LOCK_MANY, {"ids": list(voucher_ids)})
        found = {row.id: voucher_of(row) for row in rows}
        if len(found) != len(set(voucher_ids)):
            raise Refusal("not_found")
        return [found[voucher_id] for voucher_id in voucher_ids]

    async def lock_class(
        self, place_id: UUID, class_id: UUID, *, state: str | None = None
    ) -> Sequence[Voucher]:
        named = {"place_id": place_id, "class_id": class_id, "state": state}
        return [voucher_of(row) for row in await self._connection.execute(LOCK_CLASS, named)]

    async def page(
        self, asked: VoucherFilter, *, after: UUID | None, limit: int
    ) -> Sequence[Voucher]:
        wanted = {"state": asked.state, "project_id": asked.project_id}
        filters = {name: value for name, value in wanted.items() if value is not None}
        page, named = await self._reach.of(
            PAGES[tuple(filters)], after=after, limit=limit, one=asked.class_id
        )
        rows = await self._connection.execute(page, {**named, **filters})
        return [voucher_of(row) for row in rows]

    async def holders(self, project: VoucherProject, citizen_ids: Sequence[str]) -> Sequence[int]:
        rows = await self._connection.execute(
            HOLDERS,
            {
                "place_id": project.case.place_id,
                "project_id": project.case.id,
                "indexes": self._crypto.blind_indexes(ValueKind.CITIZEN_ID, citizen_ids),
            },
        )
        return [row.position for row in rows]

    async def issue(
        self,
        project: VoucherProject,
        beneficiaries: Sequence[Beneficiary],
        codes: Sequence[str],
        *,
        valid_until: date,
    ) -> VoucherSet:
        set_id = self._new_id()
        ids = [self._new_id() for _ in beneficiaries]
        numbers = [one.citizen_id for one in beneficiaries]
        indexes = self._crypto.blind_indexes(ValueKind.CITIZEN_ID, numbers)
        people = await self._workers(indexes)
        # Whoever the bureau names on its list is of the group that the list says.
        personal = personal_of(
            self._crypto, ids, beneficiaries, indexes, groups_confirmed_at=self._now
        )
        case = project.case
        issued = await ISSUE.run(
            self._connection,
            {
                "place_id": case.place_id,
                "partner_org_id": None,
                "region_path": case.region_path,
                "project_id": case.id,
                "state": "issued",
                "issued_at": self._now,
                "collected_at": None,
                "valid_until": valid_until,
                "set_ids": [set_id],
                "version": 1,
            },
            [
                (ids[n], people[n], people[n], codes[n], *personal[n])
                for n in range(len(beneficiaries))
            ],
        )
        if len(issued) < len(ids):
            present = set(issued)
            raise _held([n for n, one in enumerate(ids) if one not in present])
        return await self._add_set(
            set_id,
            ids,
            event=SetEvent.ISSUE,
            project_id=case.id,
            place_id=case.place_id,
            org_id=case.org_id,
            region_path=case.region_path,
        )

    async def add(self, voucher: Voucher, beneficiary: Beneficiary) -> None:
        index = self._crypto.blind_index(ValueKind.CITIZEN_ID, beneficiary.citizen_id)
        (personal,) = personal_of(self._crypto, [voucher.id], [beneficiary], [index])
        added = await ISSUE.run(
            self._connection,
            {
                "place_id": voucher.place_id,
                "partner_org_id": None,
                "region_path": voucher.region_path,
                "project_id": voucher.project_id,
                "state": voucher.state,
                "issued_at": voucher.issued_at,
                "collected_at": voucher.collected_at,
                "valid_until": voucher.valid_until,
                "set_ids": [],
                "version": voucher.version,
            },
            [(voucher.id, voucher.person_id, voucher.person_id, voucher.code, *personal)],
        )
        if not added:
            raise Refusal("voucher_already_held")
        issued = replace(voucher, state="issued", version=voucher.version - 1)
        unissued = replace(issued, state=NEW)
        for before, after, event in ((unissued, issued, "issue"), (issued, voucher, "collect")):
            act = act_of(before, after, event=event, at=self._now, reason="")
            await self._connection.execute(ADD_ACT, act)

    async def is_actor(self, citizen_id: str) -> bool:
        index = self._crypto.blind_index(ValueKind.CITIZEN_ID, citizen_id)
        found = await self._connection.execute(PEOPLE_OF, {"indexes": [index]})
        return bool(found.scalar_one() == [self._actor.person_id])

    async def is_holder(self, voucher: Voucher, citizen_id: str) -> bool:
        index = self._crypto.blind_index(ValueKind.CITIZEN_ID, citizen_id)
        found = await self._connection.execute(HELD_BY, {"id": voucher.id, "index": index})
        return bool(found.scalar_one())

    async def move(self, before: Voucher, after: Voucher, *, event: str, reason: str = "") -> None:
        moved = await self._connection.execute(
            MOVE,
            {
                "place_id": before.place_id,
                "id": before.id,
                **dict(zip(CHANGES, changes_of(after), strict=True)),
            },
        )
        if moved.rowcount != 1:
            raise Refusal("stale_version")
        act = act_of(before, after, event=event, at=self._now, reason=reason)
        await self._connection.execute(ADD_ACT, act)

    async def confirm_group(self, before: Voucher, after: Voucher, *, reason: str) -> None:
        confirmed = await self._connection.execute(
            CONFIRM_GROUP,
            {
                "place_id": before.place_id,
                "id": before.id,
                "version": after.version,
                "at": after.tag_confirmed_at,
            },
        )
        if confirmed.rowcount != 1:
            raise Refusal("stale_version")
        act = act_of(before, after, event="confirm_group", at=self._now, reason=reason)
        await self._connection.execute(ADD_ACT, act)

    async def move_set(
        self,
        before: Sequence[Voucher],
        after: Sequence[Voucher],
        *,
        event: SetEvent,
        project_id: UUID | None,
        place: Place,
    ) -> VoucherSet:
        set_id = self._new_id()
        ids = [one.id for one in before]
        columns = zip(*(changes_of(one) for one in after), strict=True)
        moved = await self._connection.execute(
            MOVE_SET,
            {
                "place_id": place.id,
                "set_id": set_id,
                "ids": ids,
                **{name: list(values) for name, values in zip(CHANGES, columns, strict=True)},
            },
        )
        if moved.rowcount != len(ids):
            raise Refusal("stale_version")
        return await self._add_set(
            set_id,
            ids,
            event=event,
            project_id=project_id,
            place_id=place.id,
            org_id=place.bureau_org_id,
            region_path=place.region_path,
        )

    async def expire(self, place: Place, *, on: date, limit: int) -> VoucherSet | None:
        row = (
            await self._connection.execute(
                EXPIRE,
                {
                    "place_id": place.id,
                    "org_id": place.bureau_org_id,
                    "region_path": place.region_path,
                    "set_id": self._new_id(),
                    "on": on,
                    "limit": limit,
                    "at": self._now,
                },
            )
        ).one_or_none()
        return None if row is None else set_of(row)

    async def lock_unfinished(self, place: Place, *, on: date, limit: int) -> Sequence[Voucher]:
        rows = await self._connection.execute(
            LOCK_UNFINISHED, {"place_id": place.id, "on": on, "limit": limit}
        )
        return [voucher_of(row) for row in rows]

    async def acts(self, voucher: Voucher) -> Sequence[VoucherAct]:
        rows = await self._connection.execute(
            ACTS, {"place_id": voucher.place_id, "id": voucher.id}
        )
        return [
            VoucherAct(
                seq=row.seq,
                event=row.event,
                from_state=row.from_state,
                to_state=row.to_state,
                person_id=row.person_id,
                account_name=row.account_name,
                at=row.at,
                reason=row.reason,
            )
            for row in rows
        ]

    async def sets_of(self, voucher: Voucher) -> Sequence[VoucherSet]:
        rows = await self._connection.execute(
            SETS_OF, {"place_id": voucher.place_id, "ids": list(voucher.set_ids)}
        )
        return [set_of(row) for row in rows]

    async def sets(
        self, *, event: SetEvent | None, after: UUID | None, limit: int
    ) -> Sequence[VoucherSet]:
        rows = await self._connection.execute(
            SETS, {"event": event, "after": after or UUID(int=0), "limit": limit}
        )
        return [set_of(row) for row in rows]

    async def set(self, set_id: UUID) -> VoucherSet:
        row = (await self._connection.execute(GET_SET, {"id": set_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return set_of(row)

    async def _one(self, statement: TextClause, voucher_id: UUID) -> Voucher:
        row = (await self._connection.execute(statement, {"id": voucher_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return voucher_of(row)

    async def _workers(self, indexes: Sequence[bytes]) -> Sequence[UUID]:
        people: Sequence[UUID] = (
            await self._connection.execute(WORKERS_OF, {"indexes": list(indexes)})
        ).scalar_one()
        return people

    async def _add_set(
        self,
        set_id: UUID,
        ids: Sequence[UUID],
        *,
        event: SetEvent,
        project_id: UUID | None,
        place_id: UUID,
        org_id: UUID,
        region_path: str,
    ) -> VoucherSet:
        digest = hashlib.sha256(b"".join(sorted(one.bytes for one in ids))).digest()
        row = (
            await self._connection.execute(
                ADD_SET,
                {
                    "place_id": place_id,
                    "org_id": org_id,
                    "region_path": region_path,
                    "id": set_id,
                    "project_id": project_id,
                    "event": event,
                    "vouchers": len(ids),
                    "digest": digest,
                    "at": self._now,
                },
            )
        ).one()
        return VoucherSet(
            id=set_id,
            place_id=place_id,
            project_id=project_id,
            event=event,
            vouchers=len(ids),
            digest=digest,
            person_id=row.person_id,
            at=self._now,
        )
