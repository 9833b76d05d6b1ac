"""Correction notices: what they must say, and the day that binds."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from domain.calendar import Deadline
from domain.correction import (
    CorrectionItem,
    CorrectionNotice,
    check_items,
    deadline_in,
    has_passed,
)
from domain.errors import Refusal
from tests.unit.test_calendar import CALENDAR

ITEM = CorrectionItem(pointer="/roster/0", code=None, text="合同缺签字", todo="更换合同")
NOTICE = CorrectionNotice(
    filing_id=UUID(int=1),
    seq=1,
    step_seq=3,
    items=(ITEM,),
    later_reason="",
    working_days=3,
    from_on=date(2026, 12, 30),
    deadline=Deadline(day=date(2027, 1, 4), provisional=True),
    at=datetime(2026, 12, 30, 1, tzinfo=UTC),
)


def test_an_item_says_what_is_wrong() -> None:
    check_items([ITEM, replace(ITEM, text="", code="citizen_id_checksum")])
    with pytest.raises(Refusal) as refused:
        check_items([ITEM, replace(ITEM, text=" "), replace(ITEM, code="no_such_code")])
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [
        ("/items/1/text", "correction_item_empty"),
        ("/items/2/code", "correction_code_unknown"),
    ]


def test_a_provisional_day_is_fixed_when_its_year_is_published_and_a_told_one_stands() -> None:
    assert deadline_in(NOTICE, CALENDAR) == NOTICE.deadline
    new_year_off = {date(2027, 1, day): False for day in (1, 2, 3, 4)}
    published = replace(
        CALENDAR,
        exceptions={**CALENDAR.exceptions, **new_year_off},
        years=frozenset({2026, 2027}),
    )
    # the 31st, then the 5th and 6th of January
    assert deadline_in(NOTICE, published) == Deadline(day=date(2027, 1, 6), provisional=False)
    told = replace(NOTICE, deadline=Deadline(day=date(2027, 1, 8), provisional=False))
    assert deadline_in(told, published) == told.deadline
    assert deadline_in(replace(NOTICE, working_days=None, deadline=None), published) is None


def test_what_takes_effect_by_a_day_waits_for_its_calendar() -> None:
    last = Deadline(day=date(2026, 3, 2), provisional=False)
    assert not has_passed(last, on=date(2026, 3, 2))
    assert has_passed(last, on=date(2026, 3, 3))
    assert not has_passed(replace(last, provisional=True), on=date(2027, 3, 3))
    assert not has_passed(None, on=date(2027, 3, 3))
