"""Money on its way out, on PostgreSQL: asked for, concurred in, batched, released, exported."""

import asyncio
import csv
import hashlib
import io
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.constraints import constraint_of
from domain.cases import CaseKind, Duty
from domain.errors import Refusal
from domain.funding_request import PayableKind, Subject
from domain.ledger import AccountKind
from domain.party import Actor
from domain.payment import AttemptState, reference_of
from domain.ports.work import BeginWork, Work
from service.application import batch, funding_request, payment
from service.application.batch import SealBatch
from service.application.funding_request import RequestFunding
from tests import road
from tests.conftest import Database, NewStaff
from tests.integration import payments_road as pay
from tests.people import Staff

ACCOUNT = "3200160123456789012"


async def balances(begin_work: BeginWork, staff: Staff) -> dict[AccountKind, int]:
    """What each kind of account of a place holds."""
    async with begin_work(staff.system) as work:
        trial = await work.ledger.trial_balance(staff.place.id)
    assert trial.unbalanced == ()
    return {row.kind: row.balance_fen for row in trial.rows}


async def refused_with(begin_work: BeginWork, actor: Actor, do: object) -> Refusal:
    """Do one act that must be refused, and return why."""
    with pytest.raises(Refusal) as refused:
        await road.act(begin_work, actor, do)  # type: ignore[arg-type]
    return refused.value


async def test_a_prepayment_is_requested_concurred_in_and_ordered(
    staff: Staff, begin_work: BeginWork
) -> None:
    prepaid = await pay.approved(begin_work, staff)
    on_file = await pay.concurred(begin_work, staff, [pay.subject_of(prepaid)])
    case = on_file.request.case
    assert (on_file.request.lines, on_file.request.total_fen) == (1, prepaid.amount_fen)
    assert on_file.lines[0].payment_id is None

    def order(work: Work) -> object:
        return funding_request.order_payments(work, request_id=case.id)

    assert await road.act(begin_work, staff.system, order) == 1  # type: ignore[arg-type]
    assert await road.act(begin_work, staff.system, order) == 0  # type: ignore[arg-type]
    async with begin_work(staff.handler) as work:
        ordered = await funding_request.funding_request(work, case.id)
        payments = await payment.list_payments(
            work, filing_id=prepaid.filing_id, state="planned", after=None, limit=10
        )
        steps = await work.cases.steps(case)
    assert [found.id for found in payments] == [ordered.lines[0].payment_id]
    assert ordered.request.case.version == case.version + 1
    assert [step.duty for step in steps] == [Duty.PREPARE, Duty.PREPARE, Duty.CONCUR]
    assert await pay.state_of(begin_work, staff, CaseKind.PREPAYMENT, prepaid.case.id) == "ordered"


async def test_a_request_without_concurrence_orders_nothing(
    staff: Staff, begin_work: BeginWork
) -> None:
    prepaid = await pay.approved(begin_work, staff)
    request_id = (await pay.requested(begin_work, staff, [pay.subject_of(prepaid)])).request.case.id
    refused = await refused_with(
        begin_work,
        staff.system,
        lambda work: funding_request.order_payments(work, request_id=request_id),
    )
    assert refused.code == "wrong_state"


async def test_a_case_is_requested_once(staff: Staff, begin_work: BeginWork) -> None:
    subject = pay.subject_of(await pay.approved(begin_work, staff))
    await pay.requested(begin_work, staff, [subject])
    with pytest.raises(Refusal) as refused:
        await pay.requested(begin_work, staff, [subject])
    assert refused.value.code == "already_requested"


async def test_two_requests_at_once_make_one(staff: Staff, begin_work: BeginWork) -> None:
    subject = pay.subject_of(await pay.approved(begin_work, staff))
    done = await asyncio.gather(
        *(pay.requested(begin_work, staff, [subject]) for _ in range(4)), return_exceptions=True
    )
    codes = sorted(one.code for one in done if isinstance(one, Refusal))
    assert codes == ["already_requested"] * 3


