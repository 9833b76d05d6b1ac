"""Voucher class use cases: planned by a provider, its start verified by two people of the bureau (开班核验).

Vouchers move only as the bureau or the system: what a provider decides about a class is done to its vouchers
by a job. Locks are taken in one order: the class, then its vouchers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from domain.cases import Case, CaseKind
from domain.errors import Fault, Refusal
from domain.ports.work import Work
from domain.training_register import MessageKind
from domain.voucher import SetEvent, VoucherClass, VoucherProject
from domain.voucher_class import (
    ClassOffer,
    ClassTerms,
    first_day,
    plan_faults,
    standard_of,
    start_faults,
    terms_of,
)
from service.application.cases import open_case, sign
from service.application.hold import check_provider_not_on_hold, check_reason
from service.application.provider_catalogue import listed_on
from service.application.register_message import tell_of_class
from service.application.voucher_money import commit_class
from service.application.voucher_moves import move_many, move_one

FREE_CLASS_VOUCHERS: Final = "free_class_vouchers"
"""The job that gives the vouchers of a cancelled class back to their workers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanVoucherClass:
    """A class as its provider plans it, for vouchers of one project."""

    project_id: UUID
    terms: ClassTerms


async def plan_class(work: Work, command: PlanVoucherClass) -> VoucherClass:
    """Plan a class and offer it to workers.

    Refuses `not_found` for the project, `voucher_class_faulty` with every fault located.
    """
    project = await work.voucher_projects.offer(command.project_id)
    terms, provider_id = command.terms, work.actor.org_id
    faults = plan_faults(
        terms,
        project,
        provider_id=provider_id,
        listed=await listed_on(work, provider_id, project.region_path, terms.starts_on),
        today=work.today,
    )
    if faults:
        raise Refusal("voucher_class_faulty", faults=faults, count=len(faults))
    standard = standard_of(project, terms.occupation_code, terms.grade)
    place = await work.places.of_region(project.region_path)
    assert standard is not None
    assert place is not None
    planned = VoucherClass(
        case=await open_case(
            work,
            CaseKind.VOUCHER_CLASS,
            place,
            event="plan",
            org_id=provider_id,
            facts={"project": str(project.id), "capacity": terms.capacity},
        ),
        project_id=project.id,
        class_name=terms.class_name,
        occupation_code=terms.occupation_code,
        occupation_name=standard.occupation_name,
        grade=terms.grade,
        capacity=terms.capacity,
        taken=0,
        fee_fen=terms.fee_fen,
        site=terms.site,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        started_on=None,
        completed_on=None,
    )
    await work.voucher_classes.add(planned)
    return planned


async def report_start(
    work: Work, *, class_id: UUID, version: int, started_on: date, absent: Sequence[UUID]
) -> VoucherClass:
    """Report that training has begun, and who reserved and did not come; nobody reserves any more.

    Refuses `start_report_faulty` with every fault located.
    """
    case = await work.cases.lock(CaseKind.VOUCHER_CLASS, class_id, version=version)
    planned = await _class(work, await sign(work, case, "report_start"))
    reserved = await work.vouchers.lock_class(case.place_id, case.id, state="reserved")
    by_id = {voucher.id: voucher for voucher in reserved}
    faults = start_faults(
        terms_of(planned),
        started_on,
        absent,
        reserved=by_id,
        listed=await listed_on(work, case.org_id, case.region_path, started_on),
        today=work.today,
    )
    if faults:
        raise Refusal("start_report_faulty", faults=faults, count=len(faults))
    await work.voucher_classes.report_start(case, started_on)
    await work.voucher_classes.close_offer(case)
    await work.voucher_records.add_absences(planned.case, [by_id[one] for one in absent])
    return replace(planned, started_on=started_on)


async def review_start(work: Work, *, class_id: UUID, version: int, reason: str) -> VoucherClass:
    """Sign as reviewer that the class has begun as reported."""
    case = await work.cases.lock(CaseKind.VOUCHER_CLASS, class_id, version=version)
    return await _class(work, await sign(work, case, "review_start", reason=reason))


async def return_start(work: Work, *, class_id: UUID, version: int, reason: str) -> VoucherClass:
    """Return a report of the start: the class is planned again, and open. Refuses `reason_missing`."""
    check_reason(reason)
    case = await work.cases.lock(CaseKind.VOUCHER_CLASS, class_id, version=version)
    signed = await sign(work, case, "return_start", reason=reason)
    await work.voucher_classes.report_start(case, None)
    await work.voucher_classes.reopen_offer(case)
    return await _class(work, signed)


