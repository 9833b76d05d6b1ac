"""Plans of classes and mentors against what an overlay asks; joint classes and what joins them."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from domain.class_plan import (
    ClassPlan,
    Cooperation,
    MentorKind,
    PlannedClass,
    check_class,
    class_faults,
    mentor_faults,
    plan_faults_of_class,
)
from domain.errors import Refusal
from domain.filing import TrainingMode
from domain.joint_class import ClassTerms, joining_faults
from domain.policy.overlay import DEFAULT_OVERLAY, TrainingRule
from tests.unit.class_samples import a_mentor

ASKS = replace(
    DEFAULT_OVERLAY,
    training=TrainingRule(max_class_size=40, min_mentors=3, max_apprentices_per_mentor=8),
)
AGREED = Cooperation(
    mode="工学交替", content="车工", months=12, fee_fen=1_200_000, duties="各自承担"
)


def planned(mode: TrainingMode, people: int, *kinds: MentorKind) -> PlannedClass:
    mentors = tuple(a_mentor(n, kind=kind) for n, kind in enumerate(kinds))
    return PlannedClass(mode=mode, people=people, mentors=mentors)


OURS, THEIRS = MentorKind.ENTERPRISE, MentorKind.PROVIDER


def test_a_class_at_every_limit_passes() -> None:
    check_class(planned(TrainingMode.PROVIDER, 40, OURS, OURS, OURS, OURS, THEIRS), ASKS)
    check_class(planned(TrainingMode.IN_HOUSE, 24, OURS, OURS, OURS), ASKS)
    check_class(planned(TrainingMode.PROVIDER, 10_000), DEFAULT_OVERLAY)


def test_a_class_beyond_every_limit_is_refused_with_each_located() -> None:
    """Shows ACT-08."""
    with pytest.raises(Refusal) as refused:
        check_class(planned(TrainingMode.PROVIDER, 41, OURS), ASKS)
    assert refused.value.code == "plan_faulty"
    assert [(f.pointer, f.code, dict(f.values)) for f in refused.value.faults] == [
        ("/roster", "class_too_large", {"people": 41, "most": 40}),
        ("/mentors", "mentors_too_few", {"found": 1, "least": 3}),
        ("/mentors", "provider_mentor_missing", {}),
        ("/mentors", "people_without_mentor", {"people": 41, "most": 8}),
    ]


def test_a_withdrawn_mentor_counts_for_nothing() -> None:
    mentors = (a_mentor(1), a_mentor(2), a_mentor(3, kind=THEIRS, withdrawn=True))
    plan = PlannedClass(mode=TrainingMode.PROVIDER, people=16, mentors=mentors)
    assert [fault.code for fault in class_faults(plan, ASKS)] == [
        "mentors_too_few",
        "provider_mentor_missing",
    ]


def test_a_mentor_has_people_of_the_class_each_once_and_not_too_many() -> None:
    people = frozenset(UUID(int=n) for n in range(1, 4))
    one, two, three = sorted(people)
    mentors = [
        a_mentor(1, people=(one, two)),
        a_mentor(2, people=(three, three, UUID(int=99))),
    ]
    assert [(f.pointer, f.code) for f in mentor_faults(mentors, people=people, most=2)] == [
        ("/mentors/1/people/1", "person_not_in_class"),
        ("/mentors/1/people/2", "person_not_in_class"),
        ("/mentors/1/people", "mentor_with_too_many"),
    ]
    assert mentor_faults(mentors[:1], people=people, most=None) == ()


def test_the_plan_of_a_class_contradicts_neither_itself_nor_the_training_mode() -> None:
    """Shows FIL-24."""
    special = ClassPlan(special_occupation=True)
    assert [f.code for f in plan_faults_of_class(special, TrainingMode.PROVIDER)] == [
        "qualification_first"
    ]
    assert plan_faults_of_class(ClassPlan(), TrainingMode.IN_HOUSE) == ()
    attested = replace(special, qualification_attested=True, cooperation=AGREED, provider_site="校")
    assert plan_faults_of_class(attested, TrainingMode.PROVIDER) == ()
    assert [f.pointer for f in plan_faults_of_class(attested, TrainingMode.IN_HOUSE)] == [
        "/class_plan/cooperation",
        "/class_plan/provider_site",
    ]


def test_what_joins_a_class_has_its_terms() -> None:
    terms = ClassTerms(
        occupation_code="6-18-01-01",
        target_grade=4,
        filed_months=12,
        starts_on=date(2026, 2, 3),
        provider_id=UUID(int=1),
    )
    assert joining_faults(terms, terms) == ()
    other = ClassTerms(
        occupation_code="6-18-01-02",
        target_grade=3,
        filed_months=24,
        starts_on=date(2026, 2, 4),
        provider_id=None,
    )
    faults = joining_faults(other, terms)
    assert {fault.code for fault in faults} == {"joint_class_differs"}
    assert [fault.pointer for fault in faults] == [
        "/occupation_code",
        "/target_grade",
        "/filed_months",
        "/starts_on",
        "/provider_credit_code",
    ]
