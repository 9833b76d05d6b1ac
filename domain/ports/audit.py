"""The audit trail's ports: recording, sealing, and keeping checkpoints elsewhere."""

from abc import abstractmethod
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from domain.audit import ROOT, Act, AuditEntry, Head, Link
from domain.audit_checkpoint import SignedCheckpoint


class AuditTrail(Protocol):
    """Records acts in the transaction that commits them, at the latest as it does."""

    @abstractmethod
    async def record(self, act: Act) -> None:
        """Record one act of the transaction's actor, and queue its entry for the sealer."""

    @abstractmethod
    async def record_all(self, acts: Sequence[Act]) -> None:
        """Record several acts as one set, an entry each."""


class AuditChain(Protocol):
    """The chains, for the one sealer, checkpoints and exports.

    One transaction of the system person; it sees the region it was opened for, and below.
    """

    @property
    @abstractmethod
    def now(self) -> datetime:
        """The instant of this transaction by the database's own clock, which no sandbox moves."""

    @abstractmethod
    async def try_lock(self) -> bool:
        """Become the database's one sealer until the transaction ends; False when another is."""

    @abstractmethod
    async def next_unsealed(self, limit: int) -> Sequence[AuditEntry]:
        """Return committed, unsealed entries, longest waiting first. Empty when nothing waits."""

    @abstractmethod
    async def heads(self, regions: Collection[str] | None = None) -> Mapping[str, Head]:
        """Return the last link of these regions' chains (None: of all); no key where none is."""

    @abstractmethod
    async def append(self, links: Sequence[Link]) -> None:
        """Insert links and take their entries off the queue.

        The database refuses a second link of an entry, a gap, and a link to another predecessor.
        """

    @abstractmethod
    async def oldest_unsealed_age_s(self) -> int | None:
        """Return the whole seconds the longest waiting entry has waited; None when none waits."""

    @abstractmethod
    def sealed(self, region_path: str) -> AsyncIterator[tuple[Link, AuditEntry | None]]:
        """Stream one region's own chain by sequence; None where a link's entry is gone."""

    @abstractmethod
    async def commit(self) -> None:
        """Keep what was appended. Leaving without it keeps nothing, and frees the lock."""


class OpenAuditChain(Protocol):
    """Opens the chains of a region and below; `/` is all of them."""

    @abstractmethod
    def __call__(self, region_path: str = ROOT) -> AbstractAsyncContextManager[AuditChain]:
        """Open one transaction."""


class Checkpoints(Protocol):
    """Signed checkpoints, kept outside the database."""

    @abstractmethod
    async def keep(self, checkpoint: SignedCheckpoint) -> str:
        """Keep one for good and return where. Never overwrites one."""

    @abstractmethod
    async def latest(self) -> SignedCheckpoint | None:
        """Return the newest one kept here, or None."""
