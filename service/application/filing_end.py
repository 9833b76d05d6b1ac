"""The filing's ends beside closing: withdrawn, refused, lapsed, terminated; and sent back to its reviewer.

Whoever has not trained is freed with the filing and may be enrolled elsewhere. Each use case works in
the caller's transaction and does not commit.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from domain.cases import Case, CaseKind
from domain.errors import Fault, Refusal
from domain.filing import Filing, TerminationGround
from domain.ledger import Event, decision_of
from domain.machines.prepayment import MACHINE
from domain.ports.work import Work
from service.application.cases import sign
from service.application.commitment import release_commitments
from service.application.prepayment import MONEY_LEAVING
from service.application.termination import end_before_training

MONEY_OUT: Final = MONEY_LEAVING | {"paid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Why, by which document, and by which of its clauses; each is mandatory for a decision against."""

    reason: str
    rule: str
    clause: str

    def __post_init__(self) -> None:
        if not (self.reason.strip() and self.rule.strip() and self.clause.strip()):
            msg = "a decision against names its reason, rule and clause"
            raise ValueError(msg)

    @property
    def cited(self) -> str:
        """The rule with its clause, as the signed step shows it."""
        return f"{self.rule} {self.clause}"


async def withdraw_filing(work: Work, *, filing_id: UUID, version: int) -> Filing:
    """Withdraw a filing that nobody has decided (撤回); its people are free at once."""
    case = await work.cases.lock(CaseKind.FILING, filing_id, version=version)
    return await _ended(work, await sign(work, case, "withdraw"))


async def refuse_filing(work: Work, *, filing_id: UUID, version: int, grounds: Grounds) -> Filing:
    """Refuse a reviewed filing (不予列入), naming reason, rule and clause."""
    case = await work.cases.lock(CaseKind.FILING, filing_id, version=version)
    signed = await sign(work, case, "refuse", reason=grounds.reason, clause=grounds.cited)
    return await _ended(work, signed)


async def send_back_filing(work: Work, *, filing_id: UUID, version: int, reason: str) -> Filing:
    """Send a reviewed filing back to its reviewer; refuses `reason_missing`."""
    case = await work.cases.lock(CaseKind.FILING, filing_id, version=version)
    if not reason.strip():
        raise Refusal("reason_missing", faults=(Fault("/reason", "reason_missing"),))
    return await work.filings.get(await sign(work, case, "send_back", reason=reason))


async def terminate_filing(
    work: Work,
    *,
    filing_id: UUID,
    version: int,
    grounds: Grounds,
    ground: TerminationGround,
    last_day: date | None = None,
) -> Filing:
    """Terminate a listed filing or one in training (终止): ex officio on evidence, or on request.

    Before training began nothing can be earned: what is committed goes back at once, what was prepaid
    is owed back, and the filing closes. Afterwards training ends for everyone on `last_day` (today
    unless told), the end of the class, and the commitment waits for the settlement that closes the
    filing. Refuses `prepayment_in_flight` while money may still leave, `payment_outcome_unknown`,
    `day_outside_training`.
    """
    case = await work.cases.lock(CaseKind.FILING, filing_id, version=version)
    signed = await sign(
        work,
        case,
        "terminate",
        reason=grounds.reason,
        clause=grounds.cited,
        facts={"ground": ground.value},
    )
    opened_on = (await work.filings.get(case)).opened_on
    day = work.today if last_day is None else last_day
    if opened_on is None:
        if last_day is not None:
            _refuse_day()
        await end_before_training(work, signed)
    prepayments = await work.prepayments.of_filing(case)
    if any(one.case.state in MONEY_LEAVING for one in prepayments):
        raise Refusal("prepayment_in_flight")
    await work.corrections.add_remark(signed, ground.value)
    if opened_on is not None:
        if not opened_on <= day <= work.today:
            _refuse_day()
        await work.corrections.end_training(case, last_day=day)
        await work.filings.mark_completed(case, completed_on=day, outcomes={})
    return await _ended(work, signed)


async def expire_filing(work: Work, case: Case) -> Case:
    """Let a returned filing that was not corrected in time end as withdrawn; as the system."""
    return (await _ended(work, await sign(work, case, "expire"))).case


async def lapse_filing(work: Work, case: Case) -> Case:
    """Let a listed filing whose training did not begin in time lapse; as the system.

    The commitment is released by the listing decision's two signatures: it was made for a class that
    begins in time. Prepayments that nobody has approved lapse with it.
    """
    signed = await sign(work, case, "lapse")
    undecided = [
        one.case.id
        for one in await work.prepayments.of_filing(case)
        if "lapse" in MACHINE[one.case.state]
    ]
    for prepayment in await work.cases.lock_many(CaseKind.PREPAYMENT, sorted(undecided)):
        await sign(work, prepayment, "lapse", facts={"filing": str(case.id)})
    decision = decision_of(case.id, await work.cases.steps(signed))
    await release_commitments(work, case, Event.FILING_LAPSED, decision=decision)
    return (await _ended(work, signed)).case


def _refuse_day() -> None:
    raise Refusal("day_outside_training", faults=(Fault("/last_day", "day_outside_training"),))


async def _ended(work: Work, case: Case) -> Filing:
    await work.corrections.free_people([case])
    filing = await work.filings.get(case)
    if filing.joint_class_id is not None:
        await work.joint_classes.take_seats(filing.joint_class_id, case.id, 0)
    return filing
