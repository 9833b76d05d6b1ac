"""Plan of a class (一班一方案, FIL-10): sites, standard, agreements, mentors, and what an overlay asks of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.errors import Fault, Refusal
from domain.filing import TrainingMode
from domain.policy.overlay import Overlay

MENTORED_STATES: Final = frozenset(
    {"draft", "submitted", "accepted", "reviewed", "listed", "in_training", "completed"}
)
"""States of a filing in which mentors are recorded and assigned."""


class TrainingStandard(StrEnum):
    """What a class is trained to (FIL-11): 国家职业技能标准, 行业 or 企业评价规范."""

    NATIONAL = "national"
    INDUSTRY = "industry"
    ENTERPRISE = "enterprise"


class AgreementKind(StrEnum):
    """The training agreement with the apprentices: one each, or one for the batch (FIL-13, FIL-14)."""

    INDIVIDUAL = "individual"
    COLLECTIVE = "collective"


class AssessmentMethod(StrEnum):
    """过程化、模块化、业绩评审、直接认定 (EVD-07)."""

    PROCESS = "process"
    MODULAR = "modular"
    PERFORMANCE_REVIEW = "performance_review"
    DIRECT_RECOGNITION = "direct_recognition"


class MentorKind(StrEnum):
    """企业导师 or 院校导师 (ACT-08)."""

    ENTERPRISE = "enterprise"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cooperation:
    """What the cooperation agreement (合作协议) says, FIL-15: `months` its term, the fee in fen.

    The fee is the enterprise's cost and never a subsidy line.
    """

    mode: str
    content: str
    months: int
    fee_fen: int
    duties: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassPlan:
    """What a filing says of its class beyond occupation, grade and term; nothing here changes an amount.

    `qualification_attested`: of a special occupation, that everybody holds the qualification it needs
    before work (FIL-24). `materials` names the training materials (FIL-26); `part_time_registration`
    that apprentices are registered part-time at a 技工院校 (FIL-18); `self_evaluation` that they take part
    in the enterprise's own evaluation (EVD-08).
    """

    enterprise_site: str | None = None
    provider_site: str | None = None
    standard: TrainingStandard | None = None
    standard_name: str | None = None
    agreement: AgreementKind | None = None
    cooperation: Cooperation | None = None
    assessment_method: AssessmentMethod | None = None
    self_evaluation: bool = False
    special_occupation: bool = False
    qualification_attested: bool = False
    materials: str | None = None
    part_time_registration: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentor:
    """One version of what is said of a mentor. `grade` is the national one, 5 lowest to 1 highest.

    `title` holds titles and honours (FIL-22); `people` are the enrolments assigned to this mentor.
    """

    id: UUID
    version: int
    withdrawn: bool
    name: str
    kind: MentorKind
    grade: int | None
    title: str
    occupation_name: str
    people: tuple[UUID, ...]


def plan_faults_of_class(plan: ClassPlan, mode: TrainingMode) -> tuple[Fault, ...]:
    """Return what contradicts itself in the plan of a class, located in `/class_plan`.

    A special occupation needs its qualification first (FIL-24); in-house training (师带徒) has no
    cooperation agreement and no provider's site (FIL-16, AMB-23).
    """
    faults = []
    if plan.special_occupation and not plan.qualification_attested:
        faults.append(Fault("/class_plan/qualification_attested", "qualification_first"))
    if mode is TrainingMode.IN_HOUSE:
        if plan.cooperation is not None:
            faults.append(Fault("/class_plan/cooperation", "provider_by_training_mode"))
        if plan.provider_site is not None:
            faults.append(Fault("/class_plan/provider_site", "provider_by_training_mode"))
    return tuple(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedClass:
    """A class as an overlay looks at it; `people` counts a joint class over all its filings."""

    mode: TrainingMode
    people: int
    mentors: tuple[Mentor, ...]


def class_faults(plan: PlannedClass, overlay: Overlay) -> tuple[Fault, ...]:
    """Return where a class breaks an overlay's limits; a limit that is not set asks nothing.

    Where a number of mentors is asked for and training is by a provider, one of them is the
    provider's (双导师, ACT-08, AMB-23).
    """
    rule, people, mentors, mode = overlay.training, plan.people, plan.mentors, plan.mode
    count = sum(not mentor.withdrawn for mentor in mentors)
    faults = []
    if rule.max_class_size is not None and people > rule.max_class_size:
        faults.append(
            Fault("/roster", "class_too_large", {"people": people, "most": rule.max_class_size})
        )
    if rule.min_mentors is not None:
        if count < rule.min_mentors:
            faults.append(
                Fault("/mentors", "mentors_too_few", {"found": count, "least": rule.min_mentors})
            )
        if mode is TrainingMode.PROVIDER and not any(
            mentor.kind is MentorKind.PROVIDER and not mentor.withdrawn for mentor in mentors
        ):
            faults.append(Fault("/mentors", "provider_mentor_missing"))
    most = rule.max_apprentices_per_mentor
    if most is not None and people > most * count:
        faults.append(Fault("/mentors", "people_without_mentor", {"people": people, "most": most}))
    return tuple(faults)


def check_class(plan: PlannedClass, overlay: Overlay) -> None:
    """Refuse `plan_faulty` where a class breaks a limit that its overlay sets."""
    if faults := class_faults(plan, overlay):
        raise Refusal("plan_faulty", faults=faults, count=len(faults))


def mentor_faults(
    mentors: Sequence[Mentor], *, people: frozenset[UUID], most: int | None
) -> tuple[Fault, ...]:
    """Return what is wrong with assignments, located in `/mentors`: strangers, and too many at one mentor."""
    faults = []
    for n, mentor in enumerate(mentors):
        faults += [
            Fault(f"/mentors/{n}/people/{m}", "person_not_in_class")
            for m, person in enumerate(mentor.people)
            if person not in people or person in mentor.people[:m]
        ]
        if most is not None and len(mentor.people) > most:
            values = {"found": len(mentor.people), "most": most}
            faults.append(Fault(f"/mentors/{n}/people", "mentor_with_too_many", values))
    return tuple(faults)
