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
    enrolment,
    filing,
    funding_request,
    payment,
    payment_correction,
    prepayment,
    settlement,
)

SIGNED: Final[Mapping[CaseKind, Machine]] = {
    CaseKind.FILING: filing.MACHINE,
    CaseKind.PREPAYMENT: prepayment.MACHINE,
    CaseKind.SETTLEMENT: settlement.MACHINE,
    CaseKind.FUNDING_REQUEST: funding_request.MACHINE,
    CaseKind.BATCH: batch.MACHINE,
    CaseKind.APPROPRIATION: appropriation.MACHINE,
    CaseKind.ACCOUNT_CHANGE: account_change.MACHINE,
    CaseKind.PAYMENT_CORRECTION: payment_correction.MACHINE,
}

FLOWS: Final[Mapping[str, Flow]] = {"enrolment": enrolment.FLOW, "payment": payment.FLOW}


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
