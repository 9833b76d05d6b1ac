"""Policies: the format, what is missing, defaults and labels, look-up, the floor."""

from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from domain.errors import Refusal
from domain.policy import (
    CertificateType,
    ExitEarns,
    ExitReason,
    Floor,
    Label,
    LabelKind,
    Remainder,
    TypePay,
    UnitKind,
    floor_missed,
    floor_on,
    parse_floor,
    parse_policy,
    plan_faults,
    policy_schema,
    region_codes,
    standard_for,
)
from domain.policy.format import POLICY
from domain.policy.lookup import term_reason_faults
from tests.unit.policy_samples import policy_document, standard

FLOORS = (
    Floor(document="66号", valid_from=date(2018, 10, 12), rate_fen=400000, ours=()),
    Floor(document="39号", valid_from=date(2021, 6, 8), rate_fen=500000, ours=()),
)


def faults_of(document: object, at: str = "") -> set[tuple[str, str]]:
    with pytest.raises(Refusal) as refused:
        parse_policy(document, at=at)
    assert refused.value.code == "policy_invalid"
    assert refused.value.values == {"count": len(refused.value.faults)}
    return {(fault.pointer, fault.code) for fault in refused.value.faults}


def test_an_empty_policy_is_told_everything_that_is_missing_at_once() -> None:
    missing = {
        "id", "region", "document", "valid_from", "rates", "uncertified", "below_filed",
        "prepayment", "unit",
    }  # fmt: skip
    assert faults_of({}) == {(f"/{name}", "missing_field") for name in missing}


@given(st.sets(st.sampled_from(sorted(policy_document())), min_size=1))
def test_each_required_field_left_out_is_named_and_nothing_else(names: set[str]) -> None:
    document = {key: value for key, value in policy_document().items() if key not in names}
    assert faults_of(document, "/policy") == {
        (f"/policy/{name}", "missing_field") for name in names
    }


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"speed": 1}, "/speed", "unknown_field"),
        ({"a/b~c": 1}, "/a~1b~0c", "unknown_field"),
        ({"a\u202eb": 1}, "/a?b", "unknown_field"),
        ({"id": ""}, "/id", "pattern_mismatch"),
        ({"id": "two words"}, "/id", "pattern_mismatch"),
        ({"id": "x" * 65}, "/id", "text_too_long"),
        ({"id": 7}, "/id", "wrong_type"),
        ({"document": "19\u202e号"}, "/document", "forbidden_character"),
        ({"document": "\ud800"}, "/document", "forbidden_character"),
        ({"kind": "overlay"}, "/kind", "not_one_of"),
        ({"region": "320681"}, "/region", "text_too_long"),
        ({"region": "３２"}, "/region", "pattern_mismatch"),
        ({"valid_from": "2024-02-30"}, "/valid_from", "not_a_date"),
        ({"valid_from": "20240201"}, "/valid_from", "not_a_date"),
        ({"valid_from": 20240201}, "/valid_from", "not_a_date"),
        ({"valid_to": "2023-12-31"}, "/valid_to", "policy_contradicts_itself"),
        ({"rates": {}}, "/rates", "too_few_items"),
        ({"rates": []}, "/rates", "wrong_type"),
        ({"rates": {"6": 1}}, "/rates/6", "unknown_field"),
        ({"rates": {"4": 4000.0}}, "/rates/4", "not_an_integer"),
        ({"rates": {"4": True}}, "/rates/4", "not_an_integer"),
        ({"rates": {"4": 0}}, "/rates/4", "number_too_small"),
        ({"rates": {"4": 1_000_000_001}}, "/rates/4", "number_too_large"),
        ({"uncertified": []}, "/uncertified", "wrong_type"),
        ({"uncertified": {}}, "/uncertified/mode", "missing_field"),
        ({"uncertified": {"mode": "half"}}, "/uncertified/mode", "not_one_of"),
        ({"uncertified": {"mode": ["none"]}}, "/uncertified/mode", "not_one_of"),
        ({"uncertified": {"mode": "amount"}}, "/uncertified/amount_fen", "missing_field"),
        (
            {"uncertified": {"mode": "none", "amount_fen": 1}},
            "/uncertified/amount_fen",
            "unknown_field",
        ),
        ({"unit": {"kind": "month"}}, "/unit/remainder", "missing_field"),
        ({"prepayment": None}, "/prepayment", "wrong_type"),
        (
            {"prepayment": {"share_basis_points": 10001, "base": "ONE_YEAR"}},
            "/prepayment/share_basis_points",
            "number_too_large",
        ),
        ({"netting": 1}, "/netting", "wrong_type"),
        ({"uplift": {"max_basis_points": 1, "grades": 3}}, "/uplift/grades", "wrong_type"),
        ({"uplift": {"max_basis_points": 1, "grades": []}}, "/uplift/grades", "too_few_items"),
        (
            {"uplift": {"max_basis_points": 1, "grades": [1, 2, 3, 4, 5, 5]}},
            "/uplift/grades",
            "too_many_items",
        ),
        (
            {"uplift": {"max_basis_points": 1, "grades": [3, 3]}},
            "/uplift/grades/1",
            "repeated_item",
        ),
        (
            {
                "certificate_types": {
                    "training_certificate": {"share_basis_points": 1, "amount_fen": 1}
                }
            },
            "/certificate_types/training_certificate/amount_fen",
            "policy_contradicts_itself",
        ),
        (
            {"term": {"min_months": 24, "max_months": 12, "extended_max_months": 36}},
            "/term/max_months",
            "number_too_small",
        ),
        (
            {"term": {"min_months": 12, "max_months": 24, "extended_max_months": 18}},
            "/term/extended_max_months",
            "number_too_small",
        ),
        ({"ours": ["unit"]}, "/ours/0", "pattern_mismatch"),
        ({"ours": ["/unit", "/speed"]}, "/ours/1", "unknown_field"),
        ({"ours": ["/unit/kind/deeper"]}, "/ours/0", "unknown_field"),
        ({"ours": ["/rates/6"]}, "/ours/0", "unknown_field"),
        ({"ours": ["/netting/deeper"]}, "/ours/0", "unknown_field"),
    ],
)
def test_a_fault_is_named_where_it_stands(fields: dict[str, Any], pointer: str, code: str) -> None:
    assert (pointer, code) in faults_of(policy_document(**fields))


