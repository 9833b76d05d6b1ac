"""Pieces of HTML that the pages are put together from. Whatever comes in as text is escaped."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from domain.errors import Text
from service.http.style import STYLE

_BACKTICKS: Final = re.compile(r"`([^`]+)`")


def headers_for(style: str) -> dict[str, str]:
    """Return the headers of a page with one inline stylesheet and nothing else.

    No script, no other host, no frame around it.
    """
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none';"
            " form-action 'none'; frame-ancestors 'none'"
        ),
        "Referrer-Policy": "no-referrer",
    }


def page(title: Text, menu: str, main: str, *, head: str = "") -> str:
    """Return a whole page; `head` goes before its title."""
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{head}<title>{escape(title.zh)} · {escape(title.en)}</title><style>{STYLE}</style></head>"
        f'<body><div class="page"><nav>{menu}</nav><main>{main}</main></div></body></html>'
    )


def brand() -> str:
    """Return what every menu begins with."""
    return "<h1><a href='/docs'>学徒 Xuetu</a></h1><span class='en'>API v1</span>"


def heading(zh: str, en: str) -> str:
    """Return a small heading in both languages."""
    return f"<h4>{zh} <span class='en'>{en}</span></h4>"


def inline(text: Text) -> str:
    """Return a text, both languages in one line."""
    return f"{escape(text.zh)} <span class='en'>{escape(text.en)}</span>"


def stacked(text: Text) -> str:
    """Return a text, one language under the other."""
    return f"{prose(text.zh)}<br><span class='en'>{prose(text.en)}</span>"


def paragraphs(text: Text) -> str:
    """Return a text as a paragraph."""
    return f"<p>{stacked(text)}</p>"


def prose(words: str) -> str:
    """Escape a sentence and set what stands in backticks as code."""
    return _BACKTICKS.sub(r"<code>\1</code>", escape(words))


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are HTML already, or nothing without rows."""
    head = "".join(f"<th>{head}</th>" for head in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<div class='wide'><table><tr>{head}</tr>{body}</table></div>" if body else ""


def code(example: object) -> str:
    """Return an example, JSON unless it is text."""
    text = (
        example if isinstance(example, str) else json.dumps(example, ensure_ascii=False, indent=2)
    )
    return f"<pre>{escape(text)}</pre>"
