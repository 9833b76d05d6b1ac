"""What an upheld review of a refusal opens: its enterprise asks once more, naming the review."""

from datetime import datetime
from uuid import UUID

from domain.cases import CaseKind
from domain.errors import Fault, Refusal
from domain.ports.work import Work
from domain.review_request import ReviewSubject


async def upheld_refusal(work: Work, review_request_id: UUID, subject: ReviewSubject) -> UUID:
    """Return the refused case whose review was upheld.

    Refuses `review_not_upheld` unless the review is the actor's own, about this, and upheld; `not_found`.
    """
    case = await work.cases.get(CaseKind.REVIEW_REQUEST, review_request_id)
    request = await work.review_requests.get(case)
    own = case.org_id == work.actor.org_id
    if not own or case.state != "upheld" or request.subject is not subject:
        raise not_upheld()
    return request.decided_id


def not_upheld() -> Refusal:
    """Make the refusal of a review that opens nothing here."""
    return Refusal("review_not_upheld", faults=(Fault("/after_review_id", "review_not_upheld"),))


async def received_at(
    work: Work, after_review_id: UUID | None, *, place_id: UUID | None = None
) -> datetime:
    """Return the receipt time of a filing submitted now: that of the refused one, where it follows one.

    With a place, the review is only now named and must open something there: refuses `review_not_upheld`.
    """
    if after_review_id is None:
        return work.now
    if place_id is None:
        case = await work.cases.get(CaseKind.REVIEW_REQUEST, after_review_id)
        refused_id = (await work.review_requests.get(case)).decided_id
    else:
        refused_id = await upheld_refusal(work, after_review_id, ReviewSubject.FILING)
    refused = await work.filings.get(await work.cases.get(CaseKind.FILING, refused_id))
    if place_id not in {None, refused.case.place_id}:
        raise not_upheld()
    assert refused.submitted_at is not None  # what was refused had been submitted
    return refused.submitted_at
