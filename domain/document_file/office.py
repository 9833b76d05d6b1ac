"""OFD, XLSX and DOCX: containers of XML parts without programs, foreign entities or outside references."""

import re
from collections.abc import Callable
from functools import partial
from typing import Final
from xml.parsers import expat

from domain.document_file.archive import parts_of
from domain.document_file.refused import refused

_ACTIVE_PART: Final = re.compile(
    r"(?i)vbaproject|vbadata|activex|/embeddings/|oleobject|macrosheets|dialogsheets"
    r"|\.(?:exe|dll|js|vbs|bat|ps1|cmd|hta|jar|lnk|scr|html?|svg|swf)$"
)
_OUTSIDE_PART: Final = re.compile(r"(?i)/externallinks/|(?:^|/)connections\.xml$")
_XML_PART: Final = re.compile(r"(?i)\.(?:xml|rels|vml)$")
_LINK: Final = re.compile(r"(?i)(?:https?://|mailto:|#)")
_DDE_FIELD: Final = re.compile(r"(?i)\bDDE(?:AUTO)?\b|\b(?:INCLUDEPICTURE|INCLUDETEXT)\b")
_DDE_FORMULA: Final = re.compile(r"(?i)\|[^!]*!|\b(?:WEBSERVICE|CALL|REGISTER|EXEC)\s*\(")
_FIELD: Final = frozenset({"instrText"})
_FORMULA: Final = frozenset({"f", "definedName", "formula", "formula1", "formula2"})
_ACTIVE_ELEMENT: Final = frozenset(
    {"ddeLink", "oleLink", "oleObject", "control", "macro", "script"}
)


class _Part:
    """What one XML part says that matters here; refuses while it reads."""

    def __init__(self, pointer: str) -> None:
        self._pointer = pointer
        self._into: list[str] | None = None
        self.fields: list[str] = []
        self.formulas: list[str] = []

    def read(self, part: bytes) -> None:
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(part, True)
        except expat.ExpatError:
            raise refused("document_damaged", self._pointer) from None
        # A word may be spread over several runs: they are read together.
        if _DDE_FIELD.search("".join(self.fields)) or _DDE_FORMULA.search("\n".join(self.formulas)):
            raise refused("document_active", self._pointer)

    def _doctype(self, *_: object) -> None:
        raise refused("xml_with_dtd", self._pointer)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local in _ACTIVE_ELEMENT:
            raise refused("document_active", self._pointer)
        if local == "Relationship":
            self._relationship(attributes)
        elif local in {"Default", "Override"}:
            if re.search("(?i)macroEnabled|vbaProject|activeX", attributes.get("ContentType", "")):
                raise refused("document_active", self._pointer)
        elif local == "fldSimple":
            self.fields += attributes.values()
        elif local in _FIELD:
            self._into = self.fields
        elif local in _FORMULA:
            self.formulas.append("")
            self._into = self.formulas

    def _relationship(self, attributes: dict[str, str]) -> None:
        target = attributes.get("Target", "")
        outside = attributes.get("TargetMode", "").lower() == "external"
        if re.match(r"(?i)[a-z][a-z0-9+.-]*:|\\\\|//", target):
            outside = True
        link = attributes.get("Type", "").endswith("/hyperlink") and _LINK.match(target)
        if outside and not link:
            raise refused("external_reference", self._pointer)

    def _end(self, _: str) -> None:
        self._into = None

    def _text(self, text: str) -> None:
        if self._into is not None:
            self._into.append(text)


def _check(raw: bytes, *, root: str, media: str) -> None:
    names = set()
    for pointer, name, part in parts_of(raw):
        names.add(name)
        if _ACTIVE_PART.search(name):
            raise refused("document_active", pointer)
        if _OUTSIDE_PART.search(name):
            raise refused("external_reference", pointer)
        if _XML_PART.search(name):
            _Part(pointer).read(part)
    if root not in names:
        raise refused("document_type_differs", media=media)


check_ofd: Final[Callable[[bytes], None]] = partial(_check, root="OFD.xml", media="application/ofd")
check_xlsx: Final[Callable[[bytes], None]] = partial(
    _check,
    root="xl/workbook.xml",
    media="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
check_docx: Final[Callable[[bytes], None]] = partial(
    _check,
    root="word/document.xml",
    media="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
)
