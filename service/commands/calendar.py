"""`xuetu calendar load`: a published year of working days, or single days of a region."""

import asyncio
import json
import sys
from pathlib import Path
from uuid import UUID

from domain.calendar_file import CalendarFile, parse_calendar
from domain.party import system_actor
from service.application.calendar import load_calendar
from service.application.once import changed
from service.commands.running import of_running
from service.settings import Settings
from service.wiring import open_ports


def load(settings: Settings, file: Path) -> int:
    """Check the file whole, then store it; a fault stores nothing."""
    try:
        written = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        print(f"xuetu: {file}: {error}", file=sys.stderr)
        return 2
    parsed = parse_calendar(written)
    reached = of_running(settings)
    if reached is None:
        return 2
    days = asyncio.run(_loaded(reached, parsed))
    print(f"已载入 {days} 天 · {days} days loaded")
    return 0


async def _loaded(settings: Settings, parsed: CalendarFile) -> int:
    root = system_actor(bureau_org_id=UUID(int=0), region_path="/")
    async with open_ports(settings, patience_s=3) as ports:
        return await changed(
            root,
            lambda work: load_calendar(work, parsed),
            begin_work=ports.begin_work,
            doorbell=ports.doorbell,
        )
