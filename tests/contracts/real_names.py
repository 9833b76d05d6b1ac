"""What every real-name service promises: the fake, the simulator, one day the national platform."""

import asyncio
from collections.abc import Mapping

import pytest

from domain.ports.real_names import RealNames
from domain.real_name import RealNameAnswer

People = Mapping[RealNameAnswer, str]
"""A citizen id for each answer that the service under test can be brought to give."""


class RealNamesContract:
    """Bound to an implementation by the fixtures `real_names` and `people`."""

    @pytest.mark.parametrize("answer", RealNameAnswer)
    async def test_a_person_gets_the_answer_that_the_base_holds(
        self, real_names: RealNames, people: People, answer: RealNameAnswer
    ) -> None:
        reply = await real_names.ask("张三", people[answer], "question.1")
        assert reply.answer is answer

    @pytest.mark.parametrize("answer", RealNameAnswer)
    async def test_an_answer_has_a_reference_and_no_answer_has_none(
        self, real_names: RealNames, people: People, answer: RealNameAnswer
    ) -> None:
        reply = await real_names.ask("张三", people[answer], "question.1")
        assert bool(reply.reference) is (answer is not RealNameAnswer.UNAVAILABLE)

    async def test_a_question_asked_again_is_answered_alike(
        self, real_names: RealNames, people: People
    ) -> None:
        asked = [
            await real_names.ask("张三", people[RealNameAnswer.MATCHED], "question.1")
            for _ in range(2)
        ]
        assert asked[0] == asked[1]

    async def test_another_question_has_another_reference(
        self, real_names: RealNames, people: People
    ) -> None:
        number = people[RealNameAnswer.MATCHED]
        replies = await asyncio.gather(
            *(real_names.ask("张三", number, f"question.{n}") for n in range(20))
        )
        assert len({reply.reference for reply in replies}) == len(replies)

    async def test_a_reference_holds_nothing_of_the_person(
        self, real_names: RealNames, people: People
    ) -> None:
        number = people[RealNameAnswer.MISMATCH]
        reply = await real_names.ask("张三", number, "question.1")
        assert reply.reference is not None
        assert "张三" not in reply.reference
        assert number not in reply.reference

    def test_a_service_has_a_name(self, real_names: RealNames) -> None:
        assert real_names.name
