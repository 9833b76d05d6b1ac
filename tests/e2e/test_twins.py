"""Two requests at once, over two connections and two API processes: one act, or one winner."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest

from domain.party import Role
from tests.e2e.rig import Person, Rig
from tests.e2e.road import HttpRoad, new_key

ONE_SUBMISSION = {
    "audit_entries": 3,
    "case_duties": 2,
    "case_steps": 3,
    "cases": 2,
    "documents": 3,
    "enrolments": 2,
    "filings": 1,
    "jobs": 1,
    "payee_accounts": 1,
    "roster_versions": 1,
}
TWINS_ROUNDS = 3
RACES = 6


@pytest.fixture(scope="module")
def second_address(rig: Rig) -> str:
    return rig.second_api()


def at_once(*asks: Callable[[], httpx.Response]) -> list[httpx.Response]:
    """Ask all of them at the same moment, each on a thread and a connection of its own."""
    ready = Barrier(len(asks))

    def run(ask: Callable[[], httpx.Response]) -> httpx.Response:
        ready.wait()
        return ask()

    with ThreadPoolExecutor(len(asks)) as pool:
        return list(pool.map(run, asks))


def answered(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """Ask as the guide tells partners to: again when the twin is still in flight.

    The server itself waits up to three seconds for the twin, so this is no busy loop.
    """
    for _ in range(10):
        answer = ask()
        if answer.status_code != 409 or answer.json()["code"] != "twin_in_flight":
            return answer
        assert answer.headers["Retry-After"]
    raise AssertionError("the twin is in flight for ever")


@pytest.mark.parametrize("count", [2, 20])
def test_simultaneous_identical_submissions_are_one_filing_and_identical_answers(
    rig: Rig, second_address: str, count: int
) -> None:
    rig.worker.stop()  # so that the rows counted below are those of the submission alone
    for _ in range(TWINS_ROUNDS):
        here = HttpRoad(rig)
        there = HttpRoad(rig, here.staff, at=second_address)
        here.on("2024-02-05")
        plan, key = here.plan(2), new_key()

        def ask(person: Person, plan: object = plan, key: str = key) -> httpx.Response:
            assert isinstance(plan, dict)
            return answered(lambda: person.send("POST", "/v1/filings", plan, key=key))

        asks = [
            (lambda person=person: ask(person))
            for person in ([here.filer, there.filer] * count)[:count]
        ]
        answers = at_once(*asks)
        assert [answer.status_code for answer in answers] == [201] * count
        assert len({answer.content for answer in answers}) == 1
        replayed = [answer.headers.get("Idempotent-Replayed") for answer in answers]
        assert sorted(replayed, key=str) == [None] + ["true"] * (count - 1)
        for name in ("ETag", "Location", "Content-Type"):
            assert len({answer.headers[name] for answer in answers}) == 1
        assert rig.rows_of(here.staff.place.id) == ONE_SUBMISSION


def test_a_key_used_again_with_another_body_is_refused_and_changes_nothing(rig: Rig) -> None:
    rig.make_whole()
    road = HttpRoad(rig)
    road.on("2024-02-05")
    key = new_key()
    first = road.filer.send("POST", "/v1/filings", road.plan(2), key=key)
    assert first.status_code == 201
    rig.wait_idle()
    before = rig.rows_of(road.staff.place.id)
    other = road.filer.send("POST", "/v1/filings", road.plan(2), key=key)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert rig.rows_of(road.staff.place.id) == before


def test_the_same_key_is_another_persons_own_and_tells_nothing(rig: Rig) -> None:
    road, elsewhere = HttpRoad(rig), HttpRoad(rig)
    road.on("2024-02-05")
    key = new_key()
    mine = road.filer.send("POST", "/v1/filings", road.plan(1), key=key)
    theirs = elsewhere.filer.send("POST", "/v1/filings", elsewhere.plan(1), key=key)
    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert mine.json()["case"]["id"] != theirs.json()["case"]["id"]


def test_of_two_approvals_at_once_by_two_approvers_one_wins(rig: Rig, second_address: str) -> None:
    road = HttpRoad(rig)
    name = f"approver-other-{road.staff.region_code}"
    rig.add_officer(road.staff, name, Role.APPROVER)
    approvers = (road.approver, rig.person(name, at=second_address))
    filings = road.listed(filings=RACES, people=1)
    lost: list[tuple[int, str]] = []
    for filing in filings:
        prepayment = road.prepayment_reviewed(filing)
        version = road.approver.get(prepayment)["case"]["version"]

        def approve(
            person: Person, path: str = f"{prepayment}/approve", version: int = version
        ) -> httpx.Response:
            body = {"reason": f"同意 {person.name}"}
            return person.send("POST", path, body, key=new_key(), version=version)

        answers = at_once(*((lambda person=person: approve(person)) for person in approvers))
        won = [n for n, answer in enumerate(answers) if answer.status_code == 200]
        assert len(won) == 1, [answer.text for answer in answers]
        loser = answers[1 - won[0]]
        lost.append((loser.status_code, loser.json()["code"]))
        signed = rig.sql(
            "select u.name, s.reason from case_steps s join user_accounts u using (person_id)"
            " where s.case_id = $1 and s.duty = 'approve'",
            prepayment.rpartition("/")[2],
        )
        winner = approvers[won[0]].name
        assert signed == [{"name": winner, "reason": f"同意 {winner}"}]
        duties = rig.one(
            "select count(*) from case_duties where case_id = $1 and duty = 'approve'",
            prepayment.rpartition("/")[2],
        )
        assert duties == 1
        lines = "select count(*) from prepayment_lines where prepayment_id = $1"
        assert rig.one(lines, prepayment.rpartition("/")[2]) == 1
    assert set(lost) <= {(412, "stale_version"), (409, "wrong_state"), (409, "busy")}


def test_of_two_listings_at_once_of_one_filing_one_wins_and_commits_its_money_once(
    rig: Rig, second_address: str
) -> None:
    road = HttpRoad(rig)
    name = f"approver-other-{road.staff.region_code}"
    rig.add_officer(road.staff, name, Role.APPROVER)
    approvers = (road.approver, rig.person(name, at=second_address))
    road.appropriate(2024)
    filing = road.filed(2)
    road.on("2024-02-19")
    road.handler.step(filing, "accept")
    case = road.handler.step(filing, "review", {"reason": "材料齐全"})["case"]

    def decide(person: Person) -> httpx.Response:
        body = {
            "document_number": f"试人社〔2024〕{person.name}",
            "filings": [{"filing_id": case["id"], "version": case["version"]}],
            "reason": "同意列入",
        }
        return person.send("POST", "/v1/listings", body, key=new_key())

    answers = at_once(*((lambda person=person: decide(person)) for person in approvers))
    won, lost = sorted(answer.status_code for answer in answers)
    assert won == 201
    assert lost in {409, 412}
    assert rig.one("select count(*) from listings where place_id = $1", road.staff.place.id) == 1
    committed = rig.sql(
        "select budget_year, count(*) from postings p join books b"
        " on (b.place_id, b.id) = (p.place_id, p.book_id)"
        " where p.place_id = $1 and p.to_kind = 'committed' group by 1",
        road.staff.place.id,
    )
    assert committed == [{"budget_year": 2024, "count": 1}]
