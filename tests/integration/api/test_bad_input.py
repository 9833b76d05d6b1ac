"""Bad input, for every operation that changes something: a located bilingual refusal, nothing stored."""

import copy
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from domain.refusals import REGISTRY
from service.http.operation import JSON_LIMIT, Operation
from service.http.operations import OPERATIONS
from service.http.problems import sentence
from tests.integration.api.desk import BY_ID, Ask, Desk, Json, person_for, person_not_for
from tests.integration.api.refusing import pointers, problem_in, problem_of, refused, unchanged
from tests.integration.api.whole_road import READ_BY, Travelled

POSTS = [served.operation for served in OPERATIONS if served.operation.method == "POST"]
SIGNED = [operation for operation in POSTS if not operation.public]
KEYED = [operation for operation in POSTS if operation.keyed]
VERSIONED = [operation for operation in POSTS if operation.versioned]
JSON_BODIES = [operation for operation in POSTS if operation.body is not None]
UPLOADS = [operation for operation in POSTS if operation.takes_body and operation.body is None]
WITH_BODY = [*JSON_BODIES, *UPLOADS]
OF_OBJECTS = [
    served.operation
    for served in OPERATIONS
    if served.operation.parameters
    and not served.operation.public
    and "offer_id" not in served.operation.parameters
]
"""What is public, or published, belongs to nobody."""


def named(operation: Operation) -> str:
    """Name a parametrized case."""
    return operation.id


def every(operations: list[Operation]) -> pytest.MarkDecorator:
    """Run a test once for each operation."""
    return pytest.mark.parametrize("operation", operations, ids=named)


def example(operation: Operation) -> Json:
    """A body of the right shape."""
    body: Json = json.loads(json.dumps(operation.body_example))
    return body


