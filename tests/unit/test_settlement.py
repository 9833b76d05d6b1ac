"""Settlement: what becomes of each line, what a settlement adds up to, and how it is explained."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.balance import History
from domain.certificate import AWAITED, CERTIFYING, FindingResult
from domain.eligibility import EligibilityRule, Standing, Terms, judged
from domain.errors import Refusal
from domain.policy import CertificateType, Settles
from domain.settlement import (
    Amounts,
    Disposition,
    Ground,
    LineDecision,
    Settlement,
    SettlementKind,
    after_history,
    carried,
    decided,
    kind_after,
    reasons_of,
)
from domain.settlement_explanation import FINDINGS, GROUNDS, RULES, explain_line, explain_reasons
from tests.unit.policy_samples import standard
from tests.unit.settlement_samples import (
    LAST,
    a_certificate,
    a_filing,
    a_person,
    a_standing,
    subsidised,
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


def test_certificates_of_all_issuers_earn_the_same() -> None:
    """Shows EVD-16."""
    issued_by = [a_certificate(issuer_code=issuer) for issuer in ("Y000032000001", "S000032", None)]
    earned = [decision(a_standing(certificate=certificate)) for certificate in issued_by]
    assert [shape(found) for found in earned] == [
        (Disposition.PAYABLE, Ground.CERTIFIED, 400_000)
    ] * 3


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
        fields: dict[str, Any] = {"had": subsidised()} | changed
        found = decision(a_standing(**fields), the_terms(policy=policy))
        assert shape(found) == (Disposition.REFUSED, Ground.INELIGIBLE, 0)
        assert found.facts.failed == (EligibilityRule.STACKING,)
        assert RULES[EligibilityRule.STACKING].en in explain_line(found.facts)[1].en
        assert "paid once ever" in explain_line(found.facts)[2].en
        assert "项目制培训 2025 年" in explain_line(found.facts)[2].zh


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
    [
        ("failed", None, 0),
        ("exited", "left", 0),
        ("exited", "death", 400_000),
        ("exited", "terminated", 0),
    ],
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
    """Shows PAY-06."""
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


def _after(*kinds: tuple[SettlementKind, str]) -> list[Settlement]:
    return [
        Settlement(
            case=replace(a_filing().case, state=state),
            filing_id=a_filing().case.id,
            seq=n + 1,
            kind=kind,
            people=1,
            submitted_at=None,
            extract_id=None,
            verified_at=None,
            amounts=None,
        )
        for n, (kind, state) in enumerate(kinds)
    ]


INTERIM, FINAL = SettlementKind.INTERIM, SettlementKind.FINAL
EVERY_YEAR, AT_END = Settles.EVERY_YEAR, Settles.AT_END


@pytest.mark.parametrize(
    ("earlier", "state", "settles", "held", "ex_officio", "kind"),
    [
        ([], "in_training", EVERY_YEAR, 0, False, "interim"),
        ([], "in_training", AT_END, 0, False, "filing_not_completed"),
        ([], "listed", EVERY_YEAR, 0, False, "filing_not_completed"),
        ([], "completed", AT_END, 0, False, "final"),
        ([], "terminated", AT_END, 0, True, "final"),
        ([(INTERIM, "closed")], "in_training", EVERY_YEAR, 0, False, "interim"),
        ([(INTERIM, "approved")], "in_training", EVERY_YEAR, 0, False, "settlement_exists"),
        ([(INTERIM, "closed")], "completed", EVERY_YEAR, 0, False, "final"),
        ([(FINAL, "withdrawn"), (FINAL, "refused")], "completed", AT_END, 0, False, "final"),
        ([(FINAL, "verifying")], "completed", AT_END, 0, False, "settlement_exists"),
        ([(FINAL, "closed")], "completed", AT_END, 2, False, "supplementary"),
        ([(FINAL, "closed")], "closed", AT_END, 0, False, "settlement_exists"),
        ([(FINAL, "closed")], "closed", AT_END, 0, True, "adjustment"),
    ],
)
def test_which_settlement_may_follow(
    earlier: list[tuple[SettlementKind, str]],
    state: str,
    settles: Settles,
    held: int,
    ex_officio: bool,
    kind: str,
) -> None:
    try:
        found: str = kind_after(
            _after(*earlier),
            filing_state=state,
            settles=settles,
            held=held,
            ex_officio=ex_officio,
        )
    except Refusal as refused:
        found = refused.code
    assert found == kind


def test_who_still_trains_earns_whole_years_with_uplift_and_only_if_payable() -> None:
    # 广东-like: rate 5000, uplift 30 %: 6500 a year; 14 months are one whole year.
    policy = standard(
        rates={"4": 400000, "3": 500000},
        uplift={"max_basis_points": 3000, "grades": [3]},
        settles="every_year",
    )
    training = a_person(state="in_training", ended_on=None)
    terms = Terms(
        filing=a_filing(
            completed_on=None, filed_months=24, target_grade=3, uplift_basis_points=3000
        ),
        standard=policy,
        confirmed=True,
        on=date(2026, 4, 30),
    )
    standing = a_standing(enrolment=training, certificate=None, finding=None)
    line = decided(standing, judged(standing, terms), terms, today=date(2026, 4, 30))
    assert (line.disposition, line.amount_fen) == (Disposition.PAYABLE, 650_000)
    assert line.facts.ground is Ground.IN_TRAINING
    assert "Still in training, settled every year" in explain_line(line.facts)[2].en
    # What an interim settlement pays ahead of the final one stands in no document.
    assert "trained so far [ours: no source states it]" in explain_line(line.facts)[2].en
    assert "整年〔自定，无文件出处〕" in explain_line(line.facts)[2].zh
    short = replace(standing, enrolment=replace(training, contract_months=1))
    refused = decided(short, judged(short, terms), terms, today=date(2026, 4, 30))
    assert (refused.disposition, refused.amount_fen) == (Disposition.REFUSED, 0)
    assert refused.facts.failed == (EligibilityRule.ON_ROSTER,)
    plain = replace(terms, filing=replace(terms.filing, uplift_basis_points=0))
    line = decided(standing, judged(standing, plain), plain, today=date(2026, 4, 30))
    assert line.amount_fen == 500_000


def test_what_was_declared_before_is_kept_unless_it_is_declared_anew() -> None:
    kept = [
        a_certificate(number=number, enrolment_id=UUID(int=n))
        for n, number in enumerate(("A", "B", "C"), start=1)
    ]
    anew = [
        a_certificate(number="Z", enrolment_id=UUID(int=1)),
        a_certificate(number="B", enrolment_id=UUID(int=9)),
    ]
    ids = iter([UUID(int=77)])
    (carried_over,) = carried(kept, instead=anew, new_id=lambda: next(ids))
    assert carried_over == replace(kept[2], id=UUID(int=77))
