"""Shapes of documents people write: one description checks a document and prints its JSON Schema.

A policy pack is written by a policy officer, so every fault is named at once and where it stands.
The same description fills in the documented defaults and remembers which ones it used.
"""

import re
import unicodedata
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol

from domain.errors import Fault

Plain = Mapping[str, Any]
"""A JSON object as the standard library decodes it."""

_ISO_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs"})  # controls, bidirectional marks, lone surrogates


class Shape(Protocol):
    """What a value must look like."""

    @abstractmethod
    def faults(self, value: object, pointer: str) -> Iterator[Fault]:
        """Name every fault of `value`, located by an RFC 6901 pointer."""

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """Describe the shape as JSON Schema, draft 2020-12."""

    @abstractmethod
    def completed(self, value: Any, pointer: str, used: list[str]) -> Any:  # noqa: ANN401
        """Fill defaults into a faultless value; append the pointer of each to `used`."""


def _wrong_type(pointer: str, expected: str) -> Fault:
    return Fault(pointer, "wrong_type", {"expected": expected})


def _not_one_of(pointer: str, words: Iterable[str]) -> Fault:
    return Fault(pointer, "not_one_of", {"values": ", ".join(words)})


class _Leaf:
    """A value without parts has no defaults inside."""

    __slots__ = ()

    def completed(self, value: Any, pointer: str, used: list[str]) -> Any:  # noqa: ANN401, ARG002
        return value


@dataclass(frozen=True, slots=True)
class Whole(_Leaf, Shape):
    """A whole number; neither a float nor a boolean is one."""

    least: int
    most: int

    def faults(self, value: object, pointer: str) -> Iterator[Fault]:
        """Refuse anything but an integer within bounds."""
        if type(value) is not int:
            yield Fault(pointer, "not_an_integer")
        elif value < self.least:
            yield Fault(pointer, "number_too_small", {"least": self.least})
        elif value > self.most:
            yield Fault(pointer, "number_too_large", {"most": self.most})

    def schema(self) -> dict[str, Any]:
        """Describe as integer."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Flag(_Leaf, Shape):
    """True or false."""

    def faults(self, value: object, pointer: str) -> Iterator[Fault]:
        """Refuse anything but a boolean."""
        if not isinstance(value, bool):
            yield _wrong_type(pointer, "boolean")

    def schema(self) -> dict[str, Any]:
        """Describe as boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Words(_Leaf, Shape):
    """Text that a person can read: not blank, without control or bidirectional characters."""

    most: int
    pattern: str = r"\S"

    def faults(self, value: object, pointer: str) -> Iterator[Fault]:
        """Refuse blank, overlong, unreadable or misformed text."""
        if not isinstance(value, str):
            yield _wrong_type(pointer, "string")
        elif len(value) > self.most:
            yield Fault(pointer, "text_too_long", {"most": self.most})
        elif unseen := [sign for sign in value if unicodedata.category(sign) in _UNSEEN]:
            yield Fault(pointer, "forbidden_character", {"character": f"U+{ord(unseen[0]):04X}"})
        elif re.search(self.pattern, value) is None:
            yield Fault(pointer, "pattern_mismatch", {"pattern": self.pattern})

    def schema(self) -> dict[str, Any]:
        """Describe as string."""
        return {"type": "string", "minLength": 1, "maxLength": self.most, "pattern": self.pattern}


@dataclass(frozen=True, slots=True)
class Day(_Leaf, Shape):
    """A calendar day, YYYY-MM-DD."""

    def faults(self, value: object, pointer: str) -> Iterator[Fault]:
        """Refuse what is no day of the calendar."""
        if not isinstance(value, str) or _ISO_DAY.fullmatch(value) is None or not _is_day(value):
            yield Fault(pointer, "not_a_date")

    def schema(self) -> dict[str, Any]:
        """Describe as date."""
        return {"type": "string", "format": "date"}


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Choice(_Leaf, Shape):
    """One of a few words."""

    words: tuple[str, ...]

    def faults(self, value: object, pointer: str) -> Iterator[Fault]:
        """Refuse any other word."""
        if not isinstance(value, str) or value not in self.words:
            yield _not_one_of(pointer, self.words)

    def schema(self) -> dict[str, Any]:
        """Describe as enum."""
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Maybe(Shape):
    """A value, or null."""

    shape: Shape

    def faults(self, value: object, pointer: str) -> Iterator[Fault]:
        """Accept null."""
        if value is not None:
            yield from self.shape.faults(value, pointer)

    def schema(self) -> dict[str, Any]:
        """Describe as a choice with null."""
        return {"anyOf": [self.shape.schema(), {"type": "null"}]}

    def completed(self, value: Any, pointer: str, used: list[str]) -> Any:  # noqa: ANN401
        """Complete what is there."""
        return None if value is None else self.shape.completed(value, pointer, used)


@dataclass(frozen=True, slots=True)
class Several(_Leaf, Shape):
    """A list without repetitions, of leaves."""

    shape: Shape
    most: int
    least: int = 0

    def faults(self, value: object, pointer: str) -> Iterator[Fault]:
        """Refuse other lengths, repetitions, and faulty items, each where it stands."""
        if not isinstance(value, list):
            yield _wrong_type(pointer, "array")
            return
        if len(value) < self.least:
            yield Fault(pointer, "too_few_items", {"least": self.least})
        if len(value) > self.most:
            yield Fault(pointer, "too_many_items", {"most": self.most})
            return
        for index, item in enumerate(value):
            yield from self.shape.faults(item, f"{pointer}/{index}")
            if item in value[:index]:
                yield Fault(f"{pointer}/{index}", "repeated_item")

    def schema(self) -> dict[str, Any]:
        """Describe as array."""
        return {
            "type": "array",
            "items": self.shape.schema(),
            "minItems": self.least,
            "maxItems": self.most,
            "uniqueItems": True,
        }


