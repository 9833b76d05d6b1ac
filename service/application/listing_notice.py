"""Filings on notice before they are listed (拟列入公示): what is published of them, and their clocks."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from domain.case_clock import PauseCause
from domain.cases import Case
from domain.eligibility import on_payable_roster
from domain.entitlement import expected_entitlement_fen
from domain.filing import Filing
from domain.notice import NoticeLine
from domain.ports.work import Work

PAUSED_BECAUSE: Final = "拟列入公示 · public notice before listing"
"""The reason that a mark on the clock carries."""


async def people_on_notice(work: Work, filings: Sequence[Filing]) -> list[NoticeLine]:
    """Return everybody on the rosters as they are now, by filing and seat, with what each may earn."""
    lines = []
    for filing in filings:
        standard = (await work.policies.get(filing.policy_version_id)).standard
        expected_fen = expected_entitlement_fen(
            standard,
            target_grade=filing.target_grade,
            filed_months=filing.filed_months,
            uplift_basis_points=filing.uplift_basis_points,
        )
        lines += [
            NoticeLine(
                item_id=filing.case.id,
                line_id=person.id,
                person_id=person.person_id,
                payee_account_id=filing.payee_account_id,
                amount_fen=expected_fen if on_payable_roster(person, standard) else 0,
                name=person.name,
                identity_masked=person.identity_masked,
            )
            for person in await work.filings.enrolments(filing.case)
        ]
    return lines


async def pause_clocks(work: Work, filings: Sequence[Case]) -> list[Case]:
    """Let the time limit of listing stand still from today, while a notice runs (CASES 3)."""
    return await _mark(work, filings, pausing=True, day=work.today)


async def resume_clocks(work: Work, filings: Sequence[Case], *, day: date) -> None:
    """Let the time limit run on after a day, for each filing that still waits to be listed."""
    await _mark(work, filings, pausing=False, day=day)


async def _mark(work: Work, filings: Sequence[Case], *, pausing: bool, day: date) -> list[Case]:
    marked = await work.clocks.mark_all(
        [case for case in filings if case.state == "reviewed"],
        pausing=pausing,
        cause=PauseCause.NOTICE,
        reason=PAUSED_BECAUSE,
        day=day,
        at=work.now,
    )
    return [await work.cases.touch(case) if case.id in marked else case for case in filings]
