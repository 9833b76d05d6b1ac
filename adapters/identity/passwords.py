"""Passwords as argon2id (argon2-cffi, its own recommended parameters)."""

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from domain.ports.identity import Passwords


class Argon2Passwords(Passwords):
    """argon2id hashes. An unknown account costs as much as a wrong password."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash("nobody signs in with this")

    def hashed(self, password: str) -> str:
        return self._hasher.hash(password)

    def holds(self, password: str, password_hash: str | None) -> bool:
        try:
            self._hasher.verify(password_hash or self._nobody, password)
        except VerificationError:
            return False
        return password_hash is not None
