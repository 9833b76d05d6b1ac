"""Joint classes on file, their published plans, and the seats their filings take."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.joint_class import JointClass, JointClassPlan


class JointClasses(Protocol):
    """The joint classes the actor may see, and every confirmed plan: plans are public."""

    @abstractmethod
    async def add(self, joint: JointClass) -> None:
        """Store the plan of a case that was just opened."""

    @abstractmethod
    async def get(self, case: Case) -> JointClass:
        """Return the joint class of a case, with its head-counts."""

    @abstractmethod
    async def publish(self, joint: JointClass) -> None:
        """Publish the plan of a class that was just confirmed; from now on filings join it."""

    @abstractmethod
    async def plan(self, joint_class_id: UUID) -> JointClassPlan | None:
        """Return a published plan, or None where there is none."""

    @abstractmethod
    async def plans(
        self, *, region_path: str | None, after: UUID | None, limit: int
    ) -> Sequence[JointClassPlan]:
        """Return up to `limit` published plans by id, of one region where it is named."""

    @abstractmethod
    async def take_seats(self, joint_class_id: UUID, filing_id: UUID, people: int) -> int:
        """Take a filing's seats (none gives them back) and return how many people the class then has."""

    @abstractmethod
    async def filings(self, place_id: UUID, joint_class_id: UUID) -> Sequence[UUID]:
        """Return the filings of a place's class that the actor sees."""
