"""The calculator: published cases, hand-computed variants, refusals, laws."""

import json
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from adapters.policies.packs_on_disk import PacksOnDisk
from domain.calculation_case import Evidence
from domain.errors import Refusal
from domain.policy import ExitReason
from domain.refusals import REGISTRY
from service.application.calculation import calculate_case, policy_documents, policy_lines
from service.http.body import checked_json
from service.http.calculation_wire import (
    CalculationCase,
    CalculationView,
    SchemaName,
    calculation_view,
    schema_text,
)
from service.http.faults import decoded
from tests.unit.policy_samples import half_up, policy_document

PACKS = PacksOnDisk()
SCHEMAS = Path(__file__).parents[2] / "openapi" / "schemas"
MONTH = {"kind": "month", "remainder": "floor"}


def calculated(**fields: Any) -> CalculationView:
    """Run a case the whole way: bytes, checks, domain, view. `fields` change a small good case."""
    case = {
        "policy": policy_document(), "target_grade": 4, "filed_months": 12, "actual_months": 12,
        "planned": 10, "completed_certified": 8, "completed_uncertified": 0,
    } | fields  # fmt: skip
    raw = json.dumps({key: value for key, value in case.items() if value is not ...}).encode()
    body = decoded(raw, checked_json(raw), CalculationCase)
    return calculation_view(calculate_case(body.to_command(), policies=PACKS))


def money(answer: CalculationView) -> tuple[int, int, int, int]:
    return (
        answer.prepayment_fen, answer.entitlement_fen, answer.balance_fen, answer.recovery_fen,
    )  # fmt: skip


def refused(**fields: Any) -> tuple[str, set[tuple[str, str]]]:
    with pytest.raises(Refusal) as no:
        calculated(**fields)
    assert no.value.code in REGISTRY
    for fault in no.value.faults:
        REGISTRY[fault.code].detail.filled(fault.values)
    return no.value.code, {(fault.pointer, fault.code) for fault in no.value.faults}


