"""Audit checkpoints as files, one each, in a folder outside the database.

In production the folder lies on storage that the database's administrators do not reach (write-once
storage, or the auditor's own machine); every file may also be sent to the auditor as it is.
"""

import asyncio
import os
from pathlib import Path

from domain.audit import instant
from domain.audit_checkpoint import SignedCheckpoint, checkpoint_of, checkpoint_text
from domain.ports.audit import Checkpoints


class FileCheckpoints(Checkpoints):
    """Files named by the instant they were taken, so that names sort by time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, checkpoint: SignedCheckpoint) -> str:
        return await asyncio.to_thread(self._write, checkpoint)

    async def latest(self) -> SignedCheckpoint | None:
        return await asyncio.to_thread(self._read_latest)

    def _write(self, checkpoint: SignedCheckpoint) -> str:
        self._folder.mkdir(parents=True, exist_ok=True)
        name = instant(checkpoint.checkpoint.taken_at).replace(":", "").replace(".", "-")
        path = self._folder / f"{name}.json"
        draft = self._folder / f".{name}.{os.getpid()}"
        with draft.open("w", encoding="ascii") as file:
            file.write(checkpoint_text(checkpoint))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # refuses to replace a checkpoint of the same instant
        finally:
            draft.unlink()
        return str(path)

    def _read_latest(self) -> SignedCheckpoint | None:
        names = sorted(self._folder.glob("*.json"))
        return checkpoint_of(names[-1].read_text("ascii")) if names else None
