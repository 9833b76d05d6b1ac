"""The road to a settlement, with a clock that the test moves: each helper is one person's act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.cases import CaseKind
from domain.certificate import Declaration, Extract
from domain.extract_file import COLUMNS
from domain.filing import Apprentice, Enrolment, Filing, Outcome, TerminationGround
from domain.funding_request import PayableKind, Subject
from domain.policy import CertificateType
from domain.ports.clock import Clock
from domain.ports.work import BeginWork
from domain.settlement import Settlement
from service.application import (
    bank_result,
    batch,
    filing,
    filing_end,
    funding_request,
    prepayment,
)
from service.application import certificate as certificates
from service.application import settlement as settlements
from service.application.batch import SealBatch
from service.application.filing import ListedFiling, PersonOutcome
from service.application.funding_request import RequestFunding
from service.application.reconciliation import (
    begin_verification,
    examine_chunk,
    finish_verification,
)
from tests import documents, road
from tests.people import Staff

FUND = "employment_subsidy"
FILED = datetime(2026, 2, 2, 1, tzinfo=UTC)
STARTS = date(2026, 2, 3)
ENDS = date(2027, 2, 2)
"""The last day of the twelve months that begin on `STARTS`."""
SETTLES = datetime(2027, 4, 1, 1, tzinfo=UTC)


class MovedClock(Clock):
    """A clock that stands where the test puts it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass
