"""Certificate use cases: a clerk loads a register's extract; people read what was found."""

from collections.abc import Sequence
from uuid import UUID

from domain.audit import Act, Ground
from domain.cases import CaseKind
from domain.certificate import Extract, Finding
from domain.errors import Fault, Refusal
from domain.extract_file import parsed_extract
from domain.places import Place, region_path_of
from domain.ports.work import Work


async def load_extract(
    work: Work, *, register: str, text: str, region_code: str | None = None
) -> Extract:
    """Load an extract (EVD-09) in the actor's place, or in one below it.

    Every row is checked and normalised once, here; holders' ids are kept as blind indexes only.
    Refuses `extract_faulty` with every bad row located, `extract_already_loaded`, `place_unknown`.
    """
    place = await place_of_list(work, region_code)
    rows = parsed_extract(text, today=work.today)
    extract = await work.certificates.add_extract(
        place, register=register, source=text.encode(), rows=rows
    )
    await work.audit.record(
        Act(
            action="certificate_extract.loaded",
            object_kind="certificate_extract",
            object_id=str(extract.id),
            ground=Ground(
                place_id=place.id,
                org_id=place.bureau_org_id,
                partner_org_id=None,
                region_path=place.region_path,
            ),
            facts={"rows": extract.rows},
        )
    )
    return extract


async def get_extract(work: Work, *, extract_id: UUID) -> Extract:
    """Return a loaded extract; refuses `not_found`."""
    return await work.certificates.extract(extract_id)


async def findings_of(
    work: Work, *, settlement_id: UUID, after: UUID | None, limit: int
) -> Sequence[Finding]:
    """Return the finding that stands for each declared certificate of a settlement, by declaration."""
    case = await work.cases.get(CaseKind.SETTLEMENT, settlement_id)
    return await work.certificates.findings(case, after=after, limit=limit)


async def place_of_list(work: Work, region_code: str | None) -> Place:
    """Return the place that a clerk loads a list for: his own, or one below it; refuses `place_unknown`."""
    own = work.actor.region_path
    wanted = own if region_code is None else region_path_of(region_code)
    # Below the actor's own region, or the rows could not be stored there.
    if own is not None and wanted is not None and wanted.startswith(own):
        place = await work.places.of_region(wanted)
        if place is not None:
            return place
    raise Refusal("place_unknown", faults=(Fault("/query/region_code", "place_unknown"),))
