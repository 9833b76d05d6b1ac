"""Every refusal has words in both languages and a status; no refusal breaks the answer."""

import logging
import string

import pytest

from domain.cases import Duty
from domain.errors import Family, Fault, Refusal
from domain.party import Role
from domain.refusals import REGISTRY
from service.http.openapi import placeholders_of, problem_example
from service.http.operations import OPERATIONS
from service.http.problems import STATUS_BY_FAMILY, answer_of, phrase_of, problem_of, type_of
from service.http.words import Language, role_name, tag_name, worded


def test_every_family_has_one_status_of_its_own() -> None:
    assert set(STATUS_BY_FAMILY) == set(Family)
    assert len(set(STATUS_BY_FAMILY.values())) == len(Family)
    assert all(phrase_of(status) for status in STATUS_BY_FAMILY.values())


@pytest.mark.parametrize("code", sorted(REGISTRY))
def test_every_code_has_words_in_both_languages_with_the_same_values(code: str) -> None:
    kind = REGISTRY[code]
    assert kind.code == code
    assert all((kind.title.zh, kind.title.en, kind.detail.zh, kind.detail.en))
    in_zh, in_en = (
        {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        for text in (kind.detail.zh, kind.detail.en)
    )
    assert in_zh == in_en == set(placeholders_of(kind.detail))
    assert problem_example(code)["type"] == type_of(code)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_problem_is_whole_in_the_language_asked_for(language: Language) -> None:
    refusal = Refusal("body_invalid", faults=(Fault("/a", "text_too_long", {"most": 3}),), count=1)
    problem = problem_of(refusal, language=language, request_id="r1")
    assert (problem.type, problem.status, problem.code) == (
        "/problems/body-invalid",
        400,
        "body_invalid",
    )
    assert (problem.instance, problem.request_id) == ("urn:request:r1", "r1")
    assert "3" in problem.errors[0].detail
    assert (problem.errors[0].pointer, problem.errors[0].code) == ("/a", "text_too_long")
    assert problem.title == (
        REGISTRY["body_invalid"].title.zh if language == "zh" else "Body invalid"
    )


def test_roles_duties_states_and_events_are_put_in_words() -> None:
    values = {
        "roles": "clerk,filer",
        "duty": "review",
        "held": "file",
        "state": "draft",
        "event": "accept",
    }
    assert worded(values, "zh") == {
        "roles": "收件人员、企业经办",
        "duty": "审核",
        "held": "申报",
        "state": "草稿",
        "event": "受理",
    }
    assert worded({"state": "draft", "event": "accept"}, "en") == {
        "state": "draft",
        "event": "accept",
    }
    assert worded({"event": "nothing known"}, "zh") == {"event": "nothing known"}
    assert worded(values, "en")["roles"] == "clerk, enterprise filer"
    assert worded({"held": "nothing known"}, "en") == {"held": "nothing known"}
    assert all(role_name(role).zh for role in Role)
    assert all(tag_name(served.operation.tag).zh != served.operation.tag for served in OPERATIONS)
    assert tag_name("nothing known").zh == "nothing known"
    assert all(worded({"duty": duty}, "zh")["duty"] != duty for duty in Duty)


@pytest.mark.parametrize(
    ("refusal", "header", "value"),
    [
        (Refusal("unauthenticated"), "WWW-Authenticate", 'Bearer realm="xuetu"'),
        (Refusal("unavailable"), "Retry-After", "5"),
        (Refusal("twin_in_flight", retry_after_s=3), "Retry-After", "3"),
        (Refusal("not_found"), "Content-Language", "en"),
    ],
)
def test_an_answer_carries_the_headers_of_its_status(
    refusal: Refusal, header: str, value: str
) -> None:
    _, headers, _ = answer_of(refusal, language="en", request_id="r")
    assert headers[header] == value


@pytest.mark.parametrize("refusal", [Refusal("never_registered"), Refusal("wrong_state")])
def test_a_refusal_that_cannot_be_worded_is_internal_and_logged(
    refusal: Refusal, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        status, _, body = answer_of(refusal, language="zh", request_id="r")
    assert (status, b'"code":"internal"' in body) == (500, True)
    assert [record.message for record in caplog.records] == ["refusal not in words"]
