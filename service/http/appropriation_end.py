"""An appropriation that was drafted wrong, over HTTP: its drafter withdraws it."""

from typing import Final

from domain.errors import Text
from domain.party import Role
from service.application import budget
from service.http.budget import TAG, AppropriationView
from service.http.call import Answer, Call, Served, json_answer
from service.http.operation import operation
from service.http.shapes import Decision


@operation(
    id="WithdrawAppropriation",
    method="POST",
    path="/v1/appropriations/{appropriation_id}/withdraw",
    tag=TAG,
    summary=Text("撤回预算下达草稿", "Withdraw a drafted appropriation"),
    description=Text(
        "由起草人在批准之前撤回；同一文号可重新录入。",
        "By who drafted it, before it is approved. Its document may then be entered again.",
    ),
    roles=frozenset({Role.FINANCE}),
    body=Decision,
    body_example={"reason": "金额录入有误"},
    answer=AppropriationView,
    keyed=True,
    versioned=True,
    problems=("wrong_state", "duty_conflict", "not_the_drafter", "busy"),
)
async def withdraw_appropriation(call: Call) -> Answer:
    """Withdraw a draft."""
    return await call.once(
        lambda work: budget.withdraw_appropriation(
            work,
            appropriation_id=call.path("appropriation_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        ),
        lambda done: json_answer(AppropriationView.of(done), version=done.case.version),
    )


OPERATIONS: Final[tuple[Served, ...]] = (withdraw_appropriation,)
