"""Where an enterprise is paid: declared by one, verified by another, released by a third."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.constraints import constraint_of
from domain.batch_report import Flag
from domain.cases import CaseKind
from domain.errors import Refusal
from domain.funding_request import PayableKind
from domain.payee_account import PayeeAccount
from domain.ports.work import BeginWork
from service.application import batch, funding_request, payee_account
from service.application.batch import SealBatch
from tests import road
from tests.integration import payments_road as pay
from tests.integration.again_road import Again
from tests.people import Staff


@pytest.fixture
def again(begin_work: BeginWork, staff: Staff) -> Again:
    return Again(begin_work, staff)


async def _first(again: Again) -> PayeeAccount:
    """The verified account that the road's filings name."""
    async with again.begin_work(again.staff.handler) as work:
        (found,) = await payee_account.list_accounts(work, state="verified", after=None, limit=9)
    return found


async def test_one_verification_serves_every_filing_that_names_the_account(again: Again) -> None:
    staff, begin_work = again.staff, again.begin_work
    first = await road.submitted(begin_work, staff)
    second = await road.submitted(begin_work, staff)
    assert second.payee_account_id == first.payee_account_id
    await road.verified_accounts(begin_work, staff)
    third = await road.submitted(begin_work, staff)
    assert third.payee_account_id == first.payee_account_id
    async with begin_work(staff.filer) as work:
        shown = await payee_account.account(work, first.payee_account_id)
    assert (shown.case.state, shown.account_masked) == ("verified", "****9012")
    assert shown.case.org_id == staff.enterprise.id


async def test_nothing_is_paid_to_an_account_before_its_verification(again: Again) -> None:
    staff = again.staff
    (payment,) = await pay.planned(again.begin_work, staff)
    account = await _first(again)
    change = await again.declared(replaces=account.case.id)
    waiting = await again.payment(payment.id)
    assert (waiting.state, waiting.waits_for) == ("planned", "payee_account_unverified")
    year = await pay.this_year(again.begin_work, staff)
    named = SealBatch(fund_source=pay.FUND, budget_year=year, payment_ids=(payment.id,))
    refused = await again.refused(staff.handler, lambda work: batch.seal_batch(work, named))
    assert [(fault.pointer, fault.code) for fault in refused.faults] == [
        ("/payment_ids/0", "payee_account_unverified")
    ]
    with pytest.raises(Refusal) as nothing:
        await again.sealed()
    assert nothing.value.code == "nothing_to_batch"

    case = change.case
    without = await again.refused(
        staff.handler,
        lambda work: payee_account.refuse_account(
            work, account_id=case.id, version=case.version, reason=" "
        ),
    )
    assert without.code == "reason_missing"
    await again.act(
        staff.handler,
        lambda work: payee_account.refuse_account(
            work, account_id=case.id, version=case.version, reason="账号不符"
        ),
    )
    assert (await again.payment(payment.id)).waits_for is None
    (attempt,) = await again.sent(await again.sealed())
    assert attempt.payee_account_id == account.case.id


async def test_payments_take_the_newest_verified_account(again: Again) -> None:
    (payment,) = await pay.planned(again.begin_work, again.staff)
    approved = pay.subject_of(await pay.approved(again.begin_work, again.staff))
    old = await _first(again)
    new = await again.verified(await again.declared(replaces=old.case.id))
    newest = await again.verified(await again.declared("6222029999999999", replaces=new.case.id))
    assert (await again.payment(payment.id)).payee_account_id == newest.case.id
    for account in (old, new):
        state = await pay.state_of(
            again.begin_work, again.staff, CaseKind.ACCOUNT_CHANGE, account.case.id
        )
        assert state == "superseded"
    # a payment planned later for a filing that named the first goes to the newest as well
    request = (await pay.concurred(again.begin_work, again.staff, [approved])).request
    await again.act(
        again.staff.system,
        lambda work: funding_request.order_payments(work, request_id=request.case.id),
    )
    async with again.begin_work(again.staff.system) as work:
        planned = await work.payments.page(filing_id=None, state="planned", after=None, limit=9)
    assert {one.payee_account_id for one in planned} == {newest.case.id}
    assert {one.subject.id for one in planned} == {payment.subject.id, approved.id}


async def test_the_name_is_the_registered_one_character_by_character(again: Again) -> None:
    registered = again.staff.enterprise.name
    command = again.declaration(name=registered + "(分)")
    refused = await again.refused(
        again.staff.filer, lambda work: payee_account.declare_account(work, command)
    )
    (fault,) = refused.faults
    assert (fault.pointer, fault.code) == ("/account_name", "payee_name_differs")
    assert dict(fault.values) == {
        "position": len(registered) + 1,
        "found": "(",
        "expected": "∅",
    }


