"""Every way that a case can go, walked over real HTTP before anything is fuzzed.

What a road leaves behind is what the fuzzing finds: cases in every state, with all that hangs on them.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from domain.ports.sheets import CSV, XLSX
from tests import documents
from tests.fuzz.voucher_class_roads import voucher_classes
from tests.fuzz.voucher_money_roads import voucher_settlements
from tests.fuzz.voucher_roads import vouchers
from tests.integration.api import class_road, road
from tests.integration.api.desk import BY_ID, Desk, Json
from tests.integration.api.probes_ends import NOTICE, PAUSE
from tests.integration.api.test_class_record import HEADER
from tests.integration.api.test_filing_ends import GROUNDS
from tests.integration.api.test_roster import drafted, importing, row
from tests.integration.api.whole_road import READ_BY
from tests.sheet_files import HEADINGS, csv_of, xlsx_of

NOTICED_FROM: Final = "2027-04-08"
"""From this day the place's own additions ask for a notice of every settlement."""
NOTICED: Final = datetime(2027, 4, 10, 1, tzinfo=UTC)
CORRECTED: Final = {"reason": "更正结业日期", "document_number": "试人社更〔2027〕1号"}
WHY: Final = {"reason": "情况不符"}
RULING: Final = {"reason": "经核查", "clause": "五(一)"}
RETURN: Final = {"reason": "请一次补正", "clause": "第六条"}
PROOF: Final = {"proof_reference": "（2027）试破1号"}


async def act(
    desk: Desk, operation_id: str, who: str, case_id: str, body: object = None, **how: object
) -> Json:
    """Sign a step of a case at the version that it has now."""
    operation = BY_ID[operation_id]
    (name,) = operation.parameters
    version = await road.version_of(desk, READ_BY[name], **{name: case_id})
    if body is None and operation.takes_body and "content" not in how:
        body = {}
    return await desk.done(
        operation_id, who, path={name: case_id}, version=version, body=body, **how
    )


async def walked(desk: Desk) -> None:
    """Walk every road in one place, and let the worker finish."""
    for walk in ROADS:
        await walk(desk)
        await desk.idle()


async def policies(desk: Desk) -> None:
    """Two are refused, one is withdrawn, one is signed by both departments and holds."""
    for operation_id, who in (
        ("RefusePolicyForLabour", "second"),
        ("RefusePolicyForFinance", "finance"),
    ):
        await act(desk, operation_id, who, await road.policy_proposed(desk), WHY)
    await act(desk, "WithdrawPolicy", "approver", await road.policy_proposed(desk))
    policy = road.overlay(
        desk,
        valid_from=NOTICED_FROM,
        notice={
            "of": ["settlement"],
            "days": 7,
            "unit": "calendar",
            "first_day_counts": False,
            "names": "people",
        },
    )
    proposal_id = await road.policy_proposed(desk, policy)
    await act(desk, "SimulatePolicy", "approver", proposal_id)
    signature = {"document_number": policy["document"]}
    await act(desk, "SignPolicyForLabour", "second", proposal_id, signature)
    await act(desk, "SignPolicyForFinance", "finance", proposal_id, signature)
    await desk.done(
        "SimulatePolicy", "officer", path={"proposal_id": await _drafted(desk)}, version=1
    )


async def _drafted(desk: Desk) -> str:
    policy = road.overlay(desk, id="waiting", valid_from="2028-01-01")
    body = {"policy": policy | {"document": "试人社〔2028〕1号"}}
    drafted_ = await desk.done("DraftPolicy", "officer", body=body)
    return str(drafted_["case"]["id"])


async def budgets(desk: Desk) -> None:
    """An appropriation is entered wrong, withdrawn by who drafted it, and its document entered again."""
    body = {
        "fund_source": road.FUND,
        "budget_year": road.YEAR,
        "amount_fen": 1,
        "document_number": f"试财〔{road.YEAR}〕{desk.staff.region_code}-1号",
    }
    case = (await desk.done("DraftAppropriation", "finance", body=body))["case"]
    await act(desk, "WithdrawAppropriation", "finance", case["id"], WHY)
    await desk.done("DraftAppropriation", "finance", body=body | {"amount_fen": 2})


