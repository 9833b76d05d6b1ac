"""Row 5 of DESIGN 7: a payment batch sealed, exported, answered by the bank, against its bare rows.

Planned payments are copies of one that walked the road, each to an account of its own. Ours is
`tests.bench.payments_ours`. The bare way runs in a copy of the database: the same rows streamed in by
COPY and the same updates as sets, by the superuser whom no row security binds, under the same
constraints; balances move by update, for the triggers of postings are off. It reads what ours must
read, and writes the same two files.
"""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Final

import asyncpg
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from domain.masking import ValueKind
from domain.party import Actor
from service.commands.children import environment_of
from service.wiring import open_set_up
from tests.bench.report import Result, compared
from tests.bench.stage import Stage, dsn_of, one
from tests.bench.tables import Held, RowsDiffer, added, holdings
from tests.integration.payments_road import planned, this_year
from tests.people import Staff, staffed_place

LINES: Final = int(os.environ.get("XUETU_BENCH_LINES", "100000"))
"""How many payments the batch holds; at most what a batch may."""

COPY: Final = "xuetu_paid"
MEMORY_MAX: Final = 300 * 10**6
SIGNED_BY_OURS: Final = 40
"""Rows of signatures, audit and jobs that do not grow with the lines, and only ours writes."""

_connect: Final[Any] = asyncpg.connect  # asyncpg ships no types


def _id(of: str) -> str:
    return f"md5('{of}' || n)::uuid"


async def payments(stage: Stage, folder: Path, *, lines: int) -> AsyncIterator[Result]:
    """Stage the payments, copy the database, and pay them both ways."""
    url = make_url(stage.servers.admin_url)
    async with open_set_up(stage.settings) as ports:
        staff = await staffed_place(
            ports.begin_work, crypto=ports.crypto, passwords=ports.passwords
        )
        (payment,) = await planned(ports.begin_work, staff, people=1)
        year = await this_year(ports.begin_work, staff)
        connection = await _connect(dsn_of(url.render_as_string(False)))
        await _staged(connection, ports.crypto, payment, lines)
        await connection.close()
    ours_admin, bare_admin, maintenance = (
        create_async_engine(url.set(database=name), isolation_level="AUTOCOMMIT")
        for name in ("xuetu", COPY, "postgres")
    )
    await one(ours_admin, "vacuum (analyze)")
    await ours_admin.dispose()
    await one(maintenance, f"create database {COPY} template xuetu")
    await maintenance.dispose()
    before = {name: await holdings(e) for name, e in (("ours", ours_admin), ("bare", bare_admin))}
    told = _ours(stage, staff, folder, year)
    ours = sum(told["seconds"].values())
    reading = await _connect(dsn_of(url.set(database="xuetu").render_as_string(False)))
    writing = await _connect(dsn_of(url.set(database=COPY).render_as_string(False)))
    bare = await _bare(reading, writing, folder)
    left = {
        name: added(before[name], await holdings(e))
        for name, e in (("ours", ours_admin), ("bare", bare_admin))
    }
    for opened in (reading, writing):
        await opened.close()
    for engine in (ours_admin, bare_admin):
        await engine.dispose()
    _check(left["ours"], left["bare"])
    steps = ", ".join(f"{name} {seconds:.1f}" for name, seconds in told["seconds"].items())
    size = f"{lines:,}".replace(",", " ")
    yield compared(
        f"pay {size} lines ({steps})",
        "s",
        [ours],
        [bare],
        target=3.0,
        at_least=False,
    )
    yield compared(
        f"pay {size} lines: peak memory, of {MEMORY_MAX // 10**6} MB",
        "MB",
        [told["peak"] / 10**6],
        [MEMORY_MAX / 10**6],
        target=1.0,
        at_least=False,
    )


