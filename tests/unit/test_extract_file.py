"""A register's extract: what is taken from a file, and where each fault in it stands."""

from datetime import date

import pytest

from domain.certificate import CertificateStatus, ExtractRow
from domain.errors import FAULTS_MAX, Refusal
from domain.extract_file import COLUMNS, parsed_extract
from domain.policy import CertificateType
from domain.refusals import REGISTRY

TODAY = date(2026, 4, 1)
HEADER = ",".join(COLUMNS)
GOOD = {
    "certificate_number": "Y000032000001264000001",
    "certificate_type": "skill_level_certificate",
    "holder_name": "张三",
    "holder_id": "11010519491231002X",
    "occupation_code": "6-18-01-01",
    "grade": "4",
    "issued_on": "2026-03-05",
    "evaluated_on": "2026-02-26",
    "issuer_code": "320681000001",
    "status": "valid",
}


def a_row(**changed: str) -> str:
    return ",".join((GOOD | changed).values())


def a_file(*rows: str) -> str:
    return "\r\n".join((HEADER, *rows)) + "\r\n"


def faults_of(text: str) -> list[tuple[str, str]]:
    with pytest.raises(Refusal) as refused:
        parsed_extract(text, today=TODAY)
    assert refused.value.code == "extract_faulty"
    for fault in refused.value.faults:
        REGISTRY[fault.code].detail.filled(fault.values)
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def test_a_good_row_is_read_whole() -> None:
    (row,) = parsed_extract(a_file(a_row()), today=TODAY)
    assert row == ExtractRow(
        row_no=1,
        number_raw="Y000032000001264000001",
        number="Y000032000001264000001",
        certificate_type=CertificateType.SKILL_LEVEL,
        holder_name="张三",
        holder_name_alike="张三",
        holder_id="11010519491231002X",
        occupation_code="6-18-01-01",
        grade=4,
        issued_on=date(2026, 3, 5),
        evaluated_on=date(2026, 2, 26),
        issuer_code="320681000001",
        status=CertificateStatus.VALID,
    )
    assert "1949" not in repr(row)


def test_numbers_are_normalised_once_and_kept_as_written() -> None:
    text = a_file(
        a_row(certificate_number="y 0000-32000001264000001", holder_id="11010519491231002x")
    )
    (row,) = parsed_extract(text, today=TODAY)
    assert row.number_raw == "y 0000-32000001264000001"
    assert row.number == "Y000032000001264000001"
    assert row.holder_id == "11010519491231002X"


def test_a_grade_and_a_day_of_evaluation_may_be_missing() -> None:
    (row,) = parsed_extract(a_file(a_row(grade="", evaluated_on="")), today=TODAY)
    assert (row.grade, row.evaluated_on) == (None, None)


def test_a_quoted_name_may_hold_a_comma_and_lines_may_end_either_way() -> None:
    quoted = a_row(holder_name='"O, Name"')
    (row,) = parsed_extract(f"{HEADER}\n{quoted}", today=TODAY)
    assert row.holder_name == "O, Name"


@pytest.mark.parametrize("separator", ["\u2028", "\u2029"])
def test_a_separator_inside_a_name_does_not_break_the_row(separator: str) -> None:
    (row,) = parsed_extract(a_file(a_row(holder_name=f"张{separator}三")), today=TODAY)
    assert row.status is CertificateStatus.VALID


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("certificate_number", " - ", "certificate_number_unusable"),
        ("certificate_number", "9" * 61, "certificate_number_unusable"),
        ("certificate_number", "1.1E+17", "spreadsheet_rounded"),
        ("certificate_type", "skill", "not_one_of"),
        ("holder_name", " ", "text_too_short"),
        ("holder_name", "长" * 51, "text_too_long"),
        ("holder_name", "张\u202e三", "forbidden_character"),
        ("holder_name", '"张\n三"', "forbidden_character"),
        ("holder_id", "1.10105E+17", "spreadsheet_rounded"),
        ("holder_id", "110105194912310021", "citizen_id_checksum"),
        ("holder_id", "12345", "citizen_id_malformed"),
        ("occupation_code", "", "text_too_short"),
        ("grade", "6", "not_one_of"),
        ("grade", "04", "not_one_of"),
        ("issued_on", "", "not_a_date"),
        ("issued_on", "20260305", "not_a_date"),
        ("issued_on", "2026-02-30", "not_a_date"),
        ("evaluated_on", "yesterday", "not_a_date"),
        ("issuer_code", "9" * 41, "text_too_long"),
        ("status", "good", "not_one_of"),
    ],
)
def test_a_bad_cell_is_located(column: str, cell: str, code: str) -> None:
    text = a_file(a_row(certificate_number="N1"), a_row(**{column: cell}))
    assert faults_of(text) == [(f"/rows/2/{column}", code)]


def test_all_faults_of_a_file_are_named_at_once() -> None:
    text = a_file(a_row(grade="9", status="?"), a_row(issued_on="?"), "one,two")
    assert faults_of(text) == [
        ("/rows/1/grade", "not_one_of"),
        ("/rows/1/status", "not_one_of"),
        ("/rows/2/issued_on", "not_a_date"),
        ("/rows/3", "columns_wrong"),
    ]


def test_faults_stop_at_a_hundred() -> None:
    rows = ["short"] * 60 + [a_row(grade="9", status="?")] * FAULTS_MAX
    assert len(faults_of(a_file(*rows))) == FAULTS_MAX


def test_one_certificate_stands_once_however_it_is_written() -> None:
    twice = a_file(a_row(), a_row(certificate_number=GOOD["certificate_number"].lower()))
    assert faults_of(twice) == [("/rows/2/certificate_number", "certificate_twice_in_extract")]


def test_one_number_may_serve_two_types() -> None:
    both = a_file(a_row(), a_row(certificate_type="training_certificate"))
    assert len(parsed_extract(both, today=TODAY)) == 2


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", [("/rows", "extract_empty")]),
        (HEADER, [("/rows", "extract_empty")]),
        ("certificate_number,holder_id\r\n", [("/header", "header_wrong")]),
        (f"{HEADER},more\r\n", [("/header", "header_wrong")]),
        ('"certificate', [("/header", "csv_malformed")]),
        (a_file(a_row(), 'x,"y" z'), [("/rows/2", "csv_malformed")]),
        (f"{HEADER}\r\n\r\n", [("/rows/1", "columns_wrong")]),
    ],
)
def test_a_file_that_is_no_extract_is_refused(text: str, faults: list[tuple[str, str]]) -> None:
    assert faults_of(text) == faults
