"""What every worker does with contents of documents, at intervals: sweep what no row names."""

from typing import Final
from uuid import UUID

from domain.party import system_actor
from jobs.worker import Tick
from service.application.document import sweep_documents
from service.ports import WorkerPorts

SWEEP_EVERY_S: Final = 3_600.0


def document_ticks(ports: WorkerPorts) -> tuple[Tick, ...]:
    """Look every hour for contents without a row that are older than a day."""
    everywhere = system_actor(bureau_org_id=UUID(int=0), region_path="/")

    async def sweep() -> None:
        await sweep_documents(everywhere, begin_work=ports.begin_work, store=ports.documents)

    return (Tick(name="sweep_documents", every_s=SWEEP_EVERY_S, act=sweep),)
