"""One call of one operation: what the function that answers it may ask, and how it answers.

What is asked is checked when it is asked for, which is inside the act: so the replay comes before
`If-Match`, and both before the shape (DESIGN 3).
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec

from domain.errors import Refusal
from domain.party import NOBODY, Actor
from domain.ports.requests import KeptAnswer
from domain.ports.work import Work
from service.application.once import KeyedRequest, changed, once, tried
from service.http.etag import etag_of, version_of
from service.http.faults import decoded
from service.http.media import JSON
from service.http.operation import PAGE_SIZE, Endpoint, Operation
from service.http.pagination import Cursors, Page, page_body
from service.http.problems import CONTENT_LANGUAGE
from service.http.words import Language
from service.ports import Ports

T = TypeVar("T")
Act = Callable[[Work], Awaitable[T]]

REPLAYED: Final = "Idempotent-Replayed"
_PAGING: Final = frozenset({"page_size", "cursor"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back. `version` becomes the `ETag`; `language` says that sentences are in it."""

    status: int = 200
    body: bytes = b""
    media: str = JSON
    version: int | None = None
    location: str | None = None
    language: Language | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def kept(self) -> KeptAnswer:
        """Return the bytes and headers that a replay repeats."""
        headers = dict(self.headers)
        if self.body:
            text = self.media.startswith("text/") and "charset" not in self.media
            headers["Content-Type"] = f"{self.media}; charset=utf-8" if text else self.media
        if self.version is not None:
            headers["ETag"] = etag_of(self.version)
        if self.location is not None:
            headers["Location"] = self.location
        if self.language is not None:
            headers["Content-Language"] = CONTENT_LANGUAGE[self.language]
        return KeptAnswer(status=self.status, headers=headers, body=self.body)


def json_answer(
    view: object,
    *,
    status: int = 200,
    version: int | None = None,
    location: str | None = None,
    language: Language | None = None,
) -> Answer:
    """Return a view as a JSON answer."""
    return Answer(
        status=status,
        body=msgspec.json.encode(view),
        version=version,
        location=location,
        language=language,
    )


