"""Official documents (公文): what a decision says on numbered paper, with its hash (CASES 9)."""

from domain.official_document.kinds import (
    ISSUED_BY,
    KINDS,
    DocumentKind,
    OfficialDocument,
    number_of,
)
from domain.official_document.paper import (
    Block,
    Paper,
    Paragraph,
    Table,
    fingerprint,
    read_back,
    stored,
)
from domain.official_document.templates import FundingRow, Issue, PersonRow, paper_of

__all__ = [
    "ISSUED_BY",
    "KINDS",
    "Block",
    "DocumentKind",
    "FundingRow",
    "Issue",
    "OfficialDocument",
    "Paper",
    "Paragraph",
    "PersonRow",
    "Table",
    "fingerprint",
    "number_of",
    "paper_of",
    "read_back",
    "stored",
]
