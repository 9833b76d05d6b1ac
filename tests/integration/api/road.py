"""The road over HTTP: each helper asks what one person asks, and lets the worker do its part."""

import csv
import io
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from domain.bank_result import COLUMNS as BANK_COLUMNS
from domain.extract_file import COLUMNS as EXTRACT_COLUMNS
from domain.ports.sheets import CSV
from jobs.notice import END_DUE_NOTICES
from jobs.run import NOWHERE
from tests import documents
from tests.integration.api.desk import FILED, Desk, Json
from tests.people import citizen_id
from tests.sheet_files import csv_of

FUND = "employment_subsidy"
YEAR = 2026
STARTS = "2026-02-03"
ENDS = "2027-02-02"
SETTLES = datetime(2027, 4, 1, 1, tzinfo=UTC)


def person(**changed: object) -> Json:
    """An apprentice who could be paid for, a new one each time."""
    return {
        "name": "张三",
        "citizen_id": citizen_id(),
        "phone": "13800138000",
        "category": "new_hire",
        "hired_on": "2025-09-01",
        "contract_months": 24,
        "claim_basis": "insurance_place",
    } | changed


def plan(desk: Desk, *, people: int = 2, **changed: object) -> Json:
    """A plan that fits the standard, submitted in the same act."""
    return {
        "region_code": desk.staff.region_code,
        "class_name": "车工中级工班",
        "occupation_code": "6-18-01-01",
        "occupation_name": "车工",
        "target_grade": 4,
        "training_mode": "in_house",
        "starts_on": STARTS,
        "filed_months": 12,
        "fund_source": FUND,
        "payee": {
            "account_name": desk.staff.enterprise.name,
            "account_number": "3200160123456789012",
            "bank_code": "102100099996",
        },
        "roster": [person() for _ in range(people)],
        "submit": True,
        "documents": documents.declared_json(*kinds_of(changed)),
    } | changed


def kinds_of(plan: Mapping[str, object]) -> Sequence[str]:
    """The documents that a plan is filed with: the cooperation agreement where there is a provider."""
    with_provider = plan.get("training_mode") == "provider"
    return tuple(documents.NAMES) if with_provider else documents.KINDS


async def appropriated(desk: Desk, *, year: int = YEAR, amount_fen: int = 10_000_000) -> str:
    """Money for one year, signed by both finance people."""
    drafted = await desk.done(
        "DraftAppropriation",
        "finance",
        body={
            "fund_source": FUND,
            "budget_year": year,
            "amount_fen": amount_fen,
            "document_number": f"试财〔{year}〕{desk.staff.region_code}-{amount_fen}号",
        },
    )
    case = drafted["case"]
    await desk.done(
        "ApproveAppropriation",
        "finance_second",
        path={"appropriation_id": case["id"]},
        version=case["version"],
    )
    return str(case["id"])


def class_plan(desk: Desk, **changed: object) -> Json:
    """The plan of a joint class with the terms that `plan` files."""
    return {
        "region_code": desk.staff.region_code,
        "class_name": "2026 年第一期集中开班",
        "occupation_code": "6-18-01-01",
        "occupation_name": "车工",
        "target_grade": 4,
        "filed_months": 12,
        "starts_on": STARTS,
        "document_number": "试商会〔2026〕3号",
    } | changed


async def joint_class(desk: Desk, **changed: object) -> str:
    """A joint class planned by the organiser and confirmed by the bureau."""
    planned = await desk.done("PlanJointClass", "organiser", body=class_plan(desk, **changed))
    joint_class_id = str(planned["case"]["id"])
    path = {"joint_class_id": joint_class_id}
    await desk.done("ConfirmJointClass", "handler", path=path, version=1, body={})
    return joint_class_id


async def submitted(desk: Desk, **how: Any) -> str:
    """A submitted filing, the contents of its documents sent after."""
    made = await desk.done("CreateFiling", "filer", body=plan(desk, **how))
    for kind in kinds_of(how):
        await desk.done(
            "UploadFilingDocument",
            "filer",
            path={"filing_id": made["case"]["id"]},
            query=f"kind={kind}&file_name={quote(documents.NAMES[kind])}",
            content=documents.PDF,
        )
    return str(made["case"]["id"])


