"""What decisions against somebody say on paper: facts, reasons with rule and clause, the remedy, and no number."""

from datetime import timedelta
from uuid import UUID

from domain.cases import CaseKind
from domain.official_document import stored
from service.application.filing_end import lapse_filing
from tests.integration.api import road
from tests.integration.api.desk import Desk, Json
from tests.integration.api.probes_recovering import ordered
from tests.integration.api.refusing import refused
from tests.overlays import noticed

ACCOUNT = "3200160123456789012"
PHONE = "13911112222"
CONTACT = "13977778888"
NUMBERED = f"联系电话{PHONE}，账号{ACCOUNT}"
"""What somebody might write who should not have."""
RULED: Json = {"reason": f"证书编号有误；{NUMBERED}", "clause": "通人社职〔2019〕15号 第六条"}
GROUNDS: Json = {
    "reason": f"职业不在目录；{NUMBERED}",
    "rule": "通人社职〔2019〕15号",
    "clause": "第三条",
}
REMEDY = "六十日内依法申请行政复议"


async def _papers(desk: Desk, *secrets: str) -> dict[str, list[str]]:
    """Every paper of the desk's place by kind, in order of issue; none holds anybody's number."""
    await desk.idle()
    async with desk.house.begin_work(desk.staff.system) as work:
        issued = await work.official_documents.page(after=None, limit=500)
    papers: dict[str, list[str]] = {}
    for one in issued:
        said = stored(one.paper).decode()
        for secret in (ACCOUNT, PHONE, CONTACT, "13800138000", *secrets):
            assert secret not in said, f"{one.number}: {secret}"
        papers.setdefault(one.kind, []).append(said)
    return papers


async def _act(desk: Desk, operation_id: str, who: str, name: str, case: Json, body: Json) -> Json:
    """Sign a step of a case at its version, and return the case's page."""
    path = {name: case["case"]["id"]}
    version = case["case"]["version"]
    return await desk.done(operation_id, who, path=path, version=version, body=body)


def _all_said(paper: str, *words: str) -> None:
    for word in words:
        assert word in paper, f"{word}: {paper}"


async def test_a_filing_returned_refused_terminated_or_lapsed_is_told_so(desk: Desk) -> None:
    someone = road.person()
    items = [
        {"pointer": "/roster/0", "text": f"合同缺签字，{NUMBERED}", "todo": "更换合同"},
        {
            "pointer": "/documents/labour_contracts",
            "code": "certificate_already_used",
            "text": "第二页",
            "todo": "补充说明",
        },
    ]
    path = {"filing_id": await road.submitted(desk, roster=[someone], class_name=f"班{PHONE}")}
    await desk.done("ReturnFiling", "handler", path=path, version=2, body={"items": items})
    await desk.done("SubmitFiling", "filer", path=path, version=3)
    again = {"items": items[:1], "later_reason": "更换后的合同仍缺签字"}
    await desk.done("ReturnFiling", "handler", path=path, version=4, body=again)
    await desk.done("SubmitFiling", "filer", path=path, version=5)
    await desk.done("AcceptFiling", "handler", path=path, version=6)
    await desk.done("ReviewFiling", "handler", path=path, version=7, body={})
    await desk.done("RefuseFiling", "approver", path=path, version=8, body=GROUNDS)

    early = {"filing_id": await road.listed(desk)}
    request = GROUNDS | {"ground": "request"}
    await desk.done("TerminateFiling", "approver", path=early, version=5, body=request)

    filing_id = await road.listed(desk)
    prepayment_id = await road.prepayment_requested(desk, filing_id)
    asked = {"prepayment_id": prepayment_id}
    why = {"reason": "名册与合同不一致"}
    await desk.done("ReturnPrepayment", "handler", path=asked, version=1, body=why)
    await desk.done("RequestPrepaymentAgain", "filer", path=asked, version=2, body={})
    await desk.done("ReviewPrepayment", "handler", path=asked, version=3, body={})
    await desk.done("RefusePrepayment", "approver", path=asked, version=4, body=why)
    await road.opened(desk, filing_id)
    late = {"filing_id": filing_id}
    version = await road.version_of(desk, "GetFiling", **late)
    evidence = GROUNDS | {"ground": "evidence"}
    await desk.done("TerminateFiling", "approver", path=late, version=version, body=evidence)

    lapsing = await road.listed(desk, starts_on="2026-03-03")
    async with desk.house.begin_work(desk.staff.system) as work:
        await lapse_filing(work, await work.cases.lock(CaseKind.FILING, UUID(lapsing)))
        await work.commit()

    papers = await _papers(desk, someone["citizen_id"])
    first, second, third = papers["correction"]
    _all_said(
        first, "/roster/0", "合同缺签字", "更换合同", "10个工作日", "2026年2月14日", "视为撤回"
    )
    _all_said(second, "更换后的合同仍缺签字", "前次告知书")
    _all_said(third, "名册与合同不一致", "预支申请", "请尽快补正")
    (no,) = papers["listing_refusal"]
    _all_said(no, "不予列入决定书", "职业不在目录", "通人社职〔2019〕15号 第三条", REMEDY, "班139")
    (no,) = papers["refusal"]
    _all_said(no, "不予批准决定书", "名册与合同不一致", "第1期", "4,000.00", REMEDY)
    never, ended = papers["termination"]
    _all_said(never, "你单位的申请", "培训尚未开始", REMEDY)
    _all_said(ended, "依职权查明的事实", "培训于2026年2月3日终止", "第三条", REMEDY)
    (lapsed,) = papers["lapse"]
    _all_said(lapsed, "失效通知", "2026年2月3日列入", "未提交开班报告", REMEDY)


