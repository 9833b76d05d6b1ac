"""Every operation of the product, in the order the documentation shows them."""

from typing import Final

from service.http import (
    bank_result,
    batch,
    budget,
    calculation,
    case_clock,
    certificate,
    class_record,
    document,
    filing,
    filing_correction,
    filing_end,
    funding_request,
    health,
    joint_class,
    official_document,
    payment,
    policy,
    prepayment,
    service_guide,
    session,
    settlement,
    work_ledger,
)
from service.http.call import Served

OPERATIONS: Final[tuple[Served, ...]] = (
    *session.OPERATIONS,
    *policy.OPERATIONS,
    *service_guide.OPERATIONS,
    *calculation.OPERATIONS,
    *joint_class.OPERATIONS,
    *filing.OPERATIONS,
    *document.OPERATIONS,
    *class_record.OPERATIONS,
    *filing_correction.OPERATIONS,
    *filing_end.OPERATIONS,
    *case_clock.OPERATIONS,
    *prepayment.OPERATIONS,
    *certificate.OPERATIONS,
    *settlement.OPERATIONS,
    *budget.OPERATIONS,
    *funding_request.OPERATIONS,
    *batch.OPERATIONS,
    *bank_result.OPERATIONS,
    *payment.OPERATIONS,
    *official_document.OPERATIONS,
    *work_ledger.OPERATIONS,
    *health.OPERATIONS,
)
