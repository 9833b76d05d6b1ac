"""Voucher codes: every slip of one character and every swap of neighbours is noticed and located."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identifiers import voucher_code
from domain.identifiers.voucher_code import ALPHABET, LENGTH

CODES = st.builds(
    lambda first, second: voucher_code.new_code(UUID(int=first), UUID(int=second)),
    st.integers(0, 2**128 - 1),
    st.integers(0, 2**128 - 1),
)


def flaw(code: str) -> tuple[str, int | None]:
    found = voucher_code.flaw_of(code)
    assert found is not None, code
    return found.code, found.position


@given(CODES)
def test_a_new_code_fits_and_is_written_in_the_alphabet(code: str) -> None:
    assert len(code) == LENGTH
    assert set(code) <= set(ALPHABET)
    assert voucher_code.flaw_of(code) is None


@given(CODES)
def test_every_single_wrong_character_is_noticed_and_its_place_told(code: str) -> None:
    for n, right in enumerate(code):
        for wrong in ALPHABET.replace(right, ""):
            assert flaw(code[:n] + wrong + code[n + 1 :]) == ("voucher_code_mistyped", n + 1)


@given(CODES)
def test_every_swap_of_two_characters_is_noticed(code: str) -> None:
    for n in range(LENGTH):
        for m in range(n + 1, LENGTH):
            swapped = [*code]
            swapped[n], swapped[m] = swapped[m], swapped[n]
            if code[n] != code[m]:
                assert flaw("".join(swapped))[0] in {
                    "voucher_code_swapped",
                    "voucher_code_checksum",
                }


@given(CODES, st.integers(0, LENGTH - 2))
def test_a_swap_of_neighbours_is_located_wherever_it_explains_alone(code: str, n: int) -> None:
    typed = code[:n] + code[n + 1] + code[n] + code[n + 2 :]
    if code[n] == code[n + 1]:
        assert voucher_code.flaw_of(typed) is None
    else:
        assert flaw(typed) in {("voucher_code_swapped", n + 1), ("voucher_code_checksum", None)}


def test_a_swap_that_only_one_pair_explains_is_told() -> None:
    code = "0" * LENGTH
    body = voucher_code.new_code(UUID(int=1 << 34), UUID(int=0))
    assert voucher_code.flaw_of(code) is None
    at = next(n for n in range(LENGTH - 1) if body[n] != body[n + 1])
    typed = body[:at] + body[at + 1] + body[at] + body[at + 2 :]
    assert flaw(typed) == ("voucher_code_swapped", at + 1)


@given(CODES, st.data())
def test_two_wrong_characters_never_fit(code: str, data: st.DataObject) -> None:
    n = data.draw(st.integers(0, LENGTH - 2))
    m = data.draw(st.integers(n + 1, LENGTH - 1))
    first = data.draw(st.sampled_from(ALPHABET.replace(code[n], "")))
    second = data.draw(st.sampled_from(ALPHABET.replace(code[m], "")))
    assert voucher_code.flaw_of(code[:n] + first + code[n + 1 : m] + second + code[m + 1 :])


@given(CODES)
def test_what_people_type_is_read_as_the_code(code: str) -> None:
    shown = voucher_code.grouped(code)
    assert [len(group) for group in shown.split("-")] == [4, 4, 4, 4]
    for typed in (
        shown,
        shown.lower(),
        code.replace("0", "O").replace("1", "l"),
        code.replace("0", "o").replace("1", "I"),
        f"  {shown.replace('-', ' — ')}　",
    ):
        assert voucher_code.explain(typed).normalised == code
        assert voucher_code.explain(typed).flaw is None


@pytest.mark.parametrize(
    ("typed", "code", "position"),
    [
        ("", "voucher_code_length", None),
        ("0000-0000-0000-000", "voucher_code_length", None),
        ("0000-0000-0000-00000", "voucher_code_length", None),
        ("00U0-0000-0000-0000", "voucher_code_character", 3),
        ("0000-0000-0000-000券", "voucher_code_character", 16),
    ],
)
def test_what_cannot_be_a_code_is_told(typed: str, code: str, position: int | None) -> None:
    read = voucher_code.explain(typed)
    assert read.flaw is not None
    assert (read.flaw.code, read.flaw.position, read.kind) == (code, position, "")
    assert read.flaw.said.zh
    assert read.flaw.said.en


def test_codes_hold_seventy_bits_of_the_ids_and_not_their_time() -> None:
    earlier = voucher_code.new_code(UUID(int=5), UUID(int=7))
    later = voucher_code.new_code(UUID(int=(1 << 100) + 5), UUID(int=(1 << 100) + 7))
    assert earlier == later
    assert len({voucher_code.new_code(UUID(int=1 << n), UUID(int=0)) for n in range(35)}) == 35
    assert len({voucher_code.new_code(UUID(int=0), UUID(int=1 << n)) for n in range(35)}) == 35
