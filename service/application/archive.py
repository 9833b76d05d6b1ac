"""Lifelong training archive use cases: written where completion is decided, corrected, read, exported (REG-14)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from domain.archive import ArchiveCorrection, ArchiveEntry, corrected
from domain.audit import Act, Ground
from domain.cases import Case
from domain.errors import Refusal
from domain.ports.work import Work
from domain.voucher_certificate import is_certified
from domain.voucher_settlement import VoucherLine
from service.application.hold import check_reason
from service.application.work_ledger import EXPORT_MAX, ground_of_export

FILL_ARCHIVE: Final = "fill_archive"
"""The job of every day that writes what completed before anything was written on the spot."""

ALL_OF_ONE: Final = 100_000
"""Entries of one filing or class, written in the transaction that decides them."""

FILLED_AT_ONCE: Final = 2_000
"""Entries the fill writes in one transaction."""


async def archive_filing(work: Work, settlement: Case, *, filing_id: UUID) -> int:
    """Write who of a filing completed, and was certified, by the settlement that has just been approved.

    Returns how many entries are new.
    """
    written = await work.archive.write_apprenticeships(
        settlement.place_id, filing_id=filing_id, limit=ALL_OF_ONE
    )
    await _record(work, settlement, written)
    return written


async def archive_class(work: Work, case: Case) -> None:
    """Write who completed a voucher class, as has just been confirmed. Their certificates are looked up later."""
    written = await work.archive.write_vouchers(case.place_id, class_id=case.id, limit=ALL_OF_ONE)
    await _record(work, case, written)


async def archive_certificates(work: Work, case: Case, lines: Iterable[VoucherLine]) -> None:
    """Write the certificates that registers confirmed, class by class, with the settlement just approved."""
    written = 0
    for class_id in sorted({line.class_id for line in lines if is_certified(line.certificate)}):
        written += await work.archive.write_vouchers(
            case.place_id, class_id=class_id, limit=ALL_OF_ONE
        )
    await _record(work, case, written)


async def fill_archive(work: Work, *, place_id: UUID, on: date) -> int:  # noqa: ARG001 - whatever the day
    """Write what completed in a place and has no entry yet, a part of it; return how many entries."""
    written = await work.archive.write_apprenticeships(
        place_id, filing_id=None, limit=FILLED_AT_ONCE
    )
    written += await work.archive.write_vouchers(place_id, class_id=None, limit=FILLED_AT_ONCE)
    if written:
        place = await work.places.get(place_id)
        ground = Ground(
            place_id=place.id,
            org_id=place.bureau_org_id,
            partner_org_id=None,
            region_path=place.region_path,
        )
        await work.audit.record(
            Act(
                action="archive.filled",
                object_kind="place",
                object_id=str(place.id),
                ground=ground,
                facts={"entries": written},
            )
        )
    return written


async def correct_archive_entry(
    work: Work, *, entry_id: UUID, correction: ArchiveCorrection
) -> ArchiveEntry:
    """Correct an entry by another that names it, with a reason and the document it rests on.

    Refuses `not_found`, `reason_missing`, `archive_entry_superseded`, `archive_certificate_of_training`,
    `archive_days_reversed`.
    """
    check_reason(correction.reason)
    entry = await work.archive.get(entry_id)
    after = corrected(
        entry, correction, entry_id=work.new_id(), by=work.actor.person_id, at=work.now
    )
    await work.archive.add(after)
    await work.audit.record(
        Act(
            action="archive_entry.corrected",
            object_kind="archive_entry",
            object_id=str(after.id),
            ground=Ground(
                place_id=after.place_id,
                org_id=after.worker_id,
                partner_org_id=None,
                region_path=after.region_path,
            ),
            facts={"supersedes": str(entry.id), "document_number": correction.document_number},
        )
    )
    return after


async def get_archive_entry(work: Work, *, entry_id: UUID) -> ArchiveEntry:
    """Return an entry; refuses `not_found`."""
    return await work.archive.get(entry_id)


async def list_archive_entries(
    work: Work, *, worker_id: UUID | None, after: UUID | None, limit: int
) -> Sequence[ArchiveEntry]:
    """Return entries in order of writing: a worker's own, or those of a bureau's region."""
    return await work.archive.page(worker_id=worker_id, after=after, limit=limit)


async def export_archive(
    work: Work, *, worker_id: UUID | None, most: int = EXPORT_MAX
) -> Sequence[ArchiveEntry]:
    """Return every entry for a file, on record; refuses `export_too_large`."""
    entries = await work.archive.page(worker_id=worker_id, after=None, limit=most + 1)
    if len(entries) > most:
        raise Refusal("export_too_large", most=most)
    await work.audit.record(
        Act(
            action="archive.exported",
            object_kind="archive",
            object_id="all" if worker_id is None else str(worker_id),
            ground=await ground_of_export(work),
            facts={"lines": len(entries)},
        )
    )
    return entries


async def _record(work: Work, case: Case, written: int) -> None:
    if written:
        await work.audit.record(
            Act(
                action="archive.written",
                object_kind=case.kind,
                object_id=str(case.id),
                ground=Ground.of(case),
                facts={"entries": written},
            )
        )
