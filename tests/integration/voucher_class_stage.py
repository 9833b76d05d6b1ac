"""A stage for voucher classes: a county with money, a listed provider, a project and workers with vouchers.

Each helper is one committed act of one person through the use cases, at the stage's own time.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.postgres.work import postgres_work
from adapters.system.ids import new_id
from domain.cases import CaseKind
from domain.class_record import Attendance, HourKind, Session
from domain.identifiers import voucher_code
from domain.ledger import Event
from domain.party import Actor, Role
from domain.ports.clock import Clock
from domain.ports.crypto import Crypto
from domain.ports.work import BeginWork, Work
from domain.provider_catalogue import CatalogueChange
from domain.voucher import (
    Beneficiary,
    BeneficiaryTag,
    CountsTo,
    Distribution,
    ProjectPlan,
    Voucher,
    VoucherClass,
    VoucherPayee,
    VoucherStandard,
)
from domain.voucher_class import ClassTerms, ReportedOutcome, VoucherResult
from domain.voucher_record import CheckIn, Direction
from service.application import (
    budget,
    provider_catalogue,
    voucher_class,
    voucher_class_completion,
    voucher_project,
    voucher_record,
    voucher_redemption,
    voucher_reservation,
)
from service.application.budget import DraftAppropriation
from service.application.class_record import AttendanceDone, Entered
from service.application.provider_catalogue import DraftEntry
from service.application.voucher_class import PlanVoucherClass
from service.application.voucher_project import DraftVoucherProject
from service.application.voucher_record import CheckInsDone, Upload
from tests.people import Staff, citizen_id

T = TypeVar("T")

FUND = "employment_subsidy"
TODAY = date(2026, 3, 1)
STARTS, ENDS = date(2026, 3, 9), date(2026, 3, 27)
STANDARD_FEN, FEE_FEN = 120_000, 100_000
APPROPRIATED_FEN = 10_000_000
NUMBER = "S000132068100126500001"


class StageClock(Clock):
    """A clock that stands where the stage puts it."""

    def __init__(self) -> None:
        self.at = datetime.combine(TODAY, time(2), UTC)

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A worker with a voucher."""

    worker: Actor
    voucher_id: UUID
    code: str


def worker_of(person_id: UUID) -> Actor:
    """A worker acts for himself: his organisation's id is his person's."""
    return Actor(
        person_id=person_id,
        account_name=f"worker-{person_id}",
        org_id=person_id,
        region_path=None,
        roles=frozenset({Role.WORKER}),
        request_id="test",
    )


def a_plan(**changed: Any) -> ProjectPlan:
    """A targeted project for 育婴员 at grade 5, valid ninety days to the start, three days to withdraw."""
    fields: dict[str, Any] = {
        "name": "育婴员培训",
        "document_number": "启人社〔2026〕11号",
        "fund_source": FUND,
        "budget_year": 2026,
        "distribution": Distribution.TARGETED,
        "payee": VoucherPayee.PROVIDER,
        "face_value_fen": None,
        "quota": 1000,
        "opens_on": date(2026, 1, 1),
        "closes_on": date(2026, 12, 31),
        "valid_days": 90,
        "valid_until": None,
        "counts_to": CountsTo.START,
        "withdraw_days": 3,
        "report_within_days": 3,
        "tags": frozenset[BeneficiaryTag](),
        "certificate_required": False,
        "min_attendance_basis_points": None,
        "standards": (
            VoucherStandard(
                occupation_code="4-10-01-02",
                occupation_name="育婴员",
                grade=5,
                standard_fen=STANDARD_FEN,
            ),
        ),
        "providers": (),
    }
    return ProjectPlan(**(fields | changed))


def some_terms(**changed: Any) -> ClassTerms:
    """Forty people at grade 5, from 9 to 27 March 2026."""
    fields: dict[str, Any] = {
        "class_name": "育婴员第一期",
        "occupation_code": "4-10-01-02",
        "grade": 5,
        "capacity": 40,
        "fee_fen": FEE_FEN,
        "site": "203 教室",
        "starts_on": STARTS,
        "ends_on": ENDS,
    }
    return ClassTerms(**(fields | changed))


def outcome_of(voucher_id: UUID, **changed: Any) -> ReportedOutcome:
    """Completed on the last day, without a certificate."""
    fields: dict[str, Any] = {
        "voucher_id": voucher_id,
        "outcome": VoucherResult.COMPLETED,
        "day": ENDS,
        "certificate": None,
    }
    return ReportedOutcome(**(fields | changed))


