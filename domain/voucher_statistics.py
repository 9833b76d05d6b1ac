"""Statistics of vouchers (职业培训券统计): how many went how far, as vouchers and as people.

人次 are vouchers, 人 are persons: one person may hold vouchers of several projects and is counted once in each
figure. So figures of people are not added up; every group and the total are counted each for itself. Amounts
are fen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from domain.errors import Text


class StatisticsBy(StrEnum):
    """What a line is about."""

    PROJECT = "project"
    FUND = "fund"
    REGION = "region"
    MONTH = "month"


class VoucherStep(StrEnum):
    """What is counted, each by the day on which it first happened to the voucher.

    Paid, expired and returned are counted where the voucher stands so now: a payment that came back is none.
    """

    ISSUED = "issued"
    COLLECTED = "collected"
    STARTED = "started"
    COMPLETED = "completed"
    REDEEMED = "redeemed"
    PAID = "paid"
    EXPIRED = "expired"
    RETURNED = "returned"


STEPS: Final[Mapping[VoucherStep, Text]] = MappingProxyType(
    {
        VoucherStep.ISSUED: Text("发放", "issued"),
        VoucherStep.COLLECTED: Text("领取", "collected"),
        VoucherStep.STARTED: Text("开班", "started"),
        VoucherStep.COMPLETED: Text("结业", "completed"),
        VoucherStep.REDEEMED: Text("核销", "redeemed"),
        VoucherStep.PAID: Text("支付", "paid"),
        VoucherStep.EXPIRED: Text("过期", "expired"),
        VoucherStep.RETURNED: Text("退券", "returned"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many vouchers (人次), and how many different persons (人)."""

    vouchers: int
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherStatistic:
    """One line: a project, fund and year, region or month (`2026-03`); `key` None is all of them together.

    `paid_fen` is the amount of what is paid.
    """

    key: str | None
    label: str
    steps: Mapping[VoucherStep, Counted]
    paid_fen: int


def headings() -> Sequence[str]:
    """Return the columns of a file: for each step vouchers, then people, never in one column."""
    counted = [
        f"{said.zh}{unit.zh} {said.en} ({unit.en})"
        for said in STEPS.values()
        for unit in (Text("人次", "vouchers"), Text("人数", "people"))
    ]
    return ["编号 key", "名称 name", *counted, "已支付（分） paid (fen)"]


def cells_of(line: VoucherStatistic) -> Sequence[Any]:
    """Return a line's values in the order of the columns."""
    counted = [
        number for step in STEPS for number in (line.steps[step].vouchers, line.steps[step].people)
    ]
    return [line.key or "", line.label, *counted, line.paid_fen]
