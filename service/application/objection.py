"""Objection use cases (异议): anybody's, within the period; it freezes exactly what it names.

Locks are taken in one order everywhere: the settlement or filing, then the notice or the objection.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from domain.audit import Act, Ground
from domain.calendar import DayUnit
from domain.cases import Case, CaseKind, Duty
from domain.errors import Fault, Refusal
from domain.machines import SIGNED
from domain.notice import KIND_OF, Notice, Objecting, Objection
from domain.policy.overlay import Limit
from domain.ports.work import Work
from service.application.cases import keep_apart, open_case, sign
from service.application.hold import check_reason

MOST_OPEN: Final = 20
"""Objections to one item that wait for their decision at once. Ours, no source: nobody signs in to
object, so what one item can be made to hold is bounded by what officers have not decided yet.
"""


async def receive_objection(
    work: Work, *, notice_id: UUID, command: Objecting, digest: bytes
) -> Objection:
    """Receive an objection to a running notice, as the system: whoever objects need not sign in.

    The same client key with the same text is the same objection. Refuses `objection_faulty` when it
    names nothing that the notice holds, `notice_taken_down` outside its period, `key_reused`,
    `too_many_objections` while as many as an item takes wait for their decision.
    """
    notice = await work.notices.get(await work.cases.get(CaseKind.NOTICE, notice_id))
    item_id, line_id = await _named(work, notice, command)
    await work.cases.lock(KIND_OF[notice.of], item_id)
    notice = await work.notices.get(await work.cases.lock(CaseKind.NOTICE, notice_id))
    kept = await work.objections.of_key(notice_id, command.client_key)
    if kept is not None:
        if kept[1] != digest:
            raise Refusal("key_reused")
        return kept[0]
    if notice.case.state != "published" or notice.ends_on is None or work.today > notice.ends_on:
        raise Refusal("notice_taken_down")
    place_id = notice.case.place_id
    waiting = (await work.objections.open_over(place_id, [item_id])).get(item_id, 0)
    if waiting >= MOST_OPEN:
        raise Refusal("too_many_objections", count=waiting)
    place = await work.places.get(place_id)
    case = await open_case(
        work,
        CaseKind.OBJECTION,
        place,
        event="receive",
        org_id=place.bureau_org_id,
        facts={"notice": str(notice_id), notice.of.value: str(item_id)},
    )
    objection = Objection(
        case=case,
        notice_id=notice_id,
        of=notice.of,
        item_id=item_id,
        line_id=line_id,
        statement=command.statement,
        received_on=work.today,
        answer_by=await _answer_by(work, case),
        answer=None,
    )
    await work.objections.add(
        objection, client_key=command.client_key, digest=digest, contact=command.contact
    )
    return objection


async def examine_objection(
    work: Work, *, objection_id: UUID, version: int, reason: str
) -> Objection:
    """Sign the examination of an objection (核查)."""
    case = await work.cases.lock(CaseKind.OBJECTION, objection_id, version=version)
    return await work.objections.get(await sign(work, case, "examine", reason=reason))


async def decide_objection(
    work: Work, *, objection_id: UUID, version: int, event: str, reason: str, clause: str = ""
) -> Objection:
    """Uphold or dismiss an objection. Upheld, the settlement or filing goes back to its reviewer.

    Refuses `reason_missing`, `linked_duty_conflict` (who reviewed or verified it decides no objection
    to it).
    """
    check_reason(reason)
    seen = await work.objections.get(await work.cases.get(CaseKind.OBJECTION, objection_id))
    item = await work.cases.lock(KIND_OF[seen.of], seen.item_id)
    case = await work.cases.lock(CaseKind.OBJECTION, objection_id, version=version)
    signed = await sign(work, case, event, reason=reason, clause=clause)
    await keep_apart(work, [item.id], forbidden={Duty.REVIEW})
    if event == "uphold":
        await _send_back(work, item, reason=reason)
    return await work.objections.get(signed)


async def answer_objection(
    work: Work, *, objection_id: UUID, version: int, answer: str
) -> Objection:
    """Answer whoever objected, once it is decided."""
    case = await work.cases.lock(CaseKind.OBJECTION, objection_id, version=version)
    signed = await sign(work, case, "answer")
    await work.objections.set_answer(signed, answer)
    return await work.objections.get(signed)


async def get_objection(work: Work, *, objection_id: UUID) -> Objection:
    """Return an objection, without its contact; refuses `not_found`."""
    return await work.objections.get(await work.cases.get(CaseKind.OBJECTION, objection_id))


async def list_objections(
    work: Work, *, state: str | None, after: UUID | None, limit: int
) -> Sequence[Objection]:
    """Return a page of objections, in order of creation."""
    cases = await work.cases.page(CaseKind.OBJECTION, state=state, after=after, limit=limit)
    return await work.objections.page(cases)


async def reveal_contact(work: Work, *, objection_id: UUID) -> str | None:
    """Return how to reach who objected, and record who looked. The caller commits."""
    case = await work.cases.get(CaseKind.OBJECTION, objection_id)
    await work.audit.record(
        Act(
            action="objection.contact_revealed",
            object_kind=CaseKind.OBJECTION,
            object_id=str(case.id),
            ground=Ground.of(case),
        )
    )
    return await work.objections.contact(case)


async def _answer_by(work: Work, case: Case) -> date | None:
    """Return the day by which the additions want an objection of today answered, if they say."""
    limits = (await work.policies.overlay(case.region_path, work.today)).limits
    if Limit.OBJECTION_ANSWER not in limits:
        return None
    calendar = await work.calendars.of_region(case.region_path)
    return calendar.deadline(work.today, limits[Limit.OBJECTION_ANSWER], DayUnit.WORKING).day


async def _named(work: Work, notice: Notice, command: Objecting) -> tuple[UUID, UUID | None]:
    if not 1 <= command.item_no <= len(notice.items):
        raise Refusal("objection_faulty", faults=(Fault("/item_no", "item_unknown"),))
    item_id = notice.items[command.item_no - 1]
    if command.line_no is None:
        return item_id, None
    line_id = await work.notices.line_of(notice.case.id, command.item_no, command.line_no)
    if line_id is None:
        raise Refusal("objection_faulty", faults=(Fault("/line_no", "line_unknown"),))
    return item_id, line_id


async def _send_back(work: Work, item: Case, *, reason: str) -> None:
    """Send it back where its state knows the way; an approved settlement keeps the line unpaid."""
    if "send_back" in SIGNED[item.kind][item.state]:
        await sign(work, item, "send_back", reason=reason)
