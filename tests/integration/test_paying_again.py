"""Money that comes back: refused, lost and found, given back; corrected or cancelled by two people."""

import asyncio
from uuid import uuid4

import pytest

from domain.cases import CaseKind
from domain.errors import Refusal
from domain.funding_request import commitment_of
from domain.ledger import AccountKind, Event
from domain.payment import AttemptState, Remedy
from domain.ports.payments import AnsweredTwice
from domain.ports.work import BeginWork
from service.application import payment_correction, prepayment
from tests.integration import payments_road as pay
from tests.integration.again_road import Again
from tests.people import Staff


@pytest.fixture
def again(begin_work: BeginWork, staff: Staff) -> Again:
    return Again(begin_work, staff)


async def _state(again: Again, kind: CaseKind, case_id: object) -> str:
    return await pay.state_of(again.begin_work, again.staff, kind, case_id)  # type: ignore[arg-type]


async def test_a_returned_payment_is_paid_again_under_a_reference_of_its_own(again: Again) -> None:
    batch_id, (first,) = await again.submitted()
    await again.answered(batch_id, pay.line(first, result="rejected", reason="户名不符"))
    returned = await again.payment(first.payment_id)
    assert (returned.state, await again.held(AccountKind.IN_TRANSIT)) == ("returned", 0)

    proposed = await again.proposed(returned)
    assert (await again.payment(returned.id)).state == "corrected"
    twice = await again.refused(
        again.staff.handler,
        lambda work: payment_correction.propose_correction(work, again.proposal(returned)),
    )
    assert (twice.code, dict(twice.values)) == ("payment_not_returned", {"state": "corrected"})
    await again.approved(proposed)
    planned = await again.payment(returned.id)
    assert (planned.state, planned.attempts) == ("planned", 1)

    (second,) = await again.sent(await again.sealed())
    assert (second.payment_id, second.attempt_no) == (first.payment_id, 2)
    assert second.reference != first.reference
    # the first attempt was answered for ever: another answer to it moves nothing
    late = await again.answered(batch_id, pay.line(first, reference="LATE"))
    assert late == {"already_answered": 1}
    assert await again.held(AccountKind.IN_TRANSIT) == second.amount_fen
    assert await again.answered(second.batch_id, pay.line(second)) == {"matched": 1}
    assert (await again.payment(first.payment_id)).state == "paid"
    assert await again.held(AccountKind.PREPAYMENT_RECEIVABLE) == first.amount_fen
    assert await again.held(AccountKind.IN_TRANSIT) == 0


async def test_an_enterprise_asks_a_preparer_takes_it_up_an_approver_decides(again: Again) -> None:
    staff = again.staff
    batch_id, (first,) = await again.submitted()
    await again.answered(batch_id, pay.line(first, result="rejected"))
    returned = await again.payment(first.payment_id)
    for command, code in (
        (again.proposal(returned, Remedy.CANCEL), "only_bureau_cancels"),
        (
            payment_correction.ProposeCorrection(
                payment_id=returned.id,
                remedy=Remedy.PAY_AGAIN,
                payee_account_id=None,
                reason="另付",
            ),
            "account_not_payable",
        ),
        (
            payment_correction.ProposeCorrection(
                payment_id=returned.id,
                remedy=Remedy.PAY_AGAIN,
                payee_account_id=returned.payee_account_id,
                reason=" ",
            ),
            "reason_missing",
        ),
    ):
        refused = await again.refused(
            staff.filer,
            lambda work, command=command: payment_correction.propose_correction(work, command),  # type: ignore[misc]
        )
        assert refused.code == code
    account = await again.declared()
    unverified = payment_correction.ProposeCorrection(
        payment_id=returned.id,
        remedy=Remedy.PAY_AGAIN,
        payee_account_id=account.case.id,
        reason="原账户已销户",
    )
    refused = await again.refused(
        staff.filer, lambda work: payment_correction.propose_correction(work, unverified)
    )
    assert refused.code == "account_not_payable"
    await again.verified(account)
    asked = await again.act(
        staff.filer, lambda work: payment_correction.propose_correction(work, unverified)
    )
    assert asked.case.state == "asked"
    assert (await again.payment(returned.id)).state == "returned"
    taken_up = await again.act(
        staff.handler,
        lambda work: payment_correction.take_up_correction(
            work, correction_id=asked.case.id, version=asked.case.version
        ),
    )
    assert (await again.payment(returned.id)).state == "corrected"
    await again.approved(taken_up)
    planned = await again.payment(returned.id)
    assert (planned.state, planned.payee_account_id) == ("planned", account.case.id)
    (second,) = await again.sent(await again.sealed())
    assert second.payee_account_id == account.case.id
    async with again.begin_work(staff.filer) as work:
        listed = await payment_correction.list_corrections(work, state=None, after=None, limit=9)
        found = await payment_correction.correction(work, asked.case.id)
    assert [one.case.id for one in listed] == [found.case.id] == [asked.case.id]


