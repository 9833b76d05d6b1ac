"""Voucher settlements over HTTP: from the draft to the bank line, with notices, objections and claw-backs."""

from datetime import timedelta
from uuid import UUID

from domain.official_document import stored
from tests.integration.api import road, voucher_class_road, voucher_road
from tests.integration.api import voucher_money_road as money
from tests.integration.api.desk import Desk, Json
from tests.integration.api.refusing import refused
from tests.overlays import noticed

FEE_FEN = 100_000


async def voucher_state(desk: Desk, of: voucher_class_road.Class) -> str:
    return str((await voucher_class_road.voucher_now(desk, of.voucher))["state"])


async def test_a_provider_is_paid_and_everybody_can_read_why(desk: Desk) -> None:
    """Shows PAY-15, REG-09, SYS-08."""
    of = await money.redeemed(desk)
    path = {"voucher_settlement_id": await money.drafted(desk, of)}
    settlement_id = path["voucher_settlement_id"]
    drafted = await money.now(desk, settlement_id, "teacher")
    assert (drafted["month"], drafted["vouchers"], drafted["amount_fen"]) == ("2026-03-01", 1, None)
    assert {one["event"] for one in drafted["case"]["next_steps"]} == {"submit", "withdraw"}
    reviewed = await money.reviewed(desk, settlement_id)
    assert reviewed["amount_fen"] == FEE_FEN
    await money.approved(desk, settlement_id)
    (line,) = (await desk.done("ListVoucherSettlementLines", "teacher", path=path))["items"]
    assert line["tag"] is None
    assert (line["worth_fen"], line["disposition"], line["ground"], line["amount_fen"]) == (
        FEE_FEN,
        "payable",
        "worth",
        FEE_FEN,
    )
    said = await desk.done(
        "ExplainSettledVoucher", "teacher", path=path | {"voucher_id": of.voucher["id"]}
    )
    assert [one["number"] for one in said["sentences"]] == [1, 2, 3, 4]
    assert said["sentences"][3]["en"] == "Paid at its worth. Pays 1 000.00 yuan."
    await road.paid(desk, ("voucher_settlement", settlement_id))
    assert (await money.now(desk, settlement_id))["case"]["state"] == "closed"
    assert await voucher_state(desk, of) == "paid"
    paid = await desk.done(
        "ListPayments", "teacher", query=f"voucher_settlement_id={settlement_id}"
    )
    (payment,) = paid["items"]
    assert (payment["subject_kind"], payment["filing_id"]) == ("voucher_settlement", None)
    why = await desk.done("ExplainPayment", "teacher", path={"payment_id": payment["id"]})
    assert why["chain"]["vouchers"] == [{"voucher_id": of.voucher["id"], "amount_fen": FEE_FEN}]
    assert "subsidy by training vouchers" in why["sentences"][0]["en"]
    steps = await desk.done("GetVoucherSettlementHistory", "teacher", path=path)
    assert [one["to_state"] for one in steps["steps"]] == [
        "draft",
        "submitted",
        "accepted",
        "reviewed",
        "approved",
        "closed",
    ]
    listed = await desk.done("ListVoucherSettlements", "handler", query="state=closed")
    assert [one["case"]["id"] for one in listed["items"]] == [settlement_id]


async def test_a_draft_is_tried_first_and_stores_nothing(desk: Desk) -> None:
    of = await money.redeemed(desk)
    tried = await desk.done(
        "DraftVoucherSettlement",
        "teacher",
        query="dry_run=true",
        body=money.claim(desk, of.project_id),
    )
    assert tried["vouchers"] == 1
    assert (await desk.done("ListVoucherSettlements", "teacher"))["items"] == []


