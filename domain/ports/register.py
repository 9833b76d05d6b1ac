"""Registers of certificates: asked for a whole set, or for one declaration at a time."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.certificate import Agreement, DeclaredCertificate, Extract


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A chunk of declarations that was examined. `last_id` is None when nothing was left."""

    last_id: UUID | None
    declarations: int
    findings: int


class Register(Protocol):
    """A register that answers for sets: a loaded extract, beside the declarations."""

    @abstractmethod
    async def examine(
        self, case: Case, extract: Extract, *, after: UUID | None, limit: int
    ) -> Examined:
        """Compare up to `limit` declarations of a settlement that have a number, by id after the given one.

        Each declaration gets one finding for one extract, however often it is examined. The
        declarations of a submitted settlement never change, which is what makes an id a place to go
        on from.
        """


class Registry(Protocol):
    """A register that is asked one declaration at a time: live, or a simulator."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The register's name, as findings show it."""

    @abstractmethod
    async def ask(self, declaration: DeclaredCertificate) -> Agreement | None:
        """Compare one declaration; None when there is no answer, which is held against nobody."""