@pytest.mark.parametrize("document", [None, 1, "nantong-2019-15", []])
def test_what_is_no_object_is_no_policy(document: object) -> None:
    assert faults_of(document) == {("", "wrong_type")}


@pytest.mark.parametrize(
    "pointer",
    [
        "/rates/4", "/unit", "/unit/kind", "/unit/remainder", "/uplift/grades", "/exits/earns/left",
        "/prepayment/base", "/uncertified/amount_fen", "/certificate_types/training_certificate",
    ],
)  # fmt: skip
def test_every_field_can_be_labelled_ours(pointer: str) -> None:
    assert standard(ours=[pointer]).ours == (pointer,)


def test_defaults_are_what_the_format_says_and_each_one_used_is_remembered() -> None:
    short = standard()
    for member in POLICY.members:
        assert (f"/{member.name}" in short.defaults) == (not member.required)
    assert "/prepayment/condition" in short.defaults
    # Written out, the defaults give the same standard, apart from the memory of having used them.
    written = {m.name: deepcopy(m.default) for m in POLICY.members if not m.required}
    whole = parse_policy(written | policy_document())
    for name in type(short).__dataclass_fields__:
        if name != "defaults":
            assert getattr(whole, name) == getattr(short, name)


def test_a_policy_is_read_into_its_parts() -> None:
    read = standard(
        title={"zh": "标准", "en": "standard"},
        valid_to="2025-12-31",
        uplift={"max_basis_points": 3000, "grades": [3, 2]},
        uncertified={"mode": "share", "share_basis_points": 5000},
        max_paid_months={"4": 12},
        certificate_types={"training_certificate": {"amount_fen": 5}},
        unit={"kind": "month", "remainder": "half"},
        exits={"earns": {"conscription": "completed_units"}, "excused": {"death": "证明"}},
        stacking={"excludes": ["voucher"], "per_year_total": 3},
    )
    assert read.title.en == "standard"
    assert read.valid_to == date(2025, 12, 31)
    assert read.uplift is not None
    assert read.uplift.grades == {3, 2}
    assert read.uncertified.share_basis_points == 5000
    assert read.max_paid_months == {4: 12}
    assert read.certificate_types == {CertificateType.TRAINING: TypePay(amount_fen=5)}
    assert (read.unit.kind, read.unit.remainder) == (UnitKind.MONTH, Remainder.HALF)
    assert read.exits.earns == {ExitReason.CONSCRIPTION: ExitEarns.COMPLETED_UNITS}
    assert read.exits.excused == {ExitReason.DEATH: "证明"}
    assert read.stacking.per_year_total == 3
    assert standard().title.zh == "test-policy"


