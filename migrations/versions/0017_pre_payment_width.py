"""Payee accounts as cases, corrections of payments, batches taken apart, and decisions tied to what they move.

Refused by constraint name: paid_to_verified (money goes to a verified account alone);
posted_by_signer, cause_decides_event, cause_concerns_posting (a posting cites the decision that moves
this money); payee_account_is_case, correction_names_account, one_seal_per_turn.

Revision ID: 0017
"""

from migrations.support import (
    SCOPE_COLUMNS,
    append_only,
    authority_writes,
    case_row,
    drop_tables,
    of_case,
    placeless,
    run,
    run_files,
)

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

STEP_RULES = (
    ("prepayment", "requested", "returned_for_correction", "review", "return"),
    ("prepayment", "requested", "cancelled", "file", "cancel"),
    ("prepayment", "requested", "cancelled", "approve", "drop"),
    ("prepayment", "returned_for_correction", "requested", "file", "request_again"),
    ("prepayment", "returned_for_correction", "cancelled", "file", "cancel"),
    ("prepayment", "returned_for_correction", "cancelled", "approve", "drop"),
    ("prepayment", "reviewed", "refused", "approve", "refuse"),
    ("prepayment", "reviewed", "requested", "approve", "send_back"),
    ("prepayment", "reviewed", "cancelled", "file", "cancel"),
    ("prepayment", "reviewed", "cancelled", "approve", "drop"),
    ("prepayment", "approved", "cancelled", "approve", "drop"),
    ("prepayment", "ordered", "cancelled", "approve", "drop"),
    ("prepayment", "paid", "ordered", "system", "give_back"),
    ("funding_request", "submitted", "returned", "concur", "return"),
    ("funding_request", "submitted", "refused", "concur", "refuse"),
    ("batch", "draft", "cancelled", "release", "cancel"),
    ("batch", "sealed", "draft", "prepare", "split"),
    ("batch", "sealed", "cancelled", "release", "cancel"),
    ("account_change", "new", "declared", "file", "declare"),
    ("account_change", "declared", "verified", "review", "verify"),
    ("account_change", "declared", "refused", "review", "refuse"),
    ("account_change", "verified", "superseded", "review", "supersede"),
    ("payment_correction", "new", "proposed", "prepare", "propose"),
    ("payment_correction", "new", "asked", "file", "ask"),
    ("payment_correction", "asked", "proposed", "prepare", "take_up"),
    ("payment_correction", "asked", "refused", "prepare", "refuse"),
    ("payment_correction", "proposed", "confirmed", "approve", "approve"),
    ("payment_correction", "proposed", "refused", "approve", "refuse"),
)

POSTING_CAUSES = (
    ("appropriation_approved", "appropriation", "approved"),
    ("carried_over", "appropriation", "approved"),
    ("carried_over", "year_close", "*"),
    ("appropriation_reduced", "appropriation", "approved"),
    ("appropriation_reduced", "year_close", "*"),
    ("appropriation_lapsed", "appropriation", "approved"),
    ("appropriation_lapsed", "year_close", "*"),
    ("year_closed", "appropriation", "approved"),
    ("year_closed", "year_close", "*"),
    ("listed", "filing", "listed"),
    ("forward_committed", "appropriation", "approved"),
    ("forward_committed", "filing", "*"),
    ("forward_committed", "amendment", "*"),
    ("forward_committed", "settlement", "approved"),
    ("person_added", "filing", "*"),
    ("person_added", "amendment", "*"),
    ("extension_paid", "filing", "*"),
    ("extension_paid", "amendment", "*"),
    ("supplementary_settlement", "funding_request", "concurred"),
    ("supplementary_settlement", "settlement", "approved"),
    ("recommitted", "year_close", "*"),
    ("wrong_party_recommitted", "recovery", "*"),
    ("person_removed", "filing", "*"),
    ("person_removed", "amendment", "*"),
    ("not_needed", "filing", "*"),
    ("not_needed", "amendment", "*"),
    ("not_needed", "settlement", "approved"),
    ("filing_closed", "settlement", "approved"),
    ("filing_closed", "filing", "*"),
    ("filing_terminated", "settlement", "approved"),
    ("filing_terminated", "filing", "*"),
    ("filing_lapsed", "filing", "*"),
    ("released_at_year_end", "year_close", "*"),
    ("batch_released", "batch", "released"),
    ("batch_cancelled", "batch", "cancelled"),
    ("settlement_approved", "settlement", "approved"),
    ("prepayment_unearned", "settlement", "approved"),
    ("prepayment_unearned", "recovery", "*"),
    ("earned_reduced", "settlement", "approved"),
    ("earned_reduced", "recovery", "*"),
    ("earned_later", "settlement", "approved"),
    ("earned_later", "recovery", "*"),
    ("netted_balance", "settlement", "approved"),
    ("netted_balance", "recovery", "*"),
    ("netted_prepayment", "settlement", "approved"),
    ("netted_prepayment", "recovery", "*"),
    ("netted_recovery", "settlement", "approved"),
    ("netted_recovery", "recovery", "*"),
    ("netted_recovery_earlier_book", "settlement", "approved"),
    ("netted_recovery_earlier_book", "recovery", "*"),
    ("written_off", "settlement", "approved"),
    ("written_off", "recovery", "*"),
    ("wrong_party_prepayment", "recovery", "*"),
    ("wrong_party_expense", "recovery", "*"),
)