async def accounts_verified(desk: Desk) -> None:
    """Every payee account that waits is verified."""
    waiting = await desk.done("ListPayeeAccounts", "handler", query="state=declared")
    for one in waiting["items"]:
        case = one["case"]
        path = {"account_id": case["id"]}
        await desk.done(
            "VerifyPayeeAccount", "handler", path=path, version=case["version"], body={}
        )


async def reviewed(desk: Desk, **how: Any) -> str:
    """A filing accepted and reviewed."""
    filing_id = await submitted(desk, **how)
    path = {"filing_id": filing_id}
    await accounts_verified(desk)
    accepted = await desk.done("AcceptFiling", "handler", path=path, version=2)
    version = accepted["case"]["version"]
    await desk.done("ReviewFiling", "handler", path=path, version=version, body={})
    return filing_id


async def version_of(desk: Desk, operation_id: str, **path: str) -> int:
    """Read a case's version."""
    return int((await desk.done(operation_id, "handler", path=path))["case"]["version"])


async def listed(desk: Desk, **how: Any) -> str:
    """A filing in the plan."""
    filing_id = await reviewed(desk, **how)
    version = await version_of(desk, "GetFiling", filing_id=filing_id)
    await desk.done(
        "ListFilings",
        "approver",
        body=listing(f"试人社〔2026〕{filing_id}号", (filing_id, version)),
    )
    return filing_id


def listing(document_number: str, *filings: tuple[str, int]) -> Json:
    """A listing decision."""
    return {
        "document_number": document_number,
        "filings": [{"filing_id": one, "version": version} for one, version in filings],
    }


async def prepayment_requested(desk: Desk, filing_id: str) -> str:
    """A prepayment asked for."""
    asked = await desk.done("RequestPrepayment", "filer", body={"filing_id": filing_id})
    return str(asked["case"]["id"])


async def prepayment_reviewed(desk: Desk, filing_id: str) -> str:
    """A prepayment reviewed."""
    prepayment_id = await prepayment_requested(desk, filing_id)
    path = {"prepayment_id": prepayment_id}
    await desk.done("ReviewPrepayment", "handler", path=path, version=1, body={})
    return prepayment_id


async def prepayment_approved(desk: Desk, filing_id: str) -> str:
    """A prepayment approved."""
    prepayment_id = await prepayment_reviewed(desk, filing_id)
    path = {"prepayment_id": prepayment_id}
    await desk.done("ApprovePrepayment", "approver", path=path, version=2, body={})
    return prepayment_id


def funding(*subjects: tuple[str, str], year: int = YEAR, fund_source: str = FUND) -> Json:
    """A funding request for subjects, each a kind and an id."""
    return {
        "fund_source": fund_source,
        "budget_year": year,
        "subjects": [{"kind": kind, "id": subject_id} for kind, subject_id in subjects],
    }


async def ordered(desk: Desk, *subjects: tuple[str, str], year: int = YEAR) -> str:
    """A funding request in which finance has concurred, its payments planned by the worker."""
    asked = await desk.done("CreateFundingRequest", "handler", body=funding(*subjects, year=year))
    case = asked["case"]
    path = {"request_id": case["id"]}
    await desk.done("ConcurFundingRequest", "finance", path=path, version=case["version"], body={})
    await desk.idle()
    return str(case["id"])


async def sealed(desk: Desk, *, year: int = YEAR) -> str:
    """A sealed batch of all that waits."""
    body = {"fund_source": FUND, "budget_year": year}
    return str((await desk.done("CreateBatch", "handler", body=body))["case"]["id"])


async def sent(desk: Desk, *, year: int = YEAR) -> str:
    """A batch that is with the bank."""
    batch_id = await sealed(desk, year=year)
    path = {"batch_id": batch_id}
    version = await version_of(desk, "GetBatch", batch_id=batch_id)
    await desk.done("ReleaseBatch", "releaser", path=path, version=version, body={})
    await desk.idle()
    return batch_id


def bank_file(*rows: str) -> str:
    """A bank's file."""
    return "\r\n".join((",".join(BANK_COLUMNS), *rows, ""))