def grouped(*groups: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The fields of a case that gives groups instead of counters."""
    return {
        "groups": list(groups), "completed_certified": ..., "completed_uncertified": ...,
        "actual_months": ..., **fields,
    }  # fmt: skip


# --- published cases -----------------------------------------------------------------------------


def test_qidong_2025_04() -> None:
    answer = calculated(policy="nantong-2019-15", planned=33, completed_certified=32)
    assert money(answer) == (6_600_000, 12_800_000, 6_200_000, 0)
    assert answer.policy.document == "通人社职〔2019〕15号"


def test_nanping_2023() -> None:
    """The notice gives totals only: these inputs are constructed (CASES 4)."""
    enterprises = [(110, 110), (8, 6), (4, 3), (8, 6)]
    balances = []
    for planned, certified in enterprises:
        prepaid = planned * half_up(Fraction(500_000 * 4500, 10_000))
        answer = calculated(
            policy="fujian-2019-220",
            planned=planned,
            completed_certified=certified,
            prepaid_fen=prepaid,
        )
        assert (answer.entitlement_fen, answer.recovery_fen) == (certified * 500_000, 0)
        balances.append(answer.balance_fen)
    assert balances == [30_250_000, 1_200_000, 600_000, 1_200_000]


def test_wuhan_old_pays_4000_yuan_for_completion_without_a_certificate() -> None:
    wuhan = policy_document(
        region="4201",
        document=None,
        rates={"4": 500_000, "3": 600_000},
        uncertified={"mode": "amount", "amount_fen": 400_000},
    )
    answer = calculated(policy=wuhan, planned=20, completed_certified=15, completed_uncertified=3)
    # 20 × 5000 × 50 % ahead; 15 × 5000 + 3 × 4000 earned; 2 left.
    assert money(answer) == (5_000_000, 8_700_000, 3_700_000, 0)
    assert answer.policy.document is None


def test_taizhou_like_pays_half_the_rate_without_a_certificate() -> None:
    half = policy_document(uncertified={"mode": "share", "share_basis_points": 5000})
    answer = calculated(policy=half, completed_certified=6, completed_uncertified=3)
    assert money(answer) == (2_000_000, 3_000_000, 1_000_000, 0)


def test_guangdong_uplift_of_30_percent() -> None:
    lifted = policy_document(
        rates={"4": 500_000, "3": 650_000},
        uplift={"max_basis_points": 3000, "grades": [3, 2, 1]},
    )
    answer = calculated(
        policy=lifted, target_grade=3, uplift=3000, planned=10, completed_certified=9
    )
    # 6500 × 1.3 = 8450; 10 × 8450 × 50 % = 42 250; 9 × 8450 = 76 050.
    assert money(answer) == (4_225_000, 7_605_000, 3_380_000, 0)
    assert "130%" in answer.explanation[2].zh


def test_many_dropouts_turn_the_balance_into_a_recovery() -> None:
    answer = calculated(policy="nantong-2019-15", planned=33, completed_certified=10)
    assert money(answer) == (6_600_000, 4_000_000, 0, 2_600_000)
    assert "追缴 26 000.00 元" in answer.explanation[-2].zh
    assert "26 000.00 yuan to recover" in answer.explanation[-2].en


def test_a_balance_of_zero_pays_nothing_and_recovers_nothing() -> None:
    assert money(calculated(completed_certified=5)) == (2_000_000, 2_000_000, 0, 0)


# --- prepayment ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "prepayment_fen"),
    # 24 months, 10 planned, 6 certified after 24 months, 1 exit after 13, 1 after 12, 2 left.
    [("ONE_YEAR", 2_400_000), ("WHOLE_TERM", 4_800_000), ("EACH_YEAR", 4_080_000)],
)
def test_the_maximum_by_base_at_a_share_of_60_percent(base: str, prepayment_fen: int) -> None:
    answer = calculated(
        policy=policy_document(prepayment={"share_basis_points": 6000, "base": base}),
        filed_months=24,
        actual_months=24,
        completed_certified=6,
        exits=[
            {"people": 1, "months": 13, "reason": "left"},
            {"people": 1, "months": 12, "reason": "left"},
        ],
    )
    assert answer.prepayment_fen == prepayment_fen
    assert answer.entitlement_fen == 6 * 800_000


def test_what_was_prepaid_in_fact_is_taken_and_shown_when_above_the_maximum() -> None:
    answer = calculated(prepaid_fen=3_000_000)
    assert money(answer) == (3_000_000, 3_200_000, 200_000, 0)
    assert "高于上限" in answer.explanation[2].zh
    assert "高于上限" not in calculated(prepaid_fen=0).explanation[2].zh


# --- groups, exits, units ------------------------------------------------------------------------


def test_groups_earn_by_their_own_grade_months_and_evidence() -> None:
    answer = calculated(
        **grouped(
            {"people": 3, "reached_grade": 2, "actual_months": 24, "evidence": "certificate"},
            {"people": 2, "reached_grade": 4, "actual_months": 30, "evidence": "certificate"},
            {"people": 1, "actual_months": 24, "evidence": "training_certificate"},
            {"people": 1, "reached_grade": 3, "actual_months": 24, "evidence": "none"},
            exits=[{"people": 1, "months": 14, "reason": "conscription"}],
        ),
        policy=policy_document(
            unit=MONTH,
            max_paid_months={"4": 12},
            certificate_types={
                "skill_level_certificate": {},
                "training_certificate": {"share_basis_points": 5000},
            },
            exits={"earns": {"conscription": "completed_units"}},
        ),
        target_grade=3,
        filed_months=24,
    )
    assert [(group.kind, group.people, group.entitlement_fen) for group in answer.groups] == [
        ("completed", 3, 3_000_000),
        ("completed", 2, 800_000),
        ("completed", 1, 500_000),
        ("completed", 1, 0),
        ("exit", 1, half_up(Fraction(500_000 * 14, 12))),
        ("left", 2, 0),
    ]
    assert answer.groups[3].reached_grade is None
    assert answer.groups[4].reason is ExitReason.CONSCRIPTION
    assert answer.entitlement_fen == sum(group.entitlement_fen for group in answer.groups)


def test_a_group_without_months_takes_the_cases() -> None:
    groups = grouped({"people": 2, "evidence": "certificate", "reached_grade": 4})
    answer = calculated(**groups | {"actual_months": 12})
    assert answer.entitlement_fen == 800_000


def test_a_qualification_certificate_counts_where_only_that_is_accepted() -> None:
    only = policy_document(certificate_types={"qualification_certificate": {}})
    neither: dict[str, Any] = policy_document(certificate_types={"graduation_certificate": {}})
    assert calculated(policy=only).entitlement_fen == 3_200_000
    assert calculated(policy=neither).entitlement_fen == 0


def test_completed_uncertified_people_alone_are_a_case() -> None:
    answer = calculated(completed_certified=..., completed_uncertified=3)
    assert [(group.evidence, group.people) for group in answer.groups] == [
        (Evidence.NONE, 3),
        (None, 7),
    ]


# --- dates, floor, defaults ----------------------------------------------------------------------


def test_the_floor_is_judged_on_the_filing_date() -> None:
    before = calculated(policy="nantong-2019-15", filing_date="2021-06-07")
    after = calculated(policy="nantong-2019-15", filing_date="2021-06-08")
    assert (before.policy.below_floor, after.policy.below_floor) == (False, True)
    assert "人社部发〔2021〕39号" in after.explanation[-1].zh
    assert not calculated(policy="fujian-2019-220", filing_date="2023-01-01").policy.below_floor


def test_the_reason_of_a_rate_below_the_floor_is_shown() -> None:
    low = policy_document(below_floor_reason="财力不足")
    answer = calculated(policy=low, filing_date="2024-02-01")
    assert "财力不足" in answer.explanation[-2].zh


def test_defaults_that_bore_on_the_figures_are_named() -> None:
    pack = calculated(policy="nantong-2019-15")
    assert pack.policy.defaults_used == ["filing_date"]
    assert "自定" in pack.explanation[-1].zh
    given_day = calculated(policy="nantong-2019-15", filing_date="2024-05-01")
    assert given_day.policy.defaults_used == []
    short = calculated(
        filing_date="2024-05-01", exits=[{"people": 1, "months": 3, "reason": "left"}]
    )
    assert short.policy.defaults_used == ["policy.certificate_types", "policy.exits"]


def test_a_label_follows_its_figure_into_the_explanation() -> None:
    ours = policy_document(
        ours=["/unit", "/prepayment/base", "/rates/4", "/uncertified"],
    )
    answer = calculated(policy=ours, completed_uncertified=1)
    base, certified, uncertified = (sentence.en for sentence in answer.explanation[1:4])
    assert "base one year [ours: no source states it]" in base
    assert "Rate 4 000.00 yuan per person and year [ours" in certified
    assert "1 whole year(s) [ours" in certified
    assert "nothing [ours" in uncertified


def test_the_explanation_is_numbered_and_speaks_both_languages() -> None:
    answer = calculated(policy="nantong-2019-15", planned=33, completed_certified=32)
    assert [s.number for s in answer.explanation] == list(range(1, len(answer.explanation) + 1))
    assert "通人社职〔2019〕15号" in answer.explanation[0].zh
    assert "33 人合计 66 000.00 元" in answer.explanation[1].zh
    assert "余额 62 000.00 元" in answer.explanation[4].zh
    assert all(sentence.zh and sentence.en for sentence in answer.explanation)


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "code", "pointer", "fault"),
    [
        ({"policy": "atlantis"}, "calculation_refused", "/policy", "policy_unknown"),
        ({"policy": {}}, "policy_invalid", "/policy/rates", "missing_field"),
        ({"policy": 4}, "body_invalid", "/policy", "wrong_type"),
        ({"speed": 1}, "body_invalid", "/speed", "unknown_field"),
        ({"planned": ...}, "body_invalid", "/planned", "missing_field"),
        ({"planned": 10.0}, "body_invalid", "/planned", "not_an_integer"),
        ({"planned": True}, "body_invalid", "/planned", "wrong_type"),
        ({"planned": 100_001}, "body_invalid", "/planned", "number_too_large"),
        ({"planned": 0}, "body_invalid", "/planned", "number_too_small"),
        ({"filed_months": 121}, "body_invalid", "/filed_months", "number_too_large"),
        ({"prepaid_fen": -1}, "body_invalid", "/prepaid_fen", "number_too_small"),
        ({"prepaid_fen": 1.5}, "body_invalid", "/prepaid_fen", "not_an_integer"),
        ({"filing_date": "2024-02-30"}, "body_invalid", "/filing_date", "not_a_date"),
        ({"target_grade": 6}, "body_invalid", "/target_grade", "number_too_large"),
        ({"target_grade": 5}, "calculation_refused", "/target_grade", "no_rate_for_grade"),
        ({"filed_months": 18}, "calculation_refused", "/filed_months", "term_not_whole_years"),
        ({"filed_months": 48}, "calculation_refused", "/filed_months", "term_outside_policy"),
        ({"uplift": 1}, "calculation_refused", "/uplift", "uplift_not_allowed"),
        ({"planned": 7}, "calculation_refused", "/planned", "more_people_than_planned"),
        ({"actual_months": ...}, "calculation_refused", "/actual_months", "missing_field"),
        (
            {"completed_certified": ..., "completed_uncertified": ...},
            "calculation_refused",
            "/completed_certified",
            "missing_field",
        ),
        ({"groups": []}, "calculation_refused", "/groups", "groups_and_counters"),
        (
            {"filing_date": "2023-12-31"},
            "calculation_refused",
            "/filing_date",
            "policy_not_in_force",
        ),
        (
            {"policy": policy_document(valid_to="2024-12-31"), "filing_date": "2025-01-01"},
            "calculation_refused",
            "/filing_date",
            "policy_not_in_force",
        ),
        (
            {"policy": policy_document(unit={"kind": "day"})},
            "calculation_refused",
            "/policy",
            "unit_needs_dates",
        ),
        (
            {"exits": [{"people": 3, "months": 1, "reason": "left"}]},
            "calculation_refused",
            "/planned",
            "more_people_than_planned",
        ),
        (
            {"exits": [{"people": 1, "months": 1, "reason": "bored"}]},
            "body_invalid",
            "/exits/0/reason",
            "not_one_of",
        ),
        (
            grouped({"people": 1, "evidence": "certificate", "actual_months": 12}),
            "calculation_refused",
            "/groups/0/reached_grade",
            "missing_field",
        ),
        (
            grouped({"people": 1, "evidence": "none"}),
            "calculation_refused",
            "/groups/0/actual_months",
            "missing_field",
        ),
    ],
)
def test_bad_input_is_refused_where_it_stands(
    fields: dict[str, Any], code: str, pointer: str, fault: str
) -> None:
    said, faults = refused(**fields)
    assert (said, True) == (code, (pointer, fault) in faults)


def test_faults_of_the_policy_and_of_the_case_are_named_together() -> None:
    _, faults = refused(policy={"id": "x"}, groups=[], planned=7)
    assert {
        ("/policy/rates", "missing_field"),
        ("/groups", "groups_and_counters"),
        ("/planned", "more_people_than_planned"),
    } <= faults
    _, unknown = refused(policy="atlantis", planned=7)
    assert unknown == {("/policy", "policy_unknown"), ("/planned", "more_people_than_planned")}


# --- laws ----------------------------------------------------------------------------------------


@given(
    rate=st.integers(1, 1_000_000_000),
    people=st.tuples(*[st.integers(0, 25_000)] * 4),
    months=st.tuples(*[st.integers(0, 120)] * 2),
    filed=st.sampled_from([12, 18, 24, 36]),
    share=st.integers(0, 10_000),
    uncertified=st.integers(0, 10_000),
    prepaid=st.none() | st.integers(0, 10**13),
)
def test_the_answer_is_what_a_person_with_fractions_would_write(
    rate: int,
    people: tuple[int, int, int, int],
    months: tuple[int, int],
    filed: int,
    share: int,
    uncertified: int,
    prepaid: int | None,
) -> None:
    certified, completed, gone, left = people
    trained, until = months
    answer = calculated(
        policy=policy_document(
            rates={"4": rate},
            unit=MONTH,
            uncertified={"mode": "share", "share_basis_points": uncertified},
            prepayment={"share_basis_points": share, "base": "ONE_YEAR"},
            exits={"earns": {"left": "completed_units"}},
        ),
        filed_months=filed,
        actual_months=trained,
        planned=certified + completed + gone + left or 1,
        completed_certified=certified,
        completed_uncertified=completed,
        exits=[{"people": gone, "months": until, "reason": "left"}],
        prepaid_fen=prepaid,
    )
    yearly, paid = Fraction(rate), Fraction(min(trained, filed), 12)
    expected = (
        certified * half_up(yearly * paid)
        + completed * half_up(yearly * uncertified / 10_000 * paid)
        + gone * half_up(yearly * Fraction(min(until, filed), 12))
    )
    assert answer.entitlement_fen == expected
    assert answer.balance_fen - answer.recovery_fen == expected - answer.prepayment_fen
    assert min(answer.balance_fen, answer.recovery_fen) == 0
    assert answer.prepayment_fen == prepaid if prepaid is not None else True


# --- packs, schemas ------------------------------------------------------------------------------


def test_the_packs_are_listed_id_first_and_whole() -> None:
    lines = policy_lines(PACKS)
    assert {
        "fujian-2019-220\t35\t闽人社文〔2019〕220号\t2019-01-01..",
        "nantong-2019-15\t3206\t通人社职〔2019〕15号\t2019-01-01..",
        "national-2021-39\tCN\t人社部发〔2021〕39号\t2021-06-08..",
        "wuhan-2019\t4201\t-\t2019-01-01..2021-12-31",
    } <= set(lines)
    whole = policy_documents(PACKS)
    assert [document["id"] for document in whole] == [
        "fujian-2019-220", "guangdong-2023-13", "nantong-2019-15", "national-2021-39",
        "shenzhen-2019-11", "wuhan-2019", "wuhan-2022", "yunnan",
    ]  # fmt: skip
    assert [line.split("\t")[0] for line in lines] == [document["id"] for document in whole]


@pytest.mark.parametrize("name", list(SchemaName))
def test_the_committed_schema_is_the_generated_one(name: SchemaName) -> None:
    committed = (SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8")
    assert committed == schema_text(name)
    Draft202012Validator.check_schema(json.loads(committed))


def test_the_schema_of_a_case_takes_good_cases_and_refuses_bad_ones() -> None:
    schema = Draft202012Validator(json.loads(schema_text(SchemaName.CASE)))
    good = {
        "policy": "nantong-2019-15", "target_grade": 4, "filed_months": 12, "actual_months": 12,
        "planned": 33, "completed_certified": 32, "completed_uncertified": 0,
    }  # fmt: skip
    assert schema.is_valid(good)
    assert schema.is_valid(good | {"policy": policy_document()})
    assert not schema.is_valid(good | {"policy": {"id": "x"}})
    assert not schema.is_valid(good | {"speed": 1})
    assert not schema.is_valid(good | {"planned": 0})


def test_an_answer_has_exactly_the_keys_of_the_contract() -> None:
    plain = msgspec.to_builtins(calculated())
    assert list(plain) == [
        "prepayment_fen", "entitlement_fen", "balance_fen", "recovery_fen", "groups", "policy",
        "explanation",
    ]  # fmt: skip
    assert list(plain["policy"]) == ["id", "document", "below_floor", "defaults_used"]


def test_a_case_read_from_bytes_is_the_command_the_domain_takes() -> None:
    raw = json.dumps({
        "policy": "nantong-2019-15", "target_grade": 4, "filed_months": 12, "planned": 2,
        "groups": [{"people": 1, "evidence": "none", "actual_months": 3}],
        "filing_date": "2024-05-01",
    }).encode()  # fmt: skip
    command = decoded(raw, checked_json(raw), CalculationCase).to_command()
    assert command.case.filing_date == date(2024, 5, 1)
    assert command.case.groups is not None
    assert command.case.groups[0].actual_months == 3
