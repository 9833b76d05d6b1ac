"""A paper as a page to read and print: A4, one inline stylesheet, no script, nothing fetched."""

from html import escape
from typing import Final

from domain.official_document import Block, Paper, Table
from service.http.html import headers_for

SHORT: Final = 11
"""Characters of a name, an amount or a day."""

_STYLE: Final = """\
@page { size: A4; margin: 22mm; }
body { margin: 2rem auto; max-width: 46rem; padding: 0 1rem; color: #111; line-height: 1.9;
  font-family: "FangSong", "STFangsong", "Noto Serif CJK SC", "Songti SC", serif; }
h1 { text-align: center; font-size: 1.6rem; margin: 0 0 .4rem; }
.number { text-align: center; margin: 0 0 1.6rem; }
p { margin: 0 0 .6rem; text-indent: 2em; }
p.to { text-indent: 0; }
table { width: 100%; border-collapse: collapse; margin: .2rem 0 1rem; font-size: .92rem; }
caption { text-align: left; font-weight: 600; }
th, td { border: 1px solid #777; padding: .2rem .5rem; text-align: left; vertical-align: top; }
th { background: #f3f3f3; }
th, td.short { white-space: nowrap; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
.issuer { text-align: right; text-indent: 0; }
footer { margin-top: 2rem; font-size: .75rem; color: #555; word-break: break-all; }
@media screen and (max-width: 44rem) { th, td.short { white-space: normal; } }
@media print { body { margin: 0; max-width: none; padding: 0; } }
"""
HEADERS: Final = {**headers_for(_STYLE), "X-Robots-Tag": "noindex"}


def paper_page(paper: Paper, fingerprint: bytes) -> bytes:
    """Render a paper; every word of it is escaped."""
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex">'
        f"<title>{escape(paper.title)} {escape(paper.number)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(paper.title)}</h1><div class='number'>{escape(paper.number)}</div>"
        f"<p class='to'>{escape(paper.addressee)}：</p>"
        f"{''.join(_block(block) for block in paper.blocks)}"
        f"<p class='issuer'>{escape(paper.issuer)}</p><p class='issuer'>{escape(paper.issued_on)}</p>"
        f"<footer>SHA-256 {fingerprint.hex()}</footer></body></html>"
    ).encode()


def _block(block: Block) -> str:
    if not isinstance(block, Table):
        return f"<p>{escape(block.text)}</p>"
    head = "".join(f"<th>{escape(cell)}</th>" for cell in block.heads)
    rows = "".join("<tr>" + "".join(_cell(cell) for cell in row) + "</tr>" for row in block.rows)
    return (
        f"<table><caption>{escape(block.caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _cell(text: str) -> str:
    """Write a cell; a short one stays on one line where there is room."""
    short = " class='short'" if len(text) <= SHORT else ""
    return f"<td{short}>{escape(text)}</td>"
