"""Identifiers: vectors of the national standards, and what people really type."""

from datetime import date

import pytest

from domain.identifiers import bank, certificate_number, citizen_id, phone
from domain.identifiers.characters import name_alike
from domain.identifiers.occupation import occupation_fault_of

TODAY = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("11010519491231002X", "11010519491231002X"),
        ("11010519491231002x", "11010519491231002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
        (" 110105 19491231 002× ", "11010519491231002X"),
        ("110105-19491231-002X", "11010519491231002X"),
        ("110105491231002", "11010519491231002X"),
    ],
)
def test_a_citizen_id_is_normalised_for_comparison(typed: str, number: str) -> None:
    assert citizen_id.normalised(typed) == number
    assert citizen_id.fault_of(number, today=TODAY) is None


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("11010519491231002", "citizen_id_malformed"),
        ("1101051949123100AX", "citizen_id_malformed"),
        ("11010519491231002Y", "citizen_id_malformed"),
        ("110105194913310021", "citizen_id_birth_date"),
        ("110105202712310029", "citizen_id_birth_date"),
        ("110105194912310021", "citizen_id_checksum"),
    ],
)
def test_what_is_wrong_with_a_citizen_id_is_said(number: str, fault: str) -> None:
    assert citizen_id.fault_of(number, today=TODAY) == fault


def test_a_dissolved_region_is_no_fault() -> None:
    seventeen = "99999919880101001"
    number = seventeen + citizen_id.check_character(seventeen)
    assert citizen_id.fault_of(number, today=TODAY) is None


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("13800138000", None),
        ("+86 138-0013-8000", None),
        ("１３８００１３８０００", None),
        ("12800138000", "phone_malformed"),
        ("1380013800", "phone_malformed"),
    ],
)
def test_a_mobile_number_has_eleven_digits(typed: str, fault: str | None) -> None:
    assert phone.fault_of(phone.normalised(typed)) == fault


@pytest.mark.parametrize(
    "code",
    [
        "102100099996",
        "103100000026",
        "104100000004",
        "105100000017",
        "301290000007",
        "308584000013",
    ],
)
def test_well_known_bank_codes_pass_their_check_digit(code: str) -> None:
    assert bank.code_fault_of(bank.normalised(code)) is None


def test_what_is_wrong_with_a_bank_code_is_said() -> None:
    assert bank.code_fault_of("10210009999") == "bank_code_malformed"
    assert bank.code_fault_of("102100099997") == "bank_code_checksum"


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("3200 1601 2345 6789 012", None),
        ("3200-16012345678", None),
        ("32001601", "account_malformed"),
        ("32001601A345678", "account_malformed"),
    ],
)
def test_an_account_has_nine_to_thirty_two_digits(typed: str, fault: str | None) -> None:
    assert bank.account_fault_of(bank.normalised(typed)) == fault


@pytest.mark.parametrize(
    ("kind", "typed", "well_formed"),
    [
        ("skill_level_certificate", "Y000053000123254000017", True),
        ("skill_level_certificate", "S000153000001243000102", True),
        ("skill_level_certificate", "y000053000123254000017", True),
        ("skill_level_certificate", "Ｙ000053000123254000017", True),
        ("skill_level_certificate", "S00032420250001", False),
        ("skill_level_certificate", "YOOOO53000123254000017", False),
        ("skill_level_certificate", "Y000053000123250000017", False),
        ("qualification_certificate", "2510000000400001", True),
        ("qualification_certificate", "251000000040000", False),
        ("training_certificate", "启培〔2025〕第12号", True),
    ],
)
def test_certificate_numbers_have_the_shape_of_their_type(
    kind: str, typed: str, well_formed: bool
) -> None:
    assert certificate_number.well_formed(certificate_number.normalised(typed), kind) is well_formed


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("阿不都·热合曼", "阿不都•热合曼"),
        ("阿不都·热合曼", "阿不都．热合曼"),
        ("张 三", "张三"),
        ("Anna Li", "anna li"),
    ],
)
def test_names_are_alike_across_separators_and_spaces(one: str, other: str) -> None:
    assert name_alike(one) == name_alike(other)


def test_different_names_are_not_alike() -> None:
    assert name_alike("阿不都·热合曼") != name_alike("阿布都·热合曼")


def test_an_occupation_code_has_four_groups() -> None:
    assert occupation_fault_of("6-18-01-01") is None
    assert occupation_fault_of("9-18-01-01") == "occupation_code_malformed"
    assert occupation_fault_of("6-18-01") == "occupation_code_malformed"
