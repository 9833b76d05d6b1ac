"""Every code is reachable over HTTP, documented where it occurs, and says itself in two languages."""

import re
from types import ModuleType

import pytest

from domain.refusals import REGISTRY, SECTIONS
from service.http.problems import STATUS_BY_FAMILY
from tests.integration.api import probes_asking, probes_filing, probes_paying, probes_settling
from tests.integration.api.desk import Desk
from tests.integration.api.probe import PROBES, Probe

MODULES: tuple[ModuleType, ...] = (probes_asking, probes_filing, probes_paying, probes_settling)

NOT_OVER_HTTP = {
    # the embedded launcher refuses on the terminal, before anything is served
    "data_folder_in_use": "tests/integration/embedded",
    "data_folder_unusable": "tests/integration/embedded",
    "data_folder_other_version": "tests/integration/embedded",
    "embedded_account_missing": "tests/integration/embedded",
    "embedded_server_failed": "tests/integration/embedded",
    "embedded_server_missing": "tests/integration/embedded",
    "embedded_no_socket_folder": "tests/integration/embedded",
    # setting a place up, and replaying jobs, have no operation yet
    "credit_code_taken": "set-up only",
    "account_name_taken": "set-up only",
    "account_without_role": "set-up only",
    "job_not_replayable": "tests/unit/test_jobs.py",
    # the last line of defence: a lock or an earlier check answers first
    "duty_conflict_raced": "tests/integration/test_duties.py",
    "already_posted": "tests/integration/test_ledger.py",
    # no body of the contract holds an instant yet
    "not_an_instant": "tests/unit/http/test_faults.py",
}
"""Codes that no request provokes, with the reason or the tests that do."""


@pytest.mark.parametrize("probe", PROBES, ids=str)
async def test_a_code_is_reached_over_http_in_both_languages(probe: Probe, desk: Desk) -> None:
    ask = await probe.prepare(desk)
    kind = REGISTRY[probe.code]
    status = STATUS_BY_FAMILY[kind.family]
    for language, title in (("zh", kind.title.zh), ("en", kind.title.en)):
        answer = await desk.send(ask, Accept_Language=language)
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (status, probe.code), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-language"] == {"zh": "zh-CN", "en": "en"}[language]
        assert set(problem) == {
            "type",
            "title",
            "status",
            "detail",
            "instance",
            "code",
            "request_id",
            "errors",
        }
        assert problem["type"] == "/problems/" + probe.code.replace("_", "-")
        assert (problem["status"], problem["title"]) == (status, title)
        assert {error["code"] for error in problem["errors"]} == probe.faults
        for said in (problem["detail"], *(error["detail"] for error in problem["errors"])):
            assert re.search("[\u4e00-\u9fff]", said) is not None or language == "en"
            assert "{" not in said
        assert all(re.fullmatch("(/.+)?", error["pointer"]) for error in problem["errors"])
        if status in {429, 503}:
            assert int(answer.headers["retry-after"]) > 0
    if probe.code != "method_not_allowed":  # of an address, not of an operation
        assert probe.code in ask.operation.codes


def test_the_table_and_the_exceptions_are_all_codes() -> None:
    assert {module.__name__ for module in MODULES} == {p.prepare.__module__ for p in PROBES}
    provoked = {probe.code for probe in PROBES}
    located = {fault for probe in PROBES for fault in probe.faults}
    assert provoked | located | NOT_OVER_HTTP.keys() == REGISTRY.keys()
    assert not (provoked | located) & NOT_OVER_HTTP.keys()


def test_no_code_is_registered_twice() -> None:
    codes = [kind.code for section in SECTIONS for kind in section]
    assert sorted(codes) == sorted(REGISTRY)