def no_content() -> Answer:
    """Return 204."""
    return Answer(status=204)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request that has passed the checks every operation shares.

    `raw` is the body as it came, in `media`; `value` the same as plain JSON values or, of a text upload,
    as text, and None where `media` is one that the operation takes as bytes.
    """

    operation: Operation
    ports: Ports
    request_id: str
    language: Language
    signed_in: Actor | None
    target: str
    path_values: Mapping[str, str]
    query_values: Mapping[str, object]
    headers: Mapping[str, str]
    raw: bytes
    value: object
    idempotency_key: str | None
    media: str = JSON

    @property
    def actor(self) -> Actor:
        """Who is signed in. A public operation has nobody and must not ask."""
        if self.signed_in is None:
            raise LookupError(f"{self.operation.id} is public")
        return self.signed_in

    @property
    def dry_run(self) -> bool:
        """Whether the caller only wants to know what would happen."""
        return self.query_values.get("dry_run") is True

    @property
    def if_match(self) -> int:
        """The version to change; refuses `if_match_missing`, `if_match_malformed`."""
        return version_of(self.headers.get("if-match"))

    def path(self, name: str) -> UUID:
        """Return an id of the path; one that is malformed is not found."""
        try:
            found = UUID(self.path_values[name])
        except ValueError:
            raise Refusal("not_found") from None
        if str(found) != self.path_values[name].lower():
            raise Refusal("not_found")
        return found

    def path_text(self, name: str) -> str:
        """Return a part of the path that is no id; looking it up decides whether it is found."""
        return self.path_values[name]

    def query(self, name: str, kind: type[T]) -> T | None:
        """Return a query parameter, of the kind its description declares; None if not given."""
        value = self.query_values.get(name)
        if value is not None and not isinstance(value, kind):
            raise TypeError(f"{self.operation.id}: {name} is not declared as {kind.__name__}")
        return value

    def decode(self, kind: type[T]) -> T:
        """Return the JSON body as `kind`, or refuse with every fault located (`body_invalid`)."""
        body: T = decoded(self.raw, self.value, kind)
        return body

    def text(self) -> str:
        """Return an uploaded text, checked, without its byte order mark."""
        if not isinstance(self.value, str):
            raise TypeError(f"{self.operation.id} is no upload")
        return self.value

    async def once(self, act: Act[T], render: Callable[[T], Answer]) -> Answer:
        """Answer a keyed operation: decide it once, or only try it when `dry_run`."""
        if self.dry_run:
            tried_only = await tried(
                self.actor, self._checked(act), begin_work=self.ports.begin_work
            )
            # Nothing was stored: there is no address to go to and no version to change.
            return replace(render(tried_only), version=None, location=None)
        if self.idempotency_key is None:
            raise LookupError(f"{self.operation.id} is not keyed")
        kept, replayed = await once(
            KeyedRequest(key=self.idempotency_key, fingerprint=self._fingerprint()),
            self.actor,
            self._checked(act),
            lambda done: render(done).kept(),
            begin_work=self.ports.begin_work,
            doorbell=self.ports.doorbell,
        )
        headers = {**kept.headers, REPLAYED: "true"} if replayed else kept.headers
        return Answer(
            status=kept.status,
            body=kept.body,
            media=kept.headers.get("Content-Type", JSON),
            headers=headers,
        )

    async def read(self, act: Act[T]) -> T:
        """Read in the actor's scope; nothing is kept."""
        return await tried(self.actor, act, begin_work=self.ports.begin_work)

    async def read_public(self, act: Act[T]) -> T:
        """Read what is public, in nobody's scope; nothing is kept."""
        return await tried(NOBODY, act, begin_work=self.ports.begin_work)

    async def change_as(self, actor: Actor, act: Act[T]) -> T:
        """Act and commit as another than the caller: what the system receives from the public."""
        return await changed(
            replace(actor, request_id=self.request_id),
            act,
            begin_work=self.ports.begin_work,
            doorbell=self.ports.doorbell,
        )

    async def change(self, act: Act[T]) -> T:
        """Act and commit without a key."""
        return await changed(
            self.actor,
            self._checked(act),
            begin_work=self.ports.begin_work,
            doorbell=self.ports.doorbell,
        )

    def page(self) -> Page:
        """Return which page is asked for; refuses `cursor_invalid`."""
        size = self.query("page_size", int)
        cursor = self.query("cursor", str)
        after = None if cursor is None else self._cursors().read(cursor, binding=self._list())
        return Page(size=size or PAGE_SIZE, after=after)

    def page_answer(
        self,
        rows: Sequence[T],
        page: Page,
        *,
        view: Callable[[T], Any],
        after: Callable[[T], object],
    ) -> Answer:
        """Answer a page; `after` is what the next one starts behind, `rows` up to `page.limit`."""
        binding = self._list()
        cursors = self._cursors()
        return Answer(
            body=page_body(
                rows,
                page,
                view=view,
                next_cursor=lambda row: cursors.write(binding=binding, after=str(after(row))),
            )
        )

    def _checked(self, act: Act[T]) -> Act[T]:
        async def checked(work: Work) -> T:
            if self.operation.versioned:
                _ = self.if_match  # before the shape, whatever the act asks for first
            return await act(work)

        return checked

    def _fingerprint(self) -> bytes:
        asked = [self.operation.method, self.operation.path, self.target]
        if self.media in self.operation.binary:
            asked.append(self.media)
        digest = hashlib.sha256()
        for part in (*(text.encode() for text in asked), self.raw):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
        return digest.digest()

    def _cursors(self) -> Cursors:
        return Cursors(self.ports.cursor_secret)

    def _list(self) -> str:
        filters = sorted(
            (name, str(value)) for name, value in self.query_values.items() if name not in _PAGING
        )
        actor = self.signed_in or NOBODY
        path, _, _ = self.target.partition("?")
        return repr((path, filters, actor.person_id, actor.org_id, actor.region_path))


Served = Endpoint[Call, Answer]
"""What a term module lists in its `OPERATIONS`."""
