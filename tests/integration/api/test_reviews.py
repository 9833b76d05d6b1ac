"""Reviews of refusals and recoveries over HTTP: by other people, and what takes the first decision's place."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.cases import CaseKind
from domain.errors import Refusal
from domain.official_document import stored
from service.application.recovery import expire_recovery
from service.application.review_request import RequestReview, request_review
from tests.integration.api import road
from tests.integration.api.class_road import by_provider
from tests.integration.api.desk import Desk, Json, open_desk
from tests.integration.api.refusing import pointers, problem_of, refused
from tests.integration.test_guards import Forger

GROUNDS: Json = {"reason": "职业不在目录", "rule": "通人社职〔2019〕15号", "clause": "第三条"}
RULING: Json = {"reason": "经查明", "clause": "五(一)"}
LATER = datetime(2026, 3, 2, 1, tzinfo=UTC)
"""A month after filing, within the forty working days of a review."""


async def _asked(desk: Desk, **of: str) -> str:
    """A review request, examined."""
    body = {**of, "statement": "事实有误，请予复核"}
    asked = await desk.done("RequestReview", "filer", body=body)
    path = {"review_request_id": asked["case"]["id"]}
    await desk.done("ExamineReviewRequest", "handler", path=path, version=1, body={})
    return str(asked["case"]["id"])


async def _decided(desk: Desk, request_id: str, operation_id: str) -> str:
    path = {"review_request_id": request_id}
    first = desk.ask(operation_id, "approver", path=path, version=2, body=RULING)
    await refused(desk, first, "linked_duty_conflict")
    await desk.done(operation_id, "releaser", path=path, version=2, body=RULING)
    return request_id


async def _upheld(desk: Desk, **of: str) -> str:
    """A review that was upheld by somebody new to the matter."""
    return await _decided(desk, await _asked(desk, **of), "UpholdReviewRequest")


async def _papers(desk: Desk, kind: str) -> list[str]:
    await desk.idle()
    async with desk.house.begin_work(desk.staff.system) as work:
        issued = await work.official_documents.page(after=None, limit=500)
    return [stored(one.paper).decode() for one in issued if one.kind == kind]


async def _state(desk: Desk, operation_id: str, **path: str) -> str:
    return str((await desk.done(operation_id, "filer", path=path))["case"]["state"])


# --- a refused filing -----------------------------------------------------------------------------


async def _refused_filing(desk: Desk, **how: object) -> str:
    filing_id = await road.reviewed(desk, **how)
    path = {"filing_id": filing_id}
    await desk.done("RefuseFiling", "approver", path=path, version=4, body=GROUNDS)
    return filing_id


async def test_a_filing_refused_wrongly_is_filed_once_more_as_of_its_first_receipt(
    desk: Desk,
) -> None:
    people = [road.person(), road.person()]
    refused_id = await _refused_filing(desk, roster=people)
    first = await desk.done("GetFiling", "filer", path={"filing_id": refused_id})
    desk.clock.at = LATER
    request_id = await _upheld(desk, filing_id=refused_id)
    assert await _state(desk, "GetFiling", filing_id=refused_id) == "refused", "facts stay"
    (paper,) = await _papers(desk, "review_decision")
    for said in ("“车工中级工班”的不予列入决定", "复核申请成立", "重新提交备案一次", "经查明"):
        assert said in paper
    (no,) = await _papers(desk, "listing_refusal")
    assert "申请复核" in no

    # It begins after its first receipt, and before today: FIL-01 is kept by the first receipt.
    again_id = await road.submitted(desk, roster=people, after_review_id=request_id)
    again = await desk.done("GetFiling", "filer", path={"filing_id": again_id})
    assert (again["after_review_id"], again["starts_on"]) == (request_id, road.STARTS)
    assert again["submitted_at"] == first["submitted_at"]
    assert again["policy_version_id"] == first["policy_version_id"]
    listed = {"filing_id": again_id}
    await desk.done("AcceptFiling", "handler", path=listed, version=2)
    await desk.done("ReviewFiling", "handler", path=listed, version=3, body={})
    body = road.listing(f"试人社〔2026〕{again_id}号", (again_id, 4))
    await desk.done("ListFilings", "approver", body=body)
    assert await _state(desk, "GetFiling", filing_id=again_id) == "listed"

    once = desk.ask("CreateFiling", "filer", body=road.plan(desk, after_review_id=request_id))
    await refused(desk, once, "review_already_used")
    twice = desk.ask("RequestReview", "filer", body={"filing_id": refused_id, "statement": "再请"})
    await refused(desk, twice, "review_already_requested")


async def test_a_draft_keeps_the_receipt_for_the_day_it_is_submitted(desk: Desk) -> None:
    refused_id = await _refused_filing(desk)
    first = await desk.done("GetFiling", "filer", path={"filing_id": refused_id})
    desk.clock.at = LATER
    request_id = await _upheld(desk, filing_id=refused_id)
    plan = road.plan(desk, **by_provider(desk, submit=False, after_review_id=request_id))
    drafted = await desk.done("CreateFiling", "filer", body=plan)
    path = {"filing_id": drafted["case"]["id"]}
    for person, complete in (("filer", True), ("teacher", False)):
        shown = await desk.done("GetFilingCompleteness", person, path=path)
        (item,) = [one for one in shown["items"] if one["item"] == "plan"]
        assert item["complete"] is complete, f"{person}: the provider sees no review"
    desk.clock.at += timedelta(days=1)
    done = await desk.done("SubmitFiling", "filer", path=path, version=1)
    assert done["submitted_at"] == first["submitted_at"]


async def test_a_review_opens_its_own_kind_of_decision_in_its_own_place_once_upheld(
    desk: Desk,
) -> None:
    refused_id = await _refused_filing(desk)
    hold_id = await road.imposed(desk, "enterprise", str(desk.staff.enterprise.id))
    of_hold = await _upheld(desk, hold_id=hold_id)
    request_id = await _asked(desk, filing_id=refused_id)

    async def opens_nothing(review_id: str, code: str = "review_not_upheld", **how: Any) -> None:
        body = road.plan(desk, after_review_id=review_id, **how)
        problem = await refused(desk, desk.ask("CreateFiling", "filer", body=body), code)
        if code == "review_not_upheld":
            assert pointers(problem) == {"/after_review_id": code}

    await opens_nothing(of_hold)
    await opens_nothing(request_id)
    await opens_nothing(str(UUID(int=1)), "not_found")
    await _decided(desk, request_id, "UpholdReviewRequest")
    async with open_desk(desk.house) as other:
        await opens_nothing(request_id, region_code=other.staff.region_code)
        theirs = road.plan(other, after_review_id=request_id)
        foreign = other.ask("CreateFiling", "filer", body=theirs)
        await problem_of(other, foreign, "not_found")


async def test_a_dismissed_review_opens_nothing_and_a_partner_asks_for_none(desk: Desk) -> None:
    refused_id = await _refused_filing(desk, **by_provider(desk))
    request_id = await _decided(
        desk, await _asked(desk, filing_id=refused_id), "DismissReviewRequest"
    )
    body = road.plan(desk, after_review_id=request_id)
    await refused(desk, desk.ask("CreateFiling", "filer", body=body), "review_not_upheld")
    (paper,) = await _papers(desk, "review_decision")
    assert "维持原决定" in paper
    another = await _refused_filing(desk, **by_provider(desk))
    async with desk.house.begin_work(desk.staff.teacher) as work:
        seen = await work.cases.get(CaseKind.FILING, UUID(another))
        assert seen.state == "refused", "the provider sees it"
        command = RequestReview(filing_id=UUID(another), statement="代为申请")
        with pytest.raises(Refusal, match="not_found"):
            await request_review(work, command)


async def test_what_was_not_refused_is_not_reviewed_and_one_thing_at_a_time(desk: Desk) -> None:
    filing_id = await road.reviewed(desk)
    nothing: list[Json] = [
        {"filing_id": filing_id},
        {},
        {"filing_id": filing_id, "hold_id": filing_id},
        {"enrolment_id": filing_id},
        {"filing_id": filing_id, "enrolment_id": filing_id},
    ]
    for named in nothing:
        ask = desk.ask("RequestReview", "filer", body={**named, "statement": "请予复核"})
        await refused(desk, ask, "nothing_to_review")


async def test_nobody_backdates_a_receipt_by_hand(desk: Desk) -> None:
    refused_id = await _refused_filing(desk)
    request_id = await _upheld(desk, filing_id=refused_id)
    plan = road.plan(desk, submit=False, after_review_id=request_id)
    drafted = await desk.done("CreateFiling", "filer", body=plan)
    filer = Forger(desk.house.engine, desk.staff.filer)
    earlier = "update filings set submitted_at = submitted_at_of - interval '1 hour' where id = :id"
    earlier = earlier.replace(
        "submitted_at_of", "(select f.submitted_at from filings f where f.id = :refused)"
    )
    named = {"id": UUID(drafted["case"]["id"]), "refused": UUID(refused_id)}
    assert await filer.refused(earlier, **named) == "filed_again_as_upheld"


# --- a refused prepayment -------------------------------------------------------------------------


async def _refused_prepayment(desk: Desk) -> tuple[str, str]:
    filing_id = await road.listed(desk)
    prepayment_id = await road.prepayment_reviewed(desk, filing_id)
    path = {"prepayment_id": prepayment_id}
    why = {"reason": "名册与合同不一致"}
    await desk.done("RefusePrepayment", "approver", path=path, version=2, body=why)
    return filing_id, prepayment_id


async def test_a_prepayment_refused_wrongly_is_asked_for_once_more(desk: Desk) -> None:
    await road.appropriated(desk)
    filing_id, refused_id = await _refused_prepayment(desk)
    again = desk.ask("RequestPrepayment", "filer", body={"filing_id": filing_id})
    await refused(desk, again, "prepayment_exists")
    request_id = await _upheld(desk, prepayment_id=refused_id)
    (paper,) = await _papers(desk, "review_decision")
    assert "预支不予批准决定" in paper
    assert "重新申请预支一次" in paper
    body = {"filing_id": filing_id, "after_review_id": request_id}
    asked = await desk.done("RequestPrepayment", "filer", body=body)
    assert (asked["after_review_id"], asked["period"]) == (request_id, 1)
    path = {"prepayment_id": asked["case"]["id"]}
    await desk.done("ReviewPrepayment", "handler", path=path, version=1, body={})
    await desk.done("ApprovePrepayment", "approver", path=path, version=2, body={})
    await road.paid(desk, ("prepayment", asked["case"]["id"]))
    assert await _state(desk, "GetPrepayment", **path) == "paid"
    assert await _state(desk, "GetPrepayment", prepayment_id=refused_id) == "refused"
    await refused(desk, desk.ask("RequestPrepayment", "filer", body=body), "review_already_used")
    await refused(desk, again, "prepayment_exists")


async def test_the_review_of_one_prepayment_opens_no_other_filings(desk: Desk) -> None:
    filing_id, refused_id = await _refused_prepayment(desk)
    request_id = await _upheld(desk, prepayment_id=refused_id)
    other_id = await road.listed(desk)
    body = {"filing_id": other_id, "after_review_id": request_id}
    ask = desk.ask("RequestPrepayment", "filer", body=body)
    problem = await refused(desk, ask, "review_not_upheld")
    assert pointers(problem) == {"/after_review_id": "review_not_upheld"}
    filer = Forger(desk.house.engine, desk.staff.filer)
    by_hand = (
        "insert into prepayments (place_id, org_id, partner_org_id, region_path, id, filing_id, period,"
        " roster_version, people, maximum_fen, amount_fen, facts, after_review_id)"
        " select p.place_id, p.org_id, p.partner_org_id, p.region_path, gen_random_uuid(), p.filing_id,"
        " p.period + 1, p.roster_version, p.people, p.maximum_fen, p.amount_fen, p.facts, :review"
        " from prepayments p where p.filing_id = :filing"
    )
    named = {"filing": UUID(filing_id), "review": UUID(request_id)}
    assert await filer.refused(by_hand, **named) == "prepaid_again_as_upheld"


# --- a recovery -----------------------------------------------------------------------------------


async def _prepaid(desk: Desk) -> str:
    """A filing of two people, prepaid 4000 yuan."""
    await road.appropriated(desk)
    filing_id = await road.listed(desk)
    await road.paid(desk, ("prepayment", await road.prepayment_approved(desk, filing_id)))
    return filing_id


async def _served(desk: Desk, filing_id: str, *, amount_fen: int = 200_000) -> tuple[str, str]:
    """A recovery that an audit asked for, served today; its id and reference."""
    recovery_id = await road.recovery_proposed(desk, filing_id, amount_fen=amount_fen)
    path = {"recovery_id": recovery_id}
    order = {"document_number": f"试人社追〔2026〕{recovery_id[-6:]}号", "pay_within_days": 30}
    await desk.done("OrderRecovery", "approver", path=path, version=1, body=order)
    day = {"served_on": desk.clock.at.date().isoformat()}
    served = await desk.done("ServeRecovery", "handler", path=path, version=2, body=day)
    return recovery_id, str(served["reference"])


async def _balances(desk: Desk) -> dict[str, int]:
    shown = await desk.done("GetTrialBalance", "finance")
    assert shown["debits_fen"] == shown["credits_fen"]
    held: dict[str, int] = {}
    for row in shown["rows"]:
        held[row["account"]] = held.get(row["account"], 0) + row["balance_fen"]
    return held


async def test_a_recovery_found_wrong_is_cancelled_and_its_money_lies_where_it_lay(
    desk: Desk,
) -> None:
    filing_id = await _prepaid(desk)
    before = await _balances(desk)
    recovery_id, reference = await _served(desk, filing_id)
    assert (await _balances(desk))["recovery_receivable"] == 200_000
    request_id = await _asked(desk, recovery_id=recovery_id)
    path = {"recovery_id": recovery_id}
    assert await _state(desk, "GetRecovery", **path) == "under_review"
    version = await road.version_of(desk, "GetRecovery", **path)
    early = desk.ask("UpholdRecovery", "releaser", path=path, version=version, body={})
    await refused(desk, early, "review_undecided")
    await _decided(desk, request_id, "UpholdReviewRequest")
    shown = await desk.done("GetRecovery", "filer", path=path)
    assert (shown["case"]["state"], shown["outstanding_fen"]) == ("cancelled", 0)
    assert await _balances(desk) == before | {"recovery_receivable": 0}
    why = await desk.done("ExplainRecovery", "filer", path=path)
    assert "no longer owed" in " ".join(one["en"] for one in why["sentences"])
    (decision,) = await _papers(desk, "review_decision")
    for said in (reference, "复核申请成立", "原追缴决定撤销"):
        assert said in decision
    (cancelled,) = await _papers(desk, "recovery_cancellation")
    assert reference in cancelled
    # The whole of what was prepaid may be demanded again, on another ground.
    await road.recovery_proposed(desk, filing_id, amount_fen=400_000)


async def test_what_was_collected_before_stays_for_the_next_settlement(desk: Desk) -> None:
    someone = road.person()
    await road.appropriated(desk)
    filing_id = await road.listed(desk, roster=[someone])
    await road.paid(desk, ("prepayment", await road.prepayment_approved(desk, filing_id)))
    recovery_id, reference = await _served(desk, filing_id)
    await road.received(desk, (f"1-{reference}", reference, 50_000))
    await _upheld(desk, recovery_id=recovery_id)
    held = await _balances(desk)
    assert (held["recovery_receivable"], held["prepayment_receivable"]) == (0, 150_000)
    (one,) = await road.completed(desk, filing_id)
    await road.loaded(desk, road.registered(one, someone))
    settlement_id = await road.judged(desk, filing_id, road.declaration(one))
    shown = await desk.done("GetSettlement", "filer", path={"settlement_id": settlement_id})
    # One year's 4000 yuan less the 1500 that stayed paid.
    assert shown["amounts"]["balance_fen"] == 250_000


async def test_a_recovery_that_stands_is_owed_again_and_an_overdue_one_may_be_reviewed(
    desk: Desk,
) -> None:
    recovery_id, _ = await _served(desk, await _prepaid(desk))
    path = {"recovery_id": recovery_id}
    desk.clock.at += timedelta(days=31)

    async def expired() -> str:
        async with desk.house.begin_work(desk.staff.system) as work:
            found = await expire_recovery(work, recovery_id=UUID(recovery_id))
            await work.commit()
        return found.case.state

    assert await expired() == "overdue"
    request_id = await _asked(desk, recovery_id=recovery_id)
    assert await expired() == "under_review", "no day passes meanwhile"
    await _decided(desk, request_id, "DismissReviewRequest")
    await desk.idle()
    assert await _state(desk, "GetRecovery", **path) == "overdue", "served again, and late"
    history = await desk.done("GetRecoveryHistory", "filer", path=path)
    assert [step["to_state"] for step in history["steps"]][-4:] == [
        "overdue",
        "under_review",
        "served",
        "overdue",
    ]
    (paper,) = await _papers(desk, "review_decision")
    assert "维持原决定" in paper
    again = desk.ask("RequestReview", "filer", body={**path, "statement": "再请"})
    await refused(desk, again, "review_already_requested")


async def test_the_period_of_a_review_begins_when_the_recovery_is_served(desk: Desk) -> None:
    recovery_id, _ = await _served(desk, await _prepaid(desk))
    desk.clock.at += timedelta(days=90)
    body = {"recovery_id": recovery_id, "statement": "请予复核"}
    await refused(desk, desk.ask("RequestReview", "filer", body=body), "review_too_late")
    proposed_id = await road.recovery_proposed(desk, await _prepaid_again(desk))
    body = {"recovery_id": proposed_id, "statement": "请予复核"}
    await refused(desk, desk.ask("RequestReview", "filer", body=body), "nothing_to_review")


async def _prepaid_again(desk: Desk) -> str:
    desk.begin_again()
    filing_id = await road.listed(desk)
    await road.paid(desk, ("prepayment", await road.prepayment_approved(desk, filing_id)))
    return filing_id


async def test_a_contested_recovery_is_reviewed_too_and_one_that_was_upheld_meanwhile_stands(
    desk: Desk,
) -> None:
    recovery_id, reference = await _served(desk, await _prepaid(desk))
    path = {"recovery_id": recovery_id}
    await desk.done("ContestRecovery", "filer", path=path, version=3, body={"reason": "有误"})
    request_id = await _asked(desk, recovery_id=recovery_id)
    assert await road.version_of(desk, "GetRecovery", **path) == 4, "contested once"
    await road.received(desk, (f"1-{reference}", reference, 200_000))
    assert await _state(desk, "GetRecovery", **path) == "collected"
    await _decided(desk, request_id, "DismissReviewRequest")
    assert await _state(desk, "GetRecovery", **path) == "collected", "nothing is left to stand"


@pytest.mark.parametrize("operation_id", ["UpholdReviewRequest", "DismissReviewRequest"])
async def test_what_a_settlement_demanded_is_decided_by_the_next_settlement(
    desk: Desk, operation_id: str
) -> None:
    # Prepaid 2000 yuan; the certificate was revoked, so that all of it is owed back; then it is restored.
    await road.appropriated(desk)
    someone = road.person()
    filing_id = await road.listed(desk, roster=[someone])
    await road.paid(desk, ("prepayment", await road.prepayment_approved(desk, filing_id)))
    (one,) = await road.completed(desk, filing_id)
    await road.loaded(desk, road.registered(one, someone, status="revoked"))
    settlement_id = await road.judged(desk, filing_id, road.declaration(one))
    await road.approved(desk, settlement_id)
    await desk.idle()
    found = await desk.done("ListRecoveries", "filer", query=f"filing_id={filing_id}")
    path = {"recovery_id": found["items"][0]["case"]["id"]}
    order = {"document_number": "试人社追〔2027〕9号", "pay_within_days": 30}
    await desk.done("OrderRecovery", "approver", path=path, version=1, body=order)
    day = {"served_on": desk.clock.at.date().isoformat()}
    await desk.done("ServeRecovery", "handler", path=path, version=2, body=day)
    upheld = operation_id == "UpholdReviewRequest"
    await _decided(desk, await _asked(desk, **path), operation_id)
    state = await _state(desk, "GetRecovery", **path)
    assert state == ("under_review" if upheld else "served")
    assert (await _balances(desk))["recovery_receivable"] == 200_000
    (paper,) = await _papers(desk, "review_decision")
    assert ("由本备案的后续结算重新核定" in paper) is upheld

    await road.loaded(desk, road.registered(one, someone))
    reason = {"reason": "复核成立"}
    opened = await desk.done(
        "OpenSettlement", "handler", path={"filing_id": filing_id}, body=reason
    )
    await desk.idle()
    await road.signed_review(desk, opened["case"]["id"])
    await road.approved(desk, opened["case"]["id"])
    assert await _state(desk, "GetRecovery", **path) == "cancelled"
    assert (await _balances(desk))["recovery_receivable"] == 0
