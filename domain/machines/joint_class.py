"""Joint class (集中开班): planned by an organiser, confirmed by the bureau; filings join it then (ACT-07)."""

from typing import Final

from domain.cases import NEW, Duty, Machine, Move

MACHINE: Final[Machine] = {
    NEW: {"plan": Move("planned", Duty.FILE)},
    "planned": {"confirm": Move("confirmed", Duty.REVIEW)},
    "confirmed": {},
}
