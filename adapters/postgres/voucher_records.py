"""Records of voucher classes in PostgreSQL: versions of sessions, and entries as sets."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres import voucher_record_statements as statements
from adapters.postgres.rows import Params, scope_of
from domain.cases import Case
from domain.class_record import Attendance, HourKind, Key, Session
from domain.policy.standard import CertificateType
from domain.ports.voucher_records import VoucherRecords
from domain.voucher import Voucher
from domain.voucher_class import DeclaredNumber, VoucherOutcome, VoucherResult
from domain.voucher_record import (
    AttendedShare,
    Direction,
    Mark,
    RecordedEntries,
    Stamp,
    VoucherEntry,
)


def _session(row: Row[Any]) -> Session:
    return Session(
        id=row.id,
        version=row.version,
        withdrawn=row.withdrawn,
        held_on=row.held_on,
        starts_minute=row.starts_minute,
        ends_minute=row.ends_minute,
        kind=HourKind(row.kind),
        topic=row.topic,
        site=row.site,
        mentor_id=None,
    )


def _entry(row: Row[Any]) -> VoucherEntry:
    stamp = None
    if row.device_id is not None:
        stamp = Stamp(
            device_id=row.device_id,
            direction=Direction(row.direction),
            at=row.device_at.astimezone(UTC),
            skew_s=row.skew_s,
        )
    return VoucherEntry(
        attendance=Attendance(
            session_id=row.session_id,
            attendee_id=row.voucher_id,
            entry_id=row.entry_id,
            present=row.present,
            arrived_minute=row.arrived_minute,
            left_minute=row.left_minute,
            supersedes=row.supersedes,
        ),
        stamp=stamp,
        marks=tuple(Mark(mark) for mark in row.marks.split(",") if mark),
        entered_at=row.entered_at.astimezone(UTC),
    )


def _outcome(row: Row[Any]) -> VoucherOutcome:
    certificate = None
    if row.certificate_type is not None:
        certificate = DeclaredNumber(
            certificate_type=CertificateType(row.certificate_type),
            raw=row.certificate_number_raw,
            normalised=row.certificate_number,
        )
    return VoucherOutcome(
        voucher_id=row.voucher_id,
        outcome=VoucherResult(row.outcome),
        day=row.last_day,
        attended=AttendedShare(
            attended_minutes=row.attended_minutes, held_minutes=row.held_minutes
        ),
        certificate=certificate,
    )


class PostgresVoucherRecords(VoucherRecords):
    """The records of voucher classes one actor's scope shows, at one instant."""

    def __init__(self, connection: AsyncConnection, *, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def _at_class(self, case: Case) -> Params:
        """What stands on every row about a voucher of a class: its partner is the provider."""
        return {
            "place_id": case.place_id,
            "partner_org_id": case.org_id,
            "region_path": case.region_path,
            "class_id": case.id,
            "entered_at": self._now,
        }

    @staticmethod
    def _of(case: Case) -> Params:
        return {"place_id": case.place_id, "class_id": case.id}

    async def add_sessions(self, case: Case, sessions: Sequence[Session]) -> None:
        await statements.ADD_SESSIONS.run(
            self._connection,
            {**scope_of(case), "class_id": case.id, "entered_at": self._now},
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
                )
                for s in sessions
            ],
        )

    async def sessions(self, case: Case) -> Sequence[Session]:
        rows = await self._connection.execute(statements.SESSIONS, self._of(case))
        return [_session(row) for row in rows]

    async def recorded(self, case: Case, keys: Collection[Key]) -> RecordedEntries:
        sessions = {session.id: session for session in await self.sessions(case)}
        people = await self.workers(case, {key[1] for key in keys})
        named = sorted(keys)
        rows = await self._connection.execute(
            statements.SAME_KEYS,
            {
                **self._of(case),
                "session_ids": [key[0] for key in named],
                "voucher_ids": [key[1] for key in named],
                "entry_ids": [key[2] for key in named],
            },
        )
        found = [_entry(row) for row in rows]
        said = [entry.attendance for entry in found]
        return RecordedEntries(
            sessions=sessions,
            people=frozenset(people),
            entries={
                (one.session_id, one.attendee_id, one.entry_id): entry
                for one, entry in zip(said, found, strict=True)
            },
            superseded={
                (one.session_id, one.attendee_id, one.supersedes) for one in said if one.supersedes
            },
        )

    async def add_entries(
        self,
        case: Case,
        entries: Sequence[VoucherEntry],
        *,
        versions: Mapping[UUID, int],
        workers: Mapping[UUID, UUID],
    ) -> None:
        rows = []
        for entry in entries:
            said, stamp = entry.attendance, entry.stamp
            rows.append(
                (
                    workers[said.attendee_id],
                    said.attendee_id,
                    said.session_id,
                    versions[said.session_id],
                    said.entry_id,
                    said.supersedes,
                    said.present,
                    said.arrived_minute,
                    said.left_minute,
                    stamp.device_id if stamp else None,
                    stamp.direction if stamp else None,
                    stamp.at if stamp else None,
                    stamp.skew_s if stamp else None,
                    ",".join(entry.marks),
                )
            )
        await statements.ADD_ATTENDANCE.run(self._connection, self._at_class(case), rows)

    async def workers(self, case: Case, vouchers: Collection[UUID]) -> Mapping[UUID, UUID]:
        rows = await self._connection.execute(
            statements.PEOPLE, {**self._of(case), "vouchers": list(vouchers)}
        )
        return {row.id: row.person_id for row in rows}

    async def in_force(
        self, case: Case, vouchers: Collection[UUID]
    ) -> Mapping[UUID, Sequence[VoucherEntry]]:
        found: defaultdict[UUID, list[VoucherEntry]] = defaultdict(list)
        for row in await self._connection.execute(
            statements.IN_FORCE, {**self._of(case), "vouchers": list(vouchers)}
        ):
            found[row.voucher_id].append(_entry(row))
        return found

    async def page(
        self, voucher: Voucher, *, after: tuple[UUID, str] | None, limit: int
    ) -> Sequence[VoucherEntry]:
        session_id, entry_id = after or (None, "")
        rows = await self._connection.execute(
            statements.ENTRIES,
            {
                "place_id": voucher.place_id,
                "class_id": voucher.class_id,
                "voucher_id": voucher.id,
                "session_id": session_id,
                "entry_id": entry_id,
                "limit": limit,
            },
        )
        return [_entry(row) for row in rows]

    async def add_absences(self, case: Case, absent: Sequence[Voucher]) -> None:
        await statements.ADD_ABSENCES.run(
            self._connection,
            {**self._at_class(case), "step_seq": case.step_seq},
            [(one.person_id, one.id) for one in absent],
        )

    async def absences(self, case: Case) -> Collection[UUID]:
        rows = await self._connection.execute(statements.ABSENCES, self._of(case))
        return {row.voucher_id for row in rows}

    async def add_outcomes(
        self, case: Case, outcomes: Sequence[tuple[Voucher, VoucherOutcome]]
    ) -> None:
        rows = []
        for voucher, one in outcomes:
            declared = one.certificate
            rows.append(
                (
                    voucher.person_id,
                    voucher.id,
                    one.outcome,
                    one.day,
                    one.attended.attended_minutes,
                    one.attended.held_minutes,
                    declared.certificate_type if declared else None,
                    declared.raw if declared else None,
                    declared.normalised if declared else None,
                )
            )
        await statements.ADD_OUTCOMES.run(
            self._connection, {**self._at_class(case), "step_seq": case.step_seq}, rows
        )

    async def outcomes(self, case: Case) -> Mapping[UUID, VoucherOutcome]:
        rows = await self._connection.execute(statements.OUTCOMES, self._of(case))
        return {row.voucher_id: _outcome(row) for row in rows}
