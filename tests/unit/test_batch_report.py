"""What the releaser of a batch is told before the money leaves."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from domain.batch_report import Flag, ReviewedLine, review_of
from domain.cases import Case, CaseKind
from domain.payment import Batch

ORG = UUID(int=1)


def a_line(line_no: int = 1, **changed: object) -> ReviewedLine:
    fields: dict[str, object] = {
        "line_no": line_no,
        "payment_id": uuid4(),
        "org_id": uuid4(),
        "payee_name": "启东试验机械有限公司",
        "account_masked": "****9012",
        "amount_fen": 100,
        "verified_at": datetime(2026, 3, 2, tzinfo=UTC),
        "verified_by": "handler",
        "payable": True,
        "paid_before": 1,
        "changed": False,
        "shared_with": 0,
    }
    return ReviewedLine(**(fields | changed))  # type: ignore[arg-type]


def a_batch(lines: int, total_fen: int) -> Batch:
    case = Case(
        id=uuid4(),
        kind=CaseKind.BATCH,
        place_id=uuid4(),
        org_id=uuid4(),
        partner_org_id=None,
        region_path="/32/",
        state="sealed",
        step_seq=2,
        version=2,
        created_at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    return Batch(
        case=case,
        fund_source="employment_subsidy",
        budget_year=2026,
        lines=lines,
        total_fen=total_fen,
        digest=b"\0" * 32,
        unanswered=lines,
    )


def test_an_ordinary_batch_has_no_flag_and_nothing_blocks_it() -> None:
    review = review_of(a_batch(2, 200), [a_line(1), a_line(2)])
    assert review.blocks == ()
    assert [flags for _, flags in review.flagged] == [(), ()]
    assert (review.lines, review.total_fen) == (2, 200)


def test_every_unusual_line_carries_its_flags() -> None:
    review = review_of(
        a_batch(6, 801),
        [
            a_line(1, payable=False),
            a_line(2, paid_before=0),
            a_line(3, changed=True, shared_with=2),
            a_line(4, amount_fen=301),
            a_line(5, org_id=ORG),
            a_line(6, org_id=ORG),
        ],
    )
    assert [flags for _, flags in review.flagged] == [
        (Flag.ACCOUNT_UNVERIFIED,),
        (Flag.FIRST_PAYMENT,),
        (Flag.ACCOUNT_CHANGED, Flag.ACCOUNT_SHARED),
        (Flag.AMOUNT_OUTLIER,),
        (Flag.DUPLICATE,),
        (Flag.DUPLICATE,),
    ]
    assert review.blocks == ("batch_to_split",)
    assert {flag: review.count(flag) for flag in Flag}[Flag.DUPLICATE] == 2


def test_three_times_the_median_is_not_yet_an_outlier() -> None:
    review = review_of(a_batch(3, 500), [a_line(1), a_line(2), a_line(3, amount_fen=300)])
    assert review.count(Flag.AMOUNT_OUTLIER) == 0


def test_a_batch_that_is_not_what_was_sealed_is_blocked() -> None:
    assert review_of(a_batch(2, 200), [a_line()]).blocks == ("batch_file_differs",)
    assert review_of(a_batch(1, 99), [a_line()]).blocks == ("batch_file_differs",)
    assert review_of(a_batch(1, 100), []).blocks == ("batch_file_differs",)
