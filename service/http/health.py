"""Liveness and readiness: whether to restart this process, and whether to send it requests."""

from typing import Annotated

from msgspec import Meta, Struct

from domain.errors import Refusal, Text
from service.http.call import Answer, Call, json_answer
from service.http.operation import operation


class AliveView(Struct, kw_only=True):
    """The process answers."""

    alive: Annotated[bool, Meta(description="Always true.")]


class ReadyView(Struct, kw_only=True):
    """Everything the program cannot answer without answers."""

    ready: Annotated[bool, Meta(description="Always true; otherwise the answer is 503.")]
    parts: Annotated[list[str], Meta(description="The parts that were asked.")]


@operation(
    id="CheckAlive",
    method="GET",
    path="/health/live",
    tag="health",
    summary=Text("进程是否在运行", "Whether the process is alive"),
    description=Text(
        "只说明进程能应答，不检查数据库。", "Says that the process answers; asks nothing else."
    ),
    public=True,
    answer=AliveView,
    answer_example=AliveView(alive=True),
)
async def check_alive(_: Call) -> Answer:
    """Answer."""
    return json_answer(AliveView(alive=True))


@operation(
    id="CheckReady",
    method="GET",
    path="/health/ready",
    tag="health",
    summary=Text("服务是否就绪", "Whether the service is ready"),
    description=Text(
        "数据库可用且结构为当前版本时返回 200，否则返回 503 并说明未就绪的部分。",
        "200 when the database answers and has this version's tables; else 503 with what does not.",
    ),
    public=True,
    answer=ReadyView,
    answer_example=ReadyView(ready=True, parts=["database", "migrations"]),
    problems=("not_ready",),
)
async def check_ready(call: Call) -> Answer:
    """Ask every part; refuses `not_ready` naming those that do not answer."""
    parts = await call.ports.readiness()
    if missing := sorted(part for part, answers in parts.items() if not answers):
        raise Refusal("not_ready", parts=", ".join(missing))
    return json_answer(ReadyView(ready=True, parts=sorted(parts)))


OPERATIONS = (check_alive, check_ready)
