"""Settlement lines and figures: who is held, who falls back, and every figure of the sum."""

from datetime import date
from uuid import UUID

import pytest

from domain.balance import History
from domain.certificate import FindingResult
from domain.eligibility import Standing, Terms, judged
from domain.entitlement import Rule
from domain.errors import Refusal
from domain.explanation import SettlementPart
from domain.manual_finding import MISTAKABLE
from domain.policy import ExitReason, Label, LabelKind, Settles, Standard
from domain.settlement import (
    DECISION_VERSION,
    Amounts,
    Disposition,
    Ground,
    LineDecision,
    after_history,
    decided,
    kind_after,
    reasons_of,
)
from tests.unit.policy_samples import standard
from tests.unit.settlement_samples import (
    a_certificate,
    a_filing,
    a_person,
    a_standing,
    subsidised,
    the_terms,
)

TODAY = date(2026, 4, 1)
UNCERTIFIED = {"mode": "amount", "amount_fen": 200_000}


def decision(standing: Standing, terms: Terms | None = None) -> LineDecision:
    terms = terms or the_terms()
    return decided(standing, judged(standing, terms), terms, today=TODAY)


def shape(found: LineDecision) -> tuple[Disposition, Ground, int]:
    return found.disposition, found.facts.ground, found.amount_fen


def yearly(policy: Standard, **filing: object) -> Terms:
    """What people still in training are judged against, fourteen months after they began."""
    fields = {"completed_on": None, "filed_months": 24} | filing
    return Terms(filing=a_filing(**fields), standard=policy, confirmed=True, on=date(2026, 4, 30))


def in_training() -> Standing:
    person = a_person(state="in_training", ended_on=None)
    return a_standing(enrolment=person, certificate=None, finding=None)


def test_a_person_under_a_hold_waits_whatever_else_is_known() -> None:
    standing = a_standing(holds=1)
    found = decision(standing)
    assert shape(found) == (Disposition.HELD, Ground.INVESTIGATION, 0)
    assert (found.line_id, found.enrolment_id) == (standing.line_id, standing.enrolment.id)
    facts = found.facts
    assert (facts.version, facts.policy_id, facts.finding) == (
        DECISION_VERSION,
        the_terms().standard.id,
        FindingResult.MATCH,
    )
    assert (facts.document, facts.failed, facts.entitlement) == ("测人社〔2024〕1号", (), None)


@pytest.mark.parametrize("finding", sorted(FindingResult))
def test_only_a_mistakable_finding_falls_back_on_a_reviewers_word(finding: FindingResult) -> None:
    terms = the_terms(policy=standard(uncertified=UNCERTIFIED))
    if finding not in MISTAKABLE:
        said, unsaid = (
            decision(a_standing(finding=finding, honest_mistake=said), terms)
            for said in (True, False)
        )
        assert shape(said) == shape(unsaid)
        return
    mistaken = decision(a_standing(finding=finding, honest_mistake=True), terms)
    assert shape(mistaken) == (Disposition.PAYABLE, Ground.UNCERTIFIED, 200_000)
    twice = a_standing(finding=finding, honest_mistake=True, had=subsidised())
    assert shape(decision(twice, terms)) == (Disposition.REFUSED, Ground.INELIGIBLE, 0)


def test_who_fell_back_is_not_paid_by_the_grade_they_declared() -> None:
    terms = the_terms(policy=standard(uncertified=UNCERTIFIED))
    standing = a_standing(
        certificate=a_certificate(grade=5), finding=FindingResult.NOT_FOUND, honest_mistake=True
    )
    earned = decision(standing, terms).facts.entitlement
    assert earned is not None
    assert (earned.evidence, earned.reached_grade) == (None, None)


def test_who_failed_is_not_paid_as_uncertified() -> None:
    policy = standard(uncertified=UNCERTIFIED)
    failed = a_standing(enrolment=a_person(state="failed"), certificate=None, finding=None)
    found = decision(failed, the_terms(policy=policy))
    assert shape(found) == (Disposition.REFUSED, Ground.EXITED, 0)
    assert found.facts.entitlement is not None
    assert found.facts.entitlement.exit_reason is ExitReason.FAILED


def test_a_single_fen_is_paid() -> None:
    policy = standard(uncertified={"mode": "amount", "amount_fen": 1})
    found = decision(a_standing(certificate=None, finding=None), the_terms(policy=policy))
    assert shape(found) == (Disposition.PAYABLE, Ground.UNCERTIFIED, 1)


