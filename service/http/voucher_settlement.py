"""Voucher settlements (职业培训券结算) over HTTP: claimed by a provider or a worker, and read."""

from typing import Final

from domain.cases import CaseKind
from domain.errors import Text
from domain.party import Role
from domain.ports.work import Work
from domain.voucher_settlement import VoucherSettlement
from domain.voucher_settlement_explanation import explain_voucher
from service.application import voucher_settlement
from service.http.call import Answer, Call, Served, json_answer
from service.http.case_lists import in_state
from service.http.history import steps_of
from service.http.operation import operation
from service.http.settlement_wire import ExplanationView
from service.http.shapes import HistoryView
from service.http.voucher_settlement_wire import (
    VouchersBody,
    VoucherSettlementBody,
    VoucherSettlementLineView,
    VoucherSettlementView,
)

TAG: Final = "voucher-settlements"
BASE: Final = "/v1/voucher-settlements"
ONE: Final = f"{BASE}/{{voucher_settlement_id}}"
SIGNED: Final = ("wrong_state", "duty_conflict", "busy")
EXAMPLE_ID: Final = "0192f0c4-7c1e-7000-8000-000000000001"
PAYEES: Final = frozenset({Role.PROVIDER, Role.WORKER})


def settlement_answer(one: VoucherSettlement, *, status: int = 200) -> Answer:
    """Answer a settlement, its version in the ETag, and its address when it is new."""
    return json_answer(
        VoucherSettlementView.of(one),
        status=status,
        version=one.case.version,
        location=f"{BASE}/{one.case.id}" if status == 201 else None,
    )


@operation(
    id="DraftVoucherSettlement",
    method="POST",
    path=BASE,
    tag=TAG,
    summary=Text("起草培训券结算", "Draft a voucher settlement"),
    description=Text(
        "培训机构按月结算本项目已核销的培训券；项目规定支付给劳动者的，由劳动者凭培训费发票申领，每张券一张发票。"
        "每张券按标准、收费、券面（如有）取最低。收款户名须与登记名称（劳动者为券面姓名）一致。",
        "A provider's month of a project: what is redeemed and in no settlement yet. Where the project pays workers, "
        "the worker claims, with the provider's invoice for each voucher. A voucher is worth the least of standard, "
        "fee and face value if any. The account's name is the registered one, or that on the worker's voucher.",
    ),
    roles=PAYEES,
    body=VoucherSettlementBody,
    body_example={
        "project_id": EXAMPLE_ID,
        "payee": {
            "account_name": "启东示例职业培训学校",
            "account_number": "3200160123456789012",
            "bank_code": "102100099996",
        },
    },
    answer=VoucherSettlementView,
    status=201,
    keyed=True,
    dry_run=True,
    problems=(
        "not_found",
        "nothing_redeemed",
        "voucher_settlement_too_long",
        "voucher_settlement_faulty",
        "voucher_settlement_exists",
        "voucher_in_settlement",
        "payee_faulty",
        "receipt_already_used",
        "busy",
    ),
)
async def draft_settlement(call: Call) -> Answer:
    """Draft this month's settlement."""
    return await call.once(
        lambda work: voucher_settlement.draft_voucher_settlement(
            work, call.decode(VoucherSettlementBody).to_command()
        ),
        lambda done: settlement_answer(done, status=201),
    )


@operation(
    id="TakeOutOfVoucherSettlement",
    method="POST",
    path=f"{ONE}/take-out",
    tag=TAG,
    summary=Text("从结算中取出培训券", "Take vouchers out of a settlement"),
    description=Text(
        "起草时或退回补正后可以取出；取出的券可列入以后的结算。",
        "From a draft, or from what was returned for correction; they may stand in a later settlement.",
    ),
    roles=PAYEES,
    body=VouchersBody,
    body_example={"voucher_ids": [EXAMPLE_ID]},
    answer=VoucherSettlementView,
    keyed=True,
    versioned=True,
    problems=("wrong_state", "voucher_settlement_faulty", "nothing_left_to_settle", "busy"),
)
async def take_out(call: Call) -> Answer:
    """Take some out."""

    async def act(work: Work) -> VoucherSettlement:
        return await voucher_settlement.take_out_of_voucher_settlement(
            work,
            settlement_id=call.path("voucher_settlement_id"),
            version=call.if_match,
            voucher_ids=call.decode(VouchersBody).voucher_ids,
        )

    return await call.once(act, settlement_answer)


