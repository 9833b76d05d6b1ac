"""The published cases over HTTP, from the plan to the last payment, as `/v1/calculations` works them out.

The amounts are worked out by hand beside each case. People beyond 启东 are constructed: few, and one
of each outcome.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from tests.integration.api import road
from tests.integration.api.cities import city_desk, signed_by_both, standard_of
from tests.integration.api.desk import Desk, House, Json, open_desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A class of one year and what it comes to, in fen; everybody else left."""

    city: str
    policy: str
    planned: int
    certified: int
    uncertified: int = 0
    year: int = road.YEAR
    grade: int = 4
    uplift: int = 0
    prepaid_fen: int
    person_fen: int
    uncertified_fen: int = 0
    balance_fen: int
    mentors: int = 0
    noticed: bool = False

    @property
    def earned_fen(self) -> int:
        return self.certified * self.person_fen + self.uncertified * self.uncertified_fen

    def calculation(self, policy: str | Json) -> Json:
        """The same case as the calculator reads it."""
        return {
            "policy": policy,
            "target_grade": self.grade,
            "filed_months": 12,
            "actual_months": 12,
            "planned": self.planned,
            "completed_certified": self.certified,
            "completed_uncertified": self.uncertified,
            "uplift": self.uplift,
            "filing_date": f"{self.year}-02-02",
        }


CASES = (
    # 启东市 2025-04: 33 × 4000 × 50 % = 66 000; 32 × 4000 = 128 000; 62 000 are left.
    Case(city="3206", policy="nantong-2019-15", planned=33, certified=32, prepaid_fen=6_600_000,
         person_fen=400_000, balance_fen=6_200_000),
    # 5 × 5000 × 50 % = 12 500; 3 × 5000 + 1 × 4000 = 19 000; one left and earns nothing.
    Case(city="4201", policy="wuhan-2019", year=2020, planned=5, certified=3, uncertified=1,
         prepaid_fen=1_250_000, person_fen=500_000, uncertified_fen=400_000, balance_fen=650_000),
    # 4 × 6000 × 50 % = 12 000; 3 × 6000 = 18 000; who has no certificate earns nothing.
    Case(city="4201", policy="wuhan-2022", planned=4, certified=3, uncertified=1,
         prepaid_fen=1_200_000, person_fen=600_000, balance_fen=600_000),
    # 高级工 in a scarce occupation: 6500 × 130 % = 8450; 3 × 8450 × 50 % = 12 675; 2 × 8450 = 16 900.
    Case(city="4401", policy="guangdong-2023-13", grade=3, uplift=3000, planned=3, certified=2,
         prepaid_fen=1_267_500, person_fen=845_000, balance_fen=422_500),
    # 技师: 3 × 8500 × 50 % = 12 750; 2 × 8500 = 17 000; three mentors and a notice, as 深圳 adds.
    Case(city="4403", policy="shenzhen-2019-11", grade=2, planned=3, certified=2, mentors=3,
         noticed=True, prepaid_fen=1_275_000, person_fen=850_000, balance_fen=425_000),
    # 3 × 5000 × 50 % = 7500; 3 × 5000 = 15 000.
    Case(city="5301", policy="yunnan", planned=3, certified=3, prepaid_fen=750_000,
         person_fen=500_000, balance_fen=750_000),
    # A city without a standard, in a province without one: the nation's, 3 × 5000 × 50 %; 2 × 5000.
    Case(city="6101", policy="national-2021-39", planned=3, certified=2, prepaid_fen=750_000,
         person_fen=500_000, balance_fen=250_000),
)  # fmt: skip


MENTOR: Json = {"name": "李师傅", "kind": "enterprise", "occupation_name": "车工", "grade": 1}


@pytest.mark.parametrize("case", CASES, ids=[case.policy for case in CASES])
async def test_a_published_case_is_paid_over_http_as_the_calculator_works_it_out(
    house: House, case: Case
) -> None:
    async with open_desk(house, city=case.city) as desk:
        desk.clock.at = datetime(case.year, 2, 2, 1, tzinfo=UTC)
        await _walked(desk, case)
        await _calculated(desk, case, case.policy)


async def test_a_city_that_drafts_half_for_no_certificate_pays_half(desk: Desk) -> None:
    # As 泰州市: 5 × 5000 × 50 % = 12 500; 3 × 5000 + 1 × 2500 = 17 500; one left.
    city, code = await city_desk(desk)
    half = {"mode": "share", "share_basis_points": 5000}
    policy = standard_of(code, uncertified=half)
    await signed_by_both(city, policy)
    case = Case(
        city=code, policy=policy["id"], planned=5, certified=3, uncertified=1,
        prepaid_fen=1_250_000, person_fen=500_000, uncertified_fen=250_000, balance_fen=500_000,
    )  # fmt: skip
    await _walked(city, case)
    await _calculated(city, case, policy)


