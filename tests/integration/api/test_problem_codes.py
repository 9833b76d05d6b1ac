"""Every code is reachable over HTTP, documented where it occurs, and says itself in two languages."""

import asyncio
import re
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import httpx
import msgspec
import pytest

from domain.refusals import REGISTRY, SECTIONS
from service.http.problems import CONTENT_LANGUAGE, STATUS_BY_FAMILY, Problem
from service.http.words import Language
from tests.integration import api
from tests.integration.api.desk import Desk, House, borrowed, open_desk
from tests.integration.api.probe import PROBES, Probe

MODULES: tuple[ModuleType, ...] = tuple(
    import_module(f"{api.__name__}.{found.name}")
    for found in iter_modules(api.__path__)
    if found.name.startswith("probes_")
)

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
    "account_of_worker": "set-up only",
    "job_not_replayable": "tests/unit/test_jobs.py",
    # the last line of defence: a lock or an earlier check answers first
    "already_posted": "tests/integration/test_ledger.py",
    # a balance that came back after its settlement was closed, before a supplementary one
    "payment_came_back": "tests/integration/test_guards.py",
    # a file of fifty thousand lines
    "export_too_large": "tests/integration/api/test_work_ledger.py",
    # no region has an overlay with limits on classes yet
    "class_too_large": "tests/unit/test_class_plan.py",
    "mentors_too_few": "tests/unit/test_class_plan.py",
    "provider_mentor_missing": "tests/unit/test_class_plan.py",
    "people_without_mentor": "tests/unit/test_class_plan.py",
    "mentor_with_too_many": "tests/unit/test_class_plan.py",
    # working days are loaded by a command
    "calendar_faulty": "tests/unit/test_calendar_file.py",
    "calendar_field_malformed": "tests/unit/test_calendar_file.py",
    "calendar_day_twice": "tests/unit/test_calendar_file.py",
    "calendar_day_of_other_year": "tests/unit/test_calendar_file.py",
    "calendar_day_as_usual": "tests/unit/test_calendar_file.py",
    "calendar_year_loaded": "tests/integration/test_calendar_load.py",
    # said of a cell that was taken: notes refuse nothing
    "cell_normalised": "tests/unit/test_roster_cells.py",
    "citizen_id_upgraded": "tests/unit/test_roster_cells.py",
}
"""Codes that no request provokes, with the reason or the tests that do."""


OF_NO_OPERATION = {"method_not_allowed"}
"""What an address answers that leads to no operation."""
WAITED_FOR = {"twin_in_flight", "busy"}
"""What is answered only after waiting for somebody else's transaction."""
SHARING = {
    f"{api.__name__}.{name}"
    for name in (
        "probes_asking",
        "probes_documents",
        "probes_ends",
        "probes_filing",
        "probes_roster",
    )
}
"""Whose probes leave nothing that disturbs the next: they use one place after another."""


@pytest.mark.parametrize("probe", PROBES, ids=str)
async def test_a_code_is_reached_over_http_in_both_languages(
    probe: Probe, house: House, common: Desk
) -> None:
    shares = probe.prepare.__module__ in SHARING
    async with borrowed(common) if shares else open_desk(house) as desk:
        ask = await probe.prepare(desk)
        zh, en = desk.send(ask, Accept_Language="zh"), desk.send(ask, Accept_Language="en")
        at_once = probe.code in WAITED_FOR
        answers = await asyncio.gather(zh, en) if at_once else (await zh, await en)
    kind = REGISTRY[probe.code]
    spoken: tuple[tuple[httpx.Response, Language], ...] = ((answers[0], "zh"), (answers[1], "en"))
    for answer, language in spoken:
        problem = answer.json()
        assert problem["code"] == probe.code, answer.text
        assert answer.status_code == problem["status"] == STATUS_BY_FAMILY[kind.family]
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-language"] == CONTENT_LANGUAGE[language]
        assert set(problem) == {field.name for field in msgspec.structs.fields(Problem)}
        assert problem["type"] == "/problems/" + probe.code.replace("_", "-")
        assert problem["title"] == (kind.title.zh if language == "zh" else kind.title.en)
        assert {error["code"] for error in problem["errors"]} == probe.faults
        for said in (problem["detail"], *(error["detail"] for error in problem["errors"])):
            assert re.search("[\u4e00-\u9fff]", said) is not None or language == "en"
            assert re.search(r"\{[a-z_]+\}", said) is None
        assert all(re.fullmatch("(/.+)?", error["pointer"]) for error in problem["errors"])
        if answer.status_code in {429, 503}:
            assert int(answer.headers["retry-after"]) > 0
    assert probe.code in ask.operation.codes or probe.code in OF_NO_OPERATION


def test_the_table_and_the_exceptions_are_all_codes() -> None:
    assert {module.__name__ for module in MODULES} == {p.prepare.__module__ for p in PROBES}
    provoked = {probe.code for probe in PROBES}
    located = {fault for probe in PROBES for fault in probe.faults}
    assert provoked | located | NOT_OVER_HTTP.keys() == REGISTRY.keys()
    assert not (provoked | located) & NOT_OVER_HTTP.keys()


def test_no_code_is_registered_twice() -> None:
    codes = [kind.code for section in SECTIONS for kind in section]
    assert sorted(codes) == sorted(REGISTRY)
