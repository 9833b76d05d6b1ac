"""What the bank answers, on PostgreSQL: taken once, whatever stands beside it in the file."""

import asyncio
from functools import partial
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.bank_result import LineState, taken
from domain.cases import CaseKind
from domain.errors import Refusal
from domain.funding_request import PayableKind, Subject, commitment_of
from domain.jobs import JobLost
from domain.ledger import AccountKind, BankLine, Event
from domain.payment import AttemptOnFile, AttemptState, Remedy
from domain.ports.payments import AnsweredTwice
from domain.ports.work import BeginWork, Work
from jobs.payment import ingest_bank_result, order_payments, submit_batch
from jobs.worker import Worker
from service.application import bank_result, batch, funding_request, payment
from service.application.batch import SealBatch
from tests import road
from tests.conftest import Database
from tests.integration import payments_road as pay
from tests.integration.again_road import Again
from tests.integration.payments_rig import PaymentsRig
from tests.people import Staff


async def payment_states(begin_work: BeginWork, staff: Staff, batch_id: UUID) -> list[str]:
    """The states of a batch's payments, by line."""
    async with begin_work(staff.system) as work:
        at_bank = await batch.batch(work, batch_id)
        attempts = await work.payments.attempts(at_bank.case)
        paid = await work.payments.locked(
            staff.place.id, [attempt.payment_id for attempt in attempts]
        )
    return [paid[attempt.payment_id].state for attempt in attempts]


async def balances(begin_work: BeginWork, staff: Staff) -> dict[AccountKind, int]:
    """What each kind of account of the place holds; every book balances."""
    async with begin_work(staff.system) as work:
        trial = await work.ledger.trial_balance(staff.place.id)
    assert trial.unbalanced == ()
    return {row.kind: row.balance_fen for row in trial.rows}


async def jobs_of(engine: AsyncEngine, kind: str, ref: UUID) -> list[str]:
    """The states of the jobs of one kind for one thing."""
    query = text("select state from jobs where kind = :kind and ref = :ref")
    async with engine.connect() as connection:
        return list((await connection.execute(query, {"kind": kind, "ref": ref})).scalars())


async def own_kind(database: Database, kind: str, ref: UUID) -> str:
    """Give a job a kind of this test's own, so that no other test's job is run with it."""
    own = f"test_{uuid4().hex}"
    await pay.tampered(
        database,
        "update jobs set kind = :own where kind = :kind and ref = :ref",
        triggers=True,
        own=own,
        kind=kind,
        ref=ref,
    )
    return own


async def a_settlement(begin_work: BeginWork, staff: Staff, database: Database) -> Subject:
    """An approved settlement with a balance of 2 000 元, put down beside a listed filing."""
    filing_id = (await pay.approved(begin_work, staff)).filing_id
    subject = Subject(kind=PayableKind.SETTLEMENT, id=uuid4())
    await pay.tampered(
        database,
        "insert into cases (place_id, id, kind, org_id, partner_org_id, region_path, state,"
        " step_seq, created_at) select place_id, :id, 'settlement', org_id, partner_org_id,"
        " region_path, 'approved', 1, now() from cases where id = :filing",
        id=subject.id,
        filing=filing_id,
    )
    await pay.tampered(
        database,
        "insert into case_steps (place_id, case_id, seq, case_kind, org_id, partner_org_id,"
        " region_path, from_state, to_state, duty, person_id, at) select place_id, :id, 1,"
        " 'settlement', org_id, partner_org_id, region_path, 'new', 'approved', 'approve', :person,"
        " now() from cases where id = :filing",
        id=subject.id,
        filing=filing_id,
        person=staff.approver.person_id,
    )
    await pay.tampered(
        database,
        "insert into settlements (place_id, id, org_id, partner_org_id, region_path, filing_id, seq,"
        " settlement_kind, people, entitled_fen, history_fen, balance_fen, recovery_fen, facts)"
        " select place_id, :id, org_id, partner_org_id, region_path, :filing, 1, 'final', 3,"
        " 200000, 0, 200000, 0, '{}' from cases where id = :filing",
        id=subject.id,
        filing=filing_id,
    )
    return subject


