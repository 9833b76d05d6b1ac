"""Document files (材料文件) as they come in: only what cannot act, hide or explode is taken (reliability S7).

`check_document` looks at bytes, never at what they claim: the type by its first bytes, then the whole
structure. Nothing is repaired and nothing is unpacked to disk. A scan or a print to PDF always passes.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from domain.document_file.image import check_jpeg, check_png
from domain.document_file.names import EXTENSIONS, file_name_fault_of
from domain.document_file.office import check_docx, check_ofd, check_xlsx
from domain.document_file.pdf import check_pdf
from domain.document_file.refused import refused

__all__ = ("DOCUMENT_LIMIT", "EXTENSIONS", "check_document", "file_name_fault_of")

DOCUMENT_LIMIT: Final = 20 * 1024 * 1024
"""Bytes of one file: a hundred scanned contracts at 150 dpi, and what a process can hold eight times."""

_CHECKS: Final[Mapping[str, tuple[bytes, Callable[[bytes], None]]]] = MappingProxyType(
    {
        "application/pdf": (b"%PDF-", check_pdf),
        "image/jpeg": (b"\xff\xd8\xff", check_jpeg),
        "image/png": (b"\x89PNG\r\n\x1a\n", check_png),
        "application/ofd": (b"PK\x03\x04", check_ofd),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (
            b"PK\x03\x04",
            check_xlsx,
        ),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (
            b"PK\x03\x04",
            check_docx,
        ),
    }
)


def check_document(raw: bytes, media: str) -> None:
    """Refuse `document_refused`, saying why, unless the bytes are a harmless file of this media type."""
    if not raw:
        raise refused("document_empty")
    magic, check = _CHECKS[media]
    if not raw.startswith(magic):
        raise refused("document_type_differs", media=media)
    check(raw)
