"""Kinds of official document: which step issues which, to whom, and how they are numbered (CASES 9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.cases import CaseKind, Step
from domain.errors import Text
from domain.machines import SIGNED
from domain.official_document.paper import Paper


class DocumentKind(StrEnum):
    """What is issued on paper."""

    ACCEPTANCE = "acceptance"
    CORRECTION = "correction"
    LISTING = "listing"
    LISTING_REFUSAL = "listing_refusal"
    REFUSAL = "refusal"
    TERMINATION = "termination"
    LAPSE = "lapse"
    PREPAYMENT_APPLICATION = "prepayment_application"
    SETTLEMENT_APPLICATION = "settlement_application"
    FUNDING_REQUEST = "funding_request"
    PUBLIC_NOTICE = "public_notice"
    OBJECTION_ANSWER = "objection_answer"
    RECOVERY_ORDER = "recovery_order"
    RECOVERY_CANCELLATION = "recovery_cancellation"
    WRITE_OFF = "write_off"
    REVIEW_DECISION = "review_decision"
    HOLD = "hold"
    HOLD_LIFTED = "hold_lifted"


class Addressee(StrEnum):
    """Whom a document is addressed to. Only an organisation outside the authority signs for one."""

    ORGANISATION = "organisation"
    BUREAU = "bureau"
    FINANCE = "finance"
    PUBLIC = "public"
    OBJECTOR = "objector"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOfDocument:
    """A kind's title, the word that its numbers begin with, the version of its template, its addressee."""

    title: Text
    word: str
    version: int = 1
    to: Addressee = Addressee.ORGANISATION


KINDS: Final[Mapping[DocumentKind, KindOfDocument]] = MappingProxyType(
    {
        DocumentKind.ACCEPTANCE: KindOfDocument(
            title=Text("受理通知书", "Notice of acceptance"), word="学徒受理", version=2
        ),
        DocumentKind.CORRECTION: KindOfDocument(
            title=Text("一次性补正告知书", "Notice of everything to correct"), word="学徒补正"
        ),
        DocumentKind.LISTING: KindOfDocument(
            title=Text("列入学徒培训计划通知", "Notice of listing"), word="学徒列入", version=2
        ),
        DocumentKind.LISTING_REFUSAL: KindOfDocument(
            title=Text("不予列入决定书", "Decision not to list"), word="学徒不列"
        ),
        DocumentKind.REFUSAL: KindOfDocument(
            title=Text("不予批准决定书", "Decision not to approve"), word="学徒不批"
        ),
        DocumentKind.TERMINATION: KindOfDocument(
            title=Text("终止决定书", "Decision to terminate"), word="学徒终止"
        ),
        DocumentKind.LAPSE: KindOfDocument(
            title=Text("失效通知", "Notice of lapse"), word="学徒失效"
        ),
        DocumentKind.PREPAYMENT_APPLICATION: KindOfDocument(
            title=Text("补贴申领表（预支）", "Subsidy application: prepayment"),
            word="学徒预支",
            version=2,
        ),
        DocumentKind.SETTLEMENT_APPLICATION: KindOfDocument(
            title=Text(
                "补贴申领表及明细表（结算）", "Subsidy application and schedule: settlement"
            ),
            word="学徒结算",
            version=2,
        ),
        DocumentKind.FUNDING_REQUEST: KindOfDocument(
            title=Text("拨款申请表", "Funding request"),
            word="学徒拨款",
            version=2,
            to=Addressee.FINANCE,
        ),
        DocumentKind.PUBLIC_NOTICE: KindOfDocument(
            title=Text("公示", "Public notice"),
            word="学徒公示",
            version=2,
            to=Addressee.PUBLIC,
        ),
        DocumentKind.OBJECTION_ANSWER: KindOfDocument(
            title=Text("异议答复书", "Answer to an objection"),
            word="学徒异议",
            to=Addressee.OBJECTOR,
        ),
        DocumentKind.RECOVERY_ORDER: KindOfDocument(
            title=Text("追缴决定书", "Recovery order"), word="学徒追缴"
        ),
        DocumentKind.RECOVERY_CANCELLATION: KindOfDocument(
            title=Text("撤销决定", "Cancellation of a recovery"), word="学徒撤追"
        ),
        DocumentKind.WRITE_OFF: KindOfDocument(
            title=Text("核销决定书", "Decision to write off"),
            word="学徒核销",
            to=Addressee.BUREAU,
        ),
        DocumentKind.REVIEW_DECISION: KindOfDocument(
            title=Text("复核决定书", "Decision on review"), word="学徒复核"
        ),
        DocumentKind.HOLD: KindOfDocument(
            title=Text("暂停支付决定书", "Decision to hold payment"), word="学徒暂停"
        ),
        DocumentKind.HOLD_LIFTED: KindOfDocument(
            title=Text("解除暂停支付决定书", "Decision to lift a hold"), word="学徒解停"
        ),
    }
)

