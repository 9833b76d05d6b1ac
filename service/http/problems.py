"""Refusals as RFC 9457 problems, and the only table of statuses (DESIGN 3).

The domain knows families, never HTTP. A problem's `type` is an address that answers with what the
code means; `detail` and every fault's `detail` are in the language asked for and hold no personal
data, because refusals hold none.
"""

import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from domain.errors import FAULTS_MAX, CellPlace, Family, Fault, Refusal, RefusalKind, Text, Value
from domain.refusals import REGISTRY
from service.http.words import Language, worded

STATUS_BY_FAMILY: Final[Mapping[Family, int]] = MappingProxyType(
    {
        Family.MALFORMED: 400,
        Family.UNAUTHENTICATED: 401,
        Family.NOT_PERMITTED: 403,
        Family.NOT_FOUND: 404,
        Family.METHOD_NOT_ALLOWED: 405,
        Family.NOT_ACCEPTABLE: 406,
        Family.STATE_CONFLICT: 409,
        Family.PRECONDITION_FAILED: 412,
        Family.TOO_LARGE: 413,
        Family.UNSUPPORTED_MEDIA: 415,
        Family.RULE_BROKEN: 422,
        Family.PRECONDITION_REQUIRED: 428,
        Family.TOO_MANY: 429,
        Family.UNAVAILABLE: 503,
        Family.INTERNAL: 500,
    }
)
RETRY_AFTER_S: Final = 5
"""Seconds to wait that 429 and 503 name where the refusal does not."""
CONTENT_LANGUAGE: Final[Mapping[Language, str]] = MappingProxyType({"zh": "zh-CN", "en": "en"})

_PHRASES: Final[Mapping[int, str]] = MappingProxyType(
    {
        200: "OK",
        201: "Created",
        202: "Accepted",
        204: "No Content",
        400: "Bad Request",
        401: "Unauthorized",
        403: "Forbidden",
        404: "Not Found",
        405: "Method Not Allowed",
        406: "Not Acceptable",
        409: "Conflict",
        412: "Precondition Failed",
        413: "Content Too Large",
        415: "Unsupported Media Type",
        422: "Unprocessable Content",
        428: "Precondition Required",
        429: "Too Many Requests",
        500: "Internal Server Error",
        503: "Service Unavailable",
    }
)
_WAITED_FOR: Final = frozenset({Family.TOO_MANY, Family.UNAVAILABLE})
_log: Final = logging.getLogger("xuetu.problems")


class CellView(Struct, kw_only=True, frozen=True):
    """A cell of a sheet, as the program that made it shows it."""

    row: Annotated[int, Meta(description="Row, from 1.")]
    letter: Annotated[str, Meta(description="Letters of the column; empty for a whole row.")]
    column: Annotated[str, Meta(description="Published heading of the column; empty where none.")]


class ProblemFault(Struct, kw_only=True):
    """One fault of what was sent."""

    pointer: Annotated[
        str,
        Meta(
            description="RFC 6901 pointer into the body; query parameters stand under /query,"
            " lines of an uploaded text under /lines, cells of a sheet under /rows by row and field."
        ),
    ]
    code: Annotated[str, Meta(description="Stable code of the fault.")]
    detail: Annotated[str, Meta(description="The fault in one sentence.")]
    cell: Annotated[CellView | UnsetType, Meta(description="Where in the sheet that was sent.")] = (
        UNSET
    )
    proposal: Annotated[
        str | UnsetType,
        Meta(description="The value that is proved to be meant; only where there is exactly one."),
    ] = UNSET


class Problem(Struct, kw_only=True):
    """Why a request was refused (RFC 9457). Nothing has been stored."""

    type: Annotated[str, Meta(description="Address that explains the code.")]
    title: Annotated[str, Meta(description="What the code means; the same every time.")]
    status: Annotated[int, Meta(description="The status of the answer.")]
    detail: Annotated[str, Meta(description="What is wrong here, in the language asked for.")]
    instance: Annotated[str, Meta(description="urn:request: and the request id.")]
    code: Annotated[str, Meta(description="Stable code to decide on.")]
    request_id: Annotated[str, Meta(description="Quote it when asking for help.")]
    errors: Annotated[
        list[ProblemFault], Meta(description=f"Every fault found, up to {FAULTS_MAX}.")
    ]


