"""Official documents (公文): what a decision says on numbered paper, with its hash (CASES 9)."""

from domain.official_document.kinds import (
    ISSUED_BY,
    KINDS,
    SERVED,
    Addressee,
    DocumentKind,
    OfficialDocument,
    kind_of,
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
from domain.official_document.templates import (
    FundingRow,
    Issue,
    NamedPerson,
    PersonRow,
    paper_of,
)
from domain.official_document.words import chinese_day, without_numbers

__all__ = [
    "ISSUED_BY",
    "KINDS",
    "SERVED",
    "Addressee",
    "Block",
    "DocumentKind",
    "FundingRow",
    "Issue",
    "NamedPerson",
    "OfficialDocument",
    "Paper",
    "Paragraph",
    "PersonRow",
    "Table",
    "chinese_day",
    "fingerprint",
    "kind_of",
    "number_of",
    "paper_of",
    "read_back",
    "stored",
    "without_numbers",
]
