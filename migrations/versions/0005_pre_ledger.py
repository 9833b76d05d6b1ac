"""The ledger: books, accounts, postings, balances.

Refused by constraint name: no_overdraft, legal_posting, two_people, one_cause, first_signature,
second_signature, authority_decides, posted_once, reversed_once, reversal_mirrors_posting,
attempt_enters_transit_once, attempt_leaves_transit_once, attempt_moves_whole,
posting_of_its_party, one_party, one_subject, from_account, to_account; append_only (42501).

Revision ID: 0005
"""

from migrations.support import (
    SCOPE_COLUMNS,
    append_only,
    authority_writes,
    case_row,
    drop_tables,
    placeless,
    run,
    run_files,
)

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rules()
    _accounts()
    _postings()


def _rules() -> None:
    run(
        """
        create table posting_rules (
          kind text not null,
          event text not null,
          from_kind text not null,
          to_kind text not null,
          cause text not null,
          primary key (kind, event, from_kind, to_kind, cause)
        )
        """,
        *placeless("posting_rules"),
    )
    run_files("posting_rules")


def _accounts() -> None:
    run(
        # What the fund itself owns belongs to the place's bureau, by foreign key.
        "alter table places add constraint place_of_bureau unique (id, bureau_org_id)",
        f"""
        create table books ({SCOPE_COLUMNS}
          id uuid not null,
          fund_source text not null constraint fund_source_known check (fund_source in
            ('employment_subsidy', 'unemployment_insurance', 'action_account',
             'action_account_surplus', 'local')),
          budget_year smallint not null check (budget_year between 2000 and 2100),
          primary key (place_id, id),
          constraint book_key unique (place_id, fund_source, budget_year),
          constraint book_identity unique (place_id, id, fund_source, budget_year),
          constraint book_of_region foreign key (place_id, region_path)
            references places (id, region_path),
          constraint book_of_bureau foreign key (place_id, org_id)
            references places (id, bureau_org_id),
          constraint book_has_no_partner check (partner_org_id is null)
        )
        """,
        *case_row("books"),
        *append_only("books"),
        *authority_writes("books"),
        # fund_source and budget_year stand here too: an enterprise reads its own accounts, and
        # not the bureau's books. `payments` and `recoveries` are tied to in later migrations.
        f"""
        create table ledger_accounts ({SCOPE_COLUMNS}
          id uuid not null,
          book_id uuid not null,
          fund_source text not null,
          budget_year smallint not null,
          kind text not null,
          subject_kind text,
          subject_id uuid,
          filing_id uuid generated always as
            (case when subject_kind = 'filing' then subject_id end) stored,
          fund_org_id uuid generated always as
            (case when subject_kind is null then org_id end) stored,
          primary key (place_id, id),
          constraint account_key unique nulls not distinct (place_id, book_id, subject_id, kind),
          constraint account_identity unique (place_id, book_id, id, kind),
          constraint account_of_book foreign key (place_id, book_id, fund_source, budget_year)
            references books (place_id, id, fund_source, budget_year),
          constraint account_of_region foreign key (place_id, region_path)
            references places (id, region_path),
          constraint account_of_bureau foreign key (place_id, fund_org_id)
            references places (id, bureau_org_id),
          constraint account_of_filing foreign key (place_id, filing_id, subject_kind, org_id)
            references cases (place_id, id, kind, org_id),
          constraint account_of_filing_partner foreign key (place_id, filing_id, partner_org_id)
            references cases (place_id, id, partner_org_id),
          constraint subject_given check ((subject_id is null) = (subject_kind is null)),
          constraint fund_has_no_partner check (subject_id is not null or partner_org_id is null),
          constraint subject_of_kind check (case kind
            when 'treasury' then subject_kind is null
            when 'available' then subject_kind is null
            when 'committed' then coalesce(subject_kind in ('filing', 'voucher_batch'), false)
            when 'prepayment_receivable'
              then coalesce(subject_kind in ('filing', 'voucher_batch'), false)
            when 'expense' then coalesce(subject_kind in ('filing', 'voucher_batch'), false)
            when 'in_transit' then coalesce(subject_kind = 'payment', false)
            when 'recovery_receivable' then coalesce(subject_kind = 'recovery', false)
            when 'write_off' then coalesce(subject_kind = 'recovery', false)
            else false end)
        )
        """,
        *case_row("ledger_accounts"),
        *append_only("ledger_accounts"),
        *authority_writes("ledger_accounts"),
        "create index ledger_accounts_of_subject on ledger_accounts (place_id, subject_id)"
        " where subject_id is not null",
        # Moved by the trigger of postings alone. Free room on the page keeps updates in place.
        f"""
        create table ledger_balances ({SCOPE_COLUMNS}
          account_id uuid not null,
          book_id uuid not null,
          kind text not null,
          debits_fen bigint not null default 0 check (debits_fen >= 0),
          credits_fen bigint not null default 0 check (credits_fen >= 0),
          primary key (place_id, account_id),
          constraint balance_of_account foreign key (place_id, book_id, account_id, kind)
            references ledger_accounts (place_id, book_id, id, kind),
          constraint balance_of_region foreign key (place_id, region_path)
            references places (id, region_path),
          constraint no_overdraft check (kind = 'treasury' or debits_fen >= credits_fen)
        ) with (fillfactor = 70)
        """,
        *case_row("ledger_balances", grants="select"),
        "create trigger balances_follow_postings before insert or update or delete"
        " on ledger_balances for each statement when (pg_trigger_depth() = 0)"
        " execute function refuse_change()",
        "create trigger append_only_truncate before truncate on ledger_balances"
        " for each statement execute function refuse_change()",
    )
    run_files("open_balances")
    run(
        "revoke all on function open_balances() from public",
        "create trigger open_balances after insert on ledger_accounts"
        " referencing new table as added for each statement execute function open_balances()",
    )


