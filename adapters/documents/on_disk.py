"""Contents on disk: one sealed file each, its path made of its SHA-256 and of nothing else.

A file is `XTD1`, then parts of one mebibyte sealed with SM4-GCM, each bound to the digest, its number
and to being the last. It is written beside its place, flushed, and renamed into it, so that a name
never stands for half a content. Files are readable by their owner and never executable.
"""

import asyncio
import fcntl
import hashlib
import os
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

from domain.ports.crypto import Crypto, SealBroken
from domain.ports.document_store import ContentLost, DocumentStore

MAGIC: Final = b"XTD1"
PART: Final = 1024 * 1024
OVERHEAD: Final = 31
"""Bytes that sealing adds to a part."""
DRAFT: Final = ".draft"


class DiskDocuments(DocumentStore):
    """A folder of contents, shared by every process of an installation."""

    def __init__(self, folder: Path, crypto: Crypto) -> None:
        self._folder = folder
        self._crypto = crypto

    async def put(self, sha256: bytes, content: bytes) -> None:
        await asyncio.to_thread(self._put, sha256, content)

    async def get(self, sha256: bytes) -> bytes:
        return await asyncio.to_thread(self._get, sha256)

    async def idle(self, *, older_than_s: int, limit: int) -> Sequence[bytes]:
        return await asyncio.to_thread(self._idle, older_than_s, limit)

    async def remove(self, sha256: bytes, *, older_than_s: int) -> bool:
        return await asyncio.to_thread(self._remove, sha256, older_than_s)

    def _path(self, sha256: bytes) -> Path:
        name = sha256.hex()
        return self._folder / name[:2] / name

    def _put(self, sha256: bytes, content: bytes) -> None:
        path = self._path(sha256)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._locked(fcntl.LOCK_SH):
            if path.exists():
                os.utime(path)
                return
            draft = path.with_name(f"{path.name}.{uuid4().hex}{DRAFT}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(MAGIC)
                    for part in self._sealed(sha256, content):
                        file.write(part)
                    file.flush()
                    os.fsync(file.fileno())
                draft.replace(path)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise
            _flush_folder(path.parent)
            _flush_folder(self._folder)

    def _sealed(self, sha256: bytes, content: bytes) -> Iterator[bytes]:
        count = max(1, -(-len(content) // PART))
        for n in range(count):
            part = content[n * PART : (n + 1) * PART]
            yield self._crypto.seal_part(sha256, n, part, last=n == count - 1)

    def _get(self, sha256: bytes) -> bytes:
        try:
            with self._path(sha256).open("rb") as file:
                whole = file.read(len(MAGIC)) == MAGIC
                content = b"".join(
                    self._opened(sha256, iter(lambda: file.read(PART + OVERHEAD), b""))
                )
        except (OSError, SealBroken) as error:
            raise ContentLost(sha256.hex()) from error
        if not whole or hashlib.sha256(content).digest() != sha256:
            raise ContentLost(sha256.hex())
        return content

    def _opened(self, sha256: bytes, parts: Iterator[bytes]) -> Iterator[bytes]:
        n, part = 0, next(parts, b"")
        while part:
            following = next(parts, b"")
            yield self._crypto.open_part(sha256, n, part, last=not following)
            n, part = n + 1, following

    def _idle(self, older_than_s: int, limit: int) -> list[bytes]:
        until = time.time() - older_than_s
        aged = sorted(
            (put_at, path)
            for path in self._folder.glob("??/*")
            if (put_at := path.stat().st_mtime) <= until
        )
        found: list[bytes] = []
        for _, path in aged:
            if path.suffix == DRAFT:  # its writer died a long time ago
                path.unlink(missing_ok=True)
            elif len(found) < limit:
                found.append(bytes.fromhex(path.name))
        return found

    def _remove(self, sha256: bytes, older_than_s: int) -> bool:
        path = self._path(sha256)
        # A put of the same content makes it young under the shared lock: it is seen here or waits.
        with self._locked(fcntl.LOCK_EX):
            if not path.exists() or path.stat().st_mtime > time.time() - older_than_s:
                return False
            path.unlink()
            return True

    @contextmanager
    def _locked(self, how: int) -> Generator[None, None, None]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, how)
            yield
        finally:
            os.close(descriptor)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
