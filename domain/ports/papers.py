"""Printing papers."""

from abc import abstractmethod
from typing import Protocol

from domain.official_document import Paper


class Papers(Protocol):
    """Makes PDF of a paper."""

    @abstractmethod
    def pdf(self, paper: Paper, fingerprint: bytes) -> bytes:
        """Return the paper as PDF, its fingerprint at the foot of every page; the same every time."""
