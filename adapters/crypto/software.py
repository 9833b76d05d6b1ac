"""Sealing in software: SM4-GCM, HMAC-SM3 and SM3 from `cryptography` (OpenSSL).

A sealed value is `version 1 byte | key id 2 bytes | nonce 12 | tag 16 | ciphertext`: 31 bytes more
than the value. Nonces are random; one key may seal 2**32 values before it must be rotated.
"""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from cryptography.hazmat.primitives.hashes import SM3, Hash
from cryptography.hazmat.primitives.hmac import HMAC

from adapters.crypto.key_file import KeyFileRefused, Keys
from domain.masking import ValueKind
from domain.ports.crypto import Crypto, SealBroken

VERSION: Final = b"\x01"
NONCE_AT: Final = 3
TAG_AT: Final = NONCE_AT + 12
TEXT_AT: Final = TAG_AT + 16


class SoftwareCrypto(Crypto):
    """Keys in the memory of this process.

    Meeting a key id it does not know, it asks for the keys anew: another process may already seal
    with a key that was added to the file after this one started. So a rotation loses no read.
    """

    def __init__(self, read_keys: Callable[[], Keys]) -> None:
        self._read_keys = read_keys
        self.reload()

    def reload(self) -> None:
        """Read the keys again, and seal with what is current now."""
        keys = self._read_keys()
        self._sealing = {_head(key_id): SM4(key) for key_id, key in keys.sealing.items()}
        head = _head(keys.current)
        self._current = (head, self._sealing[head])  # one assignment: a thread never mixes two keys
        self._indexers = {kind: HMAC(key, SM3()) for kind, key in keys.blind_index.items()}

    def seal(self, table: str, column: str, row_id: UUID, plain: str) -> bytes:
        return self._sealed(_cell(table, column) + row_id.bytes, plain.encode())

    def seal_many(self, table: str, column: str, cells: Sequence[tuple[UUID, str]]) -> list[bytes]:
        cell = _cell(table, column)
        head, current = self._current
        nonces = os.urandom(12 * len(cells))  # one call to the kernel for a whole roster
        sealed = []
        for at, (row_id, plain) in enumerate(cells):
            nonce = nonces[12 * at : 12 * at + 12]
            sealer = Cipher(current, GCM(nonce)).encryptor()
            sealer.authenticate_additional_data(cell + row_id.bytes)
            text = sealer.update(plain.encode())
            sealer.finalize()
            sealed.append(head + nonce + sealer.tag + text)
        return sealed

    def open(self, table: str, column: str, row_id: UUID, sealed: bytes) -> str:
        plain = self._opened(_cell(table, column) + row_id.bytes, bytes(sealed))
        if plain is None:
            raise SealBroken(table, column, row_id)
        return plain.decode()

    def seal_part(self, digest: bytes, part: int, plain: bytes, *, last: bool) -> bytes:
        return self._sealed(_part(digest, part, last=last), plain)

    def open_part(self, digest: bytes, part: int, sealed: bytes, *, last: bool) -> bytes:
        plain = self._opened(_part(digest, part, last=last), sealed)
        if plain is None:
            raise SealBroken("documents", f"part {part}", UUID(bytes=digest[:16]))
        return plain

    def _sealed(self, bound: bytes, plain: bytes) -> bytes:
        head, current = self._current
        nonce = os.urandom(12)
        sealer = Cipher(current, GCM(nonce)).encryptor()
        sealer.authenticate_additional_data(bound)
        text = sealer.update(plain)
        sealer.finalize()
        return head + nonce + sealer.tag + text

    def _opened(self, bound: bytes, sealed: bytes) -> bytes | None:
        head = sealed[:NONCE_AT]
        if len(sealed) < TEXT_AT or not head.startswith(VERSION):
            return None
        if head not in self._sealing:
            with suppress(KeyFileRefused):  # the keys at hand keep serving
                self.reload()
        key = self._sealing.get(head)
        if key is None:
            return None
        opener = Cipher(key, GCM(sealed[NONCE_AT:TAG_AT], sealed[TAG_AT:TEXT_AT])).decryptor()
        opener.authenticate_additional_data(bound)
        plain = opener.update(sealed[TEXT_AT:])
        try:
            opener.finalize()
        except InvalidTag:
            return None
        return plain

    def sealed_with_current_key(self, sealed: bytes) -> bool:
        return sealed[:NONCE_AT] == self._current[0]

    def blind_index(self, kind: ValueKind, normalised: str) -> bytes:
        indexer = self._indexers[kind].copy()
        indexer.update(normalised.encode())
        return indexer.finalize()

    def blind_indexes(self, kind: ValueKind, normalised: Sequence[str]) -> list[bytes]:
        return [self.blind_index(kind, value) for value in normalised]

    def sm3(self, data: bytes) -> bytes:
        return sm3(data)


def sm3(data: bytes) -> bytes:
    """Return the SM3 digest; needs no keys, so an auditor's machine has it too."""
    digest = Hash(SM3())
    digest.update(data)
    return digest.finalize()


def _head(key_id: int) -> bytes:
    return VERSION + key_id.to_bytes(2)


def _part(digest: bytes, part: int, *, last: bool) -> bytes:
    return b"document|" + digest + part.to_bytes(4) + (b"\1" if last else b"\0")


def _cell(table: str, column: str) -> bytes:
    return f"{table}|{column}|".encode()
