"""A desk in a new city: the county's people, and the city's policy people beside them."""

from dataclasses import replace

from tests.cities import staffed_city
from tests.integration.api.desk import Desk


async def city_desk(desk: Desk) -> tuple[Desk, str]:
    """Open one; returns it and the city's code. `drafter`, `labour` and `finance_of_city` are the city's."""
    house = desk.house
    city = await staffed_city(house.begin_work, crypto=house.crypto, passwords=house.passwords)
    county = city.county
    accounts = {
        "filer": county.filer,
        "handler": county.handler,
        "approver": county.approver,
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
