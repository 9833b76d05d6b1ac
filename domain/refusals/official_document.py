"""Refusals about official documents."""

from typing import Final

from domain.errors import Family
from domain.refusals.kinds import kind, state

OFFICIAL: Final = (
    kind(
        "not_addressee",
        Family.NOT_PERMITTED,
        ("不是收件单位", "Not the addressee"),
        (
            "只有文书的收件单位可以签收；致社会公众、异议人和财政、人社部门的文书无须签收。",
            (
                "Only the organisation that a document is addressed to signs for it; what goes to the "
                "public, an objector or an authority has no receipt."
            ),
        ),
    ),
    state(
        "order_not_signed_for",
        ("追缴决定书尚未签收", "The order is not signed for"),
        (
            "企业尚未签收追缴决定书；以其他方式送达的，请填写送达日。",
            "The enterprise has not signed for the recovery order; if it was served otherwise, tell the day.",
        ),
    ),
)
