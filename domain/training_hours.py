"""Training hours: what a class record adds up to for a person, against the overlay (NUM-13, CASES 6).

Whole minutes throughout; a class hour (学时) has as many minutes as the overlay says. Shares are compared by
multiplying, so that nothing is rounded. Signals inform and never decide (domain facts 2.9).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations
from typing import Final
from uuid import UUID

from domain.calendar import Calendar
from domain.class_record import Attendance, Evidence, HourKind, Session
from domain.eligibility import Result
from domain.filing import Enrolment
from domain.policy.overlay import TrainingRule

ADVISED_PRACTICE_BASIS_POINTS: Final = 5000
"""NUM-13 (国办发〔2017〕95号): practice is at least half of the hours. Advice where no overlay asks for a share."""

LONG_DAY_MINUTES: Final = 600
"""Ours: attendance of more than ten hours on one day is shown as a signal. It decides nothing."""

DAY_MINUTES: Final = 24 * 60
WHOLE: Final = 10_000
MONTHS_A_YEAR: Final = 12
_PRACTICAL: Final = frozenset({HourKind.PRACTICE, HourKind.MENTORED})

Value = str | int


class HoursRule(StrEnum):
    """What is asked of a person's hours."""

    HOURS = "hours"
    PRACTICE_SHARE = "practice_share"
    ONLINE_SHARE = "online_share"


class SignalKind(StrEnum):
    """What a reviewer's eye is drawn to."""

    REST_DAY = "rest_day"
    MENTOR_IN_TWO_PLACES = "mentor_in_two_places"
    EVIDENCE_TWICE = "evidence_twice"
    TWO_SESSIONS_AT_ONCE = "two_sessions_at_once"
    SIGN_IN_OUTSIDE_SESSION = "sign_in_outside_session"
    MORE_THAN_A_DAY = "more_than_a_day"
    LONG_DAY = "long_day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One signal with its values."""

    kind: SignalKind
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursJudgement:
    """How one rule came out. `advisory` ones are shown and count for nothing."""

    rule: HoursRule
    result: Result
    advisory: bool
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRecord:
    """A person's computed training: minutes by kind, class hours, attendance, and what is asked.

    `held_minutes` counts the sessions held while the person was in training; the attendance rate is in
    basis points of it, None where none was held.
    """

    enrolment_id: UUID
    minutes: Mapping[HourKind, int]
    held_minutes: int
    attendance_basis_points: int | None
    class_hours: int
    result: Result
    judgements: tuple[HoursJudgement, ...]
    signals: tuple[Signal, ...]

    @property
    def attended_minutes(self) -> int:
        """All minutes together."""
        return sum(self.minutes.values())


def live(sessions: Sequence[Session]) -> tuple[Session, ...]:
    """The sessions that have not been taken back."""
    return tuple(session for session in sessions if not session.withdrawn)


def person_record(
    person: Enrolment,
    sessions: Sequence[Session],
    entries: Sequence[Attendance],
    rule: TrainingRule,
    *,
    filed_months: int,
) -> PersonRecord:
    """Compute one person's record from the sessions of the class and the person's entries in force.

    Sessions before the person's first day or after the last count for nothing. Two entries in force
    about one session do not add up: the longer one counts.
    """
    during = {s.id: s for s in live(sessions) if _in_training(person, s.held_on)}
    attended: dict[UUID, int] = {}
    for entry in entries:
        if (session := during.get(entry.session_id)) is not None:
            minutes = entry.minutes_of(session)
            attended[session.id] = max(minutes, attended.get(session.id, 0))
    by_kind: Counter[HourKind] = Counter()
    for session_id, minutes in attended.items():
        by_kind[during[session_id].kind] += minutes
    held = sum(session.minutes for session in during.values())
    total = by_kind.total()
    judgements = tuple(_judged(person, by_kind, rule, filed_months)) if attended else ()
    return PersonRecord(
        enrolment_id=person.id,
        minutes={kind: by_kind[kind] for kind in HourKind},
        held_minutes=held,
        attendance_basis_points=total * WHOLE // held if held else None,
        class_hours=total // rule.class_hour_minutes,
        result=_overall(judgements) if attended else Result.UNKNOWN,
        judgements=judgements,
        signals=tuple(_signals_of_person(during, attended, entries)),
    )


def _in_training(person: Enrolment, day: date) -> bool:
    return (
        person.started_on is not None
        and person.started_on <= day
        and (person.ended_on is None or day <= person.ended_on)
    )


