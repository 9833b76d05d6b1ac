"""Batches (支付批次): sealed by a preparer, released by a second person, sent, reconciled."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.audit import Act, Fact, Ground
from domain.batch_file import BatchFile, FileLine, FilePart, Seal, batch_file, file_part, seal_of
from domain.batch_report import BatchReview, review_of
from domain.cases import Case, CaseKind
from domain.errors import Fault, Refusal
from domain.funding_request import NOT_TO_PREPARE, PayableKind, commitment_of, shortages
from domain.ledger import BookKey, decision_of
from domain.payee_account import NOT_TO_RELEASE_TO
from domain.payment import (
    BATCH_LINES_MAX,
    NOT_TO_RELEASE,
    Attempt,
    AttemptOnFile,
    AttemptState,
    Batch,
    BatchLine,
    Due,
    Exclusion,
    check_as_sealed,
    check_exportable,
    check_sendable,
    checked_payments,
    due_of,
    linked_cases,
    release_transfer,
)
from domain.ports.work import Work
from service.application.budget import own_place
from service.application.cases import keep_apart, open_case, sign
from service.application.funding_request import check_fund_source
from service.application.hold import check_none_on_hold
from service.application.payee_account import check_reason

PART: Final = 5_000
"""Lines opened, written and posted at once: the memory of a hundred thousand stays bounded."""


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
    dues = await _to_pay(work, place.id, command)
    if not dues:
        raise Refusal("nothing_to_batch")
    book = BookKey(
        place_id=place.id, fund_source=command.fund_source, budget_year=command.budget_year
    )
    await _keep_apart(work, place.id, dues, release=False)
    await _check_covered(work, book, dues, "batch_faulty", named=command.payment_ids)
    lines = [
        (
            Attempt(
                id=work.new_id(),
                payment_id=due.id,
                payee_account_id=due.payee_account_id,
                attempt_no=due.attempts + 1,
                line_no=line_no,
            ),
            due,
        )
        for line_no, due in enumerate(dues, start=1)
    ]
    seal = seal_of(await _written(work, place.id, lines))
    facts = _facts(seal)
    draft = await open_case(
        work, CaseKind.BATCH, place, event="draft", org_id=place.bureau_org_id, facts=facts
    )
    batch = Batch(
        case=draft,
        fund_source=command.fund_source,
        budget_year=command.budget_year,
        lines=seal.lines,
        total_fen=seal.total_fen,
        digest=seal.digest,
        unanswered=seal.lines,
    )
    await work.payments.add_batch(batch, [attempt for attempt, _ in lines])
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
    batch = await work.payments.batch(signed)
    book = BookKey(
        place_id=case.place_id, fund_source=batch.fund_source, budget_year=batch.budget_year
    )
    lines = await work.payments.standing(case)
    dues = [due for _, due in lines]
    accounts = {attempt.payee_account_id for attempt, _ in lines}
    await work.cases.hold_all(CaseKind.ACCOUNT_CHANGE, accounts)
    await _keep_apart(work, case.place_id, dues, release=True)
    await keep_apart(work, accounts, forbidden=NOT_TO_RELEASE_TO)
    await check_none_on_hold(work, case.place_id, [commitment_of(due) for due in dues])
    check_sendable(lines, await work.payee_accounts.payable(case.place_id, accounts))
    filings = await _check_covered(work, book, dues, "fund_insufficient")
    check_as_sealed(batch, seal_of(await _written(work, case.place_id, lines)))
    await _post_release(work, signed, book, lines, filings)
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
    lines = await work.payments.standing(case)
    held = {attempt.payment_id for attempt, _ in lines}
    if faults := [
        Fault(f"/payment_ids/{n}", "payment_unknown")
        for n, payment_id in enumerate(payment_ids)
        if payment_id not in held
    ]:
        raise Refusal("batch_faulty", faults=tuple(faults), count=len(faults))
    accounts = {attempt.payee_account_id for attempt, _ in lines}
    await work.cases.hold_all(CaseKind.ACCOUNT_CHANGE, accounts)
    payable = await work.payee_accounts.payable(case.place_id, accounts)
    named = frozenset(payment_ids)
    out = {
        attempt.id
        for attempt, _ in lines
        if attempt.payment_id in named or attempt.payee_account_id not in payable
    }
    if not out:
        raise Refusal("nothing_to_take_out")
    if len(out) == len(lines):
        raise Refusal("batch_would_be_empty")
    await work.payments.take_out(case, out, reason=reason)
    rest = [line for line in lines if line[0].id not in out]
    seal = seal_of(await _written(work, case.place_id, rest))
    await work.payments.seal_again(case, seal)
    facts = {**_facts(seal), "taken_out": len(out)}
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
    lines = await work.payments.standing(case)
    file = batch_file(await _written(work, case.place_id, lines))
    check_as_sealed(batch, file.seal)
    await work.audit.record(
        Act(
            action="batch.exported",
            object_kind="batch",
            object_id=str(case.id),
            ground=Ground.of(case),
            facts=_facts(file.seal),
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


async def _to_pay(work: Work, place_id: UUID, command: SealBatch) -> Sequence[Due]:
    """Lock and return what a batch is to pay, in order of planning; refuses `batch_faulty`."""
    if command.payment_ids is None:
        return await work.payments.waiting(
            place_id,
            fund_source=command.fund_source,
            budget_year=command.budget_year,
            limit=BATCH_LINES_MAX,
        )
    payments = checked_payments(
        command.payment_ids,
        await work.payments.locked(place_id, command.payment_ids),
        fund_source=command.fund_source,
        budget_year=command.budget_year,
    )
    return [due_of(payment) for payment in payments]


async def _keep_apart(work: Work, place_id: UUID, dues: Sequence[Due], *, release: bool) -> None:
    """Lock the cases that payments come from; refuse who holds a duty there that forbids this."""
    await work.cases.hold_all(CaseKind.FUNDING_REQUEST, {due.funding_request_id for due in dues})
    for kind in PayableKind:
        subjects = {due.subject.id for due in dues if due.subject.kind is kind}
        await work.cases.hold_all(CaseKind(kind), subjects)
    corrections = await work.payments.corrections_of(place_id, [due.id for due in dues])
    await keep_apart(
        work,
        linked_cases(dues).union(corrections),
        forbidden=NOT_TO_RELEASE if release else NOT_TO_PREPARE,
    )


async def _check_covered(
    work: Work,
    book: BookKey,
    dues: Sequence[Due],
    code: str,
    *,
    named: Sequence[UUID] | None = None,
) -> Sequence[UUID]:
    """Refuse what the commitments do not cover, line by line; PostgreSQL's floors refuse races.

    Faults point into the ids the command named, or else at the line of the batch, from 0. Return the
    filings in the order in which the ledger locks their commitments.
    """
    committed = await work.payments.committed_fen(
        book.place_id,
        fund_source=book.fund_source,
        budget_year=book.budget_year,
        case_ids={commitment_of(due) for due in dues},
    )
    short = shortages([(commitment_of(due), due.amount_fen) for due in dues], committed)
    if short:
        faults = tuple(
            Fault(
                f"/payments/{n}" if named is None else f"/payment_ids/{named.index(dues[n].id)}",
                "commitment_insufficient",
                {"missing_fen": missing_fen},
            )
            for n, missing_fen in short.items()
        )
        raise Refusal(code, faults=faults, count=len(short))
    return list(committed)


async def _post_release(
    work: Work,
    signed: Case,
    book: BookKey,
    lines: Sequence[BatchLine],
    filings: Sequence[UUID],
) -> None:
    """Move the money of each line into transit, part by part.

    In the order in which the ledger locks commitments: two batches of the same filings wait for each
    other and do not deadlock. What is in transit has an account for each payment, which is nobody else's.
    """
    turn = {filing_id: n for n, filing_id in enumerate(filings)}
    book_id = await work.ledger.book(book)
    cause = decision_of(signed.id, await work.cases.steps(signed))
    for part in _parts(sorted(lines, key=lambda line: turn[commitment_of(line[1])])):
        await work.ledger.post(
            signed.place_id,
            book_id,
            [release_transfer(attempt, due) for attempt, due in part],
            cause=cause,
            posted_at=work.now,
        )


def _facts(seal: Seal) -> dict[str, Fact]:
    return {"lines": seal.lines, "total_fen": seal.total_fen, "sha256": seal.digest.hex()}


async def _written(work: Work, place_id: UUID, lines: Sequence[BatchLine]) -> Sequence[FilePart]:
    """Write these lines as the bank's file holds them; the accounts of a part are opened at once."""
    written = []
    for part in _parts(lines):
        payees = await work.payments.payees(
            place_id, {attempt.payee_account_id for attempt, _ in part}
        )
        written.append(
            file_part(
                [
                    FileLine(
                        reference=attempt.reference,
                        payee_name=payees[attempt.payee_account_id].account_name,
                        account_number=payees[attempt.payee_account_id].account_number,
                        bank_code=payees[attempt.payee_account_id].bank_code,
                        amount_fen=due.amount_fen,
                        purpose=due.purpose,
                    )
                    for attempt, due in part
                ]
            )
        )
    return written


def _parts(lines: Sequence[BatchLine]) -> Iterator[Sequence[BatchLine]]:
    return (lines[start : start + PART] for start in range(0, len(lines), PART))
