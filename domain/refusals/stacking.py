"""Refusals of stacking: what a person's earlier subsidies rule out, and lists of such subsidies."""

from typing import Final

from domain.refusals.kinds import rule, state

STACKING: Final = (
    rule(
        "stacking_violated",
        ("补贴重复或超过限制", "Subsidised before, or beyond a limit"),
        (
            "拟补贴人员中有 {count} 人因已享受的补贴不得再享受，请撤回复核后重新认定。",
            (
                "{count} of the people to be paid may not be, for what they had before; reopen the "
                "review and decide their lines anew."
            ),
        ),
    ),
    rule(
        "stacking_year_total",
        ("超过年度补贴次数", "Beyond the year's number of subsidies"),
        (
            "{year} 年度已享受 {found} 项补贴（{subsidies}），每人每年最多 {limit} 项。",
            "{found} subsidies count in {year} already ({subsidies}); at most {limit} a person and year.",
        ),
    ),
    rule(
        "stacking_year_programme",
        ("超过同一项目的年度次数", "Beyond the year's number in one programme"),
        (
            "{year} 年度已享受 {found} 次同一项目的补贴（{subsidies}），每人每年最多 {limit} 次。",
            (
                "{found} subsidies of this programme count in {year} already ({subsidies}); at most "
                "{limit} a person and year."
            ),
        ),
    ),
    rule(
        "stacking_same_grade",
        ("同一职业同一等级已补贴", "Subsidised for this occupation and grade"),
        (
            "已就同一职业（工种）同一等级享受过补贴（{subsidies}），只补一次。",
            "Subsidised for this occupation and grade before ({subsidies}); it is paid once ever.",
        ),
    ),
    rule(
        "stacking_higher_grade",
        ("同一职业更高等级已补贴", "Subsidised for a higher grade"),
        (
            "已就同一职业（工种）更高等级享受过补贴（{subsidies}），不再补贴较低等级。",
            "Subsidised for a higher grade of this occupation ({subsidies}); a lower one is not paid.",
        ),
    ),
    rule(
        "stacking_certificate",
        ("证书已用于同类补贴", "Certificate used for a subsidy of this kind"),
        (
            "该证书已用于同类补贴（{subsidies}）。",
            "This certificate has supported a subsidy of this kind before ({subsidies}).",
        ),
    ),
    rule(
        "stacking_excluded",
        ("与已享受的补贴互斥", "Excluded by an earlier subsidy"),
        (
            "与已享受的补贴（{subsidies}）不得重复享受。",
            "It may not be paid beside an earlier subsidy ({subsidies}).",
        ),
    ),
    rule(
        "stacking_claimed_late",
        ("超过申领期限", "Claimed too late"),
        (
            "须在证书核发后 {limit} 个月内申领，截止日为 {last_day}。",
            "It is claimed within {limit} months of the certificate's issue, by {last_day}.",
        ),
    ),
)

SUBSIDY_REGISTERS: Final = (
    rule(
        "subsidy_register_faulty",
        ("补贴名单有误", "The list of subsidies is faulty"),
        (
            "补贴名单中有 {count} 处错误，未保存任何内容。",
            "The list has {count} fault(s) and nothing was stored.",
        ),
    ),
    state(
        "subsidy_register_already_loaded",
        ("该名单已导入", "List loaded before"),
        (
            "该来源现行的名单就是这一份，或另一份名单正在导入。",
            "This very list is in force for the source, or another is being loaded just now.",
        ),
    ),
    rule(
        "subsidy_twice_in_register",
        ("补贴重复", "Subsidy twice in the list"),
        ("与第 {row} 行为同一笔补贴。", "Row {row} tells of the same subsidy."),
    ),
)
