"""Issues of vouchers to a list of people (定向发放): the list checked once, then issued to in chunks."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class IssueMode(StrEnum):
    """What becomes of the good rows of a list with bad ones."""

    ALL_OR_NOTHING = "all_or_nothing"
    ACCEPT_VALID = "accept_valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherIssue:
    """An issue on file. `rows` is what was sent, `people` whom it issues to, `issued` how many so far.

    `list_sha256` is the content that holds those people, sealed; it goes once all have their voucher.
    """

    id: UUID
    place_id: UUID
    org_id: UUID
    region_path: str
    project_id: UUID
    mode: IssueMode
    source_sha256: bytes
    list_sha256: bytes
    rows: int
    people: int
    issued: int
    person_id: UUID
    at: datetime
    finished_at: datetime | None
