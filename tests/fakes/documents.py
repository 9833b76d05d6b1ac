"""Contents in memory, for tests that need no disk; `age` makes everything older."""

from collections.abc import Sequence

from domain.ports.document_store import ContentLost, DocumentStore


class FakeDocuments(DocumentStore):
    """Keeps contents by digest, with the second at which each was put on a clock of its own."""

    def __init__(self) -> None:
        self._now = 0
        self._kept: dict[bytes, tuple[int, bytes]] = {}

    async def put(self, sha256: bytes, content: bytes) -> None:
        self._kept[sha256] = (self._now, content)

    async def get(self, sha256: bytes) -> bytes:
        if sha256 not in self._kept:
            raise ContentLost(sha256.hex())
        return self._kept[sha256][1]

    async def idle(self, *, older_than_s: int, limit: int) -> Sequence[bytes]:
        aged = sorted(
            (at, digest) for digest, (at, _) in self._kept.items() if at <= self._now - older_than_s
        )
        return [digest for _, digest in aged[:limit]]

    async def remove(self, sha256: bytes, *, older_than_s: int) -> bool:
        if sha256 not in self._kept or self._kept[sha256][0] > self._now - older_than_s:
            return False
        del self._kept[sha256]
        return True

    def age(self, seconds: int) -> None:
        """Let time pass."""
        self._now += seconds