async def test_a_request_that_cannot_be_paid_stores_nothing(
    staff: Staff, new_staff: NewStaff, begin_work: BeginWork
) -> None:
    year = await pay.this_year(begin_work, staff)
    good = pay.subject_of(await pay.approved(begin_work, staff))
    elsewhere = pay.subject_of(await pay.approved(begin_work, await new_staff()))
    absent = Subject(kind=PayableKind.SETTLEMENT, id=uuid4())

    def ask(work: Work, fund: str = pay.FUND, budget_year: int = year) -> object:
        return funding_request.request_funding(
            work,
            RequestFunding(
                fund_source=fund, budget_year=budget_year, subjects=(good, elsewhere, absent)
            ),
        )

    refused = await refused_with(begin_work, staff.handler, ask)
    assert [(fault.pointer, fault.code) for fault in refused.faults] == [
        ("/subjects/1/id", "subject_unknown"),
        ("/subjects/2/id", "subject_unknown"),
    ]
    refused = await refused_with(begin_work, staff.handler, lambda work: ask(work, fund="lottery"))
    assert [fault.code for fault in refused.faults] == ["fund_source_unknown"]
    async with begin_work(staff.handler) as work:
        listed = await funding_request.list_funding_requests(work, state=None, after=None, limit=9)
    assert listed == []


async def test_money_of_another_year_pays_nothing(staff: Staff, begin_work: BeginWork) -> None:
    year = await pay.this_year(begin_work, staff)
    subject = pay.subject_of(await pay.approved(begin_work, staff))
    command = RequestFunding(fund_source=pay.FUND, budget_year=year - 1, subjects=(subject,))
    refused = await refused_with(
        begin_work, staff.handler, lambda work: funding_request.request_funding(work, command)
    )
    assert [fault.code for fault in refused.faults] == ["commitment_insufficient"]


async def test_who_approved_a_case_prepares_no_payment_of_it(
    staff: Staff, begin_work: BeginWork
) -> None:
    year = await pay.this_year(begin_work, staff)
    subject = pay.subject_of(await pay.approved(begin_work, staff))
    asked = RequestFunding(fund_source=pay.FUND, budget_year=year, subjects=(subject,))
    refused = await refused_with(
        begin_work, staff.approver, lambda work: funding_request.request_funding(work, asked)
    )
    assert (refused.code, refused.values["held"]) == ("linked_duty_conflict", "approve")
    await pay.planned(begin_work, staff)
    everything = SealBatch(fund_source=pay.FUND, budget_year=year, payment_ids=None)
    for actor, held in ((staff.approver, "approve"), (staff.finance, "concur")):
        refused = await refused_with(
            begin_work, actor, lambda work: batch.seal_batch(work, everything)
        )
        assert (refused.code, refused.values["held"]) == ("linked_duty_conflict", held)


async def test_a_batch_is_sealed_with_count_total_and_digest(
    staff: Staff, begin_work: BeginWork
) -> None:
    sealed = await pay.sealed(begin_work, staff, payments=3)
    async with begin_work(staff.handler) as work:
        attempts = await batch.list_attempts(
            work, sealed.case.id, state=AttemptState.BATCHED, after_line=0, limit=10
        )
        after_first = await batch.list_attempts(
            work, sealed.case.id, state=None, after_line=1, limit=10
        )
        paid = await work.payments.locked(
            staff.place.id, [attempt.payment_id for attempt in attempts]
        )
        listed = await batch.list_batches(work, state="sealed", after=None, limit=10)
    assert (sealed.lines, sealed.unanswered, sealed.case.state) == (3, 3, "sealed")
    assert sealed.total_fen == sum(attempt.amount_fen for attempt in attempts)
    assert [attempt.reference for attempt in attempts] == [reference_of(a.id) for a in attempts]
    assert [attempt.line_no for attempt in after_first] == [2, 3]
    assert {found.state for found in paid.values()} == {"batched"}
    assert [found.case.id for found in listed] == [sealed.case.id]


