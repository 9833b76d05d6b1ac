"""Payment (支付): the intent to pay one payee. It moves with its batch, bank lines and corrections; nobody signs it.

`unknown` ends only by an answer to our reference: a line of the bank that says paid, rejected, or
not known to it. `corrected` is a returned payment whose correction waits for its confirmation.
"""

from typing import Final

from domain.cases import NEW, Flow

FLOW: Final[Flow] = {
    NEW: {"plan": "planned"},
    "planned": {"batch": "batched", "cancel": "cancelled"},
    "batched": {"submit": "submitted", "take_out": "planned"},
    "submitted": {"confirm": "paid", "reject": "returned", "lose": "unknown"},
    "unknown": {"confirm": "paid", "reject": "returned"},
    "paid": {"give_back": "returned"},
    "returned": {"correct": "corrected", "cancel": "cancelled"},
    "corrected": {"plan_again": "planned", "refuse": "returned", "cancel": "cancelled"},
    "cancelled": {},
}
