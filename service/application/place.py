"""Setting up: regions, organisations, places and the people who sign. Done by the system person."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from domain.audit import Act
from domain.errors import Refusal
from domain.masking import ValueKind
from domain.party import Role
from domain.places import Organisation, OrganisationKind, Place
from domain.ports.crypto import Crypto
from domain.ports.identity import Passwords
from domain.ports.policies import PolicyPacks
from domain.ports.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """A person and the account they sign in with. Several accounts may share one citizen id.

    `org_id` is None for a worker, and for nobody else: he acts for himself, an organisation of his own.
    """

    account_name: str
    password: str = field(repr=False)
    citizen_id: str = field(repr=False)
    org_id: UUID | None
    region_path: str | None
    roles: frozenset[Role]


async def add_place(
    work: Work, *, region_path: str, names: Sequence[str], bureau_name: str, finance_name: str
) -> Place:
    """Set a deciding and paying bureau up for a region, with its finance department.

    `names` are those of the regions on the path, from the province down.
    """
    segments = [segment for segment in region_path.split("/") if segment]
    await work.places.add_region("/", "全国")
    for n, name in enumerate(names, start=1):
        await work.places.add_region("/" + "".join(f"{s}/" for s in segments[:n]), name)
    bureau = Organisation(
        id=work.new_id(), kind=OrganisationKind.BUREAU, credit_code=None, name=bureau_name
    )
    finance = Organisation(
        id=work.new_id(),
        kind=OrganisationKind.FINANCE_DEPARTMENT,
        credit_code=None,
        name=finance_name,
    )
    await work.places.add_organisation(bureau)
    await work.places.add_organisation(finance)
    place = Place(
        id=work.new_id(),
        region_path=region_path,
        bureau_org_id=bureau.id,
        finance_org_id=finance.id,
    )
    await work.places.add(place)
    return place


async def add_organisation(
    work: Work, kind: OrganisationKind, *, credit_code: str, name: str
) -> Organisation:
    """Register an enterprise, provider or other party; refuses `credit_code_taken`."""
    organisation = Organisation(id=work.new_id(), kind=kind, credit_code=credit_code, name=name)
    await work.places.add_organisation(organisation)
    return organisation


async def add_people(
    work: Work, people: Sequence[NewPerson], *, crypto: Crypto, passwords: Passwords
) -> Sequence[UUID]:
    """Open an account for each person; returns the persons. Passwords are kept as argon2id only.

    Refuses `account_without_role`, `account_of_worker` (a worker in an organisation, or somebody else in
    none), `account_name_taken`.
    """
    indexes = crypto.blind_indexes(ValueKind.CITIZEN_ID, [person.citizen_id for person in people])
    person_ids = await work.accounts.people_of(indexes)
    workers = [n for n, person in enumerate(people) if person.org_id is None]
    if workers:
        await work.accounts.workers_of([indexes[n] for n in workers])
    for person, person_id in zip(people, person_ids, strict=True):
        if not person.roles:
            raise Refusal("account_without_role")
        if (person.org_id is None) != (person.roles == {Role.WORKER}):
            raise Refusal("account_of_worker")
        account_id = work.new_id()
        await work.accounts.add(
            account_id=account_id,
            name=person.account_name,
            person_id=person_id,
            password_hash=passwords.hashed(person.password),
            org_id=person.org_id or person_id,
            region_path=person.region_path,
            roles=person.roles,
        )
        await work.audit.record(
            Act(
                action="account.opened",
                object_kind="account",
                object_id=str(account_id),
                ground=None,
                facts={"person": str(person_id), "roles": sorted(r.value for r in person.roles)},
            )
        )
    return person_ids


async def load_policies(work: Work, packs: PolicyPacks) -> int:
    """Put every pack and overlay on file whose text is new; returns how many were.

    The installation's own act: in force at once, signed by nobody, and labelled `pack`.
    """
    stored = 0
    for pack in packs.all():
        stored += await work.policies.add(work.new_id(), pack.standard, pack.source)
    for one in packs.overlays():
        stored += await work.policies.add_overlay(work.new_id(), one.overlay, one.source)
    return stored
