"""QR codes as SVG: the squares come from reportlab's encoder, the drawing is one path.

Version 1 (21 × 21) with error correction M: fifteen in a hundred bad squares are repaired, and a quiet zone
of four squares stands around it (ISO/IEC 18004).
"""

from typing import Any, Final

from reportlab.graphics.barcode import qrencoder

from domain.ports.qr_codes import QrCodes

QUIET: Final = 4
_VERSION: Final = 1


class SvgQrCodes(QrCodes):
    """Squares of one unit, black on white, that grow with the page."""

    def svg(self, text: str) -> bytes:
        code: Any = qrencoder.QRCode(_VERSION, qrencoder.QRErrorCorrectLevel.M)
        code.addData(text)
        code.make()
        modules: int = code.getModuleCount()
        side = modules + 2 * QUIET
        path = "".join(
            f"M{column + QUIET} {row + QUIET}h1v1h-1z"
            for row in range(modules)
            for column in range(modules)
            if code.isDark(row, column)
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"'
            f' shape-rendering="crispEdges"><rect width="{side}" height="{side}" fill="#fff"/>'
            f'<path d="{path}" fill="#000"/></svg>'
        ).encode()
