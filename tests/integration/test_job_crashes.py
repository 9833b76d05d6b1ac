"""A worker killed with SIGKILL at each named point: all or nothing, and nothing doubled."""

import asyncio
import signal
import sys
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from jobs.worker import Worker
from tests.integration.job_rig import Rig, count_to_five, finish


@pytest.fixture
async def rig(database: Any) -> AsyncGenerator[Rig, None]:
    engine = create_async_engine(database.app_url)
    yield Rig(engine)
    await engine.dispose()


@pytest.mark.parametrize(
    ("point", "state_left", "chunks_kept"),
    [
        ("job.after_claim", "leased", 0),
        ("job.after_chunk_effect", "leased", 0),
        ("job.after_chunk_effect:3", "leased", 2),
        ("job.after_chunk:2", "leased", 2),
        ("job.after_effect", "leased", 4),
        ("job.after_commit", "done", 5),
    ],
)
async def test_a_killed_worker_leaves_whole_chunks_and_another_does_the_rest_once(
    rig: Rig, database: Any, point: str, state_left: str, chunks_kept: int
) -> None:
    job_id = await rig.add()
    words = ("-m", "tests.integration.job_process", database.app_url, rig.kind, point)
    killed = await asyncio.create_subprocess_exec(sys.executable, *words)
    assert await killed.wait() == -signal.SIGKILL
    row = await rig.row(job_id)
    assert row.state == state_left
    assert int(row.cursor or "0") == min(chunks_kept, 4)
    chunks = Rig(rig.engine, kind=f"{rig.kind}_chunk")
    assert (await chunks.states()).get("ready", 0) == chunks_kept
    if state_left == "leased":
        await rig.expire(job_id)
    worker = Worker(rig, {rig.kind: count_to_five})
    await worker.sweep()
    assert await worker.run_until_idle() == (state_left == "leased")
    assert (await rig.row(job_id)).state == "done"
    assert await Worker(rig, {chunks.kind: finish}).run_until_idle() == 5
