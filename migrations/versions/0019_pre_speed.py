"""Pages walk an index in every scope; key look-ups stay key look-ups while statistics are young.

Revision ID: 0019
"""

from migrations.support import run

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# One index for each arm of the policy (place, own organisation, partner) and one for the order that
# wider regions walk, all ending in the page's order. What is missing here a key gives already.
_INDEXES = {
    "cases_of_place": "cases (place_id, kind, id)",
    "cases_of_partner": "cases (partner_org_id, kind, id) where partner_org_id is not null",
    "cases_by_kind": "cases (kind, id)",
    "cases_by_state": "cases (kind, state, id)",
    "filings_by_id": "filings (id)",
    "filings_of_org": "filings (org_id, id)",
    "filings_of_partner": "filings (partner_org_id, id) where partner_org_id is not null",
    "enrolments_of_org": "enrolments (org_id, id) where until_roster_version is null",
    "enrolments_of_partner": "enrolments (partner_org_id, id)"
    " where partner_org_id is not null and until_roster_version is null",
    "payments_of_org": "payments (org_id, id)",
    "payments_of_partner": "payments (partner_org_id, id) where partner_org_id is not null",
    "official_documents_of_org": "official_documents (org_id, id)",
    "official_documents_of_partner": "official_documents (partner_org_id, id)"
    " where partner_org_id is not null",
}

# A place that files its first roster after the last ANALYZE is in no list of common values, and every key
# that begins with it looks as if it found one row. Where a line is looked up by key, the place has no
# statistics: it counts as one in two hundred, and the complete key wins. Elsewhere it keeps them: what
# joins sets of one place needs to know how many rows a place has.
_LOOKED_UP = (
    "enrolments",
    "certificate_extract_rows",
    "declared_certificates",
    "findings",
    "settlement_lines",
)


def _statistics(target: int) -> list[str]:
    return [
        f"alter table {table} alter column place_id set statistics {target}" for table in _LOOKED_UP
    ]


# The same rule, in the order a declaration is looked up in: by number, whichever extract.
_ONE_ROW = (
    "alter table certificate_extract_rows drop constraint one_row_per_certificate",
    "alter table certificate_extract_rows add constraint one_row_per_certificate unique",
)


def upgrade() -> None:
    drop, add = _ONE_ROW
    run(drop, f"{add} (place_id, number, certificate_type, extract_id)")
    run(*(f"create index {name} on {of}" for name, of in _INDEXES.items()))
    run(*_statistics(0))


def downgrade() -> None:
    run(*_statistics(-1))
    run(*(f"drop index {name}" for name in reversed(_INDEXES)))
    drop, add = _ONE_ROW
    run(drop, f"{add} (place_id, extract_id, number, certificate_type)")
