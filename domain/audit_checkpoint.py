"""Checkpoints: the heads of all chains at one instant, signed, kept outside the database.

Without one, whoever owns the database can cut a chain's tail, or rewrite it whole with fresh
digests; with one, neither passes (`domain.audit_verification`).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.audit import Head, canonical, instant, instant_of

FORMAT: Final = "xuetu-audit-checkpoint-1"

Sign = Callable[[bytes], bytes]
SignatureHolds = Callable[[bytes, bytes, bytes], bool]
"""(public key, signature, message) -> does it hold."""


class CheckpointUnreadable(Exception):
    """The file is no checkpoint of this format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What was sealed at an instant: the head of every region's chain."""

    taken_at: datetime
    heads: Mapping[str, Head]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCheckpoint:
    """A checkpoint and the signature over its canonical bytes."""

    checkpoint: Checkpoint
    signature: bytes

    def signed_by(self, public_key: bytes, signature_holds: SignatureHolds) -> bool:
        """Say whether the holder of that key signed it."""
        return signature_holds(public_key, self.signature, _message(self.checkpoint))


def signed(checkpoint: Checkpoint, sign: Sign) -> SignedCheckpoint:
    """Sign a checkpoint."""
    return SignedCheckpoint(checkpoint=checkpoint, signature=sign(_message(checkpoint)))


def checkpoint_text(signed_checkpoint: SignedCheckpoint) -> str:
    """Write a checkpoint as one JSON object: what leaves the database."""
    body = _body(signed_checkpoint.checkpoint)
    body["signature"] = signed_checkpoint.signature.hex()
    return json.dumps(body, indent=1, sort_keys=True) + "\n"


def checkpoint_of(text: str) -> SignedCheckpoint:
    """Read a checkpoint back; raises `CheckpointUnreadable`. Checks no signature."""
    try:
        match json.loads(text):
            case {
                "format": "xuetu-audit-checkpoint-1",
                "taken_at": str(at),
                "heads": list(heads),
                "signature": str(by),
            }:
                checkpoint = Checkpoint(
                    taken_at=instant_of(at),
                    heads={str(head["region_path"]): _head(head) for head in heads},
                )
                return SignedCheckpoint(checkpoint=checkpoint, signature=bytes.fromhex(by))
            case _:
                raise CheckpointUnreadable(FORMAT)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise CheckpointUnreadable(FORMAT) from None


def _head(head: Mapping[str, object]) -> Head:
    match head:
        case {"sequence": int(sequence), "digest": str(digest)}:
            return Head(sequence=sequence, digest=bytes.fromhex(digest))
        case _:
            raise ValueError(FORMAT)


def _message(checkpoint: Checkpoint) -> bytes:
    return canonical(_body(checkpoint))


def _body(checkpoint: Checkpoint) -> dict[str, str | list[dict[str, str | int]]]:
    return {
        "format": FORMAT,
        "taken_at": instant(checkpoint.taken_at),
        "heads": [
            {"region_path": path, "sequence": head.sequence, "digest": head.digest.hex()}
            for path, head in sorted(checkpoint.heads.items())
        ],
    }
