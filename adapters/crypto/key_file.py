"""The key file: every key of an installation in one JSON file that only its owner reads.

    {"format": "xuetu-keys-1",
     "sealing": {"current": 1, "keys": {"1": "<32 hex>"}},
     "blind_index": {"citizen_id": "<64 hex>", "phone": "…", "bank_account": "…"},
     "checkpoint": "<64 hex>"}

Several sealing keys are held at once, so that a rotation needs no stop: add a key, let every
process read the file, make it current, reseal, and only then remove the old one. Blind-index keys
do not rotate: every stored index and every once-ever constraint compares them.
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from domain.masking import ValueKind

FORMAT: Final = "xuetu-keys-1"
SM4_KEY_BYTES: Final = 16
HMAC_KEY_BYTES: Final = 32
ED25519_SEED_BYTES: Final = 32
KEY_ID_MAX: Final = 65_535
OTHERS: Final = 0o077
FILE_BYTES_MAX: Final = 1_048_576


class KeyFileRefused(Exception):
    """The key file may not be used; the message says why and what to do, and never shows a key."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Keys:
    """The content of a key file, checked. Has no repr: a key never reaches a log."""

    current: int
    sealing: Mapping[int, bytes]
    blind_index: Mapping[ValueKind, bytes]
    checkpoint_seed: bytes


def read_key_file(path: Path) -> Keys:
    """Read and check a key file; refuses one that group or world can read or write."""
    # One descriptor for both looks: a path could be exchanged between the check and the reading.
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise KeyFileRefused(f"cannot read the key file {path}: {error.strerror}") from None
    with os.fdopen(descriptor, "rb") as file:
        if os.fstat(descriptor).st_mode & OTHERS:
            raise KeyFileRefused(f"others can reach the key file {path}; run: chmod 600 {path}")
        text = file.read(FILE_BYTES_MAX + 1)
    try:
        return _keys_of(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError):
        # from None: the original error may quote the line that holds a key
        raise KeyFileRefused(f"{path} is not a key file of the format {FORMAT}") from None


def create_key_file(path: Path) -> bool:
    """Make a key file with fresh keys; False, touching nothing, when there already is one.

    Two processes starting at once end with one file: it is linked into place whole.
    """
    content = {
        "format": FORMAT,
        "sealing": {"current": 1, "keys": {"1": secrets.token_hex(SM4_KEY_BYTES)}},
        "blind_index": {kind.value: secrets.token_hex(HMAC_KEY_BYTES) for kind in ValueKind},
        "checkpoint": secrets.token_hex(ED25519_SEED_BYTES),
    }
    draft = _written_beside(path, content)
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    _keep_folder(path.parent)
    return True


def add_sealing_key(path: Path) -> int:
    """Add a fresh sealing key, not yet current, and return its id: the first step of a rotation."""
    read_key_file(path)
    content = json.loads(path.read_bytes())
    keys = content["sealing"]["keys"]
    key_id = max(int(known) for known in keys) + 1
    keys[str(key_id)] = secrets.token_hex(SM4_KEY_BYTES)
    _replace(path, content)
    return key_id


def make_current(path: Path, key_id: int) -> None:
    """Seal with this key from now on: the second step, once every process holds the key."""
    if key_id not in read_key_file(path).sealing:
        raise KeyFileRefused(f"the key file holds no sealing key {key_id}")
    content = json.loads(path.read_bytes())
    content["sealing"]["current"] = key_id
    _replace(path, content)


def _keys_of(content: object) -> Keys:
    match content:
        case {
            "format": "xuetu-keys-1",
            "sealing": {"current": int(current), "keys": dict(sealing)},
            "blind_index": dict(blind_index),
            "checkpoint": str(seed),
        }:
            keys = Keys(
                current=current,
                sealing={
                    int(key_id): _key(text, SM4_KEY_BYTES) for key_id, text in sealing.items()
                },
                blind_index={kind: _key(blind_index[kind], HMAC_KEY_BYTES) for kind in ValueKind},
                checkpoint_seed=_key(seed, ED25519_SEED_BYTES),
            )
        case _:
            raise ValueError(FORMAT)
    if current not in keys.sealing or not all(0 < known <= KEY_ID_MAX for known in keys.sealing):
        raise ValueError(FORMAT)
    if len(set(keys.blind_index.values())) < len(ValueKind):
        raise ValueError(FORMAT)  # one key for two kinds would make their indexes comparable
    return keys


def _key(text: str, size: int) -> bytes:
    key = bytes.fromhex(text)
    if len(key) != size:
        raise ValueError(FORMAT)
    return key


def _written_beside(path: Path, content: object) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(descriptor)
    return draft


def _replace(path: Path, content: object) -> None:
    _written_beside(path, content).replace(path)
    _keep_folder(path.parent)


def _keep_folder(folder: Path) -> None:
    """Make the new name outlive a power cut: losing these keys loses every sealed value."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
