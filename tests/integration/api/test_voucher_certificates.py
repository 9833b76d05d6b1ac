"""Certificates of vouchers over HTTP: looked up by the worker, shown to whoever is paid, held till confirmed."""

from datetime import timedelta

from tests.integration.api import voucher_money_road as money
from tests.integration.api.desk import Desk, Json
from tests.integration.api.voucher_class_road import Class

ASKS: Json = {"certificate_required": True}


async def line_of(desk: Desk, settlement_id: str, person: str = "handler") -> Json:
    """The one line of a settlement."""
    path = {"voucher_settlement_id": settlement_id}
    (line,) = (await desk.done("ListVoucherSettlementLines", person, path=path))["items"]
    return dict(line)


async def said(desk: Desk, settlement_id: str, of: Class, person: str) -> list[str]:
    """How the line is explained."""
    path = {"voucher_settlement_id": settlement_id, "voucher_id": of.voucher["id"]}
    told = await desk.done("ExplainSettledVoucher", person, path=path)
    return [one["en"] for one in told["sentences"]]


async def certificates(desk: Desk) -> list[str]:
    """The numbers of certificates in the worker's own archive."""
    entries = (await desk.done("ListArchiveEntries", "worker"))["items"]
    return [one["certificate_number"] for one in entries if one["kind"] == "certificate"]


async def test_a_confirmed_certificate_is_paid_explained_and_archived(desk: Desk) -> None:
    """Shows EVD-09, REG-14."""
    of = await money.redeemed(desk, **ASKS)
    settlement_id = await money.drafted(desk, of)
    await money.accepted(desk, settlement_id)
    assert (await line_of(desk, settlement_id))["certificate"] is None
    await desk.idle()
    seen = await line_of(desk, settlement_id)
    assert (seen["certificate"]["result"], seen["certificate"]["register"], seen["ground"]) == (
        "match",
        "osta",
        None,
    )
    review = {"lines": [], "reason": "已核对"}
    await money.stepped(desk, "ReviewVoucherSettlement", "handler", settlement_id, review)
    approved = await money.approved(desk, settlement_id)
    assert approved["amount_fen"] == 100_000
    assert "The certificate was looked up in “osta” on 2026-03-02: match." in await said(
        desk, settlement_id, of, "teacher"
    )
    assert await certificates(desk) == [seen["certificate_number"]]


async def test_a_certificate_that_no_register_lists_is_held_and_paid_once_one_does(
    desk: Desk,
) -> None:
    of = await money.redeemed_unlisted(desk, **ASKS)
    first = await money.drafted(desk, of)
    assert (await money.reviewed(desk, first))["amount_fen"] == 0
    await money.approved(desk, first)
    await desk.idle()
    line = await line_of(desk, first, "teacher")
    assert (line["disposition"], line["ground"], line["released"]) == (
        "held",
        "certificate_unconfirmed",
        True,
    )
    assert "No register has been asked about the certificate yet." in await said(
        desk, first, of, "teacher"
    )
    assert await certificates(desk) == []
    await money.registered(desk, of)
    desk.clock.at += timedelta(days=31)
    second = await money.drafted(desk, of)
    assert (await money.reviewed(desk, second))["amount_fen"] == 100_000
    await money.approved(desk, second)
    assert len(await certificates(desk)) == 1


async def test_somebody_elses_certificate_is_held_and_may_be_refused(desk: Desk) -> None:
    of = await money.redeemed_unlisted(desk, **ASKS)
    await money.registered(desk, of, holder_id="320681199001010013")
    settlement_id = await money.drafted(desk, of)
    await money.accepted(desk, settlement_id)
    refused = {"voucher_id": of.voucher["id"], "disposition": "refused", "reason": "证书系他人所有"}
    body = {"lines": [refused], "reason": "已核对"}
    await money.stepped(desk, "ReviewVoucherSettlement", "handler", settlement_id, body)
    line = await line_of(desk, settlement_id)
    assert (line["certificate"]["result"], line["ground"]) == ("id_mismatch", "refused")
