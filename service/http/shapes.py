"""Shapes that several terms share: bounded texts, dates, numbers, and the view of a case."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec

from domain.budget import BUDGET_YEAR_MAX, FUND_SOURCES
from domain.cases import Case, Duty, Step
from domain.errors import Fault
from domain.machines import SIGNED
from domain.refusals import REGISTRY
from service.http.next_steps import signing
from service.http.words import worded

Line = Annotated[
    str, msgspec.Meta(min_length=1, max_length=200, description="一行文字 · one line of text")
]
Reason = Annotated[
    str, msgspec.Meta(max_length=2000, description="理由 · the reason, in the officer's words")
]
DocumentNumber = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=100,
        description="文号 · document number",
        examples=["启人社〔2024〕18号"],
    ),
]
Fen = Annotated[
    int,
    msgspec.Meta(ge=0, le=10_000_000_000_000, description="分 · whole fen; 100 fen are one yuan"),
]
FenAboveZero = Annotated[
    int, msgspec.Meta(ge=1, le=10_000_000_000_000, description="分，大于零 · whole fen, above zero")
]
Grade = Annotated[
    int,
    msgspec.Meta(
        ge=1,
        le=5,
        description="国家等级：5 初级工 4 中级工 3 高级工 2 技师 1 高级技师 · national grade, 5 lowest to 1 highest",
    ),
]
Months = Annotated[int, msgspec.Meta(ge=1, le=120, description="月数 · months")]
Year = Annotated[
    int, msgspec.Meta(ge=2000, le=BUDGET_YEAR_MAX, description="预算年度 · budget year")
]
Version = Annotated[
    int,
    msgspec.Meta(ge=1, le=2**31 - 1, description="版本，即 ETag 中的数字 · the number in the ETag"),
]
BasisPoints = Annotated[
    int, msgspec.Meta(ge=0, le=10_000, description="万分比 · basis points; 5000 is 50 %")
]


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """What comes in. Unknown fields are refused."""


class View(msgspec.Struct):
    """What goes out. Every field is always there."""


class Decision(Body):
    """A signature with its reason."""

    reason: Reason = ""


class StepView(View):
    """One signed step of a case: who, holding which duty, moved it where, when and why."""

    seq: int
    from_state: str
    to_state: str
    duty: str
    account_name: str
    at: datetime
    reason: str
    clause: str

    @classmethod
    def of(cls, step: Step) -> "StepView":
        """Show a step."""
        return cls(
            seq=step.seq,
            from_state=step.from_state,
            to_state=step.to_state,
            duty=step.duty,
            account_name=step.account_name,
            at=step.at,
            reason=step.reason,
            clause=step.clause,
        )


class HistoryView(View):
    """The signed steps of a case, oldest first."""

    case_id: UUID
    steps: list[StepView]

    @classmethod
    def of(cls, case: Case, steps: Sequence[Step]) -> "HistoryView":
        """Show the steps of a case."""
        return cls(case_id=case.id, steps=[StepView.of(step) for step in steps])


class CallableView(View):
    """An operation of this document: its id, and the path it is called at with POST."""

    operation_id: str
    path: str


class NextStepView(View):
    """A step that may come next, the duty that signs it, and the operations that do.

    The operation at the case's own address stands first; others decide a linked case and bring the step
    with them. `system` is nobody's duty: the step comes by itself, and no operation is named.
    """

    event: str
    to_state: str
    duty: Duty
    operations: list[CallableView]


class CaseView(View):
    """What every case shows: its id, state and version (the number in the ETag), and what is next."""

    id: UUID
    place_id: UUID
    org_id: UUID
    state: str
    version: int
    created_at: datetime
    next_steps: list[NextStepView]

    @classmethod
    def of(cls, case: Case) -> "CaseView":
        """Show the common part of a case."""
        return cls(
            id=case.id,
            place_id=case.place_id,
            org_id=case.org_id,
            state=case.state,
            version=case.version,
            created_at=case.created_at,
            next_steps=[
                NextStepView(
                    event=event,
                    to_state=move.to,
                    duty=move.duty,
                    operations=[
                        CallableView(operation_id=route.operation_id, path=route.path)
                        for route in signing(case.kind, event)
                    ],
                )
                for event, move in SIGNED[case.kind][case.state].items()
            ],
        )


class SentenceView(View):
    """One numbered sentence in both languages."""

    number: int
    zh: str
    en: str


class TextView(View):
    """One sentence in both languages."""

    zh: str
    en: str


class WarningView(View):
    """What would stand against a case later; nothing is refused for it now."""

    pointer: str
    code: str
    detail: TextView

    @classmethod
    def of(cls, fault: Fault) -> "WarningView":
        """Show a warning."""
        said = REGISTRY[fault.code].detail
        return cls(
            pointer=fault.pointer,
            code=fault.code,
            detail=TextView(
                zh=said.zh.format_map(worded(fault.values, "zh")),
                en=said.en.format_map(worded(fault.values, "en")),
            ),
        )


FundSource = Annotated[
    str,
    msgspec.Meta(
        max_length=40,
        description=f"资金来源 · fund source, one of: {', '.join(FUND_SOURCES)}",
        examples=["employment_subsidy"],
    ),
]

Day = Annotated[date, msgspec.Meta(description="日期（中国时间）· calendar day in China")]
