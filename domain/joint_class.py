"""Joint class (集中开班): one class planned by an organiser for several enterprises (ACT-07).

Each enterprise keeps its own filing, roster and money. The organiser sees the plan and head-counts, no
person and nobody's money.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.cases import Case
from domain.errors import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassTerms:
    """What all filings of a joint class have in common; `filed_months` is the term in months."""

    occupation_code: str
    target_grade: int
    filed_months: int
    starts_on: date
    provider_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JointClass:
    """A joint class with its case and head-counts over the submitted filings that joined it."""

    case: Case
    class_name: str
    occupation_name: str
    terms: ClassTerms
    document_number: str
    filings: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JointClassPlan:
    """What a confirmed joint class is published with, so that enterprises can join it by its id."""

    id: UUID
    region_path: str
    organiser_id: UUID
    class_name: str
    occupation_name: str
    terms: ClassTerms


def joining_faults(terms: ClassTerms, joint: ClassTerms) -> tuple[Fault, ...]:
    """Locate where a filing differs from the class it joins: the same class or none."""
    pairs = (
        ("occupation_code", terms.occupation_code, joint.occupation_code),
        ("target_grade", terms.target_grade, joint.target_grade),
        ("filed_months", terms.filed_months, joint.filed_months),
        ("starts_on", terms.starts_on, joint.starts_on),
        ("provider_credit_code", terms.provider_id, joint.provider_id),
    )
    return tuple(
        Fault(f"/{name}", "joint_class_differs") for name, mine, theirs in pairs if mine != theirs
    )
