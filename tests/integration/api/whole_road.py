"""The whole road over HTTP, walked once: every id that an address may name, of cases that are closed."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.integration.api import road, voucher_class_road, voucher_money_road, voucher_road
from tests.integration.api.desk import Desk
from tests.overlays import noticed


@dataclass(frozen=True, slots=True, kw_only=True)
class Travelled:
    """A desk whose one filing is closed, and every id of its road by its name in addresses."""

    desk: Desk
    ids: Mapping[str, str]


READ_BY: Mapping[str, str] = {
    "filing_id": "GetFiling",
    "case_id": "GetClock",
    "prepayment_id": "GetPrepayment",
    "settlement_id": "GetSettlement",
    "recovery_id": "GetRecovery",
    "appropriation_id": "GetAppropriation",
    "request_id": "GetFundingRequest",
    "batch_id": "GetBatch",
    "joint_class_id": "GetJointClass",
    "proposal_id": "GetPolicyProposal",
    "notice_id": "GetNoticeCase",
    "objection_id": "GetObjection",
    "manual_finding_id": "GetManualFinding",
    "hold_id": "GetHold",
    "review_request_id": "GetReviewRequest",
    "account_id": "GetPayeeAccount",
    "correction_id": "GetPaymentCorrection",
    "voucher_class_id": "GetVoucherClass",
    "voucher_settlement_id": "GetVoucherSettlement",
    "catalogue_entry_id": "GetCatalogueEntry",
    "project_id": "GetVoucherProject",
    "voucher_id": "GetVoucher",
}
"""Which operation reads the case, or the voucher, that a parameter names."""


async def travelled(desk: Desk) -> Travelled:
    """Take one person from the plan to a closed filing."""
    class_ids = await voucher_class_road.travelled(desk)
    class_ids |= await voucher_money_road.travelled(desk, class_ids["voucher_class_id"])
    await road.appropriated(desk)
    joint_class_id = await road.joint_class(desk)
    apprentice = road.person()
    filing_id = await road.listed(desk, roster=[apprentice])
    hold_id = await road.imposed(desk, "filing", filing_id)
    review_request_id = await road.lifted_by_review(desk, hold_id)
    prepayment_id = await road.prepayment_approved(desk, filing_id)
    refused_id = await road.returned(desk, ("prepayment", prepayment_id))
    correction_id = await road.paid_again(desk, refused_id)
    recovery_id = await road.recovery_proposed(desk, filing_id)  # the settlement overtakes it
    receipts_id = await road.received(desk, (f"S-{filing_id}", "RNOBODYS", 1))
    (one,) = await road.completed(desk, filing_id)
    extract_id = await road.loaded(desk, road.registered(one, apprentice))
    register_id = await road.subsidies_loaded(desk, road.subsidy(road.person()))
    desk.under(*noticed())
    settlement_id = await road.verified(desk, filing_id, road.declaration(one))
    manual_finding_id = await road.confirmed(desk, settlement_id)
    await road.signed_review(desk, settlement_id)
    notice_id = await road.published(desk, settlement_id)
    objection_id = await road.objected_in_vain(desk, notice_id)
    await road.ended(desk)
    await road.approved(desk, settlement_id)
    appropriation_id = await road.appropriated(desk, year=road.YEAR + 1)
    result_id = await road.paid(desk, ("settlement", settlement_id), year=road.YEAR + 1)
    assert (await desk.done("GetFiling", "filer", path={"filing_id": filing_id}))["case"][
        "state"
    ] == "closed"
    proposal_id = await road.policy_proposed(desk)
    await desk.done("WithdrawPolicy", "approver", path={"proposal_id": proposal_id}, version=1)
    payments = await desk.done("ListPayments", "filer", query=f"filing_id={filing_id}")
    batch_id = payments["items"][-1]["batch_id"]
    held = await desk.done("ListFilingDocuments", "filer", path={"filing_id": filing_id})
    return Travelled(
        desk=desk,
        ids={
            "filing_id": filing_id,
            "case_id": filing_id,
            "prepayment_id": prepayment_id,
            "settlement_id": settlement_id,
            "recovery_id": recovery_id,
            "receipts_id": receipts_id,
            "appropriation_id": appropriation_id,
            "request_id": payments["items"][-1]["funding_request_id"],
            "batch_id": batch_id,
            "result_id": result_id,
            "payment_id": payments["items"][-1]["id"],
            "account_id": payments["items"][-1]["payee_account_id"],
            "correction_id": correction_id,
            "extract_id": extract_id,
            "register_id": register_id,
            "enrolment_id": one,
            "document_id": held["items"][0]["id"],
            "joint_class_id": joint_class_id,
            "proposal_id": proposal_id,
            "notice_id": notice_id,
            "objection_id": objection_id,
            "manual_finding_id": manual_finding_id,
            "hold_id": hold_id,
            "review_request_id": review_request_id,
            **class_ids,
            **await voucher_road.travelled(desk),
        },
    )
