"""Real-name checks over HTTP (REG-13, SYS-13, SYS-14): asked by a job, kept as evidence, decisive at reservation."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text

from domain.real_name import RealNameAnswer, RealNameReply
from jobs.handlers import handlers
from jobs.worker import Worker
from tests.fakes.messages import FakeMessages
from tests.fakes.real_names import FakeRealNames
from tests.integration.api import voucher_road as road
from tests.integration.api.desk import Desk, Json
from tests.integration.api.refusing import problem_of
from tests.integration.api.test_filing_ends import DailyPorts

UNANSWERED = RealNameAnswer.UNAVAILABLE


async def checks(desk: Desk, voucher: Json, person: str = "handler") -> list[Json]:
    """What was answered about a voucher's person."""
    path = {"voucher_id": voucher["id"]}
    return list((await desk.done("ListRealNameChecks", person, path=path))["items"])


async def shown(desk: Desk, voucher: Json, person: str = "handler") -> Json:
    """A voucher as it stands."""
    return await desk.done("GetVoucher", person, path={"voucher_id": voucher["id"]})


async def later(desk: Desk, kind: str) -> None:
    """Let the waiting time of failed jobs pass."""
    statement = "update jobs set run_at = clock_timestamp() where kind = :kind and state = 'ready'"
    async with desk.house.admin.begin() as connection:
        await connection.execute(text(statement), {"kind": kind})


def answering(desk: Desk, answer: RealNameAnswer, *numbers: str) -> FakeRealNames:
    """The house's service, which answers about these people as told."""
    service = desk.house.real_names
    service.answers.update(dict.fromkeys(numbers, answer))
    return service


def questions(service: FakeRealNames, number: str) -> Sequence[str]:
    """Under which names the service was asked about a person."""
    return [request_id for _, citizen_id, request_id in service.asked if citizen_id == number]


async def test_everybody_on_an_issued_list_is_asked_about(desk: Desk) -> None:
    """Shows REG-10."""
    known, unknown = road.somebody(), road.somebody()
    answering(desk, RealNameAnswer.NOT_FOUND, unknown["citizen_id"])
    vouchers = await road.issued(desk, known, unknown)
    assert [one["real_name"] for one in vouchers] == ["matched", "not_found"]
    (check,) = await checks(desk, vouchers[1])
    assert check["answer_name"] == {
        "zh": "持卡人库中无此人",
        "en": "nobody in the base holds this citizen id",
    }
    assert (check["service"], check["seq"]) == ("fake", 1)
    assert check["reference"] == f"F-{vouchers[1]['id']}.1"


async def test_whoever_collects_a_voucher_is_asked_about_and_told_what_stands_in_his_way(
    desk: Desk,
) -> None:
    number = desk.staff.citizen_ids[desk.accounts["worker"]]
    answering(desk, RealNameAnswer.MISMATCH, number)
    voucher = await road.collected(desk)
    assert voucher["real_name"] is None
    await desk.idle()
    assert (await shown(desk, voucher, "worker"))["real_name"] == "mismatch"
    path = {"voucher_id": voucher["id"]}
    explained = await desk.done("ExplainVoucher", "worker", path=path)
    assert [one["code"] for one in explained["obstacles"]] == ["real_name_mismatch"]


async def test_an_answer_put_right_counts_and_the_first_stays_on_record(desk: Desk) -> None:
    number = desk.staff.citizen_ids[desk.accounts["worker"]]
    answering(desk, RealNameAnswer.MISMATCH, number)
    voucher = await road.collected(desk)
    await desk.idle()
    answering(desk, RealNameAnswer.MATCHED, number)
    await desk.done("AskRealName", "handler", path={"voucher_id": voucher["id"]})
    await desk.idle()
    assert [one["answer"] for one in await checks(desk, voucher)] == ["mismatch", "matched"]
    path = {"voucher_id": voucher["id"]}
    assert (await desk.done("ExplainVoucher", "worker", path=path))["obstacles"] == []