ISSUED_BY: Final[Mapping[tuple[CaseKind, str], DocumentKind]] = MappingProxyType(
    {
        (CaseKind.FILING, "accept"): DocumentKind.ACCEPTANCE,
        (CaseKind.FILING, "return"): DocumentKind.CORRECTION,
        (CaseKind.FILING, "list"): DocumentKind.LISTING,
        (CaseKind.FILING, "refuse"): DocumentKind.LISTING_REFUSAL,
        (CaseKind.FILING, "terminate"): DocumentKind.TERMINATION,
        (CaseKind.FILING, "lapse"): DocumentKind.LAPSE,
        (CaseKind.PREPAYMENT, "return"): DocumentKind.CORRECTION,
        (CaseKind.PREPAYMENT, "approve"): DocumentKind.PREPAYMENT_APPLICATION,
        (CaseKind.PREPAYMENT, "refuse"): DocumentKind.REFUSAL,
        (CaseKind.SETTLEMENT, "return"): DocumentKind.CORRECTION,
        (CaseKind.SETTLEMENT, "approve"): DocumentKind.SETTLEMENT_APPLICATION,
        (CaseKind.SETTLEMENT, "refuse"): DocumentKind.REFUSAL,
        (CaseKind.FUNDING_REQUEST, "submit"): DocumentKind.FUNDING_REQUEST,
        (CaseKind.NOTICE, "publish"): DocumentKind.PUBLIC_NOTICE,
        (CaseKind.OBJECTION, "answer"): DocumentKind.OBJECTION_ANSWER,
        (CaseKind.RECOVERY, "order"): DocumentKind.RECOVERY_ORDER,
        (CaseKind.RECOVERY, "cancel"): DocumentKind.RECOVERY_CANCELLATION,
        (CaseKind.RECOVERY, "write_off"): DocumentKind.WRITE_OFF,
        (CaseKind.RECOVERY, "uphold"): DocumentKind.REVIEW_DECISION,
        (CaseKind.REVIEW_REQUEST, "uphold"): DocumentKind.REVIEW_DECISION,
        (CaseKind.REVIEW_REQUEST, "dismiss"): DocumentKind.REVIEW_DECISION,
        (CaseKind.HOLD, "impose"): DocumentKind.HOLD,
        (CaseKind.HOLD, "lift"): DocumentKind.HOLD_LIFTED,
    }
)
"""The step that issues a document: its kind of case and its event."""

SERVED: Final[tuple[DocumentKind, ...]] = tuple(
    kind for kind, known in KINDS.items() if known.to is Addressee.ORGANISATION
)
"""Kinds that their addressee signs for; the others have no receipt."""


def kind_of(case_kind: CaseKind, step: Step) -> DocumentKind | None:
    """Return the kind of document that a signed step issues, or None.

    A stored step keeps its states and duty; no state has two events with the same next state and duty.
    """
    for event, move in SIGNED[case_kind][step.from_state].items():
        if (move.to, move.duty) == (step.to_state, step.duty):
            return ISSUED_BY.get((case_kind, event))
    return None


def number_of(kind: DocumentKind, year: int, serial: int) -> str:
    """Write a document's number; serials count by place, kind and year from 1, without a gap."""
    return f"{KINDS[kind].word}〔{year}〕{serial}号"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialDocument:
    """A document as issued. `served_on` is the day its addressee signed for it (送达)."""

    id: UUID
    place_id: UUID
    org_id: UUID
    case_id: UUID
    case_kind: CaseKind
    step_seq: int
    kind: DocumentKind
    number: str
    template_version: int
    paper: Paper
    fingerprint: bytes
    issued_at: datetime
    served_on: date | None

    @property
    def has_receipt(self) -> bool:
        """Tell whether its addressee signs for it; the public, an objector and an office do not."""
        return self.kind in SERVED
