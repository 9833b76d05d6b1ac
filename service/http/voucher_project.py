"""Voucher projects (职业培训券项目) over HTTP: drafted, approved or refused by another, published, closed."""

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from domain.cases import CaseKind
from domain.errors import Text
from domain.party import Role
from domain.ports.work import Work
from domain.voucher import VoucherProject
from service.application import voucher_project
from service.http.call import Answer, Call, Served, json_answer
from service.http.case_lists import in_state
from service.http.history import steps_of
from service.http.operation import Query, operation
from service.http.shapes import Decision, HistoryView
from service.http.voucher_project_wire import (
    VoucherOfferView,
    VoucherProjectBody,
    VoucherProjectView,
)

TAG: Final = "voucher-projects"
_REVIEWER: Final = frozenset({Role.REVIEWER})
_APPROVER: Final = frozenset({Role.APPROVER})
_SIGNED: Final = ("wrong_state", "duty_conflict", "busy")
_PATH: Final = "/v1/voucher-projects/{project_id}"
EXAMPLE: Final = {
    "name": "2026 年重点群体职业培训券",
    "document_number": "启人社〔2026〕21号",
    "fund_source": "employment_subsidy",
    "budget_year": 2026,
    "distribution": "general",
    "payee": "provider",
    "face_value_fen": 150_000,
    "quota": 2000,
    "opens_on": "2026-01-01",
    "closes_on": "2099-12-31",
    "valid_days": 180,
    "counts_to": "start",
    "withdraw_days": 3,
    "report_within_days": 3,
    "tags": ["rural_migrant", "unemployed"],
    "min_attendance_basis_points": 8000,
    "standards": [
        {
            "occupation_code": "6-18-01-01",
            "occupation_name": "车工",
            "grade": 5,
            "standard_fen": 120_000,
            "min_minutes": 1200,
        }
    ],
}

Step = Callable[[Work, UUID, int, str], Awaitable[VoucherProject]]


def _answer(shown: VoucherProject, *, status: int = 200) -> Answer:
    return json_answer(
        VoucherProjectView.of(shown),
        status=status,
        version=shown.case.version,
        location=f"/v1/voucher-projects/{shown.case.id}" if status == 201 else None,
    )


async def _stepped(call: Call, step: Step) -> Answer:
    async def act(work: Work) -> VoucherProject:
        reason = call.decode(Decision).reason
        return await step(work, call.path("project_id"), call.if_match, reason)

    return await call.once(act, _answer)


@operation(
    id="DraftVoucherProject",
    method="POST",
    path="/v1/voucher-projects",
    tag=TAG,
    summary=Text("起草职业培训券项目", "Draft a voucher project"),
    description=Text(
        "写明发放数量、期限、对象、各职业（工种）的补贴标准和参与机构；由另一人批准后公开并可发放。",
        "Quota, days, whom it is for, standards by occupation, and the providers that take part; another "
        "person approves it, and then it is published and issues.",
    ),
    roles=_REVIEWER,
    body=VoucherProjectBody,
    body_example=EXAMPLE,
    answer=VoucherProjectView,
    status=201,
    keyed=True,
    dry_run=True,
    problems=("place_unknown", "voucher_project_faulty", "busy"),
)
async def draft_voucher_project(call: Call) -> Answer:
    """Draft one."""
    return await call.once(
        lambda work: voucher_project.draft_voucher_project(
            work, call.decode(VoucherProjectBody).to_command()
        ),
        lambda done: _answer(done, status=201),
    )


@operation(
    id="ApproveVoucherProject",
    method="POST",
    path=f"{_PATH}/approve",
    tag=TAG,
    summary=Text("批准培训券项目", "Approve a voucher project"),
    description=Text(
        "由起草人以外的人批准；项目随即公开。",
        "By another than who drafted it; it is published at once.",
    ),
    roles=_APPROVER,
    body=Decision,
    body_example={"reason": "同意"},
    answer=VoucherProjectView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "voucher_project_past"),
)
async def approve_voucher_project(call: Call) -> Answer:
    """Approve and publish."""
    return await _stepped(
        call,
        lambda work, project_id, version, reason: voucher_project.approve_voucher_project(
            work, project_id=project_id, version=version, reason=reason
        ),
    )


@operation(
    id="RefuseVoucherProject",
    method="POST",
    path=f"{_PATH}/refuse",
    tag=TAG,
    summary=Text("不予批准培训券项目", "Refuse a voucher project"),
    roles=_APPROVER,
    body=Decision,
    body_example={"reason": "资金来源不明确"},
    answer=VoucherProjectView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "reason_missing"),
)
async def refuse_voucher_project(call: Call) -> Answer:
    """Refuse it."""
    return await _stepped(
        call,
        lambda work, project_id, version, reason: voucher_project.refuse_voucher_project(
            work, project_id=project_id, version=version, reason=reason
        ),
    )


