"""Voucher projects over HTTP: two people, what is published, and lists that are issued to."""

from typing import Any

import pytest

from domain.party import Role
from domain.ports.sheets import CSV, XLSX
from domain.roster.vouchers import LIST
from tests.integration.api import voucher_class_road
from tests.integration.api import voucher_road as road
from tests.integration.api.desk import Ask, Desk, Json
from tests.integration.api.refusing import pointers, problem_in, refused, unchanged
from tests.people import citizen_id
from tests.sheet_files import csv_of, xlsx_of

HEADINGS = [column.heading.zh for column in LIST.columns]


async def test_a_project_is_drafted_by_one_person_and_approved_by_another(desk: Desk) -> None:
    provider = desk.staff.provider
    await voucher_class_road.catalogued(desk)
    body = road.project(
        tags=["veteran", "disabled"],
        provider_credit_codes=[provider.credit_code],
        min_attendance_basis_points=8_000,
        standards=[road.standard(min_minutes=1_200)],
    )
    drafted = await desk.done("DraftVoucherProject", "handler", body=body)
    path = {"project_id": drafted["case"]["id"]}
    assert drafted["case"]["state"] == "draft"
    assert drafted["plan"]["provider_org_ids"] == [str(provider.id)]
    await desk.done("ApproveVoucherProject", "approver", path=path, version=1, body={})
    shown = await desk.done("GetVoucherProject", "handler", path=path)
    assert shown["plan"] == drafted["plan"]
    said = {name: value for name, value in body.items() if name in shown["plan"]}
    said["tags"] = ["disabled", "veteran"]
    assert {name: shown["plan"][name] for name in said} == said
    offer = await desk.done("GetVoucherOffer", None, path={"offer_id": path["project_id"]})
    assert offer["plan"] == shown["plan"]
    assert offer["region_path"] == desk.staff.place.region_path
    steps = (await desk.done("GetVoucherProjectHistory", "handler", path=path))["steps"]
    assert [(step["duty"], step["to_state"]) for step in steps] == [
        ("review", "draft"),
        ("approve", "approved"),
    ]
    assert len({step["account_name"] for step in steps}) == 2


async def test_whoever_drafted_a_project_does_not_approve_it(desk: Desk) -> None:
    roles = frozenset({Role.REVIEWER, Role.APPROVER})
    both = await desk.hire("both", roles, region_path=desk.staff.place.region_path)
    drafted = await desk.done("DraftVoucherProject", both, body=road.project())
    path = {"project_id": drafted["case"]["id"]}
    ask = desk.ask("ApproveVoucherProject", both, path=path, version=1, body={})
    await refused(desk, ask, "duty_conflict")


@pytest.mark.parametrize(
    ("operation_id", "person", "state"),
    [
        ("RefuseVoucherProject", "approver", "refused"),
        ("WithdrawVoucherProject", "handler", "withdrawn"),
    ],
)
async def test_a_draft_ends_unpublished(
    desk: Desk, operation_id: str, person: str, state: str
) -> None:
    project_id = await road.drafted(desk)
    path = {"project_id": project_id}
    body = {"reason": "资金来源不明确"}
    done = await desk.done(operation_id, person, path=path, version=1, body=body)
    assert done["case"]["state"] == state
    absent = desk.ask("GetVoucherOffer", None, path={"offer_id": project_id})
    assert (await desk.send(absent)).status_code == 404


async def test_offers_are_found_by_region_until_they_are_closed(desk: Desk) -> None:
    project_id = await road.approved(desk)
    neighbour = await desk.neighbour()
    other_id = await road.approved(neighbour)

    async def offered(query: str) -> set[str]:
        found: set[str] = set()
        cursor = ""
        while True:
            page = await desk.done("ListVoucherOffers", None, query=query + cursor)
            found |= {str(one["id"]) for one in page["items"]}
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    assert await offered(f"region_code={desk.staff.region_code}") == {project_id}
    assert {project_id, other_id} <= await offered("region_code=3206&page_size=500")
    await road.closed(desk, project_id)
    assert project_id not in await offered("page_size=500")
    shown = await desk.done("GetVoucherOffer", None, path={"offer_id": project_id})
    assert shown["closed_at"] is not None
    ask = desk.ask(
        "CollectFromProject", "worker", path={"offer_id": project_id}, body=road.own(desk)
    )
    await refused(desk, ask, "voucher_project_not_open")


