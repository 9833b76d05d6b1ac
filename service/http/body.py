"""The body as it came: read up to a limit, checked for what no shape can catch, decoded.

The checks run before the idempotent replay and are the same for every operation: UTF-8, duplicate
keys, depth, forbidden characters. The shape is checked inside the act, after the replay
(decision 0004), by msgspec; only when that fails does `service.http.faults` look for all faults.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from domain.errors import FAULTS_MAX, Fault, Refusal

DEPTH_MAX: Final = 32
"""Levels of nesting; the deepest body of the contract has six."""
_KEY_SHOWN: Final = 100
_CONTAINERS: Final = (dict, list)
PairsHook = Callable[[list[tuple[str, Any]]], dict[str, Any]]

# Controls, bidirectional controls and lone surrogates: NUL and surrogates break PostgreSQL's text,
# the others let what an officer reads differ from what is stored.
_FORBIDDEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_FORBIDDEN_IN_TEXT: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
# In a JSON text one of them stands raw (C0 never: the parser refuses it) or as an escape. Looking for
# the first bytes of their UTF-8 costs microseconds and spares looking at every string; a false alarm
# (a curly quote shares two bytes with U+202E) costs one walk.
_RAW_STARTS: Final = (b"\x7f", b"\xc2", b"\xd8\x9c", b"\xe2\x80", b"\xe2\x81")
_ESCAPED: Final = re.compile(
    rb"\\(?:[bfnrt]|u(?:00[0-1789]|061[cC]|20[026]|[dD][89a-fA-F]))",
)


class Doubled(dict[str, Any]):
    """A JSON object in which some keys stand more than once."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        counts = Counter(key for key, _ in pairs)
        self.twice = tuple(key for key, count in counts.items() if count > 1)


class NotFinite(ValueError):
    """The text holds NaN or Infinity."""


def below(pointer: str, key: str | int) -> str:
    """Return the RFC 6901 pointer of a member; unshowable characters replaced, long keys cut."""
    if isinstance(key, int):
        return f"{pointer}/{key}"
    shown = _FORBIDDEN.sub("\ufffd", key[:_KEY_SHOWN])
    return f"{pointer}/{shown.replace('~', '~0').replace('/', '~1')}"


def forbidden_in(text: str) -> str | None:
    """Return the code point of the first forbidden character of a text, or None."""
    found = _FORBIDDEN.search(text)
    return None if found is None else _code_point(found[0])


def read_text(raw: bytes, *, byte_order_mark: bool = False) -> str:
    """Decode UTF-8, or refuse with where it stops being so.

    Spreadsheets put a byte order mark before the text they save; only uploads may have one.
    """
    if raw.startswith(b"\xef\xbb\xbf"):
        if not byte_order_mark:
            raise malformed(Fault("", "byte_order_mark"))
        raw = raw[3:]
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise malformed(Fault("", "not_utf8", {"offset": error.start})) from None


def malformed(*faults: Fault) -> Refusal:
    """Return the refusal of a body that cannot be read."""
    return Refusal("body_malformed", faults=faults, count=len(faults[:FAULTS_MAX]))


def checked_upload(raw: bytes) -> str:
    """Return an uploaded text, its line ends as they came; every bad line is named."""
    text = read_text(raw, byte_order_mark=True)
    if _FORBIDDEN_IN_TEXT.search(text) is None:
        return text
    faults = (
        Fault(f"/lines/{number}", "forbidden_character", {"character": _code_point(found[0])})
        for number, line in enumerate(text.split("\n"), start=1)
        if (found := _FORBIDDEN_IN_TEXT.search(line)) is not None
    )
    raise malformed(*islice(faults, FAULTS_MAX))


def checked_json(raw: bytes) -> Any:  # noqa: ANN401 - a JSON value is any value
    """Return the body as plain values, or refuse with every fault that no shape would catch."""
    text = read_text(raw)
    value = _parsed(text)
    members = _members_within(value, DEPTH_MAX)
    if members is None:
        raise _too_deep()
    twins = []
    # A key leaves its colon even where a later twin takes its place. Where colons and members are
    # equally many no key stands twice, and most bodies are spared a call for every object.
    if raw.count(b":") != members:

        def keeping_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            plain = dict(pairs)
            if len(plain) < len(pairs):
                plain = Doubled(pairs)
                twins.append(plain)
            return plain

        value = _parsed(text, keeping_twins)
    if twins or _suspect(raw):
        faults = tuple(islice(_faults_within(value, ""), FAULTS_MAX))
        if faults:
            raise malformed(*faults)
    return value


def _parsed(text: str, pairs_hook: PairsHook | None = None) -> Any:  # noqa: ANN401
    try:
        return json.loads(text, object_pairs_hook=pairs_hook, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise malformed(
            Fault("", "not_json", {"line": error.lineno, "column": error.colno})
        ) from None
    except NotFinite:
        raise malformed(Fault("", "not_finite")) from None
    except ValueError:  # the interpreter's limit on the digits of an integer
        raise malformed(Fault("", "number_too_long")) from None
    except RecursionError:
        raise _too_deep() from None


def _suspect(raw: bytes) -> bool:
    if any(start in raw for start in _RAW_STARTS):
        return True
    return b"\\" in raw and _ESCAPED.search(raw) is not None


def _refuse_constant(_: str) -> Any:  # noqa: ANN401
    raise NotFinite


def _too_deep() -> Refusal:
    return malformed(Fault("", "nested_too_deep", {"limit": DEPTH_MAX}))


def _members_within(value: object, levels: int) -> int | None:
    """Count the members of all objects, or return None when there are more levels.

    Looks level by level, so that depth costs no recursion; scalars are never visited.
    """
    members = 0
    level = [value] if isinstance(value, _CONTAINERS) else []
    for _ in range(levels):
        if not level:
            return members
        members += sum(len(outer) for outer in level if isinstance(outer, dict))
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, _CONTAINERS)
        ]
    return None if level else members


def _faults_within(value: object, pointer: str) -> Iterator[Fault]:
    match value:
        case str():
            if (character := forbidden_in(value)) is not None:
                yield Fault(pointer, "forbidden_character", {"character": character})
        case dict():
            yield from _faults_in_object(value, pointer)
        case list():
            for index, item in enumerate(value):
                yield from _faults_within(item, f"{pointer}/{index}")


def _faults_in_object(value: Mapping[str, object], pointer: str) -> Iterator[Fault]:
    if isinstance(value, Doubled):
        for key in value.twice:
            yield Fault(below(pointer, key), "duplicate_key")
    for key, item in value.items():
        if (character := forbidden_in(key)) is not None:
            yield Fault(below(pointer, key), "forbidden_character", {"character": character})
        yield from _faults_within(item, below(pointer, key))


def _code_point(character: str) -> str:
    return f"U+{ord(character):04X}"
