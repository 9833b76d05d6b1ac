"""The shape of the code: what the linters cannot say, and that their contracts are kept."""

import ast
import importlib
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from adapters.postgres.constraints import REFUSAL_BY_CONSTRAINT
from domain.errors import RefusalKind, Text
from domain.refusals import REGISTRY

ROOT = Path(__file__).parents[2]
LAYERS = ("domain", "service", "adapters", "jobs")
LINES_MAX = 500

COMMITS = {
    "adapters/postgres/audit.py": "the sealer's own transaction, on the driver",
    "adapters/postgres/work.py": "what a work's commit does, on the driver",
    "jobs/run.py": "a chunk or an effect, together with its acknowledgement",
    "migrations/env.py": "the migrations' lock and settings",
    "service/application/audit.py": "the sealer, which acts for nobody",
    "service/application/demo_region.py": "the demo's region and people, made before anyone asks",
    "service/application/jobs.py": "an operator's replay, which no request carries",
    "service/application/once.py": "the one place that commits for a request",
    "service/commands/account.py": "an account, made on the operator's own terminal",
}
"""Where a transaction may end well, and why there."""

ARGUMENTS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "uuid4", "uuid7",
    "uuid.uuid4", "random.random", "secrets.token_bytes", "secrets.token_urlsafe",
}  # fmt: skip
"""Time, identity and randomness are arguments (DESIGN 1.10)."""


def modules(*folders: str) -> list[Path]:
    """Return every module in these folders of the checkout."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text("utf-8"))))


def nodes(*folders: str) -> Iterator[tuple[str, ast.AST]]:
    """Return every node of these folders with `file:line`."""
    for path in modules(*folders):
        for node in nodes_of(path):
            yield f"{name_of(path)}:{getattr(node, 'lineno', 0)}", node


def called(node: ast.AST) -> str:
    """Return the dotted name that a node calls, or nothing."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
        return ast.unparse(node.func)
    return ""


# --- layers ---------------------------------------------------------------------------------------


def test_the_import_contracts_are_kept() -> None:
    lint = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run(
        [sys.executable, "-c", lint], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""] if node.level == 0 else ["domain"]
    return []


def test_the_domain_imports_itself_and_the_standard_library_only() -> None:
    allowed = sys.stdlib_module_names | {"domain"}
    foreign = [
        f"{where} {name}"
        for where, node in nodes("domain")
        for name in _imported(node)
        if name.partition(".")[0] not in allowed
    ]
    assert foreign == []


def test_every_adapter_on_disk_is_in_the_contract_of_independence() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = {c["id"]: c for c in settings["tool"]["importlinter"]["contracts"]}
    on_disk = {f"adapters.{path.parent.name}" for path in (ROOT / "adapters").glob("*/__init__.py")}
    assert set(contracts["adapters-independent"]["modules"]) == on_disk
    loose = [name_of(path) for path in (ROOT / "adapters").glob("*.py")]
    assert loose == ["adapters/__init__.py"]


# --- money, time ----------------------------------------------------------------------------------


def _is_float(node: ast.AST) -> bool:
    return (isinstance(node, ast.Constant) and isinstance(node.value, float | complex)) or (
        isinstance(node, ast.Name) and node.id in {"float", "complex"}
    )


def _divides(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)


def test_the_domain_has_no_float() -> None:
    assert [where for where, node in nodes("domain") if _is_float(node)] == []


def test_the_domain_never_divides_with_a_slash() -> None:
    assert [where for where, node in nodes("domain") if _divides(node)] == []


@pytest.mark.parametrize("source", ["0.5", "x: float", "float(x)", "1e3", "2j"])
def test_a_float_is_seen(source: str) -> None:
    assert any(_is_float(node) for node in ast.walk(ast.parse(source)))


@pytest.mark.parametrize("source", ["x / 2", "x /= 2", "f(x / y)"])
def test_a_division_is_seen(source: str) -> None:
    assert any(_divides(node) for node in ast.walk(ast.parse(source)))


def test_time_identity_and_randomness_are_arguments() -> None:
    asked = [
        f"{where} {called(node)}"
        for where, node in nodes("domain", "service/application")
        if called(node) in ARGUMENTS
    ]
    assert asked == []


