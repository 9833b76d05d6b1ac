"""Checking a whole roster: every row, every bad cell, and the people of the good rows."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Final

from domain.errors import Refusal
from domain.filing import Apprentice, faults_of_people
from domain.ports.sheets import Sheet
from domain.roster.cells import (
    read_basis,
    read_category,
    read_citizen_id,
    read_day,
    read_months,
    read_name,
    read_phone,
)
from domain.roster.columns import ROSTER
from domain.roster.rows import Checked, Reader, checked_rows

ROSTER_MAX: Final = 10_000
"""People a roster may hold."""

RosterCheck = Checked[Apprentice]
"""What a roster says."""


def check_people(apprentices: tuple[Apprentice, ...], *, today: date) -> RosterCheck:
    """Check a roster that came as values."""
    people, faults = faults_of_people(apprentices, today=today)
    bad = {fault.pointer.split("/")[2] for fault in faults}
    numbers = tuple(n for n in range(len(people)) if str(n) not in bad)
    return Checked(
        rows=len(people),
        people=tuple(people[n] for n in numbers),
        faults=tuple(faults),
        numbers=numbers,
    )


def check_sheet(sheet: Sheet, *, today: date) -> RosterCheck:
    """Check a roster that came as a sheet. Raises nothing: what is wrong stands in the answer."""
    return checked_rows(sheet, ROSTER, _readers(sheet, today), Apprentice, most=ROSTER_MAX)


def _readers(sheet: Sheet, today: date) -> Mapping[str, Reader]:
    return {
        "name": read_name,
        "citizen_id": partial(read_citizen_id, today=today),
        "phone": read_phone,
        "category": read_category,
        "hired_on": partial(read_day, day_zero=sheet.day_zero),
        "contract_months": read_months,
        "claim_basis": read_basis,
    }


def refuse(check: RosterCheck) -> Refusal:
    """Return the refusal of a faulty roster: how many faults there are, and the first hundred."""
    return Refusal("roster_faulty", faults=check.faults, count=len(check.faults))
