"""Filing the barest way: the same rows by hand, one asyncpg transaction a filing.

Nothing is checked, masked, sealed or rendered while the clock runs: every value is prepared. The
statements are one a table, run as the application's login in the filer's scope, so that the same
policies, constraints and triggers hold as for the product.
"""

import asyncio
import json
import sys
from base64 import b64decode
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import uvloop

from adapters.crypto.key_file import read_key_file
from adapters.crypto.software import SoftwareCrypto
from adapters.system.clock import SystemClock
from adapters.system.ids import new_id
from domain import masking
from domain.audit import canonical
from domain.masking import ValueKind
from domain.ports.clock import day_in_china
from tests import documents
from tests.bench.contender import Rounds, serve_rounds
from tests.bench.filing_over_http import filers_of
from tests.bench.plans import PEOPLE, Filer, account_number, roster

SCOPE: Final = """
select set_config('xuetu.person_id', $1, true), set_config('xuetu.org_id', $2, true),
       set_config('xuetu.region_path', '', true)
"""
KEPT: Final = """
insert into kept_answers (person_id, key, fingerprint, status, headers, body)
values ($1, $2, $3, 201, $4, $5)
"""
CASE: Final = """
insert into cases (place_id, id, kind, org_id, region_path, state, step_seq, version, created_at)
values ($1, $2, 'filing', $3, $4, 'submitted', 2, 2, $5)
"""
DUTY: Final = """
insert into case_duties (place_id, case_id, person_id, duty, case_kind, org_id, region_path)
values ($1, $2, $3, 'file', 'filing', $4, $5)
"""
STEPS: Final = """
insert into case_steps (place_id, case_id, seq, case_kind, org_id, region_path, from_state, to_state,
                        duty, person_id, at)
values ($1, $2, 1, 'filing', $3, $4, 'new', 'draft', 'file', $5, $6),
       ($1, $2, 2, 'filing', $3, $4, 'draft', 'submitted', 'file', $5, $6)
"""
AUDIT: Final = """
insert into audit_entries (id, at, place_id, org_id, region_path, person_id, account_name, action,
                           object_kind, object_id, request_id, payload)
values ($1, $3, $4, $5, $6, $7, $8, 'filing.draft', 'filing', $9, $10, $11),
       ($2, $3, $4, $5, $6, $7, $8, 'filing.submit', 'filing', $9, $10, $12)
"""
ACCOUNT_CASE: Final = """
insert into cases (place_id, id, kind, org_id, region_path, state, step_seq, version, created_at)
values ($1, $2, 'account_change', $3, $4, 'declared', 1, 1, $5)
"""
ACCOUNT_DUTY: Final = """
insert into case_duties (place_id, case_id, person_id, duty, case_kind, org_id, region_path)
values ($1, $2, $3, 'file', 'account_change', $4, $5)
"""
ACCOUNT_STEP: Final = """
insert into case_steps (place_id, case_id, seq, case_kind, org_id, region_path, from_state, to_state,
                        duty, person_id, at)
values ($1, $2, 1, 'account_change', $3, $4, 'new', 'declared', 'file', $5, $6)
"""
ACCOUNT_AUDIT: Final = """
insert into audit_entries (id, at, place_id, org_id, region_path, person_id, account_name, action,
                           object_kind, object_id, request_id, payload)
values ($1, $2, $3, $4, $5, $6, $7, 'account_change.declare', 'account_change', $8, $9, $10)
"""
PAYEE: Final = """
insert into payee_accounts (place_id, org_id, region_path, id, account_name, account_sealed,
                            account_index, account_masked, bank_code, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, '102100099996', $9)
"""
FILING: Final = """
insert into filings (place_id, org_id, region_path, id, policy_version_id, class_name,
                     occupation_code, occupation_name, target_grade, training_mode, filed_starts_on,
                     filed_months, uplift_basis_points, fund_source, payee_account_id, roster_version,
                     people, submitted_at)
values ($1, $2, $3, $4, $5, '车工中级工班', '6-18-01-01', '车工', 4, 'in_house', $6, 12, 0,
        'employment_subsidy', $7, 1, $8, $9)
"""
ROSTER: Final = """
insert into roster_versions (place_id, org_id, region_path, filing_id, version, people, at)
values ($1, $2, $3, $4, 1, $5, $6)
"""
DOCUMENTS: Final = """
insert into documents (place_id, org_id, region_path, case_id, case_kind, person_id, added_at, withdrawn,
                       id, kind, version, file_name, media_type, sha256)
select $1, $2, $3, $4, 'filing', $5, $6, false, u.*
  from unnest($7::uuid[], $8::text[], $9::int[], $10::text[], $11::text[], $12::bytea[]) u
"""
PERSONS: Final = "select people_of($1)"
PEOPLE_INTO: Final = """
insert into enrolments (place_id, org_id, region_path, filing_id, from_roster_version, state, category,
                        claim_basis, id, seat_no, person_id, name, identity_sealed, identity_index,
                        identity_masked, phone_sealed, phone_masked, hired_on, contract_months)
select $1, $2, $3, $4, 1, 'enrolled', 'new_hire', 'insurance_place', u.*
  from unnest($5::uuid[], $6::int[], $7::uuid[], $8::text[], $9::bytea[], $10::bytea[], $11::text[],
              $12::bytea[], $13::text[], $14::date[], $15::smallint[]) u
"""
JOB: Final = "insert into jobs (kind, ref, place_id) values ('screen_filing', $1, $2)"