async def test_who_is_not_answered_about_is_asked_about_again_and_nobody_else(
    desk: Desk,
) -> None:
    answered, unanswered = road.somebody(), road.somebody()
    service = answering(desk, UNANSWERED, unanswered["citizen_id"])
    vouchers = await road.issued(desk, unanswered, answered)
    assert [one["real_name"] for one in vouchers] == [None, "matched"]
    answering(desk, RealNameAnswer.MATCHED, unanswered["citizen_id"])
    await later(desk, "check_real_names")
    await desk.idle()
    first, second = await checks(desk, vouchers[0])
    assert (first["answer"], first["reference"]) == ("unavailable", None)
    assert second["answer"] == "matched"
    assert len(questions(service, answered["citizen_id"])) == 1


async def test_one_voucher_without_an_answer_is_asked_about_again(desk: Desk) -> None:
    number = desk.staff.citizen_ids[desk.accounts["worker"]]
    answering(desk, UNANSWERED, number)
    voucher = await road.collected(desk)
    await desk.idle()
    assert (await shown(desk, voucher))["real_name"] is None
    answering(desk, RealNameAnswer.MATCHED, number)
    await later(desk, "check_real_name")
    await desk.idle()
    assert (await shown(desk, voucher))["real_name"] == "matched"


class Lost(FakeRealNames):
    """A service whose first answer is lost on the way."""

    async def ask(self, name: str, citizen_id: str, request_id: str) -> RealNameReply:
        reply = await super().ask(name, citizen_id, request_id)
        if len(self.asked) == 1:
            raise LookupError
        return reply


@pytest.mark.parametrize("kind", ["check_real_names", "check_real_name"])
async def test_a_question_whose_answer_was_lost_is_the_same_question_again(
    desk: Desk, kind: str
) -> None:
    service = Lost()
    house = desk.house
    done_by = handlers(5000, FakeMessages(), house.ports.documents, service, house.register)
    worker = Worker(DailyPorts(desk.house), done_by, jitter=lambda: 0)
    if kind == "check_real_name":
        voucher = await road.collected(desk)
    else:
        project_id = await road.approved(desk, distribution="targeted")
        await road.ordered(desk, project_id, [road.somebody()])
    await worker.run_until_idle()
    await later(desk, kind)
    await worker.run_until_idle()
    assert len(service.asked) == 2
    assert service.asked[0] == service.asked[1]
    listed = await desk.done("ListVouchers", "handler")
    (voucher,) = listed["items"]
    assert len(await checks(desk, voucher)) == 1


async def test_nobody_else_sees_what_was_answered(desk: Desk, elsewhere: Desk) -> None:
    voucher = await road.collected(desk)
    await desk.idle()
    path = {"voucher_id": voucher["id"]}
    await problem_of(
        elsewhere, elsewhere.ask("ListRealNameChecks", "handler", path=path), "not_found"
    )
    ask = elsewhere.ask("AskRealName", "handler", path=path)
    await problem_of(elsewhere, ask, "not_found")
    await problem_of(desk, desk.ask("ListRealNameChecks", "worker", path=path), "not_permitted")
    seen = "select count(*) from real_name_checks"
    async with desk.house.begin_work(desk.staff.worker) as work:
        assert (await work._connection.execute(text(seen))).scalar_one() == 1  # type: ignore[attr-defined]
    for other in (desk.staff.worker_second, desk.staff.teacher, desk.staff.filer):
        async with desk.house.begin_work(other) as work:
            assert (await work._connection.execute(text(seen))).scalar_one() == 0  # type: ignore[attr-defined]


async def test_what_is_kept_holds_neither_name_nor_citizen_id(desk: Desk) -> None:
    person = road.somebody(name="欧阳实名")
    await road.issued(desk, person)
    kept = (
        "select string_agg(t::text, ' ') from ("
        " select c::text as t from real_name_checks c union all select j::text from jobs j"
        " where j.kind like 'check_real%' union all select convert_from(e.payload, 'UTF8')"
        " from audit_entries e where e.action = 'real_names.opened') t"
    )
    async with desk.house.admin.connect() as connection:
        everything = str((await connection.execute(text(kept))).scalar_one())
    assert "matched" in everything
    assert person["name"] not in everything
    assert person["citizen_id"] not in everything
