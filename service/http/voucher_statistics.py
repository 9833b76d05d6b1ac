"""Statistics of vouchers over HTTP: vouchers and people apart, as JSON and CSV."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from domain.errors import Text
from domain.party import Role
from domain.voucher_statistics import (
    STEPS,
    StatisticsBy,
    VoucherStatistic,
    VoucherStep,
    cells_of,
    headings,
)
from service.application import voucher_statistics
from service.http.call import Answer, Call, Served, json_answer
from service.http.media import CSV
from service.http.operation import Query, operation
from service.http.shapes import TextView, View

TAG: Final = "vouchers"
_BUREAU: Final = frozenset(
    {Role.CLERK, Role.REVIEWER, Role.APPROVER, Role.PREPARER, Role.RELEASER, Role.FINANCE}
    | {Role.POLICY_OFFICER, Role.AUDITOR}
)
_QUERY: Final = (
    Query(
        name="by",
        kind=StatisticsBy,
        description=Text(
            "每行一个项目、资金来源和年度、地区或月份；不填为项目。",
            "One line a project, fund and year, region or month; projects when not given.",
        ),
    ),
    Query(
        name="since",
        kind=date,
        description=Text("只统计此日起发生的。", "Only what happened from this day on."),
    ),
    Query(
        name="until",
        kind=date,
        description=Text("只统计至此日发生的。", "Only what happened up to this day."),
    ),
)


class StepCountView(View):
    """How far vouchers went: 人次 (`vouchers`) and 人 (`people`) are never added to each other."""

    step: VoucherStep
    step_name: TextView
    vouchers: int
    people: int


class VoucherStatisticView(View):
    """One line; the amount is fen."""

    key: str | None
    name: str
    steps: list[StepCountView]
    paid_fen: int

    @classmethod
    def of(cls, line: VoucherStatistic) -> "VoucherStatisticView":
        """Show a line."""
        return cls(
            key=line.key,
            name=line.label,
            steps=[
                StepCountView(
                    step=step,
                    step_name=TextView(zh=said.zh, en=said.en),
                    vouchers=line.steps[step].vouchers,
                    people=line.steps[step].people,
                )
                for step, said in STEPS.items()
            ],
            paid_fen=line.paid_fen,
        )


class VoucherStatisticsView(View):
    """A line for each group, and the total, in which a person is counted once."""

    by: StatisticsBy
    items: list[VoucherStatisticView]
    total: VoucherStatisticView


async def _lines(call: Call) -> tuple[StatisticsBy, Sequence[VoucherStatistic]]:
    by = call.query("by", StatisticsBy) or StatisticsBy.PROJECT
    lines = await call.read(
        lambda work: voucher_statistics.voucher_statistics(
            work, by=by, since=call.query("since", date), until=call.query("until", date)
        )
    )
    return by, lines


@operation(
    id="GetVoucherStatistics",
    method="GET",
    path="/v1/voucher-statistics",
    tag=TAG,
    summary=Text("培训券统计", "Count vouchers"),
    description=Text(
        "本地区及下级。人次为券数，人数为不同的人；同一人多张券只计一人，各行人数不能相加。各环节按首次发生"
        "之日统计；支付、过期、退券只计现在仍处于该状态的。",
        "Of one's region and below. A person with several vouchers is one person, so that people of several "
        "lines are not added up. Each step counts on the day it first happened; paid, expired and returned "
        "only where the voucher stands so now.",
    ),
    roles=_BUREAU,
    query=_QUERY,
    answer=VoucherStatisticsView,
)
async def get_voucher_statistics(call: Call) -> Answer:
    """Count."""
    by, lines = await _lines(call)
    *items, total = (VoucherStatisticView.of(line) for line in lines)
    return json_answer(VoucherStatisticsView(by=by, items=items, total=total))


@operation(
    id="ExportVoucherStatisticsCsv",
    method="GET",
    path="/v1/voucher-statistics/csv",
    tag=TAG,
    summary=Text("导出培训券统计（CSV）", "Export the count of vouchers as CSV"),
    roles=_BUREAU,
    query=_QUERY,
    answer_media=CSV,
    answer_example="编号 key,名称 name,发放人次 issued (vouchers)\r\n",
)
async def export_voucher_statistics_csv(call: Call) -> Answer:
    """Count, into a file."""
    by, lines = await _lines(call)
    return Answer(
        body=call.ports.tables.csv(headings(), [cells_of(line) for line in lines]),
        media=CSV,
        headers={"Content-Disposition": f'attachment; filename="voucher-statistics-{by}.csv"'},
    )


OPERATIONS: Final[tuple[Served, ...]] = (get_voucher_statistics, export_voucher_statistics_csv)
