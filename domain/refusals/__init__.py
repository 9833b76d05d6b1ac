"""The registry of refusals: every code the product can answer with, in Chinese and English.

Generates the enum in the OpenAPI document, the page of problems, and the test that each code is
reachable. Codes are public contract: never renamed, never reused. One module a term.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.errors import RefusalKind
from domain.refusals.cases import BROKEN, CASES
from domain.refusals.contract import ASKING, SENT
from domain.refusals.engine import EMBEDDED, JOBS, LEDGER
from domain.refusals.filing import FILING
from domain.refusals.paying_again import PAYING_AGAIN
from domain.refusals.payment import PAYING
from domain.refusals.policy import POLICY
from domain.refusals.settlement import SETTLING

SECTIONS: Final = (
    BROKEN,
    ASKING,
    SENT,
    CASES,
    POLICY,
    FILING,
    SETTLING,
    PAYING,
    PAYING_AGAIN,
    JOBS,
    LEDGER,
    EMBEDDED,
)

REGISTRY: Final[Mapping[str, RefusalKind]] = MappingProxyType(
    {kind.code: kind for section in SECTIONS for kind in section}
)
