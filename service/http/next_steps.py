"""Which operation signs each step of a case: what a client calls for an entry of `next_steps`.

An event is a word of the state machines (`docs/states.md`); an operation is what the OpenAPI document
names. Most steps have one operation at the case's own address. A step that comes with a decision on
another case names the operation that decides there: a settlement goes on notice by `PublishNotice`.
Steps of the duty `system` name none, because nobody calls for them.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from domain.cases import CaseKind


class Route(NamedTuple):
    """An operation by its id, and the path it is called at with POST, as the OpenAPI document writes both."""

    operation_id: str
    path: str


Routes = tuple[Route, ...]

_OPEN_EX_OFFICIO: Final = Route("OpenSettlement", "/v1/filings/{filing_id}/settlements/ex-officio")
_APPROVE_SETTLEMENT: Final = Route("ApproveSettlement", "/v1/settlements/{settlement_id}/approve")
_APPROVE_CORRECTION: Final = Route(
    "ApprovePaymentCorrection", "/v1/payment-corrections/{correction_id}/approve"
)
_TERMINATE: Final = Route("TerminateFiling", "/v1/filings/{filing_id}/terminate")
_PUBLISH_NOTICE: Final = Route("PublishNotice", "/v1/notice-cases/{notice_id}/publish")
_WITHDRAW_NOTICE: Final = Route("WithdrawNotice", "/v1/notice-cases/{notice_id}/withdraw")
_UPHOLD_OBJECTION: Final = Route("UpholdObjection", "/v1/objections/{objection_id}/uphold")
_UPHOLD_REVIEW: Final = Route(
    "UpholdReviewRequest", "/v1/review-requests/{review_request_id}/uphold"
)
_DISMISS_REVIEW: Final = Route(
    "DismissReviewRequest", "/v1/review-requests/{review_request_id}/dismiss"
)
_ASK_REVIEW: Final = Route("RequestReview", "/v1/review-requests")
_SPLIT_BATCH: Final = Route("SplitBatch", "/v1/batches/{batch_id}/split")
_VERIFY_ACCOUNT: Final = Route("VerifyPayeeAccount", "/v1/payee-accounts/{account_id}/verify")


def _at(address: str, operations: Mapping[str, tuple[str, str]]) -> dict[str, Routes]:
    """Name operations at a case's own address: event -> operation id and last word of the path."""
    return {
        event: (Route(operation_id, f"{address}/{word}"),)
        for event, (operation_id, word) in operations.items()
    }


