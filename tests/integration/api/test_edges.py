"""Days and instants at the edge of what can be told are refused, or taken; none is a fault."""

from datetime import datetime
from uuid import uuid4

import pytest

from domain.cases import Duty
from domain.errors import Refusal
from domain.manual_finding import Seen
from tests.integration.api import road, voucher_road
from tests.integration.api.desk import FILED, Desk, Json, borrowed
from tests.integration.api.probes_policies import standard
from tests.integration.api.refusing import pointers, refused
from tests.integration.api.whole_road import Travelled

DAYS = ("0001-01-01", "9999-12-31")
INSTANTS = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00Z")


async def _asked(desk: Desk, operation_id: str, person: str, **how: object) -> None:
    answer = await desk.send(desk.ask(operation_id, person, **how))  # type: ignore[arg-type]
    assert answer.status_code < 500, f"{operation_id} {how}: {answer.text}"


@pytest.mark.parametrize("day", DAYS)
async def test_a_day_at_the_edge_is_no_fault(ended: Travelled, day: str) -> None:
    desk, ids = ended.desk, ended.ids
    version = await road.version_of(desk, "GetFiling", filing_id=ids["filing_id"])
    receipt: Json = {
        "line_reference": f"S-{day}",
        "recovery_reference": "RNOBODYS",
        "amount_fen": 1,
        "booked_on": day,
    }
    one = ids["enrolment_id"]
    for operation_id, person, how in (
        ("DraftPolicy", "approver", {"body": {"policy": road.overlay(desk, valid_from=day)}}),
        (
            "DraftPolicy",
            "approver",
            {"body": {"policy": road.overlay(desk, valid_from="2026-01-01", valid_to=day)}},
        ),
        ("DraftPolicy", "approver", {"body": {"policy": standard(valid_from=day)}}),
        ("PlanJointClass", "organiser", {"body": road.class_plan(desk, starts_on=day)}),
        ("ReportOpening", "filer", {"path": ids, "version": version, "body": {"starts_on": day}}),
        ("LoadReceipts", "handler", {"body": {"receipts": [receipt]}}),
        (
            "ProposeHold",
            "handler",
            {"body": road.hold_on("filing", ids["filing_id"], review_on=day)},
        ),
        (
            "ReportCompletion",
            "filer",
            {
                "path": ids,
                "version": version,
                "body": {
                    "completed_on": day,
                    "outcomes": [{"enrolment_id": one, "outcome": "completed", "day": day}],
                },
            },
        ),
        (
            "DraftVoucherProject",
            "handler",
            {"body": voucher_road.project(opens_on=day, closes_on=day, valid_until=day)},
        ),
        (
            "DraftVoucherProject",
            "handler",
            {"body": voucher_road.project(closes_on=day, valid_until=None, valid_days=3660)},
        ),
        ("ServeRecovery", "handler", {"path": ids, "body": {"served_on": day}}),
        (
            "GetRegionPolicy",
            "filer",
            {"path": {"region_code": desk.staff.region_code}, "query": f"on={day}"},
        ),
        ("GetStepTimes", "handler", {"query": f"from={day}&to={day}"}),
    ):
        await _asked(desk, operation_id, person, **how)


@pytest.mark.parametrize("instant", INSTANTS)
async def test_an_instant_at_the_edge_is_no_fault(common: Desk, instant: str) -> None:
    async with borrowed(common) as desk:
        filing_id = await road.listed(desk, people=1)
        evidence = {
            "kind": "photo",
            "digest": "ab" * 32,
            "site": "一号车间",
            "taken_at": instant,
        }
        path = {"filing_id": filing_id}
        await road.opened(desk, filing_id)
        ask = desk.ask("AddClassEvidence", "filer", path=path, body={"evidence": [evidence]})
        problem = await refused(desk, ask, "class_record_faulty")
        assert pointers(problem) == {"/evidence/0/taken_at": "day_outside_training"}


@pytest.mark.parametrize("instant", [INSTANTS[0], INSTANTS[2]])
def test_something_seen_before_everything_is_refused(instant: str) -> None:
    seen = Seen(
        source_system="省级证书查询系统",
        seen_at=datetime.fromisoformat(instant),
        document_sha256=bytes(32),
        note="",
    )
    with pytest.raises(Refusal) as raised:
        seen.by(uuid4(), Duty.REVIEW, now=FILED)
    (fault,) = raised.value.faults
    assert (fault.pointer, fault.code) == ("/seen/seen_at", "not_an_instant")
