"""Hours worked out by hand: 45 minutes are a class hour, shares are compared without division."""

from datetime import UTC, date, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Calendar
from domain.class_record import Evidence, EvidenceKind, HourKind
from domain.eligibility import Result
from domain.policy.overlay import TrainingRule
from domain.training_hours import HoursRule, SignalKind, class_signals, person_record
from tests.unit.class_samples import PERSON, a_person, a_session, attended

ASKS = TrainingRule(
    min_hours_per_year=4, min_practice_basis_points=5000, max_online_basis_points=2500
)
# 4 class hours a year of 45 minutes over 12 months: 180 minutes.
THEORY = a_session(1, starts_minute=480, ends_minute=525)  # 45
PRACTICE = a_session(2, starts_minute=540, ends_minute=585, kind=HourKind.PRACTICE)  # 45
MENTORED = a_session(3, starts_minute=600, ends_minute=645, kind=HourKind.MENTORED)  # 45
ONLINE = a_session(4, starts_minute=840, ends_minute=885, kind=HourKind.ONLINE)  # 45
ALL = (THEORY, PRACTICE, MENTORED, ONLINE)


def test_exactly_the_hours_and_shares_that_are_asked_pass() -> None:
    record = person_record(
        a_person(), ALL, [attended(session) for session in ALL], ASKS, filed_months=12
    )
    assert record.attended_minutes == 180
    assert record.class_hours == 4
    assert record.held_minutes == 180
    assert record.attendance_basis_points == 10_000
    assert record.minutes[HourKind.PRACTICE] == record.minutes[HourKind.MENTORED] == 45
    assert {j.rule: j.result for j in record.judgements} == {
        HoursRule.HOURS: Result.PASS,
        HoursRule.PRACTICE_SHARE: Result.PASS,
        HoursRule.ONLINE_SHARE: Result.PASS,
    }
    assert record.result is Result.PASS


def test_one_minute_short_fails_at_the_end_and_is_unknown_before() -> None:
    entries = [attended(s) for s in ALL[1:]] + [attended(THEORY, arrived_minute=481)]
    ended = person_record(a_person(), ALL, entries, ASKS, filed_months=12)
    assert ended.attended_minutes == 179
    assert ended.class_hours == 3
    assert ended.attendance_basis_points == 9944  # 179 / 180, cut
    assert ended.result is Result.FAIL
    training = person_record(
        a_person(state="in_training", ended_on=None), ALL, entries, ASKS, filed_months=12
    )
    # 90 of 179 minutes are practice; 45 of 179 online are more than a quarter.
    assert {j.rule: j.result for j in training.judgements} == {
        HoursRule.HOURS: Result.UNKNOWN,
        HoursRule.PRACTICE_SHARE: Result.PASS,
        HoursRule.ONLINE_SHARE: Result.FAIL,
    }
    assert training.result is Result.FAIL
    only_hours = TrainingRule(min_hours_per_year=4)
    still = person_record(a_person(ended_on=None), ALL, entries, only_hours, filed_months=12)
    assert still.result is Result.UNKNOWN


def test_hours_a_year_follow_the_term_and_the_length_of_a_class_hour() -> None:
    entries = [attended(session) for session in ALL]  # 180 minutes
    by_term = {
        months: person_record(
            a_person(), ALL, entries, TrainingRule(min_hours_per_year=4), filed_months=months
        ).result
        for months in (12, 13, 24)
    }
    assert by_term == {12: Result.PASS, 13: Result.FAIL, 24: Result.FAIL}
    longer = TrainingRule(min_hours_per_year=4, class_hour_minutes=50)  # 200 minutes
    record = person_record(a_person(), ALL, entries, longer, filed_months=12)
    assert record.class_hours == 3
    assert record.result is Result.FAIL


def test_half_practice_is_advice_where_no_overlay_asks() -> None:
    record = person_record(a_person(), ALL, [attended(THEORY)], TrainingRule(), filed_months=12)
    (advice,) = record.judgements
    assert (advice.rule, advice.result, advice.advisory) == (
        HoursRule.PRACTICE_SHARE,
        Result.FAIL,
        True,
    )
    assert record.result is Result.PASS


def test_without_a_record_nothing_is_known() -> None:
    record = person_record(a_person(), (), (), ASKS, filed_months=12)
    assert record.result is Result.UNKNOWN
    assert record.judgements == ()
    assert record.attendance_basis_points is None
    never_started = person_record(
        a_person(started_on=None, ended_on=None), ALL, [attended(THEORY)], ASKS, filed_months=12
    )
    assert never_started.attended_minutes == never_started.held_minutes == 0


