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