async def test_what_is_returned_comes_back_without_what_was_taken_out(desk: Desk) -> None:
    of, second = await money.completed_by_two(desk)
    await voucher_class_road.redeemed(desk, of.id, second["code"])
    settlement_id = await money.drafted(desk, of)
    await money.stepped(desk, "SubmitVoucherSettlement", "teacher", settlement_id)
    reason = {"reason": "第二人出勤记录缺失"}
    await money.stepped(desk, "ReturnVoucherSettlement", "handler", settlement_id, reason)
    body = {"voucher_ids": [second["id"]]}
    left = await money.stepped(desk, "TakeOutOfVoucherSettlement", "teacher", settlement_id, body)
    assert left["vouchers"] == 1
    await money.reviewed(desk, settlement_id)
    sent_back = {"reason": "请再核对"}
    back = await money.stepped(
        desk, "SendVoucherSettlementBack", "approver", settlement_id, sent_back
    )
    assert back["case"]["state"] == "accepted"
    refused_whole = {"reason": "收款账户与申报单位不符"}
    no = await money.stepped(
        desk, "RefuseVoucherSettlement", "handler", settlement_id, refused_whole
    )
    assert no["case"]["state"] == "refused"
    again = await money.drafted(desk, of)
    gone = await money.stepped(desk, "WithdrawVoucherSettlement", "teacher", again)
    assert gone["case"]["state"] == "withdrawn"


async def test_a_provider_that_lets_the_day_to_correct_pass_is_reminded(desk: Desk) -> None:
    of = await money.redeemed(desk)
    settlement_id = await money.drafted(desk, of)
    await money.stepped(desk, "SubmitVoucherSettlement", "teacher", settlement_id)
    reason = {"reason": "缺少核销记录"}
    await money.stepped(desk, "ReturnVoucherSettlement", "handler", settlement_id, reason)
    clock = await desk.done("GetClock", "teacher", path={"case_id": settlement_id})
    assert clock["clock"]["limit"] == "voucher_correction"
    desk.clock.at += timedelta(days=30)
    await voucher_road.a_day_passes(desk, "remind_settlements")
    (reminder,) = (await desk.done("ListReminders", "teacher"))["items"]
    assert (reminder["about"], reminder["due_on"]) == (
        "voucher_correction_overdue",
        clock["clock"]["due_on"],
    )
    assert (reminder["voucher_settlement_id"], reminder["filing_id"]) == (settlement_id, None)


async def test_a_refused_voucher_ends_so_and_the_settlement_is_closed_at_nothing(
    desk: Desk,
) -> None:
    of = await money.redeemed(desk)
    settlement_id = await money.drafted(desk, of)
    found = {
        "voucher_id": of.voucher["id"],
        "disposition": "refused",
        "reason": "出勤记录不实",
    }
    assert (await money.reviewed(desk, settlement_id, found))["amount_fen"] == 0
    await money.approved(desk, settlement_id)
    await desk.idle()
    assert (await money.now(desk, settlement_id))["case"]["state"] == "closed"
    assert await voucher_state(desk, of) == "refused"


async def test_a_provider_contests_a_refused_voucher_and_it_is_settled_again(desk: Desk) -> None:
    of = await money.redeemed(desk)
    settlement_id = await money.drafted(desk, of)
    found = {"voucher_id": of.voucher["id"], "disposition": "refused", "reason": "出勤记录不实"}
    await money.reviewed(desk, settlement_id, found)
    await money.approved(desk, settlement_id)
    await desk.idle()
    named = {"voucher_settlement_id": settlement_id, "voucher_id": of.voucher["id"]}
    body = {**named, "statement": "出勤有打卡记录，请予复核"}
    asked = await desk.done("RequestReview", "teacher", body=body)
    assert asked["subject"] == "voucher_line"
    assert (asked["line_id"], asked["settlement_id"]) == (None, None)
    assert {name: asked[name] for name in named} == named
    path = {"review_request_id": asked["case"]["id"]}
    await desk.done("ExamineReviewRequest", "handler", path=path, version=1, body={})
    ruling = {"reason": "打卡记录属实", "clause": "五(一)"}
    await desk.done("UpholdReviewRequest", "releaser", path=path, version=2, body=ruling)
    assert await voucher_state(desk, of) == "redeemed"
    history = await desk.done("GetVoucherHistory", "worker", path={"voucher_id": of.voucher["id"]})
    assert [one["event"] for one in history["acts"]][-2:] == ["redeem", "reinstate"]
    await desk.idle()
    (paper,) = (
        await desk.done("ListOfficialDocuments", "teacher", query=f"case_id={asked['case']['id']}")
    )["items"]
    async with desk.house.begin_work(desk.staff.system) as work:
        written = await work.official_documents.get(UUID(paper["id"]))
    said = stored(written.paper).decode()
    assert "职业培训券结算中持券人李四" in said
    assert "可以列入以后的结算重新核定" in said
    desk.clock.at += timedelta(days=31)
    again = await money.drafted(desk, of)
    await money.reviewed(desk, again)
    await money.approved(desk, again)
    assert await voucher_state(desk, of) == "approved"