class SettlementRoad:
    """One enterprise's filing on its way, and what the register will say of its people."""

    begin_work: BeginWork
    clock: MovedClock
    staff: Staff
    people: int = 3
    roster: Sequence[Apprentice] = ()
    filing: Filing | None = None
    enrolments: Sequence[Enrolment] = ()

    async def act(self, actor: Any, do: Any) -> Any:
        """Do one act as one person and commit it."""
        return await road.act(self.begin_work, actor, do)

    @property
    def case_id(self) -> UUID:
        """The filing."""
        assert self.filing is not None
        return self.filing.case.id

    async def listed(self, **plan: Any) -> None:
        """File, review and list, with the year's money; `plan` fields replace the usual."""
        self.clock.at = FILED
        await self.appropriated()
        self.roster = self.roster or [road.an_apprentice() for _ in range(self.people)]
        fields: dict[str, Any] = {"starts_on": STARTS, "roster": tuple(self.roster)} | plan
        filed = road.a_plan(self.staff, today=FILED.date(), **fields)
        drafted = await self.act(self.staff.filer, lambda work: filing.draft_filing(work, filed))
        case = drafted.case
        await self.act(self.staff.filer, lambda work: documents.send_contents(work, case))
        await road.verified_accounts(self.begin_work, self.staff)
        for step in (
            lambda work: filing.accept_filing(work, filing_id=case.id, version=case.version),
            lambda work: filing.review_filing(
                work, filing_id=case.id, version=case.version + 1, reason=""
            ),
        ):
            await self.act(self.staff.handler, step)
        _, (self.filing,) = await self.act(
            self.staff.approver,
            lambda work: filing.list_filings(
                work,
                document_number=f"试人社〔2026〕{case.id.hex[-8:]}号",
                filings=(ListedFiling(filing_id=case.id, version=case.version + 2),),
                reason="",
            ),
        )

    async def appropriated(self) -> None:
        """Post an appropriation for the year the clock stands in."""
        await road.appropriated(
            self.begin_work,
            self.staff,
            amount_fen=self.people * 400_000,
            year=self.clock.at.year,
        )

    async def prepayment_approved(self) -> UUID:
        """Ask for the prepayment, review and approve it."""
        asked = await self.act(
            self.staff.filer,
            lambda work: prepayment.request_prepayment(work, filing_id=self.case_id),
        )
        case = asked.case
        await self.act(
            self.staff.handler,
            lambda work: prepayment.review_prepayment(
                work, prepayment_id=case.id, version=case.version, reason=""
            ),
        )
        await self.act(
            self.staff.approver,
            lambda work: prepayment.approve_prepayment(
                work,
                prepayment_id=case.id,
                version=case.version + 1,
                share_basis_points=None,
                reason="",
            ),
        )
        return UUID(str(case.id))

    async def paid(self, kind: PayableKind, subject_id: UUID) -> None:
        """Take an approved case through funding request, batch and the bank's confirmation."""
        batch_id = await self.sent(kind, subject_id)
        async with self.begin_work(self.staff.handler) as work:
            attempts = await work.payments.attempts(await work.cases.get(CaseKind.BATCH, batch_id))
        day = self.clock.at.date().isoformat()
        lines = [f"B{a.reference},{a.reference},paid,{a.amount_fen},{day}," for a in attempts]
        text = "\r\n".join(
            ("line_reference,payment_reference,result,amount_fen,booked_on,reason", *lines, "")
        )
        loaded = await self.act(
            self.staff.handler,
            lambda work: bank_result.load_bank_result(work, batch_id=batch_id, text=text),
        )
        await self.act(
            self.staff.system, lambda work: bank_result.take_lines(work, result_id=loaded.id)
        )

    async def sent(self, kind: PayableKind, subject_id: UUID) -> UUID:
        """Take an approved case through funding request and batch to the bank; return the batch."""
        year = self.clock.at.year
        on_file = await self.act(
            self.staff.handler,
            lambda work: funding_request.request_funding(
                work,
                RequestFunding(
                    fund_source=FUND,
                    budget_year=year,
                    subjects=(Subject(kind=kind, id=subject_id),),
                ),
            ),
        )
        case = on_file.request.case
        await self.act(
            self.staff.finance,
            lambda work: funding_request.concur_funding_request(
                work, request_id=case.id, version=case.version
            ),
        )
        await self.act(
            self.staff.system,
            lambda work: funding_request.order_payments(work, request_id=case.id),
        )
        command = SealBatch(fund_source=FUND, budget_year=year, payment_ids=None)
        sealed = await self.act(self.staff.handler, lambda work: batch.seal_batch(work, command))
        await self.act(
            self.staff.releaser,
            lambda work: batch.release_batch(
                work, batch_id=sealed.case.id, version=sealed.case.version
            ),
        )
        await self.act(
            self.staff.system, lambda work: batch.submit_batch(work, batch_id=sealed.case.id)
        )
        return UUID(str(sealed.case.id))

    async def opened(self) -> Filing:
        """Report the opening of the class."""
        assert self.filing is not None
        version = self.filing.case.version
        self.clock.at = FILED + timedelta(days=1)
        opened: Filing = await self.act(
            self.staff.filer,
            lambda work: filing.report_opening(
                work,
                filing_id=self.case_id,
                version=version,
                starts_on=STARTS,
            ),
        )
        return opened

    async def terminated(self, *, at: datetime) -> None:
        """Open the class, and end it ex officio at an instant, for everyone on that day."""
        opened = await self.opened()
        self.clock.at = at
        await self.act(
            self.staff.approver,
            lambda work: filing_end.terminate_filing(
                work,
                filing_id=self.case_id,
                version=opened.case.version,
                grounds=filing_end.Grounds(
                    reason="停产", rule="人社部发〔2021〕39号", clause="五(一)"
                ),
                ground=TerminationGround.EVIDENCE,
            ),
        )
        async with self.begin_work(self.staff.filer) as work:
            self.enrolments = await work.filings.enrolments(opened.case)

    async def completed(
        self, outcomes: Mapping[int, tuple[Outcome, str | None]], *, appropriated: bool = True
    ) -> None:
        """Open the class, let a year pass and report completion; others than named complete."""
        opened = await self.opened()
        self.clock.at = SETTLES
        if appropriated:
            await self.appropriated()
        async with self.begin_work(self.staff.filer) as work:
            people = await work.filings.enrolments(opened.case)
        said = [
            PersonOutcome(
                enrolment_id=person.id,
                outcome=outcomes.get(n, (Outcome.COMPLETED, None))[0],
                day=ENDS,
                reason=outcomes.get(n, (Outcome.COMPLETED, None))[1],
            )
            for n, person in enumerate(people)
        ]
        await self.act(
            self.staff.filer,
            lambda work: filing.report_completion(
                work,
                filing_id=self.case_id,
                version=opened.case.version,
                completed_on=ENDS,
                outcomes=said,
            ),
        )
        async with self.begin_work(self.staff.filer) as work:
            self.enrolments = await work.filings.enrolments(opened.case)

    def number(self, n: int) -> str:
        """The certificate number of the n-th person: this road's own."""
        return f"Y{self.case_id.int % 10**14:014d}4{n:06d}"

    def declaration(self, n: int, **changed: Any) -> Declaration:
        """What the enterprise declares for the n-th person of the roster."""
        fields: dict[str, Any] = {
            "enrolment_id": self.enrolments[n].id,
            "certificate_type": CertificateType.SKILL_LEVEL,
            "certificate_number": self.number(n),
            "holder_name": None,
            "occupation_code": "6-18-01-01",
            "grade": 4,
            "issued_on": date(2027, 2, 20),
            "issuer_code": None,
        }
        return Declaration(**(fields | changed))

    def registered(self, n: int, **changed: str) -> str:
        """The register's row about the n-th person's certificate."""
        cells = {
            "certificate_number": self.number(n),
            "certificate_type": "skill_level_certificate",
            "holder_name": self.roster[n].name,
            "holder_id": self.roster[n].citizen_id,
            "occupation_code": "6-18-01-01",
            "grade": "4",
            "issued_on": "2027-02-20",
            "evaluated_on": "2027-01-15",
            "issuer_code": "S000132",
            "status": "valid",
        }
        return ",".join((cells | changed).values())

    async def extract(self, *rows: str) -> Extract:
        """Load a register's extract; every call's is newer than the one before."""
        self.clock.at += timedelta(minutes=1)
        text = "\r\n".join((",".join(COLUMNS), *rows, ""))
        loaded: Extract = await self.act(
            self.staff.handler,
            lambda work: certificates.load_extract(work, register="试验查询系统", text=text),
        )
        return loaded

    async def drafted(self, *declarations: Declaration, copies: Sequence[int] = ()) -> Settlement:
        """Draft the settlement; `copies` are the people of whose certificate one is declared."""
        held = [documents.certificate_copy(self.enrolments[n].id) for n in copies]
        found: Settlement = await self.act(
            self.staff.filer,
            lambda work: settlements.draft_settlement(
                work,
                filing_id=self.case_id,
                declarations=declarations,
                documents=(documents.TRAINING_VIDEO, *held),
            ),
        )
        return found

    async def accepted(self, *declarations: Declaration, copies: Sequence[int] = ()) -> Settlement:
        """Draft, submit and accept the settlement; the job that verifies it waits."""
        case = (await self.drafted(*declarations, copies=copies)).case
        await self.act(self.staff.filer, lambda work: documents.send_contents(work, case))
        case = (await self.read(case.id)).case
        await self.act(
            self.staff.filer,
            lambda work: settlements.submit_settlement(
                work, settlement_id=case.id, version=case.version
            ),
        )
        found: Settlement = await self.act(
            self.staff.handler,
            lambda work: settlements.accept_settlement(
                work, settlement_id=case.id, version=case.version + 1
            ),
        )
        return found

    async def read(self, settlement_id: UUID) -> Settlement:
        """Read the settlement as it stands."""
        async with self.begin_work(self.staff.filer) as work:
            return await settlements.get_settlement(work, settlement_id=settlement_id)

    async def verified(self, settlement_id: UUID, *, size: int = 2) -> Settlement:
        """Do what the job does, without a worker."""
        extract = await self.act(
            self.staff.system,
            lambda work: begin_verification(work, settlement_id=settlement_id),
        )
        after = None
        while extract is not None:
            found = await self.act(
                self.staff.system,
                lambda work: examine_chunk(
                    work,
                    settlement_id=settlement_id,
                    extract_id=extract.id,
                    after=after,  # noqa: B023 - called before the next turn
                    limit=size,
                ),
            )
            after = found.last_id
            if after is None:
                break
        done: Settlement = await self.act(
            self.staff.system,
            lambda work: finish_verification(
                work,
                settlement_id=settlement_id,
                extract_id=None if extract is None else extract.id,
            ),
        )
        return done

    async def reviewed(self, settlement: Settlement) -> Settlement:
        """Review it as the handler."""
        found: Settlement = await self.act(
            self.staff.handler,
            lambda work: settlements.review_settlement(
                work,
                settlement_id=settlement.case.id,
                version=settlement.case.version,
                reason="已核对",
            ),
        )
        return found

    async def approved(self, settlement: Settlement) -> Settlement:
        """Approve it as the approver."""
        found: Settlement = await self.act(
            self.staff.approver,
            lambda work: settlements.approve_settlement(
                work,
                settlement_id=settlement.case.id,
                version=settlement.case.version,
                reason="同意",
            ),
        )
        return found

    async def ready(
        self,
        *,
        outcomes: Mapping[int, tuple[Outcome, str | None]] | None = None,
        prepaid: str | None = "paid",
        appropriated: bool = True,
        terminated: datetime | None = None,
        **plan: Any,
    ) -> "SettlementRoad":
        """A completed filing, its prepayment `paid`, `sent`, only `approved`, or never asked for.

        `appropriated` says whether the second year's money has come; at `terminated` the filing is
        ended before its term instead.
        """
        await self.listed(**plan)
        if prepaid is not None:
            prepayment_id = await self.prepayment_approved()
            if prepaid == "sent":
                await self.sent(PayableKind.PREPAYMENT, prepayment_id)
            if prepaid == "paid":
                await self.paid(PayableKind.PREPAYMENT, prepayment_id)
                await self.prepayment_signed_paid()
        if terminated is None:
            await self.completed(outcomes or {}, appropriated=appropriated)
        else:
            await self.terminated(at=terminated)
        return self

    async def prepayment_signed_paid(self) -> None:
        """The bank's line has been taken: the prepayment's case says so."""
        async with self.begin_work(self.staff.system) as work:
            case = await work.cases.get(CaseKind.FILING, self.case_id)
            (one,) = await work.prepayments.of_filing(case)
            assert one.case.state == "paid"
