"""Eligibility: how each rule comes out for one person, and the values it shows."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.certificate import FindingResult
from domain.eligibility import (
    OF_PERSON,
    EligibilityRule,
    Judgement,
    Result,
    Standing,
    Terms,
    judged,
    paid_grade,
    rules_with,
)
from domain.policy import Category, CertificateType
from tests.unit.policy_samples import standard
from tests.unit.settlement_samples import (
    LAST,
    a_certificate,
    a_person,
    a_standing,
    the_terms,
)

R = EligibilityRule


def ruling(rule: EligibilityRule, standing: Standing, terms: Terms | None = None) -> Judgement:
    (found,) = (one for one in judged(standing, terms or the_terms()) if one.rule is rule)
    return found


def test_a_certified_completer_passes_every_rule() -> None:
    rulings = judged(a_standing(), the_terms())
    assert {one.rule for one in rulings} == set(R)
    assert {one.result for one in rulings} == {Result.PASS}


def test_rules_about_a_certificate_are_asked_only_where_one_is_declared() -> None:
    rulings = judged(a_standing(certificate=None, finding=None), the_terms())
    assert {one.rule for one in rulings} == OF_PERSON


def test_every_value_can_be_written_as_json() -> None:
    for one in judged(a_standing(evaluated_on=LAST), the_terms()):
        assert all(isinstance(value, str | int | None) for value in one.facts.values())


@pytest.mark.parametrize(
    ("changed", "result"),
    [
        ({}, Result.PASS),
        ({"category": Category.OTHER}, Result.FAIL),
        ({"contract_months": 11}, Result.FAIL),
    ],
)
def test_the_payable_roster_holds_whom_the_policy_pays_for(
    changed: dict[str, Any], result: Result
) -> None:
    """Shows FIL-05."""
    standing = a_standing(enrolment=a_person(**changed))
    people = {
        "categories": ["new_hire"],
        "min_contract_months": 12,
        "contract_with_filing_enterprise": True,
        "minimum_wage": True,
    }
    policy = standard(people=people)
    assert ruling(R.ON_ROSTER, standing, the_terms(policy=policy)).result is result


@pytest.mark.parametrize(
    ("state", "confirmed", "result"),
    [
        ("completed", False, Result.UNKNOWN),
        ("completed", True, Result.PASS),
        ("failed", False, Result.FAIL),
        ("exited", True, Result.FAIL),
    ],
)
def test_completion_is_unknown_until_the_reviewer_confirms_it(
    state: str, confirmed: bool, result: Result
) -> None:
    standing = a_standing(enrolment=a_person(state=state))
    found = ruling(R.COMPLETION_CONFIRMED, standing, the_terms(confirmed=confirmed))
    assert found.result is result
    assert found.facts == {"outcome": state, "day": LAST.isoformat(), "confirmed": int(confirmed)}


def test_employment_that_a_register_must_show_stays_unknown_without_one() -> None:
    policy = standard(employment="registry")
    assert ruling(R.EMPLOYMENT_CONFIRMED, a_standing()).result is Result.PASS
    unknown = ruling(R.EMPLOYMENT_CONFIRMED, a_standing(), the_terms(policy=policy))
    assert unknown.result is Result.UNKNOWN


def test_a_type_the_policy_does_not_accept_fails() -> None:
    """Shows EVD-06."""
    special = a_certificate(certificate_type=CertificateType.SPECIAL_ABILITY, grade=None)
    policy = standard(certificate_types={"skill_level_certificate": {}})
    found = ruling(
        R.CERTIFICATE_TYPE_ACCEPTED, a_standing(certificate=special), the_terms(policy=policy)
    )
    assert found.result is Result.FAIL


def test_another_occupation_than_filed_fails() -> None:
    other = a_standing(certificate=a_certificate(occupation_code="6-18-01-02"))
    found = ruling(R.OCCUPATION_AS_FILED, other)
    assert found.result is Result.FAIL
    assert found.facts == {"declared": "6-18-01-02", "filed": "6-18-01-01"}


@pytest.mark.parametrize(
    ("changed", "relation", "result"),
    [
        ({"grade": 4}, "as_filed", Result.PASS),
        ({"grade": 5}, "below", Result.PASS),
        ({"grade": 3}, "above", Result.PASS),
        ({"grade": None}, "ungraded", Result.FAIL),
        (
            {"grade": None, "certificate_type": CertificateType.TRAINING},
            "ungraded",
            Result.PASS,
        ),
    ],
)
def test_a_grade_below_the_filed_one_is_no_failure_and_a_missing_one_is(
    changed: dict[str, Any], relation: str, result: Result
) -> None:
    found = ruling(R.GRADE_AS_FILED, a_standing(certificate=a_certificate(**changed)))
    assert (found.facts["relation"], found.result) == (relation, result)


GRACE = timedelta(days=180)


@pytest.mark.parametrize(
    ("issued_on", "evaluated_on", "finding", "result"),
    [
        (date(2025, 3, 1), None, FindingResult.MATCH, Result.PASS),
        (date(2025, 2, 28), None, FindingResult.MATCH, Result.FAIL),
        (LAST + GRACE, None, FindingResult.MATCH, Result.PASS),
        (LAST + GRACE + timedelta(days=1), None, FindingResult.MATCH, Result.FAIL),
        (LAST + GRACE + timedelta(days=1), LAST, FindingResult.MATCH, Result.PASS),
        (LAST, date(2025, 2, 28), FindingResult.MATCH, Result.FAIL),
        (LAST + GRACE + timedelta(days=1), None, None, Result.UNKNOWN),
        (LAST, None, None, Result.PASS),
    ],
)
def test_the_window_judges_the_evaluation_where_a_register_gives_it_else_the_issue(
    issued_on: date, evaluated_on: date | None, finding: FindingResult | None, result: Result
) -> None:
    standing = a_standing(
        certificate=a_certificate(issued_on=issued_on), evaluated_on=evaluated_on, finding=finding
    )
    policy = standard(certificate_window={"grace_days": 180, "pending_days": 180})
    assert ruling(R.INSIDE_WINDOW, standing, the_terms(policy=policy)).result is result


@pytest.mark.parametrize(
    ("fact", "rule"),
    [
        ("used_before", R.NOT_USED_BEFORE),
        ("declared_elsewhere", R.NOT_DUPLICATED),
        ("subsidised_before", R.STACKING),
    ],
)
def test_what_was_used_or_paid_before_fails(fact: str, rule: EligibilityRule) -> None:
    rulings = judged(a_standing(**{fact: True}), the_terms())
    assert rules_with(rulings, Result.FAIL, among=R) == (rule,)


def test_the_registers_issuer_goes_before_the_declared_one() -> None:
    declared = a_standing(certificate=a_certificate(issuer_code="S1"))
    assert declared.issuer_code == "S1"
    registered = a_standing(certificate=a_certificate(issuer_code="S1"), registered_issuer="S2")
    assert registered.issuer_code == "S2"
    assert a_standing(certificate=None, finding=None).issuer_code is None


@pytest.mark.parametrize(("reached", "paid"), [(None, 4), (4, 4), (5, 5), (3, 4)])
def test_a_higher_grade_than_filed_never_raises_what_is_paid(
    reached: int | None, paid: int
) -> None:
    assert paid_grade(a_certificate(grade=reached), 4) == paid
    assert paid_grade(None, 4) == 4
