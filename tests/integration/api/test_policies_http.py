"""A standard from draft to the settlement it decides, over HTTP: two departments, report, and readers."""

from domain.party import Role
from tests.integration.api import road
from tests.integration.api.cities import city_desk
from tests.integration.api.desk import Desk, Json
from tests.integration.api.probes_policies import standard

_APPROVER = frozenset({Role.APPROVER})
DOCUMENT = "试人社职〔2026〕3号"


async def test_a_standard_is_drafted_simulated_signed_twice_and_then_pays(desk: Desk) -> None:
    city, code = await city_desk(desk)
    waiting = road.plan(city, people=3, submit=False)
    # The nation's standard is in force before the city has one of its own: 5000 yuan, half ahead.
    filing_id = (await city.done("CreateFiling", "filer", body=waiting))["case"]["id"]
    policy = standard(
        id=f"city-{code}", region=code, document=DOCUMENT, valid_from="2026-02-01",
        rates={"4": 600_000}, ours=["/unit"], netting=True,
    )  # fmt: skip
    tried = await city.done("DraftPolicy", "drafter", body={"policy": policy}, query="dry_run=true")
    assert tried["policy_id"] == f"city-{code}"
    told = {one["pointer"]: one["instead"] for one in tried["not_acted_on"]}
    assert set(told) == {
        "/people/contract_with_filing_enterprise",
        "/people/minimum_wage",
        "/netting",
    }
    assert "抵扣" in told["/netting"]["zh"]
    assert "pays a recovery back" in told["/netting"]["en"]
    assert (await city.done("ListPolicyProposals", "drafter"))["items"] == []

    proposal_id = await _drafted(city, policy)
    path = {"proposal_id": proposal_id}
    report = await city.done("SimulatePolicy", "drafter", path=path, version=1)
    assert report["not_acted_on"] == tried["not_acted_on"]
    waiting = await city.done("GetPolicyProposal", "labour", path=path)
    assert waiting["proposal"]["not_acted_on"] == tried["not_acted_on"]
    assert report["simulation"] == {
        "filings": 1, "people": 3, "kept": 0, "unsettled": 0,
        "entitlement_before_fen": 1_500_000, "entitlement_after_fen": 1_800_000,
        "prepayment_before_fen": 750_000, "prepayment_after_fen": 900_000,
        "unpayable_count": 0, "unpayable": [],
    }  # fmt: skip
    signature = {"document_number": DOCUMENT}
    drafter = city.ask("SignPolicyForLabour", "drafter", path=path, version=2, body=signature)
    refused = await city.send(drafter)
    assert (refused.status_code, refused.json()["code"]) == (403, "duty_conflict")
    half = await city.done(
        "SignPolicyForFinance", "finance_of_city", path=path, version=2, body=signature
    )
    assert half["case"]["state"] == "signed_finance"
    assert (await _resolved(city))["standard"]["policy_id"] == "national-2021-39"
    done = await city.done("SignPolicyForLabour", "labour", path=path, version=3, body=signature)
    assert done["case"]["state"] == "active"

    resolved = await _resolved(city)
    assert resolved["standard"]["id"] == proposal_id
    assert (resolved["standard"]["source"], resolved["overlay"]) == ("case", None)
    assert resolved["rules"]["limits"]["accept"] == 5
    before = await city.done(
        "GetRegionPolicy", "filer", path={"region_code": code}, query="on=2026-01-31"
    )
    assert before["standard"]["policy_id"] == "national-2021-39"

    shown = await city.done("GetPolicy", "finance_of_city", path={"policy_id": proposal_id})
    assert [step["duty"] for step in shown["signatures"]] == [
        "prepare", "sign_finance", "sign_labour",
    ]  # fmt: skip
    assert {step["clause"] for step in shown["signatures"][1:]} == {DOCUMENT}
    assert shown["simulation"]["entitlement_after_fen"] == 1_800_000
    assert shown["content"]["rates"] == {"4": 600_000}
    assert shown["not_acted_on"] == tried["not_acted_on"]
    assert [group["decides"] for group in shown["groups"]] == ["filing", "settlement"]
    assert "certificate_types" in shown["groups"][1]["fields"]
    public = await city.done("GetPolicy", "filer", path={"policy_id": proposal_id})
    assert (public["signatures"], public["simulation"]) == ([], None)
    page = await city.done("ListPolicyProposals", "labour", query="state=active")
    assert [one["case"]["id"] for one in page["items"]] == [proposal_id]

    submitted = await city.done("SubmitFiling", "filer", path={"filing_id": filing_id}, version=1)
    assert submitted["policy_id"] == f"city-{code}"


