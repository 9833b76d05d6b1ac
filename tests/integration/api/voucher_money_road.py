"""Voucher settlements over HTTP: each helper asks what one person asks, and lets the worker do its part."""

from datetime import UTC, datetime

from tests.integration.api import road, voucher_class_road, voucher_road
from tests.integration.api.desk import Desk, Json
from tests.integration.api.voucher_class_road import Class

SETTLES = datetime(2026, 3, 2, 4, tzinfo=UTC)
NUMBER = "26322000000000000001"
SIGNED = {"reason": "经核对"}


def claim(desk: Desk, project_id: str, **changed: object) -> Json:
    """All that is redeemed of a project, to the provider's account."""
    return {
        "project_id": project_id,
        "payee": payee(desk.staff.provider.name),
    } | changed


def payee(name: str) -> Json:
    """An account in somebody's name."""
    return {
        "account_name": name,
        "account_number": "3200160123456789012",
        "bank_code": "102100099996",
    }


def invoice(desk: Desk, voucher_id: str, **changed: object) -> Json:
    """The provider's invoice of the class's fee."""
    return {
        "voucher_id": voucher_id,
        "number": NUMBER,
        "issuer_code": desk.staff.provider.credit_code,
        "amount_fen": 100_000,
        "issued_on": voucher_class_road.ENDS,
    } | changed


async def redeemed(desk: Desk, **changed: object) -> Class:
    """A class with one voucher, completed and redeemed; it is the next month.

    Where the project asks for a certificate, a register's extract lists it.
    """
    done = await redeemed_unlisted(desk, **changed)
    if changed.get("certificate_required"):
        await registered(desk, done)
    return done


async def redeemed_unlisted(desk: Desk, **changed: object) -> Class:
    """A class with one voucher, completed and redeemed, and no extract; it is the next month."""
    done = await voucher_class_road.completed(desk, **changed)
    await voucher_class_road.redeemed(desk, done.id, done.voucher["code"])
    desk.clock.at = max(desk.clock.at, SETTLES)
    return done


async def registered(desk: Desk, of: Class, **changed: str) -> None:
    """An extract that lists the certificate of the class's worker."""
    own = voucher_road.own(desk)
    issued = {"issued_on": voucher_class_road.ENDS, "evaluated_on": voucher_class_road.ENDS}
    await road.loaded(desk, road.registered(of.voucher["id"], own, **(issued | changed)))


async def completed_by_two(desk: Desk) -> tuple[Class, Json]:
    """A class of a new project with two completed vouchers, the first redeemed; and the second."""
    return await completed_in(desk, await voucher_class_road.project(desk))


async def completed_in(desk: Desk, project_id: str) -> tuple[Class, Json]:
    """A class of a project with two completed vouchers, the first redeemed; and the second. It is the next month."""
    class_id = await voucher_class_road.planned(desk, project_id)
    people = ("worker", "worker_second")
    vouchers = [await voucher_class_road.collected(desk, project_id, one) for one in people]
    for voucher, person in zip(vouchers, people, strict=True):
        await voucher_class_road.reserved(desk, class_id, voucher, person)
    await voucher_class_road.started(desk, class_id)
    outcomes = [voucher_class_road.outcome(one["id"]) for one in vouchers]
    await voucher_class_road.completion_reported(desk, class_id, *outcomes)
    await voucher_class_road.signed(desk, "ConfirmVoucherClassCompletion", "handler", class_id)
    await voucher_class_road.redeemed(desk, class_id, vouchers[0]["code"])
    desk.clock.at = max(desk.clock.at, SETTLES)
    return Class(project_id=project_id, id=class_id, voucher=vouchers[0]), vouchers[1]


async def drafted(desk: Desk, of: Class, **changed: object) -> str:
    """The provider's draft; its id."""
    done = await desk.done(
        "DraftVoucherSettlement", "teacher", body=claim(desk, of.project_id, **changed)
    )
    return str(done["case"]["id"])


async def stepped(
    desk: Desk, operation_id: str, person: str, settlement_id: str, body: Json | None = None
) -> Json:
    """One step of a settlement, at the version now on file."""
    path = {"voucher_settlement_id": settlement_id}
    version = await road.version_of(desk, "GetVoucherSettlement", **path)
    how = {} if body is None else {"body": body}
    return await desk.done(operation_id, person, path=path, version=version, **how)


async def accepted(desk: Desk, settlement_id: str, person: str = "teacher") -> Json:
    """Submitted and accepted."""
    await stepped(desk, "SubmitVoucherSettlement", person, settlement_id)
    return await stepped(desk, "AcceptVoucherSettlement", "handler", settlement_id)


async def reviewed(desk: Desk, settlement_id: str, *lines: Json) -> Json:
    """Accepted, and reviewed with these findings."""
    await accepted(desk, settlement_id)
    body = {"lines": list(lines), "reason": "已核对"}
    return await stepped(desk, "ReviewVoucherSettlement", "handler", settlement_id, body)


async def approved(desk: Desk, settlement_id: str) -> Json:
    """A reviewed settlement approved, its account verified."""
    await road.accounts_verified(desk)
    return await stepped(desk, "ApproveVoucherSettlement", "approver", settlement_id, SIGNED)


async def settled(desk: Desk, **changed: object) -> tuple[Class, str]:
    """An approved settlement of one redeemed voucher."""
    of = await redeemed(desk, **changed)
    settlement_id = await drafted(desk, of)
    await reviewed(desk, settlement_id)
    await approved(desk, settlement_id)
    return of, settlement_id


async def paid(desk: Desk, **changed: object) -> tuple[Class, str]:
    """A settlement that the bank has paid."""
    of, settlement_id = await settled(desk, **changed)
    await road.paid(desk, ("voucher_settlement", settlement_id))
    return of, settlement_id


async def now(desk: Desk, settlement_id: str, person: str = "handler") -> Json:
    """A settlement as it stands."""
    path = {"voucher_settlement_id": settlement_id}
    return await desk.done("GetVoucherSettlement", person, path=path)


async def prepared(desk: Desk, settlement_id: str) -> str:
    """A notice over a reviewed settlement that nobody has published."""
    body = {"voucher_settlement_ids": [settlement_id]}
    return str((await desk.done("PrepareNotice", "handler", body=body))["case"]["id"])


def claw_back(*voucher_ids: str, **changed: object) -> Json:
    """Vouchers to take back."""
    return {"voucher_ids": list(voucher_ids), "cause": "audit", "reason": "冒名培训"} | changed


async def proposed(desk: Desk, settlement_id: str, *voucher_ids: str) -> Json:
    """A claw-back that nobody has ordered."""
    return await desk.done(
        "ProposeClawBack",
        "handler",
        path={"voucher_settlement_id": settlement_id},
        body=claw_back(*voucher_ids),
    )


async def travelled(desk: Desk, class_id: str) -> dict[str, str]:
    """The redeemed voucher of a completed class, settled; ids by their names in addresses. The clock goes back."""
    desk.clock.at = SETTLES
    listed = await desk.done("ListVouchers", "teacher", query=f"class_id={class_id}")
    (voucher,) = listed["items"]
    held = await desk.done("GetVoucher", "worker", path={"voucher_id": voucher["id"]})
    await voucher_class_road.redeemed(desk, class_id, held["code"])
    of = Class(project_id=voucher["project_id"], id=class_id, voucher=voucher)
    settlement_id = await drafted(desk, of)
    await reviewed(desk, settlement_id)
    await approved(desk, settlement_id)
    desk.begin_again()
    return {"voucher_settlement_id": settlement_id}
