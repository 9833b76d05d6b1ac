"""The catalogue after every migration: no table slips in without its wall (DESIGN 4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from adapters.embedded.postgres import EmbeddedPostgres
from tests.integration.catalogue import RULES, Walls, breaches, scope_of
from tests.integration.databases import MAJORS, FreshDatabase, fresh_database, revisions

ORG_COLUMNS = ("org_id", "partner_org_id")
BY_PERSON = {"kept_answers"}
"""Tables walled by person and by nothing else."""

SIGNED_BY_PERSON = {
    "document_services", "kept_answers", "case_duties", "case_steps", "audit_entries", "audit_chain", "documents",
    "document_contents",
    "class_plans", "class_mentors", "mentored_people", "class_sessions", "class_attendance",
    "class_evidence", "class_receipts", "completion_proposals",
    "clock_marks",
    "manual_sightings", "honest_mistakes", "verification_requests", "voucher_acts", "voucher_sets",
    "voucher_issues", "voucher_sessions", "voucher_attendance", "voucher_absences", "voucher_outcomes",
    "real_name_checks", "archive_entries",
}  # fmt: skip
"""Rows that only the person whom they name adds."""

FILED = {
    "cases", "payee_accounts", "filings", "roster_versions", "prepayments",
    "declared_certificates", "joint_classes",
    "review_requests",
    "payment_corrections",
    "voucher_classes", "voucher_invoices",
}  # fmt: skip
"""What an enterprise adds without an authority's region: what it applies with, never what decides.
Its settlements and their lines it adds as long as they decide nothing, and its people as long as they
have only been planned; the rows tried here say more.
"""

NOT_A_PARTNERS = {
    "cases", "case_duties", "case_steps",
    "prepayments", "prepayment_lines", "settlements", "settlement_lines", "declared_certificates",
    "findings", "eligibility", "entitlements", "manual_findings", "manual_sightings",
    "honest_mistakes", "verification_requests", "review_requests", "holds", "recoveries",
    "funding_request_lines", "payments", "payment_attempts", "payment_corrections",
    "batch_exclusions", "bank_lines", "commitments", "ledger_accounts", "ledger_balances",
    "postings", "official_documents", "document_services", "correction_notices", "documents",
    "document_contents", "superseded_plans", "objections",
}  # fmt: skip
"""An enterprise's money, evidence and documents; and of cases all but those of the shared class."""

WALLED_SINCE = "0020"

MOVED_BY_FILER = {
    "cases", "filings", "enrolments", "vouchers", "voucher_classes", "voucher_settlement_lines",
}  # fmt: skip
"""What an enterprise, a provider or a worker changes of their own; a case's state only together with a
signed step, a voucher's only where a trigger lets its holder. A claimed line they only let go: another
trigger says so."""

MOVED_BY_PARTNER = {"vouchers"}
"""What a provider changes of a worker's: it redeems the vouchers of its own class."""

