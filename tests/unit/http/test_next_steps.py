"""What a case says comes next can be called: every step names its operation, and the document has it."""

import json
from collections.abc import Iterator
from typing import Any

from domain.cases import NEW, CaseKind, Duty
from domain.machines import SIGNED
from service.http.next_steps import SIGNED_BY, signing
from service.http.openapi import document
from service.http.operations import OPERATIONS

DOCUMENT: dict[str, Any] = json.loads(document([served.operation for served in OPERATIONS]))


def _steps() -> Iterator[tuple[CaseKind, str, Duty]]:
    """Every step that a stored case may be waiting for; none waits for its first."""
    for kind, machine in SIGNED.items():
        for state, moves in machine.items():
            for event, move in moves.items():
                if state != NEW:
                    yield kind, event, move.duty


def test_every_step_that_a_person_signs_names_its_operation_and_no_other_step_does() -> None:
    for kind, event, duty in _steps():
        assert bool(signing(kind, event)) is (duty is not Duty.SYSTEM), (kind, event)


def test_every_named_operation_is_in_the_document_at_its_path() -> None:
    for kind, events in SIGNED_BY.items():
        for event, routes in events.items():
            for route in routes:
                described = DOCUMENT["paths"][route.path]["post"]
                assert described["operationId"] == route.operation_id, (kind, event)


def test_no_operation_is_named_for_a_step_that_does_not_exist() -> None:
    named = {(kind, event) for kind, events in SIGNED_BY.items() for event in events}
    assert named == {(kind, event) for kind, event, duty in _steps() if duty is not Duty.SYSTEM}


def test_no_operation_signs_two_steps_of_one_kind_but_those_that_end_or_begin_another() -> None:
    """A copied line would name one operation twice; these sign a second step of the same kind."""
    twice = {
        route.operation_id
        for events in SIGNED_BY.values()
        for route in {route for routes in events.values() for route in routes}
        if sum(route in routes for routes in events.values()) > 1
    }
    assert twice == {"ApproveSettlement", "SplitBatch", "VerifyPayeeAccount"}
