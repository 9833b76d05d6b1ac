"""Correction (补正): one notice that names everything at once, and the day by which it is answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain.calendar import Calendar, DayUnit, Deadline
from domain.errors import Fault, Refusal
from domain.refusals import REGISTRY


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionItem:
    """One thing to correct: `pointer` leads to the field or document (`/roster/3`, `/documents/labour_contracts`).

    What is wrong is said by `code`, one of the registry's, by `text` in Chinese, or by both; `todo` says
    what to do.
    """

    pointer: str
    code: str | None
    text: str
    todo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionNotice:
    """A notice (一次性补正告知书) as served on `from_on`.

    `deadline` is the day that was told, `working_days` the rule it follows; both None where the
    region sets no limit. `later_reason` says why a second notice names what the first did not.
    """

    filing_id: UUID
    seq: int
    step_seq: int
    items: tuple[CorrectionItem, ...]
    later_reason: str
    working_days: int | None
    from_on: date
    deadline: Deadline | None
    at: datetime


def check_items(items: Sequence[CorrectionItem]) -> None:
    """Refuse `correction_notice_faulty`, naming items that say nothing or by an unknown code."""
    faults = []
    for n, item in enumerate(items):
        if item.code is None and not item.text.strip():
            faults.append(Fault(f"/items/{n}/text", "correction_item_empty"))
        if item.code is not None and item.code not in REGISTRY:
            faults.append(Fault(f"/items/{n}/code", "correction_code_unknown"))
    if faults:
        raise Refusal("correction_notice_faulty", faults=tuple(faults), count=len(faults))


def deadline_in(notice: CorrectionNotice, calendar: Calendar) -> Deadline | None:
    """Return the day that binds: the one that was told, counted anew only while it is provisional."""
    if notice.working_days is None or notice.deadline is None or not notice.deadline.provisional:
        return notice.deadline
    return calendar.deadline(notice.from_on, notice.working_days, DayUnit.WORKING)


def has_passed(deadline: Deadline | None, *, on: date) -> bool:
    """Tell whether a day has passed for certain: what takes effect by it waits for the published calendar."""
    return deadline is not None and not deadline.provisional and deadline.day < on
