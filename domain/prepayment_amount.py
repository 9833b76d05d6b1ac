"""How much may be paid ahead (预支), and when a filing's money falls due: CASES 4 and 5.

Per person: yearly amount with uplift × base months ÷ 12 × share, one division, half-up; then the
people. Never more in total than share × expected entitlement. Lack of money changes no amount.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.entitlement import expected_entitlement_fen
from domain.errors import Refusal
from domain.money import divided_half_up
from domain.period import MONTHS_PER_YEAR
from domain.policy import BASIS_POINTS, Label, PrepaymentBase, Standard


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepaymentFacts:
    """Why a prepayment has its amount.

    per_person_fen = rate_fen × (10000 + uplift) ÷ 10000 × base_months ÷ 12 × share ÷ 10000.
    `cap_fen` is what the policy's share of the expected entitlement leaves after `already_fen`, and
    never more than the share decided now. `first_day` is that of a later training year, by the opening
    report.
    """

    policy_id: str
    document: str | None
    target_grade: int
    filed_months: int
    year: int
    people: int
    rate_fen: int
    uplift_basis_points: int
    base: PrepaymentBase
    base_months: int
    share_basis_points: int
    highest_share_basis_points: int
    per_person_fen: int
    expected_fen: int
    already_fen: int
    cap_fen: int
    capped: bool
    amount_fen: int
    labels: tuple[Label, ...]
    below_floor_reason: str | None = None
    first_day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepayment:
    """What may be paid ahead, in fen, and why."""

    amount_fen: int
    facts: PrepaymentFacts


def base_months(base: PrepaymentBase, filed_months: int, year: int) -> int:
    """Return the months that the prepayment of a training year covers; `year` counts from 1."""
    if base is PrepaymentBase.EACH_YEAR:
        return max(0, min(MONTHS_PER_YEAR, filed_months - MONTHS_PER_YEAR * (year - 1)))
    if year > 1:
        return 0
    return filed_months if base is PrepaymentBase.WHOLE_TERM else min(MONTHS_PER_YEAR, filed_months)


def prepayment(
    standard: Standard,
    *,
    target_grade: int,
    filed_months: int,
    people: int,
    uplift_basis_points: int = 0,
    share_basis_points: int | None = None,
    year: int = 1,
    expected_fen: int | None = None,
    already_fen: int = 0,
    first_day: date | None = None,
) -> Prepayment:
    """Decide the prepayment of one training year for the payable people of the roster in force.

    `share_basis_points` may be lower than the standard's (decided by the approver; more refuses
    with `share_above_policy`). `expected_fen` is the filing's expected entitlement, by default
    that of these people; `already_fen` what earlier years' prepayments took of its share. Refuses
    `no_rate_for_grade`.
    """
    highest = standard.prepayment.share_basis_points
    share = highest if share_basis_points is None else share_basis_points
    if not 0 <= share <= highest:
        raise Refusal("share_above_policy", share=share, most=highest)
    rate_fen = standard.rate_fen(target_grade)
    if expected_fen is None:
        expected_fen = people * expected_entitlement_fen(
            standard,
            target_grade=target_grade,
            filed_months=filed_months,
            uplift_basis_points=uplift_basis_points,
        )
    months = base_months(standard.prepayment.base, filed_months, year)
    per_person_fen = divided_half_up(
        rate_fen * (BASIS_POINTS + uplift_basis_points) * months * share,
        BASIS_POINTS * MONTHS_PER_YEAR * BASIS_POINTS,
    )
    # "Never more": the cap is the whole fen at or below the share, so it is not rounded half-up. A lower
    # share decided for one year takes nothing off what an earlier one was paid.
    highest_fen, decided_fen = (expected_fen * one // BASIS_POINTS for one in (highest, share))
    cap_fen = max(0, min(decided_fen, highest_fen - already_fen))
    amount_fen = min(people * per_person_fen, cap_fen)
    pointers = [
        f"/rates/{target_grade}",
        "/prepayment/share_basis_points",
        "/prepayment/base",
        *(["/uplift"] if uplift_basis_points else []),
        *standard.below_floor_pointers,
    ]
    return Prepayment(
        amount_fen=amount_fen,
        facts=PrepaymentFacts(
            policy_id=standard.id,
            document=standard.document,
            target_grade=target_grade,
            filed_months=filed_months,
            year=year,
            people=people,
            rate_fen=rate_fen,
            uplift_basis_points=uplift_basis_points,
            base=standard.prepayment.base,
            base_months=months,
            share_basis_points=share,
            highest_share_basis_points=highest,
            per_person_fen=per_person_fen,
            expected_fen=expected_fen,
            already_fen=already_fen,
            cap_fen=cap_fen,
            capped=people * per_person_fen > cap_fen,
            amount_fen=amount_fen,
            labels=standard.labels(*pointers),
            below_floor_reason=standard.below_floor_reason,
            first_day=first_day,
        ),
    )


def expected_prepayments(
    standard: Standard,
    *,
    target_grade: int,
    filed_months: int,
    people: int,
    uplift_basis_points: int = 0,
) -> tuple[Prepayment, ...]:
    """Return what a plan is expected to be paid ahead, by training year: at the policy's share, nobody leaving."""
    expected: list[Prepayment] = []
    while base_months(standard.prepayment.base, filed_months, len(expected) + 1):
        expected.append(
            prepayment(
                standard,
                target_grade=target_grade,
                filed_months=filed_months,
                people=people,
                uplift_basis_points=uplift_basis_points,
                year=len(expected) + 1,
                already_fen=sum(one.amount_fen for one in expected),
            )
        )
    return tuple(expected)


def parts_of(amount_fen: int, *, per_person_fen: int, people: int) -> tuple[int, ...]:
    """Share a prepayment out to its people, in order of seats, so that the parts add up.

    The cap cuts the whole by less than a fen a person; the last seats bear it, down to nothing.
    """
    return tuple(
        max(0, min(per_person_fen, amount_fen - per_person_fen * seat)) for seat in range(people)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class YearPart:
    """What a filing is expected to cost in one budget year (the calendar year), in fen."""

    budget_year: int
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is expected to fall due on a day, in fen."""

    on: date
    amount_fen: int


def forecast(
    *,
    listed_on: date,
    ends_on: date,
    prepayment_fen: int,
    expected_fen: int,
    later: Sequence[Due] = (),
) -> tuple[YearPart, ...]:
    """Spread the expected entitlement: what is prepaid at listing in its year, the rest at term end.

    `later` falls due in between, each in the year of its day. Parts of nothing are left out; a term
    that ends in the year of its listing is one part. The parts add up to the expected entitlement.
    """
    amounts = (prepayment_fen, *(due.amount_fen for due in later))
    if min(amounts) < 0 or sum(amounts) > expected_fen:
        msg = f"a prepayment of {sum(amounts)} fen does not fit {expected_fen} fen expected"
        raise ValueError(msg)
    first, last = listed_on.year, max(listed_on.year, ends_on.year)
    parts = {first: prepayment_fen}
    for due in (*later, Due(on=ends_on, amount_fen=expected_fen - sum(amounts))):
        year = min(max(first, due.on.year), last)
        parts[year] = parts.get(year, 0) + due.amount_fen
    return tuple(
        YearPart(budget_year=year, amount_fen=amount)
        for year, amount in sorted(parts.items())
        if amount
    )
