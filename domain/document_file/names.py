"""Names of files: kept to be shown and to be downloaded under, never used as a path."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

NAME_MAX: Final = 150
"""Characters of a file name: 255 bytes is what file systems take, and a Chinese character has three."""

EXTENSIONS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "application/pdf": (".pdf",),
        "image/jpeg": (".jpg", ".jpeg"),
        "image/png": (".png",),
        "application/ofd": (".ofd",),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
        "video/mp4": (".mp4",),
    }
)
"""Media types of documents, with the extensions a file of each may have."""

# What Windows takes for a device, whatever follows; what separates folders or addresses a drive.
_RESERVED: Final = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?")
_SEPARATORS: Final = frozenset('/\\:*?"<>|')
_RUN: Final = frozenset(
    {
        "exe", "com", "scr", "bat", "cmd", "ps1", "vbs", "js", "jse", "wsf", "hta", "msi",
        "dll", "jar", "lnk", "sh", "php", "asp", "aspx", "jsp", "html", "htm", "xhtml",
        "svg", "xml", "docm", "xlsm", "pptm", "iso", "zip", "rar", "7z",
    }
)  # fmt: skip


def file_name_fault_of(name: str, media: str) -> str | None:
    """Return what is wrong with a file's name, or None.

    `file_name_unusable`: folders, devices, a leading or trailing dot or space. `file_name_extension`:
    not one of its media type, or a second one that a computer would run or unpack.
    """
    trimmed = name.strip(" .")
    if trimmed != name or _SEPARATORS & set(name) or _RESERVED.fullmatch(name):
        return "file_name_unusable"
    stem, dot, _ = name.rpartition(".")
    if not dot or not name.lower().endswith(EXTENSIONS[media]):
        return "file_name_extension"
    inner = {part.strip().lower() for part in stem.split(".")[1:]}
    return "file_name_extension" if inner & _RUN else None
