"""Which standard pays a case, what a plan may ask of it, and the national floor (CASES 2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.errors import Fault
from domain.policy.standard import Standard, UnitKind

NATION: Final = "CN"


def plan_faults(
    standard: Standard, *, target_grade: int, filed_months: int, uplift_basis_points: int
) -> tuple[Fault, ...]:
    """Name what a plan asks that the standard cannot pay, at the fields' own names.

    `no_rate_for_grade` at /target_grade; `term_outside_policy` (NUM-02) and
    `term_not_whole_years` (a standard that counts whole years) at /filed_months;
    `uplift_not_allowed` and `uplift_above_maximum` at /uplift.
    """
    faults = []
    if target_grade not in standard.rates:
        faults.append(
            Fault(
                "/target_grade", "no_rate_for_grade", {"grade": target_grade, "policy": standard.id}
            )
        )
    term = standard.term
    if not term.min_months <= filed_months <= term.extended_max_months:
        bounds = {"least": term.min_months, "most": term.extended_max_months}
        faults.append(Fault("/filed_months", "term_outside_policy", bounds))
    elif standard.unit.kind is UnitKind.FILED_YEARS and filed_months % 12:
        faults.append(Fault("/filed_months", "term_not_whole_years", {"months": filed_months}))
    if uplift_basis_points > 0:
        allowed = standard.uplift
        if allowed is None or target_grade not in allowed.grades:
            faults.append(Fault("/uplift", "uplift_not_allowed", {"grade": target_grade}))
        elif uplift_basis_points > allowed.max_basis_points:
            most = {"most": allowed.max_basis_points}
            faults.append(Fault("/uplift", "uplift_above_maximum", most))
    return tuple(faults)


def region_codes(region_path: str) -> tuple[str, ...]:
    """List the codes of a region path, nearest first, ending with the nation."""
    return (*reversed([code for code in region_path.split("/") if code]), NATION)


def standard_for(standards: Iterable[Standard], region_path: str, on: date) -> Standard | None:
    """Find the nearest standard in force going up county, city, province, nation (CASES 2).

    Within a region the version that began last decides: it closes the one before it on the day
    before, so that an older one does not come back when a later one ends.
    """
    begun = [standard for standard in standards if standard.valid_from <= on]
    for code in region_codes(region_path):
        here = [standard for standard in begun if standard.region == code]
        latest = max(here, key=lambda standard: (standard.valid_from, standard.id), default=None)
        if latest is not None and latest.in_force(on):
            return latest
    return None


def term_reason_faults(
    standard: Standard, *, filed_months: int, reason: str | None
) -> tuple[Fault, ...]:
    """Refuse a term beyond the ordinary without a written reason, at /term_reason (NUM-02).

    The listing decision approves it together with the plan.
    """
    term = standard.term
    if not term.max_months < filed_months <= term.extended_max_months or reason:
        return ()
    return (Fault("/term_reason", "term_needs_reason", {"most": term.max_months}),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """The national floor of yearly rates, "in principle" (原则上), from a day on (PAY-02)."""

    document: str
    valid_from: date
    rate_fen: int
    ours: tuple[str, ...]


def floor_on(floors: Sequence[Floor], on: date) -> Floor | None:
    """Return the floor in force on a day, None before the first."""
    begun = [floor for floor in floors if floor.valid_from <= on]
    return max(begun, key=lambda floor: floor.valid_from, default=None)


def floor_missed(
    standard: Standard, grade: int, floors: Sequence[Floor], filed_on: date
) -> Floor | None:
    """Return the floor that the grade's rate is below at filing, None when it is not below."""
    floor = floor_on(floors, filed_on)
    return floor if floor is not None and standard.rate_fen(grade) < floor.rate_fen else None
