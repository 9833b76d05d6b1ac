"""Sealing, blind indexes and digests: software here, a certified module in production (DESIGN 4).

A sealed value is SM4-GCM ciphertext bound to its table, column and row id: moved elsewhere, or
changed by one bit, it does not open. A blind index is the HMAC-SM3 of a normalised value under one
key per kind of value, the same in every table, because joins and once-ever constraints compare it.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Final, Protocol
from uuid import UUID

from domain.masking import ValueKind

BLIND_INDEX_BYTES: Final = 32
SM3_BYTES: Final = 32


class SealBroken(Exception):
    """A sealed value was changed, moved, cut, or sealed with a key this installation does not hold.

    Names the table, column and row, never a value. Nothing a user does causes it.
    """

    def __init__(self, table: str, column: str, row_id: UUID) -> None:
        super().__init__(f"the sealed value {table}.{column} of row {row_id} does not open")
        self.table = table
        self.column = column
        self.row_id = row_id


class Crypto(Protocol):
    """The keys of one installation. No member touches a database or a network."""

    @abstractmethod
    def seal(self, table: str, column: str, row_id: UUID, plain: str) -> bytes:
        """Seal one value for one cell. Two seals of one value differ."""

    @abstractmethod
    def open(self, table: str, column: str, row_id: UUID, sealed: bytes) -> str:
        """Return the value sealed for this very cell, or raise `SealBroken`."""

    @abstractmethod
    def seal_many(self, table: str, column: str, cells: Sequence[tuple[UUID, str]]) -> list[bytes]:
        """Seal one column of many rows `(row id, value)`, in their order: a roster at once."""

    @abstractmethod
    def sealed_with_current_key(self, sealed: bytes) -> bool:
        """Say whether the value needs no resealing after a rotation of keys."""

    @abstractmethod
    def blind_index(self, kind: ValueKind, normalised: str) -> bytes:
        """Return the 32-byte index of a normalised value: equal for equal values of a kind."""

    @abstractmethod
    def blind_indexes(self, kind: ValueKind, normalised: Sequence[str]) -> list[bytes]:
        """Return the indexes of many values of one kind, in their order."""

    @abstractmethod
    def seal_part(self, digest: bytes, part: int, plain: bytes, *, last: bool) -> bytes:
        """Seal one part of a content named by its 32-byte digest; parts count from 0.

        Bound to content, number and being the last, so that none can be moved, left out or cut off.
        """

    @abstractmethod
    def open_part(self, digest: bytes, part: int, sealed: bytes, *, last: bool) -> bytes:
        """Return the part sealed for this very place, or raise `SealBroken`."""

    @abstractmethod
    def sm3(self, data: bytes) -> bytes:
        """Return the SM3 digest (GB/T 32905), 32 bytes."""


class CheckpointKeys(Protocol):
    """The ed25519 key that signs audit checkpoints. Its public half is given to auditors."""

    @property
    @abstractmethod
    def public_key(self) -> bytes:
        """The 32 bytes with which anyone checks a checkpoint."""

    @abstractmethod
    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature."""

    @abstractmethod
    def holds(self, public_key: bytes, signature: bytes, message: bytes) -> bool:
        """Say whether the signature is that key's over the message. Needs no secret."""
