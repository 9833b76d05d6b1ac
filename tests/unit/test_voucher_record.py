"""Records of voucher classes: devices that send late, twice and with a wrong clock, and what somebody attended."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.attendance_file import columns_of, parsed_attendance
from domain.class_record import Attendance, new_attendance
from domain.errors import Refusal
from domain.voucher_record import (
    ATTENDEE,
    SKEW_MAX_S,
    AttendedShare,
    CheckIn,
    Direction,
    Mark,
    RecordedEntries,
    VoucherEntry,
    attended_share,
    new_check_ins,
)
from tests.unit.class_samples import PERSON, a_session, attended

SESSION = a_session()  # 3 February 2026, 08:30 to 10:00 in China
IN, OUT = Direction.IN, Direction.OUT
ARRIVES = datetime(2026, 2, 3, 0, 40, tzinfo=UTC)  # 08:40 in China


def at(n: int, field: str) -> str:
    return f"/entries/{n}/{field}"


def passed(entry_id: str = "a", direction: Direction = IN, **changed: Any) -> CheckIn:
    fields: dict[str, Any] = {
        "session_id": SESSION.id,
        "voucher_id": PERSON,
        "entry_id": entry_id,
        "direction": direction,
        "at": ARRIVES,
    }
    return CheckIn(**(fields | changed))


def recorded(*entries: VoucherEntry) -> RecordedEntries:
    keyed = {
        (e.attendance.session_id, e.attendance.attendee_id, e.attendance.entry_id): e
        for e in entries
    }
    return RecordedEntries(
        sessions={SESSION.id: SESSION, UUID(int=102): a_session(2, withdrawn=True)},
        people={PERSON},
        entries=keyed,
        superseded=set(),
    )


def entered(
    check_ins: Sequence[CheckIn], *on_file: VoucherEntry, skew_s: int = 0
) -> tuple[VoucherEntry, ...]:
    return new_check_ins(check_ins, recorded(*on_file), device_id="gate-1", skew_s=skew_s, where=at)


def located(refused: pytest.ExceptionInfo[Refusal]) -> list[tuple[str, str]]:
    assert refused.value.code == "class_record_faulty"
    assert refused.value.values["count"] == len(refused.value.faults)
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def by_hand(**changed: Any) -> VoucherEntry:
    return VoucherEntry(attendance=attended(SESSION, "hand", **changed))


def test_a_sign_in_is_read_as_minutes_of_the_day_in_china() -> None:
    (signed_in, signed_out) = entered([passed(), passed("b", OUT, at=ARRIVES + timedelta(hours=1))])
    assert (signed_in.attendance.arrived_minute, signed_in.attendance.left_minute) == (520, None)
    assert (signed_out.attendance.arrived_minute, signed_out.attendance.left_minute) == (None, 580)
    assert signed_in.marks == signed_out.marks == ()


@pytest.mark.parametrize("skew_s", [-90_000, -SKEW_MAX_S, -1, 0, 1, SKEW_MAX_S, 90_000])
def test_a_time_is_ours_however_far_the_clock_was_off_and_both_are_kept(skew_s: int) -> None:
    by_its_clock = ARRIVES - timedelta(seconds=skew_s)
    (entry,) = entered([passed(at=by_its_clock)], skew_s=skew_s)
    assert entry.attendance.arrived_minute == 520
    assert entry.stamp is not None
    assert (entry.stamp.at, entry.stamp.skew_s, entry.stamp.device_id) == (
        by_its_clock,
        skew_s,
        "gate-1",
    )
    assert entry.marks == ((Mark.CLOCK_SKEWED,) if abs(skew_s) > SKEW_MAX_S else ())


def test_a_sign_in_on_another_day_is_kept_and_marked_and_counts_for_nothing() -> None:
    wrong = [
        passed("a", at=ARRIVES + timedelta(days=1)),
        passed("b", OUT, at=ARRIVES - timedelta(days=1)),
    ]
    entries = entered(wrong, skew_s=SKEW_MAX_S + 1)
    assert [entry.marks for entry in entries] == [(Mark.CLOCK_SKEWED, Mark.OTHER_DAY)] * 2
    assert attended_share([SESSION], entries).attended_minutes == 0


def test_a_sign_out_at_midnight_is_the_first_minute() -> None:
    midnight = datetime(2026, 2, 2, 16, 0, tzinfo=UTC)
    (entry,) = entered([passed(direction=OUT, at=midnight)])
    assert entry.attendance.left_minute == 1


def test_what_a_device_sends_again_counts_once_however_its_clock_stands_by_then() -> None:
    first = passed()
    on_file = entered([first, first], skew_s=30)
    assert len(on_file) == 1
    assert entered([first], *on_file, skew_s=4000) == ()


def test_an_entry_id_stands_for_one_sign_in() -> None:
    on_file = entered([passed()])
    others = [passed(direction=OUT), passed(at=ARRIVES + timedelta(seconds=1))]
    for other in others:
        with pytest.raises(Refusal) as refused:
            entered([other], *on_file)
        assert located(refused) == [("/entries/0/entry_id", "entry_id_reused")]
    with pytest.raises(Refusal) as refused:
        entered([passed("hand")], by_hand())
    assert located(refused) == [("/entries/0/entry_id", "entry_id_reused")]


def test_every_fault_of_an_upload_is_located() -> None:
    with pytest.raises(Refusal) as refused:
        entered(
            [
                passed("a", session_id=UUID(int=9)),
                passed("b", session_id=UUID(int=102)),
                passed("c", voucher_id=UUID(int=9)),
                passed("d"),
            ]
        )
    assert located(refused) == [
        ("/entries/0/session_id", "session_unknown"),
        ("/entries/1/session_id", "session_unknown"),
        ("/entries/2/voucher_id", "person_not_in_class"),
    ]


def test_from_the_first_sign_in_to_the_last_sign_out_counts_in_any_order() -> None:
    def minute(n: int) -> datetime:
        return datetime(2026, 2, 3, tzinfo=UTC) + timedelta(minutes=n)

    entries = entered(
        [
            passed("d", OUT, at=minute(100)),
            passed("b", OUT, at=minute(60)),
            passed("c", IN, at=minute(70)),
            passed("a", IN, at=minute(40)),
        ]
    )
    assert attended_share([SESSION], entries) == AttendedShare(attended_minutes=60, held_minutes=90)


def test_who_only_signed_in_stayed_and_who_only_signed_out_had_come() -> None:
    (signed_in,) = entered([passed()])  # 08:40
    (signed_out,) = entered([passed(direction=OUT)])
    assert attended_share([SESSION], [signed_in]).attended_minutes == 80
    assert attended_share([SESSION], [signed_out]).attended_minutes == 10


def test_where_somebody_entered_by_hand_the_devices_are_not_asked() -> None:
    devices = entered([passed()])
    absent = by_hand(present=False)
    assert attended_share([SESSION], [*devices, absent]).attended_minutes == 0
    longer = VoucherEntry(attendance=attended(SESSION, "b", arrived_minute=550))
    assert attended_share([SESSION], [absent, longer, *devices]).attended_minutes == 50


def test_a_session_taken_back_counts_neither_as_held_nor_as_attended() -> None:
    withdrawn = a_session(2, withdrawn=True)
    entry = VoucherEntry(attendance=attended(withdrawn))
    assert attended_share([SESSION, withdrawn], [entry]) == AttendedShare(
        attended_minutes=0, held_minutes=90
    )
    other_day = a_session(3, held_on=date(2026, 2, 4))
    entries = [VoucherEntry(attendance=attended(other_day)), by_hand()]
    assert attended_share([SESSION, other_day], entries).attended_minutes == 180


@given(st.integers(0, 600), st.integers(1, 600), st.integers(1, 10_000), st.sampled_from([None, 0]))
def test_enough_is_compared_without_rounding(
    attended_minutes: int, held: int, least: int, nothing: int | None
) -> None:
    share = AttendedShare(attended_minutes=min(attended_minutes, held), held_minutes=held)
    assert share.is_enough(nothing)
    assert share.is_enough(least) == (share.attended_minutes * 10_000 >= least * held)
    assert share.basis_points == share.attended_minutes * 10_000 // held


def test_without_a_session_nothing_that_is_asked_is_reached() -> None:
    nothing = AttendedShare(attended_minutes=0, held_minutes=0)
    assert not nothing.is_enough(1)
    assert nothing.is_enough(None)
    assert nothing.basis_points is None


def test_entries_by_hand_correct_those_of_devices_and_name_the_voucher_where_they_are_wrong() -> (
    None
):
    on_file = recorded(*entered([passed()])).as_attendance()
    correction = attended(SESSION, "b", supersedes="a", present=False)
    assert new_attendance([correction], on_file, where=at, attendee=ATTENDEE) == (correction,)
    stranger: Attendance = attended(SESSION, "c", attendee_id=UUID(int=9))
    with pytest.raises(Refusal) as refused:
        new_attendance([stranger], on_file, where=at, attendee=ATTENDEE)
    assert located(refused) == [("/entries/0/voucher_id", "person_not_in_class")]


def test_a_file_of_a_voucher_class_names_vouchers() -> None:
    header = ",".join(columns_of(ATTENDEE))
    row = f"{SESSION.id},{PERSON},a,1,08:40,,"
    (entry,) = parsed_attendance(f"{header}\r\n{row}\r\n", attendee=ATTENDEE)
    assert (entry.attendee_id, entry.arrived_minute) == (PERSON, 520)
    with pytest.raises(Refusal) as refused:
        parsed_attendance(f"{header}\r\n{SESSION.id},nobody,a,1,,,\r\n", attendee=ATTENDEE)
    assert located(refused) == [("/rows/1/voucher_id", "not_a_uuid")]
