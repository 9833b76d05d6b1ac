"""Class record (教学台账): sessions, attendance, evidence, receipts; entered, never edited.

A correction is the next version of an entry; attendance is corrected by a later entry that names the one
it supersedes. Times are minutes of a day in China; durations are whole minutes.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.errors import Fault, Refusal
from domain.identifiers.characters import without_spaces

OPEN_STATES: Final = frozenset({"in_training", "completed"})
"""States of a filing in which its class record grows."""

_CODE: Final = re.compile(r"[0-9]{8}|[0-9]{10}|[0-9]{12}")
_NUMBER: Final = re.compile(r"[0-9]{6,20}")
_ISSUER: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")


class HourKind(StrEnum):
    """Kinds of hours (学时): theory, practice, 师带徒 at the workplace, online, assessment."""

    THEORY = "theory"
    PRACTICE = "practice"
    MENTORED = "mentored"
    ONLINE = "online"
    ASSESSMENT = "assessment"


class EvidenceKind(StrEnum):
    """What shows that a session took place (EVD-01). Of a video the record keeps where it is held."""

    PHOTO = "photo"
    VIDEO = "video"
    SIGN_IN_SHEET = "sign_in_sheet"
    TEACHING_LOG = "teaching_log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One version of a session. `mentor_id` names a mentor of the same filing."""

    id: UUID
    version: int
    withdrawn: bool
    held_on: date
    starts_minute: int
    ends_minute: int
    kind: HourKind
    topic: str
    site: str
    mentor_id: UUID | None
    mentor_name: str | None = None

    @property
    def minutes(self) -> int:
        """How long it lasted, in minutes."""
        return self.ends_minute - self.starts_minute

    def overlaps(self, other: "Session") -> bool:
        """Tell whether two sessions share a minute."""
        return (
            self.held_on == other.held_on
            and self.starts_minute < other.ends_minute
            and other.starts_minute < self.ends_minute
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """What one entry says of one person in one session. Without times the whole session was attended.

    `attendee_id` is the person's enrolment, or in a voucher class the person's voucher. `entry_id` is the
    device's or the sheet's own; repeating an entry changes nothing. `supersedes` is the entry id of the
    one it corrects.
    """

    session_id: UUID
    attendee_id: UUID
    entry_id: str
    present: bool
    arrived_minute: int | None
    left_minute: int | None
    supersedes: str | None

    def minutes_of(self, session: Session) -> int:
        """Return the minutes attended, never more than the session has."""
        if not self.present:
            return 0
        start, end = session.starts_minute, session.ends_minute
        arrived = start if self.arrived_minute is None else max(start, self.arrived_minute)
        left = end if self.left_minute is None else min(end, self.left_minute)
        return max(0, left - arrived)

    def outside(self, session: Session) -> bool:
        """Tell whether somebody signed in after the session, or out before it."""
        return self.present and (
            (self.arrived_minute is not None and self.arrived_minute >= session.ends_minute)
            or (self.left_minute is not None and self.left_minute <= session.starts_minute)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One version of an evidence item: a digest (SHA-256), where and when it was taken.

    `duration_s` is that of a video; `held_at` says where the applicant keeps it (the bureau stores none).
    """

    id: UUID
    version: int
    withdrawn: bool
    kind: EvidenceKind
    digest: bytes
    site: str
    taken_at: datetime
    duration_s: int | None
    session_id: UUID | None
    held_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One version of a provider's invoice or receipt (票据, EVD-01); a 数电发票 has no code.

    `issuer_code` is the issuer's social credit code. Number, code and issuer name it nationwide.
    """

    id: UUID
    version: int
    withdrawn: bool
    code: str | None
    number: str
    issuer_code: str
    amount_fen: int
    issued_on: date

    @property
    def key(self) -> tuple[str, str | None, str]:
        """What names it: number, code, issuer."""
        return (self.number, self.code, self.issuer_code)


Entry = Session | Evidence | Receipt


def corrected(
    where: str, given: Sequence[tuple[UUID, int] | None], current: Mapping[UUID, int]
) -> tuple[Fault, ...]:
    """Locate corrections of what is not there, or of what has been corrected already."""
    faults = []
    seen: set[UUID] = set()
    for n, corrects in enumerate(given):
        if corrects is None:
            continue
        entry_id, version = corrects
        if entry_id not in current:
            faults.append(Fault(f"/{where}/{n}/corrects/id", "entry_unknown"))
        elif version != current[entry_id] or entry_id in seen:
            faults.append(Fault(f"/{where}/{n}/corrects/version", "entry_superseded"))
        seen.add(entry_id)
    return tuple(faults)


def session_faults(
    sessions: Sequence[Session], *, first_day: date, last_day: date, mentors: AbstractSet[UUID]
) -> Iterator[Fault]:
    """Locate sessions that end before they start, lie outside the class, or name a stranger as mentor."""
    for n, session in enumerate(sessions):
        if session.ends_minute <= session.starts_minute:
            yield Fault(f"/sessions/{n}/ends", "times_out_of_order")
        if not first_day <= session.held_on <= last_day:
            yield Fault(f"/sessions/{n}/held_on", "day_outside_training")
        if session.mentor_id is not None and session.mentor_id not in mentors:
            yield Fault(f"/sessions/{n}/mentor_id", "mentor_unknown")


Key = tuple[UUID, UUID, str]
"""Session, attendee, entry id."""

Where = Callable[[int, str], str]
"""Points at a field of the n-th entry."""

ENROLMENT: Final = "enrolment_id"
"""What an entry calls its attendee, unless told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What is on file about the entries at hand: their sessions, people, and entries of the same sessions."""

    sessions: Mapping[UUID, Session]
    people: AbstractSet[UUID]
    entries: Mapping[Key, Attendance]
    superseded: AbstractSet[Key]


def new_attendance(
    entries: Sequence[Attendance],
    recorded: Recorded,
    *,
    where: Where,
    attendee: str = ENROLMENT,
) -> tuple[Attendance, ...]:
    """Return the entries that are new, in order; refuse with every fault located.

    An entry that is on file already, or comes twice, changes nothing; the same entry id with other
    content is a fault (`entry_id_reused`). `attendee` is what an entry calls its person where it came from.
    """
    faults: list[Fault] = []
    known = dict(recorded.entries)
    superseded = set(recorded.superseded)
    added: list[Attendance] = []
    for n, entry in enumerate(entries):
        if fault := _attendance_fault(entry, recorded, attendee):
            faults.append(Fault(where(n, fault[0]), fault[1]))
            continue
        key = (entry.session_id, entry.attendee_id, entry.entry_id)
        if key in known:
            if known[key] != entry:
                faults.append(Fault(where(n, "entry_id"), "entry_id_reused"))
            continue
        if entry.supersedes is not None:
            before = (entry.session_id, entry.attendee_id, entry.supersedes)
            if before not in known:
                faults.append(Fault(where(n, "supersedes"), "entry_unknown"))
                continue
            if before in superseded:
                faults.append(Fault(where(n, "supersedes"), "entry_superseded"))
                continue
            superseded.add(before)
        known[key] = entry
        added.append(entry)
    if faults:
        raise Refusal("class_record_faulty", faults=tuple(faults), count=len(faults))
    return tuple(added)


def _attendance_fault(
    entry: Attendance, recorded: Recorded, attendee: str
) -> tuple[str, str] | None:
    session = recorded.sessions.get(entry.session_id)
    if session is None or session.withdrawn:
        return ("session_id", "session_unknown")
    if entry.attendee_id not in recorded.people:
        return (attendee, "person_not_in_class")
    arrived, left = entry.arrived_minute, entry.left_minute
    if arrived is not None and left is not None and left <= arrived:
        return ("left", "times_out_of_order")
    if not entry.present and (arrived is not None or left is not None):
        return ("arrived", "absent_with_times")
    return None


def normalised_receipt(receipt: Receipt, where: str) -> tuple[Receipt, tuple[Fault, ...]]:
    """Write a receipt's numbers as they are compared, and locate what cannot be one."""
    code = without_spaces(receipt.code) if receipt.code is not None else None
    number = without_spaces(receipt.number)
    issuer = without_spaces(receipt.issuer_code).upper()
    faults = []
    if code is not None and not _CODE.fullmatch(code):
        faults.append(Fault(f"{where}/code", "receipt_number_malformed"))
    if not _NUMBER.fullmatch(number):
        faults.append(Fault(f"{where}/number", "receipt_number_malformed"))
    if not _ISSUER.fullmatch(issuer):
        faults.append(Fault(f"{where}/issuer_code", "credit_code_malformed"))
    return (
        Receipt(
            id=receipt.id,
            version=receipt.version,
            withdrawn=receipt.withdrawn,
            code=code,
            number=number,
            issuer_code=issuer,
            amount_fen=receipt.amount_fen,
            issued_on=receipt.issued_on,
        ),
        tuple(faults),
    )


def checked_receipts(
    receipts: Sequence[Receipt], *, on_file: Sequence[Receipt]
) -> tuple[Receipt, ...]:
    """Return receipts normalised, each named once in its filing, or refuse with every fault located."""
    faults: list[Fault] = []
    rows: list[Receipt] = []
    corrected_ids = {receipt.id for receipt in receipts}
    seen = {r.key for r in on_file if not r.withdrawn and r.id not in corrected_ids}
    for n, receipt in enumerate(receipts):
        row, found = normalised_receipt(receipt, f"/receipts/{n}")
        faults += found
        if not row.withdrawn and row.key in seen:
            faults.append(Fault(f"/receipts/{n}/number", "receipt_twice"))
        if not row.withdrawn:
            seen.add(row.key)
        rows.append(row)
    if faults:
        raise Refusal("class_record_faulty", faults=tuple(faults), count=len(faults))
    return tuple(rows)
