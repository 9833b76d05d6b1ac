"""The year's quota: people in all, and one enterprise's highest share of them."""

from uuid import UUID

from domain.policy.overlay import Quota
from domain.quota import QuotaLeft, QuotaUse, faults_in_order, quota_faults, quota_left

ONE, OTHER = UUID(int=1), UUID(int=2)
SHENZHEN = Quota(people_per_year=201, max_enterprise_basis_points=5000)


def use(**people: int) -> QuotaUse:
    """What two enterprises have used."""
    by = {ONE: people.get("one", 0), OTHER: people.get("other", 0)}
    return QuotaUse(people=sum(by.values()), by_enterprise=by)


def test_what_is_left_is_rounded_down_and_never_below_zero() -> None:
    assert quota_left(SHENZHEN, use(one=60, other=100), ONE, year=2026) == QuotaLeft(
        year=2026, people_left=41, share_left=40
    )
    over = quota_left(SHENZHEN, use(one=150, other=100), ONE, year=2026)
    assert (over.people_left, over.share_left) == (0, 0)


def test_without_a_quota_nothing_is_limited() -> None:
    share_alone = Quota(max_enterprise_basis_points=5000)
    for quota in (Quota(), share_alone):
        left = quota_left(quota, use(one=10**6), ONE, year=2026)
        assert (left.people_left, left.share_left) == (None, None)
        assert quota_faults(left, people=10**6, pointer="/roster") == []
    people_alone = Quota(people_per_year=10)
    assert quota_left(people_alone, use(one=4), ONE, year=2026).share_left is None


def test_filings_of_one_decision_count_on_top_of_each_other() -> None:
    asked = [(ONE, 60), (ONE, 41), (OTHER, 100), (ONE, 40), (OTHER, 1)]
    faults = faults_in_order(SHENZHEN, use(), asked, year=2026, pointer="/filings/{n}")
    # 60 fit; 41 more exceed one's 100; the other's 100 fit; 40 more of one fit; one more of the other
    # exceeds its share, with a single seat left in all.
    assert [(f.pointer, f.code, f.values) for f in faults] == [
        ("/filings/1", "quota_share_exceeded", {"left": 40, "people": 41}),
        ("/filings/4", "quota_share_exceeded", {"left": 0, "people": 1}),
    ]
    two = faults_in_order(SHENZHEN, use(other=200), [(ONE, 2)], year=2026, pointer="/{n}")
    assert [(f.code, f.values["left"]) for f in two] == [("quota_people_exceeded", 1)]
