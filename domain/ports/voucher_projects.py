"""Voucher projects on file, what is published of them, and the lists they are issued to."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from domain.cases import Case
from domain.voucher import VoucherOffer, VoucherProject
from domain.voucher_issue import VoucherIssue


class VoucherProjects(Protocol):
    """A bureau sees its projects and issues; everybody sees the offers."""

    @abstractmethod
    async def add(self, project: VoucherProject) -> None:
        """Store a drafted project with its standards and providers."""

    @abstractmethod
    async def get(self, case: Case) -> VoucherProject:
        """Return the project of a case, with the providers that are in it now."""

    @abstractmethod
    async def page(self, cases: Sequence[Case]) -> Sequence[VoucherProject]:
        """Return the projects of these cases, in their order."""

    @abstractmethod
    async def publish(self, project: VoucherProject) -> None:
        """Publish an approved project and open its quota."""

    @abstractmethod
    async def unpublish(self, project: VoucherProject) -> None:
        """Note that a project is closed; what it was published with stays readable."""

    @abstractmethod
    async def offer(self, project_id: UUID) -> VoucherOffer:
        """Return what a project is published with, closed or not; refuses `not_found`."""

    @abstractmethod
    async def offers(
        self, *, region_path: str | None, after: UUID | None, limit: int
    ) -> Sequence[VoucherOffer]:
        """Return up to `limit` open offers, of a region and below if named, in order of creation."""

    @abstractmethod
    async def add_issue(self, issue: VoucherIssue) -> None:
        """Store an issue that begins; refuses `voucher_issue_under_way` when another is."""

    @abstractmethod
    async def issue(self, issue_id: UUID) -> VoucherIssue:
        """Return an issue; refuses `not_found`."""

    @abstractmethod
    async def lock_issue(self, issue_id: UUID) -> VoucherIssue:
        """Return an issue, locked until the transaction ends; refuses `not_found`."""

    @abstractmethod
    async def advance_issue(self, issue: VoucherIssue, *, issued: int) -> None:
        """Note how many have their voucher; with the last one the issue is finished."""

    @abstractmethod
    async def issue_under_way(self, project: Case) -> bool:
        """Tell whether a list of the project is being issued to."""

    @abstractmethod
    async def issues(
        self, project: Case, *, after: UUID | None, limit: int
    ) -> Sequence[VoucherIssue]:
        """Return up to `limit` issues of a project in order of creation."""
