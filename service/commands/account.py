"""`xuetu account worker NAME`: an account for a worker, who is an organisation of his own."""

import asyncio
import re
import sys
from typing import Final
from uuid import UUID

from domain.errors import Refusal
from domain.identifiers import citizen_id
from domain.party import Role, system_actor
from domain.ports.clock import day_in_china
from service.application.place import NewPerson, add_people
from service.commands.running import of_running
from service.settings import Settings
from service.wiring import open_set_up

_NAME: Final = re.compile("[a-z0-9][a-z0-9._-]{1,63}")


def add_worker(settings: Settings, *, name: str) -> int:
    """Open an account; citizen id and password come on standard input, a line each, never as arguments.

    Refuses what is wrong with the citizen id, and `account_name_taken`.
    """
    number, password = (f"{sys.stdin.read()}\n\n").split("\n")[:2]
    reached = of_running(settings)
    if reached is None:
        return 2
    missing = None
    if _NAME.fullmatch(name) is None:
        missing = "a name has 2 to 64 small letters, digits, dots, hyphens and underscores"
    elif not password:
        missing = "give the citizen id and the password on standard input, a line each"
    if missing is not None:
        print(f"xuetu: {missing}", file=sys.stderr)
        return 2
    asyncio.run(_added(reached, name, citizen_id.normalised(number), password))
    print(f"已开通 {name} · {name} may sign in")
    return 0


async def _added(settings: Settings, name: str, number: str, password: str) -> None:
    root = system_actor(bureau_org_id=UUID(int=0), region_path="/")
    worker = NewPerson(
        account_name=name,
        password=password,
        citizen_id=number,
        org_id=None,
        region_path=None,
        roles=frozenset({Role.WORKER}),
    )
    async with open_set_up(settings) as ports, ports.begin_work(root) as work:
        if fault := citizen_id.fault_of(number, today=day_in_china(work.now)):
            raise Refusal(fault)
        await add_people(work, [worker], crypto=ports.crypto, passwords=ports.passwords)
        await work.commit()
