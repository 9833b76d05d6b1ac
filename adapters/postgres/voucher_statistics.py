"""Statistics of vouchers in PostgreSQL: one statement over acts and sets, grouped and in total at once."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ports.voucher_statistics import VoucherStatistics
from domain.voucher_statistics import Counted, StatisticsBy, VoucherStatistic, VoucherStep

_EVENTS: Final = {
    VoucherStep.ISSUED: "issue",
    VoucherStep.COLLECTED: "collect",
    VoucherStep.STARTED: "start",
    VoucherStep.COMPLETED: "complete",
    VoucherStep.REDEEMED: "redeem",
    VoucherStep.PAID: "pay",
    VoucherStep.EXPIRED: "expire",
    VoucherStep.RETURNED: "give_back",
}
_STANDS: Final = {
    VoucherStep.PAID: "paid",
    VoucherStep.EXPIRED: "expired",
    VoucherStep.RETURNED: "returned",
}
"""Steps that count only where the voucher stands so now."""

_GROUPS: Final = {
    StatisticsBy.PROJECT: ("p.id::text", "p.name"),
    StatisticsBy.FUND: (
        "p.fund_source || '/' || p.budget_year",
        "p.fund_source || ' ' || p.budget_year",
    ),
    StatisticsBy.REGION: ("f.region_path", "r.name"),
    StatisticsBy.MONTH: ("to_char(f.day, 'YYYY-MM')", "to_char(f.day, 'YYYY-MM')"),
}
_STEP: Final = " ".join(f"when '{event}' then '{step}'" for step, event in _EVENTS.items())
_WANTED: Final = ", ".join(f"'{event}'" for event in _EVENTS.values())
_SO_NOW: Final = " and ".join(
    f"(m.event <> '{_EVENTS[step]}' or m.state = '{state}')" for step, state in _STANDS.items()
)
_COUNTS: Final = ", ".join(
    f"count(*) filter (where f.step = '{step}') as {step}_vouchers,"
    f" count(distinct f.person_id) filter (where f.step = '{step}') as {step}_people"
    for step in VoucherStep
)


def _statement(key: str, label: str) -> TextClause:
    return text(f"""
with moved as (
  select v.place_id, v.region_path, v.project_id, v.id, v.person_id, v.amount_fen, v.state, s.event, s.at
    from vouchers v
    cross join lateral unnest(v.set_ids) as u(set_id)
    join voucher_sets s on s.place_id = v.place_id and s.id = u.set_id
   where s.event in ({_WANTED})
  union all
  select v.place_id, v.region_path, v.project_id, v.id, v.person_id, v.amount_fen, v.state, a.event, a.at
    from voucher_acts a
    join vouchers v on v.place_id = a.place_id and v.id = a.voucher_id
   where a.event in ({_WANTED})
), firsts as (
  select m.place_id, m.region_path, m.project_id, m.id, m.person_id, m.amount_fen,
         case m.event {_STEP} end as step, cast(min(m.at) at time zone 'Asia/Shanghai' as date) as day
    from moved m where {_SO_NOW}
   group by m.place_id, m.region_path, m.project_id, m.id, m.person_id, m.amount_fen, m.event
)
select {key} as key, {label} as label, grouping({key}) as is_total, {_COUNTS},
       coalesce(sum(f.amount_fen) filter (where f.step = 'paid'), 0)::bigint as paid_fen
  from firsts f
  join voucher_projects p on p.place_id = f.place_id and p.id = f.project_id
  join regions r on r.path = f.region_path
 where (cast(:since as date) is null or f.day >= :since)
   and (cast(:until as date) is null or f.day <= :until)
 group by grouping sets (({key}, {label}), ())
 order by is_total, key
""")


_STATEMENTS: Final = {by: _statement(*group) for by, group in _GROUPS.items()}


class PostgresVoucherStatistics(VoucherStatistics):
    """What one actor's scope shows, counted."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lines(
        self, by: StatisticsBy, *, since: date | None, until: date | None
    ) -> Sequence[VoucherStatistic]:
        days = {"since": since, "until": until}
        return [_line(row) for row in await self._connection.execute(_STATEMENTS[by], days)]


def _line(row: Row[Any]) -> VoucherStatistic:
    named = row._mapping
    return VoucherStatistic(
        key=None if row.is_total else row.key,
        label="合计 total" if row.is_total else row.label,
        steps={
            step: Counted(vouchers=named[f"{step}_vouchers"], people=named[f"{step}_people"])
            for step in VoucherStep
        },
        paid_fen=row.paid_fen,
    )
