"""Policy versions on their way over HTTP: drafted, simulated, signed by two departments, or refused."""

from typing import Any, Final

from domain.cases import CaseKind
from domain.errors import Text
from domain.party import Role
from domain.policy_version import Department, PolicyProposal
from domain.ports.work import Work
from service.application import policy
from service.http.call import Answer, Call, Served, json_answer
from service.http.case_lists import in_state
from service.http.history import steps_of
from service.http.operation import operation
from service.http.policy_wire import (
    DraftPolicyBody,
    ProposalDetailView,
    ProposalView,
    SignPolicyBody,
    SimulatedView,
    SimulationView,
    not_acted_on_in,
)
from service.http.shapes import CaseView, Decision, HistoryView

TAG: Final = "policies"
_LABOUR: Final = frozenset({Role.POLICY_OFFICER, Role.APPROVER})
_FINANCE: Final = frozenset({Role.FINANCE})
_DRAFT_PROBLEMS: Final = ("place_unknown", "policy_invalid", "policy_refused", "not_found", "busy")
_SIGN_PROBLEMS: Final = (
    "wrong_state",
    "duty_conflict",
    "wrong_department",
    "document_number_differs",
    "policy_refused",
    "policy_id_taken",
    "busy",
)
_REFUSE_PROBLEMS: Final = (
    "wrong_state",
    "duty_conflict",
    "wrong_department",
    "reason_missing",
    "busy",
)
_SIGN_EXAMPLE: Final = {"document_number": "通人社职〔2026〕3号", "reason": "同意"}
_EXAMPLE: Final[dict[str, Any]] = {
    "policy": {
        "id": "nantong-2026-3",
        "kind": "standard",
        "region": "3206",
        "document": "通人社职〔2026〕3号",
        "valid_from": "2026-07-01",
        "rates": {"4": 500000, "3": 600000},
        "uncertified": {"mode": "none"},
        "below_filed": "rate_of_grade_reached",
        "prepayment": {"share_basis_points": 5000, "base": "ONE_YEAR"},
        "unit": {"kind": "filed_years"},
        "ours": ["/unit"],
    },
    "moves": [],
}


def _shown(proposal: PolicyProposal) -> Answer:
    return json_answer(ProposalView.of(proposal), version=proposal.case.version)


@operation(
    id="DraftPolicy",
    method="POST",
    path="/v1/policy-proposals",
    tag=TAG,
    summary=Text("起草政策版本", "Draft a policy version"),
    description=Text(
        "起草本地区的补贴标准或地方补充；缺少、多余或矛盾的字段逐一指出。须经人社、财政两部门签署方才生效。",
        "A standard or overlay of one's own region; whatever is missing, unknown or contradictory is named. "
        "It is active only when the labour and the finance department have both signed.",
    ),
    roles=_LABOUR,
    body=DraftPolicyBody,
    body_example=_EXAMPLE,
    answer=ProposalView,
    status=201,
    keyed=True,
    dry_run=True,
    problems=_DRAFT_PROBLEMS,
)
async def draft_policy(call: Call) -> Answer:
    """Draft a version."""

    async def act(work: Work) -> PolicyProposal:
        body = call.decode(DraftPolicyBody)
        command = policy.DraftPolicy(document=body.policy, moves=tuple(body.moves))
        return await policy.draft_policy(work, command, floors=call.ports.policies.floors())

    return await call.once(
        act,
        lambda done: json_answer(
            ProposalView.of(done),
            status=201,
            version=done.case.version,
            location=f"/v1/policy-proposals/{done.case.id}",
        ),
    )


@operation(
    id="SimulatePolicy",
    method="POST",
    path="/v1/policy-proposals/{proposal_id}/simulate",
    tag=TAG,
    summary=Text("模拟生效", "Simulate a version"),
    description=Text(
        "比较在办业务在该版本前后的预计应补与预支金额，并列出不能按该版本补贴的业务；报告留存。",
        "Compares what open cases are expected to earn and be prepaid before and after, and names those the "
        "version cannot pay. The report is kept.",
    ),
    roles=_LABOUR | _FINANCE,
    answer=SimulatedView,
    keyed=True,
    versioned=True,
    problems=("wrong_state", "busy"),
)
async def simulate_policy(call: Call) -> Answer:
    """Simulate and keep the report."""
    return await call.once(
        lambda work: policy.simulate_policy(
            work, proposal_id=call.path("proposal_id"), version=call.if_match
        ),
        lambda done: json_answer(
            SimulatedView(
                case=CaseView.of(done.proposal.case),
                simulation=SimulationView.of(done.report),
                not_acted_on=not_acted_on_in(done.proposal.pack),
            ),
            version=done.proposal.case.version,
        ),
    )


async def _signed(call: Call, department: Department) -> Answer:
    async def act(work: Work) -> PolicyProposal:
        body = call.decode(SignPolicyBody)
        return await policy.sign_policy(
            work,
            proposal_id=call.path("proposal_id"),
            version=call.if_match,
            department=department,
            document_number=body.document_number,
            reason=body.reason,
            floors=call.ports.policies.floors(),
        )

    return await call.once(act, _shown)


async def _refused(call: Call, department: Department) -> Answer:
    async def act(work: Work) -> PolicyProposal:
        return await policy.refuse_policy(
            work,
            proposal_id=call.path("proposal_id"),
            version=call.if_match,
            department=department,
            reason=call.decode(Decision).reason,
        )

    return await call.once(act, _shown)


