"""The format of an overlay (地方补充), as a policy officer writes it: one more document than a standard.

Nothing in it changes an amount. What a region leaves out holds as `DEFAULT_OVERLAY` says.
"""

from typing import Any, Final

from domain.calendar import DayUnit
from domain.policy.overlay import Limit, Needed, NoticeNames, NoticeOf, Stage
from domain.policy.parts import DAYS_MAX, GRADE_KEYS, SHARE, TITLE
from domain.policy.shapes import (
    Choice,
    Day,
    Flag,
    Maybe,
    Member,
    Record,
    Several,
    Table,
    Whole,
    Words,
)

_DOCUMENT_RULE: Final = Record(
    (
        Member(
            name="kind",
            shape=Words(64, r"^[a-z][a-z0-9_]*$"),
            about="Kind of document, such as training_plan.",
        ),
        Member(name="stage", shape=Choice(tuple(Stage)), about="When it is asked for."),
        Member(
            name="needed",
            shape=Choice(tuple(Needed)),
            about="Under which training mode: 合作协议 is needed with_provider.",
        ),
        Member(name="title", shape=TITLE, about="Name in both languages."),
        Member(name="source", shape=Words(200), about="Clause that asks for it."),
    )
)
_NOTICE: Final = Record(
    (
        Member(
            name="of",
            shape=Several(Choice(tuple(NoticeOf)), len(NoticeOf), least=1),
            about="What is published before it is decided.",
        ),
        Member(name="days", shape=Whole(1, 90), about="Days of publication."),
        Member(name="unit", shape=Choice(tuple(DayUnit)), about="Calendar days or working days."),
        Member(
            name="first_day_counts",
            shape=Flag(),
            about="Whether the day of publication is day one.",
        ),
        Member(
            name="names",
            shape=Choice(tuple(NoticeNames)),
            about="enterprises with headcounts and amounts, or people too, masked.",
        ),
    )
)
_COUNT: Final = Maybe(Whole(1, 10_000_000))
_QUOTA: Final = Record(
    (
        Member(
            name="people_per_year",
            shape=_COUNT,
            required=False,
            about="People that may be listed in a calendar year; null is no limit.",
        ),
        Member(
            name="max_enterprise_basis_points",
            shape=Maybe(SHARE),
            required=False,
            about="One enterprise's highest share of them; null is no limit.",
        ),
    )
)
_HOURS: Final = Whole(1, 100_000)
_TRAINING: Final = Record(
    (
        Member(
            name="min_hours_per_year",
            shape=Maybe(_HOURS),
            required=False,
            about="Least class hours (学时) a year; null asks nothing.",
        ),
        Member(
            name="min_hours_by_grade",
            shape=Table(GRADE_KEYS, _HOURS),
            required=False,
            default={},
            about="Least class hours of the whole class by target grade, mentoring included.",
        ),
        Member(
            name="min_practice_basis_points",
            shape=Maybe(SHARE),
            required=False,
            about="Least share of practice in the hours.",
        ),
        Member(
            name="max_online_basis_points",
            shape=Maybe(SHARE),
            required=False,
            about="Highest share of online hours.",
        ),
        Member(
            name="max_class_size", shape=_COUNT, required=False, about="Most people in a class."
        ),
        Member(name="min_mentors", shape=_COUNT, required=False, about="Fewest mentors."),
        Member(
            name="max_apprentices_per_mentor",
            shape=_COUNT,
            required=False,
            about="Most apprentices a mentor guides.",
        ),
    )
)

OVERLAY: Final = Record(
    (
        Member(name="id", shape=Words(64, r"^\S+$"), about="Name of the overlay, without spaces."),
        Member(name="kind", shape=Choice(("overlay",)), about="An overlay changes no amount."),
        Member(
            name="region",
            shape=Words(14, r"^(CN|([0-9]{2}){1,7})$"),
            about="Owner: CN or a region's code; six digits are a county, a zone adds its own.",
        ),
        Member(
            name="title",
            shape=Maybe(TITLE),
            required=False,
            about="Title in both languages; null is the id.",
        ),
        Member(
            name="document",
            shape=Maybe(Words(100)),
            about="Document number; null when there is none.",
        ),
        Member(name="valid_from", shape=Day(), about="First day in force."),
        Member(
            name="valid_to",
            shape=Maybe(Day()),
            required=False,
            about="Last day in force; null is open.",
        ),
        Member(
            name="documents",
            shape=Maybe(Several(_DOCUMENT_RULE, 50)),
            required=False,
            about="The checklist at filing and settlement; null is the default checklist.",
        ),
        Member(
            name="limits",
            shape=Table(tuple(Limit), Whole(1, DAYS_MAX)),
            required=False,
            default={},
            about="Working days by step; a step that is not named keeps the default limit.",
        ),
        Member(
            name="notice",
            shape=Maybe(_NOTICE),
            required=False,
            about="What is published before a decision; null is no notice.",
        ),
        Member(
            name="quota", shape=_QUOTA, required=False, default={}, about="People to be listed."
        ),
        Member(
            name="training",
            shape=_TRAINING,
            required=False,
            default={},
            about="What a class must be like.",
        ),
        Member(
            name="inspection_rate_basis_points",
            shape=SHARE,
            required=False,
            default=0,
            about="Share of classes to be inspected, in basis points.",
        ),
        Member(
            name="review_request_days",
            shape=Maybe(Whole(1, DAYS_MAX)),
            required=False,
            about="Working days after service in which a review (复核) may be asked for; null is "
            "no limit.",
        ),
        Member(
            name="ours",
            shape=Several(Words(200, r"^/\S+$"), 100),
            required=False,
            default=[],
            about="JSON pointers of fields that no source states, such as /notice/unit.",
        ),
    )
)


def overlay_schema() -> dict[str, Any]:
    """Describe the format as JSON Schema, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Xuetu policy: a region's additions (地方补充)",
        "description": "Nothing in it changes an amount. A field that may be left out shows its "
        "default; shares are basis points (10000 = 100 %).",
        **OVERLAY.schema(),
    }
