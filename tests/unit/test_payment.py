"""Funding requests, payments and batches: what is refused, and what stands in the bank's file."""

import csv
import hashlib
import io
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.batch_file import COLUMNS, BatchFile, FileLine, batch_file, file_part
from domain.cases import state_after
from domain.errors import FAULTS_MAX, Refusal
from domain.funding_request import Payable, PayableKind, Subject, checked_payables, shortages
from domain.ledger import AccountKind
from domain.machines.payment import FLOW
from domain.payment import (
    Attempt,
    Payment,
    check_exportable,
    checked_payments,
    due_of,
    linked_cases,
    reference_of,
    release_transfer,
)
from domain.refusals import REGISTRY

FILING = UUID(int=7)
FUND = "employment_subsidy"


def a_payable(**changed: object) -> Payable:
    fields: dict[str, object] = {
        "subject": Subject(kind=PayableKind.PREPAYMENT, id=uuid4()),
        "state": "approved",
        "filing_id": FILING,
        "fund_source": FUND,
        "payee_account_id": uuid4(),
        "amount_fen": 6_600_000,
        "requested": False,
    }
    return Payable(**(fields | changed))  # type: ignore[arg-type]


def a_payment(**changed: object) -> Payment:
    fields: dict[str, object] = {
        "id": uuid4(),
        "place_id": uuid4(),
        "org_id": uuid4(),
        "partner_org_id": None,
        "subject": Subject(kind=PayableKind.PREPAYMENT, id=uuid4()),
        "filing_id": FILING,
        "funding_request_id": uuid4(),
        "funding_request_line_id": uuid4(),
        "payee_account_id": uuid4(),
        "payee_name": "启东试验机械有限公司",
        "account_masked": "****9012",
        "fund_source": FUND,
        "budget_year": 2026,
        "amount_fen": 6_600_000,
        "purpose": "企业新型学徒制培训补贴预支",
        "state": "planned",
        "planned_at": datetime(2026, 3, 2, tzinfo=UTC),
        "booked_on": None,
        "attempts": 0,
        "reference": None,
        "batch_id": None,
    }
    return Payment(**(fields | changed))  # type: ignore[arg-type]


def a_line(**changed: object) -> FileLine:
    fields: dict[str, object] = {
        "reference": reference_of(uuid4()),
        "payee_name": "启东试验机械有限公司",
        "account_number": "3200160123456789012",
        "bank_code": "102100099996",
        "amount_fen": 6_600_000,
        "purpose": "企业新型学徒制培训补贴预支",
    }
    return FileLine(**(fields | changed))  # type: ignore[arg-type]


def a_file(*lines: FileLine) -> BatchFile:
    return batch_file([file_part(lines)])


def faults(refusal: Refusal) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in refusal.faults]


def asked(*payables: Payable, committed: int = 10**9) -> list[Payable]:
    return checked_payables(
        [payable.subject for payable in payables],
        {payable.subject.id: payable for payable in payables},
        {FILING: committed},
        fund_source=FUND,
    )


