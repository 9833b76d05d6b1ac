"""What every `Crypto` promises: the fake, the software one, and one day a certified module."""

from uuid import UUID, uuid4

import pytest

from domain.masking import ValueKind
from domain.ports.crypto import BLIND_INDEX_BYTES, SM3_BYTES, Crypto, SealBroken

CITIZEN_ID = "110101199003074258"


class CryptoContract:
    """Bound to an implementation by a `crypto` fixture."""

    def test_what_is_sealed_opens_in_its_cell(self, crypto: Crypto) -> None:
        row_id = uuid4()
        sealed = crypto.seal("enrolments", "citizen_id", row_id, CITIZEN_ID)
        assert crypto.open("enrolments", "citizen_id", row_id, sealed) == CITIZEN_ID

    @pytest.mark.parametrize("plain", ["", "1", "张三丰", "0" * 10_000])
    def test_text_of_any_length_opens_as_it_was(self, crypto: Crypto, plain: str) -> None:
        row_id = uuid4()
        sealed = crypto.seal("enrolments", "phone", row_id, plain)
        assert crypto.open("enrolments", "phone", row_id, sealed) == plain

    def test_a_value_moved_to_another_row_does_not_open(self, crypto: Crypto) -> None:
        sealed = crypto.seal("enrolments", "citizen_id", uuid4(), CITIZEN_ID)
        with pytest.raises(SealBroken):
            crypto.open("enrolments", "citizen_id", uuid4(), sealed)

    def test_a_value_moved_to_another_column_does_not_open(self, crypto: Crypto) -> None:
        row_id = uuid4()
        sealed = crypto.seal("enrolments", "citizen_id", row_id, CITIZEN_ID)
        with pytest.raises(SealBroken):
            crypto.open("enrolments", "phone", row_id, sealed)

    def test_a_value_moved_to_another_table_does_not_open(self, crypto: Crypto) -> None:
        row_id = uuid4()
        sealed = crypto.seal("enrolments", "citizen_id", row_id, CITIZEN_ID)
        with pytest.raises(SealBroken):
            crypto.open("vouchers", "citizen_id", row_id, sealed)

    def test_a_value_changed_in_any_byte_does_not_open(self, crypto: Crypto) -> None:
        row_id = uuid4()
        sealed = crypto.seal("enrolments", "citizen_id", row_id, CITIZEN_ID)
        for at in range(len(sealed)):
            changed = bytearray(sealed)
            changed[at] ^= 0x01
            with pytest.raises(SealBroken):
                crypto.open("enrolments", "citizen_id", row_id, bytes(changed))

    def test_a_value_cut_anywhere_does_not_open(self, crypto: Crypto) -> None:
        row_id = uuid4()
        sealed = crypto.seal("enrolments", "citizen_id", row_id, CITIZEN_ID)
        for length in range(len(sealed)):
            with pytest.raises(SealBroken):
                crypto.open("enrolments", "citizen_id", row_id, sealed[:length])

    def test_a_part_opens_in_its_place_alone(self, crypto: Crypto) -> None:
        digest, other = b"d" * 32, b"e" * 32
        sealed = crypto.seal_part(digest, 1, CITIZEN_ID.encode(), last=False)
        assert CITIZEN_ID.encode() not in sealed
        assert crypto.open_part(digest, 1, sealed, last=False) == CITIZEN_ID.encode()
        for elsewhere in ((other, 1, False), (digest, 2, False), (digest, 1, True)):
            with pytest.raises(SealBroken):
                crypto.open_part(elsewhere[0], elsewhere[1], sealed, last=elsewhere[2])
        for length in range(len(sealed)):
            with pytest.raises(SealBroken):
                crypto.open_part(digest, 1, sealed[:length], last=False)

    def test_a_broken_seal_names_its_cell_and_no_value(self, crypto: Crypto) -> None:
        row_id = UUID("0197f000-0000-7000-8000-000000000001")
        with pytest.raises(SealBroken) as broken:
            crypto.open("enrolments", "phone", row_id, b"13812345678")
        message = str(broken.value)
        assert f"enrolments.phone of row {row_id}" in message
        assert "13812345678" not in message

    def test_two_seals_of_one_value_differ_and_show_nothing_of_it(self, crypto: Crypto) -> None:
        row_id = uuid4()
        first = crypto.seal("enrolments", "citizen_id", row_id, CITIZEN_ID)
        second = crypto.seal("enrolments", "citizen_id", row_id, CITIZEN_ID)
        assert first != second
        assert CITIZEN_ID.encode() not in first
        assert b"19900307" not in first

    def test_a_roster_sealed_at_once_opens_row_by_row(self, crypto: Crypto) -> None:
        cells = [(uuid4(), f"1101011990030{n:05d}") for n in range(300)]
        sealed = crypto.seal_many("enrolments", "citizen_id", cells)
        assert len(set(sealed)) == len(cells)
        opened = [
            crypto.open("enrolments", "citizen_id", row_id, value)
            for (row_id, _), value in zip(cells, sealed, strict=True)
        ]
        assert opened == [plain for _, plain in cells]
        assert crypto.seal_many("enrolments", "citizen_id", []) == []

    def test_a_fresh_seal_needs_no_resealing(self, crypto: Crypto) -> None:
        sealed = crypto.seal("enrolments", "citizen_id", uuid4(), CITIZEN_ID)
        assert crypto.sealed_with_current_key(sealed)

    def test_equal_values_have_equal_indexes(self, crypto: Crypto) -> None:
        index = crypto.blind_index(ValueKind.CITIZEN_ID, CITIZEN_ID)
        assert index == crypto.blind_index(ValueKind.CITIZEN_ID, CITIZEN_ID)
        assert len(index) == BLIND_INDEX_BYTES
        assert index != crypto.blind_index(ValueKind.CITIZEN_ID, "11010119900307425X")

    def test_kinds_of_value_have_keys_of_their_own(self, crypto: Crypto) -> None:
        indexes = {crypto.blind_index(kind, "13812345678") for kind in ValueKind}
        assert len(indexes) == len(ValueKind)

    def test_many_indexes_are_the_indexes_of_each(self, crypto: Crypto) -> None:
        values = ["13812345678", "13912345678", "13812345678"]
        assert crypto.blind_indexes(ValueKind.PHONE, values) == [
            crypto.blind_index(ValueKind.PHONE, value) for value in values
        ]

    def test_a_digest_is_32_bytes_that_depend_on_every_byte(self, crypto: Crypto) -> None:
        digests = {crypto.sm3(data) for data in (b"", b"a", b"b", b"ab", b"ba")}
        assert len(digests) == 5
        assert {len(digest) for digest in digests} == {SM3_BYTES}
        assert crypto.sm3(b"ab") in digests
