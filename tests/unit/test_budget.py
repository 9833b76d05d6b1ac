"""Which waiting commitments an appropriation covers."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.budget import Commitment, CommitmentState, affordable, queue_of


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


@given(st.lists(st.integers(1, 1000), max_size=20), st.integers(0, 5000))
def test_the_queue_says_what_the_book_lacks_before_each_ones_turn_is_served(
    amounts: list[int], available: int
) -> None:
    waiting = _waiting(amounts)
    queue = queue_of(waiting, available)
    assert [one.commitment for one in queue] == list(waiting)
    assert [one.place_no for one in queue] == list(range(1, len(amounts) + 1))
    served = affordable(waiting, available)
    for n, one in enumerate(queue):
        # Exactly that much more, and its turn comes; one fen less, and it does not.
        assert len(affordable(waiting, available + one.missing_fen)) > n
        if one.missing_fen:
            assert len(affordable(waiting, available + one.missing_fen - 1)) <= n
    assert [one.commitment for one in queue if not one.missing_fen] == list(served)


def test_a_queue_by_hand() -> None:
    queue = queue_of(_waiting([300, 200, 100]), 350)
    assert [(one.place_no, one.missing_fen) for one in queue] == [(1, 0), (2, 150), (3, 250)]