@dataclass(slots=True, kw_only=True)
class Stage:
    """One place at its own time."""

    begin: BeginWork
    clock: StageClock
    staff: Staff
    project_id: UUID | None = None

    @property
    def provider(self) -> Actor:
        """The training provider's person."""
        return self.staff.teacher

    def on(self, day: date) -> None:
        """Let it be ten in the morning of a day in China."""
        self.clock.at = datetime.combine(day, time(2), UTC)

    def reading(self, actor: Actor) -> AbstractAsyncContextManager[Work]:
        """Open a work that keeps nothing."""
        return self.begin(actor)

    async def act(self, actor: Actor, do: Callable[[Work], Awaitable[T]]) -> T:
        """Do one act and commit it."""
        async with self.begin(actor) as work:
            done = await do(work)
            await work.commit()
        return done

    async def appropriated(self, amount_fen: int = APPROPRIATED_FEN) -> None:
        """Money of the year, signed by both finance people."""
        drafted = await self.act(
            self.staff.finance,
            lambda work: budget.draft_appropriation(
                work,
                DraftAppropriation(
                    fund_source=FUND,
                    budget_year=2026,
                    amount_fen=amount_fen,
                    document_number=f"试财〔2026〕{self.staff.region_code}-{amount_fen}号",
                ),
            ),
        )
        await self.act(
            self.staff.finance_second,
            lambda work: budget.approve_appropriation(
                work, appropriation_id=drafted.case.id, version=1
            ),
        )

    async def catalogued(self, change: CatalogueChange, on: date) -> UUID:
        """A change about the provider, drafted and approved."""
        code = self.staff.provider.credit_code
        assert code is not None
        drafted = await self.act(
            self.staff.handler,
            lambda work: provider_catalogue.draft_entry(
                work,
                DraftEntry(
                    provider_credit_code=code,
                    change=change,
                    effective_on=on,
                    document_number="启人社〔2026〕9号",
                ),
            ),
        )
        await self.act(
            self.staff.approver,
            lambda work: provider_catalogue.decide_entry(
                work, entry_id=drafted.case.id, version=1, event="approve", reason=""
            ),
        )
        return drafted.case.id

    async def project(self, **changed: Any) -> UUID:
        """A published project that names the provider."""
        code = self.staff.provider.credit_code
        assert code is not None
        drafted = await self.act(
            self.staff.handler,
            lambda work: voucher_project.draft_voucher_project(
                work, DraftVoucherProject(plan=a_plan(**changed), provider_credit_codes=(code,))
            ),
        )
        await self.act(
            self.staff.approver,
            lambda work: voucher_project.approve_voucher_project(
                work, project_id=drafted.case.id, version=1, reason=""
            ),
        )
        self.project_id = drafted.case.id
        return drafted.case.id

    async def holders(
        self,
        count: int,
        *,
        valid_until: date = date(2026, 5, 31),
        tag: BeneficiaryTag | None = None,
        citizen_ids: Sequence[str] = (),
    ) -> list[Holder]:
        """Workers who have collected a voucher of the project: new ones, beyond those whose ids are told."""
        ids = [*citizen_ids, *(citizen_id() for _ in range(count - len(citizen_ids)))]
        people = [
            Beneficiary(name=f"张{n}", citizen_id=one, phone=None, tag=tag)
            for n, one in enumerate(ids)
        ]
        codes = [voucher_code.new_code(new_id(), new_id()) for _ in people]

        async def issue(work: Work) -> list[Voucher]:
            project_id = self.project_id
            assert project_id is not None
            case = await work.cases.get(CaseKind.VOUCHER_PROJECT, project_id)
            project = await work.voucher_projects.get(case)
            await work.vouchers.issue(project, people, codes, valid_until=valid_until)
            found = [await work.vouchers.find(code) for code in codes]
            return [one for one in found if one is not None]

        holders = []
        for voucher in await self.act(self.staff.handler, issue):
            worker = worker_of(voucher.person_id)

            async def collect(work: Work, voucher_id: UUID = voucher.id) -> None:
                before = await work.vouchers.lock(voucher_id)
                after = replace(before.moved("collect"), collected_at=work.now)
                await work.vouchers.move(before, after, event="collect")

            await self.act(worker, collect)
            assert voucher.code is not None, "the bureau reads it"
            holders.append(Holder(worker=worker, voucher_id=voucher.id, code=voucher.code))
        return holders

    async def planned(self, **changed: Any) -> VoucherClass:
        """A class the provider plans."""
        project_id = self.project_id
        assert project_id is not None
        return await self.act(
            self.provider,
            lambda work: voucher_class.plan_class(
                work, PlanVoucherClass(project_id=project_id, terms=some_terms(**changed))
            ),
        )

    async def reserved(self, class_id: UUID, *holders: Holder) -> list[Voucher]:
        """Workers reserve in a class, one after another."""
        return [await self.reserve(class_id, one) for one in holders]

    async def reserve(self, class_id: UUID, holder: Holder) -> Voucher:
        """One worker reserves, at the version now on file."""
        version = (await self.voucher(holder)).version
        return await self.act(
            holder.worker,
            lambda work: voucher_reservation.reserve_voucher(
                work, voucher_id=holder.voucher_id, version=version, class_id=class_id
            ),
        )

    async def withdraw(self, holder: Holder) -> Voucher:
        """One worker withdraws."""
        version = (await self.voucher(holder)).version
        return await self.act(
            holder.worker,
            lambda work: voucher_reservation.withdraw_reservation(
                work, voucher_id=holder.voucher_id, version=version
            ),
        )

    async def reported(
        self, class_id: UUID, *, absent: Sequence[UUID] = (), started_on: date = STARTS
    ) -> VoucherClass:
        """The provider reports the start."""
        version = await self.version(class_id)
        return await self.act(
            self.provider,
            lambda work: voucher_class.report_start(
                work, class_id=class_id, version=version, started_on=started_on, absent=absent
            ),
        )

    async def reviewed(self, class_id: UUID) -> VoucherClass:
        """The reviewer signs the start."""
        version = await self.version(class_id)
        return await self.act(
            self.staff.handler,
            lambda work: voucher_class.review_start(
                work, class_id=class_id, version=version, reason=""
            ),
        )

    async def verified(self, class_id: UUID) -> VoucherClass:
        """The approver verifies the start."""
        version = await self.version(class_id)
        return await self.act(
            self.staff.approver,
            lambda work: voucher_class.verify_start(
                work, class_id=class_id, version=version, reason=""
            ),
        )

    async def started(self, *holders: Holder, absent: Sequence[UUID] = (), **terms: Any) -> UUID:
        """A class in training with these people, verified on its first day."""
        class_id = (await self.planned(**terms)).case.id
        await self.reserved(class_id, *holders)
        self.on(terms.get("starts_on", STARTS))
        await self.reported(class_id, absent=absent, started_on=terms.get("starts_on", STARTS))
        await self.reviewed(class_id)
        await self.verified(class_id)
        return class_id

    async def completion_reported(
        self, class_id: UUID, *outcomes: ReportedOutcome, on: date = ENDS
    ) -> VoucherClass:
        """The provider reports completion."""
        version = await self.version(class_id)
        return await self.act(
            self.provider,
            lambda work: voucher_class_completion.report_completion(
                work, class_id=class_id, version=version, completed_on=on, outcomes=outcomes
            ),
        )

    async def decided(
        self, class_id: UUID, decide: Any, actor: Actor | None = None
    ) -> VoucherClass:
        """Somebody of the bureau, the reviewer unless told, signs a step of a class with a reason."""
        version = await self.version(class_id)
        done: VoucherClass = await self.act(
            actor or self.staff.handler,
            lambda work: decide(work, class_id=class_id, version=version, reason="理由"),
        )
        return done

    async def completed(self, *holders: Holder, **terms: Any) -> UUID:
        """A class that everybody in it completed."""
        class_id = await self.started(*holders, **terms)
        self.on(terms.get("ends_on", ENDS))
        await self.completion_reported(
            class_id,
            *(outcome_of(one.voucher_id, day=terms.get("ends_on", ENDS)) for one in holders),
            on=terms.get("ends_on", ENDS),
        )
        await self.decided(class_id, voucher_class_completion.confirm_completion)
        return class_id

    async def redeemed(self, class_id: UUID, code: str, actor: Actor | None = None) -> Voucher:
        """The provider redeems a code."""
        return await self.act(
            actor or self.provider,
            lambda work: voucher_redemption.redeem_voucher(work, class_id=class_id, code=code),
        )

    async def session(self, class_id: UUID, **changed: Any) -> Session:
        """A session of three hours in the morning of the first day."""
        fields: dict[str, Any] = {
            "withdrawn": False,
            "held_on": STARTS,
            "starts_minute": 8 * 60,
            "ends_minute": 11 * 60,
            "kind": HourKind.PRACTICE,
            "topic": "婴幼儿照护",
            "site": "203 教室",
            "mentor_id": None,
        }
        corrects = changed.pop("corrects", None)
        entry = Entered(
            corrects=corrects,
            make=lambda session_id, version: Session(
                id=session_id, version=version, **(fields | changed)
            ),
        )
        (entered,) = await self.act(
            self.provider,
            lambda work: voucher_record.add_sessions(work, class_id=class_id, sessions=[entry]),
        )
        return entered

    async def attended(
        self, class_id: UUID, session: Session, holder: Holder, entry_id: str, **changed: Any
    ) -> AttendanceDone:
        """The provider enters by hand that somebody was there, the whole session unless told."""
        fields: dict[str, Any] = {
            "session_id": session.id,
            "attendee_id": holder.voucher_id,
            "entry_id": entry_id,
            "present": True,
            "arrived_minute": None,
            "left_minute": None,
            "supersedes": None,
        }
        entry = Attendance(**(fields | changed))
        return await self.act(
            self.provider,
            lambda work: voucher_record.add_attendance(
                work,
                class_id=class_id,
                entries=[entry],
                where=lambda n, field: f"/entries/{n}/{field}",
            ),
        )

    async def checked_in(
        self, class_id: UUID, *check_ins: CheckIn, sent_at: datetime | None = None
    ) -> CheckInsDone:
        """A device sends what it recorded; its clock is right unless told."""
        upload = Upload(device_id="gate-1", sent_at=sent_at or self.clock.at, check_ins=check_ins)
        return await self.act(
            self.provider,
            lambda work: voucher_record.add_check_ins(
                work, class_id=class_id, upload=upload, where=lambda n, f: f"/entries/{n}/{f}"
            ),
        )

    async def committed_fen(self, class_id: UUID) -> int:
        """What is committed to a class now, in fen."""
        async with self.begin(self.staff.handler) as work:
            postings = await work.ledger.postings_of(self.staff.place.id, class_id)
        return sum(
            one.amount_fen if one.event is Event.VOUCHERS_STARTED else -one.amount_fen
            for one in postings
        )

    async def frozen(self, *holders: Holder) -> None:
        """Vouchers stopped by an investigation."""
        for holder in holders:
            await self.moved(holder, "freeze", self.staff.handler)

    async def released(self, *holders: Holder) -> None:
        """Vouchers released again by another person, following what their class did meanwhile."""
        for holder in holders:
            frozen_from = (await self.voucher(holder)).frozen_from
            await self.moved(holder, f"release_{frozen_from}", self.staff.approver)

            await self.act(
                self.staff.system,
                partial(voucher_class_completion.catch_up, voucher_id=holder.voucher_id),
            )

    async def moved(self, holder: Holder, event: str, actor: Actor) -> None:
        """One act of the bureau on one voucher."""

        async def do(work: Work) -> None:
            before = await work.vouchers.lock(holder.voucher_id)
            await work.vouchers.move(before, before.moved(event), event=event, reason="核查")

        await self.act(actor, do)

    async def version(self, class_id: UUID) -> int:
        """Read a class's version."""
        async with self.begin(self.staff.handler) as work:
            return (await work.cases.get(CaseKind.VOUCHER_CLASS, class_id)).version

    async def of_class(self, class_id: UUID) -> VoucherClass:
        """Read a class."""
        async with self.begin(self.staff.handler) as work:
            return await voucher_class.get_class(work, class_id=class_id)

    async def voucher(self, holder: Holder) -> Voucher:
        """Read a voucher."""
        async with self.begin(self.staff.handler) as work:
            return await work.vouchers.get(holder.voucher_id)

    async def states(self, *holders: Holder) -> list[str]:
        """Read the states of vouchers."""
        return [(await self.voucher(one)).state for one in holders]


def check_in(
    session: Session, holder: Holder, entry_id: str, direction: Direction, hour: int
) -> CheckIn:
    """Somebody passes a device at a full hour in China on the day of a session."""
    return CheckIn(
        session_id=session.id,
        voucher_id=holder.voucher_id,
        entry_id=entry_id,
        direction=direction,
        at=datetime.combine(session.held_on, time(hour - 8), UTC),
    )


def stage_at(engine: AsyncEngine, crypto: Crypto, staff: Staff) -> Stage:
    """A place at its own time, with nothing in it."""
    clock = StageClock()
    begin = postgres_work(engine, crypto=crypto, new_id=new_id, clock=clock)
    return Stage(begin=begin, clock=clock, staff=staff)


async def a_stage(
    engine: AsyncEngine,
    crypto: Crypto,
    staff: Staff,
    *,
    appropriated_fen: int = APPROPRIATED_FEN,
    **project: Any,
) -> Stage:
    """A county with money, its provider listed, and a published project that names it."""
    stage = stage_at(engine, crypto, staff)
    await stage.appropriated(appropriated_fen)
    await stage.catalogued(CatalogueChange.JOIN, date(2020, 1, 1))
    await stage.project(**project)
    return stage
