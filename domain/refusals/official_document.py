"""Refusals about official documents."""

from typing import Final

from domain.errors import Family
from domain.refusals.kinds import kind

OFFICIAL: Final = (
    kind(
        "not_addressee",
        Family.NOT_PERMITTED,
        ("不是收件单位", "Not the addressee"),
        (
            "只有文书的收件单位可以签收。",
            "Only the organisation that a document is addressed to signs for it.",
        ),
    ),
)
