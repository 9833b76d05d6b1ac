"""Personal data in logs, jobs, audit, kept answers, problems, tables: distinctive values found nowhere.

Citizen ids, phones and account numbers that nothing else contains travel a whole road and every kind
of refusal, well-formed and malformed. Names and certificate numbers may be kept in the clear.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Final

import pytest

from domain.identifiers.citizen_id import check_character
from service.commands.partner import Json
from tests.e2e.rig import Heard, Person, Rig
from tests.e2e.road import BANK_HEADER, EXTRACT_HEADER, OCCUPATION, HttpRoad, new_key
from tests.people import PASSWORD
from tests.waiting import until

NAME: Final = "金丝雀"
PHONE_STEM: Final = "17790"
BORN: Final = "19770213"


@dataclass
class Canaries:
    """Values made for this test, and the part of each that may turn up nowhere."""

    stems: list[str] = field(default_factory=list)
    _count: int = 0

    def kept(self, value: str, stem: str | None = None) -> str:
        """Remember a value by its distinctive part."""
        self.stems.append(stem or value)
        return value

    def _next(self) -> int:
        self._count += 1
        return self._count

    def citizen_id(self) -> str:
        """A well-formed citizen id."""
        seventeen = f"532901{BORN}{self._next():03d}"
        return self.kept(seventeen + check_character(seventeen), seventeen)

    def wrong_citizen_id(self) -> str:
        """One whose last character is not the one computed."""
        right = self.citizen_id()
        return right[:17] + ("1" if right[17] != "1" else "2")

    def phone(self) -> str:
        """A mobile number."""
        return self.kept(f"{PHONE_STEM}{self._next():06d}")

    def account(self) -> str:
        """A bank account's number."""
        return self.kept(f"62284804025648{self._next():05d}")


@dataclass
class Aviary:
    """The road that the canaries have travelled, and everything that was answered on it."""

    rig: Rig
    road: HttpRoad
    canaries: Canaries
    people: list[Person]
    batch: str = ""
    settlement: str = ""

    @property
    def heard(self) -> list[Heard]:
        """Every answer, but the file for the bank, which is meant to hold whole accounts."""
        answers = [answer for person in self.people for answer in person.heard]
        return [answer for answer in answers if not answer.path.endswith("/export")]

    def found_in(self, text: str) -> list[str]:
        """Return the canaries that a text contains, as written or as hexadecimal."""
        folded = text.lower()
        return [
            stem
            for stem in self.canaries.stems
            if stem.lower() in folded or stem.encode().hex() in folded
        ]

    def plan(self, people: int = 2, **changed: object) -> Json:
        """A plan full of canaries."""
        roster = [self.apprentice() for _ in range(people)]
        payee = self.road.plan(0)["payee"] | {"account_number": self.canaries.account()}
        return self.road.plan(0, roster=roster, payee=payee) | changed

    def apprentice(self, **changed: object) -> Json:
        """A person full of canaries."""
        return (
            self.road.apprentice(
                name=NAME, citizen_id=self.canaries.citizen_id(), phone=self.canaries.phone()
            )
            | changed
        )


@pytest.fixture(scope="module")
def aviary(rig: Rig) -> Aviary:
    """Walk the whole road, then every wrong turn."""
    road = HttpRoad(rig)
    flown = Aviary(rig, road, Canaries(), list(road.people))
    walk(flown)
    refuse(flown)
    rig.wait_idle()
    waiting = "select count(*) from audit_queue"
    until("the audit trail is sealed", lambda: rig.one(waiting) == 0)
    return flown


def walk(flown: Aviary) -> None:
    """From plan to the bank's confirmation of prepayment and balance."""
    road = flown.road
    road.plan_of = flown.plan
    (filing,) = road.listed(people=6)
    prepayment = road.prepayment_approved(filing)
    batch = road.at_bank("prepayment", [prepayment], 2024)
    answers = road.bank_result(batch, "2024-02-27")
    road.handler.ask("POST", f"{batch}/bank-results", answers)
    road.filer.wait_for(prepayment, "paid")
    road.completed(filing)
    settlement = road.settlement_submitted(filing)
    road.handler.step(settlement, "accept")
    road.handler.wait_until(settlement, "verified_at")
    road.handler.step(settlement, "review", {"reason": "核验一致，确认结业"})
    road.approver.step(settlement, "approve", {"reason": "公示无异议"})
    flown.batch = road.at_bank("settlement", [settlement], 2025)
    answers = road.bank_result(flown.batch, "2025-04-18")
    road.handler.ask("POST", f"{flown.batch}/bank-results", answers)
    road.filer.wait_for(settlement, "closed")
    flown.settlement = settlement
    person = road.filer.get(f"{filing}/roster")["people"][0]["id"]
    for shown in (f"{filing}/people/{person}", prepayment, settlement):
        road.filer.get(f"{shown}/explanation")
    for path in (f"{filing}/steps", f"{settlement}/findings", "/v1/payments", "/v1/filings"):
        road.handler.get(path)


