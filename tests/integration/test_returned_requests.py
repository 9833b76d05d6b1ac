"""What finance returns or refuses is free again; a prepayment that is not wanted holds nothing up."""

import asyncio
from uuid import UUID

import pytest

from domain.cases import CaseKind
from domain.errors import Refusal
from domain.funding_request import Subject, commitment_of
from domain.ports.work import BeginWork, Work
from service.application import funding_request, prepayment
from service.application.prepayment import cancel_unreleased_prepayments
from tests import road
from tests.integration import payments_road as pay
from tests.integration.again_road import Again
from tests.people import Staff


@pytest.fixture
def again(begin_work: BeginWork, staff: Staff) -> Again:
    return Again(begin_work, staff)


async def _dropped(again: Again, filing_id: UUID) -> int:
    """What a settlement's approval does first."""

    async def drop(work: Work) -> int:
        filing_case = await work.cases.lock(CaseKind.FILING, filing_id)
        return await cancel_unreleased_prepayments(work, filing_case)

    return await again.act(again.staff.approver, drop)


async def _state(again: Again, subject: Subject) -> str:
    return await pay.state_of(again.begin_work, again.staff, CaseKind.PREPAYMENT, subject.id)


async def test_a_returned_or_refused_request_frees_its_lines(again: Again) -> None:
    staff = again.staff
    subject = pay.subject_of(await pay.approved(again.begin_work, staff))
    first = await pay.requested(again.begin_work, staff, [subject])
    case = first.request.case
    without = await again.refused(
        staff.finance,
        lambda work: funding_request.return_funding_request(
            work, request_id=case.id, version=case.version, reason=""
        ),
    )
    assert without.code == "reason_missing"
    returned = await pay.request_returned(again.begin_work, staff, first)
    assert (returned.request.case.state, returned.lines[0].released) == ("returned", True)
    second = (await pay.requested(again.begin_work, staff, [subject])).request.case
    refused = await again.act(
        staff.finance,
        lambda work: funding_request.refuse_funding_request(
            work, request_id=second.id, version=second.version, reason="不属支出范围"
        ),
    )
    assert refused.request.case.state == "refused"
    third = await pay.concurred(again.begin_work, staff, [subject])
    order = funding_request.order_payments
    for request_id, count in ((third.request.case.id, 1), (third.request.case.id, 0)):
        done = await again.act(
            staff.system,
            lambda work, of=request_id: order(work, request_id=of),  # type: ignore[misc]
        )
        assert done == count
    late = await again.refused(
        staff.system, lambda work: order(work, request_id=returned.request.case.id)
    )
    assert late.code == "wrong_state"


async def test_a_prepayment_goes_back_and_forth_until_it_is_decided(again: Again) -> None:
    staff = again.staff
    filing = await road.listed(again.begin_work, staff)
    asked = await again.act(
        staff.filer, lambda work: prepayment.request_prepayment(work, filing_id=filing.case.id)
    )
    prepayment_id, version = asked.case.id, asked.case.version

    async def step(actor: object, move: object, reason: str = "核对") -> str:
        nonlocal version
        done = await again.act(
            actor,  # type: ignore[arg-type]
            lambda work: move(  # type: ignore[operator]
                work, prepayment_id=prepayment_id, version=version, reason=reason
            ),
        )
        version = done.case.version
        return str(done.case.state)

    with pytest.raises(Refusal) as refused:
        await step(staff.handler, prepayment.return_prepayment, "")
    assert refused.value.code == "reason_missing"
    assert await step(staff.handler, prepayment.return_prepayment) == "returned_for_correction"
    assert await step(staff.filer, prepayment.request_prepayment_again) == "requested"
    assert await step(staff.handler, prepayment.review_prepayment) == "reviewed"
    assert await step(staff.approver, prepayment.send_prepayment_back) == "requested"
    assert await step(staff.handler, prepayment.review_prepayment) == "reviewed"
    assert await step(staff.approver, prepayment.refuse_prepayment) == "refused"
    with pytest.raises(Refusal) as late:
        await step(staff.filer, prepayment.cancel_prepayment)
    assert late.value.code == "wrong_state"


