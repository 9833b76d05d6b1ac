"""`xuetu run`: the whole product in one terminal, on its own servers."""

import asyncio
import signal
import sys
from types import FrameType

from domain.errors import Refusal
from service.application.demo_region import ACCOUNTS, PASSWORD, set_up_demo_region
from service.commands.children import Children, bound, environment_of
from service.commands.refusal_lines import refusal_lines
from service.commands.running import forget, tell
from service.ports import Servers
from service.settings import Settings, read_settings
from service.wiring import migrate, move_clock, open_set_up, start_servers


class Stopped(Exception):
    """SIGTERM or SIGINT arrived."""


def _stop(_: int, __: FrameType | None) -> None:
    raise Stopped


def run(settings: Settings) -> int:
    """Start servers, migrate, set the demo region up, serve until Ctrl-C; leave no process behind."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        servers = start_servers(settings)
    except Refusal as refusal:
        print("\n".join(refusal_lines(refusal)), file=sys.stderr)
        return 2
    except Stopped:
        return 0
    try:
        return _served(settings, servers)
    except Stopped:
        return 0
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # the servers are being stopped already
        servers.close()


def prepare(settings: Settings, servers: Servers) -> Settings:
    """Migrate, load the packs, set the demo region up; return the settings of the processes."""
    told = environment_of(settings, servers)
    migrate(servers.migration_database_url)
    child = read_settings(told)
    if settings.clock == "stored":
        asyncio.run(move_clock(servers.migration_database_url, "2024-01-08T09:00:00+08:00"))
    asyncio.run(_set_up(child))
    return child


async def _set_up(settings: Settings) -> None:
    async with open_set_up(settings) as ports:
        await set_up_demo_region(
            begin_work=ports.begin_work,
            crypto=ports.crypto,
            passwords=ports.passwords,
            policies=ports.policies,
        )


def _served(settings: Settings, servers: Servers) -> int:
    prepare(settings, servers)
    try:
        listening = bound(settings.host, settings.port)
    except OSError as error:
        print(f"xuetu: {settings.host}:{settings.port}: {error.strerror}", file=sys.stderr)
        return 2
    children = Children(environment_of(settings, servers))
    tell(settings.data, environment_of(settings, servers))
    try:
        for _ in range(settings.api_processes):
            children.start(
                "service.asgi", str(listening.fileno()), descriptors=(listening.fileno(),)
            )
        children.start("jobs")
        _tell(settings, servers, listening.getsockname()[1])
        status = children.wait()
        print(f"xuetu: a process ended with status {status}; stopping", file=sys.stderr)
        return 1
    finally:
        forget(settings.data)
        children.stop()
        listening.close()


def _tell(settings: Settings, servers: Servers, port: int) -> None:
    address = f"http://{settings.host}:{port}"
    for notice in servers.notices:
        print(f"note: {notice}")
    print(f"Xuetu 学徒 is serving at {address}")
    print(f"Documentation 接口文档: {address}/docs")
    print(f"Sign in 登录: POST {address}/v1/sessions, password 密码 {PASSWORD!r}, accounts 账号:")
    for account in ACCOUNTS:
        print(f"  {account.name:<16} {account.what.zh} · {account.what.en}")
    print("Stop 停止: Ctrl-C", flush=True)
