"""Voucher use cases (职业培训券): collected and given back by their worker; voided, frozen and released by a bureau.

A voucher is no case: each of these is one act of one person, written with the move and audited. A reviewer
confirms the group that a worker has stated of himself, where a project is for certain groups. Freezing is
a reviewer's, releasing an approver's and never of the person who froze: two people decide on an
investigation, as with a hold, but on one voucher, which remembers where it stood.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from domain.audit import Act, Fact, Ground
from domain.errors import Fault, Refusal, Value
from domain.identifiers import voucher_code
from domain.identifiers.citizen_id import normalised
from domain.machines.voucher import RELIED_ON
from domain.ports.work import Work
from domain.roster.vouchers import faults_of, read_beneficiary
from domain.voucher import (
    Beneficiary,
    Distribution,
    SetEvent,
    Voucher,
    VoucherAct,
    VoucherFilter,
    VoucherOffer,
    VoucherSet,
)
from domain.voucher_project import admits, check_issues, is_group_unconfirmed
from domain.voucher_use import check_usable, next_use, obstacles
from service.application.hold import check_reason
from service.application.real_name import CHECK_REAL_NAME, check_real_name, check_released
from service.application.voucher_class_completion import CATCH_UP
from service.application.voucher_release import let_go

_NOTHING: Final[Mapping[str, Fact]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherHistory:
    """What happened to a voucher: acts of single persons, and the sets it moved in, oldest first."""

    voucher: Voucher
    acts: Sequence[VoucherAct]
    sets: Sequence[VoucherSet]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What can be done with a voucher next, and everything that keeps it from that.

    `event` is None at the end of its road; then `obstacles` says why it is there.
    """

    voucher: Voucher
    offer: VoucherOffer
    event: str | None
    obstacles: Sequence[Refusal]


async def collect_from_project(work: Work, *, project_id: UUID, person: Beneficiary) -> Voucher:
    """Collect a voucher of a general project, as the worker whose it will be.

    Refuses `not_found`, `voucher_project_not_open`, `voucher_distribution_differs`,
    `voucher_beneficiary_faulty`, `voucher_tag_not_admitted`, `voucher_of_another_person`,
    `voucher_already_held`, `voucher_quota_exhausted`.
    """
    offer = await work.voucher_projects.offer(project_id)
    check_issues(offer, Distribution.GENERAL, approved=offer.closed_at is None, today=work.today)
    one = read_beneficiary(person)
    faults = tuple(replace(found, proposal=None) for found in faults_of(one, today=work.today))
    if faults:
        raise Refusal("voucher_beneficiary_faulty", faults=faults, count=len(faults))
    if not admits(offer, one.tag):
        code = "voucher_tag_not_admitted"
        raise Refusal(code, faults=(Fault("/tag", code),))
    if not await work.vouchers.is_actor(one.citizen_id):
        raise Refusal("voucher_of_another_person")
    place = await work.places.of_region(offer.region_path)
    assert place is not None
    issued = Voucher(
        id=work.new_id(),
        place_id=place.id,
        region_path=place.region_path,
        project_id=offer.id,
        person_id=work.actor.person_id,
        code=voucher_code.new_code(work.new_id(), work.new_id()),
        name=one.name,
        identity_masked="",
        phone_masked=None,
        tag=one.tag,
        state="issued",
        frozen_from=None,
        issued_at=work.now,
        collected_at=None,
        valid_until=offer.last_day_of(work.today),
        provider_id=None,
        class_id=None,
        completed_on=None,
        redeemed_at=None,
        amount_fen=None,
        set_ids=(),
        version=1,
    )
    await work.vouchers.add(replace(issued.moved("collect"), collected_at=work.now), one)
    voucher = await work.vouchers.get(issued.id)
    await work.jobs.add(CHECK_REAL_NAME, voucher.id, voucher.place_id, purpose="collected")
    await _record(work, voucher, "collect", facts={"project": str(offer.id)})
    return voucher


async def collect_voucher(work: Work, *, voucher_id: UUID, version: int) -> Voucher:
    """Collect (领取) a voucher that was issued to oneself; refuses what `check_usable` does."""
    before = await work.vouchers.lock(voucher_id, version=version)
    _check_own(work, before, "collect")
    after = replace(before.moved("collect"), collected_at=work.now)
    return await _moved(work, before, after, "collect", "")


async def give_voucher_back(work: Work, *, voucher_id: UUID, version: int, reason: str) -> Voucher:
    """Give a voucher back (退券) that is collected and reserved nowhere: it is used up, and its quota free again."""
    before = await work.vouchers.lock(voucher_id, version=version)
    _check_own(work, before, "give_back")
    return await _moved(work, before, before.moved("give_back"), "give_back", reason)


async def confirm_group(work: Work, *, voucher_id: UUID, version: int, reason: str) -> Voucher:
    """Confirm the group that the worker of a collected voucher stated; the reason says what was shown for it.

    Refuses `reason_missing`, and what `Voucher.group_confirmed` does.
    """
    check_reason(reason)
    before = await work.vouchers.lock(voucher_id, version=version)
    after = before.group_confirmed(at=work.now)
    await work.vouchers.confirm_group(before, after, reason=reason)
    await _record(work, after, "confirm_group")
    return after


async def void_voucher(work: Work, *, voucher_id: UUID, version: int, reason: str) -> Voucher:
    """Void a voucher (作废) with a reason; what it held goes back. Refuses `reason_missing`, `voucher_not_usable`."""
    return await _decided(work, voucher_id, version, "void", reason)


async def freeze_voucher(work: Work, *, voucher_id: UUID, version: int, reason: str) -> Voucher:
    """Stop a voucher for an investigation; refuses `reason_missing`, `voucher_not_usable`."""
    return await _decided(work, voucher_id, version, "freeze", reason)


