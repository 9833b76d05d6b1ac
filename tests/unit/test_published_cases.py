"""The published cases, each under the pack of its place; amounts were worked out by hand."""

from typing import Any

import pytest

from domain.entitlement import PersonOutcome, Trained, entitlement
from domain.explanation import explain_person, explain_prepayment
from domain.prepayment_amount import prepayment
from tests.unit.policy_samples import policy_document, standard
from tests.unit.test_calculation import calculated, grouped, money, refused

CERTIFICATE = {"evidence": "certificate"}


def test_qidong_33_planned_and_32_completed() -> None:
    answer = calculated(policy="nantong-2019-15", planned=33, completed_certified=32)
    # 33 × 4000 × 50 % = 66 000; 32 × 4000 = 128 000; 62 000 are left.
    assert money(answer) == (6_600_000, 12_800_000, 6_200_000, 0)


@pytest.mark.parametrize(
    ("planned", "certified", "prepaid_fen", "balance_fen"),
    [
        (110, 110, 24_750_000, 30_250_000),
        (8, 6, 1_800_000, 1_200_000),
        (4, 3, 900_000, 600_000),
    ],
)
def test_nanping_prepays_45_percent_by_decision(
    planned: int, certified: int, prepaid_fen: int, balance_fen: int
) -> None:
    """Four enterprises in one joint class, the second and the fourth alike; inputs are constructed."""
    answer = calculated(
        policy="fujian-2019-220",
        planned=planned,
        completed_certified=certified,
        prepayment_share_basis_points=4500,
        prepayment_reason="预算安排",
    )
    assert money(answer) == (prepaid_fen, certified * 500_000, balance_fen, 0)
    assert any("预算安排" in sentence.zh for sentence in answer.explanation)


def test_old_wuhan_pays_4000_yuan_without_a_certificate() -> None:
    answer = calculated(
        policy="wuhan-2019", planned=20, completed_certified=15, completed_uncertified=3
    )
    # 20 × 5000 × 50 % ahead; 15 × 5000 + 3 × 4000 earned; two left.
    assert money(answer) == (5_000_000, 8_700_000, 3_700_000, 0)
    senior = calculated(
        policy="wuhan-2019", target_grade=3, filed_months=24, actual_months=24,
        planned=10, completed_certified=6, completed_uncertified=2,
    )  # fmt: skip
    # One year ahead: 10 × 6000 × 50 %; two years earned: 6 × 12 000 + 2 × 8000.
    assert money(senior) == (3_000_000, 8_800_000, 5_800_000, 0)


def test_wuhan_of_2022_pays_6000_and_8000_and_nothing_without_a_certificate() -> None:
    middle = calculated(
        policy="wuhan-2022", planned=10, completed_certified=8, completed_uncertified=1
    )
    assert money(middle) == (3_000_000, 4_800_000, 1_800_000, 0)
    senior = calculated(policy="wuhan-2022", target_grade=2, planned=10, completed_certified=10)
    assert money(senior) == (4_000_000, 8_000_000, 4_000_000, 0)


def test_half_of_the_rate_without_a_certificate() -> None:
    half = policy_document(uncertified={"mode": "share", "share_basis_points": 5000})
    answer = calculated(policy=half, completed_certified=6, completed_uncertified=3)
    assert money(answer) == (2_000_000, 3_000_000, 1_000_000, 0)


def test_guangdong_adds_30_percent_for_a_scarce_occupation() -> None:
    answer = calculated(
        policy="guangdong-2023-13", target_grade=3, uplift=3000, planned=10, completed_certified=9
    )
    # 6500 × 130 % = 8450; 10 × 8450 × 50 % ahead; 9 × 8450 earned.
    assert money(answer) == (4_225_000, 7_605_000, 3_380_000, 0)
    code, faults = refused(policy="guangdong-2023-13", target_grade=4, uplift=3000)
    assert (code, faults) == ("calculation_refused", {("/uplift", "uplift_not_allowed")})


