"""Bank results (银行回盘): loaded whole, taken in chunks, until a batch has every answer."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.audit import Act, Ground
from domain.bank_result import (
    BankAnswer,
    BankLine,
    BankResult,
    LineState,
    Tried,
    answer_transfer,
    check_answerable,
    parse_bank_result,
    taken,
)
from domain.cases import Case, CaseKind
from domain.errors import Refusal
from domain.funding_request import PayableKind
from domain.ledger import BankLine as BankLineCause
from domain.ledger import BookKey
from domain.ports.work import Work
from service.application.cases import sign_many

CHUNK: Final = 250
"""Lines taken in one transaction: at 13 ms a line on two busy cores, a third of the 10 s allowed."""

_RECONCILED_FROM: Final = "submitted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """How many lines one transaction took, and the last one's number."""

    lines: int
    through_line: int


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
    decided = taken(lines, attempts, seen=seen)
    await work.payments.take(case.place_id, decided)
    answers = [
        (item.line, item.tried)
        for item in decided
        if item.outcome is LineState.MATCHED and item.tried is not None
    ]
    await _post(work, case, answers)
    await _tell_subjects(work, case, answers)
    await work.cases.touch(case)
    through_line = lines[-1].line.line_no
    outcomes = Counter(item.outcome.value for item in decided)
    await _record(
        work,
        case,
        "bank_result.taken",
        result,
        {"through_line": through_line, "lines": len(lines), **outcomes},
    )
    return Chunk(lines=len(lines), through_line=through_line)


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


async def _post(work: Work, case: Case, answers: Sequence[tuple[BankLine, Tried]]) -> None:
    """Mirror each answer in the ledger. By filing, so that two files lock accounts in one order."""
    books: dict[BookKey, UUID] = {}
    for line, tried in sorted(
        answers, key=lambda answer: (answer[1].filing_id, answer[1].payment_id)
    ):
        key = BookKey(
            place_id=case.place_id, fund_source=tried.fund_source, budget_year=tried.budget_year
        )
        if key not in books:
            books[key] = await work.ledger.book(key)
        await work.ledger.post(
            case.place_id,
            books[key],
            [answer_transfer(line, tried)],
            cause=BankLineCause(line.id),
            posted_at=work.now,
        )


async def _tell_subjects(work: Work, case: Case, answers: Sequence[tuple[BankLine, Tried]]) -> None:
    """A paid prepayment is signed paid; a paid balance lets its settlement be closed."""
    paid = [tried for line, tried in answers if line.line.answer is BankAnswer.PAID]
    subjects: defaultdict[PayableKind, list[UUID]] = defaultdict(list)
    for tried in paid:
        subjects[tried.subject.kind].append(tried.subject.id)
    prepayments = await work.cases.lock_many(CaseKind.PREPAYMENT, subjects[PayableKind.PREPAYMENT])
    await sign_many(work, prepayments, "pay")
    for settlement_id in subjects[PayableKind.SETTLEMENT]:
        await work.jobs.add("close_settlement", settlement_id, case.place_id)


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
