"""Messages to the register of subsidised training over HTTP: what was told, and what it answered."""

from datetime import datetime
from typing import Final
from uuid import UUID

from domain.errors import Text
from domain.party import Role
from domain.ports.register_messages import MessageFilter
from domain.training_register import KINDS, MessageKind, MessageState, RegisterMessage
from service.application import register_message
from service.http.call import Answer, Call, Served
from service.http.operation import Query, operation
from service.http.shapes import TextView, View

TAG: Final = "register-messages"
_BUREAU: Final = frozenset({Role.CLERK, Role.REVIEWER, Role.APPROVER, Role.AUDITOR})


class DuplicateView(View):
    """An enrolment or voucher whose person the register knows in other training at the same time."""

    subject_id: UUID
    training: str


class RegisterMessageView(View):
    """A message: what it told, where it stands, and the register's answer in its own words."""

    id: UUID
    place_id: UUID
    kind: MessageKind
    kind_name: TextView
    object_id: UUID
    payload: dict[str, str | int | None]
    state: MessageState
    attempts: int
    reference: str | None
    answer: str | None
    duplicates: list[DuplicateView]
    queued_at: datetime
    answered_at: datetime | None

    @classmethod
    def of(cls, message: RegisterMessage) -> "RegisterMessageView":
        """Show a message."""
        said = KINDS[message.kind]
        return cls(
            id=message.id,
            place_id=message.place_id,
            kind=message.kind,
            kind_name=TextView(zh=said.zh, en=said.en),
            object_id=message.object_id,
            payload=dict(message.payload),
            state=message.state,
            attempts=message.attempts,
            reference=message.reference,
            answer=message.answer,
            duplicates=[
                DuplicateView(subject_id=one.subject_id, training=one.training)
                for one in message.duplicates
            ],
            queued_at=message.queued_at,
            answered_at=message.answered_at,
        )


@operation(
    id="ListRegisterMessages",
    method="GET",
    path="/v1/register-messages",
    tag=TAG,
    summary=Text("实名制系统报送记录", "List messages to the real-name register"),
    description=Text(
        "报送补贴性培训实名制信息管理系统的信息及其答复。duplicates 为该系统答复的重复参训，仅供审核人员参考，"
        "不作决定。",
        "What was told to the register of subsidised training, and its answer. Duplicates inform the "
        "officer and decide nothing.",
    ),
    roles=_BUREAU,
    query=(
        Query(
            name="state",
            kind=MessageState,
            description=Text("只列出处于此状态的。", "Only those in this state."),
        ),
        Query(
            name="kind",
            kind=MessageKind,
            description=Text("只列出此类的。", "Only those of this kind."),
        ),
        Query(
            name="object_id",
            kind=UUID,
            description=Text(
                "只列出此备案、班级或支付批次的。", "Only those of this filing, class or batch."
            ),
        ),
    ),
    answer=RegisterMessageView,
    paged=True,
)
async def list_register_messages(call: Call) -> Answer:
    """List messages."""
    page = call.page()
    asked = MessageFilter(
        state=call.query("state", MessageState),
        kind=call.query("kind", MessageKind),
        object_id=call.query("object_id", UUID),
    )
    found = await call.read(
        lambda work: register_message.list_register_messages(
            work, asked, after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(found, page, view=RegisterMessageView.of, after=lambda one: one.id)


OPERATIONS: Final[tuple[Served, ...]] = (list_register_messages,)
