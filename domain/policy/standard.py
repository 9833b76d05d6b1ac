"""A standard (补贴标准) and its parts: what one version of one place's document pays (CASES 2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from domain.errors import Refusal, Text

BASIS_POINTS: Final = 10_000
"""Basis points in the whole: 5 000 is 50 %."""

GRADES: Final[Mapping[int, Text]] = {
    5: Text("初级工", "junior worker (grade 5)"),
    4: Text("中级工", "intermediate worker (grade 4)"),
    3: Text("高级工", "senior worker (grade 3)"),
    2: Text("技师", "technician (grade 2)"),
    1: Text("高级技师", "senior technician (grade 1)"),
}
"""National skill grades; the smaller number is the higher grade."""


class CertificateType(StrEnum):
    """Evidence that a settlement may accept (CASES 6; 39号 五(一), AMB-09, AMB-10)."""

    SKILL_LEVEL = "skill_level_certificate"
    QUALIFICATION = "qualification_certificate"
    TRAINING = "training_certificate"
    GRADUATION = "graduation_certificate"
    SPECIAL_ABILITY = "special_ability_certificate"


class UncertifiedMode(StrEnum):
    """What a person earns who completed without an accepted certificate."""

    NONE = "none"
    AMOUNT = "amount"
    SHARE = "share"


class BelowFiled(StrEnum):
    """What a certificate below the filed grade earns."""

    RATE_OF_GRADE_REACHED = "rate_of_grade_reached"
    NOTHING = "nothing"


class PrepaymentBase(StrEnum):
    """Which months a prepayment covers."""

    ONE_YEAR = "ONE_YEAR"
    WHOLE_TERM = "WHOLE_TERM"
    EACH_YEAR = "EACH_YEAR"


class PrepaymentCondition(StrEnum):
    """From when a prepayment may be paid."""

    LISTED = "listed"
    TRAINING_STARTED = "training_started"


class UnitKind(StrEnum):
    """What is counted: whole years, months or days."""

    FILED_YEARS = "filed_years"
    MONTH = "month"
    DAY = "day"


class Remainder(StrEnum):
    """What becomes of the days after the last whole month."""

    FLOOR = "floor"
    HALF = "half"
    ANY = "any"


class ExitReason(StrEnum):
    """Why a person did not complete; `terminated` is said by the filing's termination alone."""

    LEFT = "left"
    DISMISSED = "dismissed"
    MOVED = "moved"
    FAILED = "failed"
    DEATH = "death"
    WORK_INJURY = "work_injury"
    CONSCRIPTION = "conscription"
    LONG_LEAVE = "long_leave"
    TERMINATED = "terminated"


class ExitEarns(StrEnum):
    """What a person earns who did not complete."""

    NOTHING = "nothing"
    COMPLETED_YEARS = "completed_years"
    COMPLETED_UNITS = "completed_units"


class ExitRecovery(StrEnum):
    """When the prepayment of a person who exited is asked back."""

    AT_SETTLEMENT = "at_settlement"
    AT_EXIT = "at_exit"


class Category(StrEnum):
    """Whom the enterprise trains: 新招用, 转岗, 在岗, 其他 (FIL-05, FIL-06, FIL-07)."""

    NEW_HIRE = "new_hire"
    TRANSFER = "transfer"
    ON_POST = "on_post"
    OTHER = "other"


class Employment(StrEnum):
    """How employment is shown."""

    ATTESTED = "attested"
    REGISTRY = "registry"


class Settles(StrEnum):
    """When a filing is settled."""

    AT_END = "at_end"
    EVERY_YEAR = "every_year"


class FinanceConcurrence(StrEnum):
    """When the finance department concurs."""

    BEFORE_PAYMENT = "before_payment"
    BEFORE_APPROVAL = "before_approval"
    NONE = "none"


