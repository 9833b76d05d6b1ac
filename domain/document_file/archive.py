"""ZIP containers, read strictly: what two readers could read differently is refused.

The directory lies at the end and nowhere else, entries follow each other without gap or overlap, each
says of itself what the directory says of it, and unpacks to exactly what it declares. Checked before
anything is unpacked; unpacking stops at the declared size.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from domain.document_file.refused import refused

ENTRIES_MAX: Final = 2_000
"""Parts of a container: a document with a picture on each of a thousand pages has fewer."""
UNPACKED_MAX: Final = 100 * 1024 * 1024
"""Bytes of all parts together: five times the largest file."""
RATIO_MAX: Final = 150
"""How far a part above a mebibyte may expand: sheets of repeated cells reach a hundred."""
NAME_MAX: Final = 255

_RATIO_FROM: Final = 1024 * 1024
_END: Final = struct.Struct("<4s4H2LH")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_STORED: Final = 0
_DEFLATED: Final = 8
_ENCRYPTED: Final = 0x0001 | 0x0040 | 0x2000
_DESCRIBED_AFTER: Final = 0x0008
_DESCRIPTORS: Final = frozenset({12, 16, 20, 24})
_LINK: Final = 0xA000
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_NESTED: Final = (b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ")
_PROGRAMS: Final = (b"MZ", b"\x7fELF", b"#!", b"\xd0\xcf\x11\xe0", b"\xca\xfe\xba\xbe")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    pointer: str
    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int


def parts_of(raw: bytes) -> Iterator[tuple[str, str, bytes]]:
    """Return each part's pointer, name and bytes, or refuse the container with `document_refused`."""
    entries, directory = _directory(raw)
    spans = _spans(raw, entries, directory)
    for entry, (start, end) in zip(entries, spans, strict=True):
        part = _unpacked(raw[start:end], entry)
        if part.startswith(_NESTED):
            raise refused("archive_nested", entry.pointer)
        if part.startswith(_PROGRAMS):
            raise refused("document_active", entry.pointer)
        yield entry.pointer, entry.name, part


def _directory(raw: bytes) -> tuple[list[_Entry], int]:
    at = raw.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(raw):
        raise refused("document_truncated")
    _, disk, start_disk, here, count, size, offset, _ = _END.unpack_from(raw, at)
    if at + _END.size != len(raw):
        raise refused("document_trailing_data", count=len(raw) - at - _END.size)
    if count > ENTRIES_MAX:
        raise refused("expands_too_far", most=ENTRIES_MAX)
    if disk or start_disk or here != count or offset + size != at:
        raise refused("archive_inconsistent")
    entries = []
    next_at, total, names = offset, 0, set[str]()
    for n in range(count):
        if next_at + _CENTRAL.size > at or raw[next_at : next_at + 4] != b"PK\x01\x02":
            raise refused("archive_inconsistent", f"/entries/{n}")
        entry, length = _entry(raw, next_at, f"/entries/{n}")
        total += entry.size
        if total > UNPACKED_MAX or entry.size > max(_RATIO_FROM, entry.packed * RATIO_MAX):
            raise refused("expands_too_far", entry.pointer, most=UNPACKED_MAX)
        if entry.name.casefold() in names:
            raise refused("archive_inconsistent", entry.pointer)
        names.add(entry.name.casefold())
        entries.append(entry)
        next_at += length
    if next_at != at:
        raise refused("archive_inconsistent")
    return entries, offset


def _entry(raw: bytes, at: int, pointer: str) -> tuple[_Entry, int]:
    fields = _CENTRAL.unpack_from(raw, at)
    flags, method = fields[3], fields[4]
    crc, packed, size = fields[7:10]
    name_length, extra, comment = fields[10:13]
    attributes, offset = fields[15:17]
    if flags & _ENCRYPTED:
        raise refused("document_encrypted", pointer)
    if method not in {_STORED, _DEFLATED}:
        raise refused("document_damaged", pointer)
    begin = at + _CENTRAL.size
    name = _name(raw[begin : begin + name_length], pointer)
    if attributes >> 16 & 0xF000 == _LINK:
        raise refused("archive_entry_name", pointer)
    entry = _Entry(
        pointer=pointer,
        name=name,
        flags=flags,
        method=method,
        crc=crc,
        packed=packed,
        size=size,
        offset=offset,
    )
    return entry, _CENTRAL.size + name_length + extra + comment


def _name(written: bytes, pointer: str) -> str:
    name = written.decode("utf-8", "replace")
    steps = name.removesuffix("/").split("/")
    if (
        not 0 < len(name) <= NAME_MAX
        or any(step in {"", ".", ".."} for step in steps)
        or _CONTROL.search(name)
        or set("\\:\ufffd\u202e") & set(name)
    ):
        raise refused("archive_entry_name", pointer)
    return name


def _spans(raw: bytes, entries: list[_Entry], directory: int) -> list[tuple[int, int]]:
    """Return where each entry's data lies; in file order they fill the file up to the directory."""
    spans = {}
    end, described = 0, False
    for entry in sorted(entries, key=lambda one: one.offset):
        gap = entry.offset - end
        if gap and not (described and gap in _DESCRIPTORS):
            raise refused("archive_inconsistent", entry.pointer)
        start = _data_start(raw, entry, directory)
        end = start + entry.packed
        described = bool(entry.flags & _DESCRIBED_AFTER)
        spans[entry.pointer] = (start, end)
    gap = directory - end
    if gap and not (described and gap in _DESCRIPTORS):
        raise refused("archive_inconsistent")
    return [spans[entry.pointer] for entry in entries]


def _data_start(raw: bytes, entry: _Entry, directory: int) -> int:
    if entry.offset + _LOCAL.size > directory:
        raise refused("archive_inconsistent", entry.pointer)
    fields = _LOCAL.unpack_from(raw, entry.offset)
    name_at = entry.offset + _LOCAL.size
    name_length, extra = fields[9:11]
    declared = (entry.crc, entry.packed, entry.size)
    if (
        fields[0] != b"PK\x03\x04"
        or fields[2] != entry.flags
        or fields[3] != entry.method
        or raw[name_at : name_at + name_length] != entry.name.encode()
        or not (
            fields[6:9] == declared or (entry.flags & _DESCRIBED_AFTER and not any(fields[6:9]))
        )
    ):
        raise refused("archive_inconsistent", entry.pointer)
    return int(name_at + name_length + extra)


def _unpacked(packed: bytes, entry: _Entry) -> bytes:
    part = packed
    if entry.method == _DEFLATED:
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            part = unpacker.decompress(packed, entry.size + 1)
        except zlib.error:
            raise refused("document_damaged", entry.pointer) from None
        if not unpacker.eof or unpacker.unused_data:
            raise refused("archive_inconsistent", entry.pointer)
    if len(part) != entry.size:
        raise refused("archive_inconsistent", entry.pointer)
    if zlib.crc32(part) != entry.crc:
        raise refused("document_damaged", entry.pointer)
    return part
