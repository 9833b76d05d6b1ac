"""One transaction on PostgreSQL, in one actor's scope, at one instant."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from adapters.postgres.archive import PostgresArchive
from adapters.postgres.audit import PostgresAuditTrail
from adapters.postgres.budgets import PostgresBudgets
from adapters.postgres.calendars import PostgresCalendars
from adapters.postgres.case_clocks import PostgresCaseClocks
from adapters.postgres.cases import PostgresCases
from adapters.postgres.certificates import PostgresCertificates
from adapters.postgres.class_records import PostgresClassRecords
from adapters.postgres.constraints import refusing
from adapters.postgres.corrections import PostgresCorrections
from adapters.postgres.documents import PostgresDocuments
from adapters.postgres.filings import PostgresFilings
from adapters.postgres.holds import PostgresHolds
from adapters.postgres.jobs import PostgresJobs
from adapters.postgres.joint_classes import PostgresJointClasses
from adapters.postgres.ledger import PostgresLedger
from adapters.postgres.manual_findings import PostgresManualFindings
from adapters.postgres.notices import PostgresNotices
from adapters.postgres.objections import PostgresObjections
from adapters.postgres.official_documents import PostgresOfficialDocuments
from adapters.postgres.payee_accounts import PostgresPayeeAccounts
from adapters.postgres.payments import PostgresPayments
from adapters.postgres.places import PostgresAccounts, PostgresPlaces
from adapters.postgres.policy_proposals import PostgresPolicyProposals
from adapters.postgres.policy_versions import PostgresPolicyVersions
from adapters.postgres.prepayments import PostgresPrepayments
from adapters.postgres.provider_catalogue import PostgresProviderCatalogue
from adapters.postgres.quotas import PostgresQuotas
from adapters.postgres.reach import Reach
from adapters.postgres.real_name_checks import PostgresRealNameChecks
from adapters.postgres.receipts import PostgresReceipts
from adapters.postgres.recoveries import PostgresRecoveries
from adapters.postgres.register_messages import PostgresRegisterMessages
from adapters.postgres.requests import PostgresRequests
from adapters.postgres.review_requests import PostgresReviewRequests
from adapters.postgres.settlements import PostgresSettlements
from adapters.postgres.subsidies import PostgresSubsidies
from adapters.postgres.voucher_classes import PostgresVoucherClasses
from adapters.postgres.voucher_projects import PostgresVoucherProjects
from adapters.postgres.voucher_records import PostgresVoucherRecords
from adapters.postgres.voucher_settlements import PostgresVoucherSettlements
from adapters.postgres.voucher_statistics import PostgresVoucherStatistics
from adapters.postgres.vouchers import PostgresVouchers
from adapters.postgres.work_ledgers import PostgresWorkLedgers
from domain.party import Actor
from domain.ports.clock import Clock, day_in_china
from domain.ports.crypto import Crypto
from domain.ports.ids import NewId
from domain.ports.work import BeginWork, Work

_OPEN: Final = text("""
select set_config('xuetu.person_id', :person_id, true), set_config('xuetu.org_id', :org_id, true),
       set_config('xuetu.region_path', :region_path, true)
""")
_OPEN_STORED: Final = text("""
select set_config('xuetu.person_id', :person_id, true), set_config('xuetu.org_id', :org_id, true),
       set_config('xuetu.region_path', :region_path, true), (select stands_at from stored_clock) as stands_at