@dataclass(frozen=True, slots=True)
class Table(Shape):
    """An object whose keys come from a fixed list and whose values share one shape."""

    keys: tuple[str, ...]
    shape: Shape
    least: int = 0

    def faults(self, value: object, pointer: str) -> Iterator[Fault]:
        """Refuse unknown keys and faulty values, each where it stands."""
        if not isinstance(value, dict):
            yield _wrong_type(pointer, "object")
            return
        if len(value) < self.least:
            yield Fault(pointer, "too_few_items", {"least": self.least})
        for key, item in value.items():
            if key in self.keys:
                yield from self.shape.faults(item, f"{pointer}/{key}")
            else:
                yield Fault(f"{pointer}/{escaped(key)}", "unknown_field")

    def schema(self) -> dict[str, Any]:
        """Describe as object with a fixed set of property names."""
        return {
            "type": "object",
            "propertyNames": {"enum": list(self.keys)},
            "additionalProperties": self.shape.schema(),
            "minProperties": self.least,
        }

    def completed(self, value: Any, pointer: str, used: list[str]) -> Any:  # noqa: ANN401
        """Complete each value."""
        return {
            key: self.shape.completed(item, f"{pointer}/{key}", used) for key, item in value.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One field of a record: its meaning and unit, and its default when it may be left out.

    With `telling`, leaving it out says something by itself ({} is full pay) and uses no default.
    """

    name: str
    shape: Shape
    about: str
    required: bool = True
    default: Any = None
    telling: bool = False

    def schema(self) -> dict[str, Any]:
        """Describe the field with its meaning and default."""
        described = self.shape.schema() | {"description": self.about}
        return described if self.required else described | {"default": self.default}


@dataclass(frozen=True, slots=True)
class Record(Shape):
    """An object with named fields; unknown ones are refused."""

    members: tuple[Member, ...]

    def faults(self, value: object, pointer: str) -> Iterator[Fault]:
        """Name everything missing, unknown and faulty."""
        if not isinstance(value, dict):
            yield _wrong_type(pointer, "object")
            return
        for member in self.members:
            if member.name in value:
                yield from member.shape.faults(value[member.name], f"{pointer}/{member.name}")
            elif member.required:
                yield Fault(f"{pointer}/{member.name}", "missing_field")
        known = {member.name for member in self.members}
        for key in value:
            if key not in known:
                yield Fault(f"{pointer}/{escaped(key)}", "unknown_field")

    def schema(self) -> dict[str, Any]:
        """Describe as closed object."""
        return {
            "type": "object",
            "properties": {member.name: member.schema() for member in self.members},
            "required": [member.name for member in self.members if member.required],
            "additionalProperties": False,
        }

    def completed(self, value: Any, pointer: str, used: list[str]) -> Any:  # noqa: ANN401
        """Fill in the defaults, naming each one used."""
        whole: dict[str, Any] = {}
        for member in self.members:
            place = f"{pointer}/{member.name}"
            if member.name in value:
                whole[member.name] = member.shape.completed(value[member.name], place, used)
            else:
                used += [] if member.telling else [place]
                # A default may itself leave fields out; those are part of the one default.
                whole[member.name] = member.shape.completed(member.default, place, [])
        return whole


@dataclass(frozen=True, slots=True)
class Variant(Shape):
    """An object whose `tag` field decides which other fields it has."""

    tag: str
    records: Mapping[str, Record]

    def faults(self, value: object, pointer: str) -> Iterator[Fault]:
        """Check the tag, then the fields that belong to it."""
        if not isinstance(value, dict):
            yield _wrong_type(pointer, "object")
            return
        if self.tag not in value:
            yield Fault(f"{pointer}/{self.tag}", "missing_field")
            return
        word = value[self.tag]
        if not isinstance(word, str) or word not in self.records:
            yield _not_one_of(f"{pointer}/{self.tag}", self.records)
            return
        rest = {key: item for key, item in value.items() if key != self.tag}
        yield from self.records[word].faults(rest, pointer)

    def schema(self) -> dict[str, Any]:
        """Describe as one of several closed objects."""
        return {"oneOf": [self._variant(word) for word in self.records]}

    def _variant(self, word: str) -> dict[str, Any]:
        described = self.records[word].schema()
        described["properties"] = {self.tag: {"const": word}, **described["properties"]}
        described["required"] = [self.tag, *described["required"]]
        return described

    def completed(self, value: Any, pointer: str, used: list[str]) -> Any:  # noqa: ANN401
        """Complete the fields that belong to the tag."""
        rest = {key: item for key, item in value.items() if key != self.tag}
        record = self.records[value[self.tag]]
        return {self.tag: value[self.tag]} | record.completed(rest, pointer, used)


def escaped(key: object) -> str:
    """Write one key as a segment of an RFC 6901 pointer; an unreadable or long key is shortened."""
    seen = "".join("?" if unicodedata.category(sign) in _UNSEEN else sign for sign in str(key)[:64])
    return seen.replace("~", "~0").replace("/", "~1")