@operation(
    id="SubmitVoucherSettlement",
    method="POST",
    path=f"{ONE}/submit",
    tag=TAG,
    summary=Text("提交培训券结算", "Submit a voucher settlement"),
    description=Text(
        "补正后再次提交的，保留首次提交的时间。",
        "Submitted again after a correction, it keeps the time of its first submission.",
    ),
    roles=PAYEES,
    answer=VoucherSettlementView,
    keyed=True,
    versioned=True,
    dry_run=True,
    problems=SIGNED,
)
async def submit_settlement(call: Call) -> Answer:
    """Submit it."""
    return await call.once(
        lambda work: voucher_settlement.submit_voucher_settlement(
            work, settlement_id=call.path("voucher_settlement_id"), version=call.if_match
        ),
        settlement_answer,
    )


@operation(
    id="WithdrawVoucherSettlement",
    method="POST",
    path=f"{ONE}/withdraw",
    tag=TAG,
    summary=Text("撤回培训券结算", "Withdraw a voucher settlement"),
    description=Text(
        "受理前可撤回；其中的培训券可重新列入结算。",
        "Before acceptance; its vouchers may stand in another.",
    ),
    roles=PAYEES,
    answer=VoucherSettlementView,
    keyed=True,
    versioned=True,
    problems=SIGNED,
)
async def withdraw_settlement(call: Call) -> Answer:
    """Withdraw what nobody has accepted."""
    return await call.once(
        lambda work: voucher_settlement.withdraw_voucher_settlement(
            work, settlement_id=call.path("voucher_settlement_id"), version=call.if_match
        ),
        settlement_answer,
    )


@operation(
    id="GetVoucherSettlement",
    method="GET",
    path=ONE,
    tag=TAG,
    summary=Text("查看培训券结算", "Read a voucher settlement"),
    answer=VoucherSettlementView,
)
async def get_settlement(call: Call) -> Answer:
    """Read one settlement."""
    return settlement_answer(
        await call.read(
            lambda work: voucher_settlement.get_voucher_settlement(
                work, settlement_id=call.path("voucher_settlement_id")
            )
        )
    )


@operation(
    id="ListVoucherSettlements",
    method="GET",
    path=BASE,
    tag=TAG,
    summary=Text("培训券结算列表", "List voucher settlements"),
    query=(in_state(CaseKind.VOUCHER_SETTLEMENT),),
    answer=VoucherSettlementView,
    paged=True,
)
async def list_settlements(call: Call) -> Answer:
    """Read a page of settlements, in order of creation."""
    page = call.page()
    rows = await call.read(
        lambda work: voucher_settlement.list_voucher_settlements(
            work, state=call.query("state", str), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(
        rows, page, view=VoucherSettlementView.of, after=lambda one: one.case.id
    )


@operation(
    id="ListVoucherSettlementLines",
    method="GET",
    path=f"{ONE}/lines",
    tag=TAG,
    summary=Text("培训券结算明细", "Lines of a voucher settlement"),
    answer=VoucherSettlementLineView,
    paged=True,
)
async def list_lines(call: Call) -> Answer:
    """Read a page of lines, by voucher."""
    page = call.page()
    rows = await call.read(
        lambda work: voucher_settlement.lines_of_voucher_settlement(
            work,
            settlement_id=call.path("voucher_settlement_id"),
            after=page.after_id,
            limit=page.limit,
        )
    )
    return call.page_answer(
        rows, page, view=VoucherSettlementLineView.of, after=lambda one: one.voucher_id
    )


@operation(
    id="ExplainSettledVoucher",
    method="GET",
    path=f"{ONE}/lines/{{voucher_id}}/explanation",
    tag=TAG,
    summary=Text("单张培训券结算说明", "Why a voucher pays what it pays"),
    description=Text(
        "依据文号、取最低的计算、出勤与证书，以及审核结果和理由。",
        "The project's document, the least of what, attendance and certificate, and what became of it and why.",
    ),
    answer=ExplanationView,
)
async def explain_line(call: Call) -> Answer:
    """Render the stored facts as sentences."""
    line = await call.read(
        lambda work: voucher_settlement.line_of_voucher_settlement(
            work,
            settlement_id=call.path("voucher_settlement_id"),
            voucher_id=call.path("voucher_id"),
        )
    )
    return json_answer(ExplanationView.of(explain_voucher(line)))


@operation(
    id="GetVoucherSettlementHistory",
    method="GET",
    path=f"{ONE}/steps",
    tag=TAG,
    summary=Text("办理过程", "Read the signed steps"),
    answer=HistoryView,
)
async def get_history(call: Call) -> Answer:
    """Read who signed what, when and why."""
    return await steps_of(call, CaseKind.VOUCHER_SETTLEMENT, call.path("voucher_settlement_id"))


OPERATIONS: Final[tuple[Served, ...]] = (
    draft_settlement,
    take_out,
    submit_settlement,
    withdraw_settlement,
    list_settlements,
    get_settlement,
    list_lines,
    explain_line,
    get_history,
)
