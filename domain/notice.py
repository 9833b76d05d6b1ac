"""Notice (公示) and objection (异议): what is published before money is decided, and what freezes it.

Whether a notice is required, for how long and how its days are counted is the overlay's
(`domain.policy.overlay.NoticeRule`, 7B); by default there is none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from domain.calendar import Calendar
from domain.cases import Case
from domain.errors import Fault, Refusal
from domain.policy.overlay import NoticeNames, NoticeRule

ITEMS_MAX: Final = 500
"""Settlements in one notice."""
STATEMENT_MAX: Final = 2000
"""Characters of an objection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice on file; its days are None until it is published."""

    case: Case
    rule: NoticeRule
    starts_on: date | None
    ends_on: date | None
    settlements: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """What is published, or would be, of one payable person: who is paid how much, to which account.

    `name` and `identity_masked` as on the roster; fen.
    """

    settlement_id: UUID
    line_id: UUID
    person_id: UUID
    payee_account_id: UUID
    amount_fen: int
    name: str = ""
    identity_masked: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPerson:
    """A person as the public reads them: surname and masked number, and the amount in fen."""

    line_no: int
    name: str
    identity_masked: str
    amount_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedItem:
    """One enterprise of a notice: people and amount (fen). `persons` only where the rule names them."""

    item_no: int
    enterprise: str
    people: int
    amount_fen: int
    persons: tuple[PublishedPerson, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicNotice:
    """What the public reads of a notice. `items` is None once it has been taken down."""

    id: UUID
    region_path: str
    bureau: str
    starts_on: date
    ends_on: date
    items: tuple[PublishedItem, ...] | None


def masked_name(name: str) -> str:
    """Return the surname and a star: 张*."""
    return f"{name[:1]}*"


def published_items(
    lines: Iterable[NoticeLine],
    *,
    settlements: Sequence[UUID],
    enterprises: Mapping[UUID, str],
    names: NoticeNames,
) -> tuple[PublishedItem, ...]:
    """Return what the public reads: totals of each enterprise, people only if the rule names them."""
    of_settlement: dict[UUID, list[NoticeLine]] = {one: [] for one in settlements}
    for line in lines:
        of_settlement[line.settlement_id].append(line)
    return tuple(
        PublishedItem(
            item_no=item_no,
            enterprise=enterprises[settlement_id],
            people=len(its),
            amount_fen=sum(line.amount_fen for line in its),
            persons=tuple(
                PublishedPerson(
                    line_no=line_no,
                    name=masked_name(line.name),
                    identity_masked=line.identity_masked,
                    amount_fen=line.amount_fen,
                )
                for line_no, line in enumerate(its, start=1)
            )
            if names is NoticeNames.PEOPLE
            else (),
        )
        for item_no, (settlement_id, its) in enumerate(of_settlement.items(), start=1)
    )


def last_day(rule: NoticeRule, starts_on: date, calendar: Calendar) -> date:
    """Count a notice's last day.

    Refuses `notice_beyond_calendar` when it would count working days that are not published: a
    notice takes effect because its last day has passed (CASES 3).
    """
    deadline = calendar.deadline(
        starts_on, rule.days, rule.unit, first_day_counts=rule.first_day_counts
    )
    if deadline.provisional:
        raise Refusal(
            "notice_beyond_calendar", day=deadline.day.isoformat(), year=deadline.day.year
        )
    return deadline.day


def covered(published: Iterable[NoticeLine], now: Iterable[NoticeLine]) -> bool:
    """Tell whether what was published still stands for what would be paid now.

    A raised amount, another payee or another person needs a new notice; a reduction does not.
    """
    known = {line.line_id: line for line in published}
    for line in now:
        before = known.get(line.line_id)
        if (
            before is None
            or line.amount_fen > before.amount_fen
            or (line.person_id, line.payee_account_id)
            != (before.person_id, before.payee_account_id)
        ):
            return False
    return True


def check_named_once(settlements: Sequence[UUID]) -> None:
    """Refuse `notice_faulty` when a settlement is named twice."""
    first: dict[UUID, int] = {}
    faults = []
    for n, one in enumerate(settlements):
        if one in first:
            values = {"row": first[one]}
            faults.append(Fault(f"/settlement_ids/{n}", "settlement_named_twice", values))
        first.setdefault(one, n)
    if faults:
        raise Refusal("notice_faulty", faults=tuple(faults), count=len(faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """An objection on file. `line_id` is None when it names the whole item."""

    case: Case
    notice_id: UUID
    settlement_id: UUID
    line_id: UUID | None
    statement: str
    received_on: date
    answer_by: date | None
    answer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Objecting:
    """What somebody sends who objects: `item_no` and `line_no` as the notice numbers them.

    `client_key` is of the sender's making: sending it again is the same objection.
    """

    client_key: str
    item_no: int
    line_no: int | None
    statement: str
    contact: str | None
