"""Steps every case shares: open it, sign it, keep people apart across linked cases."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from typing import Final, Protocol, TypeVar
from uuid import UUID

from domain.audit import Act, Fact, Ground
from domain.cases import NEW, Case, CaseKind, Duty, move_of
from domain.errors import Refusal
from domain.machines import SIGNED
from domain.official_document import ISSUED_BY
from domain.places import Place
from domain.ports.work import Work

ISSUE_DOCUMENT: Final = "issue_document"
"""The job that issues what a step decided (CASES 9); one for each such step."""

NOTHING: Final[Mapping[str, Fact]] = {}


async def open_case(
    work: Work,
    kind: CaseKind,
    place: Place,
    *,
    event: str,
    org_id: UUID,
    partner_org_id: UUID | None = None,
    reason: str = "",
    facts: Mapping[str, Fact] = NOTHING,
) -> Case:
    """Open a case in a place, its first step signed by the actor and audited."""
    move = move_of(SIGNED[kind], NEW, event)
    case = Case(
        id=work.new_id(),
        kind=kind,
        place_id=place.id,
        org_id=org_id,
        partner_org_id=partner_org_id,
        region_path=place.region_path,
        state=move.to,
        step_seq=1,
        version=1,
        created_at=work.now,
    )
    await work.cases.open(case, move=move, at=work.now, reason=reason)
    await _record(work, case, event, facts)
    return case


async def sign(
    work: Work,
    case: Case,
    event: str,
    *,
    reason: str = "",
    clause: str = "",
    facts: Mapping[str, Fact] = NOTHING,
) -> Case:
    """Sign one step of a locked case as the actor, audited, and return the case after it.

    Refuses `wrong_state`, `duty_conflict`; changes nothing then.
    """
    move = move_of(SIGNED[case.kind], case.state, event)
    signed = await work.cases.sign(case, move=move, at=work.now, reason=reason, clause=clause)
    await _record(work, signed, event, facts)
    if (case.kind, event) in ISSUED_BY:
        await work.jobs.add(
            ISSUE_DOCUMENT, signed.id, signed.place_id, purpose=str(signed.step_seq)
        )
    return signed


async def sign_many(
    work: Work, cases: Collection[Case], event: str, *, reason: str = ""
) -> list[Case]:
    """Sign the same step of several locked cases, audited: as one set for each kind, place and state."""
    sets: defaultdict[tuple[CaseKind, UUID, str], list[Case]] = defaultdict(list)
    for case in cases:
        sets[case.kind, case.place_id, case.state].append(case)
    signed: list[Case] = []
    for (kind, _, state), alike in sets.items():
        move = move_of(SIGNED[kind], state, event)
        signed += await work.cases.sign_all(alike, move=move, at=work.now, reason=reason)
    await work.audit.record_all([_act(case, event, NOTHING) for case in signed])
    return signed


class _OfCase(Protocol):
    @property
    def case(self) -> Case: ...


OfCase = TypeVar("OfCase", bound=_OfCase)


def page_of(
    few: Iterable[OfCase], *, state: str | None, after: UUID | None, limit: int
) -> list[OfCase]:
    """Return a page of a filing's few cases, in the order and under the filter of every list of cases."""
    wanted = (
        one
        for one in sorted(few, key=lambda one: one.case.id)
        if state in {None, one.case.state} and (after is None or one.case.id > after)
    )
    return list(islice(wanted, limit))


async def keep_apart(work: Work, linked: Collection[UUID], *, forbidden: Collection[Duty]) -> None:
    """Refuse `linked_duty_conflict` when the actor holds one of these duties in a linked case.

    The linked cases are locked by the caller, so that no duty can be taken in between (DESIGN 1.5).
    """
    duty = await work.cases.held(linked, forbidden)
    if duty is not None:
        raise Refusal("linked_duty_conflict", held=duty.value)


async def _record(work: Work, case: Case, event: str, facts: Mapping[str, Fact]) -> None:
    await work.audit.record(_act(case, event, facts))


def _act(case: Case, event: str, facts: Mapping[str, Fact]) -> Act:
    return Act(
        action=f"{case.kind}.{event}",
        object_kind=case.kind,
        object_id=str(case.id),
        ground=Ground.of(case),
        facts={"state": case.state, "step": case.step_seq, **facts},
    )
