"""Voucher projects on the wire: the plan that comes in, the project and its offer that go out."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec

from domain.voucher import (
    BeneficiaryTag,
    CountsTo,
    Distribution,
    ProjectPlan,
    VoucherOffer,
    VoucherPayee,
    VoucherProject,
    VoucherStandard,
)
from service.application.voucher_project import DraftVoucherProject
from service.http.class_plan_wire import CreditCode
from service.http.shapes import (
    BasisPoints,
    Body,
    CaseView,
    Day,
    DocumentNumber,
    FundSource,
    Grade,
    Line,
    View,
    Year,
)

QUOTA_MAX: Final = 10_000_000
FEN_MAX: Final = 1_000_000_000

OfOnePerson = Annotated[
    int,
    msgspec.Meta(ge=1, le=FEN_MAX, description="一人的金额，分 · fen for one person, above zero"),
]
Quota = Annotated[
    int,
    msgspec.Meta(
        ge=1,
        le=QUOTA_MAX,
        description="发放总量（不计退券），张 · how many are issued, those given back not counted",
    ),
]
ValidDays = Annotated[
    int, msgspec.Meta(ge=1, le=3660, description="自发放之日起的有效天数 · days after issue")
]


MinMinutes = Annotated[
    int,
    msgspec.Meta(
        ge=1,
        le=600_000,
        description="每人至少出勤，分钟 · what each person must have attended, minutes",
    ),
]


class VoucherStandardBody(Body):
    """What one person's training in an occupation is worth at most; without a grade, below grades."""

    occupation_code: Annotated[
        str, msgspec.Meta(min_length=4, max_length=20, examples=["6-18-01-01"])
    ]
    occupation_name: Line
    standard_fen: OfOnePerson
    grade: Grade | None = None
    min_minutes: MinMinutes | None = None


class VoucherProjectBody(Body):
    """A project. Exactly one of `valid_days` and `valid_until` is given.

    Without `tags` everybody is meant; without `face_value_fen` the standard and the fee alone limit what a
    voucher pays.
    """

    name: Line
    document_number: DocumentNumber
    fund_source: FundSource
    budget_year: Year
    distribution: Distribution
    payee: VoucherPayee
    quota: Quota
    opens_on: Day
    closes_on: Day
    counts_to: CountsTo
    standards: Annotated[list[VoucherStandardBody], msgspec.Meta(min_length=1, max_length=500)]
    face_value_fen: OfOnePerson | None = None
    valid_days: ValidDays | None = None
    valid_until: Day | None = None
    withdraw_days: Annotated[
        int,
        msgspec.Meta(
            ge=0,
            le=365,
            description="开班前几天以前可以退出报名 · days before a class begins, until which one may withdraw",
        ),
    ] = 0
    report_within_days: Annotated[
        int,
        msgspec.Meta(
            ge=0,
            le=30,
            description="有效期满后几天内可补报期内的开班、结业 · days after the last day of validity, within which"
            " a class that began or ended by then is still reported",
        ),
    ] = 3
    tags: Annotated[list[BeneficiaryTag], msgspec.Meta(max_length=20)] = msgspec.field(
        default_factory=list
    )
    certificate_required: bool = False
    min_attendance_basis_points: BasisPoints | None = None
    provider_credit_codes: Annotated[list[CreditCode], msgspec.Meta(max_length=500)] = (
        msgspec.field(default_factory=list)
    )

    def to_command(self) -> DraftVoucherProject:
        """Cross inward."""
        return DraftVoucherProject(
            plan=ProjectPlan(
                name=self.name,
                document_number=self.document_number,
                fund_source=self.fund_source,
                budget_year=self.budget_year,
                distribution=self.distribution,
                payee=self.payee,
                face_value_fen=self.face_value_fen,
                quota=self.quota,
                opens_on=self.opens_on,
                closes_on=self.closes_on,
                valid_days=self.valid_days,
                valid_until=self.valid_until,
                counts_to=self.counts_to,
                withdraw_days=self.withdraw_days,
                report_within_days=self.report_within_days,
                tags=frozenset(self.tags),
                certificate_required=self.certificate_required,
                min_attendance_basis_points=self.min_attendance_basis_points,
                standards=tuple(
                    VoucherStandard(
                        occupation_code=one.occupation_code,
                        occupation_name=one.occupation_name,
                        grade=one.grade,
                        standard_fen=one.standard_fen,
                        min_minutes=one.min_minutes,
                    )
                    for one in self.standards
                ),
                providers=(),
            ),
            provider_credit_codes=tuple(self.provider_credit_codes),
        )


class VoucherStandardView(View):
    """What one person's training in an occupation is worth at most."""

    occupation_code: str
    occupation_name: str
    grade: int | None
    standard_fen: int
    min_minutes: int | None


class VoucherPlanView(View):
    """What vouchers are issued for, how many, to whom, and how long they are valid."""

    name: str
    document_number: str
    fund_source: str
    budget_year: int
    distribution: Distribution
    payee: VoucherPayee
    face_value_fen: int | None
    quota: int
    issued: int
    opens_on: date
    closes_on: date
    valid_days: int | None
    valid_until: date | None
    counts_to: CountsTo
    withdraw_days: int
    report_within_days: int
    tags: list[BeneficiaryTag]
    certificate_required: bool
    min_attendance_basis_points: int | None
    standards: list[VoucherStandardView]
    provider_org_ids: list[UUID]

    @classmethod
    def of_plan(cls, plan: ProjectPlan, *, issued: int) -> "VoucherPlanView":
        """Show a plan and how many of its vouchers are issued."""
        return cls(
            name=plan.name,
            document_number=plan.document_number,
            fund_source=plan.fund_source,
            budget_year=plan.budget_year,
            distribution=plan.distribution,
            payee=plan.payee,
            face_value_fen=plan.face_value_fen,
            quota=plan.quota,
            issued=issued,
            opens_on=plan.opens_on,
            closes_on=plan.closes_on,
            valid_days=plan.valid_days,
            valid_until=plan.valid_until,
            counts_to=plan.counts_to,
            withdraw_days=plan.withdraw_days,
            report_within_days=plan.report_within_days,
            tags=sorted(plan.tags),
            certificate_required=plan.certificate_required,
            min_attendance_basis_points=plan.min_attendance_basis_points,
            standards=[
                VoucherStandardView(
                    occupation_code=one.occupation_code,
                    occupation_name=one.occupation_name,
                    grade=one.grade,
                    standard_fen=one.standard_fen,
                    min_minutes=one.min_minutes,
                )
                for one in plan.standards
            ],
            provider_org_ids=list(plan.providers),
        )


class VoucherProjectView(View):
    """A project as its bureau sees it."""

    case: CaseView
    plan: VoucherPlanView

    @classmethod
    def of(cls, project: VoucherProject) -> "VoucherProjectView":
        """Show a project."""
        return cls(
            case=CaseView.of(project.case),
            plan=VoucherPlanView.of_plan(project, issued=project.issued),
        )


class VoucherOfferView(View):
    """An approved project as it is published: `id` is the project's. `closed_at` is null while it is open."""

    id: UUID
    region_path: str
    plan: VoucherPlanView
    published_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, offer: VoucherOffer) -> "VoucherOfferView":
        """Show an offer."""
        return cls(
            id=offer.id,
            region_path=offer.region_path,
            plan=VoucherPlanView.of_plan(offer, issued=offer.issued),
            published_at=offer.published_at,
            closed_at=offer.closed_at,
        )
