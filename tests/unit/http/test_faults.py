"""Every fault of a body at once, and never another verdict than msgspec's own."""

import json
from datetime import date, datetime
from enum import IntEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, Struct

from domain.errors import FAULTS_MAX, Refusal
from service.http.body import checked_json
from service.http.faults import decoded
from tests.unit.http.stub_api import Kind


class Grade(IntEnum):
    """Two grades."""

    THREE = 3
    FOUR = 4


class Cat(Struct, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="cat"):
    """One of two."""

    lives: Annotated[int, Meta(gt=0, lt=10)]


class Dog(Struct, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="dog"):
    """The other."""

    name: str


class Whole(Struct, kw_only=True, forbid_unknown_fields=True):
    """One field of every kind bodies are made of."""

    text: Annotated[str, Meta(min_length=2, max_length=4, pattern="^[a-z]*$")]
    number: Annotated[int, Meta(ge=1, le=9)]
    flag: bool
    day: date
    at: Annotated[datetime, Meta(tz=True)]
    id: UUID
    kind: Kind
    grade: Grade
    word: Literal["a", 1]
    many: Annotated[list[Annotated[int, Meta(ge=0)]], Meta(min_length=1, max_length=2)]
    table: Annotated[dict[Annotated[str, Meta(max_length=3)], int], Meta(max_length=2)]
    maybe: Annotated[str, Meta(max_length=3)] | None = None
    either: int | str = 0
    pet: Cat | Dog | None = None
    cat: Cat | None = None
    anything: Any = None
    nothing: None = None


GOOD: dict[str, Any] = {
    "text": "abc",
    "number": 5,
    "flag": True,
    "day": "2025-04-01",
    "at": "2025-04-01T08:00:00Z",
    "id": "0190f3a4-c1d2-7b5e-8f60-718293a4b5c6",
    "kind": "short",
    "grade": 4,
    "word": "a",
    "many": [1],
    "table": {"a": 1},
}


def faults_of(body: object, kind: type[Any] = Whole) -> list[tuple[str, str]]:
    raw = json.dumps(body).encode()
    with pytest.raises(Refusal) as refused:
        decoded(raw, checked_json(raw), kind)
    assert refused.value.code == "body_invalid"
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def test_a_good_body_is_decoded() -> None:
    raw = json.dumps(GOOD | {"pet": {"kind": "dog", "name": "x"}, "either": "x"}).encode()
    body = decoded(raw, checked_json(raw), Whole)
    assert (body.day, body.kind, body.pet) == (date(2025, 4, 1), Kind.SHORT, Dog(name="x"))


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("text", "a", "text_too_short"),
        ("text", "abcde", "text_too_long"),
        ("text", "ABC", "pattern_mismatch"),
        ("text", 1, "wrong_type"),
        ("text", None, "null_not_allowed"),
        ("number", 0, "number_too_small"),
        ("number", 10, "number_too_large"),
        ("number", 10**400, "number_too_large"),
        ("number", 1.0, "not_an_integer"),
        ("number", 1.5, "not_an_integer"),
        ("number", "1", "wrong_type"),
        ("number", True, "wrong_type"),
        ("flag", 1, "wrong_type"),
        ("flag", "true", "wrong_type"),
        ("day", "2025-02-30", "not_a_date"),
        ("day", "2025-4-1", "not_a_date"),
        ("day", "2025-04-01T00:00:00Z", "not_a_date"),
        ("day", 20250401, "wrong_type"),
        ("at", "2025-04-01T08:00:00", "not_an_instant"),
        ("at", "2025-04-01", "not_an_instant"),
        ("id", "nobody", "not_a_uuid"),
        ("kind", "Short", "not_one_of"),
        ("kind", 1, "not_one_of"),
        ("grade", 5, "not_one_of"),
        ("grade", 4.0, "not_one_of"),
        ("grade", "4", "not_one_of"),
        ("word", "b", "not_one_of"),
        ("word", True, "not_one_of"),
        ("many", [], "too_few_items"),
        ("many", [1, 2, 3], "too_many_items"),
        ("many", {"0": 1}, "wrong_type"),
        ("table", {"a": 1, "b": 1, "c": 1}, "too_many_items"),
        ("table", [], "wrong_type"),
        ("maybe", "abcd", "text_too_long"),
        ("either", [], "wrong_type"),
        ("either", None, "null_not_allowed"),
        ("pet", "cat", "wrong_type"),
        ("cat", [], "wrong_type"),
        ("nothing", 1, "wrong_type"),
    ],
)
def test_a_fault_is_named_where_it_stands(field: str, value: object, code: str) -> None:
    assert faults_of(GOOD | {field: value}) == [(f"/{field}", code)]


