"""The doorbell on Redis, rung and heard through arq. It carries job ids and nothing else.

arq alone loses jobs on a flush, never retries an ordinary exception, drops a day-old backlog and
can run one job twice; none of that matters here, because its "job" only wakes a worker that then
asks PostgreSQL. The wire format is JSON, so that writing to Redis is not running code in workers
(arq's default is pickle).
"""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from arq.connections import ArqRedis
from arq.worker import Worker, func
from redis.asyncio import ConnectionPool

from domain.ports.jobs import Doorbell

QUEUE: Final = "xuetu:doorbell"
RINGS_MAX: Final = 1_000
"""Rings kept while Redis is slow; more are dropped, because workers poll anyway."""
PATIENCE_S: Final = 1.0

_LOG = logging.getLogger(__name__)


class ArqDoorbell(Doorbell):
    """Rings and hears through Redis at a `unix://`, `redis://` or `rediss://` URL.

    `ring` hands over to one background task, so that a Redis that is gone or slow costs the caller
    nothing.
    """

    def __init__(
        self, url: str, *, queue: str = QUEUE, poll_s: float = 0.1, pause_s: float = 1.0
    ) -> None:
        self._url = url
        self._queue = queue
        self._poll_s = poll_s
        self._pause_s = pause_s
        self._rings: asyncio.Queue[str] = asyncio.Queue(RINGS_MAX)
        self._ringing: asyncio.Task[None] | None = None
        self._silent = False

    async def ring(self, job_id: UUID, attempt: int) -> None:
        if self._ringing is None or self._ringing.done():
            self._ringing = asyncio.create_task(self._ring_all())
        with suppress(asyncio.QueueFull):
            self._rings.put_nowait(f"{job_id}:{attempt}")

    async def listen(self, wake: Callable[[], None]) -> None:
        while True:
            try:
                await self._hear(wake)
            except Exception as error:  # noqa: BLE001 - a broken bell must not stop a worker
                if not self._silent:
                    _LOG.warning("the doorbell is silent (%s); workers poll", type(error).__name__)
                self._silent = True
            await asyncio.sleep(self._pause_s)

    async def close(self) -> None:
        """Send the rings that wait, for a moment at most, and stop."""
        if self._ringing is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                await self._rings.join()
        await _end(self._ringing)
        self._ringing = None
        self._forget()

    async def _ring_all(self) -> None:
        redis = self._connect()
        try:
            while True:
                name = await self._rings.get()
                try:
                    async with asyncio.timeout(PATIENCE_S):
                        await redis.enqueue_job("ring", _job_id=name)
                except Exception:  # noqa: BLE001 - nor the caller; time-outs come here too
                    self._forget()
                finally:
                    self._rings.task_done()
        finally:
            await redis.aclose(close_connection_pool=True)

    def _forget(self) -> None:
        """Drop what waits: each would only fail as slowly."""
        while not self._rings.empty():
            self._rings.get_nowait()
            self._rings.task_done()

    async def _hear(self, wake: Callable[[], None]) -> None:
        """Run arq's worker until Redis dies (it exits then)."""

        async def ring(ctx: dict[Any, Any], *_: Any, **__: Any) -> None:  # noqa: ANN401, ARG001 - arq's call
            wake()

        async def hear(ctx: dict[Any, Any]) -> None:  # noqa: ARG001 - arq's call
            if self._silent:
                _LOG.info("the doorbell is heard again")
            self._silent = False
            wake()  # whatever was rung while nobody heard

        redis = self._connect()
        worker = Worker(
            functions=[func(ring, name="ring", max_tries=1)],
            queue_name=self._queue,
            redis_pool=redis,
            on_startup=hear,
            handle_signals=False,
            max_jobs=100,
            job_timeout=10,
            keep_result=0,
            max_tries=1,
            poll_delay=self._poll_s,
            health_check_interval=15,
            job_serializer=_encoded,
            job_deserializer=json.loads,
            log_results=False,
        )
        main = asyncio.create_task(worker.main())
        try:
            await asyncio.wait({main})
            main.result()
        finally:
            await _end(main, *worker.tasks.values())
            await redis.aclose(close_connection_pool=True)

    def _connect(self) -> ArqRedis:
        pool = ConnectionPool.from_url(
            self._url, socket_connect_timeout=PATIENCE_S, socket_timeout=5 * PATIENCE_S
        )
        return ArqRedis(
            pool,
            job_serializer=_encoded,
            job_deserializer=json.loads,
            default_queue_name=self._queue,
        )


async def _end(*tasks: asyncio.Task[None]) -> None:
    """Cancel tasks until they are over: redis-py sometimes swallows a cancellation (seen in 5.3),
    after which arq's worker polls for ever and the process would not stop.
    """
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=PATIENCE_S)
    await asyncio.gather(*tasks, return_exceptions=True)


def _encoded(job: dict[str, Any]) -> bytes:
    return json.dumps(job).encode()