async def answers_to(desk: Desk, batch_id: str) -> list[str]:
    """What a bank that pays everything would answer to the exported file."""
    path = {"batch_id": batch_id}
    exported = await desk.send(desk.ask("ExportBatch", "handler", path=path))
    assert exported.status_code == 200, exported.text
    _, columns, *rows = list(csv.reader(io.StringIO(exported.text)))
    day = desk.clock.at.date().isoformat()
    return [
        f"B-{row['payment_reference']},{row['payment_reference']},paid,{row['amount_fen']},{day},"
        for row in (dict(zip(columns, cells, strict=True)) for cells in rows)
    ]


async def paid(desk: Desk, *subjects: tuple[str, str], year: int = YEAR) -> str:
    """Subjects taken through funding request, batch and the bank's confirmation; the result's id."""
    await ordered(desk, *subjects, year=year)
    batch_id = await sent(desk, year=year)
    body = bank_file(*await answers_to(desk, batch_id))
    loaded = await desk.done("LoadBankResult", "handler", path={"batch_id": batch_id}, body=body)
    await desk.idle()
    return str(loaded["id"])


async def returned(desk: Desk, *subjects: tuple[str, str], year: int = YEAR) -> str:
    """Subjects whose one payment the bank refuses; the payment's id."""
    await ordered(desk, *subjects, year=year)
    batch_id = await sent(desk, year=year)
    lines = [line.replace(",paid,", ",rejected,") for line in await answers_to(desk, batch_id)]
    path = {"batch_id": batch_id}
    await desk.done("LoadBankResult", "handler", path=path, body=bank_file(*lines))
    await desk.idle()
    found = await desk.done("ListPayments", "handler", query="state=returned")
    return str(found["items"][-1]["id"])


async def paid_again(desk: Desk, payment_id: str, *, year: int = YEAR) -> str:
    """A returned payment paid again to its account; the correction's id."""
    path = {"payment_id": payment_id}
    account_id = (await desk.done("GetPayment", "handler", path=path))["payee_account_id"]
    body = {
        "payment_id": payment_id,
        "remedy": "pay_again",
        "payee_account_id": account_id,
        "reason": "银行更正",
    }
    case = (await desk.done("ProposePaymentCorrection", "handler", body=body))["case"]
    await desk.done(
        "ApprovePaymentCorrection",
        "approver",
        path={"correction_id": case["id"]},
        version=case["version"],
        body={},
    )
    batch_id = await sent(desk, year=year)
    answer = bank_file(*await answers_to(desk, batch_id))
    await desk.done("LoadBankResult", "handler", path={"batch_id": batch_id}, body=answer)
    await desk.idle()
    return str(case["id"])


async def opened(desk: Desk, filing_id: str) -> None:
    """The class begins."""
    desk.clock.at = FILED + timedelta(days=1)
    path = {"filing_id": filing_id}
    version = await version_of(desk, "GetFiling", **path)
    await desk.done(
        "ReportOpening", "filer", path=path, version=version, body={"starts_on": STARTS}
    )


async def people_of(desk: Desk, filing_id: str) -> list[str]:
    """The enrolments of a filing, by seat."""
    roster = await desk.done("GetRoster", "filer", path={"filing_id": filing_id})
    return [str(one["id"]) for one in roster["people"]]


async def completed(desk: Desk, filing_id: str, *, left: Sequence[int] = ()) -> list[str]:
    """A year passes and everybody completes but who left; returns the people by seat."""
    await opened(desk, filing_id)
    desk.clock.at = SETTLES
    people = await people_of(desk, filing_id)
    outcomes = [
        {"enrolment_id": one, "outcome": "exited", "day": "2026-09-30", "reason": "left"}
        if seat in left
        else {"enrolment_id": one, "outcome": "completed", "day": ENDS}
        for seat, one in enumerate(people)
    ]
    path = {"filing_id": filing_id}
    await desk.done(
        "ReportCompletion",
        "filer",
        path=path,
        version=await version_of(desk, "GetFiling", **path),
        body={"completed_on": ENDS, "outcomes": outcomes},
    )
    return people


