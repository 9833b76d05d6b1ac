"""The file of a batch (支付文件): what a bank pays from, and the seal that proves its bytes."""

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

COLUMNS: Final = (
    "payment_reference",
    "payee_name",
    "account",
    "bank_code",
    "amount_fen",
    "purpose",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """One line of the bank's file, in clear; exists only on the way into the file."""

    reference: str
    payee_name: str
    account_number: str = field(repr=False)
    bank_code: str
    amount_fen: int
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """Some lines of the bank's file as bytes: a large batch is written part by part."""

    lines: int
    total_fen: int
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What a batch is sealed with. `digest` is the SHA-256 of its file after the header line."""

    lines: int
    total_fen: int
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFile:
    """The file a bank pays from, and its seal."""

    seal: Seal
    content: bytes = field(repr=False)


def file_part(lines: Sequence[FileLine]) -> FilePart:
    """Write lines of the file's CSV table, UTF-8 without a mark, CRLF (RFC 4180).

    Values stand as they are: a machine reads this file, and a name with an apostrophe put before it
    would be another payee's name.
    """
    return FilePart(
        lines=len(lines),
        total_fen=sum(line.amount_fen for line in lines),
        content=_written(
            (
                line.reference,
                line.payee_name,
                line.account_number,
                line.bank_code,
                line.amount_fen,
                line.purpose,
            )
            for line in lines
        ),
    )


def seal_of(parts: Sequence[FilePart]) -> Seal:
    """Return the seal of the file that these parts make, column names included."""
    digest = hashlib.sha256(_written([COLUMNS]))
    for part in parts:
        digest.update(part.content)
    return Seal(
        lines=sum(part.lines for part in parts),
        total_fen=sum(part.total_fen for part in parts),
        digest=digest.digest(),
    )


def batch_file(parts: Sequence[FilePart]) -> BatchFile:
    """Put the bank's file together: one header line of count, total and digest, then a CSV table.

    `count=1,total_fen=6600000,sha256=…`. The digest covers everything after that line.
    """
    seal = seal_of(parts)
    header = f"count={seal.lines},total_fen={seal.total_fen},sha256={seal.digest.hex()}\r\n"
    content = (header.encode(), _written([COLUMNS]), *(part.content for part in parts))
    return BatchFile(seal=seal, content=b"".join(content))


def _written(rows: Iterable[Sequence[str | int]]) -> bytes:
    table = io.StringIO()
    csv.writer(table, lineterminator="\r\n").writerows(rows)
    return table.getvalue().encode()
