"""Prepayments, settlements, declared certificates, register extracts, findings, entitlements.

Once-ever rules (`person_entitlements`, `certificate_uses`) are narrow tables without a place,
reached only through SECURITY DEFINER functions: their keys hold nationwide, whatever the caller
may see.
`finding_rules` holds the domain's judgement of every agreement, so that sets are judged by a join.

Revision ID: 0007
"""

from domain.certificate import RULES_VERSION, finding_rules
from migrations.support import (
    APP,
    SCOPE_COLUMNS,
    append_only,
    authority_moves,
    authority_writes,
    case_row,
    drop_tables,
    filed_in_time,
    of_case,
    of_parent,
    owner_only,
    placeless,
    run,
    run_files,
)

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ONCE_EVER = (
    "take_entitlements(uuid, uuid[], uuid[], text, smallint[], text)",
    "taken_entitlements(uuid[], text, smallint, text)",
    "entitled_elsewhere(uuid[], uuid[], smallint[], text, boolean, boolean, text)",
    "use_certificates(uuid, uuid[], uuid[], text[], text[], text[], text)",
    "used_certificates(uuid[], text[], text[], text[], text)",
)
RULES_AT_ONCE = 4096
UNSUBMITTED_OR_AUTHORITY = (
    "starts_with(region_path, (select scope_region()))"
    " or num_nonnulls(submitted_at, extract_id, verified_at, facts) = 0"
)
"""Which settlement an enterprise may write or change: one that it has not submitted."""
UNVERIFIED_OR_AUTHORITY = (
    "starts_with(region_path, (select scope_region()))"
    " or num_nonnulls(extract_id, verified_at, facts) = 0"
)
"""What an enterprise may make of it: nothing that says how it was verified."""


def _finding_rules() -> list[str]:
    # Digits and the domain's own words: nothing here is typed by anybody.
    rules = list(finding_rules())
    return [
        f"insert into finding_rules (version, agreement, result)"
        f" select {RULES_VERSION}, u.agreement, u.result from unnest("
        f"'{{{','.join(str(agreement) for agreement, _ in some)}}}'::integer[],"
        f" '{{{','.join(result for _, result in some)}}}'::text[]) as u(agreement, result)"
        for some in (
            rules[start : start + RULES_AT_ONCE] for start in range(0, len(rules), RULES_AT_ONCE)
        )
    ]


