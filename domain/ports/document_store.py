"""Where the contents of documents are kept: by their SHA-256, once each, sealed, never changed."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol


class ContentLost(Exception):
    """A content that is on file cannot be given back whole: missing, changed, or sealed with a lost key."""


class DocumentStore(Protocol):
    """Contents outside the database. What no row names may be removed; nothing else ever is."""

    @abstractmethod
    async def put(self, sha256: bytes, content: bytes) -> None:
        """Keep a content durably under its digest. Putting it again keeps the one, as young as new."""

    @abstractmethod
    async def get(self, sha256: bytes) -> bytes:
        """Return a content whole, or raise `ContentLost`."""

    @abstractmethod
    async def idle(self, *, older_than_s: int, limit: int) -> Sequence[bytes]:
        """Return digests of contents put longest ago, none of them younger than so many seconds."""

    @abstractmethod
    async def remove(self, sha256: bytes, *, older_than_s: int) -> bool:
        """Remove a content unless it was put (again) within so many seconds; say whether it is gone."""
