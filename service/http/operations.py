"""Every operation of the product, in the order the documentation shows them."""

from typing import Final

from service.http import (
    bank_result,
    batch,
    budget,
    calculation,
    certificate,
    filing,
    funding_request,
    health,
    hold,
    manual_finding,
    notice,
    notice_public,
    objection,
    payment,
    policy,
    prepayment,
    review_request,
    session,
    settlement,
)
from service.http.call import Served

OPERATIONS: Final[tuple[Served, ...]] = (
    *session.OPERATIONS,
    *policy.OPERATIONS,
    *calculation.OPERATIONS,
    *filing.OPERATIONS,
    *prepayment.OPERATIONS,
    *certificate.OPERATIONS,
    *settlement.OPERATIONS,
    *manual_finding.OPERATIONS,
    *notice.OPERATIONS,
    *notice_public.OPERATIONS,
    *objection.OPERATIONS,
    *hold.OPERATIONS,
    *review_request.OPERATIONS,
    *budget.OPERATIONS,
    *funding_request.OPERATIONS,
    *batch.OPERATIONS,
    *bank_result.OPERATIONS,
    *payment.OPERATIONS,
    *health.OPERATIONS,
)
