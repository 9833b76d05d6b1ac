"""People of a test: a place of its own, staffed by three bureau and two finance people, and an enterprise."""

import itertools
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from domain.identifiers.citizen_id import check_character
from domain.party import Actor, Role, system_actor
from domain.places import Organisation, OrganisationKind, Place, region_path_of
from domain.ports.crypto import Crypto
from domain.ports.identity import Passwords
from domain.ports.work import BeginWork
from service.application.place import NewPerson, add_organisation, add_people, add_place

PASSWORD = "correct horse battery"
_counter = itertools.count(1)
_RUN = secrets.randbelow(10**6)


def citizen_id() -> str:
    """A well-formed citizen id that no other call of this run returns."""
    n = next(_counter)
    day, sequence = divmod(n, 1000)
    year, rest = divmod(day, 336)
    month, date = divmod(rest, 28)
    seventeen = f"320681{1960 + year % 45}{month + 1:02d}{date + 1:02d}{sequence:03d}"
    return seventeen + check_character(seventeen)


def credit_code() -> str:
    """A credit code of the right shape that no other call of this run returns."""
    return f"91320681MA{_RUN:06d}"[:12] + f"{next(_counter):06d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """One place and the people who complete the road in it.

    Three bureau people: `handler` reviews and prepares, `approver` approves, `releaser` releases;
    two finance people: both sign appropriations, `finance` also concurs. `filer` is the enterprise's,
    `teacher` a training provider's, `organiser` plans joint classes. `worker` and `worker_second` collect
    vouchers, each an organisation of his own; `citizen_ids` are everybody's, by account name.
    """

    place: Place
    enterprise: Organisation
    filer: Actor
    handler: Actor
    approver: Actor
    releaser: Actor
    finance: Actor
    finance_second: Actor
    provider: Organisation
    teacher: Actor
    organiser: Actor
    worker: Actor
    worker_second: Actor
    citizen_ids: Mapping[str, str]

    @property
    def system(self) -> Actor:
        """The system person at work in this place."""
        return system_actor(
            bureau_org_id=self.place.bureau_org_id, region_path=self.place.region_path
        )

    @property
    def region_code(self) -> str:
        """The code by which filings name the place."""
        return self.place.region_path.strip("/").rsplit("/", 1)[-1]


async def staffed_place(
    begin_work: BeginWork, *, crypto: Crypto, passwords: Passwords, city: str = "3206"
) -> Staff:
    """Set a county up: of 南通市, under the standard 通人社职〔2019〕15号, unless another city is named."""
    code = f"{city}{next(_counter):06d}"
    region_path = region_path_of(code)
    root = system_actor(bureau_org_id=UUID(int=0), region_path="/")
    async with begin_work(root) as work:
        place = await add_place(
            work,
            region_path=region_path,
            names=("江苏省", "南通市", "试验市", "试验县", f"试验区{code}"),
            bureau_name=f"试验区{code}人力资源和社会保障局",
            finance_name=f"试验区{code}财政局",
        )
        enterprise = await add_organisation(
            work,
            OrganisationKind.ENTERPRISE,
            credit_code=credit_code(),
            name=f"试验机械有限公司{code}",
        )
        provider = await add_organisation(
            work,
            OrganisationKind.PROVIDER,
            credit_code=credit_code(),
            name=f"试验技工学校{code}",
        )
        chamber = await add_organisation(
            work, OrganisationKind.ORGANISER, credit_code=credit_code(), name=f"试验商会{code}"
        )
        bureau = {
            "handler": frozenset({Role.CLERK, Role.REVIEWER, Role.PREPARER}),
            "approver": frozenset({Role.APPROVER}),
            "releaser": frozenset({Role.RELEASER}),
        }
        people = [
            NewPerson(
                account_name=f"filer-{code}",
                password=PASSWORD,
                citizen_id=citizen_id(),
                org_id=enterprise.id,
                region_path=None,
                roles=frozenset({Role.FILER}),
            ),
            *(
                NewPerson(
                    account_name=f"{name}-{code}",
                    password=PASSWORD,
                    citizen_id=citizen_id(),
                    org_id=place.bureau_org_id,
                    region_path=region_path,
                    roles=roles,
                )
                for name, roles in bureau.items()
            ),
            *(
                NewPerson(
                    account_name=f"{name}-{code}",
                    password=PASSWORD,
                    citizen_id=citizen_id(),
                    org_id=place.finance_org_id,
                    region_path=region_path,
                    roles=frozenset({Role.FINANCE}),
                )
                for name in ("finance", "finance-second")
            ),
            *(
                NewPerson(
                    account_name=f"{name}-{code}",
                    password=PASSWORD,
                    citizen_id=citizen_id(),
                    org_id=org.id,
                    region_path=None,
                    roles=frozenset({role}),
                )
                for name, org, role in (
                    ("teacher", provider, Role.PROVIDER),
                    ("organiser", chamber, Role.ORGANISER),
                )
            ),
            *(
                NewPerson(
                    account_name=f"{name}-{code}",
                    password=PASSWORD,
                    citizen_id=citizen_id(),
                    org_id=None,
                    region_path=None,
                    roles=frozenset({Role.WORKER}),
                )
                for name in ("worker", "worker-second")
            ),
        ]
        ids = await add_people(work, people, crypto=crypto, passwords=passwords)
        await work.commit()
    actors = [
        Actor(
            person_id=person_id,
            account_name=person.account_name,
            org_id=person.org_id or person_id,
            region_path=person.region_path,
            roles=person.roles,
            request_id="test",
        )
        for person, person_id in zip(people, ids, strict=True)
    ]
    return Staff(
        place=place,
        enterprise=enterprise,
        filer=actors[0],
        handler=actors[1],
        approver=actors[2],
        releaser=actors[3],
        finance=actors[4],
        finance_second=actors[5],
        provider=provider,
        teacher=actors[6],
        organiser=actors[7],
        worker=actors[8],
        worker_second=actors[9],
        citizen_ids={person.account_name: person.citizen_id for person in people},
    )
