"""Acts on vouchers (职业培训券) over HTTP: collected, confirmed, given back, voided, frozen, released."""

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from domain.errors import Text
from domain.party import Role
from domain.ports.work import Work
from domain.voucher import Voucher
from service.application import voucher
from service.http.call import Answer, Call, Served, json_answer
from service.http.operation import operation
from service.http.shapes import Decision
from service.http.voucher_wire import BeneficiaryBody, VoucherView

TAG: Final = "vouchers"
_WORKER: Final = frozenset({Role.WORKER})
_REVIEWER: Final = frozenset({Role.REVIEWER})
_APPROVER: Final = frozenset({Role.APPROVER})
_PATH: Final = "/v1/vouchers/{voucher_id}"
USED: Final = (
    "voucher_of_another_person",
    "voucher_frozen",
    "voucher_expired",
    "voucher_not_usable",
    "busy",
)
_DECIDED: Final = ("reason_missing", "voucher_not_usable", "busy")

Step = Callable[[Work, UUID, int, str], Awaitable[Voucher]]


def voucher_answer(shown: Voucher, *, status: int = 200) -> Answer:
    """Answer a voucher with its version."""
    return json_answer(
        VoucherView.of(shown),
        status=status,
        version=shown.version,
        location=f"/v1/vouchers/{shown.id}" if status == 201 else None,
    )


async def _stepped(call: Call, step: Step) -> Answer:
    async def act(work: Work) -> Voucher:
        reason = call.decode(Decision).reason
        return await step(work, call.path("voucher_id"), call.if_match, reason)

    return await call.once(act, voucher_answer)


@operation(
    id="CollectFromProject",
    method="POST",
    path="/v1/voucher-offers/{offer_id}/collect",
    tag=TAG,
    summary=Text("领取通用券", "Collect a voucher of a general project"),
    description=Text(
        "劳动者本人填写姓名和身份证号领取；身份证号须与登录账号一致。项目限定重点群体的，须填写其中一类，"
        "经人社部门确认后方可报名。",
        "The worker gives name and citizen id; the id must be that of the account. Where a project is for "
        "certain groups, one of them is stated, and confirmed by the bureau before a place is reserved.",
    ),
    roles=_WORKER,
    body=BeneficiaryBody,
    body_example={"name": "张三", "citizen_id": "11010519491231002X", "tag": "unemployed"},
    answer=VoucherView,
    status=201,
    keyed=True,
    problems=(
        "voucher_project_not_open",
        "voucher_distribution_differs",
        "voucher_beneficiary_faulty",
        "voucher_tag_not_admitted",
        "voucher_of_another_person",
        "voucher_already_held",
        "voucher_quota_exhausted",
        "busy",
    ),
)
async def collect_from_project(call: Call) -> Answer:
    """Collect one."""
    return await call.once(
        lambda work: voucher.collect_from_project(
            work,
            project_id=call.path("offer_id"),
            person=call.decode(BeneficiaryBody).to_command(),
        ),
        lambda done: voucher_answer(done, status=201),
    )


@operation(
    id="CollectVoucher",
    method="POST",
    path=f"{_PATH}/collect",
    tag=TAG,
    summary=Text("领取定向券", "Collect a voucher that was issued to me"),
    roles=_WORKER,
    answer=VoucherView,
    keyed=True,
    versioned=True,
    problems=USED,
)
async def collect_voucher(call: Call) -> Answer:
    """Collect it."""
    return await call.once(
        lambda work: voucher.collect_voucher(
            work, voucher_id=call.path("voucher_id"), version=call.if_match
        ),
        voucher_answer,
    )


@operation(
    id="GiveVoucherBack",
    method="POST",
    path=f"{_PATH}/give-back",
    tag=TAG,
    summary=Text("退券", "Give a voucher back"),
    description=Text(
        "已领取且未报名的培训券可以退回；退回后不能恢复，不再计入发放数量。",
        "A voucher that is collected and reserved nowhere; it does not come back, and its quota is free again.",
    ),
    roles=_WORKER,
    body=Decision,
    body_example={"reason": "暂无培训需要"},
    answer=VoucherView,
    keyed=True,
    versioned=True,
    problems=USED,
)
async def give_voucher_back(call: Call) -> Answer:
    """Give it back."""
    return await _stepped(
        call,
        lambda work, voucher_id, version, reason: voucher.give_voucher_back(
            work, voucher_id=voucher_id, version=version, reason=reason
        ),
    )


