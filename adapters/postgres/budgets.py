"""Appropriations and commitments in PostgreSQL."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.bulk import BulkInsert
from adapters.postgres.rows import keys_of, scope_of
from domain.budget import Appropriation, Commitment, CommitmentState
from domain.cases import Case
from domain.ports.budgets import Budgets

_ADD_APPROPRIATION: Final = text("""
insert into appropriations (place_id, org_id, partner_org_id, region_path, id, fund_source, budget_year,
                            amount_fen, document_number)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :fund_source, :budget_year,
        :amount_fen, :document_number)
""")
_APPROPRIATION: Final = text("""
select fund_source, budget_year, amount_fen, document_number from appropriations
 where place_id = :place_id and id = :id
""")
_APPROPRIATIONS: Final = text("""
select id, fund_source, budget_year, amount_fen, document_number from appropriations
 where place_id = any(:places) and id = any(:ids)
""")
_ADD_COMMITMENTS: Final = BulkInsert(
    "commitments",
    fixed={},
    varying={
        "id": "uuid",
        "filing_id": "uuid",
        "fund_source": "text",
        "budget_year": "smallint",
        "amount_fen": "bigint",
        "listed_at": "timestamptz",
        "state": "text",
    },
)
_COMMITMENT: Final = """
select id, filing_id, org_id, partner_org_id, fund_source, budget_year, amount_fen, listed_at, state
  from commitments
"""
_FORWARD: Final = f"""{_COMMITMENT}
 where place_id = :place_id and fund_source = :fund_source and budget_year = :budget_year and state = 'forward'
 order by listed_at, id
"""
_QUEUE: Final = text(_FORWARD)
_WAITING: Final = text(f"{_FORWARD} for update")
_TAKE_TURN: Final = text("select pg_advisory_xact_lock(hashtextextended(cast(:book as text), 0))")
_OF_FILING: Final = text(
    f"{_COMMITMENT} where place_id = :place_id and filing_id = :id order by budget_year"
)
_MOVE: Final = text(
    "update commitments set state = :state where place_id = :place_id and id = any(:ids)"
)


def _appropriation(case: Case, row: Row[Any]) -> Appropriation:
    return Appropriation(
        case=case,
        fund_source=row.fund_source,
        budget_year=row.budget_year,
        amount_fen=row.amount_fen,
        document_number=row.document_number,
    )


def _commitment(row: Row[Any]) -> Commitment:
    return Commitment(
        id=row.id,
        filing_id=row.filing_id,
        org_id=row.org_id,
        partner_org_id=row.partner_org_id,
        fund_source=row.fund_source,
        budget_year=row.budget_year,
        amount_fen=row.amount_fen,
        listed_at=row.listed_at,
        state=CommitmentState(row.state),
    )


class PostgresBudgets(Budgets):
    """The budgets one actor's scope shows."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_appropriation(self, appropriation: Appropriation) -> None:
        await self._connection.execute(
            _ADD_APPROPRIATION,
            {
                **scope_of(appropriation.case),
                "id": appropriation.case.id,
                "fund_source": appropriation.fund_source,
                "budget_year": appropriation.budget_year,
                "amount_fen": appropriation.amount_fen,
                "document_number": appropriation.document_number,
            },
        )

    async def appropriation(self, case: Case) -> Appropriation:
        row = (
            await self._connection.execute(
                _APPROPRIATION, {"place_id": case.place_id, "id": case.id}
            )
        ).one()
        return _appropriation(case, row)

    async def appropriations(self, cases: Sequence[Case]) -> Sequence[Appropriation]:
        rows = await self._connection.execute(_APPROPRIATIONS, keys_of(cases))
        found = {row.id: row for row in rows}
        return [_appropriation(case, found[case.id]) for case in cases]

    async def add_commitments(self, case: Case, commitments: Sequence[Commitment]) -> None:
        await _ADD_COMMITMENTS.run(
            self._connection,
            scope_of(case),
            [
                (
                    c.id,
                    c.filing_id,
                    c.fund_source,
                    c.budget_year,
                    c.amount_fen,
                    c.listed_at,
                    c.state,
                )
                for c in commitments
            ],
        )

    async def take_turn(self, place_id: UUID, fund_source: str, budget_year: int) -> None:
        await self._connection.execute(
            _TAKE_TURN, {"book": f"book:{place_id}:{fund_source}:{budget_year}"}
        )

    async def waiting(
        self, place_id: UUID, fund_source: str, budget_year: int
    ) -> Sequence[Commitment]:
        rows = await self._connection.execute(
            _WAITING, {"place_id": place_id, "fund_source": fund_source, "budget_year": budget_year}
        )
        return [_commitment(row) for row in rows]

    async def queue(
        self, place_id: UUID, fund_source: str, budget_year: int
    ) -> Sequence[Commitment]:
        rows = await self._connection.execute(
            _QUEUE, {"place_id": place_id, "fund_source": fund_source, "budget_year": budget_year}
        )
        return [_commitment(row) for row in rows]

    async def commitments(self, case: Case) -> Sequence[Commitment]:
        rows = await self._connection.execute(
            _OF_FILING, {"place_id": case.place_id, "id": case.id}
        )
        return [_commitment(row) for row in rows]

    async def move(
        self, place_id: UUID, commitment_ids: Sequence[UUID], state: CommitmentState
    ) -> None:
        await self._connection.execute(
            _MOVE, {"place_id": place_id, "ids": list(commitment_ids), "state": state}
        )
