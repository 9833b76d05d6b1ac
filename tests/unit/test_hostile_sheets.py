"""Hostile sheet files: each is refused with its own code, in bounded time and memory.

A file is made when its test runs. A refusal that costs more than the limit of memory below would
fail its test: what a file unpacks to is bounded before it is unpacked.
"""

import random
import resource
import zipfile
from collections.abc import Callable
from contextlib import suppress

import pytest

from adapters.sheets.files import SheetFiles
from domain.errors import Refusal
from domain.ports.sheets import CSV, XLSX
from tests.sheet_files import (
    BOOK,
    BOOK_RELS,
    GOOD_ROWS,
    HEADINGS,
    PERSON,
    RELS,
    TYPES,
    cell_xml,
    csv_of,
    flagged,
    parts,
    renamed,
    row_xml,
    sheet_xml,
    sized,
    xlsx_of,
    zipped,
)

SHEETS = SheetFiles()
GOOD = zipped(parts())
Make = Callable[[], bytes]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
SPACES = " " * (40 * 1024 * 1024)
SHEET = "xl/worksheets/sheet1.xml"


def book(**changed: str | bytes | None) -> Make:
    """A workbook of which some parts are replaced."""
    return lambda: zipped(parts(**changed))


def sheet(rows: str, **how: str) -> Make:
    """A workbook whose sheet holds these rows."""
    return lambda: zipped(parts(sheet=sheet_xml(rows, **how)))


def beside(**content: str | bytes) -> Make:
    """A good workbook with further parts."""
    return lambda: zipped({**parts(), **content})


def named(name: str, content: bytes = b"x") -> Make:
    """A good workbook with a further part of this name."""
    return lambda: zipped({**parts(), name: content})


def far(reference: str) -> str:
    return GOOD_ROWS + f'<row r="3">{cell_xml(reference, "x")}</row>'


