"""One worker process: `python -m jobs`."""

import asyncio

from jobs.documents import document_ticks
from jobs.handlers import handlers
from jobs.housekeeping import audit_ticks
from jobs.schedule import SCHEDULES
from jobs.worker import Pace, Worker
from service.lifeline import hold_lifeline
from service.logs import configure_logs, level_of
from service.settings import Settings, read_settings
from service.wiring import open_worker_ports


async def work(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT."""
    hold_lifeline()
    async with open_worker_ports(settings) as ports:
        worker = Worker(
            ports,
            handlers(
                ports.chunk_rows,
                ports.messages,
                ports.documents,
                ports.real_names,
                ports.training_register,
            ),
            schedules=SCHEDULES,
            ticks=(*audit_ticks(ports), *document_ticks(ports)),
            # A clock that somebody sets jumps over days: what falls due then is not waited for.
            pace=Pace(schedule_s=2.0) if settings.clock == "stored" else Pace(),
        )
        await worker.run_until_signalled()


def main() -> None:
    """Run one worker."""
    settings = read_settings()
    configure_logs(level=level_of(settings.log_level))
    asyncio.run(work(settings))


if __name__ == "__main__":
    main()
