"""Masks: what everyone sees of a sealed value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.masking import ValueKind, masked


@pytest.mark.parametrize(
    ("kind", "value", "seen"),
    [
        (ValueKind.CITIZEN_ID, "110101199003074258", "110***********4258"),
        (ValueKind.CITIZEN_ID, "53010219880101123X", "530***********123X"),
        (ValueKind.CITIZEN_ID, "110101900307425", "110********7425"),
        (ValueKind.CITIZEN_ID, "E12345678", "****"),
        (ValueKind.PHONE, "13812345678", "138****5678"),
        (ValueKind.PHONE, "051388888888", "051*****8888"),
        (ValueKind.PHONE, "110", "****"),
        (ValueKind.BANK_ACCOUNT, "6222021234567890123", "****0123"),
        (ValueKind.BANK_ACCOUNT, "12345678", "****5678"),
        (ValueKind.BANK_ACCOUNT, "1234567", "****"),
        (ValueKind.PHONE, "", "****"),
    ],
)
def test_a_mask_shows_the_ends_and_hides_the_rest(kind: ValueKind, value: str, seen: str) -> None:
    assert masked(kind, value) == seen


@given(kind=st.sampled_from(ValueKind), value=st.text(alphabet="0123456789X", max_size=40))
def test_at_least_four_characters_stay_hidden(kind: ValueKind, value: str) -> None:
    seen = masked(kind, value)
    assert "****" in seen
    shown = len(seen.replace("*", ""))
    assert shown <= 7
    assert shown <= max(len(value) - 4, 0)
