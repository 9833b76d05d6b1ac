"""Policy versions on file: what a place pays, when, to whom; effective-dated and never edited."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from domain.policy.overlay import Overlay
from domain.policy.standard import Standard


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    """One version of a standard as loaded: `digest` is that of its text."""

    id: UUID
    version: int
    region_path: str
    digest: bytes
    standard: Standard


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
        """Return the overlay in force of the place itself, or `DEFAULT_OVERLAY` where it has none."""

    @abstractmethod
    async def add(self, version_id: UUID, standard: Standard, source: bytes) -> bool:
        """Store a standard unless its newest version has the same text. Say whether it was stored."""

    @abstractmethod
    async def all(self) -> Sequence[PolicyVersion]:
        """Return every version, by pack and version."""
