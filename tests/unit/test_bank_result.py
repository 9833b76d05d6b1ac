"""Bank results: a file that cannot be read is refused whole, one that can is taken line by line."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import bank_result
from domain.bank_result import (
    BankAnswer,
    BankLine,
    LineState,
    ResultLine,
    Taken,
    Tried,
    answer_transfers,
    check_answerable,
    confirmed_account,
    outcome_of,
    parse_bank_result,
    taken,
)
from domain.errors import Refusal
from domain.funding_request import PayableKind, Subject
from domain.ledger import AccountKind
from domain.payment import AttemptState

TODAY = date(2026, 3, 5)
HEADER = "line_reference,payment_reference,result,amount_fen,booked_on,reason"
GOOD = "B1,01H,paid,6600000,2026-03-04,"


def parsed(*rows: str) -> list[ResultLine]:
    return parse_bank_result("\r\n".join((HEADER, *rows)) + "\r\n", today=TODAY)


def refused_faults(text: str) -> list[tuple[str, str]]:
    with pytest.raises(Refusal) as refused:
        parse_bank_result(text, today=TODAY)
    assert refused.value.code == "bank_result_faulty"
    assert refused.value.values == {"count": len(refused.value.faults)}
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def a_line(**changed: object) -> ResultLine:
    fields: dict[str, object] = {
        "line_no": 1,
        "line_reference": "B1",
        "payment_reference": "01H",
        "answer": BankAnswer.PAID,
        "amount_fen": 6_600_000,
        "booked_on": date(2026, 3, 4),
        "reason": "",
    }
    return ResultLine(**(fields | changed))  # type: ignore[arg-type]


def on_file(line: ResultLine) -> BankLine:
    return BankLine(
        id=uuid4(),
        bank_result_id=UUID(int=1),
        line=line,
        state=LineState.RECEIVED,
        attempt_id=None,
    )


def a_try(**changed: object) -> Tried:
    fields: dict[str, object] = {
        "attempt_id": uuid4(),
        "payment_id": uuid4(),
        "reference": "01H",
        "state": AttemptState.SUBMITTED,
        "amount_fen": 6_600_000,
        "subject": Subject(kind=PayableKind.PREPAYMENT, id=uuid4()),
        "filing_id": uuid4(),
        "org_id": uuid4(),
        "partner_org_id": None,
        "fund_source": "employment_subsidy",
        "budget_year": 2026,
    }
    return Tried(**(fields | changed))  # type: ignore[arg-type]


def outcomes(decided: Sequence[Taken]) -> list[LineState]:
    return [item.outcome for item in decided]


def test_a_file_is_read_line_by_line() -> None:
    assert parsed(GOOD, 'B2,01J,rejected,1,2026-03-05,"账号,户名不符"') == [
        a_line(),
        a_line(
            line_no=2,
            line_reference="B2",
            payment_reference="01J",
            answer=BankAnswer.REJECTED,
            amount_fen=1,
            booked_on=TODAY,
            reason="账号,户名不符",
        ),
    ]


def test_a_mark_at_the_start_and_blank_lines_change_nothing() -> None:
    text = f"\ufeff{HEADER}\n\n{GOOD}\n\n"
    assert parse_bank_result(text, today=TODAY) == [a_line()]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (",01H,paid,1,2026-03-04,", "line_reference", "reference_malformed"),
        (f"{'B' * 65},01H,paid,1,2026-03-04,", "line_reference", "reference_malformed"),
        ("B1,=cmd(),paid,1,2026-03-04,", "payment_reference", "reference_malformed"),
        ("B1,01H,Paid,1,2026-03-04,", "result", "result_unknown"),
        ("B1,01H,paid,0,2026-03-04,", "amount_fen", "amount_malformed"),
        ("B1,01H,paid,-1,2026-03-04,", "amount_fen", "amount_malformed"),
        ("B1,01H,paid,66000.00,2026-03-04,", "amount_fen", "amount_malformed"),
        ("B1,01H,paid,１,2026-03-04,", "amount_fen", "amount_malformed"),
        ("B1,01H,paid,99999999999999,2026-03-04,", "amount_fen", "amount_malformed"),
        ("B1,01H,paid,1,2026-02-30,", "booked_on", "day_malformed"),
        ("B1,01H,paid,1,20260304,", "booked_on", "day_malformed"),
        ("B1,01H,paid,1,2026-03-06,", "booked_on", "booked_in_future"),
        (f"B1,01H,paid,1,2026-03-04,{'长' * 501}", "reason", "reason_malformed"),
        ("B1,01H,paid,1,2026-03-04,\u202e", "reason", "reason_malformed"),
    ],
)
def test_a_bad_cell_is_named_by_line_and_column(row: str, column: str, code: str) -> None:
    assert refused_faults(f"{HEADER}\n{GOOD}\n{row}\n") == [(f"/lines/3/{column}", code)]


def test_every_bad_cell_of_a_file_is_named_at_once() -> None:
    text = f"{HEADER}\n{GOOD}\n,01H,gone,1,2026-03-04,\nB1,01H,paid\n"
    assert refused_faults(text) == [
        ("/lines/3/line_reference", "reference_malformed"),
        ("/lines/3/result", "result_unknown"),
        ("/lines/4", "row_width"),
    ]


@pytest.mark.parametrize("text", ["", "\n", "a,b\n", HEADER.upper(), f"{HEADER},more\n{GOOD}"])
def test_another_header_is_refused(text: str) -> None:
    assert refused_faults(text) == [("/lines/1", "bank_result_header")]


def test_a_file_without_lines_is_refused() -> None:
    assert refused_faults(f"{HEADER}\n") == [("/lines", "bank_result_empty")]


def test_an_open_quote_is_refused() -> None:
    assert ("/lines", "row_unreadable") in refused_faults(f'{HEADER}\n{GOOD}\n"B2,01H\n')


def test_a_file_of_too_many_lines_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank_result, "LINES_MAX", 2)
    assert len(parsed(GOOD, GOOD)) == 2
    assert refused_faults(f"{HEADER}\n{GOOD}\n{GOOD}\n{GOOD}") == [
        ("/lines", "bank_result_too_long")
    ]


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    refused: list[Refusal] = []
    lines: list[ResultLine] = []
    try:
        lines = parse_bank_result(f"{HEADER}\n{text}", today=TODAY)
    except Refusal as refusal:
        refused.append(refusal)
    assert bool(lines) != bool(refused)
    assert all(refusal.faults for refusal in refused)


def test_a_line_of_a_submitted_attempt_with_its_amount_matches() -> None:
    assert outcome_of(a_line(), a_try(), repeated=False) is LineState.MATCHED


@pytest.mark.parametrize(
    ("tried", "repeated", "outcome"),
    [
        (None, False, LineState.UNKNOWN_REFERENCE),
        (None, True, LineState.REPEATED),
        (a_try(), True, LineState.REPEATED),
        (a_try(amount_fen=1), False, LineState.AMOUNT_DIFFERS),
        (a_try(state=AttemptState.BATCHED), False, LineState.NOT_SUBMITTED),
        (a_try(state=AttemptState.PAID), False, LineState.ALREADY_ANSWERED),
        (a_try(state=AttemptState.REJECTED), False, LineState.ALREADY_ANSWERED),
        (a_try(state=AttemptState.PAID, amount_fen=1), False, LineState.ALREADY_ANSWERED),
    ],
)
def test_a_stray_line_gets_an_outcome(
    tried: Tried | None, repeated: bool, outcome: LineState
) -> None:
    assert outcome_of(a_line(), tried, repeated=repeated) is outcome


def test_one_attempt_is_answered_once_within_a_file() -> None:
    lines = [on_file(a_line()), on_file(a_line(line_reference="B2"))]
    decided = taken(lines, {"01H": a_try()}, seen=(), held_fen={})
    assert outcomes(decided) == [LineState.MATCHED, LineState.ALREADY_ANSWERED]
    assert all(item.tried is not None for item in decided)


def test_a_line_repeated_within_a_file_is_processed_once() -> None:
    decided = taken([on_file(a_line()), on_file(a_line())], {"01H": a_try()}, seen=(), held_fen={})
    assert outcomes(decided) == [LineState.MATCHED, LineState.REPEATED]
    assert decided[1].tried is None


def test_a_line_seen_in_an_earlier_file_is_repeated() -> None:
    assert outcomes(taken([on_file(a_line())], {"01H": a_try()}, seen={"B1"}, held_fen={})) == [
        LineState.REPEATED
    ]


def test_a_stray_line_does_not_keep_the_next_from_matching() -> None:
    lines = [
        on_file(a_line(line_reference="B0", payment_reference="XXX")),
        on_file(a_line(line_reference="B1", amount_fen=1)),
        on_file(a_line(line_reference="B2")),
    ]
    assert outcomes(taken(lines, {"01H": a_try()}, seen=(), held_fen={})) == [
        LineState.UNKNOWN_REFERENCE,
        LineState.AMOUNT_DIFFERS,
        LineState.MATCHED,
    ]


_ANSWERS = [
    (AttemptState.SUBMITTED, BankAnswer.PAID, AttemptState.PAID),
    (AttemptState.SUBMITTED, BankAnswer.REJECTED, AttemptState.REJECTED),
    (AttemptState.SUBMITTED, BankAnswer.RETURNED, AttemptState.REJECTED),
    (AttemptState.SUBMITTED, BankAnswer.NOT_KNOWN, AttemptState.REJECTED),
    (AttemptState.SUBMITTED, BankAnswer.UNKNOWN, AttemptState.UNKNOWN),
    (AttemptState.UNKNOWN, BankAnswer.PAID, AttemptState.PAID),
    (AttemptState.UNKNOWN, BankAnswer.REJECTED, AttemptState.REJECTED),
    (AttemptState.UNKNOWN, BankAnswer.NOT_KNOWN, AttemptState.REJECTED),
    (AttemptState.UNKNOWN, BankAnswer.UNKNOWN, None),
    (AttemptState.PAID, BankAnswer.RETURNED, AttemptState.RETURNED),
    (AttemptState.PAID, BankAnswer.REJECTED, None),
    (AttemptState.PAID, BankAnswer.NOT_KNOWN, None),
    (AttemptState.REJECTED, BankAnswer.PAID, None),
    (AttemptState.RETURNED, BankAnswer.PAID, None),
    (AttemptState.RETURNED, BankAnswer.RETURNED, None),
]
"""Before, what the bank says, after; None where that says nothing new."""


@pytest.mark.parametrize(("before", "answer", "after"), _ANSWERS)
def test_an_answer_leaves_an_attempt_in_one_state(
    before: AttemptState, answer: BankAnswer, after: AttemptState | None
) -> None:
    tried = a_try(state=before)
    (item,) = taken(
        [on_file(a_line(answer=answer))],
        {"01H": tried},
        seen=(),
        held_fen={confirmed_account(tried): tried.amount_fen},
    )
    assert item.after is after
    assert (item.outcome is LineState.MATCHED) == (after is not None)
    if after is None:
        assert item.outcome is LineState.ALREADY_ANSWERED


def test_a_line_that_follows_up_on_an_answer_of_its_chunk_waits_for_the_next() -> None:
    lines = [
        on_file(a_line()),
        on_file(a_line(line_reference="B2", answer=BankAnswer.RETURNED)),
        on_file(a_line(line_reference="B3", payment_reference="XXX")),
    ]
    assert outcomes(taken(lines, {"01H": a_try()}, seen=(), held_fen={})) == [LineState.MATCHED]


def test_what_a_settlement_has_earned_is_not_given_back_by_a_bank_line() -> None:
    tried = a_try(state=AttemptState.PAID)
    line = on_file(a_line(answer=BankAnswer.RETURNED))
    account = confirmed_account(tried)
    short = taken([line], {"01H": tried}, seen=(), held_fen={account: tried.amount_fen - 1})
    assert outcomes(short) == [LineState.EARNED_ALREADY]
    assert (short[0].after, short[0].tried) == (None, tried)
    assert outcomes(taken([line], {"01H": tried}, seen=(), held_fen={})) == [
        LineState.EARNED_ALREADY
    ]


@given(
    st.lists(
        st.tuples(st.sampled_from(list(BankAnswer)), st.integers(0, 2), st.integers(0, 3)),
        max_size=12,
    )
)
def test_whatever_a_bank_says_an_attempt_follows_its_answers_and_money_moves_with_it(
    said: list[tuple[BankAnswer, int, int]],
) -> None:
    attempts = {name: a_try(reference=name, amount_fen=100) for name in ("A", "B", "C")}
    in_transit = dict.fromkeys(attempts, 1)
    paid = dict.fromkeys(attempts, 0)
    waiting = [
        on_file(
            a_line(
                line_reference=f"L{ref}{n}",
                payment_reference="ABC"[who],
                answer=answer,
                amount_fen=100,
            )
        )
        for n, (answer, who, ref) in enumerate(said)
    ]
    while waiting:
        held = {confirmed_account(one): 100 * paid[name] for name, one in attempts.items()}
        chunk = taken(waiting, attempts, seen=(), held_fen=held)
        assert chunk, "the first line of a chunk is always decided"
        waiting = waiting[len(chunk) :]
        for item in chunk:
            if item.after is None or item.tried is None:
                continue
            name = item.tried.reference
            attempts[name] = replace(attempts[name], state=item.after)
            in_transit[name] = int(item.after is AttemptState.UNKNOWN)
            paid[name] = int(item.after is AttemptState.PAID)
    for name, one in attempts.items():
        unanswered = one.state in {AttemptState.SUBMITTED, AttemptState.UNKNOWN}
        assert (in_transit[name], paid[name]) == (
            int(unanswered),
            int(one.state is AttemptState.PAID),
        )


@pytest.mark.parametrize(
    ("after", "kind", "to"),
    [
        (AttemptState.PAID, PayableKind.PREPAYMENT, AccountKind.PREPAYMENT_RECEIVABLE),
        (AttemptState.PAID, PayableKind.SETTLEMENT, AccountKind.EXPENSE),
        (AttemptState.REJECTED, PayableKind.PREPAYMENT, AccountKind.COMMITTED),
        (AttemptState.REJECTED, PayableKind.SETTLEMENT, AccountKind.COMMITTED),
    ],
)
def test_an_answer_moves_the_money_out_of_transit(
    after: AttemptState, kind: PayableKind, to: AccountKind
) -> None:
    tried = a_try(subject=Subject(kind=kind, id=uuid4()))
    (transfer,) = answer_transfers(tried, after)
    assert (transfer.from_.kind, transfer.from_.subject_id) == (
        AccountKind.IN_TRANSIT,
        tried.payment_id,
    )
    assert (transfer.to.kind, transfer.to.subject_id) == (to, tried.filing_id)
    assert transfer.attempt_id == tried.attempt_id


def test_an_unknown_outcome_moves_nothing() -> None:
    assert answer_transfers(a_try(), AttemptState.UNKNOWN) == []


@pytest.mark.parametrize("state", ["draft", "sealed", "released"])
def test_the_bank_cannot_have_answered_what_was_not_submitted(state: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_answerable(state)
    assert refused.value.code == "wrong_state"