@pytest.mark.parametrize(
    ("months", "code"),
    [(0, "number_too_small"), (121, "number_too_large"), ("12", "not_an_integer")],
)
def test_the_months_to_claim_in_are_a_whole_number_or_no_limit(months: object, code: str) -> None:
    assert standard(stacking={"claim_within_months": 12}).stacking.claim_within_months == 12
    left_out = standard(stacking={})
    assert left_out.stacking.claim_within_months is None
    assert left_out.labels("/stacking/claim_within_months") == (
        Label(pointer="/stacking/claim_within_months", kind=LabelKind.DEFAULT),
    )
    with pytest.raises(Refusal) as refused:
        standard(stacking={"claim_within_months": months})
    found = [(fault.pointer, fault.code) for fault in refused.value.faults]
    assert found == [("/stacking/claim_within_months", code)]


_VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 20_000), st.just("none"), st.just("2024-01-01"),
    st.just({}), st.just([]), st.just({"mode": "none"}), st.just({"kind": "day"}),
    st.just({"4": 400000}), st.just([3]), st.just("registry"), st.floats(0, 1),
)  # fmt: skip


@given(name=st.sampled_from([member.name for member in POLICY.members]), value=_VALUES)
def test_the_json_schema_and_the_reader_agree(name: str, value: object) -> None:
    document = policy_document() | {name: value}
    fine = not list(POLICY.faults(document, ""))
    # JSON Schema takes 0.0 for an integer; the reader does not, because money has no floats.
    if isinstance(value, float):
        assert not fine
    elif not name.startswith("valid_"):  # a validator asserts no formats, such as date
        assert Draft202012Validator(policy_schema()).is_valid(document) == fine


def test_the_schema_is_itself_valid_and_describes_every_field() -> None:
    schema = policy_schema()
    Draft202012Validator.check_schema(schema)
    assert all(field["description"] for field in schema["properties"].values())


# --- labels --------------------------------------------------------------------------------------


def test_a_label_covers_a_field_its_parts_and_what_holds_it() -> None:
    labelled = standard(ours=["/prepayment/base", "/unit"])
    assert labelled.labels("/prepayment/base", "/rates/4") == (
        Label(pointer="/prepayment/base", kind=LabelKind.OURS),
    )
    assert labelled.labels("/unit/kind")[0].kind is LabelKind.OURS
    assert labelled.labels("/prepayment")[0].kind is LabelKind.OURS
    assert labelled.labels("/exits/earns/left")[0].kind is LabelKind.DEFAULT
    assert labelled.labels("/rate") == ()


# --- look-up -------------------------------------------------------------------------------------


def test_the_nearest_standard_in_force_pays() -> None:
    """Shows ACT-03."""
    nation, province, city = (
        standard(id=region, region=region, valid_from="2020-01-01")
        for region in ("CN", "32", "3206")
    )
    everywhere = [nation, province, city]
    on = date(2024, 5, 1)
    assert region_codes("/32/3206/320681/") == ("320681", "3206", "32", "CN")
    assert standard_for(everywhere, "/32/3206/320681/", on) == city
    assert standard_for(everywhere, "/32/3207/", on) == province
    assert standard_for(everywhere, "/53/", on) == nation
    assert standard_for(everywhere, "/32/3206/", date(2019, 12, 31)) is None


def test_a_standard_is_in_force_from_its_first_to_its_last_day_and_a_newer_version_wins() -> None:
    old = standard(id="old", valid_from="2020-01-01", valid_to="2024-12-31")
    new = standard(id="new", valid_from="2024-06-01")
    assert standard_for([new, old], "/32/3206/", date(2024, 5, 31)) == old
    assert standard_for([old, new], "/32/3206/", date(2024, 6, 1)) == new
    brief = standard(id="brief", valid_from="2024-06-01", valid_to="2024-06-30")
    assert standard_for([old, brief], "/32/3206/", date(2024, 6, 30)) == brief
    assert standard_for([old, brief], "/32/3206/", date(2024, 7, 1)) is None
    assert old.in_force(date(2024, 12, 31))
    assert not old.in_force(date(2025, 1, 1))


CODES = ("CN", "32", "33", "3206", "3207")
days = st.dates(date(2020, 1, 1), date(2020, 2, 29))


@given(
    st.lists(st.tuples(st.sampled_from(CODES), days, st.none() | days), max_size=8),
    st.sampled_from(("/32/3206/320681/", "/32/3207/", "/33/", "/")),
    days,
)
def test_look_up_finds_what_a_person_with_a_calendar_finds(
    written: list[tuple[str, date, date | None]], path: str, on: date
) -> None:
    """The oracle paints each region's calendar, version after version, and reads one day of it."""
    versions = [
        replace(standard(id=f"v{n}"), region=code, valid_from=first, valid_to=last)
        for n, (code, first, last) in enumerate(written)
        if last is None or first <= last
    ]
    calendar: dict[tuple[str, date], str | None] = {}
    for one in sorted(versions, key=lambda one: (one.valid_from, one.id)):
        day = one.valid_from
        while day <= date(2020, 2, 29):
            ended = one.valid_to is not None and day > one.valid_to
            calendar[one.region, day] = None if ended else one.id
            day += timedelta(days=1)
    above = {"320681": "3206", "3206": "32", "3207": "32", "32": "CN", "33": "CN"}
    code: str | None = path.strip("/").split("/")[-1] or "CN"
    found = None
    while code is not None and found is None:
        found, code = calendar.get((code, on)), above.get(code)
    looked_up = standard_for(versions, path, on)
    assert (None if looked_up is None else looked_up.id) == found


