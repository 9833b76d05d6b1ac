"""Explanations: facts kept as data, sentences rendered in both languages when asked."""

import json
from datetime import date
from typing import Any, TypeVar

import msgspec
import pytest

from domain.entitlement import EntitlementFacts, PersonOutcome, Rule, Trained, entitlement
from domain.explanation import (
    PaymentFacts,
    PaymentPurpose,
    Sentence,
    SettlementFacts,
    SettlementPart,
    explain_payment,
    explain_person,
    explain_prepayment,
    explain_settlement,
    percent,
)
from domain.policy import CertificateType, ExitReason
from domain.prepayment_amount import PrepaymentFacts, prepayment
from tests.unit.policy_samples import standard

SKILL = CertificateType.SKILL_LEVEL
MONTH = {"kind": "month", "remainder": "floor"}
Facts = TypeVar("Facts")


def person(policy: dict[str, Any], **fields: Any) -> tuple[Sentence, ...]:
    plain: dict[str, Any] = {
        "filed_grade": 4,
        "filed_months": 12,
        "trained": Trained(months=12),
        "evidence": SKILL,
        "reached_grade": 4,
    }
    decided = entitlement(standard(**policy), PersonOutcome(**plain | fields))
    return explain_person(stored(decided.facts))


def stored(facts: Facts) -> Facts:
    """Keep the facts as JSON and read them back, as a database does."""
    kept = json.loads(msgspec.json.encode(facts))
    return msgspec.convert(kept, type(facts))


SETTLEMENT = SettlementFacts(
    policy_id="nantong-2019-15",
    document="通人社职〔2019〕15号",
    parts=(SettlementPart(rule=Rule.AS_FILED, people=32, entitlement_fen=12_800_000),),
    due_fen=12_800_000,
    paid_fen=6_600_000,
    in_transit_fen=0,
    unknown_fen=0,
    got_back_fen=0,
    balance_fen=6_200_000,
    recovery_fen=0,
)
PAYMENT = PaymentFacts(
    reference="P-1",
    purpose=PaymentPurpose.BALANCE,
    amount_fen=6_200_000,
    decision="S-1",
    decided_on=date(2025, 4, 15),
    funding_request=None,
    concurred_on=None,
    batch=None,
    released_on=None,
    bank_line=None,
    booked_on=None,
    returned_reason=None,
)


@pytest.mark.parametrize(
    ("basis_points", "text"),
    [(0, "0%"), (5000, "50%"), (4550, "45.5%"), (1, "0.01%"), (10000, "100%"), (13000, "130%")],
)
def test_basis_points_are_written_as_percentages(basis_points: int, text: str) -> None:
    assert percent(basis_points) == text


def test_facts_are_kept_as_data_and_read_back_unchanged() -> None:
    trained = Trained(first_day=date(2024, 3, 1), last_day=date(2025, 2, 28))
    outcome = PersonOutcome(filed_grade=4, filed_months=12, trained=trained, evidence=SKILL)
    one: EntitlementFacts = entitlement(standard(ours=["/unit"]), outcome).facts
    two: PrepaymentFacts = prepayment(standard(), target_grade=4, filed_months=12, people=3).facts
    assert stored(one) == one
    assert stored(two) == two
    assert stored(SETTLEMENT) == SETTLEMENT
    assert stored(PAYMENT) == PAYMENT


def test_a_person_is_explained_by_policy_ground_term_and_arithmetic() -> None:
    trained = Trained(first_day=date(2024, 3, 1), last_day=date(2025, 3, 31), suspended_days=2)
    said = person({}, trained=trained)
    assert [sentence.number for sentence in said] == [1, 2, 3, 4]
    assert "测人社〔2024〕1号" in said[0].zh
    assert "达到备案等级中级工" in said[1].zh
    assert "2024-03-01..2025-03-31（扣除中止 2 天〔默认值〕）" in said[2].zh
    assert "less 2 days of suspension [default]" in said[2].en
    assert "4 000.00 × 1 ÷ 1 = 4 000.00" in said[3].en


def test_a_standard_without_a_document_number_says_so() -> None:
    assert "无文号" in person({"document": None})[0].zh


def test_the_months_that_cap_a_lower_grade_are_named_with_their_label() -> None:
    said = person(
        {"max_paid_months": {"4": 12}, "ours": ["/max_paid_months", "/below_filed"], "unit": MONTH},
        filed_grade=3,
        filed_months=24,
        trained=Trained(months=24),
    )
    assert "低于备案等级高级工，按所获等级标准〔自定" in said[1].zh
    assert "limited to 12 months [ours" in said[2].en
    assert "12 months (÷ 12)" in said[2].en


def test_a_lower_grade_that_is_not_paid_says_so() -> None:
    assert "not paid for" in person({"below_filed": "nothing"}, filed_grade=3)[1].en


def test_a_share_by_type_and_an_uplift_show_their_percentage() -> None:
    share = {"certificate_types": {"training_certificate": {"share_basis_points": 6250}}}
    said = person(share, evidence=CertificateType.TRAINING)
    assert "62.5% of 4 000.00 yuan" in said[1].en
    assert "× 62.5% ×" in said[3].zh
    lifted = {"uplift": {"max_basis_points": 3000, "grades": [4]}, "ours": ["/uplift"]}
    said = person(lifted, uplift_basis_points=3000)
    assert "× 130% (uplift 30%) [ours" in said[3].en


