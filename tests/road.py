"""The road, step by step, through the use cases: each helper is one committed act of one person."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import TypeVar

from domain.budget import Appropriation
from domain.filing import Apprentice, ClaimBasis, Filing, Payee, TrainingMode
from domain.party import Actor
from domain.policy.standard import Category
from domain.ports.work import BeginWork, Work
from service.application import budget, filing, payee_account
from service.application.filing import DraftFiling, ListedFiling
from tests import documents
from tests.people import Staff, citizen_id

T = TypeVar("T")

BANK_CODE = "102100099996"


async def act(begin_work: BeginWork, actor: Actor, do: Callable[[Work], Awaitable[T]]) -> T:
    """Do one act as one person and commit it."""
    async with begin_work(actor) as work:
        result = await do(work)
        await work.commit()
    return result


def an_apprentice(**changed: object) -> Apprentice:
    """An apprentice who could be paid for, a new person each time."""
    fields: dict[str, object] = {
        "name": "张三",
        "citizen_id": citizen_id(),
        "phone": "13800138000",
        "category": Category.NEW_HIRE,
        "hired_on": date(2024, 1, 2),
        "contract_months": 24,
        "claim_basis": ClaimBasis.INSURANCE_PLACE,
    }
    return Apprentice(**(fields | changed))  # type: ignore[arg-type]


def a_plan(staff: Staff, *, people: int = 3, today: date, **changed: object) -> DraftFiling:
    """A plan that fits the standard: 中级工, twelve months, beginning tomorrow."""
    fields: dict[str, object] = {
        "region_code": staff.region_code,
        "class_name": "车工中级工班",
        "occupation_code": "6-18-01-01",
        "occupation_name": "车工",
        "target_grade": 4,
        "training_mode": TrainingMode.IN_HOUSE,
        "provider_name": None,
        "starts_on": today + timedelta(days=1),
        "filed_months": 12,
        "uplift_basis_points": 0,
        "fund_source": "employment_subsidy",
        "payee": Payee(
            account_name=staff.enterprise.name,
            account_number="3200160123456789012",
            bank_code=BANK_CODE,
        ),
        "roster": tuple(an_apprentice() for _ in range(people)),
        "submit": True,
        "documents": documents.declared(),
    }
    return DraftFiling(**(fields | changed))  # type: ignore[arg-type]


async def submitted(
    begin_work: BeginWork, staff: Staff, *, people: int = 3, **changed: object
) -> Filing:
    """A filing drafted and submitted by the enterprise."""

    async def do(work: Work) -> Filing:
        return await filing.draft_filing(
            work, a_plan(staff, people=people, today=work.today, **changed)
        )

    return await act(begin_work, staff.filer, do)


async def verified_accounts(begin_work: BeginWork, staff: Staff) -> None:
    """Every account that waits, verified by the handler."""

    async def do(work: Work) -> None:
        waiting = await payee_account.list_accounts(work, state="declared", after=None, limit=100)
        for one in waiting:
            await payee_account.verify_account(
                work, account_id=one.case.id, version=one.case.version
            )

    await act(begin_work, staff.handler, do)


async def reviewed(
    begin_work: BeginWork, staff: Staff, *, people: int = 3, **changed: object
) -> Filing:
    """A filing accepted and reviewed by the handler."""
    case = (await submitted(begin_work, staff, people=people, **changed)).case
    await act(begin_work, staff.filer, lambda work: documents.send_contents(work, case))
    await verified_accounts(begin_work, staff)
    accepted = await act(
        begin_work,
        staff.handler,
        lambda work: filing.accept_filing(work, filing_id=case.id, version=case.version),
    )
    return await act(
        begin_work,
        staff.handler,
        lambda work: filing.review_filing(
            work, filing_id=case.id, version=accepted.case.version, reason=""
        ),
    )


async def listed(
    begin_work: BeginWork, staff: Staff, *, people: int = 3, **changed: object
) -> Filing:
    """A filing listed by the approver, under a document number of its own."""
    case = (await reviewed(begin_work, staff, people=people, **changed)).case
    _, filings = await act(
        begin_work,
        staff.approver,
        lambda work: filing.list_filings(
            work,
            document_number=f"试人社〔2026〕{case.id.hex[-8:]}号",
            filings=(ListedFiling(filing_id=case.id, version=case.version),),
            reason="",
        ),
    )
    return filings[0]


async def appropriated(
    begin_work: BeginWork, staff: Staff, *, amount_fen: int, year: int
) -> tuple[Appropriation, int]:
    """An appropriation signed by both finance people; returns it and how many commitments it made."""
    drafted = await act(
        begin_work,
        staff.finance,
        lambda work: budget.draft_appropriation(
            work,
            budget.DraftAppropriation(
                fund_source="employment_subsidy",
                budget_year=year,
                amount_fen=amount_fen,
                document_number=f"试财〔{year}〕{work.new_id().hex[-8:]}号",
            ),
        ),
    )
    return await act(
        begin_work,
        staff.finance_second,
        lambda work: budget.approve_appropriation(
            work, appropriation_id=drafted.case.id, version=drafted.case.version
        ),
    )
