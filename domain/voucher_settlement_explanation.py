"""Why a voucher pays what it pays: stored facts become sentences when asked. Names nobody."""

from collections.abc import Mapping
from typing import Final

from domain.errors import Text
from domain.explanation import Sentence, numbered, percent
from domain.money import yuan
from domain.period import day_in_china
from domain.settlement_explanation import FINDINGS
from domain.voucher_certificate import Confirmation
from domain.voucher_settlement import VoucherFacts, VoucherGround, VoucherLine

GROUNDS: Final[Mapping[VoucherGround, Text]] = {
    VoucherGround.WORTH: Text("按核定金额支付。", "Paid at its worth."),
    VoucherGround.REDUCED: Text("经审核核减。", "Reduced at the review."),
    VoucherGround.REFUSED: Text(
        "经审核不予支付，占用的资金退回；可以申请复核。",
        "Refused at the review, and what it had committed goes back; it may be contested by a review request.",
    ),
    VoucherGround.HELD: Text(
        "暂缓处理，可列入以后的结算。", "Held: it may stand in a later settlement."
    ),
    VoucherGround.FROZEN: Text(
        "该券正在调查，暂缓处理，不影响其他培训券。",
        "The voucher is under investigation: held, without delaying any other.",
    ),
    VoucherGround.ENDED: Text(
        "该券申报后已作废，不再支付。", "The voucher was made void after it was claimed."
    ),
    VoucherGround.CERTIFICATE_UNCONFIRMED: Text(
        "证书未经证书系统确认，暂缓处理；确认后可列入以后的结算，不影响其他培训券。",
        "No register confirms its certificate: held, without delaying any other; once confirmed it may stand in a "
        "later settlement.",
    ),
    VoucherGround.CERTIFICATE_USED: Text(
        "同一证书编号已为他人申报，或已用于其他补贴，核实前暂缓处理，不影响其他培训券。",
        "The certificate was declared for another person too, or supported another subsidy: held until that is "
        "cleared, without delaying any other.",
    ),
    VoucherGround.LIMIT_REACHED: Text(
        "持券人已享受的补贴达到叠加限制，暂缓处理，不影响其他培训券。",
        "What its holder was subsidised for elsewhere leaves no room: held, without delaying any other.",
    ),
    VoucherGround.ON_HOLD: Text(
        "持券人已被暂停支付，暂缓处理，不影响其他培训券。",
        "Payment for its holder is on hold: held, without delaying any other.",
    ),
    VoucherGround.OBJECTION: Text(
        "公示期间有异议，核查期间暂缓支付，不影响其他培训券。",
        "An objection is being examined: held, without delaying any other.",
    ),
    VoucherGround.OBJECTION_UPHELD: Text(
        "公示异议成立，不予支付；可以申请复核。",
        "An objection was upheld: nothing is paid; it may be contested by a review request.",
    ),
}


def explain_voucher(line: VoucherLine) -> tuple[Sentence, ...]:
    """Explain one voucher of a settlement: what it rests on, the arithmetic, and what becomes of it."""
    facts = line.facts
    sentences = [
        Text(f"依据：《{facts.document}》。", f"Basis: {facts.document}."),
        _worth(facts),
        _trained(facts),
        *_confirmed(line),
    ]
    if facts.invoice_number is not None:
        number = facts.invoice_number
        sentences.append(
            Text(
                f"培训费由劳动者先行支付，发票号码 {number}。",
                f"The fee was paid by the worker, invoice {number}.",
            )
        )
    if line.ground is None:
        sentences.append(Text("尚未审核。", "Not reviewed yet."))
    else:
        sentences.append(_decided(line, GROUNDS[line.ground]))
    return numbered(sentences)


def _worth(facts: VoucherFacts) -> Text:
    standard, fee = yuan(facts.standard_fen), yuan(facts.fee_fen)
    face = face_en = ""
    if facts.face_value_fen is not None:
        face = f"，券面 {yuan(facts.face_value_fen)} 元"
        face_en = f", face value {yuan(facts.face_value_fen)}"
    worth = yuan(facts.worth_fen)
    return Text(
        f"补贴标准 {standard} 元，培训收费 {fee} 元{face}，取最低：{worth} 元。",
        f"Standard {standard} yuan, fee {fee}{face_en}: the least of them, {worth} yuan.",
    )


def _trained(facts: VoucherFacts) -> Text:
    day = facts.completed_on.isoformat()
    zh, en = f"{day} 结业", f"Completed on {day}"
    if facts.attendance_basis_points is not None:
        share = percent(facts.attendance_basis_points)
        zh, en = f"{zh}，出勤率 {share}", f"{en}, attended {share}"
        if facts.min_attendance_basis_points:
            least = percent(facts.min_attendance_basis_points)
            zh, en = f"{zh}（要求 {least}）", f"{en} (required {least})"
    if facts.certificate_number is not None:
        number = facts.certificate_number
        zh, en = f"{zh}，证书编号 {number}", f"{en}, certificate {number}"
    elif not facts.certificate_required:
        zh, en = f"{zh}，不要求证书", f"{en}, no certificate required"
    return Text(f"{zh}。", f"{en}.")


def _confirmed(line: VoucherLine) -> tuple[Text, ...]:
    """Say which register was asked about a certificate that is asked for, and what it answered."""
    if line.confirmation is Confirmation.NOT_ASKED:
        return ()
    if line.confirmation is Confirmation.UNREGISTERED:
        unregistered = Text(
            "培训合格证书没有全国统一登记，未经证书系统确认。",
            "No national register holds training certificates: none has confirmed this one.",
        )
        return (unregistered,)
    if line.certificate is None:
        return (Text("证书尚未核验。", "No register has been asked about the certificate yet."),)
    answer = line.certificate
    day, found = day_in_china(answer.asked_at).isoformat(), FINDINGS[answer.result]
    said = Text(
        f"证书经“{answer.register}”核验（{day}）：{found.zh}。",
        f"The certificate was looked up in “{answer.register}” on {day}: {found.en}.",
    )
    return (said,)


def _decided(line: VoucherLine, said: Text) -> Text:
    paid = yuan(line.amount_fen or 0)
    why, why_en = (f"理由：{line.reason}", f" Reason: {line.reason}") if line.reason else ("", "")
    return Text(f"{said.zh}支付 {paid} 元。{why}", f"{said.en} Pays {paid} yuan.{why_en}")
