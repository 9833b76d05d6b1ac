"""Settlements over HTTP that come back: returned, corrected, sent back, refused, opened ex officio."""

from typing import Final

from domain.errors import Text
from domain.party import Role
from domain.ports.work import Work
from domain.settlement import Settlement
from service.application import settlement_again
from service.http.call import Answer, Call, Served
from service.http.document_wire import commands_of
from service.http.operation import operation
from service.http.settlement import (
    DECLARATIONS_EXAMPLE,
    TAG,
    Warned,
    settlement_answer,
    warned,
    warned_answer,
)
from service.http.settlement_wire import RuledDecision, SettlementBody, SettlementView
from service.http.shapes import Decision

_SIGNED: Final = ("wrong_state", "duty_conflict", "busy")
_REVIEWER: Final = frozenset({Role.REVIEWER})
_APPROVER: Final = frozenset({Role.APPROVER})
_RULED_EXAMPLE: Final = {
    "reason": "第 2 人证书等级与证书不符；第 5 人漏报证书",
    "clause": "通人社职〔2019〕15号 第六条",
}


async def _taken_back(call: Call, event: str) -> Answer:
    async def act(work: Work) -> Settlement:
        return await settlement_again.take_back_review(
            work,
            settlement_id=call.path("settlement_id"),
            version=call.if_match,
            event=event,
            reason=call.decode(Decision).reason,
        )

    return await call.once(act, settlement_answer)


@operation(
    id="OpenSettlement",
    method="POST",
    path="/v1/filings/{filing_id}/settlements/ex-officio",
    tag=TAG,
    summary=Text("依职权启动结算", "Open a settlement ex officio"),
    description=Text(
        "沿用已申报的证书并重新核验。最终结算之后为更正结算：证书后来被注销，或复核有误；多退少补。",
        "On what is declared already, examined anew. After the final settlement it is an adjustment: "
        "a certificate was revoked since, or the review was mistaken. It pays or recovers the difference.",
    ),
    roles=_REVIEWER,
    body=Decision,
    body_example={"reason": "登记机构注销 1 人证书"},
    answer=SettlementView,
    status=201,
    keyed=True,
    problems=("filing_not_completed", "settlement_exists", "duty_conflict", "busy"),
)
async def open_settlement(call: Call) -> Answer:
    """Open it and have it verified."""

    async def act(work: Work) -> Settlement:
        return await settlement_again.open_settlement(
            work, filing_id=call.path("filing_id"), reason=call.decode(Decision).reason
        )

    return await call.once(act, lambda done: settlement_answer(done, status=201))


@operation(
    id="ReturnSettlement",
    method="POST",
    path="/v1/settlements/{settlement_id}/return",
    tag=TAG,
    summary=Text("退回补正", "Return a settlement for correction"),
    description=Text(
        "一次性告知全部需要补正的内容；原申报留档，不再作数，受理时间不变。",
        "One notice that names everything. What was declared stays on file and counts no longer; the "
        "time of receipt stays.",
    ),
    roles=_REVIEWER,
    body=RuledDecision,
    body_example=_RULED_EXAMPLE,
    answer=SettlementView,
    keyed=True,
    versioned=True,
    problems=_SIGNED,
)
async def return_settlement(call: Call) -> Answer:
    """Give it back."""

    async def act(work: Work) -> Settlement:
        version, body = call.if_match, call.decode(RuledDecision)
        return await settlement_again.return_settlement(
            work,
            settlement_id=call.path("settlement_id"),
            version=version,
            reason=body.reason,
            clause=body.clause,
        )

    return await call.once(act, settlement_answer)


@operation(
    id="CorrectSettlement",
    method="POST",
    path="/v1/settlements/{settlement_id}/correct",
    tag=TAG,
    summary=Text("补正并重新提交", "Correct a returned settlement and submit it again"),
    description=Text(
        "重新申报全部证书，作为新的一版；以前各版留档。可同时申报材料，例如未填编号的证书的复印件。",
        "All certificates are declared anew, as a new version; earlier versions stay on file. Documents may "
        "be declared with them, the copies of certificates without a number among them.",
    ),
    roles=frozenset({Role.FILER}),
    body=SettlementBody,
    body_example=DECLARATIONS_EXAMPLE,
    body_limit=8 * 1024 * 1024,
    answer=SettlementView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "declarations_faulty", "documents_faulty"),
)
async def correct_settlement(call: Call) -> Answer:
    """Declare anew."""

    async def act(work: Work) -> Warned:
        version, body = call.if_match, call.decode(SettlementBody)
        corrected = await settlement_again.correct_settlement(
            work,
            settlement_id=call.path("settlement_id"),
            version=version,
            declarations=body.to_command(),
            documents=commands_of(body.documents),
        )
        return await warned(work, corrected)

    return await call.once(act, warned_answer)


@operation(
    id="SendSettlementBack",
    method="POST",
    path="/v1/settlements/{settlement_id}/send-back",
    tag=TAG,
    summary=Text("发回重核", "Send a reviewed settlement back"),
    description=Text(
        "由审批人发回；复核所定金额作废，重新复核时重新计算。",
        "By the approver. What the review decided falls; the next review decides it anew.",
    ),
    roles=_APPROVER,
    body=Decision,
    body_example={"reason": "请核对第 3 人的退出日期"},
    answer=SettlementView,
    keyed=True,
    versioned=True,
    problems=_SIGNED,
)
async def send_settlement_back(call: Call) -> Answer:
    """Send it back."""
    return await _taken_back(call, "send_back")


@operation(
    id="ReopenReview",
    method="POST",
    path="/v1/settlements/{settlement_id}/reopen",
    tag=TAG,
    summary=Text("重新复核", "Take a review up again"),
    description=Text(
        "由经办人重新核验，例如他案已先就同一人或同一证书享受补贴。",
        "By the reviewer: another case took a person or a certificate first, for instance.",
    ),
    roles=_REVIEWER,
    body=Decision,
    body_example={"reason": "1 人已由其他备案享受补贴"},
    answer=SettlementView,
    keyed=True,
    versioned=True,
    problems=_SIGNED,
)
async def reopen_review(call: Call) -> Answer:
    """Take it up again."""
    return await _taken_back(call, "reopen")


@operation(
    id="RefuseSettlement",
    method="POST",
    path="/v1/settlements/{settlement_id}/refuse",
    tag=TAG,
    summary=Text("不予批准结算", "Refuse a settlement"),
    description=Text(
        "写明理由和依据条款；不产生任何款项，可以另行起草。",
        "With the reason, the rule and its clause. Nothing moves; another may be drafted.",
    ),
    roles=_APPROVER,
    body=RuledDecision,
    body_example=_RULED_EXAMPLE,
    answer=SettlementView,
    keyed=True,
    versioned=True,
    problems=_SIGNED,
)
async def refuse_settlement(call: Call) -> Answer:
    """Refuse it as a whole."""

    async def act(work: Work) -> Settlement:
        version, body = call.if_match, call.decode(RuledDecision)
        return await settlement_again.refuse_settlement(
            work,
            settlement_id=call.path("settlement_id"),
            version=version,
            reason=body.reason,
            clause=body.clause,
        )

    return await call.once(act, settlement_answer)


OPERATIONS: Final[tuple[Served, ...]] = (
    open_settlement,
    return_settlement,
    correct_settlement,
    send_settlement_back,
    reopen_review,
    refuse_settlement,
)
