"""What each kind of official document says: the facts of a case, read for its template.

Each writer is given the case as it stands and the steps up to the one that is documented.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from uuid import UUID

from domain.calendar import DayUnit
from domain.case_clock import LIMITS, RETURNED
from domain.cases import Case, CaseKind, Step
from domain.correction import CorrectionItem
from domain.explanation import Sentence, numbered, settlement_sentences
from domain.filing import Filing, TerminationGround
from domain.hold import Hold, HoldTarget
from domain.notice import KIND_OF, Objection, masked_name, published_items
from domain.official_document import (
    DocumentKind,
    Issue,
    Paper,
    PersonRow,
    chinese_day,
    decisions,
    measures,
    templates,
    without_numbers,
)
from domain.official_document.decisions import Correction
from domain.official_document.paper import Table
from domain.period import day_in_china
from domain.policy.overlay import Limit, NoticeOf
from domain.ports.work import Work
from domain.recovery import Recovery
from domain.review_request import KIND_OF as REVIEWED_IN
from domain.review_request import ReviewRequest, ReviewSubject
from domain.settlement_explanation import unpaid_sentence

LINES_AT_ONCE: Final = 500


async def _filing(work: Work, filing_id: UUID) -> Filing:
    return await work.filings.get(await work.cases.get(CaseKind.FILING, filing_id))


async def _filing_of(work: Work, case: Case) -> Filing:
    """Return the filing that a filing, a prepayment or a settlement is about."""
    if case.kind is CaseKind.FILING:
        return await work.filings.get(case)
    if case.kind is CaseKind.PREPAYMENT:
        return await _filing(work, (await work.prepayments.get(case)).filing_id)
    return await _filing(work, (await work.settlements.get(case)).filing_id)


async def _acceptance(work: Work, issue: Issue, case: Case) -> Paper:
    return templates.acceptance(issue, await work.filings.get(case))


async def _correction(work: Work, issue: Issue, case: Case) -> Paper:
    told = (
        await _noticed(work, case, issue.steps[-1])
        if case.kind is CaseKind.FILING
        else await _limited(work, case, issue.steps[-1])
    )
    return decisions.correction(issue, await _filing_of(work, case), case.kind, told)


async def _noticed(work: Work, case: Case, step: Step) -> Correction:
    """Return what the notice of a filing's step names, with the day that it told."""
    (notice,) = [one for one in await work.corrections.notices(case) if one.step_seq == step.seq]
    return Correction(
        items=notice.items,
        later_reason=notice.later_reason,
        working_days=notice.working_days,
        deadline=notice.deadline,
        expires=True,
    )


async def _limited(work: Work, case: Case, step: Step) -> Correction:
    """Return the reviewer's reason as one item, with the day of the limit in force, if there is one."""
    day = day_in_china(step.at)
    limit = LIMITS.get((case.kind, RETURNED))
    days = None
    if limit is not None:
        days = (await work.policies.overlay(case.region_path, day)).limits.get(limit)
    deadline = None
    if days is not None:
        calendar = await work.calendars.of_region(case.region_path)
        deadline = calendar.deadline(day, days, DayUnit.WORKING)
    item = CorrectionItem(pointer="申请材料", code=None, text=step.reason, todo="补正后重新提交")
    return Correction(
        items=(item,), later_reason="", working_days=days, deadline=deadline, expires=False
    )


async def _listing(work: Work, issue: Issue, case: Case) -> Paper:
    return templates.listing(issue, await work.filings.get(case))


async def _listing_refusal(work: Work, issue: Issue, case: Case) -> Paper:
    return decisions.listing_refusal(issue, await work.filings.get(case))


async def _refusal(work: Work, issue: Issue, case: Case) -> Paper:
    filing = await _filing_of(work, case)
    if case.kind is CaseKind.PREPAYMENT:
        asked = await work.prepayments.get(case)
        return decisions.prepayment_refusal(
            issue,
            filing,
            period=asked.period,
            people=asked.people,
            maximum_fen=asked.maximum_fen,
        )
    settlement = await work.settlements.get(case)
    return decisions.settlement_refusal(issue, filing, seq=settlement.seq, people=settlement.people)


