"""What every `DocumentStore` promises: the fake, and the folder of sealed files."""

import hashlib

import pytest

from domain.ports.document_store import ContentLost, DocumentStore

DAY = 86_400


def named(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


class DocumentStoreContract:
    """Bound to an implementation by a `store` fixture whose contents are new."""

    @pytest.mark.parametrize(
        "content", [b"x", b"\0" * 1024 * 1024, b"ab" * 1024 * 1024 + b"c"], ids=len
    )
    async def test_what_is_put_is_given_back_whole(
        self, store: DocumentStore, content: bytes
    ) -> None:
        await store.put(named(content), content)
        assert await store.get(named(content)) == content

    async def test_what_was_never_put_is_lost(self, store: DocumentStore) -> None:
        with pytest.raises(ContentLost):
            await store.get(named(b"never"))

    async def test_the_same_content_is_kept_once(self, store: DocumentStore) -> None:
        for _ in range(2):
            await store.put(named(b"one"), b"one")
        assert list(await store.idle(older_than_s=-DAY, limit=10)) == [named(b"one")]

    async def test_a_young_content_is_neither_idle_nor_removed(self, store: DocumentStore) -> None:
        await store.put(named(b"young"), b"young")
        assert list(await store.idle(older_than_s=DAY, limit=10)) == []
        assert not await store.remove(named(b"young"), older_than_s=DAY)
        assert await store.get(named(b"young")) == b"young"

    async def test_an_old_content_is_removed_once(self, store: DocumentStore) -> None:
        await store.put(named(b"old"), b"old")
        assert await store.remove(named(b"old"), older_than_s=-DAY)
        assert not await store.remove(named(b"old"), older_than_s=-DAY)
        with pytest.raises(ContentLost):
            await store.get(named(b"old"))

    async def test_no_more_are_named_than_asked_for(self, store: DocumentStore) -> None:
        for n in range(5):
            await store.put(named(b"%d" % n), b"%d" % n)
        assert len(await store.idle(older_than_s=-DAY, limit=3)) == 3