@operation(
    id="WithdrawVoucherProject",
    method="POST",
    path=f"{_PATH}/withdraw",
    tag=TAG,
    summary=Text("撤回培训券项目", "Withdraw a voucher project"),
    roles=_REVIEWER,
    body=Decision,
    body_example={"reason": "重新起草"},
    answer=VoucherProjectView,
    keyed=True,
    versioned=True,
    problems=_SIGNED,
)
async def withdraw_voucher_project(call: Call) -> Answer:
    """Withdraw a draft."""
    return await _stepped(
        call,
        lambda work, project_id, version, reason: voucher_project.withdraw_voucher_project(
            work, project_id=project_id, version=version, reason=reason
        ),
    )


@operation(
    id="CloseVoucherProject",
    method="POST",
    path=f"{_PATH}/close",
    tag=TAG,
    summary=Text("结束培训券项目", "Close a voucher project"),
    description=Text(
        "不再发放；已发放的培训券继续有效。",
        "It issues nothing more; what it has issued stays valid.",
    ),
    roles=_APPROVER,
    body=Decision,
    body_example={"reason": "资金安排调整"},
    answer=VoucherProjectView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "reason_missing", "voucher_issue_under_way"),
)
async def close_voucher_project(call: Call) -> Answer:
    """Close it."""
    return await _stepped(
        call,
        lambda work, project_id, version, reason: voucher_project.close_voucher_project(
            work, project_id=project_id, version=version, reason=reason
        ),
    )


@operation(
    id="GetVoucherProject",
    method="GET",
    path=_PATH,
    tag=TAG,
    summary=Text("查看培训券项目", "Read a voucher project"),
    answer=VoucherProjectView,
)
async def get_voucher_project(call: Call) -> Answer:
    """Read one, as its bureau."""
    project_id = call.path("project_id")
    return _answer(
        await call.read(
            lambda work: voucher_project.get_voucher_project(work, project_id=project_id)
        )
    )


@operation(
    id="ListVoucherProjects",
    method="GET",
    path="/v1/voucher-projects",
    tag=TAG,
    summary=Text("培训券项目列表", "List voucher projects"),
    query=(in_state(CaseKind.VOUCHER_PROJECT),),
    answer=VoucherProjectView,
    paged=True,
)
async def list_voucher_projects(call: Call) -> Answer:
    """Read a page, in order of creation."""
    page = call.page()
    rows = await call.read(
        lambda work: voucher_project.list_voucher_projects(
            work, state=call.query("state", str), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(rows, page, view=VoucherProjectView.of, after=lambda one: one.case.id)


@operation(
    id="GetVoucherProjectHistory",
    method="GET",
    path=f"{_PATH}/steps",
    tag=TAG,
    summary=Text("办理过程", "Read the signed steps"),
    answer=HistoryView,
)
async def get_voucher_project_history(call: Call) -> Answer:
    """Read who signed what, when and why."""
    return await steps_of(call, CaseKind.VOUCHER_PROJECT, call.path("project_id"))


@operation(
    id="GetVoucherOffer",
    method="GET",
    path="/v1/voucher-offers/{offer_id}",
    tag=TAG,
    summary=Text("查看公开的培训券项目", "Read a published voucher project"),
    public=True,
    answer=VoucherOfferView,
)
async def get_voucher_offer(call: Call) -> Answer:
    """Read what a project is published with, also when it is closed."""
    project_id = call.path("offer_id")
    return json_answer(
        VoucherOfferView.of(
            await call.read_public(
                lambda work: voucher_project.get_voucher_offer(work, project_id=project_id)
            )
        )
    )


@operation(
    id="ListVoucherOffers",
    method="GET",
    path="/v1/voucher-offers",
    tag=TAG,
    summary=Text("可领取的培训券项目", "List published voucher projects"),
    description=Text(
        "已批准且未结束的项目，无须登录。", "Approved and not closed; nobody needs to sign in."
    ),
    public=True,
    answer=VoucherOfferView,
    paged=True,
    query=(
        Query(
            name="region_code",
            max_length=20,
            pattern="^[0-9]{2,20}$",
            description=Text(
                "地区代码，含其下级。", "Code of a region; those below it are included."
            ),
        ),
    ),
)
async def list_voucher_offers(call: Call) -> Answer:
    """Read a page of open offers."""
    page = call.page()
    rows = await call.read_public(
        lambda work: voucher_project.list_voucher_offers(
            work,
            region_code=call.query("region_code", str),
            after=page.after_id,
            limit=page.limit,
        )
    )
    return call.page_answer(rows, page, view=VoucherOfferView.of, after=lambda one: one.id)


OPERATIONS: Final[tuple[Served, ...]] = (
    draft_voucher_project,
    approve_voucher_project,
    refuse_voucher_project,
    withdraw_voucher_project,
    close_voucher_project,
    get_voucher_project,
    list_voucher_projects,
    get_voucher_project_history,
    get_voucher_offer,
    list_voucher_offers,
)
