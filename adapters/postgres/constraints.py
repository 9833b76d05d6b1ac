"""Constraint name -> refusal: every rule a race can break is also a named constraint."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from domain.errors import Refusal

REFUSAL_BY_CONSTRAINT: Final[Mapping[str, str]] = {
    "one_live_enrolment": "person_enrolled_elsewhere",
    "one_listing_per_document": "document_number_used",
    "one_appropriation_per_document": "document_number_used",
    "one_prepayment_per_period": "prepayment_exists",
    "one_settlement_in_a_row": "settlement_exists",
    "policy_versions_pack_id_version_key": "policy_id_taken",
    "one_load_per_extract": "extract_already_loaded",
    "one_load_per_result": "bank_result_already_loaded",
    "one_request_per_subject": "already_requested",
    "one_use_per_receipt": "receipt_already_used",
    "one_open_entitlement": "person_already_subsidised",
    "one_use_per_certificate": "certificate_already_used",
    "one_version_of_source": "subsidy_register_already_loaded",
    "one_use_per_unnumbered_certificate": "certificate_already_used",
    "one_objection_per_key": "key_reused",
    "one_review_per_line": "review_already_requested",
    "one_review_per_hold": "review_already_requested",
    "one_review_per_filing": "review_already_requested",
    "one_review_per_prepayment": "review_already_requested",
    "one_review_per_order": "review_already_requested",
    "one_review_per_voucher_line": "review_already_requested",
    "one_filing_per_review": "review_already_used",
    "one_prepayment_per_review": "review_already_used",
    "no_overdraft": "fund_insufficient",
    "one_live_voucher": "voucher_already_held",
    "one_issue_at_a_time": "voucher_issue_under_way",
    "quota_holds": "voucher_quota_exhausted",
    "voucher_project_open": "voucher_project_not_open",
    "released_by_another": "voucher_released_by_another",
    "one_archive_correction": "archive_entry_superseded",
    "capacity_holds": "voucher_class_full",
    "class_takes_reservations": "voucher_class_closed",
    "one_live_voucher_settlement": "voucher_settlement_exists",
    "voucher_in_one_settlement": "voucher_settlement_exists",
    "organisations_credit_code_key": "credit_code_taken",
    "user_accounts_name_key": "account_name_taken",
}

LOCK_NOT_AVAILABLE: Final = "55P03"
QUERY_CANCELED: Final = "57014"
DEADLOCK: Final = "40P01"
GONE: Final = ("08", "57P", "53300")
"""SQLSTATEs of a connection lost, a server stopping or starting, and too many connections."""
RETRY_AFTER_S: Final = 2


def constraint_of(error: DBAPIError) -> str | None:
    """Return the name of the constraint a statement broke, if PostgreSQL named one."""
    cause = error.orig.__cause__ if error.orig is not None else None
    name = getattr(cause, "constraint_name", None)
    return str(name) if name else None


def sqlstate_of(error: DBAPIError) -> str | None:
    """Return the SQLSTATE of a failed statement."""
    state = getattr(error.orig, "sqlstate", None)
    return str(state) if state else None


def refusal_of(error: DBAPIError) -> Refusal | None:
    """Translate what PostgreSQL refused into a refusal, or None where it is a fault of ours."""
    code = REFUSAL_BY_CONSTRAINT.get(constraint_of(error) or "")
    if code is not None:
        return Refusal(code)
    state = sqlstate_of(error) or ""
    if state in {LOCK_NOT_AVAILABLE, DEADLOCK, QUERY_CANCELED}:
        return Refusal("busy", retry_after_s=1)
    if error.connection_invalidated or state.startswith(GONE):
        return Refusal("unavailable", retry_after_s=RETRY_AFTER_S)
    return None


@contextmanager
def refusing() -> Iterator[None]:
    """Let what PostgreSQL refuses, or its being away, leave as a refusal.

    A lost connection, a server that is starting or stopping, a full server and a pool without a free
    connection are all `unavailable`: the whole act was rolled back and may be tried again.
    """
    try:
        yield
    except DBAPIError as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        raise refusal from error
    except (OSError, PoolTimeout) as error:
        raise Refusal("unavailable", retry_after_s=RETRY_AFTER_S) from error
