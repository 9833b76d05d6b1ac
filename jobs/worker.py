"""The worker: leases one due job at a time and runs it, until it is told to stop.

PostgreSQL decides what is due and who has it; the doorbell only wakes the worker sooner than its
poll would.
"""

import asyncio
import logging
import secrets
import signal
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from domain.errors import Refusal
from domain.jobs import JITTER_MAX, Job, JobLost, Schedule, is_retried, wait_after
from domain.ports.jobs import Doorbell, Leases, Schedules
from domain.ports.work import BeginWork
from jobs.run import NOWHERE, Handler, JobRun, UnfinishedJob, Yielded
from service.application.crash_points import crash_point
from service.application.jobs import open_due_periods, sweep_jobs

_LOG = logging.getLogger(__name__)


class WorkerPorts(Protocol):
    """The part of the product's ports that a worker uses."""

    @property
    def begin_work(self) -> BeginWork: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def schedules(self) -> Schedules: ...
    @property
    def doorbell(self) -> Doorbell: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long things take, in seconds. Tests shorten it."""

    lease_s: float = 30.0
    poll_s: float = 2.0
    sweep_s: float = 5.0
    schedule_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Housekeeping that every worker does at an interval; it must bear being done twice at once."""

    name: str
    every_s: float
    act: Callable[[], Awaitable[object]]


def _random_jitter() -> int:
    return secrets.randbelow(JITTER_MAX)


class Worker:
    """Runs the jobs that it has handlers for. Kinds unknown to it stay for a worker that knows
    them.
    """

    def __init__(
        self,
        ports: WorkerPorts,
        handlers: Mapping[str, Handler],
        *,
        schedules: Sequence[Schedule] = (),
        ticks: Sequence[Tick] = (),
        slots: int = 1,
        pace: Pace = Pace(),
        jitter: Callable[[], int] = _random_jitter,
    ) -> None:
        unhandled = sorted({schedule.kind for schedule in schedules} - handlers.keys())
        if unhandled:
            msg = f"schedules without a handler: {', '.join(unhandled)}"
            raise ValueError(msg)
        self._ports = ports
        self._handlers = handlers
        self._slots = slots
        self._pace = pace
        self._lease = timedelta(seconds=pace.lease_s)
        self._jitter = jitter
        self._bell = asyncio.Event()
        self.stopping = asyncio.Event()
        """Set once the worker has been told to stop."""
        self._ticks = (
            Tick(name="sweep", every_s=pace.sweep_s, act=self.sweep),
            Tick(name="schedule", every_s=pace.schedule_s, act=self.open_periods),
            *ticks,
        )
        self._schedules = schedules

    async def run(self) -> None:
        """Work until `stop`; then finish the running chunks, release their leases and return."""
        async with asyncio.TaskGroup() as group:
            listening = group.create_task(self._ports.doorbell.listen(self._bell.set))
            for tick in self._ticks:
                group.create_task(self._tick(tick))
            await asyncio.wait([group.create_task(self._serve()) for _ in range(self._slots)])
            listening.cancel()

    async def run_until_signalled(self) -> None:
        """`run`, stopped by SIGTERM or SIGINT."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        try:
            await self.run()
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    def stop(self) -> None:
        """Take no further job; a large job ends after its running chunk."""
        self.stopping.set()
        self._bell.set()

    async def run_until_idle(self) -> int:
        """Run due jobs until none is left; return how many ran."""
        count = 0
        while await self.run_once():
            count += 1
        return count

    async def run_once(self) -> bool:
        """Lease and run the job that has been due longest; return whether there was one."""
        job = await self._ports.leases.claim(self._handlers.keys(), self._lease)
        if job is None:
            return False
        crash_point("job.after_claim")
        try:
            await self._handle(job)
        except Yielded:
            await self._ports.leases.release(job)
        except asyncio.CancelledError:
            await self._ports.leases.release(job)
            raise
        except JobLost:
            _LOG.warning("job %s (%s) was lost to another lease; rolled back", job.id, job.kind)
        except Refusal as refusal:
            await self._refused(job, refusal)
        except Exception as error:  # noqa: BLE001 - unknown means: try again, to the last attempt
            await self._failed(job, type(error).__name__, _where(error))
        return True

    async def sweep(self) -> None:
        """Offer what other workers left behind, and bury what died."""
        for offer in await sweep_jobs(leases=self._ports.leases, doorbell=self._ports.doorbell):
            if offer.dead:
                _LOG.error(
                    "job %s (%s) is dead: lease ran out on its last try", offer.id, offer.kind
                )

    async def open_periods(self) -> None:
        """Open the days that schedules owe by the business clock, which a sandbox can move."""
        if not self._schedules:
            return
        async with self._ports.begin_work(NOWHERE) as work:
            now = work.now
        await open_due_periods(
            self._schedules,
            schedules=self._ports.schedules,
            now=now,
            doorbell=self._ports.doorbell,
        )

    async def _serve(self) -> None:
        while not self.stopping.is_set():
            self._bell.clear()  # before looking, so that a ring in between is not lost
            try:
                busy = await self.run_once()
            except Exception as error:  # noqa: BLE001 - the database is away; leases bring work back
                _LOG.warning("jobs are out of reach: %s at %s", type(error).__name__, _where(error))
                busy = False
            if not busy:
                await _at_most(self._pace.poll_s, self._bell)

    async def _handle(self, job: Job) -> None:
        # A handler that outlives its lease is cut off, or the slot would hang on work it has lost.
        async with asyncio.timeout(self._pace.lease_s) as deadline:
            run = JobRun(
                job,
                begin_work=self._ports.begin_work,
                lease=self._lease,
                deadline=deadline,
                stopping=self.stopping,
            )
            await self._handlers[job.kind](run)
            if not run.is_finished:
                raise UnfinishedJob

    async def _refused(self, job: Job, refusal: Refusal) -> None:
        if is_retried(refusal):
            at_least_s = refusal.retry_after_s or 0
            await self._failed(job, refusal.code, "a refusal", at_least_s=at_least_s)
            return
        _LOG.warning("job %s (%s) was refused: %s", job.id, job.kind, refusal.code)
        await self._ports.leases.refuse(job, refusal.code)

    async def _failed(self, job: Job, error: str, where: str, *, at_least_s: int = 0) -> None:
        wait = wait_after(job.attempt, jitter=self._jitter(), at_least_s=at_least_s)
        dead = await self._ports.leases.retry(job, error, wait)
        _LOG.log(
            logging.ERROR if dead else logging.WARNING,
            "job %s (%s) failed: %s at %s, attempt %d of %d; %s",
            job.id,
            job.kind,
            error,
            where,
            job.attempt,
            job.attempts_max,
            "dead" if dead else f"again in {wait}",
        )

    async def _tick(self, tick: Tick) -> None:
        while not self.stopping.is_set():
            try:
                await tick.act()
            except Exception as error:  # noqa: BLE001 - housekeeping is tried again at the next interval
                _LOG.warning("%s failed: %s at %s", tick.name, type(error).__name__, _where(error))
            await _at_most(tick.every_s, self.stopping)


async def _at_most(seconds: float, event: asyncio.Event) -> None:
    """Wait for the event, or for the time."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


def _where(error: Exception) -> str:
    """Name the line that raised. Never the message: drivers put row values into theirs."""
    frames = traceback.extract_tb(error.__traceback__, limit=-1)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "unknown"
