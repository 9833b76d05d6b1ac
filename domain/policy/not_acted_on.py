"""What a standard may state and the product does not act on yet, and what happens instead.

Stands beside the format: every field of it is acted on, or in `TABLE` (tested). Such a field refuses
nothing, because a department's document says what it says; whoever drafts, simulates, signs or reads the
version is told. A change that acts on a field takes its row away.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from domain.errors import Text
from domain.policy.overlay import Overlay
from domain.policy.standard import (
    Employment,
    ExitRecovery,
    FinanceConcurrence,
    PaymentChannel,
    Standard,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotActedOn:
    """A field as JSON pointer into the standard, when it says something, and what happens instead."""

    pointer: str
    stated: Callable[[Standard], bool]
    instead: Text


_ROSTER: Final = Text(
    "名册变更不按此限检查，由经办人员把关。",
    "Changes of the roster are not held against this limit; officers look to it.",
)

TABLE: Final[tuple[NotActedOn, ...]] = (
    NotActedOn(
        pointer="/prepayment/added_people",
        stated=lambda standard: standard.prepayment.added_people,
        instead=Text(
            "之后增加的学徒不另行预支，由结算支付。",
            "People added later bring no prepayment of their own; the settlement pays for them.",
        ),
    ),
    NotActedOn(
        pointer="/term/extension_paid_months",
        stated=lambda standard: standard.term.extension_paid_months > 0,
        instead=Text(
            "延长的月份不支付，最多按备案期限计算。",
            "Months of an extension are not paid; the filed term is the most that is.",
        ),
    ),
    NotActedOn(
        pointer="/exits/recovered",
        stated=lambda standard: standard.exits.recovered is ExitRecovery.AT_EXIT,
        instead=Text(
            "退出时不即时追缴，由结算一并追回。",
            "Nothing is asked back when somebody leaves; the settlement recovers it.",
        ),
    ),
    NotActedOn(
        pointer="/exits/excused",
        stated=lambda standard: bool(standard.exits.excused),
        instead=Text(
            "不区分免责原因，也不收取证明，一律按 exits.earns 计算。",
            "No reason is excused and no proof is asked for; every exit earns by `exits.earns`.",
        ),
    ),
    NotActedOn(
        pointer="/suspension_counts",
        stated=lambda standard: standard.suspension_counts,
        instead=Text(
            "业务中尚不能登记中止培训，没有可计入的天数；测算时按此计算。",
            "No suspension is recorded in a case, so there are no days to count; calculations count them.",
        ),
    ),
    NotActedOn(
        pointer="/roster_changes/last_day",
        stated=lambda standard: standard.roster_changes.last_day is not None,
        instead=_ROSTER,
    ),
    NotActedOn(
        pointer="/roster_changes/max_replaced_basis_points",
        stated=lambda standard: standard.roster_changes.max_replaced_basis_points is not None,
        instead=_ROSTER,
    ),
    NotActedOn(
        pointer="/roster_changes/min_remaining_months",
        stated=lambda standard: standard.roster_changes.min_remaining_months is not None,
        instead=_ROSTER,
    ),
    NotActedOn(
        pointer="/pass_rate_basis_points",
        stated=lambda standard: standard.pass_rate_basis_points is not None,
        instead=Text(
            "不检查取证比例，每人按本人资格支付。",
            "The share of people certified is not checked; each is paid by their own eligibility.",
        ),
    ),
    NotActedOn(
        pointer="/people/contract_with_filing_enterprise",
        stated=lambda standard: standard.people.contract_with_filing_enterprise,
        instead=Text(
            "名册不登记合同用人单位，由企业承诺、经办人员核对合同。",
            "The roster does not say with whom the contract is; the enterprise attests it and officers look "
            "at the contract.",
        ),
    ),
    NotActedOn(
        pointer="/people/minimum_wage",
        stated=lambda standard: standard.people.minimum_wage,
        instead=Text(
            "不登记工资，不与最低工资比对，由经办人员核对。",
            "Wages are not recorded nor held against the minimum wage; officers look to it.",
        ),
    ),
    NotActedOn(
        pointer="/employment",
        stated=lambda standard: standard.employment is Employment.REGISTRY,
        instead=Text(
            "尚未接入登记系统，每人的就业核实均为“未知”，有应付人员的结算不能批准。",
            "No registry is asked yet: employment stays unknown for everybody, and a settlement with "
            "payable people cannot be approved.",
        ),
    ),
    NotActedOn(
        pointer="/finance_concurrence",
        stated=lambda standard: (
            standard.finance_concurrence is not FinanceConcurrence.BEFORE_PAYMENT
        ),
        instead=Text(
            "一律在支付前由财政部门复核。", "The finance department always concurs before payment."
        ),
    ),
    NotActedOn(
        pointer="/payment_channel",
        stated=lambda standard: standard.payment_channel is not PaymentChannel.TREASURY,
        instead=Text(
            "支付批次和账务与国库支付相同，不区分付款账户。",
            "Batches and books are the same as for the treasury; no paying account is told apart.",
        ),
    ),
    NotActedOn(
        pointer="/netting",
        stated=lambda standard: standard.netting,
        instead=Text(
            "不从其他备案的付款中抵扣，追缴款由企业缴回。",
            "Nothing is netted against another filing's payment; the enterprise pays a recovery back.",
        ),
    ),
)


def not_acted_on(pack: Standard | Overlay) -> tuple[NotActedOn, ...]:
    """Return the fields of a standard that say something nothing acts on, in the format's order."""
    if isinstance(pack, Overlay):
        return ()
    return tuple(one for one in TABLE if one.stated(pack))
