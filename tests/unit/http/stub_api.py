"""A small API of its own on ports in memory: what the edge promises, without any database."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, cast
from uuid import UUID, uuid4

import httpx
from litestar import Litestar
from msgspec import Meta, Struct

from domain.errors import Refusal, Text
from domain.party import Actor, Role
from domain.ports.document_store import DocumentStore
from domain.ports.identity import Sessions
from domain.ports.jobs import Doorbell
from domain.ports.papers import Papers
from domain.ports.policies import PolicyPacks
from domain.ports.qr_codes import QrCodes
from domain.ports.requests import KeptAnswer
from domain.ports.sheets import Sheets
from domain.ports.tables import Tables
from domain.ports.work import Work
from service.http import health
from service.http.app import create_app
from service.http.call import Answer, Call, Served, json_answer, no_content
from service.http.operation import Query, operation
from service.ports import Ports

FILER = Actor(
    person_id=UUID(int=1),
    account_name="filer",
    org_id=UUID(int=11),
    region_path=None,
    roles=frozenset({Role.FILER}),
)
OTHER_FILER = Actor(
    person_id=UUID(int=2),
    account_name="other",
    org_id=UUID(int=12),
    region_path=None,
    roles=frozenset({Role.FILER}),
)
CLERK = Actor(
    person_id=UUID(int=3),
    account_name="clerk",
    org_id=UUID(int=13),
    region_path="/32/",
    roles=frozenset({Role.CLERK}),
)
TOKENS = {"filer-token-0001": FILER, "other-token-0002": OTHER_FILER, "clerk-token-0003": CLERK}
KEY = "a-key-of-a-request-1"
PLAN_ID = UUID("0190f3a4-c1d2-7b5e-8f60-718293a4b5c6")


class Kind(StrEnum):
    """Kinds of plan."""

    SHORT = "short"
    LONG = "long"


class Person(Struct, kw_only=True, forbid_unknown_fields=True):
    """One person."""

    name: Annotated[str, Meta(min_length=1, max_length=50, description="姓名 Name")]
    age: Annotated[int, Meta(ge=16, le=65)]
    hired_on: date


class PlanBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A plan to keep."""

    title: Annotated[str, Meta(min_length=1, max_length=20, pattern=r"^\S")]
    amount_fen: Annotated[int, Meta(ge=0, le=10**13)]
    kind: Kind
    people: Annotated[list[Person], Meta(max_length=5)]
    note: Annotated[str, Meta(max_length=100)] | None = None
    provider_id: UUID | None = None
    seen_at: Annotated[datetime, Meta(tz=True)] | None = None


class PlanView(Struct, kw_only=True):
    """A plan on file."""

    id: UUID
    title: str
    version: int


@dataclass
class MemoryRequests:
    """Kept answers of one person in one transaction."""

    store: "Store"
    person_id: UUID
    drafts: dict[tuple[UUID, str], tuple[bytes, KeptAnswer]] = field(default_factory=dict)
    fingerprint: bytes = b""

    async def claim(self, key: str, fingerprint: bytes) -> KeptAnswer | None:
        kept = self.store.kept.get((self.person_id, key))
        self.fingerprint = fingerprint
        if kept is None:
            return None
        if kept[0] != fingerprint:
            raise Refusal("key_reused")
        return kept[1]

    async def keep(self, key: str, answer: KeptAnswer) -> None:
        self.drafts[self.person_id, key] = (self.fingerprint, answer)


@dataclass
class MemoryJobs:
    """Jobs of one transaction."""

    added: list[UUID] = field(default_factory=list)


class MemoryWork:
    """One transaction: what is drafted reaches the store on commit alone."""

    def __init__(self, store: "Store", actor: Actor) -> None:
        self.actor = actor
        self.requests = MemoryRequests(store, actor.person_id)
        self.jobs = MemoryJobs()
        self.drafts: dict[UUID, str] = {}
        self.store = store

    async def commit(self) -> None:
        if self.store.commit_fails is not None:
            raise self.store.commit_fails
        self.store.plans |= self.drafts
        self.store.kept |= self.requests.drafts
        self.store.commits += 1


@dataclass
class Store:
    """What has been committed, and what the ports were asked."""

    plans: dict[UUID, str] = field(default_factory=dict)
    kept: dict[tuple[UUID, str], tuple[bytes, KeptAnswer]] = field(default_factory=dict)
    commits: int = 0
    commit_fails: Exception | None = None
    rung: list[UUID] = field(default_factory=list)
    bell_fails: bool = False
    parts: dict[str, bool] = field(default_factory=lambda: {"database": True, "migrations": True})
    sessions_fail: Exception | None = None

    @asynccontextmanager
    async def begin_work(self, actor: Actor) -> AsyncGenerator[Work, None]:
        yield cast("Work", MemoryWork(self, actor))

    async def ring(self, job_id: UUID, attempt: int) -> None:
        assert attempt == 0
        if self.bell_fails:
            raise ConnectionError("nobody listens")
        self.rung.append(job_id)

    async def actor_of(self, token: str) -> Actor | None:
        if self.sessions_fail is not None:
            raise self.sessions_fail
        return TOKENS.get(token)

    async def readiness(self) -> Mapping[str, bool]:
        return self.parts

    def ports(self) -> Ports:
        return Ports(
            begin_work=self.begin_work,
            sessions=cast("Sessions", self),
            doorbell=cast("Doorbell", self),
            new_id=uuid4,
            readiness=self.readiness,
            cursor_secret=b"a secret of the installation",
            policies=cast("PolicyPacks", None),
            papers=cast("Papers", None),
            tables=cast("Tables", None),
            documents=cast("DocumentStore", None),
            sheets=cast("Sheets", None),
            qr_codes=cast("QrCodes", None),
            chunk_rows=100,
        )


