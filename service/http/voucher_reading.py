"""Reading vouchers (职业培训券) over HTTP: one, many, what happened, whether it can be used, its code, its sets."""

from typing import Final
from uuid import UUID

from domain.errors import Text
from domain.machines.voucher import FLOW
from domain.party import Role
from domain.voucher import SetEvent, VoucherFilter
from service.application import voucher
from service.http.call import Answer, Call, Served, json_answer
from service.http.operation import Query, operation
from service.http.voucher import TAG, USED, voucher_answer
from service.http.voucher_wire import (
    VoucherCodeBody,
    VoucherExplanationView,
    VoucherHistoryView,
    VoucherSetView,
    VoucherView,
)

SVG: Final = "image/svg+xml"
_PATH: Final = "/v1/vouchers/{voucher_id}"
_STATES: Final = "|".join(state for state in FLOW if state != "new")


@operation(
    id="GetVoucher",
    method="GET",
    path=_PATH,
    tag=TAG,
    summary=Text("查看培训券", "Read a voucher"),
    answer=VoucherView,
)
async def get_voucher(call: Call) -> Answer:
    """Read one."""
    voucher_id = call.path("voucher_id")
    return voucher_answer(
        await call.read(lambda work: voucher.get_voucher(work, voucher_id=voucher_id))
    )


@operation(
    id="ListVouchers",
    method="GET",
    path="/v1/vouchers",
    tag=TAG,
    summary=Text("培训券列表", "List vouchers"),
    description=Text(
        "劳动者看到本人的，培训机构看到在其班级报名的（不含券码），人社部门看到本地区的。",
        "A worker sees his own, a provider those reserved with it (without their codes), a bureau those of its "
        "region.",
    ),
    answer=VoucherView,
    paged=True,
    query=(
        Query(
            name="state",
            pattern=f"^({_STATES})$",
            description=Text("只列出处于此状态的。", "Only those in this state."),
        ),
        Query(
            name="project_id",
            kind=UUID,
            description=Text("只列出此项目的。", "Only those of this project."),
        ),
        Query(
            name="class_id",
            kind=UUID,
            description=Text("只列出此班级的。", "Only those of this class."),
        ),
    ),
)
async def list_vouchers(call: Call) -> Answer:
    """Read a page, in order of issue."""
    page = call.page()
    asked = VoucherFilter(
        state=call.query("state", str),
        project_id=call.query("project_id", UUID),
        class_id=call.query("class_id", UUID),
    )
    rows = await call.read(
        lambda work: voucher.list_vouchers(work, asked, after=page.after_id, limit=page.limit)
    )
    return call.page_answer(rows, page, view=VoucherView.of, after=lambda one: one.id)


@operation(
    id="GetVoucherHistory",
    method="GET",
    path=f"{_PATH}/history",
    tag=TAG,
    summary=Text("培训券经过", "Read what happened to a voucher"),
    description=Text(
        "个人办理的每一步，以及它随批次变动的记录。",
        "What single persons did, and the sets it moved in; read together they are all of it.",
    ),
    answer=VoucherHistoryView,
)
async def get_voucher_history(call: Call) -> Answer:
    """Read acts and sets."""
    voucher_id = call.path("voucher_id")
    found = await call.read(lambda work: voucher.voucher_history(work, voucher_id=voucher_id))
    return json_answer(VoucherHistoryView.of(found))


@operation(
    id="ExplainVoucher",
    method="GET",
    path=f"{_PATH}/explanation",
    tag=TAG,
    summary=Text("能否使用及原因", "Whether a voucher can be used, and why not"),
    answer=VoucherExplanationView,
)
async def explain_voucher(call: Call) -> Answer:
    """Explain one."""
    voucher_id = call.path("voucher_id")
    found = await call.read(lambda work: voucher.explain_voucher(work, voucher_id=voucher_id))
    return json_answer(VoucherExplanationView.of(found))


@operation(
    id="GetVoucherQr",
    method="GET",
    path=f"{_PATH}/qr",
    tag=TAG,
    summary=Text("券码二维码", "Draw a voucher's code as a QR code"),
    description=Text(
        "SVG；内容为 16 位券码，不含个人信息。由持券人出示，培训机构不能读取。",
        "SVG; it holds the code of 16 characters, nothing personal. The worker shows it; a provider does not read it.",
    ),
    answer_media=SVG,
    answer_example="<svg…",
)
async def get_voucher_qr(call: Call) -> Answer:
    """Draw it."""
    voucher_id = call.path("voucher_id")
    code = await call.read(lambda work: voucher.get_voucher_code(work, voucher_id=voucher_id))
    return Answer(body=call.ports.qr_codes.svg(code), media=SVG)


@operation(
    id="CheckVoucher",
    method="POST",
    path="/v1/voucher-checks",
    tag=TAG,
    summary=Text("查验券码", "Check a voucher by its code"),
    description=Text(
        "输入或扫描券码，可同时核对身份证号；不能使用的说明原因，券码有误的指出位置。不改变任何内容。",
        "A code typed or scanned, with the citizen id of whoever shows it if it is to be compared. What "
        "cannot be used is refused with the reason, a mistyped code with the place. Nothing changes.",
    ),
    roles=frozenset({Role.WORKER, Role.PROVIDER, Role.CLERK, Role.REVIEWER, Role.APPROVER}),
    body=VoucherCodeBody,
    body_example={"code": "0123-4567-89AB-CDEF", "citizen_id": "11010519491231002X"},
    answer=VoucherView,
    problems=("not_found", "voucher_code_faulty", *USED),
)
async def check_voucher(call: Call) -> Answer:
    """Check a code."""
    asked = call.decode(VoucherCodeBody)
    return voucher_answer(
        await call.read(
            lambda work: voucher.check_voucher(work, code=asked.code, citizen_id=asked.citizen_id)
        )
    )


@operation(
    id="ListVoucherSets",
    method="GET",
    path="/v1/voucher-sets",
    tag=TAG,
    summary=Text("培训券批量变动", "List the sets in which vouchers moved"),
    description=Text(
        "发放、过期等批量变动各记一条：数量和券标识的摘要。",
        "Issue, expiry and the like are one row each: how many, and the digest of their ids.",
    ),
    answer=VoucherSetView,
    paged=True,
    query=(
        Query(
            name="event",
            kind=SetEvent,
            description=Text("只列出此类变动。", "Only sets of this event."),
        ),
    ),
)
async def list_voucher_sets(call: Call) -> Answer:
    """Read a page, in order."""
    page = call.page()
    rows = await call.read(
        lambda work: voucher.list_voucher_sets(
            work, event=call.query("event", SetEvent), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(rows, page, view=VoucherSetView.of, after=lambda one: one.id)


@operation(
    id="GetVoucherSet",
    method="GET",
    path="/v1/voucher-sets/{set_id}",
    tag=TAG,
    summary=Text("查看批量变动", "Read a set"),
    answer=VoucherSetView,
)
async def get_voucher_set(call: Call) -> Answer:
    """Read one."""
    set_id = call.path("set_id")
    found = await call.read(lambda work: voucher.get_voucher_set(work, set_id=set_id))
    return json_answer(VoucherSetView.of(found))


OPERATIONS: Final[tuple[Served, ...]] = (
    get_voucher,
    list_vouchers,
    get_voucher_history,
    explain_voucher,
    get_voucher_qr,
    check_voucher,
    list_voucher_sets,
    get_voucher_set,
)
