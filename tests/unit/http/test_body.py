"""What no shape can catch, refused before any shape is looked at."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import FAULTS_MAX, Fault, Refusal
from service.http.body import DEPTH_MAX, checked_json, checked_upload


def faults_of(raw: bytes) -> list[tuple[str, str]]:
    with pytest.raises(Refusal) as refused:
        checked_json(raw)
    assert refused.value.code == "body_malformed"
    assert refused.value.values == {"count": len(refused.value.faults)}
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b'{"a":1}x', "not_json"),
        (b"{'a':1}", "not_json"),
        (b'{"a":"\n"}', "not_json"),
        (b'{"a":"\x00"}', "not_json"),
        (b'{"a":01}', "not_json"),
        (b'{"a":NaN}', "not_finite"),
        (b'{"a":-Infinity}', "not_finite"),
        (b'{"a":' + b"9" * 5000 + b"}", "number_too_long"),
        (b'\xef\xbb\xbf{"a":1}', "byte_order_mark"),
        (b'{"a":"\xff"}', "not_utf8"),
        (b'{"a":"\xed\xa0\x80"}', "not_utf8"),
        (b'{"a":"\xc0\x80"}', "not_utf8"),
        ('{"a":"张三"}'.encode("gb18030"), "not_utf8"),
        ('{"a":"张三"}'.encode("utf-16-be"), "not_json"),
        (b"[" * 100_000 + b"]" * 100_000, "nested_too_deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested_too_deep"),
        (b"[" * (DEPTH_MAX + 1) + b"]" * (DEPTH_MAX + 1), "nested_too_deep"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_with_its_fault(raw: bytes, code: str) -> None:
    assert faults_of(raw) == [("", code)]


def test_the_deepest_nesting_allowed_is_read() -> None:
    assert checked_json(b"[" * DEPTH_MAX + b"]" * DEPTH_MAX) is not None


def test_every_doubled_key_is_located_at_any_depth() -> None:
    raw = b'{"a":[{"b":1,"b":2,"b":3}],"c":1,"c":{"d":1,"d":1}}'
    assert faults_of(raw) == [
        ("/c", "duplicate_key"),
        ("/a/0/b", "duplicate_key"),
        ("/c/d", "duplicate_key"),
    ]


def test_pointers_escape_what_rfc_6901_gives_a_meaning() -> None:
    assert faults_of(b'{"a/b~c":{"x":1,"x":1}}') == [("/a~1b~0c/x", "duplicate_key")]


FORBIDDEN = [
    *range(0x20),
    *range(0x7F, 0xA0),
    0x061C,
    0x200E,
    0x200F,
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    0xD800,
    0xDBFF,
    0xDC00,
    0xDFFF,
]


@pytest.mark.parametrize("code_point", FORBIDDEN)
def test_every_forbidden_character_is_found_behind_an_escape(code_point: int) -> None:
    for spelled in (f"\\u{code_point:04x}", f"\\u{code_point:04X}"):
        raw = f'{{"list":["ok",{{"name":"张{spelled}三"}}]}}'.encode()
        with pytest.raises(Refusal) as refused:
            checked_json(raw)
        assert refused.value.faults == (
            Fault("/list/1/name", "forbidden_character", {"character": f"U+{code_point:04X}"}),
        )


@pytest.mark.parametrize(
    "code_point", [c for c in FORBIDDEN if c >= 0x7F and not 0xD800 <= c < 0xE000]
)
def test_every_forbidden_character_is_found_as_it_is(code_point: int) -> None:
    raw = f'{{"{chr(code_point)}":"a"}}'.encode()
    assert faults_of(raw) == [("/\ufffd", "forbidden_character")]


@pytest.mark.parametrize("short", ["\\b", "\\f", "\\n", "\\r", "\\t"])
def test_short_escapes_of_controls_are_found(short: str) -> None:
    assert faults_of(f'{{"a":"x{short}"}}'.encode()) == [("/a", "forbidden_character")]


@pytest.mark.parametrize(
    "text", ["张三", "“引号”", "\U0001f600", "a\\b", 'a"b/c', "é", "Ⅳ", "㐀", "𠮷", "·", "—"]
)
def test_ordinary_text_is_read_as_it_is_however_it_is_spelled(text: str) -> None:
    for ensure_ascii in (True, False):
        assert checked_json(json.dumps([text], ensure_ascii=ensure_ascii).encode()) == [text]


def test_an_escaped_backslash_before_a_u_is_no_escape() -> None:
    assert checked_json(rb'["\\u0000"]') == ["\\u0000"]


def test_at_most_a_hundred_faults_are_named() -> None:
    raw = json.dumps(["\x00"] * 150).encode()
    assert len(faults_of(raw)) == FAULTS_MAX


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    try:
        checked_json(raw)
    except Refusal as refusal:
        assert refusal.faults  # noqa: PT017 - either outcome is right, silence about it is not


_PLAIN_TEXT = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\u061c\u200e\u200f")
).filter(lambda text: not any("\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069" for c in text))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | _PLAIN_TEXT,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_PLAIN_TEXT, inner, max_size=3),
        max_leaves=10,
    )
)
def test_what_json_writes_is_read_back(value: object) -> None:
    assert checked_json(json.dumps(value).encode()) == value


def test_an_upload_may_have_a_byte_order_mark_and_line_ends() -> None:
    assert checked_upload(b"\xef\xbb\xbfa,b\r\n1,2\t\r\n") == "a,b\r\n1,2\t\r\n"


def test_every_bad_line_of_an_upload_is_located() -> None:
    with pytest.raises(Refusal) as refused:
        checked_upload("a\nb\x00\nc\n\u202ed\n".encode())
    assert [(f.pointer, f.code) for f in refused.value.faults] == [
        ("/lines/2", "forbidden_character"),
        ("/lines/4", "forbidden_character"),
    ]


def test_an_upload_in_another_encoding_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        checked_upload("姓名,证号\n".encode("gb18030"))
    assert [fault.code for fault in refused.value.faults] == ["not_utf8"]