def number_of(enrolment_id: str) -> str:
    """The certificate number of a person: shaped as the number of a skill level certificate."""
    return f"Y{int(enrolment_id.replace('-', ''), 16) % 10**14:014d}4000001"


def declaration(enrolment_id: str, **changed: object) -> Json:
    """What the enterprise declares for a person."""
    return {
        "enrolment_id": enrolment_id,
        "certificate_type": "skill_level_certificate",
        "certificate_number": number_of(enrolment_id),
        "occupation_code": "6-18-01-01",
        "grade": 4,
        "issued_on": "2027-02-20",
    } | changed


def registered(enrolment_id: str, apprentice: Mapping[str, str], **changed: str) -> str:
    """The register's row about a person's certificate."""
    cells = {
        "certificate_number": number_of(enrolment_id),
        "certificate_type": "skill_level_certificate",
        "holder_name": apprentice["name"],
        "holder_id": apprentice["citizen_id"],
        "occupation_code": "6-18-01-01",
        "grade": "4",
        "issued_on": "2027-02-20",
        "evaluated_on": "2027-01-15",
        "issuer_code": "S000132",
        "status": "valid",
    }
    return ",".join((cells | changed).values())


def extract(*rows: str) -> str:
    """A register's extract."""
    return "\r\n".join((",".join(EXTRACT_COLUMNS), *rows, ""))


async def loaded(desk: Desk, *rows: str) -> str:
    """An extract on file, newer than the one before."""
    desk.clock.at += timedelta(minutes=1)
    done = await desk.done(
        "LoadCertificateExtract", "handler", query="register=osta", body=extract(*rows)
    )
    return str(done["id"])


SUBSIDY_HEADINGS = ("身份证号", "补贴项目", "享受日期", "职业编码", "等级", "证书编号")


def subsidy(apprentice: Mapping[str, str], **changed: str) -> list[str]:
    """A row of a list: what another programme paid for a person."""
    cells = {
        "citizen_id": apprentice["citizen_id"],
        "programme": "skill_upgrade",
        "day": "2026-01-05",
        "occupation": "6-18-01-01",
        "grade": "",
        "number": "",
    }
    return list((cells | changed).values())


async def subsidies_loaded(desk: Desk, *rows: Sequence[str], source: str = "list") -> str:
    """A list of other programmes' subsidies in force; its id."""
    raw = csv_of([SUBSIDY_HEADINGS, *rows])
    query, headers = f"source={quote(source)}", {"Content-Type": CSV}
    done = await desk.done(
        "LoadSubsidyRegister", "handler", query=query, content=raw, headers=headers
    )
    return str(done["id"])


async def recovery_proposed(desk: Desk, filing_id: str, *, amount_fen: int = 1) -> str:
    """A recovery proposed of a filing that was paid something."""
    made = await desk.done(
        "ProposeRecovery",
        "handler",
        path={"filing_id": filing_id},
        body={"cause": "audit", "amount_fen": amount_fen},
    )
    return str(made["case"]["id"])


async def received(desk: Desk, *amounts: tuple[str, str, int]) -> str:
    """Money that came in: line reference, recovery reference, fen; taken by the worker."""
    day = desk.clock.at.date().isoformat()
    loaded = await desk.done(
        "LoadReceipts",
        "handler",
        body={
            "receipts": [
                {
                    "line_reference": line,
                    "recovery_reference": reference,
                    "amount_fen": fen,
                    "booked_on": day,
                }
                for line, reference, fen in amounts
            ]
        },
    )
    await desk.idle()
    return str(loaded["id"])


async def drafted(
    desk: Desk, filing_id: str, *declarations: Json, copies: Sequence[str] = ()
) -> str:
    """A drafted settlement, with the training provider's receipt where there is a provider.

    `copies` are the people of whose certificate a copy is declared and sent.
    """
    path = {"filing_id": filing_id}
    mode = (await desk.done("GetFiling", "filer", path=path))["training_mode"]
    sent = [documents.TRAINING_RECEIPT_JSON] if mode == "provider" else []
    sent += [documents.certificate_copy_json(one) for one in copies]
    body = {
        "declarations": list(declarations),
        "documents": [documents.TRAINING_VIDEO_JSON, *sent],
    }
    made = await desk.done("DraftSettlement", "filer", path=path, body=body)
    for one in sent:
        await sent_document(desk, made["case"]["id"], one)
    return str(made["case"]["id"])


