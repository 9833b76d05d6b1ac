"""Refusals of the work ledger and the ledger's sums."""

from typing import Final

from domain.errors import Family
from domain.refusals.kinds import kind, rule

LEDGER_VIEWS: Final = (
    rule(
        "export_too_large",
        ("导出行数过多", "Too many lines"),
        (
            "一次最多导出 {most} 行，请按企业或备案分别导出。",
            "One file holds at most {most} lines; export by enterprise or filing.",
        ),
    ),
    kind(
        "region_needed",
        Family.NOT_PERMITTED,
        ("仅限有管辖地区的人员", "For people with a region"),
        ("只有主管部门人员可以按地区查看。", "Only people of an authority read by region."),
    ),
)