async def _walked(desk: Desk, case: Case) -> None:
    following = case.year + 1
    for year in (case.year, following):
        await road.appropriated(desk, year=year, amount_fen=100_000_000)
    roster = [road.person(hired_on=f"{case.year - 1}-09-01") for _ in range(case.planned)]
    filing_id = await road.listed(
        desk, roster=roster, target_grade=case.grade, uplift_basis_points=case.uplift,
        starts_on=f"{case.year}-02-03", mentors=[MENTOR] * case.mentors,
    )  # fmt: skip
    filing = {"filing_id": filing_id}
    assert (await desk.done("GetFiling", "filer", path=filing))["policy_id"] == case.policy

    prepayment_id = await road.prepayment_approved(desk, filing_id)
    prepaid = await desk.done("GetPrepayment", "filer", path={"prepayment_id": prepayment_id})
    assert prepaid["amount_fen"] == case.prepaid_fen
    await road.paid(desk, ("prepayment", prepayment_id), year=case.year)

    people = await _trained(desk, case, filing_id)
    certified = list(zip(people, roster, strict=True))[: case.certified]
    changed = {"grade": str(case.grade), "issued_on": f"{following}-02-20"}
    await road.loaded(
        desk,
        *(
            road.registered(
                one, who, certificate_number=_number(one, case),
                evaluated_on=f"{following}-01-15", **changed,
            )
            for one, who in certified
        ),
    )  # fmt: skip
    settlement_id = await road.judged(
        desk, filing_id,
        *(
            road.declaration(
                one, grade=case.grade, issued_on=f"{following}-02-20",
                certificate_number=_number(one, case),
            )
            for one, _ in certified
        ),
    )  # fmt: skip
    if case.noticed:
        early = desk.ask(
            "ApproveSettlement", "approver", path={"settlement_id": settlement_id},
            version=await road.settlement_version(desk, settlement_id), body={},
        )  # fmt: skip
        assert (await desk.send(early)).json()["code"] == "notice_required"
        await road.published(desk, settlement_id)
        await road.ended(desk)
    await road.approved(desk, settlement_id)
    await road.paid(desk, ("settlement", settlement_id), year=following)
    await _closed(desk, case, filing_id, settlement_id)


async def _trained(desk: Desk, case: Case, filing_id: str) -> list[str]:
    """The year passes; returns the people by seat: certified, uncertified, gone."""
    path = {"filing_id": filing_id}
    desk.clock.at = datetime(case.year, 2, 3, 1, tzinfo=UTC)
    await desk.done(
        "ReportOpening", "filer", path=path, version=await road.version_of(desk, "GetFiling", **path),
        body={"starts_on": f"{case.year}-02-03"},
    )  # fmt: skip
    desk.clock.at = datetime(case.year + 1, 4, 1, 1, tzinfo=UTC)
    people = await road.people_of(desk, filing_id)
    ends, stayed = f"{case.year + 1}-02-02", case.certified + case.uncertified
    outcomes: list[Json] = [
        {"enrolment_id": one, "outcome": "completed", "day": ends} for one in people[:stayed]
    ]
    outcomes += [
        {"enrolment_id": one, "outcome": "exited", "day": f"{case.year}-09-30", "reason": "left"}
        for one in people[stayed:]
    ]
    await desk.done(
        "ReportCompletion", "filer", path=path, version=await road.version_of(desk, "GetFiling", **path),
        body={"completed_on": ends, "outcomes": outcomes},
    )  # fmt: skip
    return people


def _number(enrolment_id: str, case: Case) -> str:
    return f"{road.number_of(enrolment_id)[:15]}{case.grade}000001"


async def _closed(desk: Desk, case: Case, filing_id: str, settlement_id: str) -> None:
    filing = {"filing_id": filing_id}
    assert (await desk.done("GetFiling", "filer", path=filing))["case"]["state"] == "closed"
    settled = await desk.done("GetSettlement", "filer", path={"settlement_id": settlement_id})
    assert settled["case"]["state"] == "closed"
    assert settled["amounts"]["entitled_fen"] == case.earned_fen
    assert settled["amounts"]["balance_fen"] == case.balance_fen
    assert settled["amounts"]["recovery_fen"] == 0
    payments = (await desk.done("ListPayments", "filer", query=f"filing_id={filing_id}"))["items"]
    assert [(one["amount_fen"], one["state"]) for one in payments] == [
        (case.prepaid_fen, "paid"),
        (case.balance_fen, "paid"),
    ]
    entries = (await desk.done("ListPersonEntries", "filer", query=f"filing_id={filing_id}"))[
        "items"
    ]
    gone = case.planned - case.certified - case.uncertified
    assert sorted(one["entitled_fen"] for one in entries) == sorted(
        [case.person_fen] * case.certified + [case.uncertified_fen] * case.uncertified + [0] * gone
    )
    balance = await desk.done("GetTrialBalance", "finance")
    assert balance["debits_fen"] == balance["credits_fen"]
    (own,) = (await desk.done("ListMoneyByEnterprise", "filer"))["items"]
    assert (own["money"]["outlay_fen"], own["money"]["earned_fen"]) == (case.earned_fen,) * 2


async def _calculated(desk: Desk, case: Case, policy: str | Json) -> None:
    answer = await desk.done("Calculate", None, body=case.calculation(policy))
    money = ("prepayment_fen", "entitlement_fen", "balance_fen", "recovery_fen")
    assert [answer[name] for name in money] == [
        case.prepaid_fen, case.earned_fen, case.balance_fen, 0,
    ]  # fmt: skip
