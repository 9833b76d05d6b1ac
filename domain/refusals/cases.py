"""Refusals every case shares: states, duties, versions; and what breaks on our side."""

from typing import Final

from domain.errors import Family
from domain.refusals.kinds import kind

BROKEN: Final = (
    kind(
        "internal",
        Family.INTERNAL,
        ("系统内部错误", "Internal error"),
        (
            "系统出错，未保存任何内容。请凭请求编号联系管理员。",
            "Something broke on our side and nothing was stored. Quote the request id.",
        ),
    ),
)

CASES: Final = (
    kind(
        "not_found",
        Family.NOT_FOUND,
        ("未找到", "Not found"),
        (
            "所请求的内容不存在，或您无权查看。",
            "What you asked for does not exist, or you may not see it.",
        ),
    ),
    kind(
        "wrong_state",
        Family.STATE_CONFLICT,
        ("当前状态不允许此操作", "The case is in another state"),
        (
            "业务处于“{state}”状态，不能执行“{event}”。",
            "The case is in state “{state}”; “{event}” cannot happen to it now.",
        ),
    ),
    kind(
        "duty_conflict",
        Family.NOT_PERMITTED,
        ("同一人不得承担两项职责", "One person, one duty in a case"),
        (
            "您在本业务中已承担其他职责，不能再承担“{duty}”职责，请由他人办理。",
            "You already hold another duty in this case and cannot take “{duty}”; another person must act.",
        ),
    ),
    kind(
        "linked_duty_conflict",
        Family.NOT_PERMITTED,
        ("关联业务中的职责冲突", "Conflicting duty in a linked case"),
        (
            "您在关联业务中承担了不相容的职责“{held}”，请由他人办理。",
            "You hold the incompatible duty “{held}” in a linked case; another person must act.",
        ),
    ),
    kind(
        "not_the_drafter",
        Family.NOT_PERMITTED,
        ("仅起草人可撤回", "Only who drafted it may withdraw it"),
        (
            "草稿由起草人本人撤回；他人可不予批准。",
            "A draft is withdrawn by the person who drafted it; others may leave it unapproved.",
        ),
    ),
    kind(
        "not_permitted",
        Family.NOT_PERMITTED,
        ("无权执行此操作", "Not permitted"),
        ("此操作需要以下角色之一：{roles}。", "This needs one of the roles: {roles}."),
    ),
    kind(
        "stale_version",
        Family.PRECONDITION_FAILED,
        ("内容已被他人更改", "The case has changed"),
        (
            "您所依据的版本已过期，请重新读取后再试。",
            "The version you acted on is out of date; read it again and retry.",
        ),
    ),
)
