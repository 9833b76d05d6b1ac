"""A spool of messages: one file each, written whole and under its id, for a gateway to take away."""

import asyncio
import json
import os
from pathlib import Path
from uuid import uuid4

from domain.ports.messages import Message, Messages


class SpooledMessages(Messages):
    """Writes `<id>.json` into a folder. A gateway that has sent a message removes its file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, message: Message) -> None:
        await asyncio.to_thread(self._write, message)

    def _write(self, message: Message) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        aside = self._folder / f".{uuid4().hex}"
        text = {
            "id": str(message.id),
            "to_org_id": str(message.to_org_id),
            "to_name": message.to_name,
            "subject": {"zh": message.subject.zh, "en": message.subject.en},
            "reference": message.reference,
            "path": message.path,
        }
        with aside.open("w", encoding="utf-8") as file:
            json.dump(text, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self._folder / f"{message.id}.json")