async def filings(desk: Desk) -> None:
    """A filing is drafted, imported anew, returned, corrected, sent back and refused; others end early."""
    case = await drafted(desk)
    filing_id = str(case["id"])
    roster = json.dumps({"roster": [road.person()]}).encode()
    for raw, media in (
        (roster, "application/json"),
        (csv_of([HEADINGS, row()]), CSV),
        (xlsx_of([HEADINGS, row()]), XLSX),
    ):
        version = await road.version_of(desk, "GetFiling", filing_id=filing_id)
        answer = await desk.send(importing(desk, case | {"version": version}, raw, media))
        assert answer.is_success, answer.text
    path = {"filing_id": filing_id}
    for kind in documents.KINDS:
        await _uploaded(desk, "UploadFilingDocument", path, kind, documents.NAMES[kind])
    extra = await _uploaded(desk, "UploadFilingDocument", path, "other_material", "说明.pdf")
    for operation_id in ("GetDocument", "DownloadDocument"):
        ask = desk.ask(operation_id, "filer", path={"document_id": extra})
        assert (await desk.send(ask)).is_success, operation_id
    await desk.done("WithdrawDocument", "filer", path={"document_id": extra})
    await _declared(desk, "DeclareFilingDocuments", path)
    await _uploaded(desk, "UploadFilingDocument", path, "other_material", "说明.pdf")
    await act(desk, "SubmitFiling", "filer", filing_id)
    await act(desk, "ReturnFiling", "handler", filing_id, NOTICE)
    plan = road.plan(desk, people=1)
    del plan["region_code"], plan["submit"], plan["documents"]
    await act(desk, "CorrectFiling", "filer", filing_id, plan)
    await act(desk, "SubmitFiling", "filer", filing_id)
    await act(desk, "PauseClock", "handler", filing_id, PAUSE)
    await act(desk, "ResumeClock", "handler", filing_id, PAUSE)
    await act(desk, "AcceptFiling", "handler", filing_id)
    await road.accounts_verified(desk)
    await act(desk, "ReviewFiling", "handler", filing_id)
    await act(desk, "SendBackFiling", "approver", filing_id, WHY)
    await act(desk, "ReviewFiling", "handler", filing_id, WHY | {"advice": "refuse"})
    await act(desk, "RefuseFiling", "approver", filing_id, GROUNDS)
    await act(desk, "WithdrawFiling", "filer", await road.submitted(desk))
    body = GROUNDS | {"ground": "request"}
    await act(desk, "TerminateFiling", "approver", await road.listed(desk), body)


async def _uploaded(desk: Desk, operation_id: str, path: Json, kind: str, name: str) -> str:
    query = f"kind={kind}&file_name={quote(name)}"
    done = await desk.done(operation_id, "filer", path=path, query=query, content=documents.PDF)
    return str(done["id"])


async def _declared(desk: Desk, operation_id: str, path: Json) -> None:
    (one,) = documents.declared_json("training_plan")
    body = {"documents": [one | {"kind": "other_material", "file_name": "说明.pdf"}]}
    await desk.done(operation_id, "filer", path=path, body=body)


async def classes(desk: Desk) -> None:
    """A joint class is planned and confirmed; another class keeps its record."""
    await road.joint_class(desk)
    desk.begin_again()
    filing_id = await _listed_by_provider(desk)
    await road.opened(desk, filing_id)
    path = {"filing_id": filing_id}
    one, _ = await road.people_of(desk, filing_id)
    mentor = {"name": "李师傅", "kind": "enterprise", "occupation_name": "车工", "people": [one]}
    await desk.done("AddMentors", "filer", path=path, body={"mentors": [mentor]})
    session_id, other = await class_road.sessions(
        desk, path, class_road.session(), class_road.session(starts="13:00", ends="14:00")
    )
    entry = {"session_id": session_id, "enrolment_id": one, "entry_id": "gate-1"}
    await desk.done("AddAttendance", "teacher", path=path, body={"entries": [entry]})
    rows = "\r\n".join((HEADER, f"{other},{one},gate-2,1,,,", ""))
    await desk.done("ImportAttendance", "teacher", path=path, body=rows)
    await desk.done(
        "AddClassEvidence", "filer", path=path, body={"evidence": [class_road.evidence()]}
    )
    await desk.done(
        "AddReceipts", "teacher", path=path, body={"receipts": [class_road.receipt(desk)]}
    )
    outcome = {"enrolment_id": one, "outcome": "completed", "day": road.STARTS}
    await desk.done("ProposeCompletion", "teacher", path=path, body={"outcomes": [outcome]})


