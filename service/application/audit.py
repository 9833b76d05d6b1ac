"""Sealing, checkpointing, exporting and verifying the audit trail."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from domain.audit import ALARM_AFTER_S, ROOT, Sm3, linked
from domain.audit_checkpoint import Checkpoint, SignatureHolds, checkpoint_of, signed
from domain.audit_export import header_line, record_line
from domain.audit_verification import Verdict, verify
from domain.ports.audit import Checkpoints, OpenAuditChain
from domain.ports.crypto import CheckpointKeys

SEAL_AT_ONCE: Final = 1_000
"""Entries sealed in one transaction: some 50 ms of digests, far under every lock timeout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealerHealth:
    """What readiness and metrics say of the sealer."""

    oldest_unsealed_age_s: int | None
    alarm: bool


async def seal_audit(open_chain: OpenAuditChain, *, sm3: Sm3, limit: int = SEAL_AT_ONCE) -> int:
    """Chain the entries that wait, and return how many; 0 too when another sealer is at work.

    One transaction. Call again at once when `limit` came back, else when something was recorded.
    """
    async with open_chain() as chain:
        if not await chain.try_lock():
            return 0
        entries = await chain.next_unsealed(limit)
        if not entries:
            return 0
        heads = await chain.heads({entry.region_path for entry in entries})
        await chain.append(linked(entries, heads, sealed_at=chain.now, sm3=sm3))
        await chain.commit()
    return len(entries)


async def checkpoint_audit(
    open_chain: OpenAuditChain, *, checkpoints: Checkpoints, keys: CheckpointKeys
) -> str | None:
    """Sign the heads of all chains and keep them outside the database; return where.

    None when nothing was sealed since the latest checkpoint. Due every five minutes.
    """
    async with open_chain() as chain:
        heads, now = await chain.heads(), chain.now
    latest = await checkpoints.latest()
    if not heads or (latest is not None and latest.checkpoint.heads == heads):
        return None
    checkpoint = Checkpoint(taken_at=now, heads=heads)
    return await checkpoints.keep(signed(checkpoint, keys.sign))


async def sealer_health(open_chain: OpenAuditChain) -> SealerHealth:
    """Say how long the oldest entry waits, and whether that is an alarm."""
    async with open_chain() as chain:
        age = await chain.oldest_unsealed_age_s()
    return SealerHealth(oldest_unsealed_age_s=age, alarm=age is not None and age > ALARM_AFTER_S)


async def export_audit(
    open_chain: OpenAuditChain, *, region_path: str = ROOT
) -> AsyncIterator[str]:
    """Stream the chains of a region and below as JSON lines (`xuetu audit export`)."""
    async with open_chain(region_path) as chain:
        yield header_line(region_path, chain.now)
        regions = [path for path in await chain.heads() if path.startswith(region_path)]
        for region in sorted(regions):
            async for link, entry in chain.sealed(region):
                yield record_line(link, entry)


def verify_audit(
    lines: Iterable[str],
    *,
    checkpoints: Sequence[str],
    public_key: bytes,
    sm3: Sm3,
    signature_holds: SignatureHolds,
) -> Verdict:
    """Verify an export offline against the texts of checkpoints (`xuetu audit verify`).

    `public_key` comes from the auditor's own records: one found beside the export, or on the
    server that is being audited, proves nothing. Raises `CheckpointUnreadable`.
    """
    return verify(
        lines,
        checkpoints=[checkpoint_of(text) for text in checkpoints],
        public_key=public_key,
        sm3=sm3,
        signature_holds=signature_holds,
    )


def verdict_lines(verdict: Verdict) -> list[str]:
    """Say a verdict in Chinese and English, one line each: what `xuetu audit verify` prints."""
    scope, chains, records = verdict.region_path, verdict.chains, verdict.records
    proved = verdict.anchored
    seen = [
        f"范围 {scope}：{chains} 条链，{records} 条记录，其中 {proved} 条由检查点证明。",
        f"Scope {scope}: {chains} chains, {records} records, {proved} proved by a checkpoint.",
    ]
    if verdict.broken is None:
        return [*seen, "未发现篡改。", "No tampering found."]
    return [*seen, f"发现篡改：{verdict.broken.text.zh}", f"TAMPERED: {verdict.broken.text.en}"]
