"""Cases: what several people sign, one duty each.

Every kind of case has one table of steps in its own module: state, event -> the next state and the
duty that signs it. An absent key refuses and changes nothing. The same tables are written into the
database (`step_rules`), drawn into `docs/states.md`, and driven by the use cases.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.errors import Refusal

NEW: Final = "new"
"""The state before the first step; no stored case is in it."""


class CaseKind(StrEnum):
    """Kinds of case in which one person holds at most one duty (DESIGN 1.5)."""

    FILING = "filing"
    PREPAYMENT = "prepayment"
    SETTLEMENT = "settlement"
    RECOVERY = "recovery"
    FUNDING_REQUEST = "funding_request"
    BATCH = "batch"
    APPROPRIATION = "appropriation"
    JOINT_CLASS = "joint_class"
    POLICY_VERSION = "policy_version"
    NOTICE = "notice"
    OBJECTION = "objection"
    MANUAL_FINDING = "manual_finding"
    HOLD = "hold"
    REVIEW_REQUEST = "review_request"
    ACCOUNT_CHANGE = "account_change"
    PAYMENT_CORRECTION = "payment_correction"
    VOUCHER_PROJECT = "voucher_project"
    VOUCHER_CLASS = "voucher_class"
    VOUCHER_SETTLEMENT = "voucher_settlement"
    CATALOGUE_ENTRY = "catalogue_entry"


class Duty(StrEnum):
    """What a person does in a case. `system` is held by the system person alone."""

    FILE = "file"
    REVIEW = "review"
    APPROVE = "approve"
    CONCUR = "concur"
    PREPARE = "prepare"
    RELEASE = "release"
    CONFIRM_FIRST = "confirm_first"
    CONFIRM_SECOND = "confirm_second"
    SIGN_LABOUR = "sign_labour"
    SIGN_FINANCE = "sign_finance"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Move:
    """Where an event leads, and the duty that signs it."""

    to: str
    duty: Duty


Machine = Mapping[str, Mapping[str, Move]]
"""state -> event -> move. Every state that a move leads to is a key; final states map to nothing."""


Flow = Mapping[str, Mapping[str, str]]
"""state -> event -> state, for things that move without a signature of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The common part of every case: where it lies, its state, and its version (the ETag)."""

    id: UUID
    kind: CaseKind
    place_id: UUID
    org_id: UUID
    partner_org_id: UUID | None
    region_path: str
    state: str
    step_seq: int
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One signed step of a case: who, holding which duty, moved it where, when and why."""

    seq: int
    from_state: str
    to_state: str
    duty: Duty
    person_id: UUID
    account_name: str
    at: datetime
    reason: str
    clause: str


def move_of(machine: Machine, state: str, event: str) -> Move:
    """Look a move up, or refuse with `wrong_state`."""
    move = machine.get(state, {}).get(event)
    if move is None:
        raise Refusal("wrong_state", state=state, event=event)
    return move


def state_after(flow: Flow, state: str, event: str) -> str:
    """Look a flow's next state up, or refuse with `wrong_state`."""
    after = flow.get(state, {}).get(event)
    if after is None:
        raise Refusal("wrong_state", state=state, event=event)
    return after