async def test_a_refused_correction_leaves_the_payment_returned(again: Again) -> None:
    staff = again.staff
    batch_id, (first,) = await again.submitted()
    await again.answered(batch_id, pay.line(first, result="rejected"))
    returned = await again.payment(first.payment_id)
    asked = await again.proposed(returned, by=staff.filer)
    proposed = await again.proposed(returned)
    late = await again.refused(
        staff.handler,
        lambda work: payment_correction.take_up_correction(
            work, correction_id=asked.case.id, version=asked.case.version
        ),
    )
    assert late.code == "payment_not_returned"
    for correction, actor in ((asked, staff.handler), (proposed, staff.approver)):
        await again.act(
            actor,
            lambda work, case=correction.case: payment_correction.refuse_correction(  # type: ignore[misc]
                work, correction_id=case.id, version=case.version, reason="账户无误，请与银行核对"
            ),
        )
        # What was only asked for had not put the payment under correction.
        state = "corrected" if correction is asked else "returned"
        assert (await again.payment(returned.id)).state == state
    assert (await again.payment(returned.id)).state == "returned"
    assert (await again.proposed(returned)).case.state == "proposed"


async def test_a_cancelled_prepayment_is_no_dead_end(again: Again) -> None:
    batch_id, (first,) = await again.submitted()
    await again.answered(batch_id, pay.line(first, result="rejected"))
    returned = await again.payment(first.payment_id)
    committed = await again.held(AccountKind.COMMITTED)
    await again.approved(await again.proposed(returned, Remedy.CANCEL))
    assert (await again.payment(returned.id)).state == "cancelled"
    assert await _state(again, CaseKind.PREPAYMENT, returned.subject.id) == "cancelled"
    assert await again.held(AccountKind.COMMITTED) == committed
    async with again.begin_work(again.staff.approver) as work:
        filing_case = await work.cases.get(CaseKind.FILING, commitment_of(returned))
        history = await work.settlements.history(filing_case)
        assert await prepayment.cancel_unreleased_prepayments(work, filing_case) == 0
    assert history.total_fen == 0


async def test_an_unknown_outcome_ends_by_an_answer_to_our_reference(again: Again) -> None:
    batch_id, attempts = await again.submitted(payments=2)
    first, second = attempts
    lines = [pay.line(one, result="unknown", reason="处理中") for one in attempts]
    assert await again.answered(batch_id, *lines) == {"matched": 2}
    assert (await again.payment(first.payment_id)).state == "unknown"
    assert await again.held(AccountKind.IN_TRANSIT) == 2 * first.amount_fen
    assert await _state(again, CaseKind.BATCH, batch_id) == "submitted"
    assert await again.answered(batch_id, pay.line(first, reference="U2", result="unknown")) == {
        "already_answered": 1
    }
    async with again.begin_work(again.staff.approver) as work:
        filing_case = await work.cases.get(
            CaseKind.FILING, commitment_of(await work.payments.get(first.payment_id))
        )
        with pytest.raises(Refusal) as refused:
            await prepayment.cancel_unreleased_prepayments(work, filing_case)
    assert refused.value.code == "payment_outcome_unknown"
    answers = (
        pay.line(first, reference="A1"),
        pay.line(second, reference="A2", result="not_known", reason="查无此笔"),
    )
    assert await again.answered(batch_id, *answers) == {"matched": 2}
    assert (await again.payment(first.payment_id)).state == "paid"
    assert (await again.payment(second.payment_id)).state == "returned"
    assert await again.held(AccountKind.IN_TRANSIT) == 0
    assert await _state(again, CaseKind.BATCH, batch_id) == "reconciled"


