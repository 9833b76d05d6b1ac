"""Certificates of voucher settlements are looked up in the place's latest extract: by a job, and by each decision.

Findings are only ever added, one for each voucher and extract, so that looking up again costs and changes nothing.
"""

from typing import Final
from uuid import UUID

from domain.audit import Act, Ground
from domain.cases import Case
from domain.ports.work import Work
from service.application.voucher_settlement import locked

VERIFY_VOUCHER_SETTLEMENT: Final = "verify_voucher_settlement"
"""The job that looks an accepted settlement's certificates up before it is reviewed; its ref is the settlement."""


async def verify_voucher_settlement(work: Work, *, settlement_id: UUID) -> int:
    """Look an accepted settlement's certificates up, as the system; return how many findings are new."""
    case = await locked(work, settlement_id)
    return await look_up_certificates(work, case) if case.state == "accepted" else 0


async def look_up_certificates(work: Work, case: Case) -> int:
    """Look what a settlement's classes declared up in the latest extract; return how many findings are new.

    None is new where nothing is loaded, or everybody was looked up in that extract before.
    """
    extract = await work.certificates.latest_extract(case.place_id)
    if extract is None:
        return 0
    found = await work.voucher_settlements.certificates.look_up(case, extract)
    if found:
        await work.audit.record(
            Act(
                action="voucher_settlement.examined",
                object_kind=case.kind,
                object_id=str(case.id),
                ground=Ground.of(case),
                facts={"extract": str(extract.id), "findings": found},
            )
        )
    return found
