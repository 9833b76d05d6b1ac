"""Voucher project use cases (职业培训券项目): drafted by one person of a bureau, approved by another, closed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from domain.cases import CaseKind
from domain.errors import Refusal
from domain.places import OrganisationKind, region_path_of
from domain.ports.work import Work
from domain.voucher import ProjectPlan, VoucherOffer, VoucherProject
from domain.voucher_project import check_plan
from service.application.budget import own_place
from service.application.cases import open_case, sign
from service.application.hold import check_reason
from service.application.provider_catalogue import listed_on

_UNKNOWN: Final = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftVoucherProject:
    """A project as drafted. `plan` names no provider yet: `provider_credit_codes` do."""

    plan: ProjectPlan
    provider_credit_codes: tuple[str, ...]


async def draft_voucher_project(work: Work, command: DraftVoucherProject) -> VoucherProject:
    """Draft a project in the actor's place; it issues nothing before another person approves it.

    Refuses `place_unknown`, `voucher_project_faulty` with every fault located.
    """
    place = await own_place(work)
    providers = await _providers(work, command.provider_credit_codes)
    unknown = tuple(n for n, one in enumerate(providers) if one is None)
    plan = replace(command.plan, providers=tuple(one or _UNKNOWN for one in providers))
    first_day = max(work.today, plan.opens_on)
    unlisted = [
        n
        for n, one in enumerate(providers)
        if one is not None and not await listed_on(work, one, place.region_path, first_day)
    ]
    check_plan(
        plan, today=work.today, unknown_providers=unknown, unlisted_providers=tuple(unlisted)
    )
    case = await open_case(
        work,
        CaseKind.VOUCHER_PROJECT,
        place,
        event="draft",
        org_id=place.bureau_org_id,
        facts={"document": plan.document_number, "quota": plan.quota},
    )
    project = VoucherProject.of(plan, case)
    await work.voucher_projects.add(project)
    return project


async def approve_voucher_project(
    work: Work, *, project_id: UUID, version: int, reason: str
) -> VoucherProject:
    """Approve a drafted project as its second person; it is published and may issue its quota.

    Refuses `voucher_project_past` when its last day of issue is over.
    """
    case = await work.cases.lock(CaseKind.VOUCHER_PROJECT, project_id, version=version)
    project = await work.voucher_projects.get(case)
    signed = await sign(work, case, "approve", reason=reason, facts={"quota": project.quota})
    if project.closes_on < work.today:
        raise Refusal("voucher_project_past")
    await work.voucher_projects.publish(project)
    return await work.voucher_projects.get(signed)


async def refuse_voucher_project(
    work: Work, *, project_id: UUID, version: int, reason: str
) -> VoucherProject:
    """Refuse a drafted project; refuses `reason_missing`."""
    check_reason(reason)
    return await _decided(work, project_id, version, "refuse", reason)


async def withdraw_voucher_project(
    work: Work, *, project_id: UUID, version: int, reason: str
) -> VoucherProject:
    """Withdraw a draft, as whoever drafted it or another reviewer."""
    return await _decided(work, project_id, version, "withdraw", reason)


async def close_voucher_project(
    work: Work, *, project_id: UUID, version: int, reason: str
) -> VoucherProject:
    """Close an approved project: it issues nothing more, and what it has issued stands.

    Refuses `voucher_issue_under_way` while a list is being issued to, `reason_missing`.
    """
    check_reason(reason)
    case = await work.cases.lock(CaseKind.VOUCHER_PROJECT, project_id, version=version)
    project = await work.voucher_projects.get(case)
    facts = {"issued": project.issued}
    signed = await sign(work, case, "close", reason=reason, facts=facts)
    if await work.voucher_projects.issue_under_way(case):
        raise Refusal("voucher_issue_under_way")
    await work.voucher_projects.unpublish(project)
    return await work.voucher_projects.get(signed)


async def get_voucher_project(work: Work, *, project_id: UUID) -> VoucherProject:
    """Return a project; refuses `not_found`."""
    return await work.voucher_projects.get(
        await work.cases.get(CaseKind.VOUCHER_PROJECT, project_id)
    )


async def list_voucher_projects(
    work: Work, *, state: str | None, after: UUID | None, limit: int
) -> Sequence[VoucherProject]:
    """Return a page of the projects one may see, in order of creation."""
    return await work.voucher_projects.page(
        await work.cases.page(CaseKind.VOUCHER_PROJECT, state=state, after=after, limit=limit)
    )


async def get_voucher_offer(work: Work, *, project_id: UUID) -> VoucherOffer:
    """Return what a project is published with; refuses `not_found`."""
    return await work.voucher_projects.offer(project_id)


async def list_voucher_offers(
    work: Work, *, region_code: str | None, after: UUID | None, limit: int
) -> Sequence[VoucherOffer]:
    """Return a page of open offers, of a region and below if named."""
    return await work.voucher_projects.offers(
        region_path=None if region_code is None else region_path_of(region_code),
        after=after,
        limit=limit,
    )


async def _decided(
    work: Work, project_id: UUID, version: int, event: str, reason: str
) -> VoucherProject:
    case = await work.cases.lock(CaseKind.VOUCHER_PROJECT, project_id, version=version)
    return await work.voucher_projects.get(await sign(work, case, event, reason=reason))


async def _providers(work: Work, credit_codes: Sequence[str]) -> list[UUID | None]:
    found = [await work.places.organisation_of(code) for code in credit_codes]
    return [
        None if one is None or one.kind is not OrganisationKind.PROVIDER else one.id
        for one in found
    ]
