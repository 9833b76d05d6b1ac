"""What happens to money that comes back: each helper is one person's act."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

import pytest

from domain.errors import Refusal
from domain.filing import Payee
from domain.ledger import AccountKind
from domain.party import Actor
from domain.payee_account import PayeeAccount
from domain.payment import AttemptOnFile, Batch, Correction, Payment, Remedy
from domain.ports.work import BeginWork, Work
from service.application import batch, payee_account, payment_correction
from service.application.batch import SealBatch
from service.application.payee_account import DeclareAccount
from service.application.payment_correction import ProposeCorrection
from tests import road
from tests.integration import payments_road as pay
from tests.people import Staff

T = TypeVar("T")
BANK_CODE = "102100099996"
OTHER = "6222021234567890123"


class Again:
    """One place's people, and short ways to say what each of them does."""

    def __init__(self, begin_work: BeginWork, staff: Staff) -> None:
        self.begin_work = begin_work
        self.staff = staff

    async def act(self, actor: Actor, do: Callable[[Work], Awaitable[T]]) -> T:
        """Do one act as one person and commit it."""
        return await road.act(self.begin_work, actor, do)

    async def refused(self, actor: Actor, do: Callable[[Work], Awaitable[object]]) -> Refusal:
        """The refusal of an act."""
        with pytest.raises(Refusal) as refused:
            await self.act(actor, do)
        return refused.value

    async def payment(self, payment_id: UUID) -> Payment:
        """A payment as it stands."""
        async with self.begin_work(self.staff.system) as work:
            return await work.payments.get(payment_id)

    async def held(self, kind: AccountKind) -> int:
        """What the place's accounts of a kind hold; every book balances."""
        async with self.begin_work(self.staff.system) as work:
            trial = await work.ledger.trial_balance(self.staff.place.id)
        assert trial.unbalanced == ()
        return sum(row.balance_fen for row in trial.rows if row.kind is kind)

    async def submitted(self, *, payments: int = 1) -> tuple[UUID, list[AttemptOnFile]]:
        """A batch that is with the bank: its id and attempts."""
        at_bank, attempts = await pay.submitted(self.begin_work, self.staff, payments=payments)
        return at_bank.case.id, list(attempts)

    async def answered(self, batch_id: UUID, *lines: str) -> dict[str, int]:
        """A bank's file taken: how many lines had which outcome."""
        file = pay.answer(*lines)
        outcomes = await pay.ingested(self.begin_work, self.staff, batch_id, file)
        return {str(state): count for state, count in outcomes.items()}

    async def declared(
        self, number: str = OTHER, *, replaces: UUID | None = None, name: str | None = None
    ) -> PayeeAccount:
        """An account declared by the enterprise."""
        command = self.declaration(number, replaces=replaces, name=name)
        return await self.act(
            self.staff.filer, lambda work: payee_account.declare_account(work, command)
        )

    def declaration(
        self, number: str = OTHER, *, replaces: UUID | None = None, name: str | None = None
    ) -> DeclareAccount:
        """What the enterprise declares."""
        return DeclareAccount(
            region_code=self.staff.region_code,
            payee=Payee(
                account_name=name or self.staff.enterprise.name,
                account_number=number,
                bank_code=BANK_CODE,
            ),
            replaces_id=replaces,
        )

    async def verified(self, account: PayeeAccount, by: Actor | None = None) -> PayeeAccount:
        """A declared account verified, by the handler unless said."""
        case = account.case
        return await self.act(
            by or self.staff.handler,
            lambda work: payee_account.verify_account(
                work, account_id=case.id, version=case.version
            ),
        )

    def proposal(self, payment: Payment, remedy: Remedy = Remedy.PAY_AGAIN) -> ProposeCorrection:
        """Pay again to the same account, or cancel."""
        return ProposeCorrection(
            payment_id=payment.id,
            remedy=remedy,
            payee_account_id=payment.payee_account_id if remedy is Remedy.PAY_AGAIN else None,
            reason="银行退回",
        )

    async def proposed(
        self, payment: Payment, remedy: Remedy = Remedy.PAY_AGAIN, by: Actor | None = None
    ) -> Correction:
        """A correction proposed by the handler unless said."""
        command = self.proposal(payment, remedy)
        return await self.act(
            by or self.staff.handler,
            lambda work: payment_correction.propose_correction(work, command),
        )

    async def approved(self, correction: Correction) -> Correction:
        """A proposed correction approved by the approver."""
        case = correction.case
        return await self.act(
            self.staff.approver,
            lambda work: payment_correction.approve_correction(
                work, correction_id=case.id, version=case.version
            ),
        )

    async def sealed(self) -> Batch:
        """A batch of all that waits."""
        year = await pay.this_year(self.begin_work, self.staff)
        command = SealBatch(fund_source=pay.FUND, budget_year=year, payment_ids=None)
        return await self.act(self.staff.handler, lambda work: batch.seal_batch(work, command))

    async def sent(self, sealed: Batch) -> list[AttemptOnFile]:
        """A sealed batch released and submitted; its standing attempts."""
        case = sealed.case
        await self.act(
            self.staff.releaser,
            lambda work: batch.release_batch(work, batch_id=case.id, version=case.version),
        )
        await self.act(self.staff.system, lambda work: batch.submit_batch(work, batch_id=case.id))
        async with self.begin_work(self.staff.system) as work:
            attempts = await work.payments.attempts(case)
        return [attempt for attempt in attempts if attempt.state == "submitted"]
