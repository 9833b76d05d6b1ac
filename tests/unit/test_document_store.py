"""Contents kept by hash: one suite for the fake and the folder, and what the folder alone promises."""

# ruff: noqa: ASYNC240 - the folder itself is looked at, on a disk of the test

import asyncio
import os
import stat
import time
from pathlib import Path

import pytest

from adapters.documents.on_disk import DiskDocuments
from domain.ports.crypto import Crypto
from domain.ports.document_store import ContentLost, DocumentStore
from tests.contracts.document_store import DocumentStoreContract, named
from tests.fakes.crypto import FakeCrypto
from tests.fakes.documents import FakeDocuments

CONTENT = "身份证号 11010519491231002X".encode() * 60_000


class TestFake(DocumentStoreContract):
    @pytest.fixture
    def store(self) -> DocumentStore:
        return FakeDocuments()

    async def test_a_content_put_again_is_young_again(self) -> None:
        store = FakeDocuments()
        await store.put(named(b"a"), b"a")
        store.age(100)
        assert list(await store.idle(older_than_s=100, limit=1)) == [named(b"a")]
        await store.put(named(b"a"), b"a")
        assert list(await store.idle(older_than_s=100, limit=1)) == []


class TestOnDisk(DocumentStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path, crypto: Crypto) -> DocumentStore:
        return DiskDocuments(tmp_path / "documents", crypto)


@pytest.fixture
async def path(tmp_path: Path, crypto: Crypto) -> Path:
    """The file of a content of two parts."""
    await DiskDocuments(tmp_path, crypto).put(named(CONTENT), CONTENT)
    name = named(CONTENT).hex()
    return tmp_path / name[:2] / name


async def test_a_file_is_sealed_named_by_its_hash_and_runs_nowhere(path: Path) -> None:
    raw = path.read_bytes()
    assert raw.startswith(b"XTD1")
    assert b"11010519491231002X" not in raw
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("damage", ["changed", "cut", "a part left out", "parts swapped", "longer"])
async def test_a_damaged_file_is_lost_and_never_half_given(
    path: Path, tmp_path: Path, crypto: Crypto, damage: str
) -> None:
    raw = path.read_bytes()
    part = 1024 * 1024 + 31
    first, second = raw[4 : 4 + part], raw[4 + part :]
    path.write_bytes(
        {
            "changed": raw[:500] + b"x" + raw[501:],
            "cut": raw[:-1],
            "a part left out": raw[:4] + first,
            "parts swapped": raw[:4] + second + first,
            "longer": raw + b"x",
        }[damage]
    )
    with pytest.raises(ContentLost):
        await DiskDocuments(tmp_path, crypto).get(named(CONTENT))


async def test_a_content_put_again_is_young_again(
    path: Path, tmp_path: Path, crypto: Crypto
) -> None:
    store = DiskDocuments(tmp_path, crypto)
    old = time.time() - 1000
    os.utime(path, (old, old))
    assert list(await store.idle(older_than_s=900, limit=1)) == [named(CONTENT)]
    await store.put(named(CONTENT), CONTENT)
    assert list(await store.idle(older_than_s=900, limit=1)) == []
    assert not await store.remove(named(CONTENT), older_than_s=900)


async def test_a_draft_whose_writer_died_is_no_content_and_is_removed(
    path: Path, tmp_path: Path, crypto: Crypto
) -> None:
    draft = path.with_name(f"{path.name}.1.draft")
    draft.write_bytes(b"half")
    store = DiskDocuments(tmp_path, crypto)
    assert list(await store.idle(older_than_s=-60, limit=9)) == [named(CONTENT)]
    assert not draft.exists()
    assert path.exists()


async def test_eight_writers_of_one_content_leave_one_file(tmp_path: Path, crypto: Crypto) -> None:
    store = DiskDocuments(tmp_path, crypto)
    await asyncio.gather(*(store.put(named(CONTENT), CONTENT) for _ in range(8)))
    assert await store.get(named(CONTENT)) == CONTENT
    assert len(list(tmp_path.glob("??/*"))) == 1


class NoModule(FakeCrypto):
    """A cryptographic module that has gone away."""

    def seal_part(self, digest: bytes, part: int, plain: bytes, *, last: bool) -> bytes:  # noqa: ARG002
        raise OSError("no module")


async def test_a_write_that_fails_leaves_no_draft(tmp_path: Path) -> None:
    store = DiskDocuments(tmp_path, NoModule())
    with pytest.raises(OSError, match="no module"):
        await store.put(named(CONTENT), CONTENT)
    assert list(tmp_path.glob("??/*")) == []
