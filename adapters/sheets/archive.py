"""The archive that an XLSX file is, opened as if it were hostile.

Only parts that were asked for are unpacked, each up to a limit and with its real size; names, sizes,
ratios and counts are looked at before. What is not an archive is named for what it is.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Final

from domain.errors import Refusal
from domain.ports.sheets import XLSX

ENTRIES_MAX: Final = 500
PART_MAX: Final = 32 * 1024 * 1024
"""Bytes of one part, unpacked; a sheet of 10 000 rows has about three million."""
TOTAL_MAX: Final = 64 * 1024 * 1024
RATIO_MAX: Final = 200
_RATIO_FROM: Final = 1024 * 1024

_MAGIC: Final = (
    (b"%PDF", "PDF"),
    (b"<", "HTML/XML"),
    (b"{", "JSON"),
    (b"\x1f\x8b", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!", "RAR"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
)
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_ARCHIVES: Final = (".zip", ".xlsx", ".xlsm", ".docx", ".jar", ".7z", ".rar", ".gz", ".bz2", ".xz")
_ACTIVE: Final = re.compile(
    r"vbaproject|^xl/(?:activex|embeddings|macrosheets|dialogsheets)/", re.IGNORECASE
)
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class Archive:
    """An archive whose directory has been found harmless."""

    def __init__(self, raw: bytes) -> None:
        """Open the archive; refuses what is none, or whose directory promises harm."""
        _check_magic(raw)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(raw))
        except _BROKEN:
            raise unreadable("archive") from None
        self._entries = _checked(self._zip.infolist())

    def __contains__(self, name: str) -> bool:
        """Tell whether there is a part of this name."""
        return name in self._entries

    def read(self, name: str) -> bytes:
        """Return a part's bytes, checked against its checksum."""
        if name not in self._entries:
            raise unreadable(_shown(name))
        try:
            with self._zip.open(self._entries[name]) as part:
                return part.read(PART_MAX + 1)
        except _BROKEN:
            raise unreadable(_shown(name)) from None


def unreadable(part: str) -> Refusal:
    """Return the refusal of a file of which this part cannot be read."""
    return Refusal("sheet_unreadable", part=part)


def unsafe(part: str) -> Refusal:
    """Return the refusal of a file of which this part is never taken."""
    return Refusal("sheet_unsafe", part=part)


def too_large(part: str, limit: int) -> Refusal:
    """Return the refusal of a file that unpacks to more than is taken."""
    return Refusal("sheet_too_large", part=part, limit=limit)


def not_of_its_type(found: str, media: str = XLSX) -> Refusal:
    """Return the refusal of a file that is something else."""
    return Refusal("sheet_not_of_its_type", found=found, media=media)


def type_by_magic(raw: bytes) -> str | None:
    """Return what a file is by its first bytes, or None."""
    if raw.startswith(_OLE):
        return "XLS (OLE)"
    if raw.startswith(b"PK\x03\x04"):
        return "ZIP"
    bare = raw[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    return next((name for magic, name in _MAGIC if bare.startswith(magic)), None)


def _check_magic(raw: bytes) -> None:
    if raw.startswith(_OLE):
        if _ENCRYPTED in raw:
            raise Refusal("sheet_encrypted")
        raise not_of_its_type("XLS (OLE)")
    if not raw.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise not_of_its_type(type_by_magic(raw) or "text/unknown")


def _checked(entries: list[zipfile.ZipInfo]) -> Mapping[str, zipfile.ZipInfo]:
    if len(entries) > ENTRIES_MAX:
        raise too_large("entries", ENTRIES_MAX)
    found: dict[str, zipfile.ZipInfo] = {}
    folded: set[str] = set()
    for entry in entries:
        _check_entry(entry)
        if entry.filename.lower() in folded:
            raise unsafe("directory")
        folded.add(entry.filename.lower())
        found[entry.filename] = entry
    if sum(entry.file_size for entry in entries) > TOTAL_MAX:
        raise too_large("bytes", TOTAL_MAX)
    _check_kind(found)
    return found


def _check_entry(entry: zipfile.ZipInfo) -> None:
    # The name as it stands in the file: zipfile cuts it at NUL and turns backslashes.
    name = entry.orig_filename
    if name.startswith("/") or any(odd in name for odd in ("..", "\\", ":", "\x00")):
        raise unsafe("directory")
    if entry.flag_bits & 1:
        raise Refusal("sheet_encrypted")
    if entry.compress_type not in _METHODS:
        raise unreadable("archive")
    if _ACTIVE.search(name):
        raise Refusal("sheet_with_macros")
    if name.lower().endswith(_ARCHIVES):
        raise unsafe("directory")
    if entry.file_size > PART_MAX:
        raise too_large("bytes", PART_MAX)
    if entry.file_size > _RATIO_FROM and entry.file_size > RATIO_MAX * max(entry.compress_size, 1):
        raise too_large("ratio", RATIO_MAX)


def _check_kind(entries: Mapping[str, zipfile.ZipInfo]) -> None:
    for mark, found in (
        ("xl/workbook.bin", "XLSB"),
        ("word/document.xml", "DOCX"),
        ("ppt/presentation.xml", "PPTX"),
        ("content.xml", "ODS"),
        ("META-INF/MANIFEST.MF", "JAR"),
    ):
        if mark in entries:
            raise not_of_its_type(found)
    if "[Content_Types].xml" not in entries:
        if any(name.startswith("xl/") for name in entries):
            raise unreadable("[Content_Types].xml")
        raise not_of_its_type("ZIP")


def _shown(name: str) -> str:
    return "".join(c for c in name if c.isascii() and c.isprintable())[:80]
