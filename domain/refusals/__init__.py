"""The registry of refusals: every code the product can answer with, in Chinese and English.

Generates the enum in the OpenAPI document, the page of problems, and the test that each code is
reachable. Codes are public contract: never renamed, never reused. One module a term.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.errors import RefusalKind
from domain.refusals.archive import ARCHIVE
from domain.refusals.cases import BROKEN, CASES
from domain.refusals.class_record import TRAINING
from domain.refusals.contract import ASKING, SENT
from domain.refusals.document import DOCUMENTS
from domain.refusals.engine import EMBEDDED, JOBS, LEDGER
from domain.refusals.filing import FILING
from domain.refusals.filing_width import FILING_WIDTH
from domain.refusals.notice import NOTICES
from domain.refusals.official_document import OFFICIAL
from domain.refusals.paying_again import PAYING_AGAIN
from domain.refusals.payment import PAYING
from domain.refusals.policy import POLICY
from domain.refusals.policy_version import POLICY_VERSIONS
from domain.refusals.real_name import REAL_NAMES
from domain.refusals.recovery import RECOVERING
from domain.refusals.roster import ROSTER, ROSTER_NOTES
from domain.refusals.settlement import NUMBER_NOTES, SETTLING
from domain.refusals.stacking import STACKING, SUBSIDY_REGISTERS
from domain.refusals.voucher import VOUCHER_ISSUES, VOUCHER_PROJECTS, VOUCHERS
from domain.refusals.voucher_class import CATALOGUE, REDEEMING, VOUCHER_CLASSES
from domain.refusals.voucher_settlement import CLAWING_BACK, VOUCHER_SETTLEMENTS
from domain.refusals.work_ledger import LEDGER_VIEWS

SECTIONS: Final = (
    BROKEN,
    ASKING,
    SENT,
    CASES,
    POLICY,
    POLICY_VERSIONS,
    FILING,
    DOCUMENTS,
    TRAINING,
    FILING_WIDTH,
    ROSTER,
    ROSTER_NOTES,
    SETTLING,
    STACKING,
    SUBSIDY_REGISTERS,
    NUMBER_NOTES,
    RECOVERING,
    NOTICES,
    PAYING,
    OFFICIAL,
    LEDGER_VIEWS,
    PAYING_AGAIN,
    VOUCHER_PROJECTS,
    VOUCHER_ISSUES,
    VOUCHERS,
    CATALOGUE,
    VOUCHER_CLASSES,
    REDEEMING,
    VOUCHER_SETTLEMENTS,
    CLAWING_BACK,
    REAL_NAMES,
    ARCHIVE,
    JOBS,
    LEDGER,
    EMBEDDED,
)

REGISTRY: Final[Mapping[str, RefusalKind]] = MappingProxyType(
    {kind.code: kind for section in SECTIONS for kind in section}
)
