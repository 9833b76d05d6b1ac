"""Codes of filings, prepayments, budgets and the calculator."""

import json
from datetime import UTC, datetime
from typing import Any

from domain.party import Role
from tests.integration.api import road, year_road
from tests.integration.api.desk import BY_ID, Ask, Desk, Json
from tests.integration.api.probe import provokes


def _plan(desk: Desk, **changed: object) -> Ask:
    return desk.ask("CreateFiling", "filer", body=road.plan(desk, **changed))  # type: ignore[arg-type]


@provokes("place_unknown", "place_unknown")
async def a_region_without_a_bureau(desk: Desk) -> Ask:
    return _plan(desk, region_code="990000")


@provokes("no_policy_in_force")
async def before_every_standard(desk: Desk) -> Ask:
    desk.clock.at = datetime(2018, 6, 1, 1, tzinfo=UTC)
    return _plan(desk)


@provokes(
    "plan_faulty",
    "occupation_code_malformed",
    "fund_source_unknown",
    "provider_by_training_mode",
    "no_rate_for_grade",
    "term_not_whole_years",
    "uplift_not_allowed",
)
async def a_plan_no_standard_pays(desk: Desk) -> Ask:
    return _plan(
        desk,
        occupation_code="6-18",
        fund_source="lottery",
        provider_name="某培训学校",
        target_grade=5,
        filed_months=13,
        uplift_basis_points=100,
    )


@provokes("training_not_after_filing", "training_not_after_filing")
async def training_begins_today(desk: Desk) -> Ask:
    return _plan(desk, starts_on="2026-02-02")


@provokes(
    "roster_faulty",
    "citizen_id_malformed",
    "citizen_id_birth_date",
    "citizen_id_checksum",
    "phone_malformed",
    "person_twice_in_roster",
)
async def a_roster_wrong_in_every_way(desk: Desk) -> Ask:
    twice = road.person()
    numbers = ("11010119900307425", "110101199013074258", "110101199003074259")
    return _plan(
        desk,
        roster=[
            twice,
            twice,
            road.person(phone="02083330000"),
            *(road.person(citizen_id=number) for number in numbers),
        ],
    )


@provokes("person_enrolled_elsewhere", "person_enrolled_elsewhere")
async def a_person_in_two_classes(desk: Desk) -> Ask:
    someone = road.person()
    await road.submitted(desk, roster=[someone])
    return _plan(desk, roster=[someone])


@provokes("payee_faulty", "payee_name_differs", "account_malformed", "bank_code_malformed")
async def somebody_elses_account(desk: Desk) -> Ask:
    payee = {"account_name": "别人", "account_number": "12345678A", "bank_code": "10210009999X"}
    return _plan(desk, payee=payee)


@provokes("payee_faulty", "bank_code_checksum")
async def a_bank_code_with_a_wrong_digit(desk: Desk) -> Ask:
    payee = {
        "account_name": desk.staff.enterprise.name,
        "account_number": "3200160123456789012",
        "bank_code": "102100099997",
    }
    return _plan(desk, payee=payee)


@provokes("filings_of_other_places")
async def one_listing_for_two_places(desk: Desk) -> Ask:
    other = await desk.neighbour()
    filings = [(await road.reviewed(desk), 4), (await road.reviewed(other), 4)]
    await desk.hire("city", frozenset({Role.APPROVER}), region_path="/32/3206/")
    return desk.ask("ListFilings", "city", body=road.listing("试人社〔2026〕1号", *filings))


@provokes("document_number_used")
async def one_number_for_two_listings(desk: Desk) -> Ask:
    first, second = await road.reviewed(desk), await road.reviewed(desk)
    await desk.done("ListFilings", "approver", body=road.listing("一号", (first, 4)))
    return desk.ask("ListFilings", "approver", body=road.listing("一号", (second, 4)))


@provokes("opening_out_of_order", "opening_out_of_order")
async def training_began_before_it_was_listed(desk: Desk) -> Ask:
    filing_id = await road.listed(desk)
    body = {"starts_on": "2026-02-01"}
    return desk.ask("ReportOpening", "filer", path={"filing_id": filing_id}, version=5, body=body)


@provokes(
    "completion_faulty",
    "person_twice_in_report",
    "person_not_in_training",
    "day_outside_training",
    "exit_reason_missing",
    "reason_without_exit",
    "people_without_outcome",
)
async def a_report_wrong_in_every_way(desk: Desk) -> Ask:
    filing_id = await road.listed(desk)
    await road.opened(desk, filing_id)
    (one, _) = await road.people_of(desk, filing_id)
    stranger = "0192f0c4-7c1e-7000-8000-000000000001"
    outcomes = [
        {"enrolment_id": one, "outcome": "exited", "day": "2026-02-03"},
        {"enrolment_id": one, "outcome": "completed", "day": "2026-02-03", "reason": "left"},
        {"enrolment_id": stranger, "outcome": "completed", "day": "2030-01-01"},
        {"enrolment_id": one, "outcome": "completed", "day": "2026-02-03"},
    ]
    body = {"completed_on": "2026-02-03", "outcomes": outcomes}
    path = {"filing_id": filing_id}
    return desk.ask("ReportCompletion", "filer", path=path, version=6, body=body)


