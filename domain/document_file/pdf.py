"""PDF: looked through for what would act, also in escaped names and in compressed object streams.

Words too short to be looked for in compressed pictures are looked for outside streams only; an action
needs one of the long words as well.
"""

import re
import zlib
from typing import Final

from domain.document_file.polyglot import check_single
from domain.document_file.refused import refused

OBJECTS_MAX: Final = 64 * 1024 * 1024
"""Bytes that a file's object streams may unpack to: dictionaries only, never pictures."""
_TAIL: Final = 2048
_OBJ_TO_STREAM: Final = 4096

_HEADER: Final = re.compile(rb"%PDF-[12]\.[0-9]")


def _escaped(word: str) -> str:
    # Each character of a name may be written as # and two hexadecimal digits.
    return "".join(
        f"(?:{c}|#{''.join(f'[{d}{d.upper()}]' for d in f'{ord(c):02x}')})" for c in word
    )


def _names(*words: str) -> str:
    return "|".join(map(_escaped, words))


_ACTIVE: Final = re.compile(
    (
        f"/(?:{_names('JavaScript', 'Launch', 'EmbeddedFile', 'RichMedia', 'SubmitForm')}"
        f"|{_names('ImportData', 'GoToR', 'GoToE')}|{_escaped('OpenAction')}(?!\\s*\\[))"
    ).encode()
)
"""`/OpenAction` before an array says which page to show, and does nothing."""
_ACTIVE_SHORT: Final = re.compile(rf"/(?:{_names('JS', 'AA', 'XFA')})(?![A-Za-z0-9#])".encode())
_ENCRYPTED: Final = re.compile(f"/{_escaped('Encrypt')}(?![A-Za-z0-9#])".encode())
_OBJECT_STREAM: Final = re.compile(f"/{_escaped('ObjStm')}".encode())
_FLATE_ALONE: Final = re.compile(rb"/Filter\s*\[?\s*/(?:FlateDecode|Fl)\s*(?:\]|/|>>|\s)")


def check_pdf(raw: bytes) -> None:
    """Refuse a PDF that acts, is encrypted, cut short, or carries something after its end."""
    check_single(raw)
    if _HEADER.match(raw) is None:
        raise refused("document_type_differs", media="application/pdf")
    body = raw.rstrip(b"\r\n \t")
    if not body.endswith(b"%%EOF"):
        last = raw.rfind(b"%%EOF")
        if last < 0:
            raise refused("document_truncated")
        raise refused("document_trailing_data", count=len(raw) - last - len(b"%%EOF"))
    if raw.find(b"startxref", max(0, len(raw) - _TAIL)) < 0:
        raise refused("document_truncated")
    if _ENCRYPTED.search(raw):
        raise refused("document_encrypted")
    _check_objects(raw)
    if _ACTIVE_SHORT.search(_outside_streams(raw)):
        raise refused("document_active")
    if _ACTIVE.search(raw):
        raise refused("document_active")


def _outside_streams(raw: bytes) -> bytes:
    parts = []
    at = 0
    while (start := raw.find(b"stream", at)) >= 0 and (end := raw.find(b"endstream", start)) >= 0:
        parts.append(raw[at:start])
        at = end + len(b"endstream")
    return b" ".join((*parts, raw[at:]))


def _check_objects(raw: bytes) -> None:
    """Look into every object stream; one that is packed in an unusual way is refused unread."""
    left = OBJECTS_MAX
    at = 0
    while (found := _OBJECT_STREAM.search(raw, at)) is not None:
        start = raw.find(b"stream", found.end(), found.end() + _OBJ_TO_STREAM)
        end = raw.find(b"endstream", start)
        if start < 0 or end < 0:
            raise refused("document_damaged")
        head = raw[max(at, found.start() - _OBJ_TO_STREAM) : start]
        head = head[head.rfind(b" obj") + 1 :]
        at = end
        if b"/Filter" not in head:
            objects = raw[start:end]
        elif _FLATE_ALONE.search(head) is None or b"Predictor" in head:
            raise refused("document_damaged")
        else:
            objects = _unpacked(raw[start:end].removeprefix(b"stream").lstrip(b"\r\n"), left)
        left -= len(objects)
        if _ACTIVE.search(objects) or _ACTIVE_SHORT.search(objects):
            raise refused("document_active")


def _unpacked(packed: bytes, most: int) -> bytes:
    try:
        objects = zlib.decompressobj().decompress(packed, most + 1)
    except zlib.error:
        raise refused("document_damaged") from None
    if len(objects) > most:
        raise refused("expands_too_far", most=OBJECTS_MAX)
    return objects
