"""Voucher classes (职业培训券班级) over HTTP: planned by a provider, verified by two people of the bureau."""

from collections.abc import Awaitable
from typing import Final, Protocol
from uuid import UUID

from domain.cases import CaseKind
from domain.errors import Text
from domain.party import Role
from domain.ports.work import Work
from domain.voucher import VoucherClass
from service.application import voucher_class
from service.http.call import Answer, Call, Served, json_answer
from service.http.case_lists import in_state
from service.http.history import steps_of
from service.http.operation import Query, operation
from service.http.shapes import Decision, HistoryView
from service.http.voucher_class_wire import (
    ClassOfferView,
    StartReportBody,
    VoucherClassBody,
    VoucherClassView,
)

TAG: Final = "voucher-classes"
BASE: Final = "/v1/voucher-classes"
ONE: Final = f"{BASE}/{{voucher_class_id}}"
SIGNED: Final = ("wrong_state", "duty_conflict", "busy")
PROVIDER: Final = frozenset({Role.PROVIDER})
REVIEWER: Final = frozenset({Role.REVIEWER})
APPROVER: Final = frozenset({Role.APPROVER})
_ID: Final = "0192f0c4-7c1e-7000-8000-000000000001"


def class_answer(one: VoucherClass, *, status: int = 200) -> Answer:
    """Answer a class, its version in the ETag."""
    return json_answer(
        VoucherClassView.of(one),
        status=status,
        version=one.case.version,
        location=f"{BASE}/{one.case.id}" if status == 201 else None,
    )


class Decides(Protocol):
    """A use case that signs one step of a class with a reason."""

    def __call__(
        self, work: Work, *, class_id: UUID, version: int, reason: str
    ) -> Awaitable[VoucherClass]: ...