async def submitted_settlement(
    begin_work: BeginWork, staff: Staff, database: Database
) -> tuple[Subject, UUID, AttemptOnFile]:
    """A settlement's balance that is with the bank: the subject, the batch, the attempt."""
    subject = await a_settlement(begin_work, staff, database)
    request = (await pay.concurred(begin_work, staff, [subject])).request
    await road.act(
        begin_work,
        staff.system,
        lambda work: funding_request.order_payments(work, request_id=request.case.id),
    )
    command = SealBatch(fund_source=pay.FUND, budget_year=request.budget_year, payment_ids=None)
    sealed = await road.act(begin_work, staff.handler, lambda work: batch.seal_batch(work, command))
    await road.act(
        begin_work,
        staff.releaser,
        lambda work: batch.release_batch(
            work, batch_id=sealed.case.id, version=sealed.case.version
        ),
    )
    await road.act(
        begin_work,
        staff.system,
        lambda work: batch.submit_batch(work, batch_id=sealed.case.id),
    )
    async with begin_work(staff.system) as work:
        (attempt,) = await work.payments.attempts(sealed.case)
    return subject, sealed.case.id, attempt


async def test_a_confirmed_prepayment_is_paid_and_its_batch_reconciled(
    staff: Staff, begin_work: BeginWork
) -> None:
    at_bank, attempts = await pay.submitted(begin_work, staff, payments=2)
    file = pay.answer(*(pay.line(attempt) for attempt in attempts))
    outcomes = await pay.ingested(begin_work, staff, at_bank.case.id, file)
    assert outcomes == {LineState.MATCHED: 2}
    assert await payment_states(begin_work, staff, at_bank.case.id) == ["paid", "paid"]
    held = await balances(begin_work, staff)
    assert held[AccountKind.IN_TRANSIT] == 0
    assert held[AccountKind.PREPAYMENT_RECEIVABLE] == at_bank.total_fen
    async with begin_work(staff.handler) as work:
        reconciled = await batch.batch(work, at_bank.case.id)
        paid = await work.payments.get(attempts[0].payment_id)
        subject = await work.cases.get(CaseKind.PREPAYMENT, paid.subject.id)
        steps = await work.cases.steps(subject)
    assert (reconciled.case.state, reconciled.unanswered) == ("reconciled", 0)
    assert paid.booked_on is not None
    assert [step.duty for step in steps[-2:]] == ["system", "system"]
    assert subject.state == "paid"


async def test_a_refused_payment_returns_to_its_commitment(
    staff: Staff, begin_work: BeginWork
) -> None:
    at_bank, attempts = await pay.submitted(begin_work, staff)
    committed = (await balances(begin_work, staff))[AccountKind.COMMITTED]
    line = pay.line(attempts[0], result="rejected", reason="户名不符")
    await pay.ingested(begin_work, staff, at_bank.case.id, pay.answer(line))
    held = await balances(begin_work, staff)
    assert await payment_states(begin_work, staff, at_bank.case.id) == ["returned"]
    assert held[AccountKind.COMMITTED] == committed + at_bank.total_fen
    assert held[AccountKind.IN_TRANSIT] == 0
    async with begin_work(staff.filer) as work:
        explained = await payment.explain_payment(work, attempts[0].payment_id)
    assert explained.facts.returned_reason == "户名不符"
    assert explained.chain.attempts[0].state is AttemptState.REJECTED
    prepayment_id = explained.chain.payment.subject.id
    assert await pay.state_of(begin_work, staff, CaseKind.PREPAYMENT, prepayment_id) == "ordered"
    assert await pay.state_of(begin_work, staff, CaseKind.BATCH, at_bank.case.id) == "reconciled"


