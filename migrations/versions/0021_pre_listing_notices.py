"""Notices over filings, the public copy held to the full one, and reviews of refusals and recoveries.

Who has a filing in a listing decision may read it. What the public reads equals what the authority
keeps. An upheld review of a refusal lets its enterprise ask once more, naming the review; an upheld
review of a recovery that no settlement counted gives back what is still owed on it.

Refused by constraint name: published_word_for_word, filed_again_as_upheld, prepaid_again_as_upheld,
one_filing_per_review, one_prepayment_per_review, one_review_per_filing, one_review_per_prepayment,
one_review_per_order.

Revision ID: 0021
"""

from migrations.support import (
    SCOPE_COLUMNS,
    append_only,
    authority_writes,
    case_row,
    drop_tables,
    filed_in_time,
    of_parent,
    run,
    run_files,
)

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

MINE = "f.org_id = (select scope_org()) or f.partner_org_id = (select scope_org())"
STAND = "('recovery', 'under_review', 'served', 'approve', 'stand')"
POSTINGS = (
    "('posting', 'unearned_restored', 'recovery_receivable', 'prepayment_receivable', 'decision')",
    "('reversal', 'unearned_restored', 'prepayment_receivable', 'recovery_receivable', 'decision')",
)
SUBJECTS = {"filing_id": "filings", "prepayment_id": "prepayments", "recovery_id": "recoveries"}
"""What a review may be about since this migration: the column that names it, and its table."""


def upgrade() -> None:
    run(
        "create policy seen_by_listed on listings for select using (exists (select from filings f"
        f" where f.place_id = listings.place_id and f.listing_id = listings.id and ({MINE})))",
        "create index filings_of_listing on filings (place_id, listing_id)"
        " where listing_id is not null",
        f"insert into step_rules (case_kind, from_state, to_state, duty, event) values {STAND}",
        "insert into posting_rules (kind, event, from_kind, to_kind, cause)"
        f" values {', '.join(POSTINGS)}",
        "insert into posting_causes (event, case_kind, to_state)"
        " values ('unearned_restored', 'recovery', 'cancelled')",
    )
    _notices_over_filings()
    _objections_to_filings()
    run_files("published_word_for_word", "filed_again_as_upheld", "prepaid_again_as_upheld")
    run(
        "create trigger published_word_for_word after insert on published_notices for each row"
        " execute function published_word_for_word()"
    )
    _reviews()
    _asked_again()


def _notices_over_filings() -> None:
    run(
        "alter table notices drop constraint notices_subject_check",
        "alter table notices add constraint notices_subject_check"
        " check (subject in ('settlement', 'listing'))",
        "alter table notice_items alter column settlement_id drop not null",
        "alter table notice_items add column filing_id uuid",
        "alter table notice_items add constraint notice_item_of_one"
        " check (num_nonnulls(settlement_id, filing_id) = 1)",
        "alter table notice_items add constraint one_item_per_filing"
        " unique (place_id, notice_id, filing_id)",
        "alter table notice_items add constraint notice_item_filing"
        " foreign key (place_id, filing_id) references filings (place_id, id)",
        "create index notice_items_of_filing on notice_items (place_id, filing_id)"
        " where filing_id is not null",
        f"""
        create table notice_seats ({SCOPE_COLUMNS}
          notice_id uuid not null,
          item_no integer not null,
          line_no integer not null check (line_no > 0),
          enrolment_id uuid not null,
          person_ref uuid not null references persons,
          payee_account_id uuid not null,
          expected_fen bigint not null check (expected_fen >= 0),
          primary key (place_id, notice_id, item_no, line_no),
          constraint notice_seat_of_item foreign key (place_id, notice_id, item_no)
            references notice_items (place_id, notice_id, item_no),
          constraint notice_seat_enrolled foreign key (place_id, enrolment_id)
            references enrolments (place_id, id),
          {of_parent("notice_seat", "notices", "notice_id")}
        )
        """,
        *case_row("notice_seats"),
        *append_only("notice_seats"),
        *authority_writes("notice_seats"),
        filed_in_time("notice_seats", "notice_id", "published"),
    )


def _objections_to_filings() -> None:
    run(
        "alter table objections alter column settlement_id drop not null",
        "alter table objections add column filing_id uuid",
        "alter table objections add column enrolment_id uuid",
        "alter table objections add constraint objection_to_one check ("
        "num_nonnulls(settlement_id, filing_id) = 1"
        " and (line_id is null or settlement_id is not null)"
        " and (enrolment_id is null or filing_id is not null))",
        "alter table objections add constraint objection_of_filing"
        " foreign key (place_id, notice_id, filing_id)"
        " references notice_items (place_id, notice_id, filing_id)",
        "alter table objections add constraint objection_of_enrolment"
        " foreign key (place_id, enrolment_id) references enrolments (place_id, id)",
        "create index objections_over_filing on objections (place_id, filing_id)"
        " where filing_id is not null",
    )


