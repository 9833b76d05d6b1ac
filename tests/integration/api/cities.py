"""A desk in a new city: the county's people, the city's policy people beside them, and its standard."""

from dataclasses import replace

from tests.cities import staffed_city
from tests.integration.api.desk import Desk, Json


async def city_desk(desk: Desk) -> tuple[Desk, str]:
    """Open one; returns it and the city's code. `drafter`, `labour` and `finance_of_city` are the city's."""
    house = desk.house
    city = await staffed_city(house.begin_work, crypto=house.crypto, passwords=house.passwords)
    county = city.county
    accounts = {
        "filer": county.filer,
        "handler": county.handler,
        "approver": county.approver,
        "releaser": county.releaser,
        "finance": county.finance,
        "finance_second": county.finance_second,
        "drafter": city.drafter,
        "labour": city.labour,
        "finance_of_city": city.finance,
    }
    opened = replace(
        desk,
        staff=county,
        accounts={name: actor.account_name for name, actor in accounts.items()},
        tokens={},
    )
    return opened, city.code


def standard_of(code: str, **changed: object) -> Json:
    """A standard of the city in force since the day before filing: 5000 yuan a year, half ahead."""
    return {
        "id": f"city-{code}",
        "region": code,
        "document": "试人社职〔2026〕5号",
        "valid_from": "2026-02-01",
        "rates": {"4": 500_000},
        "uncertified": {"mode": "none"},
        "below_filed": "rate_of_grade_reached",
        "prepayment": {"share_basis_points": 5000, "base": "ONE_YEAR"},
        "unit": {"kind": "filed_years"},
    } | changed


async def signed_by_both(city: Desk, policy: Json) -> None:
    """The city's bureau drafts a standard, and both departments sign it."""
    drafted = await city.done("DraftPolicy", "drafter", body={"policy": policy})
    path, body = {"proposal_id": drafted["case"]["id"]}, {"document_number": policy["document"]}
    await city.done("SignPolicyForFinance", "finance_of_city", path=path, version=1, body=body)
    await city.done("SignPolicyForLabour", "labour", path=path, version=2, body=body)
