"""Files are looked at by their bytes: what acts, hides or explodes is refused, what offices send is not."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.document_file import EXTENSIONS, check_document, file_name_fault_of
from domain.errors import Refusal
from tests import hostile


@pytest.mark.parametrize("name", hostile.BAD)
def test_a_hostile_file_is_refused_for_what_it_is(name: str) -> None:
    media, make, fault = hostile.BAD[name]
    with pytest.raises(Refusal) as refused:
        check_document(make(), media)
    assert refused.value.code == "document_refused"
    assert [one.code for one in refused.value.faults] == [fault]


@pytest.mark.parametrize("name", hostile.GOOD)
def test_a_harmless_file_passes(name: str) -> None:
    media, make = hostile.GOOD[name]
    check_document(make(), media)


@pytest.mark.parametrize("name", hostile.GOOD)
def test_a_harmless_file_cut_anywhere_is_refused(name: str) -> None:
    media, make = hostile.GOOD[name]
    whole = make().rstrip(b"\n")
    for length in range(len(whole)):
        with pytest.raises(Refusal) as refused:
            check_document(whole[:length], media)
        assert refused.value.code == "document_refused"


@given(st.sampled_from(sorted(hostile.GOOD)), st.data())
@example("an OFD", None)
def test_no_byte_that_is_changed_breaks_the_reader(name: str, data: st.DataObject | None) -> None:
    media, make = hostile.GOOD[name]
    raw = bytearray(make())
    at = 0 if data is None else data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= 0xFF if data is None else data.draw(st.integers(1, 255))
    try:
        check_document(bytes(raw), media)
    except Refusal as refused:
        assert refused.code == "document_refused"  # noqa: PT017 - it may pass as well


@pytest.mark.parametrize("name", hostile.NAMES)
def test_a_name_that_leads_somewhere_or_would_run_is_refused(name: str) -> None:
    assert file_name_fault_of(name, hostile.PDF) == hostile.NAMES[name]


@pytest.mark.parametrize("media", EXTENSIONS)
def test_every_extension_of_a_type_is_taken(media: str) -> None:
    for extension in EXTENSIONS[media]:
        for name in (f"劳动合同（张三）{extension}", f"2026.03.01 合同{extension.upper()}"):
            assert file_name_fault_of(name, media) is None
