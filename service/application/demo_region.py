"""The demo region: 启东市 with its two departments, one enterprise, and a user for every role."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.errors import Text
from domain.party import Role, system_actor
from domain.places import OrganisationKind, Place, region_path_of
from domain.ports.crypto import Crypto
from domain.ports.identity import Passwords
from domain.ports.policies import PolicyPacks
from domain.ports.work import BeginWork
from service.application.place import (
    NewPerson,
    add_organisation,
    add_people,
    add_place,
    load_policies,
)

REGION_CODE: Final = "320681"
ENTERPRISE: Final = "启东示例机械有限公司"
PROVIDER: Final = "启东示例职业培训学校"
PROVIDER_CREDIT_CODE: Final = "52320681MJ5EXAMP08"
CREDIT_CODE: Final = "91320681MA1EXAMP05"
ORGANISER: Final = "启东示例机械行业协会"
ORGANISER_CREDIT_CODE: Final = "51320681MJ5EXAMP09"
PASSWORD: Final = "xuetu-demo-2024"  # noqa: S105 - printed on purpose: the demo region is public


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One user of the demo region."""

    name: str
    roles: frozenset[Role]
    office: str
    citizen_id: str
    what: Text


def _account(
    name: str, office: str, citizen_id: str, zh: str, en: str, *roles: Role
) -> DemoAccount:
    return DemoAccount(name, frozenset(roles), office, citizen_id, Text(zh, en))


ACCOUNTS: Final = (
    _account(
        "filer",
        "enterprise",
        "320681198001010012",
        "企业申报人",
        "files for the enterprise",
        Role.FILER,
    ),
    _account(
        "handler",
        "bureau",
        "320681198101010011",
        "受理、初审、制单",
        "accepts, reviews, prepares requests and batches, loads extracts",
        Role.CLERK,
        Role.REVIEWER,
        Role.PREPARER,
    ),
    _account(
        "approver", "bureau", "32068119820101001X", "审批人", "lists and approves", Role.APPROVER
    ),
    _account(
        "releaser", "bureau", "320681198301010019", "放行人", "releases batches", Role.RELEASER
    ),
    _account(
        "finance",
        "finance",
        "320681198401010018",
        "财政经办",
        "concurs, drafts appropriations",
        Role.FINANCE,
    ),
    _account(
        "finance-second",
        "finance",
        "320681198501010017",
        "财政复核",
        "approves appropriations",
        Role.FINANCE,
    ),
    _account(
        "policy",
        "bureau",
        "320681198601010016",
        "政策专员",
        "drafts standards",
        Role.POLICY_OFFICER,
    ),
    _account("inspector", "bureau", "320681198701010015", "检查员", "inspects", Role.INSPECTOR),
    _account(
        "auditor", "bureau", "320681198801010014", "审计员", "reads and exports", Role.AUDITOR
    ),
    _account(
        "teacher",
        "provider",
        "320681198901010014",
        "培训机构教务",
        "keeps class records",
        Role.PROVIDER,
    ),
    _account(
        "organiser",
        "organiser",
        "320681199001010013",
        "集中开班组织方",
        "plans joint classes",
        Role.ORGANISER,
    ),
    _account(
        "worker",
        "worker",
        "320681199101010010",
        "劳动者",
        "collects and uses vouchers",
        Role.WORKER,
    ),
    _account(
        "worker-second",
        "worker",
        "320681199201010018",
        "劳动者（另一人）",
        "another worker",
        Role.WORKER,
    ),
    _account(
        "worker-third",
        "worker",
        "320681199301010015",
        "劳动者（第三人）",
        "a third worker",
        Role.WORKER,
    ),
    _account(
        "worker-fourth",
        "worker",
        "320681199401010012",
        "劳动者（第四人）",
        "a fourth worker",
        Role.WORKER,
    ),
    _account(
        "worker-fifth",
        "worker",
        "32068119950101001X",
        "劳动者（第五人）",
        "a fifth worker",
        Role.WORKER,
    ),
)


async def set_up_demo_region(
    *, begin_work: BeginWork, crypto: Crypto, passwords: Passwords, policies: PolicyPacks
) -> Place:
    """Load the packs, and set the demo region up where it is not there yet."""
    root = system_actor(bureau_org_id=UUID(int=0), region_path="/")
    async with begin_work(root) as work:
        await load_policies(work, policies)
        region_path = region_path_of(REGION_CODE)
        existing = await work.places.of_region(region_path)
        if existing is not None:
            await work.commit()
            return existing
        place = await add_place(
            work,
            region_path=region_path,
            names=("江苏省", "南通市", "启东市"),
            bureau_name="启东市人力资源和社会保障局",
            finance_name="启东市财政局",
        )
        enterprise = await add_organisation(
            work, OrganisationKind.ENTERPRISE, credit_code=CREDIT_CODE, name=ENTERPRISE
        )
        provider = await add_organisation(
            work,
            OrganisationKind.PROVIDER,
            credit_code=PROVIDER_CREDIT_CODE,
            name=PROVIDER,
        )
        organiser = await add_organisation(
            work, OrganisationKind.ORGANISER, credit_code=ORGANISER_CREDIT_CODE, name=ORGANISER
        )
        offices: Mapping[str, tuple[UUID | None, str | None]] = {
            "worker": (None, None),
            "organiser": (organiser.id, None),
            "provider": (provider.id, None),
            "enterprise": (enterprise.id, None),
            "bureau": (place.bureau_org_id, region_path),
            "finance": (place.finance_org_id, region_path),
        }
        await add_people(
            work,
            [
                NewPerson(
                    account_name=account.name,
                    password=PASSWORD,
                    citizen_id=account.citizen_id,
                    org_id=offices[account.office][0],
                    region_path=offices[account.office][1],
                    roles=account.roles,
                )
                for account in ACCOUNTS
            ],
            crypto=crypto,
            passwords=passwords,
        )
        await work.commit()
    return place
