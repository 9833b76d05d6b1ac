"""Refusals: what the scheme or the contract says no to, as facts with a stable code.

One exception class carries every refusal; what it means, in Chinese and English, stands once in
`domain.refusals`. Statuses are no business of the domain: `service.http.problems` maps families.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

FAULTS_MAX: Final = 100

Value = str | int


class Family(StrEnum):
    """What kind of no it is. Families, not codes, meet HTTP."""

    MALFORMED = "malformed"
    UNAUTHENTICATED = "unauthenticated"
    NOT_PERMITTED = "not_permitted"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    NOT_ACCEPTABLE = "not_acceptable"
    STATE_CONFLICT = "state_conflict"
    PRECONDITION_FAILED = "precondition_failed"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA = "unsupported_media"
    RULE_BROKEN = "rule_broken"
    PRECONDITION_REQUIRED = "precondition_required"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages of the product; `{name}` is filled from a refusal's values."""

    zh: str
    en: str

    def filled(self, values: Mapping[str, Value]) -> "Text":
        """Return the sentence with its placeholders filled."""
        return Text(self.zh.format_map(values), self.en.format_map(values))


@dataclass(frozen=True, slots=True)
class RefusalKind:
    """One code of the registry: its family, constant title, and detail with placeholders."""

    code: str
    family: Family
    title: Text
    detail: Text


@dataclass(frozen=True, slots=True)
class CellPlace:
    """Where a cell stands in a sheet, as the program that made it shows it.

    `letter` is empty where a whole row is meant; `heading` is our own name of the column.
    """

    row: int
    letter: str = ""
    heading: Text | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault at one place: `pointer` is an RFC 6901 pointer into what was sent.

    `cell` says where in a sheet. `proposal` is the one value that is proved to be meant: shown to who
    sent the faulty one, and neither stored nor logged, as it may be personal.
    """

    pointer: str
    code: str
    values: Mapping[str, Value] = field(default_factory=dict)
    cell: CellPlace | None = None
    proposal: str | None = None


class Refusal(Exception):
    """The scheme, or the contract, says no. Nothing has been stored.

    `values` fill the registered sentences and must never hold personal data. `faults` locate each
    fault, at most `FAULTS_MAX` of them.
    """

    def __init__(
        self,
        code: str,
        /,
        *,
        faults: tuple[Fault, ...] = (),
        retry_after_s: int | None = None,
        **values: Value,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.values: Mapping[str, Value] = values
        self.faults = faults[:FAULTS_MAX]
        self.retry_after_s = retry_after_s
