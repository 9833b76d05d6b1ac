"""Issuing vouchers to a list (定向发放) over HTTP: a template, the list as JSON, CSV or XLSX, and how far it is."""

import asyncio
from typing import Final

from domain.errors import Text
from domain.party import Role
from domain.ports.sheets import CSV, LONG, XLSX
from domain.ports.work import Work
from domain.roster.vouchers import (
    LIST,
    LIST_MAX,
    TAG_WORDS,
    ListCheck,
    check_list,
    check_list_sheet,
)
from domain.voucher_issue import IssueMode
from service.application import voucher_issue
from service.application.voucher_issue import Ordered, OrderIssue
from service.http.call import Answer, Call, Served, json_answer
from service.http.checked_list import (
    OF_FORMAT,
    SHEET_PROBLEMS,
    XLSX_EXAMPLE,
    rows_of,
    shown_faults,
    template_answer,
)
from service.http.media import JSON
from service.http.operation import Query, operation
from service.http.voucher_wire import VoucherIssueOrderView, VoucherIssueView, VoucherListBody

TAG: Final = "voucher-projects"
LIST_LIMIT: Final = 24 * 1024 * 1024
PERSON: Final = {
    "name": "张三",
    "citizen_id": "11010519491231002X",
    "phone": "13800138000",
    "tag": "unemployed",
}
_CSV_EXAMPLE: Final = (
    f"{','.join(column.heading.zh for column in LIST.columns)}\n"
    "张三,11010519491231002X,13800138000,城镇登记失业人员\n"
)


async def _check(call: Call, work: Work) -> OrderIssue:
    def read() -> ListCheck:
        if call.media == JSON:
            people = call.decode(VoucherListBody).people
            return check_list([one.to_command() for one in people], today=work.today)
        sheet = call.ports.sheets.read(call.raw, call.media, LONG)
        return check_list_sheet(sheet, today=work.today)

    return OrderIssue(
        check=await asyncio.to_thread(read),  # others are answered meanwhile
        source=call.raw,
        mode=call.query("mode", IssueMode) or IssueMode.ALL_OR_NOTHING,
        at="/people" if call.media == JSON else "/rows",
    )


@operation(
    id="OrderVoucherIssue",
    method="POST",
    path="/v1/voucher-projects/{project_id}/issues",
    tag=TAG,
    summary=Text("按名单发放（JSON、CSV、XLSX）", "Issue vouchers to a list as JSON, CSV or XLSX"),
    description=Text(
        f"定向券按名单发放，每份名单至多 {LIST_MAX} 人：姓名、身份证号，手机号和重点群体可不填。逐格检查，指出每一处"
        "错误的行、列、代码；只有一种可证明的改法时给出建议；已持有本项目有效培训券的人也逐行指出。"
        "名单一次核对、占用数量，随后由系统分批发放，进度见 `GET /v1/voucher-issues/{issue_id}`。"
        "`dry_run=true` 不保存任何内容，答复列出全部错误。`mode=accept_valid` 只向没有错误的行发放。",
        f"Targeted vouchers are issued to a list of up to {LIST_MAX} people: name and citizen id; phone and "
        "group may be left out. Every cell is checked, each fault located by row, column and code, with a "
        "proposal where exactly one is proved; whoever holds a live voucher of the project is located too. "
        "The list is checked at once against the quota, and the system issues in chunks: see "
        "`GET /v1/voucher-issues/{issue_id}`. `dry_run=true` stores nothing and answers with every fault. "
        "`mode=accept_valid` issues to the rows without a fault.",
    ),
    roles=frozenset({Role.REVIEWER}),
    body=VoucherListBody,
    body_example={"people": [PERSON]},
    binary={CSV: _CSV_EXAMPLE, XLSX: XLSX_EXAMPLE},
    body_limit=LIST_LIMIT,
    answer=VoucherIssueOrderView,
    status=201,
    keyed=True,
    dry_run=True,
    query=(
        Query(
            name="mode",
            kind=IssueMode,
            description=Text(
                "all_or_nothing（默认）：有错即全部拒绝；accept_valid：只向没有错误的行发放。",
                "all_or_nothing (default) refuses with any fault; accept_valid issues to the good rows.",
            ),
        ),
    ),
    problems=(
        "voucher_project_not_open",
        "voucher_distribution_differs",
        "voucher_issue_under_way",
        "voucher_list_faulty",
        "voucher_quota_exceeded",
        "busy",
        *SHEET_PROBLEMS,
    ),
)
async def order_voucher_issue(call: Call) -> Answer:
    """Begin to issue, or answer with everything that stands in the way."""
    project_id = call.path("project_id")

    async def act(work: Work) -> Answer:
        done = await voucher_issue.order_issue(
            work, call.ports.documents, project_id=project_id, command=await _check(call, work)
        )
        return await asyncio.to_thread(_answer, done, call)

    async def trial(work: Work) -> Answer:
        done = await voucher_issue.try_issue(
            work, project_id=project_id, command=await _check(call, work)
        )
        return await asyncio.to_thread(_answer, done, call)

    return await call.once(trial if call.dry_run else act, lambda answer: answer)


