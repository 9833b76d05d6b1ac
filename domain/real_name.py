"""Real-name check (实名认证): is the person behind a name and a citizen id who he says he is (REG-13, SYS-13, SYS-14).

The card-holder base of the social security card answers. Its answer is evidence: it is kept as it was given,
and a later one stands beside it. No answer is held against nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.errors import Fault, Text


class RealNameAnswer(StrEnum):
    """What the service says of a name and a citizen id."""

    MATCHED = "matched"
    MISMATCH = "mismatch"
    NOT_FOUND = "not_found"
    UNAVAILABLE = "unavailable"


ANSWERS: Final[Mapping[RealNameAnswer, Text]] = {
    RealNameAnswer.MATCHED: Text("姓名与证件号一致", "name and citizen id belong together"),
    RealNameAnswer.MISMATCH: Text(
        "姓名与证件号不一致", "the citizen id is held under another name"
    ),
    RealNameAnswer.NOT_FOUND: Text("持卡人库中无此人", "nobody in the base holds this citizen id"),
    RealNameAnswer.UNAVAILABLE: Text("认证服务暂无答复", "the service gave no answer"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RealNameReply:
    """An answer with the service's own reference for it; without an answer there is none."""

    answer: RealNameAnswer
    reference: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RealNameQuestion:
    """Whom to ask about, in clear: exists only on the way to the service.

    `request_id` names the question: asked again before its answer was recorded, it is the same.
    """

    voucher_id: UUID
    seq: int
    name: str
    citizen_id: str

    @property
    def request_id(self) -> str:
        """The question's name towards the service."""
        return f"{self.voucher_id}.{self.seq}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RealNameCheck:
    """A recorded answer about the person of a voucher. `seq` counts the voucher's from 1."""

    voucher_id: UUID
    seq: int
    service: str
    answer: RealNameAnswer
    reference: str | None
    asked_by: UUID
    at: datetime


_FAULTS: Final = {
    RealNameAnswer.MISMATCH: "real_name_mismatch",
    RealNameAnswer.NOT_FOUND: "real_name_unknown",
}


def real_name_faults(answer: RealNameAnswer | None) -> tuple[Fault, ...]:
    """Locate what the standing answer keeps a voucher from: nothing while nobody has answered."""
    code = None if answer is None else _FAULTS.get(answer)
    return () if code is None else (Fault("/voucher_id", code),)