_FILING: Final = {
    **_at(
        "/v1/filings/{filing_id}",
        {
            "return": ("ReturnFiling", "return"),
            "submit": ("SubmitFiling", "submit"),
            "withdraw": ("WithdrawFiling", "withdraw"),
            "accept": ("AcceptFiling", "accept"),
            "review": ("ReviewFiling", "review"),
            "refuse": ("RefuseFiling", "refuse"),
            "send_back": ("SendBackFiling", "send-back"),
            "open": ("ReportOpening", "opening-report"),
            "complete": ("ReportCompletion", "completion-report"),
        },
    ),
    "list": (Route("ListFilings", "/v1/listings"),),
    "terminate": (_TERMINATE,),
}
_PREPAYMENT: Final = {
    **_at(
        "/v1/prepayments/{prepayment_id}",
        {
            "return": ("ReturnPrepayment", "return"),
            "review": ("ReviewPrepayment", "review"),
            "approve": ("ApprovePrepayment", "approve"),
            "refuse": ("RefusePrepayment", "refuse"),
            "cancel": ("CancelPrepayment", "cancel"),
            "send_back": ("SendPrepaymentBack", "send-back"),
            "request_again": ("RequestPrepaymentAgain", "request-again"),
        },
    ),
    "drop": (_APPROVE_SETTLEMENT, _APPROVE_CORRECTION, _TERMINATE),
}
_SETTLEMENT: Final = {
    **_at(
        "/v1/settlements/{settlement_id}",
        {
            "return": ("ReturnSettlement", "return"),
            "submit": ("SubmitSettlement", "submit"),
            "withdraw": ("WithdrawSettlement", "withdraw"),
            "accept": ("AcceptSettlement", "accept"),
            "correct": ("CorrectSettlement", "correct"),
            "review": ("ReviewSettlement", "review"),
            "reopen": ("ReopenReview", "reopen"),
            "refuse": ("RefuseSettlement", "refuse"),
        },
    ),
    "send_back": (
        Route("SendSettlementBack", "/v1/settlements/{settlement_id}/send-back"),
        _UPHOLD_OBJECTION,
    ),
    "approve": (_APPROVE_SETTLEMENT,),
    "take_up": (_OPEN_EX_OFFICIO,),
    "publish": (_PUBLISH_NOTICE,),
    "unpublish": (_WITHDRAW_NOTICE,),
}
_RECOVERY: Final = {
    **_at(
        "/v1/recoveries/{recovery_id}",
        {
            "order": ("OrderRecovery", "order"),
            "serve": ("ServeRecovery", "serve"),
            "uphold": ("UpholdRecovery", "uphold"),
            "enforce": ("EnforceRecovery", "enforce"),
            "claim": ("ClaimInInsolvency", "claim"),
            "ask_write_off": ("AskWriteOff", "ask-write-off"),
            "write_off": ("WriteOffRecovery", "write-off"),
            "decline": ("DeclineWriteOff", "decline-write-off"),
        },
    ),
    "cancel": (
        Route("CancelRecovery", "/v1/recoveries/{recovery_id}/cancel"),
        _APPROVE_SETTLEMENT,
        _TERMINATE,
        _UPHOLD_REVIEW,
    ),
    "contest": (Route("ContestRecovery", "/v1/recoveries/{recovery_id}/contest"), _ASK_REVIEW),
    "stand": (_DISMISS_REVIEW,),
    "raise": (_APPROVE_SETTLEMENT,),
}
_FUNDING_REQUEST: Final = {
    "submit": (Route("CreateFundingRequest", "/v1/funding-requests"),),
    **_at(
        "/v1/funding-requests/{request_id}",
        {
            "concur": ("ConcurFundingRequest", "concur"),
            "return": ("ReturnFundingRequest", "return"),
            "refuse": ("RefuseFundingRequest", "refuse"),
        },
    ),
}
_BATCH: Final = {
    **_at(
        "/v1/batches/{batch_id}",
        {
            "release": ("ReleaseBatch", "release"),
            "cancel": ("CancelBatch", "cancel"),
        },
    ),
    "seal": (Route("CreateBatch", "/v1/batches"), _SPLIT_BATCH),
    "split": (_SPLIT_BATCH,),
}
_HOLD: Final = {
    **_at(
        "/v1/holds/{hold_id}",
        {
            "impose": ("ImposeHold", "impose"),
            "refuse": ("RefuseHold", "refuse"),
        },
    ),
    "lift": (Route("LiftHold", "/v1/holds/{hold_id}/lift"), _UPHOLD_REVIEW),
}
_ACCOUNT_CHANGE: Final = {
    **_at(
        "/v1/payee-accounts/{account_id}",
        {
            "refuse": ("RefusePayeeAccount", "refuse"),
        },
    ),
    "verify": (_VERIFY_ACCOUNT,),
    "supersede": (_VERIFY_ACCOUNT,),
}

