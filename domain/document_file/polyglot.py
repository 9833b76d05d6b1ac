"""One file that is two: an archive or a page of a browser inside something else."""

import re
from typing import Final

from domain.document_file.refused import refused

_ARCHIVE_END: Final = b"PK\x05\x06"
_ARCHIVE_END_LENGTH: Final = 22
_COMMENT_MAX: Final = 65_535
_HEAD: Final = 1024
"""Bytes in which browsers look for what a file may be."""
_PAGE: Final = re.compile(rb"(?i)<(?:!doctype\s+html|html|script|svg|iframe|\?php|body|img)\b")


def check_single(raw: bytes) -> None:
    """Refuse a file that unpacks as an archive from its end, or begins like a page."""
    at = raw.rfind(_ARCHIVE_END, max(0, len(raw) - _COMMENT_MAX - _ARCHIVE_END_LENGTH))
    if at >= 0:
        comment = int.from_bytes(raw[at + 20 : at + 22], "little")
        if at + _ARCHIVE_END_LENGTH + comment == len(raw):
            raise refused("document_polyglot")
    if _PAGE.search(raw, 0, _HEAD):
        raise refused("document_polyglot")