async def test_a_payment_given_back_is_mirrored_and_paid_again_to_the_fen(again: Again) -> None:
    batch_id, (first,) = await again.submitted()
    committed = await again.held(AccountKind.COMMITTED)
    returned_line = pay.line(first, reference="R1", result="returned", reason="账户已销户")
    assert await again.answered(batch_id, pay.line(first), returned_line) == {"matched": 2}
    returned = await again.payment(first.payment_id)
    assert returned.state == "returned"
    assert await _state(again, CaseKind.PREPAYMENT, returned.subject.id) == "ordered"
    assert await again.held(AccountKind.PREPAYMENT_RECEIVABLE) == 0
    assert await again.held(AccountKind.IN_TRANSIT) == 0
    assert await again.held(AccountKind.COMMITTED) == committed + first.amount_fen
    async with again.begin_work(again.staff.system) as work:
        moved = await work.ledger.postings_of(again.staff.place.id, returned.id)
    assert [(one.event, one.kind) for one in moved] == [
        (Event.BATCH_RELEASED, "posting"),
        (Event.BANK_CONFIRMED_PREPAYMENT, "posting"),
        (Event.BANK_CONFIRMED_PREPAYMENT, "reversal"),
        (Event.BANK_RETURNED, "posting"),
    ]
    # the bank repeats itself: nothing moves twice
    assert await again.answered(
        batch_id, returned_line, pay.line(first, reference="R2", result="returned")
    ) == {"repeated": 1, "already_answered": 1}
    await again.approved(await again.proposed(returned))
    (second,) = await again.sent(await again.sealed())
    await again.answered(second.batch_id, pay.line(second))
    assert await _state(again, CaseKind.PREPAYMENT, returned.subject.id) == "paid"
    assert await again.held(AccountKind.PREPAYMENT_RECEIVABLE) == first.amount_fen


async def test_money_given_back_after_it_was_earned_blocks_nothing_and_stays_visible(
    again: Again, database: object
) -> None:
    batch_id, (first, second) = await again.submitted(payments=2)
    await again.answered(batch_id, pay.line(first), pay.line(second))
    await pay.tampered(
        database,  # type: ignore[arg-type]
        "update ledger_balances set credits_fen = debits_fen where place_id = :place and account_id ="
        " (select id from ledger_accounts where kind = 'prepayment_receivable' and subject_id = :filing)",
        place=again.staff.place.id,
        filing=(await again.payment(first.payment_id)).filing_id,
    )
    lines = [
        pay.line(one, reference=f"R{n}", result="returned") for n, one in enumerate((first, second))
    ]
    assert await again.answered(batch_id, *lines) == {"earned_already": 1, "matched": 1}
    assert (await again.payment(first.payment_id)).state == "paid"
    assert (await again.payment(second.payment_id)).state == "returned"


async def test_two_approvals_of_one_correction_make_one(again: Again) -> None:
    batch_id, (first,) = await again.submitted()
    await again.answered(batch_id, pay.line(first, result="rejected"))
    proposed = await again.proposed(await again.payment(first.payment_id))
    done = await asyncio.gather(
        *(again.approved(proposed) for _ in range(4)), return_exceptions=True
    )
    codes = [one.code for one in done if isinstance(one, Refusal)]
    assert codes == ["stale_version"] * 3


async def test_a_correction_and_a_batch_at_once_send_the_payment_once(again: Again) -> None:
    batch_id, attempts = await again.submitted(payments=2)
    await again.answered(batch_id, *(pay.line(one, result="rejected") for one in attempts))
    first, second = [await again.payment(one.payment_id) for one in attempts]
    await again.approved(await again.proposed(first))
    proposed = await again.proposed(second)
    done = await asyncio.gather(
        again.approved(proposed),
        *(again.sealed() for _ in range(3)),
        return_exceptions=True,
    )
    assert not isinstance(done[0], BaseException)
    assert {one.code for one in done if isinstance(one, Refusal)} <= {"nothing_to_batch"}
    async with again.begin_work(again.staff.system) as work:
        tries = [await work.payments.attempts_of(one) for one in (first, second)]
    live = [[a for a in of if a.state is AttemptState.BATCHED] for of in tries]
    assert len(live[0]) == 1
    assert len(live[1]) <= 1
    assert (await again.payment(second.id)).state == ("batched" if live[1] else "planned")


async def test_a_payment_moves_from_the_state_it_was_read_in_alone(again: Again) -> None:
    batch_id, (first,) = await again.submitted()
    stale = await again.payment(first.payment_id)
    await again.answered(batch_id, pay.line(first, result="rejected"))
    async with again.begin_work(again.staff.handler) as work:
        with pytest.raises(AnsweredTwice):
            await work.payments.move(stale, "planned")
        with pytest.raises(Refusal) as refused:
            await payment_correction.correction(work, uuid4())
    assert refused.value.code == "not_found"
