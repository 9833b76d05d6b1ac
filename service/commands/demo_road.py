"""The published case of 启东市, 2025-04 (通人社职〔2019〕15号), as a narrated road over HTTP.

33 people planned, 中级工, one year; prepaid 33 × 4000 × 50 % = 66 000 元; 32 certified; balance
32 × 4000 − 66 000 = 62 000 元. Names, dates within the published frame and numbers are made up.
"""

import hashlib
from collections.abc import Mapping
from typing import Final

from domain.money import yuan
from service.application.demo_region import ENTERPRISE, REGION_CODE
from service.commands.demo_steps import (
    AUTHORITY,
    FUND,
    Journey,
    MoveClock,
    Say,
    citizen_id,
    same,
    signed_in,
)
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


def travel(address: str, *, move_clock: MoveClock, say: Say) -> None:
    """Walk the whole road and check every figure; raises `NotReproduced` otherwise."""
    with signed_in(address, (*AUTHORITY, "filer")) as people:
        road = _Road(people, move_clock, say)
        road.appropriate("2024-01-10", 2024, 20_000_000, "启财社〔2024〕5号")
        filing = road.list_filing()
        prepayment = road.prepay(filing)
        road.train(filing)
        settlement = road.settle(filing)
        road.explain(filing, prepayment, settlement)


class _Road(Journey):
    def __init__(self, people: Mapping[str, Partner], move_clock: MoveClock, say: Say) -> None:
        super().__init__(people, move_clock, say)
        self._filer = people["filer"]

    def list_filing(self) -> str:
        """Draft, submit, accept, review, list."""
        self.on("2024-02-05")
        drafted = self._filer.ask("POST", "/v1/filings", _plan())
        path = f"/v1/filings/{drafted['case']['id']}"
        self._say(f"{ENTERPRISE} drafts a plan for {drafted['people']} people")
        for kind, name in DOCUMENTS.items():
            self._filer.upload(path, kind, name, _pdf(name))
        listed = self._filer.get(f"{path}/completeness")
        same("completeness", (listed["submittable"], listed["acceptable"]), (True, True))
        self._say(f"uploads {len(DOCUMENTS)} documents: nothing on the list is missing")
        submitted = self._filer.step(path, "submit")
        self._say(f"and submits it; standard in force: {submitted['policy_id']}")
        self.on("2024-02-19")
        self.verify_accounts()
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
        self.on("2024-02-26")
        asked = self._filer.ask("POST", "/v1/prepayments", {"filing_id": filing.rpartition("/")[2]})
        path = f"/v1/prepayments/{asked['case']['id']}"
        self._handler.step(path, "review", {"reason": "名册与备案一致"})
        approved = self._approver.step(path, "approve", {"reason": "同意预支"})
        self._say(f"prepayment approved: {yuan(approved['amount_fen'])} 元")
        same("prepayment", approved["amount_fen"], PREPAYMENT_FEN)
        self.pay("prepayment", asked["case"]["id"], 2024, booked_on="2024-02-27")
        self._filer.wait_for(path, "paid")
        self._say("prepayment paid and confirmed by the bank")
        return path

    def train(self, filing: str) -> None:
        """Open, cross the budget year, complete."""
        self.on("2024-03-01")
        self._filer.step(filing, "opening-report", {"starts_on": "2024-03-01"})
        self._say("training begins")
        self.appropriate("2025-01-15", 2025, 20_000_000, "启财社〔2025〕3号")
        self.on("2025-03-03")
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
        self.on("2025-03-10")
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
        self.on("2025-04-07")
        reviewed = self._handler.step(path, "review", {"reason": "核验一致，确认结业"})
        amounts = reviewed["amounts"]
        self._say(
            f"reviewed: due {yuan(amounts['entitled_fen'])} − prepaid {yuan(amounts['history_fen'])}"
            f" = balance {yuan(amounts['balance_fen'])} 元"
        )
        same("balance", amounts["balance_fen"], BALANCE_FEN)
        self.on("2025-04-14")
        self._approver.step(path, "approve", {"reason": "同意结算"})
        self.pay("settlement", drafted["case"]["id"], 2025, booked_on="2025-04-18")
        self._filer.wait_for(path, "closed")
        self._filer.wait_for(filing, "closed")
        self._say("balance paid and confirmed; settlement and filing closed")
        return path

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
            self.say_explained(self._filer.get(path))
        paid = sorted(p["amount_fen"] for p in payments if p["state"] == "paid")
        same("payments", paid, sorted([PREPAYMENT_FEN, BALANCE_FEN]))
        self.close_books(spent_fen=PREPAYMENT_FEN + BALANCE_FEN)
        self._say(
            f"\n启东市 2025-04 reproduced to the fen: prepayment {yuan(PREPAYMENT_FEN)} 元,"
            f" balance {yuan(BALANCE_FEN)} 元, trial balance 0."
        )


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
        "fund_source": FUND,
        "payee": {
            "account_name": ENTERPRISE,
            "account_number": "32001601234567890123",
            "bank_code": "102100099996",
        },
        "roster": [
            {
                "name": _name(n),
                "citizen_id": citizen_id(n),
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
        f"{_certificate(n)},skill_level_certificate,{_name(n)},{citizen_id(n)},{OCCUPATION},4,"
        f"2025-02-20,2025-02-18,{ISSUER},valid"
        for n in range(CERTIFIED)
    ]
    return "\n".join(lines) + "\n"


def _counted(items: list[Json], field: str) -> str:
    counts: dict[str, int] = {}
    for item in items:
        counts[item[field]] = counts.get(item[field], 0) + 1
    return ", ".join(f"{count} {result}" for result, count in sorted(counts.items()))
