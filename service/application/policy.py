"""Policy use cases: a version drafted, simulated, and signed by two departments (PAY-02, ACT-04).

Locks are taken in one order everywhere: filings before the policy version that moves them.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from domain.cases import Case, CaseKind, Step
from domain.errors import Fault, Refusal
from domain.filing import Filing
from domain.machines import SIGNED
from domain.places import Place, region_path_of
from domain.policy.groups import standard_for_settlement
from domain.policy.lookup import Floor, plan_faults
from domain.policy.overlay import Overlay
from domain.policy.overlay_reading import parse_pack
from domain.policy.standard import Standard
from domain.policy_version import (
    Department,
    PolicyProposal,
    Simulation,
    floor_faults,
    simulated,
)
from domain.ports.clock import day_in_china
from domain.ports.policy_versions import OverlayVersion, PolicyVersion
from domain.ports.work import Work
from domain.settlement import Settlement
from service.application.budget import own_place
from service.application.cases import open_case, sign

MOVABLE: Final = frozenset(
    {"submitted", "accepted", "reviewed", "listed", "in_training", "completed"}
)
"""States of a filing that a retroactive document may move: submitted, and not yet closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPolicy:
    """A standard or overlay as written, and the filings it moves if it is retroactive."""

    document: Mapping[str, Any]
    moves: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """A proposal and what its activation would change."""

    proposal: PolicyProposal
    report: Simulation


async def draft_policy(
    work: Work, command: DraftPolicy, *, floors: Sequence[Floor]
) -> PolicyProposal:
    """Draft a version for the actor's own region.

    Refuses `policy_invalid` (what is missing or unknown, located under /policy) and `policy_refused`
    (`policy_of_another_region`, `policy_id_taken`, `policy_period_used`,
    `below_floor_without_reason`, `overlay_moves_nothing`, and what stands against a move).
    """
    place = await own_place(work)
    pack = parse_pack(command.document, at="/policy")
    filings = await work.cases.lock_many(CaseKind.FILING, command.moves) if command.moves else ()
    text = json.dumps(command.document, ensure_ascii=False, sort_keys=True)
    case = await open_case(
        work,
        CaseKind.POLICY_VERSION,
        place,
        event="draft",
        org_id=place.bureau_org_id,
        facts={"policy": pack.id, "moves": len(command.moves)},
    )
    proposal = PolicyProposal(
        case=case,
        document=command.document,
        pack=pack,
        digest=hashlib.sha256(text.encode()).digest(),
        moves=command.moves,
    )
    await _check(work, proposal, place, filings, floors)
    await work.policy_proposals.add(proposal)
    return proposal


async def simulate_policy(work: Work, *, proposal_id: UUID, version: int) -> Simulated:
    """Compare what open cases would cost under the version, and keep the report with it.

    Refuses `wrong_state` once the version is active, refused or withdrawn.
    """
    case = await work.cases.lock(CaseKind.POLICY_VERSION, proposal_id, version=version)
    if not SIGNED[case.kind][case.state]:
        raise Refusal("wrong_state", state=case.state, event="simulate")
    proposal = await work.policy_proposals.get(case)
    report = await _kept_simulation(work, proposal)
    touched = await work.cases.touch(case)
    return Simulated(proposal=_at(proposal, touched), report=report)


