"""Voucher projects (职业培训券项目): what a plan must say, and when vouchers may be issued."""

from collections.abc import Iterator
from datetime import date

from domain.budget import FUND_SOURCES
from domain.errors import Fault, Refusal
from domain.identifiers.occupation import occupation_fault_of
from domain.voucher import BeneficiaryTag, Distribution, ProjectPlan, Voucher


def check_plan(
    plan: ProjectPlan,
    *,
    today: date,
    unknown_providers: tuple[int, ...] = (),
    unlisted_providers: tuple[int, ...] = (),
) -> None:
    """Refuse `voucher_project_faulty` with every fault of a plan located.

    `unknown_providers` are the positions of those that are no registered training providers,
    `unlisted_providers` of those the region's catalogue does not list on the first day of issue.
    """
    faults = (
        *_faults_of_days(plan, today=today),
        *_faults_of_standards(plan),
        *_faults_of_providers(plan, unknown_providers),
        *(
            Fault(f"/provider_credit_codes/{n}", "provider_not_in_catalogue")
            for n in unlisted_providers
        ),
    )
    if plan.fund_source not in FUND_SOURCES:
        faults = (Fault("/fund_source", "fund_source_unknown"), *faults)
    if faults:
        raise Refusal("voucher_project_faulty", faults=faults, count=len(faults))


def _faults_of_days(plan: ProjectPlan, *, today: date) -> Iterator[Fault]:
    if plan.closes_on < plan.opens_on:
        yield Fault("/closes_on", "window_ends_before_it_begins")
    elif plan.closes_on < today:
        yield Fault("/closes_on", "window_past")
    if (plan.valid_days is None) == (plan.valid_until is None):
        yield Fault("/valid_days", "validity_not_one")
    elif plan.valid_until is not None and plan.valid_until < plan.closes_on:
        yield Fault("/valid_until", "validity_ends_early")


def _faults_of_standards(plan: ProjectPlan) -> Iterator[Fault]:
    seen: dict[tuple[str, int | None], int] = {}
    for n, standard in enumerate(plan.standards):
        if code := occupation_fault_of(standard.occupation_code):
            yield Fault(f"/standards/{n}/occupation_code", code)
        first = seen.setdefault((standard.occupation_code, standard.grade), n)
        if first != n:
            yield Fault(f"/standards/{n}", "standard_twice", {"row": first})


def _faults_of_providers(plan: ProjectPlan, unknown: tuple[int, ...]) -> Iterator[Fault]:
    for n in unknown:
        yield Fault(f"/provider_credit_codes/{n}", "provider_unknown")
    seen: dict[object, int] = {}
    for n, provider in enumerate(plan.providers):
        first = seen.setdefault(provider, n)
        if first != n and n not in unknown:
            yield Fault(f"/provider_credit_codes/{n}", "provider_twice", {"row": first})


def check_issues(
    plan: ProjectPlan, distribution: Distribution, *, approved: bool, today: date
) -> None:
    """Refuse where no voucher may be issued so, today.

    `voucher_project_not_open` before approval, outside its days and after it was closed;
    `voucher_distribution_differs` where vouchers are collected from a targeted project, or a list is
    issued by a general one.
    """
    if not approved or not plan.opens_on <= today <= plan.closes_on:
        raise Refusal("voucher_project_not_open")
    if plan.distribution is not distribution:
        raise Refusal("voucher_distribution_differs", distribution=plan.distribution.value)


def admits(plan: ProjectPlan, tag: BeneficiaryTag | None) -> bool:
    """Tell whether somebody of this group, or of none, is meant by a project."""
    return not plan.tags or tag in plan.tags


def is_group_unconfirmed(plan: ProjectPlan, voucher: Voucher) -> bool:
    """Tell whether a project asks for a group that only the worker has stated so far (REG-18).

    Nothing is reserved on that: the bureau confirms it against what the worker shows, or names him on a list.
    """
    return bool(plan.tags) and voucher.tag_confirmed_at is None