def leaves(value: object, pointer: str = "") -> Iterator[tuple[str, object]]:
    """Every scalar of a body, with where it stands."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{pointer}/{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, f"{pointer}/{index}")
    else:
        yield pointer, value


def changed(body: Json, pointer: str, value: object) -> Json:
    """The body with another value at a place."""
    result = copy.deepcopy(body)
    *path, last = pointer.removeprefix("/").split("/")
    inside: Any = result
    for step in path:
        inside = inside[int(step) if isinstance(inside, list) else step]
    inside[int(last) if isinstance(inside, list) else last] = value
    return result


def ask_of(desk: Desk, operation: Operation, **how: Any) -> Ask:
    """Ask an operation as somebody who may, properly but for what is given."""
    if operation.takes_body and not {"body", "content"} & how.keys():
        how["body"] = operation.body_example or "a,b\r\n"
    if operation.id == "LoadSubsidyRegister":
        how.setdefault("query", "source=list")
    if operation.binary and operation.body is None:
        how.setdefault("query", "kind=other_material&file_name=a.pdf")
    if operation.id == "LoadCertificateExtract":
        how.setdefault("query", "register=osta")
    return desk.ask(operation.id, how.pop("person", person_for(operation)), **how)


# --- who asks ---------------------------------------------------------------------------------------


@every(SIGNED)
async def test_nobody_acts_without_signing_in(elsewhere: Desk, operation: Operation) -> None:
    unsigned = ask_of(elsewhere, operation, person=None)
    async with unchanged(elsewhere.house):
        await problem_of(elsewhere, unsigned, "unauthenticated")
        for sent in ("Bearer xt_not-a-token-of-ours", "Basic eHQ6eHQ=", "Bearer", "xt_1"):
            await problem_of(elsewhere, unsigned, "unauthenticated", Authorization=sent)


@every(SIGNED)
async def test_nobody_acts_in_another_role(elsewhere: Desk, operation: Operation) -> None:
    wrong = ask_of(elsewhere, operation, person=person_not_for(operation))
    await refused(elsewhere, wrong, "not_permitted")


# --- how it is asked --------------------------------------------------------------------------------


@every(KEYED)
async def test_a_key_is_required_and_has_a_form(elsewhere: Desk, operation: Operation) -> None:
    without = ask_of(elsewhere, operation, headers={"Idempotency-Key": None})
    proper = ask_of(elsewhere, operation)
    async with unchanged(elsewhere.house):
        await problem_of(elsewhere, without, "idempotency_key_missing")
        for key in ("", "short", "k" * 129, "sixteen chars___!", "键" * 16, '"unclosed-key-0001'):
            sent = key.encode().decode("latin-1")
            await problem_of(elsewhere, proper, "idempotency_key_malformed", Idempotency_Key=sent)


@every(VERSIONED)
async def test_a_change_names_the_version_it_changes(elsewhere: Desk, operation: Operation) -> None:
    without = ask_of(elsewhere, operation, headers={"If-Match": None})
    proper = ask_of(elsewhere, operation)
    async with unchanged(elsewhere.house):
        await problem_of(elsewhere, without, "if_match_missing")
        for tag in ("", "3", '"x"', 'W/"3"', "*", '"3", "4"', '"-1"', '"03"', f'"{10**18}"'):
            await problem_of(elsewhere, proper, "if_match_malformed", If_Match=tag)


@every(WITH_BODY)
async def test_a_body_comes_in_its_media_type(elsewhere: Desk, operation: Operation) -> None:
    proper = ask_of(elsewhere, operation)
    code = "unsupported_media_type"
    async with unchanged(elsewhere.house):
        for media in ("text/plain", "application/xml", f"{operation.media}; charset=gb18030", ""):
            await problem_of(elsewhere, proper, code, Content_Type=media)
        await problem_of(elsewhere, proper, code, Content_Encoding="gzip")


@every([operation for operation in POSTS if not operation.takes_body])
async def test_a_body_where_none_belongs_is_refused(elsewhere: Desk, operation: Operation) -> None:
    await refused(elsewhere, ask_of(elsewhere, operation, content=b"{}"), "body_not_expected")


@every(POSTS)
async def test_a_query_that_is_not_declared_is_refused(
    elsewhere: Desk, operation: Operation
) -> None:
    odd = ask_of(elsewhere, operation, query="register=osta&nonsense=1")
    problem = await refused(elsewhere, odd, "query_invalid")
    assert pointers(problem)["/query/nonsense"] == "unknown_parameter"


async def _endless(size: int) -> AsyncIterator[bytes]:
    piece = b" " * 65536
    for _ in range(size // len(piece) + 1):
        yield piece


@every([o for o in WITH_BODY if o.body_limit <= JSON_LIMIT])
async def test_a_body_over_the_limit_is_refused_declared_or_not(
    elsewhere: Desk, operation: Operation
) -> None:
    declared = ask_of(elsewhere, operation, content=b" " * (operation.body_limit + 1))
    await refused(elsewhere, declared, "body_too_large")
    undeclared = ask_of(elsewhere, operation, content=lambda: _endless(operation.body_limit))
    await refused(elsewhere, undeclared, "body_too_large")


@every([o for o in WITH_BODY if o.body_limit > JSON_LIMIT])
async def test_a_body_declared_over_a_large_limit_is_refused_unread(
    elsewhere: Desk, operation: Operation
) -> None:
    declared = ask_of(elsewhere, operation)
    length = str(operation.body_limit + 1)
    await refused(elsewhere, declared, "body_too_large", Content_Length=length)


# --- bytes ------------------------------------------------------------------------------------------

UNREADABLE: Mapping[str, tuple[bytes, str]] = {
    "nothing": (b"", "not_json"),
    "cut short": (b'{"a": ', "not_json"),
    "two values": (b"{} {}", "not_json"),
    "a comment": (b"{/* a */}", "not_json"),
    "a trailing comma": (b'{"a": 1,}', "not_json"),
    "a raw newline in a text": (b'{"a": "\n"}', "not_json"),
    "NaN": (b'{"a": NaN}', "not_finite"),
    "Infinity": (b'{"a": -Infinity}', "not_finite"),
    "a number of 5000 digits": (b'{"a": ' + b"9" * 5000 + b"}", "number_too_long"),
    "latin-1": ('{"a": "é"}'.encode("latin-1"), "not_utf8"),
    "GB 18030": ('{"a": "张三"}'.encode("gb18030"), "not_utf8"),
    "an overlong NUL": (b'{"a": "\xc0\x80"}', "not_utf8"),
    "a raw surrogate": (b'{"a": "\xed\xa0\x80"}', "not_utf8"),
    "UTF-16": ("{}".encode("utf-16"), "not_utf8"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "byte_order_mark"),
    "a thousand levels": (b"[" * 1000 + b"]" * 1000, "nested_too_deep"),
    "a hundred thousand levels": (b'{"a":' * 100_000, "nested_too_deep"),
    "a key twice": (b'{"a": 1, "a": 1}', "duplicate_key"),
    "a key twice, deep": (b'{"a": [{"b": 1, "b": 2}]}', "duplicate_key"),
    "NUL": (b'{"a": "\\u0000"}', "forbidden_character"),
    "a bidirectional override": ('{"a": "\u202e"}'.encode(), "forbidden_character"),
    "a bidirectional isolate, escaped": (b'{"a": "\\u2066"}', "forbidden_character"),
    "a lone surrogate": (b'{"a": "\\ud83d"}', "forbidden_character"),
    "a control in a key": (b'{"\\u0007": 1}', "forbidden_character"),
    "DEL": (b'{"a": "\x7f"}', "forbidden_character"),
}


@every(JSON_BODIES)
async def test_bytes_that_are_no_proper_json_are_refused(
    elsewhere: Desk, operation: Operation
) -> None:
    async with unchanged(elsewhere.house):
        for name, (content, fault) in UNREADABLE.items():
            answer = await elsewhere.send(ask_of(elsewhere, operation, content=content))
            problem = problem_in(answer)
            assert problem["code"] == "body_malformed", name
            assert fault in pointers(problem).values(), (name, answer.text)


@every(JSON_BODIES)
async def test_a_body_that_is_no_object_is_refused(elsewhere: Desk, operation: Operation) -> None:
    async with unchanged(elsewhere.house):
        for content in (b"[]", b"null", b'"text"', b"1", b"true"):
            sent = ask_of(elsewhere, operation, content=content)
            problem = await problem_of(elsewhere, sent, "body_invalid")
            assert pointers(problem)[""] in {"wrong_type", "null_not_allowed"}


@every([operation for operation in UPLOADS if not operation.binary])
async def test_a_file_that_is_no_clean_utf8_is_refused(
    elsewhere: Desk, operation: Operation
) -> None:
    for content, fault in (
        ("张三".encode("gb18030"), "not_utf8"),
        (b"a,b\r\nc\x00,d\r\n", "forbidden_character"),
        ("a,\u202eb\r\n".encode(), "forbidden_character"),
    ):
        problem = await refused(
            elsewhere, ask_of(elsewhere, operation, content=content), "body_malformed"
        )
        assert fault in pointers(problem).values()


# --- shapes -----------------------------------------------------------------------------------------


@every(JSON_BODIES)
async def test_an_unknown_field_is_located(elsewhere: Desk, operation: Operation) -> None:
    body = example(operation) | {"unforeseen": 1, "a/b~c": None}
    problem = await refused(elsewhere, ask_of(elsewhere, operation, body=body), "body_invalid")
    assert pointers(problem) == {"/unforeseen": "unknown_field", "/a~1b~0c": "unknown_field"}


@every(JSON_BODIES)
async def test_a_value_of_another_type_is_located(elsewhere: Desk, operation: Operation) -> None:
    async with unchanged(elsewhere.house):
        await _try_other_types(elsewhere, operation)


async def _try_other_types(elsewhere: Desk, operation: Operation) -> None:
    body = example(operation)
    for pointer, value in leaves(body):
        # A policy has a format of its own, read by the domain, whose numbers and days are told apart.
        of_policy = operation.id == "DraftPolicy" and pointer.startswith("/policy/")
        wrong: list[tuple[object, set[str]]] = [([[]], {"wrong_type", "not_one_of"})]
        if isinstance(value, int) and not isinstance(value, bool):
            wrong += [
                (float(value), {"not_an_integer"}),
                (str(value), {"wrong_type"}),
                (True, {"wrong_type"}),
                (10**30, {"number_too_large"}),
                (-(10**30), {"number_too_small"}),
            ]
        elif isinstance(value, str):
            wrong += [(1, {"wrong_type", "not_one_of"}), (1.5, {"wrong_type", "not_one_of"})]
        for instead, codes in wrong:
            sent = ask_of(elsewhere, operation, body=changed(body, pointer, instead))
            problem = problem_in(await elsewhere.send(sent))
            assert problem["code"] == ("policy_invalid" if of_policy else "body_invalid")
            found = pointers(problem)
            own = {"not_a_date", "not_an_integer", "pattern_mismatch"} if of_policy else set()
            assert found.get(pointer) in codes | own, (pointer, instead, found)


def required_in(operation: Operation) -> list[str]:
    """The fields that a body cannot do without."""
    assert operation.body is not None
    return [f.encode_name for f in msgspec.structs.fields(operation.body) if f.required]


@every([operation for operation in JSON_BODIES if required_in(operation)])
async def test_every_missing_field_is_located_at_once(
    elsewhere: Desk, operation: Operation
) -> None:
    problem = await refused(elsewhere, ask_of(elsewhere, operation, body={}), "body_invalid")
    assert pointers(problem) == {f"/{name}": "missing_field" for name in required_in(operation)}


# --- which object -----------------------------------------------------------------------------------


def without_ids(problem: Json) -> Json:
    """A problem without what differs in every answer."""
    return {
        name: value for name, value in problem.items() if name not in {"request_id", "instance"}
    }


@every(OF_OBJECTS)
async def test_what_belongs_to_others_is_as_absent(
    ended: Travelled, elsewhere: Desk, operation: Operation
) -> None:
    odd = dict.fromkeys(operation.parameters, "not-an-id")
    async with unchanged(elsewhere.house):
        answers = [
            problem_in(await elsewhere.send(ask_of(elsewhere, operation, path=ids)))
            for ids in (ended.ids, {name: str(uuid4()) for name in ended.ids}, odd)
        ]
    assert {problem["code"] for problem in answers} == {"not_found"}
    assert without_ids(answers[0]) == without_ids(answers[1]) == without_ids(answers[2])


@every([o for o in OF_OBJECTS if person_for(o) == "filer" and o.roles])
async def test_an_id_of_another_kind_is_as_absent(ended: Travelled, operation: Operation) -> None:
    swapped = dict.fromkeys(operation.parameters, ended.ids["payment_id"])
    await refused(ended.desk, ask_of(ended.desk, operation, path=swapped), "not_found")


async def test_an_enterprise_sees_nothing_of_another_in_its_own_place(
    ended: Travelled, elsewhere: Desk
) -> None:
    for operation_id in ("ListOfFilings", "ListSettlements", "ListPayments"):
        own = await ended.desk.done(operation_id, "filer")
        other = await elsewhere.done(operation_id, "filer")
        assert len(own["items"]) > 0
        assert other["items"] == []


@every(VERSIONED)
async def test_a_stale_version_is_refused(ended: Travelled, operation: Operation) -> None:
    read_by = READ_BY[operation.parameters[0]]
    desk = ended.desk
    shown = await desk.send(desk.ask(read_by, "handler", path=ended.ids))
    now = int(shown.headers["ETag"].strip('"'))
    for version in (now - 1, now + 1, 0):
        stale = ask_of(desk, operation, path=ended.ids, version=version)
        await refused(desk, stale, "stale_version")


OTHERWISE_ENDED = {
    "ApprovePrepayment": "prepayment_not_yet",
    "PauseClock": "clock_not_running",
    "ResumeClock": "clock_not_running",
    "ReserveVoucher": "voucher_not_usable",
    "WithdrawReservation": "voucher_not_usable",
    "CollectVoucher": "voucher_not_usable",
    "GiveVoucherBack": "voucher_not_usable",
    "ConfirmVoucherGroup": "voucher_not_usable",
    "VoidVoucher": "voucher_not_usable",
    "FreezeVoucher": "voucher_not_usable",
    "ReleaseVoucher": "voucher_not_usable",
}


@every(VERSIONED)
async def test_what_has_ended_is_not_moved_again(ended: Travelled, operation: Operation) -> None:
    desk = ended.desk
    answer = await desk.send(desk.ask(READ_BY[operation.parameters[0]], "handler", path=ended.ids))
    again = ask_of(desk, operation, path=ended.ids)
    code = OTHERWISE_ENDED.get(operation.id, "wrong_state")
    problem = await refused(desk, again, code, If_Match=answer.headers["ETag"])
    assert problem["status"] == 409


# --- what the wording promises ----------------------------------------------------------------------


async def test_no_answer_repeats_what_was_sent(elsewhere: Desk) -> None:
    secret = "110101199003074258"
    body = example(BY_ID["CreateFiling"]) | {"class_name": 7, secret: secret}
    body["roster"][0]["citizen_id"] = [secret]
    answer = await elsewhere.send(ask_of(elsewhere, BY_ID["CreateFiling"], body=body))
    problem = problem_in(answer)
    assert secret not in json.dumps([error["detail"] for error in problem["errors"]])
    assert secret not in problem["detail"]


async def test_a_problem_says_all_that_it_promises(elsewhere: Desk) -> None:
    answer = await elsewhere.send(ask_of(elsewhere, BY_ID["CreateFiling"], body={}))
    problem = problem_in(answer)
    kind = REGISTRY["body_invalid"]
    assert problem["type"] == "/problems/body-invalid"
    assert problem["title"] == kind.title.zh
    assert problem["detail"] == sentence(kind.detail, {"count": len(problem["errors"])}, "zh")
    assert re.fullmatch("[0-9a-f]{32}", problem["request_id"])
    assert problem["instance"] == f"urn:request:{problem['request_id']}"
    assert answer.headers["x-request-id"] == problem["request_id"]
    assert answer.headers["content-language"] == "zh-CN"
    assert answer.headers["cache-control"] == "no-store"
