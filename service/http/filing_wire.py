"""Filings on the wire: bodies that come in, views that go out, and the crossings by name."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec

from domain.class_plan import ClassPlan
from domain.errors import Fault
from domain.filing import (
    Apprentice,
    ClaimBasis,
    Enrolment,
    Filing,
    Outcome,
    Payee,
    ReviewAdvice,
    Screening,
    TrainingMode,
)
from domain.policy.standard import Category, ExitReason
from domain.roster.check import ROSTER_MAX
from service.application.filing import DraftFiling, ListedFiling, PersonOutcome
from service.http.class_plan_wire import ClassPlanBody, CreditCode, FiledMentorBody
from service.http.document_wire import Documents, commands_of
from service.http.shapes import (
    BasisPoints,
    Body,
    CaseView,
    Day,
    DocumentNumber,
    FundSource,
    Grade,
    Line,
    Months,
    Reason,
    Version,
    View,
    WarningView,
)

Name = Annotated[
    str,
    msgspec.Meta(min_length=1, max_length=50, description="姓名，照证件填写 · name as on the card"),
]
CitizenId = Annotated[
    str, msgspec.Meta(min_length=15, max_length=30, description="公民身份号码 · citizen id")
]
Phone = Annotated[
    str, msgspec.Meta(min_length=11, max_length=20, description="手机号 · mobile number")
]


class ApprenticeBody(Body):
    """One person of a roster. The citizen id and the phone are sealed on arrival and shown masked."""

    name: Name
    citizen_id: CitizenId
    phone: Phone
    category: Category
    hired_on: Day
    contract_months: Annotated[
        int, msgspec.Meta(ge=1, le=600, description="合同月数 · months of contract")
    ]
    claim_basis: ClaimBasis

    def to_command(self) -> Apprentice:
        """Cross inward."""
        return Apprentice(
            name=self.name,
            citizen_id=self.citizen_id,
            phone=self.phone,
            category=self.category,
            hired_on=self.hired_on,
            contract_months=self.contract_months,
            claim_basis=self.claim_basis,
        )


class PayeeBody(Body):
    """The account the subsidy is paid into; its name is the enterprise's registered name exactly."""

    account_name: Line
    account_number: Annotated[str, msgspec.Meta(min_length=9, max_length=40)]
    bank_code: Annotated[
        str, msgspec.Meta(min_length=12, max_length=20, description="支付系统行号 · CNAPS code")
    ]


TermReason = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=2000,
        description="期限超过通常上限的理由 · why the term is longer than the ordinary",
    ),
]


class FilingBody(Body):
    """A plan for one class with its roster (培训计划和学徒名册, FIL-02)."""

    region_code: Annotated[
        str,
        msgspec.Meta(
            pattern="^[0-9]{2,20}$",
            max_length=20,
            description="受理地区代码 · code of the deciding region",
        ),
    ]
    class_name: Line
    occupation_code: Annotated[
        str, msgspec.Meta(min_length=4, max_length=20, examples=["6-18-01-01"])
    ]
    occupation_name: Line
    target_grade: Grade
    training_mode: TrainingMode
    starts_on: Day
    filed_months: Months
    fund_source: FundSource
    payee: PayeeBody
    roster: Annotated[list[ApprenticeBody], msgspec.Meta(min_length=1, max_length=ROSTER_MAX)]
    provider_name: Line | None = None
    provider_credit_code: CreditCode | None = None
    joint_class_id: UUID | None = None
    class_plan: ClassPlanBody | None = None
    mentors: Annotated[list[FiledMentorBody], msgspec.Meta(max_length=100)] = msgspec.field(
        default_factory=list
    )
    uplift_basis_points: BasisPoints = 0
    term_reason: TermReason | None = None
    submit: Annotated[
        bool,
        msgspec.Meta(description="同时提交 · submit in the same act instead of keeping a draft"),
    ] = False
    documents: Documents = msgspec.field(default_factory=list)
    after_review_id: (
        Annotated[
            UUID,
            msgspec.Meta(
                description="凭哪一件成立的复核重新提交 · the upheld review of a refusal that this follows"
            ),
        ]
        | None
    ) = None

    def to_command(self) -> DraftFiling:
        """Cross inward."""
        return DraftFiling(
            region_code=self.region_code,
            class_name=self.class_name,
            occupation_code=self.occupation_code,
            occupation_name=self.occupation_name,
            target_grade=self.target_grade,
            training_mode=self.training_mode,
            provider_name=self.provider_name,
            starts_on=self.starts_on,
            filed_months=self.filed_months,
            uplift_basis_points=self.uplift_basis_points,
            term_reason=self.term_reason,
            fund_source=self.fund_source,
            payee=Payee(
                account_name=self.payee.account_name,
                account_number=self.payee.account_number,
                bank_code=self.payee.bank_code,
            ),
            roster=tuple(person.to_command() for person in self.roster),
            submit=self.submit,
            documents=commands_of(self.documents),
            provider_credit_code=self.provider_credit_code,
            joint_class_id=self.joint_class_id,
            class_plan=ClassPlan() if self.class_plan is None else self.class_plan.to_command(),
            mentors=tuple(mentor.to_command() for mentor in self.mentors),
            after_review_id=self.after_review_id,
        )


class ListedFilingBody(Body):
    """One filing of a listing decision, at the version the approver saw."""

    filing_id: UUID
    version: Version


