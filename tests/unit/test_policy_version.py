"""What activation would change, and rates below the national floor; sums worked out by hand."""

from datetime import date
from uuid import UUID

import pytest

from domain.errors import Fault
from domain.policy import Floor
from domain.policy.overlay import DEFAULT_OVERLAY
from domain.policy_version import Open, Plan, Simulation, Unpayable, floor_faults, simulated
from tests.unit.policy_samples import standard

FLOORS = (
    Floor(document="66号", valid_from=date(2018, 10, 12), rate_fen=400_000, ours=()),
    Floor(document="39号", valid_from=date(2021, 6, 8), rate_fen=500_000, ours=()),
)
OLD = UUID(int=1)
A, B, C = UUID(int=10), UUID(int=11), UUID(int=12)


def plan(*filings: UUID, grade: int = 4, people: int = 10, months: int = 12) -> Plan:
    return Plan(
        policy_version_id=OLD,
        target_grade=grade,
        filed_months=months,
        uplift_basis_points=0,
        people=people,
        filings=filings,
    )


def test_a_report_sums_what_is_payable_and_names_what_is_not() -> None:
    """Shows PAY-17."""
    old = standard(rates={"4": 400_000, "3": 500_000})
    new = standard(
        rates={"4": 600_000}, prepayment={"share_basis_points": 4000, "base": "ONE_YEAR"}
    )
    decided = (plan(A, B), plan(C, grade=3, people=2))
    report = simulated(new, Open(decided=decided, kept=3, unsettled=5), {OLD: old})
    assert report == Simulation(
        filings=3, people=22, kept=3, unsettled=5,
        # 20 × 4000 + 2 × 5000 before; 20 × 6000 after, grade 3 being paid no more.
        entitlement_before_fen=9_000_000, entitlement_after_fen=12_000_000,
        prepayment_before_fen=4_500_000, prepayment_after_fen=4_800_000,
        unpayable_count=1, unpayable=(Unpayable(filing_id=C, codes=("no_rate_for_grade",)),),
    )  # fmt: skip


def test_a_report_counts_the_prepayments_of_every_year() -> None:
    once = standard(rates={"4": 400_000})
    each = standard(prepayment={"share_basis_points": 5000, "base": "EACH_YEAR"})
    report = simulated(each, Open(decided=(plan(A, months=24),), kept=0, unsettled=0), {OLD: once})
    assert (report.prepayment_before_fen, report.prepayment_after_fen) == (2_000_000, 4_000_000)


def test_an_overlay_changes_no_amount() -> None:
    old = standard(rates={"4": 400_000})
    report = simulated(DEFAULT_OVERLAY, Open(decided=(plan(A),), kept=0, unsettled=1), {OLD: old})
    assert report.entitlement_before_fen == report.entitlement_after_fen == 4_000_000
    assert report.prepayment_before_fen == report.prepayment_after_fen == 2_000_000
    assert report.unpayable == ()


@pytest.mark.parametrize(
    ("rate", "first", "last", "floor"),
    [
        (399_999, "2018-01-01", None, 500_000),
        (399_999, "2019-01-01", "2020-12-31", 400_000),
        (400_000, "2019-01-01", "2021-06-07", None),
        (400_000, "2019-01-01", "2021-06-08", 500_000),
        (499_999, "2026-01-01", None, 500_000),
        (500_000, "2026-01-01", None, None),
        (1, "2018-01-01", "2018-10-11", None),
    ],
)
def test_a_rate_below_a_floor_of_its_period_needs_a_reason(
    rate: int, first: str, last: str | None, floor: int | None
) -> None:
    """Shows PAY-02."""
    low = standard(rates={"4": rate, "3": 700_000}, valid_from=first, valid_to=last)
    found = list(floor_faults(low, FLOORS, "/policy"))
    if floor is None:
        assert found == []
    else:
        document = {400_000: "66号", 500_000: "39号"}[floor]
        values: dict[str, str | int] = {"floor": floor, "document": document}
        pointer = "/policy/below_floor_reason"
        assert found == [Fault(pointer, "below_floor_without_reason", values)]
    reasoned = standard(
        rates={"4": rate}, valid_from=first, valid_to=last, below_floor_reason="财力不足"
    )
    assert list(floor_faults(reasoned, FLOORS, "/policy")) == []