def _answer(done: Ordered, call: Call) -> Answer:
    check, issue = done.check, done.issue
    view = VoucherIssueOrderView(
        issue=None if issue is None else VoucherIssueView.of(issue),
        rows=check.rows,
        people=len(check.people),
        left_out=rows_of(check.faults),
        fault_count=len(check.faults),
        faults=shown_faults(check.faults, call),
        note_count=len(check.notes),
        notes=shown_faults(check.notes, call),
    )
    location = None if issue is None else f"/v1/voucher-issues/{issue.id}"
    return json_answer(view, status=201, location=location, language=call.language)


@operation(
    id="GetVoucherIssue",
    method="GET",
    path="/v1/voucher-issues/{issue_id}",
    tag=TAG,
    summary=Text("查看发放进度", "Read how far an issue has come"),
    answer=VoucherIssueView,
)
async def get_voucher_issue(call: Call) -> Answer:
    """Read one."""
    issue_id = call.path("issue_id")
    issue = await call.read(lambda work: voucher_issue.get_issue(work, issue_id=issue_id))
    return json_answer(VoucherIssueView.of(issue))


@operation(
    id="ListVoucherIssues",
    method="GET",
    path="/v1/voucher-projects/{project_id}/issues",
    tag=TAG,
    summary=Text("发放记录", "List the issues of a project"),
    answer=VoucherIssueView,
    paged=True,
)
async def list_voucher_issues(call: Call) -> Answer:
    """Read a page, in order of creation."""
    page = call.page()
    rows = await call.read(
        lambda work: voucher_issue.list_issues(
            work, project_id=call.path("project_id"), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(rows, page, view=VoucherIssueView.of, after=lambda one: one.id)


@operation(
    id="GetVoucherListTemplate",
    method="GET",
    path="/v1/voucher-list-template",
    tag=TAG,
    summary=Text("下载发放名单模板", "Download the template of a list"),
    description=Text(
        "只有列名的空白名单；手机号、重点群体两列可删除。列名语言随 Accept-Language。",
        "An empty list with its headings; phone and group may be deleted. The language of the headings "
        "follows Accept-Language.",
    ),
    query=(OF_FORMAT,),
    answer_media=XLSX,
    answer_also=(CSV,),
    answer_example=XLSX_EXAMPLE,
)
async def get_voucher_list_template(call: Call) -> Answer:
    """Write the template; everybody gets the same."""
    return await template_answer(
        call,
        LIST,
        Text("培训券发放名单", "Voucher list"),
        file_name="voucher-list-template",
        choices={"tag": list(TAG_WORDS)},
    )


OPERATIONS: Final[tuple[Served, ...]] = (
    order_voucher_issue,
    list_voucher_issues,
    get_voucher_issue,
    get_voucher_list_template,
)
