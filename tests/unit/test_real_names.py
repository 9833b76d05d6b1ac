"""The fake and the simulator keep the one contract of real-name services; what an answer keeps from."""

import pytest

from adapters.real_names.simulated import SimulatedRealNames
from domain.errors import Fault
from domain.real_name import ANSWERS, RealNameAnswer, real_name_faults
from tests.contracts.real_names import People, RealNamesContract
from tests.fakes.real_names import FakeRealNames
from tests.people import citizen_id


class TestFakeRealNames(RealNamesContract):
    """The fake."""

    @pytest.fixture
    def people(self) -> People:
        """Anybody."""
        return {answer: citizen_id() for answer in RealNameAnswer}

    @pytest.fixture
    def real_names(self, people: People) -> FakeRealNames:
        """One that knows them."""
        fake = FakeRealNames()
        fake.answers.update({number: answer for answer, number in people.items()})
        return fake


class TestSimulatedRealNames(RealNamesContract):
    """The simulator."""

    @pytest.fixture
    def people(self) -> People:
        """People whose sequence numbers say what becomes of them."""
        return {
            RealNameAnswer.MATCHED: "11010519491231002X",
            RealNameAnswer.NOT_FOUND: "110105194912319972",
            RealNameAnswer.MISMATCH: "110105194912319980",
            RealNameAnswer.UNAVAILABLE: "110105194912319999",
        }

    @pytest.fixture
    def real_names(self) -> SimulatedRealNames:
        """A fresh one."""
        return SimulatedRealNames()


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        (None, ()),
        (RealNameAnswer.MATCHED, ()),
        (RealNameAnswer.UNAVAILABLE, ()),
        (RealNameAnswer.MISMATCH, ("real_name_mismatch",)),
        (RealNameAnswer.NOT_FOUND, ("real_name_unknown",)),
    ],
)
def test_only_an_answer_against_the_person_keeps_a_voucher_from_being_reserved(
    answer: RealNameAnswer | None, codes: tuple[str, ...]
) -> None:
    assert real_name_faults(answer) == tuple(Fault("/voucher_id", code) for code in codes)


def test_every_answer_is_said_in_both_languages() -> None:
    assert set(ANSWERS) == set(RealNameAnswer)
    assert all(said.zh and said.en for said in ANSWERS.values())