@pytest.mark.parametrize(
    ("policy", "grade", "rate_fen"),
    [
        ("yunnan", 4, 500_000), ("yunnan", 3, 500_000),
        ("shenzhen-2019-11", 4, 550_000), ("shenzhen-2019-11", 3, 700_000),
        ("shenzhen-2019-11", 2, 850_000),
        ("guangdong-2023-13", 4, 500_000), ("guangdong-2023-13", 1, 850_000),
        ("fujian-2019-220", 3, 600_000), ("nantong-2019-15", 2, 600_000),
        ("national-2021-39", 1, 500_000),
    ],
)  # fmt: skip
def test_a_year_certified_earns_the_published_rate(policy: str, grade: int, rate_fen: int) -> None:
    answer = calculated(policy=policy, target_grade=grade, planned=1, completed_certified=1)
    assert money(answer) == (rate_fen // 2, rate_fen, rate_fen - rate_fen // 2, 0)


# --- what a case may say -------------------------------------------------------------------------


def dated(first: str, last: str, **fields: Any) -> dict[str, Any]:
    return {"days": {"first_day": first, "last_day": last, **fields}}


def test_a_case_says_every_outcome_at_once_and_dates_instead_of_months() -> None:
    answer = calculated(
        policy="wuhan-2019",
        target_grade=3,
        planned=10,
        **grouped(
            {"people": 4, **CERTIFICATE, "reached_grade": 3, **dated("2020-03-01", "2021-02-28")},
            {"people": 2, **CERTIFICATE, "reached_grade": 4, **dated("2020-03-01", "2021-02-28")},
            {"people": 1, "evidence": "none", "actual_months": 12},
            exits=[
                {"people": 1, "reason": "left", **dated("2020-03-01", "2020-08-31")},
                {"people": 1, "reason": "dismissed", "months": 4},
            ],
        ),
    )
    # 4 × 6000 + 2 × 5000 (grade reached) + 1 × 4000; 10 × 6000 × 50 % ahead.
    assert money(answer) == (3_000_000, 3_800_000, 800_000, 0)


def test_a_standard_of_days_is_calculated_from_dates() -> None:
    daily = policy_document(unit={"kind": "day"})
    group = {"people": 2, **CERTIFICATE, "reached_grade": 4}
    answer = calculated(
        policy=daily,
        planned=2,
        **grouped(group | dated("2024-03-01", "2024-08-31", suspended_days=84)),
    )
    # 184 days less 84: 4000 × 100 ÷ 365 = 1095.890…, half-up to fen, once a person.
    assert answer.entitlement_fen == 2 * 109_589
    assert refused(policy=daily, **grouped(group | {"actual_months": 12}))[1] == {
        ("/policy", "unit_needs_dates")
    }


def test_days_are_given_alone_and_in_order() -> None:
    group = {"people": 1, **CERTIFICATE, "reached_grade": 4}
    backwards = dated("2024-03-02", "2024-03-01")
    _, faults = refused(
        **grouped(
            group | backwards | {"actual_months": 1},
            exits=[
                {"people": 1, "reason": "left", "months": 1, **backwards},
                {"people": 1, "reason": "left"},
            ],
        )
    )
    assert faults == {
        ("/groups/0/days", "days_and_months"), ("/groups/0/days/last_day", "period_reversed"),
        ("/exits/0/days", "days_and_months"), ("/exits/0/days/last_day", "period_reversed"),
        ("/exits/1/months", "missing_field"),
    }  # fmt: skip


def test_a_decided_share_is_the_policys_or_lower_with_a_reason() -> None:
    assert refused(prepayment_share_basis_points=5001)[1] == {
        ("/prepayment_share_basis_points", "share_above_policy")
    }
    assert refused(prepayment_share_basis_points=4999)[1] == {
        ("/prepayment_reason", "reason_missing")
    }
    assert refused(prepayment_share_basis_points=5000, prepaid_fen=1)[1] == {
        ("/prepayment_share_basis_points", "prepaid_and_share")
    }
    assert calculated(prepayment_share_basis_points=5000).prepayment_fen == 2_000_000


# --- rates below the national floor ----------------------------------------------------------------


def test_the_reason_for_a_low_rate_is_shown_by_every_affected_case_and_no_other() -> None:
    low = standard(below_floor_reason="财力不足", ours=["/below_floor_reason"])
    person = PersonOutcome(filed_grade=4, filed_months=12, trained=Trained(months=12))
    for policy, shown in ((low, True), (standard(), False)):
        earned = explain_person(entitlement(policy, person).facts)[0]
        ahead = explain_prepayment(
            prepayment(policy, target_grade=4, filed_months=12, people=1).facts
        )[0]
        assert [("财力不足〔自定，无文件出处〕" in one.zh) for one in (earned, ahead)] == [
            shown,
            shown,
        ]
        assert ("below the national floor" in earned.en) is shown
