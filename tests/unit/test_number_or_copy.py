"""A number or a copy (EVD-01): what is declared without a number, what two people read, what looks odd."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.cases import Duty
from domain.certificate import Declaration, check_declarations, declared
from domain.document import (
    COPY_RULE,
    OTHER_MATERIAL,
    DeclaredDocument,
    Document,
    checklist,
    copied,
)
from domain.errors import FAULTS_MAX, Refusal
from domain.manual_finding import Seen, check_read_alike
from domain.number_warnings import number_warnings
from domain.policy import CertificateType
from domain.refusals import REGISTRY
from domain.settlement import carried
from tests.unit.settlement_samples import NUMBER, a_certificate, a_standing

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
ONE, OTHER = UUID(int=11), UUID(int=12)


def a_declaration(**changed: Any) -> Declaration:
    fields: dict[str, Any] = {
        "enrolment_id": ONE,
        "certificate_type": CertificateType.SKILL_LEVEL,
        "certificate_number": None,
        "holder_name": None,
        "occupation_code": "6-18-01-01",
        "grade": 4,
        "issued_on": date(2026, 3, 5),
        "issuer_code": None,
    }
    return Declaration(**(fields | changed))


def a_copy(enrolment_id: UUID | None = ONE, kind: str = "certificate_copy") -> DeclaredDocument:
    return DeclaredDocument(
        kind=kind,
        file_name="证书.pdf",
        media_type="application/pdf",
        sha256=bytes(32),
        enrolment_id=enrolment_id,
    )


def seen(number: str | None) -> Seen:
    return Seen(
        source_system="证书复印件",
        seen_at=NOW,
        document_sha256=bytes(32),
        note="",
        certificate_number=number,
    )


def code_in(refused: pytest.ExceptionInfo[Refusal]) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def test_a_certificate_without_a_number_needs_a_copy() -> None:
    both = [a_declaration(), a_declaration(enrolment_id=OTHER)]
    roster = {ONE: "张三", OTHER: "李四"}
    check_declarations(both, completed=set(roster), roster=roster, copies={ONE, OTHER})
    with pytest.raises(Refusal) as refused:
        check_declarations(both, completed=set(roster), roster=roster, copies={ONE})
    assert code_in(refused) == [("/declarations/1/certificate_number", "number_or_copy_missing")]


def test_without_a_number_nothing_is_malformed_and_nothing_is_invented() -> None:
    certificate = declared(a_declaration(), declaration_id=uuid4(), roster_name="张三")
    assert (certificate.number_raw, certificate.number, certificate.well_formed) == (
        None,
        None,
        True,
    )


def test_a_copy_stands_for_the_person_it_names_until_it_is_withdrawn() -> None:
    assert copied([a_copy(), a_copy(OTHER, kind=OTHER_MATERIAL), a_copy(None)]) == {ONE}
    withdrawn = Document(
        id=uuid4(),
        case_id=uuid4(),
        kind="certificate_copy",
        enrolment_id=ONE,
        version=2,
        file_name="证书.pdf",
        media_type="application/pdf",
        sha256=bytes(32),
        reference=None,
        withdrawn=True,
        added_by=uuid4(),
        added_at=NOW,
        size_bytes=None,
        stored_at=None,
    )
    assert copied([withdrawn]) == frozenset()


def test_the_list_asks_for_a_copy_of_everybody_without_a_number() -> None:
    (item,) = checklist((COPY_RULE,), [a_copy()], people={ONE, OTHER})
    assert not item.present
    (item,) = checklist((COPY_RULE,), [a_copy(), a_copy(OTHER)], people={ONE, OTHER})
    assert (item.present, item.complete) == (True, False), "the contents may follow"


def test_what_was_shown_by_a_copy_is_carried_beside_others_of_its_kind() -> None:
    kept = [
        a_certificate(enrolment_id=ONE, number=None, number_raw=None),
        a_certificate(enrolment_id=OTHER),
    ]
    new = a_certificate(enrolment_id=uuid4(), number=None, number_raw=None)
    over = carried(kept, instead=[new], new_id=uuid4)
    assert [one.enrolment_id for one in over] == [ONE, OTHER]


def test_a_number_is_read_where_none_was_declared() -> None:
    assert seen(None).number(declared=None) is None
    assert seen(None).number(declared=NUMBER) is None
    assert seen(" y0000 32000001264000001").number(declared=None) == NUMBER
    with pytest.raises(Refusal) as refused:
        seen(NUMBER).number(declared=NUMBER)
    assert refused.value.code == "sighting_faulty"
    assert code_in(refused) == [("/seen/certificate_number", "number_already_declared")]
    for unusable in (" - ", "9" * 61):
        with pytest.raises(Refusal) as refused:
            seen(unusable).number(declared=None)
        assert code_in(refused) == [("/seen/certificate_number", "certificate_number_unusable")]


def test_what_was_read_is_kept_with_who_read_it() -> None:
    sighting = seen(" y1").by(ONE, Duty.CONFIRM_FIRST, now=NOW + timedelta(hours=1))
    assert (sighting.number_raw, sighting.person_id) == (" y1", ONE)


@pytest.mark.parametrize(("first", "second"), [(None, "Y1"), ("Y1", None), ("Y1", "Y2")])
def test_both_read_the_same_number_or_none(first: str | None, second: str | None) -> None:
    check_read_alike(first, first)
    with pytest.raises(Refusal) as refused:
        check_read_alike(first, second)
    assert code_in(refused) == [("/seen/certificate_number", "number_read_differently")]


def test_a_certificate_is_used_under_the_number_declared_or_read_from_its_copy() -> None:
    bare = a_certificate(number=None, number_raw=None)
    assert a_standing().number == NUMBER
    assert a_standing(certificate=bare).number is None
    assert a_standing(certificate=bare, number_read="Y1").number == "Y1"
    assert a_standing(certificate=None).number is None


def warned(*numbers: str | None, **changed: Any) -> list[tuple[str, str]]:
    found = number_warnings(
        a_certificate(**({"number_raw": number, "number": number} | changed)) for number in numbers
    )
    for fault in found:
        said = REGISTRY[fault.code].detail.filled(fault.values)
        assert "{" not in said.zh + said.en
    return [(fault.pointer, fault.code) for fault in found]


@pytest.mark.parametrize(
    ("number", "changed", "codes"),
    [
        (NUMBER, {}, []),
        (NUMBER[:-2], {}, ["certificate_number_malformed"]),
        (NUMBER[:-1], {}, ["certificate_length_unusual"]),
        (NUMBER.replace("Y0", "YO"), {}, ["certificate_letter_unusual"]),
        (NUMBER.replace("Y00", "Y0O"), {}, ["certificate_character_misplaced"]),
        (NUMBER, {"issued_on": date(2025, 3, 5)}, ["certificate_year_differs"]),
        (NUMBER, {"grade": 3}, ["certificate_grade_differs"]),
        (NUMBER, {"grade": None}, []),
        ("X" + NUMBER[1:], {}, ["certificate_prefix_unusual"]),
        ("Y0000990" + NUMBER[8:], {}, ["certificate_province_unknown"]),
        (
            NUMBER,
            {"certificate_type": CertificateType.QUALIFICATION},
            ["certificate_number_malformed"],
        ),
        ("!!!", {"certificate_type": CertificateType.TRAINING}, ["certificate_number_unusual"]),
    ],
)
def test_a_number_that_looks_odd_is_warned_of_and_located(
    number: str, changed: dict[str, Any], codes: list[str]
) -> None:
    assert warned(number, **changed) == [
        ("/declarations/0/certificate_number", code) for code in codes
    ]


def test_warnings_say_where_they_are_and_end_at_a_hundred() -> None:
    assert warned(NUMBER, None, "Y1") == [
        ("/declarations/2/certificate_number", "certificate_number_malformed")
    ]
    assert len(warned(*["Y1"] * (FAULTS_MAX + 1))) == FAULTS_MAX


def test_a_letter_that_is_no_digit_is_named_by_its_place_and_part() -> None:
    (fault,) = number_warnings([a_certificate(number_raw=NUMBER.replace("Y00", "Y0O"))])
    said = REGISTRY[fault.code].detail.filled(fault.values)
    assert said.zh.startswith("第 3 位（评价机构代码")
    assert said.en.startswith("Character 3 (number of the evaluation body")