async def send_back_start(work: Work, *, class_id: UUID, version: int, reason: str) -> VoucherClass:
    """Send a reviewed start back to its reviewer; refuses `reason_missing`."""
    check_reason(reason)
    case = await work.cases.lock(CaseKind.VOUCHER_CLASS, class_id, version=version)
    return await _class(work, await sign(work, case, "send_back", reason=reason))


async def verify_start(work: Work, *, class_id: UUID, version: int, reason: str) -> VoucherClass:
    """Verify the start as the second person (开班核验): vouchers come into use, and money is committed.

    Who did not come keeps a voucher that is usable elsewhere; one that had ended by the first day stays
    behind and expires. Refuses `start_report_faulty` when the provider had left project or catalogue by
    the first day or nobody is left to train, `on_hold`, and what `commit_class` refuses.
    """
    case = await work.cases.lock(CaseKind.VOUCHER_CLASS, class_id, version=version)
    await check_provider_not_on_hold(work, case.place_id, case.org_id)
    started = await _class(work, await sign(work, case, "verify_start", reason=reason))
    day = first_day(started)
    reserved = await work.vouchers.lock_class(case.place_id, case.id, state="reserved")
    absent = await work.voucher_records.absences(case)
    present = [one for one in reserved if one.id not in absent and one.valid_until >= day]
    faults = []
    project = await project_of(work, started)
    if case.org_id not in project.providers:
        faults.append(Fault("", "provider_not_in_project"))
    if not await listed_on(work, case.org_id, case.region_path, day):
        faults.append(Fault("", "provider_not_in_catalogue"))
    if not present:
        faults.append(Fault("", "nobody_present"))
    if faults:
        raise Refusal("start_report_faulty", faults=tuple(faults), count=len(faults))
    await move_many(work, present, SetEvent.START)
    for voucher in reserved:
        if voucher.id in absent:
            await move_one(work, voucher, voucher.moved("miss"), event="miss")
    await commit_class(work, project, started.case, voucher_ids=[one.id for one in present])
    await tell_of_class(work, MessageKind.VOUCHER_CLASS_STARTED, started, people=len(present))
    return await _class(work, started.case)


async def cancel_class(work: Work, *, class_id: UUID, version: int, reason: str) -> VoucherClass:
    """Cancel a class nobody has verified, as its provider; a job gives its vouchers back.

    Refuses `reason_missing`.
    """
    check_reason(reason)
    case = await work.cases.lock(CaseKind.VOUCHER_CLASS, class_id, version=version)
    signed = await sign(work, case, "cancel", reason=reason)
    await work.voucher_classes.close_offer(case)
    await work.jobs.add(FREE_CLASS_VOUCHERS, case.id, case.place_id)
    return await _class(work, signed)


async def free_class_vouchers(work: Work, *, class_id: UUID) -> None:
    """Give the reserved vouchers of a cancelled class back to their workers, as the system."""
    case = await work.cases.lock(CaseKind.VOUCHER_CLASS, class_id)
    if case.state == "cancelled":
        reserved = await work.vouchers.lock_class(case.place_id, case.id, state="reserved")
        await move_many(work, reserved, SetEvent.CLASS_CANCELLED)


async def get_class(work: Work, *, class_id: UUID) -> VoucherClass:
    """Return a class; refuses `not_found`."""
    return await _class(work, await work.cases.get(CaseKind.VOUCHER_CLASS, class_id))


async def list_classes(
    work: Work, *, state: str | None, after: UUID | None, limit: int
) -> Sequence[VoucherClass]:
    """Return a page of classes, in order of creation."""
    cases = await work.cases.page(CaseKind.VOUCHER_CLASS, state=state, after=after, limit=limit)
    return await work.voucher_classes.page(cases)


async def list_offers(
    work: Work, *, project_id: UUID | None, after: UUID | None, limit: int
) -> Sequence[ClassOffer]:
    """Return a page of classes that take reservations, of any region."""
    return await work.voucher_classes.offers(project_id=project_id, after=after, limit=limit)


async def project_of(work: Work, of: VoucherClass) -> VoucherProject:
    """Return the project of a class, as its bureau sees it."""
    return await work.voucher_projects.get(
        await work.cases.get(CaseKind.VOUCHER_PROJECT, of.project_id)
    )


async def _class(work: Work, case: Case) -> VoucherClass:
    return (await work.voucher_classes.page([case]))[0]
