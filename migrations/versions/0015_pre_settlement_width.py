"""Settlements in full width, recoveries, and money that comes back.

Declarations get versions: what is returned for correction is declared anew, and what was declared
stays. A recovery is a case; what is owed on it lies in the ledger alone. Money that comes in is a bank line
too: a result that belongs to no batch, whose lines name a recovery.

Refused by constraint name: one_recovery_per_reference, demanded_by_decision, ordered_whole,
due_when_served, ahead_is_interim, outcome_names_attempt; and by row security
(42501): authority_in_region, authority_moves.

Revision ID: 0015
"""

from migrations.support import (
    APP,
    SCOPE_COLUMNS,
    authority_moves,
    authority_writes,
    case_row,
    drop_tables,
    filed_in_time,
    of_case,
    run,
    run_files,
)

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STEP_RULES = (
    ("settlement", "new", "draft", "review", "open_ex_officio"),
    ("settlement", "draft", "accepted", "review", "take_up"),
    ("settlement", "submitted", "returned_for_correction", "review", "return"),
    ("settlement", "returned_for_correction", "submitted", "file", "correct"),
    ("settlement", "returned_for_correction", "withdrawn", "file", "withdraw"),
    ("settlement", "verifying", "returned_for_correction", "review", "return"),
    ("settlement", "reviewed", "verifying", "approve", "send_back"),
    ("settlement", "reviewed", "verifying", "review", "reopen"),
    ("settlement", "reviewed", "refused", "approve", "refuse"),
    ("recovery", "new", "proposed", "approve", "follow"),
    ("recovery", "new", "proposed", "review", "propose"),
    ("recovery", "proposed", "ordered", "approve", "order"),
    ("recovery", "proposed", "collected", "system", "collect"),
    ("recovery", "proposed", "cancelled", "approve", "cancel"),
    ("recovery", "ordered", "served", "review", "serve"),
    ("recovery", "ordered", "collected", "system", "collect"),
    ("recovery", "ordered", "proposed", "approve", "raise"),
    ("recovery", "ordered", "cancelled", "approve", "cancel"),
    ("recovery", "served", "partly_collected", "system", "collect_part"),
    ("recovery", "served", "collected", "system", "collect"),
    ("recovery", "served", "overdue", "system", "expire"),
    ("recovery", "served", "under_review", "file", "contest"),
    ("recovery", "served", "insolvency_claimed", "review", "claim"),
    ("recovery", "served", "proposed", "approve", "raise"),
    ("recovery", "served", "cancelled", "approve", "cancel"),
    ("recovery", "partly_collected", "collected", "system", "collect"),
    ("recovery", "partly_collected", "overdue", "system", "expire"),
    ("recovery", "partly_collected", "under_review", "file", "contest"),
    ("recovery", "partly_collected", "insolvency_claimed", "review", "claim"),
    ("recovery", "partly_collected", "proposed", "approve", "raise"),
    ("recovery", "partly_collected", "cancelled", "approve", "cancel"),
    ("recovery", "under_review", "served", "confirm_first", "uphold"),
    ("recovery", "under_review", "collected", "system", "collect"),
    ("recovery", "under_review", "proposed", "approve", "raise"),
    ("recovery", "under_review", "cancelled", "approve", "cancel"),
    ("recovery", "overdue", "enforcement", "approve", "enforce"),
    ("recovery", "overdue", "insolvency_claimed", "review", "claim"),
    ("recovery", "overdue", "write_off_asked", "review", "ask_write_off"),
    ("recovery", "overdue", "collected", "system", "collect"),
    ("recovery", "overdue", "proposed", "approve", "raise"),
    ("recovery", "overdue", "cancelled", "approve", "cancel"),
    ("recovery", "enforcement", "insolvency_claimed", "review", "claim"),
    ("recovery", "enforcement", "write_off_asked", "review", "ask_write_off"),
    ("recovery", "enforcement", "collected", "system", "collect"),
    ("recovery", "enforcement", "proposed", "approve", "raise"),
    ("recovery", "enforcement", "cancelled", "approve", "cancel"),
    ("recovery", "insolvency_claimed", "write_off_asked", "review", "ask_write_off"),
    ("recovery", "insolvency_claimed", "collected", "system", "collect"),
    ("recovery", "insolvency_claimed", "proposed", "approve", "raise"),
    ("recovery", "insolvency_claimed", "cancelled", "approve", "cancel"),
    ("recovery", "write_off_asked", "written_off", "concur", "write_off"),
    ("recovery", "write_off_asked", "overdue", "concur", "decline"),
    ("recovery", "write_off_asked", "collected", "system", "collect"),
    ("recovery", "write_off_asked", "proposed", "approve", "raise"),
    ("recovery", "write_off_asked", "cancelled", "approve", "cancel"),
    ("recovery", "written_off", "collected", "system", "collect"),
)
"""The steps of `domain.machines` that this migration adds."""

RELEASE = "release_entitlements(uuid, uuid)"


def upgrade() -> None:
    for kind, from_state, to_state, duty, event in STEP_RULES:
        run(
            "insert into step_rules (case_kind, from_state, to_state, duty, event)"
            f" values ('{kind}', '{from_state}', '{to_state}', '{duty}', '{event}')"
        )
    _declarations()
    _recoveries()
    _receipts()


