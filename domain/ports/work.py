"""One transaction: the ports it offers, the actor's scope, and the one instant it happens at."""

from abc import abstractmethod
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from domain.party import Actor
from domain.ports.archive import Archive
from domain.ports.audit import AuditTrail
from domain.ports.budgets import Budgets
from domain.ports.calendars import Calendars
from domain.ports.case_clocks import CaseClocks
from domain.ports.cases import Cases
from domain.ports.certificates import Certificates
from domain.ports.class_records import ClassRecords
from domain.ports.corrections import Corrections
from domain.ports.documents import Documents
from domain.ports.filings import Filings
from domain.ports.holds import Holds
from domain.ports.jobs import Jobs
from domain.ports.joint_classes import JointClasses
from domain.ports.ledger import Ledger
from domain.ports.manual_findings import ManualFindings
from domain.ports.notices import Notices
from domain.ports.objections import Objections
from domain.ports.official_documents import OfficialDocuments
from domain.ports.payee_accounts import PayeeAccounts
from domain.ports.payments import Payments
from domain.ports.places import Accounts, Places
from domain.ports.policy_proposals import PolicyProposals
from domain.ports.policy_versions import PolicyVersions
from domain.ports.prepayments import Prepayments
from domain.ports.provider_catalogue import ProviderCatalogue
from domain.ports.quotas import Quotas
from domain.ports.real_name_checks import RealNameChecks
from domain.ports.recoveries import Receipts, Recoveries
from domain.ports.register_messages import RegisterMessages
from domain.ports.requests import Requests
from domain.ports.review_requests import ReviewRequests
from domain.ports.settlements import Settlements
from domain.ports.subsidies import Subsidies
from domain.ports.voucher_classes import VoucherClasses
from domain.ports.voucher_projects import VoucherProjects
from domain.ports.voucher_records import VoucherRecords
from domain.ports.voucher_settlements import VoucherSettlements
from domain.ports.voucher_statistics import VoucherStatistics
from domain.ports.vouchers import Vouchers
from domain.ports.work_ledgers import WorkLedgers


class Work(Protocol):
    """One transaction in the actor's scope. Leaving without `commit()` keeps nothing."""

    accounts: Accounts
    archive: Archive
    audit: AuditTrail
    budgets: Budgets
    calendars: Calendars
    cases: Cases
    certificates: Certificates
    documents: Documents
    class_records: ClassRecords
    clocks: CaseClocks
    corrections: Corrections
    filings: Filings
    holds: Holds
    jobs: Jobs
    joint_classes: JointClasses
    ledger: Ledger
    official_documents: OfficialDocuments
    manual_findings: ManualFindings
    notices: Notices
    objections: Objections
    payee_accounts: PayeeAccounts
    payments: Payments
    places: Places
    policies: PolicyVersions
    policy_proposals: PolicyProposals
    prepayments: Prepayments
    provider_catalogue: ProviderCatalogue
    quotas: Quotas
    real_name_checks: RealNameChecks
    receipts: Receipts
    recoveries: Recoveries
    register_messages: RegisterMessages
    requests: Requests
    review_requests: ReviewRequests
    settlements: Settlements
    voucher_projects: VoucherProjects
    voucher_settlements: VoucherSettlements
    voucher_classes: VoucherClasses
    voucher_records: VoucherRecords
    voucher_statistics: VoucherStatistics
    vouchers: Vouchers
    subsidies: Subsidies
    work_ledgers: WorkLedgers

    @property
    @abstractmethod
    def actor(self) -> Actor:
        """Who acts."""

    @property
    @abstractmethod
    def now(self) -> datetime:
        """The business instant of this transaction, in UTC, read once when it opened."""

    @property
    @abstractmethod
    def today(self) -> date:
        """The calendar day of `now` in China."""

    @abstractmethod
    def new_id(self) -> UUID:
        """Return a new id; ids grow with time, so that id order is order of creation."""

    @abstractmethod
    async def commit(self) -> None:
        """Keep everything. Called once, last."""


BeginWork = Callable[[Actor], AbstractAsyncContextManager[Work]]