async def test_a_stray_line_blocks_nothing_and_stays_visible(
    staff: Staff, begin_work: BeginWork
) -> None:
    at_bank, attempts = await pay.submitted(begin_work, staff, payments=3)
    first, second, third = attempts
    file = pay.answer(
        "S1,NOTOURSATALL00000000000000,paid,1,2026-01-05,",
        pay.line(first, reference="S2", amount_fen=first.amount_fen - 1),
        pay.line(second, reference="S3"),
        pay.line(second, reference="S3"),
        pay.line(second, reference="S4", result="rejected"),
    )
    outcomes = await pay.ingested(begin_work, staff, at_bank.case.id, file, size=2)
    assert outcomes == {
        LineState.UNKNOWN_REFERENCE: 1,
        LineState.AMOUNT_DIFFERS: 1,
        LineState.MATCHED: 1,
        LineState.REPEATED: 1,
        LineState.ALREADY_ANSWERED: 1,
    }
    assert await payment_states(begin_work, staff, at_bank.case.id) == [
        "submitted",
        "paid",
        "submitted",
    ]
    async with begin_work(staff.handler) as work:
        result = await work.payments.result_of(
            staff.place.id, (await loaded_digest(work, at_bank.case.id))
        )
        assert result is not None
        stray = await bank_result.list_bank_lines(
            work, result.id, state=LineState.AMOUNT_DIFFERS, after_line=0, limit=10
        )
        waiting = await batch.list_attempts(
            work, at_bank.case.id, state=AttemptState.SUBMITTED, after_line=0, limit=10
        )
    assert [line.attempt_id for line in stray] == [first.id]
    assert [attempt.id for attempt in waiting] == [first.id, third.id]
    assert await pay.state_of(begin_work, staff, CaseKind.BATCH, at_bank.case.id) == "submitted"
    later = pay.answer(pay.line(first, reference="S5"), pay.line(third, reference="S6"))
    assert await pay.ingested(begin_work, staff, at_bank.case.id, later) == {LineState.MATCHED: 2}
    assert await pay.state_of(begin_work, staff, CaseKind.BATCH, at_bank.case.id) == "reconciled"
    assert (await balances(begin_work, staff))[AccountKind.IN_TRANSIT] == 0


async def test_the_bank_corrects_a_line_under_its_own_reference(
    staff: Staff, begin_work: BeginWork
) -> None:
    at_bank, (attempt,) = await pay.submitted(begin_work, staff)
    for wrong in (
        pay.line(attempt, reference="S1", amount_fen=attempt.amount_fen - 1),
        f"S1,NOTOURSATALL00000000000000,paid,{attempt.amount_fen},2026-01-05,",
    ):
        outcomes = await pay.ingested(begin_work, staff, at_bank.case.id, pay.answer(wrong))
        assert LineState.REPEATED not in outcomes
        assert LineState.MATCHED not in outcomes
    right = pay.answer(pay.line(attempt, reference="S1"))
    assert await pay.ingested(begin_work, staff, at_bank.case.id, right) == {LineState.MATCHED: 1}
    assert await pay.state_of(begin_work, staff, CaseKind.BATCH, at_bank.case.id) == "reconciled"


async def loaded_digest(work: Work, batch_id: UUID) -> bytes:
    """The digest of the one file loaded for a batch."""
    found = await work.payments.results_of(batch_id)
    return found[0].digest


async def test_a_faulty_file_stores_nothing(staff: Staff, begin_work: BeginWork) -> None:
    at_bank, attempts = await pay.submitted(begin_work, staff)
    file = pay.answer(pay.line(attempts[0]), pay.line(attempts[0], result="maybe"))
    with pytest.raises(Refusal) as refused:
        await pay.loaded(begin_work, staff, at_bank.case.id, file)
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [
        ("/lines/3/result", "result_unknown")
    ]
    async with begin_work(staff.handler) as work:
        assert await work.payments.results_of(at_bank.case.id) == []


async def test_the_same_file_again_is_processed_already(
    staff: Staff, begin_work: BeginWork, engine: AsyncEngine
) -> None:
    at_bank, attempts = await pay.submitted(begin_work, staff)
    file = pay.answer(pay.line(attempts[0]))
    first = await pay.loaded(begin_work, staff, at_bank.case.id, file)
    again = await asyncio.gather(
        *(pay.loaded(begin_work, staff, at_bank.case.id, file) for _ in range(3))
    )
    assert {result.id for result in again} == {first.id}
    assert await jobs_of(engine, "ingest_bank_result", first.id) == ["ready"]


