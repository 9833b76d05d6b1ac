"""Enrolment (学徒): a person in a seat. Live states hold a person nationwide, by constraint."""

from typing import Final

from domain.cases import NEW, Flow

FLOW: Final[Flow] = {
    NEW: {"plan": "planned"},
    "planned": {"enrol": "enrolled"},
    "enrolled": {"start": "in_training", "free": "freed"},
    "in_training": {"complete": "completed", "fail": "failed", "exit": "exited"},
    "freed": {},
    "completed": {},
    "failed": {},
    "exited": {},
}
"""`freed` are people whose training never began: the filing ended, or a corrected roster left them out."""

LIVE: Final = frozenset({"enrolled", "in_training", "suspended"})
"""States in which nobody may be enrolled elsewhere (index `one_live_enrolment`)."""
