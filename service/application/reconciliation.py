"""Reconciliation (核验): a settlement's declarations against a register, chunk by chunk.

Findings are inserted and never updated, one for each declaration and extract, so that any chunk can
be repeated. What was chosen at the beginning (the extract) travels with the job's cursor.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain.audit import Act, Ground
from domain.cases import Case, CaseKind
from domain.certificate import Answer, DeclaredCertificate, Extract
from domain.eligibility import Judgement, Standing, Terms, judged
from domain.errors import Refusal
from domain.ports.register import Examined, Registry
from domain.ports.work import Work
from domain.settlement import Settlement
from service.application.cases import sign
from service.application.policy import settles_under

VERIFY_SETTLEMENT: Final = "verify_settlement"
"""The job that examines a settlement's declarations; its ref is the settlement."""

CHUNK: Final = 5_000
"""Declarations examined in one transaction: well under a second."""

_VERIFYING: Final = "verifying"


async def begin_verification(work: Work, *, settlement_id: UUID) -> Extract | None:
    """Begin to verify a settlement, signed by the system, against the place's latest extract.

    None when no extract is loaded: then nothing is found out, and nothing is held against anybody.
    """
    case = await work.cases.lock(CaseKind.SETTLEMENT, settlement_id)
    if case.state != _VERIFYING:
        case = await sign(work, case, "verify")
    extract = await work.certificates.latest_extract(case.place_id)
    await work.settlements.begin_examination(case, None if extract is None else extract.id)
    return extract


async def examine_chunk(
    work: Work, *, settlement_id: UUID, extract_id: UUID, after: UUID | None, limit: int
) -> Examined:
    """Examine the next declarations of a settlement against an extract."""
    case = await _being_verified(work, settlement_id)
    extract = await work.certificates.extract(extract_id)
    return await work.certificates.register.examine(case, extract, after=after, limit=limit)


async def finish_verification(
    work: Work, *, settlement_id: UUID, extract_id: UUID | None
) -> Settlement:
    """Judge everybody's eligibility on what was found, completion not yet confirmed."""
    case = await _being_verified(work, settlement_id)
    settlement = await work.settlements.get(case)
    terms = await terms_of(work, settlement, confirmed=False)
    judgements, _ = await judge(work, case, terms)
    await work.settlements.mark_verified(case)
    touched = await work.cases.touch(case)
    facts: dict[str, str | int] = {"judgements": judgements, "people": settlement.people}
    if extract_id is not None:
        extract = await work.certificates.extract(extract_id)
        count, digest = await work.certificates.findings_digest(case, extract)
        facts |= {"extract": str(extract_id), "findings": count, "digest": digest.hex()}
    await work.audit.record(
        Act(
            action="settlement.examined",
            object_kind=CaseKind.SETTLEMENT,
            object_id=str(case.id),
            ground=Ground.of(case),
            facts=facts,
        )
    )
    return await work.settlements.get(touched)


async def verify_again(work: Work, *, settlement_id: UUID, version: int) -> Settlement:
    """Have a settlement under verification examined against an extract loaded since.

    Refuses `wrong_state`, `verification_under_way`, `no_newer_extract`.
    """
    case = await _being_verified(work, settlement_id, version=version)
    settlement = await work.settlements.get(case)
    if settlement.verified_at is None:
        raise Refusal("verification_under_way")
    latest = await work.certificates.latest_extract(case.place_id)
    if latest is None or latest.id == settlement.extract_id:
        raise Refusal("no_newer_extract")
    await work.settlements.begin_examination(case, latest.id)
    await work.manual_findings.asked_again(case, latest.id)
    touched = await work.cases.touch(case)
    await work.jobs.add(
        VERIFY_SETTLEMENT, case.id, case.place_id, purpose=f"extract_{latest.id.hex}"
    )
    await work.audit.record(
        Act(
            action="settlement.examined_again",
            object_kind=CaseKind.SETTLEMENT,
            object_id=str(case.id),
            ground=Ground.of(case),
            facts={"extract": str(latest.id)},
        )
    )
    return await work.settlements.get(touched)


async def answers_of(
    registry: Registry, declarations: Sequence[DeclaredCertificate]
) -> Sequence[Answer]:
    """Ask a register that answers one at a time about a set. Called outside any transaction.

    No answer leaves a declaration unverified; about one without a number nobody is asked.
    """
    asked = [(one.id, await registry.ask(one)) for one in declarations if one.number is not None]
    return [
        Answer(declaration_id=declaration_id, agreement=agreement)
        for declaration_id, agreement in asked
        if agreement is not None
    ]


async def add_answers(
    work: Work, *, settlement_id: UUID, register: str, answers: Sequence[Answer]
) -> None:
    """Store what a register answered, as findings like those of an extract."""
    case = await _being_verified(work, settlement_id)
    await work.certificates.add_answers(case, register=register, answers=answers)


async def terms_of(work: Work, settlement: Settlement, *, confirmed: bool) -> Terms:
    """Gather what a settlement's people are judged against."""
    filing_case = await work.cases.get(CaseKind.FILING, settlement.filing_id)
    filing = await work.filings.get(filing_case)
    standard = await settles_under(work, filing, settlement)
    return Terms(filing=filing, standard=standard, confirmed=confirmed, on=work.today)


async def judge(
    work: Work, case: Case, terms: Terms
) -> tuple[int, list[tuple[Standing, tuple[Judgement, ...]]]]:
    """Judge everybody in a settlement and store the round; return its number and the judgements."""
    enrolments = {one.id: one for one in await work.filings.enrolments(terms.filing.case)}
    people = [
        (standing, judged(standing, terms))
        for standing in await work.settlements.standings(case, terms, enrolments)
    ]
    number = await work.settlements.add_judgements(
        case,
        {standing.enrolment.id: judgements for standing, judgements in people},
        policy_id=terms.standard.id,
    )
    return number, people


async def _being_verified(work: Work, settlement_id: UUID, *, version: int | None = None) -> Case:
    case = await work.cases.lock(CaseKind.SETTLEMENT, settlement_id, version=version)
    if case.state != _VERIFYING:
        raise Refusal("wrong_state", state=case.state, event="verify")
    return case
