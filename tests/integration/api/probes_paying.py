"""Codes of the payment road: funding request, batch, bank result."""

from domain.bank_result import LINES_MAX
from domain.party import Role
from tests.integration.api import road
from tests.integration.api.desk import Ask, Desk
from tests.integration.api.probe import provokes


async def _approved_prepayment(desk: Desk) -> tuple[str, str]:
    return "prepayment", await road.prepayment_approved(desk, await road.listed(desk))


def _funding(desk: Desk, *subjects: tuple[str, str], **how: str) -> Ask:
    return desk.ask("CreateFundingRequest", "handler", body=road.funding(*subjects, **how))  # type: ignore[arg-type]


async def _planned(desk: Desk) -> str:
    """A payment that waits for a batch."""
    await road.appropriated(desk)
    await road.ordered(desk, await _approved_prepayment(desk))
    found = await desk.done("ListPayments", "handler")
    return str(found["items"][-1]["id"])


async def _sent(desk: Desk) -> str:
    await _planned(desk)
    return await road.sent(desk)


@provokes(
    "funding_request_faulty",
    "subject_unknown",
    "subject_twice",
    "subject_not_approved",
    "fund_source_differs",
)
async def a_request_wrong_in_every_line(desk: Desk) -> Ask:
    asked = await road.prepayment_requested(desk, await road.listed(desk))
    kind, approved = await _approved_prepayment(desk)
    unknown = "0192f0c4-7c1e-7000-8000-000000000001"
    subjects = [(kind, asked), (kind, approved), (kind, approved), (kind, unknown)]
    return _funding(desk, *subjects, fund_source="local")


@provokes("funding_request_faulty", "commitment_insufficient")
async def a_request_without_a_budget(desk: Desk) -> Ask:
    return _funding(desk, await _approved_prepayment(desk))


@provokes("funding_request_faulty", "nothing_to_pay")
async def a_settlement_that_is_even(desk: Desk) -> Ask:
    await road.appropriated(desk)
    people = [road.person(), road.person()]
    filing_id = await road.listed(desk, roster=people)
    await road.paid(desk, ("prepayment", await road.prepayment_approved(desk, filing_id)))
    (one, _) = await road.completed(desk, filing_id, left=[1])
    await road.loaded(desk, road.registered(one, people[0]))
    settlement_id = await road.judged(desk, filing_id, road.declaration(one))
    await road.approved(desk, settlement_id)
    return _funding(desk, ("settlement", settlement_id))


@provokes("already_requested", "already_requested")
async def requested_twice(desk: Desk) -> Ask:
    await road.appropriated(desk)
    subject = await _approved_prepayment(desk)
    await road.ordered(desk, subject)
    return _funding(desk, subject)


@provokes("linked_duty_conflict")
async def an_approver_prepares_the_payment(desk: Desk) -> Ask:
    await road.appropriated(desk)
    filing_id = await road.listed(desk)
    prepayment_id = await road.prepayment_reviewed(desk, filing_id)
    both = await desk.hire(
        "both", frozenset({Role.APPROVER, Role.PREPARER}), region_path=desk.staff.place.region_path
    )
    path = {"prepayment_id": prepayment_id}
    await desk.done("ApprovePrepayment", both, path=path, version=2, body={})
    return desk.ask("CreateFundingRequest", both, body=road.funding(("prepayment", prepayment_id)))


def _batch(desk: Desk, *payment_ids: str, year: int = road.YEAR) -> Ask:
    body: dict[str, object] = {"fund_source": road.FUND, "budget_year": year}
    if payment_ids:
        body["payment_ids"] = payment_ids
    return desk.ask("CreateBatch", "handler", body=body)


@provokes("nothing_to_batch")
async def no_payment_waits(desk: Desk) -> Ask:
    return _batch(desk)


@provokes("batch_faulty", "payment_unknown", "payment_twice", "payment_of_other_book")
async def a_batch_of_another_year(desk: Desk) -> Ask:
    payment_id = await _planned(desk)
    unknown = "0192f0c4-7c1e-7000-8000-000000000001"
    return _batch(desk, payment_id, payment_id, unknown, year=2027)


@provokes("batch_faulty", "payment_not_planned")
async def a_payment_in_two_batches(desk: Desk) -> Ask:
    payment_id = await _planned(desk)
    await road.sealed(desk)
    return _batch(desk, payment_id)


async def _release(desk: Desk) -> Ask:
    await _planned(desk)
    batch_id = await road.sealed(desk)
    version = await road.version_of(desk, "GetBatch", batch_id=batch_id)
    path = {"batch_id": batch_id}
    return desk.ask("ReleaseBatch", "releaser", path=path, version=version, body={})


@provokes("fund_insufficient", "commitment_insufficient")
async def money_that_is_gone_at_the_release(desk: Desk) -> Ask:
    release = await _release(desk)
    await desk.tampered(
        "update ledger_balances set credits_fen = debits_fen - 1"
        " where place_id = :place and kind = 'committed'",
        place=desk.staff.place.id,
    )
    return release


@provokes("batch_file_differs")
async def a_payee_changed_behind_the_seal(desk: Desk) -> Ask:
    batch_id = await _sent(desk)
    await desk.tampered(
        "update payee_accounts set account_name = '他人' where place_id = :place",
        place=desk.staff.place.id,
    )
    return desk.ask("ExportBatch", "handler", path={"batch_id": batch_id})


def _result(desk: Desk, batch_id: str, text: str) -> Ask:
    return desk.ask("LoadBankResult", "handler", path={"batch_id": batch_id}, body=text)


@provokes("bank_result_faulty", "bank_result_header")
async def a_result_with_another_header(desk: Desk) -> Ask:
    return _result(desk, await _sent(desk), "a,b\r\n")


@provokes("bank_result_faulty", "bank_result_empty")
async def a_result_without_lines(desk: Desk) -> Ask:
    return _result(desk, await _sent(desk), road.bank_file())


@provokes("bank_result_faulty", "bank_result_too_long")
async def a_result_of_too_many_lines(desk: Desk) -> Ask:
    lines = ["a,b,paid,1,2026-01-01,"] * (LINES_MAX + 1)
    return _result(desk, await _sent(desk), road.bank_file(*lines))


@provokes(
    "bank_result_faulty",
    "row_width",
    "reference_malformed",
    "result_unknown",
    "amount_malformed",
    "day_malformed",
    "booked_in_future",
    "reason_malformed",
    "row_unreadable",
)
async def a_result_wrong_in_every_cell(desk: Desk) -> Ask:
    lines = [
        "a,b",
        "!,!,maybe,1.5,20260101," + "x" * 501,
        "a,b,paid,1,2030-01-01,",
        'a,b,paid,1,2026-01-01,"',
    ]
    return _result(desk, await _sent(desk), road.bank_file(*lines))


@provokes("bank_result_already_loaded")
async def one_result_for_two_batches(desk: Desk) -> Ask:
    first = await _sent(desk)
    text = road.bank_file(*await road.answers_to(desk, first))
    await desk.done("LoadBankResult", "handler", path={"batch_id": first}, body=text)
    await road.ordered(desk, await _approved_prepayment(desk))
    return _result(desk, await road.sent(desk), text)
