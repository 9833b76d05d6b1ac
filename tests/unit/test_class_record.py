"""Entries of a class record: what is located, what changes nothing, and what a file may say."""

from datetime import date
from uuid import UUID

import pytest

from domain.attendance_file import (
    COLUMNS,
    ROWS_MAX,
    minute_of,
    parsed_attendance,
    time_of,
    where_in_file,
)
from domain.class_record import (
    Attendance,
    Recorded,
    checked_receipts,
    corrected,
    new_attendance,
    session_faults,
)
from domain.errors import Refusal
from tests.unit.class_samples import PERSON, a_receipt, a_session, attended

SESSION = a_session()
NOTHING = Recorded(sessions={SESSION.id: SESSION}, people={PERSON}, entries={}, superseded=set())


def at(n: int, field: str) -> str:
    return f"/entries/{n}/{field}"


def located(refused: pytest.ExceptionInfo[Refusal]) -> list[tuple[str, str]]:
    assert refused.value.code == "class_record_faulty"
    assert refused.value.values["count"] == len(refused.value.faults)
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def recorded(*entries: Attendance) -> Recorded:
    keys = {(e.session_id, e.attendee_id, e.entry_id): e for e in entries}
    superseded = {(e.session_id, e.attendee_id, e.supersedes) for e in entries if e.supersedes}
    return Recorded(
        sessions={SESSION.id: SESSION}, people={PERSON}, entries=keys, superseded=superseded
    )


def test_an_entry_on_file_or_sent_twice_counts_once() -> None:
    first = attended(SESSION, "a")
    assert new_attendance([first, first], NOTHING, where=at) == (first,)
    assert new_attendance([first], recorded(first), where=at) == ()


def test_a_correction_names_what_it_supersedes_once() -> None:
    first, second = attended(SESSION, "a"), attended(SESSION, "b", supersedes="a", present=False)
    assert new_attendance([first, second], NOTHING, where=at) == (first, second)
    again = attended(SESSION, "c", supersedes="a")
    with pytest.raises(Refusal) as refused:
        new_attendance([again], recorded(first, second), where=at)
    assert located(refused) == [("/entries/0/supersedes", "entry_superseded")]
    with pytest.raises(Refusal) as refused:
        new_attendance([second], NOTHING, where=at)
    assert located(refused) == [("/entries/0/supersedes", "entry_unknown")]


def test_every_fault_of_attendance_is_located() -> None:
    gone = a_session(2, withdrawn=True)
    on_file = recorded(attended(SESSION, "a"))
    on_file = Recorded(
        sessions={SESSION.id: SESSION, gone.id: gone},
        people=on_file.people,
        entries=on_file.entries,
        superseded=on_file.superseded,
    )
    entries = [
        attended(a_session(9)),
        attended(gone),
        attended(SESSION, "b", attendee_id=UUID(int=9)),
        attended(SESSION, "c", arrived_minute=600, left_minute=600),
        attended(SESSION, "d", present=False, left_minute=600),
        attended(SESSION, "a", present=False),
    ]
    with pytest.raises(Refusal) as refused:
        new_attendance(entries, on_file, where=at)
    assert located(refused) == [
        ("/entries/0/session_id", "session_unknown"),
        ("/entries/1/session_id", "session_unknown"),
        ("/entries/2/enrolment_id", "person_not_in_class"),
        ("/entries/3/left", "times_out_of_order"),
        ("/entries/4/arrived", "absent_with_times"),
        ("/entries/5/entry_id", "entry_id_reused"),
    ]


def test_a_correction_is_of_the_latest_version_and_comes_once() -> None:
    on_file = {UUID(int=1): 2}
    given = [None, (UUID(int=1), 2), (UUID(int=1), 2), (UUID(int=1), 1), (UUID(int=5), 1)]
    assert [(f.pointer, f.code) for f in corrected("sessions", given, on_file)] == [
        ("/sessions/2/corrects/version", "entry_superseded"),
        ("/sessions/3/corrects/version", "entry_superseded"),
        ("/sessions/4/corrects/id", "entry_unknown"),
    ]


def test_sessions_lie_in_the_class_and_end_after_they_start() -> None:
    first, last = date(2026, 2, 3), date(2026, 2, 28)
    mentor = UUID(int=201)
    fine = a_session(held_on=last, mentor_id=mentor)
    bad = a_session(held_on=date(2026, 3, 1), ends_minute=510, mentor_id=UUID(int=7))
    faults = session_faults([fine, bad], first_day=first, last_day=last, mentors={mentor})
    assert [(f.pointer, f.code) for f in faults] == [
        ("/sessions/1/ends", "times_out_of_order"),
        ("/sessions/1/held_on", "day_outside_training"),
        ("/sessions/1/mentor_id", "mentor_unknown"),
    ]


