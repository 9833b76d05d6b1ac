"""The published case of 启东市, 2025-04, over HTTP, job, bank file and ledger (CASES 4)."""

import os
import subprocess
import sys
from pathlib import Path

from domain.ledger import AccountKind
from service.application.demo_region import REGION_CODE
from service.commands import demo_road
from service.commands.children import environment_of
from tests.e2e.rig import Rig

AUTHORITY = {"handler", "approver", "releaser", "finance", "finance-second"}


def test_qidong_2025_04_end_to_end(rig: Rig) -> None:
    said: list[str] = []
    demo_road.travel(rig.address, move_clock=rig.move_clock, say=said.append)
    narrated = "\n".join(said)
    assert "prepayment approved: 66 000.00 元" in narrated
    assert "= balance 62 000.00 元" in narrated

    place_id = rig.one("select id from places where region_path like $1", f"%/{REGION_CODE}/")
    paid = rig.sql(
        "select p.amount_fen, p.state, count(a.*) as attempts from payments p"
        " join payment_attempts a on (a.place_id, a.payment_id) = (p.place_id, p.id)"
        " where p.place_id = $1 group by p.id, p.amount_fen, p.state order by p.amount_fen",
        place_id,
    )
    assert paid == [
        {"amount_fen": 6_200_000, "state": "paid", "attempts": 1},
        {"amount_fen": 6_600_000, "state": "paid", "attempts": 1},
    ]
    balances = rig.sql(
        "select kind, sum(debits_fen)::bigint as debits, sum(credits_fen)::bigint as credits"
        " from ledger_balances where place_id = $1 group by kind",
        place_id,
    )
    left = {row["kind"]: row["debits"] - row["credits"] for row in balances}
    assert left[AccountKind.EXPENSE] == 12_800_000
    assert left[AccountKind.IN_TRANSIT] == 0
    assert left[AccountKind.PREPAYMENT_RECEIVABLE] == 0
    assert left[AccountKind.COMMITTED] == 0
    assert sum(left.values()) == 0

    states = rig.sql(
        "select kind, state, count(*) from cases where place_id = $1 group by 1, 2 order by 1, 2",
        place_id,
    )
    assert {(row["kind"], row["state"]): row["count"] for row in states} == {
        ("account_change", "verified"): 1,
        ("appropriation", "approved"): 2,
        ("batch", "reconciled"): 2,
        ("filing", "closed"): 1,
        ("funding_request", "concurred"): 2,
        ("prepayment", "paid"): 1,
        ("settlement", "closed"): 1,
    }

    # Three bureau and two finance people completed it; the demo's other officers signed nothing.
    signed = rig.sql(
        "select distinct u.name, s.duty from case_steps s join user_accounts u using (person_id)"
        " where s.place_id = $1 and s.duty not in ('file', 'system')",
        place_id,
    )
    assert {row["name"] for row in signed} == AUTHORITY
    duties = rig.sql(
        "select case_id, person_id from case_duties where place_id = $1"
        " group by 1, 2 having count(*) > 1",
        place_id,
    )
    assert duties == []


def test_the_doctor_names_the_region_that_nobody_can_release_payments_in(rig: Rig) -> None:
    assert examined(rig) == (0, [])
    staff, whole = rig.place(), rig.place()
    assert examined(rig) == (0, [])
    releaser = staff.releaser.account_name
    close = "update user_accounts set closed_at = clock_timestamp() where name = $1"
    rig.sql(close, releaser)
    status, failures = examined(rig)
    assert status == 1
    assert [staff.place.region_path in line for line in failures] == [True]
    assert whole.place.region_path not in failures[0]
    # The approver's second account is no second person.
    rig.sql(
        "update user_accounts set closed_at = null, person_id = $2 where name = $1",
        releaser,
        staff.approver.person_id,
    )
    assert examined(rig) == (1, failures)


def examined(rig: Rig) -> tuple[int, list[str]]:
    """Run `xuetu doctor` on the stack; returns its exit status and what it finds wrong."""
    done = xuetu("doctor", environment=environment_of(rig.settings, rig.servers))
    assert done.returncode in {0, 1}, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("ok")
    return done.returncode, [line for line in lines if line.startswith("FAIL")]


def xuetu(*words: str, environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run a command of the product."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XUETU_")}
    return subprocess.run(
        [sys.executable, "-c", "from service.cli import main; main()", *words],
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_the_demo_reproduces_the_case_with_redis_stopped_for_the_whole_run(tmp_path: Path) -> None:
    done = xuetu("demo", "--without-redis", environment={"TMPDIR": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    last = done.stdout.strip().splitlines()[-1]
    assert "prepayment 66 000.00 元, balance 62 000.00 元, trial balance 0" in last
    assert list(tmp_path.iterdir()) == []
