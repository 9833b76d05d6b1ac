"""Who is asking: passwords, sessions, and the actor behind a bearer token."""

from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.party import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSession:
    """A session just opened. `token` is told once and kept only as a hash."""

    token: str
    actor: Actor
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLimit:
    """How many wrong passwords one account name may be tried with, and in how many minutes.

    Beyond that every attempt is refused, the right password too, until the minutes since the first
    have passed.
    """

    failures: int
    minutes: int


class Passwords(Protocol):
    """Password hashing (argon2id)."""

    @abstractmethod
    def hashed(self, password: str) -> str:
        """Return the hash to keep."""

    @abstractmethod
    def holds(self, password: str, password_hash: str | None) -> bool:
        """Say whether the password is the hashed one. Takes as long for an unknown account (None)."""


class Authenticator(Protocol):
    """Finds the actor behind a bearer token."""

    @abstractmethod
    async def actor_of(self, token: str) -> Actor | None:
        """Return the actor of a live session, or None. A revoked one is dead at once."""


class Sessions(Authenticator, Protocol):
    """Opaque, revocable bearer tokens."""

    @abstractmethod
    async def open(self, account_name: str, password: str) -> OpenedSession | None:
        """Open a session, or return None for a wrong name or password, whichever it was.

        Refuses `too_many_sign_ins` with the seconds to wait, for known and unknown names alike.
        """

    @abstractmethod
    async def revoke(self, token: str) -> None:
        """End a session at once."""
