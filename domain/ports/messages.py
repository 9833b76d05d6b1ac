"""Messages to people outside: SMS, e-mail, the government portal's inbox."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.errors import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to an organisation. It names what waits and where, and holds no personal data."""

    id: UUID
    to_org_id: UUID
    to_name: str
    subject: Text
    reference: str
    path: str


class Messages(Protocol):
    """Hands messages to a provider."""

    @abstractmethod
    async def send(self, message: Message) -> None:
        """Hand a message over; the same id again is the same message. Raises OSError to be retried."""
