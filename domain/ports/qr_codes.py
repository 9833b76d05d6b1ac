"""Drawing QR codes."""

from abc import abstractmethod
from typing import Protocol


class QrCodes(Protocol):
    """Draws a short text as a square that a phone reads."""

    @abstractmethod
    def svg(self, text: str) -> bytes:
        """Return the QR code of up to 20 capital letters and digits as SVG; the same every time."""
