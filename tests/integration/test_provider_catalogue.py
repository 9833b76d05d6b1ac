"""The provider catalogue on PostgreSQL: two people, one order, and the same answer as the domain's."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.errors import Refusal
from domain.party import NOBODY, Actor
from domain.ports.crypto import Crypto
from domain.ports.identity import Passwords
from domain.ports.work import Work
from domain.provider_catalogue import CatalogueChange, CatalogueEntry
from service.application import provider_catalogue
from service.application.provider_catalogue import DraftEntry
from tests.cities import City, staffed_city
from tests.integration.voucher_class_stage import TODAY, Stage, stage_at
from tests.people import Staff

JOIN, LEAVE = CatalogueChange.JOIN, CatalogueChange.LEAVE


@pytest.fixture
def stage(engine: AsyncEngine, crypto: Crypto, staff: Staff) -> Stage:
    """A county whose catalogue is empty."""
    return stage_at(engine, crypto, staff)


async def drafted(
    stage: Stage, change: CatalogueChange, on: date, **changed: str
) -> CatalogueEntry:
    code = changed.get("code", stage.staff.provider.credit_code or "")
    return await stage.act(
        stage.staff.handler,
        lambda work: provider_catalogue.draft_entry(
            work,
            DraftEntry(
                provider_credit_code=code,
                change=change,
                effective_on=on,
                document_number="启人社〔2026〕9号",
            ),
        ),
    )


async def decided(
    stage: Stage, entry: CatalogueEntry, event: str, actor: Actor | None = None
) -> CatalogueEntry:
    return await stage.act(
        actor or stage.staff.approver,
        lambda work: provider_catalogue.decide_entry(
            work, entry_id=entry.case.id, version=1, event=event, reason="理由"
        ),
    )


async def listed(stage: Stage, on: date | None = None) -> list[UUID]:
    async with stage.reading(NOBODY) as work:
        found = await provider_catalogue.listed_providers(
            work, region_code=stage.staff.region_code, on=on, after=None, limit=10
        )
    return [one.provider_id for one in found]


def located(refused: pytest.ExceptionInfo[Refusal]) -> list[tuple[str, str]]:
    assert refused.value.code == "catalogue_entry_faulty"
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


async def test_a_provider_is_listed_once_a_second_person_has_approved(stage: Stage) -> None:
    entry = await drafted(stage, JOIN, TODAY)
    assert await listed(stage) == []
    with pytest.raises(Refusal) as refused:
        await decided(stage, entry, "approve", stage.staff.handler)
    assert refused.value.code == "duty_conflict"
    approved = await decided(stage, entry, "approve")
    assert approved.case.state == "approved"
    assert await listed(stage) == [stage.staff.provider.id]
    assert await listed(stage, TODAY - timedelta(days=1)) == []
    async with stage.reading(NOBODY) as work:
        (found,) = await provider_catalogue.listed_providers(
            work, region_code=stage.staff.region_code, on=None, after=None, limit=10
        )
    assert (found.name, found.credit_code, found.since, found.document_number) == (
        stage.staff.provider.name,
        stage.staff.provider.credit_code,
        TODAY,
        "启人社〔2026〕9号",
    )


@pytest.mark.parametrize(("event", "state"), [("refuse", "refused"), ("withdraw", "withdrawn")])
async def test_what_is_not_approved_lists_nobody(stage: Stage, event: str, state: str) -> None:
    entry = await drafted(stage, JOIN, TODAY)
    actor = stage.staff.handler if event == "withdraw" else stage.staff.approver
    assert (await decided(stage, entry, event, actor)).case.state == state
    assert await listed(stage) == []
    async with stage.reading(stage.staff.handler) as work:
        shown = await provider_catalogue.get_entry(work, entry_id=entry.case.id)
        (page,) = await provider_catalogue.list_entries(work, state=state, after=None, limit=10)
    assert shown == page


async def test_an_organisation_that_trains_nobody_is_not_entered(stage: Stage) -> None:
    for code in (stage.staff.enterprise.credit_code, "91000000000000000X"):
        with pytest.raises(Refusal) as refused:
            await drafted(stage, JOIN, TODAY, code=code or "")
        assert located(refused) == [("/provider_credit_code", "provider_unknown")]


async def test_an_entry_is_checked_again_when_it_is_approved(stage: Stage) -> None:
    first, second = [await drafted(stage, JOIN, TODAY) for _ in range(2)]
    await decided(stage, first, "approve")
    with pytest.raises(Refusal) as refused:
        await decided(stage, second, "approve")
    assert located(refused) == [
        ("/effective_on", "catalogue_out_of_order"),
        ("/change", "provider_in_catalogue"),
    ]
    with pytest.raises(Refusal) as refused:
        await drafted(stage, LEAVE, TODAY - timedelta(days=1))
    assert ("/effective_on", "leaving_day_past") in located(refused)
    leaving = await drafted(stage, LEAVE, TODAY + timedelta(days=1))
    stage.on(TODAY + timedelta(days=2))
    with pytest.raises(Refusal) as refused:
        await decided(stage, leaving, "approve")
    assert located(refused) == [("/effective_on", "leaving_day_past")]


async def test_of_two_entries_approved_at_once_the_second_is_judged_after_the_first(
    stage: Stage,
) -> None:
    entries = [await drafted(stage, JOIN, TODAY + timedelta(days=n)) for n in range(2)]
    ends = await asyncio.gather(
        *(decided(stage, entry, "approve") for entry in entries), return_exceptions=True
    )
    refused = [one for one in ends if isinstance(one, Refusal)]
    assert len(refused) == 1
    assert {fault.code for fault in refused[0].faults} >= {"provider_in_catalogue"}


async def test_the_database_lists_whom_the_domain_lists_by_county_and_city(
    stage: Stage, engine: AsyncEngine, crypto: Crypto, passwords: Passwords
) -> None:
    city: City = await staffed_city(stage.begin, crypto=crypto, passwords=passwords)
    of_city = stage_at(
        engine,
        crypto,
        replace(city.county, handler=city.drafter, approver=city.labour),
    )
    county = stage_at(engine, crypto, city.county)
    days = [TODAY + timedelta(days=n) for n in range(6)]
    for where, change, day in (
        (of_city, JOIN, days[1]),
        (county, LEAVE, days[2]),
        (of_city, LEAVE, days[3]),
        (county, JOIN, days[4]),
    ):
        await decided(where, await drafted(where, change, day), "approve")
    provider_id = city.county.provider.id
    expected = [False, True, False, False, True, True]
    assert [provider_id in await listed(county, day) for day in days] == expected

    async def asked(work: Work, day: date) -> bool:
        return await provider_catalogue.listed_on(
            work, provider_id, city.county.place.region_path, day
        )

    async with stage.reading(NOBODY) as work:
        assert [await asked(work, day) for day in days] == expected