def upgrade() -> None:
    run(
        f"""
        create table prepayments ({SCOPE_COLUMNS}
          id uuid not null,
          filing_id uuid not null,
          period smallint not null check (period > 0),
          roster_version integer not null,
          people integer not null check (people > 0),
          maximum_fen bigint not null check (maximum_fen > 0),
          amount_fen bigint not null check (amount_fen between 1 and maximum_fen),
          facts jsonb not null,
          {of_case("prepayment", "prepayment")},
          constraint one_prepayment_per_period unique (place_id, filing_id, period),
          constraint prepayment_of_filing foreign key (place_id, filing_id, org_id)
            references filings (place_id, id, org_id)
        )
        """,
        *case_row("prepayments", grants="select, insert, update (amount_fen, facts)"),
        *authority_moves("prepayments"),
        f"""
        create table prepayment_lines ({SCOPE_COLUMNS}
          prepayment_id uuid not null,
          enrolment_id uuid not null,
          amount_fen bigint not null check (amount_fen > 0),
          primary key (place_id, prepayment_id, enrolment_id),
          constraint prepayment_line_enrolment foreign key (place_id, enrolment_id, org_id)
            references enrolments (place_id, id, org_id),
          {of_parent("prepayment_line", "prepayments", "prepayment_id")}
        )
        """,
        *case_row("prepayment_lines"),
        *append_only("prepayment_lines"),
        *authority_writes("prepayment_lines"),
        f"""
        create table settlements ({SCOPE_COLUMNS}
          id uuid not null,
          filing_id uuid not null,
          seq smallint not null check (seq > 0),
          settlement_kind text not null
            check (settlement_kind in ('interim', 'final', 'supplementary', 'adjustment')),
          people integer not null check (people > 0),
          submitted_at timestamptz,
          extract_id uuid,
          verified_at timestamptz,
          entitled_fen bigint check (entitled_fen >= 0),
          history_fen bigint check (history_fen >= 0),
          balance_fen bigint check (balance_fen >= 0),
          recovery_fen bigint check (recovery_fen >= 0),
          facts jsonb,
          {of_case("settlement", "settlement")},
          constraint one_settlement_in_a_row unique (place_id, filing_id, seq),
          constraint settlement_of_filing foreign key (place_id, filing_id, org_id)
            references filings (place_id, id, org_id),
          constraint balance_or_recovery check (balance_fen = 0 or recovery_fen = 0),
          constraint due_minus_history
            check (entitled_fen - history_fen = balance_fen - recovery_fen),
          constraint figures_with_facts check
            (num_nonnulls(entitled_fen, history_fen, balance_fen, recovery_fen, facts) in (0, 5))
        )
        """,
        *case_row(
            "settlements",
            grants="select, insert, update (submitted_at, extract_id, verified_at, entitled_fen,"
            " history_fen, balance_fen, recovery_fen, facts)",
        ),
        f"create policy authority_verifies on settlements as restrictive for update"
        f" using ({UNSUBMITTED_OR_AUTHORITY}) with check ({UNVERIFIED_OR_AUTHORITY})",
        f"create policy filed_unverified on settlements as restrictive for insert"
        f" with check ({UNSUBMITTED_OR_AUTHORITY})",
        f"""
        create table settlement_lines ({SCOPE_COLUMNS}
          id uuid not null,
          settlement_id uuid not null,
          enrolment_id uuid not null,
          disposition text check (disposition in ('payable', 'refused', 'held')),
          amount_fen bigint check (amount_fen >= 0),
          facts jsonb,
          primary key (place_id, id),
          constraint decided_whole check (num_nonnulls(disposition, amount_fen, facts) in (0, 3)),
          constraint only_payable_earns check (disposition = 'payable' or amount_fen = 0),
          constraint settlement_line_identity unique (place_id, id, org_id),
          constraint one_line_per_person unique (place_id, settlement_id, enrolment_id),
          constraint settlement_line_enrolment foreign key (place_id, enrolment_id, org_id)
            references enrolments (place_id, id, org_id),
          {of_parent("settlement_line", "settlements", "settlement_id")}
        )
        """,
        *case_row(
            "settlement_lines", grants="select, insert, update (disposition, amount_fen, facts)"
        ),
        *authority_moves("settlement_lines"),
        "create policy filed_undecided on settlement_lines as restrictive for insert with check"
        " (starts_with(region_path, (select scope_region()))"
        " or num_nonnulls(disposition, amount_fen, facts) = 0)",
        filed_in_time("settlement_lines", "settlement_id", "draft"),
        "create index settlement_lines_of_person on settlement_lines (place_id, enrolment_id)",
        f"""
        create table declared_certificates ({SCOPE_COLUMNS}
          id uuid not null,
          settlement_id uuid not null,
          line_id uuid not null,
          enrolment_id uuid not null,
          certificate_type text not null,
          number_raw text not null check (length(number_raw) between 1 and 60),
          number text not null check (length(number) between 1 and 60),
          well_formed boolean not null,
          holder_name text not null,
          holder_name_alike text not null,
          holder_index bytea not null check (length(holder_index) = 32),
          occupation_code text not null,
          grade smallint check (grade between 1 and 5),
          issued_on date not null,
          issuer_code text,
          primary key (place_id, id),
          constraint declared_certificate_identity unique (place_id, id, org_id),
          constraint one_certificate_per_line unique (place_id, line_id),
          constraint one_declaration_of_certificate
            unique (place_id, settlement_id, number, certificate_type),
          constraint declared_certificate_line foreign key (place_id, line_id, org_id)
            references settlement_lines (place_id, id, org_id),
          {of_parent("declared_certificate", "settlements", "settlement_id")}
        )
        """,
        *case_row("declared_certificates"),
        *append_only("declared_certificates"),
        filed_in_time("declared_certificates", "settlement_id", "draft"),
        "create index declared_certificates_of_settlement"
        " on declared_certificates (place_id, settlement_id, id)",
        "create index declared_certificates_by_number"
        " on declared_certificates (place_id, number, certificate_type)",
        f"""
        create table certificate_extracts ({SCOPE_COLUMNS}
          id uuid not null,
          register text not null check (length(register) between 1 and 100),
          digest bytea not null check (length(digest) = 32),
          rows integer not null check (rows > 0),
          loaded_at timestamptz not null,
          loaded_by uuid not null references persons,
          primary key (place_id, id),
          constraint one_load_per_extract unique (place_id, digest),
          constraint certificate_extract_of_region foreign key (place_id, region_path)
            references places (id, region_path)
        )
        """,
        *case_row("certificate_extracts"),
        *append_only("certificate_extracts"),
        *authority_writes("certificate_extracts"),
        f"""
        create table certificate_extract_rows ({SCOPE_COLUMNS}
          extract_id uuid not null,
          row_no integer not null check (row_no > 0),
          number_raw text not null,
          number text not null,
          certificate_type text not null,
          holder_name text not null,
          holder_name_alike text not null,
          holder_index bytea not null check (length(holder_index) = 32),
          occupation_code text not null,
          grade smallint check (grade between 1 and 5),
          issued_on date not null,
          evaluated_on date,
          issuer_code text not null,
          status text not null check (status in ('valid', 'revoked', 'pending', 'withheld')),
          primary key (place_id, extract_id, row_no),
          constraint one_row_per_certificate
            unique (place_id, extract_id, number, certificate_type),
          constraint extract_row_of_extract foreign key (place_id, extract_id)
            references certificate_extracts (place_id, id),
          constraint extract_row_of_region foreign key (place_id, region_path)
            references places (id, region_path)
        )
        """,
        *case_row("certificate_extract_rows"),
        *append_only("certificate_extract_rows"),
        *authority_writes("certificate_extract_rows"),
        "alter table settlements add constraint settlement_extract"
        " foreign key (place_id, extract_id) references certificate_extracts (place_id, id)",
        """
        create table finding_rules (
          version smallint not null,
          agreement integer not null,
          result text not null,
          constraint one_finding_per_agreement primary key (version, agreement),
          constraint finding_rule unique (version, agreement, result)
        )
        """,
        *placeless("finding_rules"),
        *_finding_rules(),
        f"""
        create table findings ({SCOPE_COLUMNS}
          declaration_id uuid not null,
          seq integer not null check (seq > 0),
          settlement_id uuid not null,
          register text not null,
          extract_id uuid,
          row_no integer,
          rules_version smallint,
          agreement integer,
          result text not null,
          asked_at timestamptz not null,
          primary key (place_id, declaration_id, seq),
          constraint one_answer_per_extract unique (place_id, declaration_id, extract_id),
          constraint finding_of_declaration foreign key (place_id, declaration_id, org_id)
            references declared_certificates (place_id, id, org_id),
          constraint judged_by_rule foreign key (rules_version, agreement, result)
            references finding_rules (version, agreement, result),
          constraint confirmed_by_people check (case when result = 'confirmed_manually'
            then num_nonnulls(rules_version, agreement) = 0
            else num_nonnulls(rules_version, agreement) = 2 end),
          constraint finding_of_extract foreign key (place_id, extract_id)
            references certificate_extracts (place_id, id),
          constraint finding_of_extract_row foreign key (place_id, extract_id, row_no)
            references certificate_extract_rows (place_id, extract_id, row_no),
          {of_parent("finding", "settlements", "settlement_id")}
        )
        """,
        *case_row("findings"),
        *append_only("findings"),
        *authority_writes("findings"),
        "create index findings_of_settlement on findings (place_id, settlement_id, declaration_id)",
        f"""
        create table eligibility ({SCOPE_COLUMNS}
          settlement_id uuid not null,
          enrolment_id uuid not null,
          round integer not null check (round > 0),
          rule text not null,
          result text not null check (result in ('pass', 'fail', 'unknown')),
          rules_version smallint not null,
          policy_id text not null,
          facts jsonb not null,
          at timestamptz not null,
          primary key (place_id, settlement_id, enrolment_id, round, rule),
          constraint eligibility_enrolment foreign key (place_id, enrolment_id, org_id)
            references enrolments (place_id, id, org_id),
          {of_parent("eligibility", "settlements", "settlement_id")}
        )
        """,
        *case_row("eligibility"),
        *append_only("eligibility"),
        *authority_writes("eligibility"),
        f"""
        create table entitlements ({SCOPE_COLUMNS}
          id uuid not null,
          filing_id uuid not null,
          enrolment_id uuid not null,
          settlement_id uuid not null,
          revision integer not null check (revision > 0),
          amount_fen bigint not null check (amount_fen >= 0),
          facts jsonb not null,
          at timestamptz not null,
          primary key (place_id, id),
          constraint entitlement_revisions unique (place_id, enrolment_id, revision),
          constraint entitlement_enrolment foreign key (place_id, enrolment_id, org_id)
            references enrolments (place_id, id, org_id),
          {of_parent("entitlement", "settlements", "settlement_id")}
        )
        """,
        *case_row("entitlements"),
        *append_only("entitlements"),
        *authority_writes("entitlements"),
        "create index entitlements_of_settlement on entitlements (place_id, settlement_id)",
        """
        create table person_entitlements (
          person_id uuid not null references persons,
          occupation_code text not null,
          grade smallint not null check (grade between 1 and 5),
          benefit_class text not null
            check (benefit_class in ('training', 'assessment', 'skill_upgrade')),
          place_id uuid not null,
          enrolment_id uuid not null,
          constraint one_open_entitlement
            primary key (person_id, occupation_code, grade, benefit_class)
        )
        """,
        *owner_only("person_entitlements"),
        """
        create table certificate_uses (
          issuer_code text,
          number text not null,
          category text,
          benefit_class text not null
            check (benefit_class in ('training', 'assessment', 'skill_upgrade')),
          place_id uuid not null,
          declaration_id uuid not null,
          enrolment_id uuid not null,
          constraint one_use_per_certificate
            unique nulls not distinct (number, benefit_class, issuer_code, category)
        )
        """,
        *owner_only("certificate_uses"),
    )
    run_files(*(function.partition("(")[0] for function in ONCE_EVER))
    for function in ONCE_EVER:
        run(
            f"revoke all on function {function} from public",
            f"grant execute on function {function} to {APP}",
        )


def downgrade() -> None:
    run(
        *(f"drop function {function}" for function in reversed(ONCE_EVER)),
    )
    drop_tables(
        (
            "certificate_uses",
            "person_entitlements",
            "entitlements",
            "eligibility",
            "findings",
            "finding_rules",
        )
    )
    run("alter table settlements drop constraint settlement_extract")
    drop_tables(
        (
            "certificate_extract_rows",
            "certificate_extracts",
            "declared_certificates",
            "settlement_lines",
            "settlements",
            "prepayment_lines",
            "prepayments",
        )
    )