_RESULTS = "check (result in ('paid', 'rejected'{}))"
_LINE_STATES = (
    "check (state in ('received', 'matched', 'repeated', 'unknown_reference', 'amount_differs',"
    " 'already_answered', 'not_submitted'{}))"
)
_ATTEMPT_STATES = (
    "check (state in ('batched', 'submitted', 'paid', 'rejected', 'unknown', 'cancelled'{}))"
)
_ANSWERED = (
    "check ((state in ('paid', 'rejected'{})) = (bank_line_id is not null)"
    " and (bank_line_id is null) = (booked_on is null))"
)
_LIVE = (
    "create unique index one_live_attempt on payment_attempts (place_id, payment_id)"
    " where state not in ('rejected', 'cancelled'{})"
)


def upgrade() -> None:
    for kind, from_state, to_state, duty, event in STEP_RULES:
        run(
            "insert into step_rules (case_kind, from_state, to_state, duty, event)"
            f" values ('{kind}', '{from_state}', '{to_state}', '{duty}', '{event}')"
        )
    _accounts()
    _attempts()
    _corrections()
    _batches()
    _causes()


def _accounts() -> None:
    run_files("payee_accounts_become_cases")
    run(
        "alter table payee_accounts"
        " add column kind text not null generated always as ('account_change') stored,"
        " add column replaces_id uuid",
        "alter table payee_accounts add constraint payee_account_is_case"
        " foreign key (place_id, id, kind, org_id) references cases (place_id, id, kind, org_id)",
        "alter table payee_accounts add constraint payee_account_replaces"
        " foreign key (place_id, replaces_id, org_id) references payee_accounts (place_id, id, org_id)",
        "create index payee_accounts_of_org on payee_accounts (place_id, org_id, account_index)",
        "create index payee_accounts_replacing on payee_accounts (place_id, replaces_id)"
        " where replaces_id is not null",
    )


def _attempts() -> None:
    # Null means as concurred: the account of the request's line.
    run(
        "alter table payments add column new_account_id uuid",
        "alter table payments add constraint payment_new_payee foreign key (place_id, new_account_id, org_id)"
        " references payee_accounts (place_id, id, org_id)",
        "grant update (new_account_id) on payments to xuetu_app",
        "alter table payment_attempts add column payee_account_id uuid",
        "alter table payment_attempts add constraint attempt_payee"
        " foreign key (place_id, payee_account_id, org_id) references payee_accounts (place_id, id, org_id)",
        "create index attempts_to_account on payment_attempts (place_id, payee_account_id)",
        "create index bank_results_of_batch on bank_results (place_id, batch_id)",
    )
    run_files("current_payee_account", "paid_to_verified")
    run(
        "create trigger paid_to_verified after insert on payment_attempts"
        " referencing new table as added for each statement execute function paid_to_verified()"
    )
    _bank_words(
        results=", 'unknown', 'returned', 'not_known'",
        lines=", 'earned_already'",
        attempts=", 'returned'",
        answered=", 'unknown', 'returned'",
        live=", 'returned'",
    )


def _bank_words(*, results: str, lines: str, attempts: str, answered: str, live: str) -> None:
    run(
        "alter table bank_lines drop constraint bank_lines_result_check",
        f"alter table bank_lines add constraint bank_lines_result_check {_RESULTS.format(results)}",
        "alter table bank_lines drop constraint bank_lines_state_check",
        f"alter table bank_lines add constraint bank_lines_state_check {_LINE_STATES.format(lines)}",
        "alter table payment_attempts drop constraint payment_attempts_state_check",
        "alter table payment_attempts add constraint payment_attempts_state_check"
        f" {_ATTEMPT_STATES.format(attempts)}",
        "alter table payment_attempts drop constraint attempt_answered_by_line",
        "alter table payment_attempts add constraint attempt_answered_by_line"
        f" {_ANSWERED.format(answered)}",
        "drop index one_live_attempt",
        _LIVE.format(live),
    )