def _declarations() -> None:
    run(
        "alter table settlements add column declarations_version smallint not null default 1"
        " check (declarations_version > 0)",
        # Interim, what is prepaid and not earned yet is not owed back: training goes on.
        "alter table settlements add column ahead_fen bigint not null default 0"
        " check (ahead_fen >= 0)",
        "alter table settlements drop constraint due_minus_history",
        "alter table settlements add constraint due_minus_history"
        " check (entitled_fen - history_fen = balance_fen - recovery_fen - ahead_fen)",
        "alter table settlements add constraint ahead_is_interim"
        " check (ahead_fen = 0 or settlement_kind = 'interim')",
        f"grant update (declarations_version, ahead_fen) on settlements to {APP}",
        "alter table declared_certificates add column version smallint not null default 1"
        " check (version > 0)",
        "alter table declared_certificates drop constraint one_certificate_per_line",
        "alter table declared_certificates add constraint one_certificate_per_line"
        " unique (place_id, line_id, version)",
        "alter table declared_certificates drop constraint one_declaration_of_certificate",
        "alter table declared_certificates add constraint one_declaration_of_certificate"
        " unique (place_id, settlement_id, version, number, certificate_type)",
        "drop trigger filed_in_time on declared_certificates",
        filed_in_time("declared_certificates", "settlement_id", "draft", "returned_for_correction"),
    )
    run_files("release_entitlements")
    run(
        f"revoke all on function {RELEASE} from public",
        f"grant execute on function {RELEASE} to {APP}",
    )


def _recoveries() -> None:
    run(
        f"""
        create table recoveries ({SCOPE_COLUMNS}
          id uuid not null,
          filing_id uuid not null,
          reference text not null check (reference ~ '^R[A-Z0-9]{{15}}$'),
          cause text not null check (cause in ('settlement', 'termination', 'exit', 'revocation',
                                               'wrong_payee', 'duplicate', 'audit')),
          settlement_id uuid,
          proposed_fen bigint check (proposed_fen > 0),
          document_number text check (length(document_number) between 1 and 100),
          pay_within_days smallint check (pay_within_days between 1 and 366),
          served_on date,
          due_on date,
          proof_reference text check (length(proof_reference) between 1 and 200),
          {of_case("recovery", "recovery")},
          constraint one_recovery_per_reference unique (place_id, reference),
          constraint demanded_by_decision
            check (settlement_id is not null or proposed_fen is not null),
          constraint ordered_whole check ((document_number is null) = (pay_within_days is null)),
          constraint due_when_served
            check ((served_on is null) = (due_on is null) and due_on >= served_on),
          constraint recovery_of_filing foreign key (place_id, filing_id, org_id)
            references filings (place_id, id, org_id),
          constraint recovery_of_settlement foreign key (place_id, settlement_id, org_id)
            references settlements (place_id, id, org_id)
        )
        """,
        *case_row(
            "recoveries",
            grants="select, insert, update (settlement_id, proposed_fen, document_number,"
            " pay_within_days, served_on, due_on, proof_reference)",
        ),
        *authority_writes("recoveries"),
        *authority_moves("recoveries"),
        "create index recoveries_of_filing on recoveries (place_id, filing_id, id)",
    )


def _receipts() -> None:
    run(
        "alter table bank_results alter column batch_id drop not null",
        "alter table bank_lines add column recovery_id uuid",
        f"grant update (recovery_id) on bank_lines to {APP}",
        "alter table bank_lines add constraint bank_line_recovery"
        " foreign key (place_id, recovery_id) references recoveries (place_id, id)",
        "alter table bank_lines drop constraint outcome_names_attempt",
        "alter table bank_lines add constraint outcome_names_attempt check"
        " (num_nonnulls(attempt_id, recovery_id)"
        " = case when state in ('received', 'repeated', 'unknown_reference') then 0 else 1 end)",
        "create index bank_lines_of_recovery on bank_lines (place_id, recovery_id)"
        " where recovery_id is not null",
    )


def downgrade() -> None:
    run(
        "drop index bank_lines_of_recovery",
        "alter table bank_lines drop constraint outcome_names_attempt",
        "alter table bank_lines add constraint outcome_names_attempt check"
        " ((state in ('received', 'repeated', 'unknown_reference')) = (attempt_id is null))",
        "alter table bank_lines drop constraint bank_line_recovery",
        "alter table bank_lines drop column recovery_id",
        "alter table bank_results alter column batch_id set not null",
    )
    drop_tables(("recoveries",))
    run(
        f"drop function {RELEASE}",
        "drop trigger filed_in_time on declared_certificates",
        filed_in_time("declared_certificates", "settlement_id", "draft"),
        "alter table declared_certificates drop constraint one_declaration_of_certificate",
        "alter table declared_certificates drop constraint one_certificate_per_line",
        "alter table declared_certificates drop column version",
        "alter table declared_certificates add constraint one_certificate_per_line"
        " unique (place_id, line_id)",
        "alter table declared_certificates add constraint one_declaration_of_certificate"
        " unique (place_id, settlement_id, number, certificate_type)",
        "alter table settlements drop constraint ahead_is_interim",
        "alter table settlements drop constraint due_minus_history",
        "alter table settlements drop column ahead_fen",
        "alter table settlements add constraint due_minus_history"
        " check (entitled_fen - history_fen = balance_fen - recovery_fen)",
        "alter table settlements drop column declarations_version",
    )
    for kind, from_state, to_state, duty, _ in STEP_RULES:
        run(
            f"delete from step_rules where case_kind = '{kind}' and from_state = '{from_state}'"
            f" and to_state = '{to_state}' and duty = '{duty}'"
        )
