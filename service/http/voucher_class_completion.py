"""Completion of voucher classes over HTTP: reported by the provider, confirmed or returned by the bureau."""

from typing import Final

from domain.errors import Text
from domain.ports.work import Work
from domain.voucher import VoucherClass
from service.application import voucher_class_completion
from service.http.call import Answer, Call, Served
from service.http.operation import operation
from service.http.shapes import Decision
from service.http.voucher_class import (
    APPROVER,
    ONE,
    PROVIDER,
    REVIEWER,
    SIGNED,
    TAG,
    class_answer,
    decided,
)
from service.http.voucher_class_wire import CompletionReportBody, VoucherClassView

_ID: Final = "0192f0c4-7c1e-7000-8000-000000000001"
_UPLOAD: Final = 16 * 1024 * 1024


@operation(
    id="ReportVoucherClassCompletion",
    method="POST",
    path=f"{ONE}/report-completion",
    tag=TAG,
    summary=Text("报告结业", "Report completion, person by person"),
    description=Text(
        "每名使用中的持券人都须有结果。结业的须达到项目要求的出勤，项目要求证书的须填写证书；证书编号只检查格式，"
        "真伪在结算审核时核对。",
        "Everybody in training has an outcome. Who completed has attended what the project asks, and has a "
        "certificate where it asks for one: its number is checked for its shape here, and against registers when it "
        "is settled.",
    ),
    roles=PROVIDER,
    body=CompletionReportBody,
    body_example={
        "completed_on": "2026-03-27",
        "outcomes": [
            {
                "voucher_id": _ID,
                "outcome": "completed",
                "day": "2026-03-27",
                "certificate": {
                    "certificate_type": "skill_level_certificate",
                    "number": "S000132068100126500001",
                },
            }
        ],
    },
    body_limit=_UPLOAD,
    answer=VoucherClassView,
    keyed=True,
    versioned=True,
    problems=(*SIGNED, "completion_report_faulty"),
)
async def report_completion(call: Call) -> Answer:
    """Report completion."""

    async def act(work: Work) -> VoucherClass:
        body = call.decode(CompletionReportBody)
        return await voucher_class_completion.report_completion(
            work,
            class_id=call.path("voucher_class_id"),
            version=call.if_match,
            completed_on=body.completed_on,
            outcomes=[one.to_command() for one in body.outcomes],
        )

    return await call.once(act, class_answer)


@operation(
    id="ReturnVoucherClassCompletion",
    method="POST",
    path=f"{ONE}/return-completion",
    tag=TAG,
    summary=Text("退回结业报告", "Return a report of completion"),
    description=Text(
        "班级恢复为已开班，可以补充和更正台账。",
        "The class goes on, and its record may be completed and corrected.",
    ),
    roles=REVIEWER,
    body=Decision,
    body_example={"reason": "签到记录不全"},
    answer=VoucherClassView,
    keyed=True,
    versioned=True,
    problems=(*SIGNED, "reason_missing"),
)
async def return_completion(call: Call) -> Answer:
    """Return the report."""
    return await decided(call, voucher_class_completion.return_completion)


@operation(
    id="ConfirmVoucherClassCompletion",
    method="POST",
    path=f"{ONE}/confirm-completion",
    tag=TAG,
    summary=Text("确认结业", "Confirm who completed"),
    description=Text(
        "结业人员的培训券可以核销；未结业的培训券终止，所承诺的资金退回。",
        "Vouchers of who completed may be redeemed; those of the others end, and their money is released.",
    ),
    roles=REVIEWER,
    body=Decision,
    body_example={"reason": "出勤和证书属实"},
    answer=VoucherClassView,
    keyed=True,
    versioned=True,
    problems=SIGNED,
)
async def confirm_completion(call: Call) -> Answer:
    """Confirm completion."""
    return await decided(call, voucher_class_completion.confirm_completion)


@operation(
    id="StopVoucherClass",
    method="POST",
    path=f"{ONE}/stop",
    tag=TAG,
    summary=Text("停班", "Stop a class in training"),
    description=Text(
        "使用中的培训券恢复为已领取，在有效期内可用于其他班级；所承诺的资金退回。",
        "Vouchers in use are collected again and usable elsewhere while valid; their money is released.",
    ),
    roles=APPROVER,
    body=Decision,
    body_example={"reason": "培训场地存在安全隐患"},
    answer=VoucherClassView,
    keyed=True,
    versioned=True,
    problems=(*SIGNED, "reason_missing"),
)
async def stop_class(call: Call) -> Answer:
    """Stop a class."""
    return await decided(call, voucher_class_completion.stop_class)


OPERATIONS: Final[tuple[Served, ...]] = (
    report_completion,
    return_completion,
    confirm_completion,
    stop_class,
)