def test_completion_without_a_certificate_shows_what_it_pays() -> None:
    amount = {"uncertified": {"mode": "amount", "amount_fen": 400_000}}
    assert "100% of 4 000.00" in person(amount, evidence=None)[1].en
    assert "nothing" in person({}, evidence=None)[1].en


def test_an_exit_shows_its_reason_and_what_it_earns() -> None:
    units = {"exits": {"earns": {"conscription": "completed_units"}}, "unit": MONTH}
    gone = {"exit_reason": ExitReason.CONSCRIPTION, "trained": Trained(months=6)}
    assert "应征入伍" in person(units, **gone)[1].zh
    assert "2 000.00" in person(units, **gone)[3].zh
    assert "nothing" in person({}, **gone)[1].en


def test_days_are_shown_as_365ths() -> None:
    trained = Trained(first_day=date(2025, 1, 1), last_day=date(2025, 4, 10))
    said = person({"unit": {"kind": "day"}}, trained=trained)
    assert "100 天（÷365）" in said[2].zh


def test_a_prepayment_is_explained_with_the_share_decided_and_the_cap() -> None:
    place = standard(
        rates={"4": 5001}, uplift={"max_basis_points": 3000, "grades": [4]}, ours=["/uplift"]
    )
    plan: dict[str, Any] = {"target_grade": 4, "filed_months": 12, "people": 33}
    capped = explain_prepayment(prepayment(place, **plan).facts)
    assert "never more than 50%" in capped[2].en
    lower = explain_prepayment(
        prepayment(place, **plan, share_basis_points=4500, uplift_basis_points=3000).facts
    )
    assert "(1 + 30%) [ours" in lower[1].en
    assert "低于政策上限 50%" in lower[2].zh


def test_a_later_years_prepayment_says_since_when_for_whom_and_what_earlier_years_took() -> None:
    each = standard(prepayment={"share_basis_points": 5000, "base": "EACH_YEAR"})
    plan: dict[str, Any] = {"target_grade": 4, "filed_months": 24, "people": 2, "year": 2}
    said = explain_prepayment(
        prepayment(each, **plan, already_fen=600_000, first_day=date(2027, 2, 3)).facts
    )
    assert "第 2 年，以逐年为基数" in said[1].zh
    assert said[2].zh == (
        "第 2 年自 2027-02-03 起，只计仍在培训的学徒；以前年度已预支 6 000.00 元。"
    )
    assert said[2].en == (
        "Training year 2 began on 2027-02-03 and counts only people still in training; earlier "
        "years prepaid 6 000.00 yuan."
    )
    assert said[3].en == (
        "In total never more than 50% of the 16 000.00 yuan expected (6 000.00 already prepaid): "
        "2 000.00 yuan now."
    )
    lower = explain_prepayment(
        prepayment(each, **plan, share_basis_points=4000, already_fen=700_000).facts
    )
    assert lower[2].en.startswith("Training year 2 counts only")
    assert "第 2 年只计仍在培训的学徒" in lower[2].zh
    assert lower[3].en == "The share decided, 40%, is lower than the policy's highest, 50%."
    assert "never more than 50% of the 16 000.00" in lower[4].en


def test_a_settlement_is_explained_as_due_minus_history() -> None:
    said = explain_settlement(SETTLEMENT)
    assert [sentence.zh for sentence in said[1:]] == [
        "达到备案等级 32 人，应补 128 000.00 元。",
        "累计应补 128 000.00 元；已支付 66 000.00 元。",
        "应付余额 62 000.00 元。",
    ]


def test_a_settlement_names_money_on_its_way_and_a_recovery() -> None:
    facts = SettlementFacts(
        policy_id="p",
        document=None,
        parts=(),
        due_fen=100,
        paid_fen=300,
        in_transit_fen=20,
        unknown_fen=3,
        got_back_fen=50,
        balance_fen=0,
        recovery_fen=173,
    )
    said = explain_settlement(facts)
    assert (
        "paid 3.00 yuan, 0.20 in transit, 0.03 with the bank's answer unknown, -0.50 got back"
        in (said[1].en)
    )
    assert "1.73 yuan to recover" in said[2].en


def test_a_payment_is_explained_step_by_step_as_far_as_it_has_come() -> None:
    assert len(explain_payment(PAYMENT)) == 1
    whole = PaymentFacts(
        reference="P-1",
        purpose=PaymentPurpose.PREPAYMENT,
        amount_fen=6_600_000,
        decision="Y-1",
        decided_on=date(2024, 2, 20),
        funding_request="F-1",
        concurred_on=date(2024, 2, 21),
        batch="B-1",
        released_on=date(2024, 2, 22),
        bank_line=None,
        booked_on=date(2024, 2, 23),
        returned_reason="户名不符",
    )
    said = explain_payment(whole)
    assert [sentence.number for sentence in said] == [1, 2, 3, 4, 5]
    assert "预支 66 000.00 元" in said[0].zh
    assert "funding request F-1 (2024-02-21)" in said[1].en
    assert "batch B-1" in said[2].en
    assert "2024-02-23" in said[3].zh
    assert "户名不符" in said[4].zh
