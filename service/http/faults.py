"""Every fault of a body, where msgspec names only the first.

Walks msgspec's own description of the type over the plain value, so that the two cannot ask for
different things; runs only when decoding has failed.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import inspect

from domain.errors import FAULTS_MAX, Fault, Refusal
from service.http.body import below

_WORDS_MAX: Final = 40
_PATH_STEP: Final = re.compile(r"\.([^.\[]+)|\[(\d+)\]")


def decoded(raw: bytes, value: object, kind: type[Any]) -> Any:  # noqa: ANN401 - of type `kind`
    """Decode the body into `kind`, or refuse with every fault located (`body_invalid`).

    `value` is the same body as plain values, as `service.http.body.checked_json` returned it.
    """
    try:
        return _decoder(kind).decode(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        found = tuple(islice(_faults(_type_of(kind), value, ""), FAULTS_MAX))
        faults = found or (Fault(_pointer_in(str(error)), "not_acceptable_value"),)
        raise Refusal("body_invalid", faults=faults, count=len(faults)) from None


_decoders: Final[dict[type[Any], msgspec.json.Decoder[Any]]] = {}
_types: Final[dict[type[Any], inspect.Type]] = {}


def _decoder(kind: type[Any]) -> msgspec.json.Decoder[Any]:
    if kind not in _decoders:
        _decoders[kind] = msgspec.json.Decoder(kind, strict=True)
    return _decoders[kind]


def _type_of(kind: type[Any]) -> inspect.Type:
    if kind not in _types:
        _types[kind] = inspect.type_info(kind)
    return _types[kind]


def _pointer_in(message: str) -> str:
    """Return the pointer of the `$.a[0].b` that msgspec names, for what only msgspec sees."""
    _, _, path = message.partition("`$")
    pointer = ""
    for name, index in _PATH_STEP.findall(path.rstrip("`")):
        pointer = below(pointer, int(index) if index else name)
    return pointer


def _faults(kind: inspect.Type, value: object, pointer: str) -> Iterator[Fault]:  # noqa: C901, PLR0912 - one arm a type
    match kind:
        case inspect.Metadata():
            yield from _faults(kind.type, value, pointer)
        case inspect.AnyType():
            pass
        case inspect.UnionType():
            yield from _of_union(kind, value, pointer)
        case inspect.StructType():
            yield from _of_struct(kind, value, pointer)
        case inspect.DictType():
            yield from _of_dict(kind, value, pointer)
        case (
            inspect.ListType()
            | inspect.VarTupleType()
            | inspect.SetType()
            | inspect.FrozenSetType()
        ):
            yield from _of_list(kind, value, pointer)
        case inspect.StrType():
            yield from _of_text(kind, value, pointer)
        case inspect.IntType():
            yield from _of_integer(kind, value, pointer)
        case inspect.EnumType() | inspect.LiteralType():
            yield from _of_choice(kind, value, pointer)
        case inspect.DateType() | inspect.DateTimeType() | inspect.UUIDType():
            yield from _of_format(kind, value, pointer)
        case inspect.BoolType():
            if not isinstance(value, bool):
                yield _wrong(value, pointer, "boolean")
        case inspect.NoneType():
            if value is not None:
                yield _wrong(value, pointer, "null")
        case _:
            raise TypeError(f"bodies hold no {type(kind).__name__}")


def _wrong(value: object, pointer: str, expected: str) -> Fault:
    code = "null_not_allowed" if value is None else "wrong_type"
    return Fault(pointer, code, {"expected": expected})


def _of_union(kind: inspect.UnionType, value: object, pointer: str) -> Iterator[Fault]:
    """A value or null; or one of several structs, told apart by their tag."""
    nullable = any(isinstance(arm, inspect.NoneType) for arm in kind.types)
    arms = [arm for arm in kind.types if not isinstance(arm, inspect.NoneType)]
    if value is None and nullable:
        return
    if len(arms) == 1:
        yield from _faults(arms[0], value, pointer)
        return
    structs = [arm for arm in arms if isinstance(arm, inspect.StructType)]
    if isinstance(value, dict) and structs:
        yield from _of_tagged(structs, value, pointer)
        return
    if not any(next(_faults(arm, value, pointer), None) is None for arm in arms):
        yield _wrong(value, pointer, " | ".join(sorted({_name(arm) for arm in arms})))


def _of_tagged(
    structs: list[inspect.StructType], value: dict[str, Any], pointer: str
) -> Iterator[Fault]:
    if len(structs) == 1:
        yield from _of_struct(structs[0], value, pointer)
        return
    field = str(structs[0].tag_field)
    by_tag = {struct.tag: struct for struct in structs}
    if field not in value:
        yield Fault(below(pointer, field), "missing_field")
    elif not isinstance(value[field], str) or value[field] not in by_tag:
        yield _not_one_of(list(by_tag), below(pointer, field))
    else:
        yield from _of_struct(by_tag[value[field]], value, pointer)


def _of_struct(kind: inspect.StructType, value: object, pointer: str) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield _wrong(value, pointer, "object")
        return
    known = {field.encode_name: field for field in kind.fields}
    for name, field in known.items():
        if name in value:
            yield from _faults(field.type, value[name], below(pointer, name))
        elif field.required:
            yield Fault(below(pointer, name), "missing_field")
    if kind.forbid_unknown_fields:
        for name in value:
            if name not in known and name != kind.tag_field:
                yield Fault(below(pointer, name), "unknown_field")


def _of_dict(kind: inspect.DictType, value: object, pointer: str) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield _wrong(value, pointer, "object")
        return
    yield from _of_length(kind, len(value), pointer, "too_few_items", "too_many_items")
    for name, item in value.items():
        yield from _faults(kind.key_type, name, below(pointer, name))
        yield from _faults(kind.value_type, item, below(pointer, name))


_Sequence = inspect.ListType | inspect.VarTupleType | inspect.SetType | inspect.FrozenSetType


def _of_list(kind: _Sequence, value: object, pointer: str) -> Iterator[Fault]:
    if not isinstance(value, list):
        yield _wrong(value, pointer, "array")
        return
    yield from _of_length(kind, len(value), pointer, "too_few_items", "too_many_items")
    for index, item in enumerate(value):
        yield from _faults(kind.item_type, item, below(pointer, index))


def _of_text(kind: inspect.StrType, value: object, pointer: str) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield _wrong(value, pointer, "string")
        return
    yield from _of_length(kind, len(value), pointer, "text_too_short", "text_too_long")
    if kind.pattern is not None and re.search(kind.pattern, value) is None:
        yield Fault(pointer, "pattern_mismatch", {"pattern": kind.pattern})


def _of_length(
    kind: inspect.StrType | inspect.DictType | _Sequence,
    length: int,
    pointer: str,
    too_few: str,
    too_many: str,
) -> Iterator[Fault]:
    if kind.min_length is not None and length < kind.min_length:
        yield Fault(pointer, too_few, {"least": kind.min_length})
    if kind.max_length is not None and length > kind.max_length:
        yield Fault(pointer, too_many, {"most": kind.max_length})


def _of_integer(kind: inspect.IntType, value: object, pointer: str) -> Iterator[Fault]:
    if isinstance(value, float):
        yield Fault(pointer, "not_an_integer")
        return
    if type(value) is not int:
        yield _wrong(value, pointer, "integer")
        return
    if kind.ge is not None and value < kind.ge:
        yield Fault(pointer, "number_too_small", {"least": kind.ge})
    elif kind.gt is not None and value <= kind.gt:
        yield Fault(pointer, "number_too_small", {"least": kind.gt + 1})
    if kind.le is not None and value > kind.le:
        yield Fault(pointer, "number_too_large", {"most": kind.le})
    elif kind.lt is not None and value >= kind.lt:
        yield Fault(pointer, "number_too_large", {"most": kind.lt - 1})


def _of_choice(
    kind: inspect.EnumType | inspect.LiteralType, value: object, pointer: str
) -> Iterator[Fault]:
    choices: list[Any]
    if isinstance(kind, inspect.EnumType):
        choices = [member.value for member in kind.cls]
    else:
        choices = list(kind.values)
    # True == 1 and 1.0 == 1 in Python, in JSON they are three values.
    if not any(type(value) is type(choice) and value == choice for choice in choices):
        yield _not_one_of(choices, pointer)


def _not_one_of(choices: list[Any], pointer: str) -> Fault:
    return Fault(
        pointer, "not_one_of", {"values": ", ".join(str(choice) for choice in choices[:_WORDS_MAX])}
    )


def _of_format(
    kind: inspect.DateType | inspect.DateTimeType | inspect.UUIDType, value: object, pointer: str
) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield _wrong(value, pointer, "string")
        return
    plain: Any
    match kind:
        case inspect.DateType():
            plain, code = date, "not_a_date"
        case inspect.DateTimeType():
            plain, code = Annotated[datetime, msgspec.Meta(tz=kind.tz)], "not_an_instant"
        case _:
            plain, code = UUID, "not_a_uuid"
    try:
        msgspec.convert(value, plain)
    except msgspec.ValidationError:
        yield Fault(pointer, code)


_NAMES: Final = {
    inspect.StructType: "object",
    inspect.DictType: "object",
    inspect.IntType: "integer",
    inspect.BoolType: "boolean",
    inspect.ListType: "array",
    inspect.VarTupleType: "array",
}


def _name(kind: inspect.Type) -> str:
    return _NAMES.get(type(kind), "string")
