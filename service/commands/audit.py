"""`xuetu audit`: export the trail, verify an export offline, print the key that auditors keep."""

import asyncio
import sys
from pathlib import Path

from domain.audit_checkpoint import CheckpointUnreadable
from service.application.audit import export_audit, verdict_lines, verify_audit
from service.commands.running import of_running
from service.settings import Settings
from service.wiring import digest_of, holds_signature, open_worker_ports, public_key_of


def export(settings: Settings, *, region_path: str) -> int:
    """Write the chains of a region and below to standard output as JSON lines."""

    reached = of_running(settings)
    if reached is None:
        return 2

    async def stream() -> None:
        async with open_worker_ports(reached) as ports:
            async for line in export_audit(ports.open_audit_chain, region_path=region_path):
                print(line, end="" if line.endswith("\n") else "\n")

    asyncio.run(stream())
    return 0


def verify(path: str, *, checkpoints: list[str], public_key: str) -> int:
    """Verify an export against checkpoints; exit 1 naming the first broken record."""
    try:
        texts = [Path(name).read_text("utf-8") for name in checkpoints]
        with Path(path).open(encoding="utf-8") as lines:
            verdict = verify_audit(
                lines,
                checkpoints=texts,
                public_key=bytes.fromhex(public_key),
                sm3=digest_of,
                signature_holds=holds_signature,
            )
    except (OSError, ValueError, CheckpointUnreadable) as error:
        print(f"xuetu: {error}", file=sys.stderr)
        return 2
    print("\n".join(verdict_lines(verdict)))
    return 0 if verdict.broken is None else 1


def public_key(settings: Settings) -> int:
    """Print the public key of this installation's checkpoints, for the auditor's own records."""
    print(public_key_of(settings).hex())
    return 0