async def sign_policy(
    work: Work,
    *,
    proposal_id: UUID,
    version: int,
    department: Department,
    document_number: str | None,
    reason: str,
    floors: Sequence[Floor],
) -> PolicyProposal:
    """Sign for one's department; with the second signature the version is active.

    Each confirms the joint document's number. Activation simulates first, keeps the report, and moves
    the filings the document names. Refuses `wrong_department`, `document_number_differs`, and as
    `draft_policy` whatever has come to stand against the version since.
    """
    seen = await work.policy_proposals.get(
        await work.cases.get(CaseKind.POLICY_VERSION, proposal_id)
    )
    filings = await work.cases.lock_many(CaseKind.FILING, seen.moves) if seen.moves else ()
    case = await work.cases.lock(CaseKind.POLICY_VERSION, proposal_id, version=version)
    place = await work.places.get(case.place_id)
    _check_department(work, place, department)
    signed = await sign(
        work, case, f"sign_{department}", reason=reason, clause=document_number or ""
    )
    proposal = _at(seen, signed)
    if document_number != proposal.pack.document:
        at = (Fault("/document_number", "document_number_differs"),)
        raise Refusal("document_number_differs", faults=at)
    if signed.state == "active":
        await _activate(work, proposal, place, filings, floors)
    return proposal


async def refuse_policy(
    work: Work, *, proposal_id: UUID, version: int, department: Department, reason: str
) -> PolicyProposal:
    """Refuse a version for one's department; refuses `wrong_department`, `reason_missing`."""
    case = await work.cases.lock(CaseKind.POLICY_VERSION, proposal_id, version=version)
    _check_department(work, await work.places.get(case.place_id), department)
    signed = await sign(work, case, f"refuse_{department}", reason=reason)
    if not reason:
        raise Refusal("reason_missing", faults=(Fault("/reason", "reason_missing"),))
    return await work.policy_proposals.get(signed)


async def withdraw_policy(work: Work, *, proposal_id: UUID, version: int) -> PolicyProposal:
    """Withdraw a version that is not active yet."""
    case = await work.cases.lock(CaseKind.POLICY_VERSION, proposal_id, version=version)
    return await work.policy_proposals.get(await sign(work, case, "withdraw"))


async def list_proposals(
    work: Work, *, state: str | None, after: UUID | None, limit: int
) -> Sequence[PolicyProposal]:
    """Return the proposals of the actor's region in order of creation, after the given one."""
    cases = await work.cases.page(CaseKind.POLICY_VERSION, state=state, after=after, limit=limit)
    return await work.policy_proposals.page(cases)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyOnFile:
    """One version on file as people read it: its text, who signed, and what was simulated."""

    version: PolicyVersion | OverlayVersion
    document: Mapping[str, Any]
    steps: Sequence[Step]
    simulation: Simulation | None


async def policies_on_file(work: Work) -> Sequence[PolicyVersion | OverlayVersion]:
    """Return every version of every standard and overlay."""
    return [*await work.policies.all(), *await work.policies.overlays()]


async def policy_on_file(work: Work, version_id: UUID) -> PolicyOnFile:
    """Return one version; signatures and report are shown to authorities of its region only.

    Refuses `not_found`.
    """
    found = next((one for one in await policies_on_file(work) if one.id == version_id), None)
    if found is None:
        raise Refusal("not_found")
    steps: Sequence[Step] = ()
    simulation = None
    path = work.actor.region_path
    if found.source == "case" and path is not None and found.region_path.startswith(path):
        case = await work.cases.get(CaseKind.POLICY_VERSION, version_id)
        steps = await work.cases.steps(case)
        latest = await work.policy_proposals.latest_simulation(case)
        simulation = None if latest is None else latest[0]
    return PolicyOnFile(
        version=found,
        document=await work.policies.document(version_id),
        steps=steps,
        simulation=simulation,
    )


async def settles_under(work: Work, filing: Filing, settlement: Settlement) -> Standard:
    """Return the standard a settlement is judged and paid by (CASES 2, deciding dates).

    Amounts are those of the filing's version, or of the one a retroactive document moved it to;
    certificates, stacking and payment rules those in force on the settlement's day of submission,
    where a standard was in force then.
    """
    filed_id = await work.policy_proposals.moved_to(filing.case) or filing.policy_version_id
    filed = (await work.policies.get(filed_id)).standard
    later = await work.policies.of_settlement(settlement.case)
    return filed if later is None else standard_for_settlement(filed, later.standard)


