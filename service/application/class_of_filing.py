"""What a filing says of its class: its provider, the joint class it joins, and the limits of the overlay."""

from uuid import UUID

from domain.class_plan import PlannedClass, check_class
from domain.errors import Fault
from domain.filing import Filing, TrainingMode
from domain.joint_class import ClassTerms, joining_faults
from domain.places import OrganisationKind, Place
from domain.ports.work import Work


async def provider_of(
    work: Work, credit_code: str | None, *, mode: TrainingMode
) -> tuple[UUID | None, list[Fault]]:
    """Return the provider on file with this credit code: it sees the filing and keeps its record (ACT-10)."""
    if credit_code is None:
        return None, []
    where = "/provider_credit_code"
    if mode is not TrainingMode.PROVIDER:
        return None, [Fault(where, "provider_by_training_mode")]
    provider = await work.places.organisation_of(credit_code)
    if provider is None or provider.kind is not OrganisationKind.PROVIDER:
        return None, [Fault(where, "provider_unknown")]
    return provider.id, []


async def joining_faults_of(
    work: Work, joint_class_id: UUID | None, terms: ClassTerms, *, place: Place
) -> tuple[Fault, ...]:
    """Locate where a filing differs from the confirmed class it joins; none where it joins none."""
    if joint_class_id is None:
        return ()
    joint = await work.joint_classes.plan(joint_class_id)
    if joint is None or joint.region_path != place.region_path:
        return (Fault("/joint_class_id", "joint_class_unknown"),)
    return joining_faults(terms, joint.terms)


async def check_class_of(work: Work, filing: Filing) -> None:
    """Hold a class that is being submitted to its overlay's limits; refuses `plan_faulty`.

    The size of a joint class is judged over all its filings, which take their seats one after another.
    """
    case, people = filing.case, filing.people
    if filing.joint_class_id is not None:
        people = await work.joint_classes.take_seats(filing.joint_class_id, case.id, people)
    mentors = await work.class_records.mentors(case)
    planned = PlannedClass(mode=filing.training_mode, people=people, mentors=tuple(mentors))
    check_class(planned, await work.policies.overlay(case.region_path, work.today))
