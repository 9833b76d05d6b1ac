"""The signed steps of a case, the same for every kind: who signed what, when and why."""

from uuid import UUID

from domain.cases import CaseKind
from domain.ports.work import Work
from service.http.call import Answer, Call, json_answer
from service.http.shapes import HistoryView


async def steps_of(call: Call, kind: CaseKind, case_id: UUID) -> Answer:
    """Answer the steps of a case, oldest first."""

    async def act(work: Work) -> HistoryView:
        case = await work.cases.get(kind, case_id)
        return HistoryView.of(case, await work.cases.steps(case))

    return json_answer(await call.read(act))