# --- transactions, length -------------------------------------------------------------------------


def test_transactions_end_well_in_the_listed_places_only() -> None:
    found = {
        where.partition(":")[0]
        for where, node in nodes(*LAYERS, "migrations")
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
    }
    assert found == set(COMMITS)


def test_no_module_is_too_long_to_be_read_at_once() -> None:
    lengths = {
        name_of(path): len(path.read_text("utf-8").splitlines())
        for path in modules(*LAYERS, "migrations")
    }
    assert {name: lines for name, lines in lengths.items() if lines > LINES_MAX} == {}


# --- refusals -------------------------------------------------------------------------------------


def _sections() -> list[tuple[RefusalKind, ...]]:
    """Return the sections of the registry and its companions, each once."""
    found = {}
    for path in (ROOT / "domain" / "refusals").glob("*.py"):
        for value in vars(importlib.import_module(f"domain.refusals.{path.stem}")).values():
            if isinstance(value, tuple) and value and isinstance(value[0], RefusalKind):
                found[id(value)] = value
    return list(found.values())


def test_every_section_is_registered_and_no_code_is_in_two() -> None:
    codes = Counter(kind.code for section in _sections() for kind in section)
    assert {code for code, times in codes.items() if times > 1} == set()
    assert set(codes) == set(REGISTRY)


def _literal(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    return call.args[position] if len(call.args) > position else _keyword(call, name)


def _calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    for where, node in nodes(*LAYERS):
        if isinstance(node, ast.Call) and name in (
            getattr(node.func, "id", ""),
            getattr(node.func, "attr", ""),
        ):
            yield where, node


def _refusals() -> Iterator[tuple[str, str, set[str] | None]]:
    """Return where, code and given values of each refusal and fault; None if they are not literal."""
    for where, call in _calls("Refusal"):
        code = _literal(_argument(call, 0, "code"))
        if code is not None:
            given = {keyword.arg for keyword in call.keywords}
            yield where, code, None if None in given else {name for name in given if name}
    for where, call in _calls("Fault"):
        code = _literal(_argument(call, 1, "code"))
        if code is None:
            continue
        values = _argument(call, 2, "values")
        if values is None:
            yield where, code, set()
        elif isinstance(values, ast.Dict) and all(_literal(key) for key in values.keys):
            yield where, code, {_literal(key) or "" for key in values.keys}
        else:
            yield where, code, None


def test_every_code_that_is_refused_with_is_registered() -> None:
    unknown = [(where, code) for where, code, _ in _refusals() if code not in REGISTRY]
    assert unknown == []
    assert set(REFUSAL_BY_CONSTRAINT.values()) <= set(REGISTRY)


def test_every_registered_code_is_used() -> None:
    registries = {name_of(path) for path in (ROOT / "domain" / "refusals").glob("*.py")}
    said = {
        node.value
        for where, node in nodes(*LAYERS)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and where.partition(":")[0] not in registries
    }
    assert set(REGISTRY) - said == set()


def _asked_for(text: Text) -> set[str]:
    return {
        name for said in (text.zh, text.en) for _, name, _, _ in Formatter().parse(said) if name
    }


def test_every_refusal_brings_the_values_that_its_sentences_ask_for() -> None:
    missing = [
        (where, code, _asked_for(REGISTRY[code].detail) - given)
        for where, code, given in _refusals()
        if given is not None and code in REGISTRY and not _asked_for(REGISTRY[code].detail) <= given
    ]
    missing += [
        ("adapters/postgres/constraints.py", code, _asked_for(REGISTRY[code].detail))
        for code in sorted(set(REFUSAL_BY_CONSTRAINT.values()))
        if _asked_for(REGISTRY[code].detail)
    ]
    assert missing == []


def test_titles_are_constant_and_both_languages_ask_for_the_same_values() -> None:
    for kind in REGISTRY.values():
        assert _asked_for(kind.title) == set(), kind.code
        assert _asked_for(Text(kind.detail.zh, "")) == _asked_for(Text("", kind.detail.en)), (
            kind.code
        )
