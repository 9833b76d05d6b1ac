"""Batches (支付批次): sealed by a preparer, released by a second person, sent, reconciled."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.audit import Act, Fact, Ground
from domain.batch_report import BatchReview, review_of
from domain.cases import CaseKind
from domain.errors import Fault, Refusal
from domain.funding_request import NOT_TO_PREPARE, PayableKind, commitment_of, shortages
from domain.ledger import BookKey, decision_of
from domain.payee_account import NOT_TO_RELEASE_TO
from domain.payment import (
    BATCH_LINES_MAX,
    NOT_TO_RELEASE,
    STANDING,
    Attempt,
    AttemptOnFile,
    AttemptState,
    Batch,
    BatchFile,
    Exclusion,
    FileLine,
    Payment,
    batch_file,
    check_as_sealed,
    check_exportable,
    check_sendable,
    checked_payments,
    linked_cases,
    reference_of,
    release_transfer,
)
from domain.ports.work import Work
from service.application.budget import own_place
from service.application.cases import keep_apart, open_case, sign
from service.application.funding_request import check_fund_source
from service.application.hold import check_none_on_hold
from service.application.payee_account import check_reason


@dataclass(frozen=True, slots=True, kw_only=True)
class SealBatch:
    """What a batch is to pay: these payments, or all that wait in the book when None."""

    fund_source: str
    budget_year: int
    payment_ids: tuple[UUID, ...] | None


async def seal_batch(work: Work, command: SealBatch) -> Batch:
    """Draft and seal a batch: each payment gets an attempt with a reference that never changes.

    Refuses `batch_faulty` with every fault located, `nothing_to_batch`, `linked_duty_conflict`
    (who approved a case prepares no batch that pays it).
    """
    check_fund_source(command.fund_source)
    place = await own_place(work)
    if command.payment_ids is None:
        payments = list(
            await work.payments.waiting(
                place.id,
                fund_source=command.fund_source,
                budget_year=command.budget_year,
                limit=BATCH_LINES_MAX,
            )
        )
    else:
        payments = checked_payments(
            command.payment_ids,
            await work.payments.locked(place.id, command.payment_ids),
            fund_source=command.fund_source,
            budget_year=command.budget_year,
        )
    if not payments:
        raise Refusal("nothing_to_batch")
    await _keep_apart(work, payments, release=False)
    await _check_covered(work, payments, "batch_faulty", named=command.payment_ids)
    attempts = [
        Attempt(
            id=work.new_id(),
            payment_id=payment.id,
            payee_account_id=payment.payee_account_id,
            attempt_no=payment.attempts + 1,
            line_no=line_no,
        )
        for line_no, payment in enumerate(payments, start=1)
    ]
    file = await _file(work, list(zip(attempts, payments, strict=True)))
    facts = _facts(file)
    draft = await open_case(
        work, CaseKind.BATCH, place, event="draft", org_id=place.bureau_org_id, facts=facts
    )
    batch = Batch(
        case=draft,
        fund_source=command.fund_source,
        budget_year=command.budget_year,
        lines=file.lines,
        total_fen=file.total_fen,
        digest=file.digest,
        unanswered=file.lines,
    )
    await work.payments.add_batch(batch, attempts)
    return await work.payments.batch(await sign(work, draft, "seal", facts=facts))


async def release_batch(work: Work, *, batch_id: UUID, version: int, reason: str = "") -> Batch:
    """Release a sealed batch as a second person: its money leaves the commitments, into transit.

    Its attempts are compared with what was sealed. Refuses `wrong_state`, `stale_version`,
    `duty_conflict`, `linked_duty_conflict` (who approved, concurred in or prepared what it pays, or
    declared or verified an account it goes to, does not release it), `batch_file_differs`,
    `batch_to_split` naming each line whose account is no longer the verified one, `on_hold` naming
    each line whose filing is stopped, and `fund_insufficient` naming each line that its filing's
    commitment does not cover.
    """
    case = await work.cases.lock(CaseKind.BATCH, batch_id, version=version)
    signed = await sign(work, case, "release", reason=reason)
    attempts = await work.payments.attempts(case, states=STANDING)
    accounts = sorted({attempt.payee_account_id for attempt in attempts})
    await work.cases.lock_many(CaseKind.ACCOUNT_CHANGE, accounts)
    paid = await work.payments.paid_by(case)
    await _keep_apart(work, paid.values(), release=True)
    await keep_apart(work, accounts, forbidden=NOT_TO_RELEASE_TO)
    await check_none_on_hold(
        work, case.place_id, [commitment_of(paid[a.payment_id]) for a in attempts]
    )
    check_sendable(attempts, paid, await work.payee_accounts.payable(case.place_id, accounts))
    await _check_covered(work, [paid[a.payment_id] for a in attempts], "fund_insufficient")
    batch = await work.payments.batch(signed)
    check_as_sealed(batch, await _file(work, [(a, paid[a.payment_id]) for a in attempts]))
    book = await work.ledger.book(
        BookKey(
            place_id=case.place_id, fund_source=batch.fund_source, budget_year=batch.budget_year
        )
    )
    await work.ledger.post(
        case.place_id,
        book,
        [release_transfer(attempt, paid[attempt.payment_id]) for attempt in attempts],
        cause=decision_of(case.id, await work.cases.steps(signed)),
        posted_at=work.now,
    )
    await work.jobs.add("submit_batch", case.id, case.place_id)
    return batch


async def cancel_batch(work: Work, *, batch_id: UUID, version: int, reason: str) -> Batch:
    """Cancel a batch that has not been released, as a second person: its payments wait again.

    Nothing has left, so nothing is posted. Refuses `wrong_state`, `duty_conflict`, `reason_missing`.
    """
    check_reason(reason)
    case = await work.cases.lock(CaseKind.BATCH, batch_id, version=version)
    signed = await sign(work, case, "cancel", reason=reason)
    await work.payments.take_out(case, None, reason=reason)
    return await work.payments.batch(signed)


async def split_batch(
    work: Work, *, batch_id: UUID, version: int, payment_ids: Collection[UUID], reason: str
) -> Batch:
    """Take lines out of a sealed batch and seal the rest anew; each keeps its reason on record.

    Out go the payments named (one put on hold, say), and every one whose account is no longer the
    verified one to pay to. Refuses `reason_missing`, `batch_faulty` for a payment that is not in it,
    `nothing_to_take_out`, and `batch_would_be_empty`: then it is cancelled instead.
    """
    check_reason(reason)
    case = await work.cases.lock(CaseKind.BATCH, batch_id, version=version)
    draft = await sign(work, case, "split", reason=reason)
    attempts = await work.payments.attempts(case, states=STANDING)
    held = {attempt.payment_id for attempt in attempts}
    if faults := [
        Fault(f"/payment_ids/{n}", "payment_unknown")
        for n, payment_id in enumerate(payment_ids)
        if payment_id not in held
    ]:
        raise Refusal("batch_faulty", faults=tuple(faults), count=len(faults))
    accounts = sorted({attempt.payee_account_id for attempt in attempts})
    await work.cases.lock_many(CaseKind.ACCOUNT_CHANGE, accounts)
    payable = await work.payee_accounts.payable(case.place_id, accounts)
    out = [
        attempt
        for attempt in attempts
        if attempt.payment_id in payment_ids or attempt.payee_account_id not in payable
    ]
    if not out:
        raise Refusal("nothing_to_take_out")
    if len(out) == len(attempts):
        raise Refusal("batch_would_be_empty")
    await work.payments.take_out(case, {attempt.id for attempt in out}, reason=reason)
    paid = await work.payments.paid_by(case)
    file = await _file(work, [(a, paid[a.payment_id]) for a in attempts if a not in out])
    await work.payments.seal_again(case, file)
    facts = {**_facts(file), "taken_out": len(out)}
    return await work.payments.batch(await sign(work, draft, "seal", reason=reason, facts=facts))


async def list_exclusions(work: Work, batch_id: UUID) -> Sequence[Exclusion]:
    """Return the lines taken out of a batch, each with its reason; refuses `not_found`."""
    return await work.payments.exclusions(await work.cases.get(CaseKind.BATCH, batch_id))


async def review_batch(work: Work, batch_id: UUID) -> BatchReview:
    """Return what the releaser should look at: totals, each line's account and flags, what blocks."""
    case = await work.cases.get(CaseKind.BATCH, batch_id)
    return review_of(await work.payments.batch(case), await work.payments.review(case))


