"""Exported chains as JSON lines: what an auditor takes away and keeps.

The first line names the scope; every other line is one link with its entry. ASCII only, so that no
editor or transport changes a byte of meaning.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.audit import AuditEntry, Link, instant, instant_of

FORMAT: Final = "xuetu-audit-export-1"
_HEADER: Final = frozenset({"format", "region_path", "exported_at"})
_LINK: Final = frozenset({*Link.__dataclass_fields__, "entry"})
_ENTRY: Final = frozenset(AuditEntry.__dataclass_fields__)


class ExportUnreadable(Exception):
    """A line is no record of an audit export."""


def header_line(region_path: str, exported_at: datetime) -> str:
    """Write the first line of an export."""
    return _line(
        {"format": FORMAT, "region_path": region_path, "exported_at": instant(exported_at)}
    )


def record_line(link: Link, entry: AuditEntry | None) -> str:
    """Write one link with its entry, or with null where the entry is gone."""
    return _line(
        {
            "region_path": link.region_path,
            "sequence": link.sequence,
            "entry_id": str(link.entry_id),
            "entry_digest": link.entry_digest.hex(),
            "previous": link.previous.hex(),
            "digest": link.digest.hex(),
            "sealed_at": instant(link.sealed_at),
            "entry": None if entry is None else _entry_fields(entry),
        }
    )


def _line(fields: Mapping[str, object]) -> str:
    # Payload bytes that are no UTF-8, which only tampering makes, stay readable as escapes.
    return json.dumps(fields, separators=(",", ":")) + "\n"


def _entry_fields(entry: AuditEntry) -> dict[str, str | None]:
    return {
        "id": str(entry.id),
        "at": instant(entry.at),
        "place_id": _written(entry.place_id),
        "org_id": _written(entry.org_id),
        "partner_org_id": _written(entry.partner_org_id),
        "region_path": entry.region_path,
        "person_id": str(entry.person_id),
        "account_name": entry.account_name,
        "action": entry.action,
        "object_kind": entry.object_kind,
        "object_id": entry.object_id,
        "request_id": entry.request_id,
        "payload": entry.payload.decode("utf-8", "surrogateescape"),
    }


def _written(identity: UUID | None) -> str | None:
    return None if identity is None else str(identity)


def scope_of(text: str) -> str:
    """Read the region an export covers from its first line, or raise `ExportUnreadable`."""
    fields = _fields(text, _HEADER)
    if fields["format"] != FORMAT:
        raise ExportUnreadable
    try:
        return _str(fields["region_path"])
    except ValueError:
        raise ExportUnreadable from None


def record_of(text: str) -> tuple[Link, AuditEntry | None]:
    """Read one record back as it was exported, or raise `ExportUnreadable`."""
    fields = _fields(text, _LINK)
    try:
        return _link_of(fields), _entry_of(fields["entry"])
    except ValueError:  # a UUID, an instant, digits or text that are none
        raise ExportUnreadable from None


def _link_of(fields: Mapping[str, object]) -> Link:
    sequence = fields["sequence"]
    if type(sequence) is not int:
        raise ExportUnreadable
    return Link(
        region_path=_str(fields["region_path"]),
        sequence=sequence,
        entry_id=UUID(_str(fields["entry_id"])),
        entry_digest=bytes.fromhex(_str(fields["entry_digest"])),
        previous=bytes.fromhex(_str(fields["previous"])),
        digest=bytes.fromhex(_str(fields["digest"])),
        sealed_at=instant_of(_str(fields["sealed_at"])),
    )


def _entry_of(found: object) -> AuditEntry | None:
    if found is None:
        return None
    fields = _exactly(found, _ENTRY)
    return AuditEntry(
        id=UUID(_str(fields["id"])),
        at=instant_of(_str(fields["at"])),
        place_id=_uuid(fields["place_id"]),
        org_id=_uuid(fields["org_id"]),
        partner_org_id=_uuid(fields["partner_org_id"]),
        region_path=_str(fields["region_path"]),
        person_id=UUID(_str(fields["person_id"])),
        account_name=_str(fields["account_name"]),
        action=_str(fields["action"]),
        object_kind=_str(fields["object_kind"]),
        object_id=_str(fields["object_id"]),
        request_id=_str(fields["request_id"]),
        payload=_str(fields["payload"], lone_surrogates=True).encode("utf-8", "surrogateescape"),
    )


def _fields(text: str, names: frozenset[str]) -> Mapping[str, object]:
    try:
        found = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise ExportUnreadable from None
    return _exactly(found, names)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A repeated key would let two readers see two different records."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ExportUnreadable
    return fields


def _exactly(found: object, names: frozenset[str]) -> Mapping[str, object]:
    if not isinstance(found, dict) or found.keys() != names:
        raise ExportUnreadable
    return found


def _str(found: object, *, lone_surrogates: bool = False) -> str:
    if not isinstance(found, str):
        raise ExportUnreadable
    if not lone_surrogates and not found.isascii():
        found.encode()  # what has no UTF-8 has no digest either: a ValueError
    return found


def _uuid(found: object) -> UUID | None:
    return None if found is None else UUID(_str(found))
