"""What every worker does beside its jobs, at intervals: seal the audit trail, take checkpoints."""

from collections.abc import Sequence

from jobs.worker import Tick
from service.application.audit import checkpoint_audit, seal_audit
from service.ports import WorkerPorts

SEAL_EVERY_S = 1.0
CHECKPOINT_EVERY_S = 300.0


def audit_ticks(ports: WorkerPorts) -> Sequence[Tick]:
    """Seal every second, sign and keep the heads every five minutes (reliability S10)."""

    async def seal() -> None:
        await seal_audit(ports.open_audit_chain, sm3=ports.crypto.sm3)

    async def checkpoint() -> None:
        await checkpoint_audit(
            ports.open_audit_chain, checkpoints=ports.checkpoints, keys=ports.checkpoint_keys
        )

    return (
        Tick(name="seal_audit", every_s=SEAL_EVERY_S, act=seal),
        Tick(name="checkpoint_audit", every_s=CHECKPOINT_EVERY_S, act=checkpoint),
    )
