"""The published case of 启东市, 2025-04 (通人社职〔2019〕15号), as a narrated road over HTTP.

33 people planned, 中级工, one year; prepaid 33 × 4000 × 50 % = 66 000 元; 32 certified; balance
32 × 4000 − 66 000 = 62 000 元. Names, dates within the published frame and numbers are made up.
"""

import hashlib
from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import Final

from domain.identifiers.citizen_id import check_character
from domain.money import yuan
from service.application.demo_region import ENTERPRISE, PASSWORD, REGION_CODE
from service.commands.partner import Json, Partner

PLANNED: Final = 33
CERTIFIED: Final = 32
PREPAYMENT_FEN: Final = 6_600_000
BALANCE_FEN: Final = 6_200_000
OCCUPATION: Final = "6-18-01-01"
ISSUER: Final = "Y000032000001"

DOCUMENTS: Final = {
    "training_plan": "培训计划.pdf",
    "labour_contracts": "劳动合同复印件.pdf",
    "training_agreement": "集体培养协议.pdf",
    "cooperation_agreement": "合作协议.pdf",
}
RECEIPT: Final = "培训费发票.pdf"
VIDEO: Final = {
    "kind": "training_video",
    "file_name": "车工班实操.mp4",
    "media_type": "video/mp4",
    "sha256": hashlib.sha256(b"a video of the demo").hexdigest(),
    "reference": {
        "pointer": "企业培训中心 NAS /2024/车工/0301.mp4",
        "duration_s": 5_400,
        "session": "2024-03-01 车床操作",
    },
}

Say = Callable[[str], None]
MoveClock = Callable[[str], None]


class NotReproduced(Exception):
    """A figure of the published case did not come out."""


def travel(address: str, *, move_clock: MoveClock, say: Say) -> None:
    """Walk the whole road and check every figure; raises `NotReproduced` otherwise."""
    with ExitStack() as opened:
        people = {
            name: opened.enter_context(closing(Partner(address, name, PASSWORD)))
            for name in ("filer", "handler", "approver", "releaser", "finance", "finance-second")
        }
        road = _Road(people, move_clock, say)
        road.appropriate("2024-01-10", 2024, 20_000_000, "启财社〔2024〕5号")
        filing = road.list_filing()
        prepayment = road.prepay(filing)
        road.train(filing)
        settlement = road.settle(filing)
        road.explain(filing, prepayment, settlement)