async def test_a_file_belongs_to_one_batch(staff: Staff, begin_work: BeginWork) -> None:
    one, attempts = await pay.submitted(begin_work, staff)
    other, _ = await pay.submitted(begin_work, staff)
    file = pay.answer(pay.line(attempts[0]))
    await pay.loaded(begin_work, staff, one.case.id, file)
    with pytest.raises(Refusal) as refused:
        await pay.loaded(begin_work, staff, other.case.id, file)
    assert refused.value.code == "bank_result_already_loaded"


async def test_the_bank_does_not_answer_what_was_only_released(
    staff: Staff, begin_work: BeginWork
) -> None:
    released = await pay.released(begin_work, staff)
    async with begin_work(staff.system) as work:
        (attempt,) = await work.payments.attempts(released.case)
    with pytest.raises(Refusal) as refused:
        await pay.loaded(begin_work, staff, released.case.id, pay.answer(pay.line(attempt)))
    assert refused.value.code == "wrong_state"


async def test_a_line_may_answer_another_batch_of_the_place(
    staff: Staff, begin_work: BeginWork
) -> None:
    one, own = await pay.submitted(begin_work, staff)
    other, strays = await pay.submitted(begin_work, staff)
    unsent = await pay.released(begin_work, staff)
    async with begin_work(staff.system) as work:
        (early,) = await work.payments.attempts(unsent.case)
    file = pay.answer(*(pay.line(attempt) for attempt in (*own, *strays, early)))
    assert await pay.ingested(begin_work, staff, one.case.id, file) == {
        LineState.MATCHED: 2,
        LineState.NOT_SUBMITTED: 1,
    }
    for reconciled in (one, other):
        state = await pay.state_of(begin_work, staff, CaseKind.BATCH, reconciled.case.id)
        assert state == "reconciled"
    assert await pay.state_of(begin_work, staff, CaseKind.BATCH, unsent.case.id) == "released"


async def test_a_repeated_chunk_takes_nothing_twice(staff: Staff, begin_work: BeginWork) -> None:
    at_bank, attempts = await pay.submitted(begin_work, staff)
    result = await pay.loaded(begin_work, staff, at_bank.case.id, pay.answer(pay.line(attempts[0])))

    async def take(work: Work) -> int:
        return (await bank_result.take_lines(work, result_id=result.id)).lines

    counts = await asyncio.gather(*(road.act(begin_work, staff.system, take) for _ in range(4)))
    assert sorted(counts) == [0, 0, 0, 1]
    held = await balances(begin_work, staff)
    assert held[AccountKind.PREPAYMENT_RECEIVABLE] == at_bank.total_fen
    for _ in range(2):
        await road.act(
            begin_work,
            staff.system,
            lambda work: bank_result.reconcile_batches(work, result_id=result.id),
        )
    async with begin_work(staff.system) as work:
        steps = await work.cases.steps(at_bank.case)
    assert [step.to_state for step in steps].count("reconciled") == 1


async def test_lines_taken_behind_ones_back_are_noticed(
    staff: Staff, begin_work: BeginWork
) -> None:
    at_bank, attempts = await pay.submitted(begin_work, staff)
    result = await pay.loaded(begin_work, staff, at_bank.case.id, pay.answer(pay.line(attempts[0])))
    async with begin_work(staff.system) as work:
        lines = await work.payments.received(result, 10)
        tried = await work.payments.tried(staff.place.id, {attempts[0].reference})
        decided = taken(lines, tried, seen=(), held_fen={})
        await work.payments.take(staff.place.id, decided)
        with pytest.raises(AnsweredTwice):
            await work.payments.take(staff.place.id, decided)


async def test_one_bank_reference_is_taken_once_by_constraint(
    staff: Staff, begin_work: BeginWork, engine: AsyncEngine
) -> None:
    at_bank, attempts = await pay.submitted(begin_work, staff)
    line = pay.line(attempts[0])
    await pay.ingested(begin_work, staff, at_bank.case.id, pay.answer(line, line))
    async with engine.connect() as connection:
        await pay.scoped(connection, staff.system)
        with pytest.raises(IntegrityError) as refused:
            await connection.execute(
                text(
                    "update bank_lines set state = 'already_answered', attempt_id = :attempt"
                    " where place_id = :place and state = 'repeated'"
                ),
                {"place": staff.place.id, "attempt": attempts[0].id},
            )
    assert "bank_reference" in str(refused.value)


