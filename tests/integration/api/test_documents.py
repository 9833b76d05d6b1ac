"""Documents over HTTP: versions, contents, removal, downloads, hostile files, what is missing."""

import hashlib
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from adapters.postgres.constraints import constraint_of
from domain.cases import CaseKind
from domain.document_file import DOCUMENT_LIMIT
from domain.party import system_actor
from service.application.crash_points import arm
from service.application.document import sweep_documents
from tests import documents, hostile
from tests.integration.api import road
from tests.integration.api.desk import Desk, House, Json, open_desk
from tests.integration.api.refusing import pointers, problem_in, refused, unchanged

EVERYWHERE = system_actor(bureau_org_id=UUID(int=0), region_path="/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A filing in draft, and what its documents are asked with."""

    desk: Desk
    filing_id: str

    async def upload(self, kind: str, content: bytes, **how: Any) -> httpx.Response:
        """Upload a document."""
        name = how.pop("name", "a.pdf")
        media = how.pop("media", hostile.PDF)
        extra = how.pop("query", "")
        ask = self.desk.ask(
            "UploadFilingDocument",
            how.pop("person", "filer"),
            path={"filing_id": self.filing_id},
            query=f"kind={kind}&file_name={quote(name)}{extra}",
            content=content,
            headers={"Content-Type": media},
        )
        return await self.desk.send(ask)

    async def uploaded(self, kind: str, content: bytes, **how: Any) -> Json:
        """Upload what must be taken."""
        answer = await self.upload(kind, content, **how)
        assert answer.status_code == 201, answer.text
        found: Json = answer.json()
        return found

    async def listed(self) -> list[Json]:
        """Every version."""
        path = {"filing_id": self.filing_id}
        return list((await self.desk.done("ListFilingDocuments", "handler", path=path))["items"])

    async def list(self) -> dict[str, Json]:
        """The completeness list, by item."""
        return {item["item"]: item for item in (await self.completeness())["items"]}

    async def verdicts(self) -> tuple[bool, bool]:
        """Whether it may be submitted, and accepted."""
        found = await self.completeness()
        return found["submittable"], found["acceptable"]

    async def completeness(self) -> Json:
        """The completeness list."""
        path = {"filing_id": self.filing_id}
        return await self.desk.done("GetFilingCompleteness", "filer", path=path)


async def drafted(desk: Desk, **how: Any) -> Held:
    """A filing in draft, without documents unless told."""
    body = road.plan(desk, submit=False, **({"documents": []} | how))
    made = await desk.done("CreateFiling", "filer", body=body)
    return Held(desk=desk, filing_id=made["case"]["id"])


@pytest.fixture(scope="module")
async def held(house: House) -> AsyncIterator[Held]:
    """One draft for everything that leaves nothing behind."""
    async with open_desk(house) as opened:
        yield await drafted(await opened.all_signed_in())


def another(n: int) -> bytes:
    """A PDF of its own."""
    return hostile.pdf(b"%%%d" % n)


async def contents(house: House) -> set[bytes]:
    """Every content in the store."""
    return set(await house.ports.documents.idle(older_than_s=-3600, limit=10**6))


async def audited(house: House, document_id: str) -> list[str]:
    """What was recorded of a document."""
    async with house.admin.connect() as connection:
        query = "select action from audit_entries where object_id = :id order by id"
        return list((await connection.execute(text(query), {"id": document_id})).scalars())


@pytest.mark.parametrize("name", hostile.BAD)
async def test_a_hostile_file_is_refused_and_leaves_nothing(held: Held, name: str) -> None:
    media, make, fault = hostile.BAD[name]
    before = await contents(held.desk.house)
    async with unchanged(held.desk.house):
        answer = await held.upload(
            "other_material", make(), media=media, name=hostile.NAME_OF[media]
        )
    problem = problem_in(answer)
    assert (answer.status_code, problem["code"]) == (422, "document_refused")
    assert [error["code"] for error in problem["errors"]] == [fault]
    assert await contents(held.desk.house) == before
    alive = await held.desk.client.get("/health/live")
    assert alive.status_code == 200


@pytest.mark.parametrize(
    ("name", "code"),
    [*hostile.NAMES.items(), ("a\u202efdp.exe", ""), ("a\x00.pdf", ""), ("a" * 151 + ".pdf", "")],
)
async def test_a_hostile_name_is_refused(held: Held, name: str, code: str) -> None:
    async with unchanged(held.desk.house):
        problem = problem_in(await held.upload("other_material", documents.PDF, name=name))
    assert problem["code"] == ("documents_faulty" if code else "query_invalid")
    found = pointers(problem)["/query/file_name"]
    assert found == code or (not code and found in {"forbidden_character", "text_too_long"})


@pytest.mark.parametrize("media", ["video/mp4", "text/html", "image/svg+xml", "application/zip"])
async def test_a_type_that_is_no_document_is_not_read(held: Held, media: str) -> None:
    async with unchanged(held.desk.house):
        answer = await held.upload("other_material", documents.PDF, media=media)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


async def test_a_file_over_the_limit_is_not_read(held: Held) -> None:
    async with unchanged(held.desk.house):
        answer = await held.upload("other_material", bytes(DOCUMENT_LIMIT + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_every_harmless_type_is_kept_as_it_came(desk: Desk) -> None:
    held = await drafted(desk)
    for media, make in hostile.GOOD.values():
        sent = make()
        shown = await held.uploaded(
            "other_material", sent, media=media, name=hostile.NAME_OF[media]
        )
        assert shown["sha256"] == hashlib.sha256(sent).hexdigest()
        ask = desk.ask("DownloadDocument", "handler", path={"document_id": shown["id"]})
        assert (await desk.send(ask)).content == sent


async def test_versions_follow_each_other_and_the_same_content_is_the_same_version(
    desk: Desk,
) -> None:
    held = await drafted(desk)
    first = await held.uploaded("training_plan", another(1))
    again = await held.uploaded("training_plan", another(1), name="b.pdf")
    assert again == first
    second = await held.uploaded("training_plan", another(2))
    back = await held.uploaded("training_plan", another(1))
    assert [one["version"] for one in (first, second, back)] == [1, 2, 3]
    assert {one["state"] for one in (first, second, back)} == {"stored"}
    withdrawn = await desk.done("WithdrawDocument", "filer", path={"document_id": back["id"]})
    assert (withdrawn["version"], withdrawn["state"]) == (4, "withdrawn")
    assert not (await held.list())["training_plan"]["present"]
    once_more = await desk.done("WithdrawDocument", "filer", path={"document_id": back["id"]})
    assert once_more == withdrawn
    older = await desk.done("WithdrawDocument", "filer", path={"document_id": first["id"]})
    assert older == withdrawn
    assert [one["version"] for one in await held.listed()] == [1, 2, 3, 4]
    after = await held.uploaded("training_plan", another(1))
    assert after["version"] == 5
    shown = await desk.done("GetFiling", "filer", path={"filing_id": held.filing_id})
    assert shown["case"]["version"] == 1 + 5, "each change of what the case holds is a new version"
    assert await audited(desk.house, first["id"]) == ["document.uploaded"]


async def test_what_is_declared_with_a_draft_has_a_next_version_too(desk: Desk) -> None:
    held = await drafted(desk, documents=documents.declared_json())
    path = {"filing_id": held.filing_id}
    plan = {**documents.declared_json("training_plan")[0], "sha256": "ab" * 32}
    again = {"documents": [plan, *documents.declared_json("labour_contracts")]}
    declared = await desk.done("DeclareFilingDocuments", "filer", path=path, body=again)
    found = {one["kind"]: one["version"] for one in declared["documents"]}
    assert (found["training_plan"], found["labour_contracts"]) == (2, 1)
    other = await drafted(desk, documents=documents.declared_json())
    (first, *_) = await other.listed()
    withdrawn = await desk.done("WithdrawDocument", "filer", path={"document_id": first["id"]})
    assert (withdrawn["version"], withdrawn["state"]) == (2, "withdrawn")


async def test_an_upload_is_replayed_and_another_under_its_key_refused(desk: Desk) -> None:
    held = await drafted(desk)
    key = {"Idempotency-Key": "a-key-of-the-upload-0001", "Content-Type": hostile.PDF}
    how: Any = {
        "path": {"filing_id": held.filing_id},
        "query": "kind=training_plan&file_name=a.pdf",
        "headers": key,
    }
    ask = desk.ask("UploadFilingDocument", "filer", content=another(1), **how)
    first, again = await desk.send(ask), await desk.send(ask)
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    other = desk.ask("UploadFilingDocument", "filer", content=another(2), **how)
    assert (await desk.send(other)).json()["code"] == "key_reused"
    assert len(await held.listed()) == 1


async def test_a_download_is_an_attachment_audited_and_others_see_nothing(
    desk: Desk, elsewhere: Desk
) -> None:
    held = await drafted(desk)
    shown = await held.uploaded("labour_contracts", documents.PDF, name="劳动合同 (张三).pdf")
    path = {"document_id": shown["id"]}
    taken = await desk.send(desk.ask("DownloadDocument", "filer", path=path))
    answer = await desk.send(desk.ask("DownloadDocument", "handler", path=path))
    assert taken.content == answer.content == documents.PDF
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "sandbox" in answer.headers["content-security-policy"]
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; filename=\"document.pdf\"; filename*=UTF-8''")
    assert unquote(disposition.rpartition("'")[2]) == "劳动合同 (张三).pdf"
    assert await audited(desk.house, shown["id"]) == [
        "document.uploaded",
        "document.downloaded",
        "document.downloaded",
    ]
    for operation in ("DownloadDocument", "GetDocument"):
        for person in ("filer", "handler"):
            await refused(elsewhere, elsewhere.ask(operation, person, path=path), "not_found")
    metadata = await desk.done("GetDocument", "approver", path=path)
    assert metadata == shown


async def test_what_is_missing_is_listed_and_refused_all_at_once(desk: Desk) -> None:
    held = await drafted(desk, training_mode="provider", provider_name="某培训学校")
    items = await held.list()
    wanted = (*documents.KINDS, "cooperation_agreement")
    assert tuple(items) == ("plan", "roster", "payee", *wanted)
    assert {name: item["present"] for name, item in items.items() if name in wanted} == (
        dict.fromkeys(wanted, False)
    )
    assert items["training_plan"]["source"] == "FIL-02 39号五(一)"
    assert all(item["advice"]["zh"] and item["advice"]["en"] for item in items.values())
    path = {"filing_id": held.filing_id}
    for query in ("", "dry_run=true"):
        ask = desk.ask("SubmitFiling", "filer", path=path, query=query, version=1)
        problem = await refused(desk, ask, "filing_incomplete")
        assert pointers(problem) == {f"/documents/{kind}": "document_missing" for kind in wanted}
        assert "Training plan 培训计划" in problem["errors"][0]["detail"]
    body = {"documents": documents.declared_json(*wanted)}
    declared = await desk.done("DeclareFilingDocuments", "filer", path=path, body=body)
    assert {one["state"] for one in declared["documents"]} == {"declared"}
    assert await held.verdicts() == (True, False)
    submitted = await desk.done("SubmitFiling", "filer", path=path, version=2)
    assert submitted["submitted_at"] is not None
    accept = desk.ask("AcceptFiling", "handler", path=path, version=3)
    problem = await refused(desk, accept, "document_contents_missing")
    assert pointers(problem).keys() == {f"/documents/{kind}" for kind in wanted}
    other = await held.upload("training_plan", another(9), name=documents.NAMES["training_plan"])
    assert other.json()["code"] == "documents_closed", "after the receipt only what was declared"
    for kind in wanted:
        sent = await held.uploaded(kind, documents.PDF, name="other.pdf")
        assert (sent["version"], sent["state"]) == (1, "stored")
        assert sent["file_name"] == documents.NAMES[kind]
    assert await held.verdicts() == (True, True)
    accepted = await desk.send(accept)
    assert accepted.json()["case"]["state"] == "accepted", "contents leave the version as it was"
    (first, *_) = await held.listed()
    withdraw = desk.ask("WithdrawDocument", "filer", path={"document_id": first["id"]})
    await refused(desk, withdraw, "documents_closed")


async def test_agreements_of_everyone_stand_for_a_collective_one(desk: Desk) -> None:
    """Shows FIL-13, FIL-14."""
    held = await drafted(desk)
    people = await road.people_of(desk, held.filing_id)
    for n, person in enumerate(people):
        assert not (await held.list())["training_agreement"]["present"]
        shown = await held.uploaded(
            "training_agreement", another(n), query=f"&enrolment_id={person}"
        )
        assert shown["enrolment_id"] == person
    assert (await held.list())["training_agreement"]["complete"]
    stranger = await held.upload(
        "training_agreement", another(9), query=f"&enrolment_id={held.filing_id}"
    )
    assert pointers(problem_in(stranger)) == {"/query/enrolment_id": "person_not_on_roster"}


async def test_a_plan_that_can_no_longer_be_submitted_is_on_the_list(desk: Desk) -> None:
    held = await drafted(desk, documents=documents.declared_json())
    desk.clock.at = road.SETTLES
    items = await held.list()
    assert not items["plan"]["present"]
    assert await held.verdicts() == (False, False)
    assert items["training_plan"]["present"]


async def test_an_account_nobody_has_verified_is_shown_and_warned_of_and_hinders_nothing(
    desk: Desk,
) -> None:
    filing_id = await road.submitted(desk)
    path = {"filing_id": filing_id}
    held = Held(desk=desk, filing_id=filing_id)
    accepted = await desk.done("AcceptFiling", "handler", path=path, version=2)
    assert accepted["payee"]["account_state"] == "declared"
    payee = (await held.list())["payee"]
    assert (payee["present"], payee["complete"]) == (True, True)
    assert "核验之前不支付" in payee["warning"]["zh"]
    assert "nothing is paid before it is" in payee["warning"]["en"]
    assert await held.verdicts() == (True, True)
    others = [item["warning"] for name, item in (await held.list()).items() if name != "payee"]
    assert others
    assert set(others) == {None}

    reviewed = await desk.done("ReviewFiling", "handler", path=path, version=3, body={})
    filings = {"filings": [{"filing_id": filing_id, "version": reviewed["case"]["version"]}]}
    number = {"document_number": f"试人社〔2026〕{filing_id[-8:]}号"}
    listing = await desk.done("ListFilings", "approver", body=filings | number)
    assert [one["payee"]["account_state"] for one in listing["filings"]] == ["declared"]
    await road.accounts_verified(desk)
    shown = await desk.done("GetFiling", "filer", path=path)
    assert shown["payee"]["account_state"] == "verified"
    assert (await held.list())["payee"]["warning"] is None


async def test_a_refused_account_is_warned_of_too(desk: Desk) -> None:
    filing_id = await road.submitted(desk)
    (waiting,) = (await desk.done("ListPayeeAccounts", "handler", query="state=declared"))["items"]
    case = waiting["case"]
    body = {"reason": "户名与账号不符"}
    account = {"account_id": case["id"]}
    await desk.done(
        "RefusePayeeAccount", "handler", path=account, version=case["version"], body=body
    )
    held = Held(desk=desk, filing_id=filing_id)
    assert "must be declared and verified" in (await held.list())["payee"]["warning"]["en"]
    shown = await desk.done("GetFiling", "handler", path={"filing_id": filing_id})
    assert shown["payee"]["account_state"] == "refused"


async def test_a_settlement_is_proven_with_its_video_and_copies(desk: Desk) -> None:
    """Shows EVD-01."""
    filing_id = await road.listed(desk)
    (one, _) = await road.completed(desk, filing_id)
    made = await desk.done(
        "DraftSettlement", "filer", path={"filing_id": filing_id}, body={"declarations": []}
    )
    path = {"settlement_id": made["case"]["id"]}
    missing = await desk.done("GetSettlementCompleteness", "filer", path=path)
    assert [(i["item"], i["present"]) for i in missing["items"]] == [("training_video", False)]
    body = {"documents": [documents.TRAINING_VIDEO_JSON]}
    shown = await desk.done("DeclareSettlementDocuments", "filer", path=path, body=body)
    assert shown["documents"][0]["state"] == "referenced"
    assert shown["documents"][0]["reference"]["duration_s"] == 3600
    again = await desk.done("DeclareSettlementDocuments", "filer", path=path, body=body)
    assert again == shown, "the same content is the same version"
    ask = desk.ask(
        "UploadSettlementDocument",
        "filer",
        path=path,
        query=f"kind=certificate_copy&file_name=a.png&enrolment_id={one}",
        content=hostile.png(),
        headers={"Content-Type": hostile.PNG},
    )
    copy = (await desk.send(ask)).json()
    assert (copy["kind"], copy["enrolment_id"]) == ("certificate_copy", one)
    listed = await desk.done("ListSettlementDocuments", "handler", path=path)
    assert [item["kind"] for item in listed["items"]] == ["training_video", "certificate_copy"]
    done = await desk.done("GetSettlementCompleteness", "handler", path=path)
    assert (done["submittable"], done["acceptable"]) == (True, True)
    version = await road.settlement_version(desk, made["case"]["id"])
    submitted = await desk.done("SubmitSettlement", "filer", path=path, version=version)
    assert submitted["case"]["state"] == "submitted"


class Killed(BaseException):
    """Stands for the end of the process."""


def _die() -> None:
    raise Killed


async def test_a_content_whose_row_never_came_is_invisible_and_swept(desk: Desk) -> None:
    held = await drafted(desk)
    store = desk.house.ports.documents
    lost, kept = another(11), another(12)
    await held.uploaded("labour_contracts", kept)
    arm("document_content_kept", kill=_die)
    with pytest.raises(Killed):
        await held.upload("training_plan", lost)
    digest = hashlib.sha256(lost).digest()
    assert digest in await contents(desk.house), "it was written before its row"
    assert [one["kind"] for one in await held.listed()] == ["labour_contracts"]
    begin_work = desk.house.begin_work
    young = await sweep_documents(EVERYWHERE, begin_work=begin_work, store=store)
    assert young == 0, "an upload may still be on its way"
    gone = await sweep_documents(EVERYWHERE, begin_work=begin_work, store=store, older_than_s=-3600)
    assert gone >= 1
    left = await contents(desk.house)
    assert digest not in left
    assert hashlib.sha256(kept).digest() in left


async def test_an_enterprise_adds_no_document_to_an_accepted_case_behind_the_product(
    desk: Desk,
) -> None:
    filing_id = await road.reviewed(desk)
    statement = text(
        "insert into documents (place_id, org_id, region_path, id, case_id, case_kind, kind, version,"
        " file_name, media_type, sha256, withdrawn, person_id, added_at)"
        " select place_id, org_id, region_path, gen_random_uuid(), case_id, case_kind, kind, version + 1,"
        " file_name, media_type, sha256, withdrawn, person_id, added_at from documents"
        " where case_id = :id limit 1"
    )
    async with desk.house.begin_work(desk.staff.filer) as work:
        with pytest.raises(DBAPIError) as late:
            await work._connection.execute(statement, {"id": filing_id})  # type: ignore[attr-defined]
        assert constraint_of(late.value) == "document_in_time"
    async with desk.house.begin_work(desk.staff.filer) as work:
        case = await work.cases.get(CaseKind.FILING, UUID(filing_id))
        assert {one.version for one in await work.documents.in_force(case)} == {1}


async def test_twenty_mebibytes_take_bounded_memory(desk: Desk) -> None:
    held = await drafted(desk)
    body = zlib.compress(bytes(range(256)), 0) * (DOCUMENT_LIMIT // 300)
    whole = hostile.pdf(b"stream\n" + body + b"\nendstream")
    assert DOCUMENT_LIMIT * 3 // 4 < len(whole) <= DOCUMENT_LIMIT
    tracemalloc.start()
    shown = await held.uploaded("labour_contracts", whole)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5 * DOCUMENT_LIMIT
    assert shown["size_bytes"] == len(whole)
