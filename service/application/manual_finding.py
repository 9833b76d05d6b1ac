"""Manual confirmation use cases (人工核验): two different people, each records what was seen.

Neither may approve the settlement. Locks: the settlement, then the manual finding.
"""

from collections.abc import Sequence
from uuid import UUID

from domain.audit import Act, Ground
from domain.cases import Case, CaseKind, Duty
from domain.certificate import DeclaredCertificate, FindingResult
from domain.errors import Fault, Refusal
from domain.manual_finding import (
    MISTAKABLE,
    Established,
    ManualFinding,
    Seen,
    check_read_alike,
)
from domain.ports.work import Work
from domain.settlement import Settlement
from service.application.cases import keep_apart, open_case, sign
from service.application.hold import check_reason
from service.application.reconciliation import judge, terms_of

_VERIFYING = "verifying"


async def propose_manual_finding(
    work: Work, *, settlement_id: UUID, declaration_id: UUID, result: Established, seen: Seen
) -> ManualFinding:
    """Propose, as the first person, what a declared certificate is found to be.

    Where it was declared by a copy, `seen` brings the number read from it, if it has one. Refuses
    `wrong_state` unless the settlement is being verified, `not_found`, `sighting_faulty`,
    `linked_duty_conflict` (the settlement's approver confirms nothing in it).
    """
    settlement = await _being_verified(work, settlement_id, event="propose")
    certificate = await _declared_in(work, settlement, declaration_id)
    number = seen.number(declared=certificate.number)
    sighting = seen.by(work.actor.person_id, Duty.CONFIRM_FIRST, now=work.now)
    case = await open_case(
        work,
        CaseKind.MANUAL_FINDING,
        await work.places.get(settlement.place_id),
        event="propose",
        org_id=settlement.org_id,
        partner_org_id=settlement.partner_org_id,
        facts={"declaration": str(declaration_id), "result": result.value},
    )
    finding = ManualFinding(
        case=case,
        settlement_id=settlement_id,
        declaration_id=declaration_id,
        result=FindingResult(result.value),
        sightings=(sighting,),
        number=number,
    )
    await work.manual_findings.add(finding)
    return finding


async def confirm_manual_finding(
    work: Work, *, manual_finding_id: UUID, version: int, seen: Seen
) -> ManualFinding:
    """Confirm it as the second person: it becomes the declaration's finding, and all are judged again.

    Refuses `wrong_state`, `duty_conflict` for the first person, `sighting_faulty`, also where the two did
    not read the same number from the copy.
    """
    settlement, case = await _locked(work, manual_finding_id, version=version, event="countersign")
    sighting = seen.by(work.actor.person_id, Duty.CONFIRM_SECOND, now=work.now)
    proposed = await work.manual_findings.get(case)
    certificate = await _declared_in(work, settlement, proposed.declaration_id)
    check_read_alike(proposed.number, seen.number(declared=certificate.number))
    signed = await sign(work, case, "countersign", facts={"source": sighting.source_system})
    await work.manual_findings.add_sighting(signed, sighting)
    finding = await work.manual_findings.get(signed)
    await work.manual_findings.establish(finding)
    await _judge_again(work, settlement)
    return finding


async def decline_manual_finding(
    work: Work, *, manual_finding_id: UUID, version: int, reason: str
) -> ManualFinding:
    """Reject it as the second person: nothing is found. Refuses `reason_missing`, `duty_conflict`."""
    check_reason(reason)
    _, case = await _locked(work, manual_finding_id, version=version, event="decline")
    return await work.manual_findings.get(await sign(work, case, "decline", reason=reason))


async def decide_honest_mistake(
    work: Work, *, settlement_id: UUID, version: int, enrolment_id: UUID, reason: str
) -> Settlement:
    """Decide, as the settlement's reviewer, that a wrong declaration was an honest mistake (CASES 6).

    The person is then paid as uncertified where the policy pays that. Refuses `reason_missing`,
    `duty_conflict` for anyone but the settlement's reviewer, `nothing_to_excuse`, `not_found`.
    """
    check_reason(reason)
    case = await work.cases.lock(CaseKind.SETTLEMENT, settlement_id, version=version)
    if case.state != _VERIFYING:
        raise Refusal("wrong_state", state=case.state, event="excuse")
    if await work.cases.held([case.id], {Duty.REVIEW}) is None:
        raise Refusal("duty_conflict", duty=Duty.REVIEW.value)
    line = await work.manual_findings.line_finding(case, enrolment_id)
    if line is None:
        raise Refusal("not_found", faults=(Fault("/enrolment_id", "not_found"),))
    line_id, finding = line
    if finding not in MISTAKABLE:
        raise Refusal("nothing_to_excuse")
    if not await work.manual_findings.add_honest_mistake(case, line_id, reason):
        raise Refusal("nothing_to_excuse")
    await work.audit.record(
        Act(
            action="settlement.honest_mistake",
            object_kind=CaseKind.SETTLEMENT,
            object_id=str(case.id),
            ground=Ground.of(case),
            facts={"line": str(line_id), "finding": finding.value},
        )
    )
    return await work.settlements.get(await work.cases.touch(case))


async def get_manual_finding(work: Work, *, manual_finding_id: UUID) -> ManualFinding:
    """Return a manual finding; refuses `not_found`."""
    case = await work.cases.get(CaseKind.MANUAL_FINDING, manual_finding_id)
    return await work.manual_findings.get(case)


async def list_manual_findings(
    work: Work, *, state: str | None, after: UUID | None, limit: int
) -> Sequence[ManualFinding]:
    """Return a page of manual findings, in order of creation."""
    cases = await work.cases.page(CaseKind.MANUAL_FINDING, state=state, after=after, limit=limit)
    return await work.manual_findings.page(cases)


async def _locked(
    work: Work, manual_finding_id: UUID, *, version: int, event: str
) -> tuple[Case, Case]:
    seen = await get_manual_finding(work, manual_finding_id=manual_finding_id)
    await work.cases.lock(CaseKind.SETTLEMENT, seen.settlement_id)
    case = await work.cases.lock(CaseKind.MANUAL_FINDING, manual_finding_id, version=version)
    return await _being_verified(work, seen.settlement_id, event=event), case


async def _declared_in(work: Work, settlement: Case, declaration_id: UUID) -> DeclaredCertificate:
    certificate = await work.manual_findings.declared_in(settlement, declaration_id)
    if certificate is None:
        raise Refusal("not_found")
    return certificate


async def _being_verified(work: Work, settlement_id: UUID, *, event: str) -> Case:
    case = await work.cases.lock(CaseKind.SETTLEMENT, settlement_id)
    if case.state != _VERIFYING:
        raise Refusal("wrong_state", state=case.state, event=event)
    await keep_apart(work, [case.id], forbidden={Duty.APPROVE})
    return case


async def _judge_again(work: Work, settlement: Case) -> None:
    terms = await terms_of(work, await work.settlements.get(settlement), confirmed=False)
    await judge(work, settlement, terms)
    await work.cases.touch(settlement)
