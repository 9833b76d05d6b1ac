"""Messages to the register of subsidised training (REG-01): queued with a decision, sent by a job, answered.

The register is called outside any transaction. A message keeps its id through every attempt, so that what was
sent and not recorded is sent again as the same message.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain.audit import Act, Ground
from domain.cases import Case
from domain.filing import Filing
from domain.payment import Batch
from domain.ports.register_messages import MessageFilter
from domain.ports.training_register import TrainingRegister
from domain.ports.work import Work
from domain.training_register import (
    ASKED_FOR_DUPLICATES,
    ENDED,
    Duplicate,
    MessageKind,
    MessageState,
    Payload,
    RegisterMessage,
    RegisterReply,
    Trainee,
)
from domain.voucher import VoucherClass

SEND_REGISTER_MESSAGE: Final = "send_register_message"
"""The job that sends one message; its ref is the message."""


async def queue_message(work: Work, case: Case, kind: MessageKind, payload: Payload) -> None:
    """Queue what has just been decided about a case; nobody is named in it."""
    message = RegisterMessage(
        id=work.new_id(),
        place_id=case.place_id,
        kind=kind,
        object_id=case.id,
        payload=payload,
        state=MessageState.QUEUED,
        attempts=0,
        reference=None,
        answer=None,
        duplicates=(),
        queued_at=work.now,
        answered_at=None,
    )
    await work.register_messages.add(case, message)
    await work.jobs.add(SEND_REGISTER_MESSAGE, message.id, case.place_id, purpose="queued")


async def tell_of_filing(work: Work, kind: MessageKind, filing: Filing) -> Filing:
    """Queue what was decided about a filing, and return it."""
    await queue_message(
        work,
        filing.case,
        kind,
        {
            "class_name": filing.class_name,
            "occupation_code": filing.occupation_code,
            "grade": filing.target_grade,
            "people": filing.people,
        },
    )
    return filing


async def tell_of_class(work: Work, kind: MessageKind, of: VoucherClass, *, people: int) -> None:
    """Queue what was decided about a voucher class, and how many people it concerns."""
    await queue_message(
        work,
        of.case,
        kind,
        {
            "class_name": of.class_name,
            "occupation_code": of.occupation_code,
            "grade": of.grade,
            "people": people,
        },
    )


async def tell_of_batch(work: Work, batch: Batch) -> None:
    """Queue that a batch has every answer of the bank; its amount as released, in fen."""
    await queue_message(
        work,
        batch.case,
        MessageKind.BATCH_PAID,
        {
            "fund_source": batch.fund_source,
            "budget_year": batch.budget_year,
            "lines": batch.lines,
            "total_fen": batch.total_fen,
        },
    )


async def message_to_send(
    work: Work, *, message_id: UUID
) -> tuple[RegisterMessage, Sequence[Trainee]] | None:
    """Return a message and whom it is about, audited; None once it has its answer."""
    message = await work.register_messages.get(message_id)
    if message.state in ENDED:
        return None
    people = await work.register_messages.people(message)
    place = await work.places.get(message.place_id)
    await work.audit.record(
        Act(
            action="register_message.opened",
            object_kind="register_message",
            object_id=str(message.id),
            ground=Ground(
                place_id=place.id,
                org_id=place.bureau_org_id,
                partner_org_id=None,
                region_path=place.region_path,
            ),
            facts={"kind": message.kind, "people": len(people)},
        )
    )
    return message, people


async def sent_to(
    register: TrainingRegister, message: RegisterMessage, people: Sequence[Trainee]
) -> tuple[RegisterReply | None, Sequence[Duplicate]]:
    """Send a message, and ask for duplicates where that is asked. Called outside any transaction."""
    reply = await register.send(message, people)
    if reply is None or message.kind not in ASKED_FOR_DUPLICATES:
        return reply, ()
    return reply, await register.duplicates(message, people)


async def list_register_messages(
    work: Work, asked: MessageFilter, *, after: UUID | None, limit: int
) -> Sequence[RegisterMessage]:
    """Return messages in order of queueing."""
    return await work.register_messages.page(asked, after=after, limit=limit)
