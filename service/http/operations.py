"""Every operation of the product, in the order the documentation shows them."""

from typing import Final

from service.http import budget, calculation, filing, health, policy, prepayment, session
from service.http.call import Served

OPERATIONS: Final[tuple[Served, ...]] = (
    *session.OPERATIONS,
    *policy.OPERATIONS,
    *calculation.OPERATIONS,
    *filing.OPERATIONS,
    *prepayment.OPERATIONS,
    *budget.OPERATIONS,
    *health.OPERATIONS,
)
