"""Addresses for people and their tools: the documentation, the document, what a code means.

Public, and the same for everyone: rendered when the application is made, once for the same operations.
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from litestar import Request
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse

from domain.refusals import REGISTRY
from service.http.documentation import (
    documentation_page,
    problem_facts,
    problem_page,
    problems_page,
)
from service.http.html import headers_for
from service.http.media import HTML, JSON, PAGE
from service.http.openapi import document
from service.http.operation import Operation
from service.http.style import STYLE

PAGE_HEADERS: Final = headers_for(STYLE)


def page_handlers(operations: Sequence[Operation]) -> list[HTTPRouteHandler]:
    """Return the handlers of the pages about these operations."""
    described, documentation, problems = _rendered(tuple(operations))

    async def start() -> ASGIResponse:
        return ASGIResponse(status_code=303, headers={"Location": "/docs"}, media_type="text/plain")

    async def docs() -> ASGIResponse:
        return _page(documentation)

    async def openapi() -> ASGIResponse:
        return ASGIResponse(body=described, headers={"Content-Type": JSON})

    async def codes() -> ASGIResponse:
        return _page(problems)

    async def code(request: Request[Any, Any, Any]) -> ASGIResponse:
        slug = str(request.path_params["slug"])
        kind = REGISTRY.get(slug.replace("-", "_"))
        if kind is None or "_" in slug:
            raise NotFoundException
        accept = request.headers.get("accept", "")
        if "json" in accept and HTML not in accept:
            facts = json.dumps(problem_facts(kind), ensure_ascii=False).encode()
            return ASGIResponse(body=facts, headers={"Content-Type": JSON, "Vary": "Accept"})
        return _page(problem_page(kind).encode(), Vary="Accept")

    return [
        HTTPRouteHandler("/", http_method="GET", status_code=200)(start),
        HTTPRouteHandler("/docs", http_method="GET", status_code=200)(docs),
        HTTPRouteHandler("/openapi.json", http_method="GET", status_code=200)(openapi),
        HTTPRouteHandler("/problems", http_method="GET", status_code=200)(codes),
        HTTPRouteHandler("/problems/{slug:str}", http_method="GET", status_code=200)(code),
    ]


@lru_cache(maxsize=2)
def _rendered(operations: tuple[Operation, ...]) -> tuple[bytes, bytes, bytes]:
    """Return the document, its page, and the page of all codes."""
    return (
        document(operations),
        documentation_page(operations).encode(),
        problems_page().encode(),
    )


def _page(body: bytes, **headers: str) -> ASGIResponse:
    return ASGIResponse(body=body, headers={**PAGE_HEADERS, **headers, "Content-Type": PAGE})
