"""The voucher's machine against an oracle written from CASES 7, and PostgreSQL's copy of it.

The oracle says each sentence of CASES on its own and shares nothing with the domain's table. Acts are
stored: after each, the row is read back and compared, and an illegal event leaves the row as it was.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.postgres.constraints import constraint_of
from adapters.postgres.engine import open_engine
from adapters.postgres.work import postgres_work
from adapters.system.clock import SystemClock
from adapters.system.ids import new_id
from domain.cases import NEW
from domain.errors import Refusal
from domain.machines.voucher import FLOW, FREEZABLE, LIVE
from domain.ports.crypto import Crypto
from domain.ports.work import BeginWork
from domain.voucher import Voucher
from tests.conftest import Database
from tests.integration import voucher_stage as stage
from tests.people import Staff

MIGRATION = import_module("migrations.versions.0028_pre_vouchers")

UNPAID = ("issued", "collected", "reserved", "in_use", "completed", "redeemed")
SAID: tuple[tuple[str, str, str], ...] = (
    # 待领取 is collected (领取), and reserved for a class (报名占用).
    ("issued", "collect", "collected"),
    ("collected", "reserve", "reserved"),
    # A class that is cancelled, and a worker who withdraws in time, give the reservation back.
    ("reserved", "class_cancelled", "collected"),
    ("reserved", "withdraw", "collected"),
    # Who did not come on the first day keeps a voucher.
    ("reserved", "miss", "collected"),
    # 开班核验 puts it in use, completion completes it, and who does not complete does not.
    ("reserved", "start", "in_use"),
    ("in_use", "complete", "completed"),
    ("in_use", "fail", "not_completed"),
    # A class that is stopped leaves its people a voucher.
    ("in_use", "class_stopped", "collected"),
    # 核销, approved, paid; what is cancelled may be put in again; the bank may give back.
    ("completed", "redeem", "redeemed"),
    ("redeemed", "approve", "approved"),
    # A refused line, until a review finds that wrong.
    ("redeemed", "refuse", "refused"),
    ("refused", "reinstate", "redeemed"),
    ("approved", "pay", "paid"),
    ("approved", "cancel_payment", "redeemed"),
    ("paid", "return_payment", "approved"),
    ("paid", "claw_back", "clawed_back"),
    # A review finds the claw-back wrong.
    ("clawed_back", "cancel_claw_back", "paid"),
    # 退券.
    ("collected", "give_back", "returned"),
    # A day that passes ends what is unused, and what is in use where it counts to completion.
    *((state, "expire", "expired") for state in ("issued", "collected", "reserved", "in_use")),
    # What is not approved may be voided, frozen too; whatever is live may be frozen, and goes back.
    *((state, "void", "voided") for state in (*UNPAID, "frozen")),
    *((state, "freeze", "frozen") for state in (*UNPAID, "approved")),
)
ORACLE = {(before, event): after for before, event, after in SAID}
EVENTS = sorted({event for _, event, _ in SAID} | {f"release_{state}" for state in stage.ROADS})
FROZEN = tuple((*stage.ROADS[state], "freeze") for state in (*UNPAID, "approved"))
RELEASED = {("frozen", f"release_{state}", state) for state in (*UNPAID, "approved")}


def said() -> set[tuple[str, str, str]]:
    """Every transition that CASES names, the releases of a frozen voucher included."""
    return set(SAID) | RELEASED


def test_the_domains_table_is_what_cases_says() -> None:
    table = {
        (before, event, after)
        for before, moves in FLOW.items()
        for event, after in moves.items()
        if before != NEW
    }
    assert table == said()
    assert FLOW[NEW] == {"issue": "issued"}


def test_postgresql_is_told_the_domains_table() -> None:
    pairs = {(before, after) for before, _, after in said()}
    assert set(MIGRATION.MOVES) == pairs
    assert len(MIGRATION.MOVES) == len(pairs), "each pair once"
    assert set(MIGRATION.LIVE) == LIVE
    assert {*MIGRATION.LIVE, *MIGRATION.ENDED} == set(FLOW) - {NEW}


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A place with a targeted project and a class, reached from a loop of its own."""

    runner: asyncio.Runner
    begin: BeginWork
    admin: AsyncEngine
    staff: Staff
    project: Any
    class_id: UUID


