"""What is checked before money leaves: funding requests, batches as sealed, accounts still verified."""

import csv
import io
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from domain.cases import CaseKind
from domain.errors import Refusal
from domain.funding_request import shortages
from domain.payee_account import Waiting
from domain.payment import (
    Attempt,
    Batch,
    Payment,
    check_as_sealed,
    check_exportable,
    check_sendable,
    checked_payments,
    due_of,
    release_transfer,
)
from tests.unit.settlement_samples import a_filing
from tests.unit.test_payment import FILING, FUND, a_file, a_line, a_payable, a_payment, asked


def an_attempt(payment: Payment, line_no: int = 1) -> Attempt:
    return Attempt(
        id=uuid4(),
        payment_id=payment.id,
        payee_account_id=payment.payee_account_id,
        attempt_no=1,
        line_no=line_no,
    )


def test_a_single_fen_is_asked_for_and_not_one_more_than_is_committed() -> None:
    assert asked(a_payable(amount_fen=1), committed=1)
    for committed in (0, 1):
        with pytest.raises(Refusal) as refused:
            asked(a_payable(amount_fen=2), committed=committed)
        assert refused.value.code == "funding_request_faulty"
    # Used up is used up: nothing is left for the second.
    assert shortages([(FILING, 5), (FILING, 1)], {FILING: 4}) == {0: 1, 1: 1}
    assert shortages([(FILING, 4), (FILING, 1)], {FILING: 4}) == {1: 1}


def test_a_fault_says_in_which_state_the_case_was_found() -> None:
    with pytest.raises(Refusal) as refused:
        asked(a_payable(state="reviewed"))
    assert refused.value.faults[0].values == {"state": "reviewed"}


def test_a_payment_that_is_not_planned_or_waits_for_its_account_is_named() -> None:
    batched = a_payment(state="batched")
    waiting = a_payment(waits_for=Waiting.ACCOUNT)
    found = {batched.id: batched, waiting.id: waiting}
    with pytest.raises(Refusal) as refused:
        checked_payments([*found], found, fund_source=FUND, budget_year=2026)
    assert [(one.pointer, one.code) for one in refused.value.faults] == [
        ("/payment_ids/0", "payment_not_planned"),
        ("/payment_ids/1", "payee_account_unverified"),
    ]
    assert refused.value.faults[0].values == {"state": "batched"}
    assert refused.value.values == {"count": 2}


def test_a_file_ends_its_lines_as_rfc_4180_says() -> None:
    _, _, body = a_file(a_line(), a_line()).content.partition(b"\r\n")
    assert body.count(b"\r\n") == 3
    assert body.endswith(b"\r\n")
    assert len(list(csv.reader(io.StringIO(body.decode(), newline="")))) == 3


def test_an_export_too_early_says_where_the_batch_stands() -> None:
    with pytest.raises(Refusal) as refused:
        check_exportable("sealed")
    assert refused.value.values == {"state": "sealed", "event": "export"}


def test_a_file_is_sent_only_as_it_was_sealed() -> None:
    seal = a_file(a_line(), a_line()).seal
    batch = Batch(
        case=replace(a_filing().case, kind=CaseKind.BATCH),
        fund_source=FUND,
        budget_year=2026,
        lines=seal.lines,
        total_fen=seal.total_fen,
        digest=seal.digest,
        unanswered=0,
    )
    check_as_sealed(batch, seal)
    for other in (
        replace(batch, lines=1),
        replace(batch, total_fen=seal.total_fen + 1),
        replace(batch, digest=b"\0" * 32),
    ):
        with pytest.raises(Refusal) as refused:
            check_as_sealed(other, seal)
        assert refused.value.code == "batch_file_differs"


def test_nothing_is_sent_to_an_account_that_is_no_longer_the_verified_one() -> None:
    good, unverified, moved = a_payment(), a_payment(), a_payment()
    lines = [
        (an_attempt(good, 1), due_of(good)),
        (an_attempt(unverified, 2), due_of(unverified)),
        (an_attempt(moved, 3), due_of(replace(moved, payee_account_id=uuid4()))),
    ]
    verified = {good.payee_account_id, moved.payee_account_id}
    check_sendable(lines[:1], verified)
    with pytest.raises(Refusal) as refused:
        check_sendable(lines, verified)
    assert refused.value.code == "batch_to_split"
    assert refused.value.values == {"count": 2}
    assert [(one.pointer, one.code) for one in refused.value.faults] == [
        ("/lines/2", "payee_account_unverified"),
        ("/lines/3", "payee_account_unverified"),
    ]


def test_a_release_is_posted_once_for_its_attempt_and_to_its_party() -> None:
    payment = a_payment(partner_org_id=UUID(int=8))
    attempt = an_attempt(payment)
    transfer = release_transfer(attempt, due_of(payment))
    assert transfer.posting_key == f"batch_released:{attempt.id}"
    assert (transfer.org_id, transfer.partner_org_id) == (payment.org_id, UUID(int=8))
