"""Real-name checks over HTTP: what was answered about a voucher's person, and having it asked again."""

from datetime import datetime
from typing import Final
from uuid import UUID

from domain.errors import Text
from domain.party import Role
from domain.real_name import ANSWERS, RealNameAnswer, RealNameCheck
from service.application import real_name
from service.http.call import Answer, Call, Served
from service.http.operation import operation
from service.http.shapes import TextView, View
from service.http.voucher import voucher_answer
from service.http.voucher_wire import VoucherView

TAG: Final = "vouchers"
_BUREAU: Final = frozenset({Role.REVIEWER, Role.APPROVER, Role.AUDITOR})
_PATH: Final = "/v1/vouchers/{voucher_id}/real-name-checks"


class RealNameCheckView(View):
    """A recorded answer. `reference` is the service's own; null where it gave no answer."""

    voucher_id: UUID
    seq: int
    service: str
    answer: RealNameAnswer
    answer_name: TextView
    reference: str | None
    asked_by: UUID
    at: datetime

    @classmethod
    def of(cls, check: RealNameCheck) -> "RealNameCheckView":
        """Show an answer."""
        said = ANSWERS[check.answer]
        return cls(
            voucher_id=check.voucher_id,
            seq=check.seq,
            service=check.service,
            answer=check.answer,
            answer_name=TextView(zh=said.zh, en=said.en),
            reference=check.reference,
            asked_by=check.asked_by,
            at=check.at,
        )


@operation(
    id="ListRealNameChecks",
    method="GET",
    path=_PATH,
    tag=TAG,
    summary=Text("实名认证记录", "List what the real-name service answered"),
    description=Text(
        "按时间排列的每一次答复；最近一次有效答复决定能否报名，报名以后的不一致答复使培训券冻结。",
        "Every answer, in order; the latest that says anything decides whether the voucher can be reserved, and "
        "freezes one that is reserved already.",
    ),
    roles=_BUREAU,
    answer=RealNameCheckView,
    paged=True,
)
async def list_real_name_checks(call: Call) -> Answer:
    """List the answers."""
    page = call.page()
    voucher_id = call.path("voucher_id")
    checks = await call.read(
        lambda work: real_name.real_name_checks(
            work, voucher_id=voucher_id, after=int(page.after or 0), limit=page.limit
        )
    )
    return call.page_answer(checks, page, view=RealNameCheckView.of, after=lambda one: one.seq)


@operation(
    id="AskRealName",
    method="POST",
    path=_PATH,
    tag=TAG,
    summary=Text("重新实名认证", "Have a voucher's person checked again"),
    description=Text(
        "本人更正社会保障卡信息后使用；答复由后台取得，原记录保留。",
        "For somebody who has put his card right; a job asks, and what was answered before stays on record.",
    ),
    roles=frozenset({Role.REVIEWER}),
    answer=VoucherView,
    status=202,
    keyed=True,
)
async def ask_real_name(call: Call) -> Answer:
    """Ask again."""
    voucher_id = call.path("voucher_id")
    return await call.once(
        lambda work: real_name.ask_real_name(work, voucher_id=voucher_id),
        lambda voucher: voucher_answer(voucher, status=202),
    )


OPERATIONS: Final[tuple[Served, ...]] = (list_real_name_checks, ask_real_name)
