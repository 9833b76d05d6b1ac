"""What ends: terminated filings that never began, drafts withdrawn, answers and failed sign-ins forgotten.

A termination before training began recovers what was prepaid by its own two signatures. A drafted
appropriation is withdrawn by whoever drafted it, and its document may be entered again. Kept answers live
as long as their keys. Failed sign-ins are counted by a digest of the account name, known or not. What an
organisation owns in the ledger is found by it.

Refused by constraint name: one_appropriation_per_document; and to all but the system person (42501):
forget_kept_answers, forget_sign_in_failures.

Revision ID: 0024
"""

from migrations.support import APP, OWNER, drop_tables, run, run_files

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

UNEARNED = ("prepayment_unearned", "filing", "terminated")
WITHDRAWN = ("appropriation", "draft", "withdrawn", "prepare", "withdraw")
FORGETTING = ("forget_kept_answers", "forget_sign_in_failures")


def _words(row: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in row)


def upgrade() -> None:
    run(
        f"insert into posting_causes (event, case_kind, to_state) values ({_words(UNEARNED)})",
        "insert into step_rules (case_kind, from_state, to_state, duty, event)"
        f" values ({_words(WITHDRAWN)})",
        "alter table appropriations drop constraint one_appropriation_per_document",
        "create index appropriations_of_document"
        " on appropriations (place_id, document_number, fund_source, budget_year)",
    )
    run_files("appropriated_once")
    run(
        "create trigger appropriated_once before insert on appropriations for each row"
        " execute function appropriated_once()",
        "create index ledger_accounts_of_org on ledger_accounts (org_id)",
        "create index kept_answers_by_age on kept_answers (created_at)",
        f"create policy owner on kept_answers to {OWNER} using (true) with check (true)",
        """
        create table sign_in_failures (
          name_digest bytea primary key check (length(name_digest) = 32),
          failures integer not null check (failures >= 0),
          since timestamptz not null
        )
        """,
        f"grant select, insert, update (failures, since) on sign_in_failures to {APP}",
    )
    run_files(*FORGETTING)
    for function in FORGETTING:
        run(
            f"revoke all on function {function}(timestamptz, integer) from public",
            f"grant execute on function {function}(timestamptz, integer) to {APP}",
        )


def downgrade() -> None:
    run(*(f"drop function {function}(timestamptz, integer)" for function in FORGETTING))
    drop_tables(("sign_in_failures",))
    run(
        "drop policy owner on kept_answers",
        "drop index kept_answers_by_age",
        "drop index ledger_accounts_of_org",
        "drop trigger appropriated_once on appropriations",
        "drop function appropriated_once()",
        "drop index appropriations_of_document",
        "alter table appropriations add constraint one_appropriation_per_document"
        " unique (place_id, document_number, fund_source, budget_year)",
        f"delete from step_rules where (case_kind, from_state, to_state, duty, event)"
        f" = ({_words(WITHDRAWN)})",
        f"delete from posting_causes where (event, case_kind, to_state) = ({_words(UNEARNED)})",
    )
