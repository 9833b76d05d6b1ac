"""An appropriation that was drafted wrong: withdrawn by who drafted it, its document entered again."""

import asyncio
from dataclasses import replace
from typing import Final

import pytest

from domain.budget import Appropriation
from domain.errors import Refusal
from domain.party import Actor
from domain.ports.work import BeginWork
from service.application import budget
from tests import road
from tests.people import Staff

DRAFT: Final = budget.DraftAppropriation(
    fund_source="employment_subsidy",
    budget_year=2026,
    amount_fen=70_000_000,
    document_number="试财〔2026〕9号",
)


async def _drafted(
    begin_work: BeginWork, staff: Staff, command: budget.DraftAppropriation = DRAFT
) -> Appropriation:
    done: Appropriation = await road.act(
        begin_work, staff.finance, lambda work: budget.draft_appropriation(work, command)
    )
    return done


async def _withdrawn(begin_work: BeginWork, actor: Actor, drafted: Appropriation) -> Appropriation:
    done: Appropriation = await road.act(
        begin_work,
        actor,
        lambda work: budget.withdraw_appropriation(
            work,
            appropriation_id=drafted.case.id,
            version=drafted.case.version,
            reason="金额录入有误",
        ),
    )
    return done


async def test_its_drafter_withdraws_it_and_the_document_is_entered_again(
    staff: Staff, begin_work: BeginWork
) -> None:
    wrong = await _drafted(begin_work, staff)
    with pytest.raises(Refusal) as refused:
        await _drafted(begin_work, staff, replace(DRAFT, amount_fen=7_000_000))
    assert refused.value.code == "document_number_used"
    withdrawn = await _withdrawn(begin_work, staff.finance, wrong)
    assert (withdrawn.case.state, withdrawn.amount_fen) == ("withdrawn", 70_000_000)
    with pytest.raises(Refusal) as refused:
        await road.act(
            begin_work,
            staff.finance_second,
            lambda work: budget.approve_appropriation(
                work, appropriation_id=wrong.case.id, version=withdrawn.case.version
            ),
        )
    assert refused.value.code == "wrong_state"
    right = await _drafted(begin_work, staff, replace(DRAFT, amount_fen=7_000_000))
    approved, _ = await road.act(
        begin_work,
        staff.finance_second,
        lambda work: budget.approve_appropriation(
            work, appropriation_id=right.case.id, version=right.case.version
        ),
    )
    with pytest.raises(Refusal) as refused:
        await _withdrawn(begin_work, staff.finance, approved)
    assert refused.value.code == "wrong_state"
    async with begin_work(staff.finance) as work:
        trial = await work.ledger.trial_balance(staff.place.id)
        (step, last) = await work.cases.steps(withdrawn.case)
    assert (trial.debits_fen, trial.credits_fen) == (7_000_000, 7_000_000)
    assert (step.person_id, last.person_id, last.reason) == (
        staff.finance.person_id,
        staff.finance.person_id,
        "金额录入有误",
    )


async def test_a_colleague_does_not_withdraw_it_and_may_still_approve_it(
    staff: Staff, begin_work: BeginWork
) -> None:
    drafted = await _drafted(begin_work, staff)
    with pytest.raises(Refusal) as refused:
        await _withdrawn(begin_work, staff.finance_second, drafted)
    assert refused.value.code == "not_the_drafter"
    approved, _ = await road.act(
        begin_work,
        staff.finance_second,
        lambda work: budget.approve_appropriation(
            work, appropriation_id=drafted.case.id, version=drafted.case.version
        ),
    )
    assert approved.case.state == "approved"


async def test_of_two_who_enter_a_withdrawn_document_again_at_once_one_is_refused(
    staff: Staff, begin_work: BeginWork
) -> None:
    drafted = await _drafted(begin_work, staff)
    for _ in range(5):
        await _withdrawn(begin_work, staff.finance, drafted)
        done = await asyncio.gather(
            *(_drafted(begin_work, staff) for _ in range(2)), return_exceptions=True
        )
        refused = [one.code for one in done if isinstance(one, Refusal)]
        assert refused == ["document_number_used"]
        (drafted,) = [one for one in done if isinstance(one, Appropriation)]
