"""`xuetu doctor`: whether this installation can do its work, in plain lines."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from domain.party import system_actor
from service.application.doctor import Finding, examine
from service.commands.running import of_running
from service.settings import Settings
from service.wiring import open_ports


def doctor(settings: Settings) -> int:
    """Print what is well and what is not; exit 1 when a place cannot complete the road."""
    reached = of_running(settings)
    if reached is None:
        return 2
    findings = asyncio.run(_examined(reached))
    for finding in findings:
        print(f"{'ok  ' if finding.well else 'FAIL'} {finding.text.zh} · {finding.text.en}")
    return 0 if all(finding.well for finding in findings) else 1


async def _examined(settings: Settings) -> Sequence[Finding]:
    root = system_actor(bureau_org_id=UUID(int=0), region_path="/")
    async with open_ports(settings, patience_s=3) as ports, ports.begin_work(root) as work:
        return await examine(work)