async def test_an_objection_freezes_its_voucher_and_an_upheld_one_refuses_it(desk: Desk) -> None:
    desk.under(*noticed())
    of, second = await money.completed_by_two(desk)
    await voucher_class_road.redeemed(desk, of.id, second["code"])
    settlement_id = await money.drafted(desk, of)
    await money.reviewed(desk, settlement_id)
    notice_id = await road.running(desk, await money.prepared(desk, settlement_id))
    assert (await money.now(desk, settlement_id))["case"]["state"] == "on_notice"
    public = await desk.done("GetNotice", None, path={"notice_id": notice_id})
    (item,) = public["items"]
    assert (public["subject"], item["enterprise"], item["people"], item["amount_fen"]) == (
        "voucher_settlement",
        desk.staff.provider.name,
        2,
        2 * FEE_FEN,
    )
    assert {one["name"] for one in item["persons"]} == {"李*"}
    page = await desk.send(
        desk.ask("GetNotice", None, path={"notice_id": notice_id}, headers={"Accept": "text/html"})
    )
    assert "职业培训券补贴公示" in page.text
    # One line is objected to, the other is not.
    open_one = await road.objected(desk, notice_id, line_no=1)
    shown = await desk.done("GetObjection", "handler", path={"objection_id": open_one})
    assert shown["voucher_settlement_id"] == settlement_id
    named = shown["voucher_id"]
    await road.ended(desk)
    approved = await money.approved(desk, settlement_id)
    assert approved["amount_fen"] == FEE_FEN
    lines = await desk.done(
        "ListVoucherSettlementLines", "handler", path={"voucher_settlement_id": settlement_id}
    )
    grounds = {one["voucher_id"]: (one["ground"], one["released"]) for one in lines["items"]}
    (other,) = {of.voucher["id"], second["id"]} - {named}
    assert grounds == {named: ("objection", True), other: ("worth", False)}


async def test_an_upheld_objection_sends_a_settlement_back_and_refuses_the_line(
    desk: Desk,
) -> None:
    desk.under(*noticed())
    of = await money.redeemed(desk)
    settlement_id = await money.drafted(desk, of)
    await money.reviewed(desk, settlement_id)
    notice_id = await road.running(desk, await money.prepared(desk, settlement_id))
    objection_id = await road.objected(desk, notice_id, line_no=1)
    path = {"objection_id": objection_id}
    await desk.done("ExamineObjection", "handler", path=path, version=1, body={})
    ruling = {"reason": "此人未到场", "clause": "五(一)"}
    await desk.done("UpholdObjection", "approver", path=path, version=2, body=ruling)
    assert (await money.now(desk, settlement_id))["case"]["state"] == "accepted"
    await desk.done("AnswerObjection", "handler", path=path, version=3, body={"answer": "异议成立"})
    await desk.idle()
    body = {"lines": [], "reason": ""}
    again = await money.stepped(desk, "ReviewVoucherSettlement", "handler", settlement_id, body)
    assert again["amount_fen"] == 0
    # What pays nobody needs no further notice, and the one that ran ends by itself.
    await road.ended(desk)
    await money.approved(desk, settlement_id)
    assert await voucher_state(desk, of) == "refused"
    papers = await desk.done("ListOfficialDocuments", "handler", query=f"case_id={objection_id}")
    assert [one["kind"] for one in papers["items"]] == ["objection_answer"]


async def test_an_objection_to_the_whole_stops_the_approval(desk: Desk) -> None:
    desk.under(*noticed())
    settlement_id = await money.drafted(desk, await money.redeemed(desk))
    await money.reviewed(desk, settlement_id)
    notice_id = await road.running(desk, await money.prepared(desk, settlement_id))
    await road.objected(desk, notice_id)
    await road.ended(desk)
    path = {"voucher_settlement_id": settlement_id}
    version = await road.version_of(desk, "GetVoucherSettlement", **path)
    ask = desk.ask(
        "ApproveVoucherSettlement", "approver", path=path, version=version, body=money.SIGNED
    )
    await refused(desk, ask, "objection_open")


