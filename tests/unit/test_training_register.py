"""The fake and the simulator keep the one contract of registers of subsidised training."""

import pytest

from adapters.registers.simulated import SimulatedTrainingRegister
from domain.training_register import KINDS, MessageKind
from tests.contracts.training_register import Known, TrainingRegisterContract
from tests.fakes.training_register import FakeTrainingRegister
from tests.people import citizen_id


class TestFakeTrainingRegister(TrainingRegisterContract):
    """The fake."""

    @pytest.fixture
    def known(self) -> Known:
        """Anybody."""
        return Known(fine=citizen_id(), refused=citizen_id(), elsewhere=citizen_id())

    @pytest.fixture
    def register(self, known: Known) -> FakeTrainingRegister:
        """One that knows them."""
        fake = FakeTrainingRegister()
        fake.refused.add(known.refused)
        fake.elsewhere.add(known.elsewhere)
        return fake


class TestSimulatedTrainingRegister(TrainingRegisterContract):
    """The simulator."""

    @pytest.fixture
    def known(self) -> Known:
        """People whose sequence numbers say what becomes of them."""
        return Known(
            fine="11010519491231002X", refused="110105194912319964", elsewhere="110105194912319956"
        )

    @pytest.fixture
    def register(self) -> SimulatedTrainingRegister:
        """A fresh one."""
        return SimulatedTrainingRegister()


def test_every_kind_of_message_is_named_in_both_languages() -> None:
    assert set(KINDS) == set(MessageKind)
    assert all(said.zh and said.en for said in KINDS.values())
