"""Notices: published examples of counting, what the public reads, and what needs a new notice."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Calendar, DayUnit
from domain.errors import Refusal
from domain.notice import (
    NoticeLine,
    check_named_once,
    covered,
    last_day,
    masked_name,
    published_items,
)
from domain.policy.overlay import NoticeNames, NoticeOf, NoticeRule

CALENDAR = Calendar(exceptions={}, years=frozenset({2023, 2025}))
QIDONG = NoticeRule(
    of=frozenset({NoticeOf.SETTLEMENT}),
    days=7,
    unit=DayUnit.CALENDAR,
    first_day_counts=False,
    names=NoticeNames.ENTERPRISES,
)
NANPING = replace(QIDONG, first_day_counts=True)
ONE, TWO = UUID(int=1), UUID(int=2)


def _line(n: int, amount_fen: int = 400_000, *, item: UUID = ONE) -> NoticeLine:
    return NoticeLine(
        item_id=item,
        line_id=UUID(int=100 + n),
        person_id=UUID(int=200 + n),
        payee_account_id=UUID(int=300),
        amount_fen=amount_fen,
        name="欧阳雪",
        identity_masked="320***********0095",
    )


def test_both_published_notices_end_on_their_published_days() -> None:
    assert last_day(QIDONG, date(2025, 4, 7), CALENDAR) == date(2025, 4, 14)
    assert last_day(NANPING, date(2023, 8, 17), CALENDAR) == date(2023, 8, 23)


def test_a_notice_in_working_days_does_not_end_beyond_the_published_calendar() -> None:
    rule = replace(QIDONG, unit=DayUnit.WORKING, days=5)
    assert last_day(rule, date(2025, 4, 7), CALENDAR) == date(2025, 4, 14)
    with pytest.raises(Refusal, match="notice_beyond_calendar") as refused:
        last_day(rule, date(2025, 12, 29), CALENDAR)
    assert refused.value.values == {"day": "2026-01-05", "year": 2026}
    assert last_day(QIDONG, date(2025, 12, 29), CALENDAR) == date(2026, 1, 5), (
        "calendar days are known"
    )


@pytest.mark.parametrize("names", NoticeNames)
def test_the_public_reads_totals_and_people_only_where_the_rule_names_them(
    names: NoticeNames,
) -> None:
    lines = [_line(1, item=TWO), _line(2, 12_345), _line(3)]
    one, two = published_items(
        lines,
        of=NoticeOf.SETTLEMENT,
        items=(ONE, TWO),
        enterprises={ONE: "甲厂", TWO: "乙厂"},
        names=names,
    )
    assert (one.item_no, one.enterprise, one.people, one.amount_fen) == (1, "甲厂", 2, 412_345)
    assert (two.item_no, two.enterprise, two.people, two.amount_fen) == (2, "乙厂", 1, 400_000)
    shown = [(p.line_no, p.name, p.identity_masked, p.amount_fen) for p in one.persons]
    if names is NoticeNames.PEOPLE:
        assert shown == [
            (1, "欧*", "320***********0095", 12_345),
            (2, "欧*", "320***********0095", 400_000),
        ]
    else:
        assert shown == []


@given(st.text(min_size=1, max_size=20))
def test_a_masked_name_shows_one_character_and_no_length(name: str) -> None:
    assert masked_name(name) == name[0] + "*"


def test_a_reduction_stands_and_whatever_is_more_or_other_needs_a_new_notice() -> None:
    published = [_line(1), _line(2)]
    assert covered(published, published)
    assert covered(published, [_line(1, 399_999)])
    assert covered(published, [])
    assert not covered(published, [_line(1, 400_001)])
    assert not covered(published, [_line(3)])
    assert not covered(published, [replace(_line(1), payee_account_id=ONE)])
    assert not covered(published, [replace(_line(1), person_id=ONE)])
    assert not covered([], published)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 9)), max_size=8))
def test_what_is_covered_never_pays_anybody_more_than_was_published(
    now: list[tuple[int, int]],
) -> None:
    published = [_line(n, 5) for n in range(3)]
    lines = [_line(n, fen) for n, fen in now]
    assert covered(published, lines) == all(n < 3 and fen <= 5 for n, fen in now)


def test_before_a_listing_the_public_reads_heads_and_no_amount() -> None:
    (item,) = published_items(
        [_line(1), _line(2, 0)],
        of=NoticeOf.LISTING,
        items=(ONE,),
        enterprises={ONE: "甲厂"},
        names=NoticeNames.PEOPLE,
    )
    assert (item.enterprise, item.people, item.amount_fen) == ("甲厂", 2, None)
    assert [(one.line_no, one.name, one.amount_fen) for one in item.persons] == [
        (1, "欧*", None),
        (2, "欧*", None),
    ]


@pytest.mark.parametrize(
    ("of", "where", "code"),
    [
        (NoticeOf.SETTLEMENT, "/settlement_ids", "settlement_named_twice"),
        (NoticeOf.LISTING, "/filing_ids", "filing_named_twice"),
    ],
)
def test_an_item_is_named_once(of: NoticeOf, where: str, code: str) -> None:
    check_named_once(of, [ONE, TWO])
    with pytest.raises(Refusal, match="notice_faulty") as refused:
        check_named_once(of, [ONE, TWO, ONE, ONE])
    assert [(f.pointer, f.code, f.values["row"]) for f in refused.value.faults] == [
        (f"{where}/2", code, 0),
        (f"{where}/3", code, 0),
    ]
