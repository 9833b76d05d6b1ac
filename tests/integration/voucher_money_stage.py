"""From redeemed vouchers to the bank's answer and back: each helper is one committed act of one person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any
from uuid import UUID

from domain.bank_result import LineState
from domain.cases import CaseKind
from domain.filing import Payee
from domain.funding_request import PayableKind, Subject
from domain.ledger import AccountKey, AccountKind, BookKey
from domain.party import Actor
from domain.payment import AttemptOnFile, Batch, Correction, Payment, Remedy
from domain.receipt import Receipt as Incoming
from domain.recovery import Recovery, RecoveryCause
from domain.voucher_settlement import Verdict, VoucherDisposition, VoucherLine, VoucherSettlement
from service.application import (
    bank_result,
    batch,
    funding_request,
    payee_account,
    payment_correction,
    receipt,
    recovery,
    voucher_claw_back,
    voucher_settlement,
    voucher_settlement_decision,
)
from service.application.batch import SealBatch
from service.application.funding_request import FundingRequestOnFile, RequestFunding
from service.application.payment_correction import ProposeCorrection
from service.application.voucher_settlement import DraftVoucherSettlement
from tests.integration.payments_road import HEADER
from tests.integration.voucher_class_stage import ENDS, FUND, Holder, Stage

YEAR = 2026
ACCOUNT = "3200160123456789012"
OTHER_ACCOUNT = "3200160123456789020"
BANK_CODE = "102100099996"
PAID_ON = date(2026, 4, 20)


@dataclass(slots=True, kw_only=True)
class Money:
    """A stage of classes, and what happens to their money."""

    stage: Stage
    line_no: int = 0

    def payee(self, name: str | None = None, number: str = ACCOUNT) -> Payee:
        """An account in the provider's name unless told."""
        return Payee(
            account_name=name or self.stage.staff.provider.name,
            account_number=number,
            bank_code=BANK_CODE,
        )

    async def redeemed(self, *holders: Holder, **terms: Any) -> UUID:
        """A class that these people completed, all their vouchers redeemed; its id."""
        class_id = await self.stage.completed(*holders, **terms)
        for one in holders:
            await self.stage.redeemed(class_id, one.code)
        return class_id

    async def drafted(
        self,
        actor: Actor | None = None,
        *,
        vouchers: Sequence[UUID] | None = None,
        payee: Payee | None = None,
        **more: Any,
    ) -> VoucherSettlement:
        """This month's settlement, the provider's unless told."""
        project_id = self.stage.project_id
        assert project_id is not None
        command = DraftVoucherSettlement(
            project_id=project_id,
            voucher_ids=None if vouchers is None else tuple(vouchers),
            payee=payee or self.payee(),
            **more,
        )
        return await self.stage.act(
            actor or self.stage.provider,
            partial(voucher_settlement.draft_voucher_settlement, command=command),
        )

    async def signed(
        self, of: VoucherSettlement, use_case: Any, actor: Actor, **more: Any
    ) -> VoucherSettlement:
        """One step of a settlement, at the version now on file."""
        version = (await self.settlement(of)).case.version
        done: VoucherSettlement = await self.stage.act(
            actor, partial(use_case, settlement_id=of.case.id, version=version, **more)
        )
        return done

    async def accepted(
        self, of: VoucherSettlement, actor: Actor | None = None
    ) -> VoucherSettlement:
        """Submitted by whoever claims it, and accepted by the reviewer."""
        filer = actor or self.stage.provider
        await self.signed(of, voucher_settlement.submit_voucher_settlement, filer)
        accept = voucher_settlement_decision.accept_voucher_settlement
        return await self.signed(of, accept, self.stage.staff.handler)

    async def reviewed(self, of: VoucherSettlement, *verdicts: Verdict) -> VoucherSettlement:
        """Reviewed with these findings."""
        review = voucher_settlement_decision.review_voucher_settlement
        handler = self.stage.staff.handler
        return await self.signed(of, review, handler, verdicts=verdicts, reason="已核对")

    async def approved(self, of: VoucherSettlement) -> VoucherSettlement:
        """Approved by the approver."""
        approve = voucher_settlement_decision.approve_voucher_settlement
        return await self.signed(of, approve, self.stage.staff.approver, reason="同意")

    async def settled(
        self, *verdicts: Verdict, actor: Actor | None = None, **draft: Any
    ) -> VoucherSettlement:
        """From the draft to the approval."""
        drafted = await self.drafted(actor, **draft)
        await self.accepted(drafted, actor)
        await self.reviewed(drafted, *verdicts)
        return await self.approved(drafted)

    async def closed(self, of: VoucherSettlement) -> VoucherSettlement:
        """Do what the job does."""
        close = voucher_settlement_decision.close_voucher_settlement
        return await self.stage.act(
            self.stage.staff.system, partial(close, settlement_id=of.case.id)
        )

    async def requested(self, of: VoucherSettlement) -> FundingRequestOnFile:
        """Money asked for, by the handler."""
        subject = Subject(kind=PayableKind.VOUCHER_SETTLEMENT, id=of.case.id)
        command = RequestFunding(fund_source=FUND, budget_year=YEAR, subjects=(subject,))
        return await self.stage.act(
            self.stage.staff.handler, partial(funding_request.request_funding, command=command)
        )

    async def planned(self, of: VoucherSettlement) -> Payment:
        """A payment that the finance department has concurred in."""
        await self.verified()
        asked = (await self.requested(of)).request.case
        await self.stage.act(
            self.stage.staff.finance,
            lambda work: funding_request.concur_funding_request(
                work, request_id=asked.id, version=asked.version
            ),
        )
        await self.stage.act(
            self.stage.staff.system,
            lambda work: funding_request.order_payments(work, request_id=asked.id),
        )
        return await self.payment(of)

    async def verified(self) -> None:
        """Every account that waits is verified by the handler."""
        async with self.stage.reading(self.stage.staff.handler) as work:
            waiting = await payee_account.list_accounts(
                work, state="declared", after=None, limit=50
            )
        for one in waiting:
            verify = partial(
                payee_account.verify_account, account_id=one.case.id, version=one.case.version
            )
            await self.stage.act(self.stage.staff.handler, verify)

    async def sealed(self) -> Batch:
        """A batch of everything that waits."""
        command = SealBatch(fund_source=FUND, budget_year=YEAR, payment_ids=None)
        return await self.stage.act(
            self.stage.staff.handler, lambda work: batch.seal_batch(work, command)
        )

    async def released(self, actor: Actor | None = None) -> Batch:
        """A batch released by the releaser unless told."""
        case = (await self.sealed()).case
        return await self.stage.act(
            actor or self.stage.staff.releaser,
            lambda work: batch.release_batch(work, batch_id=case.id, version=case.version),
        )

    async def at_bank(self) -> tuple[Batch, AttemptOnFile]:
        """A batch of one line that is with the bank, and its attempt."""
        released = (await self.released()).case
        await self.stage.act(
            self.stage.staff.system, lambda work: batch.submit_batch(work, batch_id=released.id)
        )
        async with self.stage.reading(self.stage.staff.handler) as work:
            sent = await batch.batch(work, released.id)
            (attempt,) = await work.payments.attempts(sent.case)
        return sent, attempt

    async def answered(
        self, sent: Batch, attempt: AttemptOnFile, result: str
    ) -> dict[LineState, int]:
        """The bank says what became of it; the day is after what it is told."""
        self.line_no += 1
        self.stage.clock.at = max(self.stage.clock.at, datetime.combine(PAID_ON, time(4), UTC))
        cells = (
            f"B{attempt.reference}{self.line_no}",
            attempt.reference,
            result,
            str(attempt.amount_fen),
            PAID_ON.isoformat(),
            "",
        )
        text = f"{HEADER}\r\n{','.join(cells)}\r\n"
        loaded = await self.stage.act(
            self.stage.staff.handler,
            lambda work: bank_result.load_bank_result(work, batch_id=sent.case.id, text=text),
        )
        await self.stage.act(
            self.stage.staff.system,
            lambda work: bank_result.take_lines(work, result_id=loaded.id),
        )
        async with self.stage.reading(self.stage.staff.handler) as work:
            return dict((await bank_result.bank_result(work, loaded.id)).outcomes)

    async def paid(self, of: VoucherSettlement) -> tuple[Batch, AttemptOnFile]:
        """Requested, concurred in, released, paid by the bank, and closed."""
        await self.planned(of)
        sent, attempt = await self.at_bank()
        assert await self.answered(sent, attempt, "paid") == {LineState.MATCHED: 1}
        await self.closed(of)
        return sent, attempt

    async def corrected(self, of: VoucherSettlement, remedy: Remedy = Remedy.PAY_AGAIN) -> None:
        """A payment is to be paid again to the same account, or cancelled; and so it is."""
        await self.confirmed(await self.correction(of, remedy))

    async def correction(
        self, of: VoucherSettlement, remedy: Remedy, actor: Actor | None = None
    ) -> Correction:
        """What is to become of a payment, proposed by the handler unless told."""
        payment = await self.payment(of)
        command = ProposeCorrection(
            payment_id=payment.id,
            remedy=remedy,
            payee_account_id=payment.payee_account_id if remedy is Remedy.PAY_AGAIN else None,
            reason="账户已恢复",
        )
        return await self.stage.act(
            actor or self.stage.staff.handler,
            partial(payment_correction.propose_correction, command=command),
        )

    async def confirmed(self, one: Correction) -> None:
        """A correction approved by the approver."""
        approve = partial(
            payment_correction.approve_correction, correction_id=one.case.id, version=1
        )
        await self.stage.act(self.stage.staff.approver, approve)

    async def proposed(
        self, of: VoucherSettlement, *vouchers: UUID, actor: Actor | None = None
    ) -> Recovery:
        """A claw-back proposed by the handler."""
        propose = partial(
            voucher_claw_back.propose_claw_back,
            settlement_id=of.case.id,
            voucher_ids=vouchers,
            cause=RecoveryCause.AUDIT,
            reason="审计发现冒名培训",
        )
        return await self.stage.act(actor or self.stage.staff.handler, propose)

    async def ordered(self, one: Recovery) -> Recovery:
        """A claw-back ordered by the approver."""
        order = partial(
            recovery.order_recovery,
            recovery_id=one.case.id,
            version=one.case.version,
            document_number="试人社追〔2026〕3号",
            pay_within_days=30,
            reason="冒名培训",
            clause="第十五条",
        )
        return await self.stage.act(self.stage.staff.approver, order)

    async def came_in(self, one: Recovery, amount_fen: int) -> Recovery:
        """Money that the payer refers to the recovery."""
        self.line_no += 1
        line = Incoming(
            line_reference=f"IN-{one.reference}-{self.line_no}",
            recovery_reference=one.reference,
            amount_fen=amount_fen,
            booked_on=PAID_ON,
        )
        loaded = await self.stage.act(
            self.stage.staff.handler, lambda work: receipt.load_receipts(work, [line])
        )
        await self.stage.act(
            self.stage.staff.system,
            lambda work: receipt.take_receipts(work, receipts_id=loaded.id),
        )
        async with self.stage.reading(self.stage.staff.handler) as work:
            return await recovery.get_recovery(work, recovery_id=one.case.id)

    async def settlement(self, of: VoucherSettlement) -> VoucherSettlement:
        """Read a settlement."""
        async with self.stage.reading(self.stage.staff.handler) as work:
            return await voucher_settlement.get_voucher_settlement(work, settlement_id=of.case.id)

    async def lines(self, of: VoucherSettlement) -> Sequence[VoucherLine]:
        """Read its lines."""
        async with self.stage.reading(self.stage.staff.handler) as work:
            return await voucher_settlement.lines_of_voucher_settlement(
                work, settlement_id=of.case.id, after=None, limit=500
            )

    async def payment(self, of: VoucherSettlement) -> Payment:
        """Read its newest payment."""
        async with self.stage.reading(self.stage.staff.handler) as work:
            found = await work.payments.page(
                filing_id=None,
                voucher_settlement_id=of.case.id,
                state=None,
                after=None,
                limit=10,
            )
        return found[-1]

    async def held_fen(self, kind: AccountKind, case_id: UUID | None = None) -> int:
        """What an account of the year's book holds; a class's, a settlement's, or the fund's own."""
        key = BookKey(place_id=self.stage.staff.place.id, fund_source=FUND, budget_year=YEAR)
        async with self.stage.reading(self.stage.staff.handler) as work:
            book = await work.ledger.book(key)
            return await work.ledger.balance_fen(key.place_id, book, AccountKey(kind, case_id))

    async def balances(self) -> dict[AccountKind, int]:
        """What each kind of account holds, nothing left out; every book balances."""
        async with self.stage.reading(self.stage.staff.system) as work:
            trial = await work.ledger.trial_balance(self.stage.staff.place.id)
        assert trial.unbalanced == ()
        return {row.kind: row.balance_fen for row in trial.rows if row.balance_fen}

    async def state(self, kind: CaseKind, case_id: UUID) -> str:
        """The state a case is in."""
        async with self.stage.reading(self.stage.staff.system) as work:
            return (await work.cases.get(kind, case_id)).state


def refused(holder: Holder, reason: str = "出勤不实") -> Verdict:
    """A voucher that is not paid."""
    return Verdict(
        voucher_id=holder.voucher_id,
        disposition=VoucherDisposition.REFUSED,
        amount_fen=None,
        reason=reason,
    )


def held(holder: Holder, reason: str = "待核实") -> Verdict:
    """A voucher that waits."""
    return Verdict(
        voucher_id=holder.voucher_id,
        disposition=VoucherDisposition.HELD,
        amount_fen=None,
        reason=reason,
    )


def reduced(holder: Holder, amount_fen: int, reason: str = "部分课时不符") -> Verdict:
    """A voucher that is paid less."""
    return Verdict(
        voucher_id=holder.voucher_id,
        disposition=VoucherDisposition.PAYABLE,
        amount_fen=amount_fen,
        reason=reason,
    )


__all__ = ["ENDS", "Money", "held", "reduced", "refused"]
