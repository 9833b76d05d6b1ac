"""Small words for statements: the scope columns every case row begins with."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from domain.cases import Case, CaseKind

Params = dict[str, Any]


def scope_of(case: Case) -> Params:
    """The four columns that place a row: its deciding bureau, owner, partner and region."""
    return {
        "place_id": case.place_id,
        "org_id": case.org_id,
        "partner_org_id": case.partner_org_id,
        "region_path": case.region_path,
    }


def case_of(row: Row[Any]) -> Case:
    """Map a row that carries the columns of `CASE_COLUMNS`."""
    m = row._mapping
    return Case(
        id=m["case_id"],
        kind=CaseKind(m["case_kind"]),
        place_id=m["place_id"],
        org_id=m["org_id"],
        partner_org_id=m["partner_org_id"],
        region_path=m["region_path"],
        state=m["state"],
        step_seq=m["step_seq"],
        version=m["version"],
        created_at=m["created_at"],
    )


def keys_of(cases: Sequence[Case]) -> Params:
    """What finds the rows of several cases by their key, which begins with the place."""
    return {"places": list({case.place_id for case in cases}), "ids": [case.id for case in cases]}


CASE_COLUMNS = (
    "c.id as case_id, c.kind as case_kind, c.place_id, c.org_id, c.partner_org_id, c.region_path,"
    " c.state, c.step_seq, c.version, c.created_at"
)

PAID_TO = "case when p.new_account_id is null then p.payee_account_id else p.new_account_id end"
"""The account a payment goes to now. Not `coalesce`: under row security PostgreSQL takes that for a leak,
and would read all accounts of the place instead of looking one up."""


def to_be_replaced(place_id: str, account_id: str) -> str:
    """A condition: a declared change waits to replace this payee account.

    Looked up by key, account by account (`offset 0` keeps it so), whatever statistics say of the place.
    """
    return f"""exists (
       select from payee_accounts n
        cross join lateral (
              select d.state from cases d where d.place_id = n.place_id and d.id = n.id offset 0) d
        where n.place_id = {place_id} and n.replaces_id = {account_id} and d.state = 'declared' offset 0)"""