def test_who_trains_without_standing_is_refused_as_ineligible() -> None:
    terms = yearly(standard(settles="every_year"))
    standing = in_training()
    assert shape(decision(standing, terms)) == (Disposition.PAYABLE, Ground.IN_TRAINING, 400_000)
    person = a_person(state="in_training", ended_on=None, contract_months=1)
    short = a_standing(enrolment=person, certificate=None, finding=None)
    assert shape(decision(short, terms)) == (Disposition.REFUSED, Ground.INELIGIBLE, 0)


def test_who_trains_earns_whole_years_whatever_the_unit_and_its_labels_follow() -> None:
    # Fourteen months at 4000 yuan are one whole year, also where months or days are counted.
    for unit in ({"kind": "month", "remainder": "floor"}, {"kind": "day"}):
        policy = standard(settles="every_year", unit=unit, ours=["/settles"])
        found = decision(in_training(), yearly(policy))
        earned = found.facts.entitlement
        assert earned is not None
        assert (earned.rule, earned.grade_used, earned.uplift_basis_points) == (
            Rule.IN_TRAINING,
            4,
            0,
        )
        assert (earned.units, earned.units_per_year, earned.amount_fen) == (1, 1, 400_000)
        assert Label(pointer="/settles", kind=LabelKind.OURS) in earned.labels
        assert "/uplift" not in {label.pointer for label in earned.labels}


def test_an_uplift_of_who_trains_is_named_with_its_label() -> None:
    policy = standard(
        settles="every_year", uplift={"max_basis_points": 3000, "grades": [4]}, ours=["/uplift"]
    )
    found = decision(in_training(), yearly(policy, uplift_basis_points=3000))
    earned = found.facts.entitlement
    assert earned is not None
    # 4000 x 130 % = 5200 yuan.
    assert (earned.uplift_basis_points, earned.amount_fen) == (3000, 520_000)
    assert Label(pointer="/uplift", kind=LabelKind.OURS) in earned.labels
    plain = decision(in_training(), yearly(policy)).facts.entitlement
    assert plain is not None
    assert "/uplift" not in {label.pointer for label in plain.labels}


def test_every_figure_of_the_sum_and_of_a_later_history() -> None:
    policy = standard(below_floor_reason="财力不足")
    terms = the_terms(policy=policy)
    lines = [decision(a_standing(), terms) for _ in range(3)]
    first = History(
        paid_fen=900_000, in_transit_fen=200_000, unknown_fen=300_000, got_back_fen=50_000,
        ahead_fen=100_000,
    )  # fmt: skip
    facts = reasons_of(lines, terms, history=first).facts
    assert (facts.policy_id, facts.document) == (policy.id, "测人社〔2024〕1号")
    assert facts.below_floor_reason == "财力不足"
    assert facts.parts == (SettlementPart(rule=Rule.AS_FILED, people=3, entitlement_fen=1_200_000),)
    # 1 200 000 due, 1 350 000 paid: 100 000 of the 150 000 above may stay ahead.
    reasons = reasons_of(lines, terms, history=first)
    assert reasons.amounts == Amounts(
        entitled_fen=1_200_000, history_fen=1_350_000, balance_fen=0, recovery_fen=50_000,
        ahead_fen=100_000,
    )  # fmt: skip
    later = after_history(
        reasons_of(lines, terms, history=History()),
        History(
            paid_fen=900_000, in_transit_fen=100_000, unknown_fen=200_000, got_back_fen=30_000,
            ahead_fen=10_000,
        ),
    )  # fmt: skip
    assert (later.facts.in_transit_fen, later.facts.unknown_fen) == (100_000, 200_000)
    assert later.amounts == Amounts(
        entitled_fen=1_200_000, history_fen=1_170_000, balance_fen=30_000, recovery_fen=0
    )
    over = after_history(reasons, History(paid_fen=1_300_000, ahead_fen=40_000))
    assert (over.facts.recovery_fen, over.facts.ahead_fen) == (60_000, 40_000)


def test_a_refused_kind_says_where_the_filing_stands() -> None:
    with pytest.raises(Refusal) as refused:
        kind_after([], filing_state="listed", settles=Settles.EVERY_YEAR, held=0, ex_officio=False)
    assert refused.value.values == {"state": "listed"}


def test_a_line_keeps_the_ids_it_was_asked_with() -> None:
    standing = a_standing(line_id=UUID(int=5), enrolment=a_person(id=UUID(int=6)))
    found = decision(standing)
    assert (found.line_id, found.enrolment_id) == (UUID(int=5), UUID(int=6))
