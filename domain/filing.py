"""Filing (备案): one enterprise's plan for one class, its roster, and what its reports say."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from domain.cases import Case
from domain.errors import Fault, Refusal, Value
from domain.identifiers import citizen_id, person_name, phone
from domain.identifiers.characters import forbidden_in
from domain.policy.standard import Category


class ClaimBasis(StrEnum):
    """Where the subsidy is applied for (PAY-07): 社保缴纳地 or 就业所在地."""

    INSURANCE_PLACE = "insurance_place"
    WORK_PLACE = "work_place"


class TrainingMode(StrEnum):
    """With a training provider, or in-house 师带徒 (FIL-16)."""

    PROVIDER = "provider"
    IN_HOUSE = "in_house"


class ReviewAdvice(StrEnum):
    """What the reviewer recommends to the approver, who decides."""

    LIST = "list"
    REFUSE = "refuse"


class TerminationGround(StrEnum):
    """Why a filing is ended before its term: ex officio on evidence, or on the enterprise's request."""

    EVIDENCE = "evidence"
    REQUEST = "request"


class Outcome(StrEnum):
    """How a person's training ended, as the completion report says."""

    COMPLETED = "completed"
    FAILED = "failed"
    EXITED = "exited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Apprentice:
    """One person of a roster as filed, in clear; exists only on the way to being sealed."""

    name: str
    citizen_id: str
    phone: str
    category: Category
    hired_on: date
    contract_months: int
    claim_basis: ClaimBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class Payee:
    """The account a subsidy is to be paid into, in clear; exists only on the way to being sealed."""

    account_name: str
    account_number: str
    bank_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a filing says of its class. `filed_months` is the term in months, `starts_on` its first day.

    `term_reason` is why the term is longer than the ordinary (NUM-02).
    """

    class_name: str
    occupation_code: str
    occupation_name: str
    target_grade: int
    training_mode: TrainingMode
    provider_name: str | None
    starts_on: date
    filed_months: int
    uplift_basis_points: int
    fund_source: str
    term_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """A filing on file. `filed_months` is the term in months; dates are calendar days in China.

    `after_review_id` is the upheld review of a refused filing that this one follows: its receipt time is
    that filing's. `remark` is what the latest signed step added: the reviewer's advice, or the ground of a
    termination. `term_reason` is why the term is longer than the ordinary (NUM-02). `payee_account_state` is
    how far the payee's account has come as it is read; None for a partner, who does not see the account.
    """

    case: Case
    policy_version_id: UUID
    policy_id: str
    class_name: str
    occupation_code: str
    occupation_name: str
    target_grade: int
    training_mode: TrainingMode
    provider_name: str | None
    joint_class_id: UUID | None = None
    filed_starts_on: date
    filed_months: int
    uplift_basis_points: int
    fund_source: str
    payee_account_id: UUID
    payee_name: str
    payee_account_masked: str
    bank_code: str
    roster_version: int
    people: int
    submitted_at: datetime | None
    listing_document: str | None
    listed_on: date | None
    opened_on: date | None
    completed_on: date | None
    remark: str | None = None
    term_reason: str | None = None
    payee_account_state: str | None = None
    after_review_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A person in a seat, masked. `started_on` is the first training day, `ended_on` the last."""

    id: UUID
    filing_id: UUID
    seat_no: int
    person_id: UUID
    name: str
    identity_masked: str
    phone_masked: str
    category: Category
    hired_on: date
    contract_months: int
    claim_basis: ClaimBasis
    state: str
    started_on: date | None
    ended_on: date | None
    exit_reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """What the registers said of a submitted roster; it informs the reviewer and decides nothing.

    `already_subsidised` counts people who hold an entitlement of this occupation at this grade or a
    higher one (stacking: the same occupation and grade once ever).
    """

    people: int
    already_subsidised: int
    at: datetime


def checked_roster(apprentices: tuple[Apprentice, ...], *, today: date) -> tuple[Apprentice, ...]:
    """Return the roster with numbers normalised, or refuse with every fault located in `/roster`."""
    people, faults = faults_of_people(apprentices, today=today)
    if faults:
        raise Refusal("roster_faulty", faults=tuple(faults), count=len(faults))
    return people


def faults_of_people(
    apprentices: tuple[Apprentice, ...], *, today: date
) -> tuple[tuple[Apprentice, ...], list[Fault]]:
    """Return the people with numbers normalised, and every fault located in `/roster`."""
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    rows: list[Apprentice] = []
    for n, person in enumerate(apprentices):
        number = citizen_id.normalised(person.citizen_id)
        mobile = phone.normalised(person.phone)
        if code := person_name.fault_of(person.name):
            faults.append(_name_fault(f"/roster/{n}/name", code, person.name))
        if code := citizen_id.fault_of(number, today=today):
            faults.append(_citizen_id_fault(f"/roster/{n}/citizen_id", code, number, today))
        elif number in seen:
            where = {"where": f"/roster/{seen[number]}"}
            faults.append(Fault(f"/roster/{n}/citizen_id", "person_twice_in_roster", where))
        if code := phone.fault_of(mobile):
            faults.append(Fault(f"/roster/{n}/phone", code))
        seen.setdefault(number, n)
        as_typed = (person.citizen_id, person.phone)
        rows.append(
            person
            if as_typed == (number, mobile)
            else replace(person, citizen_id=number, phone=mobile)
        )
    return tuple(rows), faults


def _name_fault(pointer: str, code: str, name: str) -> Fault:
    values: dict[str, Value] = {"most": person_name.NAME_MAX}
    values["character"] = forbidden_in(name) or ""
    return Fault(pointer, code, values)


def _citizen_id_fault(pointer: str, code: str, number: str, today: date) -> Fault:
    if citizen_id.precision_lost(number):
        return Fault(pointer, "excel_precision_loss")
    return Fault(pointer, code, proposal=citizen_id.proposal_for(number, today=today))
