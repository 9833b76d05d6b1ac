"""Certificates of vouchers: looked up in a register's extract, and used once."""

from abc import abstractmethod
from typing import Protocol

from domain.cases import Case
from domain.certificate import Extract


class VoucherCertificates(Protocol):
    """What classes declared of the vouchers of a settlement, and what registers answered."""

    @abstractmethod
    async def look_up(self, case: Case, extract: Extract) -> int:
        """Look every declared number of a settlement's lines up in an extract; return how many are new.

        Whoever was looked up in that extract before keeps the answer it gave.
        """

    @abstractmethod
    async def use(self, case: Case) -> None:
        """Use the confirmed certificates on which a settlement pays, nationwide and once.

        Refuses `certificate_already_used`.
        """
