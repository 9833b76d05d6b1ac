"""Every operation of the product, in the order the documentation shows them."""

from typing import Final

from service.http import (
    bank_result,
    batch,
    batch_report,
    budget,
    calculation,
    certificate,
    filing,
    funding_request,
    health,
    payee_account,
    payment,
    payment_correction,
    policy,
    prepayment,
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
    *budget.OPERATIONS,
    *funding_request.OPERATIONS,
    *batch.OPERATIONS,
    *batch_report.OPERATIONS,
    *bank_result.OPERATIONS,
    *payment.OPERATIONS,
    *payee_account.OPERATIONS,
    *payment_correction.OPERATIONS,
    *health.OPERATIONS,
)
