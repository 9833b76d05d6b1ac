"""A paper (公文): what an official document says, as blocks that HTML and PDF render alike.

The fingerprint covers the blocks, not their markup, so that both renderings and a later one carry
the same hash.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

PAPER_FORMAT: Final = 1
"""Version of the stored form below."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of running text."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a caption; every row has as many cells as there are heads."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Paragraph | Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One document: who issues it to whom, under which number, and what it says, in Chinese."""

    title: str
    number: str
    addressee: str
    blocks: tuple[Block, ...]
    issuer: str
    issued_on: str


def stored(paper: Paper) -> bytes:
    """Write a paper as the one JSON text that stands for it: keys sorted, no spaces."""
    blocks: list[dict[str, Any]] = [
        {"kind": "table" if isinstance(block, Table) else "paragraph", **asdict(block)}
        for block in paper.blocks
    ]
    whole = {**asdict(paper), "blocks": blocks, "format": PAPER_FORMAT}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def fingerprint(paper: Paper) -> bytes:
    """Return the SHA-256 of the stored form."""
    return hashlib.sha256(stored(paper)).digest()


def read_back(text: str) -> Paper:
    """Read a stored paper; `stored` of it gives the same bytes."""
    whole: Mapping[str, Any] = json.loads(text)
    return Paper(
        title=whole["title"],
        number=whole["number"],
        addressee=whole["addressee"],
        issuer=whole["issuer"],
        issued_on=whole["issued_on"],
        blocks=tuple(
            Paragraph(block["text"])
            if block["kind"] == "paragraph"
            else Table(
                block["caption"],
                tuple(block["heads"]),
                tuple(tuple(row) for row in block["rows"]),
            )
            for block in whole["blocks"]
        ),
    )
