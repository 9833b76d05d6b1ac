"""Sealing: one contract for fake and software, the formats of the latter, rotation, key files."""

import json
from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB, GCM

from adapters.crypto.checkpoint_keys import Ed25519CheckpointKeys, signature_holds
from adapters.crypto.key_file import (
    KeyFileRefused,
    add_sealing_key,
    create_key_file,
    make_current,
    read_key_file,
)
from adapters.crypto.software import SoftwareCrypto, sm3
from domain.masking import ValueKind
from domain.ports.crypto import Crypto, SealBroken
from tests.contracts.crypto import CITIZEN_ID, CryptoContract
from tests.fakes.crypto import FakeCrypto


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    assert create_key_file(path)
    return path


def software(path: Path) -> SoftwareCrypto:
    return SoftwareCrypto(lambda: read_key_file(path))


class TestFakeCrypto(CryptoContract):
    @pytest.fixture
    def crypto(self) -> Crypto:
        return FakeCrypto()


class TestSoftwareCrypto(CryptoContract):
    @pytest.fixture
    def crypto(self, key_file: Path) -> Crypto:
        return software(key_file)


def test_sm3_is_the_standards() -> None:
    """GB/T 32905-2016, appendix A."""
    assert sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert (
        sm3(b"abcd" * 16).hex()
        == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    )


def test_sm4_is_the_standards() -> None:
    """GB/T 32907-2016, appendix A."""
    block = bytes.fromhex("0123456789abcdeffedcba9876543210")
    encryptor = Cipher(SM4(block), ECB()).encryptor()
    assert encryptor.update(block).hex() == "681edf34d206965e86b3e94f536e4246"


def test_a_sealed_value_has_the_documented_layout(key_file: Path) -> None:
    row_id = uuid4()
    sealed = software(key_file).seal("enrolments", "citizen_id", row_id, CITIZEN_ID)
    version, key_id = sealed[0], int.from_bytes(sealed[1:3])
    nonce, tag, text = sealed[3:15], sealed[15:31], sealed[31:]
    assert (version, key_id, len(text)) == (1, 1, len(CITIZEN_ID))
    key = bytes.fromhex(json.loads(key_file.read_text())["sealing"]["keys"]["1"])
    opener = Cipher(SM4(key), GCM(nonce, tag)).decryptor()
    opener.authenticate_additional_data(b"enrolments|citizen_id|" + row_id.bytes)
    assert opener.update(text) + opener.finalize() == CITIZEN_ID.encode()


def test_a_blind_index_is_hmac_sm3_under_the_kinds_key(key_file: Path) -> None:
    key = bytes.fromhex(json.loads(key_file.read_text())["blind_index"]["phone"]).ljust(64, b"\0")
    inner = sm3(bytes(byte ^ 0x36 for byte in key) + b"13812345678")
    outer = sm3(bytes(byte ^ 0x5C for byte in key) + inner)
    assert software(key_file).blind_index(ValueKind.PHONE, "13812345678") == outer


def test_indexes_of_two_installations_have_nothing_in_common(tmp_path: Path) -> None:
    indexes = set()
    for name in ("one.json", "two.json"):
        create_key_file(tmp_path / name)
        indexes.add(software(tmp_path / name).blind_index(ValueKind.CITIZEN_ID, CITIZEN_ID))
    assert len(indexes) == 2


def test_a_value_of_another_installation_does_not_open(tmp_path: Path, key_file: Path) -> None:
    create_key_file(tmp_path / "other.json")
    row_id = uuid4()
    sealed = software(tmp_path / "other.json").seal("enrolments", "phone", row_id, "13812345678")
    with pytest.raises(SealBroken):
        software(key_file).open("enrolments", "phone", row_id, sealed)


def test_a_rotation_loses_no_read_in_processes_that_serve_meanwhile(key_file: Path) -> None:
    early = software(key_file)
    row_id = uuid4()
    before = early.seal("enrolments", "phone", row_id, "13812345678")
    make_current(key_file, add_sealing_key(key_file))
    late = software(key_file)
    after = late.seal("enrolments", "phone", row_id, "13812345678")
    assert after[1:3] == b"\x00\x02"
    assert late.open("enrolments", "phone", row_id, before) == "13812345678"
    assert not late.sealed_with_current_key(before)
    assert early.open("enrolments", "phone", row_id, after) == "13812345678"
    assert early.seal("enrolments", "phone", row_id, "13812345678")[1:3] == b"\x00\x02"
    assert early.blind_index(ValueKind.PHONE, "1") == late.blind_index(ValueKind.PHONE, "1")