async def test_a_batch_may_name_its_payments(staff: Staff, begin_work: BeginWork) -> None:
    year = await pay.this_year(begin_work, staff)
    first, second = await pay.planned(begin_work, staff, prepayments=2)

    def seal(*ids: object) -> SealBatch:
        return SealBatch(fund_source=pay.FUND, budget_year=year, payment_ids=ids)  # type: ignore[arg-type]

    sealed = await road.act(
        begin_work, staff.handler, lambda work: batch.seal_batch(work, seal(second.id))
    )
    assert (sealed.lines, sealed.total_fen) == (1, second.amount_fen)
    refused = await refused_with(
        begin_work,
        staff.handler,
        lambda work: batch.seal_batch(work, seal(first.id, second.id, uuid4())),
    )
    assert [(fault.pointer, fault.code) for fault in refused.faults] == [
        ("/payment_ids/1", "payment_not_planned"),
        ("/payment_ids/2", "payment_unknown"),
    ]


async def test_two_preparers_at_once_batch_each_payment_once(
    staff: Staff, begin_work: BeginWork
) -> None:
    await pay.planned(begin_work, staff)
    command = SealBatch(
        fund_source=pay.FUND,
        budget_year=await pay.this_year(begin_work, staff),
        payment_ids=None,
    )
    done = await asyncio.gather(
        *(
            road.act(begin_work, staff.handler, lambda work: batch.seal_batch(work, command))
            for _ in range(4)
        ),
        return_exceptions=True,
    )
    codes = sorted(one.code for one in done if isinstance(one, Refusal))
    assert codes == ["nothing_to_batch"] * 3


async def test_a_release_puts_the_money_in_transit(staff: Staff, begin_work: BeginWork) -> None:
    sealed = await pay.sealed(begin_work, staff, payments=2)
    before = await balances(begin_work, staff)
    released = await road.act(
        begin_work,
        staff.releaser,
        lambda work: batch.release_batch(
            work, batch_id=sealed.case.id, version=sealed.case.version
        ),
    )
    after = await balances(begin_work, staff)
    assert released.case.state == "released"
    assert after[AccountKind.IN_TRANSIT] == sealed.total_fen
    assert after[AccountKind.COMMITTED] == before[AccountKind.COMMITTED] - sealed.total_fen
    async with begin_work(staff.handler) as work:
        postings = await work.ledger.postings_of_decision(staff.place.id, sealed.case.id)
    assert len(postings) == 2
    for _ in range(2):
        await road.act(
            begin_work,
            staff.system,
            lambda work: batch.submit_batch(work, batch_id=sealed.case.id),
        )
    async with begin_work(staff.handler) as work:
        attempts = await work.payments.attempts(sealed.case)
    assert {attempt.state for attempt in attempts} == {AttemptState.SUBMITTED}
    assert await pay.state_of(begin_work, staff, CaseKind.BATCH, sealed.case.id) == "submitted"


async def test_nobody_releases_what_they_prepared_approved_or_concurred_in(
    staff: Staff, begin_work: BeginWork
) -> None:
    sealed = await pay.sealed(begin_work, staff)

    def release(work: Work) -> object:
        return batch.release_batch(work, batch_id=sealed.case.id, version=sealed.case.version)

    codes = [
        (await refused_with(begin_work, actor, release)).code
        for actor in (staff.handler, staff.approver, staff.finance)
    ]
    assert codes == ["duty_conflict", "linked_duty_conflict", "linked_duty_conflict"]
    assert (await balances(begin_work, staff))[AccountKind.COMMITTED] > 0
    assert await pay.state_of(begin_work, staff, CaseKind.BATCH, sealed.case.id) == "sealed"


async def test_two_releases_at_once_post_once(staff: Staff, begin_work: BeginWork) -> None:
    sealed = await pay.sealed(begin_work, staff)
    done = await asyncio.gather(
        *(
            road.act(
                begin_work,
                staff.releaser,
                lambda work: batch.release_batch(
                    work, batch_id=sealed.case.id, version=sealed.case.version
                ),
            )
            for _ in range(4)
        ),
        return_exceptions=True,
    )
    codes = sorted(one.code for one in done if isinstance(one, Refusal))
    assert codes == ["stale_version"] * 3
    assert (await balances(begin_work, staff))[AccountKind.IN_TRANSIT] == sealed.total_fen


