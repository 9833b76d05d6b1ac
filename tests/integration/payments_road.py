"""The road of money, step by step: from an approved prepayment to the bank's lines."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import pool, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from domain.bank_result import BankResult, LineState
from domain.cases import CaseKind
from domain.funding_request import PayableKind, Subject
from domain.party import Actor
from domain.payment import AttemptOnFile, Batch, Payment
from domain.ports.prepayments import PrepaymentOnFile
from domain.ports.work import BeginWork, Work
from service.application import bank_result, batch, funding_request, prepayment
from service.application.batch import SealBatch
from service.application.funding_request import FundingRequestOnFile, RequestFunding
from tests import road
from tests.conftest import Database
from tests.people import Staff

FUND = "employment_subsidy"
LEASE = timedelta(seconds=30)
HEADER = "line_reference,payment_reference,result,amount_fen,booked_on,reason"


async def this_year(begin_work: BeginWork, staff: Staff) -> int:
    """The budget year of the business clock."""
    async with begin_work(staff.system) as work:
        return work.today.year


async def approved(begin_work: BeginWork, staff: Staff, *, people: int = 3) -> PrepaymentOnFile:
    """A prepayment approved for a listed filing, whose year's appropriation is there."""
    year = await this_year(begin_work, staff)
    await road.appropriated(begin_work, staff, amount_fen=people * 400_000, year=year)
    filing = await road.listed(begin_work, staff, people=people)
    asked = await road.act(
        begin_work,
        staff.filer,
        lambda work: prepayment.request_prepayment(work, filing_id=filing.case.id),
    )
    reviewed = await road.act(
        begin_work,
        staff.handler,
        lambda work: prepayment.review_prepayment(
            work, prepayment_id=asked.case.id, version=asked.case.version, reason=""
        ),
    )
    return await road.act(
        begin_work,
        staff.approver,
        lambda work: prepayment.approve_prepayment(
            work,
            prepayment_id=asked.case.id,
            version=reviewed.case.version,
            share_basis_points=None,
            reason="",
        ),
    )


def subject_of(on_file: PrepaymentOnFile) -> Subject:
    """What a funding request names."""
    return Subject(kind=PayableKind.PREPAYMENT, id=on_file.case.id)


async def requested(
    begin_work: BeginWork, staff: Staff, subjects: Sequence[Subject]
) -> FundingRequestOnFile:
    """A funding request submitted by the handler, in this year's book."""
    year = await this_year(begin_work, staff)
    return await road.act(
        begin_work,
        staff.handler,
        lambda work: funding_request.request_funding(
            work,
            RequestFunding(fund_source=FUND, budget_year=year, subjects=tuple(subjects)),
        ),
    )


async def request_returned(
    begin_work: BeginWork, staff: Staff, on_file: FundingRequestOnFile
) -> FundingRequestOnFile:
    """A submitted request that the finance department returns."""
    case = on_file.request.case
    return await road.act(
        begin_work,
        staff.finance,
        lambda work: funding_request.return_funding_request(
            work, request_id=case.id, version=case.version, reason="金额与预算不符"
        ),
    )


async def concurred(
    begin_work: BeginWork, staff: Staff, subjects: Sequence[Subject]
) -> FundingRequestOnFile:
    """A request that the finance department has concurred in."""
    on_file = await requested(begin_work, staff, subjects)
    case = on_file.request.case
    return await road.act(
        begin_work,
        staff.finance,
        lambda work: funding_request.concur_funding_request(
            work, request_id=case.id, version=case.version
        ),
    )


async def planned(
    begin_work: BeginWork, staff: Staff, *, prepayments: int = 1, people: int = 3
) -> list[Payment]:
    """Payments that wait for a batch, one for each of some approved prepayments."""
    subjects = [
        subject_of(await approved(begin_work, staff, people=people)) for _ in range(prepayments)
    ]
    on_file = await concurred(begin_work, staff, subjects)
    request_id = on_file.request.case.id

    async def order(work: Work) -> list[Payment]:
        await funding_request.order_payments(work, request_id=request_id)
        lines = await work.payments.request_lines(on_file.request.case)
        return [await work.payments.get(line.payment_id) for line in lines if line.payment_id]

    return await road.act(begin_work, staff.system, order)


