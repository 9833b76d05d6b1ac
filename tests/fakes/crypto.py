"""Sealing for tests that need no real cipher: same promises, no keys, no dependency."""

import hashlib
import hmac
from collections.abc import Sequence
from itertools import count
from uuid import UUID

from domain.masking import ValueKind
from domain.ports.crypto import Crypto, SealBroken

NONCE_BYTES = 8
TAG_BYTES = 16


class FakeCrypto(Crypto):
    """Encrypts with a SHA-256 key stream under a key everybody knows; nonces count upwards."""

    def __init__(self, key: bytes = b"fake") -> None:
        self._key = key
        self._nonces = count(1)

    def seal(self, table: str, column: str, row_id: UUID, plain: str) -> bytes:
        nonce = next(self._nonces).to_bytes(NONCE_BYTES)
        hidden = self._mixed(nonce, plain.encode())
        return nonce + self._tag(f"{table}|{column}|{row_id}", nonce + hidden) + hidden

    def open(self, table: str, column: str, row_id: UUID, sealed: bytes) -> str:
        nonce, tag = sealed[:NONCE_BYTES], sealed[NONCE_BYTES : NONCE_BYTES + TAG_BYTES]
        hidden = sealed[NONCE_BYTES + TAG_BYTES :]
        if tag != self._tag(f"{table}|{column}|{row_id}", nonce + hidden):
            raise SealBroken(table, column, row_id)
        return self._mixed(nonce, hidden).decode()

    def seal_many(self, table: str, column: str, cells: Sequence[tuple[UUID, str]]) -> list[bytes]:
        return [self.seal(table, column, row_id, plain) for row_id, plain in cells]

    def seal_part(self, digest: bytes, part: int, plain: bytes, *, last: bool) -> bytes:
        nonce = next(self._nonces).to_bytes(NONCE_BYTES)
        hidden = self._mixed(nonce, plain)
        return nonce + self._tag(f"{digest.hex()}|{part}|{last}", nonce + hidden) + hidden

    def open_part(self, digest: bytes, part: int, sealed: bytes, *, last: bool) -> bytes:
        nonce, tag = sealed[:NONCE_BYTES], sealed[NONCE_BYTES : NONCE_BYTES + TAG_BYTES]
        hidden = sealed[NONCE_BYTES + TAG_BYTES :]
        if tag != self._tag(f"{digest.hex()}|{part}|{last}", nonce + hidden):
            raise SealBroken("documents", f"part {part}", UUID(bytes=digest[:16]))
        return self._mixed(nonce, hidden)

    def sealed_with_current_key(self, sealed: bytes) -> bool:
        return len(sealed) >= NONCE_BYTES + TAG_BYTES

    def blind_index(self, kind: ValueKind, normalised: str) -> bytes:
        return hmac.digest(self._key + kind.value.encode(), normalised.encode(), "sha256")

    def blind_indexes(self, kind: ValueKind, normalised: Sequence[str]) -> list[bytes]:
        return [self.blind_index(kind, value) for value in normalised]

    def sm3(self, data: bytes) -> bytes:
        return hashlib.sha256(b"in place of SM3|" + data).digest()

    def _mixed(self, nonce: bytes, data: bytes) -> bytes:
        blocks = -(-len(data) // 32)
        stream = b"".join(
            hashlib.sha256(self._key + nonce + block.to_bytes(4)).digest()
            for block in range(blocks)
        )
        return bytes(a ^ b for a, b in zip(data, stream, strict=False))

    def _tag(self, cell: str, data: bytes) -> bytes:
        return hmac.digest(self._key, cell.encode() + b"|" + data, "sha256")[:TAG_BYTES]