async def _staged(connection: Any, crypto: Any, payment: Any, lines: int) -> None:
    """Copy the payment that walked the road, with all it hangs from, to as many as are wanted."""
    await connection.execute("set session_replication_role = replica")
    await connection.execute(f"create temp table numbers as select generate_series(2, {lines}) n")
    subject, filing = _id("subject"), _id("filing")
    account, line = _id("account"), _id("line")
    of_subject, of_filing = f"t.{{}} = '{payment.subject.id}'", f"t.{{}} = '{payment.filing_id}'"
    of_account = f"t.id = '{payment.payee_account_id}'"
    for table, where, changed in (
        ("cases", of_subject.format("id"), {"id": subject}),
        ("cases", of_filing.format("id"), {"id": filing}),
        ("cases", of_account, {"id": account}),
        ("case_duties", of_subject.format("case_id"), {"case_id": subject}),
        ("case_steps", of_subject.format("case_id"), {"case_id": subject}),
        ("filings", of_filing.format("id"), {"id": filing, "payee_account_id": account}),
        ("prepayments", of_subject.format("id"), {"id": subject, "filing_id": filing}),
        (
            "funding_request_lines",
            of_subject.format("subject_id"),
            {
                "id": line,
                "line_no": "n",
                "subject_id": subject,
                "filing_id": filing,
                "payee_account_id": account,
            },
        ),
        (
            "payments",
            of_subject.format("subject_id"),
            {
                "id": _id("payment"),
                "funding_request_line_id": line,
                "subject_id": subject,
                "filing_id": filing,
                "payee_account_id": account,
            },
        ),
    ):
        await _copied(connection, table, where, changed)
    await _copied(
        connection,
        "ledger_accounts",
        of_filing.format("subject_id"),
        {"id": "md5('ledger' || t.kind || n)::uuid", "subject_id": filing},
    )
    balances = await _columns(connection, "ledger_balances")
    values = ", ".join(
        "md5('ledger' || a.kind || n)::uuid" if name == "account_id" else f"t.{name}"
        for name in balances
    )
    await connection.execute(
        f"insert into ledger_balances ({', '.join(balances)}) select {values}"
        " from numbers cross join ledger_balances t"
        " join ledger_accounts a on a.place_id = t.place_id and a.id = t.account_id"
        f" where a.subject_id = '{payment.filing_id}'"
    )
    await _accounts(connection, crypto, payment)


async def _accounts(connection: Any, crypto: Any, payment: Any) -> None:
    rows = await connection.fetch(f"select {_id('account')} as id, n from numbers")
    cells = [(row["id"], f"32001602{row['n']:011d}") for row in rows]
    await connection.execute(
        "create temp table accounts (id uuid, sealed bytea, account_index bytea)"
    )
    sealed = crypto.seal_many("payee_accounts", "account_sealed", cells)
    indexes = crypto.blind_indexes(ValueKind.BANK_ACCOUNT, [number for _, number in cells])
    await connection.copy_records_to_table(
        "accounts",
        records=[
            (cell[0], one_sealed, index)
            for cell, one_sealed, index in zip(cells, sealed, indexes, strict=True)
        ],
    )
    names = await _columns(connection, "payee_accounts")
    changed = {
        "id": "a.id",
        "account_sealed": "a.sealed",
        "account_index": "a.account_index",
    }
    values = ", ".join(changed.get(name, f"t.{name}") for name in names)
    await connection.execute(
        f"insert into payee_accounts ({', '.join(names)}) select {values}"
        f" from accounts a cross join payee_accounts t where t.id = '{payment.payee_account_id}'"
    )


async def _copied(connection: Any, table: str, where: str, changed: Mapping[str, str]) -> None:
    names = await _columns(connection, table)
    values = ", ".join(changed.get(name, f"t.{name}") for name in names)
    await connection.execute(
        f"insert into {table} ({', '.join(names)}) select {values}"
        f" from numbers cross join {table} t where {where}"
    )


async def _columns(connection: Any, table: str) -> list[str]:
    """Name the columns that are written, not computed."""
    rows = await connection.fetch(
        "select column_name from information_schema.columns where table_schema = 'public'"
        " and table_name = $1 and is_generated = 'NEVER' order by ordinal_position",
        table,
    )
    return [row["column_name"] for row in rows]