async def _activate(
    work: Work,
    proposal: PolicyProposal,
    place: Place,
    filings: Sequence[Case],
    floors: Sequence[Floor],
) -> None:
    await _check(work, proposal, place, filings, floors)
    await _kept_simulation(work, proposal)
    await work.policies.activate(proposal)
    for case in filings:
        filing = await work.filings.get(case)
        before = await work.policy_proposals.moved_to(case) or filing.policy_version_id
        await work.policy_proposals.move(case, to=proposal.case.id, from_=before)
        await work.cases.touch(case)


async def _kept_simulation(work: Work, proposal: PolicyProposal) -> Simulation:
    open_cases = await work.policy_proposals.open_cases(proposal, on=work.today)
    used = {plan.policy_version_id for plan in open_cases.decided}
    before = {one: (await work.policies.get(one)).standard for one in used}
    report = simulated(proposal.pack, open_cases, before)
    await work.policy_proposals.keep_simulation(proposal, report)
    return report


async def _check(
    work: Work,
    proposal: PolicyProposal,
    place: Place,
    filings: Sequence[Case],
    floors: Sequence[Floor],
) -> None:
    pack, faults = proposal.pack, _repeated(proposal.moves)
    if region_path_of(pack.region) != place.region_path:
        faults.append(Fault("/policy/region", "policy_of_another_region"))
    owner = await work.policies.owner_of(pack.id)
    if owner not in {None, (proposal.kind, place.region_path)}:
        faults.append(Fault("/policy/id", "policy_id_taken"))
    rivals = await work.policies.rivals(proposal.kind, place.region_path)
    # A document that names the cases it moves may begin on the day of the version it corrects.
    same_day = bool(proposal.moves)
    used = [
        one
        for one in rivals
        if one.used
        and (
            pack.valid_from < one.valid_from or (pack.valid_from == one.valid_from and not same_day)
        )
    ]
    if used:
        days = {"policy": used[0].pack_id, "day": used[0].valid_from.isoformat()}
        faults.append(Fault("/policy/valid_from", "policy_period_used", days))
    if isinstance(pack, Overlay):
        faults += [Fault("/moves", "overlay_moves_nothing")] if filings else []
    else:
        faults += floor_faults(pack, floors, "/policy")
        for n, case in enumerate(filings):
            faults += await _move_faults(work, pack, case, at=f"/moves/{n}")
    if faults:
        raise Refusal("policy_refused", faults=tuple(faults), count=len(faults))


def _repeated(moves: Sequence[UUID]) -> list[Fault]:
    return [
        Fault(f"/moves/{n}", "repeated_item") for n, one in enumerate(moves) if one in moves[:n]
    ]


async def _move_faults(work: Work, standard: Standard, case: Case, *, at: str) -> list[Fault]:
    if case.state not in MOVABLE:
        return [Fault(at, "filing_not_movable", {"state": case.state})]
    filing = await work.filings.get(case)
    assert filing.submitted_at is not None
    if not standard.in_force(day_in_china(filing.submitted_at)):
        last = "…" if standard.valid_to is None else standard.valid_to.isoformat()
        period = {"first": standard.valid_from.isoformat(), "last": last}
        return [Fault(at, "policy_not_in_force", period)]
    found = plan_faults(
        standard,
        target_grade=filing.target_grade,
        filed_months=filing.filed_months,
        uplift_basis_points=filing.uplift_basis_points,
    )
    return [Fault(at, fault.code, fault.values) for fault in found]


def _check_department(work: Work, place: Place, department: Department) -> None:
    labour = department is Department.LABOUR
    if work.actor.org_id != (place.bureau_org_id if labour else place.finance_org_id):
        raise Refusal("wrong_department", department=department.value)


def _at(proposal: PolicyProposal, case: Case) -> PolicyProposal:
    return PolicyProposal(
        case=case,
        document=proposal.document,
        pack=proposal.pack,
        digest=proposal.digest,
        moves=proposal.moves,
    )
