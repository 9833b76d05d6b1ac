"""Review requests of enterprises."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol

from domain.cases import Case
from domain.review_request import ReviewRequest


class ReviewRequests(Protocol):
    """The review requests the actor may see."""

    @abstractmethod
    async def add(self, request: ReviewRequest) -> None:
        """Store a request; refuses `review_already_requested`."""

    @abstractmethod
    async def get(self, case: Case) -> ReviewRequest:
        """Return the request of a case."""

    @abstractmethod
    async def undecided_over(self, recovery: Case) -> bool:
        """Tell whether a review of a recovery waits for its decision."""

    @abstractmethod
    async def page(self, cases: Sequence[Case]) -> Sequence[ReviewRequest]:
        """Return the requests of these cases, in their order."""
