"""The pages partners read: every operation, and every problem code, in Chinese and English.

Rendered here from the operations and the OpenAPI document, with one stylesheet inside and no
script: nothing is fetched from anywhere, and what is shown is what is checked (decision 0004).
"""

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from domain.errors import RefusalKind, Text
from domain.refusals import REGISTRY
from service.http.html import (
    brand,
    code,
    heading,
    inline,
    page,
    paragraphs,
    stacked,
    table,
)
from service.http.openapi import (
    INTRODUCTION,
    TITLE,
    codes_by_status,
    document,
    placeholders_of,
    problem_example,
)
from service.http.operation import Operation
from service.http.problems import STATUS_BY_FAMILY, phrase_of, type_of
from service.http.words import role_name, tag_name

Json = Mapping[str, Any]

_REF: Final = "#/components/schemas/"

_START: Final = (
    (
        Text("登录", "Sign in"),
        Text(
            "`POST /v1/sessions` 提交用户名和口令得到令牌，此后请求带 `Authorization: Bearer …`。",
            "`POST /v1/sessions` with name and password gives a token; from then on send it as"
            " `Authorization: Bearer …`.",
        ),
    ),
    (
        Text("幂等", "Repeat safely"),
        Text(
            "标有“幂等键”的操作须带 `Idempotency-Key`。断线后以同一键重发，得到同一答复，不会重复办理。",
            "Where it says so, send an `Idempotency-Key`. After a broken line send the same request"
            " with the same key: one act, the same answer.",
        ),
    ),
    (
        Text("版本", "Change what you have read"),
        Text(
            "读取时返回 `ETag`；更改时以 `If-Match` 带回。期间有人改动则返回 412，请重新读取。",
            "Reading gives an `ETag`; send it back as `If-Match` when you change. 412 means that"
            " somebody was faster: read again.",
        ),
    ),
    (
        Text("列表", "Lists"),
        Text(
            "以 `page_size` 和 `cursor` 分页；`next_cursor` 为 null 时已到末页。",
            "Page with `page_size` and `cursor`; `next_cursor` is null on the last page.",
        ),
    ),
    (
        Text("拒绝", "Refusals"),
        Text(
            "所有拒绝均为 RFC 9457 问题，按 `code` 判断；`errors` 以 RFC 6901 指针逐一指出错误位置。"
            "语言随 `Accept-Language`（zh-CN 或 en）。拒绝时未保存任何内容。",
            "Every refusal is an RFC 9457 problem: decide on its `code`; `errors` point at each fault"
            " (RFC 6901). `Accept-Language` chooses zh-CN or en. Nothing was stored.",
        ),
    ),
)
_FIRST_CALLS: Final = """\
curl -s $BASE/v1/sessions -H 'Content-Type: application/json' \\
     -d '{"account_name": "…", "password": "…"}'

curl -s $BASE/v1/filings -H "Authorization: Bearer $TOKEN" -H 'Accept-Language: en'
"""


def documentation_page(operations: Sequence[Operation]) -> str:
    """Return the page of all operations."""
    described: Json = json.loads(document(operations))
    schemas: Json = described["components"]["schemas"]
    tags = list(dict.fromkeys(operation.tag for operation in operations))
    by_tag = {tag: [o for o in operations if o.tag == tag] for tag in tags}
    menu = "".join(
        f"<h2>{_tag(tag)}</h2><ul>{''.join(_menu_item(o) for o in group)}</ul>"
        for tag, group in by_tag.items()
    )
    body = "".join(
        f'<h2 class="tag" id="tag-{escape(tag)}">{_tag(tag)}</h2>'
        + "".join(_operation(o, described) for o in group)
        for tag, group in by_tag.items()
    )
    start = "".join(f"<h4>{inline(title)}</h4>{paragraphs(text)}" for title, text in _START)
    shapes = "".join(_schema(name, schema) for name, schema in sorted(schemas.items()))
    main = (
        f"<h1>{escape(TITLE.zh)}</h1><p class='lead en'>{escape(TITLE.en)}</p>"
        f"{paragraphs(INTRODUCTION)}"
        "<p><a href='/openapi.json'>OpenAPI 3.1 (openapi.json)</a> · "
        "<a href='/problems'>问题代码 <span class='en'>Problem codes</span></a></p>"
        f"{start}{code(_FIRST_CALLS)}{body}<h2 class='tag' id='schemas'>数据结构 <span class='en'>Schemas</span></h2>"
        f"{shapes}"
    )
    return page(TITLE, f"{brand()}{menu}<h2>schemas</h2><ul>{_schema_menu(schemas)}</ul>", main)


