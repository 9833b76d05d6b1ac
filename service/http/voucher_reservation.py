"""Reservation and redemption over HTTP: a worker takes a place in a class, a provider redeems by the code."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec

from domain.errors import Text
from domain.party import Role
from domain.ports.work import Work
from domain.voucher import Voucher
from service.application import voucher_redemption, voucher_reservation
from service.http.call import Answer, Call, Served, json_answer
from service.http.operation import operation
from service.http.shapes import Body, View
from service.http.voucher_class import ONE, PROVIDER
from service.http.voucher_wire import VoucherView

TAG: Final = "voucher-reservations"
_WORKER: Final = frozenset({Role.WORKER})
_USED: Final = (
    "stale_version",
    "voucher_of_another_person",
    "voucher_frozen",
    "voucher_expired",
    "voucher_not_usable",
    "voucher_class_closed",
    "busy",
)
_ID: Final = "0192f0c4-7c1e-7000-8000-000000000001"


class ReservationBody(Body):
    """The class to take a place in."""

    class_id: UUID


class RedemptionBody(Body):
    """The code as it was scanned or typed: spaces, hyphens, width and case do not matter."""

    code: Annotated[
        str,
        msgspec.Meta(min_length=1, max_length=60, description="券码 · the voucher's code"),
    ]


class RedeemedVoucherView(View):
    """A voucher that a provider has just redeemed: whose, and when. It shows no code."""

    id: UUID
    project_id: UUID
    class_id: UUID | None
    name: str
    citizen_id_masked: str
    state: str
    version: int
    completed_on: date | None
    redeemed_at: datetime | None

    @classmethod
    def of(cls, voucher: Voucher) -> "RedeemedVoucherView":
        """Show a voucher."""
        return cls(
            id=voucher.id,
            project_id=voucher.project_id,
            class_id=voucher.class_id,
            name=voucher.name,
            citizen_id_masked=voucher.identity_masked,
            state=voucher.state,
            version=voucher.version,
            completed_on=voucher.completed_on,
            redeemed_at=voucher.redeemed_at,
        )


def _answer(voucher: Voucher) -> Answer:
    return json_answer(VoucherView.of(voucher), version=voucher.version)


@operation(
    id="ReserveVoucher",
    method="POST",
    path="/v1/vouchers/{voucher_id}/reserve",
    tag=TAG,
    summary=Text("报名（培训券占用）", "Reserve a place in a class"),
    description=Text(
        "持券人用本人已领取的培训券报名；有效期须覆盖开班日或结业日（按项目规定）。",
        "With one's own collected voucher, valid on the first or the last day of the class as the project says.",
    ),
    roles=_WORKER,
    body=ReservationBody,
    body_example={"class_id": _ID},
    answer=VoucherView,
    keyed=True,
    versioned=True,
    dry_run=True,
    problems=(*_USED, "reservation_refused", "voucher_class_full"),
)
async def reserve_voucher(call: Call) -> Answer:
    """Reserve a place."""

    async def act(work: Work) -> Voucher:
        return await voucher_reservation.reserve_voucher(
            work,
            voucher_id=call.path("voucher_id"),
            version=call.if_match,
            class_id=call.decode(ReservationBody).class_id,
        )

    return await call.once(act, _answer)


@operation(
    id="WithdrawReservation",
    method="POST",
    path="/v1/vouchers/{voucher_id}/withdraw",
    tag=TAG,
    summary=Text("退出报名", "Withdraw a reservation"),
    description=Text(
        "在项目规定的期限内退出；班级逾期未开班的，随时可以退出。培训券恢复为已领取。",
        "Within the project's days, and at any time from a class that did not begin in time; the voucher is "
        "collected again.",
    ),
    roles=_WORKER,
    answer=VoucherView,
    keyed=True,
    versioned=True,
    problems=(*_USED, "withdrawal_too_late"),
)
async def withdraw_reservation(call: Call) -> Answer:
    """Withdraw."""
    return await call.once(
        lambda work: voucher_reservation.withdraw_reservation(
            work, voucher_id=call.path("voucher_id"), version=call.if_match
        ),
        _answer,
    )


@operation(
    id="RedeemVoucher",
    method="POST",
    path=f"{ONE}/redemptions",
    tag=TAG,
    summary=Text("核销培训券", "Redeem a voucher by its code"),
    description=Text(
        "确认结业的培训券在其班级核销一次。两台设备同时核销同一张券，只有一台成功。",
        "Once, in the class that was completed. Of two devices that redeem one voucher at once, one succeeds.",
    ),
    roles=PROVIDER,
    body=RedemptionBody,
    body_example={"code": "3M7K-9QZD-4T2N-8XWA"},
    answer=RedeemedVoucherView,
    status=201,
    keyed=True,
    problems=(
        "voucher_code_faulty",
        "voucher_not_yours",
        "voucher_of_other_class",
        "voucher_redeemed_already",
        "voucher_frozen",
        "voucher_expired",
        "voucher_not_usable",
        "busy",
    ),
)
async def redeem_voucher(call: Call) -> Answer:
    """Redeem."""
    return await call.once(
        lambda work: voucher_redemption.redeem_voucher(
            work,
            class_id=call.path("voucher_class_id"),
            code=call.decode(RedemptionBody).code,
        ),
        lambda done: json_answer(RedeemedVoucherView.of(done), status=201, version=done.version),
    )


OPERATIONS: Final[tuple[Served, ...]] = (
    reserve_voucher,
    withdraw_reservation,
    redeem_voucher,
)