def _postings() -> None:
    run(
        # bank_line_id refers to `bank_lines`, which a later migration makes and ties.
        f"""
        create table postings ({SCOPE_COLUMNS}
          id uuid not null,
          book_id uuid not null,
          kind text not null,
          event text not null,
          from_account_id uuid not null,
          from_kind text not null,
          to_account_id uuid not null,
          to_kind text not null,
          amount_fen bigint not null
            constraint amount_in_range check (amount_fen between 1 and 10000000000000),
          posting_key text not null
            constraint posting_key_length check (length(posting_key) between 1 and 200),
          attempt_id uuid,
          reverses_id uuid,
          decision_case_id uuid,
          first_seq integer,
          first_person_id uuid,
          second_seq integer,
          second_person_id uuid,
          bank_line_id uuid,
          cause text not null generated always as
            (case when bank_line_id is null then 'decision' else 'bank_line' end) stored,
          posted_at timestamptz not null,
          recorded_at timestamptz not null default clock_timestamp(),
          primary key (place_id, id),
          constraint posted_once unique (place_id, posting_key),
          constraint reversed_once unique (place_id, reverses_id),
          constraint posting_of_region foreign key (place_id, region_path)
            references places (id, region_path),
          constraint from_account foreign key (place_id, book_id, from_account_id, from_kind)
            references ledger_accounts (place_id, book_id, id, kind),
          constraint to_account foreign key (place_id, book_id, to_account_id, to_kind)
            references ledger_accounts (place_id, book_id, id, kind),
          constraint legal_posting foreign key (kind, event, from_kind, to_kind, cause)
            references posting_rules (kind, event, from_kind, to_kind, cause),
          constraint reverses_posting foreign key (place_id, reverses_id)
            references postings (place_id, id),
          constraint first_signature
            foreign key (place_id, decision_case_id, first_seq, first_person_id)
            references case_steps (place_id, case_id, seq, person_id),
          constraint second_signature
            foreign key (place_id, decision_case_id, second_seq, second_person_id)
            references case_steps (place_id, case_id, seq, person_id),
          constraint two_accounts check (from_account_id <> to_account_id),
          constraint reversal_names_posting check ((kind = 'reversal') = (reverses_id is not null)),
          constraint attempt_when_in_transit check
            ((attempt_id is not null) = (from_kind = 'in_transit' or to_kind = 'in_transit')),
          constraint one_cause check (
            num_nonnulls(decision_case_id, first_seq, first_person_id, second_seq, second_person_id)
            = case when bank_line_id is null then 5 else 0 end),
          constraint two_people check (first_person_id <> second_person_id
            and system_person() not in (first_person_id, second_person_id))
        )
        """,
        *case_row("postings"),
        *append_only("postings"),
        *authority_writes("postings"),
        "create unique index attempt_enters_transit_once on postings (place_id, attempt_id)"
        " where kind = 'posting' and to_kind = 'in_transit'",
        # A confirmed attempt that the bank gives back leaves once more, after the reversal.
        "create unique index attempt_leaves_transit_once"
        " on postings (place_id, attempt_id, (event = 'bank_returned'))"
        " where kind = 'posting' and from_kind = 'in_transit'",
        "create index postings_of_attempt on postings (place_id, attempt_id)"
        " where attempt_id is not null",
        "create index postings_from on postings (place_id, from_account_id)",
        "create index postings_to on postings (place_id, to_account_id)",
        "create index postings_of_decision on postings (place_id, decision_case_id)"
        " where decision_case_id is not null",
    )
    run_files("apply_postings")
    run(
        "revoke all on function apply_postings() from public",
        "create trigger apply_postings after insert on postings"
        " referencing new table as added for each statement execute function apply_postings()",
    )


def downgrade() -> None:
    drop_tables(("postings", "ledger_balances", "ledger_accounts", "books", "posting_rules"))
    run(
        "drop function apply_postings()",
        "drop function open_balances()",
        "alter table places drop constraint place_of_bureau",
    )
