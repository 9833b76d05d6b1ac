"""Codes of policy versions: what stands against a draft, and who signs what; and of the calculator."""

from domain.party import Role
from tests.integration.api import road
from tests.integration.api.cities import city_desk
from tests.integration.api.desk import BY_ID, Ask, Desk, Json
from tests.integration.api.probe import provokes


def standard(**changed: object) -> Json:
    """The shortest standard of 南通市, which is not the desk's own region."""
    return {
        "id": "probe-standard",
        "region": "3206",
        "document": None,
        "valid_from": "2026-07-01",
        "rates": {"4": 500_000},
        "uncertified": {"mode": "none"},
        "below_filed": "nothing",
        "prepayment": {"share_basis_points": 5000, "base": "ONE_YEAR"},
        "unit": {"kind": "filed_years"},
    } | changed


def drafting(desk: Desk, policy: Json, *moves: str) -> Ask:
    """Draft a version."""
    return desk.ask("DraftPolicy", "approver", body={"policy": policy, "moves": list(moves)})


@provokes("policy_invalid", "missing_field")
async def a_pack_without_its_unit(desk: Desk) -> Ask:
    policy = standard()
    del policy["unit"]
    return drafting(desk, policy)


@provokes("policy_refused", "policy_of_another_region", "below_floor_without_reason")
async def a_county_drafts_for_its_city_below_the_floor(desk: Desk) -> Ask:
    return drafting(desk, standard(rates={"4": 499_999}))


@provokes("policy_refused", "policy_id_taken", "policy_of_another_region")
async def somebody_elses_id(desk: Desk) -> Ask:
    return drafting(desk, road.overlay(desk, id="nantong-2019-15", region="3206"))


@provokes("policy_refused", "policy_period_used")
async def a_period_that_cases_went_by(desk: Desk) -> Ask:
    city, code = await city_desk(desk)
    first = standard(id=f"first-{code}", region=code, valid_from="2026-01-01")
    proposal_id = str(
        (await city.done("DraftPolicy", "drafter", body={"policy": first}))["case"]["id"]
    )
    path = {"proposal_id": proposal_id}
    await city.done("SignPolicyForLabour", "labour", path=path, version=1, body={})
    await city.done("SignPolicyForFinance", "finance_of_city", path=path, version=2, body={})
    await road.submitted(city)
    again = standard(id=f"again-{code}", region=code, valid_from="2026-01-01")
    return city.ask("DraftPolicy", "drafter", body={"policy": again})


@provokes("policy_refused", "policy_of_another_region", "filing_not_movable")
async def a_draft_is_not_moved(desk: Desk) -> Ask:
    return drafting(desk, standard(), await road.submitted(desk, submit=False))


@provokes("policy_refused", "overlay_moves_nothing")
async def an_overlay_moves_a_filing(desk: Desk) -> Ask:
    return drafting(desk, road.overlay(desk), await road.submitted(desk))


@provokes("wrong_department")
async def a_bureau_signs_for_the_finance_department(desk: Desk) -> Ask:
    proposal_id = await road.policy_proposed(desk)
    lent = await desk.hire(
        "lent", frozenset({Role.FINANCE}), region_path=desk.staff.place.region_path
    )
    return desk.ask(
        "SignPolicyForFinance", lent, path={"proposal_id": proposal_id}, version=1, body={}
    )


@provokes("document_number_differs", "document_number_differs")
async def another_document_is_confirmed(desk: Desk) -> Ask:
    proposal_id = await road.policy_proposed(desk)
    return desk.ask(
        "SignPolicyForFinance",
        "finance",
        path={"proposal_id": proposal_id},
        version=1,
        body={"document_number": "启财〔2026〕1号"},
    )


@provokes("plan_faulty", "term_needs_reason")
async def a_long_term_without_a_reason(desk: Desk) -> Ask:
    return desk.ask("CreateFiling", "filer", body=road.plan(desk, filed_months=36))


@provokes("calculation_refused", "days_and_months", "period_reversed", "prepaid_and_share")
async def a_case_says_one_thing_twice(desk: Desk) -> Ask:
    days = {"first_day": "2026-03-02", "last_day": "2026-03-01"}
    group = {"people": 1, "evidence": "none", "actual_months": 1, "days": days}
    case = {
        "policy": "nantong-2019-15",
        "target_grade": 4,
        "filed_months": 12,
        "planned": 1,
        "groups": [group],
        "prepaid_fen": 1,
        "prepayment_share_basis_points": 5000,
    }
    assert BY_ID["Calculate"].public
    return desk.ask("Calculate", None, body=case)