@pytest.fixture
def a_stage(database: Database, crypto: Crypto, staff: Staff) -> Iterator[Stage]:
    """Steps of a stateful test are no coroutines: they run on a loop and an engine of their own."""
    with asyncio.Runner() as runner:
        engine = open_engine(database.app_url, pool_size=2)
        admin = create_async_engine(database.admin_url)
        begin = postgres_work(engine, crypto=crypto, new_id=new_id, clock=SystemClock())
        project = runner.run(stage.project(begin, staff, quota=10_000, **stage.TARGETED))
        class_id = runner.run(stage.a_class(admin, staff, project))
        yield Stage(
            runner=runner,
            begin=begin,
            admin=admin,
            staff=staff,
            project=project,
            class_id=class_id,
        )
        runner.run(engine.dispose())
        runner.run(admin.dispose())


def roads_to(before: str, event: str) -> Sequence[str]:
    """The shortest road to a state; a frozen one is frozen where it is released to."""
    if event.startswith("release_"):
        return (*stage.ROADS[event.removeprefix("release_")], "freeze")
    return stage.ROADS[before]


def test_every_transition_is_reached_and_stored(a_stage: Stage) -> None:
    async def reach(before: str, event: str) -> Voucher:
        voucher_id = await stage.one_issued(a_stage.begin, a_stage.staff, a_stage.project)
        for one in (*roads_to(before, event), event):
            await move(a_stage, voucher_id, one)
        async with a_stage.begin(a_stage.staff.handler) as work:
            return await work.vouchers.get(voucher_id)

    for before, event, after in sorted(said()):
        assert a_stage.runner.run(reach(before, event)).state == after, (before, event)


def test_in_every_state_whatever_does_not_follow_refuses_and_changes_nothing(
    a_stage: Stage,
) -> None:
    async def stray(state: str) -> None:
        voucher_id = await stage.one_issued(a_stage.begin, a_stage.staff, a_stage.project)
        for one in stage.ROADS[state]:
            await move(a_stage, voucher_id, one)
        async with a_stage.begin(a_stage.staff.handler) as work:
            before = await work.vouchers.get(voucher_id)
        follows = {event for start, event in ORACLE if start == state}
        follows |= {"release_collected"} if state == "frozen" else set()
        for event in (*EVENTS, "nothing", ""):
            if event not in follows:
                with pytest.raises(Refusal, match="voucher_not_usable"):
                    await move(a_stage, voucher_id, event)
        async with a_stage.begin(a_stage.staff.handler) as work:
            assert await work.vouchers.get(voucher_id) == before

    for state in stage.ROADS:
        a_stage.runner.run(stray(state))


async def move(on: Stage, voucher_id: UUID, event: str) -> Voucher:
    """One act: a release by another person than who froze."""
    actor = on.staff.approver if event.startswith("release_") else on.staff.handler
    return await stage.moved(
        on.begin, actor, voucher_id, event, class_id=on.class_id, staff=on.staff
    )