@operation(
    id="SignPolicyForLabour",
    method="POST",
    path="/v1/policy-proposals/{proposal_id}/sign-labour",
    tag=TAG,
    summary=Text("人社部门签署政策", "Sign a policy version for the labour department"),
    description=Text(
        "由起草人以外的人社人员签署，并确认联合发文的文号；两部门均签署后即生效。",
        "By somebody other than the drafter, confirming the joint document's number. With both signatures "
        "the version is active.",
    ),
    roles=_LABOUR,
    body=SignPolicyBody,
    body_example=_SIGN_EXAMPLE,
    answer=ProposalView,
    keyed=True,
    versioned=True,
    problems=_SIGN_PROBLEMS,
)
async def sign_policy_for_labour(call: Call) -> Answer:
    """Sign for the labour department."""
    return await _signed(call, Department.LABOUR)


@operation(
    id="SignPolicyForFinance",
    method="POST",
    path="/v1/policy-proposals/{proposal_id}/sign-finance",
    tag=TAG,
    summary=Text("财政部门签署政策", "Sign a policy version for the finance department"),
    roles=_FINANCE,
    body=SignPolicyBody,
    body_example=_SIGN_EXAMPLE,
    answer=ProposalView,
    keyed=True,
    versioned=True,
    problems=_SIGN_PROBLEMS,
)
async def sign_policy_for_finance(call: Call) -> Answer:
    """Sign for the finance department."""
    return await _signed(call, Department.FINANCE)


@operation(
    id="RefusePolicyForLabour",
    method="POST",
    path="/v1/policy-proposals/{proposal_id}/refuse-labour",
    tag=TAG,
    summary=Text("人社部门不同意", "Refuse a policy version for the labour department"),
    roles=_LABOUR,
    body=Decision,
    body_example={"reason": "标准过高"},
    answer=ProposalView,
    keyed=True,
    versioned=True,
    problems=_REFUSE_PROBLEMS,
)
async def refuse_policy_for_labour(call: Call) -> Answer:
    """Refuse for the labour department."""
    return await _refused(call, Department.LABOUR)


@operation(
    id="RefusePolicyForFinance",
    method="POST",
    path="/v1/policy-proposals/{proposal_id}/refuse-finance",
    tag=TAG,
    summary=Text("财政部门不同意", "Refuse a policy version for the finance department"),
    roles=_FINANCE,
    body=Decision,
    body_example={"reason": "预算不足"},
    answer=ProposalView,
    keyed=True,
    versioned=True,
    problems=_REFUSE_PROBLEMS,
)
async def refuse_policy_for_finance(call: Call) -> Answer:
    """Refuse for the finance department."""
    return await _refused(call, Department.FINANCE)


@operation(
    id="WithdrawPolicy",
    method="POST",
    path="/v1/policy-proposals/{proposal_id}/withdraw",
    tag=TAG,
    summary=Text("撤回政策版本", "Withdraw a policy version that is not active"),
    roles=_LABOUR,
    answer=ProposalView,
    keyed=True,
    versioned=True,
    problems=("wrong_state", "duty_conflict", "busy"),
)
async def withdraw_policy(call: Call) -> Answer:
    """Withdraw."""
    return await call.once(
        lambda work: policy.withdraw_policy(
            work, proposal_id=call.path("proposal_id"), version=call.if_match
        ),
        _shown,
    )


@operation(
    id="ListPolicyProposals",
    method="GET",
    path="/v1/policy-proposals",
    tag=TAG,
    summary=Text("政策版本办理列表", "List the policy versions of one's region on their way"),
    query=(in_state(CaseKind.POLICY_VERSION),),
    answer=ProposalView,
    paged=True,
)
async def list_policy_proposals(call: Call) -> Answer:
    """Read a page of proposals, in order of creation."""
    page = call.page()
    rows = await call.read(
        lambda work: policy.list_proposals(
            work, state=call.query("state", str), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(rows, page, view=ProposalView.of, after=lambda one: one.case.id)


@operation(
    id="GetPolicyProposal",
    method="GET",
    path="/v1/policy-proposals/{proposal_id}",
    tag=TAG,
    summary=Text("查看办理中的政策版本", "Read a policy version on its way"),
    answer=ProposalDetailView,
)
async def get_policy_proposal(call: Call) -> Answer:
    """Read one proposal with its last report."""

    async def act(work: Work) -> ProposalDetailView:
        case = await work.cases.get(CaseKind.POLICY_VERSION, call.path("proposal_id"))
        proposal = ProposalView.of(await work.policy_proposals.get(case))
        latest = await work.policy_proposals.latest_simulation(case)
        return ProposalDetailView(
            proposal=proposal,
            case=proposal.case,
            simulation=None if latest is None else SimulationView.of(latest[0]),
            simulated_at=None if latest is None else latest[1],
        )

    shown = await call.read(act)
    return json_answer(shown, version=shown.case.version)


@operation(
    id="GetPolicyProposalHistory",
    method="GET",
    path="/v1/policy-proposals/{proposal_id}/steps",
    tag=TAG,
    summary=Text("办理过程", "Read the signed steps"),
    answer=HistoryView,
)
async def get_policy_proposal_history(call: Call) -> Answer:
    """Read who signed what, when and why."""
    return await steps_of(call, CaseKind.POLICY_VERSION, call.path("proposal_id"))


OPERATIONS: Final[tuple[Served, ...]] = (
    draft_policy,
    simulate_policy,
    sign_policy_for_labour,
    sign_policy_for_finance,
    refuse_policy_for_labour,
    refuse_policy_for_finance,
    withdraw_policy,
    list_policy_proposals,
    get_policy_proposal,
    get_policy_proposal_history,
)
