"""Notice (公示) and objection (异议): what is published before a decision, and what freezes it.

Settlements, of filings and of vouchers, go on notice before money is decided, filings before they are
listed. Whether a notice is
required, for how long and how its days are counted is the overlay's
(`domain.policy.overlay.NoticeRule`, 7B); by default there is none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from domain.calendar import Calendar
from domain.cases import Case, CaseKind
from domain.errors import Fault, Refusal
from domain.policy.overlay import NoticeNames, NoticeOf, NoticeRule

ITEMS_MAX: Final = 500
"""Settlements or filings in one notice."""
STATEMENT_MAX: Final = 2000
"""Characters of an objection."""

KIND_OF: Final[Mapping[NoticeOf, CaseKind]] = {
    NoticeOf.LISTING: CaseKind.FILING,
    NoticeOf.SETTLEMENT: CaseKind.SETTLEMENT,
    NoticeOf.VOUCHER_SETTLEMENT: CaseKind.VOUCHER_SETTLEMENT,
}
"""What a notice is over."""

POINTERS: Final[Mapping[NoticeOf, str]] = {
    NoticeOf.LISTING: "/filing_ids",
    NoticeOf.SETTLEMENT: "/settlement_ids",
    NoticeOf.VOUCHER_SETTLEMENT: "/voucher_settlement_ids",
}
"""Where the items of a notice are named in what is sent."""

_NAMED_TWICE: Final = {
    NoticeOf.LISTING: "filing_named_twice",
    NoticeOf.SETTLEMENT: "settlement_named_twice",
    NoticeOf.VOUCHER_SETTLEMENT: "settlement_named_twice",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice on file; its days are None until it is published. `items` are all of one kind (`of`)."""

    case: Case
    of: NoticeOf
    rule: NoticeRule
    starts_on: date | None
    ends_on: date | None
    items: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """What is published, or would be, of one person of an item: who, how much, to which account.

    Of a settlement: what a payable line pays, in fen; `line_id` of a voucher settlement is the voucher. Of
    a filing: what a person on its roster is expected to earn, 0 for who is never paid for; `line_id` is
    then the enrolment. `name` and `identity_masked` as on the roster or the voucher.
    """

    item_id: UUID
    line_id: UUID
    person_id: UUID
    payee_account_id: UUID
    amount_fen: int
    name: str = ""
    identity_masked: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPerson:
    """A person as the public reads them: surname and masked number, and the amount in fen, if any."""

    line_no: int
    name: str
    identity_masked: str
    amount_fen: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedItem:
    """One enterprise of a notice: people and amount (fen). `persons` only where the rule names them.

    Before a listing no amount is decided, and none is published.
    """

    item_no: int
    enterprise: str
    people: int
    amount_fen: int | None
    persons: tuple[PublishedPerson, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicNotice:
    """What the public reads of a notice. `items` is None once it has been taken down."""

    id: UUID
    of: NoticeOf
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
    of: NoticeOf,
    items: Sequence[UUID],
    enterprises: Mapping[UUID, str],
    names: NoticeNames,
) -> tuple[PublishedItem, ...]:
    """Return what the public reads: totals of each enterprise, people only if the rule names them."""
    decided = of is not NoticeOf.LISTING
    of_item: dict[UUID, list[NoticeLine]] = {one: [] for one in items}
    for line in lines:
        of_item[line.item_id].append(line)
    return tuple(
        PublishedItem(
            item_no=item_no,
            enterprise=enterprises[item_id],
            people=len(its),
            amount_fen=sum(line.amount_fen for line in its) if decided else None,
            persons=tuple(
                PublishedPerson(
                    line_no=line_no,
                    name=masked_name(line.name),
                    identity_masked=line.identity_masked,
                    amount_fen=line.amount_fen if decided else None,
                )
                for line_no, line in enumerate(its, start=1)
            )
            if names is NoticeNames.PEOPLE
            else (),
        )
        for item_no, (item_id, its) in enumerate(of_item.items(), start=1)
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
    """Tell whether what was published of one item still stands for what would be decided now.

    A raised amount, another payee or another person needs a new notice; a reduction does not.
    """
    known = {line.person_id: line for line in published}
    for line in now:
        before = known.get(line.person_id)
        if (
            before is None
            or line.amount_fen > before.amount_fen
            or line.payee_account_id != before.payee_account_id
        ):
            return False
    return True


def check_named_once(of: NoticeOf, items: Sequence[UUID]) -> None:
    """Refuse `notice_faulty` when an item is named twice."""
    first: dict[UUID, int] = {}
    faults = []
    for n, one in enumerate(items):
        if one in first:
            values = {"row": first[one]}
            faults.append(Fault(f"{POINTERS[of]}/{n}", _NAMED_TWICE[of], values))
        first.setdefault(one, n)
    if faults:
        raise Refusal("notice_faulty", faults=tuple(faults), count=len(faults))


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """An objection on file to an item of a notice.

    `line_id` is the settlement's line, the voucher or the enrolment of the person named, None for the whole
    item.
    """

    case: Case
    notice_id: UUID
    of: NoticeOf
    item_id: UUID
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
