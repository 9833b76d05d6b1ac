"""docs/requirements.md names every binding requirement once, and tests that are there and cite it."""

import ast
import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]

BINDING: Final = (
    *("ACT-01", "ACT-02", "ACT-03", "ACT-04", "ACT-06", "ACT-07", "ACT-08", "ACT-09", "ACT-10"),
    *("ACT-12", "ACT-15"),
    *("FIL-01", "FIL-02", "FIL-03", "FIL-04", "FIL-05", "FIL-06", "FIL-07", "FIL-08", "FIL-09"),
    *("FIL-10", "FIL-11", "FIL-13", "FIL-14", "FIL-15", "FIL-16", "FIL-17", "FIL-19", "FIL-20"),
    *("FIL-21", "FIL-24", "FIL-25", "FIL-26"),
    *("PAY-01", "PAY-02", "PAY-03", "PAY-04", "PAY-05", "PAY-06", "PAY-07", "PAY-08", "PAY-09"),
    *("PAY-10", "PAY-11", "PAY-12", "PAY-13", "PAY-14", "PAY-15", "PAY-17", "PAY-19"),
    *("EVD-01", "EVD-02", "EVD-03", "EVD-04", "EVD-06", "EVD-07", "EVD-08", "EVD-09", "EVD-14"),
    *("EVD-16", "EVD-19"),
    *("SUP-02", "SUP-11"),
    *("REG-09", "REG-10", "REG-11", "REG-12", "REG-13", "REG-14", "REG-15", "REG-16", "REG-17"),
    *("REG-18", "REG-19"),
    *("SYS-01", "SYS-08", "SYS-09", "SYS-10", "SYS-11", "SYS-12", "SYS-13", "SYS-14"),
)
"""What the policy documents bind this programme to, two duties taken from its neighbours, the systems that
the documents name, and what is in `LIMITED`."""

LIMITED: Final = {
    "REG-10": "local: 云南", "REG-11": "local: 泉州", "REG-12": "encouraged",
    "REG-17": "local: 云南", "SYS-09": "local: 云南", "SYS-10": "local: 泉州",
}  # fmt: skip
"""What binds in one region alone, or is only encouraged: the page says it with these words."""

LATER_WORKS: Final = (
    "bends", "registries at scale", "inspections and sanctions", "partners", "consoles",
)  # fmt: skip
"""Works to come, by the names that the page calls them."""


PAGE: Final = re.findall(
    r"^\| ([A-Z]{3}-\d\d) \| (.+) \| (.+) \|$",
    (ROOT / "docs" / "requirements.md").read_text(),
    re.MULTILINE,
)
"""Each row of the page: its id, what it asks, and what shows it."""


def sentences() -> list[tuple[str, str]]:
    """Each row's id and what it asks."""
    return [(row_id, sentence) for row_id, sentence, _ in PAGE]


def rows() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Each row's id, what shows it, and the tests named there as file and function."""
    return [
        (row_id, shown_by, re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", shown_by))
        for row_id, _, shown_by in PAGE
    ]


CITED: Final = [(file, test, row_id) for row_id, _, tests in rows() for file, test in tests]


def test_every_binding_requirement_has_one_row() -> None:
    assert tuple(row_id for row_id, _, _ in rows()) == BINDING


def test_what_does_not_bind_everywhere_says_so() -> None:
    said = {
        row_id: told[1]
        for row_id, sentence in sentences()
        if (told := re.search(r"(local: \w+|encouraged)\)\.$", sentence))
    }
    assert said == LIMITED


def test_what_no_test_shows_is_said_to_be_missing() -> None:
    silent = [row_id for row_id, shown_by, tests in rows() if not tests]
    assert silent == [row_id for row_id, shown_by, _ in rows() if shown_by.startswith("not yet: ")]


def test_what_is_missing_names_the_work_that_is_to_bring_it() -> None:
    missing = [
        (row_id, text) for row_id, text, _ in rows() if re.search("not yet: |in part: ", text)
    ]
    later = "|".join(LATER_WORKS)
    assert missing
    assert [
        row_id for row_id, text in missing if not re.search(rf"; later: (?:{later})\b", text)
    ] == []


@pytest.mark.parametrize(("file", "test", "row_id"), CITED)
def test_a_named_test_is_there_and_cites_its_requirement(file: str, test: str, row_id: str) -> None:
    source = (ROOT / file).read_text()
    module = ast.parse(source)
    functions = {
        one.name: one
        for one in module.body
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert test in functions
    cited = (ast.get_source_segment(source, functions[test]) or "") + (
        ast.get_docstring(module) or ""
    )
    assert row_id in cited
