"""The application: litestar routes, every operation passes the same checks in the same order.

Order (DESIGN 3): authentication and role, size, media type, encoding, duplicate keys, then inside
the act: replay, `If-Match`, shape, rules. Whatever goes wrong leaves as a problem; what nobody
foresaw is logged without personal data and leaves as `internal`.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any, Final

from litestar import Litestar, Request
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response
from litestar.response.base import ASGIResponse

from domain.errors import Refusal
from domain.party import Actor
from service.http.allowed import METHOD_NOT_ALLOWED, Allowed, route_of
from service.http.body import checked_json, checked_upload
from service.http.call import Answer, Call, Served
from service.http.media import PROBLEM
from service.http.operation import Operation
from service.http.pages import page_handlers
from service.http.problems import answer_of
from service.http.request import (
    bearer_token,
    check_acceptable,
    check_media_type,
    check_no_body,
    idempotency_key,
    language_of,
    query_values,
    read_body,
)
from service.http.trace import Trace, Tracing
from service.ports import Ports

HttpRequest = Request[Any, Any, Any]
Problem = tuple[int, dict[str, str], bytes]
Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]

_CODE_BY_STATUS: Final = {404: "not_found", METHOD_NOT_ALLOWED: "method_not_allowed"}
_log: Final = logging.getLogger("xuetu.http")


def create_app(
    ports: Ports, operations: Sequence[Served], *, lifespan: Sequence[Lifespan] = ()
) -> Litestar:
    """Make the application that answers these operations and documents them."""
    ids = [served.operation.id for served in operations]
    if len(ids) != len(set(ids)):
        raise ValueError("two operations have one id")
    tracing = Tracing(ports.new_id)
    allowed = Allowed([(o.operation.method, o.operation.path) for o in operations])

    def on_error(request: HttpRequest, error: Exception) -> Response[bytes]:
        status, headers, body = _answer_to(error, request, tracing.of(request.scope))
        return Response(body, status_code=status, headers=headers, media_type=PROBLEM)

    return Litestar(
        route_handlers=[
            *(_handler(served, ports, tracing) for served in operations),
            *page_handlers(tuple(served.operation for served in operations)),
        ],
        before_send=[allowed.stamp, tracing.stamp],
        exception_handlers={Exception: on_error, HTTPException: on_error},
        lifespan=list(lifespan),
        openapi_config=None,
        logging_config=None,
        debug=False,
    )


def _handler(served: Served, ports: Ports, tracing: Tracing) -> HTTPRouteHandler:
    operation = served.operation

    async def handle(request: HttpRequest) -> ASGIResponse:
        trace = tracing.of(request.scope)
        trace.route, trace.operation = operation.path, operation.id
        try:
            call = await _checked(request, operation, ports, trace)
            return _response(await served(call))
        except Exception as error:  # noqa: BLE001 - every failure is answered as a problem
            status, headers, body = _answer_to(error, request, trace)
            return ASGIResponse(body=body, status_code=status, headers=headers)

    # The status is the answer's own; litestar's would only decide which annotations it allows.
    return HTTPRouteHandler(
        route_of(operation.path), http_method=operation.method, status_code=200
    )(handle)


async def _checked(request: HttpRequest, operation: Operation, ports: Ports, trace: Trace) -> Call:
    """Return the call once every check that all operations share has passed."""
    scope = request.scope
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    actor = None
    if not operation.public:
        actor = await _signed_in(headers.get("authorization"), operation, ports, trace)
    check_acceptable(headers.get("accept"), operation)
    query = query_values(scope["query_string"], operation.queries)
    raw, value, media = b"", None, operation.media
    if operation.takes_body:
        raw = await read_body(request.receive, headers, operation.body_limit)
        media = check_media_type(headers, operation.medias, as_bytes=operation.binary)
        if media not in operation.binary:
            value = checked_json(raw) if operation.body is not None else checked_upload(raw)
    else:
        check_no_body(headers)
    key = None
    if operation.keyed and query.get("dry_run") is not True:
        key = idempotency_key(headers.get("idempotency-key"))
    return Call(
        operation=operation,
        ports=ports,
        request_id=trace.request_id,
        language=language_of(headers.get("accept-language")),
        signed_in=actor,
        target=_target(scope["path"], scope["query_string"]),
        path_values=scope["path_params"],
        query_values=query,
        headers=headers,
        raw=raw,
        value=value,
        media=media,
        idempotency_key=key,
    )


async def _signed_in(
    authorization: str | None, operation: Operation, ports: Ports, trace: Trace
) -> Actor:
    token = bearer_token(authorization)
    actor = None if token is None else await ports.sessions.actor_of(token)
    if actor is None:
        raise Refusal("unauthenticated")
    trace.person_id = actor.person_id
    if operation.roles and operation.roles.isdisjoint(actor.roles):
        raise Refusal("not_permitted", roles=",".join(sorted(operation.roles)))
    return replace(actor, request_id=trace.request_id)


def _target(path: str, query_string: bytes) -> str:
    return f"{path}?{query_string.decode('latin-1')}" if query_string else path


def _response(answer: Answer) -> ASGIResponse:
    kept = answer.kept()
    return ASGIResponse(body=kept.body, status_code=kept.status, headers=dict(kept.headers))


def _answer_to(error: Exception, request: HttpRequest, trace: Trace) -> Problem:
    """Answer a failure: refusals as they are, litestar's by status, anything else `internal`."""
    refusal = _refusal_of(error)
    if refusal is None:
        _log.error("unforeseen", exc_info=error, extra={"request_id": trace.request_id})
        refusal = Refusal("internal")
    trace.code = refusal.code
    status, headers, body = answer_of(
        refusal,
        language=language_of(request.headers.get("accept-language")),
        request_id=trace.request_id,
    )
    return status, {**headers, "Content-Type": PROBLEM}, body


def _refusal_of(error: Exception) -> Refusal | None:
    if isinstance(error, Refusal):
        return error
    if isinstance(error, HTTPException):
        if error.status_code >= 500:
            return None
        return Refusal(_CODE_BY_STATUS.get(error.status_code, "request_malformed"))
    if isinstance(error, OSError):  # no connection: a socket refused, missing, or timed out
        _log.warning("unavailable", exc_info=error)
        return Refusal("unavailable")
    return None