@pytest.mark.parametrize(
    ("field", "value", "pointer", "code"),
    [
        ("many", [0, -1], "/many/1", "number_too_small"),
        ("table", {"long": 1}, "/table/long", "text_too_long"),
        ("table", {"a": "x"}, "/table/a", "wrong_type"),
        ("pet", {"lives": 1}, "/pet/kind", "missing_field"),
        ("pet", {"kind": "cow"}, "/pet/kind", "not_one_of"),
        ("pet", {"kind": ["cat"]}, "/pet/kind", "not_one_of"),
        ("pet", {"kind": "cat"}, "/pet/lives", "missing_field"),
        ("pet", {"kind": "cat", "lives": 0}, "/pet/lives", "number_too_small"),
        ("cat", {"kind": "cat", "lives": 10}, "/cat/lives", "number_too_large"),
        ("cat", {"kind": "cat", "lives": 1, "~/": 1}, "/cat/~0~1", "unknown_field"),
    ],
)
def test_a_fault_inside_is_named_where_it_stands(
    field: str, value: object, pointer: str, code: str
) -> None:
    assert faults_of(GOOD | {field: value}) == [(pointer, code)]


def test_all_faults_are_named_at_once() -> None:
    body = GOOD | {"number": "5", "many": [1.5, -1], "unknwon": 1}
    del body["text"]
    assert faults_of(body) == [
        ("/text", "missing_field"),
        ("/number", "wrong_type"),
        ("/many/0", "not_an_integer"),
        ("/many/1", "number_too_small"),
        ("/unknwon", "unknown_field"),
    ]


def test_at_most_a_hundred_faults_are_named() -> None:
    assert len(faults_of(GOOD | {str(n): n for n in range(150)})) == FAULTS_MAX


@pytest.mark.parametrize("body", [[], "x", 1, None, True])
def test_a_body_that_is_no_object_is_refused_as_a_whole(body: object) -> None:
    assert [pointer for pointer, _ in faults_of(body)] == [""]


def test_an_unknown_field_with_a_long_name_does_not_come_back_in_full() -> None:
    ((pointer, code),) = faults_of(GOOD | {"x" * 10_000: 1})
    assert (len(pointer), code) == (101, "unknown_field")


class Even(Struct, forbid_unknown_fields=True):
    """A type with a rule of its own, which only decoding runs."""

    numbers: list[int]

    def __post_init__(self) -> None:
        """Refuse odd numbers."""
        if any(number % 2 for number in self.numbers):
            raise ValueError("odd")


class Evens(Struct, forbid_unknown_fields=True):
    """Several of them."""

    rows: list[Even]


def test_what_only_msgspec_sees_is_named_where_msgspec_saw_it() -> None:
    body = {"rows": [{"numbers": [2]}, {"numbers": [3]}]}
    assert faults_of(body, Evens) == [("/rows/1", "not_acceptable_value")]


def test_a_type_that_bodies_are_not_made_of_is_a_fault_of_ours() -> None:
    class Odd(Struct):
        weight: float

    with pytest.raises(TypeError, match="FloatType"):
        decoded(b'{"weight":"x"}', {"weight": "x"}, Odd)


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["a", "abc", "abcd", "ABC", "short", "2025-04-01", "2025-04-01T08:00:00Z"])
    | st.sampled_from(["cat", "dog", "0190f3a4-c1d2-7b5e-8f60-718293a4b5c6", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "kind", "lives", "name"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*GOOD, *Whole.__struct_fields__, "odd"]), _VALUES))
def test_faults_are_found_exactly_when_msgspec_refuses(changes: dict[str, object]) -> None:
    raw = json.dumps(GOOD | changes).encode()
    value = checked_json(raw)
    try:
        msgspec.json.decode(raw, type=Whole)
    except msgspec.ValidationError:
        with pytest.raises(Refusal) as refused:
            decoded(raw, value, Whole)
        assert "not_acceptable_value" not in {fault.code for fault in refused.value.faults}
    else:
        assert decoded(raw, value, Whole) is not None