def problems_page() -> str:
    """Return the page of all problem codes."""
    kinds = sorted(REGISTRY.values(), key=lambda kind: (STATUS_BY_FAMILY[kind.family], kind.code))
    statuses = dict.fromkeys(STATUS_BY_FAMILY[kind.family] for kind in kinds)
    menu = "".join(
        f"<li><a href='#status-{status}'>{status} {escape(phrase_of(status))}</a></li>"
        for status in statuses
    )
    rows = "".join(
        f"<h2 class='tag' id='status-{status}'>{status} {escape(phrase_of(status))}</h2>"
        + table(
            ("code", "含义 Meaning", "说明 Detail"),
            (
                (
                    f"<a href='{type_of(kind.code)}'><code>{escape(kind.code)}</code></a>",
                    stacked(kind.title),
                    stacked(kind.detail),
                )
                for kind in kinds
                if STATUS_BY_FAMILY[kind.family] == status
            ),
        )
        for status in statuses
    )
    title = Text("问题代码", "Problem codes")
    main = f"<h1>{title.zh}</h1><p class='lead en'>{title.en}</p>{rows}"
    return page(title, f"{brand()}<h2>status</h2><ul>{menu}</ul>", main)


def problem_page(kind: RefusalKind) -> str:
    """Return the page that a problem's `type` leads to."""
    status = STATUS_BY_FAMILY[kind.family]
    example = code(problem_example(kind.code))
    main = (
        f"<h1>{escape(kind.title.zh)}</h1><p class='lead en'>{escape(kind.title.en)}</p>"
        f"<p><code>{escape(kind.code)}</code> · {status} {escape(phrase_of(status))}</p>"
        f"{paragraphs(kind.detail)}<h4>示例 <span class='en'>Example</span></h4>{example}"
        "<p><a href='/problems'>全部问题代码 <span class='en'>All problem codes</span></a></p>"
    )
    return page(kind.title, brand(), main)


def problem_facts(kind: RefusalKind) -> dict[str, Any]:
    """Return what a problem's `type` answers to a program."""
    return {
        "type": type_of(kind.code),
        "code": kind.code,
        "status": STATUS_BY_FAMILY[kind.family],
        "title": {"zh-CN": kind.title.zh, "en": kind.title.en},
        "detail": {"zh-CN": kind.detail.zh, "en": kind.detail.en},
        "values": list(placeholders_of(kind.detail)),
    }


def _tag(tag: str) -> str:
    name = tag_name(tag)
    return f"{escape(name.zh)} <span class='en'>{escape(name.en)}</span>"


def _menu_item(operation: Operation) -> str:
    return (
        f"<li><a href='#{operation.id}' title='{escape(operation.summary.en)}'>"
        f"{_method(operation)}<span>{escape(operation.summary.zh)}</span></a></li>"
    )


def _schema_menu(schemas: Json) -> str:
    return "".join(
        f"<li><a href='#schema-{escape(name)}'><code>{escape(name)}</code></a></li>"
        for name in sorted(schemas)
    )


def _method(operation: Operation) -> str:
    return f"<span class='method {operation.method.lower()}'>{operation.method}</span>"


def _operation(operation: Operation, described: Json) -> str:
    entry: Json = described["paths"][operation.path][operation.method.lower()]
    parts = [
        f"<section class='op' id='{operation.id}'>",
        f"<h3><a href='#{operation.id}'>{escape(operation.summary.zh)}</a></h3>",
        f"<div class='en'>{escape(operation.summary.en)}</div>",
        f"<div class='where'>{_method(operation)}",
        f"<code class='path'>{escape(operation.path)}</code>",
        f"<code class='id'>{operation.id}</code></div>",
        "" if operation.description is None else paragraphs(operation.description),
        _chips(operation),
        _parameters(entry["parameters"]),
        _request(entry.get("requestBody"), described),
        _answer(operation, entry["responses"][str(operation.status)], described),
        _problems(operation),
        "</section>",
    ]
    return "".join(parts)


def _chips(operation: Operation) -> str:
    chips: list[Text] = []
    if operation.public:
        chips.append(Text("无需登录", "no sign-in"))
    elif not operation.roles:
        chips.append(Text("任何已登录用户", "anyone signed in"))
    chips += [role_name(role) for role in sorted(operation.roles)]
    if operation.keyed:
        chips.append(Text("幂等键", "Idempotency-Key"))
    if operation.versioned:
        chips.append(Text("版本条件", "If-Match"))
    if operation.dry_run:
        chips.append(Text("可试运行", "dry_run"))
    if operation.paged:
        chips.append(Text("分页", "paged"))
    return f"<ul class='chips'>{''.join(f'<li>{inline(chip)}</li>' for chip in chips)}</ul>"


