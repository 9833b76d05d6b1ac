"""What a prepayment is decided on: the filing, its policy, the people of the period, what was prepaid before.

Requested or opened by the system, and again at its approval: the same functions each time, so that
nothing is paid that would not be asked for today.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from domain.cases import Case, CaseKind
from domain.entitlement import expected_entitlement_fen
from domain.errors import Refusal
from domain.filing import Enrolment, Filing
from domain.period import day_in_china
from domain.policy import Settles, Standard
from domain.ports.prepayments import PrepaymentOnFile
from domain.ports.work import Work
from domain.prepayment_amount import Prepayment, prepayment
from domain.prepayment_period import (
    ENDED,
    check_state,
    check_term,
    first_day,
    next_first_day,
    next_period,
    paid_for,
    whole_years,
)
from service.application.cases import open_case
from service.application.hold import check_no_hold

_APPROVED: Final = frozenset({"approved", "closed"})
"""States of a settlement whose figures have been paid, or are about to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What one period's prepayment is decided on.

    `expected_people` are whom the cap is counted over; `already_fen` is what earlier periods took.
    """

    filing: Filing
    standard: Standard
    period: int
    people: Sequence[Enrolment]
    expected_people: int
    already_fen: int

    def decided(self, share_basis_points: int | None = None) -> Prepayment:
        """Decide the amount at the policy's share or a lower one.

        Refuses `share_above_policy`, `prepayment_of_nothing`.
        """
        filing, standard = self.filing, self.standard
        opened_on = filing.opened_on
        amount = prepayment(
            standard,
            target_grade=filing.target_grade,
            filed_months=filing.filed_months,
            people=len(self.people),
            uplift_basis_points=filing.uplift_basis_points,
            share_basis_points=share_basis_points,
            year=self.period,
            expected_fen=self.expected_people
            * expected_entitlement_fen(
                standard,
                target_grade=filing.target_grade,
                filed_months=filing.filed_months,
                uplift_basis_points=filing.uplift_basis_points,
            ),
            already_fen=self.already_fen,
            first_day=None
            if self.period == 1 or opened_on is None
            else first_day(opened_on, self.period),
        )
        if amount.amount_fen == 0:
            raise Refusal("prepayment_of_nothing")
        return amount


async def basis_of(
    work: Work,
    filing: Filing,
    standard: Standard,
    *,
    period: int,
    earlier: Sequence[PrepaymentOnFile],
) -> Basis:
    """Gather what a period's prepayment is decided on; refuses `on_hold` (none during a hold)."""
    people, expected_people = paid_for(
        await work.filings.enrolments(filing.case), standard, period=period
    )
    await check_no_hold(work, filing.case, people={person.person_id for person in people})
    return Basis(
        filing=filing,
        standard=standard,
        period=period,
        people=people,
        expected_people=expected_people,
        already_fen=await _already_fen(work, filing.case, earlier),
    )


async def open_next(work: Work, filing_case: Case, *, event: str, today: date) -> PrepaymentOnFile:
    """Open the next period's prepayment of a locked filing at the policy's maximum, as the actor.

    Refuses what `next_period` refuses, `on_hold` and `prepayment_of_nothing`; nothing is stored then.
    """
    filing = await work.filings.get(filing_case)
    standard = (await work.policies.get(filing.policy_version_id)).standard
    earlier = await work.prepayments.of_filing(filing_case)
    period = next_period(
        standard,
        filing,
        [(one.period, one.case.state) for one in earlier],
        settled_years=await settled_years(work, filing, standard),
        today=today,
    )
    basis = await basis_of(work, filing, standard, period=period, earlier=earlier)
    return await open_period(work, basis, event=event)


async def open_again(
    work: Work, filing_case: Case, refused: PrepaymentOnFile, *, after_review_id: UUID
) -> PrepaymentOnFile:
    """Open a refused prepayment's period once more, after its review was upheld.

    Refuses `prepayment_not_yet`, `prepayment_too_late`, `on_hold` and `prepayment_of_nothing`.
    """
    filing = await work.filings.get(filing_case)
    standard = (await work.policies.get(filing.policy_version_id)).standard
    check_state(standard, filing, refused.period)
    check_term(filing, today=work.today)
    earlier = await work.prepayments.of_filing(filing_case)
    basis = await basis_of(work, filing, standard, period=refused.period, earlier=earlier)
    return await open_period(work, basis, event="request", after_review_id=after_review_id)


async def open_period(
    work: Work, basis: Basis, *, event: str, after_review_id: UUID | None = None
) -> PrepaymentOnFile:
    """Open a prepayment on a basis, at the policy's maximum; refuses `prepayment_of_nothing`."""
    filing, period = basis.filing, basis.period
    filing_case = filing.case
    decided = basis.decided()
    case = await open_case(
        work,
        CaseKind.PREPAYMENT,
        await work.places.get(filing_case.place_id),
        event=event,
        org_id=filing_case.org_id,
        partner_org_id=filing_case.partner_org_id,
        facts={
            "filing": str(filing_case.id),
            "period": period,
            "maximum_fen": decided.amount_fen,
        },
    )
    on_file = PrepaymentOnFile(
        case=case,
        filing_id=filing_case.id,
        period=period,
        roster_version=filing.roster_version,
        people=len(basis.people),
        maximum_fen=decided.amount_fen,
        amount_fen=decided.amount_fen,
        facts=decided.facts,
        next_first_day=next_first_day(
            basis.standard.prepayment.base,
            filed_months=filing.filed_months,
            opened_on=filing.opened_on,
            period=period,
        ),
        after_review_id=after_review_id,
    )
    await work.prepayments.add(on_file)
    return on_file


async def settled_years(work: Work, filing: Filing, standard: Standard) -> int:
    """Count the training years that the filing's approved interim settlements have paid."""
    if standard.settles is not Settles.EVERY_YEAR or filing.opened_on is None:
        return 0
    counted = [
        await years_counted(work, one.case, filing.opened_on)
        for one in await work.settlements.of_filing(filing.case)
        if one.case.state in _APPROVED
    ]
    return max(counted, default=0)


async def years_counted(work: Work, settlement: Case, opened_on: date) -> int:
    """Count the whole training years that an interim settlement counts: as of its last review."""
    reviewed_at = max(
        step.at for step in await work.cases.steps(settlement) if step.to_state == "reviewed"
    )
    return whole_years(opened_on, day_in_china(reviewed_at))


async def _already_fen(work: Work, filing_case: Case, earlier: Sequence[PrepaymentOnFile]) -> int:
    # What the bank gave back and may still be paid counts; what was dropped, or came back on a
    # recovery, is prepaid no more.
    taken_fen = sum(one.amount_fen for one in earlier if one.case.state not in ENDED)
    if taken_fen == 0:
        return 0
    recoveries = await work.recoveries.of_filing(filing_case)
    return max(0, taken_fen - sum(one.figures.collected_fen for one in recoveries))
