"""Whether a plan may be filed: what its standard pays, what is well formed, and that training lies ahead."""

from dataclasses import replace
from datetime import date

from domain.budget import BUDGET_YEAR_MAX, FUND_SOURCES
from domain.errors import Fault, Refusal
from domain.filing import Filing, Plan, TrainingMode
from domain.identifiers.occupation import occupation_fault_of
from domain.policy.lookup import plan_faults, term_reason_faults
from domain.policy.standard import Standard


def faults_of_standard(plan: Plan | Filing, standard: Standard) -> list[Fault]:
    """Return what a standard does not pay in a plan."""
    faults = [
        replace(fault, pointer="/uplift_basis_points") if fault.pointer == "/uplift" else fault
        for fault in plan_faults(
            standard,
            target_grade=plan.target_grade,
            filed_months=plan.filed_months,
            uplift_basis_points=plan.uplift_basis_points,
        )
    ]
    reason = term_reason_faults(standard, filed_months=plan.filed_months, reason=plan.term_reason)
    return [*faults, *reason]


def check_plan(plan: Plan, standard: Standard, *further: Fault) -> None:
    """Refuse `plan_faulty` with every fault located, those found elsewhere included."""
    faults = [*faults_of_standard(plan, standard), *further]
    if fault := occupation_fault_of(plan.occupation_code):
        faults.append(Fault("/occupation_code", fault))
    if plan.fund_source not in FUND_SOURCES:
        faults.append(Fault("/fund_source", "fund_source_unknown"))
    if (plan.training_mode is TrainingMode.PROVIDER) != (plan.provider_name is not None):
        faults.append(Fault("/provider_name", "provider_by_training_mode"))
    # Its last part must fall into a year that there can be a budget for.
    if plan.starts_on.year + plan.filed_months // 12 + 1 > BUDGET_YEAR_MAX:
        faults.append(Fault("/starts_on", "not_acceptable_value"))
    if faults:
        raise Refusal("plan_faulty", faults=tuple(faults), count=len(faults))


def start_faults(starts_on: date, *, today: date) -> tuple[Fault, ...]:
    """Locate a start that does not lie ahead: a plan is filed before training starts (FIL-01: 培训前备案)."""
    return (Fault("/starts_on", "training_not_after_filing"),) if starts_on <= today else ()


def check_start(starts_on: date, *, today: date) -> None:
    """Refuse `training_not_after_filing`."""
    if faults := start_faults(starts_on, today=today):
        raise Refusal("training_not_after_filing", faults=faults)
