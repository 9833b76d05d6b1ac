"""What is told to the real-name register of subsidised training (补贴性培训实名制信息管理系统, REG-01, SYS-01).

A message is written with the decision that it tells of, and sent later; its id is its name towards the
register, so that the same message twice is one. What is kept names nobody: people are added on the way out.
Duplicates that the register reports are a signal to the officer and decide nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.errors import Text


class MessageKind(StrEnum):
    """What happened."""

    ROSTER_ACCEPTED = "roster_accepted"
    FILING_LISTED = "filing_listed"
    TRAINING_COMPLETED = "training_completed"
    BATCH_PAID = "batch_paid"
    VOUCHER_CLASS_STARTED = "voucher_class_started"
    VOUCHER_CLASS_COMPLETED = "voucher_class_completed"


KINDS: Final[Mapping[MessageKind, Text]] = {
    MessageKind.ROSTER_ACCEPTED: Text("备案名册", "roster of an accepted filing"),
    MessageKind.FILING_LISTED: Text("列入培训计划", "filing listed"),
    MessageKind.TRAINING_COMPLETED: Text("培训结业", "training completed"),
    MessageKind.BATCH_PAID: Text("补贴支付", "subsidies paid"),
    MessageKind.VOUCHER_CLASS_STARTED: Text("培训券班级开班", "voucher class started"),
    MessageKind.VOUCHER_CLASS_COMPLETED: Text("培训券班级结业", "voucher class completed"),
}

ASKED_FOR_DUPLICATES: Final = frozenset(
    {MessageKind.ROSTER_ACCEPTED, MessageKind.VOUCHER_CLASS_STARTED}
)
"""Messages whose people are looked for in other training at the same time."""


class MessageState(StrEnum):
    """Where a message stands: `sent` has been taken and not answered yet."""

    QUEUED = "queued"
    SENT = "sent"
    ANSWERED = "answered"
    REFUSED = "refused"


ENDED: Final = frozenset({MessageState.ANSWERED, MessageState.REFUSED})

Payload = Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trainee:
    """One person on the way to the register, in clear; `subject_id` is the enrolment or the voucher.

    `attended_minutes` is told with the completion of a voucher class.
    """

    subject_id: UUID
    name: str
    citizen_id: str
    attended_minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """What the register holds of somebody in other training at the same time; `training` as it names it."""

    subject_id: UUID
    training: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterMessage:
    """A message on file. `object_id` is the filing, class or batch it tells of."""

    id: UUID
    place_id: UUID
    kind: MessageKind
    object_id: UUID
    payload: Payload
    state: MessageState
    attempts: int
    reference: str | None
    answer: str | None
    duplicates: tuple[Duplicate, ...]
    queued_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterReply:
    """What the register says of a message: taken or refused, under its reference, in its words."""

    accepted: bool
    reference: str
    said: str
