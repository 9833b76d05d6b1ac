"""Tables of migration 0030: voucher settlements with their lines and invoices, and what is clawed back."""

from typing import Final

from migrations.support import (
    SCOPE_COLUMNS,
    append_only,
    authority_writes,
    case_row,
    filed_in_time,
    of_case,
    of_parent,
    run,
)

REGION: Final = "starts_with(region_path, (select scope_region()))"
OWN: Final = f"org_id = (select scope_org()) or {REGION}"
UNDECIDED: Final = f"{REGION} or amount_fen is null"
"""Which settlement its payee may change: one that nobody has reviewed."""


def filed_by_owner(table: str, undecided: str) -> str:
    """Let whoever is paid claim, and say nothing about what is decided; the rest is the authority's."""
    return (
        f"create policy filed_by_owner on {table} as restrictive for insert"
        f" with check ({REGION} or (org_id = (select scope_org()) and {undecided}))"
    )


DECIDED: Final = "'approved', 'closed', 'cancelled', 'refused', 'withdrawn'"
GROUNDS: Final = (
    "'worth', 'reduced', 'refused', 'held', 'frozen', 'ended', 'certificate_unconfirmed', 'certificate_used',"
    " 'limit_reached', 'on_hold', 'objection', 'objection_upheld'"
)


def voucher_settlements() -> None:
    """A provider's month or a worker's reimbursement, line by line."""
    run(
        f"""
        create table voucher_settlements ({SCOPE_COLUMNS}
          id uuid not null,
          project_id uuid not null,
          month date not null check (extract(day from month) = 1),
          vouchers integer not null check (vouchers > 0),
          amount_fen bigint check (amount_fen >= 0),
          fund_source text not null,
          budget_year smallint not null,
          payee_account_id uuid not null,
          submitted_at timestamptz,
          released_at timestamptz,
          {of_case("voucher_settlement", "voucher_settlement")},
          constraint voucher_settlement_alone check (partner_org_id is null),
          constraint voucher_settlement_of_project foreign key (place_id, project_id)
            references voucher_projects (place_id, id),
          constraint voucher_settlement_payee foreign key (place_id, payee_account_id, org_id)
            references payee_accounts (place_id, id, org_id)
        )
        """,
        *case_row(
            "voucher_settlements",
            grants="select, insert, update (vouchers, amount_fen, submitted_at, released_at)",
        ),
        filed_by_owner(
            "voucher_settlements", "num_nonnulls(amount_fen, submitted_at, released_at) = 0"
        ),
        "create policy undecided_or_authority on voucher_settlements as restrictive for update"
        f" using ({UNDECIDED}) with check ({UNDECIDED})",
        "create trigger decided_stands before update of amount_fen, vouchers on voucher_settlements"
        f" for each row execute function decided_stands('id', {DECIDED})",
        # One in work for a payee, project and month; withdrawn or refused, its vouchers are free again.
        "create unique index one_live_voucher_settlement on voucher_settlements"
        " (place_id, org_id, project_id, month) where released_at is null",
    )
    _lines()
    _invoices()


def _lines() -> None:
    run(
        f"""
        create table voucher_settlement_lines ({SCOPE_COLUMNS}
          settlement_id uuid not null,
          voucher_id uuid not null,
          class_id uuid not null,
          standard_fen bigint not null check (standard_fen > 0),
          fee_fen bigint not null check (fee_fen > 0),
          face_value_fen bigint check (face_value_fen > 0),
          committed_fen bigint not null,
          disposition text check (disposition in ('payable', 'refused', 'held')),
          amount_fen bigint check (amount_fen between 0 and committed_fen),
          ground text check (ground in ({GROUNDS})),
          reason text not null default '' check (length(reason) <= 2000),
          facts jsonb not null,
          finding_seq integer,
          released_at timestamptz,
          primary key (place_id, settlement_id, voucher_id),
          constraint worth_the_least check (committed_fen = least(standard_fen, fee_fen, face_value_fen)),
          constraint line_decided_whole check (num_nonnulls(disposition, amount_fen, ground) in (0, 3)),
          constraint line_paid_when_payable check ((disposition = 'payable') = (amount_fen > 0)),
          constraint decided_with_a_reason
            check (ground not in ('reduced', 'refused', 'held') or reason <> ''),
          constraint voucher_line_of_voucher foreign key (place_id, voucher_id)
            references vouchers (place_id, id),
          constraint voucher_line_of_class foreign key (place_id, class_id)
            references voucher_classes (place_id, id),
          {of_parent("voucher_line", "voucher_settlements", "settlement_id")}
        )
        """,
        *case_row(
            "voucher_settlement_lines",
            grants="select, insert, update (disposition, amount_fen, ground, reason, finding_seq, released_at)",
        ),
        filed_by_owner(
            "voucher_settlement_lines",
            "num_nonnulls(disposition, amount_fen, ground, finding_seq, released_at) = 0",
        ),
        "create policy changed_by_owner on voucher_settlement_lines as restrictive for update"
        f" using ({OWN}) with check ({OWN})",
        filed_in_time("voucher_settlement_lines", "settlement_id", "draft"),
        "create unique index voucher_in_one_settlement on voucher_settlement_lines (place_id, voucher_id)"
        " where released_at is null",
        "create trigger settled_as_redeemed after insert on voucher_settlement_lines"
        " referencing new table as added for each statement execute function settled_as_redeemed()",
        "create trigger voucher_line_let_go before update on voucher_settlement_lines"
        " for each row execute function voucher_line_let_go()",
        "create trigger decided_stands before update of disposition, amount_fen, ground, reason, finding_seq"
        " on voucher_settlement_lines for each row"
        f" execute function decided_stands('settlement_id', {DECIDED})",
    )


