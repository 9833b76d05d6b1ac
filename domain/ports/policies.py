"""Policy packs: the standards that come with the product, and the national floor."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from domain.policy import Floor, Standard
from domain.policy.overlay import Overlay


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One pack: the standard, the document it was read from, and the document's bytes."""

    standard: Standard
    document: Mapping[str, Any]
    source: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayPack:
    """One pack of a region's additions: the overlay, and the document's bytes."""

    overlay: Overlay
    source: bytes


class PolicyPacks(Protocol):
    """The packs, read once; a pack with a fault stops the program instead of being left out."""

    @abstractmethod
    def all(self) -> Sequence[Pack]:
        """Return every pack, by id."""

    @abstractmethod
    def get(self, pack_id: str) -> Pack | None:
        """Return one pack, None when there is none of that id."""

    @abstractmethod
    def overlays(self) -> Sequence[OverlayPack]:
        """Return every overlay that comes with the product, by id."""

    @abstractmethod
    def floors(self) -> Sequence[Floor]:
        """Return the steps of the national floor, oldest first."""
