"""Bank results (银行回盘): loaded whole, taken in chunks, until a batch has every answer."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.audit import Act, Ground
from domain.bank_result import (
    BankLine,
    BankResult,
    LineState,
    Tried,
    answer_transfers,
    check_answerable,
    parse_bank_result,
    taken,
)
from domain.cases import Case, CaseKind
from domain.errors import Refusal
from domain.funding_request import PayableKind, commitment_of
from domain.ledger import BankLine as BankLineCause
from domain.ledger import BookKey, Cause, Transfer
from domain.payment import AttemptState
from domain.ports.work import Work
from service.application.cases import sign_many
from service.application.register_message import tell_of_batch
from service.application.voucher_settlement_decision import ask_to_close

CHUNK: Final = 5_000
"""Lines taken in one transaction, posted, signed and audited as sets."""

_RECONCILED_FROM: Final = "submitted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """How many lines one transaction took, and the last one's number."""

    lines: int
    through_line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A line, the attempt it answers, and the state it leaves the attempt in."""

    line: BankLine
    tried: Tried
    after: AttemptState


async def load_bank_result(work: Work, *, batch_id: UUID, text: str) -> BankResult:
    """Keep a bank's file under its batch; a job takes its lines.

    The same file again is processed already: it answers with what was kept the first time. Refuses
    `bank_result_faulty` with every bad cell located, `wrong_state` before the batch is submitted,
    `bank_result_already_loaded` when another batch has this file.
    """
    seen = await work.cases.get(CaseKind.BATCH, batch_id)
    check_answerable(seen.state)
    lines = parse_bank_result(text, today=work.today)
    case = await work.cases.lock(CaseKind.BATCH, batch_id)
    digest = hashlib.sha256(text.encode()).digest()
    earlier = await work.payments.result_of(case.place_id, digest)
    if earlier is not None:
        if earlier.batch_id != batch_id:
            raise Refusal("bank_result_already_loaded")
        return earlier
    result = BankResult(
        id=work.new_id(),
        place_id=case.place_id,
        batch_id=batch_id,
        digest=digest,
        lines=len(lines),
        received_at=work.now,
        uploaded_by=work.actor.person_id,
        outcomes={LineState.RECEIVED: len(lines)},
    )
    await work.payments.add_result(result, case=case, lines=lines)
    await work.cases.touch(case)
    await work.jobs.add("ingest_bank_result", result.id, case.place_id)
    await _record(
        work,
        case,
        "bank_result.loaded",
        result,
        {"batch": str(batch_id), "lines": len(lines), "sha256": digest.hex()},
    )
    return result


async def take_lines(work: Work, *, result_id: UUID, size: int = CHUNK) -> Chunk:
    """Take the next lines of a file, as the system; none left is a chunk of none.

    A line that fits nothing gets its outcome and blocks nothing. A matched one answers its attempt
    and payment and moves the money, all in this transaction; raises `AnsweredTwice` when another
    transaction was first.
    """
    result = await work.payments.result(result_id)
    case = await work.cases.lock(CaseKind.BATCH, result.batch_id)
    lines = await work.payments.received(result, size)
    if not lines:
        return Chunk(lines=0, through_line=result.lines)
    attempts = await work.payments.tried(
        case.place_id, {line.line.payment_reference for line in lines}
    )
    seen = await work.payments.seen(case.place_id, {line.line.line_reference for line in lines})
    given_back = {
        commitment_of(tried) for tried in attempts.values() if tried.state is AttemptState.PAID
    }
    held_fen = await work.payments.held_fen(case.place_id, case_ids=given_back)
    decided = taken(lines, attempts, seen=seen, held_fen=held_fen)
    await work.payments.take(case.place_id, decided)
    answers = [
        Answered(line=item.line, tried=item.tried, after=item.after)
        for item in decided
        if item.after is not None and item.tried is not None
    ]
    await _post(work, case, answers)
    await _tell_subjects(work, case, answers)
    await work.cases.touch(case)
    through_line = decided[-1].line.line.line_no
    outcomes = Counter(item.outcome.value for item in decided)
    await _record(
        work,
        case,
        "bank_result.taken",
        result,
        {"through_line": through_line, "lines": len(decided), **outcomes},
    )
    return Chunk(lines=len(decided), through_line=through_line)


async def reconcile_batches(work: Work, *, result_id: UUID) -> int:
    """Sign, as the system, that batches answered by this file have every answer; return how many.

    An attempt without an answer keeps its batch submitted, and stays in the list of attempts.
    """
    result = await work.payments.result(result_id)
    cases = await work.cases.lock_many(CaseKind.BATCH, await work.payments.answered_batches(result))
    batches = await work.payments.batches(cases)
    complete = [
        batch.case
        for batch in batches
        if batch.unanswered == 0 and batch.case.state == _RECONCILED_FROM
    ]
    await sign_many(work, complete, "reconcile")
    for batch in batches:
        if batch.case in complete:
            await tell_of_batch(work, batch)
    return len(complete)


async def bank_result(work: Work, result_id: UUID) -> BankResult:
    """Return a file with its outcomes, or refuse `not_found`."""
    return await work.payments.result(result_id)


async def list_bank_lines(
    work: Work, result_id: UUID, *, state: LineState | None, after_line: int, limit: int
) -> Sequence[BankLine]:
    """Return a page of a file's lines in its order, those of one outcome if asked."""
    result = await work.payments.result(result_id)
    return await work.payments.lines(result, state=state, after_line=after_line, limit=limit)