async def submit_batch(work: Work, *, batch_id: UUID) -> bool:
    """Record, as the system, that a released batch is with the bank; return False if it was."""
    case = await work.cases.lock(CaseKind.BATCH, batch_id)
    if case.state in {"submitted", "reconciled"}:
        return False
    await sign(work, case, "submit")
    await work.payments.submit(await work.payments.batch(case))
    return True


async def export_batch(work: Work, batch_id: UUID) -> BatchFile:
    """Return the file a bank pays from, byte for byte what was sealed, and record who took it.

    Refuses `wrong_state` before release, `batch_file_differs` when the bytes are not the sealed
    ones. The caller commits: without the audit entry nothing leaves.
    """
    case = await work.cases.get(CaseKind.BATCH, batch_id)
    check_exportable(case.state)
    batch = await work.payments.batch(case)
    paid = await work.payments.paid_by(case)
    attempts = await work.payments.attempts(case, states=STANDING)
    file = await _file(work, [(attempt, paid[attempt.payment_id]) for attempt in attempts])
    check_as_sealed(batch, file)
    await work.audit.record(
        Act(
            action="batch.exported",
            object_kind="batch",
            object_id=str(case.id),
            ground=Ground.of(case),
            facts=_facts(file),
        )
    )
    return file


async def batch(work: Work, batch_id: UUID) -> Batch:
    """Return a batch, or refuse `not_found`."""
    return await work.payments.batch(await work.cases.get(CaseKind.BATCH, batch_id))


