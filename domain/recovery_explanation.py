"""Why a recovery demands what it demands: stored facts become sentences when asked. Names nobody."""

from collections.abc import Mapping, Sequence
from typing import Final

from domain.errors import Text
from domain.explanation import Sentence, numbered, settlement_sentences
from domain.ledger import Event, Posting, PostingKind
from domain.money import yuan
from domain.period import day_in_china
from domain.recovery import Recovery, RecoveryCause
from domain.settlement import SettlementReasons
from domain.settlement_explanation import unpaid_sentence

SHOWN_MAX: Final = 40
"""Movements told one by one; of more, the latest."""

CAUSES: Final[Mapping[RecoveryCause, Text]] = {
    RecoveryCause.SETTLEMENT: Text("结算后多付", "more was paid than the settlement found earned"),
    RecoveryCause.TERMINATION: Text("培训终止", "the training was terminated"),
    RecoveryCause.EXIT: Text("学徒退出", "somebody left the training"),
    RecoveryCause.REVOCATION: Text("证书注销", "a certificate was revoked"),
    RecoveryCause.WRONG_PAYEE: Text("收款人错误", "the wrong party was paid"),
    RecoveryCause.DUPLICATE: Text("重复支付", "something was paid twice"),
    RecoveryCause.AUDIT: Text("审计发现", "an audit found it"),
}

MOVEMENTS: Final[Mapping[Event, Text]] = {
    Event.PREPAYMENT_UNEARNED: Text("预支未到应补", "prepaid and not earned"),
    Event.EARNED_REDUCED: Text("应补核减", "earned less than was paid"),
    Event.EARNED_LATER: Text("应补增加，减少追缴", "earned later, owed less"),
    Event.UNEARNED_RESTORED: Text(
        "追缴撤销，仍作预支", "no longer owed, prepaid and still to be earned"
    ),
    Event.COLLECTED_SAME_YEAR: Text("收回，归还当年资金", "got back, into this year's fund"),
    Event.COLLECTED_LATER_YEAR: Text("收回，缴回国库", "got back, into the treasury"),
    Event.WRITTEN_OFF: Text("核销", "written off"),
    Event.COLLECTED_AFTER_ALL: Text("核销后又收回", "came after it was written off"),
    Event.NETTED_RECOVERY: Text("抵扣，归还当年资金", "netted, into this year's fund"),
    Event.NETTED_RECOVERY_EARLIER_BOOK: Text("抵扣，缴回国库", "netted, into the treasury"),
    Event.WRONG_PARTY_PREPAYMENT: Text("预支付给他人", "a prepayment went to another party"),
    Event.WRONG_PARTY_EXPENSE: Text("补贴付给他人", "a subsidy went to another party"),
}
"""What moves a recovery's accounts, in words."""


def explain_recovery(
    recovery: Recovery,
    *,
    settlement: SettlementReasons | None,
    prepaid: Sequence[tuple[int, int]],
    postings: Sequence[Posting],
    vouchers: int = 0,
) -> tuple[Sentence, ...]:
    """Explain a recovery: its cause, what was earned and paid, each movement, and what is left.

    `prepaid` holds people and fen of each prepayment; `vouchers` is how many are taken back.
    """
    sentences = [_cause(recovery)]
    if settlement is not None:
        sentences += [unpaid_sentence(part) for part in settlement.unpaid]
        sentences += settlement_sentences(settlement.facts)
    sentences += [
        Text(
            f"已预支 {people} 人，共 {yuan(amount_fen)} 元。",
            f"Prepaid for {people} people: {yuan(amount_fen)} yuan.",
        )
        for people, amount_fen in prepaid
    ]
    if vouchers:
        sentences.append(
            Text(f"追回培训券 {vouchers} 张。", f"Training vouchers taken back: {vouchers}.")
        )
    sentences += [_movement(posting) for posting in postings[-SHOWN_MAX:]]
    sentences.append(_left(recovery))
    if recovery.due_on is not None:
        day = recovery.due_on.isoformat()
        sentences.append(Text(f"最迟缴款日 {day}。", f"To be paid by {day}."))
    return numbered(sentences)


def _cause(recovery: Recovery) -> Text:
    cause, document = CAUSES[recovery.cause], recovery.document_number
    return Text(
        f"追缴 {recovery.reference}（{document or '尚未作出决定'}）：{cause.zh}。",
        f"Recovery {recovery.reference} ({document or 'not ordered'}): {cause.en}.",
    )


def _movement(posting: Posting) -> Text:
    said, day = MOVEMENTS[posting.event], day_in_china(posting.posted_at).isoformat()
    back = posting.kind is PostingKind.REVERSAL
    year, amount = posting.book.budget_year, yuan(posting.amount_fen)
    return Text(
        f"{day}，{year} 年度账套：{'冲回：' if back else ''}{said.zh} {amount} 元。",
        f"{day}, book of {year}: {'reversed: ' if back else ''}{said.en}, {amount} yuan.",
    )


def _left(recovery: Recovery) -> Text:
    figures = recovery.figures
    demanded, collected = yuan(figures.demanded_fen), yuan(figures.collected_fen)
    gone, left = yuan(figures.written_off_fen), yuan(figures.outstanding_fen)
    if recovery.proposed_fen is not None and not figures.demanded_fen:
        proposed = yuan(recovery.proposed_fen)
        return Text(
            f"拟追缴 {proposed} 元，尚未入账。", f"Proposed: {proposed} yuan; nothing has moved."
        )
    return Text(
        f"应追缴 {demanded} 元，已收回 {collected} 元，已核销 {gone} 元，尚欠 {left} 元。",
        f"Demanded {demanded} yuan, got back {collected}, written off {gone}, still owed {left}.",
    )
