"""The fake and the spool keep the one contract of messages."""

import json
from pathlib import Path
from uuid import UUID

import pytest

from adapters.messages.spool import SpooledMessages
from tests.contracts.messages import MessagesContract, Sent, a_message
from tests.fakes.messages import FakeMessages


class TestFakeMessages(MessagesContract):
    """The fake."""

    @pytest.fixture
    def messages(self) -> FakeMessages:
        """A fresh one."""
        return FakeMessages()

    @pytest.fixture
    def sent(self, messages: FakeMessages) -> Sent:
        """What it remembers."""
        return lambda: list(messages.sent)


class TestSpooledMessages(MessagesContract):
    """The spool."""

    @pytest.fixture
    def messages(self, tmp_path: Path) -> SpooledMessages:
        """One in a folder that is not there yet."""
        return SpooledMessages(tmp_path / "spool")

    @pytest.fixture
    def sent(self, tmp_path: Path) -> Sent:
        """The files in its folder."""
        return lambda: [UUID(file.stem) for file in (tmp_path / "spool").glob("*.json")]

    async def test_a_file_says_where_to_look_and_nothing_of_a_person(
        self, messages: SpooledMessages, tmp_path: Path
    ) -> None:
        message = a_message()
        await messages.send(message)
        text = json.loads((tmp_path / "spool" / f"{message.id}.json").read_text("utf-8"))
        assert text == {
            "id": str(message.id),
            "to_org_id": str(message.to_org_id),
            "to_name": "启东示例机械有限公司",
            "subject": {"zh": "受理通知书", "en": "Notice of acceptance"},
            "reference": "学徒受理〔2026〕1号",
            "path": "/v1/official-documents/1",
        }
        assert list((tmp_path / "spool").glob(".*")) == []