async def test_projects_are_listed_for_their_bureau_alone(desk: Desk) -> None:
    project_id = await road.approved(desk)
    await road.drafted(desk)
    listed = await desk.done("ListVoucherProjects", "approver", query="state=approved")
    assert [one["case"]["id"] for one in listed["items"]] == [project_id]
    assert (await desk.done("ListVoucherProjects", "worker"))["items"] == []


# --- lists ------------------------------------------------------------------------------------------


def listing(desk: Desk, project_id: str, raw: bytes, media: str = CSV, query: str = "") -> Ask:
    """The issue of vouchers to a list in a file."""
    headers: dict[str, str | None] = {"Content-Type": media}
    if "dry_run" in query:
        headers["Idempotency-Key"] = None
    return desk.ask(
        "OrderVoucherIssue",
        "handler",
        path={"project_id": project_id},
        query=query,
        content=raw,
        headers=headers,
    )


def row(name: str = "张三", number: str | None = None, phone: str = "", tag: str = "") -> list[str]:
    """A row of a list, a new person each time."""
    return [name, number or citizen_id(), phone, tag]


@pytest.mark.parametrize("media", ["application/json", CSV, XLSX])
async def test_a_list_is_issued_to_whichever_way_it_comes(desk: Desk, media: str) -> None:
    project_id = await road.approved(desk, distribution="targeted")
    rows = [row("李四", phone="13800138000", tag="退役军人"), row("王五")]
    if media == "application/json":
        people = [
            {"name": "李四", "citizen_id": rows[0][1], "phone": rows[0][2], "tag": "veteran"},
            {"name": "王五", "citizen_id": rows[1][1]},
        ]
        ordered = await road.ordered(desk, project_id, people)
    else:
        write = csv_of if media == CSV else xlsx_of
        answer = await desk.send(listing(desk, project_id, write([HEADINGS, *rows]), media))
        assert answer.status_code == 201, answer.text
        ordered = answer.json()
        assert answer.headers["location"] == f"/v1/voucher-issues/{ordered['issue']['id']}"
    assert (ordered["rows"], ordered["people"], ordered["left_out"]) == (2, 2, [])
    path = {"issue_id": ordered["issue"]["id"]}
    begun = await desk.done("GetVoucherIssue", "handler", path=path)
    assert (begun["issued"], begun["finished_at"]) == (0, None)
    await desk.idle()
    done = await desk.done("GetVoucherIssue", "handler", path=path)
    assert (done["issued"], done["people"]) == (2, 2)
    assert done["finished_at"] is not None
    vouchers = await desk.done("ListVouchers", "handler", query=f"project_id={project_id}")
    assert [(one["name"], one["phone_masked"], one["tag"]) for one in vouchers["items"]] == [
        ("李四", "138****8000", "veteran"),
        ("王五", None, None),
    ]
    shown = await desk.done("GetVoucherProject", "handler", path={"project_id": project_id})
    assert shown["plan"]["issued"] == 2


async def test_a_list_with_one_bad_row_issues_nothing_unless_good_rows_are_asked_for(
    desk: Desk,
) -> None:
    project_id = await road.approved(desk, distribution="targeted", tags=["veteran"])
    held = row(tag="退役军人")
    await road.ordered(
        desk, project_id, [{"name": held[0], "citizen_id": held[1], "tag": "veteran"}]
    )
    await desk.idle()
    rows = [row(tag="退役军人"), held, row(tag="残疾人"), row(name="", tag="退役军人")]
    raw = csv_of([HEADINGS, *rows])
    expected = {
        "/rows/3": "voucher_already_held",
        "/rows/4": "voucher_tag_not_admitted",
        "/rows/5/name": "cell_missing",
    }
    problem = await refused(desk, listing(desk, project_id, raw), "voucher_list_faulty")
    assert pointers(problem) == expected
    assert problem["detail"].startswith("The list has 3 fault(s)")
    some = await desk.send(listing(desk, project_id, raw, query="mode=accept_valid"))
    taken = some.json()
    assert (taken["rows"], taken["people"], taken["left_out"]) == (4, 1, [3, 4, 5])
    assert taken["issue"]["mode"] == "accept_valid"
    await desk.idle()
    vouchers = await desk.done("ListVouchers", "handler", query=f"project_id={project_id}")
    assert len(vouchers["items"]) == 2


