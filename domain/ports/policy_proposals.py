"""Policy versions on their way: what was drafted, what it would change, and which filings it moved."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.policy_version import Open, PolicyProposal, Simulation


class PolicyProposals(Protocol):
    """The proposals of the actor's region, and the reports kept with them."""

    @abstractmethod
    async def add(self, proposal: PolicyProposal) -> None:
        """Store a proposal whose case has been opened."""

    @abstractmethod
    async def get(self, case: Case) -> PolicyProposal:
        """Return the proposal of a case."""

    @abstractmethod
    async def page(self, cases: Sequence[Case]) -> Sequence[PolicyProposal]:
        """Return the proposals of several cases, in their order."""

    @abstractmethod
    async def open_cases(self, proposal: PolicyProposal, *, on: date) -> Open:
        """Gather the open cases a version would touch if it became active on a day."""

    @abstractmethod
    async def keep_simulation(self, proposal: PolicyProposal, report: Simulation) -> None:
        """Keep a report with its proposal."""

    @abstractmethod
    async def latest_simulation(self, case: Case) -> tuple[Simulation, datetime] | None:
        """Return the report kept last and when, None when there is none."""

    @abstractmethod
    async def move(self, filing: Case, *, to: UUID, from_: UUID) -> None:
        """Record that a signed document moves a filing to its version."""

    @abstractmethod
    async def moved_to(self, filing: Case) -> UUID | None:
        """Return the version a filing was moved to last, None when it was not moved."""
