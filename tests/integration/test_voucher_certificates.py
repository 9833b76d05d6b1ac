"""Certificates of vouchers on PostgreSQL: what a register confirms is paid, what none confirms is held (EVD-09)."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.archive import ArchiveEntry
from domain.certificate import FindingResult
from domain.ledger import AccountKind
from domain.policy import CertificateType
from domain.ports.crypto import Crypto
from domain.voucher import VoucherStandard
from domain.voucher_settlement import VoucherGround, VoucherLine, VoucherSettlement
from domain.voucher_settlement_explanation import explain_voucher
from service.application.archive import list_archive_entries
from tests.integration.test_guards import WALL, Forger
from tests.integration.voucher_certificate_stage import (
    REGISTER,
    Certified,
    a_number,
    certified,
    extract,
    verified,
)
from tests.integration.voucher_class_stage import FEE_FEN, STANDARD_FEN, a_stage, worker_of
from tests.integration.voucher_money_stage import Money
from tests.people import Staff, citizen_id

APRIL, MAY = date(2026, 4, 2), date(2026, 5, 6)
BELOW_GRADES = VoucherStandard(
    occupation_code="4-10-01-02", occupation_name="育婴员", grade=None, standard_fen=STANDARD_FEN
)
R, G = FindingResult, VoucherGround


@pytest.fixture
async def money(engine: AsyncEngine, crypto: Crypto, staff: Staff) -> Money:
    """A county with money, a listed provider and a project that asks for a certificate."""
    return Money(stage=await a_stage(engine, crypto, staff, certificate_required=True))


async def lines(money: Money, of: VoucherSettlement) -> dict[str, VoucherLine]:
    """A settlement's lines by the number declared."""
    return {line.facts.certificate_number or "": line for line in await money.lines(of)}


async def found(
    money: Money, of: VoucherSettlement
) -> dict[str, tuple[FindingResult | None, VoucherGround | None]]:
    """What was found and decided about each number."""
    return {
        number: (None if line.certificate is None else line.certificate.result, line.ground)
        for number, line in (await lines(money, of)).items()
    }


async def archived(money: Money, one: Certified) -> list[ArchiveEntry]:
    """The certificates in a worker's archive."""
    async with money.stage.reading(worker_of(one.holder.worker.person_id)) as work:
        entries = await list_archive_entries(work, worker_id=None, after=None, limit=100)
    return [entry for entry in entries if entry.kind == "certificate"]


async def test_a_certificate_is_paid_where_a_register_confirms_it_and_held_where_not(
    money: Money,
) -> None:
    people = await certified(money, 9)
    right, higher, other, revoked, pending, bare, trade, old, missing = people
    await extract(
        money,
        right.row(),
        higher.row(grade="3", issuer_code="S000999"),
        other.row(holder_id=citizen_id()),
        revoked.row(status="revoked"),
        pending.row(status="pending"),
        bare.row(grade=""),
        trade.row(occupation_code="6-18-01-01"),
        old.row(issued_on="2026-03-08"),
    )
    settled = await money.settled()
    assert await found(money, settled) == {
        right.number: (R.MATCH, G.WORTH),
        higher.number: (R.MATCH, G.WORTH),
        other.number: (R.ID_MISMATCH, G.CERTIFICATE_UNCONFIRMED),
        revoked.number: (R.REVOKED, G.CERTIFICATE_UNCONFIRMED),
        pending.number: (R.PENDING_UPLOAD, G.CERTIFICATE_UNCONFIRMED),
        bare.number: (R.LEVEL_MISMATCH, G.CERTIFICATE_UNCONFIRMED),
        trade.number: (R.OCCUPATION_MISMATCH, G.CERTIFICATE_UNCONFIRMED),
        old.number: (R.DATE_MISMATCH, G.CERTIFICATE_UNCONFIRMED),
        missing.number: (R.NOT_FOUND, G.CERTIFICATE_UNCONFIRMED),
    }
    assert settled.amount_fen == 2 * FEE_FEN
    assert (await money.balances())[AccountKind.COMMITTED] == 9 * FEE_FEN
    holders = [one.holder for one in people]
    assert await money.stage.states(*holders) == ["approved"] * 2 + ["redeemed"] * 7
    said = [one.zh for one in explain_voucher((await lines(money, settled))[right.number])]
    assert f"证书经“{REGISTER}”核验（2026-03-27）：一致。" in said
    # What nobody confirms is trained all the same, and no certificate in anybody's archive.
    assert [len(await archived(money, one)) for one in people] == [1, 1, 0, 0, 0, 0, 0, 0, 0]


async def test_a_number_and_a_name_may_be_written_otherwise(money: Money) -> None:
    number = a_number()
    (one,) = await certified(money, 1, numbers=[f" {number[:5]} {number[5:].lower()} "])
    await extract(money, replace(one, number=number).row(holder_name="张 0"))
    settled = await money.settled()
    assert await found(money, settled) == {number: (R.MATCH_NORMALISED, G.WORTH)}


async def test_who_is_held_is_paid_in_a_later_settlement_once_the_register_lists_it(
    money: Money,
) -> None:
    (one,) = await certified(money, 1)
    first = await money.settled()
    assert await found(money, first) == {one.number: (None, G.CERTIFICATE_UNCONFIRMED)}
    money.stage.on(APRIL)
    await extract(money, one.row(status="pending"))
    second = await money.settled()
    assert await found(money, second) == {one.number: (R.PENDING_UPLOAD, G.CERTIFICATE_UNCONFIRMED)}
    money.stage.on(MAY)
    await extract(money, one.row())
    third = await money.settled()
    assert await found(money, third) == {one.number: (R.MATCH, G.WORTH)}
    assert await money.stage.states(one.holder) == ["approved"]
    (entry,) = await archived(money, one)
    assert entry.certificate_number == one.number
    # What was decided before is shown with what it was decided on.
    assert (await found(money, first))[one.number][0] is None
    assert (await found(money, second))[one.number][0] is R.PENDING_UPLOAD


