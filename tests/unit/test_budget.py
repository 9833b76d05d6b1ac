"""Which waiting commitments an appropriation covers."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.budget import Commitment, CommitmentState, affordable


def _waiting(amounts: list[int]) -> tuple[Commitment, ...]:
    return tuple(
        Commitment(
            id=UUID(int=n),
            filing_id=UUID(int=n),
            org_id=UUID(int=0),
            partner_org_id=None,
            fund_source="employment_subsidy",
            budget_year=2025,
            amount_fen=amount,
            listed_at=datetime(2024, 1, 1, tzinfo=UTC) + timedelta(days=n),
            state=CommitmentState.FORWARD,
        )
        for n, amount in enumerate(amounts)
    )


@given(st.lists(st.integers(1, 1000), max_size=20), st.integers(0, 5000))
def test_the_oldest_listings_are_covered_first_and_none_is_overtaken(
    amounts: list[int], available: int
) -> None:
    waiting = _waiting(amounts)
    taken = affordable(waiting, available)
    assert taken == waiting[: len(taken)]
    assert sum(commitment.amount_fen for commitment in taken) <= available
    if len(taken) < len(waiting):
        assert sum(c.amount_fen for c in waiting[: len(taken) + 1]) > available