def _parameters(parameters: Sequence[Json]) -> str:
    if not parameters:
        return ""
    rows = (
        (
            f"<code>{escape(p['name'])}</code>{_must(required=p['required'])}",
            escape(p["in"]),
            _kind(p["schema"]),
            escape(p.get("description", "")),
        )
        for p in parameters
    )
    return heading("参数", "Parameters") + table(
        ("名称 Name", "位置 In", "类型 Type", "说明 Note"), rows
    )


def _request(body: Json | None, described: Json) -> str:
    if body is None:
        return ""
    return heading("请求体", "Request body") + "".join(
        f"<p><code>{escape(media)}</code> {_kind(content['schema'])}"
        f" · {escape(body['description'])}</p>" + _content(content, described)
        for media, content in body["content"].items()
    )


def _answer(operation: Operation, answer: Json, described: Json) -> str:
    headers = " ".join(f"<code>{escape(name)}</code>" for name in answer["headers"])
    head = heading("答复", "Answer") + (
        f"<p><b>{operation.status}</b> {escape(phrase_of(operation.status))} · {headers}</p>"
    )
    if "content" not in answer:
        return head
    return head + "".join(
        f"<p><code>{escape(media)}</code> {_kind(content['schema'])}</p>"
        "<details><summary>字段与示例 Fields and example</summary>"
        f"{_content(content, described)}</details>"
        for media, content in answer["content"].items()
    )


def _content(content: Json, described: Json) -> str:
    schema = content["schema"]
    shape = ""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_REF)
        shape = _fields(described["components"]["schemas"][name])
    elif "properties" in schema:
        shape = _fields(schema)
    if "example" not in content:
        return shape
    return f"{shape}<h4>示例 <span class='en'>Example</span></h4>{code(content['example'])}"


def _problems(operation: Operation) -> str:
    rows = "".join(
        f"<b>{status}</b><span>"
        + " ".join(
            f"<a href='{type_of(code)}' title='{escape(REGISTRY[code].title.zh)} · "
            f"{escape(REGISTRY[code].title.en)}'><code>{escape(code)}</code></a>"
            for code in codes
        )
        + "</span>"
        for status, codes in codes_by_status(operation).items()
    )
    return heading("可能的拒绝", "Refusals") + f"<div class='codes'>{rows}</div>"


def _schema(name: str, schema: Json) -> str:
    note = f"<div class='en'>{escape(schema.get('description', ''))}</div>"
    return (
        f"<section class='schema' id='schema-{escape(name)}'><h3><code>{escape(name)}</code></h3>"
        f"{note}{_fields(schema)}</section>"
    )


def _fields(schema: Json) -> str:
    if "enum" in schema:
        return f"<p>{_kind(schema)}</p>"
    required = schema.get("required", ())
    rows = (
        (
            f"<code>{escape(name)}</code>{_must(required=name in required)}",
            _kind(inner),
            escape(inner.get("description", "")),
        )
        for name, inner in schema.get("properties", {}).items()
    )
    return table(("字段 Field", "类型 Type", "说明 Note"), rows)


def _kind(schema: Json) -> str:
    """Say a schema in a few words: its type, where it leads, its bounds."""
    if "$ref" in schema:
        name = escape(schema["$ref"].removeprefix(_REF))
        return f"<a href='#schema-{name}'><code>{name}</code></a>"
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(choice))}</code>" for choice in schema["enum"])
    if arms := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
        return " | ".join(_kind(arm) for arm in arms)
    if schema.get("type") == "array":
        return f"[ {_kind(schema.get('items', {}))} ]{_bounds(schema)}"
    plain = schema.get("format") or schema.get("type", "any")
    words = " | ".join(plain) if isinstance(plain, list) else plain
    return f"{escape(words)}{_bounds(schema)}"


def _bounds(schema: Json) -> str:
    bounds = [
        _range(schema.get(least), schema.get(most), unit)
        for least, most, unit in (
            ("minimum", "maximum", ""),
            ("minLength", "maxLength", " 字 chars"),
            ("minItems", "maxItems", " 项 items"),
        )
        if least in schema or most in schema
    ]
    if "pattern" in schema:
        bounds.append(schema["pattern"])
    return f" <span class='en'>{escape(', '.join(bounds))}</span>" if bounds else ""


def _range(least: int | None, most: int | None, unit: str) -> str:
    if least is None:
        return f"≤ {most}{unit}"
    if most is None:
        return f"≥ {least}{unit}"
    return f"{least}…{most}{unit}"


def _must(*, required: bool) -> str:
    return "<span class='must' title='必填 required'> *</span>" if required else ""
