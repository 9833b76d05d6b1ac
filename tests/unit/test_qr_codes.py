"""QR codes are read back from their squares, as a phone does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.papers.qr import SvgQrCodes
from domain.identifiers.voucher_code import ALPHABET, LENGTH
from tests import qr_reading


@given(st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH))
def test_a_drawn_code_is_read_back(code: str) -> None:
    assert qr_reading.read(SvgQrCodes().svg(code).decode()) == code


def test_the_same_code_is_drawn_the_same() -> None:
    assert SvgQrCodes().svg("0" * 16) == SvgQrCodes().svg("0" * 16)


@pytest.mark.parametrize("text", ["A", "AB", "0123456789ABCDEFGHIJ"])
def test_short_texts_are_drawn_too(text: str) -> None:
    assert qr_reading.read(SvgQrCodes().svg(text).decode()) == text
