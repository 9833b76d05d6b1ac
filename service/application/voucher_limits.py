"""Limits on vouchers from what the same people were subsidised for elsewhere (stacking, CASES 2, 6).

The rule is that of the standard in force in the project's region, the same that holds for apprenticeships:
the two programmes count for one person together, whoever was paid.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from domain.cases import Case
from domain.errors import FAULTS_MAX, Fault, Refusal
from domain.policy import Stacking
from domain.ports.work import Work
from domain.stacking import Candidate, voucher_training
from domain.voucher import Voucher
from domain.voucher_class import ClassOffer
from domain.voucher_settlement import VoucherDisposition, VoucherLine, of_disposition
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
) -> Sequence[Candidate]:
    """Return the subsidies that payable lines are about to become, with their people's turns taken.

    Taken before money moves, as every approval does: of two places that decide at once, the second sees
    the first.
    """
    payable = set(of_disposition(lines, VoucherDisposition.PAYABLE))
    candidates = [
        _candidate(vouchers[line.voucher_id], line, on=work.today)
        for line in lines
        if line.voucher_id in payable
    ]
    await work.subsidies.take_turns(candidates)
    return candidates


async def check_and_record(work: Work, case: Case, candidates: Sequence[Candidate]) -> None:
    """Refuse `stacking_violated`, locating each line, or put on record what is paid now."""
    found = await check_stacking(work, await _rule(work, case.region_path), candidates)
    faults = [
        violation.at(f"/lines/{subject_id}")
        for subject_id, violations in found.items()
        for violation in violations
    ]
    if faults:
        raise Refusal("stacking_violated", faults=tuple(faults[:FAULTS_MAX]), count=len(found))
    await record_subsidies(work, case, candidates)


async def _rule(work: Work, region_path: str) -> Stacking:
    return (await work.policies.in_force(region_path, work.today)).standard.stacking


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
