"""Batch (支付批次): sealed by its preparer, released by a second person, submitted and reconciled by the system.

Before release a second person may cancel it, and its preparer may open it again to take lines out;
it is then sealed anew.
"""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {"draft": Move("draft", Duty.PREPARE)},
    "draft": {
        "seal": Move("sealed", Duty.PREPARE),
        "cancel": Move("cancelled", Duty.RELEASE),
    },
    "sealed": {
        "release": Move("released", Duty.RELEASE),
        "split": Move("draft", Duty.PREPARE),
        "cancel": Move("cancelled", Duty.RELEASE),
    },
    "released": {"submit": Move("submitted", Duty.SYSTEM)},
    "submitted": {"reconcile": Move("reconciled", Duty.SYSTEM)},
    "reconciled": {},
    "cancelled": {},
}
