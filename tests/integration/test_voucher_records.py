"""Records of voucher classes on PostgreSQL: sessions, devices, corrections, and who reads what."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.attendance_file import columns_of
from domain.class_record import Session
from domain.errors import Refusal
from domain.ports.crypto import Crypto
from domain.voucher_record import ATTENDEE, SKEW_MAX_S, Direction, Mark
from service.application import voucher_class_completion, voucher_record
from service.application.class_record import AttendanceDone
from service.application.voucher_record import CheckInsDone, Trainee
from tests.integration.voucher_class_stage import (
    STARTS,
    Holder,
    Stage,
    a_stage,
    check_in,
)
from tests.people import Staff

IN, OUT = Direction.IN, Direction.OUT


@pytest.fixture
async def stage(engine: AsyncEngine, crypto: Crypto, staff: Staff) -> Stage:
    """A county with a listed provider and a project that asks for nothing."""
    return await a_stage(engine, crypto, staff)


class Class:
    """A class in training with two people and one session of three hours."""

    def __init__(self, stage: Stage, class_id: UUID, session: Session, *people: Holder) -> None:
        self.stage = stage
        self.id = class_id
        self.session = session
        self.first, self.second = people

    async def people(self) -> dict[UUID, Trainee]:
        async with self.stage.reading(self.stage.staff.handler) as work:
            found = await voucher_record.people_of(work, class_id=self.id, after=None, limit=100)
        return {one.voucher.id: one for one in found}

    async def minutes(self, holder: Holder) -> int:
        return (await self.people())[holder.voucher_id].attended.attended_minutes


@pytest.fixture
async def running(stage: Stage) -> Class:
    people = await stage.holders(2)
    class_id = await stage.started(*people)
    session = await stage.session(class_id)
    return Class(stage, class_id, session, *people)


def located(refused: pytest.ExceptionInfo[Refusal]) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


async def test_a_device_may_send_late_out_of_order_and_twice(running: Class) -> None:
    stage, session, first = running.stage, running.session, running.first
    out = check_in(session, first, "g-2", OUT, 10)
    arrived = check_in(session, first, "g-1", IN, 9)
    assert await stage.checked_in(running.id, out) == CheckInsDone(
        entries=1, added=1, marked=0, skew_s=0
    )
    assert await running.minutes(first) == 120
    stage.on(STARTS + timedelta(days=2))
    assert (await stage.checked_in(running.id, arrived, out)).added == 1
    assert (await stage.checked_in(running.id, arrived, out)).added == 0
    assert await running.minutes(first) == 60


async def test_a_wrong_clock_is_measured_kept_and_marked_and_its_entries_count(
    running: Class,
) -> None:
    stage, session = running.stage, running.session
    behind = timedelta(days=20)
    by_its_clock = check_in(session, running.first, "g-1", IN, 9)
    late = type(by_its_clock)(
        session_id=by_its_clock.session_id,
        voucher_id=by_its_clock.voucher_id,
        entry_id=by_its_clock.entry_id,
        direction=IN,
        at=by_its_clock.at - behind,
    )
    done = await stage.checked_in(running.id, late, sent_at=stage.clock.at - behind)
    assert done == CheckInsDone(entries=1, added=1, marked=1, skew_s=round(behind.total_seconds()))
    assert done.skew_s > SKEW_MAX_S
    assert await running.minutes(running.first) == 120
    async with stage.reading(stage.staff.handler) as work:
        (entry,) = await voucher_record.entries_of(
            work, voucher_id=running.first.voucher_id, after=None, limit=10
        )
    assert entry.stamp is not None
    assert (entry.stamp.at, entry.stamp.skew_s) == (late.at, done.skew_s)
    assert entry.entered_at == stage.clock.at
    assert entry.marks == (Mark.CLOCK_SKEWED,)
    assert (await running.people())[running.first.voucher_id].entries_marked == 1


async def test_a_clock_that_says_nothing_possible_is_refused(running: Class) -> None:
    stage = running.stage
    with pytest.raises(Refusal) as refused:
        await stage.checked_in(
            running.id,
            check_in(running.session, running.first, "a", IN, 9),
            type(check_in(running.session, running.first, "b", IN, 9))(
                session_id=running.session.id,
                voucher_id=running.first.voucher_id,
                entry_id="b",
                direction=IN,
                at=datetime(1969, 12, 31, tzinfo=UTC),
            ),
            sent_at=datetime(9999, 12, 31, tzinfo=UTC),
        )
    assert located(refused) == [
        ("/entries/1/at", "device_time_impossible"),
        ("/sent_at", "device_time_impossible"),
    ]


async def test_who_enters_by_hand_corrects_a_device_and_nothing_is_edited(running: Class) -> None:
    stage, session, first = running.stage, running.session, running.first
    await stage.checked_in(running.id, check_in(session, first, "g-1", IN, 10))
    done = await stage.attended(
        running.id, session, first, "hand-1", arrived_minute=9 * 60, supersedes="g-1"
    )
    assert done == AttendanceDone(entries=1, added=1)
    assert await running.minutes(first) == 120
    trainee = (await running.people())[first.voucher_id]
    assert (trainee.entries_by_hand, trainee.entries_marked) == (1, 0)
    with pytest.raises(Refusal) as refused:
        await stage.attended(running.id, session, first, "hand-2", supersedes="g-1")
    assert located(refused) == [("/entries/0/supersedes", "entry_superseded")]
    async with stage.reading(stage.provider) as work:
        entries = await voucher_record.entries_of(
            work, voucher_id=first.voucher_id, after=None, limit=10
        )
    assert [entry.attendance.entry_id for entry in entries] == ["g-1", "hand-1"]


async def test_entries_are_paged_and_each_worker_reads_his_own(running: Class) -> None:
    stage, session = running.stage, running.session
    for n in range(3):
        await stage.attended(running.id, session, running.first, f"e {n}")
    await stage.attended(running.id, session, running.second, "e 9")
    async with stage.reading(running.first.worker) as work:
        first_page = await voucher_record.entries_of(
            work, voucher_id=running.first.voucher_id, after=None, limit=2
        )
        second_page = await voucher_record.entries_of(
            work, voucher_id=running.first.voucher_id, after=(session.id, "e 1"), limit=2
        )
        with pytest.raises(Refusal) as refused:
            await voucher_record.entries_of(
                work, voucher_id=running.second.voucher_id, after=None, limit=2
            )
    assert refused.value.code == "not_found"
    said = [one.attendance.entry_id for one in (*first_page, *second_page)]
    assert said == ["e 0", "e 1", "e 2"]


async def test_attendance_comes_from_a_file_all_of_it_or_nothing(running: Class) -> None:
    stage, session = running.stage, running.session
    header = ",".join(columns_of(ATTENDEE))
    good = f"{session.id},{running.first.voucher_id},s-1,1,08:00,09:30,"

    async def imported(*rows: str) -> AttendanceDone:
        text = "\r\n".join((header, *rows, ""))
        return await stage.act(
            stage.provider,
            lambda work: voucher_record.import_attendance(work, class_id=running.id, text=text),
        )

    with pytest.raises(Refusal) as refused:
        await imported(good, f"{session.id},{uuid4()},s-2,1,,,")
    assert located(refused) == [("/rows/2/voucher_id", "person_not_in_class")]
    assert await running.minutes(running.first) == 0
    assert await imported(good) == AttendanceDone(entries=1, added=1)
    assert await imported(good) == AttendanceDone(entries=1, added=0)
    assert await running.minutes(running.first) == 90


async def test_a_session_is_corrected_by_its_next_version(running: Class) -> None:
    stage = running.stage
    await stage.attended(running.id, running.session, running.first, "a")
    longer = await stage.session(running.id, corrects=(running.session.id, 1), ends_minute=12 * 60)
    assert (longer.id, longer.version) == (running.session.id, 2)
    assert await running.minutes(running.first) == 240
    with pytest.raises(Refusal) as refused:
        await stage.session(
            running.id,
            corrects=(running.session.id, 1),
            held_on=STARTS - timedelta(days=1),
            ends_minute=60,
        )
    assert located(refused) == [
        ("/sessions/0/corrects/version", "entry_superseded"),
        ("/sessions/0/ends", "times_out_of_order"),
        ("/sessions/0/held_on", "day_outside_training"),
    ]
    withdrawn = await stage.session(running.id, corrects=(running.session.id, 2), withdrawn=True)
    assert await running.minutes(running.first) == 0
    async with stage.reading(stage.staff.handler) as work:
        shown = await voucher_record.sessions_of(work, class_id=running.id, after=None, limit=10)
        after = await voucher_record.sessions_of(
            work, class_id=running.id, after=withdrawn.id, limit=10
        )
    assert (shown, after) == ([withdrawn], [])


async def test_the_record_grows_from_the_report_of_the_start_for_whoever_attends(
    stage: Stage,
) -> None:
    holder, frozen = await stage.holders(2)
    class_id = (await stage.planned()).case.id
    await stage.reserved(class_id, holder, frozen)
    with pytest.raises(Refusal) as refused:
        await stage.session(class_id)
    assert (refused.value.code, refused.value.values) == (
        "voucher_record_closed",
        {"state": "planned"},
    )
    stage.on(STARTS)
    await stage.reported(class_id)
    session = await stage.session(class_id)
    await stage.frozen(frozen)
    for n, one in enumerate((holder, frozen)):
        assert (await stage.attended(class_id, session, one, str(n))).added == 1
    await stage.reviewed(class_id)
    await stage.verified(class_id)
    await stage.decided(class_id, voucher_class_completion.stop_class, stage.staff.approver)
    with pytest.raises(Refusal) as refused:
        await stage.attended(class_id, session, holder, "z")
    assert refused.value.values == {"state": "stopped"}