async def test_a_notice_that_is_withdrawn_leaves_the_settlement_reviewed(desk: Desk) -> None:
    desk.under(*noticed())
    settlement_id = await money.drafted(desk, await money.redeemed(desk))
    await money.reviewed(desk, settlement_id)
    notice_id = await road.running(desk, await money.prepared(desk, settlement_id))
    await desk.done(
        "WithdrawNotice",
        "approver",
        path={"notice_id": notice_id},
        version=2,
        body={"reason": "公示内容有误"},
    )
    assert (await money.now(desk, settlement_id))["case"]["state"] == "reviewed"


async def test_a_worker_is_reimbursed_against_his_invoice(desk: Desk) -> None:
    """Shows PAY-13."""
    of = await money.redeemed(desk, payee="worker")
    body: Json = money.claim(
        desk,
        of.project_id,
        payee=money.payee("李四"),
        invoices=[money.invoice(desk, of.voucher["id"])],
    )
    settlement_id = str(
        (await desk.done("DraftVoucherSettlement", "worker", body=body))["case"]["id"]
    )
    await money.accepted(desk, settlement_id, "worker")
    review = {"lines": [], "reason": "发票属实"}
    await money.stepped(desk, "ReviewVoucherSettlement", "handler", settlement_id, review)
    await money.approved(desk, settlement_id)
    await road.paid(desk, ("voucher_settlement", settlement_id))
    assert await voucher_state(desk, of) == "paid"
    mine = await desk.done("ListVoucherSettlements", "worker")
    assert [one["case"]["state"] for one in mine["items"]] == ["closed"]
    assert (await desk.done("ListVoucherSettlements", "teacher"))["items"] == []


async def test_a_refused_payment_is_paid_again_over_the_same_road(desk: Desk) -> None:
    of, settlement_id = await money.settled(desk)
    payment_id = await road.returned(desk, ("voucher_settlement", settlement_id))
    assert await voucher_state(desk, of) == "approved"
    await road.paid_again(desk, payment_id)
    assert await voucher_state(desk, of) == "paid"


async def test_a_claw_back_is_ordered_served_and_collected(desk: Desk) -> None:
    of, settlement_id = await money.paid(desk)
    proposed = await money.proposed(desk, settlement_id, of.voucher["id"])
    assert (proposed["filing_id"], proposed["voucher_settlement_id"], proposed["proposed_fen"]) == (
        None,
        settlement_id,
        FEE_FEN,
    )
    path = {"recovery_id": proposed["case"]["id"]}
    order = {
        "document_number": "试人社追〔2026〕3号",
        "pay_within_days": 30,
        "reason": "冒名培训",
        "clause": "第十五条",
    }
    await desk.done("OrderRecovery", "approver", path=path, version=1, body=order)
    assert await voucher_state(desk, of) == "clawed_back"
    await desk.idle()
    papers = await desk.done(
        "ListOfficialDocuments", "teacher", query=f"case_id={proposed['case']['id']}"
    )
    (paper,) = papers["items"]
    assert paper["kind"] == "recovery_order"
    why = await desk.done("ExplainRecovery", "teacher", path=path)
    assert why["vouchers"] == [{"voucher_id": of.voucher["id"], "amount_fen": FEE_FEN}]
    assert any("taken back: 1" in one["en"] for one in why["sentences"])
    reference = proposed["reference"]
    await road.received(desk, (f"S-{reference}", reference, FEE_FEN))
    listed = await desk.done(
        "ListRecoveries", "teacher", query=f"voucher_settlement_id={settlement_id}"
    )
    assert [one["case"]["state"] for one in listed["items"]] == ["collected"]


