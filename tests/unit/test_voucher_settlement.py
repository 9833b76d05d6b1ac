"""Rules of voucher settlements: what a voucher is worth, what a settlement takes over, what stops a line."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.certificate import FindingResult
from domain.class_record import Receipt
from domain.errors import Refusal
from domain.policy.standard import CertificateType
from domain.refusals import REGISTRY
from domain.voucher_certificate import CertificateAnswer
from domain.voucher_invoice import checked_invoices, with_invoices
from domain.voucher_settlement import (
    ASIDE,
    Verdict,
    VoucherDisposition,
    VoucherFacts,
    VoucherGround,
    VoucherLine,
    chosen_lines,
    decided_lines,
    left_out,
    month_of,
    of_disposition,
    parts_of_classes,
    payable_fen,
    set_aside,
    unconfirmed,
    worth_fen,
)
from domain.voucher_settlement_explanation import GROUNDS, explain_voucher

TODAY = date(2026, 3, 31)
USCC = "91320681MA1ABCDE2X"
FEN = st.integers(min_value=1, max_value=1_000_000_000)
CLASSES = [uuid4() for _ in range(3)]


def some_facts(**changed: Any) -> VoucherFacts:
    """A voucher whose fee is the least."""
    fields: dict[str, Any] = {
        "document": "启人社〔2026〕11号",
        "occupation_code": "4-10-01-02",
        "grade": 5,
        "standard_fen": 120_000,
        "fee_fen": 100_000,
        "face_value_fen": None,
        "worth_fen": 100_000,
        "completed_on": date(2026, 3, 27),
        "attendance_basis_points": None,
        "min_attendance_basis_points": None,
        "certificate_number": None,
        "certificate_required": False,
    }
    return VoucherFacts(**(fields | changed))


def a_line(class_id: UUID = CLASSES[0], **facts: Any) -> VoucherLine:
    """A claimed voucher."""
    return VoucherLine(
        voucher_id=uuid4(),
        class_id=class_id,
        name="张三",
        identity_masked="320***********1234",
        facts=some_facts(**facts),
    )


def a_verdict(line: VoucherLine, disposition: str = "payable", **changed: Any) -> Verdict:
    """A finding with a reason."""
    fields: dict[str, Any] = {"amount_fen": None, "reason": "已核对"}
    return Verdict(
        voucher_id=line.voucher_id,
        disposition=VoucherDisposition(disposition),
        **(fields | changed),
    )


@given(standard=FEN, fee=FEN, face=st.none() | FEN)
def test_a_voucher_is_worth_the_least_of_standard_fee_and_face_value(
    standard: int, fee: int, face: int | None
) -> None:
    worth = worth_fen(standard_fen=standard, fee_fen=fee, face_value_fen=face)
    given_fen = {standard, fee} | ({face} if face is not None else set())
    assert worth == min(given_fen)


@st.composite
def reviews(draw: st.DrawFn) -> tuple[list[VoucherLine], list[Verdict], dict[UUID, VoucherGround]]:
    """Lines of three classes, a finding about some, and grounds that stop some."""
    lines = [
        a_line(draw(st.sampled_from(CLASSES)), worth_fen=draw(FEN))
        for _ in range(draw(st.integers(min_value=1, max_value=12)))
    ]
    verdicts = []
    for line in lines:
        kind = draw(st.sampled_from(["none", "whole", "less", "refused", "held"]))
        if kind == "less":
            fen = draw(st.integers(min_value=1, max_value=line.committed_fen))
            verdicts.append(a_verdict(line, amount_fen=fen))
        elif kind != "none":
            verdicts.append(a_verdict(line, "payable" if kind == "whole" else kind))
    stopped = draw(st.lists(st.sampled_from(lines), unique_by=lambda line: line.voucher_id))
    grounds = {line.voucher_id: draw(st.sampled_from(sorted(ASIDE))) for line in stopped}
    return lines, verdicts, grounds


@given(reviews())
def test_what_is_paid_released_and_held_is_what_was_committed(
    review: tuple[list[VoucherLine], list[Verdict], dict[UUID, VoucherGround]],
) -> None:
    lines, verdicts, grounds = review
    decided = set_aside(decided_lines(lines, verdicts), grounds)
    held = set(of_disposition(decided, VoucherDisposition.HELD))
    held_fen = sum(line.committed_fen for line in decided if line.voucher_id in held)
    parts = parts_of_classes(decided)
    assert payable_fen(decided) == sum(part.payable_fen for part in parts)
    assert sum(part.taken_fen for part in parts) + held_fen == sum(
        line.committed_fen for line in lines
    )
    assert [part.class_id for part in parts] == sorted({part.class_id for part in parts})
    for part in parts:
        of_class = [one for one in decided if one.class_id == part.class_id]
        assert part.taken_fen == sum(
            one.committed_fen for one in of_class if one.voucher_id not in held
        )
        assert 0 <= part.payable_fen <= part.taken_fen
    for line in decided:
        paid = line.disposition is VoucherDisposition.PAYABLE
        assert line.amount_fen is not None
        assert 0 <= line.amount_fen <= line.committed_fen
        assert paid == (line.amount_fen > 0)
        if line.voucher_id in grounds and paid:
            raise AssertionError("what is stopped is not paid")
    assert [line.voucher_id for line in decided] == [line.voucher_id for line in lines]


def test_an_undecided_line_moves_nothing() -> None:
    assert parts_of_classes([a_line()]) == ()
    assert payable_fen([a_line()]) == 0


@pytest.mark.parametrize(
    ("verdict", "ground", "amount_fen"),
    [
        ({}, VoucherGround.WORTH, 100_000),
        ({"amount_fen": 100_000, "reason": ""}, VoucherGround.WORTH, 100_000),
        ({"amount_fen": 99_999}, VoucherGround.REDUCED, 99_999),
        ({"amount_fen": 1}, VoucherGround.REDUCED, 1),
        ({"disposition": "refused"}, VoucherGround.REFUSED, 0),
        ({"disposition": "held"}, VoucherGround.HELD, 0),
    ],
)
def test_a_finding_gives_a_line_its_ground_and_amount(
    verdict: dict[str, Any], ground: VoucherGround, amount_fen: int
) -> None:
    line = a_line()
    (decided,) = decided_lines([line], [a_verdict(line, **verdict)])
    assert (decided.ground, decided.amount_fen) == (ground, amount_fen)
    assert decided.facts == line.facts


@pytest.mark.parametrize(
    ("verdict", "pointer", "code"),
    [
        ({"disposition": "refused", "reason": " "}, "/lines/0/reason", "reason_missing"),
        ({"disposition": "held", "reason": ""}, "/lines/0/reason", "reason_missing"),
        ({"amount_fen": 99_999, "reason": ""}, "/lines/0/reason", "reason_missing"),
        ({"amount_fen": 100_001}, "/lines/0/amount_fen", "amount_above_worth"),
        ({"amount_fen": 0}, "/lines/0/amount_fen", "amount_above_worth"),
        (
            {"disposition": "held", "amount_fen": 1},
            "/lines/0/amount_fen",
            "amount_of_unpaid_line",
        ),
    ],
)
def test_a_finding_that_cannot_be_is_located(
    verdict: dict[str, Any], pointer: str, code: str
) -> None:
    line = a_line()
    with pytest.raises(Refusal) as refused:
        decided_lines([line], [a_verdict(line, **verdict)])
    assert [(one.pointer, one.code) for one in refused.value.faults] == [(pointer, code)]


@pytest.mark.parametrize("ground", ASIDE)
def test_what_was_refused_stays_refused_unless_its_voucher_is_elsewhere(
    ground: VoucherGround,
) -> None:
    line = a_line()
    (refused,) = decided_lines([line], [a_verdict(line, "refused")])
    (after,) = set_aside([refused], {line.voucher_id: ground})
    elsewhere = ground in {VoucherGround.FROZEN, VoucherGround.ENDED}
    assert after.ground == (ground if elsewhere else VoucherGround.REFUSED)
    assert after.disposition is (
        VoucherDisposition.HELD if elsewhere else VoucherDisposition.REFUSED
    )


def test_nothing_more_is_claimed_than_is_redeemed_and_nothing_twice() -> None:
    one, two = sorted((a_line(), a_line()), key=lambda line: line.voucher_id)
    assert chosen_lines([one, two], None) == [one, two]
    assert chosen_lines([one, two], [two.voucher_id, one.voucher_id]) == [one, two]
    assert left_out([one, two], [one.voucher_id]) == [two]
    with pytest.raises(Refusal, match="nothing_redeemed"):
        chosen_lines([], None)
    with pytest.raises(Refusal, match="nothing_left_to_settle"):
        left_out([one], [one.voucher_id])


def test_a_month_begins_on_its_first_day() -> None:
    assert month_of(date(2026, 2, 28)) == date(2026, 2, 1)
    assert month_of(date(2026, 3, 1)) == date(2026, 3, 1)


def an_invoice(line: VoucherLine, **changed: Any) -> Receipt:
    """The invoice of a line's fee, written as people write."""
    fields: dict[str, Any] = {
        "id": line.voucher_id,
        "version": 1,
        "withdrawn": False,
        "code": None,
        "number": f"{line.voucher_id.int % 10**20:020d}",
        "issuer_code": USCC.lower(),
        "amount_fen": line.facts.fee_fen,
        "issued_on": TODAY,
    }
    return Receipt(**(fields | changed))


