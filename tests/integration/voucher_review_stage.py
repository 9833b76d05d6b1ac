"""What is decided about vouchers, contested by whoever is paid: each helper is one committed act of one person."""

from functools import partial
from typing import Any

from domain.party import Actor
from domain.recovery import Recovery
from domain.review_request import ReviewRequest
from service.application import recovery, review_request
from service.application.review_request import RequestReview
from tests.integration.voucher_money_stage import Money


async def served(money: Money, ordered: Recovery) -> Recovery:
    """A claw-back that was ordered, served today by the handler."""
    serve = partial(
        recovery.serve_recovery,
        recovery_id=ordered.case.id,
        version=ordered.case.version,
        served_on=money.stage.clock.at.date(),
    )
    return await money.stage.act(money.stage.staff.handler, serve)


async def requested(money: Money, actor: Actor, **of: Any) -> ReviewRequest:
    """A review that somebody asks for."""
    command = RequestReview(statement="事实有误，请予复核", **of)
    return await money.stage.act(actor, partial(review_request.request_review, command=command))


async def contested(money: Money, actor: Actor, **of: Any) -> ReviewRequest:
    """A review that somebody asked for, examined by the handler."""
    asked = await requested(money, actor, **of)
    examine = partial(
        review_request.examine_review,
        review_request_id=asked.case.id,
        version=asked.case.version,
        reason="已调阅原决定材料",
    )
    return await money.stage.act(money.stage.staff.handler, examine)


async def ruled(
    money: Money, examined: ReviewRequest, event: str = "uphold", actor: Actor | None = None
) -> ReviewRequest:
    """Decided by the releaser unless told, who took no part in the first decision."""
    decide = partial(
        review_request.decide_review,
        review_request_id=examined.case.id,
        version=examined.case.version,
        event=event,
        reason="经查明",
        clause="五(一)",
    )
    return await money.stage.act(actor or money.stage.staff.releaser, decide)
