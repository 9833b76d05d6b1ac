"""Signing audit checkpoints with ed25519."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from adapters.crypto.key_file import Keys
from domain.ports.crypto import CheckpointKeys


class Ed25519CheckpointKeys(CheckpointKeys):
    """The installation's own key."""

    def __init__(self, keys: Keys) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(keys.checkpoint_seed)

    @property
    def public_key(self) -> bytes:
        return self._private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)

    def holds(self, public_key: bytes, signature: bytes, message: bytes) -> bool:
        return signature_holds(public_key, signature, message)


def signature_holds(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether the signature is that key's; needs no secret: for an auditor's machine."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
