"""`kill -9` at named points of submission, reconciliation and bank result: all or nothing, never twice.

Where a process dies is set by `XUETU_CRASH_AT`; what it had done then is read from the database.
"""

import httpx
import pytest

from domain.ledger import AccountKind
from tests.e2e.rig import CHUNK_ROWS, Rig
from tests.e2e.road import SHARE_FEN, HttpRoad, new_key
from tests.waiting import until

PEOPLE = 12
"""Of one settlement: three chunks of five rows, the last one short."""


@pytest.mark.parametrize("point", ["once_claimed", "once_decided", "once_kept", "once_committed"])
def test_a_submission_whose_api_process_is_killed_is_decided_once_when_it_is_retried(
    rig: Rig, point: str
) -> None:
    rig.worker.stop()  # so that the rows counted below are those of the submission alone
    road = HttpRoad(rig)
    road.on("2024-02-05")
    rig.api.stop()
    rig.start_api(crash_at=point)
    plan, key = road.plan(3), new_key()
    whole = {
        "audit_entries": 3,
        "case_duties": 2,
        "case_steps": 3,
        "cases": 2,
        "documents": 3,
        "enrolments": 3,
        "filings": 1,
        "jobs": 1,
        "payee_accounts": 1,
        "roster_versions": 1,
    }

    with pytest.raises(httpx.TransportError):
        road.filer.send("POST", "/v1/filings", plan, key=key)
    rig.api.wait_killed()
    committed = point == "once_committed"
    assert rig.rows_of(road.staff.place.id) == (whole if committed else {})
    kept = "select count(*) from kept_answers where person_id = $1"
    assert rig.one(kept, road.staff.filer.person_id) == int(committed)

    rig.start_api()
    first = road.filer.send("POST", "/v1/filings", plan, key=key)
    again = road.filer.send("POST", "/v1/filings", plan, key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert ("Idempotent-Replayed" in first.headers) == committed
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.content == first.content
    for name in ("ETag", "Location", "Content-Type"):
        assert again.headers[name] == first.headers[name]
    assert first.json()["case"]["state"] == "submitted"
    assert rig.rows_of(road.staff.place.id) == whole
    assert rig.one(kept, road.staff.filer.person_id) == 1
    acts = rig.sql(
        "select action, count(*) from audit_entries where place_id = $1 group by 1 order by 1",
        road.staff.place.id,
    )
    assert [(row["action"], row["count"]) for row in acts] == [
        ("account_change.declare", 1),
        ("filing.draft", 1),
        ("filing.submit", 1),
    ]


def test_a_reconciliation_whose_worker_is_killed_again_and_again_finds_each_certificate_once(
    rig: Rig,
) -> None:
    rig.make_whole()
    road = HttpRoad(rig)
    (filing,) = road.listed(people=PEOPLE)
    road.completed(filing)
    settlement = road.settlement_submitted(filing)
    settlement_id = settlement.rpartition("/")[2]
    found = "select count(*) from findings where settlement_id = $1"
    rig.wait_idle()
    rig.worker.stop()
    road.handler.step(settlement, "accept")
    rig.put_off(all_but="verify_settlement")  # the notice of acceptance is written at the end

    progress = []
    for point in (
        "job.after_claim",
        "reconcile.before_chunk_commit:2",
        "job.after_chunk_effect",
        "reconcile.after_chunk_commit",
        "job.after_chunk",
        "job.after_effect",
    ):
        rig.start_worker(crash_at=point)
        rig.worker.wait_killed()
        (job,) = rig.sql(
            "select state, cursor, attempts from jobs where kind = 'verify_settlement' and ref = $1",
            settlement_id,
        )
        assert job["state"] == "leased"
        assert rig.one("select verified_at from settlements where id = $1", settlement_id) is None
        progress.append(rig.one(found, settlement_id))
        rig.expire_leases()
    # Some but not all chunks were done, and each kept one is whole.
    assert progress == [0, CHUNK_ROWS, CHUNK_ROWS, 2 * CHUNK_ROWS, PEOPLE, PEOPLE]

    rig.start_worker(crash_at="job.after_commit")
    rig.worker.wait_killed()
    rig.take_up()
    rig.start_worker()
    shown = road.handler.wait_until(settlement, "verified_at")
    rig.wait_idle()
    once = rig.sql(
        "select d.id, count(f.*) from declared_certificates d left join findings f"
        " on (f.place_id, f.declaration_id) = (d.place_id, d.id)"
        " where d.settlement_id = $1 group by d.id",
        settlement_id,
    )
    assert [row["count"] for row in once] == [1] * PEOPLE
    assert shown["case"]["state"] == "verifying"
    jobs = rig.sql(
        "select state, attempts from jobs where kind = 'verify_settlement' and ref = $1",
        settlement_id,
    )
    assert jobs == [{"state": "done", "attempts": 7}]
    acts = rig.sql(
        "select action, count(*) from audit_entries where object_id = $1 group by 1 order by 1",
        settlement_id,
    )
    assert {row["action"]: row["count"] for row in acts} == {
        "settlement.accept": 1,
        "settlement.draft": 1,
        "settlement.examined": 1,
        "settlement.submit": 1,
        "settlement.verify": 1,
    }
    rounds = "select count(distinct round) from eligibility where settlement_id = $1"
    assert rig.one(rounds, settlement_id) == 1


def test_a_bank_result_whose_worker_is_killed_again_and_again_moves_each_payment_once(
    rig: Rig,
) -> None:
    rig.make_whole()
    road = HttpRoad(rig)
    filings = road.listed(filings=5, people=1)
    prepayments = [road.prepayment_approved(filing) for filing in filings]
    batch = road.at_bank("prepayment", prepayments, 2024)
    answers = road.bank_result(batch, "2024-02-27")
    rig.wait_idle()
    rig.worker.stop()
    loaded = road.handler.ask("POST", f"{batch}/bank-results", answers)
    batch_id = batch.rpartition("/")[2]

    taken = []
    for point in (
        "job.after_claim",
        "bank_result.before_chunk_commit:2",
        "bank_result.after_chunk_commit",
        "job.after_chunk_effect",
        "job.after_effect",
    ):
        rig.start_worker(crash_at=point, chunk_rows=2)
        rig.worker.wait_killed()
        lines = rig.sql(
            "select state, count(*) from bank_lines where bank_result_id = $1 group by 1",
            loaded["id"],
        )
        count = {row["state"]: row["count"] for row in lines}
        matched = count.get("matched", 0)
        taken.append(matched)
        assert count.get("received", 0) == 5 - matched
        attempts = rig.sql(
            "select state, count(*) from payment_attempts where batch_id = $1 group by 1", batch_id
        )
        assert {row["state"]: row["count"] for row in attempts} == {
            state: n for state, n in (("paid", matched), ("submitted", 5 - matched)) if n
        }
        # The ledger says what the lines say, in the middle as well as at the end.
        balances = road.balances()
        assert balances[AccountKind.IN_TRANSIT] == (5 - matched) * SHARE_FEN
        assert balances.get(AccountKind.PREPAYMENT_RECEIVABLE, 0) == matched * SHARE_FEN
        assert sum(balances.values()) == 0
        assert rig.one("select state from cases where id = $1", batch_id) == "submitted"
        rig.expire_leases()
    assert taken == [0, 2, 4, 4, 5]

    rig.start_worker(crash_at="job.after_commit", chunk_rows=2)
    rig.worker.wait_killed()
    rig.start_worker()
    road.handler.wait_for(batch, "reconciled")
    rig.wait_idle()
    balances = road.balances()
    assert balances[AccountKind.IN_TRANSIT] == 0
    assert balances[AccountKind.PREPAYMENT_RECEIVABLE] == 5 * SHARE_FEN
    assert balances == balances | {
        AccountKind(row["kind"]): row["fen"]
        for row in rig.sql(
            "select kind, sum(debits_fen - credits_fen)::bigint as fen from ledger_balances"
            " where place_id = $1 group by kind",
            road.staff.place.id,
        )
    }
    confirmed = "select count(*) from postings where place_id = $1 and bank_line_id is not null"
    assert rig.one(confirmed, road.staff.place.id) == 5
    signed = rig.sql(
        "select case_kind, to_state, count(*) from case_steps where place_id = $1"
        " and to_state in ('paid', 'reconciled') group by 1, 2 order by 1",
        road.staff.place.id,
    )
    assert [tuple(row.values()) for row in signed] == [
        ("batch", "reconciled", 1),
        ("prepayment", "paid", 5),
    ]
    for prepayment in prepayments:
        assert road.filer.get(prepayment)["case"]["state"] == "paid"


def test_a_worker_killed_in_the_middle_is_followed_by_one_that_begins_at_once(rig: Rig) -> None:
    """Nothing of a dead worker holds the next job up: only its own job waits for its lease."""
    rig.make_whole()
    rig.wait_idle()
    rig.worker.stop()
    road = HttpRoad(rig)
    held = road.filed(1)
    rig.start_worker(crash_at="job.after_claim")
    rig.worker.wait_killed()
    state = "select state from jobs where kind = 'screen_filing' and ref = $1"
    rig.start_worker()
    other = road.filed(1)
    until("the next job is done", lambda: rig.one(state, _id(other)) == "done")
    assert rig.one(state, _id(held)) == "leased"
    rig.expire_leases()
    until("the held job is done", lambda: rig.one(state, _id(held)) == "done")
    screened = "select count(*) from filing_screenings where filing_id = $1"
    assert rig.one(screened, _id(held)) == 1


def _id(path: str) -> str:
    return path.rpartition("/")[2]