async def test_a_provider_asks_for_the_review_of_a_claw_back_and_it_is_given_up(
    desk: Desk,
) -> None:
    of, settlement_id = await money.paid(desk)
    proposed = await money.proposed(desk, settlement_id, of.voucher["id"])
    path = {"recovery_id": proposed["case"]["id"]}
    order = {"document_number": "试人社追〔2026〕4号", "pay_within_days": 30, "reason": "冒名培训"}
    await desk.done("OrderRecovery", "approver", path=path, version=1, body=order)
    day = {"served_on": desk.clock.at.date().isoformat()}
    await desk.done("ServeRecovery", "handler", path=path, version=2, body=day)
    body = {**path, "statement": "学员均到场，有考勤为证"}
    asked = await desk.done("RequestReview", "teacher", body=body)
    review = {"review_request_id": asked["case"]["id"]}
    await desk.done("ExamineReviewRequest", "handler", path=review, version=1, body={})
    ruling = {"reason": "考勤属实", "clause": "五(一)"}
    await desk.done("UpholdReviewRequest", "releaser", path=review, version=2, body=ruling)
    assert await voucher_state(desk, of) == "paid"
    history = await desk.done("GetVoucherHistory", "worker", path={"voucher_id": of.voucher["id"]})
    assert [one["event"] for one in history["sets"]][-3:] == [
        "pay",
        "claw_back",
        "cancel_claw_back",
    ]
    await desk.idle()
    papers = await desk.done(
        "ListOfficialDocuments", "teacher", query=f"case_id={review['review_request_id']}"
    )
    assert [one["kind"] for one in papers["items"]] == ["review_decision"]


async def test_vouchers_are_settled_anew_once_their_payment_is_cancelled_before_it_is_sent(
    desk: Desk,
) -> None:
    of, settlement_id = await money.settled(desk)
    await road.ordered(desk, ("voucher_settlement", settlement_id))
    query = f"voucher_settlement_id={settlement_id}"
    (planned,) = (await desk.done("ListPayments", "handler", query=query))["items"]
    body = {"payment_id": planned["id"], "remedy": "cancel", "reason": "持券人涉嫌冒名"}
    proposed = await desk.done("ProposePaymentCorrection", "handler", body=body)
    path = {"correction_id": proposed["case"]["id"]}
    await desk.done("ApprovePaymentCorrection", "approver", path=path, version=1, body={})
    (cancelled,) = (await desk.done("ListPayments", "handler", query=query))["items"]
    assert cancelled["state"] == "cancelled"
    ended = (await money.now(desk, settlement_id))["case"]
    assert (ended["state"], ended["next_steps"]) == ("cancelled", [])
    history = await desk.done("GetVoucherHistory", "worker", path={"voucher_id": of.voucher["id"]})
    assert [one["event"] for one in history["sets"]][-2:] == ["approve", "cancel_payment"]
    anew = await money.drafted(desk, of)
    await money.reviewed(desk, anew)
    await money.approved(desk, anew)
    await road.paid(desk, ("voucher_settlement", anew))
    assert await voucher_state(desk, of) == "paid"


async def test_a_claw_back_that_nobody_orders_is_cancelled_on_paper(desk: Desk) -> None:
    of, settlement_id = await money.paid(desk)
    proposed = await money.proposed(desk, settlement_id, of.voucher["id"])
    path = {"recovery_id": proposed["case"]["id"]}
    cancelled = await desk.done(
        "CancelRecovery", "approver", path=path, version=1, body={"reason": "查无实据"}
    )
    assert cancelled["case"]["state"] == "cancelled"
    assert await voucher_state(desk, of) == "paid"
    await desk.idle()
    papers = await desk.done(
        "ListOfficialDocuments", "teacher", query=f"case_id={proposed['case']['id']}"
    )
    assert [one["kind"] for one in papers["items"]] == ["recovery_cancellation"]


async def test_the_money_of_a_voided_voucher_goes_back_by_itself(desk: Desk) -> None:
    of = await money.redeemed(desk)

    async def available_fen() -> int:
        trial = await desk.done("GetTrialBalance", "approver")
        return sum(row["balance_fen"] for row in trial["rows"] if row["account"] == "available")

    before = await available_fen()
    now = await voucher_class_road.voucher_now(desk, of.voucher)
    await desk.done(
        "VoidVoucher",
        "approver",
        path={"voucher_id": now["id"]},
        version=now["version"],
        body={"reason": "重复发放"},
    )
    assert await available_fen() == before
    await desk.idle()
    assert await available_fen() == before + FEE_FEN