async def sealed(begin_work: BeginWork, staff: Staff, *, payments: int = 1) -> Batch:
    """A batch of everything that waits, sealed by the handler."""
    await planned(begin_work, staff, prepayments=payments)
    year = await this_year(begin_work, staff)
    command = SealBatch(fund_source=FUND, budget_year=year, payment_ids=None)
    return await road.act(begin_work, staff.handler, lambda work: batch.seal_batch(work, command))


async def released(begin_work: BeginWork, staff: Staff, *, payments: int = 1) -> Batch:
    """A batch released by the releaser."""
    case = (await sealed(begin_work, staff, payments=payments)).case
    return await road.act(
        begin_work,
        staff.releaser,
        lambda work: batch.release_batch(work, batch_id=case.id, version=case.version),
    )


async def submitted(
    begin_work: BeginWork, staff: Staff, *, payments: int = 1
) -> tuple[Batch, Sequence[AttemptOnFile]]:
    """A batch that is with the bank, and its attempts."""
    case = (await released(begin_work, staff, payments=payments)).case
    await road.act(
        begin_work, staff.system, lambda work: batch.submit_batch(work, batch_id=case.id)
    )
    async with begin_work(staff.handler) as work:
        at_bank = await batch.batch(work, case.id)
        return at_bank, await work.payments.attempts(at_bank.case)


def line(
    attempt: AttemptOnFile,
    *,
    reference: str | None = None,
    result: str = "paid",
    amount_fen: int | None = None,
    reason: str = "",
) -> str:
    """One line of a bank's answer, booked on a day in the past."""
    fen = attempt.amount_fen if amount_fen is None else amount_fen
    own = reference or f"B{attempt.reference}"
    return f"{own},{attempt.reference},{result},{fen},2026-01-05,{reason}"


def answer(*lines: str) -> str:
    """A bank's file."""
    return "\r\n".join((HEADER, *lines)) + "\r\n"


async def loaded(begin_work: BeginWork, staff: Staff, batch_id: UUID, text: str) -> BankResult:
    """A bank's file uploaded by the handler."""
    return await road.act(
        begin_work,
        staff.handler,
        lambda work: bank_result.load_bank_result(work, batch_id=batch_id, text=text),
    )


async def ingested(
    begin_work: BeginWork, staff: Staff, batch_id: UUID, text: str, *, size: int = 500
) -> dict[LineState, int]:
    """Load a bank's file and take all its lines, in chunks; return the outcomes."""
    result = await loaded(begin_work, staff, batch_id, text)
    while (
        await road.act(
            begin_work,
            staff.system,
            lambda work: bank_result.take_lines(work, result_id=result.id, size=size),
        )
    ).lines:
        pass
    await road.act(
        begin_work,
        staff.system,
        lambda work: bank_result.reconcile_batches(work, result_id=result.id),
    )
    async with begin_work(staff.handler) as work:
        return dict((await bank_result.bank_result(work, result.id)).outcomes)


async def state_of(begin_work: BeginWork, staff: Staff, kind: CaseKind, case_id: UUID) -> str:
    """The state a case is in."""
    async with begin_work(staff.system) as work:
        return (await work.cases.get(kind, case_id)).state


async def scoped(connection: AsyncConnection, actor: Actor) -> None:
    """Give a connection of the application's login the scope of an actor."""
    await connection.execute(
        text(
            "select set_config('xuetu.person_id', :person, true),"
            " set_config('xuetu.org_id', :org, true), set_config('xuetu.region_path', :region, true)"
        ),
        {
            "person": str(actor.person_id),
            "org": str(actor.org_id),
            "region": actor.region_path or "",
        },
    )


async def tampered(
    database: Database, statement: str, *, triggers: bool = False, **named: Any
) -> None:
    """Change rows as the superuser would, triggers left out unless asked for."""
    engine = create_async_engine(database.admin_url, poolclass=pool.NullPool)
    try:
        async with engine.begin() as connection:
            if not triggers:
                await connection.execute(text("set local session_replication_role = replica"))
            await connection.execute(text(statement), named)
    finally:
        await engine.dispose()


async def audited(
    engine: AsyncEngine, staff: Staff, action: str, object_id: str
) -> list[tuple[UUID, dict[str, Any]]]:
    """Who did this to the object, and the facts recorded of it, oldest first."""
    async with engine.connect() as connection:
        await scoped(connection, staff.system)
        rows = await connection.execute(
            text(
                "select person_id, payload from audit_entries"
                " where action = :action and object_id = :object_id order by id"
            ),
            {"action": action, "object_id": object_id},
        )
        return [(row.person_id, json.loads(row.payload)) for row in rows]
