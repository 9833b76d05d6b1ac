"""However a program and its servers end, no process is left astray and the next start works."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.integration.embedded.support import (
    USERS,
    Program,
    User,
    ask_redis,
    connected,
    folder_of,
    launched,
    left_in,
    query,
)
from tests.waiting import until


@pytest.fixture(params=USERS, ids=str)
def user(request: pytest.FixtureRequest) -> User:
    chosen: User = request.param
    return chosen


@pytest.fixture
def folder(user: User) -> Iterator[Path]:
    with folder_of(user) as made:
        yield made / "data"


def _terminated(program: Program) -> None:
    program.process.terminate()
    assert program.end() == (0, "")
    assert left_in(program.folder) == []


def _interrupted(program: Program) -> None:
    os.killpg(program.process.pid, signal.SIGINT)  # what a terminal does on Ctrl-C
    assert program.end() == (0, "")
    assert left_in(program.folder) == []


def _hung_up(program: Program) -> None:
    os.killpg(program.process.pid, signal.SIGHUP)
    assert program.end() == (0, "")
    assert left_in(program.folder) == []


def _killed(program: Program) -> None:
    program.kill()
    until(
        "every process ends", lambda: left_in(program.folder) == []
    )  # the kernel told the servers


def _killed_and_started_at_once(program: Program) -> None:
    program.kill()


def _postmaster_killed(program: Program) -> None:
    os.kill(program.postmaster, signal.SIGKILL)
    program.process.terminate()
    assert program.end() == (0, "")
    assert left_in(program.folder) == []


def _both_killed(program: Program) -> None:
    os.kill(program.postmaster, signal.SIGKILL)
    program.kill()


ENDINGS = (
    _terminated,
    _interrupted,
    _hung_up,
    _killed,
    _killed_and_started_at_once,
    _postmaster_killed,
    _both_killed,
)


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.__name__.strip("_"))
async def test_the_next_start_finds_what_was_committed(
    ending: Callable[[Program], None], folder: Path, user: User
) -> None:
    with launched(folder, user) as program:
        await query(program.dsn, "create table kept (n int)", "insert into kept values (41), (1)")
        ending(program)
    with launched(folder, user) as following:
        assert await query(following.dsn, "select sum(n) from kept") == 42
        assert "+PONG" in ask_redis(following.redis, "PING")
    assert left_in(folder) == []


async def test_servers_left_behind_by_a_killed_program_are_replaced_by_the_next_start(
    folder: Path, user: User
) -> None:
    with launched(folder, user, UNTIED="1") as program:
        await query(program.dsn, "create table kept as select 42 as n")
        program.kill()
        left = left_in(folder)
        assert program.postmaster in left
    with launched(folder, user) as following:
        assert await query(following.dsn, "select n from kept") == 42
        assert set(left).isdisjoint(left_in(folder))
    assert left_in(folder) == []


async def test_a_session_that_outlives_its_postmaster_is_ended_before_the_next_start(
    folder: Path, user: User
) -> None:
    with launched(folder, user, UNTIED="1") as program:
        async with connected(program.dsn) as connection:
            session = await connection.scalar(text("select pg_backend_pid()"))
            os.kill(session, signal.SIGSTOP)  # it cannot notice anything by itself
            os.kill(program.postmaster, signal.SIGKILL)
            program.kill()
            assert session in left_in(folder)
    with launched(folder, user) as following:
        assert await query(following.dsn, "select 1") == 1
        assert session not in left_in(folder)


async def test_a_making_cut_short_leaves_no_half_made_cluster(folder: Path, user: User) -> None:
    with Program(folder, user) as program:
        until("initdb has begun", (folder / "postgres" / "data.new" / "PG_VERSION").exists)
        program.kill()
    with launched(folder, user) as following:
        assert await query(following.dsn, "select 1") == 1
        assert not (folder / "postgres" / "data.new").exists()