def _overall(judgements: Sequence[HoursJudgement]) -> Result:
    results = {judgement.result for judgement in judgements if not judgement.advisory}
    if Result.FAIL in results:
        return Result.FAIL
    return Result.UNKNOWN if Result.UNKNOWN in results else Result.PASS


def _judged(
    person: Enrolment, by_kind: Counter[HourKind], rule: TrainingRule, filed_months: int
) -> Iterator[HoursJudgement]:
    total = by_kind.total()
    if rule.min_hours_per_year is not None:
        # Hours a year over the term: both sides times twelve, so that no year is divided.
        wanted = rule.min_hours_per_year * rule.class_hour_minutes * filed_months
        enough = total * MONTHS_A_YEAR >= wanted
        short = Result.UNKNOWN if person.ended_on is None else Result.FAIL
        yield HoursJudgement(
            rule=HoursRule.HOURS,
            result=Result.PASS if enough else short,
            advisory=False,
            values={
                "minutes": total,
                "class_hours": total // rule.class_hour_minutes,
                "hours_per_year": rule.min_hours_per_year,
                "months": filed_months,
            },
        )
    practice = sum(by_kind[kind] for kind in _PRACTICAL)
    asked = rule.min_practice_basis_points
    least = ADVISED_PRACTICE_BASIS_POINTS if asked is None else asked
    yield HoursJudgement(
        rule=HoursRule.PRACTICE_SHARE,
        result=Result.PASS if practice * WHOLE >= least * total else Result.FAIL,
        advisory=asked is None,
        values={"practice_minutes": practice, "minutes": total, "least_basis_points": least},
    )
    if (most := rule.max_online_basis_points) is not None:
        online = by_kind[HourKind.ONLINE]
        yield HoursJudgement(
            rule=HoursRule.ONLINE_SHARE,
            result=Result.PASS if online * WHOLE <= most * total else Result.FAIL,
            advisory=False,
            values={"online_minutes": online, "minutes": total, "most_basis_points": most},
        )


def _signals_of_person(
    during: Mapping[UUID, Session], attended: Mapping[UUID, int], entries: Sequence[Attendance]
) -> Iterator[Signal]:
    of_day: defaultdict[date, list[Session]] = defaultdict(list)
    for session_id, minutes in attended.items():
        if minutes:
            of_day[during[session_id].held_on].append(during[session_id])
    for day, sessions in sorted(of_day.items()):
        for one, other in combinations(sorted(sessions, key=_start), 2):
            if one.overlaps(other):
                yield Signal(kind=SignalKind.TWO_SESSIONS_AT_ONCE, values=_pair(one, other))
        minutes = sum(attended[session.id] for session in sessions)
        if minutes > LONG_DAY_MINUTES:
            kind = SignalKind.MORE_THAN_A_DAY if minutes > DAY_MINUTES else SignalKind.LONG_DAY
            yield Signal(kind=kind, values={"day": day.isoformat(), "minutes": minutes})
    for entry in entries:
        session = during.get(entry.session_id)
        if session is not None and entry.outside(session):
            yield Signal(
                kind=SignalKind.SIGN_IN_OUTSIDE_SESSION,
                values={"session_id": str(session.id), "entry_id": entry.entry_id},
            )


def class_signals(
    sessions: Sequence[Session],
    evidence: Sequence[Evidence],
    clashes: Sequence[tuple[Session, Session]],
    calendar: Calendar,
) -> tuple[Signal, ...]:
    """Return the signals of a class: rest days, mentors in two places at once, evidence used twice.

    `clashes` are sessions of one mentor that overlap at different sites, in this class or another.
    """
    found = [
        Signal(
            kind=SignalKind.REST_DAY,
            values={"session_id": str(session.id), "day": session.held_on.isoformat()},
        )
        for session in live(sessions)
        if calendar.is_published(session.held_on) and not calendar.is_working(session.held_on)
    ]
    found += [
        Signal(kind=SignalKind.MENTOR_IN_TWO_PLACES, values=_pair(one, other))
        for one, other in clashes
    ]
    digests = Counter(item.digest for item in evidence if not item.withdrawn)
    found += [
        Signal(kind=SignalKind.EVIDENCE_TWICE, values={"digest": digest.hex(), "items": times})
        for digest, times in digests.items()
        if times > 1
    ]
    return tuple(found)


def _start(session: Session) -> tuple[int, UUID]:
    return session.starts_minute, session.id


def _pair(one: Session, other: Session) -> Mapping[str, Value]:
    return {
        "session_id": str(one.id),
        "other_session_id": str(other.id),
        "day": one.held_on.isoformat(),
    }