def test_an_invoice_of_the_fee_supports_its_voucher() -> None:
    line = a_line()
    issuers: dict[UUID, str | None] = {CLASSES[0]: USCC}
    checked = checked_invoices([an_invoice(line)], [line], issuers=issuers, today=TODAY)
    assert checked[0].issuer_code == USCC
    (named,) = with_invoices([line], checked)
    assert named.facts.invoice_number == checked[0].number
    # Of two vouchers one invoice is missing.
    with pytest.raises(Refusal) as refused:
        checked_invoices([an_invoice(line)], [line, a_line()], issuers=issuers, today=TODAY)
    assert [(one.pointer, one.values) for one in refused.value.faults] == [
        ("/invoices", {"count": 1})
    ]


def test_one_invoice_is_not_given_for_two_vouchers() -> None:
    one, two = a_line(), a_line()
    number = an_invoice(one).number
    with pytest.raises(Refusal) as refused:
        checked_invoices(
            [an_invoice(one), an_invoice(two, number=number), an_invoice(two, number="1" * 20)],
            [one, two],
            issuers={CLASSES[0]: USCC},
            today=TODAY,
        )
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [
        ("/invoices/1/number", "receipt_twice"),
        ("/invoices/2/voucher_id", "voucher_not_in_settlement"),
    ]


