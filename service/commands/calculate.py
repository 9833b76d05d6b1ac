"""`xuetu calculate`, `xuetu policies`, `xuetu schema`: the calculator without a server."""

import json
import sys
from pathlib import Path

import msgspec

from domain.errors import Refusal
from service.application.calculation import calculate_case, policy_documents, policy_lines
from service.http.body import checked_json
from service.http.calculation_wire import (
    CalculationCase,
    SchemaName,
    calculation_view,
    schema_text,
)
from service.http.faults import decoded
from service.http.problems import answer_of
from service.wiring import policy_packs


def calculate(path: str) -> int:
    """Work the case of a file out (`-`: standard input). Exit 2 and a problem for bad input."""
    try:
        raw = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        print(f"xuetu: {path}: {error.strerror}", file=sys.stderr)
        return 2
    try:
        case: CalculationCase = decoded(raw, checked_json(raw), CalculationCase)
        result = calculate_case(case.to_command(), policies=policy_packs())
    except Refusal as refusal:
        _, _, body = answer_of(refusal, language="zh", request_id="calculate")
        print(_readable(body), file=sys.stderr)
        return 2
    print(_readable(msgspec.json.encode(calculation_view(result))))
    return 0


def policies(*, whole: bool) -> int:
    """List the packs: a plain line each, or all of them whole as JSON."""
    packs = policy_packs()
    if whole:
        print(json.dumps(policy_documents(packs), ensure_ascii=False, indent=2))
    else:
        print("\n".join(policy_lines(packs)))
    return 0


def schema(name: str) -> int:
    """Print the JSON Schema of policies or of cases."""
    print(schema_text(SchemaName(name)), end="")
    return 0


def _readable(body: bytes) -> str:
    return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
