"""Voucher (职业培训券): one person's right to one subsidised training, and the project that issues it (CASES 7).

A voucher is bound to its person. It is worth nothing until its class has started: quota limits numbers, a
verified start commits money, and it pays at most the least of the standard, the fee and the face value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.cases import Case
from domain.errors import Refusal, Text
from domain.machines.voucher import FLOW
from domain.real_name import RealNameAnswer


class Distribution(StrEnum):
    """How vouchers reach people: 通用券 is collected by whoever is eligible, 定向券 is issued to a list."""

    GENERAL = "general"
    TARGETED = "targeted"


class CountsTo(StrEnum):
    """What must have happened by the last day of validity: training has started, or it is completed."""

    START = "start"
    COMPLETION = "completion"


class VoucherPayee(StrEnum):
    """Who is paid: the provider, or the worker against an invoice."""

    PROVIDER = "provider"
    WORKER = "worker"


class BeneficiaryTag(StrEnum):
    """Groups whose training is recorded and may be preferred (重点群体, REG-18, REG-19)."""

    GRADUATE = "graduate"
    RURAL_MIGRANT = "rural_migrant"
    OUT_OF_POVERTY = "out_of_poverty"
    UNEMPLOYED = "unemployed"
    VETERAN = "veteran"
    DISABLED = "disabled"
    GRADUATION_YEAR_STUDENT = "graduation_year_student"


TAGS: Mapping[BeneficiaryTag, Text] = {
    BeneficiaryTag.GRADUATE: Text("毕业年度高校毕业生", "graduate of this year"),
    BeneficiaryTag.RURAL_MIGRANT: Text("农村转移就业劳动者", "rural migrant worker"),
    BeneficiaryTag.OUT_OF_POVERTY: Text(
        "脱贫人口(含监测对象)", "lifted out of poverty, or monitored"
    ),
    BeneficiaryTag.UNEMPLOYED: Text("城镇登记失业人员", "registered unemployed"),
    BeneficiaryTag.VETERAN: Text("退役军人", "veteran"),
    BeneficiaryTag.DISABLED: Text("残疾人", "disabled person"),
    BeneficiaryTag.GRADUATION_YEAR_STUDENT: Text(
        "毕业年度在校学生", "student in the year of graduation"
    ),
}


class SetEvent(StrEnum):
    """What moves many vouchers at once: a set with its count and digest, not an act each."""

    ISSUE = "issue"
    EXPIRE = "expire"
    START = "start"
    COMPLETE = "complete"
    FAIL = "fail"
    CLASS_CANCELLED = "class_cancelled"
    CLASS_STOPPED = "class_stopped"
    APPROVE = "approve"
    PAY = "pay"
    REFUSE = "refuse"
    RETURN_PAYMENT = "return_payment"
    CANCEL_PAYMENT = "cancel_payment"
    CLAW_BACK = "claw_back"
    CANCEL_CLAW_BACK = "cancel_claw_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beneficiary:
    """One person a voucher is issued to, in clear; exists only on the way to being sealed."""

    name: str
    citizen_id: str
    phone: str | None = None
    tag: BeneficiaryTag | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherStandard:
    """What one person's training in an occupation is worth at most, in fen; `grade` None is below grades.

    `min_minutes` is how much of it a person must have attended, in minutes as sessions are; None asks for none.
    """

    occupation_code: str
    occupation_name: str
    grade: int | None
    standard_fen: int
    min_minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectPlan:
    """What a bureau issues vouchers for. Validity is `valid_days` after issue, or ends on `valid_until`.

    `quota` limits how many vouchers are issued from `opens_on` to `closes_on`, those given back not counted.
    Empty `tags` admit everybody. `withdraw_days` is how many days before the first day of a class a worker may still
    withdraw. `report_within_days` is how many days after its last day a voucher waits in its class for the report that
    it began, or ended, by then. Attendance is in basis points of the sessions' minutes; None asks for none.
    """

    name: str
    document_number: str
    fund_source: str
    budget_year: int
    distribution: Distribution
    payee: VoucherPayee
    face_value_fen: int | None
    quota: int
    opens_on: date
    closes_on: date
    valid_days: int | None
    valid_until: date | None
    counts_to: CountsTo
    withdraw_days: int
    report_within_days: int
    tags: frozenset[BeneficiaryTag]
    certificate_required: bool
    min_attendance_basis_points: int | None
    standards: tuple[VoucherStandard, ...]
    providers: tuple[UUID, ...]

    def last_day_of(self, issued_on: date) -> date:
        """Return the last day of a voucher that is issued on this day."""
        if self.valid_days is not None:
            return issued_on + timedelta(days=self.valid_days)
        assert self.valid_until is not None
        return self.valid_until


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherProject(ProjectPlan):
    """A project on file; `issued` is how many vouchers it has issued that were not given back."""

    case: Case
    issued: int

    @classmethod
    def of(cls, plan: ProjectPlan, case: Case) -> "VoucherProject":
        """Return a plan as the project of a case that has issued nothing yet."""
        planned = {field.name: getattr(plan, field.name) for field in fields(ProjectPlan)}
        return cls(**planned, case=case, issued=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherOffer(ProjectPlan):
    """What an approved project is published with: found by workers and providers of any region."""

    id: UUID
    region_path: str
    issued: int
    published_at: datetime
    closed_at: datetime | None


_LEAVES: Final = frozenset(
    {
        ("reserved", "collected"),
        ("reserved", "expired"),
        ("reserved", "voided"),
        ("in_use", "collected"),
    }
)
"""Moves by which a voucher leaves its class, so that its place is free again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """A voucher on file. `valid_until` is its last day; `frozen_from` the state an investigation stopped it in.

    `code` is its bearer's secret until it is redeemed: None for a provider, who is shown it by the worker.
    `provider_id`, `class_id` are set from the reservation on. Amounts are fen; None before the settlement.
    `tag` is the group its person is of; `tag_confirmed_at` is when the bureau named it on a list or confirmed it,
    None while it is the worker's word alone. `set_ids` are the sets it moved in, oldest first; `version` counts
    its sets and acts. `real_name` is the latest answer about its person; None while there is none, and for a
    provider, who does not see it.
    """

    id: UUID
    place_id: UUID
    region_path: str
    project_id: UUID
    person_id: UUID
    code: str | None
    name: str
    identity_masked: str
    phone_masked: str | None
    tag: BeneficiaryTag | None
    state: str
    frozen_from: str | None
    issued_at: datetime
    collected_at: datetime | None
    valid_until: date
    provider_id: UUID | None
    class_id: UUID | None
    completed_on: date | None
    redeemed_at: datetime | None
    amount_fen: int | None
    set_ids: tuple[UUID, ...]
    version: int
    real_name: RealNameAnswer | None = None
    tag_confirmed_at: datetime | None = None

    def moved(self, event: str) -> "Voucher":
        """Return the voucher after an event, or refuse `voucher_not_usable`. What else changes is the caller's.

        Whoever leaves a class before it has started leaves its place. A frozen one remembers where it stood
        and is released to nowhere else.
        """
        state = FLOW[self.state].get(event)
        elsewhere = event.startswith("release_") and state != self.frozen_from
        if state is None or elsewhere:
            raise Refusal("voucher_not_usable", voucher_state=self.state)
        after = replace(self, state=state, version=self.version + 1)
        if state == "frozen":
            return replace(after, frozen_from=self.state)
        stood = self.frozen_from or self.state
        after = replace(after, frozen_from=None)
        if (stood, state) in _LEAVES:
            return replace(after, provider_id=None, class_id=None)
        return after

    def group_confirmed(self, *, at: datetime) -> "Voucher":
        """Return a collected voucher whose group the bureau has confirmed; it moves nowhere.

        Refuses `voucher_not_usable` in another state, `voucher_group_not_waiting` where there is nothing to confirm.
        """
        if self.state != "collected":
            raise Refusal("voucher_not_usable", voucher_state=self.state)
        if self.tag is None or self.tag_confirmed_at is not None:
            raise Refusal("voucher_group_not_waiting")
        return replace(self, tag_confirmed_at=at, version=self.version + 1)

    def unpaid(self) -> "Voucher":
        """Return an approved voucher after its payment was cancelled, or refuse `voucher_not_usable`.

        One under investigation stays there, on the ground it was frozen on: it is released to where it stands
        now, and no further.
        """
        if self.frozen_from == "approved":
            after = replace(self, frozen_from="redeemed", version=self.version + 1)
        else:
            after = self.moved(SetEvent.CANCEL_PAYMENT)
        return replace(after, amount_fen=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherAct:
    """What one person did to one voucher. `seq` is the voucher's version after it."""

    seq: int
    event: str
    from_state: str
    to_state: str
    person_id: UUID
    account_name: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherSet:
    """What moved many vouchers at once: how many, and the SHA-256 of their ids, 16 bytes each, in id order."""

    id: UUID
    place_id: UUID
    project_id: UUID | None
    event: SetEvent
    vouchers: int
    digest: bytes
    person_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherFilter:
    """Which of the vouchers one sees are asked for; None asks for any."""

    state: str | None = None
    project_id: UUID | None = None
    class_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherClass:
    """A provider's class on file. `fee_fen` is what one person's training costs there, per person.

    `taken` counts the places reserved, at most `capacity`. `started_on` and `completed_on` are the days
    reported and verified.
    """

    case: Case
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
