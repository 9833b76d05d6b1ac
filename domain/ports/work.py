"""One transaction: the ports it offers, the actor's scope, and the one instant it happens at."""

from abc import abstractmethod
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from domain.party import Actor
from domain.ports.audit import AuditTrail
from domain.ports.budgets import Budgets
from domain.ports.cases import Cases
from domain.ports.certificates import Certificates
from domain.ports.filings import Filings
from domain.ports.jobs import Jobs
from domain.ports.ledger import Ledger
from domain.ports.payee_accounts import PayeeAccounts
from domain.ports.payments import Payments
from domain.ports.places import Accounts, Places
from domain.ports.policy_versions import PolicyVersions
from domain.ports.prepayments import Prepayments
from domain.ports.requests import Requests
from domain.ports.settlements import Settlements


class Work(Protocol):
    """One transaction in the actor's scope. Leaving without `commit()` keeps nothing."""

    accounts: Accounts
    audit: AuditTrail
    budgets: Budgets
    cases: Cases
    certificates: Certificates
    filings: Filings
    jobs: Jobs
    ledger: Ledger
    payee_accounts: PayeeAccounts
    payments: Payments
    places: Places
    policies: PolicyVersions
    prepayments: Prepayments
    requests: Requests
    settlements: Settlements

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
