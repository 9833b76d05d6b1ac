"""Overlay (地方补充): a county's additions that change no amount (CASES 2).

Documents, time limits, notice, quota, hours, class size, mentors, inspection and review periods. Where a
region has none, `DEFAULT_OVERLAY` holds: every figure in it is ours and labelled so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from domain.calendar import DayUnit
from domain.errors import Text
from domain.policy.standard import Label, labels_of


class Stage(StrEnum):
    """When documents are asked for."""

    FILING = "filing"
    SETTLEMENT = "settlement"


class Needed(StrEnum):
    """Under which training mode a document is required (FIL-16, AMB-22, AMB-23)."""

    ALWAYS = "always"
    WITH_PROVIDER = "with_provider"
    IN_HOUSE = "in_house"
    NEVER = "never"


class Limit(StrEnum):
    """Steps that have a time limit. Each counts from the day the step before it was signed.

    `CORRECTION`, `START` and `SETTLE` bind the enterprise: to answer a correction notice, to open
    training after listing, to submit the final settlement after completion. `VOUCHER_CORRECTION` binds
    whoever submitted a voucher settlement; `VOUCHER_START` is one limit for both who verify a start.
    """

    ACCEPT = "accept"
    REVIEW = "review"
    LIST = "list"
    PREPAYMENT_REVIEW = "prepayment_review"
    PREPAYMENT_APPROVE = "prepayment_approve"
    SETTLEMENT_ACCEPT = "settlement_accept"
    SETTLEMENT_REVIEW = "settlement_review"
    SETTLEMENT_APPROVE = "settlement_approve"
    CONCUR = "concur"
    PAY = "pay"
    OBJECTION_ANSWER = "objection_answer"
    REVIEW_REQUEST = "review_request"
    RECOVERY_PAY = "recovery_pay"
    CORRECTION = "correction"
    START = "start"
    SETTLE = "settle"
    VOUCHER_START = "voucher_start"
    VOUCHER_COMPLETION = "voucher_completion"
    VOUCHER_SETTLEMENT_ACCEPT = "voucher_settlement_accept"
    VOUCHER_SETTLEMENT_REVIEW = "voucher_settlement_review"
    VOUCHER_SETTLEMENT_APPROVE = "voucher_settlement_approve"
    VOUCHER_CORRECTION = "voucher_correction"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRule:
    """One kind of document on the checklist of a stage (FIL-02, FIL-03, EVD-01)."""

    kind: str
    stage: Stage
    needed: Needed
    title: Text
    source: str


class NoticeOf(StrEnum):
    """What a notice (公示) may be about; who asks for settlements asks for those of vouchers too."""

    LISTING = "listing"
    SETTLEMENT = "settlement"
    VOUCHER_SETTLEMENT = "voucher_settlement"


class NoticeNames(StrEnum):
    """Who is named: enterprises with headcounts and amounts, or people too, masked."""

    ENTERPRISES = "enterprises"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRule:
    """What is published before a decision, for how long, and how its days are counted."""

    of: frozenset[NoticeOf]
    days: int
    unit: DayUnit
    first_day_counts: bool
    names: NoticeNames


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """People that may be listed in one calendar year, and one enterprise's highest share of them."""

    people_per_year: int | None = None
    max_enterprise_basis_points: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRule:
    """What a class must be like; None asks nothing. Hours are class hours (学时).

    `min_hours_by_grade` are hours of the whole class by target grade, mentoring included. A class hour
    has 45 minutes unless the region says otherwise: ours, after 青浦 2023 (课时≥45 分钟).
    """

    min_hours_per_year: int | None = None
    min_hours_by_grade: Mapping[int, int] = field(default_factory=dict)
    min_practice_basis_points: int | None = None
    max_online_basis_points: int | None = None
    max_class_size: int | None = None
    min_mentors: int | None = None
    max_apprentices_per_mentor: int | None = None
    class_hour_minutes: int = 45


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """One version of a region's additions. `limits` are working days; a missing one is none.

    `review_request_days` are working days after service of a decision in which a review (复核) may be
    asked for; None is no limit. `ours` points at fields that no source states, `defaults` at fields the
    region left out, which hold as `DEFAULT_OVERLAY` says.
    """

    id: str
    region: str
    title: Text
    document: str | None
    valid_from: date
    valid_to: date | None
    documents: tuple[DocumentRule, ...]
    limits: Mapping[Limit, int]
    notice: NoticeRule | None
    quota: Quota = field(default_factory=Quota)
    training: TrainingRule = field(default_factory=TrainingRule)
    inspection_rate_basis_points: int = 0
    ours: tuple[str, ...] = ()
    review_request_days: int | None = None
    defaults: tuple[str, ...] = ()

    def in_force(self, on: date) -> bool:
        """Tell whether the version is in force on a day; `valid_to` is its last day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def labels(self, *pointers: str) -> tuple[Label, ...]:
        """Return the labels on these fields, on a field that holds one, or on a part of one."""
        return labels_of(self.ours, self.defaults, pointers)

    def asks_for(self, stage: Stage, *, in_house: bool) -> tuple[DocumentRule, ...]:
        """List the documents required at a stage under a training mode, in the checklist's order."""
        mode = Needed.IN_HOUSE if in_house else Needed.WITH_PROVIDER
        return tuple(
            rule
            for rule in self.documents
            if rule.stage is stage and rule.needed in {Needed.ALWAYS, mode}
        )


