"""Review requests in PostgreSQL."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.rows import CASE_COLUMNS, case_of, keys_of, scope_of
from domain.cases import Case
from domain.ports.review_requests import ReviewRequests
from domain.review_request import ReviewRequest, ReviewSubject

_COLUMNS: Final = {
    ReviewSubject.SETTLEMENT_LINE: "settlement_id",
    ReviewSubject.HOLD: "hold_id",
    ReviewSubject.FILING: "filing_id",
    ReviewSubject.PREPAYMENT: "prepayment_id",
    ReviewSubject.RECOVERY: "recovery_id",
    ReviewSubject.VOUCHER_LINE: "voucher_settlement_id",
}
"""The column that names the case of the first decision."""
_NAMED: Final = tuple(_COLUMNS.values())

_ADD: Final = text(f"""
insert into review_requests (place_id, org_id, partner_org_id, region_path, id, subject,
                             {", ".join(_NAMED)}, line_id, voucher_id, decided_seq, statement, requested_on)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :subject,
        {", ".join(f":{name}" for name in _NAMED)}, :line_id, :voucher_id, :decided_seq, :statement,
        :requested_on)
""")
_GET_MANY: Final = text(f"""
select {CASE_COLUMNS}, r.subject, coalesce({", ".join(f"r.{name}" for name in _NAMED)}) as decided_id,
       coalesce(r.line_id, r.voucher_id) as line_id, r.decided_seq, r.statement, r.requested_on
  from review_requests r join cases c on c.place_id = r.place_id and c.id = r.id
 where r.place_id = any(:places) and r.id = any(:ids)
""")
_UNDECIDED: Final = text("""
select exists (
  select from review_requests r
    join cases c on c.place_id = r.place_id and c.id = r.id and c.state in ('requested', 'examined')
   where r.place_id = :place_id and r.recovery_id = :id)
""")


def _request(row: Row[Any]) -> ReviewRequest:
    return ReviewRequest(
        case=case_of(row),
        subject=ReviewSubject(row.subject),
        decided_id=row.decided_id,
        line_id=row.line_id,
        decided_seq=row.decided_seq,
        statement=row.statement,
        requested_on=row.requested_on,
    )


class PostgresReviewRequests(ReviewRequests):
    """The review requests one actor's scope shows."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, request: ReviewRequest) -> None:
        of_voucher = request.subject is ReviewSubject.VOUCHER_LINE
        await self._connection.execute(
            _ADD,
            {
                **scope_of(request.case),
                "id": request.case.id,
                "subject": request.subject,
                **{column: request.of(subject) for subject, column in _COLUMNS.items()},
                "line_id": None if of_voucher else request.line_id,
                "voucher_id": request.line_id if of_voucher else None,
                "decided_seq": request.decided_seq,
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

    async def undecided_over(self, recovery: Case) -> bool:
        named = {"place_id": recovery.place_id, "id": recovery.id}
        return bool((await self._connection.execute(_UNDECIDED, named)).scalar_one())
