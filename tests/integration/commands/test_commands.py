"""Commands that need no server: the calculator, the packs, the schemas."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from service.commands.generate import generated

ROOT = Path(__file__).parent.parent.parent.parent
QIDONG = {
    "policy": "nantong-2019-15",
    "target_grade": 4,
    "filed_months": 12,
    "actual_months": 12,
    "planned": 33,
    "completed_certified": 32,
    "completed_uncertified": 0,
}


def xuetu(*arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    """Run the command as a person would."""
    return subprocess.run(
        [sys.executable, "-m", "service.cli", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_published_case_is_calculated(tmp_path: Path) -> None:
    case = tmp_path / "case.json"
    case.write_text(json.dumps(QIDONG), "utf-8")
    done = xuetu("calculate", str(case))
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    amounts = ("prepayment_fen", "entitlement_fen", "balance_fen", "recovery_fen")
    assert [result[name] for name in amounts] == [6_600_000, 12_800_000, 6_200_000, 0]
    assert result["policy"]["document"] == "通人社职〔2019〕15号"


@pytest.mark.parametrize(
    ("case", "pointer", "code"),
    [
        (json.dumps(QIDONG | {"bonus": 1}), "/bonus", "unknown_field"),
        (json.dumps(QIDONG | {"planned": 33.0}), "/planned", "not_an_integer"),
        (json.dumps(QIDONG | {"policy": "nowhere-1"}), "/policy", "policy_unknown"),
        (json.dumps(QIDONG | {"filed_months": 18}), "/filed_months", "term_not_whole_years"),
    ],
)
def test_bad_input_exits_2_with_a_located_problem(case: str, pointer: str, code: str) -> None:
    done = xuetu("calculate", "-", stdin=case)
    assert done.returncode == 2
    assert done.stdout == ""
    problem: dict[str, Any] = json.loads(done.stderr)
    assert (pointer, code) in {(fault["pointer"], fault["code"]) for fault in problem["errors"]}


@pytest.mark.parametrize("case", ["", "{", "[]", "null", '{"policy": NaN}', '{"a":1,"a":2}'])
def test_what_is_no_case_is_a_problem_too(case: str) -> None:
    done = xuetu("calculate", "-", stdin=case)
    assert done.returncode == 2
    assert json.loads(done.stderr)["status"] == 400


def test_a_missing_file_is_said() -> None:
    done = xuetu("calculate", "/nowhere/case.json")
    assert done.returncode == 2
    assert "/nowhere/case.json" in done.stderr


def test_the_packs_are_listed_plainly_and_whole() -> None:
    lines = xuetu("policies").stdout.splitlines()
    ids = [
        "fujian-2019-220",
        "guangdong-2023-13",
        "nantong-2019-15",
        "national-2021-39",
        "shenzhen-2019-11",
        "wuhan-2019",
        "wuhan-2022",
        "yunnan",
    ]
    assert [line.split("\t")[0] for line in lines] == ids
    assert [pack["id"] for pack in json.loads(xuetu("policies", "--json").stdout)] == ids


@pytest.mark.parametrize("name", ["policy", "overlay", "case"])
def test_the_schemas_are_those_committed(name: str) -> None:
    committed = (ROOT / "openapi" / "schemas" / f"{name}.schema.json").read_text("utf-8")
    assert xuetu("schema", name).stdout == committed


@pytest.mark.parametrize("name", sorted(generated()))
def test_generated_files_equal_what_is_committed(name: str) -> None:
    assert (ROOT / name).read_text("utf-8") == generated()[name]


def test_a_calendar_is_checked_whole_before_anything_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "2027.json"
    year = {"year": 2027, "document": "国办发明电〔2026〕9号", "rest": ["2026-12-31"], "worked": []}
    for content, said in (
        ("{", "2027.json"),
        (json.dumps(year), "calendar_day_of_other_year"),
    ):
        file.write_text(content, "utf-8")
        done = xuetu("calendar", "load", str(file))
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr


def test_doctor_says_when_nothing_is_running(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "service.cli", "doctor"],
        env={"XUETU_DATA": str(tmp_path), "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "xuetu run" in done.stderr
