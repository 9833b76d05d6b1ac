"""The states as people read them: `docs/states.md`, drawn from the tables the use cases drive.

`xuetu generate` prints it; a test compares it with what is committed. Words of both languages follow
CASES 1 and 3.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from domain.cases import NEW, CaseKind, Duty
from domain.errors import Text
from domain.machines import FLOWS, SIGNED

HEADER: Final = """# 状态 · States

由 `domain/machines/` 中的状态表生成（`xuetu generate`），请勿手工修改。
Generated from the tables in `domain/machines/` by `xuetu generate`; never edited by hand.

表中没有的操作一律拒绝（`wrong_state`），不改变任何内容。
What a table does not name is refused (`wrong_state`) and changes nothing.
"""

SIGNED_SECTION: Final = """
## 业务 · Cases

每一步由一人以一项职责签署；同一人在同一业务中只承担一项职责。“系统”步骤由系统签署，不计为任何一人。
Each step is signed by one person holding one duty, and a person holds one duty in a case. The
system's steps are signed by the system person, who never counts as one of two people.
"""

FLOWS_SECTION: Final = """
## 无需签署的对象 · Things that nobody signs

随已签署的步骤或银行回单而变动。
They move with a signed step or with a bank line.
"""

MACHINES: Final[Mapping[str, Text]] = {
    CaseKind.FILING: Text("备案", "Filing"),
    CaseKind.PREPAYMENT: Text("预支", "Prepayment"),
    CaseKind.SETTLEMENT: Text("结算", "Settlement"),
    CaseKind.RECOVERY: Text("追缴", "Recovery"),
    CaseKind.FUNDING_REQUEST: Text("拨款申请", "Funding request"),
    CaseKind.BATCH: Text("支付批次", "Batch"),
    CaseKind.APPROPRIATION: Text("预算下达", "Appropriation"),
    CaseKind.ACCOUNT_CHANGE: Text("收款账户", "Payee account"),
    CaseKind.HOLD: Text("暂停支付", "Hold"),
    CaseKind.JOINT_CLASS: Text("集中开班", "Joint class"),
    CaseKind.MANUAL_FINDING: Text("人工核验", "Manual finding"),
    CaseKind.NOTICE: Text("公示", "Notice"),
    CaseKind.OBJECTION: Text("异议", "Objection"),
    CaseKind.PAYMENT_CORRECTION: Text("支付更正", "Payment correction"),
    CaseKind.POLICY_VERSION: Text("政策版本", "Policy version"),
    CaseKind.REVIEW_REQUEST: Text("复核申请", "Review request"),
    "enrolment": Text("学徒", "Enrolment"),
    "payment": Text("支付", "Payment"),
}

STATES: Final[Mapping[str, str]] = {
    "accepted": "已受理",
    "active": "已生效",
    "answered": "已答复",
    "approved": "已批准",
    "asked": "已提出",
    "batched": "已入批次",
    "cancelled": "已撤销",
    "closed": "已办结",
    "collected": "已收回",
    "completed": "已结业",
    "concurred": "财政已复核",
    "confirmed": "已确认",
    "corrected": "更正中",
    "declared": "已申报",
    "draft": "草稿",
    "ended": "公示期满",
    "enforcement": "强制执行",
    "enrolled": "已列入",
    "examined": "已核查",
    "exited": "已退出",
    "failed": "未通过",
    "freed": "未参训释放",
    "in_force": "生效",
    "in_training": "培训中",
    "insolvency_claimed": "已申报债权",
    "lapsed": "已失效",
    "lifted": "已解除",
    "listed": "已列入计划",
    "on_notice": "公示中",
    "ordered": "已下达",
    "overdue": "逾期",
    "paid": "已支付",
    "partly_collected": "部分收回",
    "planned": "计划中",
    "prepared": "已拟定",
    "proposed": "拟追缴",
    "published": "已公示",
    "received": "已收到",
    "reconciled": "已对账",
    "refused": "不予同意",
    "rejected": "不成立",
    "released": "已放行",
    "requested": "已申请",
    "returned": "已退回",
    "returned_for_correction": "退回补正",
    "reviewed": "已初审",
    "sealed": "已封存",
    "served": "已送达",
    "signed_finance": "财政已签",
    "signed_labour": "人社已签",
    "submitted": "已提交",
    "superseded": "已替换",
    "terminated": "已终止",
    "under_review": "复核中",
    "unknown": "结果不明",
    "upheld": "成立",
    "verified": "已核实",
    "verifying": "核验中",
    "withdrawn": "已撤回",
    "write_off_asked": "拟核销",
    "written_off": "已核销",
}

EVENTS: Final[Mapping[str, str]] = {
    "accept": "受理",
    "answer": "答复",
    "approve": "批准",
    "ask": "提出",
    "ask_write_off": "申请核销",
    "batch": "编入批次",
    "cancel": "撤销",
    "claim": "申报债权",
    "close": "办结",
    "collect": "收回",
    "collect_part": "部分收回",
    "complete": "结业",
    "concur": "财政复核",
    "confirm": "确认",
    "contest": "提请复核",
    "correct": "补正",
    "countersign": "二次确认",
    "declare": "申报",
    "decline": "不予核销",
    "dismiss": "不成立",
    "draft": "起草",
    "drop": "撤销",
    "end": "期满",
    "enforce": "强制执行",
    "enrol": "列入",
    "examine": "核查",
    "exit": "退出",
    "expire": "逾期未补正",
    "fail": "未通过",
    "follow": "随结算追缴",
    "free": "释放",
    "give_back": "银行退汇",
    "impose": "采取",
    "lapse": "逾期未开班失效",
    "lift": "解除",
    "list": "列入计划",
    "lose": "结果不明",
    "open": "开班",
    "open_ex_officio": "依职权启动",
    "open_unasked": "免申请启动",
    "order": "下达",
    "pay": "支付",
    "plan": "计划",
    "plan_again": "重新计划",
    "prepare": "拟定",
    "propose": "拟追缴",
    "publish": "公示",
    "raise": "增加追缴",
    "receive": "收到",
    "reconcile": "对账",
    "refuse": "不予同意",
    "refuse_finance": "财政不同意",
    "refuse_labour": "人社不同意",
    "reject": "银行退回",
    "release": "放行",
    "reopen": "重新核验",
    "request": "申请",
    "request_again": "重新申请",
    "return": "退回补正",
    "review": "初审",
    "seal": "封存",
    "send_back": "退回上一环节",
    "serve": "送达",
    "sign_finance": "财政签署",
    "sign_labour": "人社签署",
    "split": "拆分",
    "stand": "复核维持",
    "start": "开始培训",
    "submit": "提交",
    "supersede": "替换",
    "take_out": "移出批次",
    "take_up": "依职权受理",
    "terminate": "终止",
    "unpublish": "撤下公示",
    "uphold": "维持",
    "verify": "核验",
    "withdraw": "撤回",
    "write_off": "核销",
}

DUTIES: Final[Mapping[Duty, str]] = {
    Duty.FILE: "申报",
    Duty.REVIEW: "审核",
    Duty.APPROVE: "审批",
    Duty.CONCUR: "财政复核",
    Duty.PREPARE: "制单",
    Duty.RELEASE: "放行",
    Duty.CONFIRM_FIRST: "首次确认",
    Duty.CONFIRM_SECOND: "二次确认",
    Duty.SIGN_LABOUR: "人社签署",
    Duty.SIGN_FINANCE: "财政签署",
    Duty.SYSTEM: "系统",
}


class Arrow(NamedTuple):
    """One move of a drawing; `duty` is None where nobody signs."""

    before: str
    event: str
    after: str
    duty: Duty | None


def state_diagrams() -> str:
    """Return the text of `docs/states.md`: a diagram and a table of moves for every machine."""
    signed = [
        _drawn(
            MACHINES[kind],
            tuple(machine),
            [
                Arrow(state, event, move.to, move.duty)
                for state, moves in machine.items()
                for event, move in moves.items()
            ],
        )
        for kind, machine in SIGNED.items()
    ]
    flows = [
        _drawn(
            MACHINES[name],
            tuple(flow),
            [
                Arrow(state, event, after, None)
                for state, moves in flow.items()
                for event, after in moves.items()
            ],
        )
        for name, flow in FLOWS.items()
    ]
    return "".join([HEADER, SIGNED_SECTION, *signed, FLOWS_SECTION, *flows])


def _drawn(name: Text, states: Sequence[str], arrows: Sequence[Arrow]) -> str:
    lines = [
        "",
        f"### {name.zh} · {name.en}",
        "",
        "```mermaid",
        "stateDiagram-v2",
        *_diagram(states, arrows),
        "```",
        "",
        *_table(arrows),
    ]
    return "\n".join([*lines, ""])


def _diagram(states: Sequence[str], arrows: Sequence[Arrow]) -> Iterator[str]:
    for state in states:
        if state != NEW:
            yield f'    state "{STATES[state]} {state}" as {state}'
    for arrow in arrows:
        start = "[*]" if arrow.before == NEW else arrow.before
        signature = "" if arrow.duty is None else f" ({DUTIES[arrow.duty]} {arrow.duty})"
        yield f"    {start} --> {arrow.after}: {EVENTS[arrow.event]} {arrow.event}{signature}"
    left = {arrow.before for arrow in arrows}
    for state in states:
        if state not in left:
            yield f"    {state} --> [*]"


def _table(arrows: Sequence[Arrow]) -> Iterator[str]:
    yield "| 之前 from | 操作 event | 之后 to | 职责 duty |"
    yield "|---|---|---|---|"
    for arrow in arrows:
        before = "—" if arrow.before == NEW else f"{STATES[arrow.before]} `{arrow.before}`"
        duty = "—" if arrow.duty is None else f"{DUTIES[arrow.duty]} `{arrow.duty}`"
        yield (
            f"| {before} | {EVENTS[arrow.event]} `{arrow.event}` "
            f"| {STATES[arrow.after]} `{arrow.after}` | {duty} |"
        )
