"""Class records over HTTP: a class that has opened, and entries of its record."""

import itertools
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.integration.api import road
from tests.integration.api.desk import Desk, Json

_RUN = secrets.randbelow(10**8)
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A class in training: its filing as an address names it, and its people by seat."""

    path: Mapping[str, str]
    people: Sequence[str]


def by_provider(desk: Desk, **changed: object) -> Json:
    """What a filing says when its training is by the place's provider."""
    return {
        "training_mode": "provider",
        "provider_name": desk.staff.provider.name,
        "provider_credit_code": desk.staff.provider.credit_code,
    } | changed


async def opened(desk: Desk, *, people: int = 1, **changed: object) -> Opened:
    """A filing whose training by a provider has begun on the third of February."""
    desk.begin_again()
    filing_id = await road.listed(desk, people=people, **by_provider(desk, **changed))
    await road.opened(desk, filing_id)
    return Opened(path={"filing_id": filing_id}, people=await road.people_of(desk, filing_id))


def session(**changed: object) -> Json:
    """Three hours of practice on the first day."""
    return {
        "held_on": road.STARTS,
        "starts": "08:30",
        "ends": "11:30",
        "kind": "practice",
        "topic": "外圆车削",
        "site": "一号车间",
    } | changed


async def sessions(
    desk: Desk, path: Mapping[str, str], *entered: Json, person: str = "filer"
) -> list[str]:
    """Sessions entered; returns their ids."""
    body = {"sessions": list(entered)}
    done = await desk.done("AddClassSessions", person, path=path, body=body)
    return [str(one["id"]) for one in done["sessions"]]


def receipt(desk: Desk, **changed: object) -> Json:
    """A fully digital invoice of the place's provider, another one each time."""
    return {
        "number": f"2632{_RUN:08d}{next(_numbers):08d}",
        "issuer_code": desk.staff.provider.credit_code,
        "amount_fen": 1_200_000,
        "issued_on": road.STARTS,
    } | changed


def evidence(**changed: object) -> Json:
    """A photo taken as the class began."""
    return {
        "kind": "photo",
        "digest": "ab" * 32,
        "site": "一号车间",
        "taken_at": "2026-02-03T00:45:00Z",
    } | changed