async def release_voucher(work: Work, *, voucher_id: UUID, version: int, reason: str) -> Voucher:
    """Let a frozen voucher stand again where it stood, as another person than who froze it.

    A job lets it follow what its class did meanwhile. Refuses `reason_missing`, `voucher_not_usable`,
    `voucher_released_by_another`, and what `check_released` does.
    """
    voucher = await work.vouchers.lock(voucher_id, version=version)
    event = f"release_{voucher.frozen_from}" if voucher.frozen_from else "release"
    voucher.moved(event)
    acts = await work.vouchers.acts(voucher)
    froze = next(act.person_id for act in reversed(acts) if act.to_state == "frozen")
    if froze == work.actor.person_id:
        raise Refusal("voucher_released_by_another")
    check_released(voucher)
    released = await _decided(work, voucher_id, version, event, reason)
    if released.class_id is not None:
        await work.jobs.add(CATCH_UP, released.id, released.place_id)
    return released


async def get_voucher(work: Work, *, voucher_id: UUID) -> Voucher:
    """Return a voucher; refuses `not_found`."""
    return await work.vouchers.get(voucher_id)


async def get_voucher_code(work: Work, *, voucher_id: UUID) -> str:
    """Return a voucher's code to its worker or the bureau; refuses `not_found`, also to its provider."""
    code = (await work.vouchers.get(voucher_id)).code
    if code is None:
        raise Refusal("not_found")
    return code


async def list_vouchers(
    work: Work, asked: VoucherFilter, *, after: UUID | None, limit: int
) -> Sequence[Voucher]:
    """Return a page of the vouchers one may see: a worker his own, in order of issue."""
    return await work.vouchers.page(asked, after=after, limit=limit)


async def voucher_history(work: Work, *, voucher_id: UUID) -> VoucherHistory:
    """Return what happened to a voucher; refuses `not_found`."""
    voucher = await work.vouchers.get(voucher_id)
    return VoucherHistory(
        voucher=voucher,
        acts=await work.vouchers.acts(voucher),
        sets=await work.vouchers.sets_of(voucher),
    )


async def explain_voucher(work: Work, *, voucher_id: UUID) -> Explained:
    """Say whether a voucher can be used next, and if not, everything that stands in the way."""
    voucher = await work.vouchers.get(voucher_id)
    offer = await work.voucher_projects.offer(voucher.project_id)
    event = next_use(voucher)
    found = [*obstacles(voucher, event or "", today=work.today)]
    if event == "reserve" and is_group_unconfirmed(offer, voucher):
        found.append(Refusal("voucher_group_unconfirmed"))
    if event == "reserve" or voucher.frozen_from in RELIED_ON:
        found += [Refusal(one.code) for one in check_real_name(voucher)]
    return Explained(voucher=voucher, offer=offer, event=event, obstacles=tuple(found))


async def check_voucher(work: Work, *, code: str, citizen_id: str | None) -> Voucher:
    """Return the voucher with this code if it can be used next, and by this person if one is named.

    Refuses `voucher_code_faulty` with what is wrong and where, `not_found`, `voucher_of_another_person`,
    `voucher_frozen`, `voucher_expired`, `voucher_not_usable`. The voucher stays as usable as it was.
    """
    voucher = await work.vouchers.find(checked_code(code))
    if voucher is None:
        raise Refusal("not_found")
    if citizen_id is not None and not await work.vouchers.is_holder(
        voucher, normalised(citizen_id)
    ):
        raise Refusal("voucher_of_another_person")
    check_usable(voucher, next_use(voucher) or "", today=work.today)
    return voucher


def checked_code(raw: str) -> str:
    """Return a code as it is stored, or refuse `voucher_code_faulty`, located in `/code`."""
    read = voucher_code.explain(raw)
    if read.flaw is not None:
        at = read.flaw.position
        values: dict[str, Value] = {} if at is None else {"position": at}
        raise Refusal("voucher_code_faulty", faults=(Fault("/code", read.flaw.code, values),))
    return read.normalised


async def list_voucher_sets(
    work: Work, *, event: SetEvent | None, after: UUID | None, limit: int
) -> Sequence[VoucherSet]:
    """Return a page of sets in which vouchers moved, in order."""
    return await work.vouchers.sets(event=event, after=after, limit=limit)


async def get_voucher_set(work: Work, *, set_id: UUID) -> VoucherSet:
    """Return a set; refuses `not_found`."""
    return await work.vouchers.set(set_id)


def _check_own(work: Work, voucher: Voucher, event: str) -> None:
    check_usable(voucher, event, today=work.today, person_id=work.actor.person_id)


async def _decided(work: Work, voucher_id: UUID, version: int, event: str, reason: str) -> Voucher:
    check_reason(reason)
    before = await work.vouchers.lock(voucher_id, version=version)
    after = await _moved(work, before, before.moved(event), event, reason)
    if after.state == "voided":
        await let_go(work, [before])
    return after


async def _moved(work: Work, before: Voucher, after: Voucher, event: str, reason: str) -> Voucher:
    await work.vouchers.move(before, after, event=event, reason=reason)
    await _record(work, after, event)
    return after


async def _record(
    work: Work, voucher: Voucher, event: str, *, facts: Mapping[str, Fact] = _NOTHING
) -> None:
    await work.audit.record(
        Act(
            action=f"voucher.{event}",
            object_kind="voucher",
            object_id=str(voucher.id),
            ground=Ground(
                place_id=voucher.place_id,
                org_id=voucher.person_id,
                partner_org_id=voucher.provider_id,
                region_path=voucher.region_path,
            ),
            facts={"state": voucher.state, "version": voucher.version, **facts},
        )
    )