async def test_a_recovery_is_served_by_its_receipt_and_every_step_of_it_is_on_paper(
    desk: Desk,
) -> None:
    # Prepaid 2000 yuan; the certificate is revoked: all of it is owed back.
    await road.appropriated(desk)
    someone = road.person()
    filing_id = await road.listed(desk, roster=[someone])
    await road.paid(desk, ("prepayment", await road.prepayment_approved(desk, filing_id)))
    (one,) = await road.completed(desk, filing_id)
    await road.loaded(desk, road.registered(one, someone, status="revoked"))
    settlement_id = await road.verified(desk, filing_id, road.declaration(one, grade=5))
    shown = await desk.done("GetSettlement", "handler", path={"settlement_id": settlement_id})
    returned = await _act(desk, "ReturnSettlement", "handler", "settlement_id", shown, RULED)
    declared = {"declarations": [road.declaration(one)]}
    corrected = await _act(desk, "CorrectSettlement", "filer", "settlement_id", returned, declared)
    path = {"settlement_id": settlement_id}
    version = corrected["case"]["version"]
    await desk.done("AcceptSettlement", "handler", path=path, version=version)
    await desk.idle()
    await road.signed_review(desk, settlement_id)
    version = await road.settlement_version(desk, settlement_id)
    await desk.done("RefuseSettlement", "approver", path=path, version=version, body=RULED)
    settlement_id = await road.judged(desk, filing_id, road.declaration(one))
    await road.approved(desk, settlement_id)

    body = {"settlement_id": settlement_id, "enrolment_id": one, "statement": f"已换证，{NUMBERED}"}
    asked = await desk.done("RequestReview", "filer", body=body)
    examined = await _act(desk, "ExamineReviewRequest", "handler", "review_request_id", asked, {})
    ruling = {"reason": "证书已注销", "clause": "第八条"}
    await _act(desk, "DismissReviewRequest", "releaser", "review_request_id", examined, ruling)

    found = await desk.done("ListRecoveries", "filer", query=f"filing_id={filing_id}")
    (owed,) = found["items"]
    order = {
        "document_number": "试人社追〔2027〕9号",
        "pay_within_days": 30,
        "reason": "证书注销",
        "clause": "第八条",
    }
    decided = await _act(desk, "OrderRecovery", "approver", "recovery_id", owed, order)
    await desk.idle()
    recovery = {"recovery_id": owed["case"]["id"]}
    version = decided["case"]["version"]
    unsigned = desk.ask("ServeRecovery", "handler", path=recovery, version=version, body={})
    await refused(desk, unsigned, "order_not_signed_for")
    waiting = await desk.done(
        "ListOfficialDocuments", "filer", query="kind=recovery_order&served=false"
    )
    (document,) = waiting["items"]
    signed_on = desk.clock.at.date()
    receipt = {"document_id": document["id"]}
    await desk.done("SignForOfficialDocument", "filer", path=receipt)
    still = await desk.done("ListOfficialDocuments", "filer", query="served=false")
    assert document["id"] not in {waits["id"] for waits in still["items"]}
    of_case = f"case_id={owed['case']['id']}&served=true"
    signed = await desk.done("ListOfficialDocuments", "filer", query=of_case)
    assert [(one["kind"], one["served_on"]) for one in signed["items"]] == [
        ("recovery_order", signed_on.isoformat())
    ]
    desk.clock.at += timedelta(days=3)
    served = await _act(desk, "ServeRecovery", "handler", "recovery_id", decided, {})
    assert served["served_on"] == signed_on.isoformat()
    assert served["due_on"] == (signed_on + timedelta(days=30)).isoformat()
    contest = {"reason": "学徒已取得证书"}
    contested = await _act(desk, "ContestRecovery", "filer", "recovery_id", served, contest)
    upheld = await _act(
        desk,
        "UpholdRecovery",
        "releaser",
        "recovery_id",
        contested,
        {"reason": "经复核，证书已注销"},
    )
    proof = {"proof_reference": "（2027）试破1号"}
    claimed = await _act(desk, "ClaimInInsolvency", "handler", "recovery_id", upheld, proof)
    asked = await _act(desk, "AskWriteOff", "handler", "recovery_id", claimed, proof)
    await _act(desk, "WriteOffRecovery", "finance", "recovery_id", asked, {"reason": "破产终结"})

    papers = await _papers(desk, someone["citizen_id"])
    reference = owed["reference"]
    (again,) = papers["correction"]
    _all_said(again, "结算申请", "证书编号有误", "第六条", "10个工作日")
    (no,) = papers["refusal"]
    _all_said(no, "整体不予批准", "证书编号有误", "第六条", REMEDY)
    (schedule,) = papers["settlement_application"]
    _all_said(schedule, "申报证书核验不符", f"追缴编号{reference}", "2,000.00", "张三")
    (demand,) = papers["recovery_order"]
    _all_said(
        demand, "试人社追〔2027〕9号", "2,000.00", reference, "证书注销", "第八条", "30日内", REMEDY
    )
    of_line, of_recovery = papers["review_decision"]
    _all_said(of_line, "学徒张三", "已换证", "维持原决定", "证书已注销", "第八条", REMEDY)
    _all_said(of_recovery, reference, "学徒已取得证书", "维持原决定", REMEDY)
    (off,) = papers["write_off"]
    _all_said(off, "（2027）试破1号", "破产终结", "核销不免除债务", desk.staff.enterprise.name)
    internal = await desk.done("ListOfficialDocuments", "finance", query="kind=write_off")
    (paper,) = internal["items"]
    assert paper["addressee"] == "bureau"
    receipt = {"document_id": paper["id"]}
    await refused(desk, desk.ask("SignForOfficialDocument", "filer", path=receipt), "not_addressee")