async def test_an_account_is_declared_in_a_place_that_decides(again: Again) -> None:
    nowhere = replace(again.declaration(), region_code="990000")
    refused = await again.refused(
        again.staff.filer, lambda work: payee_account.declare_account(work, nowhere)
    )
    assert (refused.code, refused.faults[0].pointer) == ("place_unknown", "/region_code")


async def test_an_account_is_declared_once_and_replaces_a_verified_one_of_its_own(
    again: Again, staff: Staff
) -> None:
    declared = await again.declared()
    filer = again.staff.filer
    same = again.declaration()
    assert (
        await again.refused(filer, lambda work: payee_account.declare_account(work, same))
    ).code == "account_exists"
    early = again.declaration("6222029999999999", replaces=declared.case.id)
    assert (
        await again.refused(filer, lambda work: payee_account.declare_account(work, early))
    ).code == "account_not_replaceable"
    await again.verified(declared)
    rivals = [
        await again.declared(f"62220299999999{n}", replaces=declared.case.id) for n in (10, 11)
    ]
    await again.verified(rivals[0])
    late = await again.refused(
        staff.handler,
        lambda work: payee_account.verify_account(
            work, account_id=rivals[1].case.id, version=rivals[1].case.version
        ),
    )
    assert late.code == "account_not_replaceable"


async def test_a_name_that_was_changed_in_the_register_is_not_verified(
    again: Again, database: object
) -> None:
    declared = await again.declared()
    await pay.tampered(
        database,  # type: ignore[arg-type]
        "update organisations set name = name || '（新）' where id = :id",
        id=again.staff.enterprise.id,
    )
    refused = await again.refused(
        again.staff.handler,
        lambda work: payee_account.verify_account(
            work, account_id=declared.case.id, version=declared.case.version
        ),
    )
    assert [fault.code for fault in refused.faults] == ["payee_name_differs"]


async def test_who_verified_an_account_releases_no_payment_to_it(again: Again) -> None:
    (payment,) = await pay.planned(again.begin_work, again.staff)
    old = await _first(again)
    change = await again.declared(replaces=old.case.id)
    await again.verified(change, by=again.staff.releaser)
    assert (await again.payment(payment.id)).payee_account_id == change.case.id
    sealed = await again.sealed()
    refused = await again.refused(
        again.staff.releaser,
        lambda work: batch.release_batch(
            work, batch_id=sealed.case.id, version=sealed.case.version
        ),
    )
    assert (refused.code, dict(refused.values)) == ("linked_duty_conflict", {"held": "review"})


async def test_a_changed_account_is_taken_out_of_a_sealed_batch_before_it_is_sent(
    again: Again,
) -> None:
    staff = again.staff
    sealed = await pay.sealed(again.begin_work, staff, payments=3)
    case = sealed.case
    nothing = await again.refused(
        staff.handler,
        lambda work: batch.split_batch(
            work, batch_id=case.id, version=case.version, payment_ids=(), reason="核对"
        ),
    )
    assert nothing.code == "nothing_to_take_out"
    async with again.begin_work(staff.system) as work:
        attempts = list(await work.payments.attempts(case))
    stranger = await again.refused(
        staff.handler,
        lambda work: batch.split_batch(
            work, batch_id=case.id, version=case.version, payment_ids=(case.id,), reason="核对"
        ),
    )
    assert [fault.code for fault in stranger.faults] == ["payment_unknown"]
    async with again.begin_work(staff.releaser) as work:
        review = await batch.review_batch(work, case.id)
    assert (review.lines, review.total_fen, review.blocks) == (3, sealed.total_fen, ())
    assert {line.verified_by for line, _ in review.flagged} == {staff.handler.account_name}
    assert {flags for _, flags in review.flagged} == {(Flag.FIRST_PAYMENT, Flag.DUPLICATE)}
    held = attempts[1]
    split = await again.act(
        staff.handler,
        lambda work: batch.split_batch(
            work,
            batch_id=case.id,
            version=case.version,
            payment_ids=(held.payment_id,),
            reason="企业被暂停支付",
        ),
    )
    assert (split.case.state, split.lines) == ("sealed", 2)
    assert split.total_fen == sealed.total_fen - held.amount_fen
    assert split.digest != sealed.digest
    assert (await again.payment(held.payment_id)).state == "planned"
    async with again.begin_work(staff.releaser) as work:
        (excluded,) = await batch.list_exclusions(work, case.id)
    assert (excluded.attempt_id, excluded.line_no, excluded.reason) == (
        held.id,
        2,
        "企业被暂停支付",
    )

    await again.verified(await again.declared(replaces=(await _first(again)).case.id))
    refused = await again.refused(
        staff.releaser,
        lambda work: batch.release_batch(work, batch_id=case.id, version=split.case.version),
    )
    assert refused.code == "batch_to_split"
    async with again.begin_work(staff.releaser) as work:
        assert (await batch.review_batch(work, case.id)).blocks == ("batch_to_split",)
    assert [fault.pointer for fault in refused.faults] == ["/lines/1", "/lines/3"]
    empty = await again.refused(
        staff.handler,
        lambda work: batch.split_batch(
            work, batch_id=case.id, version=split.case.version, payment_ids=(), reason="账户变更"
        ),
    )
    assert empty.code == "batch_would_be_empty"
    cancelled = await again.act(
        staff.releaser,
        lambda work: batch.cancel_batch(
            work, batch_id=case.id, version=split.case.version, reason="账户变更"
        ),
    )
    assert cancelled.case.state == "cancelled"
    sent = await again.sent(await again.sealed())
    assert len(sent) == 3
    assert {attempt.attempt_no for attempt in sent} == {2}
    assert {attempt.reference for attempt in sent}.isdisjoint(a.reference for a in attempts)