def _reviews() -> None:
    run(
        "alter table review_requests drop constraint review_requests_subject_check",
        "alter table review_requests add constraint review_requests_subject_check check"
        " (subject in ('settlement_line', 'hold', 'filing', 'prepayment', 'recovery'))",
        *(f"alter table review_requests add column {column} uuid" for column in SUBJECTS),
        "alter table review_requests add column decided_seq integer check (decided_seq > 0)",
        "alter table review_requests drop constraint one_subject",
        "alter table review_requests add constraint one_subject check ("
        "num_nonnulls(line_id, hold_id, filing_id, prepayment_id, recovery_id) = 1"
        " and num_nonnulls(settlement_id, line_id) in (0, 2)"
        " and num_nonnulls(recovery_id, decided_seq) in (0, 2)"
        " and case subject when 'settlement_line' then line_id when 'hold' then hold_id"
        " when 'filing' then filing_id when 'prepayment' then prepayment_id else recovery_id end"
        " is not null)",
        *(
            "alter table review_requests add constraint"
            f" review_of_{column.removesuffix('_id')} foreign key (place_id, {column}, org_id)"
            f" references {table} (place_id, id, org_id)"
            for column, table in SUBJECTS.items()
        ),
        "alter table review_requests add constraint one_review_per_filing"
        " unique (place_id, filing_id)",
        "alter table review_requests add constraint one_review_per_prepayment"
        " unique (place_id, prepayment_id)",
        # What is ordered anew is decided anew, and may be reviewed again.
        "alter table review_requests add constraint one_review_per_order"
        " unique (place_id, recovery_id, decided_seq)",
    )


def _asked_again() -> None:
    for table, one in (("filings", "filing"), ("prepayments", "prepayment")):
        run(
            f"alter table {table} add column after_review_id uuid",
            f"alter table {table} add constraint {one}_after_review"
            " foreign key (place_id, after_review_id, org_id)"
            " references review_requests (place_id, id, org_id)",
            f"alter table {table} add constraint one_{one}_per_review"
            " unique (place_id, after_review_id)",
        )
    run(
        "alter table prepayments drop constraint one_prepayment_per_period",
        "alter table prepayments add constraint one_prepayment_per_period"
        " unique nulls not distinct (place_id, filing_id, period, after_review_id)",
        "create trigger filed_again_as_upheld before insert or update of submitted_at on filings"
        " for each row when (new.after_review_id is not null)"
        " execute function filed_again_as_upheld()",
        "create trigger prepaid_again_as_upheld before insert on prepayments"
        " for each row when (new.after_review_id is not null)"
        " execute function prepaid_again_as_upheld()",
    )


def downgrade() -> None:
    run(
        "drop trigger prepaid_again_as_upheld on prepayments",
        "drop trigger filed_again_as_upheld on filings",
        "alter table prepayments drop constraint one_prepayment_per_period",
        "alter table prepayments add constraint one_prepayment_per_period"
        " unique (place_id, filing_id, period)",
        *(
            f"alter table {table} drop column after_review_id"
            for table in ("filings", "prepayments")
        ),
        "alter table review_requests drop constraint one_subject",
        *(f"alter table review_requests drop column {column}" for column in SUBJECTS),
        "alter table review_requests drop column decided_seq",
        "alter table review_requests add constraint one_subject check (case subject"
        " when 'hold' then hold_id is not null and num_nonnulls(settlement_id, line_id) = 0"
        " else hold_id is null and num_nonnulls(settlement_id, line_id) = 2 end)",
        "alter table review_requests drop constraint review_requests_subject_check",
        "alter table review_requests add constraint review_requests_subject_check"
        " check (subject in ('settlement_line', 'hold'))",
        "drop trigger published_word_for_word on published_notices",
        "drop function published_word_for_word()",
        "drop function filed_again_as_upheld()",
        "drop function prepaid_again_as_upheld()",
        "alter table objections drop constraint objection_to_one",
        "alter table objections drop column filing_id",
        "alter table objections drop column enrolment_id",
        "alter table objections alter column settlement_id set not null",
    )
    drop_tables(("notice_seats",))
    run(
        "alter table notice_items drop constraint notice_item_of_one",
        "alter table notice_items drop column filing_id",
        "alter table notice_items alter column settlement_id set not null",
        "alter table notices drop constraint notices_subject_check",
        "alter table notices add constraint notices_subject_check check (subject in ('settlement'))",
        "delete from posting_causes where event = 'unearned_restored'",
        "delete from posting_rules where event = 'unearned_restored'",
        f"delete from step_rules where (case_kind, from_state, to_state, duty, event) = {STAND}",
        "drop index filings_of_listing",
        "drop policy seen_by_listed on listings",
    )
