"""One description per operation: what routes it, checks it, and documents it (decision 0004).

The description stands above the function that answers. The route, the checks before the function
runs, the OpenAPI document and the page partners read are all made from it, so none can differ.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final, Generic, Literal, TypeVar
from uuid import UUID

from domain.errors import Text
from domain.party import Role
from domain.refusals import REGISTRY
from service.http.media import JSON

JSON_LIMIT: Final = 2 * 1024 * 1024
"""Bytes a JSON body may hold; uploads name a limit of their own."""
PAGE_SIZE: Final = 50
PAGE_SIZE_MAX: Final = 500

CallT = TypeVar("CallT")
AnswerT = TypeVar("AnswerT")

_ID: Final = re.compile(r"(?:[A-Z][a-z0-9]*)+")
_PARAMETER: Final = re.compile(r"\{([a-z_]+)\}")

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
QueryKind = type[str] | type[int] | type[bool] | type[date] | type[UUID] | type[StrEnum]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One query parameter. Every one is bounded: text by length, numbers by least and most."""

    name: str
    description: Text
    kind: QueryKind = str
    required: bool = False
    max_length: int = 100
    pattern: str | None = None
    least: int = 0
    most: int = 2**31 - 1


_PAGED: Final = (
    Query(
        name="page_size",
        kind=int,
        least=1,
        most=PAGE_SIZE_MAX,
        description=Text(
            f"每页条数，1 至 {PAGE_SIZE_MAX}，默认 {PAGE_SIZE}。",
            f"Items on a page, 1 to {PAGE_SIZE_MAX}; {PAGE_SIZE} unless told.",
        ),
    ),
    Query(
        name="cursor",
        max_length=500,
        description=Text(
            "上一页返回的 next_cursor；筛选条件须与上一页相同。",
            "The next_cursor of the page before; the filters must be the same.",
        ),
    ),
)
_DRY_RUN: Final = Query(
    name="dry_run",
    kind=bool,
    description=Text(
        "为 true 时只返回将会发生的结果，不保存任何内容，也不需要幂等键。",
        "With true the answer says what would happen; nothing is stored and no key is needed.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Operation:
    """What one operation is, takes, answers and refuses.

    `roles` empty means anyone signed in; `public` means without signing in. `keyed` requires an
    `Idempotency-Key`, `versioned` an `If-Match`. `problems` are the codes its use case may refuse
    with, beyond those that follow from the flags. `paged` makes the answer a page of `answer`.
    `body` None with a `media` other than JSON is a text upload. `binary` names media types that are taken
    as bytes, beside the others or alone, each with an example. `answer_also` are further media types of
    the answer; `page` says that whoever prefers `text/html` is answered a page for people at the same
    address.
    """

    id: str
    method: Method
    path: str
    summary: Text
    tag: str
    description: Text | None = None
    roles: frozenset[Role] = frozenset()
    public: bool = False
    body: type[Any] | None = None
    body_example: object = None
    media: str = JSON
    binary: Mapping[str, str] = field(default_factory=dict)
    body_limit: int = JSON_LIMIT
    answer: type[Any] | None = None
    answer_example: object = None
    answer_media: str = JSON
    page: bool = False
    answer_also: tuple[str, ...] = ()
    status: int = 200
    keyed: bool = False
    versioned: bool = False
    dry_run: bool = False
    paged: bool = False
    query: tuple[Query, ...] = ()
    problems: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a description that contradicts itself, when the module is loaded."""
        if _ID.fullmatch(self.id) is None:
            raise ValueError(f"{self.id}: ids are CapWords")
        if self.public and (self.roles or self.keyed):
            raise ValueError(f"{self.id}: roles and keys belong to people who are signed in")
        if self.takes_body and self.method in {"GET", "DELETE"}:
            raise ValueError(f"{self.id}: {self.method} takes no body")
        if self.dry_run and not self.keyed:
            raise ValueError(f"{self.id}: only what would be kept can be tried dry")
        if unknown := [code for code in self.problems if code not in REGISTRY]:
            raise ValueError(f"{self.id}: codes not registered: {', '.join(unknown)}")

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the path's parameters, in order."""
        return tuple(_PARAMETER.findall(self.path))

    @property
    def takes_body(self) -> bool:
        """Whether the request carries a body: JSON of a type, text of another media type, or bytes."""
        return self.body is not None or self.media != JSON or bool(self.binary)

    @property
    def medias(self) -> tuple[str, ...]:
        """The media types that a body may have."""
        alone = self.body is None and self.media == JSON
        return tuple(self.binary) if alone else (self.media, *self.binary)

    @property
    def queries(self) -> tuple[Query, ...]:
        """All query parameters, those that follow from the flags included."""
        return (
            *self.query,
            *(_PAGED if self.paged else ()),
            *((_DRY_RUN,) if self.dry_run else ()),
        )

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code this operation may answer with, each once."""
        common = {
            "request_malformed": True,
            "query_invalid": True,
            "not_acceptable": True,
            "body_not_expected": not self.takes_body,
            "unauthenticated": not self.public,
            "not_permitted": bool(self.roles),
            "not_found": bool(self.parameters),
            "idempotency_key_missing": self.keyed,
            "idempotency_key_malformed": self.keyed,
            "key_reused": self.keyed,
            "twin_in_flight": self.keyed,
            "if_match_missing": self.versioned,
            "if_match_malformed": self.versioned,
            "stale_version": self.versioned,
            "unsupported_media_type": self.takes_body,
            "body_too_large": self.takes_body,
            "body_malformed": self.body is not None or self.media != JSON,
            "body_invalid": self.body is not None,
            "cursor_invalid": self.paged,
            "internal": True,
            "unavailable": True,
        }
        own = (code for code, applies in common.items() if applies)
        return tuple(dict.fromkeys((*own, *self.problems)))

    def __call__(self, handle: Callable[[CallT], Awaitable[AnswerT]]) -> "Endpoint[CallT, AnswerT]":
        """Describe the decorated function; registers nothing: modules list their `OPERATIONS`."""
        return Endpoint(self, handle)


@dataclass(frozen=True, slots=True)
class Endpoint(Generic[CallT, AnswerT]):
    """An operation with the function that answers it."""

    operation: Operation
    handle: Callable[[CallT], Awaitable[AnswerT]]

    async def __call__(self, call: CallT) -> AnswerT:
        """Answer one call."""
        return await self.handle(call)


operation: Final = Operation
"""Read as a decorator: `@operation(id="SubmitFiling", …)`."""