async def _listed_by_provider(desk: Desk) -> str:
    declared = documents.declared_json(*documents.NAMES)
    plan = road.plan(desk, **class_road.by_provider(desk, documents=declared))
    filing_id = str((await desk.done("CreateFiling", "filer", body=plan))["case"]["id"])
    for kind, name in documents.NAMES.items():
        await _uploaded(desk, "UploadFilingDocument", {"filing_id": filing_id}, kind, name)
    await road.accounts_verified(desk)
    await act(desk, "AcceptFiling", "handler", filing_id)
    reviewed = (await act(desk, "ReviewFiling", "handler", filing_id))["case"]
    listing = road.listing("试人社〔2026〕1号", (filing_id, reviewed["version"]))
    await desk.done("ListFilings", "approver", body=listing)
    return filing_id


async def prepayments(desk: Desk) -> None:
    """Returned, sent back, refused, cancelled."""
    desk.begin_again()
    await road.appropriated(desk)
    one = await road.prepayment_requested(desk, await road.listed(desk))
    await act(desk, "ReturnPrepayment", "handler", one, WHY)
    await act(desk, "RequestPrepaymentAgain", "filer", one, {"reason": "已补充"})
    await act(desk, "ReviewPrepayment", "handler", one)
    await act(desk, "SendPrepaymentBack", "approver", one, WHY)
    await act(desk, "ReviewPrepayment", "handler", one)
    await act(desk, "RefusePrepayment", "approver", one, WHY)
    other = await road.prepayment_requested(desk, await road.listed(desk))
    await act(desk, "CancelPrepayment", "filer", other)


async def payments(desk: Desk) -> None:
    """Requests returned and refused, batches split and cancelled, payments returned and corrected."""
    desk.begin_again()
    subjects = []
    for _ in range(2):
        prepayment_id = await road.prepayment_approved(desk, await road.listed(desk))
        subjects.append(("prepayment", prepayment_id))
    for operation_id in ("ReturnFundingRequest", "RefuseFundingRequest"):
        body = road.funding(*subjects)
        asked = await desk.done("CreateFundingRequest", "handler", body=body)
        await act(desk, operation_id, "finance", asked["case"]["id"], WHY)
        path = {"request_id": asked["case"]["id"]}
        await desk.done("GetFundingRequestHistory", "handler", path=path)
    query = f"fund_source={road.FUND}&budget_year={road.YEAR}"
    await desk.done("ListBudgetQueue", "finance", query=query)
    await road.ordered(desk, *subjects)
    batch_id = await road.sealed(desk)
    held = await desk.done("ListPayments", "handler")
    one = next(payment for payment in held["items"] if payment["batch_id"] == batch_id)
    taken_out = {"payment_ids": [one["id"]], "reason": "账户变更"}
    await act(desk, "SplitBatch", "handler", batch_id, taken_out)
    waiting = await road.sealed(desk)
    await act(desk, "CancelBatch", "releaser", waiting, WHY)
    batch_id = await road.sent(desk)
    lines = [line.replace(",paid,", ",rejected,") for line in await road.answers_to(desk, batch_id)]
    path = {"batch_id": batch_id}
    await desk.done("LoadBankResult", "handler", path=path, body=road.bank_file(*lines))
    await desk.idle()
    found = await desk.done("ListPayments", "handler", query="state=returned")
    payment = found["items"][-1]
    ask = {
        "payment_id": payment["id"],
        "remedy": "pay_again",
        "payee_account_id": payment["payee_account_id"],
        "reason": "银行更正",
    }
    asked = await desk.done("ProposePaymentCorrection", "filer", body=ask)
    await act(desk, "TakeUpPaymentCorrection", "handler", asked["case"]["id"])
    await act(desk, "RefusePaymentCorrection", "approver", asked["case"]["id"], WHY)
    await road.paid_again(desk, payment["id"])
    body = {
        "region_code": desk.staff.region_code,
        "account_name": desk.staff.enterprise.name,
        "account_number": "6222021234567890123",
        "bank_code": "102100099996",
    }
    declared = await desk.done("DeclarePayeeAccount", "filer", body=body)
    await act(desk, "RefusePayeeAccount", "handler", declared["case"]["id"], WHY)


