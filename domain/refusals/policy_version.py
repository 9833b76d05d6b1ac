"""Refusals of policy versions: drafting, signing and what stands against activation."""

from typing import Final

from domain.errors import Family
from domain.refusals.kinds import kind

POLICY_VERSIONS: Final = (
    kind(
        "policy_refused",
        Family.RULE_BROKEN,
        ("政策版本不能生效", "The policy version cannot become active"),
        (
            "有 {count} 处不符合规定，详见 errors。",
            "{count} point(s) stand against it; see errors.",
        ),
    ),
    kind(
        "policy_of_another_region",
        Family.RULE_BROKEN,
        ("不是本地区的政策", "A policy of another region"),
        (
            "只能起草、签署本地区的政策版本。",
            "A region drafts and signs policy versions of its own only.",
        ),
    ),
    kind(
        "policy_id_taken",
        Family.RULE_BROKEN,
        ("政策编号已被使用", "Policy id taken"),
        (
            "该编号属于其他地区或另一类政策，或刚被使用，请另行命名。",
            "The id belongs to another region or kind of policy, or was just taken; choose another.",
        ),
    ),
    kind(
        "policy_period_used",
        Family.RULE_BROKEN,
        ("期限与已使用的版本重叠", "Period overlaps a version in use"),
        (
            "自 {day} 起有效的版本 {policy} 已有业务适用；新版本须晚于该日生效，列明所调整业务的追溯文件可自同日生效。",
            (
                "Cases go by version {policy}, in force from {day}: begin after that day; a document that "
                "names the cases it moves may begin on it."
            ),
        ),
    ),
    kind(
        "below_floor_without_reason",
        Family.RULE_BROKEN,
        ("低于国家指导标准须说明理由", "A rate below the national floor needs a reason"),
        (
            "国家指导标准为 {floor} 分（{document}，原则上）；低于该标准的，须书面说明理由。",
            "The national floor is {floor} fen ({document}, in principle): a lower rate needs a written reason.",
        ),
    ),
    kind(
        "filing_not_movable",
        Family.RULE_BROKEN,
        ("该备案不能调整适用版本", "The filing cannot be moved"),
        (
            "只有已提交且未办结的备案可以调整；该备案处于“{state}”状态。",
            "Only a filing that is submitted and not closed can be moved; this one is “{state}”.",
        ),
    ),
    kind(
        "overlay_moves_nothing",
        Family.RULE_BROKEN,
        ("地方补充不调整业务", "An overlay moves no cases"),
        (
            "地方补充不影响金额，不得列明所调整的业务。",
            "An overlay changes no amount, so that it moves no cases.",
        ),
    ),
    kind(
        "wrong_department",
        Family.NOT_PERMITTED,
        ("不是应签署的部门", "Another department signs this"),
        (
            "此项签署属于该地区的“{department}”部门（labour 人社，finance 财政）。",
            "This signature belongs to the region's “{department}” department.",
        ),
    ),
    kind(
        "document_number_differs",
        Family.RULE_BROKEN,
        ("文号不一致", "Another document number"),
        (
            "所确认的文号与政策版本的文号不一致。",
            "The document number confirmed is not the policy version's.",
        ),
    ),
)
"""Policy versions (CASES 2): two departments, periods, floors, moves."""
