"""Every field of the format is acted on, or whoever signs the version is told that it is not."""

from collections.abc import Iterator
from typing import Any, Final

import pytest

from domain.policy.format import POLICY
from domain.policy.not_acted_on import TABLE, not_acted_on
from domain.policy.overlay import DEFAULT_OVERLAY
from domain.policy.shapes import Maybe, Record, Shape, Variant
from tests.unit.policy_samples import standard

SAYS_WHICH: Final = {
    "/id", "/kind", "/region", "/title/zh", "/title/en", "/document", "/valid_from", "/valid_to", "/ours",
}  # fmt: skip
"""Which document it is, when it holds, and what no source states."""

ACTED_ON: Final = {
    "/rates", "/uplift/max_basis_points", "/uplift/grades",
    "/uncertified/mode", "/uncertified/amount_fen", "/uncertified/share_basis_points",
    "/below_filed", "/max_paid_months", "/certificate_types",
    "/certificate_window/grace_days", "/certificate_window/pending_days",
    "/prepayment/share_basis_points", "/prepayment/base", "/prepayment/condition", "/prepayment/on_request",
    "/term/min_months", "/term/max_months", "/term/extended_max_months",
    "/unit/kind", "/unit/remainder", "/exits/earns",
    "/people/categories", "/people/min_contract_months",
    "/stacking/per_year_total", "/stacking/per_year_per_programme", "/stacking/claim_within_months",
    "/stacking/excludes",
    "/stacking/same_occupation_and_grade_once", "/stacking/higher_blocks_lower",
    "/settles", "/below_floor_reason",
}  # fmt: skip

STATED: Final[dict[str, dict[str, Any]]] = {
    "/prepayment/added_people": {
        "prepayment": {"share_basis_points": 5000, "base": "ONE_YEAR", "added_people": True}
    },
    "/term/extension_paid_months": {
        "term": {
            "min_months": 12,
            "max_months": 24,
            "extended_max_months": 36,
            "extension_paid_months": 3,
        }
    },
    "/exits/recovered": {"exits": {"recovered": "at_exit"}},
    "/exits/excused": {"exits": {"excused": {"death": "死亡证明"}}},
    "/suspension_counts": {"suspension_counts": True},
    "/roster_changes/last_day": {"roster_changes": {"last_day": 30}},
    "/roster_changes/max_replaced_basis_points": {
        "roster_changes": {"max_replaced_basis_points": 1000}
    },
    "/roster_changes/min_remaining_months": {"roster_changes": {"min_remaining_months": 6}},
    "/pass_rate_basis_points": {"pass_rate_basis_points": 6000},
    "/people/contract_with_filing_enterprise": {
        "people": {"contract_with_filing_enterprise": True}
    },
    "/people/minimum_wage": {"people": {"minimum_wage": True}},
    "/employment": {"employment": "registry"},
    "/finance_concurrence": {"finance_concurrence": "before_approval"},
    "/payment_channel": {"payment_channel": "bureau_account"},
    "/netting": {"netting": True},
}
"""How a document states each field of the table."""

SILENT_PEOPLE: Final = {
    "categories": ["new_hire"],
    "min_contract_months": 12,
    "contract_with_filing_enterprise": False,
    "minimum_wage": False,
}
"""What the format takes for granted about people, said not to be asked for."""


def _fields(shape: Shape, pointer: str) -> Iterator[str]:
    """Every field of the format, down to what holds a value."""
    if isinstance(shape, Maybe):
        yield from _fields(shape.shape, pointer)
    elif isinstance(shape, Record):
        for member in shape.members:
            yield from _fields(member.shape, f"{pointer}/{member.name}")
    elif isinstance(shape, Variant):
        yield f"{pointer}/{shape.tag}"
        for record in shape.records.values():
            yield from _fields(record, pointer)
    else:
        yield pointer


def test_every_field_of_the_format_is_acted_on_or_in_the_table_and_none_is_both() -> None:
    told = [one.pointer for one in TABLE]
    assert len(told) == len(set(told))
    assert set(told) & ACTED_ON == set()
    assert set(_fields(POLICY, "")) == SAYS_WHICH | ACTED_ON | set(told)


def test_a_document_that_asks_for_nothing_more_is_told_nothing() -> None:
    assert not_acted_on(standard(people=SILENT_PEOPLE)) == ()
    assert not_acted_on(DEFAULT_OVERLAY) == ()


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.pointer)
def test_what_is_stated_is_told_in_both_languages_with_what_happens_instead(row: Any) -> None:
    fields = {"people": SILENT_PEOPLE} | STATED[row.pointer]
    fields["people"] = SILENT_PEOPLE | fields["people"]
    assert not_acted_on(standard(**fields)) == (row,)
    assert row.instead.zh.endswith("。")
    assert row.instead.en.endswith(".")