class VoucherMachine(RuleBasedStateMachine):
    """One voucher, stored, and what the oracle says of it."""

    on: ClassVar[Stage]

    @initialize(road=st.sampled_from([*stage.ROADS.values(), *FROZEN]))
    def bring(self, road: Sequence[str]) -> None:
        """Issue a voucher and bring it to a state by the shortest road."""
        on = self.on
        self.voucher_id = on.runner.run(stage.one_issued(on.begin, on.staff, on.project))
        self.state, self.moves = "issued", 1
        self.stood: str | None = None
        for event in road:
            self._legal(event)

    @precondition(lambda self: self.following())
    @rule(data=st.data())
    def follow(self, data: st.DataObject) -> None:
        """Do something that follows."""
        self._legal(data.draw(st.sampled_from(self.following())))

    @rule(event=st.sampled_from(EVENTS))
    def stray(self, event: str) -> None:
        """Try what does not follow: it is refused, and the row stays as it is."""
        if event in self.following():
            return
        with pytest.raises(Refusal) as refused:
            self._move(event)
        assert refused.value.code == "voucher_not_usable"

    @invariant()
    def the_row_is_what_the_oracle_says(self) -> None:
        """State, what it remembers, its class, and one number for each act and set."""
        if not hasattr(self, "state"):
            return
        voucher, acts, sets = self.on.runner.run(self._read())
        assert (voucher.state, voucher.frozen_from) == (self.state, self.stood)
        assert voucher.version == self.moves == acts + sets
        stands = self.stood or self.state
        if stands not in {"expired", "voided"}:
            assert (voucher.class_id is None) == (stands in {"issued", "collected", "returned"})

    def following(self) -> list[str]:
        """The events that follow here, by the oracle."""
        events = [event for before, event in ORACLE if before == self.state]
        return sorted([*events, *([f"release_{self.stood}"] if self.stood else [])])

    def _legal(self, event: str) -> None:
        before = self.state
        self._move(event)
        if event.startswith("release_"):
            self.state, self.stood = str(self.stood), None
        else:
            self.state = ORACLE[before, event]
            self.stood = before if self.state == "frozen" else None
        self.moves += 1

    def _move(self, event: str) -> Voucher:
        return self.on.runner.run(move(self.on, self.voucher_id, event))

    async def _read(self) -> tuple[Voucher, int, int]:
        async with self.on.begin(self.on.staff.handler) as work:
            voucher = await work.vouchers.get(self.voucher_id)
            acts, sets = await work.vouchers.acts(voucher), await work.vouchers.sets_of(voucher)
            return voucher, len(acts), len(sets)


def test_a_voucher_moves_as_cases_says_in_any_order(a_stage: Stage) -> None:
    VoucherMachine.on = a_stage
    run_state_machine_as_test(
        VoucherMachine,
        settings=settings(
            max_examples=40,
            stateful_step_count=12,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_postgresql_lets_a_voucher_go_only_where_the_table_leads(a_stage: Stage) -> None:
    """Every pair of states, written by the application's login with an act beside it."""

    async def refused_by(before: str, after: str) -> str | None:
        voucher_id = await stage.one_issued(a_stage.begin, a_stage.staff, a_stage.project)
        for one in stage.ROADS[before]:
            await move(a_stage, voucher_id, one)
        try:
            async with a_stage.begin(a_stage.staff.approver) as work:
                voucher = await work.vouchers.lock(voucher_id)
                forced = as_a_row(voucher, after, a_stage)
                await work.vouchers.move(voucher, forced, event="forced")
                await work.commit()
        except DBAPIError as error:
            return constraint_of(error)
        return None

    pairs = {(before, after) for before, _, after in said() if before != "frozen"}
    pairs |= {("frozen", "voided"), ("frozen", "collected")}
    for before in stage.ROADS:
        for after in stage.ROADS:
            if before != after:
                refused = None if (before, after) in pairs else "voucher_moves_on"
                assert a_stage.runner.run(refused_by(before, after)) == refused, (before, after)


def as_a_row(voucher: Voucher, after: str, on: Stage) -> Voucher:
    """A voucher as a row of another state looks."""
    in_class = after not in {"issued", "collected", "returned", "expired", "voided"}
    if after == "frozen":
        in_class = voucher.class_id is not None
    return replace(
        voucher,
        state=after,
        frozen_from=(voucher.state if voucher.state in FREEZABLE else "issued")
        if after == "frozen"
        else None,
        class_id=on.class_id if in_class else None,
        provider_id=on.staff.provider.id if in_class else None,
        version=voucher.version + 1,
    )
