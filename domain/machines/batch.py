"""Batch (支付批次): sealed by its preparer, released by a second person, submitted and reconciled by the system."""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {"draft": Move("draft", Duty.PREPARE)},
    "draft": {"seal": Move("sealed", Duty.PREPARE)},
    "sealed": {"release": Move("released", Duty.RELEASE)},
    "released": {"submit": Move("submitted", Duty.SYSTEM)},
    "submitted": {"reconcile": Move("reconciled", Duty.SYSTEM)},
    "reconciled": {},
}
