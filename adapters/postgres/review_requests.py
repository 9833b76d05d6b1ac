"""Review requests in PostgreSQL."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.rows import CASE_COLUMNS, case_of, keys_of, scope_of
from domain.cases import Case
from domain.ports.review_requests import ReviewRequests
from domain.review_request import ReviewRequest, ReviewSubject

_ADD: Final = text("""
insert into review_requests (place_id, org_id, partner_org_id, region_path, id, subject,
                             settlement_id, line_id, hold_id, statement, requested_on)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :subject,
        :settlement_id, :line_id, :hold_id, :statement, :requested_on)
""")
_GET_MANY: Final = text(f"""
select {CASE_COLUMNS}, r.subject, r.settlement_id, r.line_id, r.hold_id, r.statement, r.requested_on
  from review_requests r join cases c on c.place_id = r.place_id and c.id = r.id
 where r.place_id = any(:places) and r.id = any(:ids)
""")


def _request(row: Row[Any]) -> ReviewRequest:
    return ReviewRequest(
        case=case_of(row),
        subject=ReviewSubject(row.subject),
        settlement_id=row.settlement_id,
        line_id=row.line_id,
        hold_id=row.hold_id,
        statement=row.statement,
        requested_on=row.requested_on,
    )


class PostgresReviewRequests(ReviewRequests):
    """The review requests one actor's scope shows."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, request: ReviewRequest) -> None:
        await self._connection.execute(
            _ADD,
            {
                **scope_of(request.case),
                "id": request.case.id,
                "subject": request.subject,
                "settlement_id": request.settlement_id,
                "line_id": request.line_id,
                "hold_id": request.hold_id,
                "statement": request.statement,
                "requested_on": request.requested_on,
            },
        )

    async def get(self, case: Case) -> ReviewRequest:
        return (await self.page([case]))[0]

    async def page(self, cases: Sequence[Case]) -> Sequence[ReviewRequest]:
        rows = await self._connection.execute(_GET_MANY, keys_of(cases))
        found = {row.case_id: row for row in rows}
        return [_request(found[case.id]) for case in cases]