DEFAULT_OVERLAY: Final = Overlay(
    id="default",
    region="CN",
    title=Text("缺省补充规定", "Default additions"),
    document=None,
    valid_from=date(2021, 6, 8),
    valid_to=None,
    documents=(
        DocumentRule(
            kind="training_plan",
            stage=Stage.FILING,
            needed=Needed.ALWAYS,
            title=Text("培训计划", "Training plan"),
            source="FIL-02 39号五(一)",
        ),
        DocumentRule(
            kind="labour_contracts",
            stage=Stage.FILING,
            needed=Needed.ALWAYS,
            title=Text("劳动合同复印件", "Copies of the labour contracts"),
            source="FIL-02 39号五(一)",
        ),
        DocumentRule(
            kind="training_agreement",
            stage=Stage.FILING,
            needed=Needed.ALWAYS,
            title=Text("培养协议", "Training agreement"),
            source="FIL-13 39号四(四)",
        ),
        DocumentRule(
            kind="cooperation_agreement",
            stage=Stage.FILING,
            needed=Needed.WITH_PROVIDER,
            title=Text("合作协议", "Cooperation agreement"),
            source="FIL-15 39号四(四)",
        ),
        DocumentRule(
            kind="training_video",
            stage=Stage.SETTLEMENT,
            needed=Needed.ALWAYS,
            title=Text("培训视频材料", "Training video material"),
            source="EVD-01 39号五(一)",
        ),
        DocumentRule(
            kind="training_receipt",
            stage=Stage.SETTLEMENT,
            needed=Needed.WITH_PROVIDER,
            title=Text("培训机构票据", "The training provider's receipt or invoice"),
            source="EVD-01 39号五(一)",
        ),
    ),
    limits={
        Limit.ACCEPT: 5,
        Limit.REVIEW: 10,
        Limit.LIST: 10,
        Limit.PREPAYMENT_REVIEW: 5,
        Limit.PREPAYMENT_APPROVE: 5,
        Limit.SETTLEMENT_ACCEPT: 5,
        Limit.SETTLEMENT_REVIEW: 20,
        Limit.SETTLEMENT_APPROVE: 10,
        Limit.CONCUR: 10,
        Limit.PAY: 20,
        Limit.OBJECTION_ANSWER: 5,
        Limit.REVIEW_REQUEST: 40,
        Limit.RECOVERY_PAY: 20,
        Limit.CORRECTION: 10,
        Limit.START: 60,
        Limit.SETTLE: 120,
        Limit.VOUCHER_START: 5,
        Limit.VOUCHER_COMPLETION: 10,
        Limit.VOUCHER_SETTLEMENT_ACCEPT: 5,
        Limit.VOUCHER_SETTLEMENT_REVIEW: 20,
        Limit.VOUCHER_SETTLEMENT_APPROVE: 10,
        Limit.VOUCHER_CORRECTION: 10,
    },
    notice=None,
    ours=("/limits",),
)
"""What holds where a region has no overlay of its own: 39号's documents, and limits that are ours."""