async def _termination(work: Work, issue: Issue, case: Case) -> Paper:
    filing = await work.filings.get(case)
    assert filing.remark is not None  # the ground is stored with the step
    last_days = [one.ended_on for one in await work.filings.enrolments(case) if one.ended_on]
    return decisions.termination(
        issue,
        filing,
        ground=TerminationGround(filing.remark),
        last_day=max(last_days, default=None),
    )


async def _lapse(work: Work, issue: Issue, case: Case) -> Paper:
    filing = await work.filings.get(case)
    assert filing.listed_on is not None  # only what is listed lapses
    overlay = await work.policies.overlay(case.region_path, filing.listed_on)
    return decisions.lapse(
        issue, filing, days=overlay.limits.get(Limit.START), rule=overlay.document
    )


async def _prepayment(work: Work, issue: Issue, case: Case) -> Paper:
    decided = await work.prepayments.get(case)
    return templates.prepayment_application(
        issue,
        await _filing(work, decided.filing_id),
        period=decided.period,
        amount_fen=decided.amount_fen,
        share_basis_points=decided.facts.share_basis_points,
        people=decided.people,
    )


async def _settlement(work: Work, issue: Issue, case: Case) -> Paper:
    settlement = await work.settlements.get(case)
    assert settlement.amounts is not None
    filing = await _filing(work, settlement.filing_id)
    people = {person.id: person for person in await work.filings.enrolments(filing.case)}
    rows: list[PersonRow] = []
    after: UUID | None = None
    while lines := await work.settlements.lines(case, after=after, limit=LINES_AT_ONCE):
        rows += [
            PersonRow(
                seat_no=people[line.enrolment_id].seat_no,
                name=people[line.enrolment_id].name,
                identity_masked=people[line.enrolment_id].identity_masked,
                line=line,
            )
            for line in lines
        ]
        after = lines[-1].id
    amounts = settlement.amounts
    recoveries = await work.recoveries.of_filing(filing.case)
    owed = [one.reference for one in recoveries if one.settlement_id == case.id]
    return templates.settlement_application(
        issue,
        filing,
        entitled_fen=amounts.entitled_fen,
        history_fen=amounts.history_fen,
        balance_fen=amounts.balance_fen,
        recovery_fen=amounts.recovery_fen,
        recovery_reference="、".join(owed) if amounts.recovery_fen else None,
        people=sorted(rows, key=lambda row: row.seat_no),
    )


async def _funding_request(work: Work, issue: Issue, case: Case) -> Paper:
    request = await work.payments.request(case)
    return templates.funding_request(
        issue,
        fund_source=request.fund_source,
        year=request.budget_year,
        lines=await work.official_documents.funding_lines(case),
    )


async def _public_notice(work: Work, issue: Issue, case: Case) -> Paper:
    notice = await work.notices.get(case)
    enterprises = {}
    for one in notice.items:
        item = await work.cases.get(KIND_OF[notice.of], one)
        enterprises[one] = (await work.places.organisation(item.org_id)).name
    items = published_items(
        await work.official_documents.published_lines(case),
        of=notice.of,
        items=notice.items,
        enterprises=enterprises,
        names=notice.rule.names,
    )
    return measures.public_notice(issue, notice, items)


async def _objection_answer(work: Work, issue: Issue, case: Case) -> Paper:
    objection = await work.objections.get(case)
    item = await work.cases.get(KIND_OF[objection.of], objection.item_id)
    about = f"公示中{(await work.places.organisation(item.org_id)).name}"
    if objection.line_id is not None:
        named = "持券人" if objection.of is NoticeOf.VOUCHER_SETTLEMENT else "学徒"
        about += f"{named}{masked_name(await _name_of(work, objection, objection.line_id))}"
    return measures.objection_answer(
        issue,
        received_on=objection.received_on,
        about=f"{about}的内容",
        upheld=issue.steps[-1].from_state == "upheld",
        answer=objection.answer or "",
    )