async def test_the_job_tells_the_reviewer_what_the_register_says_once(money: Money) -> None:
    one, other = await certified(money, 2)
    drafted = await money.drafted()
    await extract(money, one.row())
    assert await verified(money, drafted) == 0, "nobody has accepted it"
    await money.accepted(drafted)
    assert await verified(money, drafted) == 2
    assert await verified(money, drafted) == 0
    assert await found(money, drafted) == {
        one.number: (R.MATCH, None),
        other.number: (R.NOT_FOUND, None),
    }


async def test_a_register_that_is_silent_undoes_nothing_and_one_that_revokes_does(
    money: Money,
) -> None:
    one, other = await certified(money, 2)
    drafted = await money.drafted()
    await extract(money, one.row(), other.row())
    await money.accepted(drafted)
    await money.reviewed(drafted)
    assert await found(money, drafted) == {
        one.number: (R.MATCH, G.WORTH),
        other.number: (R.MATCH, G.WORTH),
    }
    await extract(money, other.row(status="revoked"))
    approved = await money.approved(drafted)
    assert await found(money, approved) == {
        one.number: (R.MATCH, G.WORTH),
        other.number: (R.REVOKED, G.CERTIFICATE_UNCONFIRMED),
    }
    assert approved.amount_fen == FEE_FEN


async def test_a_project_that_asks_for_no_certificate_pays_and_archives_what_is_confirmed(
    engine: AsyncEngine, crypto: Crypto, staff: Staff
) -> None:
    money = Money(stage=await a_stage(engine, crypto, staff))
    one, other = await certified(money, 2)
    await extract(money, one.row())
    settled = await money.settled()
    assert settled.amount_fen == 2 * FEE_FEN
    assert [len(await archived(money, each)) for each in (one, other)] == [1, 0]


async def test_a_training_certificate_below_grades_is_paid_unless_a_register_contradicts_it(
    engine: AsyncEngine, crypto: Crypto, staff: Staff
) -> None:
    stage = await a_stage(
        engine, crypto, staff, certificate_required=True, standards=(BELOW_GRADES,)
    )
    money = Money(stage=stage)
    kind = CertificateType.TRAINING
    one, other = await certified(
        money, 2, numbers=["启培字第7号", "启培字第8号"], kind=kind, grade=None
    )
    await extract(
        money, other.row(certificate_type=kind, grade="", holder_id=citizen_id(), status="valid")
    )
    settled = await money.settled()
    assert await found(money, settled) == {
        one.number: (R.NOT_FOUND, G.WORTH),
        other.number: (R.ID_MISMATCH, G.CERTIFICATE_UNCONFIRMED),
    }
    said = [each.zh for each in explain_voucher((await lines(money, settled))[one.number])]
    assert "培训合格证书没有全国统一登记，未经证书系统确认。" in said
    assert await archived(money, one) == []


async def test_a_training_certificate_does_not_show_the_grade_of_a_class(money: Money) -> None:
    (one,) = await certified(money, 1, numbers=["启培字第9号"], kind=CertificateType.TRAINING)
    settled = await money.settled()
    assert await found(money, settled) == {one.number: (None, G.CERTIFICATE_UNCONFIRMED)}


USE = (
    "select use_voucher_certificates(:place, array[cast(:voucher as uuid)], array[:issuer], array[:number],"
    " 'training')"
)
COPIED = (
    "insert into voucher_findings select (jsonb_populate_record(f, jsonb_build_object("
    "'seq', 2, 'result', 'match'))).* from voucher_findings f where f.voucher_id = :voucher"
)


async def test_only_what_a_register_confirmed_is_used_and_only_by_an_authority(
    money: Money, engine: AsyncEngine
) -> None:
    one, other = await certified(money, 2)
    await extract(money, one.row(), other.row(status="revoked"))
    drafted = await money.drafted()
    await money.accepted(drafted)
    await verified(money, drafted)
    named = {"place": money.stage.staff.place.id, "issuer": "S000132"}
    bureau, provider = (
        Forger(engine, money.stage.staff.handler),
        Forger(engine, money.stage.provider),
    )
    right = named | {"voucher": one.holder.voucher_id, "number": one.number}
    assert await provider.refused(USE, **right) == "certificate_confirmed"
    assert await bureau.refused(USE, **(right | {"number": a_number()})) == "certificate_confirmed"
    unconfirmed = named | {"voucher": other.holder.voucher_id, "number": other.number}
    assert await bureau.refused(USE, **unconfirmed) == "certificate_confirmed"
    for forger in (provider, Forger(engine, one.holder.worker)):
        assert await forger.refused(COPIED, voucher=one.holder.voucher_id) == WALL


async def test_what_a_line_is_decided_on_is_the_bureaus_word_and_stands(
    money: Money, engine: AsyncEngine
) -> None:
    (one,) = await certified(money, 1)
    drafted = await money.drafted()
    changed = "update voucher_settlement_lines set finding_seq = 1 where settlement_id = :id"
    provider = Forger(engine, money.stage.provider)
    assert await provider.refused(changed, id=drafted.case.id) == "voucher_line_let_go"
    await extract(money, one.row())
    await money.accepted(drafted)
    await money.reviewed(drafted)
    await money.approved(drafted)
    bureau = Forger(engine, money.stage.staff.handler)
    undone = changed.replace("= 1", "= null")
    assert await bureau.refused(undone, id=drafted.case.id) == "decided_stands"