async def list_batches(
    work: Work, *, state: str | None, after: UUID | None, limit: int
) -> Sequence[Batch]:
    """Return a page of batches, in order of creation."""
    cases = await work.cases.page(CaseKind.BATCH, state=state, after=after, limit=limit)
    return await work.payments.batches(cases)


async def list_attempts(
    work: Work, batch_id: UUID, *, state: AttemptState | None, after_line: int, limit: int
) -> Sequence[AttemptOnFile]:
    """Return a page of a batch's attempts by line; `submitted` ones still wait for an answer."""
    case = await work.cases.get(CaseKind.BATCH, batch_id)
    states = None if state is None else {state}
    return await work.payments.attempts(case, states=states, after_line=after_line, limit=limit)


async def _keep_apart(work: Work, payments: Collection[Payment], *, release: bool) -> None:
    """Lock the cases that payments come from; refuse who holds a duty there that forbids this."""
    await work.cases.lock_many(
        CaseKind.FUNDING_REQUEST, sorted({payment.funding_request_id for payment in payments})
    )
    for kind in PayableKind:
        subjects = sorted({p.subject.id for p in payments if p.subject.kind is kind})
        await work.cases.lock_many(CaseKind(kind), subjects)
    await keep_apart(
        work,
        linked_cases(payments)
        | set(
            await work.payments.corrections_of(
                next(iter(payments)).place_id, {payment.id for payment in payments}
            )
        ),
        forbidden=NOT_TO_RELEASE if release else NOT_TO_PREPARE,
    )


async def _check_covered(
    work: Work, payments: Sequence[Payment], code: str, *, named: Sequence[UUID] | None = None
) -> None:
    """Refuse what the commitments do not cover, line by line; PostgreSQL's floors refuse races.

    Faults point into the ids the command named, or else at the line of the batch, from 0.
    """
    committed = await work.payments.committed_fen(
        payments[0].place_id,
        fund_source=payments[0].fund_source,
        budget_year=payments[0].budget_year,
        case_ids={commitment_of(payment) for payment in payments},
    )
    short = shortages([(commitment_of(p), p.amount_fen) for p in payments], committed)
    if short:
        faults = tuple(
            Fault(
                f"/payments/{n}"
                if named is None
                else f"/payment_ids/{named.index(payments[n].id)}",
                "commitment_insufficient",
                {"missing_fen": missing_fen},
            )
            for n, missing_fen in short.items()
        )
        raise Refusal(code, faults=faults, count=len(short))


def _facts(file: BatchFile) -> dict[str, Fact]:
    return {"lines": file.lines, "total_fen": file.total_fen, "sha256": file.digest.hex()}


async def _file(work: Work, lines: Sequence[tuple[Attempt | AttemptOnFile, Payment]]) -> BatchFile:
    payees = await work.payments.payees(
        lines[0][1].place_id, {attempt.payee_account_id for attempt, _ in lines}
    )
    return batch_file(
        [
            FileLine(
                reference=reference_of(attempt.id),
                payee_name=payees[attempt.payee_account_id].account_name,
                account_number=payees[attempt.payee_account_id].account_number,
                bank_code=payees[attempt.payee_account_id].bank_code,
                amount_fen=payment.amount_fen,
                purpose=payment.purpose,
            )
            for attempt, payment in lines
        ]
    )