async def test_a_long_term_is_filed_with_its_reason(desk: Desk) -> None:
    """Shows FIL-09."""
    reason = "高级工班，三年制"
    body = road.plan(desk, filed_months=36, term_reason=reason)
    filed = await desk.done("CreateFiling", "filer", body=body)
    path = {"filing_id": filed["case"]["id"]}
    shown = await desk.done("GetFiling", "handler", path=path)
    assert (shown["filed_months"], shown["term_reason"]) == (36, reason)


async def test_an_overlay_is_signed_like_a_standard_and_holds_for_its_county(desk: Desk) -> None:
    """Shows FIL-03."""
    proposal_id = await road.policy_proposed(desk, road.overlay(desk, valid_from="2026-02-01"))
    path = {"proposal_id": proposal_id}
    signature = {"document_number": road.overlay(desk)["document"]}
    hired = await desk.hire("second", _APPROVER, region_path=desk.staff.place.region_path)
    await desk.done("SignPolicyForLabour", hired, path=path, version=1, body=signature)
    await desk.done("SignPolicyForFinance", "finance", path=path, version=2, body=signature)
    report = await desk.done("GetPolicyProposal", "handler", path=path)
    assert report["simulation"]["entitlement_before_fen"] == 0
    county = {"region_code": desk.staff.region_code}
    resolved = await desk.done("GetRegionPolicy", "filer", path=county)
    assert resolved["standard"]["policy_id"] == "nantong-2019-15"
    assert resolved["overlay"]["id"] == proposal_id
    assert resolved["rules"]["limits"] | {"accept": 3} == resolved["rules"]["limits"]
    assert "/limits/review" in resolved["overlay"]["defaults"]
    policies = await desk.done("GetPolicies", "filer")
    found = {one["id"]: one for one in policies["items"]}
    assert (found[proposal_id]["kind"], found[proposal_id]["rates"]) == ("overlay", {})
    whole = await desk.done("GetPolicy", "filer", path={"policy_id": proposal_id})
    assert (whole["groups"], whole["not_acted_on"]) == ([], [])


async def test_either_department_refuses_with_a_reason_and_the_drafter_withdraws(
    desk: Desk,
) -> None:
    hired = await desk.hire("second", _APPROVER, region_path=desk.staff.place.region_path)
    for operation_id, person in (
        ("RefusePolicyForLabour", hired), ("RefusePolicyForFinance", "finance"),
    ):  # fmt: skip
        path = {"proposal_id": await road.policy_proposed(desk)}
        silent = desk.ask(operation_id, person, path=path, version=1, body={})
        assert (await desk.send(silent)).json()["code"] == "reason_missing"
        body = {"reason": "标准过高"}
        refused = await desk.done(operation_id, person, path=path, version=1, body=body)
        assert refused["case"]["state"] == "refused"
    path = {"proposal_id": await road.policy_proposed(desk)}
    await desk.done("WithdrawPolicy", "approver", path=path, version=1)
    steps = (await desk.done("GetPolicyProposalHistory", "handler", path=path))["steps"]
    assert [step["to_state"] for step in steps] == ["draft", "withdrawn"]
    nobody = desk.ask("GetPolicy", "filer", path={"policy_id": path["proposal_id"]})
    assert (await desk.send(nobody)).status_code == 404
    nowhere = desk.ask("GetRegionPolicy", "filer", path={"region_code": "atlantis"})
    assert (await desk.send(nowhere)).status_code == 404


async def _drafted(city: Desk, policy: Json) -> str:
    drafted = await city.done("DraftPolicy", "drafter", body={"policy": policy})
    return str(drafted["case"]["id"])


async def _resolved(city: Desk) -> Json:
    path = {"region_code": city.staff.region_code}
    return await city.done("GetRegionPolicy", "filer", path=path)