def refuse(flown: Aviary) -> None:
    """Every kind of refusal, with canaries in what is refused; each must really be one."""
    road, canaries = flown.road, flown.canaries
    filer, handler = road.filer, road.handler
    codes: set[str] = set()

    def refused(
        person: Person,
        path: str,
        body: Json | str | bytes | None,
        *,
        key: str | None = None,
        **headers: str,
    ) -> None:
        method = "GET" if body is None else "POST"
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = person.send(method, path, body, key=key or new_key(), headers=told)
        assert answer.status_code >= 400, answer.text
        codes.add(answer.json()["code"])
        codes.update(fault["code"] for fault in answer.json()["errors"])

    def roster(*people: Json) -> Json:
        return flown.plan(0, roster=list(people))

    twice = canaries.citizen_id()
    born_later = canaries.kept("532901209902130017")
    road.on("2024-02-05")
    filings: list[Json] = [
        roster(flown.apprentice(citizen_id=canaries.wrong_citizen_id())),
        roster(flown.apprentice(citizen_id=canaries.kept("53290119770213ABCD", "0213ABCD"))),
        roster(flown.apprentice(citizen_id=born_later)),
        roster(flown.apprentice(citizen_id=canaries.kept("9" * 29 + "7", "9" * 29 + "7"))),
        roster(flown.apprentice(citizen_id=canaries.kept("8" * 45))),
        roster(flown.apprentice(citizen_id=int(canaries.citizen_id()[:17]))),
        roster(flown.apprentice(citizen_id=[canaries.citizen_id()])),
        roster(flown.apprentice(phone=canaries.kept("27790888777"))),
        roster(flown.apprentice(phone=f"{canaries.phone()}\u202e")),
        roster(flown.apprentice(phone=int(canaries.phone()))),
        roster(*(flown.apprentice(citizen_id=twice) for _ in range(2))),
        roster(flown.apprentice(unheard_of=canaries.citizen_id())),
        roster(flown.apprentice(contract_months=canaries.citizen_id())),
        roster(flown.apprentice(hired_on=canaries.citizen_id())),
        roster(flown.apprentice(category=canaries.phone())),
        flown.plan(occupation_code=canaries.account()),
        flown.plan(region_code=canaries.citizen_id()[:17]),
        flown.plan(fund_source=canaries.account()),
    ]
    for account in (
        canaries.kept("6228-48O4-0256-4888", "0256-4888"),
        canaries.kept("7" * 33),
        canaries.kept("622848040256٠٠"),
    ):
        plan = flown.plan()
        filings.append(plan | {"payee": plan["payee"] | {"account_number": account}})
    for plan in filings:
        refused(filer, "/v1/filings", plan)
    whole = json.dumps(flown.plan())
    refused(filer, "/v1/filings", whole[:-2].encode())
    refused(filer, "/v1/filings", whole.encode() + b"\xff")
    refused(filer, "/v1/filings", whole.replace('"name"', '"phone"', 1).encode())
    refused(filer, "/v1/filings", whole.encode(), Content_Type="text/plain")
    refused(filer, "/v1/filings", whole.encode(), Authorization=f"Bearer {canaries.account()}")
    refused(filer, "/v1/filings", flown.plan(), key=f"no key {canaries.citizen_id()}")
    refused(handler, "/v1/filings", flown.plan())

    taken, key = flown.plan(), new_key()
    assert filer.send("POST", "/v1/filings", taken, key=key).status_code == 201
    refused(filer, "/v1/filings", flown.plan(), key=key)
    elsewhere = HttpRoad(flown.rig)
    flown.people += elsewhere.people
    enrolled = elsewhere.plan(0, roster=taken["roster"])
    refused(elsewhere.filer, "/v1/filings", enrolled)

    road.on("2025-04-20")
    row = f"S0001,skill_level_certificate,{NAME},%s,{OCCUPATION},4,2025-02-20,,S000132,valid"
    for holder_id in (
        canaries.wrong_citizen_id(),
        canaries.kept("53290119770213EFGH", "0213EFGH"),
        canaries.kept("5.32901197702137E+17"),
        f'"{canaries.citizen_id()}',
        f"{canaries.citizen_id()},{canaries.phone()}",
        f"{canaries.citizen_id()}\u202e",
    ):
        text = "\n".join((EXTRACT_HEADER, row % holder_id, ""))
        refused(handler, "/v1/certificate-extracts?register=osta", text)
    line = f"B1,{canaries.account()},paid,{canaries.account()},{canaries.phone()},"
    results = f"{flown.batch}/bank-results"
    refused(handler, results, f"{BANK_HEADER}\n{line}\n")
    refused(handler, results, canaries.account())

    signing_in = {"account_name": canaries.citizen_id(), "password": canaries.kept("pass canary")}
    refused(filer, "/v1/sessions", signing_in)
    refused(filer, "/v1/sessions", {**signing_in, "password": [canaries.kept("pass too")]})
    refused(filer, f"/v1/filings/{canaries.citizen_id()}", None)
    refused(filer, f"/v1/{canaries.citizen_id()}", None)
    refused(filer, f"/v1/filings?cursor={canaries.citizen_id()}", None)
    refused(filer, f"/v1/filings?state={canaries.citizen_id()}", None)
    refused(filer, f"/v1/filings?page_size={canaries.phone()}", None)
    refused(filer, "/v1/filings", None, Accept=f"text/{canaries.phone()}")
    refused(
        filer,
        f"{flown.settlement}/submit",
        b"",
        If_Match=f'"{canaries.citizen_id()}"',
        Accept_Language=canaries.phone(),
        X_Request_Id=canaries.citizen_id(),
        User_Agent=canaries.phone(),
    )
    # What was meant to be refused was refused for what it was.
    assert codes >= {
        "body_invalid",
        "citizen_id_birth_date",
        "citizen_id_checksum",
        "citizen_id_malformed",
        "extract_faulty",
        "bank_result_faulty",
        "key_reused",
        "not_permitted",
        "person_enrolled_elsewhere",
        "phone_malformed",
        "roster_faulty",
        "sign_in_failed",
        "spreadsheet_rounded",
        "unauthenticated",
        "unsupported_media_type",
    }