async def sent_document(desk: Desk, settlement_id: str, declared: Json) -> None:
    """The content of a document declared with a settlement is sent."""
    about = f"&enrolment_id={declared['enrolment_id']}" if "enrolment_id" in declared else ""
    await desk.done(
        "UploadSettlementDocument",
        "filer",
        path={"settlement_id": settlement_id},
        query=f"kind={declared['kind']}&file_name={quote(declared['file_name'])}{about}",
        content=documents.PDF,
    )


async def declared(desk: Desk, settlement_id: str) -> list[Json]:
    """What a settlement declares."""
    path = {"settlement_id": settlement_id}
    return list((await desk.done("ListDeclarations", "handler", path=path))["items"])


async def verified(
    desk: Desk, filing_id: str, *declarations: Json, copies: Sequence[str] = ()
) -> str:
    """A settlement submitted, accepted, and examined by the worker."""
    settlement_id = await drafted(desk, filing_id, *declarations, copies=copies)
    path = {"settlement_id": settlement_id}
    await desk.done("SubmitSettlement", "filer", path=path, version=1)
    await desk.done("AcceptSettlement", "handler", path=path, version=2)
    await desk.idle()
    return settlement_id


async def settlement_version(desk: Desk, settlement_id: str) -> int:
    """Read a settlement's version."""
    return await version_of(desk, "GetSettlement", settlement_id=settlement_id)


async def judged(desk: Desk, filing_id: str, *declarations: Json) -> str:
    """A reviewed settlement."""
    settlement_id = await verified(desk, filing_id, *declarations)
    await signed_review(desk, settlement_id)
    return settlement_id


async def signed_review(desk: Desk, settlement_id: str) -> None:
    """A verified settlement is reviewed."""
    version = await settlement_version(desk, settlement_id)
    path = {"settlement_id": settlement_id}
    await desk.done("ReviewSettlement", "handler", path=path, version=version, body={})


async def approved(desk: Desk, settlement_id: str) -> None:
    """A reviewed settlement is approved."""
    await desk.done(
        "ApproveSettlement",
        "approver",
        path={"settlement_id": settlement_id},
        version=await settlement_version(desk, settlement_id),
        body={},
    )


def overlay(desk: Desk, **changed: object) -> Json:
    """Additions of the desk's own county that change nothing but a limit."""
    code = desk.staff.region_code
    return {
        "id": f"overlay-{code}",
        "kind": "overlay",
        "region": code,
        "document": f"试人社〔2026〕{code}号",
        "valid_from": "2026-03-01",
        "limits": {"accept": 3},
    } | changed


async def policy_proposed(desk: Desk, policy: Json | None = None) -> str:
    """A policy version drafted, by default additions of the county."""
    body = {"policy": policy or overlay(desk)}
    drafted = await desk.done("DraftPolicy", "approver", body=body)
    return str(drafted["case"]["id"])


def seen(desk: Desk, **changed: str) -> Json:
    """What a person saw just now."""
    return {
        "source_system": "省级证书查询系统",
        "seen_at": desk.clock.at.isoformat().replace("+00:00", "Z"),
        "document_sha256": "ab" * 32,
    } | changed


async def proposed(
    desk: Desk, settlement_id: str, *, declaration_id: str = "", number: str | None = None
) -> str:
    """A manual finding of a settlement's first declaration unless told, proposed by the handler.

    `number` is what was read from its copy.
    """
    path = {"settlement_id": settlement_id}
    read = {} if number is None else {"certificate_number": number}
    body = {
        "declaration_id": declaration_id or (await declared(desk, settlement_id))[0]["id"],
        "result": "confirmed_manually",
        "seen": seen(desk, **read),
    }
    done = await desk.done("ProposeManualFinding", "handler", path=path, body=body)
    return str(done["case"]["id"])


