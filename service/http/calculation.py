"""The calculator over HTTP: the same body and answer as `xuetu calculate`."""

from typing import Final

from domain.errors import Text
from service.application.calculation import calculate_case
from service.http.calculation_wire import CalculationCase, CalculationView, calculation_view
from service.http.call import Answer, Call, Served, json_answer
from service.http.operation import operation

TAG: Final = "calculator"


@operation(
    id="Calculate",
    method="POST",
    path="/v1/calculations",
    tag=TAG,
    summary=Text("补贴计算器", "Work a case out"),
    description=Text(
        "按某项标准（政策包编号，或同格式的内联标准）计算预支、应补、余额与追缴，并逐步说明；不保存任何内容。",
        "Works prepayment, entitlement, balance and recovery out under a standard (a "
        "pack's id or an inline one), explained step by step. Stores nothing.",
    ),
    public=True,
    body=CalculationCase,
    body_example={
        "policy": "nantong-2019-15",
        "target_grade": 4,
        "filed_months": 12,
        "actual_months": 12,
        "planned": 33,
        "completed_certified": 32,
        "completed_uncertified": 0,
    },
    answer=CalculationView,
    problems=("policy_invalid", "calculation_refused"),
)
async def calculate(call: Call) -> Answer:
    """Work a case out."""
    command = call.decode(CalculationCase).to_command()
    return json_answer(calculation_view(calculate_case(command, policies=call.ports.policies)))


OPERATIONS: Final[tuple[Served, ...]] = (calculate,)