async def test_a_paid_balance_lets_its_settlement_be_closed(
    staff: Staff, begin_work: BeginWork, database: Database, engine: AsyncEngine
) -> None:
    subject, batch_id, attempt = await submitted_settlement(begin_work, staff, database)
    await pay.ingested(begin_work, staff, batch_id, pay.answer(pay.line(attempt)))
    held = await balances(begin_work, staff)
    assert held[AccountKind.EXPENSE] == 200_000
    assert await jobs_of(engine, "close_settlement", subject.id) == ["ready"]
    async with begin_work(staff.handler) as work:
        explained = await payment.explain_payment(work, attempt.payment_id)
    assert explained.facts.purpose == "balance"
    assert explained.chain.people == ()


async def test_every_id_of_the_chain_leads_both_ways(staff: Staff, begin_work: BeginWork) -> None:
    at_bank, attempts = await pay.submitted(begin_work, staff)
    await pay.ingested(begin_work, staff, at_bank.case.id, pay.answer(pay.line(attempts[0])))
    async with begin_work(staff.handler) as work:
        explained = await payment.explain_payment(work, attempts[0].payment_id)
        chain = explained.chain
        filing = await work.cases.get(CaseKind.FILING, commitment_of(chain.payment))
        people = await work.filings.enrolments(filing)
        request = await funding_request.funding_request(work, chain.payment.funding_request_id)
        (result,) = await work.payments.results_of(at_bank.case.id)
        (line,) = await bank_result.list_bank_lines(
            work, result.id, state=None, after_line=0, limit=10
        )
        postings = await work.ledger.postings_of(staff.place.id, chain.payment.id)
    assert {share.enrolment_id for share in chain.people} == {person.id for person in people}
    assert sum(share.amount_fen for share in chain.people) == chain.payment.amount_fen
    assert [found.payment_id for found in request.lines] == [chain.payment.id]
    assert chain.attempts[0].batch_id == at_bank.case.id
    assert chain.attempts[0].bank_line_id == line.id
    assert line.attempt_id == chain.attempts[0].id
    assert chain.posting_ids == tuple(posting.id for posting in postings)
    assert [posting.event for posting in postings] == [
        Event.BATCH_RELEASED,
        Event.BANK_CONFIRMED_PREPAYMENT,
    ]
    assert postings[1].cause == BankLine(line.id)
    facts = explained.facts
    assert (facts.batch, facts.bank_line) == (str(at_bank.case.id), str(line.id))
    assert None not in (facts.concurred_on, facts.released_on, facts.booked_on)


async def test_a_payment_not_yet_batched_is_explained_as_far_as_it_went(
    staff: Staff, begin_work: BeginWork
) -> None:
    (planned,) = await pay.planned(begin_work, staff)
    async with begin_work(staff.filer) as work:
        explained = await payment.explain_payment(work, planned.id)
    assert explained.facts.reference == str(planned.id)
    assert (explained.facts.batch, explained.facts.bank_line) == (None, None)
    assert explained.chain.attempts == ()


