"""Agreements and findings: what a register's answer means, for every combination of fields."""

from datetime import date
from uuid import UUID, uuid4

import pytest

from domain.certificate import (
    AWAITED,
    CERTIFYING,
    MASKS,
    Agreement,
    Declaration,
    FindingResult,
    check_declarations,
    declared,
    finding_of,
    finding_rules,
)
from domain.errors import Refusal
from domain.policy import CertificateType

A = Agreement
SAME = A.FOUND | A.SAME_ID | A.SAME_OCCUPATION | A.SAME_GRADE | A.SAME_DATE | A.SAME_ISSUER
EXACT = SAME | A.NUMBER_EXACT | A.NAME_EXACT | A.NAME_ALIKE
NUMBER = "Y000032000001264000001"
PERSON = uuid4()


def a_declaration(**changed: object) -> Declaration:
    fields: dict[str, object] = {
        "enrolment_id": PERSON,
        "certificate_type": CertificateType.SKILL_LEVEL,
        "certificate_number": NUMBER,
        "holder_name": None,
        "occupation_code": "6-18-01-01",
        "grade": 4,
        "issued_on": date(2026, 3, 5),
        "issuer_code": None,
    }
    return Declaration(**(fields | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("agreement", "result"),
    [
        (EXACT, FindingResult.MATCH),
        (EXACT & ~A.NUMBER_EXACT, FindingResult.MATCH_NORMALISED),
        (EXACT & ~A.NAME_EXACT, FindingResult.MATCH_NORMALISED),
        (EXACT & ~A.NAME_EXACT & ~A.NAME_ALIKE, FindingResult.NAME_VARIANT),
        (EXACT & ~A.SAME_ID, FindingResult.ID_MISMATCH),
        (EXACT & ~A.SAME_OCCUPATION, FindingResult.OCCUPATION_MISMATCH),
        (EXACT & ~A.SAME_GRADE, FindingResult.LEVEL_MISMATCH),
        (EXACT & ~A.SAME_DATE, FindingResult.DATE_MISMATCH),
        (EXACT & ~A.SAME_ISSUER, FindingResult.ISSUER_MISMATCH),
        (EXACT | A.REVOKED, FindingResult.REVOKED),
        (EXACT | A.PENDING, FindingResult.PENDING_UPLOAD),
        (EXACT | A.WITHHELD, FindingResult.WITHHELD),
        (A.MALFORMED, FindingResult.NUMBER_MALFORMED),
        (A(0), FindingResult.NOT_FOUND),
        (EXACT | A.MALFORMED, FindingResult.MATCH),
    ],
)
def test_each_disagreement_alone_has_its_finding(
    agreement: Agreement, result: FindingResult
) -> None:
    assert finding_of(agreement) is result


def test_another_persons_certificate_is_named_before_anything_about_that_certificate() -> None:
    revoked_stranger = A.FOUND | A.REVOKED | A.NUMBER_EXACT
    assert finding_of(revoked_stranger) is FindingResult.ID_MISMATCH


def test_what_weighs_most_is_named_first() -> None:
    weights = [
        A.FOUND | A.SAME_ID | A.REVOKED | A.WITHHELD | A.PENDING,
        A.FOUND | A.SAME_ID | A.WITHHELD | A.PENDING,
        A.FOUND | A.SAME_ID | A.PENDING,
        A.FOUND | A.SAME_ID,
        A.FOUND | A.SAME_ID | A.SAME_OCCUPATION,
        A.FOUND | A.SAME_ID | A.SAME_OCCUPATION | A.SAME_GRADE,
        A.FOUND | A.SAME_ID | A.SAME_OCCUPATION | A.SAME_GRADE | A.SAME_DATE,
        SAME,
    ]
    assert [finding_of(agreement) for agreement in weights] == [
        FindingResult.REVOKED,
        FindingResult.WITHHELD,
        FindingResult.PENDING_UPLOAD,
        FindingResult.OCCUPATION_MISMATCH,
        FindingResult.LEVEL_MISMATCH,
        FindingResult.DATE_MISMATCH,
        FindingResult.ISSUER_MISMATCH,
        FindingResult.NAME_VARIANT,
    ]


def test_every_agreement_has_a_finding_and_people_alone_confirm_by_hand() -> None:
    rules = dict(finding_rules())
    assert list(rules) == list(range(MASKS))
    assert set(rules.values()) == set(FindingResult) - {FindingResult.CONFIRMED_MANUALLY}


def test_nothing_is_paid_on_a_disagreement_about_what_the_certificate_says() -> None:
    told = A.SAME_ID | A.SAME_OCCUPATION | A.SAME_GRADE | A.SAME_DATE | A.SAME_ISSUER
    for mask, result in finding_rules():
        if result in CERTIFYING:
            agreement = A(mask)
            assert agreement & told == told
            assert not agreement & (A.REVOKED | A.PENDING | A.WITHHELD)
            assert agreement & (A.NAME_EXACT | A.NAME_ALIKE)


def test_only_what_time_may_cure_is_awaited() -> None:
    assert {FindingResult.PENDING_UPLOAD, FindingResult.WITHHELD} == AWAITED
    assert not AWAITED & CERTIFYING


def test_a_declaration_is_normalised_for_comparison_and_kept_as_written() -> None:
    typed = a_declaration(
        certificate_number=" ｙ0000 32000001264000001 ",
        holder_name="买买提・艾力",
        occupation_code="６-18-01-01",
        issuer_code=" s000132 ",
    )
    certificate = declared(typed, declaration_id=UUID(int=1), roster_name="买买提·艾力")
    assert certificate.number_raw == " ｙ0000 32000001264000001 "
    assert certificate.number == NUMBER
    assert certificate.well_formed
    assert certificate.holder_name == "买买提・艾力"
    assert certificate.holder_name_alike == "买买提·艾力"
    assert certificate.occupation_code == "6-18-01-01"
    assert certificate.issuer_code == "S000132"


def test_the_rosters_name_stands_in_where_none_is_declared() -> None:
    certificate = declared(a_declaration(), declaration_id=UUID(int=1), roster_name="张三")
    assert certificate.holder_name == "张三"
    assert certificate.issuer_code is None


def test_a_malformed_number_is_declared_all_the_same_because_that_is_a_finding() -> None:
    odd = a_declaration(certificate_number="YOOOO32000001264000001")
    check_declarations([odd], completed={PERSON}, roster={PERSON: "张三"}, copies=())
    assert not declared(odd, declaration_id=UUID(int=1), roster_name="张三").well_formed


def test_every_fault_of_the_declarations_is_located() -> None:
    other, failed, stranger = uuid4(), uuid4(), uuid4()
    declarations = [
        a_declaration(),
        a_declaration(certificate_number="S000153000001243000102"),
        a_declaration(enrolment_id=other, certificate_number=NUMBER.lower()),
        a_declaration(enrolment_id=failed, certificate_number=" - "),
        a_declaration(enrolment_id=stranger, certificate_number="9" * 61),
    ]
    with pytest.raises(Refusal) as refused:
        check_declarations(
            declarations,
            completed={PERSON, other},
            roster={PERSON: "张三", other: "李四", failed: "王五"},
            copies=(),
        )
    assert refused.value.code == "declarations_faulty"
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [
        ("/declarations/1/enrolment_id", "person_declared_twice"),
        ("/declarations/2/certificate_number", "certificate_declared_twice"),
        ("/declarations/3/enrolment_id", "person_not_completed"),
        ("/declarations/3/certificate_number", "certificate_number_unusable"),
        ("/declarations/4/enrolment_id", "person_not_on_roster"),
        ("/declarations/4/certificate_number", "certificate_number_unusable"),
    ]
