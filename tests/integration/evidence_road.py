"""Evidence on the road to a settlement: extracts loaded since, two people who look, what stands."""

from collections.abc import Sequence
from uuid import UUID

from domain.certificate import DeclaredCertificate, Finding, FindingResult
from domain.funding_request import PayableKind
from domain.manual_finding import Established, ManualFinding, Seen
from domain.party import Actor
from domain.settlement import Settlement
from service.application import manual_finding
from service.application.certificate import findings_of
from service.application.declaration import declarations_of
from service.application.reconciliation import verify_again
from tests.integration.recovery_road import RecoveryRoad


class EvidenceRoad(RecoveryRoad):
    """A filing whose certificates are looked at by registers and by people, again and again."""

    async def declared(self, settlement: Settlement) -> dict[UUID, DeclaredCertificate]:
        """What stands declared, by person."""
        async with self.begin_work(self.staff.handler) as work:
            page = await declarations_of(
                work, settlement_id=settlement.case.id, after=None, limit=500
            )
        return {one.enrolment_id: one for one in page}

    async def found(self, settlement: Settlement) -> list[Finding]:
        """The findings that stand, in the order of the roster."""
        async with self.begin_work(self.staff.handler) as work:
            page = await findings_of(work, settlement_id=settlement.case.id, after=None, limit=500)
        by_person = {one.enrolment_id: one for one in page}
        return [by_person[one.id] for one in self.enrolments if one.id in by_person]

    async def results(self, settlement: Settlement) -> list[tuple[FindingResult, bool]]:
        """What stands, and whether a register contradicts two people."""
        return [(one.result, one.contradicted) for one in await self.found(settlement)]

    async def examined_again(self, settlement: Settlement, *rows: str) -> Settlement:
        """Load a newer extract of these rows and have the settlement examined against it."""
        await self.extract(*rows)
        await self.act(
            self.staff.handler,
            lambda work: verify_again(
                work, settlement_id=settlement.case.id, version=settlement.case.version
            ),
        )
        return await self.verified(settlement.case.id)

    def seen(self, number: str | None = None) -> Seen:
        """What a person saw just now, and read from a copy."""
        return Seen(
            source_system="省级证书查询系统",
            seen_at=self.clock.at,
            document_sha256=bytes(32),
            note="",
            certificate_number=number,
        )

    async def proposed(
        self,
        settlement: Settlement,
        n: int,
        result: Established = Established.CONFIRMED_MANUALLY,
        *,
        number: str | None = None,
    ) -> ManualFinding:
        """The handler says what the n-th person's certificate is."""
        declared = await self.declared(settlement)
        found: ManualFinding = await self.act(
            self.staff.handler,
            lambda work: manual_finding.propose_manual_finding(
                work,
                settlement_id=settlement.case.id,
                declaration_id=declared[self.enrolments[n].id].id,
                result=result,
                seen=self.seen(number),
            ),
        )
        return found

    async def confirmed(
        self, proposed: ManualFinding, *, second: Actor | None = None, number: str | None = None
    ) -> Settlement:
        """Another confirms it, the releaser unless told."""
        await self.act(
            second or self.staff.releaser,
            lambda work: manual_finding.confirm_manual_finding(
                work,
                manual_finding_id=proposed.case.id,
                version=proposed.case.version,
                seen=self.seen(number),
            ),
        )
        return await self.read(proposed.settlement_id)

    async def established(
        self,
        settlement: Settlement,
        n: int,
        result: Established = Established.CONFIRMED_MANUALLY,
        *,
        number: str | None = None,
    ) -> Settlement:
        """Two people establish what the n-th person's certificate is."""
        proposed = await self.proposed(settlement, n, result, number=number)
        return await self.confirmed(proposed, number=number)

    async def paid_out(self, settlement: Settlement) -> None:
        """Pay what is left to pay and close the settlement."""
        assert settlement.amounts is not None
        if settlement.amounts.balance_fen:
            await self.paid(PayableKind.SETTLEMENT, settlement.case.id)
        assert (await self.closed(settlement)).case.state == "closed"

    async def used(self, settlement: Settlement) -> Sequence[bool]:
        """Whether each person's certificate is known to be used elsewhere, by the latest judgement."""
        async with self.begin_work(self.staff.handler) as work:
            judged = await work.settlements.judgements(settlement.case, after=None, limit=100)
        by_person = {
            one.enrolment_id: rule.result == "fail"
            for one in judged
            for rule in one.judgements
            if rule.rule == "not_used_before"
        }
        return [by_person[one.id] for one in self.enrolments if one.id in by_person]
