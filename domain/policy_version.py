"""Policy version (政策版本): a standard or overlay as a case that two departments sign (PAY-02, ACT-04).

Also what its activation would change: the simulation over open cases, kept with the case.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from domain.cases import Case
from domain.entitlement import expected_entitlement_fen
from domain.errors import Fault
from domain.policy.lookup import Floor, floor_on, plan_faults
from domain.policy.overlay import Overlay
from domain.policy.standard import Standard
from domain.prepayment_amount import expected_prepayments

MOVES_MAX: Final = 1_000
"""Filings one retroactive document may name."""
UNPAYABLE_MAX: Final = 100
"""Cases a report names that the version cannot pay; the count is of all."""


class Kind(StrEnum):
    """What a policy version is."""

    STANDARD = "standard"
    OVERLAY = "overlay"


class Department(StrEnum):
    """Who signs: the labour bureau, and the finance department of the same region."""

    LABOUR = "labour"
    FINANCE = "finance"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyProposal:
    """A policy version on its way: the document as written, and the filings it moves by name."""

    case: Case
    document: Mapping[str, Any]
    pack: Standard | Overlay
    digest: bytes
    moves: tuple[UUID, ...]

    @property
    def kind(self) -> Kind:
        """Tell a standard from an overlay."""
        return Kind.STANDARD if isinstance(self.pack, Standard) else Kind.OVERLAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Filings alike: one standard, grade, term, uplift and headcount; `filings` are their ids."""

    policy_version_id: UUID
    target_grade: int
    filed_months: int
    uplift_basis_points: int
    people: int
    filings: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """The open cases a version touches.

    `decided` are filings whose amounts it would decide: drafts, which it decides when they are
    submitted, and those it moves by name. `kept` were submitted on or after its first day under another
    version and keep that. `unsettled` are listed or later, their settlement not yet submitted: its
    certificates, stacking and payment rules will decide it.
    """

    decided: tuple[Plan, ...]
    kept: int
    unsettled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpayable:
    """A case that the version cannot pay, and the codes of what stands against it."""

    filing_id: UUID
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What activation changes, in fen over the people of each roster; cases it cannot pay count 0."""

    filings: int
    people: int
    kept: int
    unsettled: int
    entitlement_before_fen: int
    entitlement_after_fen: int
    prepayment_before_fen: int
    prepayment_after_fen: int
    unpayable_count: int
    unpayable: tuple[Unpayable, ...]


def simulated(
    after: Standard | Overlay, open_: Open, before: Mapping[UUID, Standard]
) -> Simulation:
    """Compare what open cases are expected to cost before and after; an overlay changes no amount."""
    figures = [0, 0, 0, 0]
    unpayable: list[Unpayable] = []
    for plan in open_.decided:
        old = before[plan.policy_version_id]
        new = old if isinstance(after, Overlay) else after
        for n, (standard, amount) in enumerate(
            (
                (old, _entitlement_fen),
                (new, _entitlement_fen),
                (old, _prepayment_fen),
                (new, _prepayment_fen),
            )
        ):
            figures[n] += (
                0 if _faults(standard, plan) else len(plan.filings) * amount(standard, plan)
            )
        if codes := tuple(fault.code for fault in _faults(new, plan)):
            unpayable += [Unpayable(filing_id=one, codes=codes) for one in plan.filings]
    return Simulation(
        filings=sum(len(plan.filings) for plan in open_.decided),
        people=sum(len(plan.filings) * plan.people for plan in open_.decided),
        kept=open_.kept,
        unsettled=open_.unsettled,
        entitlement_before_fen=figures[0],
        entitlement_after_fen=figures[1],
        prepayment_before_fen=figures[2],
        prepayment_after_fen=figures[3],
        unpayable_count=len(unpayable),
        unpayable=tuple(sorted(unpayable, key=lambda one: one.filing_id)[:UNPAYABLE_MAX]),
    )


def _faults(standard: Standard, plan: Plan) -> tuple[Fault, ...]:
    return plan_faults(
        standard,
        target_grade=plan.target_grade,
        filed_months=plan.filed_months,
        uplift_basis_points=plan.uplift_basis_points,
    )


def _entitlement_fen(standard: Standard, plan: Plan) -> int:
    return plan.people * expected_entitlement_fen(
        standard,
        target_grade=plan.target_grade,
        filed_months=plan.filed_months,
        uplift_basis_points=plan.uplift_basis_points,
    )


def _prepayment_fen(standard: Standard, plan: Plan) -> int:
    ahead = expected_prepayments(
        standard,
        target_grade=plan.target_grade,
        filed_months=plan.filed_months,
        people=plan.people,
        uplift_basis_points=plan.uplift_basis_points,
    )
    return sum(one.amount_fen for one in ahead)


def floor_faults(standard: Standard, floors: Sequence[Floor], at: str) -> Iterator[Fault]:
    """Refuse a rate below a floor in force in the standard's period, unless it says why (PAY-02).

    The floor holds "in principle": a written reason is enough, and every affected case shows it.
    """
    if standard.below_floor_reason is not None:
        return
    highest = _highest_floor(floors, standard.valid_from, standard.valid_to)
    if highest is None:
        return
    if any(rate < highest.rate_fen for rate in standard.rates.values()):
        values: dict[str, str | int] = {
            "floor": highest.rate_fen,
            "document": highest.document,
        }
        yield Fault(f"{at}/below_floor_reason", "below_floor_without_reason", values)


def _highest_floor(floors: Iterable[Floor], first: date, last: date | None) -> Floor | None:
    steps = tuple(floors)
    begun = floor_on(steps, first)
    later = [
        one for one in steps if first < one.valid_from and (last is None or one.valid_from <= last)
    ]
    return max([*later, *([begun] if begun else [])], key=lambda one: one.rate_fen, default=None)