async def decided(call: Call, decide: Decides) -> Answer:
    """Sign one step of a class with the reason that was sent."""
    return await call.once(
        lambda work: decide(
            work,
            class_id=call.path("voucher_class_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        ),
        class_answer,
    )


@operation(
    id="PlanVoucherClass",
    method="POST",
    path=BASE,
    tag=TAG,
    summary=Text("计划培训券班级", "Plan a voucher class"),
    description=Text(
        "项目确定的、在培训机构目录中的机构计划班级；班级随即公开，持券人可以报名。",
        "By a provider that the project names and the catalogue lists; the class is offered at once, and holders "
        "of vouchers reserve places in it.",
    ),
    roles=PROVIDER,
    body=VoucherClassBody,
    body_example={
        "project_id": _ID,
        "class_name": "育婴员第一期",
        "occupation_code": "4-10-01-02",
        "grade": 5,
        "capacity": 40,
        "fee_fen": 120000,
        "site": "职业培训中心 203 教室",
        "starts_on": "2026-03-09",
        "ends_on": "2026-03-27",
    },
    answer=VoucherClassView,
    status=201,
    keyed=True,
    dry_run=True,
    problems=("not_found", "voucher_class_faulty", "busy"),
)
async def plan_class(call: Call) -> Answer:
    """Plan a class."""
    return await call.once(
        lambda work: voucher_class.plan_class(work, call.decode(VoucherClassBody).to_command()),
        lambda done: class_answer(done, status=201),
    )


@operation(
    id="ReportVoucherClassStart",
    method="POST",
    path=f"{ONE}/report-start",
    tag=TAG,
    summary=Text("报告开班", "Report that a class has begun"),
    description=Text(
        "写明实际开班日期和未到班的培训券；此后不再接受报名，教学台账开始登记。",
        "With the day it began and the vouchers of who did not come. Nobody reserves any more, and the record of the "
        "class begins.",
    ),
    roles=PROVIDER,
    body=StartReportBody,
    body_example={"started_on": "2026-03-09", "absent": [_ID]},
    answer=VoucherClassView,
    keyed=True,
    versioned=True,
    problems=(*SIGNED, "start_report_faulty"),
)
async def report_start(call: Call) -> Answer:
    """Report the start."""

    async def act(work: Work) -> VoucherClass:
        body = call.decode(StartReportBody)
        return await voucher_class.report_start(
            work,
            class_id=call.path("voucher_class_id"),
            version=call.if_match,
            started_on=body.started_on,
            absent=body.absent,
        )

    return await call.once(act, class_answer)


@operation(
    id="ReviewVoucherClassStart",
    method="POST",
    path=f"{ONE}/review-start",
    tag=TAG,
    summary=Text("核验开班", "Review the start of a class"),
    roles=REVIEWER,
    body=Decision,
    body_example={"reason": "现场核验属实"},
    answer=VoucherClassView,
    keyed=True,
    versioned=True,
    problems=SIGNED,
)
async def review_start(call: Call) -> Answer:
    """Review the start of a class."""
    return await decided(call, voucher_class.review_start)


@operation(
    id="ReturnVoucherClassStart",
    method="POST",
    path=f"{ONE}/return-start",
    tag=TAG,
    summary=Text("退回开班报告", "Return a report of the start"),
    description=Text(
        "退回后班级恢复为已计划，可以继续报名。",
        "The class is planned again, and takes reservations.",
    ),
    roles=REVIEWER,
    body=Decision,
    body_example={"reason": "到班人员与名单不符"},
    answer=VoucherClassView,
    keyed=True,
    versioned=True,
    problems=(*SIGNED, "reason_missing"),
)
async def return_start(call: Call) -> Answer:
    """Return a report of the start."""
    return await decided(call, voucher_class.return_start)


@operation(
    id="SendBackVoucherClassStart",
    method="POST",
    path=f"{ONE}/send-back",
    tag=TAG,
    summary=Text("退回开班核验", "Send a reviewed start back"),
    roles=APPROVER,
    body=Decision,
    body_example={"reason": "请补充现场照片"},
    answer=VoucherClassView,
    keyed=True,
    versioned=True,
    problems=(*SIGNED, "reason_missing"),
)
async def send_back_start(call: Call) -> Answer:
    """Send a reviewed start back."""
    return await decided(call, voucher_class.send_back_start)


@operation(
    id="VerifyVoucherClassStart",
    method="POST",
    path=f"{ONE}/verify-start",
    tag=TAG,
    summary=Text("确认开班（开班核验）", "Verify the start as the second person"),
    description=Text(
        "到班人员的培训券转为使用中，并按最低的标准、收费和面值承诺资金；未到班的培训券恢复为已领取。",
        "Vouchers of who came are in use, and money is committed for them; who did not come has a usable voucher.",
    ),
    roles=APPROVER,
    body=Decision,
    body_example={"reason": "同意开班"},
    answer=VoucherClassView,
    keyed=True,
    versioned=True,
    problems=(*SIGNED, "start_report_faulty", "on_hold", "fund_insufficient"),
)
async def verify_start(call: Call) -> Answer:
    """Verify the start as the second person."""
    return await decided(call, voucher_class.verify_start)


@operation(
    id="CancelVoucherClass",
    method="POST",
    path=f"{ONE}/cancel",
    tag=TAG,
    summary=Text("取消班级", "Cancel a class nobody has verified"),
    description=Text(
        "已报名的培训券恢复为已领取，可用于其他班级。",
        "Reserved vouchers are collected again and usable elsewhere.",
    ),
    roles=PROVIDER,
    body=Decision,
    body_example={"reason": "报名人数不足"},
    answer=VoucherClassView,
    keyed=True,
    versioned=True,
    problems=(*SIGNED, "reason_missing"),
)
async def cancel_class(call: Call) -> Answer:
    """Cancel a class nobody has verified."""
    return await decided(call, voucher_class.cancel_class)


@operation(
    id="GetVoucherClass",
    method="GET",
    path=ONE,
    tag=TAG,
    summary=Text("查看培训券班级", "Read a voucher class"),
    answer=VoucherClassView,
)
async def get_class(call: Call) -> Answer:
    """Read one class with the places taken."""
    class_id = call.path("voucher_class_id")
    return class_answer(
        await call.read(lambda work: voucher_class.get_class(work, class_id=class_id))
    )


@operation(
    id="ListVoucherClasses",
    method="GET",
    path=BASE,
    tag=TAG,
    summary=Text("培训券班级列表", "Page through voucher classes"),
    answer=VoucherClassView,
    paged=True,
    query=(in_state(CaseKind.VOUCHER_CLASS),),
)
async def list_classes(call: Call) -> Answer:
    """Page through the classes one may see."""
    page = call.page()
    rows = await call.read(
        lambda work: voucher_class.list_classes(
            work, state=call.query("state", str), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(rows, page, view=VoucherClassView.of, after=lambda one: one.case.id)


@operation(
    id="GetVoucherClassHistory",
    method="GET",
    path=f"{ONE}/steps",
    tag=TAG,
    summary=Text("培训券班级办理过程", "Read the signed steps of a voucher class"),
    answer=HistoryView,
)
async def get_history(call: Call) -> Answer:
    """Read who signed what, when and why."""
    return await steps_of(call, CaseKind.VOUCHER_CLASS, call.path("voucher_class_id"))


@operation(
    id="ListVoucherClassOffers",
    method="GET",
    path="/v1/voucher-class-offers",
    tag=TAG,
    summary=Text("可报名的培训券班级", "Page through classes that take reservations"),
    answer=ClassOfferView,
    paged=True,
    query=(
        Query(
            name="project_id",
            kind=UUID,
            description=Text("只列出此项目的。", "Only those of this project."),
        ),
    ),
)
async def list_offers(call: Call) -> Answer:
    """Page through open offers."""
    page = call.page()
    rows = await call.read(
        lambda work: voucher_class.list_offers(
            work,
            project_id=call.query("project_id", UUID),
            after=page.after_id,
            limit=page.limit,
        )
    )
    return call.page_answer(rows, page, view=ClassOfferView.of, after=lambda one: one.id)


OPERATIONS: Final[tuple[Served, ...]] = (
    plan_class,
    report_start,
    review_start,
    return_start,
    send_back_start,
    verify_start,
    cancel_class,
    get_class,
    list_classes,
    get_history,
    list_offers,
)
