"""Enrolment (学徒): a person in a seat. Live states hold a person nationwide, by constraint."""

from typing import Final

from domain.cases import NEW, Flow

FLOW: Final[Flow] = {
    NEW: {"plan": "planned"},
    "planned": {"enrol": "enrolled"},
    "enrolled": {"start": "in_training"},
    "in_training": {"complete": "completed", "fail": "failed", "exit": "exited"},
    "completed": {},
    "failed": {},
    "exited": {},
}

LIVE: Final = frozenset({"enrolled", "in_training", "suspended"})
"""States in which nobody may be enrolled elsewhere (index `one_live_enrolment`)."""
