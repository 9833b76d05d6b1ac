"""What a settlement moves, against an oracle that knows amounts and no accounts."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.balance import History, balance_of
from domain.ledger import EVENTS, AccountKind, BankLine, BookKey, Event, Posting, PostingKind
from domain.recovery import (
    Holding,
    Movement,
    RecoveryCause,
    collected,
    demanded,
    due_day,
    given_back,
    owed_fen,
    recoverable_fen,
    reference_of,
    settled,
    written_off,
)
from domain.recovery_explanation import CAUSES, MOVEMENTS, explain_recovery
from tests.unit.test_receipt import a_recovery

PLACE, OLD, NEW_ONE = UUID(int=1), UUID(int=7), UUID(int=8)
RECEIVABLE, EXPENSE = AccountKind.PREPAYMENT_RECEIVABLE, AccountKind.EXPENSE
OWED, GONE = AccountKind.RECOVERY_RECEIVABLE, AccountKind.WRITE_OFF


def book(year: int) -> BookKey:
    return BookKey(place_id=PLACE, fund_source="employment_subsidy", budget_year=year)


def held(kind: AccountKind, year: int, amount_fen: int, recovery: UUID | None = None) -> Holding:
    return Holding(kind=kind, book=book(year), amount_fen=amount_fen, recovery_id=recovery)


def moved(*movements: Movement) -> list[tuple[str, int, int]]:
    return [(one.event.value, one.book.budget_year, one.amount_fen) for one in movements]


@dataclass
class Accounts:
    """The accounts of one filing, moved as the ledger moves them: nothing may fall below zero."""

    held: dict[tuple[AccountKind, int, UUID | None], int] = field(default_factory=dict)
    got_back: int = 0
    outlay: int = 0

    def put(self, kind: AccountKind, year: int, fen: int, recovery: UUID | None = None) -> None:
        key = (kind, year, recovery)
        self.held[key] = self.held.get(key, 0) + fen
        assert self.held[key] >= 0, key

    def pay(self, kind: AccountKind, year: int, fen: int) -> None:
        assert fen > 0, "no payment is negative, or of nothing"
        self.outlay += fen
        self.put(kind, year, fen)

    def holdings(self) -> list[Holding]:
        return [held(kind, year, fen, one) for (kind, year, one), fen in self.held.items()]

    def post(self, movements: tuple[Movement, ...], raised: UUID) -> None:
        for one in movements:
            assert one.amount_fen > 0
            legs, year = EVENTS[one.event], one.book.budget_year
            recovery = one.recovery_id or raised
            for kind, sign in ((legs.from_, -1), (legs.to, 1)):
                if kind in (AccountKind.AVAILABLE, AccountKind.TREASURY):
                    self.got_back += one.amount_fen
                    continue
                of_recovery = kind in (OWED, GONE)
                self.put(kind, year, sign * one.amount_fen, recovery if of_recovery else None)

    def total(self, kind: AccountKind) -> int:
        return sum(fen for (what, *_), fen in self.held.items() if what is kind)


def test_a_final_settlement_earns_the_oldest_book_first_and_takes_the_rest_back() -> None:
    holdings = [held(RECEIVABLE, 2026, 600), held(RECEIVABLE, 2027, 300)]
    assert moved(*settled(holdings, entitled_fen=700, interim=False)) == [
        ("settlement_approved", 2026, 600),
        ("settlement_approved", 2027, 100),
        ("prepayment_unearned", 2027, 200),
    ]
    assert moved(*settled(holdings, entitled_fen=0, interim=False)) == [
        ("prepayment_unearned", 2027, 300),
        ("prepayment_unearned", 2026, 600),
    ]


def test_an_interim_settlement_leaves_what_is_not_earned_yet_where_it_is() -> None:
    holdings = [held(RECEIVABLE, 2026, 600)]
    assert moved(*settled(holdings, entitled_fen=400, interim=True)) == [
        ("settlement_approved", 2026, 400)
    ]
    after = [held(RECEIVABLE, 2026, 200), held(EXPENSE, 2026, 400)]
    assert moved(*settled(after, entitled_fen=300, interim=True)) == [("earned_reduced", 2026, 100)]


def test_what_was_paid_as_earned_and_is_not_is_taken_from_expense() -> None:
    holdings = [held(EXPENSE, 2026, 600), held(EXPENSE, 2027, 200)]
    assert moved(*settled(holdings, entitled_fen=400, interim=False)) == [
        ("earned_reduced", 2027, 200),
        ("earned_reduced", 2026, 200),
    ]


def test_more_earned_later_lowers_what_is_owed_before_anything_is_paid() -> None:
    holdings = [held(EXPENSE, 2026, 300), held(OWED, 2026, 300, OLD), held(OWED, 2027, 100, OLD)]
    (newest, older) = settled(holdings, entitled_fen=550, interim=False)
    assert moved(newest, older) == [("earned_later", 2027, 100), ("earned_later", 2026, 150)]
    assert {newest.recovery_id, older.recovery_id} == {OLD}


def test_the_same_figures_again_move_nothing() -> None:
    holdings = [held(EXPENSE, 2026, 300), held(OWED, 2026, 300, OLD)]
    assert settled(holdings, entitled_fen=300, interim=False) == ()


def test_money_that_comes_back_is_the_years_own_or_the_treasurys() -> None:
    holdings = [
        held(OWED, 2026, 300, OLD),
        held(OWED, 2027, 100, OLD),
        held(OWED, 2027, 9, NEW_ONE),
    ]
    assert moved(*collected(holdings, OLD, amount_fen=350, year=2027)) == [
        ("collected_later_year", 2026, 300),
        ("collected_same_year", 2027, 50),
    ]


def test_what_was_written_off_is_owed_again_as_far_as_money_comes() -> None:
    holdings = [held(OWED, 2026, 300, OLD), held(OWED, 2026, 5, NEW_ONE)]
    off = written_off(holdings, OLD)
    assert moved(*off) == [("written_off", 2026, 300)]
    gone = [held(GONE, 2026, 300, OLD)]
    assert moved(*collected(gone, OLD, amount_fen=120, year=2028)) == [
        ("collected_after_all", 2026, 120),
        ("collected_later_year", 2026, 120),
    ]


def test_money_for_more_than_is_owed_reopens_what_was_written_off_book_by_book() -> None:
    holdings = [
        held(OWED, 2027, 100, OLD),
        held(GONE, 2026, 30, OLD),
        held(GONE, 2028, 40, OLD),
    ]
    # 150: the hundred still owed, then of what was written off the oldest 30, and 20 of the next.
    assert moved(*collected(holdings, OLD, amount_fen=150, year=2028)) == [
        ("collected_later_year", 2027, 100),
        ("collected_after_all", 2026, 30),
        ("collected_later_year", 2026, 30),
        ("collected_after_all", 2028, 20),
        ("collected_same_year", 2028, 20),
    ]


def test_what_was_written_off_is_neither_owed_nor_earned_again() -> None:
    # 1000 paid, 400 earned, 600 was owed: 200 of it is written off, 400 still owed.
    holdings = [held(EXPENSE, 2026, 400), held(OWED, 2026, 400, OLD), held(GONE, 2026, 200, OLD)]
    assert settled(holdings, entitled_fen=400, interim=False) == ()
    # 700 earned after all: what is owed falls by 300, and the 200 stay written off.
    assert moved(*settled(holdings, entitled_fen=700, interim=False)) == [
        ("earned_later", 2026, 300)
    ]
    # 900 earned: nothing is owed any more, and expense holds no more than was not written off.
    assert moved(*settled(holdings, entitled_fen=900, interim=False)) == [
        ("earned_later", 2026, 400)
    ]


def test_a_proposal_demands_at_most_what_was_paid_above_what_was_earned() -> None:
    holdings = [held(RECEIVABLE, 2026, 500), held(EXPENSE, 2027, 300), held(OWED, 2027, 50, OLD)]
    assert recoverable_fen(holdings, entitled_fen=300) == 500
    assert recoverable_fen(holdings, entitled_fen=900) == 0
    assert moved(*demanded(holdings, 600)) == [
        ("prepayment_unearned", 2026, 500),
        ("earned_reduced", 2027, 100),
    ]


def test_a_due_day_and_a_reference() -> None:
    assert due_day(date(2027, 4, 1), 30) == date(2027, 5, 1)
    case_id = UUID("0192f0c4-7c1e-7000-8abc-0123456789ab")
    assert reference_of(case_id) == "RABC0123456789AB"


FEN = st.integers(min_value=0, max_value=2_000)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("settle"), FEN, st.booleans()),
        st.tuples(st.just("collect"), FEN, st.booleans()),
        st.tuples(st.just("propose"), FEN, st.booleans()),
        st.tuples(st.just("write_off"), st.just(0), st.just(False)),
    ),
    max_size=12,
)


@dataclass
class Case:
    """The oracle: it knows what was paid, got back and earned, and nothing of accounts."""

    accounts: Accounts
    year: int
    earned: int = 0

    def settle(self, raised: UUID, fen: int, *, interim: bool) -> None:
        accounts, self.earned = self.accounts, fen
        past = History(
            paid_fen=accounts.outlay,
            got_back_fen=accounts.got_back,
            ahead_fen=accounts.total(RECEIVABLE) if interim else 0,
        )
        stated = balance_of(due_fen=fen, history_fen=past.total_fen, ahead_fen=past.ahead_fen)
        accounts.post(settled(accounts.holdings(), entitled_fen=fen, interim=interim), raised)
        history = accounts.outlay - accounts.got_back
        waits, gone = accounts.total(RECEIVABLE), accounts.total(GONE)
        assert accounts.total(OWED) == max(0, history - waits - fen - gone)
        assert interim or waits == 0
        # What the settlement states is what the accounts then hold; written off is not asked again.
        assert accounts.total(OWED) == max(0, stated.recovery_fen - gone)
        assert gone or waits == stated.ahead_fen
        assert stated.balance_fen == max(0, fen - history)
        if stated.balance_fen:
            accounts.pay(EXPENSE, self.year, stated.balance_fen)
            history = fen
        assert accounts.total(EXPENSE) == min(fen, history - gone)
        assert history - accounts.total(OWED) - gone - waits == accounts.total(EXPENSE)

    def collect(self, raised: UUID, fen: int) -> None:
        before, back = self.accounts.holdings(), self.accounts.got_back
        owed = [one for one in before if one.kind in (OWED, GONE) and one.amount_fen]
        for recovery in {one.recovery_id for one in owed[:1]}:
            assert recovery is not None
            most = sum(one.amount_fen for one in owed if one.recovery_id == recovery)
            come = min(fen, most)
            movements = collected(before, recovery, amount_fen=come, year=self.year)
            self.accounts.post(movements, raised)
            assert self.accounts.got_back - back == come
            for one in movements:
                # Nobody else's debt is paid, and only this year's money is the fund's own again.
                assert one.recovery_id == recovery
                if one.event is not Event.COLLECTED_AFTER_ALL:
                    own = one.book.budget_year == self.year
                    assert (one.event is Event.COLLECTED_SAME_YEAR) == own
            left = self.accounts.total(OWED) + self.accounts.total(GONE)
            assert left == owed_fen(before, OWED) + owed_fen(before, GONE) - come
            # What is still owed is paid before what was given up.
            mine = [one for one in self.accounts.holdings() if one.recovery_id == recovery]
            was = [one for one in before if one.recovery_id == recovery]
            if owed_fen(mine, OWED):
                assert owed_fen(mine, GONE) == owed_fen(was, GONE)

    def propose(self, raised: UUID, fen: int) -> None:
        before = self.accounts.holdings()
        amount = min(fen, recoverable_fen(before, entitled_fen=self.earned))
        self.accounts.post(demanded(before, amount), raised)
        assert self.accounts.total(OWED) == owed_fen(before, OWED) + amount

    def write_off(self, raised: UUID) -> None:
        for recovery in {one.recovery_id for one in self.accounts.holdings()} - {None}:
            assert recovery is not None
            before = self.accounts.holdings()
            self.accounts.post(written_off(before, recovery), raised)
            after = [one for one in self.accounts.holdings() if one.recovery_id == recovery]
            was = [one for one in before if one.recovery_id == recovery]
            assert owed_fen(after, OWED) == 0
            assert owed_fen(after, GONE) == owed_fen(was, OWED) + owed_fen(was, GONE)


@given(prepaid=st.lists(FEN, max_size=3), acts=ACTS)
def test_paid_less_got_back_plus_what_is_left_to_pay_less_what_is_owed_is_what_was_earned(
    prepaid: list[int], acts: list[tuple[str, int, bool]]
) -> None:
    case = Case(accounts=Accounts(), year=2026 + len(prepaid))
    for n, fen in enumerate(prepaid):
        if fen:
            case.accounts.pay(RECEIVABLE, 2026 + n, fen)
    for n, (act, fen, flag) in enumerate(acts):
        raised = UUID(int=100 + n)
        if act == "settle":
            case.settle(raised, fen, interim=flag)
        elif act == "collect":
            case.collect(raised, fen)
        elif act == "propose":
            case.propose(raised, fen)
        else:
            case.write_off(raised)
        left = case.accounts.outlay - case.accounts.got_back
        assert sum(case.accounts.held.values()) == left


@pytest.mark.parametrize("event", [Event.EARNED_LATER, Event.WRITTEN_OFF])
def test_nothing_held_moves_nothing(event: Event) -> None:
    assert event not in {one.event for one in settled([], entitled_fen=0, interim=False)}
    assert written_off([], OLD) == ()
    assert collected([], OLD, amount_fen=0, year=2026) == ()


def test_every_cause_and_every_movement_of_a_recovery_has_words() -> None:
    touching = {OWED, GONE}
    moves = {event for event, legs in EVENTS.items() if {legs.from_, legs.to} & touching}
    assert set(MOVEMENTS) == moves
    assert set(CAUSES) == set(RecoveryCause)


REVERSED = Posting(
    id=UUID(int=1),
    book=book(2026),
    book_id=UUID(int=2),
    kind=PostingKind.REVERSAL,
    event=Event.COLLECTED_SAME_YEAR,
    from_kind=AccountKind.AVAILABLE,
    from_subject_id=None,
    to_kind=OWED,
    to_subject_id=OLD,
    amount_fen=5,
    posting_key="k",
    org_id=PLACE,
    partner_org_id=None,
    attempt_id=None,
    reverses_id=NEW_ONE,
    cause=BankLine(UUID(int=3)),
    posted_at=datetime(2026, 12, 31, 16, tzinfo=UTC),
)


def took(event: Event, year: int, fen: int) -> Posting:
    return replace(REVERSED, kind=PostingKind.POSTING, event=event, book=book(year), amount_fen=fen)


def test_a_cancelled_recovery_gives_back_what_is_owed_to_where_it_lay() -> None:
    taken = [
        took(Event.PREPAYMENT_UNEARNED, 2026, 100),
        took(Event.EARNED_REDUCED, 2026, 50),
        took(Event.PREPAYMENT_UNEARNED, 2027, 30),
    ]
    holdings = [held(OWED, 2026, 150, OLD), held(OWED, 2027, 30, OLD), held(OWED, 2026, 9, NEW_ONE)]
    assert moved(*given_back([*holdings, held(EXPENSE, 2026, 7)], OLD, taken)) == [
        ("earned_later", 2026, 50),
        ("unearned_restored", 2026, 100),
        ("unearned_restored", 2027, 30),
    ]
    # What was collected meanwhile stays collected: 130 of the 150, and the last 20 had been earned.
    assert moved(*given_back([held(OWED, 2026, 20, OLD)], OLD, taken)) == [
        ("earned_later", 2026, 20)
    ]
    assert given_back([held(OWED, 2026, 9, NEW_ONE), held(GONE, 2026, 9, OLD)], OLD, taken) == ()


def test_a_reversal_is_told_as_one() -> None:
    said = explain_recovery(
        a_recovery(outstanding=5), settlement=None, prepaid=[(2, 100)], postings=[REVERSED]
    )
    assert said[1].en == "Prepaid for 2 people: 1.00 yuan."
    assert said[2].en == (
        "2027-01-01, book of 2026: reversed: got back, into this year's fund, 0.05 yuan."
    )
    assert said[3].en.endswith("still owed 0.05.")
