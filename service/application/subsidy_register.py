"""Lists of other programmes' subsidies: a clerk loads a list, people read which ones are in force."""

from collections.abc import Sequence
from uuid import UUID

from domain.audit import Act, Ground
from domain.ports.work import Work
from domain.subsidy_register import RegisterRow, SubsidyRegister
from service.application.certificate import place_of_list


async def load_register(
    work: Work,
    *,
    source: str,
    content: bytes,
    rows: Sequence[RegisterRow],
    region_code: str | None = None,
) -> SubsidyRegister:
    """Load a checked list in the actor's place, or in one below it: it replaces the source's last one.

    From then on its rows count for their people everywhere. Refuses `place_unknown`,
    `subsidy_register_already_loaded`.
    """
    place = await place_of_list(work, region_code)
    register = await work.subsidies.add_register(place, source=source, content=content, rows=rows)
    await work.audit.record(
        Act(
            action="subsidy_register.loaded",
            object_kind="subsidy_register",
            object_id=str(register.id),
            ground=Ground(
                place_id=place.id,
                org_id=place.bureau_org_id,
                partner_org_id=None,
                region_path=place.region_path,
            ),
            facts={
                "version": register.version,
                "rows": register.rows,
                "digest": register.digest.hex(),
            },
        )
    )
    return register


async def get_register(work: Work, *, register_id: UUID) -> SubsidyRegister:
    """Return a loaded list; refuses `not_found`."""
    return await work.subsidies.register(register_id)


async def list_registers(
    work: Work, *, after: UUID | None, limit: int
) -> Sequence[SubsidyRegister]:
    """Return the lists one may see in order of loading, after the given one."""
    return await work.subsidies.registers(after=after, limit=limit)