def test_canaries_are_in_no_answer_and_no_problem(aviary: Aviary) -> None:
    problems = [answer for answer in aviary.heard if answer.status >= 400]
    assert len(problems) > 40
    sung = [
        (answer.method, answer.status, found)
        for answer in aviary.heard
        if (found := aviary.found_in(answer.body.decode() + answer.headers))
    ]
    assert sung == []
    # The same search does find a canary: the bank's file holds whole accounts, and nothing else.
    exported = aviary.road.handler.text(f"{aviary.batch}/export")
    assert len(aviary.found_in(exported)) == 1


def test_canaries_are_in_no_log_of_api_worker_or_servers(aviary: Aviary) -> None:
    logs = aviary.rig.logs()
    assert logs.count('"operation": "CreateFiling"') > 20
    assert '"code": "roster_faulty"' in logs
    assert "database system is ready" in logs
    assert "ring()" in logs
    assert aviary.found_in(logs) == []
    assert NAME not in logs
    assert PASSWORD not in logs


def test_canaries_are_in_no_row_of_any_table_but_as_sealed(aviary: Aviary) -> None:
    tables = [
        row["name"]
        for row in aviary.rig.sql(
            "select table_name as name from information_schema.tables"
            " where table_schema = 'public' and table_type = 'BASE TABLE' order by 1"
        )
    ]
    assert {"enrolments", "jobs", "kept_answers", "audit_entries", "payee_accounts"} <= {*tables}
    sung = {}
    rows_by_table = {}
    for table in tables:
        if table == "finding_rules":  # thousands of rows of the product's own
            continue
        rows = [row["row"] for row in aviary.rig.sql(f"select t::text as row from {table} t")]
        rows_by_table[table] = rows
        if found := aviary.found_in("\n".join(rows)):
            sung[table] = found
    assert sung == {}
    # The search reads what stands in the tables, bytes included.
    assert any(NAME in row for row in rows_by_table["enrolments"])
    assert any("车工中级工班".encode().hex() in row for row in rows_by_table["kept_answers"])
    assert any(b'"people":6'.hex() in row for row in rows_by_table["audit_entries"])
    for table in ("jobs", "kept_answers", "audit_entries"):
        assert rows_by_table[table]
        assert not any(NAME in row or NAME.encode().hex() in row for row in rows_by_table[table])


def test_a_sealed_account_moved_to_another_row_does_not_open_and_tells_nothing(rig: Rig) -> None:
    road, canaries = HttpRoad(rig), Canaries()
    flown = Aviary(rig, road, canaries, [road.handler])
    road.plan_of = flown.plan
    filings = road.listed(filings=2, people=1)
    prepayments = [road.prepayment_approved(filing) for filing in filings]
    batch = road.at_bank("prepayment", prepayments, 2024)
    exported = road.handler.text(f"{batch}/export")
    accounts = [stem for stem in canaries.stems if re.search(rf"\b{stem}\b", exported)]
    assert len(accounts) == 2
    audited = "select count(*) from audit_entries where action = 'batch.export'"
    downloads = rig.one(audited)

    # As somebody with the database's highest rights could: past row security and triggers.
    swapped = (
        "update payee_accounts a set account_sealed = b.account_sealed from payee_accounts b"
        " where a.place_id = $1 and b.place_id = $1 and a.id <> b.id"
    )
    rig.sql(swapped, road.staff.place.id, triggers=False)
    answer = road.handler.send("GET", f"{batch}/export")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert flown.found_in(answer.text) == []
    assert rig.one(audited) == downloads
    logs = rig.logs()
    assert "SealBroken" in logs
    assert flown.found_in(logs) == []

    rig.sql(swapped, road.staff.place.id, triggers=False)
    assert road.handler.text(f"{batch}/export") == exported