async def _post(work: Work, case: Case, answers: Sequence[Answered]) -> None:
    """Mirror the answers in the ledger: one set a book, each transfer caused by its line."""
    given_back = [one.tried.attempt_id for one in answers if one.after is AttemptState.RETURNED]
    confirmations = await work.ledger.confirmations(case.place_id, given_back) if given_back else {}
    by_book: defaultdict[BookKey, list[tuple[Transfer, Cause]]] = defaultdict(list)
    for one in answers:
        key = BookKey(
            place_id=case.place_id,
            fund_source=one.tried.fund_source,
            budget_year=one.tried.budget_year,
        )
        transfers = answer_transfers(
            one.tried, one.after, confirmation=confirmations.get(one.tried.attempt_id)
        )
        by_book[key] += [(transfer, BankLineCause(one.line.id)) for transfer in transfers]
    for key in sorted(by_book, key=lambda key: (key.fund_source, key.budget_year)):
        book = await work.ledger.book(key)
        await work.ledger.post_each(case.place_id, book, by_book[key], posted_at=work.now)


async def _tell_subjects(work: Work, case: Case, answers: Sequence[Answered]) -> None:
    """A prepayment is signed paid, or given back; a paid balance lets its settlement be closed.

    Vouchers follow the payment of their settlement, forth and back.
    """
    told = {AttemptState.PAID: "pay", AttemptState.RETURNED: "give_back"}
    of_prepayments = {
        one.tried.subject.id: told[one.after]
        for one in answers
        if one.after in told and one.tried.subject.kind is PayableKind.PREPAYMENT
    }
    prepayments = await work.cases.lock_many(CaseKind.PREPAYMENT, sorted(of_prepayments))
    for event in told.values():
        await sign_many(work, [p for p in prepayments if of_prepayments[p.id] == event], event)
    settled = [
        one.tried.subject.id
        for one in answers
        if one.tried.subject.kind is PayableKind.SETTLEMENT and one.after is AttemptState.PAID
    ]
    if settled:
        await work.jobs.add_many("close_settlement", settled, case.place_id)
    of_vouchers = [
        one.tried.subject.id
        for one in answers
        if one.tried.subject.kind is PayableKind.VOUCHER_SETTLEMENT and one.after in told
    ]
    if of_vouchers:
        await ask_to_close(work, of_vouchers, case.place_id)


async def _record(
    work: Work, case: Case, action: str, result: BankResult, facts: dict[str, str | int]
) -> None:
    await work.audit.record(
        Act(
            action=action,
            object_kind="bank_result",
            object_id=str(result.id),
            ground=Ground.of(case),
            facts=facts,
        )
    )
