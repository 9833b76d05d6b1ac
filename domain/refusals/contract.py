"""Refusals of the HTTP contract: how to ask, and what can be wrong with what was sent.

The registry in `domain.refusals` takes both sections in. Sentences never quote what was sent: they
are logged by nobody, but they are seen by everybody who reads the answer.
"""

from typing import Final

from domain.errors import Family
from domain.refusals.kinds import fault, kind

ASKING: Final = (
    kind(
        "unavailable",
        Family.UNAVAILABLE,
        ("服务暂不可用", "Temporarily unavailable"),
        (
            "服务暂时不可用，未保存任何内容，请稍后以同一幂等键重试。",
            "The service cannot answer now and nothing was stored; retry later with the same key.",
        ),
    ),
    kind(
        "not_ready",
        Family.UNAVAILABLE,
        ("服务尚未就绪", "Not ready"),
        ("以下部分未就绪：{parts}。", "These parts are not ready: {parts}."),
    ),
    kind(
        "unauthenticated",
        Family.UNAUTHENTICATED,
        ("未登录或登录已失效", "Not signed in"),
        (
            "请在 Authorization 请求头中提供有效的 Bearer 令牌。",
            "Send a live token in the header Authorization: Bearer ….",
        ),
    ),
    kind(
        "method_not_allowed",
        Family.METHOD_NOT_ALLOWED,
        ("不支持此方法", "Method not allowed"),
        (
            "此地址不支持该方法，可用的方法见 Allow 响应头。",
            "This address does not take that method; the Allow header names those it takes.",
        ),
    ),
    kind(
        "not_acceptable",
        Family.NOT_ACCEPTABLE,
        ("无法提供所要求的格式", "Not acceptable"),
        ("此操作只能返回 {media}。", "This operation answers {media} only."),
    ),
    kind(
        "body_too_large",
        Family.TOO_LARGE,
        ("请求体过大", "Body too large"),
        ("请求体不得超过 {limit} 字节。", "The body may hold at most {limit} bytes."),
    ),
    kind(
        "unsupported_media_type",
        Family.UNSUPPORTED_MEDIA,
        ("不支持的请求体格式", "Unsupported media type"),
        (
            "请以 Content-Type: {media}（UTF-8，未压缩）提交。",
            "Send Content-Type: {media}, in UTF-8 and not compressed.",
        ),
    ),
    kind(
        "idempotency_key_missing",
        Family.MALFORMED,
        ("缺少幂等键", "Idempotency key missing"),
        (
            "此操作须带 Idempotency-Key 请求头（16 至 128 个字母、数字、下划线或连字符）。",
            "Send the header Idempotency-Key: 16 to 128 letters, digits, “_” or “-”.",
        ),
    ),
    kind(
        "idempotency_key_malformed",
        Family.MALFORMED,
        ("幂等键格式不正确", "Idempotency key malformed"),
        (
            "Idempotency-Key 须为 16 至 128 个字母、数字、下划线或连字符，可加双引号。",
            "Idempotency-Key must be 16 to 128 letters, digits, “_” or “-”, bare or quoted.",
        ),
    ),
    kind(
        "key_reused",
        Family.RULE_BROKEN,
        ("幂等键已用于另一请求", "Idempotency key used for another request"),
        (
            "此幂等键已用于内容不同的请求，请换用新的幂等键。",
            "This key belongs to a request with other content; use a new key.",
        ),
    ),
    kind(
        "twin_in_flight",
        Family.STATE_CONFLICT,
        ("相同请求正在处理", "The same request is in flight"),
        (
            "使用同一幂等键的请求仍在处理，请稍后重试。",
            "A request with this key is still being decided; retry in a moment.",
        ),
    ),
    kind(
        "if_match_missing",
        Family.PRECONDITION_REQUIRED,
        ("缺少版本条件", "If-Match missing"),
        (
            "更改内容须带 If-Match 请求头，其值为上次读取时的 ETag。",
            "A change needs the header If-Match with the ETag you last read.",
        ),
    ),
    kind(
        "if_match_malformed",
        Family.MALFORMED,
        ("版本条件格式不正确", "If-Match malformed"),
        (
            'If-Match 须为一个带双引号的 ETag，例如 "3"。',
            'If-Match must be one ETag in double quotes, for example "3".',
        ),
    ),
    kind(
        "cursor_invalid",
        Family.MALFORMED,
        ("分页游标无效", "Cursor invalid"),
        (
            "游标无效，或属于其他查询条件，请从第一页重新读取。",
            "The cursor is not ours or belongs to other filters; start again from the first page.",
        ),
    ),
    kind(
        "query_invalid",
        Family.MALFORMED,
        ("查询参数有误", "Query invalid"),
        ("查询参数有 {count} 处错误，详见 errors。", "The query has {count} fault(s); see errors."),
    ),
    kind(
        "body_malformed",
        Family.MALFORMED,
        ("请求体无法读取", "Body cannot be read"),
        (
            "请求体有 {count} 处无法接受，详见 errors。",
            "The body has {count} fault(s) that keep it from being read; see errors.",
        ),
    ),
    kind(
        "body_invalid",
        Family.MALFORMED,
        ("请求体不符合要求", "Body invalid"),
        (
            "请求体有 {count} 处不符合要求，详见 errors。",
            "The body has {count} fault(s); see errors.",
        ),
    ),
    kind(
        "body_not_expected",
        Family.MALFORMED,
        ("此操作不接受请求体", "No body expected"),
        ("此操作不接受请求体，请去掉后重试。", "This operation takes no body; send none."),
    ),
    kind(
        "request_malformed",
        Family.MALFORMED,
        ("请求格式不正确", "Request malformed"),
        (
            "请求的地址或请求头不符合 HTTP 规范。",
            "The address or a header of the request is not proper HTTP.",
        ),
    ),
)
"""How a request must be put (DESIGN 3)."""