MOVED_BY_AUTHORITY = {
    "prepayments", "commitments", "settlements", "settlement_lines", "funding_request_lines",
    "payments", "payment_attempts", "bank_lines", "recoveries",
    "notices", "objections", "voucher_settlements",
}  # fmt: skip
"""What only an authority of the region changes once it is there. Of a settlement an enterprise
changes what does not say how it was verified; the rows tried here say it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What the application saw and wrote with rows of its own in every walled table."""

    filled: set[str]
    placed: set[str]
    growing: set[str]
    by_org: set[str]
    by_region: set[str]
    seen: Mapping[str, set[str]]
    written: Mapping[str, set[str]]
    changed: Mapping[str, set[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """The way from an empty database to head, looked at after every step."""

    database: FreshDatabase
    breaches: Mapping[str, Mapping[str, set[str]]]
    walls: Mapping[str, Tried]


async def _try_walls(connection: Any) -> Tried:
    seen: dict[str, set[str]] = {}
    written: dict[str, set[str]] = {}
    changed: dict[str, set[str]] = {}
    async with Walls(connection).raised() as walls:
        own, other = walls.own, str(uuid4())
        above = own["region_path"].removesuffix("county/")

        async def look(name: str) -> None:
            seen[name], written[name] = await walls.seen(), await walls.written()
            changed[name] = await walls.changed()

        await look("unset")
        scopes = {
            "empty": {},
            "own organisation": {"org": own["org_id"]},
            "partner": {"org": own["partner_org_id"]},
            "region": {"region": own["region_path"]},
            "region above": {"region": above},
            "other organisation": {"org": other},
            "region beside": {"region": f"{above}beside/"},
            "region below": {"region": f"{own['region_path']}zone/"},
            "person": {"person": own["person_id"]},
            "other person": {"person": other},
        }
        for name, scope in scopes.items():
            await walls.scope(**scope)
            await look(name)
        return Tried(
            filled=await walls.filled(),
            placed=walls.placed,
            growing=walls.growing,
            by_org=walls.names(*ORG_COLUMNS),
            by_region=walls.names("region_path"),
            seen=seen,
            written=written,
            changed=changed,
        )


@pytest.fixture(scope="module", params=MAJORS)
def walk(request: pytest.FixtureRequest, servers: Mapping[int, EmbeddedPostgres]) -> Walk:
    database = fresh_database(servers[request.param], "catalogue")
    found: dict[str, Mapping[str, set[str]]] = {}
    walls: dict[str, Tried] = {}
    for revision in revisions():
        database.upgrade(revision)
        found[revision] = database.ask(breaches)
        walls[revision] = database.ask(_try_walls)
    return Walk(database=database, breaches=found, walls=walls)


each_revision = pytest.mark.parametrize("revision", revisions())


@pytest.mark.parametrize("rule", RULES)
def test_after_every_migration(walk: Walk, rule: str) -> None:
    broken = {revision: found[rule] for revision, found in walk.breaches.items() if found[rule]}
    assert broken == {}


@pytest.mark.parametrize("rule", [name for name, rule in RULES.items() if rule.meant])
def test_every_exception_still_stands(walk: Walk, rule: str) -> None:
    found = walk.database.ask(RULES[rule].breaches)
    assert set(RULES[rule].meant) - found == set(), "an exception that nothing needs any more"
    assert all(len(reason) > 10 for reason in RULES[rule].meant.values())


@each_revision
def test_every_walled_table_holds_a_row_to_be_seen(walk: Walk, revision: str) -> None:
    tried = walk.walls[revision]
    assert tried.filled >= tried.placed | tried.by_region | tried.by_org
    assert tried.filled, "nothing to see"


@each_revision
@pytest.mark.parametrize("scope", ["unset", "empty"])
def test_without_a_scope_no_row_is_seen_and_none_is_written(
    walk: Walk, revision: str, scope: str
) -> None:
    assert walk.walls[revision].seen[scope] == set()
    assert walk.walls[revision].written[scope] == set()


@each_revision
@pytest.mark.parametrize(
    "scope", ["other organisation", "region beside", "region below", "other person"]
)
def test_a_foreign_scope_sees_and_writes_nothing(walk: Walk, revision: str, scope: str) -> None:
    assert walk.walls[revision].seen[scope] == set()
    assert walk.walls[revision].written[scope] == set()


@each_revision
def test_an_organisation_sees_its_rows_and_as_partner_what_is_no_money(
    walk: Walk, revision: str
) -> None:
    tried = walk.walls[revision]
    assert tried.seen["own organisation"] == tried.by_org
    hidden = NOT_A_PARTNERS if revision >= WALLED_SINCE else set[str]()
    assert tried.seen["partner"] == tried.by_org - hidden


@each_revision
@pytest.mark.parametrize("scope", ["region", "region above"])
def test_an_authority_sees_its_region_and_what_lies_below(
    walk: Walk, revision: str, scope: str
) -> None:
    assert walk.walls[revision].seen[scope] == walk.walls[revision].by_region


@each_revision
def test_a_person_alone_sees_his_own_answers_only(walk: Walk, revision: str) -> None:
    assert walk.walls[revision].seen["person"] == BY_PERSON


def test_an_enterprise_adds_what_it_files_and_nothing_else(walk: Walk) -> None:
    head = walk.walls[revisions()[-1]]
    assert head.written["own organisation"] == FILED
    assert head.written["partner"] <= FILED, "nothing opens in another organisation's name"
    assert head.written["partner"] == set(), "a partner enters class records in its own name alone"
    assert head.written["region"] >= head.growing - FILED - SIGNED_BY_PERSON


def test_an_enterprise_changes_its_filing_and_no_money_or_evidence(walk: Walk) -> None:
    head = walk.walls[revisions()[-1]]
    assert head.changed["own organisation"] == MOVED_BY_FILER
    assert head.changed["partner"] == MOVED_BY_PARTNER
    assert head.changed["region"] >= MOVED_BY_FILER | MOVED_BY_AUTHORITY
    for scope in ("unset", "empty", "other organisation", "region beside", "region below"):
        assert head.changed[scope] == set()


async def _scopes(connection: Any) -> list[tuple[Any, ...]]:
    unset = await scope_of(connection)
    async with connection.transaction():
        await Walls(connection).scope()
        empty = await scope_of(connection)
    return [unset, empty, await scope_of(connection)]


def test_an_unset_an_empty_and_a_left_scope_are_null(walk: Walk) -> None:
    assert walk.database.ask(_scopes) == [(None, None, None)] * 3


CASE_TABLE = """
create table extra (place_id uuid not null, org_id uuid not null references organisations,
  partner_org_id uuid references organisations, region_path text not null, id uuid not null,
  primary key (place_id, id),
  constraint extra_region foreign key (place_id, region_path) references places (id, region_path))
"""
WALL = """
alter table extra enable row level security; alter table extra force row level security;
create policy scope on extra using (org_id = (select scope_org())
  or partner_org_id = (select scope_org()) or starts_with(region_path, (select scope_region())))
  with check (org_id = (select scope_org())
  or partner_org_id = (select scope_org()) or starts_with(region_path, (select scope_region())));
"""
OPEN_FOR_INSERT = """
alter table extra enable row level security; grant insert on extra to xuetu_app;
create policy scope on extra using (true);
"""
DEFINER = "create function extra() returns int language sql security definer"
BREACHES = {
    "row security is enabled and forced on every table": (
        f"{CASE_TABLE}; alter table extra enable row level security",
        "extra",
    ),
    "a policy gives USING and WITH CHECK for whatever the application may do": (
        f"{CASE_TABLE}; {OPEN_FOR_INSERT}",
        "extra: INSERT",
    ),
    "every table with a place has the one scope policy and no other that permits": (
        f"{CASE_TABLE}; {WALL}; create policy wider on extra for select using (true)",
        "extra",
    ),
    "a table with a place and without its wall gives the application nothing": (
        f"{CASE_TABLE}; grant select on extra to xuetu_app",
        "extra",
    ),
    "a table without a place is listed, with exactly its grants": (
        "create table extra (id uuid primary key); grant select on extra to xuetu_app",
        "extra: SELECT",
    ),
    "a foreign key between tables with a place takes the place along": (
        f"{CASE_TABLE}; alter table extra add constraint loose foreign key (id) references jobs",
        "extra.loose",
    ),
    "a foreign key to places names the row's own place": (
        f"{CASE_TABLE}; alter table extra add constraint loose foreign key (id) references places",
        "extra.loose",
    ),
    "the region of a row is its place's, by foreign key": (
        f"{CASE_TABLE}; alter table extra drop constraint extra_region",
        "extra",
    ),
    "the organisation of a row exists, by foreign key": (
        f"{CASE_TABLE}; alter table extra drop constraint extra_partner_org_id_fkey",
        "extra.partner_org_id",
    ),
    "the place leads the primary key of every table that has one": (
        f"{CASE_TABLE}; alter table extra drop constraint extra_pkey, add primary key (id)",
        "extra",
    ),
    "what is unique beyond one place is meant so": (
        f"{CASE_TABLE}; create unique index extra_by_id on extra (id)",
        "extra_by_id",
    ),
    "every view is security_invoker, and none is materialized": (
        "create view extra as select * from jobs",
        "extra",
    ),
    "the logins are bound by row security and are members of nothing": (
        "alter role xuetu_app bypassrls",
        "xuetu_app",
    ),
    "the application's login owns nothing": (
        "create schema extra authorization xuetu_app",
        "pg_namespace",
    ),
    "the application makes no object and passes no right on": (
        "grant create on schema public to xuetu_app",
        "CREATE on public",
    ),
    "the application adds and reads rows, and changes named columns only": (
        "grant truncate on jobs to xuetu_app",
        "jobs: TRUNCATE",
    ),
    "what a row is and whose it is never changes": (
        "grant update (org_id) on cases to xuetu_app",
        "cases.org_id",
    ),
    "a function of the owner's rights fixes its search path and is no public's": (
        f"{DEFINER} return 1; revoke all on function extra from public",
        "extra",
    ),
    "the application calls the listed functions of the owner's rights only": (
        f"{DEFINER} set search_path = public, pg_temp return 1",
        "extra",
    ),
    "what is added and never changed is append-only for its owner too": (
        "drop trigger append_only_truncate on case_steps",
        "case_steps",
    ),
    "every trigger fires and every constraint has been proved": (
        "alter table cases disable trigger case_moves_on",
        "case_moves_on",
    ),
    "no constraint waits for the commit but the signature of a case's state": (
        "alter table case_steps alter constraint person_holds_that_duty deferrable",
        "person_holds_that_duty",
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_sees_its_breach(walk: Walk, rule: str) -> None:
    statements, breach = BREACHES[rule]

    async def broken(connection: Any) -> set[str]:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute(statements)
            return await RULES[rule].breaches(connection) - set(RULES[rule].meant)
        finally:
            await transaction.rollback()

    assert any(found.startswith(breach) for found in walk.database.ask(broken))