class ListingBody(Body):
    """One decision to list filings (列入学徒培训计划), with its document number."""

    document_number: DocumentNumber
    filings: Annotated[list[ListedFilingBody], msgspec.Meta(min_length=1, max_length=500)]
    reason: Reason = ""

    def to_command(self) -> tuple[ListedFiling, ...]:
        """Cross inward."""
        return tuple(
            ListedFiling(filing_id=listed.filing_id, version=listed.version)
            for listed in self.filings
        )


class OpeningBody(Body):
    """The opening report (开班报告): the first training day."""

    starts_on: Day


class OutcomeBody(Body):
    """How one person's training ended; `reason` is required for an exit."""

    enrolment_id: UUID
    outcome: Outcome
    day: Day
    reason: ExitReason | None = None


class CompletionBody(Body):
    """The completion report (结业报告): everyone in training, each with outcome and last day."""

    completed_on: Day
    outcomes: Annotated[list[OutcomeBody], msgspec.Meta(min_length=1, max_length=ROSTER_MAX)]

    def to_command(self) -> tuple[PersonOutcome, ...]:
        """Cross inward."""
        return tuple(
            PersonOutcome(
                enrolment_id=one.enrolment_id, outcome=one.outcome, day=one.day, reason=one.reason
            )
            for one in self.outcomes
        )


class ReviewBody(Body):
    """The review with its recommendation (拟列入 or 拟不予列入); the approver decides."""

    reason: Reason = ""
    advice: ReviewAdvice = ReviewAdvice.LIST


class PayeeView(View):
    """The payee, masked, and how far the account has come (`declared`, `verified`, `refused`,
    `superseded` by one that was verified in its place): nothing is paid before it is verified.

    `account_state` is the account's own and read with it: it changes without a new version of the
    filing. Null for a partner.
    """

    account_name: str
    account_masked: str
    bank_code: str
    account_state: str | None


class FilingView(View):
    """A filing: the plan, where it stands, and the policy that decides its amounts."""

    case: CaseView
    policy_id: str
    policy_version_id: UUID
    class_name: str
    occupation_code: str
    occupation_name: str
    target_grade: int
    training_mode: str
    provider_name: str | None
    provider_org_id: UUID | None
    joint_class_id: UUID | None
    starts_on: date
    filed_months: int
    uplift_basis_points: int
    fund_source: str
    payee: PayeeView
    people: int
    roster_version: int
    submitted_at: datetime | None
    listing_document: str | None
    listed_on: date | None
    opened_on: date | None
    completed_on: date | None
    remark: str | None
    warnings: list[WarningView]
    term_reason: str | None
    after_review_id: UUID | None

    @classmethod
    def of(cls, filing: Filing, warnings: Sequence[Fault] = ()) -> "FilingView":
        """Show a filing; warnings are told when it is only tried (`dry_run`)."""
        return cls(
            case=CaseView.of(filing.case),
            policy_id=filing.policy_id,
            policy_version_id=filing.policy_version_id,
            class_name=filing.class_name,
            occupation_code=filing.occupation_code,
            occupation_name=filing.occupation_name,
            target_grade=filing.target_grade,
            training_mode=filing.training_mode,
            provider_name=filing.provider_name,
            provider_org_id=filing.case.partner_org_id,
            joint_class_id=filing.joint_class_id,
            starts_on=filing.filed_starts_on,
            filed_months=filing.filed_months,
            uplift_basis_points=filing.uplift_basis_points,
            fund_source=filing.fund_source,
            payee=PayeeView(
                account_name=filing.payee_name,
                account_masked=filing.payee_account_masked,
                bank_code=filing.bank_code,
                account_state=filing.payee_account_state,
            ),
            people=filing.people,
            roster_version=filing.roster_version,
            submitted_at=filing.submitted_at,
            listing_document=filing.listing_document,
            listed_on=filing.listed_on,
            opened_on=filing.opened_on,
            completed_on=filing.completed_on,
            remark=filing.remark,
            warnings=[WarningView.of(fault) for fault in warnings],
            term_reason=filing.term_reason,
            after_review_id=filing.after_review_id,
        )


class ListingView(View):
    """A listing decision and what it listed."""

    id: UUID
    document_number: str
    filings: list[FilingView]


class EnrolmentView(View):
    """A person in a seat, masked."""

    id: UUID
    seat_no: int
    name: str
    citizen_id_masked: str
    phone_masked: str
    category: str
    hired_on: date
    contract_months: int
    claim_basis: str
    state: str
    started_on: date | None
    ended_on: date | None
    exit_reason: str | None

    @classmethod
    def of(cls, person: Enrolment) -> "EnrolmentView":
        """Show a person."""
        return cls(
            id=person.id,
            seat_no=person.seat_no,
            name=person.name,
            citizen_id_masked=person.identity_masked,
            phone_masked=person.phone_masked,
            category=person.category,
            hired_on=person.hired_on,
            contract_months=person.contract_months,
            claim_basis=person.claim_basis,
            state=person.state,
            started_on=person.started_on,
            ended_on=person.ended_on,
            exit_reason=person.exit_reason,
        )


class RosterView(View):
    """The roster version in force."""

    filing_id: UUID
    people: list[EnrolmentView]


class ScreeningView(View):
    """What the registers said of a submitted roster; it informs the reviewer and decides nothing."""

    people: int
    already_subsidised: int
    at: datetime

    @classmethod
    def of(cls, screening: Screening) -> "ScreeningView":
        """Show a screening."""
        return cls(
            people=screening.people,
            already_subsidised=screening.already_subsidised,
            at=screening.at,
        )