async def _name_of(work: Work, objection: Objection, line_id: UUID) -> str:
    """Return the name of the person whom an objection names: by a settlement's line, a seat or a voucher."""
    if objection.of is NoticeOf.VOUCHER_SETTLEMENT:
        return (await work.vouchers.get(line_id)).name
    if objection.of is NoticeOf.LISTING:
        return (await work.filings.enrolment(line_id)).name
    return (await work.official_documents.person_of_line(objection.case.place_id, line_id)).name


async def _recovery(work: Work, case: Case) -> tuple[Recovery, Filing | Table]:
    """Return a recovery, and the plan or the vouchers that were paid for."""
    recovery = await work.recoveries.get(case)
    kind, spent_on = recovery.spent_on
    if kind is CaseKind.FILING:
        return recovery, await _filing(work, spent_on)
    settlement = await work.voucher_settlements.get(await work.cases.get(kind, spent_on))
    vouchers = await work.recoveries.vouchers(case)
    return recovery, measures.vouchers_table(
        document=(await work.voucher_projects.offer(settlement.project_id)).document_number,
        month=settlement.month,
        vouchers=len(vouchers),
        amount_fen=sum(one.amount_fen for one in vouchers),
    )


async def _recovery_order(work: Work, issue: Issue, case: Case) -> Paper:
    recovery, about = await _recovery(work, case)
    why: tuple[Sentence, ...] = ()
    if recovery.settlement_id is not None:
        settlement = await work.cases.get(CaseKind.SETTLEMENT, recovery.settlement_id)
        reasons = await work.settlements.reasons(settlement)
        assert reasons is not None  # what demanded it was approved
        unpaid = [unpaid_sentence(part) for part in reasons.unpaid]
        why = numbered((*unpaid, *settlement_sentences(reasons.facts)))
    return measures.recovery_order(issue, about, recovery, why)


async def _recovery_cancellation(work: Work, issue: Issue, case: Case) -> Paper:
    recovery, about = await _recovery(work, case)
    ordered = recovery.document_number is not None
    return measures.recovery_cancellation(issue, about, recovery, ordered=ordered)


async def _write_off(work: Work, issue: Issue, case: Case) -> Paper:
    debtor = await work.places.organisation(case.org_id)
    return measures.write_off(issue, await work.recoveries.get(case), enterprise=debtor.name)


async def _hold(work: Work, issue: Issue, case: Case) -> Paper:
    hold = await work.holds.get(case)
    return measures.hold_decision(issue, hold, about=await _held(work, hold))


async def _hold_lifted(work: Work, issue: Issue, case: Case) -> Paper:
    hold = await work.holds.get(case)
    return measures.hold_lifted(issue, hold, about=await _held(work, hold))


async def _held(work: Work, hold: Hold) -> str:
    """Name what is held: a person masked, a filing by its class, an organisation by its name."""
    if hold.target is HoldTarget.PERSON:
        person = await work.official_documents.person(hold.case.place_id, hold.target_id)
        return f"{person.name}（{person.identity_masked}）"
    if hold.target is HoldTarget.FILING:
        return without_numbers(f"“{(await _filing(work, hold.target_id)).class_name}”")
    return (await work.places.organisation(hold.target_id)).name


async def _review_decision(work: Work, issue: Issue, case: Case) -> Paper:
    if case.kind is CaseKind.RECOVERY:
        return await _recovery_reviewed(work, issue, case)
    request = await work.review_requests.get(case)
    return measures.review_decision(
        issue,
        requested_on=request.requested_on,
        about=await _reviewed(work, request),
        statement=request.statement,
        upheld=await _granted(work, request) if issue.steps[-1].to_state == "upheld" else None,
    )


async def _granted(work: Work, request: ReviewRequest) -> str:
    """Say what becomes of the first decision."""
    if request.subject is not ReviewSubject.RECOVERY:
        return _GRANTED[request.subject]
    recovery = await work.recoveries.get(
        await work.cases.get(CaseKind.RECOVERY, request.decided_id)
    )
    if recovery.settlement_id is not None:
        return "应追缴的数额由本备案的后续结算重新核定，在此之前不计缴款期限。"
    if recovery.voucher_settlement_id is not None:
        return "原追缴决定撤销，尚未缴回的款项无须缴回，所涉职业培训券恢复为已支付。"
    return "原追缴决定撤销，尚未缴回的款项无须缴回；已缴回的由后续结算一并核定。"


