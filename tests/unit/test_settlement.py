"""Settlement: what becomes of each line, what a settlement adds up to, and how it is explained."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.balance import History
from domain.certificate import AWAITED, CERTIFYING, FindingResult
from domain.eligibility import EligibilityRule, Standing, Terms, judged
from domain.policy import CertificateType
from domain.settlement import (
    Amounts,
    Disposition,
    Ground,
    LineDecision,
    after_history,
    decided,
    reasons_of,
)
from domain.settlement_explanation import FINDINGS, GROUNDS, RULES, explain_line, explain_reasons
from tests.unit.policy_samples import standard
from tests.unit.settlement_samples import (
    LAST,
    a_certificate,
    a_person,
    a_standing,
    the_terms,
)

TODAY = date(2026, 4, 1)


def decision(
    standing: Standing, terms: Terms | None = None, *, today: date = TODAY
) -> LineDecision:
    terms = terms or the_terms()
    return decided(standing, judged(standing, terms), terms, today=today)


def shape(found: LineDecision) -> tuple[Disposition, Ground, int]:
    return found.disposition, found.facts.ground, found.amount_fen


@pytest.mark.parametrize("finding", sorted(CERTIFYING))
def test_a_confirmed_certificate_earns_the_rate(finding: FindingResult) -> None:
    found = decision(a_standing(finding=finding))
    assert shape(found) == (Disposition.PAYABLE, Ground.CERTIFIED, 400_000)
    assert found.facts.entitlement is not None
    assert found.facts.entitlement.evidence is CertificateType.SKILL_LEVEL


@pytest.mark.parametrize("finding", sorted(set(FindingResult) - CERTIFYING - AWAITED))
def test_a_certificate_that_is_not_confirmed_pays_nothing_not_even_as_uncertified(
    finding: FindingResult,
) -> None:
    policy = standard(uncertified={"mode": "amount", "amount_fen": 200_000})
    found = decision(a_standing(finding=finding), the_terms(policy=policy))
    assert shape(found) == (Disposition.REFUSED, Ground.UNPROVEN, 0)
    assert FINDINGS[finding].zh in explain_line(found.facts)[1].zh


@pytest.mark.parametrize("finding", sorted(AWAITED))
def test_a_pending_certificate_holds_its_line_until_the_last_day_and_then_counts_as_none(
    finding: FindingResult,
) -> None:
    policy = standard(
        uncertified={"mode": "amount", "amount_fen": 200_000},
        certificate_window={"grace_days": 30, "pending_days": 60},
    )
    terms, standing = the_terms(policy=policy), a_standing(finding=finding)
    last = LAST + timedelta(days=60)
    held = decision(standing, terms, today=last)
    assert shape(held) == (Disposition.HELD, Ground.AWAITED, 0)
    paid = decision(standing, terms, today=last + timedelta(days=1))
    assert shape(paid) == (Disposition.PAYABLE, Ground.UNCERTIFIED, 200_000)


def test_completion_without_a_certificate_earns_what_the_policy_gives_for_it() -> None:
    standing = a_standing(certificate=None, finding=None)
    assert shape(decision(standing)) == (Disposition.REFUSED, Ground.UNCERTIFIED, 0)
    policy = standard(uncertified={"mode": "share", "share_basis_points": 5000})
    half = decision(standing, the_terms(policy=policy))
    assert shape(half) == (Disposition.PAYABLE, Ground.UNCERTIFIED, 200_000)


def test_a_person_not_subsidisable_earns_nothing_certified_or_not() -> None:
    policy = standard(uncertified={"mode": "amount", "amount_fen": 200_000})
    for changed in (
        {},
        {"certificate": None, "finding": None},
        {"enrolment": a_person(state="failed")},
    ):
        fields: dict[str, Any] = {"subsidised_before": True} | changed
        found = decision(a_standing(**fields), the_terms(policy=policy))
        assert shape(found) == (Disposition.REFUSED, Ground.INELIGIBLE, 0)
        assert found.facts.failed == (EligibilityRule.STACKING,)
        assert RULES[EligibilityRule.STACKING].en in explain_line(found.facts)[1].en


def test_a_rule_about_the_certificate_refuses_a_certified_line() -> None:
    late = a_standing(certificate=a_certificate(issued_on=date(2020, 1, 1)))
    found = decision(late)
    assert shape(found) == (Disposition.REFUSED, Ground.INELIGIBLE, 0)
    assert found.facts.failed == (EligibilityRule.INSIDE_WINDOW,)


def test_an_unknown_rule_leaves_the_line_payable_for_the_approval_to_refuse() -> None:
    found = decision(a_standing(), the_terms(policy=standard(employment="registry")))
    assert found.disposition is Disposition.PAYABLE


@pytest.mark.parametrize(
    ("state", "reason", "earns"),
    [("failed", None, 0), ("exited", "left", 0), ("exited", "death", 400_000)],
)
def test_who_did_not_complete_earns_by_the_exit_rule(
    state: str, reason: str | None, earns: int
) -> None:
    policy = standard(exits={"earns": {"death": "completed_years"}})
    standing = a_standing(
        enrolment=a_person(state=state, exit_reason=reason), certificate=None, finding=None
    )
    found = decision(standing, the_terms(policy=policy))
    disposition = Disposition.PAYABLE if earns else Disposition.REFUSED
    assert shape(found) == (disposition, Ground.EXITED, earns)


def test_a_lower_grade_is_paid_by_its_rate() -> None:
    policy = standard(rates={"5": 300_000, "4": 400_000})
    found = decision(a_standing(certificate=a_certificate(grade=5)), the_terms(policy=policy))
    assert shape(found) == (Disposition.PAYABLE, Ground.CERTIFIED, 300_000)


def the_qidong_lines() -> list[LineDecision]:
    """启东市 2025-04: 33 planned, 32 completed and certified, one left."""
    left = a_standing(
        enrolment=a_person(state="exited", exit_reason="left"), certificate=None, finding=None
    )
    return [*(decision(a_standing()) for _ in range(32)), decision(left)]


def test_the_case_of_qidong_settles_to_the_fen() -> None:
    history = History(paid_fen=6_600_000)
    reasons = reasons_of(the_qidong_lines(), the_terms(), history=history)
    assert reasons.amounts == Amounts(
        entitled_fen=12_800_000, history_fen=6_600_000, balance_fen=6_200_000, recovery_fen=0
    )
    said = explain_reasons(reasons)
    assert [one.number for one in said] == list(range(1, len(said) + 1))
    assert "62 000.00" in said[-1].en
    assert "62 000.00" in said[-1].zh


def test_the_same_entitlements_meet_a_later_history() -> None:
    reasons = reasons_of(the_qidong_lines(), the_terms(), history=History())
    assert reasons.amounts.balance_fen == 12_800_000
    later = after_history(reasons, History(paid_fen=13_000_000, got_back_fen=100_000))
    assert later.amounts == Amounts(
        entitled_fen=12_800_000, history_fen=12_900_000, balance_fen=0, recovery_fen=100_000
    )
    assert later.facts.parts == reasons.facts.parts


def test_people_who_earn_nothing_yet_are_counted_by_their_reason() -> None:
    lines = [
        decision(a_standing()),
        decision(a_standing(finding=FindingResult.NOT_FOUND)),
        decision(a_standing(finding=FindingResult.NOT_FOUND)),
        decision(a_standing(finding=FindingResult.WITHHELD)),
    ]
    reasons = reasons_of(lines, the_terms(), history=History())
    assert [(part.ground, part.people) for part in reasons.unpaid] == [
        (Ground.AWAITED, 1),
        (Ground.UNPROVEN, 2),
    ]
    assert explain_reasons(reasons)[2].en.startswith("2 people: ")


def test_an_explanation_names_policy_reason_and_arithmetic_and_nobody() -> None:
    said = explain_line(decision(a_standing()).facts)
    assert "测人社〔2024〕1号" in said[0].zh
    assert said[1].zh == GROUNDS[Ground.CERTIFIED].zh
    assert "4 000.00" in said[-1].en
    assert not any("张三" in one.zh for one in said)


def test_every_ground_finding_and_rule_has_words() -> None:
    assert set(GROUNDS) == set(Ground)
    assert set(FINDINGS) == set(FindingResult)
    assert set(RULES) == set(EligibilityRule)
