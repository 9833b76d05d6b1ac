"""What prepayments look like on the wire."""

from datetime import date
from uuid import UUID

from domain.ports.prepayments import PrepaymentOnFile
from service.http.call import Answer, json_answer
from service.http.shapes import BasisPoints, Body, CaseView, Reason, View


class PrepaymentBody(Body):
    """Which filing asks for its next prepayment; `after_review_id` once more, after a refusal."""

    filing_id: UUID
    after_review_id: UUID | None = None


class ApprovalBody(Body):
    """The approver's decision; a share below the policy's needs a reason."""

    share_basis_points: BasisPoints | None = None
    reason: Reason = ""


class NextPeriodView(View):
    """The period after a prepayment's own, and the first day on which it may be asked for."""

    period: int
    first_day: date


class PrepaymentView(View):
    """A prepayment; amounts in fen. `maximum_fen` is what the policy allows.

    `period` is the training year it is for. `next_period` is null where none follows, and before the
    opening report.
    """

    case: CaseView
    filing_id: UUID
    period: int
    people: int
    maximum_fen: int
    amount_fen: int
    share_basis_points: int
    next_period: NextPeriodView | None
    after_review_id: UUID | None

    @classmethod
    def of(cls, on_file: PrepaymentOnFile) -> "PrepaymentView":
        """Show a prepayment."""
        first_day = on_file.next_first_day
        return cls(
            case=CaseView.of(on_file.case),
            filing_id=on_file.filing_id,
            period=on_file.period,
            people=on_file.people,
            maximum_fen=on_file.maximum_fen,
            amount_fen=on_file.amount_fen,
            share_basis_points=on_file.facts.share_basis_points,
            next_period=None
            if first_day is None
            else NextPeriodView(period=on_file.period + 1, first_day=first_day),
            after_review_id=on_file.after_review_id,
        )


def prepayment_answer(on_file: PrepaymentOnFile, *, status: int = 200) -> Answer:
    """Answer with a prepayment; 201 says where it is."""
    return json_answer(
        PrepaymentView.of(on_file),
        status=status,
        version=on_file.case.version,
        location=f"/v1/prepayments/{on_file.case.id}" if status == 201 else None,
    )
