"""The plans that both ways file: a hundred people each, every person once in a run."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from adapters.system.clock import SystemClock
from domain.identifiers.citizen_id import check_character
from domain.ports.clock import day_in_china
from tests import documents

PEOPLE: Final = 100
_DAYS: Final = 28 * 12 * 45
_FAMILY: Final = "赵钱孙李周吴郑王冯陈"
_GIVEN: Final = "伟芳娜敏静丽强磊军洋"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filer:
    """An enterprise's user, and the place that decides on the enterprise's filings."""

    person_id: UUID
    account_name: str
    org_id: UUID
    enterprise: str
    place_id: UUID
    region_path: str
    region_code: str


def citizen_id(n: int) -> str:
    """Return the n-th citizen id of a run; the place of registration is no other's in the tests."""
    sequence, day = divmod(n, _DAYS)
    year, rest = divmod(day, 336)
    month, date = divmod(rest, 28)
    seventeen = f"320999{1960 + year}{month + 1:02d}{date + 1:02d}{sequence:03d}"
    return seventeen + check_character(seventeen)


def roster(plan: int) -> list[dict[str, Any]]:
    """Return the people of the n-th plan of a run, as the API takes them."""
    return [
        {
            "name": _FAMILY[n % 10] + _GIVEN[n // 10],
            "citizen_id": citizen_id(plan * PEOPLE + n),
            "phone": f"138{plan % 10_000:04d}{n:04d}",
            "category": "new_hire",
            "hired_on": "2024-01-02",
            "contract_months": 24,
            "claim_basis": "insurance_place",
        }
        for n in range(PEOPLE)
    ]


def account_number(plan: int) -> str:
    """Return an account that no other plan of a run names, so that each is declared anew."""
    return f"32001601{plan:011d}"


def body(plan: int, filer: Filer) -> dict[str, Any]:
    """Return the body that files the n-th plan of a run and submits it."""
    starts_on = day_in_china(SystemClock().now()) + timedelta(days=30)
    return {
        "region_code": filer.region_code,
        "class_name": "车工中级工班",
        "occupation_code": "6-18-01-01",
        "occupation_name": "车工",
        "target_grade": 4,
        "training_mode": "in_house",
        "starts_on": starts_on.isoformat(),
        "filed_months": 12,
        "fund_source": "employment_subsidy",
        "payee": {
            "account_name": filer.enterprise,
            "account_number": account_number(plan),
            "bank_code": "102100099996",
        },
        "roster": roster(plan),
        "submit": True,
        "documents": documents.declared_json(),
    }
