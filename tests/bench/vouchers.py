"""Vouchers: expire very many, against one plain UPDATE; and issue to a long list with faults in it.

Expiry is the main path of a voucher. Ours is the daily job's: chunk after chunk, each a transaction under
row security and every trigger, with one row of `voucher_sets` (count and digest) and one audit entry. The
bare way is one UPDATE of the same rows and columns by the superuser, in a copy of the database on the same
server, without triggers. Issuing is told in seconds: reading and checking the file, and the job.
"""

import io
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from adapters.documents.on_disk import DiskDocuments
from adapters.postgres.engine import open_engine
from adapters.postgres.work import postgres_work
from adapters.sheets.files import SheetFiles
from adapters.system.clock import SystemClock
from adapters.system.ids import new_id
from domain.identifiers.citizen_id import check_character
from domain.ports.crypto import Crypto
from domain.ports.sheets import CSV, LONG
from domain.ports.work import BeginWork
from domain.roster.vouchers import LIST_MAX, check_list_sheet
from domain.voucher import VoucherProject
from domain.voucher_issue import IssueMode
from service.application.voucher_expiry import CHUNK, expire_vouchers
from service.application.voucher_issue import OrderIssue, issue_chunk, list_of, order_issue
from service.wiring import open_set_up
from tests.bench.report import Result
from tests.bench.stage import Stage, dsn_of, one
from tests.bench.tables import RowsDiffer
from tests.integration import voucher_stage
from tests.people import Staff, staffed_place

VOUCHERS: Final = int(os.environ.get("XUETU_BENCH_VOUCHERS", "100000"))
"""How many vouchers expire."""
TARGET: Final = 2.0
LONGEST_S: Final = 5.0
"""No transaction is longer."""
COPY: Final = "xuetu_expired"
ISSUE_CHUNK: Final = 5_000
FAULTY_EVERY: Final = 100
LAST_DAY: Final = date(2025, 12, 31)

_connect: Final[Any] = asyncpg.connect  # asyncpg ships no types

_PEOPLE: Final = """
insert into persons (id, identity_index)
select gen_random_uuid(), sha256(convert_to('bench ' || n, 'UTF8')) from generate_series(1, $1::int) n
"""
_WORKERS: Final = """
insert into organisations (id, kind, credit_code, name)
select id, 'worker', null, '劳动者' from persons p
 where not exists (select from organisations o where o.id = p.id)
"""
_VOUCHERS: Final = """
insert into vouchers (place_id, org_id, region_path, id, project_id, person_id, code, name, identity_sealed,
                      identity_index, identity_masked, state, issued_at, collected_at, valid_until,
                      set_ids, version)
select $1, p.id, $2, gen_random_uuid(), $3, p.id, upper(lpad(to_hex(p.n), 16, '0')), '张三',
       decode(repeat('00', 64), 'hex'), p.identity_index, '320***********0012',
       case when p.n % 3 = 0 then 'collected' else 'issued' end, now(),
       case when p.n % 3 = 0 then now() end, $4::date, array[$5::uuid], case when p.n % 3 = 0 then 2 else 1 end
  from (select id, identity_index, row_number() over (order by id) as n from persons
         where identity_index in (select sha256(convert_to('bench ' || n, 'UTF8'))
                                    from generate_series(1, $6::int) n)) p
"""
_BARE: Final = """
update vouchers set state = 'expired', set_ids = set_ids || $3::uuid, version = version + 1
 where place_id = $1 and valid_until < $2 and state in ('issued', 'collected', 'reserved')
"""
_EXPIRED: Final = "select count(*) from vouchers where place_id = '{}' and state = 'expired'"

Say = Callable[[str], None]


async def vouchers(
    stage: Stage, folder: Path, *, count: int, listed: int, say: Say
) -> list[Result]:
    """Expire `count` vouchers both ways, then issue to a list of `listed` people."""
    async with open_set_up(stage.settings) as ports:  # closed before the database is copied
        staff = await staffed_place(
            ports.begin_work, crypto=ports.crypto, passwords=ports.passwords
        )
        of = await voucher_stage.project(
            ports.begin_work, staff, quota=count, **voucher_stage.TARGETED
        )
    results = await _expiry(stage, _begin(stage, ports.crypto), staff, of, count=count)
    engine, begin = _begin(stage, ports.crypto)
    store = DiskDocuments(folder / "lists", ports.crypto)
    await _issuing(begin, store, staff, people=min(listed, LIST_MAX), say=say)
    await engine.dispose()
    return results


def _begin(stage: Stage, crypto: Crypto) -> tuple[AsyncEngine, BeginWork]:
    engine = open_engine(stage.servers.database_url, pool_size=2)
    return engine, postgres_work(engine, crypto=crypto, new_id=new_id, clock=SystemClock())