async def test_a_release_that_its_commitment_no_longer_covers_names_the_line(
    staff: Staff, begin_work: BeginWork, database: Database
) -> None:
    sealed = await pay.sealed(begin_work, staff)
    await pay.tampered(
        database,
        "update ledger_balances set credits_fen = debits_fen - 1"
        " where place_id = :place and kind = 'committed'",
        place=staff.place.id,
    )
    refused = await refused_with(
        begin_work,
        staff.releaser,
        lambda work: batch.release_batch(
            work, batch_id=sealed.case.id, version=sealed.case.version
        ),
    )
    assert refused.code == "fund_insufficient"
    assert [(fault.pointer, fault.code) for fault in refused.faults] == [
        ("/payments/0", "commitment_insufficient")
    ]


async def test_the_file_is_what_was_sealed_and_its_export_is_audited(
    staff: Staff, begin_work: BeginWork, engine: AsyncEngine
) -> None:
    released = await pay.released(begin_work, staff, payments=2)
    batch_id = released.case.id
    first = await road.act(
        begin_work, staff.handler, lambda work: batch.export_batch(work, batch_id)
    )
    again = await road.act(
        begin_work, staff.releaser, lambda work: batch.export_batch(work, batch_id)
    )
    header, _, body = first.content.partition(b"\r\n")
    assert again.content == first.content
    assert hashlib.sha256(body).digest() == released.digest
    assert f"count=2,total_fen={released.total_fen},sha256={released.digest.hex()}" == (
        header.decode()
    )
    rows = list(csv.DictReader(io.StringIO(body.decode(), newline="")))
    assert {row["account"] for row in rows} == {ACCOUNT}
    assert {row["payee_name"] for row in rows} == {staff.enterprise.name}
    entries = await pay.audited(engine, staff, "batch.exported", str(batch_id))
    assert [person_id for person_id, _ in entries] == [
        staff.handler.person_id,
        staff.releaser.person_id,
    ]
    for _, facts in entries:
        assert facts == {
            "lines": 2,
            "total_fen": released.total_fen,
            "sha256": released.digest.hex(),
        }


async def test_no_file_leaves_a_batch_that_is_only_sealed(
    staff: Staff, begin_work: BeginWork
) -> None:
    sealed = await pay.sealed(begin_work, staff)
    refused = await refused_with(
        begin_work, staff.handler, lambda work: batch.export_batch(work, sealed.case.id)
    )
    assert refused.code == "wrong_state"


async def test_a_file_that_is_no_longer_what_was_sealed_does_not_leave(
    staff: Staff, begin_work: BeginWork, database: Database
) -> None:
    released = await pay.released(begin_work, staff)
    await pay.tampered(
        database,
        "update payee_accounts set account_name = '他人' where place_id = :place",
        place=staff.place.id,
    )
    refused = await refused_with(
        begin_work, staff.handler, lambda work: batch.export_batch(work, released.case.id)
    )
    assert refused.code == "batch_file_differs"


async def test_an_enterprise_sees_its_own_payments_and_no_batch(
    staff: Staff, new_staff: NewStaff, begin_work: BeginWork
) -> None:
    released = await pay.released(begin_work, staff)
    stranger = (await new_staff()).filer
    async with begin_work(staff.filer) as work:
        own = await payment.list_payments(work, filing_id=None, state=None, after=None, limit=10)
        explained = await payment.explain_payment(work, own[0].id)
        with pytest.raises(Refusal):
            await batch.batch(work, released.case.id)
    assert [found.batch_id for found in own] == [released.case.id]
    assert (explained.facts.batch, explained.facts.released_on) == (None, None)
    async with begin_work(stranger) as work:
        with pytest.raises(Refusal):
            await work.payments.get(own[0].id)


