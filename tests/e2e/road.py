"""The road over HTTP in a place of its own, each helper a stretch of it."""

import itertools
import secrets
from collections.abc import Callable, Sequence
from typing import Any, Final

from domain.ledger import AccountKind
from service.commands.partner import Json
from tests import documents
from tests.e2e.rig import Person, Rig
from tests.people import Staff, citizen_id

FUND: Final = "employment_subsidy"
SHARE_FEN: Final = 200_000
"""What 通人社职〔2019〕15号 prepays for one person: half of 4000 元 for the first year."""

EXTRACT_HEADER: Final = (
    "certificate_number,certificate_type,holder_name,holder_id,occupation_code,grade,"
    "issued_on,evaluated_on,issuer_code,status"
)
BANK_HEADER: Final = "line_reference,payment_reference,result,amount_fen,booked_on,reason"
OCCUPATION: Final = "6-18-01-01"
_numbers = itertools.count(1)


def new_key() -> str:
    """Return an idempotency key."""
    return secrets.token_urlsafe(24)


class HttpRoad:
    """One place's people on their way; the clock goes from 2024-01 to 2025-04."""

    def __init__(self, rig: Rig, staff: Staff | None = None, *, at: str = "") -> None:
        self.rig = rig
        self.staff = staff or rig.place()
        self._at = at
        self.filer = self.person("filer")
        self.handler = self.person("handler")
        self.approver = self.person("approver")
        self.releaser = self.person("releaser")
        self.finance = self.person("finance")
        self.second = self.person("finance-second")
        self.plan_of: Callable[[int], Json] = self.plan
        self.rosters: dict[str, list[Json]] = {}

    @property
    def people(self) -> Sequence[Person]:
        """Everybody on the road."""
        return (
            self.filer,
            self.handler,
            self.approver,
            self.releaser,
            self.finance,
            self.second,
        )

    def person(self, name: str) -> Person:
        """Sign one of the place's people in."""
        return self.rig.person(f"{name}-{self.staff.region_code}", at=self._at)

    def on(self, day: str) -> None:
        """Let it be ten in the morning of a day in China."""
        self.rig.move_clock(f"{day}T10:00:00+08:00")

    def plan(self, people: int, *, submit: bool = True, **changed: Any) -> Json:
        """A plan that fits the standard, for new people."""
        return {
            "region_code": self.staff.region_code,
            "class_name": "车工中级工班",
            "occupation_code": OCCUPATION,
            "occupation_name": "车工",
            "target_grade": 4,
            "training_mode": "in_house",
            "starts_on": "2024-03-01",
            "filed_months": 12,
            "fund_source": FUND,
            "payee": {
                "account_name": self.staff.enterprise.name,
                "account_number": f"32001601234567890{next(_numbers):04d}",
                "bank_code": "102100099996",
            },
            "roster": [self.apprentice() for _ in range(people)],
            "submit": submit,
            "documents": documents.declared_json(),
        } | changed

    def apprentice(self, **changed: Any) -> Json:
        """A person of a roster whom nobody has filed before."""
        return {
            "name": "张三",
            "citizen_id": citizen_id(),
            "phone": "13800138000",
            "category": "new_hire",
            "hired_on": "2023-11-01",
            "contract_months": 36,
            "claim_basis": "insurance_place",
        } | changed

    def appropriate(self, year: int, amount_fen: int = 100_000_000) -> None:
        """Give the place's fund money for a year, signed by both finance people."""
        asked = {
            "fund_source": FUND,
            "budget_year": year,
            "amount_fen": amount_fen,
            "document_number": f"试财〔{year}〕{next(_numbers)}号",
        }
        drafted = self.finance.ask("POST", "/v1/appropriations", asked)
        self.second.step(f"/v1/appropriations/{drafted['case']['id']}", "approve")

    def filed(self, people: int) -> str:
        """File a plan; returns the filing's path."""
        self.on("2024-02-05")
        plan = self.plan_of(people)
        filed = self.filer.ask("POST", "/v1/filings", plan)
        path = f"/v1/filings/{filed['case']['id']}"
        self.rosters[path] = plan["roster"]
        self.contents_sent(path)
        return path

    def contents_sent(self, filing: str) -> None:
        """Send the contents of what a filing has declared."""
        for kind in documents.KINDS:
            self.filer.upload(filing, kind, documents.NAMES[kind], documents.PDF)

    def accounts_verified(self) -> None:
        """Verify every payee account that waits."""
        for one in self.handler.get("/v1/payee-accounts?state=declared&page_size=500")["items"]:
            self.handler.step(f"/v1/payee-accounts/{one['case']['id']}", "verify", {"reason": ""})

    def listed(self, *, filings: int = 1, people: int) -> list[str]:
        """Have filings listed in one decision, with money for the year; returns their paths."""
        self.on("2024-01-10")
        self.appropriate(2024)
        paths = [self.filed(people) for _ in range(filings)]
        self.on("2024-02-19")
        reviewed = []
        self.accounts_verified()
        for path in paths:
            self.handler.step(path, "accept")
            reviewed.append(self.handler.step(path, "review", {"reason": "材料齐全"})["case"])
        self.approver.ask(
            "POST",
            "/v1/listings",
            {
                "document_number": f"试人社〔2024〕{next(_numbers)}号",
                "filings": [
                    {"filing_id": case["id"], "version": case["version"]} for case in reviewed
                ],
                "reason": "同意列入",
            },
        )
        return paths

    def prepayment_reviewed(self, filing: str) -> str:
        """Ask for a filing's prepayment and review it; returns its path."""
        self.on("2024-02-26")
        asked = self.filer.ask("POST", "/v1/prepayments", {"filing_id": filing.rpartition("/")[2]})
        path = f"/v1/prepayments/{asked['case']['id']}"
        self.handler.step(path, "review", {"reason": "名册与备案一致"})
        return path

    def prepayment_approved(self, filing: str) -> str:
        """Have a filing's prepayment approved; returns its path."""
        path = self.prepayment_reviewed(filing)
        self.approver.step(path, "approve", {"reason": "同意预支"})
        return path

    def at_bank(self, kind: str, paths: Sequence[str], year: int) -> str:
        """Take approved cases through concurrence, sealing and release; returns the batch's path."""
        subjects = [{"kind": kind, "id": path.rpartition("/")[2]} for path in paths]
        book = {"fund_source": FUND, "budget_year": year}
        asked = self.handler.ask("POST", "/v1/funding-requests", {**book, "subjects": subjects})
        request = f"/v1/funding-requests/{asked['case']['id']}"
        self.finance.step(request, "concur", {"reason": "同意拨付"})
        self.handler.wait_while(
            request, lambda shown: any(line["payment_id"] is None for line in shown["lines"])
        )
        sealed = self.handler.ask("POST", "/v1/batches", book)
        batch = f"/v1/batches/{sealed['case']['id']}"
        self.releaser.step(batch, "release", {"reason": "放行"})
        self.handler.wait_for(batch, "submitted")
        return batch

    def bank_result(self, batch: str, booked_on: str) -> str:
        """What the bank answers to a batch's file: every line paid."""
        self.on(booked_on)
        exported = self.handler.text(f"{batch}/export").splitlines()
        columns, *lines = (line.split(",") for line in exported[1:] if line)
        rows = [dict(zip(columns, line, strict=True)) for line in lines]
        answers = [
            f"B{row['payment_reference']},{row['payment_reference']},paid,{row['amount_fen']},"
            f"{booked_on},"
            for row in rows
        ]
        return "\n".join((BANK_HEADER, *answers, ""))

    def completed(self, filing: str) -> None:
        """Open the class, let a year pass with new money, report that everybody completed."""
        self.on("2024-03-01")
        self.filer.step(filing, "opening-report", {"starts_on": "2024-03-01"})
        self.on("2025-01-15")
        self.appropriate(2025)
        self.on("2025-03-03")
        outcomes = [
            {"enrolment_id": person["id"], "outcome": "completed", "day": "2025-02-28"}
            for person in self.filer.get(f"{filing}/roster")["people"]
        ]
        self.filer.step(
            filing, "completion-report", {"completed_on": "2025-02-28", "outcomes": outcomes}
        )

    def certificate(self, filing: str, n: int) -> str:
        """The number of the n-th person's certificate."""
        return f"S{int(filing[-12:], 16) % 10**14:014d}4{n:06d}"

    def extract(self, filing: str) -> str:
        """What the register says: everybody of the roster has a valid certificate."""
        rows = [
            f"{self.certificate(filing, n)},skill_level_certificate,{person['name']},"
            f"{person['citizen_id']},{OCCUPATION},4,2025-02-20,2025-02-18,S000132,valid"
            for n, person in enumerate(self.rosters[filing])
        ]
        return "\n".join((EXTRACT_HEADER, *rows, ""))

    def settlement_submitted(self, filing: str) -> str:
        """Declare everybody's certificate and submit; the extract is loaded. Returns its path."""
        self.on("2025-03-10")
        enrolled = self.filer.get(f"{filing}/roster")["people"]
        declarations = [
            {
                "enrolment_id": person["id"],
                "certificate_type": "skill_level_certificate",
                "certificate_number": self.certificate(filing, n),
                "occupation_code": OCCUPATION,
                "grade": 4,
                "issued_on": "2025-02-20",
                "issuer_code": "S000132",
            }
            for n, person in enumerate(enrolled)
        ]
        asked = {"declarations": declarations, "documents": [documents.TRAINING_VIDEO_JSON]}
        drafted = self.filer.ask("POST", f"{filing}/settlements", asked)
        path = f"/v1/settlements/{drafted['case']['id']}"
        self.filer.step(path, "submit")
        self.handler.ask("POST", "/v1/certificate-extracts?register=osta", self.extract(filing))
        return path

    def balances(self) -> dict[AccountKind, int]:
        """Sum every account's postings by kind, as the database holds them, in fen."""
        rows = self.rig.sql(
            "select kind, sum(fen)::bigint as fen from"
            " (select to_kind as kind, amount_fen as fen from postings where place_id = $1"
            "  union all"
            "  select from_kind, -amount_fen from postings where place_id = $1) legs group by kind",
            self.staff.place.id,
        )
        return {AccountKind(row["kind"]): row["fen"] for row in rows}