def _invoices() -> None:
    run(
        f"""
        create table voucher_invoices ({SCOPE_COLUMNS}
          settlement_id uuid not null,
          voucher_id uuid not null,
          code text check (code ~ '^[0-9]{{8,12}}$'),
          number text not null check (number ~ '^[0-9]{{6,20}}$'),
          issuer_code text not null check (length(issuer_code) = 18),
          amount_fen bigint not null check (amount_fen > 0),
          issued_on date not null,
          primary key (place_id, settlement_id, voucher_id),
          constraint invoice_of_line foreign key (place_id, settlement_id, voucher_id)
            references voucher_settlement_lines (place_id, settlement_id, voucher_id),
          {of_parent("voucher_invoice", "voucher_settlements", "settlement_id")}
        )
        """,
        *case_row("voucher_invoices"),
        *append_only("voucher_invoices"),
        "create policy filed_by_owner on voucher_invoices as restrictive for insert"
        " with check (org_id = (select scope_org()))",
        filed_in_time("voucher_invoices", "settlement_id", "draft"),
        "alter table receipt_uses alter column filing_id drop not null,"
        " alter column receipt_id drop not null, add column voucher_id uuid",
        "alter table receipt_uses add constraint used_for_one check"
        " (num_nonnulls(filing_id, voucher_id) = 1 and (filing_id is null) = (receipt_id is null))",
        "revoke all on function use_voucher_invoices() from public",
        "create trigger use_voucher_invoices after insert on voucher_invoices"
        " referencing new table as added for each statement execute function use_voucher_invoices()",
    )


def claw_backs() -> None:
    """A recovery of a filing, or of a voucher settlement with the vouchers it takes back."""
    run(
        "alter table recoveries alter column filing_id drop not null, add column voucher_settlement_id uuid",
        "alter table recoveries add constraint recovery_of_one"
        " check (num_nonnulls(filing_id, voucher_settlement_id) = 1)",
        "alter table recoveries add constraint recovery_of_voucher_settlement"
        " foreign key (place_id, voucher_settlement_id, org_id)"
        " references voucher_settlements (place_id, id, org_id)",
        "create index recoveries_of_voucher_settlement on recoveries (place_id, voucher_settlement_id)"
        " where voucher_settlement_id is not null",
        f"""
        create table recovery_vouchers ({SCOPE_COLUMNS}
          recovery_id uuid not null,
          voucher_id uuid not null,
          amount_fen bigint not null check (amount_fen > 0),
          primary key (place_id, recovery_id, voucher_id),
          constraint recovery_voucher_of_voucher foreign key (place_id, voucher_id)
            references vouchers (place_id, id),
          {of_parent("recovery_voucher", "recoveries", "recovery_id")}
        )
        """,
        *case_row("recovery_vouchers"),
        *append_only("recovery_vouchers"),
        *authority_writes("recovery_vouchers"),
        filed_in_time("recovery_vouchers", "recovery_id", "proposed"),
    )


def notices() -> None:
    """Notices over voucher settlements, and objections to them."""
    run(
        "alter table notices drop constraint notices_subject_check",
        "alter table notices add constraint notices_subject_check"
        " check (subject in ('settlement', 'listing', 'voucher_settlement'))",
        "alter table notice_items add column voucher_settlement_id uuid",
        "alter table notice_items drop constraint notice_item_of_one",
        "alter table notice_items add constraint notice_item_of_one"
        " check (num_nonnulls(settlement_id, filing_id, voucher_settlement_id) = 1)",
        "alter table notice_items add constraint one_item_per_voucher_settlement"
        " unique (place_id, notice_id, voucher_settlement_id)",
        "alter table notice_items add constraint notice_item_voucher_settlement"
        " foreign key (place_id, voucher_settlement_id) references voucher_settlements (place_id, id)",
        "create index notice_items_of_voucher_settlement on notice_items (place_id, voucher_settlement_id)"
        " where voucher_settlement_id is not null",
        f"""
        create table notice_vouchers ({SCOPE_COLUMNS}
          notice_id uuid not null,
          item_no integer not null,
          line_no integer not null check (line_no > 0),
          voucher_id uuid not null,
          person_ref uuid not null references persons,
          payee_account_id uuid not null,
          amount_fen bigint not null check (amount_fen > 0),
          primary key (place_id, notice_id, item_no, line_no),
          constraint notice_voucher_of_item foreign key (place_id, notice_id, item_no)
            references notice_items (place_id, notice_id, item_no),
          constraint notice_voucher_settled foreign key (place_id, voucher_id)
            references vouchers (place_id, id),
          {of_parent("notice_voucher", "notices", "notice_id")}
        )
        """,
        *case_row("notice_vouchers"),
        *append_only("notice_vouchers"),
        *authority_writes("notice_vouchers"),
        filed_in_time("notice_vouchers", "notice_id", "published"),
        "alter table objections add column voucher_settlement_id uuid, add column voucher_id uuid",
        "alter table objections drop constraint objection_to_one",
        "alter table objections add constraint objection_to_one check ("
        "num_nonnulls(settlement_id, filing_id, voucher_settlement_id) = 1"
        " and (line_id is null or settlement_id is not null)"
        " and (enrolment_id is null or filing_id is not null)"
        " and (voucher_id is null or voucher_settlement_id is not null))",
        "alter table objections add constraint objection_of_voucher_settlement"
        " foreign key (place_id, notice_id, voucher_settlement_id)"
        " references notice_items (place_id, notice_id, voucher_settlement_id)",
        "alter table objections add constraint objection_of_voucher"
        " foreign key (place_id, voucher_id) references vouchers (place_id, id)",
        "create index objections_over_vouchers on objections (place_id, voucher_settlement_id)"
        " where voucher_settlement_id is not null",
    )