def test_approved_cases_are_requested_in_the_order_asked_for() -> None:
    payables = [a_payable(), a_payable(), a_payable()]
    assert asked(*payables) == payables


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (a_payable(state="reviewed"), "subject_not_approved"),
        (a_payable(state="ordered"), "subject_not_approved"),
        (a_payable(amount_fen=0), "nothing_to_pay"),
        (a_payable(amount_fen=-1), "nothing_to_pay"),
        (a_payable(fund_source="local"), "fund_source_differs"),
        (a_payable(requested=True), "already_requested"),
    ],
)
def test_what_cannot_be_paid_is_refused_where_it_stands(wrong: Payable, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        asked(a_payable(), wrong)
    assert faults(refused.value) == [("/subjects/1/id", code)]


def test_every_fault_of_a_request_is_named_at_once() -> None:
    one = a_payable()
    absent = Subject(kind=PayableKind.PREPAYMENT, id=uuid4())
    other_kind = Subject(kind=PayableKind.SETTLEMENT, id=uuid4())
    found = {one.subject.id: one, other_kind.id: a_payable()}
    with pytest.raises(Refusal) as refused:
        checked_payables(
            [one.subject, absent, one.subject, other_kind], found, {}, fund_source=FUND
        )
    assert refused.value.code == "funding_request_faulty"
    assert refused.value.values == {"count": 3}
    assert faults(refused.value) == [
        ("/subjects/1/id", "subject_unknown"),
        ("/subjects/2/id", "subject_twice"),
        ("/subjects/3/id", "subject_unknown"),
    ]


def test_what_only_stands_in_another_request_is_a_conflict() -> None:
    with pytest.raises(Refusal) as refused:
        asked(a_payable(requested=True))
    assert refused.value.code == "already_requested"
    with pytest.raises(Refusal) as refused:
        asked(a_payable(requested=True), a_payable(amount_fen=0))
    assert refused.value.code == "funding_request_faulty"


def test_a_filing_pays_no_more_than_is_committed_to_it_in_the_book() -> None:
    assert asked(a_payable(), a_payable(), committed=13_200_000)
    with pytest.raises(Refusal) as refused:
        asked(a_payable(), a_payable(), committed=13_199_999)
    assert faults(refused.value) == [("/subjects/1/id", "commitment_insufficient")]


def test_a_balance_may_use_what_the_book_could_still_commit() -> None:
    balance = a_payable(subject=Subject(kind=PayableKind.SETTLEMENT, id=uuid4()))

    def taken(*payables: Payable, spare_fen: int) -> list[Payable]:
        return checked_payables(
            [payable.subject for payable in payables],
            {payable.subject.id: payable for payable in payables},
            {FILING: balance.amount_fen - 5},
            fund_source=FUND,
            spare_fen=spare_fen,
        )

    assert taken(balance, spare_fen=5) == [balance]
    for payables, spare_fen in (([balance], 4), ([a_payable()], 10**9)):
        with pytest.raises(Refusal) as refused:
            taken(*payables, spare_fen=spare_fen)
        assert faults(refused.value) == [("/subjects/0/id", "commitment_insufficient")]


def test_nothing_committed_covers_nothing() -> None:
    assert shortages([(FILING, 1)], {}) == {0: 1}
    assert shortages([], {}) == {}


@given(st.uuids(), st.uuids())
def test_references_are_as_many_as_attempts_and_sort_like_them(one: UUID, other: UUID) -> None:
    assert len(reference_of(one)) == 26
    assert set(reference_of(one)) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    assert (reference_of(one) < reference_of(other)) == (one.int < other.int)
    assert (reference_of(one) == reference_of(other)) == (one == other)


def test_a_batch_is_sealed_in_order_of_planning() -> None:
    later = a_payment(planned_at=datetime(2026, 3, 3, tzinfo=UTC))
    first = a_payment()
    found = {payment.id: payment for payment in (later, first)}
    ordered = checked_payments([later.id, first.id], found, fund_source=FUND, budget_year=2026)
    assert ordered == [first, later]


def test_payments_that_do_not_belong_in_a_batch_are_all_named() -> None:
    good, batched = a_payment(), a_payment(state="batched")
    other_year, other_fund = a_payment(budget_year=2025), a_payment(fund_source="local")
    found = {payment.id: payment for payment in (good, batched, other_year, other_fund)}
    with pytest.raises(Refusal) as refused:
        checked_payments([*found, good.id, uuid4()], found, fund_source=FUND, budget_year=2026)
    assert refused.value.code == "batch_faulty"
    assert faults(refused.value) == [
        ("/payment_ids/1", "payment_not_planned"),
        ("/payment_ids/2", "payment_of_other_book"),
        ("/payment_ids/3", "payment_of_other_book"),
        ("/payment_ids/4", "payment_twice"),
        ("/payment_ids/5", "payment_unknown"),
    ]


def test_a_file_says_how_many_how_much_and_what_it_digests_to() -> None:
    file = a_file(a_line(), a_line(amount_fen=6_200_000))
    header, _, body = file.content.partition(b"\r\n")
    assert (file.seal.lines, file.seal.total_fen) == (2, 12_800_000)
    assert file.seal.digest == hashlib.sha256(body).digest()
    assert header.decode() == f"count=2,total_fen=12800000,sha256={file.seal.digest.hex()}"
    rows = list(csv.reader(io.StringIO(body.decode(), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert rows[1][1:] == [
        "启东试验机械有限公司",
        "3200160123456789012",
        "102100099996",
        "6600000",
        "企业新型学徒制培训补贴预支",
    ]


def test_the_same_lines_make_the_same_bytes_and_any_change_another_digest() -> None:
    line = a_line()
    assert a_file(line) == a_file(line)
    for changed in (
        replace(line, account_number="3200160123456789013"),
        replace(line, amount_fen=6_600_001),
        replace(line, payee_name="启东试验机械有限公司1"),
    ):
        assert a_file(changed).seal.digest != a_file(line).seal.digest


def test_a_file_written_in_parts_is_the_file_written_at_once() -> None:
    lines = [a_line(amount_fen=n) for n in range(1, 6)]
    in_parts = batch_file([file_part(lines[:2]), file_part(lines[2:4]), file_part(lines[4:])])
    assert in_parts == a_file(*lines)


@pytest.mark.parametrize("name", ["=1+1公司", "甲,乙公司", '甲"乙"公司', "@公司", "甲\n乙"])
def test_a_payee_stands_in_the_file_exactly_as_on_file(name: str) -> None:
    _, _, body = a_file(a_line(payee_name=name)).content.partition(b"\r\n")
    assert list(csv.reader(io.StringIO(body.decode(), newline="")))[1][1] == name


@pytest.mark.parametrize("state", ["draft", "sealed"])
def test_no_file_leaves_before_release(state: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_exportable(state)
    assert refused.value.code == "wrong_state"


@pytest.mark.parametrize("state", ["released", "submitted", "reconciled"])
def test_a_released_batch_can_be_exported_again(state: str) -> None:
    check_exportable(state)
    assert state not in {"draft", "sealed"}


def test_a_release_moves_each_payment_from_its_filings_commitment_into_transit() -> None:
    payment = a_payment()
    attempt = Attempt(
        id=uuid4(), payment_id=payment.id, payee_account_id=uuid4(), attempt_no=1, line_no=1
    )
    transfer = release_transfer(attempt, due_of(payment))
    assert (transfer.from_.kind, transfer.from_.subject_id) == (AccountKind.COMMITTED, FILING)
    assert (transfer.to.kind, transfer.to.subject_id) == (AccountKind.IN_TRANSIT, payment.id)
    assert (transfer.amount_fen, transfer.attempt_id) == (payment.amount_fen, attempt.id)


def test_a_payment_is_linked_to_what_it_pays_and_to_its_request() -> None:
    payment = a_payment()
    assert linked_cases([due_of(payment)]) == {payment.subject.id, payment.funding_request_id}


def test_a_payment_that_left_is_never_batched_again() -> None:
    for state in ("batched", "submitted", "paid", "returned"):
        with pytest.raises(Refusal):
            state_after(FLOW, state, "batch")


def test_what_a_payment_refuses_is_registered_in_both_languages() -> None:
    for code in (
        "funding_request_faulty",
        "batch_faulty",
        "nothing_to_batch",
        "bank_result_faulty",
    ):
        kind = REGISTRY[code]
        assert all((kind.title.zh, kind.title.en, kind.detail.zh, kind.detail.en))


def test_a_refusal_carries_no_more_than_a_hundred_faults() -> None:
    with pytest.raises(Refusal) as refused:
        asked(*(a_payable(amount_fen=0) for _ in range(FAULTS_MAX + 5)))
    assert len(refused.value.faults) == FAULTS_MAX
    assert refused.value.values == {"count": FAULTS_MAX + 5}
