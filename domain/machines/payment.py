"""Payment (支付): the intent to pay one payee. It moves with its batch and with bank lines; nobody signs it."""

from typing import Final

from domain.cases import NEW, Flow

FLOW: Final[Flow] = {
    NEW: {"plan": "planned"},
    "planned": {"batch": "batched"},
    "batched": {"submit": "submitted"},
    "submitted": {"confirm": "paid", "reject": "returned"},
    "paid": {},
    "returned": {},
}
