"""The audit trail: who did what, when, to which object, chained so that no change stays unseen.

Every decision, and every reveal, export or download of unmasked personal data, records one entry in
its own transaction. A sealer then links entries into one chain per region with SM3, and signed
checkpoints of the chains' heads leave the database (DESIGN 4, Audit). Entries hold ids, counts and
digests, never personal data: they outlive the persons they are about.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from domain.cases import Case

GENESIS: Final = bytes(32)
"""What the first link of a chain has for the digest of its predecessor."""

ROOT: Final = "/"
"""The region of entries without a place: sign-in, accounts, keys."""

ALARM_AFTER_S: Final = 30
"""An entry unsealed for longer is an alarm (DESIGN 4): somebody may be holding the sealer off."""

Sm3 = Callable[[bytes], bytes]
Fact = str | int | bool | None | Sequence["Fact"] | Mapping[str, "Fact"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where an act lies: the scope its entry shares with the case it is about."""

    place_id: UUID
    org_id: UUID
    partner_org_id: UUID | None
    region_path: str

    @classmethod
    def of(cls, case: Case) -> "Ground":
        """Return the ground of a case."""
        return cls(
            place_id=case.place_id,
            org_id=case.org_id,
            partner_org_id=case.partner_org_id,
            region_path=case.region_path,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a use case tells the trail. Who, when and in which request belong to the transaction.

    `action` is a past-tense word of the term, `filing.submitted`. `facts` are ids, counts, states
    and digests. A job on a set records one act with count and digest. `ground` is None only for
    what happens outside every place: sign-in, accounts, keys.
    """

    action: str
    object_kind: str
    object_id: str
    ground: Ground | None
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One recorded act, as it is stored. `payload` are the canonical bytes of its facts."""

    id: UUID
    at: datetime
    place_id: UUID | None
    org_id: UUID | None
    partner_org_id: UUID | None
    region_path: str
    person_id: UUID
    account_name: str
    action: str
    object_kind: str
    object_id: str
    request_id: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last link of a region's chain."""

    sequence: int
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One entry's place in its region's chain: 1, 2, 3 … without a gap."""

    region_path: str
    sequence: int
    entry_id: UUID
    entry_digest: bytes
    previous: bytes
    digest: bytes
    sealed_at: datetime


def canonical(value: Fact) -> bytes:
    """Write JSON in the one form of RFC 8785: sorted keys, no spaces, UTF-8, no fractions.

    Refuses (ValueError) what has no such form: a float, a lone surrogate, a key outside ASCII.
    """
    return json.dumps(
        _plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def _plain(value: Fact) -> object:
    match value:
        case None | bool() | int() | str():
            return value
        case Mapping():
            if not all(key.isascii() for key in value):
                raise ValueError("keys of audited facts are ASCII text")
            return {key: _plain(part) for key, part in value.items()}
        case list() | tuple():
            return [_plain(part) for part in value]
        case _:
            raise ValueError(f"{type(value).__name__} has no canonical form")


def instant(at: datetime) -> str:
    """Write an instant in UTC with microseconds, always of one length."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def instant_of(text: str) -> datetime:
    """Read an instant; without a time zone it would mean another one elsewhere (ValueError)."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise ValueError("an instant before the first or after the last year") from None


def entry_digest(entry: AuditEntry, sm3: Sm3) -> bytes:
    """Digest every field of an entry; the payload by its own digest, byte for byte."""
    return sm3(
        canonical(
            {
                "id": str(entry.id),
                "at": instant(entry.at),
                "place_id": _text(entry.place_id),
                "org_id": _text(entry.org_id),
                "partner_org_id": _text(entry.partner_org_id),
                "region_path": entry.region_path,
                "person_id": str(entry.person_id),
                "account_name": entry.account_name,
                "action": entry.action,
                "object_kind": entry.object_kind,
                "object_id": entry.object_id,
                "request_id": entry.request_id,
                "payload": sm3(entry.payload).hex(),
            }
        )
    )


def _text(identity: UUID | None) -> str | None:
    return None if identity is None else str(identity)


def link_digest(link: Link, sm3: Sm3) -> bytes:
    """SM3 over the previous digest and every other field of the link."""
    return sm3(
        link.previous
        + canonical(
            {
                "region_path": link.region_path,
                "sequence": link.sequence,
                "entry_id": str(link.entry_id),
                "entry_digest": link.entry_digest.hex(),
                "sealed_at": instant(link.sealed_at),
            }
        )
    )


def linked(
    entries: Iterable[AuditEntry], heads: Mapping[str, Head], *, sealed_at: datetime, sm3: Sm3
) -> list[Link]:
    """Continue each region's chain from its head with the entries, in their order."""
    at = dict(heads)
    links = []
    for entry in entries:
        head = at.get(entry.region_path, Head(sequence=0, digest=GENESIS))
        link = _next_link(entry, head, sealed_at=sealed_at, sm3=sm3)
        at[entry.region_path] = Head(sequence=link.sequence, digest=link.digest)
        links.append(link)
    return links


def _next_link(entry: AuditEntry, head: Head, *, sealed_at: datetime, sm3: Sm3) -> Link:
    unsigned = Link(
        region_path=entry.region_path,
        sequence=head.sequence + 1,
        entry_id=entry.id,
        entry_digest=entry_digest(entry, sm3),
        previous=head.digest,
        digest=b"",
        sealed_at=sealed_at,
    )
    return replace(unsigned, digest=link_digest(unsigned, sm3))