async def test_a_recovery_that_no_settlement_found_is_ordered_on_its_own_ground(
    desk: Desk,
) -> None:
    recovery_id, _ = await ordered(desk)
    (demand,) = (await _papers(desk))["recovery_order"]
    shown = await desk.done("GetRecovery", "filer", path={"recovery_id": recovery_id})
    _all_said(demand, "审计发现", "0.01", shown["reference"], "试人社追〔2026〕1号", REMEDY)
    assert "计算说明" not in demand


async def test_a_notice_an_objection_upheld_and_holds_are_on_paper(desk: Desk) -> None:
    desk.under(*noticed())
    someone = road.person(name="欧阳雪")
    filing_id = await road.listed(desk, roster=[someone])
    (one,) = await road.completed(desk, filing_id)
    await road.loaded(desk, road.registered(one, someone))
    settlement_id = await road.judged(desk, filing_id, road.declaration(one))
    notice_id = await road.published(desk, settlement_id)
    statement = f"本人{NUMBERED}"
    objection_id = await road.objected(desk, notice_id, line_no=1, statement=statement)
    path = {"objection_id": objection_id}
    ruling = {"reason": "缺勤属实", "clause": "五(一)"}
    await desk.done("ExamineObjection", "handler", path=path, version=1, body={})
    await desk.done("UpholdObjection", "approver", path=path, version=2, body=ruling)
    answer = {"answer": f"异议成立，{NUMBERED}"}
    await desk.done("AnswerObjection", "handler", path=path, version=3, body=answer)
    for target, target_id in (
        ("person", one),
        ("enterprise", str(desk.staff.enterprise.id)),
        ("provider", str(desk.staff.provider.id)),
    ):
        hold_id = await road.imposed(desk, target, target_id)
        lifting = {"reason": "已查清"}
        await desk.done("LiftHold", "approver", path={"hold_id": hold_id}, version=2, body=lifting)

    papers = await _papers(desk, someone["citizen_id"])
    (public,) = papers["public_notice"]
    _all_said(public, "社会公众", "7个自然日", "2027年4月1日", "2027年4月8日", "欧*", "4,000.00")
    _all_said(public, f"/v1/notices/{notice_id}/objections", desk.staff.enterprise.name)
    assert "欧阳雪" not in public
    (told,) = papers["objection_answer"]
    _all_said(told, "异议人", "学徒欧*", "异议成立", "缺勤属实", "五(一)")
    assert "欧阳雪" not in told
    assert "本人" not in told
    of_person, of_enterprise, of_provider = papers["hold"]
    masked = f"{someone['citizen_id'][:3]}{'*' * 11}{someone['citizen_id'][-4:]}"
    _all_said(of_person, f"学徒欧阳雪（{masked}）", "属实", "启人社〔2026〕7号", "2030年1月1日")
    _all_said(of_enterprise, f"企业{desk.staff.enterprise.name}", "申请复核")
    _all_said(of_provider, desk.staff.provider.name, REMEDY)
    assert len(papers["hold_lifted"]) == 3
    assert all("已查清" in lifted for lifted in papers["hold_lifted"])
    waits = await desk.done("ListOfficialDocuments", "teacher", query="kind=hold&served=false")
    (document,) = waits["items"]
    receipt = {"document_id": document["id"]}
    signed = await desk.done("SignForOfficialDocument", "teacher", path=receipt)
    assert signed["served_on"] is not None
    bureaus = await desk.done("ListOfficialDocuments", "handler", query="kind=public_notice")
    assert [one["addressee"] for one in bureaus["items"]] == ["public"]
    unserved = await desk.done(
        "ListOfficialDocuments", "handler", query="kind=public_notice&served=false"
    )
    assert unserved["items"] == []