async def test_an_enterprise_gives_its_prepayment_up_before_the_approval_alone(
    again: Again,
) -> None:
    filing = await road.listed(again.begin_work, again.staff)
    asked = await again.act(
        again.staff.filer,
        lambda work: prepayment.request_prepayment(work, filing_id=filing.case.id),
    )
    cancelled = await again.act(
        again.staff.filer,
        lambda work: prepayment.cancel_prepayment(
            work, prepayment_id=asked.case.id, version=asked.case.version
        ),
    )
    assert cancelled.case.state == "cancelled"
    approved = await pay.approved(again.begin_work, again.staff)
    late = await again.refused(
        again.staff.filer,
        lambda work: prepayment.cancel_prepayment(
            work, prepayment_id=approved.case.id, version=approved.case.version
        ),
    )
    assert late.code == "wrong_state"


async def test_a_settlement_drops_what_is_not_with_the_bank(again: Again) -> None:
    staff, begin_work = again.staff, again.begin_work
    approved = await pay.approved(begin_work, staff)
    asked_for = await pay.approved(begin_work, staff)
    request = await pay.requested(begin_work, staff, [pay.subject_of(asked_for)])
    case = request.request.case
    assert await _dropped(again, approved.filing_id) == 1
    assert await _dropped(again, asked_for.filing_id) == 1
    assert await _dropped(again, approved.filing_id) == 0
    await again.act(
        staff.finance,
        lambda work: funding_request.concur_funding_request(
            work, request_id=case.id, version=case.version
        ),
    )
    order = funding_request.order_payments
    assert await again.act(staff.system, lambda work: order(work, request_id=case.id)) == 0
    assert await _state(again, pay.subject_of(asked_for)) == "cancelled"


async def test_a_planned_payment_goes_with_its_prepayment_and_one_at_the_bank_stays(
    again: Again,
) -> None:
    (planned,) = await pay.planned(again.begin_work, again.staff)
    assert await _dropped(again, commitment_of(planned)) == 1
    assert (await again.payment(planned.id)).state == "cancelled"
    assert await _state(again, planned.subject) == "cancelled"

    batch_id, (first,) = await again.submitted()
    at_bank = await again.payment(first.payment_id)
    assert await _dropped(again, commitment_of(at_bank)) == 0
    assert await _state(again, at_bank.subject) == "ordered"
    await again.answered(batch_id, pay.line(first, result="rejected"))
    assert await _dropped(again, commitment_of(at_bank)) == 1
    assert (await again.payment(first.payment_id)).state == "cancelled"


async def test_a_payment_in_a_batch_not_yet_sent_is_not_dropped(again: Again) -> None:
    await pay.sealed(again.begin_work, again.staff)
    async with again.begin_work(again.staff.system) as work:
        (batched,) = await work.payments.page(filing_id=None, state="batched", after=None, limit=9)
    with pytest.raises(Refusal) as refused:
        await _dropped(again, commitment_of(batched))
    assert refused.value.code == "prepayment_in_flight"


async def test_dropping_and_ordering_at_once_plan_nothing_for_a_dropped_prepayment(
    again: Again,
) -> None:
    staff = again.staff
    for _ in range(3):
        on_file = await pay.approved(again.begin_work, staff)
        request = await pay.concurred(again.begin_work, staff, [pay.subject_of(on_file)])
        request_id = request.request.case.id
        done = await asyncio.gather(
            _dropped(again, on_file.filing_id),
            again.act(
                staff.system,
                lambda work, of=request_id: funding_request.order_payments(work, request_id=of),  # type: ignore[misc]
            ),
            return_exceptions=True,
        )
        assert {one.code for one in done if isinstance(one, Refusal)} <= {"busy"}
        async with again.begin_work(staff.system) as work:
            payments = await work.payments.page(
                filing_id=on_file.filing_id, state=None, after=None, limit=9
            )
        dropped = await _state(again, pay.subject_of(on_file)) == "cancelled"
        assert all(one.state == "cancelled" for one in payments) or not dropped
