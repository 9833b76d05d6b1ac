"""The ledger's rules: legal movements, causes, mirrors, floors, trial balance."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cases import Duty, Step
from domain.errors import Refusal
from domain.ledger import (
    EVENTS,
    SUBJECTS,
    AccountKey,
    AccountKind,
    BankLine,
    BookKey,
    CauseKind,
    Decision,
    Event,
    Legs,
    Posting,
    PostingKind,
    PostingRule,
    Signature,
    Transfer,
    TrialBalance,
    TrialRow,
    check_floors,
    decision_of,
    posting_rules,
    reversal_of,
    transfer_of,
)
from domain.ledger.causes import CAUSES, PostingCause, posting_causes
from domain.ledger.chart import by_bank, decided
from domain.money import FEN_MAX
from domain.party import SYSTEM_PERSON

NOW = datetime(2026, 3, 2, tzinfo=UTC)
PLACE, ORG, FILING, PAYMENT, RECOVERY, ATTEMPT, CASE = (UUID(int=n) for n in range(1, 8))
ANNE, BEN, CLEO = (UUID(int=n) for n in range(11, 14))
BOOK = BookKey(place_id=PLACE, fund_source="employment_subsidy", budget_year=2026)
TREASURY = AccountKey(AccountKind.TREASURY)
AVAILABLE = AccountKey(AccountKind.AVAILABLE)
COMMITTED = AccountKey(AccountKind.COMMITTED, FILING)


def moved(event: Event, amount_fen: int = 100) -> Transfer:
    in_transit = AccountKind.IN_TRANSIT in (EVENTS[event].from_, EVENTS[event].to)
    return transfer_of(
        event,
        amount_fen=amount_fen,
        posting_key=f"{event}:1",
        org_id=ORG,
        filing_id=FILING,
        payment_id=PAYMENT,
        recovery_id=RECOVERY,
        attempt_id=ATTEMPT if in_transit else None,
    )


def stored(transfer: Transfer) -> Posting:
    return Posting(
        id=UUID(int=99),
        book=BOOK,
        book_id=UUID(int=98),
        kind=transfer.kind,
        event=transfer.event,
        from_kind=transfer.from_.kind,
        from_subject_id=transfer.from_.subject_id,
        to_kind=transfer.to.kind,
        to_subject_id=transfer.to.subject_id,
        amount_fen=transfer.amount_fen,
        posting_key=transfer.posting_key,
        org_id=transfer.org_id,
        partner_org_id=None,
        attempt_id=transfer.attempt_id,
        reverses_id=transfer.reverses_id,
        cause=BankLine(UUID(int=97)),
        posted_at=NOW,
    )


def step(seq: int, duty: Duty, person_id: UUID) -> Step:
    return Step(
        seq=seq,
        from_state="a",
        to_state="b",
        duty=duty,
        person_id=person_id,
        account_name="x",
        at=NOW,
        reason="",
        clause="",
    )


def test_the_chart_holds_government_money_alone() -> None:
    """What an enterprise bears itself has no account, and money comes by appropriation (PAY-10, PAY-11)."""
    assert set(AccountKind) == {
        "treasury",
        "available",
        "committed",
        "in_transit",
        "prepayment_receivable",
        "expense",
        "recovery_receivable",
        "write_off",
    }
    from_treasury = {e for e, legs in EVENTS.items() if legs.from_ is AccountKind.TREASURY}
    assert from_treasury == {Event.APPROPRIATION_APPROVED, Event.CARRIED_OVER}


def test_every_event_has_legs_and_every_kind_of_account_a_subject_or_none() -> None:
    assert set(EVENTS) == set(Event)
    assert set(SUBJECTS) == set(AccountKind)


@pytest.mark.parametrize("event", Event)
def test_an_event_gives_a_transfer_its_accounts(event: Event) -> None:
    transfer = moved(event)
    assert (transfer.from_.kind, transfer.to.kind) == (EVENTS[event].from_, EVENTS[event].to)
    assert transfer.kind is PostingKind.POSTING


@pytest.mark.parametrize("event", Event)
def test_a_reversal_mirrors_its_posting_and_two_mirrors_change_nothing(event: Event) -> None:
    transfer = moved(event)
    mirror = reversal_of(stored(transfer), posting_key="undo")
    assert (mirror.from_, mirror.to) == (transfer.to, transfer.from_)
    assert (mirror.amount_fen, mirror.event, mirror.attempt_id) == (
        transfer.amount_fen,
        event,
        transfer.attempt_id,
    )
    assert mirror.kind is PostingKind.REVERSAL
    assert mirror.reverses_id == UUID(int=99)


def test_a_reversal_is_not_reversed() -> None:
    mirror = reversal_of(stored(moved(Event.LISTED)), posting_key="undo")
    with pytest.raises(ValueError, match="not reversed"):
        reversal_of(stored(mirror), posting_key="undo twice")


@pytest.mark.parametrize("amount_fen", [0, -1, FEN_MAX + 1])
def test_a_transfer_of_nothing_or_too_much_does_not_exist(amount_fen: int) -> None:
    with pytest.raises(ValueError, match="fen"):
        moved(Event.LISTED, amount_fen)


def test_legs_that_the_table_does_not_have_do_not_exist() -> None:
    with pytest.raises(ValueError, match="does not move money"):
        Transfer(
            event=Event.LISTED,
            from_=TREASURY,
            to=COMMITTED,
            amount_fen=1,
            posting_key="x",
            org_id=ORG,
        )


@pytest.mark.parametrize(
    ("event", "attempt"), [(Event.LISTED, ATTEMPT), (Event.BATCH_RELEASED, None)]
)
def test_an_attempt_is_named_exactly_when_money_is_in_transit(
    event: Event, attempt: UUID | None
) -> None:
    with pytest.raises(ValueError, match="attempt"):
        transfer_of(
            event,
            amount_fen=1,
            posting_key="x",
            org_id=ORG,
            filing_id=FILING,
            payment_id=PAYMENT,
            attempt_id=attempt,
        )


@pytest.mark.parametrize("kind", AccountKind)
def test_an_account_has_a_subject_exactly_when_its_kind_says_so(kind: AccountKind) -> None:
    wrong = FILING if SUBJECTS[kind] is None else None
    with pytest.raises(ValueError, match="subject"):
        AccountKey(kind, wrong)


def test_the_rules_hold_each_event_once_and_its_mirrors_by_cause() -> None:
    rules = list(posting_rules())
    assert len(rules) == len(set(rules))
    postings = [rule for rule in rules if rule.kind == "posting"]
    assert [rule.event for rule in postings] == [event.value for event in Event]
    listed = PostingRule("reversal", "listed", "committed", "available", "decision")
    assert [r for r in rules if r.kind == "reversal" and r.event == "listed"] == [listed]
    by_bank = {r.cause for r in rules if r.kind == "reversal" and r.event == "bank_refused"}
    assert by_bank == {CauseKind.DECISION, CauseKind.BANK_LINE}


def test_only_the_treasury_and_the_fund_change_without_a_subject() -> None:
    without = {kind for kind, subject in SUBJECTS.items() if subject is None}
    assert without == {AccountKind.TREASURY, AccountKind.AVAILABLE}


@pytest.mark.parametrize(("first", "second"), [(ANNE, ANNE), (ANNE, SYSTEM_PERSON)])
def test_one_person_or_the_system_is_not_two_people(first: UUID, second: UUID) -> None:
    with pytest.raises(ValueError, match="two people"):
        Decision(CASE, Signature(1, first), Signature(2, second))


def test_a_decision_is_the_last_two_deciding_people() -> None:
    steps = [
        step(5, Duty.SYSTEM, SYSTEM_PERSON),
        step(1, Duty.FILE, CLEO),
        step(4, Duty.APPROVE, BEN),
        step(2, Duty.REVIEW, ANNE),
        step(3, Duty.REVIEW, ANNE),
    ]
    assert decision_of(CASE, steps) == Decision(CASE, Signature(3, ANNE), Signature(4, BEN))


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [step(1, Duty.REVIEW, ANNE)],
        [step(1, Duty.FILE, ANNE), step(2, Duty.REVIEW, BEN)],
        [step(1, Duty.REVIEW, ANNE), step(2, Duty.REVIEW, ANNE)],
    ],
)
def test_without_two_deciding_people_there_is_no_decision(steps: list[Step]) -> None:
    with pytest.raises(ValueError, match="two deciding people"):
        decision_of(CASE, steps)


def test_the_treasury_may_be_overdrawn_and_the_fund_may_not() -> None:
    check_floors([moved(Event.APPROPRIATION_APPROVED, 100), moved(Event.LISTED, 100)], {})
    with pytest.raises(Refusal) as refused:
        check_floors([moved(Event.LISTED, 101)], {AVAILABLE: 100})
    assert refused.value.code == "fund_insufficient"
    assert refused.value.values == {}


@given(
    fund=st.integers(min_value=0, max_value=50),
    amounts=st.lists(st.integers(min_value=1, max_value=20), max_size=6),
)
def test_floors_hold_exactly_when_the_fund_covers_the_sum(fund: int, amounts: list[int]) -> None:
    transfers = [moved(Event.LISTED, fen) for fen in amounts]
    try:
        check_floors(transfers, {AVAILABLE: fund})
    except Refusal:
        assert sum(amounts) > fund
    else:
        assert sum(amounts) <= fund


def test_a_trial_balance_sums_its_rows_and_names_a_book_that_does_not_balance() -> None:
    def row(kind: AccountKind, debits: int, credits_: int) -> TrialRow:
        return TrialRow(book=BOOK, kind=kind, debits_fen=debits, credits_fen=credits_)

    fund = row(AccountKind.AVAILABLE, 100, 40)
    balance = TrialBalance(
        (row(AccountKind.TREASURY, 0, 100), fund, row(AccountKind.COMMITTED, 40, 0))
    )
    assert fund.balance_fen == 60
    assert (balance.debits_fen, balance.credits_fen) == (140, 140)
    assert balance.unbalanced == ()
    assert TrialBalance((fund,)).unbalanced == (BOOK,)


@pytest.mark.parametrize(
    ("event", "rows"),
    [
        # CASES 5: a decision is mirrored by a decision alone, a bank line by either.
        (
            Event.LISTED,
            {
                ("posting", "available", "committed", "decision"),
                ("reversal", "committed", "available", "decision"),
            },
        ),
        (
            Event.BANK_CONFIRMED_BALANCE,
            {
                ("posting", "in_transit", "expense", "bank_line"),
                ("reversal", "expense", "in_transit", "decision"),
                ("reversal", "expense", "in_transit", "bank_line"),
            },
        ),
    ],
)
def test_the_rules_the_database_stores(event: Event, rows: set[tuple[str, ...]]) -> None:
    stored_rules = [rule for rule in posting_rules() if rule.event == event]
    assert {(one.kind, one.from_kind, one.to_kind, one.cause) for one in stored_rules} == rows
    assert len(stored_rules) == len(rows)


def test_legs_are_made_by_a_decision_or_by_a_bank_line() -> None:
    available, committed = AccountKind.AVAILABLE, AccountKind.COMMITTED
    assert decided(available, committed) == Legs(available, committed, CauseKind.DECISION)
    assert by_bank(available, committed) == Legs(available, committed, CauseKind.BANK_LINE)


def test_the_causes_the_database_stores_are_the_table_written_out() -> None:
    rows = list(posting_causes())
    assert PostingCause("listed", "filing", "listed") in rows
    assert len(rows) == len(set(rows)) == sum(len(kinds) for kinds in CAUSES.values())
    for row in rows:
        assert CAUSES[Event(row.event)][row.case_kind] == row.to_state


def test_a_transfer_and_its_mirror_name_key_and_parties() -> None:
    transfer = transfer_of(
        Event.LISTED,
        amount_fen=FEN_MAX,
        posting_key="listed:1",
        org_id=ORG,
        partner_org_id=BEN,
        filing_id=FILING,
    )
    assert (transfer.posting_key, transfer.org_id, transfer.partner_org_id) == (
        "listed:1",
        ORG,
        BEN,
    )
    assert transfer.amount_fen == FEN_MAX
    mirror = reversal_of(replace(stored(transfer), partner_org_id=BEN), posting_key="undo")
    assert (mirror.posting_key, mirror.org_id, mirror.partner_org_id) == ("undo", ORG, BEN)


def test_an_account_with_nothing_has_not_a_fen_to_give() -> None:
    one = moved(Event.LISTED, 1)
    with pytest.raises(Refusal):
        check_floors([one], {})
    check_floors([one], {AVAILABLE: 1})
    # What a transfer brings in may leave again, to the fen.
    check_floors([one, moved(Event.NOT_NEEDED, 1)], {AVAILABLE: 1})
    with pytest.raises(Refusal):
        check_floors([one, moved(Event.NOT_NEEDED, 2)], {AVAILABLE: 1})
