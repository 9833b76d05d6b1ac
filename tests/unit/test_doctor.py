"""Which staffs can sign the whole road."""

import pytest

from domain.party import Role
from service.application.doctor import can_complete

HANDLER = frozenset({Role.CLERK, Role.REVIEWER, Role.PREPARER})
APPROVER = frozenset({Role.APPROVER})
RELEASER = frozenset({Role.RELEASER})
FINANCE = frozenset({Role.FINANCE})
EVERYTHING = HANDLER | APPROVER | RELEASER


@pytest.mark.parametrize(
    ("bureau", "finance", "can"),
    [
        ([HANDLER, APPROVER, RELEASER], [FINANCE, FINANCE], True),
        ([EVERYTHING, EVERYTHING, EVERYTHING], [FINANCE, FINANCE], True),
        ([EVERYTHING, EVERYTHING], [FINANCE, FINANCE], False),
        ([HANDLER, APPROVER, RELEASER], [FINANCE], False),
        ([HANDLER, APPROVER, APPROVER], [FINANCE, FINANCE], False),
        ([HANDLER - {Role.PREPARER}, APPROVER, RELEASER], [FINANCE, FINANCE], False),
        ([frozenset({Role.AUDITOR})] * 3, [FINANCE, FINANCE], False),
        ([], [FINANCE, FINANCE], False),
    ],
)
def test_three_bureau_and_two_finance_people_complete_the_road(
    bureau: list[frozenset[Role]], finance: list[frozenset[Role]], can: bool
) -> None:
    assert can_complete(bureau, finance) is can
