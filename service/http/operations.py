"""Every operation of the product, in the order the documentation shows them."""

from typing import Final

from service.http import (
    bank_result,
    batch,
    budget,
    calculation,
    certificate,
    class_record,
    filing,
    funding_request,
    health,
    joint_class,
    payment,
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
    *joint_class.OPERATIONS,
    *filing.OPERATIONS,
    *class_record.OPERATIONS,
    *prepayment.OPERATIONS,
    *certificate.OPERATIONS,
    *settlement.OPERATIONS,
    *budget.OPERATIONS,
    *funding_request.OPERATIONS,
    *batch.OPERATIONS,
    *bank_result.OPERATIONS,
    *payment.OPERATIONS,
    *health.OPERATIONS,
)