@provokes("prepayment_not_yet")
async def a_prepayment_of_an_unlisted_filing(desk: Desk) -> Ask:
    body = {"filing_id": await road.submitted(desk)}
    return desk.ask("RequestPrepayment", "filer", body=body)


@provokes("prepayment_exists")
async def a_second_prepayment(desk: Desk) -> Ask:
    filing_id = await road.listed(desk)
    await road.prepayment_requested(desk, filing_id)
    return desk.ask("RequestPrepayment", "filer", body={"filing_id": filing_id})


@provokes("prepayment_too_early")
async def the_second_years_prepayment_in_the_first_year(desk: Desk) -> Ask:
    years = await year_road.listed_for_years(desk, people=1)
    await road.prepayment_approved(years.desk, years.filing_id)
    await road.opened(years.desk, years.filing_id)
    return years.ask()


@provokes("prepayment_undecided")
async def the_second_years_prepayment_before_the_first_is_decided(desk: Desk) -> Ask:
    years = await year_road.listed_for_years(desk, people=1)
    await road.prepayment_requested(years.desk, years.filing_id)
    await road.opened(years.desk, years.filing_id)
    year_road.at(years.desk, year_road.SECOND_YEAR)
    return years.ask()


@provokes("prepayment_too_late")
async def a_prepayment_after_the_filed_term(desk: Desk) -> Ask:
    filing_id = await road.listed(desk)
    await road.opened(desk, filing_id)
    desk.clock.at = road.SETTLES
    return desk.ask("RequestPrepayment", "filer", body={"filing_id": filing_id})


async def _approval(desk: Desk, **body: object) -> Ask:
    prepayment_id = await road.prepayment_reviewed(desk, await road.listed(desk))
    path = {"prepayment_id": prepayment_id}
    return desk.ask("ApprovePrepayment", "approver", path=path, version=2, body=body)


@provokes("prepayment_of_nothing")
async def a_share_of_nothing(desk: Desk) -> Ask:
    return await _approval(desk, share_basis_points=0, reason="暂缓")


@provokes("share_above_policy")
async def more_than_the_policy_prepays(desk: Desk) -> Ask:
    return await _approval(desk, share_basis_points=9000, reason="多付")


@provokes("reason_missing", "reason_missing")
async def a_lower_share_without_a_reason(desk: Desk) -> Ask:
    return await _approval(desk, share_basis_points=4000)


@provokes("duty_conflict")
async def one_person_drafts_and_approves(desk: Desk) -> Ask:
    body = {
        "fund_source": road.FUND,
        "budget_year": road.YEAR,
        "amount_fen": 1,
        "document_number": "试财〔2026〕7号",
    }
    drafted = await desk.done("DraftAppropriation", "finance", body=body)
    path = {"appropriation_id": drafted["case"]["id"]}
    return desk.ask("ApproveAppropriation", "finance", path=path, version=1)


@provokes("not_the_drafter")
async def a_draft_withdrawn_by_a_colleague(desk: Desk) -> Ask:
    body = {
        "fund_source": road.FUND,
        "budget_year": road.YEAR,
        "amount_fen": 1,
        "document_number": "试财〔2026〕8号",
    }
    drafted = await desk.done("DraftAppropriation", "finance", body=body)
    path = {"appropriation_id": drafted["case"]["id"]}
    return desk.ask("WithdrawAppropriation", "finance_second", path=path, version=1, body={})


# --- the calculator ---------------------------------------------------------------------------------

PACK_ID = "nantong-2019-15"


def _case(desk: Desk, **changed: object) -> Ask:
    example: Json = json.loads(json.dumps(BY_ID["Calculate"].body_example))
    return desk.ask("Calculate", None, body=example | changed)


def _pack(desk: Desk, pack_id: str = PACK_ID) -> Any:
    pack = desk.house.ports.policies.get(pack_id)
    assert pack is not None
    return json.loads(json.dumps(dict(pack.document)))


@provokes("calculation_refused", "policy_unknown")
async def a_policy_that_is_none(desk: Desk) -> Ask:
    return _case(desk, policy="nowhere-2000-1")


@provokes(
    "calculation_refused",
    "groups_and_counters",
    "more_people_than_planned",
    "policy_not_in_force",
    "no_rate_for_grade",
    "term_outside_policy",
)
async def a_case_that_contradicts_itself(desk: Desk) -> Ask:
    groups = [{"people": 40, "evidence": "none"}]
    return _case(desk, groups=groups, filing_date="2000-01-01", target_grade=5, filed_months=60)


@provokes("calculation_refused", "uplift_above_maximum", "unit_needs_dates")
async def a_policy_that_counts_days(desk: Desk) -> Ask:
    policy = _pack(desk) | {
        "unit": {"kind": "day"},
        "uplift": {"max_basis_points": 1000, "grades": [4]},
    }
    return _case(desk, policy=policy, uplift=2000)


@provokes("policy_invalid", "policy_contradicts_itself")
async def a_policy_that_ends_before_it_begins(desk: Desk) -> Ask:
    return _case(desk, policy=_pack(desk) | {"valid_to": "2018-01-01"})


@provokes("policy_invalid", "repeated_item")
async def a_policy_that_repeats_itself(desk: Desk) -> Ask:
    policy = _pack(desk)
    policy["people"]["categories"] *= 2
    return _case(desk, policy=policy)
