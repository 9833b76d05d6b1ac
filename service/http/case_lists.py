"""What every list of cases may be filtered by: the state, and the filing the case belongs to."""

from uuid import UUID

from domain.cases import NEW, CaseKind
from domain.errors import Text
from domain.machines import SIGNED
from service.http.operation import Query

OF_FILING = Query(
    name="filing_id",
    kind=UUID,
    description=Text("只列出此备案的。", "Only those of this filing."),
)

OF_VOUCHER_SETTLEMENT = Query(
    name="voucher_settlement_id",
    kind=UUID,
    description=Text("只列出此培训券结算的。", "Only those of this voucher settlement."),
)


def in_state(kind: CaseKind) -> Query:
    """Return the filter by state: the queue of whoever signs next. No stored case is `new`."""
    states = "|".join(state for state in SIGNED[kind] if state != NEW)
    return Query(
        name="state",
        pattern=f"^({states})$",
        description=Text(
            f"只列出处于此状态的：{states.replace('|', '、')}。",
            f"Only those in this state: {states.replace('|', ', ')}.",
        ),
    )
