"""The filing's other ends over HTTP: withdrawn, refused, sent back, terminated; and the year's quota."""

from typing import Annotated, Final

import msgspec

from domain.errors import Text
from domain.filing import Filing, TerminationGround
from domain.party import Role
from domain.ports.work import Work
from service.application import filing_end, quota
from service.application.filing_end import Grounds
from service.application.quota import QuotaStanding
from service.http.call import Answer, Call, Served, json_answer
from service.http.filing import SIGNED, TAG, filing_answer
from service.http.filing_wire import FilingView
from service.http.operation import operation
from service.http.shapes import Body, Day, View, WarningView

_APPROVER: Final = frozenset({Role.APPROVER})
Said = Annotated[str, msgspec.Meta(min_length=1, max_length=2000, pattern=r"\S")]
Cited = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\S")]


class GroundsBody(Body):
    """A decision against: reason, rule (the document) and clause, each mandatory."""

    reason: Said
    rule: Cited
    clause: Cited

    def to_grounds(self) -> Grounds:
        """Cross inward."""
        return Grounds(reason=self.reason, rule=self.rule, clause=self.clause)


class SendBackBody(Body):
    """Why a reviewed filing goes back to its reviewer."""

    reason: Said


class TerminationBody(GroundsBody):
    """A termination; `last_day` is the last training day, today unless told."""

    ground: TerminationGround
    last_day: Day | None = None


class QuotaView(View):
    """What is left of the year's quota; null where nothing is limited. Numbers are people (人)."""

    year: int
    people: int
    people_left: int | None
    share_left: int | None
    warnings: list[WarningView]

    @classmethod
    def of(cls, standing: QuotaStanding) -> "QuotaView":
        """Show a standing."""
        return cls(
            year=standing.left.year,
            people=standing.people,
            people_left=standing.left.people_left,
            share_left=standing.left.share_left,
            warnings=[WarningView.of(fault) for fault in standing.warnings],
        )


@operation(
    id="WithdrawFiling",
    method="POST",
    path="/v1/filings/{filing_id}/withdraw",
    tag=TAG,
    summary=Text("撤回备案", "Withdraw a filing"),
    description=Text(
        "列入计划之前，企业可随时撤回；名册人员随即可在其他班级备案。",
        "Before it is listed or refused, the enterprise may withdraw; its people may be filed "
        "elsewhere at once.",
    ),
    roles=frozenset({Role.FILER}),
    answer=FilingView,
    keyed=True,
    versioned=True,
    problems=SIGNED,
)
async def withdraw_filing(call: Call) -> Answer:
    """Withdraw."""
    return await call.once(
        lambda work: filing_end.withdraw_filing(
            work, filing_id=call.path("filing_id"), version=call.if_match
        ),
        filing_answer,
    )


@operation(
    id="RefuseFiling",
    method="POST",
    path="/v1/filings/{filing_id}/refuse",
    tag=TAG,
    summary=Text("不予列入", "Refuse a filing"),
    roles=_APPROVER,
    body=GroundsBody,
    body_example={
        "reason": "培训职业不在目录内",
        "rule": "通人社职〔2019〕15号",
        "clause": "第三条",
    },
    answer=FilingView,
    keyed=True,
    versioned=True,
    problems=SIGNED,
)
async def refuse_filing(call: Call) -> Answer:
    """Refuse a reviewed filing."""
    return await call.once(
        lambda work: filing_end.refuse_filing(
            work,
            filing_id=call.path("filing_id"),
            version=call.if_match,
            grounds=call.decode(GroundsBody).to_grounds(),
        ),
        filing_answer,
    )


@operation(
    id="SendBackFiling",
    method="POST",
    path="/v1/filings/{filing_id}/send-back",
    tag=TAG,
    summary=Text("退回初审", "Send a filing back to its reviewer"),
    roles=_APPROVER,
    body=SendBackBody,
    body_example={"reason": "请核实合作协议"},
    answer=FilingView,
    keyed=True,
    versioned=True,
    problems=(*SIGNED, "reason_missing"),
)
async def send_back_filing(call: Call) -> Answer:
    """Send back."""
    return await call.once(
        lambda work: filing_end.send_back_filing(
            work,
            filing_id=call.path("filing_id"),
            version=call.if_match,
            reason=call.decode(SendBackBody).reason,
        ),
        filing_answer,
    )


@operation(
    id="TerminateFiling",
    method="POST",
    path="/v1/filings/{filing_id}/terminate",
    tag=TAG,
    summary=Text("终止备案", "Terminate a filing"),
    description=Text(
        "依证据或依企业申请，终止已列入或培训中的备案。未开班的，未付的预支取消、已付的预支全额追缴、"
        "所承诺资金当即释放，备案随后办结；培训中的，学徒自 `last_day` 起退出，资金待结算后释放。",
        "Ends a listed filing, or one in training, on evidence or on the enterprise's request. Before "
        "training began, prepayments not paid are cancelled, those paid are recovered in full, the "
        "commitment is released at once, and the filing closes; afterwards its people exit on "
        "`last_day` and the commitment waits for the settlement.",
    ),
    roles=_APPROVER,
    body=TerminationBody,
    body_example={
        "reason": "核查发现未实际开展培训",
        "rule": "人社部发〔2021〕39号",
        "clause": "五（二）",
        "ground": "evidence",
    },
    answer=FilingView,
    keyed=True,
    versioned=True,
    problems=(
        *SIGNED,
        "prepayment_in_flight",
        "payment_outcome_unknown",
        "day_outside_training",
    ),
)
async def terminate_filing(call: Call) -> Answer:
    """Terminate."""

    async def act(work: Work) -> Filing:
        body = call.decode(TerminationBody)
        return await filing_end.terminate_filing(
            work,
            filing_id=call.path("filing_id"),
            version=call.if_match,
            grounds=body.to_grounds(),
            ground=body.ground,
            last_day=body.last_day,
        )

    return await call.once(act, filing_answer)


@operation(
    id="GetFilingQuota",
    method="GET",
    path="/v1/filings/{filing_id}/quota",
    tag=TAG,
    summary=Text("年度名额", "Read how a filing stands against the year's quota"),
    description=Text(
        "企业只看到本企业已占用的名额；人社部门看到全地区的。",
        "An enterprise sees what it has used itself; the authority sees the whole region's use.",
    ),
    answer=QuotaView,
)
async def get_quota(call: Call) -> Answer:
    """Read what is left."""
    standing = await call.read(
        lambda work: quota.quota_of_filing(work, filing_id=call.path("filing_id"))
    )
    return json_answer(QuotaView.of(standing))


OPERATIONS: Final[tuple[Served, ...]] = (
    withdraw_filing,
    refuse_filing,
    send_back_filing,
    terminate_filing,
    get_quota,
)