def test_receipts_are_normalised_and_named_once_in_a_filing() -> None:
    typed = a_receipt(number="２６３２ 2000 0000 1234 5671", issuer_code="91320681ma1n000001 ")
    assert checked_receipts([typed], on_file=[]) == (a_receipt(),)
    old = a_receipt(2, code="0320 0160 0105", number="12345678")
    assert checked_receipts([old], on_file=[])[0].code == "032001600105"
    with pytest.raises(Refusal) as refused:
        checked_receipts(
            [
                a_receipt(5, number=a_receipt().number),
                a_receipt(6, code="12", number="1", issuer_code="校"),
            ],
            on_file=[a_receipt()],
        )
    assert located(refused) == [
        ("/receipts/0/number", "receipt_twice"),
        ("/receipts/1/code", "receipt_number_malformed"),
        ("/receipts/1/number", "receipt_number_malformed"),
        ("/receipts/1/issuer_code", "credit_code_malformed"),
    ]


def test_a_receipt_may_be_corrected_or_taken_back_under_its_own_number() -> None:
    corrected_amount = a_receipt(version=2, amount_fen=1)
    assert checked_receipts([corrected_amount], on_file=[a_receipt()]) == (corrected_amount,)
    taken_back = a_receipt(version=2, withdrawn=True)
    assert checked_receipts([taken_back], on_file=[a_receipt()]) == (taken_back,)
    # One that was taken back may be entered anew.
    anew = a_receipt(7, number=a_receipt().number)
    assert checked_receipts([anew], on_file=[taken_back]) == (anew,)


def test_times_of_day_are_read_and_written() -> None:
    assert [minute_of(time) for time in ("00:00", "08:30", "24:00")] == [0, 510, 1440]
    assert [minute_of(time) for time in ("8:30", "24:01", "08:60", "")] == [None] * 4
    assert [time_of(minute) for minute in (0, 510, 1440)] == ["00:00", "08:30", "24:00"]


HEADER = ",".join(COLUMNS)


def test_a_file_of_attendance_is_read() -> None:
    row = f"{SESSION.id},{PERSON},a,是,08:30,,"
    gone = f"{SESSION.id},{PERSON},b,0,,,a"
    entries = parsed_attendance(f"{HEADER}\r\n{row}\r\n{gone}\r\n")
    assert entries == (
        attended(SESSION, "a", arrived_minute=510),
        attended(SESSION, "b", present=False, supersedes="a"),
    )
    assert where_in_file(0, "left") == "/rows/1/left"


def test_every_bad_cell_of_a_file_is_located() -> None:
    with pytest.raises(Refusal) as refused:
        parsed_attendance(f"{HEADER}\r\nx,y,,maybe,8:30,25:00,{'z' * 101}\r\na,b\r\n")
    assert located(refused) == [
        ("/rows/1/entry_id", "text_too_short"),
        ("/rows/1/present", "not_one_of"),
        ("/rows/1/session_id", "not_a_uuid"),
        ("/rows/1/enrolment_id", "not_a_uuid"),
        ("/rows/1/arrived", "pattern_mismatch"),
        ("/rows/1/left", "pattern_mismatch"),
        ("/rows/1/supersedes", "text_too_long"),
        ("/rows/2", "columns_wrong"),
    ]


@pytest.mark.parametrize(
    ("text", "pointer", "code"),
    [
        ("a,b\r\n", "/header", "header_wrong"),
        (f"{HEADER}\r\n", "/rows", "too_few_items"),
        ("", "/rows", "too_few_items"),
        ('"a"b,c\r\n', "/header", "csv_malformed"),
        (f'{HEADER}\r\n"a"b\r\n', "/rows/1", "csv_malformed"),
    ],
)
def test_a_file_of_another_shape_is_refused(text: str, pointer: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        parsed_attendance(text)
    assert located(refused) == [(pointer, code)]


def test_a_file_is_read_up_to_a_hundred_faults_and_twenty_thousand_rows() -> None:
    with pytest.raises(Refusal) as refused:
        parsed_attendance(f"{HEADER}\r\n" + "a\r\n" * 300)
    assert len(refused.value.faults) == 100
    row = f"{SESSION.id},{PERSON},a,1,,,\r\n"
    with pytest.raises(Refusal) as refused:
        parsed_attendance(f"{HEADER}\r\n" + row * (ROWS_MAX + 1))
    assert located(refused) == [("/rows", "too_many_items")]
