"""Voucher classes on the wire: what comes in and what goes out."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from domain.certificate import NUMBER_MAX
from domain.policy.standard import CertificateType
from domain.voucher import VoucherClass
from domain.voucher_class import ClassOffer, ClassTerms, ReportedOutcome, VoucherResult
from service.application.voucher_class import PlanVoucherClass
from service.http.shapes import Body, CaseView, Day, Grade, Line, View

PEOPLE_MAX = 10_000
Capacity = Annotated[
    int, msgspec.Meta(ge=1, le=PEOPLE_MAX, description="名额 · places, at most ten thousand")
]
Fee = Annotated[
    int,
    msgspec.Meta(ge=1, le=1_000_000_000, description="每人培训费，分 · what it costs each, in fen"),
]


class VoucherClassBody(Body):
    """A class for vouchers of one project. `grade` is left out where the occupation is trained below grades."""

    project_id: UUID
    class_name: Line
    occupation_code: Annotated[
        str, msgspec.Meta(min_length=4, max_length=20, examples=["4-10-01-02"])
    ]
    capacity: Capacity
    fee_fen: Fee
    site: Line
    starts_on: Day
    ends_on: Day
    grade: Grade | None = None

    def to_command(self) -> PlanVoucherClass:
        """Cross inward."""
        return PlanVoucherClass(
            project_id=self.project_id,
            terms=ClassTerms(
                class_name=self.class_name,
                occupation_code=self.occupation_code,
                grade=self.grade,
                capacity=self.capacity,
                fee_fen=self.fee_fen,
                site=self.site,
                starts_on=self.starts_on,
                ends_on=self.ends_on,
            ),
        )


class StartReportBody(Body):
    """The day training began, and the vouchers of those who reserved and did not come."""

    started_on: Day
    absent: Annotated[list[UUID], msgspec.Meta(max_length=PEOPLE_MAX)] = msgspec.field(
        default_factory=list
    )


class DeclaredNumberBody(Body):
    """A certificate by its type and number, as printed on it."""

    certificate_type: CertificateType
    number: Annotated[str, msgspec.Meta(min_length=1, max_length=NUMBER_MAX)]


class OutcomeBody(Body):
    """How training ended for one person."""

    voucher_id: UUID
    outcome: VoucherResult
    day: Day
    certificate: DeclaredNumberBody | None = None

    def to_command(self) -> ReportedOutcome:
        """Cross inward."""
        declared = self.certificate
        return ReportedOutcome(
            voucher_id=self.voucher_id,
            outcome=self.outcome,
            day=self.day,
            certificate=None if declared is None else (declared.certificate_type, declared.number),
        )


class CompletionReportBody(Body):
    """The last day of training, and how it ended for everybody."""

    completed_on: Day
    outcomes: Annotated[list[OutcomeBody], msgspec.Meta(max_length=PEOPLE_MAX)]


class VoucherClassView(View):
    """A voucher class. `taken` counts the places reserved; fee in fen for each person."""

    case: CaseView
    project_id: UUID
    class_name: str
    occupation_code: str
    occupation_name: str
    grade: int | None
    capacity: int
    taken: int
    fee_fen: int
    site: str
    starts_on: date
    ends_on: date
    started_on: date | None
    completed_on: date | None

    @classmethod
    def of(cls, one: VoucherClass) -> "VoucherClassView":
        """Show a class."""
        return cls(
            case=CaseView.of(one.case),
            project_id=one.project_id,
            class_name=one.class_name,
            occupation_code=one.occupation_code,
            occupation_name=one.occupation_name,
            grade=one.grade,
            capacity=one.capacity,
            taken=one.taken,
            fee_fen=one.fee_fen,
            site=one.site,
            starts_on=one.starts_on,
            ends_on=one.ends_on,
            started_on=one.started_on,
            completed_on=one.completed_on,
        )


class ClassOfferView(View):
    """What a planned class is published with; a worker reserves in it by its id."""

    id: UUID
    project_id: UUID
    region_path: str
    provider_org_id: UUID
    class_name: str
    occupation_code: str
    occupation_name: str
    grade: int | None
    capacity: int
    taken: int
    fee_fen: int
    site: str
    starts_on: date
    ends_on: date

    @classmethod
    def of(cls, one: ClassOffer) -> "ClassOfferView":
        """Show an offer."""
        terms = one.terms
        return cls(
            id=one.id,
            project_id=one.project_id,
            region_path=one.region_path,
            provider_org_id=one.provider_id,
            class_name=terms.class_name,
            occupation_code=terms.occupation_code,
            occupation_name=one.occupation_name,
            grade=terms.grade,
            capacity=terms.capacity,
            taken=one.taken,
            fee_fen=terms.fee_fen,
            site=terms.site,
            starts_on=terms.starts_on,
            ends_on=terms.ends_on,
        )
