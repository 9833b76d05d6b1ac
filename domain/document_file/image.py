"""JPEG and PNG: walked marker by marker to the very end, so that nothing hides behind or blows up."""

import re
import struct
import zlib
from typing import Final

from domain.document_file.polyglot import check_single
from domain.document_file.refused import refused

SIDE_MAX: Final = 20_000
"""Pixels of one side: an A3 page at 1 200 dpi has 19 843."""
PIXELS_MAX: Final = 120_000_000
"""Pixels in all: an A4 page at 1 200 dpi has 139 million, which nobody needs; at 600 dpi 35 million."""

_PNG_MAGIC: Final = 8
_CHUNK: Final = struct.Struct(">I4s")
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_START_OF_SCAN: Final = 0xDA
_END_OF_IMAGE: Final = 0xD9
# In a scan FF00 is a data byte, FFD0 to FFD7 are restarts, FFFF is filling.
_NEXT_MARKER: Final = re.compile(rb"\xff(?=[^\x00\xd0-\xd7\xff])", re.DOTALL)


def check_jpeg(raw: bytes) -> None:
    """Refuse a JPEG that is cut short, oversized, or carries something after its end."""
    check_single(raw)
    at = 2
    while True:
        if at + 4 > len(raw) and raw[at:] != b"\xff\xd9":
            raise refused("document_truncated")
        if raw[at] != 0xFF:
            raise refused("document_damaged")
        marker = raw[at + 1]
        if marker == _END_OF_IMAGE:
            break
        if marker in _ALONE:
            at += 2
            continue
        length = int.from_bytes(raw[at + 2 : at + 4])
        if marker in _FRAMES and length >= 8:
            height, width = struct.unpack(">HH", raw[at + 5 : at + 9].ljust(4, b"\0"))
            _check_size(width, height)
        at += 2 + length
        if marker == _START_OF_SCAN:
            following = _NEXT_MARKER.search(raw, at)
            if following is None:
                raise refused("document_truncated")
            at = following.start()
    if at + 2 != len(raw):
        raise refused("document_trailing_data", count=len(raw) - at - 2)


def check_png(raw: bytes) -> None:
    """Refuse a PNG with a wrong checksum, that is cut short, oversized, or has something after it."""
    check_single(raw)
    at = _PNG_MAGIC
    name = b""
    while name != b"IEND":
        if at + 12 > len(raw):
            raise refused("document_truncated")
        length, name = _CHUNK.unpack_from(raw, at)
        end = at + 12 + length
        if end > len(raw):
            raise refused("document_truncated")
        body = memoryview(raw)[at + 4 : end - 4]
        if zlib.crc32(body) != int.from_bytes(raw[end - 4 : end]):
            raise refused("document_damaged")
        if (name == b"IHDR") != (at == _PNG_MAGIC) or (name == b"IHDR" and length != 13):
            raise refused("document_damaged")
        if name == b"IHDR":
            _check_size(*struct.unpack_from(">II", raw, at + 8))
        at = end
    if at != len(raw):
        raise refused("document_trailing_data", count=len(raw) - at)


def _check_size(width: int, height: int) -> None:
    if max(width, height) > SIDE_MAX or width * height > PIXELS_MAX:
        raise refused("image_too_large", width=width, height=height)