def test_absence_withdrawn_sessions_and_days_after_the_end_count_for_nothing() -> None:
    withdrawn = a_session(5, withdrawn=True)
    late = a_session(6, held_on=date(2027, 1, 1))
    entries = [
        attended(THEORY, present=False),
        attended(PRACTICE),
        attended(withdrawn),
        attended(late),
    ]
    record = person_record(
        a_person(), (THEORY, PRACTICE, withdrawn, late), entries, ASKS, filed_months=12
    )
    assert record.attended_minutes == 45
    assert record.held_minutes == 90
    assert record.attendance_basis_points == 5000


def test_two_entries_about_one_session_do_not_add_up() -> None:
    entries = [attended(THEORY, "gate", left_minute=500), attended(THEORY, "sheet")]
    record = person_record(a_person(), ALL, entries, ASKS, filed_months=12)
    assert record.attended_minutes == 45


def test_signals_of_a_person_say_what_and_when() -> None:
    over = a_session(7, starts_minute=500, ends_minute=560)
    day = date(2026, 2, 4)
    long_days = [
        a_session(10 + n, held_on=day, starts_minute=0, ends_minute=700, site=f"{n}")
        for n in range(3)
    ]
    full = a_session(20, held_on=date(2026, 2, 5), starts_minute=420, ends_minute=1021)
    outside = attended(PRACTICE, arrived_minute=585)
    left_before = attended(MENTORED, left_minute=600)
    entries = [
        *(attended(s) for s in (THEORY, over, *long_days, full)),
        outside,
        left_before,
    ]
    record = person_record(
        a_person(), (*ALL, over, *long_days, full), entries, ASKS, filed_months=12
    )
    kinds = [signal.kind for signal in record.signals]
    # theory and `over` on the 3rd; three pairs on the 4th, 2100 minutes; 601 minutes on the 5th.
    assert kinds == [
        SignalKind.TWO_SESSIONS_AT_ONCE,
        *[SignalKind.TWO_SESSIONS_AT_ONCE] * 3,
        SignalKind.MORE_THAN_A_DAY,
        SignalKind.LONG_DAY,
        SignalKind.SIGN_IN_OUTSIDE_SESSION,
        SignalKind.SIGN_IN_OUTSIDE_SESSION,
    ]
    assert record.signals[4].values == {"day": "2026-02-04", "minutes": 2100}
    assert record.signals[5].values == {"day": "2026-02-05", "minutes": 601}
    assert record.signals[6].values == {"session_id": str(PRACTICE.id), "entry_id": "a"}


def test_signals_of_a_class_are_rest_days_clashes_and_evidence_used_twice() -> None:
    holiday = a_session(8, held_on=date(2026, 2, 17))  # Spring Festival
    later = a_session(9, held_on=date(2027, 2, 6))  # a Saturday of a year not published
    calendar = Calendar(exceptions={date(2026, 2, 17): False}, years=frozenset({2026}))

    def photo(n: int, **changed: object) -> Evidence:
        fields: dict[str, object] = {
            "id": UUID(int=400 + n),
            "version": 1,
            "withdrawn": False,
            "kind": EvidenceKind.PHOTO,
            "digest": b"\x01" * 32,
            "site": "教室",
            "taken_at": datetime(2026, 2, 3, 1, tzinfo=UTC),
            "duration_s": None,
            "session_id": None,
            "held_at": None,
        }
        return Evidence(**(fields | changed))  # type: ignore[arg-type]

    photos = [photo(1), photo(2), photo(3, withdrawn=True), photo(4, digest=b"\x02" * 32)]
    signals = class_signals([THEORY, holiday, later], photos, [(THEORY, PRACTICE)], calendar)
    assert [(s.kind, dict(s.values)) for s in signals] == [
        (SignalKind.REST_DAY, {"session_id": str(holiday.id), "day": "2026-02-17"}),
        (
            SignalKind.MENTOR_IN_TWO_PLACES,
            {
                "session_id": str(THEORY.id),
                "other_session_id": str(PRACTICE.id),
                "day": "2026-02-03",
            },
        ),
        (SignalKind.EVIDENCE_TWICE, {"digest": "01" * 32, "items": 2}),
    ]


@given(
    arrived=st.none() | st.integers(0, 1439),
    left=st.none() | st.integers(1, 1440),
    start=st.integers(0, 1438),
    length=st.integers(1, 300),
)
def test_nobody_attends_more_than_a_session_or_less_than_nothing(
    arrived: int | None, left: int | None, start: int, length: int
) -> None:
    session = a_session(starts_minute=start, ends_minute=min(start + length, 1440))
    entry = attended(session, arrived_minute=arrived, left_minute=left)
    assert 0 <= entry.minutes_of(session) <= session.minutes
    if entry.outside(session):
        assert entry.minutes_of(session) == 0
    record = person_record(a_person(), [session], [entry], ASKS, filed_months=12)
    assert record.enrolment_id == PERSON
    assert 0 <= (record.attendance_basis_points or 0) <= 10_000
