"""Which prepayment may be asked for next, when, and for whom."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.entitlement import expected_entitlement_fen
from domain.errors import Refusal
from domain.filing import Filing
from domain.policy import Category, PrepaymentBase, Standard
from domain.prepayment_amount import prepayment
from domain.prepayment_period import (
    check_state,
    check_term,
    first_day,
    has_period,
    next_first_day,
    next_period,
    paid_for,
    whole_years,
)
from tests.unit.policy_samples import standard
from tests.unit.settlement_samples import a_filing, a_person

OPENED = date(2026, 2, 3)
SECOND, THIRD = date(2027, 2, 3), date(2028, 2, 3)
MONTH = {"kind": "month", "remainder": "floor"}
EACH = PrepaymentBase.EACH_YEAR


def of_base(base: str = "EACH_YEAR", **prepaid: Any) -> Standard:
    return standard(prepayment={"share_basis_points": 5000, "base": base} | prepaid)


def filing(state: str = "in_training", *, months: int = 24, **changed: Any) -> Filing:
    fields: dict[str, Any] = {"filed_months": months, "opened_on": OPENED, "completed_on": None}
    found = a_filing(**fields | changed)
    return replace(found, case=replace(found.case, state=state))


def refusal(*taken: tuple[int, str], today: date = SECOND, **how: Any) -> Refusal:
    place, plan = how.pop("place", of_base()), how.pop("plan", filing())
    with pytest.raises(Refusal) as refused:
        next_period(place, plan, taken, today=today, **how)
    return refused.value


# --- which periods there are ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "months", "periods"),
    [
        ("ONE_YEAR", 36, 1),
        ("WHOLE_TERM", 36, 1),
        ("EACH_YEAR", 12, 1),
        ("EACH_YEAR", 13, 2),
        ("EACH_YEAR", 24, 2),
        ("EACH_YEAR", 25, 3),
    ],
)
def test_each_training_year_has_a_period_under_each_year_alone(
    base: str, months: int, periods: int
) -> None:
    found = [has_period(PrepaymentBase(base), months, period) for period in (1, 2, 3, 4)]
    assert found == [period <= periods for period in (1, 2, 3, 4)]


def test_a_training_year_begins_on_the_day_that_the_opening_report_says() -> None:
    assert [first_day(OPENED, period) for period in (1, 2, 3)] == [OPENED, SECOND, THIRD]
    assert first_day(date(2024, 2, 29), 2) == date(2025, 2, 28)


def test_the_next_first_day_is_told_once_training_began_and_while_a_year_follows() -> None:
    after = {"filed_months": 24, "period": 1}
    assert next_first_day(EACH, opened_on=OPENED, **after) == SECOND
    assert next_first_day(EACH, opened_on=None, **after) is None
    assert next_first_day(EACH, opened_on=OPENED, filed_months=24, period=2) is None
    assert next_first_day(PrepaymentBase.ONE_YEAR, opened_on=OPENED, **after) is None


# --- when one may be asked for --------------------------------------------------------------------


def test_a_later_year_is_asked_for_from_its_first_day_to_the_last_of_the_term() -> None:
    early = refusal((1, "paid"), today=date(2027, 2, 2))
    assert early.code == "prepayment_too_early"
    assert early.values == {"period": 2, "first_day": "2027-02-03"}
    for day in (SECOND, date(2028, 2, 2)):
        assert next_period(of_base(), filing(), [(1, "paid")], today=day) == 2
    late = refusal((1, "paid"), today=THIRD)
    assert (late.code, late.values) == ("prepayment_too_late", {"last_day": "2028-02-02"})


def test_the_first_is_asked_for_from_listing_or_from_the_opening_as_the_standard_says() -> None:
    listed = filing("listed", opened_on=None)
    assert next_period(of_base(), listed, [], today=OPENED) == 1
    started = of_base(condition="training_started")
    assert refusal(place=started, plan=listed).values == {"state": "listed"}
    assert next_period(started, filing(), [], today=OPENED) == 1
    assert refusal(plan=filing("completed")).code == "prepayment_not_yet"
    assert refusal(today=THIRD).code == "prepayment_too_late"


@pytest.mark.parametrize("state", ["requested", "reviewed", "returned_for_correction"])
def test_the_next_waits_for_the_decision_on_the_one_before(state: str) -> None:
    waiting = refusal((1, state))
    assert (waiting.code, waiting.values) == ("prepayment_undecided", {"period": 1, "state": state})


@pytest.mark.parametrize("state", ["approved", "ordered", "paid", "refused", "cancelled"])
def test_a_decided_one_keeps_its_period_and_lets_the_next_follow(state: str) -> None:
    assert next_period(of_base(), filing(), [(1, state)], today=SECOND) == 2
    for base in ("ONE_YEAR", "WHOLE_TERM"):
        assert refusal((1, state), place=of_base(base)).code == "prepayment_exists"


def test_one_asked_for_again_in_its_period_is_waited_for_too() -> None:
    assert refusal((1, "refused"), (1, "requested")).code == "prepayment_undecided"


def test_after_the_last_years_there_is_none() -> None:
    assert refusal((1, "paid"), (2, "paid"), today=date(2028, 1, 3)).code == "prepayment_exists"


def test_a_later_year_is_for_a_class_in_training_alone() -> None:
    listed = filing("listed", opened_on=None)
    assert refusal((1, "paid"), plan=listed).values == {"state": "listed"}
    assert refusal((1, "paid"), plan=filing("completed")).code == "prepayment_not_yet"


def test_a_year_that_an_interim_settlement_has_paid_is_prepaid_no_more() -> None:
    plan = filing(months=36)
    assert next_period(of_base(), plan, [], settled_years=1, today=SECOND) == 2
    assert next_period(of_base(), plan, [(1, "paid")], settled_years=1, today=SECOND) == 2
    early = refusal((1, "paid"), plan=plan, settled_years=2)
    assert (early.code, early.values["period"]) == ("prepayment_too_early", 3)
    assert refusal(place=of_base("ONE_YEAR"), settled_years=1).code == "prepayment_exists"


@pytest.mark.parametrize(
    ("on", "years"),
    [(OPENED, 0), (date(2027, 2, 1), 0), (date(2027, 2, 2), 1), (THIRD, 2)],
)
def test_a_training_year_is_over_at_the_end_of_its_last_day(on: date, years: int) -> None:
    assert whole_years(OPENED, on) == years


def test_an_approval_looks_at_state_and_term_as_a_request_does() -> None:
    check_state(of_base(), filing("listed", opened_on=None), 1)
    with pytest.raises(Refusal, match="prepayment_not_yet"):
        check_state(of_base(), filing("listed", opened_on=None), 2)
    check_term(filing("listed", opened_on=None), today=THIRD)
    check_term(filing(), today=date(2028, 2, 2))
    with pytest.raises(Refusal, match="prepayment_too_late"):
        check_term(filing(), today=THIRD)


# --- for whom -------------------------------------------------------------------------------------


def test_a_later_year_is_for_who_is_in_training_and_the_cap_for_everybody_expected() -> None:
    states = ("in_training", "exited", "suspended", "failed", "enrolled", "completed")
    people = [a_person(state=state) for state in states]
    people.append(a_person(state="in_training", category=Category.OTHER))
    later, expected = paid_for(people, of_base(), period=2)
    assert ([one.state for one in later], expected) == (["in_training"], 6)
    first, expected = paid_for(people, of_base(), period=1)
    assert [one.state for one in first] == ["in_training", "suspended", "enrolled"]
    assert expected == 6


# --- all periods together -------------------------------------------------------------------------


@given(
    rate=st.integers(1, 1_000_000_000),
    months=st.integers(1, 60),
    share=st.integers(0, 10_000),
    uplift=st.integers(0, 10_000),
    left=st.lists(st.integers(0, 1_000), min_size=5, max_size=5),
    lower=st.lists(st.integers(0, 10_000), min_size=5, max_size=5),
    unit=st.sampled_from([MONTH, {"kind": "filed_years"}, {"kind": "day"}]),
)
def test_all_periods_together_are_never_more_than_the_share_of_what_is_expected(
    rate: int,
    months: int,
    share: int,
    uplift: int,
    left: list[int],
    lower: list[int],
    unit: dict[str, str],
) -> None:
    """People leave from year to year, and the approver may decide a lower share in any of them."""
    each = {"share_basis_points": share, "base": "EACH_YEAR"}
    place = standard(rates={"4": rate}, unit=unit, prepayment=each)
    plan: dict[str, Any] = {
        "target_grade": 4, "filed_months": months, "uplift_basis_points": uplift,
    }  # fmt: skip
    planned = training = 1 + sum(left)
    expected_fen = planned * expected_entitlement_fen(place, **plan)
    taken: list[int] = []
    for year in range(1, 7):
        asked = prepayment(
            place,
            **plan,
            people=training,
            year=year,
            share_basis_points=min(share, lower[year % 5]),
            expected_fen=expected_fen,
            already_fen=sum(taken),
        )
        taken.append(asked.amount_fen)
        assert 0 <= asked.amount_fen <= training * asked.facts.per_person_fen
        assert (asked.amount_fen > 0) <= has_period(EACH, months, year)
        training -= left[year % 5]
    assert sum(taken) * 10_000 <= share * expected_fen