def test_a_grade_without_a_rate_is_refused() -> None:
    with pytest.raises(Refusal, match="no_rate_for_grade"):
        standard().rate_fen(5)


@pytest.mark.parametrize(
    ("fields", "asked", "expected"),
    [
        ({}, {}, []),
        ({}, {"target_grade": 5}, [("/target_grade", "no_rate_for_grade")]),
        ({}, {"filed_months": 11}, [("/filed_months", "term_outside_policy")]),
        ({}, {"filed_months": 37}, [("/filed_months", "term_outside_policy")]),
        ({}, {"filed_months": 18}, [("/filed_months", "term_not_whole_years")]),
        ({"unit": {"kind": "day"}}, {"filed_months": 18}, []),
        ({}, {"uplift_basis_points": 1}, [("/uplift", "uplift_not_allowed")]),
        (
            {"uplift": {"max_basis_points": 3000, "grades": [3]}},
            {"uplift_basis_points": 1},
            [("/uplift", "uplift_not_allowed")],
        ),
        (
            {"uplift": {"max_basis_points": 3000, "grades": [4]}},
            {"uplift_basis_points": 3001},
            [("/uplift", "uplift_above_maximum")],
        ),
        (
            {"uplift": {"max_basis_points": 3000, "grades": [4]}},
            {"uplift_basis_points": 3000},
            [],
        ),
        (
            {},
            {"target_grade": 1, "filed_months": 48, "uplift_basis_points": 5},
            [
                ("/target_grade", "no_rate_for_grade"),
                ("/filed_months", "term_outside_policy"),
                ("/uplift", "uplift_not_allowed"),
            ],
        ),
    ],
)
def test_a_plan_is_told_everything_the_standard_cannot_pay(
    fields: dict[str, Any], asked: dict[str, int], expected: list[tuple[str, str]]
) -> None:
    """Shows FIL-09."""
    plan = {"target_grade": 4, "filed_months": 12, "uplift_basis_points": 0} | asked
    faults = plan_faults(standard(**fields), **plan)
    assert [(fault.pointer, fault.code) for fault in faults] == expected


# --- the national floor --------------------------------------------------------------------------


def test_the_floor_is_the_one_in_force_on_the_filing_day() -> None:
    assert floor_on(FLOORS, date(2018, 10, 11)) is None
    assert floor_on(FLOORS, date(2021, 6, 7)) == FLOORS[0]
    assert floor_on(FLOORS, date(2021, 6, 8)) == FLOORS[1]


def test_a_rate_at_the_floor_is_not_below_it() -> None:
    assert floor_missed(standard(), 4, FLOORS, date(2021, 6, 7)) is None
    assert floor_missed(standard(), 4, FLOORS, date(2021, 6, 8)) == FLOORS[1]
    assert floor_missed(standard(), 3, FLOORS, date(2021, 6, 8)) is None
    assert floor_missed(standard(), 4, FLOORS, date(2018, 1, 1)) is None


def test_a_step_of_the_floor_is_checked_like_a_policy() -> None:
    step = {"document": "39号", "valid_from": "2021-06-08", "rate_fen": 500000, "ours": []}
    assert parse_floor(step) == FLOORS[1]
    with pytest.raises(Refusal) as refused:
        parse_floor({}, at="/0")
    assert {fault.pointer for fault in refused.value.faults} == {
        "/0/document",
        "/0/valid_from",
        "/0/rate_fen",
    }


@pytest.mark.parametrize(
    ("months", "reason", "named"),
    [
        (24, None, False),
        (25, None, True),
        (36, "", True),
        (36, "复杂工种", False),
        (37, None, False),
    ],
)
def test_a_term_beyond_the_ordinary_needs_a_reason(
    months: int, reason: str | None, named: bool
) -> None:
    # 12 to 24 months, to 36 with a reason; beyond that the plan itself is refused (NUM-02).
    policy = standard()
    assert (policy.term.max_months, policy.term.extended_max_months) == (24, 36)
    faults = term_reason_faults(policy, filed_months=months, reason=reason)
    assert [(one.pointer, one.code, one.values) for one in faults] == (
        [("/term_reason", "term_needs_reason", {"most": 24})] if named else []
    )
