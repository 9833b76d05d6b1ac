"""One worker process: `python -m jobs`."""

import asyncio

from jobs.handlers import handlers
from jobs.housekeeping import audit_ticks
from jobs.schedule import SCHEDULES
from jobs.worker import Worker
from service.lifeline import hold_lifeline
from service.logs import configure_logs
from service.settings import read_settings
from service.wiring import open_worker_ports


async def work() -> None:
    """Work until SIGTERM or SIGINT."""
    hold_lifeline()
    async with open_worker_ports(read_settings()) as ports:
        worker = Worker(
            ports, handlers(ports.chunk_rows), schedules=SCHEDULES, ticks=audit_ticks(ports)
        )
        await worker.run_until_signalled()


def main() -> None:
    """Run one worker."""
    configure_logs()
    asyncio.run(work())


if __name__ == "__main__":
    main()
