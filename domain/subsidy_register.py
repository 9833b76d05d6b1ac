"""Lists of subsidies that other programmes paid (其他补贴名单), loaded by a clerk of a bureau.

A list says of each person which programme paid when, for what. The newest list of a source replaces the
one before it as a whole: a source is one system's list for one period or district, under one name.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

from domain.stacking import CertificateKey

SOURCE_MAX: Final = 100
"""Characters of a source's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRow:
    """One subsidy of a list. `citizen_id` is in clear only on the way in.

    `occupation` is the catalogue's key; what the list does not say is None.
    """

    row_no: int
    citizen_id: str = field(repr=False)
    programme: str
    counts_on: date
    occupation: str | None
    grade: int | None
    certificate: CertificateKey | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsidyRegister:
    """A list as loaded. `version` counts the lists of one source in one place; the last is in force."""

    id: UUID
    place_id: UUID
    region_path: str
    source: str
    version: int
    rows: int
    digest: bytes
    loaded_at: datetime
