"""Numbers as people type them: what is wrong, at which position, and what a check digit proves."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identifiers import (
    bank,
    certificate_number,
    citizen_id,
    invoice,
    occupation,
    person_name,
    uscc,
)
from domain.identifiers.reading import Reading

TODAY = date(2026, 11, 21)
NUMBER = "11010519491231002X"


def wrong(reading: Reading) -> tuple[str, int | None]:
    """The code of what is wrong, and its position."""
    assert reading.flaw is not None
    assert reading.flaw.said.zh
    assert reading.flaw.said.en
    return reading.flaw.code, reading.flaw.position


# --- 统一社会信用代码 ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "91110000600037341L",
        "91350100M000100Y43",
        "91440300MA5DABCD50",
        "N2360104MF0000005U",
        "92530102MA6K000147",
        "523505005000AB1241",
    ],
)
def test_credit_codes_of_every_authority_are_valid(code: str) -> None:
    reading = uscc.explain(f" {code[:6]}-{code[6:].lower()} ")
    assert (reading.flaw, reading.normalised, reading.kind) == (None, code, "credit_code")


@pytest.mark.parametrize(
    ("typed", "code", "position", "segment", "proposal"),
    [
        ("A1110000600037341L", "credit_code_checksum", 18, "check character", None),
        (
            "9111000060003734IL",
            "credit_code_malformed",
            17,
            "organisation code",
            "91110000600037341L",
        ),
        ("9111O000600037341L", "credit_code_malformed", 5, "region", "91110000600037341L"),
        ("B1110000600037341L", "credit_code_malformed", 1, "registering authority", None),
        ("90110000600037341L", "credit_code_malformed", 2, "kind of body", None),
        ("91110000600037341", "credit_code_malformed", None, None, None),
        ("110108600037341", "credit_code_malformed", None, None, None),
        ("91110000600037341张", "credit_code_malformed", 18, "check character", None),
    ],
)
def test_what_is_wrong_with_a_credit_code_is_said(
    typed: str, code: str, position: int | None, segment: str | None, proposal: str | None
) -> None:
    reading = uscc.explain(typed)
    assert wrong(reading) == (code, position)
    assert reading.flaw is not None
    assert (reading.flaw.segment and reading.flaw.segment.en) == segment
    assert reading.proposal == proposal


def test_an_old_number_is_named_as_old() -> None:
    flaw = uscc.explain("110108600037341").flaw
    assert flaw is not None
    assert "old registration" in flaw.said.en


def test_the_organisation_code_inside_only_warns() -> None:
    assert uscc.explain("91110000600037341L").warnings == ()
    assert uscc.organisation_check_fits("600037341")
    seventeen = "91110000600037342"
    (warning,) = uscc.explain(seventeen + uscc.check_character(seventeen)).warnings
    assert (warning.code, warning.position) == ("organisation_code_checksum", 17)


_REGIONS = st.text("0123456789", min_size=6, max_size=6)
_SUBJECTS = st.text(uscc.ALPHABET, min_size=9, max_size=9)
_CODES = st.builds(
    lambda first, second, region, subject: (
        (seventeen := first + second + region + subject) + uscc.check_character(seventeen)
    ),
    st.sampled_from("123456789ANY"),
    st.sampled_from("123456789"),
    _REGIONS,
    _SUBJECTS,
)


@given(_CODES, st.integers(0, 17), st.sampled_from(uscc.ALPHABET))
def test_any_changed_character_of_a_credit_code_is_found(code: str, at: int, other: str) -> None:
    changed = code[:at] + other + code[at + 1 :]
    assert (uscc.fault_of(changed) is None) == (changed == code)


@given(_CODES, st.integers(0, 16))
def test_neighbours_of_a_credit_code_that_changed_places_are_found(code: str, at: int) -> None:
    turned = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert (uscc.fault_of(turned) is None) == (turned == code)


# --- 公民身份号码 ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kind", "warnings"),
    [
        (NUMBER, "citizen_id", []),
        ("１１０１０５４９１２３１００２", "citizen_id", ["citizen_id_upgraded"]),
        ("810000199408230021", "residence_permit", []),
        ("830000199201300022", "residence_permit", []),
    ],
)
def test_whose_card_a_number_is_on(typed: str, kind: str, warnings: list[str]) -> None:
    reading = citizen_id.explain(typed, today=TODAY)
    assert (reading.flaw, reading.kind) == (None, kind)
    assert [warning.code for warning in reading.warnings] == warnings


def test_a_foreign_residents_new_card_follows_the_same_rule() -> None:
    seventeen = "91115619881205001"
    number = seventeen + citizen_id.check_character(seventeen)
    assert citizen_id.explain(number, today=TODAY).kind == "foreign_permanent_residence"


@pytest.mark.parametrize(
    "region", ["440306", "371202", "320684", "540502", "331083", "469003", "510109", "412723"]
)
def test_regions_that_other_validators_reject_are_no_fault(region: str) -> None:
    seventeen = f"{region}19880101001"
    number = seventeen + citizen_id.check_character(seventeen)
    assert citizen_id.explain(number, today=TODAY).flaw is None


@pytest.mark.parametrize(
    ("typed", "code", "position", "proposal"),
    [
        ("11O105194912310O2X", "citizen_id_malformed", 3, NUMBER),
        ("11O105194912310021", "citizen_id_malformed", 3, None),
        ("1101051949123100", "citizen_id_malformed", None, None),
        ("USA110105491231", "citizen_id_malformed", 1, None),
        ("110105190002290021", "citizen_id_birth_date", 7, None),
        ("110105189912310021", "citizen_id_birth_date", 7, None),
        ("110105194912310021", "citizen_id_checksum", 18, None),
        ("110105194912310000", "excel_precision_loss", 16, None),
        ("1.10105E+17", "excel_precision_loss", 16, None),
    ],
)
def test_what_is_wrong_with_a_citizen_id_is_said_by_position(
    typed: str, code: str, position: int | None, proposal: str | None
) -> None:
    reading = citizen_id.explain(typed, today=TODAY)
    assert wrong(reading) == (code, position)
    assert reading.proposal == proposal


_PEOPLE = st.builds(
    lambda region, born, sequence: (
        (seventeen := f"{region}{born:%Y%m%d}{sequence:03d}")
        + citizen_id.check_character(seventeen)
    ),
    _REGIONS,
    st.dates(date(1930, 1, 1), date(2010, 12, 31)),
    st.integers(0, 999),
)


@given(_PEOPLE, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_changed_character_of_a_citizen_id_is_found(number: str, at: int, other: str) -> None:
    changed = number[:at] + other + number[at + 1 :]
    assert (citizen_id.fault_of(changed, today=TODAY) is None) == (changed == number)


@given(_PEOPLE, st.integers(0, 16))
def test_neighbours_of_a_citizen_id_that_changed_places_are_found(number: str, at: int) -> None:
    turned = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    assert (citizen_id.fault_of(turned, today=TODAY) is None) == (turned == number)


@given(_PEOPLE, st.sets(st.integers(0, 16), max_size=4))
def test_letters_taken_for_digits_are_proposed_back(number: str, places: set[int]) -> None:
    alike = dict(zip("01258", "OIZSB", strict=True))
    typed = "".join(alike.get(c, c) if n in places else c for n, c in enumerate(number))
    proposal = citizen_id.explain(typed, today=TODAY).proposal
    assert proposal == (number if typed != number else None)


# --- 证书编号 --------------------------------------------------------------------------------------

SKILL = "skill_level_certificate"


@pytest.mark.parametrize(
    ("typed", "kind", "warnings"),
    [
        ("Y000053000123254000017", "skill_level", []),
        ("S000153000001243000102", "skill_level", []),
        ("Y000123000001195000001", "skill_level", []),
        ("Y00005300012325T000017", "skill_level", []),
        ("A000053000123254000017", "skill_level_tolerated", ["certificate_prefix_unusual"]),
        ("Y000099000123254000017", "skill_level", ["certificate_province_unknown"]),
        ("YT00053000123254000017", "skill_level_tolerated", []),
        ("YO00053000123254000017", "skill_level_tolerated", ["certificate_letter_unusual"]),
        ("Y00053000123254000017", "skill_level_tolerated", ["certificate_length_unusual"]),
        ("YT000053000123254000017", "skill_level_tolerated", ["certificate_length_unusual"]),
        ("RGN44030012319312345", "legacy_local", []),
    ],
)
def test_a_skill_certificate_is_read_strictly_or_with_warnings(
    typed: str, kind: str, warnings: list[str]
) -> None:
    reading = certificate_number.explain(typed, SKILL)
    assert (reading.flaw, reading.kind) == (None, kind)
    assert [warning.code for warning in reading.warnings] == warnings
    assert certificate_number.well_formed(reading.normalised, SKILL)


def test_a_skill_certificate_is_compared_with_what_is_claimed() -> None:
    number = "Y000053000123254000017"
    assert certificate_number.explain(number, SKILL, issued_year=2025, grade=4).warnings == ()
    reading = certificate_number.explain(number, SKILL, issued_year=2024, grade=3)
    assert [(warning.code, warning.position) for warning in reading.warnings] == [
        ("certificate_year_differs", 14),
        ("certificate_grade_differs", 16),
    ]


@pytest.mark.parametrize(
    ("typed", "position", "segment"),
    [
        ("S00032420250001", None, None),
        ("YOOOO53000123254000017", 2, "number of the evaluation body"),
        ("Y000053000123250000017", 16, "grade"),
        ("1000053000123254000017", 1, "kind of evaluation body"),
        ("Y00005300012325400001X", 22, "serial of the certificate"),
        ("Y0000A3000123254000017", 6, "province"),
        ("Y0000530001232540000张7", 21, "serial of the certificate"),
    ],
)
def test_what_is_wrong_with_a_skill_certificate_is_said_and_nothing_proposed(
    typed: str, position: int | None, segment: str | None
) -> None:
    reading = certificate_number.explain(typed, SKILL)
    assert wrong(reading) == ("certificate_number_malformed", position)
    assert reading.flaw is not None
    assert (reading.flaw.segment and reading.flaw.segment.en) == segment
    assert reading.proposal is None


@pytest.mark.parametrize(
    ("typed", "certificate_type", "kind"),
    [
        ("2510000000400001", "qualification_certificate", "qualification"),
        ("0512345678901", "qualification_certificate", "qualification_shanghai"),
        ("专能2025A000123".replace("专能", "ZN"), "special_ability_certificate", "special_ability"),
        ("启培〔2025〕第12号", "training_certificate", "training"),
        ("100011202005000123", "graduation_certificate", "graduation_higher"),
        ("技毕2020第001号", "graduation_certificate", "graduation"),
    ],
)
def test_other_certificates_have_their_own_shapes(
    typed: str, certificate_type: str, kind: str
) -> None:
    """Shows EVD-02, EVD-06."""
    reading = certificate_number.explain(typed, certificate_type)
    assert (reading.flaw, reading.kind, reading.warnings) == (None, kind, ())


def test_certificates_without_a_national_shape_are_only_warned_of() -> None:
    for certificate_type in ("special_ability_certificate", "training_certificate", "other"):
        reading = certificate_number.explain("№?", certificate_type)
        assert reading.flaw is None
        assert [warning.code for warning in reading.warnings] == ["certificate_number_unusual"]
    assert wrong(certificate_number.explain("12345", "qualification_certificate")) == (
        "certificate_number_malformed",
        None,
    )


def test_thirteen_digits_from_shanghai_are_looked_up_with_three_zeros() -> None:
    assert certificate_number.query_form("0512345678901") == "0000512345678901"
    assert certificate_number.query_form("2510000000400001") == "2510000000400001"


# --- 银行 ------------------------------------------------------------------------------------------


WELL_KNOWN = """
102100099996 103100000026 104100000004 105100000017 301290000007 308584000013 302100011000
303100000006 305100000013 306581000003 307584007998 309391000011 310290000013 403100000004
304100040000 316331000018 318110000014 319361000013 315456000105 313100000013 325290000012
"""


@pytest.mark.parametrize("code", WELL_KNOWN.split())
def test_the_well_known_bank_codes_are_read(code: str) -> None:
    assert bank.explain_code(f"{code[:3]} {code[3:]}").kind == "bank_code"


@pytest.mark.parametrize(
    ("typed", "code", "position", "segment", "proposal"),
    [
        ("102100099997", "bank_code_checksum", 12, "check digit", None),
        ("1O2100099996", "bank_code_malformed", 2, "bank", "102100099996"),
        ("102100099O96", "bank_code_malformed", 10, "branch", None),
        ("10210009999", "bank_code_malformed", None, None, None),
        ("1021000999960A", "bank_code_malformed", 14, None, None),
    ],
)
def test_what_is_wrong_with_a_bank_code_is_said_by_position(
    typed: str, code: str, position: int | None, segment: str | None, proposal: str | None
) -> None:
    reading = bank.explain_code(typed)
    assert wrong(reading) == (code, position)
    assert reading.flaw is not None
    assert (reading.flaw.segment and reading.flaw.segment.en) == segment
    assert reading.proposal == proposal


@given(
    st.text("0123456789", min_size=11, max_size=11),
    st.integers(0, 11),
    st.sampled_from("0123456789"),
)
def test_any_changed_digit_of_a_bank_code_is_found(eleven: str, at: int, other: str) -> None:
    code = eleven + bank.check_digit(eleven)
    changed = code[:at] + other + code[at + 1 :]
    assert (bank.code_fault_of(changed) is None) == (changed == code)


@pytest.mark.parametrize(
    ("typed", "kind", "warnings"),
    [
        ("6222 0212 3456 7890 129", "card", ["card_checksum"]),
        ("6217000010001234569", "card", []),
        ("3200160123456789012", "account", []),
    ],
)
def test_a_cards_check_digit_only_warns(typed: str, kind: str, warnings: list[str]) -> None:
    reading = bank.explain_account(typed)
    assert (reading.flaw, reading.kind) == (None, kind)
    assert [warning.code for warning in reading.warnings] == warnings


def test_an_account_with_a_letter_is_told_where() -> None:
    assert wrong(bank.explain_account("32001601A345")) == ("account_malformed", 9)


@given(st.text("0123456789", min_size=15, max_size=18), st.integers(0, 18), st.integers(1, 9))
def test_any_changed_digit_of_a_card_is_found(body: str, at: int, by: int) -> None:
    card = next(body + str(check) for check in range(10) if bank.luhn_fits(body + str(check)))
    at %= len(card)
    changed = card[:at] + str((int(card[at]) + by) % 10) + card[at + 1 :]
    assert not bank.luhn_fits(changed)


# --- 发票与职业 ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "number", "kind"),
    [
        ("", "25322000000012345678", "digital_invoice"),
        ("3200201130", "0123 4567", "paper_invoice"),
        ("032001900111", "01234567", "electronic_invoice"),
        ("132001900111", "01234567", "paper_invoice"),
        ("32010125", "0123456789", "fiscal_receipt"),
    ],
)
def test_invoices_and_receipts_are_told_by_their_shape(code: str, number: str, kind: str) -> None:
    reading = invoice.explain(number, code)
    assert (reading.flaw, reading.kind) == (None, kind)


def test_a_number_of_no_invoice_is_refused_and_equal_ones_have_one_key() -> None:
    assert wrong(invoice.explain("1234", "")) == ("invoice_malformed", None)
    assert wrong(invoice.explain("01234567", ""))[0] == "invoice_malformed"
    issuer = "91110000600037341L"
    assert invoice.key_of("0123-4567", "3200201130", issuer) == invoice.key_of(
        "０１２３４５６７", "3200201130", issuer
    )
    assert invoice.key_of("01234567", "", issuer) != invoice.key_of("01234567", "1", issuer)


@pytest.mark.parametrize("typed", ["6-18-01-01", "6－18—01-01", "6180101", " 6 - 18-01-01"])
def test_an_occupation_code_is_read_as_people_write_it(typed: str) -> None:
    assert occupation.explain(typed).normalised == "6-18-01-01"
    assert occupation.explain(typed).flaw is None


@pytest.mark.parametrize(
    ("typed", "position"),
    [("9-18-01-01", 1), ("6-1A-01-01", 4), ("6.18.01.01", 2), ("6-18-01", 8), ("6-18-01-011", 11)],
)
def test_a_wrong_occupation_code_is_told_where(typed: str, position: int) -> None:
    assert wrong(occupation.explain(typed)) == ("occupation_code_malformed", min(position, 11))


def test_one_occupation_has_one_key_in_both_editions() -> None:
    old, new = "6-30-99-00", "6-31-07-03"
    assert occupation.key_of(old, edition=2015) == occupation.key_of(new, edition=2022) == new
    assert occupation.key_of("6-18-01-01", edition=2015) == "6-18-01-01"
    assert occupation.names_of("4-10-01-03") == ("保育员", "保育师")
    assert occupation.names_of("6-18-01-01") == ()


# --- 姓名 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("张三", None),
        ("阿不都·热合曼", None),
        ("𠮷野", None),
        ("Anna O’Neill", None),
        ("张\u202e三", "forbidden_character"),
        ("阿·" * 26, "text_too_long"),
        ("张\ue863", "name_private_use"),
        ("张3", "name_malformed"),
        ("··", "name_malformed"),
    ],
)
def test_a_name_holds_letters_and_separators(name: str, fault: str | None) -> None:
    assert person_name.fault_of(name) == fault