async def holds(desk: Desk) -> None:
    """A hold refused, one lifted after a review was dismissed, one lifted by a review."""
    desk.begin_again()
    filing_id = await road.listed(desk)
    proposed = await desk.done("ProposeHold", "handler", body=road.hold_on("filing", filing_id))
    await act(desk, "RefuseHold", "approver", proposed["case"]["id"], WHY)
    hold_id = await road.imposed(desk, "filing", filing_id)
    body = {"hold_id": hold_id, "statement": "请予复核"}
    asked = (await desk.done("RequestReview", "filer", body=body))["case"]["id"]
    await act(desk, "ExamineReviewRequest", "handler", asked)
    await act(desk, "DismissReviewRequest", "releaser", asked, RULING)
    await act(desk, "LiftHold", "approver", hold_id, WHY)
    await road.lifted_by_review(desk, await road.imposed(desk, "filing", filing_id))


async def settlements(desk: Desk) -> None:
    """A settlement goes every way but a notice, confirmed by hand and by a register's word."""
    desk.begin_again()
    stays, leaves = road.person(), road.person()
    filing_id = await road.listed(desk, roster=[stays, leaves])
    await road.paid(desk, ("prepayment", await road.prepayment_approved(desk, filing_id)))
    one, _ = await road.completed(desk, filing_id, left=[1])
    await road.loaded(desk, road.registered(one, stays))
    register_id = await road.subsidies_loaded(desk, road.subsidy(leaves))
    await desk.done("GetSubsidyRegister", "handler", path={"register_id": register_id})
    await desk.done("ListSubsidyRegisters", "handler")
    settlement_id = await road.drafted(desk, filing_id, road.declaration(one))
    path = {"settlement_id": settlement_id}
    await _declared(desk, "DeclareSettlementDocuments", path)
    await _uploaded(desk, "UploadSettlementDocument", path, "other_material", "说明.pdf")
    await act(desk, "SubmitSettlement", "filer", settlement_id)
    await act(desk, "WithdrawSettlement", "filer", settlement_id)
    settlement_id = await road.verified(desk, filing_id, road.declaration(one, grade=5))
    await act(desk, "ReturnSettlement", "handler", settlement_id, RETURN)
    body = {"declarations": [road.declaration(one)]}
    await act(desk, "CorrectSettlement", "filer", settlement_id, body)
    await act(desk, "AcceptSettlement", "handler", settlement_id)
    await desk.idle()
    await road.loaded(desk, road.registered(one, stays, evaluated_on="2027-01-16"))
    await act(desk, "VerifySettlementAgain", "handler", settlement_id)
    await desk.idle()
    finding_id = await road.proposed(desk, settlement_id)
    await act(desk, "RejectManualFinding", "releaser", finding_id, WHY)
    await road.confirmed(desk, settlement_id)
    await act(desk, "ReviewSettlement", "handler", settlement_id)
    await act(desk, "SendSettlementBack", "approver", settlement_id)
    await act(desk, "ReviewSettlement", "handler", settlement_id)
    await act(desk, "ReopenReview", "handler", settlement_id)
    await act(desk, "ReviewSettlement", "handler", settlement_id)
    await act(desk, "RefuseSettlement", "approver", settlement_id, RETURN)
    await road.approved(desk, await road.judged(desk, filing_id, road.declaration(one)))
    await desk.idle()
    person = {"filing_id": filing_id, "enrolment_id": one}
    await desk.done("ExplainPerson", "filer", path=person)


async def revocations(desk: Desk) -> None:
    """A certificate is revoked after it was settled, and the money comes back."""
    desk.begin_again()
    apprentice = road.person()
    filing_id = await road.listed(desk, roster=[apprentice])
    await road.paid(desk, ("prepayment", await road.prepayment_approved(desk, filing_id)))
    (one,) = await road.completed(desk, filing_id)
    await road.loaded(desk, road.registered(one, apprentice))
    await road.approved(desk, await road.judged(desk, filing_id, road.declaration(one)))
    await desk.idle()
    (entry, *_) = (await desk.done("ListArchiveEntries", "handler"))["items"]
    await desk.done(
        "CorrectArchiveEntry", "approver", path={"entry_id": entry["id"]}, body=CORRECTED
    )
    await road.loaded(desk, road.registered(one, apprentice, status="revoked"))
    opened = await desk.done("OpenSettlement", "handler", path={"filing_id": filing_id}, body=WHY)
    await desk.idle()
    settlement_id = str(opened["case"]["id"])
    await act(desk, "ReviewSettlement", "handler", settlement_id)
    await act(desk, "ApproveSettlement", "approver", settlement_id)
    await _recovered(desk, filing_id)


