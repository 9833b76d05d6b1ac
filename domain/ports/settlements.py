"""Settlements on file, with lines, eligibility and entitlements."""

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from domain.balance import History
from domain.cases import Case
from domain.certificate import DeclaredCertificate
from domain.eligibility import Judgement, Standing, Terms
from domain.filing import Enrolment
from domain.settlement import (
    LineDecision,
    LineFacts,
    Settlement,
    SettlementLine,
    SettlementReasons,
)
from domain.stacking import Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPerson:
    """One person's judgements of a round, by which version of the rules and which policy."""

    enrolment_id: UUID
    round: int
    at: datetime
    policy_id: str
    rules_version: int
    judgements: tuple[Judgement, ...]


class Settlements(Protocol):
    """The settlements the actor may see."""

    @abstractmethod
    async def add(self, settlement: Settlement, *, people: Sequence[UUID]) -> None:
        """Store a drafted settlement with a line for each enrolment; refuses `settlement_exists`."""

    @abstractmethod
    async def declare(
        self, case: Case, declarations: Sequence[DeclaredCertificate], *, version: int
    ) -> None:
        """Store what is declared, as this version of the declarations."""

    @abstractmethod
    async def declared_in(self, case: Case) -> Sequence[DeclaredCertificate]:
        """Return what a settlement declares, in its version in force."""

    @abstractmethod
    async def without_number(self, case: Case) -> Collection[UUID]:
        """Return whose certificate is declared without a number, in the version in force."""

    @abstractmethod
    async def next_version(self, case: Case) -> int:
        """Begin a new version of the declarations; none of them stands any more."""

    @abstractmethod
    async def undecide(self, case: Case) -> None:
        """Take back what a review decided: dispositions and figures are to be decided anew."""

    @abstractmethod
    async def held(self, case: Case) -> int:
        """Count the lines that a settlement leaves held."""

    @abstractmethod
    async def declarations_version(self, case: Case) -> int:
        """Return which version of the declarations is in force."""

    @abstractmethod
    async def get(self, case: Case) -> Settlement:
        """Return the settlement of a case."""

    @abstractmethod
    async def of_filing(self, filing: Case) -> Sequence[Settlement]:
        """Return a filing's settlements, in their order."""

    @abstractmethod
    async def page(self, cases: Sequence[Case]) -> Sequence[Settlement]:
        """Return the settlements of these cases, in their order."""

    @abstractmethod
    async def mark_submitted(self, case: Case) -> None:
        """Stamp the submission."""

    @abstractmethod
    async def begin_examination(self, case: Case, extract_id: UUID | None) -> None:
        """Name the extract that declarations are examined against from now on: not verified yet."""

    @abstractmethod
    async def mark_verified(self, case: Case) -> None:
        """Record that every declaration has been examined."""

    @abstractmethod
    async def standings(
        self, case: Case, terms: Terms, enrolments: Mapping[UUID, Enrolment]
    ) -> Sequence[Standing]:
        """Return what is known about each person of a settlement, by seat.

        `enrolments` are the people of the filing's roster in force.
        """

    @abstractmethod
    async def add_judgements(
        self, case: Case, judgements: Mapping[UUID, Sequence[Judgement]], *, policy_id: str
    ) -> int:
        """Store a round of judgements by enrolment and return its number."""

    @abstractmethod
    async def judgements(
        self, case: Case, *, after: UUID | None, limit: int
    ) -> Sequence[JudgedPerson]:
        """Return the latest round by enrolment, after the given one."""

    @abstractmethod
    async def unknown_among_payable(self, case: Case) -> int:
        """Count payable lines with a rule that is unknown in the latest round."""

    @abstractmethod
    async def decide(
        self, case: Case, decisions: Sequence[LineDecision], reasons: SettlementReasons
    ) -> None:
        """Record what becomes of each line, and the settlement's figures."""

    @abstractmethod
    async def set_reasons(self, case: Case, reasons: SettlementReasons) -> None:
        """Record the figures again, against a later history."""

    @abstractmethod
    async def reasons(self, case: Case) -> SettlementReasons | None:
        """Return why the settlement pays what it pays; None before its review."""

    @abstractmethod
    async def lines(
        self, case: Case, *, after: UUID | None, limit: int
    ) -> Sequence[SettlementLine]:
        """Return the lines, by id."""

    @abstractmethod
    async def candidates(self, case: Case, *, on: date) -> Sequence[Candidate]:
        """Return the subsidies that the payable lines would be, decided on a day, by seat."""

    @abstractmethod
    async def entitle(self, case: Case) -> int:
        """Write the next revision of each decided person's entitlement; return how many.

        Takes what may be taken once ever: refuses `person_already_subsidised`,
        `certificate_already_used`. Gives back, and ends on record, what comes to nothing.
        """

    @abstractmethod
    async def line_facts(self, filing: Case, enrolment_id: UUID) -> LineFacts | None:
        """Return why a person of a filing earns what they earn: the latest decided line."""

    @abstractmethod
    async def history(self, filing: Case) -> History:
        """Return the filing's payments so far, in fen."""

    @abstractmethod
    async def paid_fen(self, case: Case) -> int:
        """Return what the bank has confirmed of this settlement's own payments, in fen."""
