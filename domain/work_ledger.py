"""Work ledger (工作台账): what was done and paid for each enterprise, filing and person (SUP-02).

Read from the facts and never entered; a person's citizen id stands in it masked. Amounts are fen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from domain.errors import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseEntry:
    """An enterprise's line: filings, people, and money by what became of it.

    `paid_fen` is what the bank has paid, `got_back_fen` what was recovered of it: collected or netted.
    """

    org_id: UUID
    enterprise: str
    credit_code: str | None
    filings: int
    people: int
    completed: int
    prepaid_fen: int
    paid_fen: int
    entitled_fen: int
    got_back_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingEntry:
    """A filing's line: its days, its people, and its money."""

    filing_id: UUID
    enterprise: str
    credit_code: str | None
    class_name: str
    occupation_code: str
    occupation_name: str
    target_grade: int
    state: str
    policy_id: str
    listing_document: str | None
    submitted_on: date | None
    listed_on: date | None
    opened_on: date | None
    completed_on: date | None
    people: int
    completed: int
    prepaid_fen: int
    paid_fen: int
    entitled_fen: int
    got_back_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEntry:
    """A person's line: training, certificate and what the registers said of it, entitlement."""

    enrolment_id: UUID
    filing_id: UUID
    enterprise: str
    class_name: str
    occupation_code: str
    target_grade: int
    seat_no: int
    name: str
    identity_masked: str
    category: str
    claim_basis: str
    state: str
    started_on: date | None
    ended_on: date | None
    exit_reason: str | None
    certificate_type: str | None
    certificate_number: str | None
    finding: str | None
    disposition: str | None
    prepaid_fen: int
    entitled_fen: int


Entry = EnterpriseEntry | FilingEntry | PersonEntry

HEADINGS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "org_id": Text("单位编号", "organisation"),
        "enterprise": Text("企业", "enterprise"),
        "credit_code": Text("统一社会信用代码", "credit code"),
        "filings": Text("备案数", "filings"),
        "people": Text("人数", "people"),
        "completed": Text("结业人数", "completed"),
        "prepaid_fen": Text("已预支（分）", "prepaid (fen)"),
        "paid_fen": Text("已支付（分）", "paid (fen)"),
        "entitled_fen": Text("应补（分）", "entitled (fen)"),
        "got_back_fen": Text("已收回（分）", "got back (fen)"),
        "filing_id": Text("备案编号", "filing"),
        "class_name": Text("班级", "class"),
        "occupation_code": Text("职业代码", "occupation code"),
        "occupation_name": Text("职业", "occupation"),
        "target_grade": Text("目标等级", "target grade"),
        "state": Text("状态", "state"),
        "policy_id": Text("补贴标准", "standard"),
        "listing_document": Text("列入文号", "listing document"),
        "submitted_on": Text("申报日期", "submitted on"),
        "listed_on": Text("列入日期", "listed on"),
        "opened_on": Text("开班日期", "opened on"),
        "completed_on": Text("结业日期", "completed on"),
        "enrolment_id": Text("学徒编号", "enrolment"),
        "seat_no": Text("序号", "seat"),
        "name": Text("姓名", "name"),
        "identity_masked": Text("证件号码", "identity (masked)"),
        "category": Text("人员类别", "category"),
        "claim_basis": Text("申领地依据", "claim basis"),
        "started_on": Text("开始日期", "started on"),
        "ended_on": Text("结束日期", "ended on"),
        "exit_reason": Text("退出原因", "exit reason"),
        "certificate_type": Text("证书类型", "certificate type"),
        "certificate_number": Text("证书编号", "certificate number"),
        "finding": Text("核验结果", "finding"),
        "disposition": Text("结算结果", "disposition"),
    }
)
"""A heading for every column of every level."""


def columns_of(level: type[Entry]) -> Sequence[str]:
    """Return a level's columns, in their order."""
    return [field.name for field in fields(level)]


def cells_of(entry: Entry) -> Sequence[Any]:
    """Return an entry's values in the order of its columns."""
    return [getattr(entry, field.name) for field in fields(entry)]
