"""What an enterprise declares of its people's certificates (申报证书): by number, or by a copy (EVD-01)."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from domain.cases import Case, CaseKind
from domain.certificate import Declaration, DeclaredCertificate, check_declarations, declared
from domain.document import CERTIFICATE_COPY, Document, DocumentState
from domain.errors import Fault
from domain.filing import Enrolment
from domain.number_warnings import number_warnings
from domain.ports.work import Work
from domain.settlement import Settlement


def declared_of(
    work: Work,
    people: Sequence[Enrolment],
    declarations: tuple[Declaration, ...],
    *,
    copies: Collection[UUID],
) -> list[DeclaredCertificate]:
    """Normalise what is declared, each under an id of its own.

    Refuses `declarations_faulty` for what is declared of nobody on the roster, twice, or without a number
    and without a copy; `copies` are the people of whose certificate one is held.
    """
    check_declarations(
        declarations,
        completed={person.id for person in people if person.state == "completed"},
        roster={person.id: person.name for person in people},
        copies=copies,
    )
    names = {person.id: person.name for person in people}
    return [
        declared(one, declaration_id=work.new_id(), roster_name=names[one.enrolment_id])
        for one in declarations
    ]


def shown_by_copy(declarations: Iterable[Declaration]) -> bool:
    """Tell whether any of these certificates is declared without a number."""
    return any(one.certificate_number is None for one in declarations)


async def copies_before(work: Work, earlier: Iterable[Settlement]) -> Sequence[Document]:
    """Return the copies of certificates whose content earlier settlements of a filing hold.

    What was handed in before is not asked for again.
    """
    held: list[Document] = []
    for settlement in earlier:
        before = await work.documents.in_force(settlement.case)
        held += [
            one
            for one in before
            if one.kind == CERTIFICATE_COPY and one.state is DocumentState.STORED
        ]
    return held


async def copies_of(work: Work, case: Case) -> Sequence[Document]:
    """Return the copies that stand for a settlement's certificates: its own, and those held before."""
    settlement = await work.settlements.get(case)
    filing_case = await work.cases.get(CaseKind.FILING, settlement.filing_id)
    of_filing = await work.settlements.of_filing(filing_case)
    own = [one for one in await work.documents.in_force(case) if one.kind == CERTIFICATE_COPY]
    return [
        *own,
        *await copies_before(work, [one for one in of_filing if one.seq < settlement.seq]),
    ]


async def declarations_of(
    work: Work, *, settlement_id: UUID, after: UUID | None, limit: int
) -> Sequence[DeclaredCertificate]:
    """Return what a settlement declares, in its version in force, by id; refuses `not_found`."""
    case = await work.cases.get(CaseKind.SETTLEMENT, settlement_id)
    return await work.certificates.declarations(case, after=after, limit=limit)


async def warnings_of(work: Work, case: Case, *, new: int | None = None) -> Sequence[Fault]:
    """Return what looks odd about the numbers that a settlement declares; nothing is refused for it.

    Located in `/declarations`, by their place in the list of what is declared: what is declared `new`
    comes first, in the order it was sent, and what is carried over after it; all of it unless told.
    """
    return number_warnings((await work.settlements.declared_in(case))[:new])
