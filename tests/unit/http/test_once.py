"""A keyed request is decided once; what the act refuses is not kept."""

from uuid import UUID

import pytest

from domain.errors import Refusal
from domain.ports.jobs import Doorbell
from domain.ports.requests import KeptAnswer
from domain.ports.work import Work
from service.application.once import KeyedRequest, changed, once, tried
from tests.unit.http.stub_api import FILER, KEY, OTHER_FILER, PLAN_ID, Store, memory

REQUEST = KeyedRequest(key=KEY, fingerprint=b"f" * 32)


async def plan(work: Work) -> str:
    memory(work).drafts[PLAN_ID] = "kept"
    memory(work).jobs.added.append(PLAN_ID)
    return "done"


def render(done: str) -> KeptAnswer:
    return KeptAnswer(status=201, headers={"ETag": '"1"'}, body=done.encode())


async def ask(store: Store, request: KeyedRequest = REQUEST) -> tuple[KeptAnswer, bool]:
    ports = store.ports()
    return await once(
        request, FILER, plan, render, begin_work=ports.begin_work, doorbell=ports.doorbell
    )


async def test_the_first_request_acts_commits_and_then_rings() -> None:
    store = Store()
    assert await ask(store) == (render("done"), False)
    assert (store.plans, store.commits, store.rung) == ({PLAN_ID: "kept"}, 1, [PLAN_ID])


async def test_a_repetition_is_answered_without_acting() -> None:
    store = Store()
    await ask(store)
    assert await ask(store) == (render("done"), True)
    assert (store.commits, store.rung) == (1, [PLAN_ID])


async def test_another_request_under_the_same_key_is_refused() -> None:
    store = Store()
    await ask(store)
    with pytest.raises(Refusal, match="key_reused"):
        await ask(store, KeyedRequest(key=KEY, fingerprint=b"g" * 32))


async def test_somebody_elses_key_is_another_key() -> None:
    store = Store()
    await ask(store)
    ports = store.ports()
    _, replayed = await once(
        REQUEST, OTHER_FILER, plan, render, begin_work=ports.begin_work, doorbell=ports.doorbell
    )
    assert not replayed


async def test_a_refusal_is_not_kept_so_a_retry_is_decided_anew() -> None:
    store = Store(commit_fails=Refusal("wrong_state", state="a", event="b"))
    with pytest.raises(Refusal, match="wrong_state"):
        await ask(store)
    assert (store.kept, store.plans, store.rung) == ({}, {}, [])
    store.commit_fails = None
    assert await ask(store) == (render("done"), False)


async def test_a_bell_that_fails_never_fails_the_request() -> None:
    store = Store(bell_fails=True)
    assert await ask(store) == (render("done"), False)
    assert store.commits == 1


async def test_trying_keeps_nothing() -> None:
    store = Store()
    assert await tried(FILER, plan, begin_work=store.ports().begin_work) == "done"
    assert (store.commits, store.plans, store.rung) == (0, {}, [])


async def test_a_change_commits_and_rings() -> None:
    store = Store()
    ports = store.ports()
    done = await changed(FILER, plan, begin_work=ports.begin_work, doorbell=ports.doorbell)
    assert (done, store.commits, store.rung) == ("done", 1, [PLAN_ID])


class LateBell:
    """Notes what had been committed when it was rung."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.commits_when_rung: list[int] = []

    async def ring(self, job_id: UUID, attempt: int) -> None:
        assert (job_id, attempt) == (PLAN_ID, 0)
        self.commits_when_rung.append(self.store.commits)


async def test_the_bell_rings_only_after_the_commit() -> None:
    store = Store()
    bell = LateBell(store)
    doorbell: Doorbell = bell  # type: ignore[assignment]
    await once(REQUEST, FILER, plan, render, begin_work=store.ports().begin_work, doorbell=doorbell)
    assert bell.commits_when_rung == [1]
