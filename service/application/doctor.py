"""What an operator asks first: can every place complete the road with the people it has?"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

from domain.errors import Text
from domain.party import Role
from domain.ports.work import Work


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report."""

    well: bool
    text: Text


def can_complete(bureau: Sequence[frozenset[Role]], finance: Sequence[frozenset[Role]]) -> bool:
    """Tell whether these people, each with their roles, can sign the whole road (DESIGN 1.5).

    Three bureau people for reviewing, approving and releasing; the reviewer or a fourth person
    prepares, since neither approver nor releaser may; two finance people.
    """
    if sum(Role.FINANCE in roles for roles in finance) < 2:
        return False
    if not any(Role.CLERK in roles or Role.REVIEWER in roles for roles in bureau):
        return False
    people = list(enumerate(bureau))
    return any(
        Role.REVIEWER in reviewing
        and Role.APPROVER in approving
        and Role.RELEASER in releasing
        and any(Role.PREPARER in roles for n, roles in people if n not in {approver, releaser})
        for (_, reviewing), (approver, approving), (releaser, releasing) in permutations(people, 3)
    )


async def examine(work: Work) -> list[Finding]:
    """Examine every place: people, and a standard in force today."""
    findings = [Finding(True, Text("数据库可用", "the database answers"))]
    for place in await work.places.all():
        bureau = await work.accounts.roles_of(place.bureau_org_id)
        finance = await work.accounts.roles_of(place.finance_org_id)
        name = (await work.places.organisation(place.bureau_org_id)).name
        findings.append(
            Finding(
                can_complete(bureau, finance),
                Text(
                    f"{name}：需要三名人社人员（初审兼制单、审批、放行）和两名财政人员",
                    f"{place.region_path} needs three bureau people (review and prepare, approve,"
                    " release) and two finance people",
                ),
            )
        )
    return findings