@pytest.mark.parametrize(
    "statement",
    [
        "update payments set state = 'paid' where org_id = :org",
        "update payment_attempts set state = 'submitted' where org_id = :org",
        "update funding_request_lines set released_at = now() where org_id = :org",
    ],
)
async def test_a_payee_moves_nothing_of_its_own_money(
    staff: Staff, begin_work: BeginWork, engine: AsyncEngine, statement: str
) -> None:
    await pay.released(begin_work, staff)
    async with engine.connect() as connection:
        await pay.scoped(connection, staff.filer)
        changed = await connection.execute(text(statement), {"org": staff.filer.org_id})
    assert changed.rowcount == 0


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (
            (
                "insert into payment_attempts (place_id, org_id, region_path, id, payment_id, batch_id,"
                " attempt_no, line_no, reference, state) select place_id, org_id, region_path,"
                " gen_random_uuid(), payment_id, batch_id, 2, 99, 'SENTASECONDTIME', 'batched'"
                " from payment_attempts where place_id = :place"
            ),
            "one_live_attempt",
        ),
        (
            "update payment_attempts set state = 'paid' where place_id = :place",
            "an attempt ends by the answer of the bank",
        ),
        (
            "update payment_attempts set state = 'submitted', booked_on = now() where place_id = :place",
            "attempt_answered_by_line",
        ),
        (
            (
                "insert into payments (place_id, org_id, region_path, id, funding_request_line_id,"
                " filing_id, subject_kind, subject_id, payee_account_id, fund_source, budget_year,"
                " amount_fen, purpose, state, planned_at) select place_id, org_id, region_path,"
                " gen_random_uuid(), funding_request_line_id, filing_id, subject_kind, subject_id,"
                " payee_account_id, fund_source, budget_year, amount_fen, purpose, 'planned', planned_at"
                " from payments where place_id = :place"
            ),
            "one_payment_per_line",
        ),
        (
            (
                "insert into funding_request_lines (place_id, org_id, region_path, id,"
                " funding_request_id, line_no, filing_id, subject_kind, subject_id, payee_account_id,"
                " amount_fen) select place_id, org_id, region_path, gen_random_uuid(),"
                " funding_request_id, 99, filing_id, subject_kind, subject_id, payee_account_id,"
                " amount_fen from funding_request_lines where place_id = :place"
            ),
            "one_request_per_subject",
        ),
    ],
)
async def test_postgresql_refuses_to_pay_twice(
    staff: Staff, begin_work: BeginWork, engine: AsyncEngine, statement: str, constraint: str
) -> None:
    await pay.released(begin_work, staff)
    async with engine.connect() as connection:
        await pay.scoped(connection, staff.system)
        with pytest.raises(IntegrityError) as refused:
            await connection.execute(text(statement), {"place": staff.place.id})
    assert constraint in str(refused.value)


async def test_a_payment_is_planned_as_it_was_concurred_in(
    staff: Staff, begin_work: BeginWork, engine: AsyncEngine
) -> None:
    on_file = await pay.concurred(
        begin_work, staff, [pay.subject_of(await pay.approved(begin_work, staff))]
    )
    async with engine.connect() as connection:
        await pay.scoped(connection, staff.system)
        with pytest.raises(IntegrityError) as refused:
            await connection.execute(
                text(
                    "insert into payments (place_id, org_id, region_path, id,"
                    " funding_request_line_id, filing_id, subject_kind, subject_id,"
                    " payee_account_id, fund_source, budget_year, amount_fen, purpose, state,"
                    " planned_at) select place_id, org_id, region_path, gen_random_uuid(), id,"
                    " filing_id, subject_kind, subject_id, payee_account_id, 'local', 2026,"
                    " amount_fen + 1, 'x', 'planned', now() from funding_request_lines"
                    " where funding_request_id = :id"
                ),
                {"id": on_file.request.case.id},
            )
    assert "payment_as_concurred" in str(refused.value)