def test_an_added_key_seals_nothing_before_it_is_made_current(key_file: Path) -> None:
    assert add_sealing_key(key_file) == 2
    sealed = software(key_file).seal("enrolments", "phone", uuid4(), "13812345678")
    assert sealed[1:3] == b"\x00\x01"
    assert key_file.stat().st_mode & 0o777 == 0o600


def test_only_a_key_the_file_holds_is_made_current(key_file: Path) -> None:
    with pytest.raises(KeyFileRefused, match="no sealing key 7"):
        make_current(key_file, 7)


def test_an_unknown_key_id_breaks_the_seal_even_when_the_file_is_gone(key_file: Path) -> None:
    crypto = software(key_file)
    row_id = uuid4()
    sealed = crypto.seal("enrolments", "phone", row_id, "13812345678")
    key_file.unlink()
    with pytest.raises(SealBroken):
        crypto.open("enrolments", "phone", row_id, sealed[:1] + b"\x00\x09" + sealed[3:])
    assert crypto.open("enrolments", "phone", row_id, sealed) == "13812345678"


def test_a_key_file_is_made_for_its_owner_alone_and_never_replaced(key_file: Path) -> None:
    content = key_file.read_bytes()
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert not create_key_file(key_file)
    assert key_file.read_bytes() == content
    assert [path.name for path in key_file.parent.iterdir()] == ["keys.json"]


def test_of_many_starts_at_once_one_makes_the_key_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    barrier = Barrier(8)
    made: list[bool] = []

    def start() -> None:
        barrier.wait()
        made.append(create_key_file(path))

    starts = [Thread(target=start) for _ in range(8)]
    for thread in starts:
        thread.start()
    for thread in starts:
        thread.join()
    assert sorted(made) == [False] * 7 + [True]
    assert read_key_file(path).current == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o660, 0o644])
def test_a_key_file_that_others_reach_is_refused(key_file: Path, mode: int) -> None:
    key_file.chmod(mode)
    with pytest.raises(KeyFileRefused, match="chmod 600"):
        read_key_file(key_file)


def test_a_missing_key_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyFileRefused, match="No such file"):
        read_key_file(tmp_path / "keys.json")


def _shorter_key(text: str) -> str:
    content = json.loads(text)
    content["sealing"]["keys"]["1"] = "00"
    return json.dumps(content)


def _one_key_for_two_kinds(text: str) -> str:
    content = json.loads(text)
    content["blind_index"]["phone"] = content["blind_index"]["citizen_id"]
    return json.dumps(content)


def _current_unknown(text: str) -> str:
    content = json.loads(text)
    content["sealing"]["current"] = 2
    return json.dumps(content)


def _key_id_too_large(text: str) -> str:
    content = json.loads(text)
    content["sealing"]["keys"]["70000"] = content["sealing"]["keys"]["1"]
    return json.dumps(content)


def _kind_missing(text: str) -> str:
    content = json.loads(text)
    del content["blind_index"]["bank_account"]
    return json.dumps(content)


def _nothing(_: str) -> str:
    return ""


def _another_format(text: str) -> str:
    return text.replace("xuetu-keys-1", "xuetu-keys-9")


@pytest.mark.parametrize(
    "spoil",
    [
        _shorter_key,
        _one_key_for_two_kinds,
        _current_unknown,
        _key_id_too_large,
        _kind_missing,
        _nothing,
        _another_format,
    ],
)
def test_a_spoilt_key_file_is_refused_without_showing_a_key(
    key_file: Path, spoil: Callable[[str], str]
) -> None:
    key = json.loads(key_file.read_text())["blind_index"]["citizen_id"]
    key_file.write_text(spoil(key_file.read_text()))
    with pytest.raises(KeyFileRefused, match="not a key file") as refused:
        read_key_file(key_file)
    assert key not in str(refused.value)
    assert refused.value.__cause__ is None


def test_keys_have_no_repr_that_shows_them(key_file: Path) -> None:
    content = json.loads(key_file.read_text())
    assert content["checkpoint"] not in repr(read_key_file(key_file))
    assert "sealing" not in repr(read_key_file(key_file))


def test_a_signature_holds_for_its_key_and_message_alone(tmp_path: Path, key_file: Path) -> None:
    keys = Ed25519CheckpointKeys(read_key_file(key_file))
    create_key_file(tmp_path / "other.json")
    other = Ed25519CheckpointKeys(read_key_file(tmp_path / "other.json"))
    signature = keys.sign(b"heads")
    assert keys.holds(keys.public_key, signature, b"heads")
    assert not keys.holds(keys.public_key, signature, b"Heads")
    assert not keys.holds(other.public_key, signature, b"heads")
    assert not signature_holds(b"short", signature, b"heads")
    assert not signature_holds(keys.public_key, b"short", b"heads")
