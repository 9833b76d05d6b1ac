"""What PostgreSQL's catalogue must say after every migration, and the exceptions with their reasons.

A rule is one query over the catalogue that names every breach; the exceptions of a rule are a
mapping from the breach to why it is meant. `walls` tries the walls themselves, with rows of its own
in a transaction that is rolled back.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import asyncpg

driver: Any = asyncpg
"""asyncpg ships no types."""

APP = "xuetu_app"
OWNER = "xuetu_migrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that must hold: a query that names every breach, and the breaches that are meant."""

    query: str
    meant: Mapping[str, str] = field(default_factory=dict)

    async def breaches(self, connection: Any) -> set[str]:
        """Return every breach found, meant or not."""
        return {row[0] for row in await connection.fetch(self.query)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placeless:
    """Why a table has no place, and exactly what the application may do with it.

    `open` when every scope, the empty one too, may read every row.
    """

    reason: str
    may: frozenset[str] = frozenset()
    open: bool = False


def _may(*privileges: str) -> frozenset[str]:
    return frozenset(privileges)


READ, ADD = "SELECT", "INSERT"

PLACELESS: Mapping[str, Placeless] = {
    "alembic_version": Placeless(reason="the migrations' own mark; no business of the application"),
    "regions": Placeless(
        reason="public names of administrative regions", may=_may(READ, ADD), open=True
    ),
    "organisations": Placeless(
        reason="an organisation acts in many places; public names and credit codes",
        may=_may(READ, ADD),
        open=True,
    ),
    "places": Placeless(
        reason="the places themselves: which bureau decides where", may=_may(READ, ADD), open=True
    ),
    "persons": Placeless(reason="ids and blind indexes, reached through people_of alone"),
    "user_accounts": Placeless(
        reason="sign-in happens before any scope is known", may=_may(READ, ADD), open=True
    ),
    "sessions": Placeless(
        reason="sign-in rows: a token's hash and an account's id, found before any scope is known",
        may=_may(READ, ADD, "UPDATE revoked_at"),
        open=True,
    ),
    "sign_in_failures": Placeless(
        reason="sign-in happens before any scope is known; digests of names, known or not, and counts",
        may=_may(READ, ADD, "UPDATE failures", "UPDATE since"),
        open=True,
    ),
    "kept_answers": Placeless(
        reason="a kept answer belongs to the person who asked; walled by person",
        may=_may(READ, ADD, "UPDATE status", "UPDATE headers", "UPDATE body"),
    ),
    "stored_clock": Placeless(
        reason="one row for the whole installation, moved by the owner", may=_may(READ), open=True
    ),
    "joint_class_plans": Placeless(
        reason="plans of confirmed joint classes, published so that enterprises can join them",
        may=_may(READ, ADD),
        open=True,
    ),
    "joint_class_seats": Placeless(
        reason="head-counts across enterprises that do not see each other, reached through functions"
    ),
    "voucher_offers": Placeless(
        reason="approved voucher projects, published so that workers and providers find them",
        may=_may(READ, ADD, "UPDATE closed_at"),
        open=True,
    ),
    "voucher_class_offers": Placeless(
        reason="planned voucher classes, published so that workers can choose one",
        may=_may(READ, ADD, "UPDATE closed_at"),
        open=True,
    ),
    "voucher_quotas": Placeless(reason="how many are issued, counted as vouchers are inserted"),
    "voucher_class_places": Placeless(reason="how many places are left, counted as vouchers move"),
    "provider_catalogue": Placeless(
        reason="which providers may train where, published for everybody",
        may=_may(READ, ADD),
        open=True,
    ),
    "step_rules": Placeless(reason="the domain's table of steps", may=_may(READ), open=True),
    "calendar_years": Placeless(
        reason="which years' rest days are published, for everybody", may=_may(READ, ADD), open=True
    ),
    "calendar_days": Placeless(
        reason="the public calendar of rest and working days", may=_may(READ, ADD), open=True
    ),
    "posting_rules": Placeless(reason="the domain's table of postings", may=_may(READ), open=True),
    "posting_causes": Placeless(reason="the domain's table of causes", may=_may(READ), open=True),
    "finding_rules": Placeless(reason="the domain's table of findings", may=_may(READ), open=True),
    "policy_versions": Placeless(
        reason="policy is public and holds for many places", may=_may(READ, ADD), open=True
    ),
    "published_notices": Placeless(
        reason="masked content that the public reads without a scope; written by the authority",
        may=_may(READ, ADD, "UPDATE body", "UPDATE taken_down_at"),
        open=True,
    ),
    "schedule_periods": Placeless(
        reason="the worker's days, before it knows any place: a name, a date and a job's id",
        may=_may(READ, ADD),
        open=True,
    ),
    "audit_queue": Placeless(
        reason="the sealer chooses across all places; ids only", may=_may(READ, "DELETE"), open=True
    ),
    "audit_chain": Placeless(
        reason="one chain per region, the root's too; walled by region", may=_may(READ, ADD)
    ),
}

NO_ROW_SECURITY = {
    "alembic_version": PLACELESS["alembic_version"].reason,
    "sessions": PLACELESS["sessions"].reason,
    "sign_in_failures": PLACELESS["sign_in_failures"].reason,
    "schedule_periods": PLACELESS["schedule_periods"].reason,
    "jobs": "the worker chooses across all places before it knows whose job it is; ids and codes",
}

ONCE_EVER = "holds nationwide, reached through functions of the owner alone, seen by nobody"

SCOPE = (
    "((org_id = ( SELECT scope_org() AS scope_org))"
    " OR (partner_org_id = ( SELECT scope_org() AS scope_org))"
    " OR starts_with(region_path, ( SELECT scope_region() AS scope_region)))"
)
"""The policy of every table with a place, as PostgreSQL prints it."""

SEEN_BY_LISTED = (
    "(EXISTS ( SELECT FROM filings f WHERE ((f.place_id = listings.place_id)"
    " AND (f.listing_id = listings.id) AND ((f.org_id = ( SELECT scope_org() AS scope_org))"
    " OR (f.partner_org_id = ( SELECT scope_org() AS scope_org))))))"
)
"""Who else reads a listing decision, as PostgreSQL prints it."""
MOVED_MINE = (
    "(EXISTS ( SELECT FROM vouchers v WHERE ((v.place_id = voucher_sets.place_id)"
    " AND (voucher_sets.id = ANY (v.set_ids)) AND ((v.org_id = ( SELECT scope_org() AS scope_org))"
    " OR (v.partner_org_id = ( SELECT scope_org() AS scope_org))))))"
)
"""Who else sees a set of vouchers, as PostgreSQL prints it."""

_TABLES = """
tables as (
  select c.oid, c.relname, c.relowner, c.relrowsecurity, c.relforcerowsecurity, c.relacl,
         exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'place_id'
                  and not a.attisdropped) as placed
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p'))
"""

_GRANTS = f"""
grants as (
  select t.oid, t.relname, g.grantee, g.is_grantable, g.privilege_type as privilege,
         null::name as column_name
    from tables t, aclexplode(t.relacl) g where g.grantee <> t.relowner
  union all
  select t.oid, t.relname, g.grantee, g.is_grantable, g.privilege_type, a.attname
    from tables t join pg_attribute a on a.attrelid = t.oid, aclexplode(a.attacl) g
   where g.grantee <> t.relowner),
app as (select oid from pg_roles where rolname = '{APP}')
"""

_POLICIES = """
policies as (
  select p.*, t.relname, pg_get_expr(p.polqual, p.polrelid) as seen,
         pg_get_expr(p.polwithcheck, p.polrelid) as checked,
         p.polroles && array[0::oid, (select oid from app)] as binds_app
    from pg_policy p join tables t on t.oid = p.polrelid)
"""

_KEYS = """
keys as (
  select k.conname, k.conrelid, k.confrelid, t.relname,
         array(select a.attname::text from unnest(k.conkey) with ordinality as c(n, i)
                 join pg_attribute a on a.attrelid = k.conrelid and a.attnum = c.n
                order by c.i) as columns,
         array(select a.attname::text from unnest(k.confkey) with ordinality as c(n, i)
                 join pg_attribute a on a.attrelid = k.confrelid and a.attnum = c.n
                order by c.i) as targets
    from pg_constraint k join tables t on t.oid = k.conrelid where k.contype = 'f')
"""

_INDEXES = """
indexes as (
  select i.indrelid, c.relname as name, i.indisprimary,
         (select a.attname from pg_attribute a
           where a.attrelid = i.indrelid and a.attnum = i.indkey[0]) as leading
    from pg_index i join pg_class c on c.oid = i.indexrelid where i.indisunique)
"""

RULES: Mapping[str, Rule] = {
    "row security is enabled and forced on every table": Rule(
        query=f"with {_TABLES} select relname from tables"
        " where not (relrowsecurity and relforcerowsecurity)",
        meant=NO_ROW_SECURITY,
    ),
    "a policy gives USING and WITH CHECK for whatever the application may do": Rule(
        query=f"""
        with {_TABLES}, {_GRANTS}, {_POLICIES}
        select distinct g.relname || ': ' || g.privilege
          from grants g join tables t on t.oid = g.oid
          join (values ('SELECT', 'r', true, false), ('INSERT', 'a', false, true),
                       ('UPDATE', 'w', true, true), ('DELETE', 'd', true, false))
               as need(privilege, command, seen, checked) using (privilege)
         where t.relrowsecurity and g.grantee = (select oid from app)
           and not exists (
             select from policies p
              where p.polrelid = g.oid and p.polpermissive and p.binds_app
                and p.polcmd in ('*', need.command::"char")
                and (p.seen is not null or not need.seen)
                and (p.checked is not null or not need.checked))
        """
    ),
    "every table with a place has the one scope policy and no other that permits": Rule(
        query=f"""
        with {_TABLES}, {_GRANTS}, {_POLICIES}
        select t.relname::text from tables t
         where t.placed and t.relrowsecurity
           and array(select p.polcmd::text || p.polroles::text || p.seen || p.checked
                       from policies p
                      where p.polrelid = t.oid and p.polpermissive and p.polname = 'scope')
               is distinct from array['*{{0}}' || $scope${SCOPE}$scope$ || $scope${SCOPE}$scope$]
        union all
        select t.relname || '.' || p.polname || ' ' || p.polcmd::text || p.polroles::text || ' '
               || regexp_replace(concat_ws(' / ', p.seen, p.checked), '\\s+', ' ', 'g')
          from tables t join policies p on p.polrelid = t.oid
         where t.placed and p.polpermissive and p.polname <> 'scope' and p.binds_app
        """,
        meant={
            "person_entitlements": ONCE_EVER,
            "certificate_uses": ONCE_EVER,
            "receipt_uses": ONCE_EVER,
            "person_subsidies": ONCE_EVER,
            f"listings.seen_by_listed r{{0}} {SEEN_BY_LISTED}": "a decision is read by whoever has"
            " a filing in it; it belongs to the bureau and names nobody",
            f"voucher_sets.moved_mine r{{0}} {MOVED_MINE}": "whose voucher moved in a set sees it;"
            " it names nobody",
        },
    ),
    "a table with a place and without its wall gives the application nothing": Rule(
        query=f"""
        with {_TABLES}, {_GRANTS}
        select distinct t.relname from tables t join grants g on g.oid = t.oid
         where t.placed and g.grantee = (select oid from app)
           and not exists (select from pg_policy p where p.polrelid = t.oid and p.polname = 'scope')
        """,
        meant={"jobs": NO_ROW_SECURITY["jobs"]},
    ),
    "a table without a place is listed, with exactly its grants": Rule(
        query=f"""
        with {_TABLES}, {_GRANTS}
        select t.relname || ': ' || coalesce((
                 select string_agg(distinct concat_ws(' ', g.privilege, g.column_name), ', '
                                   order by concat_ws(' ', g.privilege, g.column_name))
                   from grants g where g.oid = t.oid and g.grantee = (select oid from app)), '')
          from tables t where not t.placed
        """,
        meant={
            f"{name}: {', '.join(sorted(table.may))}": table.reason
            for name, table in PLACELESS.items()
        },
    ),
    "a foreign key between tables with a place takes the place along": Rule(
        query=f"""
        with {_TABLES}, {_KEYS}
        select k.relname || '.' || k.conname from keys k
          join tables s on s.oid = k.conrelid join tables t on t.oid = k.confrelid
         where s.placed and t.placed and not exists (
           select from unnest(k.columns, k.targets) as pair(here, there)
            where pair.here = 'place_id' and pair.there = 'place_id')
        """
    ),
    "a foreign key to places names the row's own place": Rule(
        query=f"""
        with {_TABLES}, {_KEYS}
        select k.relname || '.' || k.conname from keys k
          join tables s on s.oid = k.conrelid join tables t on t.oid = k.confrelid
         where t.relname = 'places' and s.placed
           and not (k.columns[1] = 'place_id' and k.targets[1] = 'id')
        """
    ),
    "the region of a row is its place's, by foreign key": Rule(
        query=f"""
        with {_TABLES}, {_KEYS}
        select t.relname from tables t where t.placed and not exists (
          select from keys k join tables p on p.oid = k.confrelid
           where k.conrelid = t.oid and p.relname = 'places'
             and k.columns = '{{place_id,region_path}}' and k.targets = '{{id,region_path}}')
        """,
        meant={
            "jobs": "has no region; the worker takes it from the place",
            "person_entitlements": ONCE_EVER,
            "certificate_uses": ONCE_EVER,
            "receipt_uses": ONCE_EVER,
            "person_subsidies": ONCE_EVER,
        },
    ),
    "the organisation of a row exists, by foreign key": Rule(
        query=f"""
        with {_TABLES}, {_KEYS}
        select t.relname || '.' || a.attname
          from tables t join pg_attribute a on a.attrelid = t.oid and not a.attisdropped
         where a.attname in ('org_id', 'partner_org_id') and t.placed and not exists (
           select from keys k where k.conrelid = t.oid and a.attname = any(k.columns))
        """,
    ),
    "the place leads the primary key of every table that has one": Rule(
        query=f"""
        with {_TABLES}, {_INDEXES}
        select t.relname from tables t left join indexes i on i.indrelid = t.oid and i.indisprimary
         where t.placed and i.leading is distinct from 'place_id'
        """,
        meant={
            "jobs": "leased by id before any place is known",
            "audit_entries": "what happens outside every place has none; the id alone is the key",
            "person_entitlements": ONCE_EVER,
            "certificate_uses": ONCE_EVER,
            "receipt_uses": ONCE_EVER,
        },
    ),
    "what is unique beyond one place is meant so": Rule(
        query=f"""
        with {_TABLES}, {_INDEXES}
        select i.name from indexes i join tables t on t.oid = i.indrelid
         where t.placed and not i.indisprimary and i.leading <> 'place_id'
        """,
        meant={
            "one_job_per_purpose": "a job's reference is an id, unique everywhere",
            "case_by_id": "an address names a case alone, not its place",
            "enrolment_by_id": "an address names an enrolment alone, not its place",
            "payment_by_id": "an address names a payment alone, not its place",
            "document_by_id": "an address names a document alone, not its place",
            "archive_entry_by_id": "an address names an entry alone, not its place",
            "register_message_by_id": "a job names a message alone, not its place",
            "voucher_by_id": "an address names a voucher alone, not its place",
            "voucher_code": "a code is typed and scanned anywhere",
            "bank_result_by_id": "an address names a bank result alone, not its place",
            "official_document_by_id": "an address names a document alone, not its place",
            "one_live_enrolment": "one live enrolment per person nationwide (CASES 3)",
            "one_use_per_certificate": "once ever, nationwide (CASES 6)",
            "one_use_per_unnumbered_certificate": "once ever, nationwide (CASES 6)",
            "one_use_per_receipt": "once ever, nationwide (CASES 6)",
            "payment_reference": "banks know a payment by its reference alone",
        },
    ),
    "every view is security_invoker, and none is materialized": Rule(
        query="""
        select c.relname from pg_class c
         where c.relnamespace = 'public'::regnamespace
           and (c.relkind = 'm' or c.relkind = 'v'
                and not coalesce('security_invoker=true' = any(c.reloptions), false)
                and not coalesce('security_invoker=on' = any(c.reloptions), false))
        """
    ),
    "the logins are bound by row security and are members of nothing": Rule(
        query=f"""
        select r.rolname from pg_roles r
         where r.rolname in ('{APP}', '{OWNER}')
           and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolreplication
                or exists (select from pg_auth_members m where m.member = r.oid))
        """
    ),
    "the application's login owns nothing": Rule(
        query=f"""
        select d.classid::regclass || ' ' || d.objid
          from pg_shdepend d join pg_roles r on r.oid = d.refobjid
         where r.rolname = '{APP}' and d.deptype = 'o'
           and d.refclassid = 'pg_authid'::regclass
           and d.dbid in (0, (select oid from pg_database where datname = current_database()))
        """
    ),
    "the application makes no object and passes no right on": Rule(
        query=f"""
        with {_TABLES}, {_GRANTS}
        select 'CREATE on ' || n.nspname from pg_namespace n
         where has_schema_privilege('{APP}', n.oid, 'CREATE') and n.nspname !~ '^pg_'
        union all
        select p || ' on database' from unnest(array['CREATE', 'TEMP']) p
         where has_database_privilege('{APP}', current_database(), p)
        union all
        select g.relname || ': ' || g.privilege || ' to public' from grants g where g.grantee = 0
        union all
        select g.relname || ': ' || g.privilege || ' with grant option' from grants g
         where g.is_grantable
        union all
        select c.relname || ': sequence' from pg_class c, aclexplode(c.relacl) g
         where c.relkind = 'S' and g.grantee <> c.relowner
        """,
        meant={
            "TEMP on database": "every database gives it to all; functions of the owner look in"
            " pg_temp last, policies and keys name no function by search path",
        },
    ),
    "the application adds and reads rows, and changes named columns only": Rule(
        query=f"""
        with {_TABLES}, {_GRANTS}
        select g.relname || ': ' || g.privilege from grants g
         where g.grantee = (select oid from app)
           and case g.privilege when 'SELECT' then false when 'INSERT' then false
                                when 'UPDATE' then g.column_name is null else true end
        """,
        meant={"audit_queue: DELETE": "the sealer takes off what it has sealed; the one queue"},
    ),
    "what a row is and whose it is never changes": Rule(
        query=f"""
        with {_TABLES}, {_GRANTS}
        select g.relname || '.' || g.column_name from grants g
         where g.privilege = 'UPDATE' and g.column_name is not null
           and (g.column_name in ('place_id', 'org_id', 'partner_org_id', 'region_path', 'kind',
                                  'person_id', 'filing_id')
                or exists (select from pg_constraint k
                             join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any(k.conkey)
                            where k.conrelid = g.oid and k.contype = 'p' and a.attname = g.column_name))
        """,
        meant={
            "vouchers.partner_org_id": "the provider it is reserved at; held to its class by foreign key"
        },
    ),
    "a function of the owner's rights fixes its search path and is no public's": Rule(
        query=f"""
        select f.proname from pg_proc f
         where f.pronamespace = 'public'::regnamespace and f.prosecdef
           and (array_remove(f.proconfig, 'enable_seqscan=off')  -- how it looks up, not what it may
                  is distinct from array['search_path=public, pg_temp']
                or f.proowner <> (select oid from pg_roles where rolname = '{OWNER}')
                or f.proacl is null
                or exists (select from aclexplode(f.proacl) g where g.grantee = 0))
        """
    ),
    "the application calls the listed functions of the owner's rights only": Rule(
        query=f"""
        select f.proname from pg_proc f
         where f.pronamespace = 'public'::regnamespace and f.prosecdef
           and has_function_privilege('{APP}', f.oid, 'EXECUTE')
        """,
        meant={
            "people_of": "makes persons of blind indexes without showing the list of everyone",
            "workers_of": "makes workers of blind indexes, without a name",
            "vouchers_issued": "a number about a project, no voucher and nobody in it",
            "voucher_places_taken": "a number about an offered class, nobody in it",
            "forget_kept_answers": "takes away, for the system person alone, what is older than told",
            "forget_sign_in_failures": "takes away, for the system person alone, counts that are over",
            "enrolled_anywhere": "answers yes or no about people the caller already knows",
            "entitled_elsewhere": "answers yes or no about people the caller already knows",
            "release_entitlements": "gives back what a later revision, by an authority, put at nothing",
            "take_entitlements": "once-ever entitlements; adds only what the caller names",
            "taken_entitlements": "answers yes or no about people the caller already knows",
            "use_receipts": "once-ever receipts; adds only what the caller names",
            "take_joint_class_seats": "one size for a class whose enterprises do not see each other",
            "joint_class_headcount": "two numbers about a class, no filing and nobody in it",
            "use_certificates": "once-ever certificates; adds only what the caller names",
            "use_voucher_certificates": "once-ever certificates; adds only what a register confirmed",
            "used_certificates": "answers yes or no about enrolments the caller already knows",
            "subsidies_of": "programmes and years of people the caller already knows, and no place",
            "take_subsidy_turns": "locks people the caller already knows, and answers nothing",
            "record_subsidies": "adds only what the caller's own place decided",
            "end_subsidies": "ends only what the caller's own place recorded",
            "restore_subsidies": "restores only what the caller's own place recorded and ended",
            "list_subsidies": "adds only to a list of the caller's own region",
            "used_unnumbered": "answers yes or no about declarations the caller already knows",
        },
    ),
    "what is added and never changed is append-only for its owner too": Rule(
        query=f"""
        with {_TABLES}, {_GRANTS}
        select t.relname from tables t
         where exists (select from grants g where g.oid = t.oid and g.privilege = 'INSERT')
           and not exists (
             select from grants g where g.oid = t.oid and g.privilege in ('UPDATE', 'DELETE'))
           and 2 <> (
             select count(*) from pg_trigger x join pg_proc f on f.oid = x.tgfoid
              where x.tgrelid = t.oid and x.tgenabled = 'O' and f.proname = 'refuse_change'
                and x.tgqual is null
                and (x.tgtype = 27 or x.tgtype = 34))
        """,
        meant={
            "regions": "an operator corrects a name",
            "organisations": "an operator corrects a name",
            "places": "an operator moves a place to another bureau",
            "user_accounts": "an operator closes an account and resets its password",
            "schedule_periods": "no fact of a case: a day whose job is lost may be offered again",
        },
    ),
    "every trigger fires and every constraint has been proved": Rule(
        query="""
        select t.tgname::text from pg_trigger t join pg_class c on c.oid = t.tgrelid
         where c.relnamespace = 'public'::regnamespace and t.tgenabled <> 'O'
        union all
        select k.conname from pg_constraint k
         where k.connamespace = 'public'::regnamespace and not k.convalidated
        """
    ),
    "no constraint waits for the commit but the signature of a case's state": Rule(
        query="""
        select k.conname from pg_constraint k
         where k.connamespace = 'public'::regnamespace and k.condeferrable
        """,
        meant={
            "state_is_signed": "case and first step refer to each other",
            "voucher_moved_by_act": "an act refers to the voucher that it moves",
            "voucher_added_by_act": "an act refers to the voucher that it moves",
        },
    ),
}


async def breaches(connection: Any) -> dict[str, set[str]]:
    """Return what breaks each rule and is not meant to."""
    return {name: await rule.breaches(connection) - set(rule.meant) for name, rule in RULES.items()}


_WALLED = f"""
with {_TABLES}
select t.relname as name, t.placed,
       has_table_privilege('{APP}', t.oid, 'INSERT') as grows,
       array(select a.attname::text from pg_attribute a where a.attrelid = t.oid and a.attnum > 0
               and not a.attisdropped and a.attgenerated = ''
               and (a.attname = any($1) or not a.atthasdef)) as columns,
       array(select format_type(a.atttypid, null) from pg_attribute a
              where a.attrelid = t.oid and a.attnum > 0
                and not a.attisdropped and a.attgenerated = ''
                and (a.attname = any($1) or not a.atthasdef)) as types,
       array(select k.conname::text from pg_constraint k
              where k.conrelid = t.oid and k.contype = 'c') as checks,
       array(select a.attname::text from pg_attribute a where a.attrelid = t.oid and a.attnum > 0
               and has_column_privilege('{APP}', t.oid, a.attnum, 'UPDATE')) as changing
  from tables t
 where t.relrowsecurity and has_table_privilege('{APP}', t.oid, 'SELECT') and t.relname <> all($2)
 order by t.relname
"""

_SAMPLES = {
    "uuid": "gen_random_uuid()",
    "uuid[]": "'{}'::uuid[]",
    "text": "md5(random()::text)",
    "text[]": "'{}'::text[]",
    "bytea": "sha256(gen_random_uuid()::text::bytea)",
    "smallint": "1::smallint",
    "integer": "(random() * 1000000)::integer",
    "bigint": "(random() * 1000000)::bigint",
    "boolean": "true",
    "date": "current_date",
    "timestamp with time zone": "now()",
    "jsonb": "'{}'::jsonb",
}

_SCOPE_COLUMNS = ("place_id", "org_id", "partner_org_id", "region_path", "person_id")


class Walls:
    """Rows of one's own in every walled table, seen and written by the application's login.

    The superuser's transaction leaves out foreign keys, triggers and checks, so that a row needs
    no chain of others; row security is what is asked. Nothing of it is kept.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._tables: Sequence[Any] = ()
        self._own = {name: str(uuid4()) for name in _SCOPE_COLUMNS}
        self._own["region_path"] = f"/{uuid4().hex}/county/"

    @asynccontextmanager
    async def raised(self) -> AsyncIterator["Walls"]:
        """Fill every walled table with one row, and become the application."""
        transaction = self._connection.transaction()
        await transaction.start()
        try:
            open_to_all = [name for name, table in PLACELESS.items() if table.open]
            self._tables = await self._connection.fetch(_WALLED, _SCOPE_COLUMNS, open_to_all)
            await self._connection.execute("set local session_replication_role = replica")
            for table in self._tables:
                for check in table["checks"]:
                    await self._connection.execute(
                        f"alter table {table['name']} drop constraint {check}"
                    )
                await self._connection.execute(self._insert(table))
            await self._connection.execute(f"set local role {APP}")
            yield self
        finally:
            await transaction.rollback()

    @property
    def placed(self) -> set[str]:
        """Return the tables with a place."""
        return {table["name"] for table in self._tables if table["placed"]}

    @property
    def own(self) -> Mapping[str, str]:
        """Return what the rows carry in their scope columns."""
        return self._own

    def names(self, *columns: str) -> set[str]:
        """Return the tables that have one of the columns."""
        return {t["name"] for t in self._tables if set(columns) & set(t["columns"])}

    async def scope(self, *, person: str = "", org: str = "", region: str = "") -> None:
        """Set the scope; what is not given is empty."""
        await self._connection.execute(
            "select set_config('xuetu.person_id', $1, true), set_config('xuetu.org_id', $2, true),"
            " set_config('xuetu.region_path', $3, true)",
            person,
            org,
            region,
        )

    async def seen(self) -> set[str]:
        """Return the tables whose row the application sees."""
        return {
            table["name"]
            for table in self._tables
            if await self._connection.fetchval(f"select exists (select from {table['name']})")
        }

    async def filled(self) -> set[str]:
        """Return the tables that hold a row, as the superuser sees them."""
        await self._connection.execute("reset role")
        try:
            return await self.seen()
        finally:
            await self._connection.execute(f"set local role {APP}")

    async def written(self) -> set[str]:
        """Return the tables into which the application may insert another row like ours."""
        written = set[str]()
        for table in self._tables:
            if table["grows"] and await self._writes(table):
                written.add(table["name"])
        return written

    async def changed(self) -> set[str]:
        """Return the tables of whose row the application may change a column."""
        changed = set[str]()
        for table in self._tables:
            column = next(iter(table["changing"]), None)
            if column is not None:
                done = await self._connection.execute(
                    f"update {table['name']} set {column} = {column}"
                )
                if done != "UPDATE 0":
                    changed.add(table["name"])
        return changed

    @property
    def growing(self) -> set[str]:
        """Return the tables the application may insert into at all."""
        return {table["name"] for table in self._tables if table["grows"]}

    async def _writes(self, table: Any) -> bool:
        savepoint = self._connection.transaction()
        await savepoint.start()
        try:
            await self._connection.execute(self._insert(table))
        except driver.InsufficientPrivilegeError:
            return False
        finally:
            await savepoint.rollback()
        return True

    def _insert(self, table: Any) -> str:
        values = ", ".join(
            f"'{self._own[column]}'" if column in self._own else _SAMPLES[kind]
            for column, kind in zip(table["columns"], table["types"], strict=True)
        )
        return f"insert into {table['name']} ({', '.join(table['columns'])}) values ({values})"


async def scope_of(connection: Any) -> tuple[Any, ...]:
    """Return person, organisation and region of the transaction as policies read them."""
    return tuple(await connection.fetchrow("select scope_person(), scope_org(), scope_region()"))