def strings_bomb() -> bytes:
    shared = f'<sst xmlns="x"><si><t>{"x" * 1_000_000}</t></si></sst>'
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 1001))
    relations = BOOK_RELS.replace(
        "</Relationships>",
        '<Relationship Id="rId2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    )
    made = parts(sheet=sheet_xml(rows), book_rels=relations)
    # Stored, so that no ratio gives it away.
    return zipped({**made, "xl/sharedStrings.xml": shared}, method=zipfile.ZIP_STORED)


def overlapping() -> bytes:
    twice = {**parts(), "xl/worksheets/sheeta.xml": "x"}
    return renamed(zipped(twice), "xl/worksheets/sheeta.xml", SHEET)


def cut(share: int) -> Make:
    return lambda: GOOD[: len(GOOD) * share // 100]


def flipped() -> bytes:
    """One byte of the packed sheet is another; the checksum tells."""
    raw = bytearray(zipped(parts(), method=zipfile.ZIP_STORED))
    at = raw.find("张三".encode())
    raw[at] ^= 1
    return bytes(raw)


HOSTILE_XLSX: list[tuple[str, Make, str]] = [
    # what it is not
    ("empty", lambda: b"", "sheet_not_of_its_type"),
    ("one byte", lambda: b"P", "sheet_not_of_its_type"),
    ("xls renamed", lambda: OLE + b"\x00" * 2000, "sheet_not_of_its_type"),
    ("pdf", lambda: b"%PDF-1.7\n", "sheet_not_of_its_type"),
    ("html table saved as xls", lambda: b"<html><table>", "sheet_not_of_its_type"),
    ("spreadsheet ml 2003", lambda: b"<?xml version='1.0'?>", "sheet_not_of_its_type"),
    ("csv sent as xlsx", lambda: csv_of([HEADINGS, PERSON]), "sheet_not_of_its_type"),
    ("json sent as xlsx", lambda: b'{"roster":[]}', "sheet_not_of_its_type"),
    ("gzip", lambda: b"\x1f\x8b\x08\x00", "sheet_not_of_its_type"),
    ("7z", lambda: b"7z\xbc\xaf\x27\x1c", "sheet_not_of_its_type"),
    ("rar", lambda: b"Rar!\x1a\x07", "sheet_not_of_its_type"),
    ("png", lambda: b"\x89PNG\r\n\x1a\n", "sheet_not_of_its_type"),
    ("xlsb", named("xl/workbook.bin"), "sheet_not_of_its_type"),
    ("docx", lambda: zipped({"word/document.xml": "x"}), "sheet_not_of_its_type"),
    ("pptx", lambda: zipped({"ppt/presentation.xml": "x"}), "sheet_not_of_its_type"),
    ("ods", lambda: zipped({"mimetype": "x", "content.xml": "x"}), "sheet_not_of_its_type"),
    ("jar", lambda: zipped({"META-INF/MANIFEST.MF": "x"}), "sheet_not_of_its_type"),
    ("any zip", lambda: zipped({"readme.txt": "x"}), "sheet_not_of_its_type"),
    # encrypted, active
    (
        "password",
        lambda: OLE + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 600,
        "sheet_encrypted",
    ),
    ("encrypted entries", lambda: flagged(GOOD, 1), "sheet_encrypted"),
    ("vba project", named("xl/vbaProject.bin"), "sheet_with_macros"),
    ("vba project elsewhere", named("custom/VBAPROJECT.BIN"), "sheet_with_macros"),
    ("activex", named("xl/activeX/activeX1.xml"), "sheet_with_macros"),
    ("embedded workbook", named("xl/embeddings/book.xlsx"), "sheet_with_macros"),
    ("excel 4 macros", named("xl/macrosheets/sheet1.xml"), "sheet_with_macros"),
    (
        "macro type without macros",
        book(types=TYPES.replace("sheet.main+xml", "sheet.macroEnabled.main+xml")),
        "sheet_with_macros",
    ),
    # bombs
    ("declared size", lambda: sized(GOOD, SHEET, 2**31), "sheet_too_large"),
    (
        "declared sizes together",
        beside(a=SPACES[:33_000_000], b=SPACES[:33_000_000]),
        "sheet_too_large",
    ),
    ("ratio of the sheet", sheet(GOOD_ROWS + SPACES[:20_000_000]), "sheet_too_large"),
    ("ratio of a part nobody reads", beside(docs=SPACES[:20_000_000]), "sheet_too_large"),
    ("part beyond the limit", sheet(GOOD_ROWS + SPACES), "sheet_too_large"),
    ("size lied about", lambda: sized(GOOD, SHEET, 100), "sheet_unreadable"),
    (
        "many entries",
        lambda: zipped({**parts(), **{f"a/{n}": "" for n in range(600)}}),
        "sheet_too_large",
    ),
    ("nested zip", named("bomb.zip", GOOD), "sheet_unsafe"),
    ("nested 7z", named("docs/inner.7z"), "sheet_unsafe"),
    ("shared text named by every cell", strings_bomb, "sheet_too_large"),
    # directory
    ("path upwards", named("../../etc/passwd"), "sheet_unsafe"),
    ("path from the root", named("/etc/passwd"), "sheet_unsafe"),
    ("drive", named("C:/windows/x"), "sheet_unsafe"),
    ("backslashes", named("xl\\worksheets\\sheet1.xml"), "sheet_unsafe"),
    ("two entries of one name", overlapping, "sheet_unsafe"),
    ("names that differ in case", named("XL/Workbook.xml"), "sheet_unsafe"),
    (
        "unusual compression",
        lambda: zipped(parts(), method=zipfile.ZIP_LZMA),
        "sheet_unreadable",
    ),
    # damage
    ("cut after a tenth", cut(10), "sheet_unreadable"),
    ("cut in the middle", cut(50), "sheet_unreadable"),
    ("cut at the end", cut(99), "sheet_unreadable"),
    ("no entries", lambda: zipped({}), "sheet_not_of_its_type"),
    ("a changed byte", flipped, "sheet_unreadable"),
    ("local header alone", lambda: b"PK\x03\x04" + b"\x00" * 26, "sheet_unreadable"),
    # missing parts
    ("no content types", book(types=None), "sheet_unreadable"),
    ("no relations", book(rels=None), "sheet_unreadable"),
    ("no workbook", book(book=None), "sheet_unreadable"),
    ("no relations of the workbook", book(book_rels=None), "sheet_unreadable"),
    ("no sheet", book(sheet=None), "sheet_unreadable"),
    ("relations without the workbook", book(rels="<Relationships/>"), "sheet_unreadable"),
    ("sheet of no relation", book(book_rels="<Relationships/>"), "sheet_unreadable"),
    (
        "every sheet hidden",
        book(book=BOOK.replace("sheetId", 'state="hidden" sheetId')),
        "sheet_unreadable",
    ),
    (
        "sheet very hidden",
        book(book=BOOK.replace("sheetId", 'state="veryHidden" sheetId')),
        "sheet_unreadable",
    ),
    ("no sheets", book(book="<workbook/>"), "sheet_unreadable"),
    (
        "chart instead of a sheet",
        book(book_rels=BOOK_RELS.replace("/worksheet", "/chartsheet")),
        "sheet_unreadable",
    ),
    # relations that lead out
    (
        "sheet on another host",
        book(
            book_rels=BOOK_RELS.replace(
                'Target="worksheets/sheet1.xml"',
                'Target="http://evil.test/x" TargetMode="External"',
            )
        ),
        "sheet_unsafe",
    ),
    (
        "relation upwards",
        book(book_rels=BOOK_RELS.replace("worksheets/sheet1.xml", "../../../etc/passwd")),
        "sheet_unsafe",
    ),
    (
        "relation into nothing",
        book(book_rels=BOOK_RELS.replace("sheet1", "sheet9")),
        "sheet_unreadable",
    ),
    # XML
    ("entities in the sheet", book(sheet=DOCTYPE + sheet_xml()), "sheet_unsafe"),
    ("entities in the workbook", book(book=DOCTYPE + BOOK), "sheet_unsafe"),
    ("entities in the relations", book(rels=DOCTYPE + RELS), "sheet_unsafe"),
    ("entities in the content types", book(types=DOCTYPE + TYPES), "sheet_unsafe"),
    (
        "external entity",
        book(sheet='<!DOCTYPE x SYSTEM "file:///etc/passwd">' + sheet_xml()),
        "sheet_unsafe",
    ),
    (
        "parameter entity in small letters and spaces",
        book(sheet="<!  doctype x>" + sheet_xml()),
        "sheet_unsafe",
    ),
    ("entity nobody declared", sheet(row_xml(1, ["&bomb;"])), "sheet_unreadable"),
    ("no XML", book(sheet="roster"), "sheet_unreadable"),
    ("workbook of no XML", book(book="workbook"), "sheet_unreadable"),
    ("sheet that ends early", book(sheet=sheet_xml()[:-40]), "sheet_unreadable"),
    ("UTF-16 sheet", book(sheet=sheet_xml().encode("utf-16")), "sheet_unreadable"),
    (
        "sheet in another encoding",
        book(sheet=b'<?xml version="1.0" encoding="GBK"?>' + sheet_xml().encode("gbk")),
        "sheet_unreadable",
    ),
    ("sheet that is not UTF-8", book(sheet=sheet_xml().encode("gb18030")), "sheet_unreadable"),
    ("NUL in the sheet", book(sheet=sheet_xml().replace("张", "\x00")), "sheet_unreadable"),
    # dimensions
    ("last cell of all", sheet(far("XFD1048576")), "sheet_too_large"),
    ("last column", sheet(far("XFD3")), "sheet_too_large"),
    ("last row", sheet(far("A1048576")), "sheet_too_large"),
    ("row beyond every program", sheet(far("A9999999")), "sheet_too_large"),
    ("row of many digits", sheet(far("A99999999999999999999")), "sheet_unreadable"),
    ("row zero", sheet(far("A0")), "sheet_unreadable"),
    ("reference of no cell", sheet(far("张三")), "sheet_unreadable"),
    (
        "millions of empty rows",
        sheet(GOOD_ROWS + "".join(f'<row r="{n}"/>' for n in range(3, 300_000))),
        "sheet_too_large",
    ),
    ("rows without numbers", sheet("<row/>" * 25_000), "sheet_too_large"),
    ("cells without references", sheet(f"<row>{'<c/>' * 200}</row>"), "sheet_too_large"),
    (
        "cells under another prefix",
        sheet('<row r="1"><x:c xmlns:x="y" r="XFD1" t="str"><v>1</v></x:c></row>'),
        "sheet_too_large",
    ),
    (
        "reference behind other attributes",
        sheet("<row r='1'><c t='str' r='XFD1'><v>1</v></c></row>"),
        "sheet_too_large",
    ),
    (
        "merge of everything",
        sheet(GOOD_ROWS, tail='<mergeCells><mergeCell ref="x"/></mergeCells>'),
        "sheet_unreadable",
    ),
    (
        "endless merges",
        sheet(
            GOOD_ROWS, tail="<mergeCells>" + '<mergeCell ref="A1:B2"/>' * 21_000 + "</mergeCells>"
        ),
        "sheet_too_large",
    ),
    ("nested a hundred thousand deep", book(sheet="<a>" * 100_000), "sheet_unreadable"),
]

HOSTILE_CSV: list[tuple[str, Make, str]] = [
    ("workbook sent as csv", lambda: xlsx_of([HEADINGS]), "sheet_not_of_its_type"),
    ("xls sent as csv", lambda: OLE + b"\x00" * 600, "sheet_not_of_its_type"),
    ("pdf sent as csv", lambda: b"%PDF-1.7\n", "sheet_not_of_its_type"),
    ("gzip sent as csv", lambda: b"\x1f\x8b\x08", "sheet_not_of_its_type"),
    ("UTF-16 with its mark", lambda: csv_of([HEADINGS], encoding="utf-16"), "sheet_encoding"),
    (
        "UTF-16 without its mark",
        lambda: csv_of([["name", "phone"]], encoding="utf-16-le"),
        "sheet_encoding",
    ),
    ("no encoding", lambda: b"name,phone\n\xff\xfe\xff\xff\n", "sheet_encoding"),
    (
        "UTF-8 by its mark alone",
        lambda: b"\xef\xbb\xbf" + csv_of([HEADINGS], encoding="gb18030"),
        "sheet_encoding",
    ),
    ("GB18030 cut in a character", lambda: "姓名,张".encode("gb18030")[:-1], "sheet_encoding"),
    ("quote never closed", lambda: b'name,phone\n"Li,138', "sheet_unreadable"),
    ("text behind a quote", lambda: b'name,phone\n"Li"x,138', "sheet_unreadable"),
    ("field of megabytes", lambda: b"name\n" + b"x" * 3_000_000, "sheet_unreadable"),
    ("a million columns", lambda: b"," * 1_000_000, "sheet_too_large"),
    ("a million rows", lambda: b"a,b\n" * 1_000_000, "sheet_too_large"),
    ("millions of empty rows", lambda: b"\n" * 4_000_000, "sheet_too_large"),
]


@pytest.mark.parametrize(
    ("media", "make", "code"),
    [
        *(pytest.param(XLSX, m, code, id=f"xlsx {name}") for name, m, code in HOSTILE_XLSX),
        *(pytest.param(CSV, m, code, id=f"csv {name}") for name, m, code in HOSTILE_CSV),
    ],
)
def test_a_hostile_file_is_refused_with_its_code(media: str, make: Make, code: str) -> None:
    raw = make()
    with pytest.raises(Refusal) as refused:
        SHEETS.read(raw, media)
    assert refused.value.code == code


def test_reading_hostile_files_takes_bounded_memory() -> None:
    """All of them in one process: what each unpacks to is bounded before it is unpacked."""
    for _, make, _ in (*HOSTILE_XLSX, *HOSTILE_CSV):
        raw = make()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with suppress(Refusal):
            SHEETS.read(raw, XLSX)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024


def test_a_damaged_workbook_is_read_or_refused_and_never_ends_the_process() -> None:
    chance = random.Random(20261121)
    codes = set()
    for _ in range(400):
        xml = bytearray(sheet_xml().encode())
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(xml))
            if chance.random() < 0.5:
                xml[at] = chance.randrange(256)
            else:
                del xml[at : at + chance.randint(1, 30)]
        try:
            SHEETS.read(zipped(parts(sheet=bytes(xml))), XLSX)
        except Refusal as refused:
            codes.add(refused.code)
    assert codes <= {"sheet_unreadable", "sheet_too_large", "sheet_unsafe", "sheet_not_of_its_type"}


@pytest.mark.parametrize("share", range(0, 100, 5))
def test_a_file_with_a_changed_byte_is_read_or_refused(share: int) -> None:
    raw = bytearray(GOOD)
    raw[len(raw) * share // 100] ^= 0x55
    codes = set()
    try:
        SHEETS.read(bytes(raw), XLSX)
    except Refusal as refused:
        codes.add(refused.code)
    assert all(code.startswith("sheet_") for code in codes)
