"""Real-name checks (实名认证): ask about whoever a voucher was issued to, keep the answer, let it count (REG-13).

Who is answered against reserves nothing; an answer that comes later freezes the voucher, until another answer
is for its person. The service is asked outside any transaction. A question keeps its name until its answer is
recorded, so that a job that was interrupted asks the same question again and not another.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain.audit import Act, Ground
from domain.errors import Fault, Refusal
from domain.machines.voucher import RELIED_ON
from domain.ports.real_names import RealNames
from domain.ports.work import Work
from domain.real_name import (
    RealNameAnswer,
    RealNameCheck,
    RealNameQuestion,
    RealNameReply,
    real_name_faults,
)
from domain.voucher import Voucher
from service.application.voucher_moves import move_one

CHECK_REAL_NAMES: Final = "check_real_names"
"""The job that asks about everybody of an issued list; its ref is the issue."""

CHECK_REAL_NAME: Final = "check_real_name"
"""The job that asks about the person of one voucher; its ref is the voucher."""

_UNCONFIRMED: Final = "实名认证未获确认 · not confirmed by the real-name service"
"""Why the system freezes a voucher. What was answered is for its worker and the bureau, and not said here."""

Answered = Sequence[tuple[RealNameQuestion, RealNameReply]]


def check_real_name(voucher: Voucher) -> tuple[Fault, ...]:
    """Locate what the real-name service said against a voucher's person: it keeps him from reserving.

    Who has not been answered about yet is kept from nothing.
    """
    return real_name_faults(voucher.real_name)


def check_released(voucher: Voucher) -> None:
    """Refuse `real_name_mismatch`, `real_name_unknown` while the standing answer is against a frozen voucher's person.

    An approved one is let go all the same: its settlement is paid as a whole, and what was paid is clawed back.
    """
    if voucher.frozen_from in RELIED_ON - {"approved"}:
        for fault in check_real_name(voucher):
            raise Refusal(fault.code)


async def ask_real_name(work: Work, *, voucher_id: UUID) -> Voucher:
    """Have the service asked about a voucher's person, first or again; a job asks.

    Again is for who has put his card right since: the new answer stands beside the old and counts.
    """
    voucher = await work.vouchers.get(voucher_id)
    await work.jobs.add(CHECK_REAL_NAME, voucher.id, voucher.place_id)
    await work.audit.record(
        Act(
            action="voucher.real_name_asked",
            object_kind="voucher",
            object_id=str(voucher.id),
            ground=_ground(voucher),
        )
    )
    return voucher


async def real_name_checks(
    work: Work, *, voucher_id: UUID, after: int, limit: int
) -> Sequence[RealNameCheck]:
    """Return what was answered about a voucher's person after a number, in order; refuses `not_found`."""
    voucher = await work.vouchers.get(voucher_id)
    return await work.real_name_checks.of(voucher, after=after, limit=limit)


async def questions_of_issue(
    work: Work, *, issue_id: UUID, after: UUID, limit: int
) -> Sequence[RealNameQuestion]:
    """Return the next questions about an issued list's project, who has an answer left out.

    Audited, with how many: citizen ids are opened for the service.
    """
    issue = await work.voucher_projects.issue(issue_id)
    questions = await work.real_name_checks.to_ask(
        issue.place_id, issue.project_id, after=after, limit=limit
    )
    if questions:
        ground = Ground(
            place_id=issue.place_id,
            org_id=issue.org_id,
            partner_org_id=None,
            region_path=issue.region_path,
        )
        await work.audit.record(_opened("voucher_issue", issue.id, ground, len(questions)))
    return questions


async def question_about(work: Work, *, voucher_id: UUID) -> RealNameQuestion:
    """Return the next question about one voucher's person, audited."""
    voucher = await work.vouchers.get(voucher_id)
    question = await work.real_name_checks.question(voucher)
    await work.audit.record(_opened("voucher", voucher.id, _ground(voucher), 1))
    return question


async def replies_to(service: RealNames, questions: Sequence[RealNameQuestion]) -> Answered:
    """Ask the service, one person after another. Called outside any transaction."""
    return [(one, await service.ask(one.name, one.citizen_id, one.request_id)) for one in questions]


async def add_replies(work: Work, answered: Answered, *, service: str) -> bool:
    """Record what was answered, as the system; return whether everybody was answered about.

    An answer against somebody freezes a voucher that others rely on already (`RELIED_ON`).
    """
    await work.real_name_checks.add(answered, service=service)
    against = [asked.voucher_id for asked, reply in answered if real_name_faults(reply.answer)]
    for voucher in await work.vouchers.lock_many(against):
        if voucher.state in RELIED_ON and check_real_name(voucher):
            frozen = voucher.moved("freeze")
            await move_one(work, voucher, frozen, event="freeze", reason=_UNCONFIRMED)
    return all(reply.answer is not RealNameAnswer.UNAVAILABLE for _, reply in answered)


def _opened(kind: str, object_id: UUID, ground: Ground, people: int) -> Act:
    return Act(
        action="real_names.opened",
        object_kind=kind,
        object_id=str(object_id),
        ground=ground,
        facts={"people": people},
    )


def _ground(voucher: Voucher) -> Ground:
    return Ground(
        place_id=voucher.place_id,
        org_id=voucher.person_id,
        partner_org_id=None,
        region_path=voucher.region_path,
    )