def status_of(code: str) -> int:
    """Return the status that a code is answered with."""
    return STATUS_BY_FAMILY[REGISTRY[code].family]


def phrase_of(status: int) -> str:
    """Return the standard phrase of a status (RFC 9110, 15; RFC 6585).

    Ours, because Python's own table changed its words in 3.13 and the document is committed.
    """
    return _PHRASES[status]


def type_of(code: str) -> str:
    """Return the address that explains a code."""
    return "/problems/" + code.replace("_", "-")


def sentence(text: Text, values: Mapping[str, Value], language: Language) -> str:
    """Return a registered sentence, filled, in one language."""
    pattern = text.zh if language == "zh" else text.en
    return pattern.format_map(worded(values, language))


def problem_of(refusal: Refusal, *, language: Language, request_id: str) -> Problem:
    """Return the problem that a refusal is answered with."""
    kind = REGISTRY[refusal.code]
    return Problem(
        type=type_of(kind.code),
        title=kind.title.zh if language == "zh" else kind.title.en,
        status=STATUS_BY_FAMILY[kind.family],
        detail=sentence(kind.detail, refusal.values, language),
        instance=f"urn:request:{request_id}",
        code=kind.code,
        request_id=request_id,
        errors=[fault_view(fault, language) for fault in refusal.faults],
    )


def fault_view(fault: Fault, language: Language) -> ProblemFault:
    """Return a fault as it is shown."""
    kind = REGISTRY[fault.code]
    return ProblemFault(
        pointer=fault.pointer,
        code=fault.code,
        detail=_placed(fault.cell, language) + sentence(kind.detail, fault.values, language),
        cell=UNSET if fault.cell is None else _cell_view(fault.cell, language),
        proposal=UNSET if fault.proposal is None else fault.proposal,
    )


def _cell_view(cell: CellPlace, language: Language) -> CellView:
    heading = Text("", "") if cell.heading is None else cell.heading
    return CellView(
        row=cell.row, letter=cell.letter, column=heading.zh if language == "zh" else heading.en
    )


def _placed(cell: CellPlace | None, language: Language) -> str:
    if cell is None:
        return ""
    heading = _cell_view(cell, language).column
    at = f"{cell.letter}{cell.row}" if cell.letter else ""
    if language == "zh":
        return f"第 {cell.row} 行{heading and f'“{heading}”'}{at and f'（{at}）'}："
    return f"Row {cell.row}{heading and f' “{heading}”'}{at and f' ({at})'}: "


def answer_of(
    refusal: Refusal, *, language: Language, request_id: str
) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of a refusal's answer.

    A refusal that cannot be put in words (an unregistered code, a missing value) is our fault, not
    the caller's: it is logged and answered as `internal`.
    """
    try:
        problem = problem_of(refusal, language=language, request_id=request_id)
        kind = REGISTRY[refusal.code]
    except (KeyError, ValueError, IndexError):
        _log.exception(
            "refusal not in words", extra={"code": refusal.code, "request_id": request_id}
        )
        refusal = Refusal("internal")
        problem = problem_of(refusal, language=language, request_id=request_id)
        kind = REGISTRY[refusal.code]
    headers = {"Content-Language": CONTENT_LANGUAGE[language]} | _headers_of(refusal, kind)
    return problem.status, headers, msgspec.json.encode(problem)


def _headers_of(refusal: Refusal, kind: RefusalKind) -> dict[str, str]:
    headers = {}
    if kind.family is Family.UNAUTHENTICATED:
        headers["WWW-Authenticate"] = 'Bearer realm="xuetu"'
    retry_after_s = refusal.retry_after_s
    if retry_after_s is None and kind.family in _WAITED_FOR:
        retry_after_s = RETRY_AFTER_S
    if retry_after_s is not None:
        headers["Retry-After"] = str(retry_after_s)
    return headers
