"""The doorbell on real Redis: it wakes workers, and nothing depends on it."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.arq.doorbell import QUEUE, RINGS_MAX, ArqDoorbell
from adapters.embedded.binaries import redis_program
from jobs.run import Handler, JobRun
from jobs.worker import Pace, Worker
from tests.integration.job_rig import Rig, finish

HARDLY_EVER = Pace(poll_s=3600)
OFTEN = Pace(poll_s=0.02)


class OwnRedis:
    """A Redis that a test may stop, hang and start again at the same address."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "r.sock"
        self.url = f"unix://{self._socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = redis_program()
        assert program is not None
        self._process = subprocess.Popen(
            [program, "--port", "0", "--unixsocket", self._socket, "--save", ""],
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        assert any(b"eady to accept connections" in line for line in self._process.stdout)

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


@pytest.fixture
def redis() -> Generator[OwnRedis, None, None]:
    folder = tempfile.mkdtemp(prefix="xr-")  # a socket's path has room for 107 bytes only
    server = OwnRedis(Path(folder))
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture
async def doorbell(redis: OwnRedis) -> AsyncGenerator[ArqDoorbell, None]:
    bell = ArqDoorbell(redis.url, poll_s=0.02, pause_s=0.02)
    yield bell
    await bell.close()


@pytest.fixture
async def rig(database: Any, doorbell: ArqDoorbell) -> AsyncGenerator[Rig, None]:
    engine = create_async_engine(database.app_url)
    yield Rig(engine, doorbell=doorbell)
    await engine.dispose()


@asynccontextmanager
async def working(rig: Rig, handler: Handler, pace: Pace) -> AsyncGenerator[Worker, None]:
    worker = Worker(rig, {rig.kind: handler}, pace=pace)
    async with asyncio.timeout(120), asyncio.TaskGroup() as group:
        group.create_task(worker.run())
        yield worker
        worker.stop()


class Counter:
    """Finishes jobs; `reached` is set when so many are done."""

    def __init__(self, wanted: int = 1) -> None:
        self._wanted = wanted
        self.reached = asyncio.Event()

    async def handle(self, run: JobRun) -> None:
        await finish(run)
        self._wanted -= 1
        if self._wanted == 0:
            self.reached.set()


async def test_a_ring_wakes_a_worker_that_hardly_ever_polls(rig: Rig) -> None:
    counter = Counter()
    async with working(rig, counter.handle, HARDLY_EVER):
        await rig.doorbell.ring(await rig.add(), 0)
        await counter.reached.wait()
    assert await rig.states() == {"done": 1}


async def test_a_ring_carries_the_jobs_id_and_nothing_else_and_two_alike_are_one(
    redis: OwnRedis, doorbell: ArqDoorbell
) -> None:
    job_id = uuid4()
    await doorbell.ring(job_id, 3)
    await doorbell.ring(job_id, 3)
    await doorbell.close()
    async with Redis.from_url(redis.url) as client:
        assert await client.zrange(QUEUE, 0, -1) == [f"{job_id}:3".encode()]
        keys = await client.keys("*")
        assert sorted(keys) == sorted([QUEUE.encode(), f"arq:job:{job_id}:3".encode()])
        body = json.loads(await client.get(f"arq:job:{job_id}:3"))
    assert (body["f"], body["a"], body["k"]) == ("ring", [], {})


async def test_a_heard_ring_leaves_nothing_behind(rig: Rig, redis: OwnRedis) -> None:
    counter = Counter()
    async with working(rig, counter.handle, HARDLY_EVER):
        await rig.doorbell.ring(await rig.add(), 0)
        await counter.reached.wait()
    async with Redis.from_url(redis.url) as client:
        assert await client.keys("arq:result:*") == []


async def test_flushing_redis_loses_no_job(rig: Rig, redis: OwnRedis) -> None:
    jobs = [await rig.add() for _ in range(50)]
    for job_id in jobs:
        await rig.doorbell.ring(job_id, 0)
    async with Redis.from_url(redis.url) as client:
        await client.flushall()
        counter = Counter(50)
        async with working(rig, counter.handle, OFTEN):
            await client.flushall()
            await counter.reached.wait()
    assert await rig.states() == {"done": 50}


async def test_with_redis_stopped_jobs_still_run_and_the_silence_is_said_once(
    rig: Rig, redis: OwnRedis, caplog: pytest.LogCaptureFixture
) -> None:
    redis.stop()
    counter = Counter(20)
    async with working(rig, counter.handle, OFTEN):
        for _ in range(20):
            await rig.doorbell.ring(await rig.add(), 0)
        await counter.reached.wait()
    assert await rig.states() == {"done": 20}
    assert caplog.text.count("the doorbell is silent") == 1


async def test_the_bell_is_heard_again_when_redis_comes_back(rig: Rig, redis: OwnRedis) -> None:
    heard = asyncio.Queue[None]()

    async def handle(run: JobRun) -> None:
        await finish(run)
        heard.put_nowait(None)

    async with working(rig, handle, HARDLY_EVER):
        for _ in range(3):
            await rig.doorbell.ring(await rig.add(), 0)
            await heard.get()
            redis.stop()
            await rig.doorbell.ring(await rig.add(), 0)  # nobody hears this one
            redis.start()
            await heard.get()  # the listener that comes back looks for what it missed
    assert await rig.states() == {"done": 6}


async def test_a_redis_that_hangs_costs_the_caller_nothing_and_memory_has_a_bound(
    redis: OwnRedis, doorbell: ArqDoorbell
) -> None:
    redis.send(signal.SIGSTOP)
    for number in range(3 * RINGS_MAX):
        await doorbell.ring(uuid4(), number)
    await doorbell.close()
    redis.send(signal.SIGCONT)
    async with Redis.from_url(redis.url) as client:
        assert await client.zcard(QUEUE) < RINGS_MAX


async def test_closing_a_bell_that_never_rang_does_nothing(doorbell: ArqDoorbell) -> None:
    await doorbell.close()
    await doorbell.ring(uuid4(), 0)