""")


class PostgresWork(Work):
    """The ports of one transaction. Made by `postgres_work`, never by hand."""

    def __init__(
        self,
        connection: AsyncConnection,
        actor: Actor,
        crypto: Crypto,
        new_id: NewId,
        now: datetime,
    ) -> None:
        self._connection = connection
        self._actor = actor
        self._new_id = new_id
        self._now = now
        today = day_in_china(now)
        self._today = today
        reach = Reach(connection, actor)
        self.accounts = PostgresAccounts(connection)
        self.archive = PostgresArchive(connection, new_id, reach, now=now)
        self.audit = self._trail = PostgresAuditTrail(
            connection, actor, now, actor.request_id, new_id
        )
        self.budgets = PostgresBudgets(connection)
        self.calendars = PostgresCalendars(connection)
        self.cases = PostgresCases(connection, actor, reach)
        self.certificates = PostgresCertificates(connection, crypto, new_id, now=now)
        self.documents = PostgresDocuments(connection, actor, new_id, now=now)
        self.class_records = PostgresClassRecords(connection, now=now)
        self.clocks = PostgresCaseClocks(connection, new_id, now=now)
        self.corrections = PostgresCorrections(connection)
        self.filings = PostgresFilings(connection, crypto, new_id, now=now, today=today)
        self.holds = PostgresHolds(connection)
        self.jobs = PostgresJobs(connection)
        self.joint_classes = PostgresJointClasses(connection, now=now)
        self.ledger = PostgresLedger(connection, new_id)
        self.official_documents = PostgresOfficialDocuments(
            connection, actor, reach, now=now, today=today
        )
        self.manual_findings = PostgresManualFindings(connection, now=now)
        self.notices = PostgresNotices(connection, now=now)
        self.objections = PostgresObjections(connection, crypto)
        self.payee_accounts = PostgresPayeeAccounts(connection, crypto, now=now)
        self.payments = PostgresPayments(connection, crypto, new_id, reach, now=now)
        self.places = PostgresPlaces(connection)
        self.policies = PostgresPolicyVersions(connection, now=now)
        self.policy_proposals = PostgresPolicyProposals(connection, new_id, now=now)
        self.prepayments = PostgresPrepayments(connection)
        self.provider_catalogue = PostgresProviderCatalogue(connection, now=now)
        self.quotas = PostgresQuotas(connection)
        self.real_name_checks = PostgresRealNameChecks(connection, crypto, now=now)
        self.receipts = PostgresReceipts(connection, new_id)
        self.recoveries = PostgresRecoveries(connection)
        self.register_messages = PostgresRegisterMessages(connection, crypto, now=now)
        self.requests = PostgresRequests(connection, actor)
        self.review_requests = PostgresReviewRequests(connection)
        self.settlements = PostgresSettlements(connection, new_id, now=now)
        self.voucher_projects = PostgresVoucherProjects(connection, now=now)
        self.voucher_settlements = PostgresVoucherSettlements(connection, now=now)
        self.voucher_statistics = PostgresVoucherStatistics(connection)
        self.vouchers = PostgresVouchers(connection, actor, crypto, new_id, reach, now=now)
        self.voucher_classes = PostgresVoucherClasses(connection, now=now)
        self.voucher_records = PostgresVoucherRecords(connection, now=now)
        self.subsidies = PostgresSubsidies(connection, crypto, new_id, now=now)
        self.work_ledgers = PostgresWorkLedgers(connection, reach)

    @property
    def actor(self) -> Actor:
        return self._actor

    @property
    def now(self) -> datetime:
        return self._now

    @property
    def today(self) -> date:
        return self._today

    def new_id(self) -> UUID:
        return self._new_id()

    async def commit(self) -> None:
        await self._trail.write()
        await self._connection.commit()


def postgres_work(
    engine: AsyncEngine, *, crypto: Crypto, new_id: NewId, clock: Clock | None
) -> BeginWork:
    """Make the function that opens a work for an actor; `clock=None` means the stored clock.

    The scope is the transaction's first statement and dies with it (`set_config(…, true)`). What
    PostgreSQL refuses by a named constraint leaves as a refusal, deferred constraints included.
    """

    @asynccontextmanager
    async def begin(actor: Actor) -> AsyncGenerator[Work, None]:
        with refusing():
            async with engine.connect() as connection:
                opened = await connection.execute(
                    _OPEN if clock else _OPEN_STORED,
                    {
                        "person_id": str(actor.person_id),
                        "org_id": str(actor.org_id),
                        "region_path": actor.region_path or "",
                    },
                )
                now = clock.now() if clock else opened.one().stands_at.astimezone(UTC)
                yield PostgresWork(connection, actor, crypto, new_id, now)

    return begin
