"""Joint class use cases: an organiser plans, the bureau confirms, enterprises join by their filings (ACT-07)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.cases import CaseKind
from domain.errors import Fault, Refusal
from domain.identifiers.occupation import occupation_fault_of
from domain.joint_class import ClassTerms, JointClass, JointClassPlan
from domain.places import OrganisationKind, region_path_of
from domain.ports.work import Work
from service.application.cases import open_case, sign


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanJointClass:
    """A joint class as its organiser plans it; `document_number` is that of the organiser's document."""

    region_code: str
    class_name: str
    occupation_code: str
    occupation_name: str
    target_grade: int
    filed_months: int
    starts_on: date
    document_number: str
    provider_credit_code: str | None


async def plan_joint_class(work: Work, command: PlanJointClass) -> JointClass:
    """Plan a class that several enterprises' filings will join.

    Refuses `place_unknown`, and `plan_faulty` with the occupation, the day and the provider located.
    """
    place = await work.places.of_region(region_path_of(command.region_code))
    if place is None:
        raise Refusal("place_unknown", faults=(Fault("/region_code", "place_unknown"),))
    faults = []
    if fault := occupation_fault_of(command.occupation_code):
        faults.append(Fault("/occupation_code", fault))
    if command.starts_on <= work.today:
        faults.append(Fault("/starts_on", "training_not_after_filing"))
    provider = None
    if command.provider_credit_code is not None:
        provider = await work.places.organisation_of(command.provider_credit_code)
        if provider is None or provider.kind is not OrganisationKind.PROVIDER:
            faults.append(Fault("/provider_credit_code", "provider_unknown"))
    if faults:
        raise Refusal("plan_faulty", faults=tuple(faults), count=len(faults))
    provider_id = None if provider is None else provider.id
    joint = JointClass(
        case=await open_case(
            work,
            CaseKind.JOINT_CLASS,
            place,
            event="plan",
            org_id=work.actor.org_id,
            partner_org_id=provider_id,
        ),
        class_name=command.class_name,
        occupation_name=command.occupation_name,
        terms=ClassTerms(
            occupation_code=command.occupation_code,
            target_grade=command.target_grade,
            filed_months=command.filed_months,
            starts_on=command.starts_on,
            provider_id=provider_id,
        ),
        document_number=command.document_number,
        filings=0,
        people=0,
    )
    await work.joint_classes.add(joint)
    return joint


async def confirm_joint_class(
    work: Work, *, joint_class_id: UUID, version: int, reason: str
) -> JointClass:
    """Confirm a planned class; its plan is published and filings may join it."""
    case = await work.cases.lock(CaseKind.JOINT_CLASS, joint_class_id, version=version)
    joint = await work.joint_classes.get(await sign(work, case, "confirm", reason=reason))
    await work.joint_classes.publish(joint)
    return joint


async def get_joint_class(work: Work, *, joint_class_id: UUID) -> JointClass:
    """Return a joint class; refuses `not_found`."""
    return await work.joint_classes.get(await work.cases.get(CaseKind.JOINT_CLASS, joint_class_id))


async def page_joint_classes(
    work: Work, *, state: str | None, after: UUID | None, limit: int
) -> list[JointClass]:
    """Return a page of joint classes in order of creation."""
    cases = await work.cases.page(CaseKind.JOINT_CLASS, state=state, after=after, limit=limit)
    return [await work.joint_classes.get(case) for case in cases]


async def page_plans(
    work: Work, *, region_code: str | None, after: UUID | None, limit: int
) -> Sequence[JointClassPlan]:
    """Return a page of published plans, for enterprises that look for a class to join."""
    return await work.joint_classes.plans(
        region_path=None if region_code is None else region_path_of(region_code),
        after=after,
        limit=limit,
    )
