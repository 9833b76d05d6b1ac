"""Eligibility: how each rule comes out for one person, and the values it shows."""

from dataclasses import replace
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
from domain.stacking import CertificateKey, Had
from tests.unit.policy_samples import standard
from tests.unit.settlement_samples import (
    LAST,
    NUMBER,
    a_certificate,
    a_person,
    a_standing,
    a_subsidy,
    subsidised,
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
    ("fact", "value", "rule"),
    [
        ("used_before", True, R.NOT_USED_BEFORE),
        ("declared_elsewhere", True, R.NOT_DUPLICATED),
        ("had", subsidised(), R.STACKING),
    ],
)
def test_what_was_used_or_paid_before_fails(fact: str, value: Any, rule: EligibilityRule) -> None:
    rulings = judged(a_standing(**{fact: value}), the_terms())
    assert rules_with(rulings, Result.FAIL, among=R) == (rule,)


def test_stacking_shows_the_limits_the_policy_sets_and_what_stands_in_the_way() -> None:
    plain = ruling(R.STACKING, a_standing(certificate=a_certificate(grade=5)))
    assert plain.facts == {
        "occupation_code": "6-18-01-01",
        "grade": 5,
        "year": 2026,
        "once": 1,
        "higher_blocks_lower": 1,
    }
    limits = {
        "per_year_total": 3,
        "per_year_per_programme": 1,
        "excludes": ["skill_upgrade", "pre_job"],
        "claim_within_months": 12,
    }
    own = a_subsidy(programme="apprenticeship", counts_on=date(2025, 12, 31))
    had = Had(own=own, others=(a_subsidy(),))
    terms = the_terms(policy=standard(stacking=limits))
    found = ruling(R.STACKING, a_standing(had=had), terms)
    assert found.result is Result.FAIL
    assert found.facts == {
        "occupation_code": "6-18-01-01",
        "grade": 4,
        "year": 2025,
        "once": 1,
        "higher_blocks_lower": 1,
        "per_year_total": 3,
        "per_year_per_programme": 1,
        "excludes": "pre_job, skill_upgrade",
        "claim_within_months": 12,
        "violated": "same_grade",
        "clashes": "project_training 2025",
    }


def test_a_certificate_claimed_too_late_fails_by_the_policys_months() -> None:
    terms = the_terms(policy=standard(stacking={"claim_within_months": 1}))
    issued = a_certificate(issued_on=date(2026, 2, 20))
    for claimed_on, result in ((date(2026, 3, 20), Result.PASS), (date(2026, 3, 21), Result.FAIL)):
        standing = a_standing(certificate=issued, claimed_on=claimed_on)
        assert ruling(R.STACKING, standing, terms).result is result
    late = a_standing(certificate=None, finding=None, claimed_on=date(2030, 1, 1))
    assert ruling(R.STACKING, late, terms).result is Result.PASS


def test_one_certificate_is_one_whichever_issuer_it_was_declared_with() -> None:
    had = Had(
        others=(
            a_subsidy(
                occupation=None, grade=None, certificate=CertificateKey(number=NUMBER, issuer="S2")
            ),
        )
    )
    declared = a_standing(certificate=a_certificate(issuer_code="S1"), had=had)
    assert ruling(R.STACKING, declared).result is Result.PASS
    registered = replace(declared, registered_issuer="S2")
    assert ruling(R.STACKING, registered).facts["violated"] == "certificate"


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
