"""PDF by reportlab, on A4, the same bytes for the same paper.

The font is embedded, so that the document reads everywhere and can be archived: a given TrueType
font, or the Noto Sans SC that a locked wheel brings. Without either it names STSong-Light (Adobe-GB1),
which a reader must have itself.
"""

import io
from collections.abc import Sequence
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    CondPageBreak,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from domain import official_document as official
from domain.ports.papers import Papers

SUPPLIED: Final = "STSong-Light"
EMBEDDED: Final = "xuetu-paper"
MARGIN: Final = 22 * mm
PAGE: Final = A4[0] - 2 * MARGIN
HEAD: Final = 30 * mm
"""Room that a table's caption, its heads and a first row need at the foot of a page."""
LAST: Final = 3
"""The caption, table and space that end a paper: what its officers signed."""
CELL: Final = 9
PADDING: Final = 13
"""Left and right of a cell's text, in points, and one for rounding."""


def bundled_font() -> Path | None:
    """Return the font that a wheel has brought, without importing anything of that wheel."""
    spec = find_spec("zhplot")
    if spec is None or spec.origin is None:
        return None
    font = Path(spec.origin).parent / "fonts" / "NotoSansSC-Regular.ttf"
    return font if font.is_file() else None


class PdfPapers(Papers):
    """Prints in the given TrueType font, or in one the reader supplies."""

    def __init__(self, font: Path | None) -> None:
        if font is None:
            pdfmetrics.registerFont(UnicodeCIDFont(SUPPLIED))
            self._font = SUPPLIED
        else:
            pdfmetrics.registerFont(TTFont(EMBEDDED, str(font)))
            self._font = EMBEDDED

    def pdf(self, paper: official.Paper, fingerprint: bytes) -> bytes:
        made = io.BytesIO()
        document = SimpleDocTemplate(
            made,
            pagesize=A4,
            leftMargin=MARGIN,
            rightMargin=MARGIN,
            topMargin=MARGIN,
            bottomMargin=MARGIN,
            title=f"{paper.title} {paper.number}",
            author=paper.issuer,
            invariant=True,
        )

        def foot(canvas: Canvas, _: object) -> None:
            canvas.setFont(self._font, 8)
            canvas.drawString(MARGIN, 12 * mm, f"SHA-256 {fingerprint.hex()}")
            canvas.drawRightString(A4[0] - MARGIN, 12 * mm, str(canvas.getPageNumber()))

        document.build(self._story(paper), onFirstPage=foot, onLaterPages=foot)
        return made.getvalue()

    def _story(self, paper: official.Paper) -> list[Any]:
        plain = ParagraphStyle(
            "plain", fontName=self._font, fontSize=11, leading=19, wordWrap="CJK"
        )
        title = ParagraphStyle("title", plain, fontSize=18, leading=28, alignment=TA_CENTER)
        centred = ParagraphStyle("number", plain, alignment=TA_CENTER, spaceAfter=6 * mm)
        right = ParagraphStyle("issuer", plain, alignment=TA_RIGHT)
        indented = ParagraphStyle("text", plain, firstLineIndent=22, spaceAfter=2 * mm)
        story: list[Any] = [
            Paragraph(escape(paper.title), title),
            Paragraph(escape(paper.number), centred),
            Paragraph(f"{escape(paper.addressee)}：", plain),
        ]
        for block in paper.blocks:
            if isinstance(block, official.Paragraph):
                story.append(Paragraph(escape(block.text), indented))
            else:
                story += [
                    CondPageBreak(HEAD),
                    Paragraph(escape(block.caption), plain),
                    self._table(block),
                    Spacer(0, 3 * mm),
                ]
        # Who issues it never stands alone on a page.
        signed = [
            *story[-LAST:],
            Spacer(0, 8 * mm),
            Paragraph(escape(paper.issuer), right),
            Paragraph(escape(paper.issued_on), right),
        ]
        return [*story[:-LAST], KeepTogether(signed)]

    def _widths(self, block: official.Table) -> list[float]:
        """Share the page among the columns: short ones get what they need, long ones the rest."""
        wanted = [
            min(PAGE, max(pdfmetrics.stringWidth(text, self._font, CELL) for text in column))
            + PADDING
            for column in zip(block.heads, *block.rows, strict=True)
        ]
        widths = [0.0] * len(wanted)
        left = PAGE
        for n, column in enumerate(sorted(range(len(wanted)), key=wanted.__getitem__)):
            widths[column] = min(wanted[column], left / (len(wanted) - n))
            left -= widths[column]
        taken = PAGE - left
        return [width * PAGE / taken for width in widths]

    def _table(self, block: official.Table) -> Table:
        cell = ParagraphStyle(
            "cell", fontName=self._font, fontSize=CELL, leading=13, wordWrap="CJK"
        )

        def row(cells: Sequence[str]) -> list[Paragraph]:
            return [Paragraph(escape(text), cell) for text in cells]

        table = Table(
            [row(block.heads), *(row(cells) for cells in block.rows)],
            colWidths=self._widths(block),
            repeatRows=1,
        )
        table.setStyle(
            TableStyle(
                [
                    ("GRID", (0, 0), (-1, -1), 0.4, colors.grey),
                    ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ]
            )
        )
        return table