class _Road:
    def __init__(self, people: dict[str, Partner], move_clock: MoveClock, say: Say) -> None:
        self._filer = people["filer"]
        self._handler = people["handler"]
        self._approver = people["approver"]
        self._releaser = people["releaser"]
        self._finance = people["finance"]
        self._second = people["finance-second"]
        self._move_clock = move_clock
        self._say = say

    def _on(self, day: str) -> None:
        self._move_clock(f"{day}T10:00:00+08:00")
        self._say(f"\n— {day} —")

    def appropriate(self, day: str, year: int, amount_fen: int, document: str) -> None:
        self._on(day)
        drafted = self._finance.ask(
            "POST",
            "/v1/appropriations",
            {
                "fund_source": "employment_subsidy",
                "budget_year": year,
                "amount_fen": amount_fen,
                "document_number": document,
            },
        )
        approved = self._second.step(f"/v1/appropriations/{drafted['case']['id']}", "approve")
        self._say(
            f"finance appropriates {yuan(amount_fen)} 元 for {year} ({document});"
            f" waiting commitments made: {approved['commitments_made']}"
        )

    def list_filing(self) -> str:
        """Draft, submit, accept, review, list."""
        self._on("2024-02-05")
        drafted = self._filer.ask("POST", "/v1/filings", _plan())
        path = f"/v1/filings/{drafted['case']['id']}"
        self._say(f"{ENTERPRISE} drafts a plan for {drafted['people']} people")
        for kind, name in DOCUMENTS.items():
            self._filer.upload(path, kind, name, _pdf(name))
        listed = self._filer.get(f"{path}/completeness")
        _same("completeness", (listed["submittable"], listed["acceptable"]), (True, True))
        self._say(f"uploads {len(DOCUMENTS)} documents: nothing on the list is missing")
        submitted = self._filer.step(path, "submit")
        self._say(f"and submits it; standard in force: {submitted['policy_id']}")
        self._on("2024-02-19")
        for one in self._handler.get("/v1/payee-accounts?state=declared")["items"]:
            self._handler.step(
                f"/v1/payee-accounts/{one['case']['id']}", "verify", {"reason": "户名与登记一致"}
            )
        self._say("the bureau verifies where the enterprise is to be paid")
        self._handler.step(path, "accept")
        reviewed = self._handler.step(path, "review", {"reason": "材料齐全"})
        listing = self._approver.ask(
            "POST",
            "/v1/listings",
            {
                "document_number": "启人社〔2024〕18号",
                "filings": [
                    {"filing_id": reviewed["case"]["id"], "version": reviewed["case"]["version"]}
                ],
                "reason": "同意列入",
            },
        )
        self._say(f"the bureau accepts, reviews, and lists it under {listing['document_number']}")
        for part in self._finance.get(f"{path}/commitments")["commitments"]:
            self._say(
                f"  forecast {part['budget_year']}: {yuan(part['amount_fen'])} 元, {part['state']}"
            )
        return path

    def prepay(self, filing: str) -> str:
        """Ask for, review, approve and pay the prepayment."""
        self._on("2024-02-26")
        asked = self._filer.ask("POST", "/v1/prepayments", {"filing_id": filing.rpartition("/")[2]})
        path = f"/v1/prepayments/{asked['case']['id']}"
        self._handler.step(path, "review", {"reason": "名册与备案一致"})
        approved = self._approver.step(path, "approve", {"reason": "同意预支"})
        self._say(f"prepayment approved: {yuan(approved['amount_fen'])} 元")
        _same("prepayment", approved["amount_fen"], PREPAYMENT_FEN)
        self._pay("prepayment", asked["case"]["id"], 2024, booked_on="2024-02-27")
        self._filer.wait_for(path, "paid")
        self._say("prepayment paid and confirmed by the bank")
        return path

    def train(self, filing: str) -> None:
        """Open, cross the budget year, complete."""
        self._on("2024-03-01")
        self._filer.step(filing, "opening-report", {"starts_on": "2024-03-01"})
        self._say("training begins")
        self.appropriate("2025-01-15", 2025, 20_000_000, "启财社〔2025〕3号")
        self._on("2025-03-03")
        people = self._filer.get(f"{filing}/roster")["people"]
        outcomes = [
            {"enrolment_id": person["id"], "outcome": "completed", "day": "2025-02-28"}
            for person in people[:CERTIFIED]
        ]
        outcomes += [
            {
                "enrolment_id": person["id"],
                "outcome": "exited",
                "day": "2024-09-30",
                "reason": "left",
            }
            for person in people[CERTIFIED:]
        ]
        self._filer.step(
            filing, "completion-report", {"completed_on": "2025-02-28", "outcomes": outcomes}
        )
        self._say(f"training ends: {CERTIFIED} completed, {PLANNED - CERTIFIED} left")

    def settle(self, filing: str) -> str:
        """Declare certificates, load the extract, verify, review, approve, pay, close."""
        self._on("2025-03-10")
        people = self._filer.get(f"{filing}/roster")["people"][:CERTIFIED]
        drafted = self._filer.ask(
            "POST",
            f"{filing}/settlements",
            {
                "declarations": [
                    {
                        "enrolment_id": person["id"],
                        "certificate_type": "skill_level_certificate",
                        "certificate_number": _certificate(n),
                        "occupation_code": OCCUPATION,
                        "grade": 4,
                        "issued_on": "2025-02-20",
                        "issuer_code": ISSUER,
                    }
                    for n, person in enumerate(people)
                ],
                "documents": [VIDEO],
            },
        )
        path = f"/v1/settlements/{drafted['case']['id']}"
        self._filer.upload(path, "training_receipt", RECEIPT, _pdf(RECEIPT))
        self._filer.step(path, "submit")
        self._say(
            f"the enterprise declares {CERTIFIED} certificates and a video by where it is kept,"
            " uploads the provider's receipt, and submits the settlement"
        )
        extract = self._handler.ask("POST", "/v1/certificate-extracts?register=osta", _extract())
        self._say(f"a clerk loads an extract of {extract['rows']} certificates")
        self._handler.step(path, "accept")
        self._handler.wait_until(path, "verified_at")
        findings = self._handler.get(f"{path}/findings?page_size=100")["items"]
        self._say(f"the worker reconciles: {_counted(findings, 'result')}")
        self._on("2025-04-07")
        reviewed = self._handler.step(path, "review", {"reason": "核验一致，确认结业"})
        amounts = reviewed["amounts"]
        self._say(
            f"reviewed: due {yuan(amounts['entitled_fen'])} − prepaid {yuan(amounts['history_fen'])}"
            f" = balance {yuan(amounts['balance_fen'])} 元"
        )
        _same("balance", amounts["balance_fen"], BALANCE_FEN)
        self._on("2025-04-14")
        self._approver.step(path, "approve", {"reason": "同意结算"})
        self._pay("settlement", drafted["case"]["id"], 2025, booked_on="2025-04-18")
        self._filer.wait_for(path, "closed")
        self._filer.wait_for(filing, "closed")
        self._say("balance paid and confirmed; settlement and filing closed")
        return path

    def _pay(self, kind: str, subject_id: str, year: int, *, booked_on: str) -> None:
        """Request funds, concur, seal, release, export, and bring the bank's answer in."""
        request = self._handler.ask(
            "POST",
            "/v1/funding-requests",
            {
                "fund_source": "employment_subsidy",
                "budget_year": year,
                "subjects": [{"kind": kind, "id": subject_id}],
            },
        )
        request_path = f"/v1/funding-requests/{request['case']['id']}"
        self._finance.step(request_path, "concur", {"reason": "同意拨付"})
        self._handler.wait_while(
            request_path, lambda shown: any(line["payment_id"] is None for line in shown["lines"])
        )
        batch = self._handler.ask(
            "POST", "/v1/batches", {"fund_source": "employment_subsidy", "budget_year": year}
        )
        path = f"/v1/batches/{batch['case']['id']}"
        self._releaser.step(path, "release", {"reason": "放行"})
        self._handler.wait_for(path, "submitted")
        self._on(booked_on)
        exported = self._handler.text(f"{path}/export")
        self._say(
            f"batch of {batch['line_count']} line(s), {yuan(batch['total_fen'])} 元:"
            " concurred, sealed, released by a second person, exported"
        )
        self._handler.ask("POST", f"{path}/bank-results", _bank_result(exported, booked_on))
        self._handler.wait_for(path, "reconciled")

    def explain(self, filing: str, prepayment: str, settlement: str) -> None:
        """Print the money chain, its explanation, and the trial balance."""
        self._say("\n— explanations 说明 —")
        person = self._filer.get(f"{filing}/roster")["people"][0]["id"]
        payments = self._filer.get(f"/v1/payments?filing_id={filing.rpartition('/')[2]}")["items"]
        for path in (
            f"{filing}/people/{person}/explanation",
            f"{prepayment}/explanation",
            f"{settlement}/explanation",
            *(f"/v1/payments/{payment['id']}/explanation" for payment in payments),
        ):
            self._say(f"\n{path}")
            for sentence in self._filer.get(path)["sentences"]:
                self._say(f"  {sentence['number']}. {sentence['zh']}\n     {sentence['en']}")
        paid = sorted(p["amount_fen"] for p in payments if p["state"] == "paid")
        _same("payments", paid, sorted([PREPAYMENT_FEN, BALANCE_FEN]))
        self._say("\n— trial balance 试算平衡 —")
        trial = self._finance.get("/v1/trial-balance")
        for row in trial["rows"]:
            self._say(
                f"  {row['budget_year']} {row['account']:<24}{yuan(row['debits_fen']):>16}"
                f"{yuan(row['credits_fen']):>16}{yuan(row['balance_fen']):>16}"
            )
        self._say(
            f"  {'Σ':<29}{yuan(trial['debits_fen']):>16}{yuan(trial['credits_fen']):>16}"
            f"{yuan(trial['difference_fen']):>16}"
        )
        _same("trial balance", trial["difference_fen"], 0)
        expense = sum(r["balance_fen"] for r in trial["rows"] if r["account"] == "expense")
        _same("expense", expense, PREPAYMENT_FEN + BALANCE_FEN)
        for account in ("committed", "in_transit", "prepayment_receivable"):
            left = sum(r["balance_fen"] for r in trial["rows"] if r["account"] == account)
            _same(account, left, 0)
        self._say(
            f"\n启东市 2025-04 reproduced to the fen: prepayment {yuan(PREPAYMENT_FEN)} 元,"
            f" balance {yuan(BALANCE_FEN)} 元, trial balance 0."
        )