async def test_a_list_of_nobody_good_issues_nothing_in_either_mode(desk: Desk) -> None:
    project_id = await road.approved(desk, distribution="targeted")
    for raw in (csv_of([HEADINGS, row(name="")]), csv_of([["姓名"], ["张三"]])):
        for query in ("", "mode=accept_valid"):
            ask = listing(desk, project_id, raw, query=query)
            assert problem_in(await desk.send(ask))["code"] == "voucher_list_faulty"


async def test_a_trial_lists_every_fault_with_its_proposal_and_stores_nothing(desk: Desk) -> None:
    project_id = await road.approved(desk, distribution="targeted")
    good = citizen_id()
    rows = [row(number=good.replace("0", "O", 1)), row(), row(phone="+86 138-0013-8000")]
    ask = listing(desk, project_id, csv_of([HEADINGS, *rows]), query="dry_run=true")
    async with unchanged(desk.house):
        tried: Json = (await desk.send(ask)).json()
    assert tried["issue"] is None
    (fault,) = tried["faults"]
    assert (fault["pointer"], fault["proposal"]) == ("/rows/2/citizen_id", good)
    assert (tried["people"], tried["left_out"], tried["note_count"]) == (2, [2], 1)
    kept = await desk.send(
        listing(desk, project_id, csv_of([HEADINGS, *rows]), query="mode=accept_valid")
    )
    assert "proposal" not in kept.json()["faults"][0], "what is kept holds no personal value"


async def test_a_trial_is_refused_as_the_issue_would_be(desk: Desk) -> None:
    project_id = await road.approved(desk, distribution="targeted", quota=1)
    raw = csv_of([HEADINGS, row(), row()])
    ask = listing(desk, project_id, raw, query="dry_run=true")
    async with unchanged(desk.house):
        problem = problem_in(await desk.send(ask))
    assert (problem["code"], problem["detail"]) == (
        "voucher_quota_exceeded",
        "名单有 2 人，项目尚可发放 1 张。",
    )


async def test_a_project_is_not_closed_while_a_list_is_issued_to(desk: Desk) -> None:
    project_id = await road.approved(desk, distribution="targeted")
    await road.ordered(desk, project_id, [road.somebody()])
    path = {"project_id": project_id}
    body = {"reason": "结束"}
    ask = desk.ask("CloseVoucherProject", "approver", path=path, version=2, body=body)
    await refused(desk, ask, "voucher_issue_under_way")
    await desk.idle()
    await road.closed(desk, project_id)


async def test_the_same_list_in_two_projects_is_issued_to_twice(desk: Desk) -> None:
    people = [road.somebody()]
    first, second = [await road.approved(desk, distribution="targeted") for _ in range(2)]
    for project_id in (first, second):
        await road.ordered(desk, project_id, people)
    await desk.idle()
    listed = await desk.done("ListVouchers", "handler")
    holders = {one["person_id"] for one in listed["items"]}
    assert (len(listed["items"]), len(holders)) == (2, 1)


@pytest.mark.parametrize(
    ("language", "query", "media", "first"),
    [("zh", "format=csv", CSV, "姓名"), ("en", "format=csv", CSV, "Name"), ("zh", "", XLSX, "PK")],
)
async def test_the_template_is_a_list_to_fill_in(
    desk: Desk, language: str, query: str, media: str, first: str
) -> None:
    ask = desk.ask("GetVoucherListTemplate", "handler", query=query)
    answer = await desk.send(ask, Accept_Language=language, Accept=media)
    assert answer.headers["content-type"].startswith(media)
    assert first.encode() in answer.content[:20]
    wrong: Any = await desk.send(ask, Accept="image/png")
    assert wrong.status_code == 406


async def test_issues_are_read_by_their_bureau_alone(desk: Desk) -> None:
    project_id = await road.approved(desk, distribution="targeted")
    ordered = await road.ordered(desk, project_id, [road.somebody()])
    path = {"project_id": project_id}
    listed = await desk.done("ListVoucherIssues", "handler", path=path)
    assert listed["items"] == [ordered["issue"]]
    neighbour = await (await desk.neighbour()).all_signed_in()
    path = {"issue_id": ordered["issue"]["id"]}
    await refused(neighbour, neighbour.ask("GetVoucherIssue", "handler", path=path), "not_found")
