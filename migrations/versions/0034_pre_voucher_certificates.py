"""What registers answer about the certificates of vouchers, and one use of a certificate in either programme.

A voucher's finding is one extract's answer about the certificate that its class declared; it belongs to the
worker, with the provider as partner, and is only ever added. A settlement's line names the one it was decided on.

Downgrading is refused by PostgreSQL once a voucher has used a certificate.

Refused by constraint name: one_answer_per_voucher_extract, used_in_one_programme, one_use_per_certificate,
filed_in_time; and in place of row security (42501): certificate_confirmed.

Revision ID: 0034
"""

from migrations.support import (
    APP,
    SCOPE_COLUMNS,
    SQL,
    append_only,
    authority_writes,
    case_row,
    drop_tables,
    filed_in_time,
    run,
    run_files,
)

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

USE = "use_voucher_certificates(uuid, uuid[], text[], text[], text)"


def upgrade() -> None:
    run(
        f"""
        create table voucher_findings ({SCOPE_COLUMNS}
          voucher_id uuid not null,
          seq integer not null check (seq > 0),
          class_id uuid not null,
          step_seq integer not null,
          settlement_id uuid not null,
          register text not null,
          extract_id uuid not null,
          row_no integer,
          rules_version smallint not null,
          agreement integer not null,
          result text not null,
          asked_at timestamptz not null,
          primary key (place_id, voucher_id, seq),
          constraint one_answer_per_voucher_extract unique (place_id, voucher_id, class_id, extract_id),
          constraint voucher_finding_at_provider check (partner_org_id is not null),
          constraint voucher_finding_of_voucher foreign key (place_id, voucher_id, org_id)
            references vouchers (place_id, id, org_id),
          constraint voucher_finding_in_class foreign key (place_id, class_id, partner_org_id)
            references voucher_classes (place_id, id, org_id),
          constraint voucher_finding_of_outcome foreign key (place_id, class_id, step_seq, voucher_id)
            references voucher_outcomes (place_id, class_id, step_seq, voucher_id),
          constraint voucher_finding_in_settlement foreign key (place_id, settlement_id)
            references voucher_settlements (place_id, id),
          constraint voucher_finding_by_rule foreign key (rules_version, agreement, result)
            references finding_rules (version, agreement, result),
          constraint voucher_finding_of_extract foreign key (place_id, extract_id)
            references certificate_extracts (place_id, id),
          constraint voucher_finding_of_row foreign key (place_id, extract_id, row_no)
            references certificate_extract_rows (place_id, extract_id, row_no),
          constraint voucher_finding_of_region foreign key (place_id, region_path)
            references places (id, region_path)
        )
        """,
        *case_row("voucher_findings"),
        *append_only("voucher_findings"),
        *authority_writes("voucher_findings"),
        filed_in_time("voucher_findings", "settlement_id", "accepted", "reviewed", "approved"),
        "alter table voucher_settlement_lines add constraint voucher_line_decided_on"
        " foreign key (place_id, voucher_id, finding_seq)"
        " references voucher_findings (place_id, voucher_id, seq)",
        "alter table certificate_uses alter column declaration_id drop not null,"
        " alter column enrolment_id drop not null, add column voucher_id uuid",
        "alter table certificate_uses add constraint used_in_one_programme check"
        " (num_nonnulls(enrolment_id, voucher_id) = 1"
        " and (declaration_id is null) = (enrolment_id is null))",
    )
    run_files("used_certificates_2", "use_voucher_certificates")
    run(
        f"revoke all on function {USE} from public",
        f"grant execute on function {USE} to {APP}",
    )


def downgrade() -> None:
    run(
        f"drop function {USE}",
        SQL.joinpath("used_certificates.sql")
        .read_text("utf-8")
        .replace("create function", "create or replace function", 1),
        "alter table certificate_uses drop column voucher_id",
        "alter table certificate_uses alter column declaration_id set not null,"
        " alter column enrolment_id set not null",
        "alter table voucher_settlement_lines drop constraint voucher_line_decided_on",
    )
    drop_tables(("voucher_findings",))