def _same(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise NotReproduced(f"{what}: {found!r}, not {expected!r}")


def _citizen_id(n: int) -> str:
    seventeen = f"320681{1990 + n % 10}0{1 + n % 9}{10 + n % 18}{n:03d}"
    return seventeen + check_character(seventeen)


def _name(n: int) -> str:
    return "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚"[n] + "学徒"


def _certificate(n: int) -> str:
    return f"{ISSUER}254{n + 1:06d}"


def _pdf(name: str) -> bytes:
    """Write the smallest PDF that names itself in a comment."""
    head = f"%PDF-1.4\n% {name}\n".encode()
    body = (
        b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"
    )
    second = head + body
    start = f"xref\n0 3\n0000000000 65535 f \n{len(head):010d} 00000 n \n"
    other = f"{second.index(b'2 0 obj'):010d} 00000 n \n"
    table = f"{start}{other}trailer\n<< /Size 3 /Root 1 0 R >>\nstartxref\n{len(second)}\n%%EOF\n"
    return second + table.encode()


def _plan() -> Json:
    return {
        "region_code": REGION_CODE,
        "class_name": "2024 年车工中级工班",
        "occupation_code": OCCUPATION,
        "occupation_name": "车工",
        "target_grade": 4,
        "training_mode": "provider",
        "provider_name": "启东示例职业培训学校",
        "starts_on": "2024-03-01",
        "filed_months": 12,
        "fund_source": "employment_subsidy",
        "payee": {
            "account_name": ENTERPRISE,
            "account_number": "32001601234567890123",
            "bank_code": "102100099996",
        },
        "roster": [
            {
                "name": _name(n),
                "citizen_id": _citizen_id(n),
                "phone": f"138{n:08d}",
                "category": "new_hire",
                "hired_on": "2023-11-01",
                "contract_months": 36,
                "claim_basis": "insurance_place",
            }
            for n in range(PLANNED)
        ],
    }


def _extract() -> str:
    lines = [
        (
            "certificate_number,certificate_type,holder_name,holder_id,occupation_code,grade,"
            "issued_on,evaluated_on,issuer_code,status"
        )
    ]
    lines += [
        f"{_certificate(n)},skill_level_certificate,{_name(n)},{_citizen_id(n)},{OCCUPATION},4,"
        f"2025-02-20,2025-02-18,{ISSUER},valid"
        for n in range(CERTIFIED)
    ]
    return "\n".join(lines) + "\n"


def _bank_result(exported: str, booked_on: str) -> str:
    """Answer each exported line as the bank would: paid."""
    header, *lines = [line for line in exported.splitlines() if line][1:]
    columns = header.split(",")
    rows = [dict(zip(columns, line.split(","), strict=True)) for line in lines]
    answers = [
        f"BANK-{row['payment_reference']},{row['payment_reference']},paid,{row['amount_fen']},"
        f"{booked_on},"
        for row in rows
    ]
    return "\n".join(
        ["line_reference,payment_reference,result,amount_fen,booked_on,reason", *answers, ""]
    )


def _counted(items: list[Json], field: str) -> str:
    counts: dict[str, int] = {}
    for item in items:
        counts[item[field]] = counts.get(item[field], 0) + 1
    return ", ".join(f"{count} {result}" for result, count in sorted(counts.items()))