def _corrections() -> None:
    run(
        f"""
        create table payment_corrections ({SCOPE_COLUMNS}
          id uuid not null,
          payment_id uuid not null,
          remedy text not null check (remedy in ('pay_again', 'cancel')),
          payee_account_id uuid,
          {of_case("payment_correction", "payment_correction")},
          constraint correction_names_account check ((remedy = 'pay_again') = (payee_account_id is not null)),
          constraint correction_of_payment foreign key (place_id, payment_id, org_id)
            references payments (place_id, id, org_id),
          constraint correction_payee foreign key (place_id, payee_account_id, org_id)
            references payee_accounts (place_id, id, org_id)
        )
        """,
        *case_row("payment_corrections"),
        *append_only("payment_corrections"),
        "create policy asked_by_owner_or_authority on payment_corrections as restrictive for insert with check"
        " (org_id = (select scope_org()) or starts_with(region_path, (select scope_region())))",
        "create index payment_corrections_of_payment on payment_corrections (place_id, payment_id)",
    )


def _batches() -> None:
    run(
        # What a batch was sealed with anew after lines were taken out; `batches` keeps the first seal.
        f"""
        create table batch_seals ({SCOPE_COLUMNS}
          batch_id uuid not null,
          seq smallint not null check (seq > 0),
          lines integer not null check (lines > 0),
          total_fen bigint not null check (total_fen > 0),
          digest bytea not null check (length(digest) = 32),
          sealed_at timestamptz not null,
          constraint one_seal_per_turn primary key (place_id, batch_id, seq),
          constraint batch_seal_of_batch foreign key (place_id, batch_id, org_id)
            references batches (place_id, id, org_id),
          constraint batch_seal_of_region foreign key (place_id, region_path) references places (id, region_path)
        )
        """,
        *case_row("batch_seals"),
        *append_only("batch_seals"),
        *authority_writes("batch_seals"),
        f"""
        create table batch_exclusions ({SCOPE_COLUMNS}
          attempt_id uuid not null,
          batch_id uuid not null,
          reason text not null check (length(reason) between 1 and 2000),
          excluded_at timestamptz not null,
          primary key (place_id, attempt_id),
          constraint exclusion_of_attempt foreign key (place_id, attempt_id, org_id)
            references payment_attempts (place_id, id, org_id),
          constraint exclusion_of_batch foreign key (place_id, batch_id) references batches (place_id, id),
          constraint exclusion_of_region foreign key (place_id, region_path) references places (id, region_path)
        )
        """,
        *case_row("batch_exclusions"),
        *append_only("batch_exclusions"),
        *authority_writes("batch_exclusions"),
    )


def _causes() -> None:
    run(
        """
        create table posting_causes (
          event text not null,
          case_kind text not null,
          to_state text not null,
          primary key (event, case_kind)
        )
        """,
        *placeless("posting_causes"),
    )
    for event, case_kind, to_state in POSTING_CAUSES:
        run(
            "insert into posting_causes (event, case_kind, to_state)"
            f" values ('{event}', '{case_kind}', '{to_state}')"
        )
    run_files("postings_cite_their_cause")
    run(
        # Triggers fire in the order of their names: before `apply_postings` locks a balance.
        "create trigger a_posting_cites_its_cause after insert on postings"
        " referencing new table as added for each statement"
        " execute function postings_cite_their_cause()"
    )


def downgrade() -> None:
    run(
        "drop trigger a_posting_cites_its_cause on postings",
        "drop function postings_cite_their_cause()",
    )
    drop_tables(("posting_causes", "batch_exclusions", "batch_seals", "payment_corrections"))
    run("drop trigger paid_to_verified on payment_attempts", "drop function paid_to_verified()")
    run("drop function current_payee_account(uuid, uuid)")
    _bank_words(results="", lines="", attempts="", answered="", live="")
    run(
        "drop index bank_results_of_batch",
        "alter table payment_attempts drop column payee_account_id",
        "alter table payments drop column new_account_id",
        "drop index payee_accounts_replacing",
        "drop index payee_accounts_of_org",
        "alter table payee_accounts drop column replaces_id",
        "alter table payee_accounts drop column kind",
    )
    for kind, from_state, to_state, duty, _ in STEP_RULES:
        run(
            f"delete from step_rules where case_kind = '{kind}' and from_state = '{from_state}'"
            f" and to_state = '{to_state}' and duty = '{duty}'"
        )