def memory(work: Work) -> MemoryWork:
    """See the work as the memory it is."""
    return cast("MemoryWork", work)


@operation(
    id="KeepPlan",
    method="POST",
    path="/v1/plans",
    tag="plans",
    summary=Text("保存计划", "Keep a plan"),
    roles=frozenset({Role.FILER}),
    body=PlanBody,
    body_example={
        "title": "车工班",
        "amount_fen": 6600000,
        "kind": "long",
        "people": [{"name": "张三", "age": 20, "hired_on": "2025-03-01"}],
    },
    answer=PlanView,
    status=201,
    keyed=True,
    dry_run=True,
    problems=("wrong_state",),
)
async def keep_plan(call: Call) -> Answer:
    async def keep(work: Work) -> str:
        body = call.decode(PlanBody)
        if body.title == "refused":
            raise Refusal("wrong_state", state="closed", event="keep")
        memory(work).drafts[PLAN_ID] = body.title
        memory(work).jobs.added.append(PLAN_ID)
        return body.title

    return await call.once(
        keep,
        lambda title: json_answer(
            PlanView(id=PLAN_ID, title=title, version=1),
            status=201,
            version=1,
            location=f"/v1/plans/{PLAN_ID}",
        ),
    )


@operation(
    id="RenamePlan",
    method="POST",
    path="/v1/plans/{plan_id}/rename",
    tag="plans",
    summary=Text("更名", "Rename a plan"),
    body=Person,
    body_example={"name": "李四", "age": 30, "hired_on": "2025-03-01"},
    answer=PlanView,
    keyed=True,
    versioned=True,
)
async def rename_plan(call: Call) -> Answer:
    async def rename(work: Work) -> str:
        plan_id = call.path("plan_id")
        body = call.decode(Person)
        if plan_id not in memory(work).store.plans:
            raise Refusal("not_found")
        if call.if_match != 1:
            raise Refusal("stale_version")
        memory(work).drafts[plan_id] = body.name
        return body.name

    return await call.once(
        rename,
        lambda title: json_answer(PlanView(id=PLAN_ID, title=title, version=2), version=2),
    )


@operation(
    id="ListPlans",
    method="GET",
    path="/v1/plans",
    tag="plans",
    summary=Text("计划列表", "List plans"),
    answer=PlanView,
    paged=True,
    query=(
        Query(name="kind", kind=Kind, description=Text("种类", "Kind")),
        Query(name="from_day", kind=date, description=Text("起", "From")),
        Query(name="org_id", kind=UUID, description=Text("单位", "Organisation")),
        Query(name="text", pattern="^[a-z]+$", max_length=5, description=Text("文字", "Text")),
    ),
)
async def list_plans(call: Call) -> Answer:
    page = call.page()

    async def plans(_: Work) -> Sequence[int]:
        start = page.after_id.int + 1 if page.after_id is not None else 0
        return range(start, min(start + page.limit, 5))

    rows = await call.read(plans)
    return call.page_answer(
        rows,
        page,
        view=lambda n: PlanView(id=UUID(int=n), title=str(call.query("kind", Kind)), version=1),
        after=lambda n: UUID(int=n),
    )


@operation(
    id="DropPlan",
    method="DELETE",
    path="/v1/plans/{plan_id}",
    tag="plans",
    summary=Text("删除草稿", "Drop a draft"),
    versioned=True,
    status=204,
)
async def drop_plan(call: Call) -> Answer:
    async def drop(work: Work) -> None:
        memory(work).jobs.added.append(call.path("plan_id"))

    await call.change(drop)
    return no_content()


@operation(
    id="LoadExtract",
    method="POST",
    path="/v1/extracts/{extract_name}",
    tag="extracts",
    summary=Text("导入证书数据", "Load an extract"),
    media="text/csv",
    body_example="certificate_number,grade\nY0000000000000001,4\n",
    body_limit=200,
    keyed=True,
    answer_media="text/csv",
    answer_example="rows\n1\n",
)
async def load_extract(call: Call) -> Answer:
    async def load(_: Work) -> int:
        return len(call.text().splitlines())

    return await call.once(
        load,
        lambda rows: Answer(
            body=f"{call.path_text('extract_name')},{rows}\n".encode(),
            media="text/csv",
            language="en",
            headers={"Content-Disposition": "attachment"},
        ),
    )


@operation(
    id="Break",
    method="GET",
    path="/v1/break",
    tag="broken",
    summary=Text("出错", "Break"),
    public=True,
    status=204,
    query=(Query(name="how", required=True, description=Text("方式", "How")),),
)
async def break_(call: Call) -> Answer:
    match call.query("how", str):
        case "connection":
            raise ConnectionRefusedError
        case "actor":
            raise AssertionError(call.actor)
        case "code":
            raise Refusal("never_registered")
        case "value":
            raise Refusal("wrong_state")
        case "query":
            call.query("how", int)
        case "text":
            call.text()
        case "key":
            await call.once(None, None)  # type: ignore[arg-type]
    raise RuntimeError("身份证 11010519491231002X")


OPERATIONS: tuple[Served, ...] = (
    keep_plan,
    rename_plan,
    list_plans,
    drop_plan,
    load_extract,
    break_,
    *health.OPERATIONS,
)


def stub_app(store: Store | None = None) -> Litestar:
    """Make the small API."""
    return create_app((store or Store()).ports(), OPERATIONS)


def client_of(app: Litestar) -> httpx.AsyncClient:
    """Make a client that reaches the application without a socket."""
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://api.test")


def signed_in(token: str = "filer-token-0001", **headers: str) -> dict[str, str]:
    """Headers of a signed-in request; underscores become hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"Authorization": f"Bearer {token}", **named}