_connect: Final[Any] = asyncpg.connect


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement with its values."""

    sql: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """One filing: what comes before the persons are known, and what is put beside their ids."""

    before: Sequence[Statement]
    indexes: list[bytes]
    fixed: tuple[UUID, UUID, str, UUID]
    columns: tuple[list[Any], ...]
    job: Statement


class ByHand(Rounds):
    """Files on connections of the application's login."""

    def __init__(self, told: dict[str, Any]) -> None:
        keys = Path(told["key_file"])
        self._crypto = SoftwareCrypto(lambda: read_key_file(keys))
        self._dsn: str = told["dsn"]
        self._size: int = told["connections"]
        self._filers = filers_of(told["filers"])
        self._policy = UUID(told["policy_version_id"])
        self._answer = b64decode(told["answer"])
        self._headers: str = told["headers"]
        self._connections: list[Any] = []  # asyncpg ships no types
        self._plans: deque[Prepared] = deque()

    async def prepare(self, first: int, plans: int) -> None:
        """Connect the first time, and make every value of these plans."""
        while len(self._connections) < self._size:
            self._connections.append(await _connect(self._dsn))
        self._plans = deque(
            self._prepared(plan, self._filers[plan % len(self._filers)])
            for plan in range(first, first + plans)
        )

    async def run(self) -> None:
        """File them all."""
        await asyncio.gather(*(self._file(connection) for connection in self._connections))

    async def _file(self, connection: Any) -> None:
        while self._plans:
            plan = self._plans.popleft()
            async with connection.transaction():
                for statement in plan.before:
                    await connection.execute(statement.sql, *statement.values)
                persons = await connection.fetchval(PERSONS, plan.indexes)
                ids, seats, *rest = plan.columns
                await connection.execute(PEOPLE_INTO, *plan.fixed, ids, seats, persons, *rest)
                await connection.execute(plan.job.sql, *plan.job.values)

    def _prepared(self, plan: int, filer: Filer) -> Prepared:
        now = SystemClock().now()
        case_id, payee_id = new_id(), new_id()
        place, org, region, person = (
            filer.place_id,
            filer.org_id,
            filer.region_path,
            filer.person_id,
        )
        account = account_number(plan)
        people = roster(plan)
        ids = [new_id() for _ in people]
        numbers = [p["citizen_id"] for p in people]
        indexes = self._crypto.blind_indexes(ValueKind.CITIZEN_ID, numbers)
        starts_on = day_in_china(now) + timedelta(days=30)
        request_id = new_id().hex
        held = documents.declared()
        before = [
            Statement(sql=SCOPE, values=(str(person), str(org))),
            Statement(
                sql=KEPT,
                values=(person, uuid4().hex, uuid4().bytes * 2, self._headers, self._answer),
            ),
            Statement(sql=CASE, values=(place, case_id, org, region, now)),
            Statement(sql=DUTY, values=(place, case_id, person, org, region)),
            Statement(sql=STEPS, values=(place, case_id, org, region, person, now)),
            Statement(
                sql=AUDIT,
                values=(
                    new_id(),
                    new_id(),
                    now,
                    place,
                    org,
                    region,
                    person,
                    filer.account_name,
                    str(case_id),
                    request_id,
                    canonical({"state": "draft", "step": 1, "people": PEOPLE}),
                    canonical({"state": "submitted", "step": 2}),
                ),
            ),
            Statement(sql=ACCOUNT_CASE, values=(place, payee_id, org, region, now)),
            Statement(sql=ACCOUNT_DUTY, values=(place, payee_id, person, org, region)),
            Statement(sql=ACCOUNT_STEP, values=(place, payee_id, org, region, person, now)),
            Statement(
                sql=ACCOUNT_AUDIT,
                values=(
                    new_id(),
                    now,
                    place,
                    org,
                    region,
                    person,
                    filer.account_name,
                    str(payee_id),
                    request_id,
                    canonical({"state": "declared", "step": 1}),
                ),
            ),
            Statement(
                sql=PAYEE,
                values=(
                    place,
                    org,
                    region,
                    payee_id,
                    filer.enterprise,
                    self._crypto.seal("payee_accounts", "account_sealed", payee_id, account),
                    self._crypto.blind_index(ValueKind.BANK_ACCOUNT, account),
                    masking.masked_account(account),
                    now,
                ),
            ),
            Statement(
                sql=FILING,
                values=(
                    place,
                    org,
                    region,
                    case_id,
                    self._policy,
                    starts_on,
                    payee_id,
                    PEOPLE,
                    now,
                ),
            ),
            Statement(sql=ROSTER, values=(place, org, region, case_id, PEOPLE, now)),
            Statement(
                sql=DOCUMENTS,
                values=(
                    place,
                    org,
                    region,
                    case_id,
                    person,
                    now,
                    [new_id() for _ in held],
                    [one.kind for one in held],
                    [1 for _ in held],
                    [one.file_name for one in held],
                    [one.media_type for one in held],
                    [one.sha256 for one in held],
                ),
            ),
        ]
        columns = (
            ids,
            list(range(1, PEOPLE + 1)),
            [p["name"] for p in people],
            self._crypto.seal_many(
                "enrolments", "identity_sealed", list(zip(ids, numbers, strict=True))
            ),
            indexes,
            [masking.masked_citizen_id(number) for number in numbers],
            self._crypto.seal_many(
                "enrolments",
                "phone_sealed",
                [(i, p["phone"]) for i, p in zip(ids, people, strict=True)],
            ),
            [masking.masked_phone(p["phone"]) for p in people],
            [date.fromisoformat(p["hired_on"]) for p in people],
            [p["contract_months"] for p in people],
        )
        return Prepared(
            before=before,
            indexes=indexes,
            fixed=(place, org, region, case_id),
            columns=columns,
            job=Statement(sql=JOB, values=(case_id, place)),
        )


async def main() -> None:
    """Serve rounds as the parent tells."""
    await serve_rounds(ByHand(json.loads(sys.argv[1])))


if __name__ == "__main__":
    uvloop.run(main())
