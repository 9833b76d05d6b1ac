"""What every register of subsidised training promises: the fake, the simulator, one day the real one."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from domain.ports.training_register import TrainingRegister
from domain.training_register import MessageKind, MessageState, RegisterMessage, Trainee


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Citizen ids that the register under test treats so."""

    fine: str
    refused: str
    elsewhere: str


def a_message() -> RegisterMessage:
    """A roster that is to be told."""
    return RegisterMessage(
        id=uuid4(),
        place_id=uuid4(),
        kind=MessageKind.ROSTER_ACCEPTED,
        object_id=uuid4(),
        payload={"people": 1},
        state=MessageState.QUEUED,
        attempts=0,
        reference=None,
        answer=None,
        duplicates=(),
        queued_at=datetime(2026, 3, 1, tzinfo=UTC),
        answered_at=None,
    )


def a_trainee(citizen_id: str) -> Trainee:
    """Somebody in it."""
    return Trainee(subject_id=uuid4(), name="张三", citizen_id=citizen_id)


class TrainingRegisterContract:
    """Bound to an implementation by the fixtures `register` and `known`."""

    async def test_a_message_is_taken_under_a_reference(
        self, register: TrainingRegister, known: Known
    ) -> None:
        reply = await register.send(a_message(), [a_trainee(known.fine)])
        assert reply is not None
        assert reply.accepted
        assert reply.reference
        assert reply.said

    async def test_a_message_without_people_is_taken(self, register: TrainingRegister) -> None:
        reply = await register.send(a_message(), [])
        assert reply is not None
        assert reply.accepted

    async def test_a_message_sent_twice_is_one_message(
        self, register: TrainingRegister, known: Known
    ) -> None:
        message, people = a_message(), [a_trainee(known.fine)]
        assert await register.send(message, people) == await register.send(message, people)

    async def test_another_message_has_another_reference(
        self, register: TrainingRegister, known: Known
    ) -> None:
        replies = [await register.send(a_message(), [a_trainee(known.fine)]) for _ in range(2)]
        assert len({reply.reference for reply in replies if reply is not None}) == 2

    async def test_a_message_with_wrong_people_is_refused_in_words(
        self, register: TrainingRegister, known: Known
    ) -> None:
        people = [a_trainee(known.fine), a_trainee(known.refused)]
        reply = await register.send(a_message(), people)
        assert reply is not None
        assert not reply.accepted
        assert reply.said

    async def test_duplicates_are_of_those_asked_about(
        self, register: TrainingRegister, known: Known
    ) -> None:
        fine, twice = a_trainee(known.fine), a_trainee(known.elsewhere)
        found = await register.duplicates(a_message(), [fine, twice])
        assert [one.subject_id for one in found] == [twice.subject_id]
        assert all(one.training for one in found)
        assert list(await register.duplicates(a_message(), [fine])) == []