@operation(
    id="ConfirmVoucherGroup",
    method="POST",
    path=f"{_PATH}/confirm-group",
    tag=TAG,
    summary=Text("确认重点群体身份", "Confirm the group of a voucher's worker"),
    description=Text(
        "劳动者自行填写的重点群体，由人社部门核对证明材料后确认；理由写明核对的材料。按名单发放的，发放时即为已确认。",
        "What a worker states of himself is checked against what he shows, which the reason names. Whoever "
        "is issued to by a list is confirmed with it.",
    ),
    roles=_REVIEWER,
    body=Decision,
    body_example={"reason": "已核对退役军人优待证原件"},
    answer=VoucherView,
    keyed=True,
    versioned=True,
    problems=("reason_missing", "voucher_not_usable", "voucher_group_not_waiting", "busy"),
)
async def confirm_voucher_group(call: Call) -> Answer:
    """Confirm it."""
    return await _stepped(
        call,
        lambda work, voucher_id, version, reason: voucher.confirm_group(
            work, voucher_id=voucher_id, version=version, reason=reason
        ),
    )


@operation(
    id="VoidVoucher",
    method="POST",
    path=f"{_PATH}/void",
    tag=TAG,
    summary=Text("作废培训券", "Void a voucher"),
    roles=_APPROVER,
    body=Decision,
    body_example={"reason": "经核查不符合发放条件"},
    answer=VoucherView,
    keyed=True,
    versioned=True,
    problems=_DECIDED,
)
async def void_voucher(call: Call) -> Answer:
    """Void it."""
    return await _stepped(
        call,
        lambda work, voucher_id, version, reason: voucher.void_voucher(
            work, voucher_id=voucher_id, version=version, reason=reason
        ),
    )


@operation(
    id="FreezeVoucher",
    method="POST",
    path=f"{_PATH}/freeze",
    tag=TAG,
    summary=Text("冻结培训券", "Freeze a voucher"),
    description=Text(
        "因调查暂停使用，不改变其所处阶段；由另一人解除。",
        "An investigation stops it where it stands; another person releases it.",
    ),
    roles=_REVIEWER,
    body=Decision,
    body_example={"reason": "涉嫌冒用他人身份"},
    answer=VoucherView,
    keyed=True,
    versioned=True,
    problems=_DECIDED,
)
async def freeze_voucher(call: Call) -> Answer:
    """Freeze it."""
    return await _stepped(
        call,
        lambda work, voucher_id, version, reason: voucher.freeze_voucher(
            work, voucher_id=voucher_id, version=version, reason=reason
        ),
    )


@operation(
    id="ReleaseVoucher",
    method="POST",
    path=f"{_PATH}/release",
    tag=TAG,
    summary=Text("解除冻结", "Release a frozen voucher"),
    description=Text(
        "由冻结人以外的人员解除。因实名认证未获确认而冻结的，须重新认证一致后解除；已批准支付的除外。",
        "By another person than who froze it. One frozen because the real-name service did not confirm its person is "
        "released once it does, unless its payment was approved already.",
    ),
    roles=_APPROVER,
    body=Decision,
    body_example={"reason": "调查结束，未发现问题"},
    answer=VoucherView,
    keyed=True,
    versioned=True,
    problems=(
        *_DECIDED,
        "voucher_released_by_another",
        "real_name_mismatch",
        "real_name_unknown",
    ),
)
async def release_voucher(call: Call) -> Answer:
    """Release it to where it stood."""
    return await _stepped(
        call,
        lambda work, voucher_id, version, reason: voucher.release_voucher(
            work, voucher_id=voucher_id, version=version, reason=reason
        ),
    )


OPERATIONS: Final[tuple[Served, ...]] = (
    collect_from_project,
    collect_voucher,
    give_voucher_back,
    confirm_voucher_group,
    void_voucher,
    freeze_voucher,
    release_voucher,
)
