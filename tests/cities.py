"""A city of a test: its bureau and finance department, and a county below it with an enterprise."""

import itertools
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from domain.party import Actor, Role, system_actor
from domain.places import Place, region_path_of
from domain.ports.crypto import Crypto
from domain.ports.identity import Passwords
from domain.ports.work import BeginWork
from service.application.place import NewPerson, add_people, add_place
from tests.people import PASSWORD, Staff, citizen_id, staffed_place

_codes = itertools.count(7100)


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """`drafter` and `labour` are of the bureau, `finance` of the finance department."""

    code: str
    place: Place
    county: Staff
    people: Mapping[str, Actor]

    @property
    def drafter(self) -> Actor:
        return self.people["drafter"]

    @property
    def labour(self) -> Actor:
        return self.people["labour"]

    @property
    def finance(self) -> Actor:
        return self.people["finance"]


async def staffed_city(begin_work: BeginWork, *, crypto: Crypto, passwords: Passwords) -> City:
    """Set a city up that no other call of this run has."""
    code = str(next(_codes))
    region_path = region_path_of(code)
    async with begin_work(system_actor(bureau_org_id=UUID(int=0), region_path="/")) as work:
        place = await add_place(
            work,
            region_path=region_path,
            names=("试验省", f"试验市{code}"),
            bureau_name=f"试验市{code}人力资源和社会保障局",
            finance_name=f"试验市{code}财政局",
        )
        offices = {
            "drafter": (place.bureau_org_id, Role.POLICY_OFFICER),
            "labour": (place.bureau_org_id, Role.APPROVER),
            "finance": (place.finance_org_id, Role.FINANCE),
        }
        people = [
            NewPerson(
                account_name=f"{name}-{code}-{secrets.token_hex(4)}",
                password=PASSWORD,
                citizen_id=citizen_id(),
                org_id=org_id,
                region_path=region_path,
                roles=frozenset({role}),
            )
            for name, (org_id, role) in offices.items()
        ]
        ids = await add_people(work, people, crypto=crypto, passwords=passwords)
        await work.commit()
    actors = {
        name: Actor(
            person_id=person_id,
            account_name=person.account_name,
            org_id=person.org_id or person_id,
            region_path=region_path,
            roles=person.roles,
            request_id="test",
        )
        for name, person, person_id in zip(offices, people, ids, strict=True)
    }
    county = await staffed_place(begin_work, crypto=crypto, passwords=passwords, city=code)
    return City(code=code, place=place, county=county, people=actors)
