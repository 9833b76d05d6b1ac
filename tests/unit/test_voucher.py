"""Vouchers and their projects: what a plan must say, how one moves, and why one cannot be used."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.errors import Fault, Refusal
from domain.machines.voucher import FLOW
from domain.refusals import REGISTRY
from domain.voucher import BeneficiaryTag, Distribution
from domain.voucher_project import admits, check_issues, check_plan
from domain.voucher_use import (
    check_usable,
    committed_by_class,
    next_use,
    obstacles,
)
from tests.unit.voucher_samples import AT, TODAY, a_plan, a_project, a_standard, a_voucher

CLASS = UUID(int=9)
PROVIDER = UUID(int=8)


def faults(plan: Any, unknown: tuple[int, ...] = ()) -> list[tuple[str, str]]:
    with pytest.raises(Refusal) as refused:
        check_plan(plan, today=TODAY, unknown_providers=unknown)
    assert refused.value.code == "voucher_project_faulty"
    assert refused.value.values == {"count": len(refused.value.faults)}
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def test_a_plan_without_a_fault_passes() -> None:
    check_plan(a_plan(), today=TODAY)
    check_plan(a_plan(valid_days=None, valid_until=date(2026, 6, 30)), today=TODAY)
    check_plan(a_plan(closes_on=TODAY), today=TODAY)


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"fund_source": "lottery"}, ("/fund_source", "fund_source_unknown")),
        ({"closes_on": date(2025, 12, 31)}, ("/closes_on", "window_ends_before_it_begins")),
        ({"closes_on": date(2026, 3, 1)}, ("/closes_on", "window_past")),
        ({"valid_days": None}, ("/valid_days", "validity_not_one")),
        ({"valid_until": date(2026, 12, 31)}, ("/valid_days", "validity_not_one")),
        (
            {"valid_days": None, "valid_until": date(2026, 6, 29)},
            ("/valid_until", "validity_ends_early"),
        ),
        (
            {"standards": (a_standard(occupation_code="6-18"),)},
            ("/standards/0/occupation_code", "occupation_code_malformed"),
        ),
        ({"standards": (a_standard(), a_standard())}, ("/standards/1", "standard_twice")),
        (
            {"providers": (PROVIDER, PROVIDER)},
            ("/provider_credit_codes/1", "provider_twice"),
        ),
    ],
)
def test_every_fault_of_a_plan_is_located(changed: dict[str, Any], found: tuple[str, str]) -> None:
    assert faults(a_plan(**changed)) == [found]


def test_one_occupation_has_a_standard_for_each_grade_and_one_below() -> None:
    standards = (a_standard(), a_standard(grade=4), a_standard(grade=None))
    check_plan(a_plan(standards=standards), today=TODAY)
    assert faults(a_plan(standards=(*standards, a_standard(grade=None)))) == [
        ("/standards/3", "standard_twice")
    ]


def test_all_faults_of_a_plan_are_named_at_once() -> None:
    plan = a_plan(fund_source="", valid_days=None, providers=(UUID(int=0), PROVIDER, PROVIDER))
    assert faults(plan, unknown=(0,)) == [
        ("/fund_source", "fund_source_unknown"),
        ("/valid_days", "validity_not_one"),
        ("/provider_credit_codes/0", "provider_unknown"),
        ("/provider_credit_codes/2", "provider_twice"),
    ]


def test_two_unknown_providers_are_not_the_same_one() -> None:
    plan = a_plan(providers=(UUID(int=0), UUID(int=0)))
    assert faults(plan, unknown=(0, 1)) == [
        ("/provider_credit_codes/0", "provider_unknown"),
        ("/provider_credit_codes/1", "provider_unknown"),
    ]


def test_the_last_day_is_counted_from_the_issue_or_fixed() -> None:
    assert a_plan(valid_days=1).last_day_of(TODAY) == TODAY + timedelta(days=1)
    fixed = a_plan(valid_days=None, valid_until=date(2026, 12, 31))
    assert fixed.last_day_of(TODAY) == date(2026, 12, 31)


def test_a_project_is_its_plan_and_has_issued_nothing() -> None:
    project = a_project(quota=7)
    assert (project.quota, project.issued, project.name) == (7, 0, a_plan().name)


@pytest.mark.parametrize(
    ("approved", "today", "code"),
    [
        (True, date(2026, 1, 1), None),
        (True, date(2026, 6, 30), None),
        (True, date(2025, 12, 31), "voucher_project_not_open"),
        (True, date(2026, 7, 1), "voucher_project_not_open"),
        (False, TODAY, "voucher_project_not_open"),
    ],
)
def test_vouchers_are_issued_between_two_days_once_approved(
    approved: bool, today: date, code: str | None
) -> None:
    assert refusal_of(check_issues, a_plan(), Distribution.GENERAL, approved, today) == code


def test_a_list_is_issued_by_a_targeted_project_only() -> None:
    code = refusal_of(check_issues, a_plan(), Distribution.TARGETED, True, TODAY)
    assert code == "voucher_distribution_differs"
    targeted = a_plan(distribution=Distribution.TARGETED)
    assert refusal_of(check_issues, targeted, Distribution.TARGETED, True, TODAY) is None


def refusal_of(check: Any, plan: Any, way: Distribution, approved: bool, today: date) -> str | None:
    try:
        check(plan, way, approved=approved, today=today)
    except Refusal as refusal:
        return refusal.code
    return None


def test_a_project_for_groups_admits_them_alone() -> None:
    """Shows REG-19."""
    tag = BeneficiaryTag.UNEMPLOYED
    assert admits(a_plan(), None)
    assert admits(a_plan(), tag)
    groups = a_plan(tags=frozenset({tag}))
    assert admits(groups, tag)
    assert not admits(groups, None)
    assert not admits(groups, BeneficiaryTag.VETERAN)
    student = BeneficiaryTag.GRADUATION_YEAR_STUDENT
    assert admits(a_plan(tags=frozenset({student})), student)


def test_a_stated_group_is_confirmed_once_and_while_nothing_is_reserved() -> None:
    stated = a_voucher(tag=BeneficiaryTag.VETERAN)
    confirmed = stated.group_confirmed(at=AT)
    assert (confirmed.tag_confirmed_at, confirmed.state, confirmed.version) == (
        AT,
        "collected",
        stated.version + 1,
    )
    for of, code in (
        (confirmed, "voucher_group_not_waiting"),
        (a_voucher(), "voucher_group_not_waiting"),
        (a_voucher(tag=BeneficiaryTag.VETERAN, state="frozen"), "voucher_not_usable"),
    ):
        with pytest.raises(Refusal, match=code):
            of.group_confirmed(at=AT)


def test_whoever_leaves_a_class_before_it_starts_leaves_its_place() -> None:
    reserved = a_voucher(state="reserved", class_id=CLASS, provider_id=PROVIDER)
    for event in ("withdraw", "class_cancelled", "expire", "void"):
        left = reserved.moved(event)
        assert (left.class_id, left.provider_id) == (None, None), event
    frozen = reserved.moved("freeze")
    assert (frozen.class_id, frozen.frozen_from) == (CLASS, "reserved")
    voided = frozen.moved("void")
    assert (voided.class_id, voided.frozen_from) == (None, None)


def test_what_a_class_has_used_stays_named() -> None:
    in_use = a_voucher(state="in_use", class_id=CLASS, provider_id=PROVIDER)
    for event in ("expire", "void", "complete", "fail"):
        assert in_use.moved(event).class_id == CLASS, event
    assert in_use.moved("class_stopped").class_id is None
    assert in_use.moved("freeze").moved("release_in_use").class_id == CLASS


def test_a_released_voucher_is_what_it_was_two_acts_ago() -> None:
    before = a_voucher()
    after = before.moved("freeze").moved("release_collected")
    assert after.version == before.version + 2
    assert after.state == before.state
    assert after.frozen_from is None


def test_an_event_that_does_not_follow_changes_nothing() -> None:
    voucher = a_voucher(state="paid", class_id=CLASS, provider_id=PROVIDER)
    with pytest.raises(Refusal) as refused:
        voucher.moved("collect")
    assert refused.value.code == "voucher_not_usable"
    assert refused.value.values == {"voucher_state": "paid"}


def obstacle_codes(voucher: Any, event: str, **how: Any) -> list[str]:
    asked: dict[str, Any] = {"today": TODAY} | how
    return [one.code for one in obstacles(voucher, event, **asked)]


def test_a_good_voucher_has_no_obstacle() -> None:
    assert obstacle_codes(a_voucher(), "reserve") == []
    check_usable(a_voucher(), "reserve", today=TODAY)


@pytest.mark.parametrize(
    ("voucher", "event", "codes"),
    [
        (a_voucher(state="frozen", frozen_from="collected"), "reserve", ["voucher_frozen"]),
        (a_voucher(state="expired"), "reserve", ["voucher_expired"]),
        (a_voucher(valid_until=TODAY - timedelta(days=1)), "reserve", ["voucher_expired"]),
        (a_voucher(valid_until=TODAY), "reserve", []),
        (a_voucher(valid_until=TODAY - timedelta(days=1)), "give_back", []),
        (a_voucher(state="returned"), "reserve", ["voucher_not_usable"]),
        (a_voucher(state="issued"), "reserve", ["voucher_not_usable"]),
    ],
)
def test_what_keeps_a_voucher_from_being_used_is_said(
    voucher: Any, event: str, codes: list[str]
) -> None:
    assert obstacle_codes(voucher, event) == codes


def test_every_obstacle_is_said_and_the_first_one_refused() -> None:
    voucher = a_voucher(state="frozen", frozen_from="issued")
    how: dict[str, Any] = {"person_id": uuid4()}
    assert obstacle_codes(voucher, "collect", **how) == [
        "voucher_of_another_person",
        "voucher_frozen",
    ]
    with pytest.raises(Refusal, match="voucher_of_another_person"):
        check_usable(voucher, "collect", today=TODAY, **how)
    mine: dict[str, Any] = {"person_id": voucher.person_id}
    assert obstacle_codes(voucher, "collect", **mine) == ["voucher_frozen"]


def test_obstacles_fill_their_sentences() -> None:
    for voucher in (
        a_voucher(state="expired"),
        a_voucher(state="voided"),
        a_voucher(state="frozen", frozen_from="collected"),
    ):
        for one in obstacles(voucher, "reserve", today=TODAY):
            REGISTRY[one.code].detail.filled(one.values)


@pytest.mark.parametrize(
    ("state", "event", "over"),
    [
        ("issued", "collect", True),
        ("collected", "reserve", True),
        ("collected", "give_back", False),
        ("reserved", "withdraw", False),
        ("reserved", "start", False),
        ("in_use", "complete", False),
        ("completed", "redeem", False),
    ],
)
def test_a_day_that_has_passed_ends_what_its_worker_does_and_nothing_in_a_class(
    state: str, event: str, over: bool
) -> None:
    past = a_voucher(state=state, valid_until=TODAY - timedelta(days=1))
    said = [one.code for one in obstacles(past, event, today=TODAY)]
    assert said == (["voucher_expired"] if over else [])
    assert not [*obstacles(a_voucher(state=state, valid_until=TODAY), event, today=TODAY)]


def test_the_next_use_follows_the_road_and_a_frozen_voucher_keeps_its_own() -> None:
    road = {
        "issued": "collect",
        "collected": "reserve",
        "reserved": "start",
        "in_use": "complete",
        "completed": "redeem",
        "redeemed": "approve",
        "approved": "pay",
        "paid": None,
        "expired": None,
    }
    for state, event in road.items():
        assert next_use(a_voucher(state=state)) == event
        assert event is None or event in FLOW[state]
    assert next_use(a_voucher(state="frozen", frozen_from="in_use")) == "complete"


def test_money_is_committed_from_the_start_to_the_approval() -> None:
    other = UUID(int=10)
    ended = [
        a_voucher(state="in_use", class_id=CLASS),
        a_voucher(state="frozen", frozen_from="completed", class_id=CLASS),
        a_voucher(state="redeemed", class_id=other),
        a_voucher(state="reserved", class_id=CLASS),
        a_voucher(state="collected"),
    ]
    assert committed_by_class(ended) == {CLASS: ended[:2], other: [ended[2]]}
    assert committed_by_class(ended[3:]) == {}


def test_faults_hold_no_personal_value() -> None:
    with pytest.raises(Refusal) as refused:
        check_plan(a_plan(providers=(PROVIDER, PROVIDER)), today=TODAY)
    assert refused.value.faults == (
        Fault("/provider_credit_codes/1", "provider_twice", {"row": 0}),
    )
