"""Tables for spreadsheets."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, Protocol


class Tables(Protocol):
    """Writes tables as files that spreadsheets open. No cell of them is ever a formula."""

    @abstractmethod
    def csv(self, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
        """Return UTF-8 with a byte order mark, CRLF; text that a spreadsheet would compute is quoted."""

    @abstractmethod
    def xlsx(self, title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
        """Return a workbook of one sheet; numbers are numbers, everything else is text."""
