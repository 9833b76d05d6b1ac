"""The road of a filing whose prepayments come year by year: 高级工, two years, 6000 元 a year, half ahead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import uuid4

from adapters.postgres.jobs import PostgresSchedules
from domain.jobs import Schedule
from tests.integration.api import road
from tests.integration.api.cities import city_desk, signed_by_both, standard_of
from tests.integration.api.desk import Ask, Desk, Json

SECOND_YEAR, ENDS = "2027-02-03", "2028-02-02"
CERTIFIED = {"grade": 3, "issued_on": "2028-01-25"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Years:
    """A listed filing of a city with a standard of its own, and its people by seat."""

    desk: Desk
    policy: Json
    filing_id: str
    roster: Sequence[Json]
    people: Sequence[str]

    @property
    def path(self) -> dict[str, str]:
        """The filing as an address names it."""
        return {"filing_id": self.filing_id}

    def ask(self) -> Ask:
        """Ask for the next prepayment."""
        return self.desk.ask("RequestPrepayment", "filer", body={"filing_id": self.filing_id})

    async def prepayments(self) -> list[Json]:
        """What is on file, by period."""
        query = f"filing_id={self.filing_id}"
        found: list[Json] = (await self.desk.done("ListPrepayments", "filer", query=query))["items"]
        return found

    async def parts(self) -> list[tuple[int, int, str]]:
        """What is committed, by budget year."""
        shown = await self.desk.done("GetCommitments", "filer", path=self.path)
        return [
            (one["budget_year"], one["amount_fen"], one["state"]) for one in shown["commitments"]
        ]


def at(desk: Desk, day: str) -> None:
    """Nine in the morning of a day in China."""
    on = date.fromisoformat(day)
    desk.clock.at = datetime(on.year, on.month, on.day, 1, tzinfo=UTC)


async def listed_for_years(
    desk: Desk,
    *,
    people: int = 3,
    filed_months: int = 24,
    settles: str = "at_end",
    **prepaid: object,
) -> Years:
    """A filing of several years, listed under a standard that prepays each of them."""
    city, code = await city_desk(desk)
    rule = {"share_basis_points": 5000, "base": "EACH_YEAR"} | prepaid
    policy = standard_of(code, rates={"3": 600_000}, prepayment=rule, settles=settles)
    await signed_by_both(city, policy)
    roster = [road.person(contract_months=48) for _ in range(people)]
    plan: Json = {"roster": roster, "filed_months": filed_months, "target_grade": 3}
    if filed_months > 24:
        plan["term_reason"] = "高级工培养周期较长"
    filing_id = await road.listed(city, **plan)
    return Years(
        desk=city,
        policy=policy,
        filing_id=filing_id,
        roster=roster,
        people=await road.people_of(city, filing_id),
    )


async def left(desk: Desk, enrolment_id: str, *, day: str = "2026-09-30") -> None:
    """Somebody leaves in the middle of the class, as an authority may write it down."""
    await desk.tampered(
        "update enrolments set state = 'exited', ended_on = cast(cast(:day as text) as date),"
        " exit_reason = 'left' where id = :id",
        day=day,
        id=enrolment_id,
    )


async def completed(years: Years, certified: Sequence[int], *, failed: Sequence[int] = ()) -> None:
    """The term ends: some completed with a certificate that the register knows, some failed."""
    desk = years.desk
    at(desk, "2028-04-03")
    outcomes = [
        {"enrolment_id": years.people[seat], "outcome": outcome, "day": ENDS}
        for outcome, seats in (("completed", certified), ("failed", failed))
        for seat in seats
    ]
    version = await road.version_of(desk, "GetFiling", **years.path)
    body = {"completed_on": ENDS, "outcomes": outcomes}
    await desk.done("ReportCompletion", "filer", path=years.path, version=version, body=body)
    rows = [
        road.registered(
            years.people[seat],
            years.roster[seat],
            certificate_number=number_of(years.people[seat]),
            grade="3",
            issued_on="2028-01-25",
            evaluated_on="2028-01-15",
        )
        for seat in certified
    ]
    await road.loaded(desk, *rows)


async def settled(years: Years, certified: Sequence[int] = ()) -> str:
    """The next settlement, approved; nobody's certificate is declared where training goes on."""
    declared = [
        road.declaration(
            years.people[seat], certificate_number=number_of(years.people[seat]), **CERTIFIED
        )
        for seat in certified
    ]
    settlement_id = await road.judged(years.desk, years.filing_id, *declared)
    await road.approved(years.desk, settlement_id)
    await years.desk.idle()
    return settlement_id


async def amounts(desk: Desk, settlement_id: str) -> dict[str, int]:
    """The figures of a settlement, in fen."""
    shown = await desk.done("GetSettlement", "filer", path={"settlement_id": settlement_id})
    return {name: fen for name, fen in shown["amounts"].items() if fen}


def number_of(enrolment_id: str) -> str:
    """A certificate number of grade 3."""
    return road.number_of(enrolment_id).replace("4000001", "3000001")


async def day_passes(desk: Desk, day: str) -> None:
    """A day's job for prepayments that nobody asks for, and what follows from it."""
    at(desk, day)
    schedule = Schedule(name=f"test_{uuid4().hex}", kind="open_prepayments")
    on = date.fromisoformat(day)
    assert len(await PostgresSchedules(desk.house.engine).open_due(schedule, on, 1)) == 1
    await desk.idle()


async def balances(desk: Desk) -> dict[str, int]:
    """What the place's accounts hold over all books, nothing left out but zeros; debits are credits."""
    shown = await desk.done("GetTrialBalance", "finance")
    assert shown["debits_fen"] == shown["credits_fen"]
    held: dict[str, int] = {}
    for row in shown["rows"]:
        held[row["account"]] = held.get(row["account"], 0) + row["balance_fen"]
    assert sum(held.values()) == 0
    return {account: fen for account, fen in held.items() if fen}