SIGNED_BY: Final[Mapping[CaseKind, Mapping[str, Routes]]] = {
    CaseKind.FILING: _FILING,
    CaseKind.PREPAYMENT: _PREPAYMENT,
    CaseKind.SETTLEMENT: _SETTLEMENT,
    CaseKind.RECOVERY: _RECOVERY,
    CaseKind.FUNDING_REQUEST: _FUNDING_REQUEST,
    CaseKind.BATCH: _BATCH,
    CaseKind.APPROPRIATION: _at(
        "/v1/appropriations/{appropriation_id}",
        {
            "approve": ("ApproveAppropriation", "approve"),
            "withdraw": ("WithdrawAppropriation", "withdraw"),
        },
    ),
    CaseKind.JOINT_CLASS: _at(
        "/v1/joint-classes/{joint_class_id}",
        {
            "confirm": ("ConfirmJointClass", "confirm"),
        },
    ),
    CaseKind.POLICY_VERSION: _at(
        "/v1/policy-proposals/{proposal_id}",
        {
            "sign_labour": ("SignPolicyForLabour", "sign-labour"),
            "sign_finance": ("SignPolicyForFinance", "sign-finance"),
            "refuse_labour": ("RefusePolicyForLabour", "refuse-labour"),
            "refuse_finance": ("RefusePolicyForFinance", "refuse-finance"),
            "withdraw": ("WithdrawPolicy", "withdraw"),
        },
    ),
    CaseKind.VOUCHER_PROJECT: _at(
        "/v1/voucher-projects/{project_id}",
        {
            "approve": ("ApproveVoucherProject", "approve"),
            "refuse": ("RefuseVoucherProject", "refuse"),
            "withdraw": ("WithdrawVoucherProject", "withdraw"),
            "close": ("CloseVoucherProject", "close"),
        },
    ),
    CaseKind.CATALOGUE_ENTRY: _at(
        "/v1/catalogue-entries/{catalogue_entry_id}",
        {
            "approve": ("ApproveCatalogueEntry", "approve"),
            "refuse": ("RefuseCatalogueEntry", "refuse"),
            "withdraw": ("WithdrawCatalogueEntry", "withdraw"),
        },
    ),
    CaseKind.VOUCHER_CLASS: _at(
        "/v1/voucher-classes/{voucher_class_id}",
        {
            "report_start": ("ReportVoucherClassStart", "report-start"),
            "review_start": ("ReviewVoucherClassStart", "review-start"),
            "return_start": ("ReturnVoucherClassStart", "return-start"),
            "send_back": ("SendBackVoucherClassStart", "send-back"),
            "verify_start": ("VerifyVoucherClassStart", "verify-start"),
            "cancel": ("CancelVoucherClass", "cancel"),
            "report_completion": ("ReportVoucherClassCompletion", "report-completion"),
            "return_completion": ("ReturnVoucherClassCompletion", "return-completion"),
            "confirm_completion": ("ConfirmVoucherClassCompletion", "confirm-completion"),
            "stop": ("StopVoucherClass", "stop"),
        },
    ),
    CaseKind.VOUCHER_SETTLEMENT: {
        **_at(
            "/v1/voucher-settlements/{voucher_settlement_id}",
            {
                "submit": ("SubmitVoucherSettlement", "submit"),
                "withdraw": ("WithdrawVoucherSettlement", "withdraw"),
                "accept": ("AcceptVoucherSettlement", "accept"),
                "return": ("ReturnVoucherSettlement", "return"),
                "review": ("ReviewVoucherSettlement", "review"),
                "send_back": ("SendVoucherSettlementBack", "send-back"),
                "refuse": ("RefuseVoucherSettlement", "refuse"),
                "approve": ("ApproveVoucherSettlement", "approve"),
            },
        ),
        "publish": (_PUBLISH_NOTICE,),
        "unpublish": (_WITHDRAW_NOTICE,),
        "cancel_payment": (_APPROVE_CORRECTION,),
    },
    CaseKind.NOTICE: {"publish": (_PUBLISH_NOTICE,), "withdraw": (_WITHDRAW_NOTICE,)},
    CaseKind.OBJECTION: {
        **_at(
            "/v1/objections/{objection_id}",
            {
                "examine": ("ExamineObjection", "examine"),
                "dismiss": ("DismissObjection", "dismiss"),
                "answer": ("AnswerObjection", "answer"),
            },
        ),
        "uphold": (_UPHOLD_OBJECTION,),
    },
    CaseKind.MANUAL_FINDING: _at(
        "/v1/manual-findings/{manual_finding_id}",
        {
            "countersign": ("ConfirmManualFinding", "confirm"),
            "decline": ("RejectManualFinding", "reject"),
        },
    ),
    CaseKind.HOLD: _HOLD,
    CaseKind.REVIEW_REQUEST: {
        **_at(
            "/v1/review-requests/{review_request_id}",
            {
                "examine": ("ExamineReviewRequest", "examine"),
                "dismiss": ("DismissReviewRequest", "dismiss"),
            },
        ),
        "uphold": (_UPHOLD_REVIEW,),
    },
    CaseKind.ACCOUNT_CHANGE: _ACCOUNT_CHANGE,
    CaseKind.PAYMENT_CORRECTION: {
        **_at(
            "/v1/payment-corrections/{correction_id}",
            {
                "take_up": ("TakeUpPaymentCorrection", "take-up"),
                "refuse": ("RefusePaymentCorrection", "refuse"),
            },
        ),
        "approve": (_APPROVE_CORRECTION,),
    },
}
"""Kind of case -> event -> the operations that sign it, the one at the case's own address first."""


def signing(kind: CaseKind, event: str) -> Routes:
    """Return the operations that sign an event of a kind of case; none where it comes by itself."""
    return SIGNED_BY[kind].get(event, ())