async def test_a_preparer_does_not_go_round_the_finance_department(
    staff: Staff, begin_work: BeginWork, engine: AsyncEngine
) -> None:
    on_file = await pay.requested(
        begin_work, staff, [pay.subject_of(await pay.approved(begin_work, staff))]
    )
    async with engine.connect() as connection:
        await pay.scoped(connection, staff.handler)
        with pytest.raises(IntegrityError) as refused:
            await connection.execute(
                text(
                    "insert into payments (place_id, org_id, region_path, id,"
                    " funding_request_line_id, filing_id, subject_kind, subject_id,"
                    " payee_account_id, fund_source, budget_year, amount_fen, purpose, state,"
                    " planned_at) select l.place_id, l.org_id, l.region_path, gen_random_uuid(),"
                    " l.id, filing_id, subject_kind, subject_id, payee_account_id, fund_source,"
                    " budget_year, amount_fen, 'x', 'planned', now()"
                    " from funding_request_lines l"
                    " join funding_requests r on r.place_id = l.place_id"
                    " and r.id = l.funding_request_id where r.id = :id"
                ),
                {"id": on_file.request.case.id},
            )
    assert constraint_of(refused.value) == "paid_as_concurred"


async def test_a_request_is_written_for_what_was_decided_and_for_nothing_else(
    staff: Staff, begin_work: BeginWork, engine: AsyncEngine
) -> None:
    on_file = await pay.concurred(
        begin_work, staff, [pay.subject_of(await pay.approved(begin_work, staff))]
    )
    await pay.approved(begin_work, staff)
    async with engine.connect() as connection:
        await pay.scoped(connection, staff.handler)
        with pytest.raises(IntegrityError) as refused:
            await connection.execute(
                text(
                    "insert into funding_request_lines (place_id, org_id, region_path, id,"
                    " funding_request_id, line_no, filing_id, subject_kind, subject_id,"
                    " payee_account_id, amount_fen) select p.place_id, p.org_id, p.region_path,"
                    " gen_random_uuid(), :id, 2, p.filing_id, 'prepayment', p.id,"
                    " f.payee_account_id, p.amount_fen + 1"
                    " from prepayments p join filings f on f.id = p.filing_id"
                    " join cases c on c.id = p.id"
                    " where p.place_id = :place and c.state = 'approved' and not exists"
                    " (select from funding_request_lines l where l.subject_id = p.id)"
                ),
                {"id": on_file.request.case.id, "place": staff.place.id},
            )
    assert constraint_of(refused.value) == "requested_as_decided"


async def test_a_batch_once_sealed_is_never_edited(
    staff: Staff, begin_work: BeginWork, database: Database
) -> None:
    await pay.sealed(begin_work, staff)
    with pytest.raises(DBAPIError) as refused:
        await pay.tampered(
            database,
            "update batches set total_fen = 1 where place_id = :place",
            triggers=True,
            place=staff.place.id,
        )
    assert "append-only" in str(refused.value)


async def test_an_empty_book_makes_no_batch(staff: Staff, begin_work: BeginWork) -> None:
    command = SealBatch(
        fund_source=pay.FUND,
        budget_year=await pay.this_year(begin_work, staff),
        payment_ids=None,
    )
    refused = await refused_with(
        begin_work, staff.handler, lambda work: batch.seal_batch(work, command)
    )
    assert refused.code == "nothing_to_batch"


async def test_a_batch_its_commitments_do_not_cover_names_the_payment(
    staff: Staff, begin_work: BeginWork, database: Database
) -> None:
    first, second = await pay.planned(begin_work, staff, prepayments=2)
    await pay.tampered(
        database,
        "update ledger_balances set credits_fen = debits_fen where account_id in"
        " (select id from ledger_accounts where kind = 'committed' and subject_id = :filing)",
        filing=first.filing_id,
    )

    def seal(*ids: UUID) -> Callable[[Work], Awaitable[object]]:
        command = SealBatch(
            fund_source=pay.FUND, budget_year=first.budget_year, payment_ids=ids or None
        )
        return lambda work: batch.seal_batch(work, command)

    refused = await refused_with(begin_work, staff.handler, seal(second.id, first.id))
    assert [fault.pointer for fault in refused.faults] == ["/payment_ids/1"]
    refused = await refused_with(begin_work, staff.handler, seal())
    assert (refused.code, [fault.pointer for fault in refused.faults]) == (
        "batch_faulty",
        ["/payments/0"],
    )
