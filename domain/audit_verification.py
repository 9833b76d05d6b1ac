"""Verification of exported chains without the database: `xuetu audit verify`.

`verify` walks the lines in order and stops at the first broken record. Digests find what was
changed, removed or exchanged; signed checkpoints find a tail cut off and a chain rewritten whole
with fresh digests.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.audit import GENESIS, AuditEntry, Head, Link, Sm3, entry_digest, link_digest
from domain.audit_checkpoint import SignatureHolds, SignedCheckpoint
from domain.audit_export import ExportUnreadable, record_of, scope_of
from domain.errors import Text, Value


class Why(StrEnum):
    """What is wrong with the first broken record."""

    UNREADABLE = "unreadable"
    CHECKPOINT_FORGED = "checkpoint_forged"
    OUT_OF_PLACE = "out_of_place"
    RECORD_MISSING = "record_missing"
    ENTRY_MISSING = "entry_missing"
    ENTRY_CHANGED = "entry_changed"
    LINK_CHANGED = "link_changed"
    CHAIN_BROKEN = "chain_broken"
    TRUNCATED = "truncated"
    REWRITTEN = "rewritten"


SENTENCES: Final[Mapping[Why, Text]] = {
    Why.UNREADABLE: Text(
        "第{line}行不是审计导出记录。", "Line {line} is no record of an audit export."
    ),
    Why.CHECKPOINT_FORGED: Text(
        "检查点的签名与公钥不符。", "A checkpoint is not signed by the holder of the public key."
    ),
    Why.OUT_OF_PLACE: Text(
        "{region}第{sequence}号记录位置不对：重复、倒序或不属于本次导出范围。",
        "Record {sequence} of {region} is repeated, out of order, or outside the export's scope.",
    ),
    Why.RECORD_MISSING: Text(
        "{region}缺少第{sequence}号记录。", "Record {sequence} of {region} is missing."
    ),
    Why.ENTRY_MISSING: Text(
        "{region}第{sequence}号记录的内容已被删除。",
        "The entry of record {sequence} of {region} was deleted.",
    ),
    Why.ENTRY_CHANGED: Text(
        "{region}第{sequence}号记录的内容在封存后被更改。",
        "The entry of record {sequence} of {region} was changed after it was sealed.",
    ),
    Why.LINK_CHANGED: Text(
        "{region}第{sequence}号记录的链接被更改。",
        "The link of record {sequence} of {region} was changed.",
    ),
    Why.CHAIN_BROKEN: Text(
        "{region}第{sequence}号记录与前一条记录不衔接。",
        "Record {sequence} of {region} does not continue the one before it.",
    ),
    Why.TRUNCATED: Text(
        "{region}自第{sequence}号起的记录被截去：检查点证明其曾经存在。",
        "Records of {region} from {sequence} on were cut off: a checkpoint proves they existed.",
    ),
    Why.REWRITTEN: Text(
        "{region}第{since}号至第{sequence}号之间的记录被整体改写：与检查点不符。",
        "Records {since} to {sequence} of {region} were rewritten: a checkpoint says otherwise.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The first broken record: the line (0: none), the chain and sequence, and why."""

    why: Why
    line: int
    region_path: str
    sequence: int
    entry_id: UUID | None
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was verified: `anchored` records by a checkpoint too, newer ones by digests only."""

    region_path: str
    chains: int
    records: int
    anchored: int
    broken: Broken | None


def verify(
    lines: Iterable[str],
    *,
    checkpoints: Sequence[SignedCheckpoint],
    public_key: bytes,
    sm3: Sm3,
    signature_holds: SignatureHolds,
) -> Verdict:
    """Verify an export against any number of checkpoints, down to the first broken record.

    `public_key` comes from a source the database's owner does not control. More checkpoints narrow
    the place of a rewriting down. Without any, a cut tail and a rewritten chain pass.
    """
    walk = _Walk(sm3)
    broken = None
    try:
        for checkpoint in checkpoints:
            walk.anchor(checkpoint, holds=checkpoint.signed_by(public_key, signature_holds))
        walk.through(lines)
    except ExportUnreadable:
        broken = _Found(Why.UNREADABLE).at(walk.line)
    except _Found as found:
        broken = found.at(walk.line)
    return Verdict(
        region_path=walk.scope,
        chains=walk.chains,
        records=walk.records,
        anchored=walk.anchored,
        broken=broken,
    )


class _Found(Exception):
    """The first broken record."""

    def __init__(
        self,
        why: Why,
        region: str = "",
        sequence: int = 0,
        *,
        entry_id: UUID | None = None,
        since: int = 0,
    ) -> None:
        super().__init__(why)
        self._why, self._region, self._sequence = why, region, sequence
        self._entry_id, self._since = entry_id, since

    def at(self, line: int) -> Broken:
        values: dict[str, Value] = {
            "line": line,
            "region": self._region,
            "sequence": self._sequence,
            "since": self._since,
        }
        return Broken(
            why=self._why,
            line=line,
            region_path=self._region,
            sequence=self._sequence,
            entry_id=self._entry_id,
            text=SENTENCES[self._why].filled(values),
        )


class _Walk:
    """One pass over the lines: chain after chain, link after link."""

    def __init__(self, sm3: Sm3) -> None:
        self._sm3 = sm3
        self._anchors: dict[str, dict[int, set[bytes]]] = defaultdict(lambda: defaultdict(set))
        self._done: set[str] = set()
        self._region = ""
        self._head = Head(sequence=0, digest=GENESIS)
        self._sure = 0  # the sequence up to which a checkpoint has agreed
        self.scope = ""
        self.line = 0
        self.chains = 0
        self.records = 0
        self.anchored = 0

    def anchor(self, signed: SignedCheckpoint, *, holds: bool) -> None:
        if not holds:
            raise _Found(Why.CHECKPOINT_FORGED)
        for region, head in signed.checkpoint.heads.items():
            self._anchors[region][head.sequence].add(head.digest)

    def through(self, lines: Iterable[str]) -> None:
        numbered: Iterator[tuple[int, str]] = enumerate(lines, start=1)
        self.line, first = next(numbered, (0, ""))
        self.scope = scope_of(first)
        for self.line, text in numbered:
            link, entry = record_of(text)
            self._enter(link)
            self._check_place(link)
            self._check_entry(link, entry)
            self._check_link(link)
            self.records += 1
            self._head = Head(sequence=link.sequence, digest=link.digest)
            self._check_anchor(link)
        self.line = 0
        self._leave()
        for region in sorted(self._anchors):
            if region.startswith(self.scope) and region not in self._done:
                raise _Found(Why.TRUNCATED, region, 1)

    def _enter(self, link: Link) -> None:
        if link.region_path == self._region:
            return
        self._leave()
        if link.region_path in self._done or not link.region_path.startswith(self.scope):
            raise _Found(Why.OUT_OF_PLACE, link.region_path, link.sequence, entry_id=link.entry_id)
        self._region = link.region_path
        self._head = Head(sequence=0, digest=GENESIS)
        self._sure = 0
        self.chains += 1

    def _leave(self) -> None:
        """A chain ends where the newest checkpoint says, or later."""
        expected = max(self._anchors.get(self._region, {0: set()}))
        if expected > self._head.sequence:
            raise _Found(Why.TRUNCATED, self._region, self._head.sequence + 1)
        self._done.add(self._region)

    def _check_place(self, link: Link) -> None:
        expected = self._head.sequence + 1
        if link.sequence > expected:
            raise _Found(Why.RECORD_MISSING, link.region_path, expected)
        if link.sequence < expected:
            raise _Found(Why.OUT_OF_PLACE, link.region_path, link.sequence, entry_id=link.entry_id)

    def _check_entry(self, link: Link, entry: AuditEntry | None) -> None:
        if entry is None:
            raise self._found(Why.ENTRY_MISSING, link)
        same = (entry.id, entry.region_path) == (link.entry_id, link.region_path)
        if not same or entry_digest(entry, self._sm3) != link.entry_digest:
            raise self._found(Why.ENTRY_CHANGED, link)

    def _check_link(self, link: Link) -> None:
        if link.previous != self._head.digest:
            raise self._found(Why.CHAIN_BROKEN, link)
        if link_digest(link, self._sm3) != link.digest:
            raise self._found(Why.LINK_CHANGED, link)

    def _check_anchor(self, link: Link) -> None:
        digests = self._anchors.get(link.region_path, {}).get(link.sequence)
        if digests is None:
            return
        if digests != {link.digest}:
            raise self._found(Why.REWRITTEN, link)
        self.anchored += link.sequence - self._sure
        self._sure = link.sequence

    def _found(self, why: Why, link: Link) -> _Found:
        return _Found(
            why, link.region_path, link.sequence, entry_id=link.entry_id, since=self._sure + 1
        )