SENT: Final = (
    fault(
        "not_utf8",
        ("不是 UTF-8", "Not UTF-8"),
        ("第 {offset} 字节起不是有效的 UTF-8。", "From byte {offset} on this is not valid UTF-8."),
    ),
    fault(
        "byte_order_mark",
        ("含字节顺序标记", "Byte order mark"),
        ("请去掉开头的字节顺序标记（BOM）。", "Remove the byte order mark at the start."),
    ),
    fault(
        "not_json",
        ("不是有效的 JSON", "Not JSON"),
        (
            "第 {line} 行第 {column} 列不是有效的 JSON。",
            "Not valid JSON at line {line}, column {column}.",
        ),
    ),
    fault(
        "not_finite",
        ("不是数", "Not a number"),
        ("JSON 中不得出现 NaN 或 Infinity。", "JSON has no NaN and no Infinity."),
    ),
    fault(
        "number_too_long",
        ("数字过长", "Number too long"),
        ("数字的位数过多。", "A number has too many digits."),
    ),
    fault(
        "nested_too_deep",
        ("嵌套过深", "Nested too deep"),
        ("嵌套不得超过 {limit} 层。", "Nesting may go {limit} levels deep."),
    ),
    fault(
        "duplicate_key",
        ("字段重复", "Key twice in an object"),
        ("同一对象中此字段出现多次。", "This key stands in the object more than once."),
    ),
    fault(
        "forbidden_character",
        ("含不允许的字符", "Forbidden character"),
        (
            "含不允许的字符 {character}（控制字符、双向控制字符或不成对的代理项）。",
            "Holds {character}: a control, a bidirectional control, or an unpaired surrogate.",
        ),
    ),
    fault(
        "unknown_field", ("未知字段", "Unknown field"), ("没有此字段。", "There is no such field.")
    ),
    fault(
        "missing_field", ("缺少字段", "Field missing"), ("此字段必填。", "This field is required.")
    ),
    fault(
        "wrong_type",
        ("类型不正确", "Wrong type"),
        ("应为 {expected}。", "This must be {expected}."),
    ),
    fault(
        "null_not_allowed",
        ("不得为空值", "Null not allowed"),
        ("此处不得为 null，应为 {expected}。", "This may not be null; it must be {expected}."),
    ),
    fault(
        "not_an_integer",
        ("须为整数", "Not an integer"),
        ("须为不带小数点和指数的整数。", "This must be an integer, without point or exponent."),
    ),
    fault(
        "number_too_small",
        ("数值过小", "Number too small"),
        ("不得小于 {least}。", "This must be at least {least}."),
    ),
    fault(
        "number_too_large",
        ("数值过大", "Number too large"),
        ("不得大于 {most}。", "This must be at most {most}."),
    ),
    fault(
        "text_too_short",
        ("文字过短", "Text too short"),
        ("至少 {least} 个字符。", "This needs at least {least} character(s)."),
    ),
    fault(
        "text_too_long",
        ("文字过长", "Text too long"),
        ("最多 {most} 个字符。", "This may have at most {most} character(s)."),
    ),
    fault(
        "pattern_mismatch",
        ("格式不正确", "Wrong format"),
        ("须符合格式 {pattern}。", "This must match {pattern}."),
    ),
    fault(
        "too_few_items",
        ("条目过少", "Too few items"),
        ("至少 {least} 项。", "This needs at least {least} item(s)."),
    ),
    fault(
        "too_many_items",
        ("条目过多", "Too many items"),
        ("最多 {most} 项。", "This may have at most {most} item(s)."),
    ),
    fault(
        "not_one_of",
        ("不在可选值内", "Not one of the values"),
        ("须为以下之一：{values}。", "This must be one of: {values}."),
    ),
    fault(
        "not_a_date",
        ("不是日期", "Not a date"),
        ("须为存在的日期，格式 YYYY-MM-DD。", "This must be a day of the calendar, as YYYY-MM-DD."),
    ),
    fault(
        "not_an_instant",
        ("不是时间", "Not an instant"),
        (
            "须为 RFC 3339 时间，带时区，例如 2025-04-01T08:00:00Z。",
            "This must be an RFC 3339 time with its zone, such as 2025-04-01T08:00:00Z.",
        ),
    ),
    fault("not_a_uuid", ("不是 UUID", "Not a UUID"), ("须为 UUID。", "This must be a UUID.")),
    fault(
        "not_acceptable_value",
        ("值不可接受", "Value not acceptable"),
        ("此值不可接受。", "This value cannot be taken."),
    ),
    fault(
        "unknown_parameter",
        ("未知查询参数", "Unknown query parameter"),
        ("此操作没有这个查询参数。", "This operation has no such query parameter."),
    ),
    fault(
        "repeated_parameter",
        ("查询参数重复", "Query parameter repeated"),
        ("此查询参数只能出现一次。", "This query parameter may appear once."),
    ),
    fault(
        "missing_parameter",
        ("缺少查询参数", "Query parameter missing"),
        ("此查询参数必填。", "This query parameter is required."),
    ),
)
"""Faults of what was sent: they stand in a problem's `errors`, each located by a pointer."""
