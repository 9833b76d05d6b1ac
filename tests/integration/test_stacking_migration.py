"""Entitlements decided before people's subsidies were kept count from the day they were first decided."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from adapters.embedded.postgres import EmbeddedPostgres
from tests.integration.databases import fresh_database

_BEFORE = """
set session_replication_role = replica;
insert into persons (id) select ('00000000-0000-0000-0000-00000000000' || n)::uuid from generate_series(1, 3) n;
insert into places (id, region_path, bureau_org_id, finance_org_id)
values ('00000000-0000-0000-0000-0000000000ff', '/32/', gen_random_uuid(), gen_random_uuid());
insert into person_entitlements (person_id, occupation_code, grade, benefit_class, place_id, enrolment_id)
values ('00000000-0000-0000-0000-000000000001', '6-30-99-00', 4, 'training', gen_random_uuid(),
        '00000000-0000-0000-0000-00000000000a'),
       ('00000000-0000-0000-0000-000000000001', '6-30-99-00', 3, 'training',
        '00000000-0000-0000-0000-0000000000ff', '00000000-0000-0000-0000-00000000000b'),
       ('00000000-0000-0000-0000-000000000002', '6-18-01-01', 4, 'training',
        '00000000-0000-0000-0000-0000000000ff', '00000000-0000-0000-0000-00000000000c');
insert into certificate_uses (issuer_code, number, benefit_class, place_id, declaration_id, enrolment_id)
values ('S1', 'Y1', 'training', '00000000-0000-0000-0000-0000000000ff', gen_random_uuid(),
        '00000000-0000-0000-0000-00000000000c');
insert into entitlements (place_id, org_id, region_path, id, filing_id, enrolment_id, settlement_id, revision,
                          amount_fen, facts, at)
select '00000000-0000-0000-0000-0000000000ff', gen_random_uuid(), '/32/', gen_random_uuid(), gen_random_uuid(),
       e.enrolment, gen_random_uuid(), e.revision, e.amount_fen, '{}', e.at
  from (values ('00000000-0000-0000-0000-00000000000b'::uuid, 1, 0, '2024-01-01T00:00Z'::timestamptz),
               ('00000000-0000-0000-0000-00000000000b', 2, 1, '2024-12-31T17:00Z'),
               ('00000000-0000-0000-0000-00000000000b', 3, 2, '2025-06-01T00:00Z'),
               ('00000000-0000-0000-0000-00000000000c', 1, 1, '2025-03-01T00:00Z'))
       as e(enrolment, revision, amount_fen, at)
"""
_AFTER = """
select right(person_id::text, 1) as person, programme, counts_on, occupation_code, grade, certificate_number,
       issuer_code, source, ended_at is null as counts
  from person_subsidies order by subject_id
"""


def test_past_entitlements_are_on_record_after_the_migration(
    servers: Mapping[int, EmbeddedPostgres],
) -> None:
    database = fresh_database(servers[18], "stacking")
    database.upgrade("0024")

    async def before(connection: Any) -> None:
        await connection.execute(_BEFORE)

    async def after(connection: Any) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await connection.fetch(_AFTER)]

    database.ask(before)
    database.upgrade("0025")
    assert database.ask(after) == [
        # First above nothing at one in the morning of New Year's Day in China; the code is that of 2022.
        ("1", "apprenticeship", date(2025, 1, 1), "6-31-07-03", 3, None, None, "case", True),
        ("2", "apprenticeship", date(2025, 3, 1), "6-18-01-01", 4, "Y1", "S1", "case", True),
    ]
