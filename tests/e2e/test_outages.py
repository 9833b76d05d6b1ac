"""Redis flushed, Redis killed, PostgreSQL restarted, all under a running API and worker.

PostgreSQL is made to restart by killing one of its backends with SIGKILL: the postmaster then ends
every session and recovers from the log, as after a crash, behind the address it had.
"""

import os
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event

import httpx
import redis
from asyncpg.exceptions import InterfaceError, PostgresError

from domain.ledger import AccountKind
from service.commands.partner import Json
from tests.e2e.rig import Rig
from tests.e2e.road import SHARE_FEN, HttpRoad, new_key
from tests.waiting import until

FILINGS = 40
PEOPLE = 2
RESTARTS = 3
FILERS = 4
_SESSIONS = "select pid from pg_stat_activity where application_name = $1 order by pid"


def bell(rig: Rig) -> redis.Redis:
    assert rig.servers.redis_url is not None
    return redis.Redis.from_url(rig.servers.redis_url)


def restart_postgres(rig: Rig) -> None:
    """Make PostgreSQL restart, and wait until it answers with none of its old sessions."""
    before = {row["pid"] for row in rig.sql(_SESSIONS, "xuetu-api")}
    assert before
    os.kill(max(before), signal.SIGKILL)

    def gone() -> bool:
        with suppress(PostgresError, InterfaceError, OSError):
            after = {row["pid"] for row in rig.sql(_SESSIONS, "xuetu-api")}
            return not before & after
        return False

    until("PostgreSQL has restarted", gone)


def test_postgres_restarted_under_submissions_refuses_some_and_doubles_none(rig: Rig) -> None:
    rig.make_whole()
    HttpRoad(rig).filed(1)
    rig.wait_idle()  # the worker is at work: one that only starts may fail, as any program
    road = HttpRoad(rig)
    api, worker = rig.api, rig.worker
    plans = [(road.plan(PEOPLE), new_key()) for _ in range(FILINGS)]
    seen: Counter[tuple[int, str]] = Counter()
    restarted = Event()

    def file(plan: Json, key: str) -> bytes:
        """File a plan under its key, again and again until it is taken."""
        while True:
            answer = road.filer.send("POST", "/v1/filings", plan, key=key)
            code = "" if answer.is_success else answer.json()["code"]
            seen[answer.status_code, code] += 1
            if answer.is_success:
                return answer.content

    def file_all(share: list[tuple[Json, str]]) -> list[bytes]:
        """File one's share; in its middle ask for what is filed until the restarts are over."""
        bodies = []
        for plan, key in share:
            bodies.append(file(plan, key))
            while len(bodies) == len(share) // 2 and not restarted.is_set():
                assert file(plan, key) == bodies[-1]
        return bodies

    with ThreadPoolExecutor(FILERS) as pool:
        shares = [pool.submit(file_all, plans[n::FILERS]) for n in range(FILERS)]
        try:
            for _ in range(RESTARTS):
                restart_postgres(rig)
        finally:
            restarted.set()
        bodies = [body for share in shares for body in share.result()]

    assert len(set(bodies)) == FILINGS
    # Whoever met the restart was told to come back, and nothing else.
    assert set(seen) <= {(201, ""), (503, "unavailable")}
    rig.wait_idle()
    assert rig.api is api
    assert api.running
    assert worker.running
    assert rig.rows_of(road.staff.place.id) == {
        "audit_entries": 3 * FILINGS,
        "case_duties": 2 * FILINGS,
        "case_steps": 3 * FILINGS,
        "cases": 2 * FILINGS,
        "documents": 3 * FILINGS,
        "enrolments": PEOPLE * FILINGS,
        "filing_screenings": FILINGS,
        "filings": FILINGS,
        "jobs": FILINGS,
        "payee_accounts": FILINGS,
        "roster_versions": FILINGS,
    }


def test_every_request_after_a_restart_of_postgres_works_or_is_told_to_come_back(rig: Rig) -> None:
    rig.make_whole()
    HttpRoad(rig).filed(1)
    rig.wait_idle()
    road = HttpRoad(rig)
    restart_postgres(rig)
    answers: list[httpx.Response] = []

    def works() -> bool:
        answers.append(road.filer.send("GET", "/v1/filings"))
        return answers[-1].is_success

    until("the API reads again", works)
    for answer in answers[:-1]:
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["Retry-After"]
    ready = [road.filer.send("GET", "/health/ready") for _ in range(12)]
    assert {answer.status_code for answer in ready} == {200}
    assert rig.worker.running


def test_a_road_goes_on_through_a_flushed_redis_a_restarted_postgres_and_a_killed_redis(
    rig: Rig,
) -> None:
    rig.make_whole()
    road = HttpRoad(rig)
    (filing,) = road.listed(people=3)
    prepayment = road.prepayment_approved(filing)

    # A ring is lost with everything else in Redis while no worker hears it.
    rig.wait_idle()
    rig.worker.stop()
    subject = {"kind": "prepayment", "id": prepayment.rpartition("/")[2]}
    book = {"fund_source": "employment_subsidy", "budget_year": 2024}
    asked = road.handler.ask("POST", "/v1/funding-requests", {**book, "subjects": [subject]})
    request = f"/v1/funding-requests/{asked['case']['id']}"
    road.finance.step(request, "concur", {"reason": "同意拨付"})
    with bell(rig) as client:
        until("the bell has been rung", client.dbsize)
        client.flushall()
        assert client.dbsize() == 0
    rig.start_worker()
    road.handler.wait_while(
        request, lambda shown: any(line["payment_id"] is None for line in shown["lines"])
    )

    sealed = road.handler.ask("POST", "/v1/batches", book)
    batch = f"/v1/batches/{sealed['case']['id']}"
    restart_postgres(rig)
    until("the API answers", lambda: road.releaser.send("GET", batch).is_success)
    road.releaser.step(batch, "release", {"reason": "放行"})
    road.handler.wait_for(batch, "submitted")

    # From here on there is no bell: the worker looks for itself.
    with bell(rig) as client:
        os.kill(client.info()["process_id"], signal.SIGKILL)
    answers = road.bank_result(batch, "2024-02-27")
    road.handler.ask("POST", f"{batch}/bank-results", answers)
    road.handler.wait_for(batch, "reconciled")
    assert road.filer.get(prepayment)["case"]["state"] == "paid"

    rig.wait_idle()
    assert rig.worker.running
    balances = road.balances()
    assert balances[AccountKind.IN_TRANSIT] == 0
    assert balances[AccountKind.PREPAYMENT_RECEIVABLE] == 3 * SHARE_FEN
    assert sum(balances.values()) == 0
    tried = rig.sql(
        "select p.state, count(a.*) from payments p join payment_attempts a"
        " on (a.place_id, a.payment_id) = (p.place_id, p.id) where p.place_id = $1 group by p.id, 1",
        road.staff.place.id,
    )
    assert tried == [{"state": "paid", "count": 1}]
    jobs = rig.sql(
        "select kind, state, count(*) from jobs where place_id = $1 group by 1, 2 order by 1",
        road.staff.place.id,
    )
    # Documents: of acceptance, listing, prepayment and funding request. Messages: roster, listing, payment.
    assert [tuple(row.values()) for row in jobs] == [
        ("ingest_bank_result", "done", 1),
        ("issue_document", "done", 4),
        ("order_payments", "done", 1),
        ("screen_filing", "done", 1),
        ("send_register_message", "done", 3),
        ("submit_batch", "done", 1),
        ("tell_of_document", "done", 4),
    ]
