"""Policy versions on file: what a place pays, when, to whom; effective-dated and never edited."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from domain.cases import Case
from domain.policy.overlay import Overlay
from domain.policy.standard import Standard
from domain.policy_version import Kind, PolicyProposal


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    """One version of a standard as loaded or signed: `digest` is that of its text.

    `source` is `pack` where the installation loaded it, signed by nobody, and `case` where two
    departments signed; then the case has the version's id.
    """

    id: UUID
    version: int
    region_path: str
    digest: bytes
    standard: Standard
    source: str = "pack"


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayVersion:
    """One version of a region's additions, as loaded or signed."""

    id: UUID
    version: int
    region_path: str
    digest: bytes
    overlay: Overlay
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A version of the same region and kind; `used` when a filing goes by it."""

    id: UUID
    pack_id: str
    valid_from: date
    used: bool


class PolicyVersions(Protocol):
    """The standards in force somewhere, some time."""

    @abstractmethod
    async def get(self, version_id: UUID) -> PolicyVersion:
        """Return the version, or refuse with `not_found`."""

    @abstractmethod
    async def in_force(self, region_path: str, on: date) -> PolicyVersion:
        """Return the nearest standard going up from the region; refuses `no_policy_in_force`."""

    @abstractmethod
    async def overlay(self, region_path: str, on: date) -> Overlay:
        """Return the nearest overlay going up from the region, or `DEFAULT_OVERLAY` where there is none."""

    @abstractmethod
    async def overlay_version(self, region_path: str, on: date) -> OverlayVersion | None:
        """Return the version of that overlay, None where the default holds."""

    @abstractmethod
    async def of_settlement(self, settlement: Case) -> PolicyVersion | None:
        """Return the version in force on the day a settlement was submitted, if there is one."""

    @abstractmethod
    async def document(self, version_id: UUID) -> Mapping[str, Any]:
        """Return a version's text as it was written, or refuse with `not_found`."""

    @abstractmethod
    async def rivals(self, kind: Kind, region_path: str) -> Sequence[Rival]:
        """Return the versions of one region and kind; until the transaction ends none is added."""

    @abstractmethod
    async def owner_of(self, pack_id: str) -> tuple[Kind, str] | None:
        """Return whose id this is: the kind and region path of its versions, None when it is free."""

    @abstractmethod
    async def add(self, version_id: UUID, standard: Standard, source: bytes) -> bool:
        """Store a standard unless its newest version has the same text or was signed; say whether it was."""

    @abstractmethod
    async def add_overlay(self, version_id: UUID, overlay: Overlay, source: bytes) -> bool:
        """Store an overlay unless its newest version has the same text or was signed; say whether it was."""

    @abstractmethod
    async def activate(self, proposal: PolicyProposal) -> None:
        """Put a version on file that both departments have signed; refuses `policy_id_taken`."""

    @abstractmethod
    async def overlays(self) -> Sequence[OverlayVersion]:
        """Return every version of every overlay, by id and version."""

    @abstractmethod
    async def all(self) -> Sequence[PolicyVersion]:
        """Return every version, by pack and version."""
