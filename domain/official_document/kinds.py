"""Kinds of official document: which step issues which, and how they are numbered (CASES 9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.cases import CaseKind
from domain.errors import Text
from domain.official_document.paper import Paper


class DocumentKind(StrEnum):
    """What is issued on paper."""

    ACCEPTANCE = "acceptance"
    LISTING = "listing"
    PREPAYMENT_APPLICATION = "prepayment_application"
    SETTLEMENT_APPLICATION = "settlement_application"
    FUNDING_REQUEST = "funding_request"


@dataclass(frozen=True, slots=True, kw_only=True)
class KindOfDocument:
    """A kind's title, the word that its numbers begin with, and the version of its template."""

    title: Text
    word: str
    version: int


KINDS: Final[Mapping[DocumentKind, KindOfDocument]] = MappingProxyType(
    {
        DocumentKind.ACCEPTANCE: KindOfDocument(
            title=Text("受理通知书", "Notice of acceptance"), word="学徒受理", version=1
        ),
        DocumentKind.LISTING: KindOfDocument(
            title=Text("列入学徒培训计划通知", "Notice of listing"), word="学徒列入", version=1
        ),
        DocumentKind.PREPAYMENT_APPLICATION: KindOfDocument(
            title=Text("补贴申领表（预支）", "Subsidy application: prepayment"),
            word="学徒预支",
            version=1,
        ),
        DocumentKind.SETTLEMENT_APPLICATION: KindOfDocument(
            title=Text(
                "补贴申领表及明细表（结算）", "Subsidy application and schedule: settlement"
            ),
            word="学徒结算",
            version=1,
        ),
        DocumentKind.FUNDING_REQUEST: KindOfDocument(
            title=Text("拨款申请表", "Funding request"), word="学徒拨款", version=1
        ),
    }
)

ISSUED_BY: Final[Mapping[tuple[CaseKind, str], DocumentKind]] = MappingProxyType(
    {
        (CaseKind.FILING, "accept"): DocumentKind.ACCEPTANCE,
        (CaseKind.FILING, "list"): DocumentKind.LISTING,
        (CaseKind.PREPAYMENT, "approve"): DocumentKind.PREPAYMENT_APPLICATION,
        (CaseKind.SETTLEMENT, "approve"): DocumentKind.SETTLEMENT_APPLICATION,
        (CaseKind.FUNDING_REQUEST, "submit"): DocumentKind.FUNDING_REQUEST,
    }
)
"""The step that issues a document: its kind of case and its event."""


def number_of(kind: DocumentKind, year: int, serial: int) -> str:
    """Write a document's number; serials count by place, kind and year from 1, without a gap."""
    return f"{KINDS[kind].word}〔{year}〕{serial}号"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialDocument:
    """A document as issued. `served_on` is the day its addressee signed for it (送达)."""

    id: UUID
    place_id: UUID
    org_id: UUID
    case_id: UUID
    case_kind: CaseKind
    step_seq: int
    kind: DocumentKind
    number: str
    template_version: int
    paper: Paper
    fingerprint: bytes
    issued_at: datetime
    served_on: date | None
