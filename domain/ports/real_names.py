"""A real-name service: the card-holder base of the social security card, or a simulator (SYS-13, SYS-14)."""

from abc import abstractmethod
from typing import Protocol

from domain.real_name import RealNameReply


class RealNames(Protocol):
    """Compares a name with a citizen id. Never called inside a transaction."""

    @property
    @abstractmethod
    def name(self) -> str:
        """The service's name, as recorded answers show it."""

    @abstractmethod
    async def ask(self, name: str, citizen_id: str, request_id: str) -> RealNameReply:
        """Ask about one person; the same request again is the same question, and answered alike.

        Never raises: a service that cannot be reached is `unavailable`, without a reference.
        """
