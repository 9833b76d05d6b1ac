"""The service guide of a region, for everybody."""

import re
from typing import Final

from domain.errors import Refusal
from domain.places import region_path_of
from domain.ports.work import Work
from domain.service_guide import Guide, guide

_CODE: Final = re.compile(r"[0-9]{2,20}")


async def guide_of(work: Work, *, region_code: str) -> Guide:
    """Return the guide of a region that decides for itself; refuses `not_found`, `no_policy_in_force`."""
    found = _CODE.fullmatch(region_code)
    place = await work.places.of_region(region_path_of(region_code)) if found else None
    if place is None:
        raise Refusal("not_found")
    version = await work.policies.in_force(place.region_path, work.today)
    return guide(
        version.standard,
        await work.policies.overlay(place.region_path, work.today),
        region_code=region_code,
        bureau=(await work.places.organisation(place.bureau_org_id)).name,
        finance_department=(await work.places.organisation(place.finance_org_id)).name,
    )