class PaymentChannel(StrEnum):
    """Who pays: the treasury, or the bureau from its own account."""

    TREASURY = "treasury"
    BUREAU_ACCOUNT = "bureau_account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplift:
    """An addition for scarce occupations, by grade, in basis points of the rate."""

    max_basis_points: int
    grades: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertified:
    """What completion without an accepted certificate earns a year."""

    mode: UncertifiedMode
    amount_fen: int = 0
    share_basis_points: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TypePay:
    """What an accepted type of certificate pays: in full, a share of the rate, or an amount."""

    share_basis_points: int | None = None
    amount_fen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateWindow:
    """Days after class end: for a certificate's date, and for pending or withheld ones."""

    grace_days: int
    pending_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepaymentRule:
    """The prepayment: a share at most, of which months, from when, and for whom."""

    share_basis_points: int
    base: PrepaymentBase
    condition: PrepaymentCondition
    on_request: bool
    added_people: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRule:
    """Filed terms in months: ordinary bounds, and the longest with reason and approval (NUM-02)."""

    min_months: int
    max_months: int
    extended_max_months: int
    extension_paid_months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What is counted; months also say what becomes of a remainder."""

    kind: UnitKind
    remainder: Remainder | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitRule:
    """What exits earn by reason (unlisted: nothing), and which are excused by what proof."""

    earns: Mapping[ExitReason, ExitEarns]
    recovered: ExitRecovery
    excused: Mapping[ExitReason, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterChanges:
    """Limits of roster changes; None is no limit."""

    last_day: int | None
    max_replaced_basis_points: int | None
    min_remaining_months: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleRule:
    """Who is paid for."""

    categories: frozenset[Category]
    min_contract_months: int
    contract_with_filing_enterprise: bool
    minimum_wage: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stacking:
    """What else may be paid for the same person; None is no limit.

    `claim_within_months` counts from the certificate's day of issue to the day it is claimed with.
    """

    per_year_total: int | None
    per_year_per_programme: int | None
    same_occupation_and_grade_once: bool
    higher_blocks_lower: bool
    excludes: frozenset[str]
    claim_within_months: int | None


class LabelKind(StrEnum):
    """Why a figure carries a label: no source states it, or the pack left it to the default."""

    OURS = "ours"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A label on one field of a standard; it follows the figure into every explanation."""

    pointer: str
    kind: LabelKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """A policy that sets amounts: one version of one place's document (补贴标准).

    `rates` are fen per person and year by grade. `ours` points at fields that no source states,
    `defaults` at fields the document left out.
    """

    id: str
    region: str
    title: Text
    document: str | None
    valid_from: date
    valid_to: date | None
    rates: Mapping[int, int]
    uplift: Uplift | None
    uncertified: Uncertified
    below_filed: BelowFiled
    max_paid_months: Mapping[int, int]
    certificate_types: Mapping[CertificateType, TypePay]
    certificate_window: CertificateWindow
    prepayment: PrepaymentRule
    term: TermRule
    unit: Unit
    exits: ExitRule
    suspension_counts: bool
    roster_changes: RosterChanges
    pass_rate_basis_points: int | None
    people: PeopleRule
    stacking: Stacking
    employment: Employment
    settles: Settles
    finance_concurrence: FinanceConcurrence
    payment_channel: PaymentChannel
    netting: bool
    below_floor_reason: str | None
    ours: tuple[str, ...]
    defaults: tuple[str, ...]

    def rate_fen(self, grade: int) -> int:
        """Return the yearly rate of a grade, or refuse with `no_rate_for_grade`."""
        if grade not in self.rates:
            raise Refusal("no_rate_for_grade", grade=grade, policy=self.id)
        return self.rates[grade]

    @property
    def below_floor_pointers(self) -> tuple[str, ...]:
        """Point at the reason for a rate below the national floor, where there is one."""
        return () if self.below_floor_reason is None else ("/below_floor_reason",)

    def in_force(self, on: date) -> bool:
        """Tell whether the version is in force on a day; `valid_to` is its last day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def labels(self, *pointers: str) -> tuple[Label, ...]:
        """Return the labels on these fields, on a field that holds one, or on a part of one."""
        return labels_of(self.ours, self.defaults, pointers)


def labels_of(
    ours: Iterable[str], defaults: Iterable[str], pointers: Iterable[str]
) -> tuple[Label, ...]:
    """Label each field that touches one no source states, or one that was left out."""
    kinds = ((LabelKind.OURS, tuple(ours)), (LabelKind.DEFAULT, tuple(defaults)))
    return tuple(
        Label(pointer=pointer, kind=kind)
        for pointer in pointers
        for kind, labelled in kinds
        if any(_touches(pointer, place) for place in labelled)
    )


def _touches(pointer: str, place: str) -> bool:
    return f"{pointer}/".startswith(f"{place}/") or place.startswith(f"{pointer}/")
