"""When a listed plan's money is expected to be paid, by budget year (CASES 5): what listing commits.

Each training year's prepayment falls due on its first day, the rest at term end. Where the place settles
every year, what a whole training year earned above its prepayments falls due when that year is over:
otherwise an interim balance would take what is committed to the next year's prepayment.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from domain.entitlement import expected_entitlement_fen
from domain.period import MONTHS_PER_YEAR, month_after
from domain.policy import PrepaymentCondition, Settles, Standard
from domain.prepayment_amount import Due, YearPart, expected_prepayments, forecast
from domain.prepayment_period import first_day


def payment_forecast(
    standard: Standard,
    *,
    target_grade: int,
    filed_months: int,
    people: int,
    uplift_basis_points: int,
    listed_on: date,
    starts_on: date,
) -> tuple[YearPart, ...]:
    """Spread what these payable people are expected to earn over budget years; the parts add up to it.

    Training begins on `starts_on`, or on the day of listing if that is later: it cannot begin before.
    """
    begins = max(listed_on, starts_on)
    ahead = [
        one.amount_fen
        for one in expected_prepayments(
            standard,
            target_grade=target_grade,
            filed_months=filed_months,
            people=people,
            uplift_basis_points=uplift_basis_points,
        )
    ]

    def earned_fen(months: int) -> int:
        return people * expected_entitlement_fen(
            standard,
            target_grade=target_grade,
            filed_months=months,
            uplift_basis_points=uplift_basis_points,
        )

    expected_fen = earned_fen(filed_months)
    at_listing = standard.prepayment.condition is PrepaymentCondition.LISTED
    later = [
        Due(on=first_day(begins, year), amount_fen=fen)
        for year, fen in enumerate(ahead, start=1)
        if year > 1 or not at_listing
    ]
    if standard.settles is Settles.EVERY_YEAR:
        whole = [
            earned_fen(months) for months in range(MONTHS_PER_YEAR, filed_months, MONTHS_PER_YEAR)
        ]
        left = expected_fen - sum(ahead)
        later += [
            Due(on=first_day(begins, year + 1), amount_fen=fen)
            for year, fen in enumerate(_yearly_rests(whole, ahead, left), start=1)
        ]
    return forecast(
        listed_on=listed_on,
        ends_on=month_after(begins, filed_months) - timedelta(days=1),
        prepayment_fen=ahead[0] if at_listing else 0,
        expected_fen=expected_fen,
        later=later,
    )


def _yearly_rests(whole: Sequence[int], ahead: Sequence[int], left_fen: int) -> Iterator[int]:
    """Say what each whole training year leaves to pay: earned so far less paid so far, never past what is left.

    `whole` is what is earned after so many years, `ahead` each year's prepayment, both in fen.
    """
    settled_fen = 0
    for year, earned_fen in enumerate(whole, start=1):
        paid_fen = sum(ahead[:year]) + settled_fen
        rest_fen = min(max(0, earned_fen - paid_fen), left_fen - settled_fen)
        settled_fen += rest_fen
        yield rest_fen
