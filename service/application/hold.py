"""Hold use cases (暂停支付): two people impose one; it stops new prepayments, approvals and releases."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from domain.cases import Case, CaseKind
from domain.errors import Fault, Refusal
from domain.hold import Hold, HoldTarget
from domain.places import OrganisationKind, Place
from domain.ports.work import Work
from service.application.budget import own_place
from service.application.cases import open_case, sign

_KIND: Final = {
    HoldTarget.ENTERPRISE: OrganisationKind.ENTERPRISE,
    HoldTarget.PROVIDER: OrganisationKind.PROVIDER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeHold:
    """A hold as proposed. `target_id` is an enrolment or a voucher for a person, else a filing or organisation."""

    target: HoldTarget
    target_id: UUID
    document_number: str
    review_on: date
    reason: str


async def propose_hold(work: Work, command: ProposeHold) -> Hold:
    """Propose a hold; it stops nothing before a second person imposes it.

    Refuses `not_found` for the target, `hold_faulty` (review day past), `reason_missing`.
    """
    check_reason(command.reason)
    if command.review_on <= work.today:
        raise Refusal("hold_faulty", faults=(Fault("/review_on", "review_day_past"),))
    place, org_id, partner_org_id, target_id = await _target(work, command)
    case = await open_case(
        work,
        CaseKind.HOLD,
        place,
        event="propose",
        org_id=org_id,
        partner_org_id=partner_org_id,
        reason=command.reason,
        facts={"target": command.target.value, "document": command.document_number},
    )
    hold = Hold(
        case=case,
        target=command.target,
        target_id=target_id,
        document_number=command.document_number,
        review_on=command.review_on,
    )
    await work.holds.add(hold)
    return hold


async def decide_hold(work: Work, *, hold_id: UUID, version: int, event: str, reason: str) -> Hold:
    """Impose, refuse or lift a hold as its second person; refuses `reason_missing`.

    Imposing waits for the decisions that have just found no hold, and is seen by those that come after.
    """
    check_reason(reason)
    case = await work.cases.lock(CaseKind.HOLD, hold_id, version=version)
    if event == "impose":
        await work.holds.take_turn(case.place_id)
    return await work.holds.get(await sign(work, case, event, reason=reason))


async def get_hold(work: Work, *, hold_id: UUID) -> Hold:
    """Return a hold; refuses `not_found`."""
    return await work.holds.get(await work.cases.get(CaseKind.HOLD, hold_id))


async def list_holds(
    work: Work, *, state: str | None, after: UUID | None, limit: int
) -> Sequence[Hold]:
    """Return a page of holds, in order of creation."""
    return await work.holds.page(
        await work.cases.page(CaseKind.HOLD, state=state, after=after, limit=limit)
    )


async def holds_on(work: Work, filing_ids: Collection[UUID]) -> Mapping[UUID, Sequence[UUID]]:
    """Return, for each of these filings that is stopped, the holds in force."""
    return await work.holds.on_filings(filing_ids)


async def check_no_hold(work: Work, filing: Case, *, people: Collection[UUID] = ()) -> None:
    """Refuse `on_hold` when a hold is in force on a filing, its enterprise or provider, or on people.

    None comes into force before the caller commits.
    """
    await work.holds.keep_steady(filing.place_id)
    stopped = await holds_on(work, [filing.id])
    if stopped or await work.holds.on_people(filing.place_id, people):
        raise Refusal("on_hold")


async def check_provider_not_on_hold(work: Work, place_id: UUID, provider_id: UUID) -> None:
    """Refuse `on_hold` when a hold is in force on a provider. None comes into force before the commit."""
    await work.holds.keep_steady(place_id)
    if await work.holds.on_providers(place_id, [provider_id]):
        raise Refusal("on_hold")


async def check_none_on_hold(work: Work, place_id: UUID, paid_on_ids: Sequence[UUID]) -> None:
    """Refuse `on_hold`, naming each line of a batch (from 0) whose filing or voucher settlement is stopped."""
    await work.holds.keep_steady(place_id)
    paid_on = frozenset(paid_on_ids)
    stopped = frozenset(await holds_on(work, paid_on)) | frozenset(
        await work.voucher_settlements.stopped(paid_on)
    )
    faults = tuple(
        Fault(f"/payments/{n}", "on_hold") for n, one in enumerate(paid_on_ids) if one in stopped
    )
    if faults:
        raise Refusal("on_hold", faults=faults)


def check_reason(reason: str) -> None:
    """Refuse `reason_missing` when a decision that needs a reason has none."""
    if not reason.strip():
        raise Refusal("reason_missing", faults=(Fault("/reason", "reason_missing"),))


async def _target(work: Work, command: ProposeHold) -> tuple[Place, UUID, UUID | None, UUID]:
    """Return the place, organisations and stored target of a hold."""
    if command.target in _KIND:
        organisation = await work.places.organisation(command.target_id)
        if organisation.kind is not _KIND[command.target]:
            raise Refusal("not_found")
        return await own_place(work), organisation.id, None, organisation.id
    if command.target is HoldTarget.PERSON:
        person = await work.holds.person_named(command.target_id)
        place = await work.places.get(person.place_id)
        return place, person.org_id, person.partner_org_id, person.person_id
    filing = await work.cases.lock(CaseKind.FILING, command.target_id)
    place = await work.places.get(filing.place_id)
    return place, filing.org_id, filing.partner_org_id, filing.id