async def _recovered(desk: Desk, filing_id: str) -> None:
    listed = await desk.done("ListRecoveries", "handler", query=f"filing_id={filing_id}")
    recovery_id = str(listed["items"][0]["case"]["id"])
    order = {"document_number": "试人社追〔2027〕9号", "pay_within_days": 30, "clause": "第八条"}
    await act(desk, "OrderRecovery", "approver", recovery_id, order)
    served_on = {"served_on": desk.clock.at.date().isoformat()}
    await act(desk, "ServeRecovery", "handler", recovery_id, served_on)
    await act(desk, "ContestRecovery", "filer", recovery_id)
    upheld = await act(desk, "UpholdRecovery", "releaser", recovery_id)
    await road.received(desk, ("S-1", upheld["reference"], 150_000))
    await act(desk, "ClaimInInsolvency", "handler", recovery_id, PROOF)
    await act(desk, "AskWriteOff", "handler", recovery_id, PROOF)
    await act(desk, "DeclineWriteOff", "finance", recovery_id)
    await act(desk, "EnforceRecovery", "approver", recovery_id)
    await act(desk, "AskWriteOff", "handler", recovery_id, PROOF)
    await act(desk, "WriteOffRecovery", "finance", recovery_id)


async def notices(desk: Desk) -> None:
    """A finding excused, a notice withdrawn, objections upheld and dismissed, a notice that runs."""
    desk.begin_again()
    someone = road.person()
    filing_id = await road.listed(desk, roster=[someone])
    await road.paid(desk, ("prepayment", await road.prepayment_approved(desk, filing_id)))
    recovery_id = await road.recovery_proposed(desk, filing_id)
    await act(desk, "CancelRecovery", "approver", recovery_id, WHY)
    (one,) = await road.completed(desk, filing_id)
    await road.loaded(desk, road.registered(one, someone, status="revoked"))
    desk.clock.at = NOTICED
    settlement_id = await road.verified(desk, filing_id, road.declaration(one))
    excused = {"enrolment_id": one, "reason": "抄写漏位"}
    await act(desk, "ExcuseDeclaration", "handler", settlement_id, excused)
    await act(desk, "ReviewSettlement", "handler", settlement_id)
    notice_id = await road.published(desk, settlement_id)
    objection_id = await road.objected(desk, notice_id)
    await act(desk, "ExamineObjection", "handler", objection_id)
    await act(desk, "UpholdObjection", "approver", objection_id, RULING)
    await act(desk, "WithdrawNotice", "approver", notice_id, WHY)
    await desk.idle()
    await act(desk, "ReviewSettlement", "handler", settlement_id)
    await road.objected_in_vain(desk, await road.published(desk, settlement_id))


async def papers(desk: Desk) -> None:
    """The addressee signs for a document."""
    found = await desk.done("ListOfficialDocuments", "filer")
    path = {"document_id": found["items"][0]["id"]}
    for kind in ("", "Page", "Pdf"):
        operation_id = f"GetOfficialDocument{kind}"
        answer = await desk.send(desk.ask(operation_id, "filer", path=path))
        assert answer.is_success, operation_id
    await desk.done("SignForOfficialDocument", "filer", path=path)


async def waiting(desk: Desk) -> None:
    """Cases that wait for their next step, so that whoever fuzzes can take it."""
    at = desk.clock.at
    desk.begin_again()
    await drafted(desk)
    await road.submitted(desk)
    await road.reviewed(desk)
    filing_id = await road.listed(desk)
    await road.prepayment_requested(desk, filing_id)
    await road.ordered(
        desk, ("prepayment", await road.prepayment_approved(desk, await road.listed(desk)))
    )
    await road.policy_proposed(desk, road.overlay(desk, id="later", valid_from="2029-01-01"))
    await desk.done("PlanJointClass", "organiser", body=road.class_plan(desk))
    await desk.idle()
    desk.clock.at = at


ROADS: Final[Sequence[Callable[[Desk], Awaitable[None]]]] = (
    policies,
    budgets,
    filings,
    classes,
    prepayments,
    payments,
    holds,
    settlements,
    revocations,
    notices,
    papers,
    voucher_classes,
    voucher_settlements,
    vouchers,
    waiting,
)
