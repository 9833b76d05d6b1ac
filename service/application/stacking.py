"""Stacking use cases: whoever decides a subsidy asks what its people had, and puts it on record.

Three steps, in one transaction: take turns on the people (`subsidies.take_turns`), hold the candidates
against what they had (`check_stacking`), and record what is paid (`record_subsidies`). Who only wants to know,
at a filing or when a voucher is reserved, takes the second step alone.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from domain.cases import Case, CaseKind
from domain.errors import FAULTS_MAX, Fault, Refusal
from domain.filing import Filing
from domain.period import month_after
from domain.policy import Stacking
from domain.ports.work import Work
from domain.stacking import NOTHING_HAD, Candidate, Violation, apprenticeship, stacking


async def check_stacking(
    work: Work, rule: Stacking, candidates: Sequence[Candidate], *, of: str | None = None
) -> Mapping[UUID, tuple[Violation, ...]]:
    """Return what stands against each candidate, by subject; against whom nothing stands is left out.

    One question for all of them. `of` is the programme whose policy the rule is, the candidate's own
    unless told.
    """
    had = await work.subsidies.had(candidates)
    found = {
        one.subject_id: stacking(rule, one, had.get(one.subject_id, NOTHING_HAD), of=of)
        for one in candidates
    }
    return {subject_id: violations for subject_id, violations in found.items() if violations}


async def record_subsidies(work: Work, case: Case, candidates: Sequence[Candidate]) -> None:
    """Put on record what a case of the actor's region pays: from now on it counts for its people."""
    await work.subsidies.record(case.place_id, candidates)


async def check_payable(work: Work, rule: Stacking, candidates: Sequence[Candidate]) -> None:
    """Refuse `stacking_violated`, locating everybody who had something meanwhile that rules this out.

    Called with the people's turns taken: of two places that decide at once, the second sees the first.
    """
    found = await check_stacking(work, rule, candidates)
    if not found:
        return
    faults: list[Fault] = []
    for subject_id, violations in list(found.items())[:FAULTS_MAX]:
        seat_no = (await work.filings.enrolment(subject_id)).seat_no
        faults += [violation.at(f"/roster/{seat_no - 1}") for violation in violations]
    raise Refusal("stacking_violated", faults=tuple(faults), count=len(found))


async def roster_warnings(work: Work, filing: Filing) -> tuple[Fault, ...]:
    """Return what already stands against people of a roster, the first hundred, by seat.

    Nobody has earned anything yet, and another standard may be in force when the class is settled: so
    it warns, and refuses nothing. The subsidies would count in the year in which training ends.
    """
    policy = await work.policies.in_force(filing.case.region_path, work.today)
    ends_on = month_after(filing.filed_starts_on, filing.filed_months) - timedelta(days=1)
    people = await work.filings.enrolments(filing.case)
    candidates = [
        Candidate(
            subject_id=person.id,
            subsidy=apprenticeship(
                person.person_id, filing.occupation_code, on=ends_on, grade=filing.target_grade
            ),
        )
        for person in people
    ]
    found = await check_stacking(work, policy.standard.stacking, candidates)
    warnings = [
        violation.at(f"/roster/{person.seat_no - 1}")
        for person in people
        for violation in found.get(person.id, ())
    ]
    return tuple(warnings[:FAULTS_MAX])


async def warnings_of_filing(work: Work, *, filing_id: UUID) -> tuple[Fault, ...]:
    """Return `roster_warnings` of a filing; refuses `not_found`, `no_policy_in_force`."""
    case = await work.cases.get(CaseKind.FILING, filing_id)
    return await roster_warnings(work, await work.filings.get(case))
