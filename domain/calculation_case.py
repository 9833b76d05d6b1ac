"""The calculator's case: a plan and its outcome, and what is wrong with it under any policy."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from domain.errors import Fault
from domain.policy import ExitReason

PEOPLE_MAX: Final = 100_000
GROUPS_MAX: Final = 1_000


class Evidence(StrEnum):
    """What a group of people completed with.

    `certificate` is a skill level or qualification certificate, whichever the policy accepts.
    """

    CERTIFICATE = "certificate"
    TRAINING_CERTIFICATE = "training_certificate"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The first and the last training day, and the days in between that were suspended."""

    first_day: date
    last_day: date
    suspended_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People who completed alike: so many months, or on these days; neither takes the case's months."""

    people: int
    evidence: Evidence
    reached_grade: int | None = None
    actual_months: int | None = None
    days: Days | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """People who did not complete, after so many whole months or on these days, for one reason."""

    people: int
    months: int | None
    reason: ExitReason
    days: Days | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A plan and its outcome. Groups, or the two counters; who is in neither left.

    `prepayment_share_basis_points` is what the approver decided, with a reason, where it is lower than
    the policy's.
    """

    target_grade: int
    filed_months: int
    planned: int
    actual_months: int | None = None
    completed_certified: int | None = None
    completed_uncertified: int | None = None
    groups: tuple[Group, ...] | None = None
    exits: tuple[Exit, ...] = ()
    prepaid_fen: int | None = None
    prepayment_share_basis_points: int | None = None
    prepayment_reason: str | None = None
    uplift_basis_points: int = 0
    filing_date: date | None = None


def case_faults(case: Case) -> tuple[Fault, ...]:
    """Name what is wrong with a case whatever the policy: what is missing, doubled, or too many."""
    return tuple(_case_faults(case))


def _case_faults(case: Case) -> Iterator[Fault]:
    yield from _counter_faults(case)
    if case.prepayment_share_basis_points is not None and case.prepaid_fen is not None:
        yield Fault("/prepayment_share_basis_points", "prepaid_and_share")
    for index, group in enumerate(case.groups or ()):
        yield from _group_faults(f"/groups/{index}", group, case)
    for index, gone in enumerate(case.exits):
        if gone.days is not None:
            yield from _day_faults(f"/exits/{index}", gone.days, gone.months)
        elif gone.months is None:
            yield Fault(f"/exits/{index}/months", "missing_field")
    named = people_named(case)
    if named > case.planned:
        values = {"planned": case.planned, "people": named}
        yield Fault("/planned", "more_people_than_planned", values)


def _counter_faults(case: Case) -> Iterator[Fault]:
    counters = (case.completed_certified, case.completed_uncertified)
    if case.groups is None:
        if counters == (None, None):
            yield Fault("/completed_certified", "missing_field")
        if case.actual_months is None:
            yield Fault("/actual_months", "missing_field")
    elif counters != (None, None):
        yield Fault("/groups", "groups_and_counters")


def _group_faults(at: str, group: Group, case: Case) -> Iterator[Fault]:
    if group.days is not None:
        yield from _day_faults(at, group.days, group.actual_months)
    elif group.actual_months is None and case.actual_months is None:
        yield Fault(f"{at}/actual_months", "missing_field")
    if group.evidence is Evidence.CERTIFICATE and group.reached_grade is None:
        yield Fault(f"{at}/reached_grade", "missing_field")


def _day_faults(at: str, days: Days, months: int | None) -> Iterator[Fault]:
    if months is not None:
        yield Fault(f"{at}/days", "days_and_months")
    if days.last_day < days.first_day:
        yield Fault(f"{at}/days/last_day", "period_reversed")


def people_named(case: Case) -> int:
    """Count the people whom the case mentions."""
    return (
        (case.completed_certified or 0)
        + (case.completed_uncertified or 0)
        + sum(group.people for group in case.groups or ())
        + sum(gone.people for gone in case.exits)
    )