async def test_a_released_batch_is_not_cancelled_and_its_payments_stay_with_the_bank(
    again: Again,
) -> None:
    batch_id, (first,) = await again.submitted()
    await again.answered(batch_id, pay.line(first))
    refused = await again.refused(
        again.staff.releaser,
        lambda work: batch.cancel_batch(work, batch_id=batch_id, version=6, reason="误放行"),
    )
    assert refused.code in {"stale_version", "wrong_state"}
    assert (await again.payment(first.payment_id)).state == "paid"


async def test_a_preparer_does_not_cancel_his_own_batch(again: Again) -> None:
    sealed = await pay.sealed(again.begin_work, again.staff)
    refused = await again.refused(
        again.staff.handler,
        lambda work: batch.cancel_batch(
            work, batch_id=sealed.case.id, version=sealed.case.version, reason="误组批"
        ),
    )
    assert refused.code == "duty_conflict"


async def test_a_cancellation_and_a_release_at_once_are_one_of_them(again: Again) -> None:
    sealed = await pay.sealed(again.begin_work, again.staff)
    case, releaser = sealed.case, again.staff.releaser
    done = await asyncio.gather(
        again.act(
            releaser,
            lambda work: batch.cancel_batch(
                work, batch_id=case.id, version=case.version, reason="重复"
            ),
        ),
        again.act(
            releaser,
            lambda work: batch.release_batch(work, batch_id=case.id, version=case.version),
        ),
        return_exceptions=True,
    )
    assert [one.code for one in done if isinstance(one, Refusal)] == ["stale_version"]
    states = {one.case.state for one in done if not isinstance(one, BaseException)}
    async with again.begin_work(again.staff.system) as work:
        (attempt,) = await work.payments.attempts(case)
        payment = await work.payments.get(attempt.payment_id)
    assert (states, payment.state) in [({"cancelled"}, "planned"), ({"released"}, "batched")]


async def test_a_verification_and_a_release_at_once_never_pay_a_superseded_account(
    again: Again,
) -> None:
    sealed = await pay.sealed(again.begin_work, again.staff)
    old = await _first(again)
    change = await again.declared(replaces=old.case.id)
    case = sealed.case
    blocked = await again.refused(
        again.staff.releaser,
        lambda work: batch.release_batch(work, batch_id=case.id, version=case.version),
    )
    assert blocked.code == "batch_to_split"
    done = await asyncio.gather(
        again.verified(change),
        again.act(
            again.staff.releaser,
            lambda work: batch.release_batch(work, batch_id=case.id, version=case.version),
        ),
        return_exceptions=True,
    )
    assert not isinstance(done[0], BaseException)
    assert isinstance(done[1], Refusal)
    assert done[1].code == "batch_to_split"


async def test_an_attempt_to_an_unverified_account_is_refused_by_the_database(
    again: Again, engine: AsyncEngine
) -> None:
    (payment,) = await pay.planned(again.begin_work, again.staff)
    sealed = await again.sealed()
    change = await again.declared(replaces=(await _first(again)).case.id)
    async with engine.connect() as connection:
        await pay.scoped(connection, again.staff.handler)
        with pytest.raises(DBAPIError) as refused:
            await connection.execute(
                text(
                    "insert into payment_attempts (place_id, org_id, region_path, id, payment_id,"
                    " batch_id, attempt_no, line_no, reference, state, payee_account_id)"
                    " select place_id, org_id, region_path, gen_random_uuid(), payment_id, batch_id,"
                    " 2, 2, 'FORGEDREFERENCE', 'cancelled', :account from payment_attempts"
                    " where batch_id = :batch and payment_id = :payment"
                ),
                {"account": change.case.id, "batch": sealed.case.id, "payment": payment.id},
            )
    assert constraint_of(refused.value) == "paid_to_verified"
    assert payment.subject.kind is PayableKind.PREPAYMENT