def test_what_no_register_confirms_is_set_aside_and_a_refusal_stands() -> None:
    paid, refused, unasked = (
        a_line(certificate_required=True),
        a_line(certificate_required=True),
        a_line(),
    )
    stopped = unconfirmed([paid, refused, unasked])
    assert set(stopped) == {paid.voucher_id, refused.voucher_id}
    decided = set_aside(
        decided_lines([paid, refused, unasked], [a_verdict(refused, "refused")]), stopped
    )
    assert [line.ground for line in decided] == [
        VoucherGround.CERTIFICATE_UNCONFIRMED,
        VoucherGround.REFUSED,
        VoucherGround.WORTH,
    ]
    assert [line.disposition for line in decided] == ["held", "refused", "payable"]


def said(line: VoucherLine) -> tuple[list[str], list[str]]:
    """A line's sentences in both languages."""
    sentences = explain_voucher(line)
    return [one.zh for one in sentences], [one.en for one in sentences]


def test_a_voucher_is_explained_by_what_it_rests_on_and_what_became_of_it() -> None:
    line = a_line(
        face_value_fen=80_000,
        worth_fen=80_000,
        attendance_basis_points=9_750,
        min_attendance_basis_points=8_000,
        certificate_number="S000132068100126500001",
        certificate_required=True,
        invoice_number="26322000000000000001",
    )
    answer = CertificateAnswer(
        seq=1,
        result=FindingResult.NOT_FOUND,
        register="试验查询系统",
        asked_at=datetime(2026, 4, 1, 15, 30, tzinfo=UTC),
    )
    line = replace(line, certificate=answer)
    (decided,) = decided_lines([line], [a_verdict(line, amount_fen=50_000, reason="课时不足")])
    zh, en = said(decided)
    assert zh == [
        "依据：《启人社〔2026〕11号》。",
        "补贴标准 1 200.00 元，培训收费 1 000.00 元，券面 800.00 元，取最低：800.00 元。",
        "2026-03-27 结业，出勤率 97.5%（要求 80%），证书编号 S000132068100126500001。",
        "证书经“试验查询系统”核验（2026-04-01）：查无此证。",
        "培训费由劳动者先行支付，发票号码 26322000000000000001。",
        "经审核核减。支付 500.00 元。理由：课时不足",
    ]
    assert en == [
        "Basis: 启人社〔2026〕11号.",
        "Standard 1 200.00 yuan, fee 1 000.00, face value 800.00: the least of them, 800.00 yuan.",
        "Completed on 2026-03-27, attended 97.5% (required 80%), certificate S000132068100126500001.",
        "The certificate was looked up in “试验查询系统” on 2026-04-01: not found.",
        "The fee was paid by the worker, invoice 26322000000000000001.",
        "Reduced at the review. Pays 500.00 yuan. Reason: 课时不足",
    ]


def test_what_nobody_asked_for_is_not_said() -> None:
    zh, _ = said(a_line(attendance_basis_points=10_000))
    assert zh[2] == "2026-03-27 结业，出勤率 100%，不要求证书。"
    assert zh[3] == "尚未审核。"
    required = a_line(certificate_required=True)
    assert said(required)[0][2:4] == ["2026-03-27 结业。", "证书尚未核验。"]
    unregistered = a_line(
        certificate_required=True,
        certificate_number="启培字第7号",
        certificate_type=CertificateType.TRAINING,
        grade=None,
    )
    assert said(unregistered)[1][3] == (
        "No national register holds training certificates: none has confirmed this one."
    )
    assert "券面" not in zh[1]


def test_every_ground_is_said_in_both_languages_and_names_nobody() -> None:
    assert set(GROUNDS) == set(VoucherGround)
    for ground in VoucherGround:
        line = replace(a_line(), ground=ground, amount_fen=0)
        for sentences in said(line):
            assert sentences[-1]
            assert "张三" not in "".join(sentences)


def test_what_a_settlement_refuses_is_registered_in_both_languages() -> None:
    for code in ("voucher_verdicts_faulty", "amount_above_worth", "voucher_not_paid"):
        assert REGISTRY[code].title.zh
        assert REGISTRY[code].detail.en
