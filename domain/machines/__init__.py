"""The tables of states, one file a machine (CASES 3).

`SIGNED` machines belong to cases: each move is signed by one person holding one duty. `FLOWS` are states
of things that are not cases: they move with a signed step or a bank line, and nobody signs them.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from domain.cases import CaseKind, Duty, Flow, Machine
from domain.machines import (
    account_change,
    appropriation,
    batch,
    catalogue_entry,
    enrolment,
    filing,
    funding_request,
    hold,
    joint_class,
    manual_finding,
    notice,
    objection,
    payment,
    payment_correction,
    policy_version,
    prepayment,
    recovery,
    review_request,
    settlement,
    voucher,
    voucher_class,
    voucher_project,
    voucher_settlement,
)

SIGNED: Final[Mapping[CaseKind, Machine]] = {
    CaseKind.FILING: filing.MACHINE,
    CaseKind.PREPAYMENT: prepayment.MACHINE,
    CaseKind.SETTLEMENT: settlement.MACHINE,
    CaseKind.RECOVERY: recovery.MACHINE,
    CaseKind.FUNDING_REQUEST: funding_request.MACHINE,
    CaseKind.BATCH: batch.MACHINE,
    CaseKind.APPROPRIATION: appropriation.MACHINE,
    CaseKind.JOINT_CLASS: joint_class.MACHINE,
    CaseKind.POLICY_VERSION: policy_version.MACHINE,
    CaseKind.NOTICE: notice.MACHINE,
    CaseKind.OBJECTION: objection.MACHINE,
    CaseKind.MANUAL_FINDING: manual_finding.MACHINE,
    CaseKind.HOLD: hold.MACHINE,
    CaseKind.REVIEW_REQUEST: review_request.MACHINE,
    CaseKind.ACCOUNT_CHANGE: account_change.MACHINE,
    CaseKind.PAYMENT_CORRECTION: payment_correction.MACHINE,
    CaseKind.VOUCHER_PROJECT: voucher_project.MACHINE,
    CaseKind.VOUCHER_CLASS: voucher_class.MACHINE,
    CaseKind.VOUCHER_SETTLEMENT: voucher_settlement.MACHINE,
    CaseKind.CATALOGUE_ENTRY: catalogue_entry.MACHINE,
}

FLOWS: Final[Mapping[str, Flow]] = {
    "enrolment": enrolment.FLOW,
    "payment": payment.FLOW,
    "voucher": voucher.FLOW,
}


class StepRule(NamedTuple):
    """One row of the database's `step_rules`: a move some case may make, and the duty that signs it."""

    case_kind: CaseKind
    from_state: str
    to_state: str
    duty: Duty
    event: str


def step_rules() -> Iterator[StepRule]:
    """Every legal step of every kind of case, as PostgreSQL is told them."""
    for kind, machine in SIGNED.items():
        for state, moves in machine.items():
            for event, move in moves.items():
                yield StepRule(kind, state, move.to, move.duty, event)
