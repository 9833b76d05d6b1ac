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
    CaseKind.VOUCHER_PROJECT: Text("职业培训券项目", "Voucher project"),
    CaseKind.VOUCHER_CLASS: Text("职业培训券班级", "Voucher class"),
    CaseKind.VOUCHER_SETTLEMENT: Text("职业培训券结算", "Voucher settlement"),
    CaseKind.CATALOGUE_ENTRY: Text("培训机构目录变动", "Entry of the provider catalogue"),
    "enrolment": Text("学徒", "Enrolment"),
    "payment": Text("支付", "Payment"),
    "voucher": Text("职业培训券", "Voucher"),
}

STATES: Final[Mapping[str, str]] = {
    "accepted": "已受理",
    "active": "已生效",
    "answered": "已答复",
    "approved": "已批准",
    "asked": "已提出",
    "batched": "已入批次",
    "cancelled": "已撤销",
    "clawed_back": "已追回",
    "closed": "已办结",
    "collected": "已收回",
    "completed": "已结业",
    "completion_reported": "已报结业",
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
    "expired": "已过期",
    "failed": "未通过",
    "freed": "未参训释放",
    "frozen": "已冻结",
    "in_force": "生效",
    "in_training": "培训中",
    "in_use": "使用中",
    "insolvency_claimed": "已申报债权",
    "issued": "待领取",
    "lapsed": "已失效",
    "lifted": "已解除",
    "listed": "已列入计划",
    "not_completed": "未结业",
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
    "redeemed": "已核销",
    "refused": "不予同意",
    "rejected": "不成立",
    "released": "已放行",
    "requested": "已申请",
    "reserved": "报名占用",
    "returned": "已退回",
    "returned_for_correction": "退回补正",
    "reviewed": "已初审",
    "sealed": "已封存",
    "served": "已送达",
    "signed_finance": "财政已签",
    "signed_labour": "人社已签",
    "start_reported": "已报开班",
    "start_reviewed": "开班已核验",
    "started": "已开班",
    "stopped": "已停班",
    "submitted": "已提交",
    "superseded": "已替换",
    "terminated": "已终止",
    "under_review": "复核中",
    "unknown": "结果不明",
    "upheld": "成立",
    "verified": "已核实",
    "verifying": "核验中",
    "voided": "已作废",
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
    "call_off": "停办",
    "cancel": "撤销",
    "cancel_claw_back": "撤销追回",
    "cancel_payment": "撤销支付",
    "claim": "申报债权",
    "class_cancelled": "班级取消",
    "class_stopped": "班级停办",
    "claw_back": "追回",
    "close": "办结",
    "collect": "收回",
    "collect_part": "部分收回",
    "complete": "结业",
    "concur": "财政复核",
    "confirm": "确认",
    "confirm_completion": "确认结业",
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
    "freeze": "冻结",
    "give_back": "银行退汇",
    "impose": "采取",
    "issue": "发放",
    "lapse": "逾期未开班失效",
    "lift": "解除",
    "list": "列入计划",
    "lose": "结果不明",
    "miss": "未到班",
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
    "redeem": "核销",
    "refuse": "不予同意",
    "refuse_finance": "财政不同意",
    "refuse_labour": "人社不同意",
    "reject": "银行退回",
    "reinstate": "恢复",
    "release": "放行",
    "release_approved": "解除冻结",
    "release_collected": "解除冻结",
    "release_completed": "解除冻结",
    "release_in_use": "解除冻结",
    "release_issued": "解除冻结",
    "release_redeemed": "解除冻结",
    "release_reserved": "解除冻结",
    "reopen": "重新核验",
    "report_completion": "报告结业",
    "report_start": "报告开班",
    "request": "申请",
    "request_again": "重新申请",
    "reserve": "报名",
    "return": "退回补正",
    "return_completion": "退回结业报告",
    "return_payment": "银行退汇",
    "return_start": "退回开班报告",
    "review": "初审",
    "review_start": "核验开班",
    "seal": "封存",
    "send_back": "退回上一环节",
    "serve": "送达",
    "sign_finance": "财政签署",
    "sign_labour": "人社签署",
    "split": "拆分",
    "stand": "复核维持",
    "start": "开始培训",
    "stop": "停班",
    "submit": "提交",
    "supersede": "替换",
    "take_out": "移出批次",
    "take_up": "依职权受理",
    "terminate": "终止",
    "unpublish": "撤下公示",
    "uphold": "维持",
    "verify": "核验",
    "verify_start": "确认开班",
    "void": "作废",
    "withdraw": "撤回",
    "write_off": "核销",
}

STATES_OF: Final[Mapping[str, Mapping[str, str]]] = {
    "voucher": {"collected": "已领取", "refused": "不予支付", "returned": "已退券"},
}
"""Where one state has another name in one machine: money is collected back, a voucher is collected."""

EVENTS_OF: Final[Mapping[str, Mapping[str, str]]] = {
    "voucher": {
        "collect": "领取",
        "expire": "过期",
        "give_back": "退券",
        "refuse": "不予支付",
        "withdraw": "退出报名",
    },
}
"""The same for events."""


def state_word(machine: str, state: str) -> str:
    """Return a state of a machine in Chinese."""
    return STATES_OF.get(machine, STATES).get(state) or STATES[state]


def event_word(machine: str, event: str) -> str:
    """Return an event of a machine in Chinese."""
    return EVENTS_OF.get(machine, EVENTS).get(event) or EVENTS[event]


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
            kind,
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
            name,
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


def _drawn(machine: str, states: Sequence[str], arrows: Sequence[Arrow]) -> str:
    name = MACHINES[machine]
    lines = [
        "",
        f"### {name.zh} · {name.en}",
        "",
        "```mermaid",
        "stateDiagram-v2",
        *_diagram(machine, states, arrows),
        "```",
        "",
        *_table(arrows),
    ]
    return "\n".join([*lines, ""])


def _diagram(machine: str, states: Sequence[str], arrows: Sequence[Arrow]) -> Iterator[str]:
    for state in states:
        if state != NEW:
            yield f'    state "{state_word(machine, state)} {state}" as {state}'
    for arrow in arrows:
        start = "[*]" if arrow.before == NEW else arrow.before
        signature = "" if arrow.duty is None else f" ({DUTIES[arrow.duty]} {arrow.duty})"
        word = event_word(machine, arrow.event)
        yield f"    {start} --> {arrow.after}: {word} {arrow.event}{signature}"
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