def _ours(stage: Stage, staff: Staff, folder: Path, year: int) -> dict[str, Any]:
    """Walk the product's road in a process of its own; return its seconds and its peak memory."""
    actors = {"handler": staff.handler, "releaser": staff.releaser, "system": staff.system}
    told = {
        "actors": {name: _named(actor) for name, actor in actors.items()},
        "environment": environment_of(stage.settings, stage.servers),
        "year": year,
        "file": str(folder / "batch.csv"),
        "answers": str(folder / "answers.csv"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.payments_ours", json.dumps(told)],
        stdout=subprocess.PIPE,
        check=True,
    )
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def _named(actor: Actor) -> dict[str, Any]:
    return {
        "person_id": str(actor.person_id),
        "account_name": actor.account_name,
        "org_id": str(actor.org_id),
        "region_path": actor.region_path,
        "roles": sorted(actor.roles),
    }


# What ours left, by table: where its rows are the batch's, and what a column was when it was inserted.
_STREAMED: Final[tuple[tuple[str, str, Mapping[str, str]], ...]] = (
    ("ledger_accounts", "kind in ('in_transit', 'prepayment_receivable')", {}),
    ("cases", "kind = 'batch'", {}),
    ("case_duties", "case_kind = 'batch'", {}),
    ("case_steps", "case_kind = 'batch'", {}),
    ("batches", "true", {}),
    (
        "payment_attempts",
        "true",
        {
            "state": "'batched'",
            "bank_line_id": "null::uuid",
            "booked_on": "null::date",
            "bank_reason": "''",
        },
    ),
    ("bank_results", "true", {}),
    ("bank_lines", "true", {"state": "'received'", "attempt_id": "null::uuid"}),
    ("case_duties", "case_kind = 'prepayment' and duty = 'system'", {}),
    ("case_steps", "case_kind = 'prepayment' and to_state = 'paid'", {}),
    ("audit_entries", "action = 'prepayment.pay'", {}),
    ("postings", "event in ('batch_released', 'bank_confirmed_prepayment')", {}),
)
_MOVE: Final = """
update payments p set state = '{}' from payment_attempts t
 where t.place_id = p.place_id and t.payment_id = p.id
"""
_SENT: Final = (
    _MOVE.format("batched"),
    _MOVE.format("submitted"),
    "update payment_attempts set state = 'submitted'",
)
_ANSWERED: Final = (
    """
    update bank_lines b set state = 'matched', attempt_id = t.id from payment_attempts t
     where t.place_id = b.place_id and t.reference = b.payment_reference
    """,
    """
    update payment_attempts t set state = 'paid', bank_line_id = b.id, booked_on = b.booked_on
      from bank_lines b where b.place_id = t.place_id and b.attempt_id = t.id
    """,
    """
    update payments p set state = 'paid', booked_on = t.booked_on from payment_attempts t
     where t.place_id = p.place_id and t.payment_id = p.id
    """,
    """
    update cases c set state = 'paid', step_seq = step_seq + 1, version = version + 1
      from payments p where p.place_id = c.place_id and p.subject_id = c.id
    """,
)
_BALANCES: Final = """
update ledger_balances b set debits_fen = b.debits_fen + s.debits, credits_fen = b.credits_fen + s.credits
  from (select place_id, account_id, sum(debit)::bigint as debits, sum(credit)::bigint as credits from (
          select place_id, to_account_id as account_id, amount_fen as debit, 0 as credit from postings
           where event = $1
          union all
          select place_id, from_account_id, 0, amount_fen from postings where event = $1) m
         group by 1, 2) s
 where b.place_id = s.place_id and b.account_id = s.account_id
"""
_READ: Final = """
select p.*, a.account_name, a.account_sealed, a.bank_code
  from payments p join payee_accounts a on a.place_id = p.place_id and a.id = p.payee_account_id
"""


async def _bare(reading: Any, writing: Any, folder: Path) -> float:
    """Stream what ours left into the copy, with the same updates; returns the seconds."""
    streams = []
    for table, where, inserted in _STREAMED:
        names = [
            name
            for name in await _columns(reading, table)
            if not (table == "postings" and name == "recorded_at")
        ]
        values = ", ".join(
            f"{inserted[name]} as {name}" if name in inserted else name for name in names
        )
        if await writing.fetchval(f"select exists (select from {table} where {where})"):
            continue  # there before: not what the batch left
        data = io.BytesIO()
        await reading.copy_from_query(
            f"select {values} from {table} where {where}", output=data, format="binary"
        )
        streams.append((table, names, data))
    file, answers = ((folder / name).read_bytes() for name in ("batch.csv", "answers.csv"))
    await writing.execute("select set_config('xuetu.region_path', '/', false)")  # for triggers
    await writing.execute("alter table postings disable trigger user")
    await writing.execute("alter table ledger_balances disable trigger user")
    started = time.perf_counter()
    async with writing.transaction():
        for table, names, data in streams:
            data.seek(0)
            await writing.copy_to_table(table, source=data, columns=names, format="binary")
            if table == "payment_attempts":
                for statement in _SENT:
                    await writing.execute(statement)
                await writing.fetch(_READ)
                (folder / "bare.csv").write_bytes(file)
            if table == "bank_lines":
                (folder / "bare-answers.csv").write_bytes(answers)
        for statement in _ANSWERED:
            await writing.execute(statement)
        for event in ("batch_released", "bank_confirmed_prepayment"):
            await writing.execute(_BALANCES.replace("$1", f"'{event}'"))
    return time.perf_counter() - started


def _check(ours: dict[str, Held], bare: dict[str, Held]) -> None:
    """Raise `RowsDiffer` where the rows that grow with the lines are not the same."""
    for table in ours.keys() | bare.keys():
        mine, theirs = ours.get(table, Held(0, 0)).rows, bare.get(table, Held(0, 0)).rows
        if abs(mine - theirs) > SIGNED_BY_OURS:
            raise RowsDiffer(f"{table}: ours {mine}, bare {theirs}")