async def confirmed(
    desk: Desk, settlement_id: str, *, declaration_id: str = "", number: str | None = None
) -> str:
    """A manual finding that two people confirmed."""
    finding_id = await proposed(desk, settlement_id, declaration_id=declaration_id, number=number)
    path = {"manual_finding_id": finding_id}
    body = {"seen": seen(desk, **({} if number is None else {"certificate_number": number}))}
    await desk.done("ConfirmManualFinding", "releaser", path=path, version=1, body=body)
    return finding_id


async def prepared(desk: Desk, *settlement_ids: str) -> str:
    """A notice that nobody has published."""
    body = {"settlement_ids": list(settlement_ids)}
    return str((await desk.done("PrepareNotice", "handler", body=body))["case"]["id"])


async def published(desk: Desk, *settlement_ids: str) -> str:
    """A running notice."""
    return await running(desk, await prepared(desk, *settlement_ids))


async def running(desk: Desk, notice_id: str) -> str:
    """A prepared notice, published."""
    path = {"notice_id": notice_id}
    await desk.done("PublishNotice", "approver", path=path, version=1, body={})
    return notice_id


async def filings_prepared(desk: Desk, *filing_ids: str) -> str:
    """A notice over filings that nobody has published."""
    body = {"filing_ids": list(filing_ids)}
    return str((await desk.done("PrepareNotice", "handler", body=body))["case"]["id"])


async def filings_published(desk: Desk, *filing_ids: str) -> str:
    """A running notice over filings that are to be listed."""
    return await running(desk, await filings_prepared(desk, *filing_ids))


def objection(**changed: object) -> Json:
    """What somebody sends who objects, a new one each time."""
    return {
        "client_key": secrets.token_urlsafe(16),
        "item_no": 1,
        "statement": "此人未参加培训。",
        "contact": "13977778888",
    } | changed


async def objected(desk: Desk, notice_id: str, **changed: object) -> str:
    """An objection, received."""
    path = {"notice_id": notice_id}
    done = await desk.done("ObjectToNotice", None, path=path, body=objection(**changed))
    return str(done["id"])


async def objected_in_vain(desk: Desk, notice_id: str) -> str:
    """An objection examined, dismissed and answered."""
    objection_id = await objected(desk, notice_id)
    path = {"objection_id": objection_id}
    ruling = {"reason": "出勤属实", "clause": "五(一)"}
    for version, (operation_id, person, body) in enumerate(
        (
            ("ExamineObjection", "handler", {}),
            ("DismissObjection", "approver", ruling),
            ("AnswerObjection", "handler", {"answer": "异议不成立"}),
        ),
        start=1,
    ):
        await desk.done(operation_id, person, path=path, version=version, body=body)
    return objection_id


async def ended(desk: Desk) -> None:
    """Eight days pass, and the daily job ends what is over."""
    desk.clock.at += timedelta(days=8)
    async with desk.house.begin_work(NOWHERE) as work:
        await work.jobs.add(END_DUE_NOTICES, work.new_id(), None)
        await work.commit()
    await desk.idle()


def hold_on(target: str, target_id: str, **changed: object) -> Json:
    """A hold as proposed."""
    return {
        "target": target,
        "target_id": target_id,
        "document_number": "启人社〔2026〕7号",
        "review_on": "2030-01-01",
        "reason": "涉嫌虚报",
    } | changed


async def imposed(desk: Desk, target: str, target_id: str) -> str:
    """A hold in force."""
    done = await desk.done("ProposeHold", "handler", body=hold_on(target, target_id))
    hold_id = str(done["case"]["id"])
    path = {"hold_id": hold_id}
    await desk.done("ImposeHold", "approver", path=path, version=1, body={"reason": "属实"})
    return hold_id


async def lifted_by_review(desk: Desk, hold_id: str) -> str:
    """A review request that is upheld, so that the hold is lifted."""
    body = {"hold_id": hold_id, "statement": "请予复核"}
    request_id = str((await desk.done("RequestReview", "filer", body=body))["case"]["id"])
    path = {"review_request_id": request_id}
    await desk.done("ExamineReviewRequest", "handler", path=path, version=1, body={})
    ruling = {"reason": "线索不实", "clause": "五(一)"}
    await desk.done("UpholdReviewRequest", "releaser", path=path, version=2, body=ruling)
    return request_id
