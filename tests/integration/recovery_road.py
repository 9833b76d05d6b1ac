"""From a settlement to the day nothing is owed: each helper is one person's act."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from domain.bank_result import LineState
from domain.certificate import Declaration
from domain.ledger import AccountKind
from domain.receipt import Receipt
from domain.recovery import Recovery
from domain.settlement import Settlement
from service.application import receipt as receipts
from service.application import recovery as recoveries
from service.application import settlement as settlements
from service.application import settlement_again
from tests.integration.settlement_road import SettlementRoad


class RecoveryRoad(SettlementRoad):
    """A filing whose settlements go up and down, and whose recoveries follow."""

    async def decided(self, *declarations: Declaration) -> Settlement:
        """Draft, submit, accept, verify, review and approve a settlement; close it if it can be."""
        accepted = await self.accepted(*declarations)
        return await self.finished(accepted.case.id)

    async def adjusted(self) -> Settlement:
        """Open a settlement ex officio, and take it to its end."""
        opened = await self.act(
            self.staff.handler,
            lambda work: settlement_again.open_settlement(
                work, filing_id=self.case_id, reason="证书注销"
            ),
        )
        return await self.finished(opened.case.id)

    async def finished(self, settlement_id: UUID) -> Settlement:
        """Verify, review and approve; what has nothing left to pay is closed."""
        approved = await self.approved(await self.reviewed(await self.verified(settlement_id)))
        await self.closed(approved)
        return approved

    async def closed(self, settlement: Settlement) -> Settlement:
        """Do what the job does."""
        done: Settlement = await self.act(
            self.staff.system,
            lambda work: settlements.close_settlement(work, settlement_id=settlement.case.id),
        )
        return done

    async def recoveries(self) -> list[Recovery]:
        """The filing's recoveries, oldest first."""
        async with self.begin_work(self.staff.filer) as work:
            return list(
                await recoveries.list_recoveries(
                    work, filing_id=self.case_id, state=None, after=None, limit=10
                )
            )

    async def ordered(self, recovery: Recovery) -> Recovery:
        """The approver orders it, thirty days to pay."""
        done: Recovery = await self.act(
            self.staff.approver,
            lambda work: recoveries.order_recovery(
                work,
                recovery_id=recovery.case.id,
                version=recovery.case.version,
                document_number=f"试人社追〔2027〕{recovery.case.version}号",
                pay_within_days=30,
                reason="多付",
                clause="第十二条",
            ),
        )
        return done

    async def served(self, recovery: Recovery) -> Recovery:
        """The reviewer records its service, today."""
        done: Recovery = await self.act(
            self.staff.handler,
            lambda work: recoveries.serve_recovery(
                work,
                recovery_id=recovery.case.id,
                version=recovery.case.version,
                served_on=self.clock.at.date(),
            ),
        )
        return done

    async def moved(self, actor: Any, recovery: Recovery, event: str) -> Recovery:
        """Sign a step that changes the state alone."""
        done: Recovery = await self.act(
            actor,
            lambda work: recoveries.move_recovery(
                work,
                recovery_id=recovery.case.id,
                version=recovery.case.version,
                event=event,
                reason="试验",
            ),
        )
        return done

    async def proved(self, recovery: Recovery, event: str) -> Recovery:
        """The reviewer signs a step that rests on a document."""
        done: Recovery = await self.act(
            self.staff.handler,
            lambda work: recoveries.prove_recovery(
                work,
                recovery_id=recovery.case.id,
                version=recovery.case.version,
                event=event,
                proof_reference="（2027）试执1号",
                reason="试验",
            ),
        )
        return done

    async def came_in(
        self, *amounts: tuple[str, str, int], on: date | None = None
    ) -> list[LineState]:
        """Load receipts, each a line reference, a recovery reference and an amount, and take them."""
        lines = [
            Receipt(
                line_reference=line,
                recovery_reference=reference,
                amount_fen=fen,
                booked_on=on or self.clock.at.date(),
            )
            for line, reference, fen in amounts
        ]
        file = await self.act(self.staff.handler, lambda work: receipts.load_receipts(work, lines))
        await self.act(
            self.staff.system, lambda work: receipts.take_receipts(work, receipts_id=file.id)
        )
        async with self.begin_work(self.staff.handler) as work:
            _, taken = await receipts.get_receipts(work, receipts_id=file.id)
        return [line.state for line in taken]

    async def books(self) -> Mapping[AccountKind, int]:
        """What the place's accounts hold over all books, by kind; every book is in balance."""
        async with self.begin_work(self.staff.handler) as work:
            trial = await work.ledger.trial_balance(self.staff.place.id)
        assert not trial.unbalanced
        held = dict.fromkeys(AccountKind, 0)
        for row in trial.rows:
            held[row.kind] += row.balance_fen
        return held