async def test_the_jobs_do_the_road(
    staff: Staff, begin_work: BeginWork, database: Database, engine: AsyncEngine
) -> None:
    rig = PaymentsRig(engine)
    subject = pay.subject_of(await pay.approved(begin_work, staff))
    request = (await pay.concurred(begin_work, staff, [subject])).request
    kind = await own_kind(database, "order_payments", request.case.id)
    assert await Worker(rig, {kind: order_payments}).run_until_idle() == 1
    command = SealBatch(fund_source=pay.FUND, budget_year=request.budget_year, payment_ids=None)
    sealed = await road.act(begin_work, staff.handler, lambda work: batch.seal_batch(work, command))
    await road.act(
        begin_work,
        staff.releaser,
        lambda work: batch.release_batch(
            work, batch_id=sealed.case.id, version=sealed.case.version
        ),
    )
    kind = await own_kind(database, "submit_batch", sealed.case.id)
    assert await Worker(rig, {kind: submit_batch}).run_until_idle() == 1
    async with begin_work(staff.system) as work:
        attempts = await work.payments.attempts(sealed.case)
    result = await pay.loaded(
        begin_work, staff, sealed.case.id, pay.answer(*(pay.line(a) for a in attempts))
    )
    kind = await own_kind(database, "ingest_bank_result", result.id)
    assert await Worker(rig, {kind: ingest_bank_result}).run_until_idle() == 1
    assert await pay.state_of(begin_work, staff, CaseKind.BATCH, sealed.case.id) == "reconciled"
    assert await pay.state_of(begin_work, staff, CaseKind.PREPAYMENT, subject.id) == "paid"


@pytest.mark.parametrize("size", [1, 2, 500])
async def test_a_file_is_taken_alike_whatever_the_chunk(
    staff: Staff, begin_work: BeginWork, database: Database, engine: AsyncEngine, size: int
) -> None:
    at_bank, attempts = await pay.submitted(begin_work, staff, payments=3)
    file = pay.answer(*(pay.line(attempt) for attempt in attempts), pay.line(attempts[0]))
    result = await pay.loaded(begin_work, staff, at_bank.case.id, file)
    kind = await own_kind(database, "ingest_bank_result", result.id)
    worker = Worker(PaymentsRig(engine), {kind: partial(ingest_bank_result, size=size)})
    assert await worker.run_until_idle() == 1
    async with begin_work(staff.handler) as work:
        outcomes = dict((await bank_result.bank_result(work, result.id)).outcomes)
    assert outcomes == {LineState.MATCHED: 3, LineState.REPEATED: 1}
    assert (await balances(begin_work, staff))[AccountKind.IN_TRANSIT] == 0
    entries = await pay.audited(engine, staff, "bank_result.taken", str(result.id))
    assert sum(facts["lines"] for _, facts in entries) == 4


async def test_a_chunk_under_a_lost_lease_keeps_nothing(
    staff: Staff, begin_work: BeginWork, database: Database, engine: AsyncEngine
) -> None:
    at_bank, attempts = await pay.submitted(begin_work, staff)
    result = await pay.loaded(begin_work, staff, at_bank.case.id, pay.answer(pay.line(attempts[0])))
    kind = await own_kind(database, "ingest_bank_result", result.id)
    rig = PaymentsRig(engine)
    job = await rig.leases.claim([kind], pay.LEASE)
    assert job is not None
    await pay.tampered(
        database,
        "update jobs set token = token + 1 where id = :id",
        triggers=True,
        id=job.id,
    )
    async with begin_work(staff.system) as work:
        assert (await bank_result.take_lines(work, result_id=result.id)).lines == 1
        with pytest.raises(JobLost):
            await work.jobs.advance(job, "1", pay.LEASE)
    assert await payment_states(begin_work, staff, at_bank.case.id) == ["submitted"]


async def test_a_cancelled_balance_may_be_requested_anew(
    staff: Staff, begin_work: BeginWork, database: Database
) -> None:
    subject, batch_id, attempt = await submitted_settlement(begin_work, staff, database)
    refused = pay.answer(pay.line(attempt, result="rejected"))
    await pay.ingested(begin_work, staff, batch_id, refused)
    again = Again(begin_work, staff)
    with pytest.raises(Refusal) as requested:
        await pay.requested(begin_work, staff, [subject])
    assert requested.value.code == "already_requested"
    returned = await again.payment(attempt.payment_id)
    await again.approved(await again.proposed(returned, Remedy.CANCEL))
    assert (await again.payment(attempt.payment_id)).state == "cancelled"
    request = (await pay.concurred(begin_work, staff, [subject])).request
    planned = await road.act(
        begin_work,
        staff.system,
        lambda work: funding_request.order_payments(work, request_id=request.case.id),
    )
    assert planned == 1
    assert await pay.state_of(begin_work, staff, CaseKind.SETTLEMENT, subject.id) == "approved"
