"""Certificates of vouchers: a class whose people declare one each, and what a register's extract says of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from adapters.system.ids import new_id
from domain.certificate import Extract
from domain.extract_file import COLUMNS
from domain.policy import CertificateType
from domain.voucher_settlement import VoucherSettlement
from service.application import certificate, voucher_certificate
from service.application.voucher_class_completion import confirm_completion
from tests.integration.voucher_class_stage import ENDS, Holder, outcome_of
from tests.integration.voucher_money_stage import Money
from tests.people import citizen_id

REGISTER = "试验查询系统"


def a_number() -> str:
    """A new number of a certificate of skill level 5."""
    return f"S0001320681001265{new_id().int % 10**5:05d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """A worker who completed with a certificate."""

    holder: Holder
    name: str
    citizen_id: str
    number: str

    def row(self, **changed: str) -> str:
        """The register's row about it: as the class declared it, issued on the last day."""
        cells = {
            "certificate_number": self.number,
            "certificate_type": "skill_level_certificate",
            "holder_name": self.name,
            "holder_id": self.citizen_id,
            "occupation_code": "4-10-01-02",
            "grade": "5",
            "issued_on": ENDS.isoformat(),
            "evaluated_on": "",
            "issuer_code": "S000132",
            "status": "valid",
        }
        assert list(cells) == list(COLUMNS)
        return ",".join((cells | changed).values())


async def certified(
    money: Money,
    count: int,
    *,
    people: Sequence[str] = (),
    numbers: Sequence[str] = (),
    kind: CertificateType = CertificateType.SKILL_LEVEL,
    **terms: Any,
) -> list[Certified]:
    """So many people of one class who completed with a certificate each, redeemed."""
    ends = terms.get("ends_on", ENDS)
    ids = [*people, *(citizen_id() for _ in range(count - len(people)))]
    written = [*numbers, *(a_number() for _ in range(count - len(numbers)))]
    holders = await money.stage.holders(
        count, citizen_ids=ids, valid_until=max(ends, date(2026, 5, 31))
    )
    class_id = await money.stage.started(*holders, **terms)
    money.stage.on(ends)
    outcomes = [
        outcome_of(one.voucher_id, day=ends, certificate=(kind, number))
        for one, number in zip(holders, written, strict=True)
    ]
    await money.stage.completion_reported(class_id, *outcomes, on=ends)
    await money.stage.decided(class_id, confirm_completion)
    for one in holders:
        await money.stage.redeemed(class_id, one.code)
    return [
        Certified(holder=one, name=f"张{n}", citizen_id=ids[n], number=written[n])
        for n, one in enumerate(holders)
    ]


async def extract(money: Money, *rows: str, register: str = REGISTER) -> Extract:
    """Load a register's extract; every call's is newer than the one before."""
    money.stage.clock.at += timedelta(minutes=1)
    text = "\r\n".join((",".join(COLUMNS), *rows, ""))
    return await money.stage.act(
        money.stage.staff.handler,
        lambda work: certificate.load_extract(work, register=register, text=text),
    )


async def verified(money: Money, of: VoucherSettlement) -> int:
    """Do what the job does; how many findings are new."""
    verify = voucher_certificate.verify_voucher_settlement
    return await money.stage.act(
        money.stage.staff.system, partial(verify, settlement_id=of.case.id)
    )