async def _expiry(
    stage: Stage,
    ours: tuple[AsyncEngine, BeginWork],
    staff: Staff,
    of: VoucherProject,
    *,
    count: int,
) -> list[Result]:
    url = make_url(stage.servers.admin_url)
    await _staged(dsn_of(url.render_as_string(False)), staff, of, count)
    admin, maintenance = (
        create_async_engine(url.set(database=name), isolation_level="AUTOCOMMIT")
        for name in ("xuetu", "postgres")
    )
    await one(admin, "vacuum (analyze)")
    await admin.dispose()
    await one(maintenance, f"create database {COPY} template xuetu")
    bare_s = await _bare(maintenance, url.set(database=COPY), staff, count)
    await one(maintenance, "checkpoint")
    engine, begin = ours
    started, longest, expired = time.perf_counter(), 0.0, -1
    while expired:
        chunk_started = time.perf_counter()
        async with begin(staff.system) as work:
            expired = await expire_vouchers(work, place_id=staff.place.id, on=work.today)
            await work.commit()
        longest = max(longest, time.perf_counter() - chunk_started)
    ours_s = time.perf_counter() - started
    await _check(admin, staff, count)
    await one(maintenance, f"drop database {COPY} with (force)")
    for opened in (engine, admin, maintenance):
        await opened.dispose()
    shown = f"{count:,}".replace(",", " ")
    return [
        _result(f"expire {shown} vouchers", ours_s, bare_s, TARGET),
        _result(f"longest transaction, {CHUNK} vouchers, to 5 s", longest, LONGEST_S, 1.0),
    ]


def _result(work: str, ours: float, bare: float, target: float) -> Result:
    return Result(
        work=work, unit="s", ours=ours, bare=bare, ratio=ours / bare, target=target, at_least=False
    )


async def _staged(dsn: str, staff: Staff, of: VoucherProject, count: int) -> None:
    """Write vouchers as rows alone; their set is one too, so that every row names one."""
    connection = await _connect(dsn)
    await connection.execute("set session_replication_role = replica")
    await connection.execute(_PEOPLE, count)
    await connection.execute(_WORKERS)
    named = (staff.place.id, staff.place.region_path, of.case.id, LAST_DAY, uuid4(), count)
    await connection.execute(_VOUCHERS, *named)
    await connection.close()


async def _bare(maintenance: AsyncEngine, url: Any, staff: Staff, count: int) -> float:
    await one(maintenance, "checkpoint")
    connection = await _connect(dsn_of(url.render_as_string(False)))
    await connection.execute("set session_replication_role = replica")
    started = time.perf_counter()
    await connection.execute(_BARE, staff.place.id, date.max, uuid4(), timeout=3600)
    took = time.perf_counter() - started
    await connection.close()
    copied = create_async_engine(url, isolation_level="AUTOCOMMIT")
    await _check(copied, staff, count)
    await copied.dispose()
    return took


async def _check(admin: AsyncEngine, staff: Staff, count: int) -> None:
    found = await one(admin, _EXPIRED.format(staff.place.id))
    if found != count:
        raise RowsDiffer(f"{found} of {count} vouchers expired")


async def _issuing(
    begin: BeginWork, store: DiskDocuments, staff: Staff, *, people: int, say: Say
) -> None:
    of = await voucher_stage.project(begin, staff, quota=people, **voucher_stage.TARGETED)
    raw = _list(people)
    seconds: dict[str, float] = {}
    async with begin(staff.handler) as work:
        with _timed(seconds, "read and checked"):
            sheet = SheetFiles().read(raw, CSV, LONG)
            check = check_list_sheet(sheet, today=work.today)
        with _timed(seconds, "ordered"):
            command = OrderIssue(check=check, source=raw, mode=IssueMode.ACCEPT_VALID, at="/rows")
            done = await order_issue(work, store, project_id=of.case.id, command=command)
            await work.commit()
    assert done.issue is not None
    issued = await _issued(begin, store, staff, done.issue.id, seconds)
    faults = len(check.faults)
    if issued + faults != people:
        raise RowsDiffer(f"{issued} issued and {faults} faulty of {people}")
    told = ", ".join(f"{name} {took:.2f} s" for name, took in seconds.items())
    say(f"issue to {people} rows of CSV, {faults} of them faulty: {told}")


async def _issued(
    begin: BeginWork, store: DiskDocuments, staff: Staff, issue_id: UUID, seconds: dict[str, float]
) -> int:
    """Do what the job does, chunk by chunk."""
    with _timed(seconds, "issued"):
        async with begin(staff.system) as work:
            order = await work.voucher_projects.issue(issue_id)
        people = await list_of(store, order)
        while order.finished_at is None:
            async with begin(staff.system) as work:
                order = await issue_chunk(work, issue_id=issue_id, people=people, limit=ISSUE_CHUNK)
                await work.commit()
    return order.issued


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[name] = time.perf_counter() - started


def _list(people: int) -> bytes:
    """Write a list of different people as CSV; every hundredth has a mistyped number."""
    made = io.StringIO()
    made.write("姓名,身份证号,手机号,重点群体\n")
    for n in range(people):
        born = date(1960 + n % 45, 1 + n % 12, 1 + n % 28)
        seventeen = f"{330100 + n // 1000:06d}{born:%Y%m%d}{n % 1000:03d}"
        check = check_character(seventeen)
        if n % FAULTY_EVERY == 0:
            check = "0" if check != "0" else "1"
        made.write(f"张三,{seventeen}{check},138{n:08d},退役军人\n")
    return made.getvalue().encode()