async def _reviewed(work: Work, request: ReviewRequest) -> str:
    """Name the first decision."""
    decided = await work.cases.get(REVIEWED_IN[request.subject], request.decided_id)
    if request.subject is ReviewSubject.HOLD:
        return f"《{(await work.holds.get(decided)).document_number}》的暂停支付决定"
    if request.subject is ReviewSubject.RECOVERY:
        recovery = await work.recoveries.get(decided)
        return f"《{recovery.document_number}》的追缴决定（追缴编号{recovery.reference}）"
    if request.subject is ReviewSubject.VOUCHER_LINE:
        assert request.line_id is not None  # the voucher is named with its settlement
        voucher = await work.vouchers.get(request.line_id)
        return f"职业培训券结算中持券人{voucher.name}（{voucher.identity_masked}）的不予支付决定"
    if request.line_id is None:
        filing = await _filing_of(work, decided)
        return f"“{without_numbers(filing.class_name)}”的{_REFUSED[request.subject]}"
    person = await work.official_documents.person_of_line(request.case.place_id, request.line_id)
    return f"结算中学徒{person.name}（{person.identity_masked}）的核定结果"


_GRANTED: Final = {
    ReviewSubject.SETTLEMENT_LINE: "该人员的补贴由后续结算重新核定。",
    ReviewSubject.VOUCHER_LINE: "该培训券恢复为已核销，可以列入以后的结算重新核定。",
    ReviewSubject.HOLD: "原暂停支付决定即行解除。",
    ReviewSubject.FILING: "你单位可以凭本决定重新提交备案一次，受理时间和补贴标准以原备案首次提交之日为准。",
    ReviewSubject.PREPAYMENT: "你单位可以凭本决定重新申请预支一次。",
}
_REFUSED: Final = {
    ReviewSubject.FILING: "不予列入决定",
    ReviewSubject.PREPAYMENT: "预支不予批准决定",
}


async def _recovery_reviewed(work: Work, issue: Issue, case: Case) -> Paper:
    """The enterprise contested a recovery, and somebody else upheld it (复核维持)."""
    recovery = await work.recoveries.get(case)
    *_, contested = [one for one in issue.steps if one.to_state == "under_review"]
    assert recovery.due_on is not None  # what is contested was served
    return measures.review_decision(
        issue,
        requested_on=day_in_china(contested.at),
        about=f"《{recovery.document_number}》的追缴决定（追缴编号{recovery.reference}，"
        f"最后缴款日{chinese_day(recovery.due_on)}）",
        statement=contested.reason,
        upheld=None,
    )


WRITERS: Final[Mapping[DocumentKind, Callable[[Work, Issue, Case], Awaitable[Paper]]]] = {
    DocumentKind.ACCEPTANCE: _acceptance,
    DocumentKind.CORRECTION: _correction,
    DocumentKind.LISTING: _listing,
    DocumentKind.LISTING_REFUSAL: _listing_refusal,
    DocumentKind.REFUSAL: _refusal,
    DocumentKind.TERMINATION: _termination,
    DocumentKind.LAPSE: _lapse,
    DocumentKind.PREPAYMENT_APPLICATION: _prepayment,
    DocumentKind.SETTLEMENT_APPLICATION: _settlement,
    DocumentKind.FUNDING_REQUEST: _funding_request,
    DocumentKind.PUBLIC_NOTICE: _public_notice,
    DocumentKind.OBJECTION_ANSWER: _objection_answer,
    DocumentKind.RECOVERY_ORDER: _recovery_order,
    DocumentKind.RECOVERY_CANCELLATION: _recovery_cancellation,
    DocumentKind.WRITE_OFF: _write_off,
    DocumentKind.REVIEW_DECISION: _review_decision,
    DocumentKind.HOLD: _hold,
    DocumentKind.HOLD_LIFTED: _hold_lifted,
}
