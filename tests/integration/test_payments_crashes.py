"""A worker killed with SIGKILL while it takes a bank's file: some chunks kept whole, none twice."""

import asyncio
import signal
import sys
from functools import partial

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.bank_result import LineState
from domain.cases import CaseKind
from domain.ledger import AccountKind
from domain.ports.work import BeginWork
from jobs.payment import ingest_bank_result
from jobs.worker import Worker
from service.application import bank_result
from tests.conftest import Database
from tests.integration import payments_road as pay
from tests.integration.payments_rig import PaymentsRig
from tests.integration.test_payments_bank import balances, own_kind, payment_states
from tests.people import Staff


@pytest.mark.parametrize(
    ("point", "kept"),
    [
        ("bank_result.before_chunk_commit", 0),
        ("bank_result.before_chunk_commit:2", 1),
        ("bank_result.after_chunk_commit:2", 2),
    ],
)
async def test_a_killed_worker_leaves_whole_chunks_and_another_does_the_rest_once(
    staff: Staff,
    begin_work: BeginWork,
    database: Database,
    engine: AsyncEngine,
    point: str,
    kept: int,
) -> None:
    at_bank, attempts = await pay.submitted(begin_work, staff, payments=3)
    result = await pay.loaded(
        begin_work, staff, at_bank.case.id, pay.answer(*(pay.line(a) for a in attempts))
    )
    kind = await own_kind(database, "ingest_bank_result", result.id)
    words = ("-m", "tests.integration.payments_process", database.app_url, kind, point)
    killed = await asyncio.create_subprocess_exec(sys.executable, *words)
    assert await killed.wait() == -signal.SIGKILL
    states = await payment_states(begin_work, staff, at_bank.case.id)
    assert states == ["paid"] * kept + ["submitted"] * (3 - kept)
    share_fen = attempts[0].amount_fen
    held = await balances(begin_work, staff)
    assert held[AccountKind.IN_TRANSIT] == (3 - kept) * share_fen
    assert held.get(AccountKind.PREPAYMENT_RECEIVABLE, 0) == kept * share_fen
    await pay.tampered(
        database,
        "update jobs set lease_until = clock_timestamp() - interval '1 s' where kind = :kind",
        triggers=True,
        kind=kind,
    )
    worker = Worker(PaymentsRig(engine), {kind: partial(ingest_bank_result, size=1)})
    await worker.sweep()
    assert await worker.run_until_idle() == 1
    assert await payment_states(begin_work, staff, at_bank.case.id) == ["paid"] * 3
    held = await balances(begin_work, staff)
    assert held[AccountKind.PREPAYMENT_RECEIVABLE] == 3 * share_fen
    assert held[AccountKind.IN_TRANSIT] == 0
    async with begin_work(staff.handler) as work:
        outcomes = dict((await bank_result.bank_result(work, result.id)).outcomes)
    assert outcomes == {LineState.MATCHED: 3}
    assert await pay.state_of(begin_work, staff, CaseKind.BATCH, at_bank.case.id) == "reconciled"
