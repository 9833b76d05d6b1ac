"""The tables of states: whole, reachable, and deaf to what they do not name."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cases import NEW, CaseKind, Duty, Machine, Move, move_of, state_after
from domain.errors import Refusal
from domain.machines import FLOWS, SIGNED, enrolment, step_rules
from service.application.diagrams import (
    EVENTS_OF,
    STATES_OF,
    event_word,
    state_diagrams,
    state_word,
)

DOCUMENT = Path(__file__).parents[2] / "docs" / "states.md"

LATER_LIVE_STATES = {"suspended"}
"""Live states that no event of this version leads to; the index that holds a person is final already."""

FINAL_STATES = {
    "filing": {"closed", "withdrawn", "refused", "lapsed"},
    "prepayment": {"refused", "cancelled"},
    "settlement": {"closed", "withdrawn", "refused"},
    "recovery": {"collected", "cancelled"},
    "funding_request": {"concurred", "returned", "refused"},
    "batch": {"reconciled", "cancelled"},
    "appropriation": {"approved", "withdrawn"},
    "joint_class": {"confirmed"},
    "policy_version": {"active", "refused", "withdrawn"},
    "notice": {"ended", "withdrawn"},
    "objection": {"answered"},
    "manual_finding": {"confirmed", "rejected"},
    "hold": {"lifted", "refused"},
    "review_request": {"upheld", "rejected"},
    "account_change": {"refused", "superseded"},
    "payment_correction": {"confirmed", "refused"},
    "voucher_project": {"closed", "refused", "withdrawn"},
    "voucher_class": {"completed", "cancelled", "stopped"},
    "catalogue_entry": {"approved", "refused", "withdrawn"},
    "voucher_settlement": {"cancelled", "refused", "withdrawn"},
    "enrolment": {"completed", "failed", "exited", "freed"},
    "payment": {"cancelled"},
    "voucher": {"not_completed", "expired", "returned", "voided"},
}

Graph = Mapping[str, Mapping[str, str]]

GRAPHS: dict[str, Graph] = {
    **{
        kind.value: {
            state: {event: move.to for event, move in moves.items()}
            for state, moves in machine.items()
        }
        for kind, machine in SIGNED.items()
    },
    **FLOWS,
}

each_machine = pytest.mark.parametrize("name", GRAPHS)


def _events(graph: Graph) -> set[str]:
    return {event for moves in graph.values() for event in moves}


def _reached(graph: Graph, start: str) -> set[str]:
    reached, waiting = set[str](), [start]
    while waiting:
        state = waiting.pop()
        if state not in reached:
            reached.add(state)
            waiting += graph[state].values()
    return reached


@each_machine
def test_every_state_that_a_move_leads_to_is_a_key(name: str) -> None:
    graph = GRAPHS[name]
    assert {after for moves in graph.values() for after in moves.values()} <= set(graph)


@each_machine
def test_every_state_is_reached_from_new_and_none_leads_back_to_it(name: str) -> None:
    graph = GRAPHS[name]
    assert _reached(graph, NEW) == set(graph)
    assert all(NEW not in moves.values() for moves in graph.values())


@each_machine
def test_the_final_states_are_the_known_ones_and_every_state_can_end(name: str) -> None:
    graph = GRAPHS[name]
    final = {state for state, moves in graph.items() if not moves}
    assert final == FINAL_STATES[name]
    assert all(_reached(graph, state) & final for state in graph)


@each_machine
def test_no_event_leads_nowhere_or_stays_where_it_is(name: str) -> None:
    for state, moves in GRAPHS[name].items():
        assert all(event and after != state for event, after in moves.items()), state


@pytest.mark.parametrize("kind", SIGNED)
def test_two_people_at_least_sign_every_case(kind: CaseKind) -> None:
    duties = {move.duty for moves in SIGNED[kind].values() for move in moves.values()}
    assert len(duties - {Duty.SYSTEM}) >= 2


def test_every_kind_of_case_has_a_machine() -> None:
    assert set(SIGNED) == set(CaseKind)


def test_live_enrolments_are_states_of_the_flow_or_known_later_ones() -> None:
    assert set(enrolment.FLOW) >= enrolment.LIVE - LATER_LIVE_STATES
    assert not LATER_LIVE_STATES & set(enrolment.FLOW), "the flow has it now: no longer a later one"
    final = {state for state, moves in enrolment.FLOW.items() if not moves}
    assert not enrolment.LIVE & final


def _words(name: str) -> st.SearchStrategy[tuple[str, ...]]:
    """Events of every machine and words of none, in any order."""
    known = sorted({event for graph in GRAPHS.values() for event in _events(graph)})
    own = sorted(_events(GRAPHS[name]))
    return st.lists(
        st.one_of(st.sampled_from(own), st.sampled_from(known), st.text(max_size=8)), max_size=40
    ).map(tuple)


def _drive(name: str, state: str, event: str) -> str:
    """Return the state after an event, through the function that the use cases call."""
    if name in FLOWS:
        return state_after(FLOWS[name], state, event)
    return move_of(SIGNED[CaseKind(name)], state, event).to


@each_machine
@given(data=st.data())
def test_an_illegal_event_refuses_with_wrong_state_and_changes_nothing(
    name: str, data: st.DataObject
) -> None:
    graph, state = GRAPHS[name], NEW
    table = FLOWS[name] if name in FLOWS else SIGNED[CaseKind(name)]
    before = {key: dict(moves) for key, moves in table.items()}
    for event in data.draw(_words(name)):
        if event in graph[state]:
            state = _drive(name, state, event)
            continue
        with pytest.raises(Refusal) as refused:
            _drive(name, state, event)
        assert refused.value.code == "wrong_state"
        assert refused.value.values == {"state": state, "event": event}
        assert table == before
    assert state in graph


@pytest.mark.parametrize("state", ["", "NEW", "nowhere"])
def test_an_unknown_state_refuses_too(state: str) -> None:
    machine: Machine = {NEW: {"draft": Move("draft", Duty.FILE)}, "draft": {}}
    for act in (lambda: move_of(machine, state, "draft"), lambda: state_after({}, state, "draft")):
        with pytest.raises(Refusal, match="wrong_state"):
            act()


def test_the_rules_of_the_database_are_the_moves_of_the_machines() -> None:
    rules = list(step_rules())
    moves = [
        (kind, state, move.to, move.duty, event)
        for kind, machine in SIGNED.items()
        for state, moves in machine.items()
        for event, move in moves.items()
    ]
    assert [tuple(rule) for rule in rules] == moves
    assert len({rule[:4] for rule in rules}) == len(rules), "the key of step_rules"


def test_the_committed_diagrams_are_the_generated_ones() -> None:
    assert DOCUMENT.read_text("utf-8") == state_diagrams(), "run `xuetu diagrams > docs/states.md`"


def test_the_diagrams_draw_every_move_of_every_machine() -> None:
    arrows = re.findall(r"^    (\S+) --> ([a-z_]+): \S+ ([a-z_]+)", state_diagrams(), re.MULTILINE)
    moves = [
        ("[*]" if state == NEW else state, after, event)
        for graph in GRAPHS.values()
        for state, moves in graph.items()
        for event, after in moves.items()
    ]
    assert arrows == moves


def test_a_state_is_named_by_its_machine_where_two_mean_different_things() -> None:
    assert state_word("recovery", "collected") == "已收回"
    assert state_word("voucher", "collected") == "已领取"
    assert state_word("payment", "returned") == "已退回"
    assert state_word("voucher", "returned") == "已退券"
    assert state_word("voucher", "issued") == "待领取"
    assert event_word("voucher", "collect") == "领取"
    assert event_word("recovery", "collect") == "收回"
    assert event_word("voucher", "redeem") == "核销"


@pytest.mark.parametrize("words", [STATES_OF, EVENTS_OF])
def test_a_word_of_one_machine_is_of_a_state_or_event_that_it_has(
    words: Mapping[str, Mapping[str, str]],
) -> None:
    for machine, named in words.items():
        known = set(GRAPHS[machine]) | _events(GRAPHS[machine])
        assert set(named) <= known
