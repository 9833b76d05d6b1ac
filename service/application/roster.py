"""Roster use cases: a draft's next roster version, from values or from a sheet (学徒名册导入)."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.audit import Act, Ground
from domain.cases import Case, CaseKind
from domain.errors import Refusal
from domain.filing import Filing
from domain.ports.work import Work
from domain.roster.check import RosterCheck, refuse


class ImportMode(StrEnum):
    """What becomes of the good rows of a roster with bad ones."""

    ALL_OR_NOTHING = "all_or_nothing"
    ACCEPT_VALID = "accept_valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedRoster:
    """A roster that is on file, and what its check found: rows with a fault were not taken."""

    filing: Filing
    check: RosterCheck


async def import_roster(
    work: Work,
    *,
    filing_id: UUID,
    version: int,
    check: RosterCheck,
    source: bytes,
    mode: ImportMode,
) -> ImportedRoster:
    """Make a checked roster a draft's next roster version; the one before stays on file (FIL-02).

    The audit entry names the digest of what was sent. Refuses `wrong_state` once the filing is submitted,
    and `roster_faulty`: with any fault, or, accepting what is valid, when nobody is left.
    """
    case = await _draft(work, filing_id, version)
    filing = await work.filings.get(case)
    strict = mode is ImportMode.ALL_OR_NOTHING or check.of_the_whole or not check.people
    if check.faults and strict:
        raise refuse(check)
    next_version = filing.roster_version + 1
    await work.filings.replace_roster(case, next_version, check.people)
    touched = await work.cases.touch(case)
    await work.audit.record(
        Act(
            action="filing.replace_roster",
            object_kind=case.kind,
            object_id=str(case.id),
            ground=Ground.of(case),
            facts={
                "people": len(check.people),
                "rows": check.rows,
                "roster_version": next_version,
                "source_sha256": hashlib.sha256(source).hexdigest(),
            },
        )
    )
    return ImportedRoster(filing=await work.filings.get(touched), check=check)


async def try_roster(
    work: Work, *, filing_id: UUID, version: int, check: RosterCheck
) -> RosterCheck:
    """Return what an import would find, when there could be one: every fault, and nothing stored."""
    await _draft(work, filing_id, version)
    return check


async def _draft(work: Work, filing_id: UUID, version: int) -> Case:
    case = await work.cases.lock(CaseKind.FILING, filing_id, version=version)
    if case.state != "draft":
        raise Refusal("wrong_state", state=case.state, event="replace_roster")
    return case
