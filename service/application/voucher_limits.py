"""Limits on vouchers from what the same people were subsidised for elsewhere (stacking, CASES 2, 6).

The rule is that of the standard in force in the project's region, the same that holds for apprenticeships:
the two programmes count for one person together, whoever was paid. Whom it stops is held alone.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from domain.cases import Case
from domain.errors import Fault
from domain.policy import Stacking
from domain.ports.work import Work
from domain.stacking import Candidate, Violation, explain_violation, voucher_training
from domain.voucher import Voucher
from domain.voucher_class import ClassOffer
from domain.voucher_settlement import (
    REASON_MAX,
    VoucherDisposition,
    VoucherLine,
    beyond_limits,
    of_disposition,
)
from service.application.stacking import check_stacking, record_subsidies


async def limits_on_reservation(
    work: Work, voucher: Voucher, wanted: ClassOffer
) -> tuple[Fault, ...]:
    """Locate at `/class_id` what leaves no room for this class, in the year in which it ends.

    Asked where a worker can still choose another training; asked again, under lock, before it is paid.
    """
    terms = wanted.terms
    candidate = Candidate(
        subject_id=voucher.id,
        subsidy=voucher_training(
            voucher.person_id, terms.occupation_code, on=terms.ends_on, grade=terms.grade
        ),
    )
    found = await check_stacking(work, await _rule(work, wanted.region_path), [candidate])
    return tuple(violation.at("/class_id") for violation in found.get(voucher.id, ()))


async def take_turns(
    work: Work, vouchers: Mapping[UUID, Voucher], lines: Sequence[VoucherLine]
) -> None:
    """Take the turns of the people whose lines are payable, before money moves, as every approval does.

    Of two places that decide at once, the second sees the first.
    """
    await work.subsidies.take_turns(_candidates(work, vouchers, lines))


async def held_beyond_limits(
    work: Work, case: Case, vouchers: Mapping[UUID, Voucher], lines: Sequence[VoucherLine]
) -> Sequence[VoucherLine]:
    """Return decided lines with those payable ones held for which a person had too much elsewhere.

    The others are paid: one person's limit stops nobody else.
    """
    candidates = _candidates(work, vouchers, lines)
    found = await check_stacking(work, await _rule(work, case.region_path), candidates)
    return beyond_limits(lines, {one: _said(violations) for one, violations in found.items()})


async def record_paid(
    work: Work, case: Case, vouchers: Mapping[UUID, Voucher], lines: Sequence[VoucherLine]
) -> None:
    """Put on record what an approved settlement pays; with the people's turns taken."""
    await record_subsidies(work, case, _candidates(work, vouchers, lines))


def _said(violations: Sequence[Violation]) -> str:
    """Say in both languages which limits are reached, as a line's reason."""
    said = [explain_violation(one) for one in violations]
    zh, en = "".join(one.zh for one in said), " ".join(one.en for one in said)
    return f"{zh} · {en}"[:REASON_MAX]


async def _rule(work: Work, region_path: str) -> Stacking:
    return (await work.policies.in_force(region_path, work.today)).standard.stacking


def _candidates(
    work: Work, vouchers: Mapping[UUID, Voucher], lines: Sequence[VoucherLine]
) -> Sequence[Candidate]:
    """Return the subsidies that payable lines are about to become."""
    payable = set(of_disposition(lines, VoucherDisposition.PAYABLE))
    return [
        _candidate(vouchers[line.voucher_id], line, on=work.today)
        for line in lines
        if line.voucher_id in payable
    ]


def _candidate(voucher: Voucher, line: VoucherLine, *, on: date) -> Candidate:
    facts = line.facts
    return Candidate(
        subject_id=voucher.id,
        subsidy=voucher_training(
            voucher.person_id,
            facts.occupation_code,
            on=on,
            grade=facts.grade,
            certificate_number=facts.certificate_number,
        ),
    )
