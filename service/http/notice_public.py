"""Notices as anybody reads them, and objections as anybody sends them: no sign-in, masked, noindex."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final
from uuid import UUID

import msgspec

from domain.errors import Refusal, Text
from domain.notice import ITEMS_MAX, STATEMENT_MAX, Objecting, Objection, PublicNotice
from domain.party import system_actor
from domain.policy.overlay import NoticeOf
from domain.ports.work import Work
from domain.refusals import REGISTRY
from service.application import notice, objection
from service.http.call import Answer, Call, Served, json_answer
from service.http.notice import TAG
from service.http.notice_page import notice_page, text_of, unavailable_page
from service.http.operation import HTML, operation
from service.http.pages import PAGE_HEADERS
from service.http.request import prefers_page
from service.http.shapes import Body, TextView, View

_NOINDEX: Final = {"X-Robots-Tag": "noindex, nofollow", "Vary": "Accept"}
PEOPLE_MAX: Final = 50_000


class PublishedPersonView(View):
    """A person: surname, masked number, and the amount in fen; null before a listing."""

    line_no: int
    name: str
    identity_masked: str
    amount_fen: int | None


class PublishedItemView(View):
    """One enterprise: people, and amount in fen, null before a listing.

    People one by one only where the region names them.
    """

    item_no: int
    enterprise: str
    people: int
    amount_fen: int | None
    persons: Annotated[list[PublishedPersonView], msgspec.Meta(max_length=PEOPLE_MAX)]


class PublicNoticeView(View):
    """A notice that runs today. `text` is what is printed: from when to when, and how to object."""

    id: UUID
    subject: NoticeOf
    region_path: str
    bureau: str
    starts_on: date
    ends_on: date
    text: TextView
    items: Annotated[list[PublishedItemView], msgspec.Meta(max_length=ITEMS_MAX)]

    @classmethod
    def of(cls, shown: PublicNotice) -> "PublicNoticeView":
        """Show a notice."""
        said = text_of(shown)
        return cls(
            id=shown.id,
            subject=shown.of,
            region_path=shown.region_path,
            bureau=shown.bureau,
            starts_on=shown.starts_on,
            ends_on=shown.ends_on,
            text=TextView(zh=said.zh, en=said.en),
            items=[
                PublishedItemView(
                    item_no=item.item_no,
                    enterprise=item.enterprise,
                    people=item.people,
                    amount_fen=item.amount_fen,
                    persons=[
                        PublishedPersonView(
                            line_no=one.line_no,
                            name=one.name,
                            identity_masked=one.identity_masked,
                            amount_fen=one.amount_fen,
                        )
                        for one in item.persons
                    ],
                )
                for item in shown.items or ()
            ],
        )


class ObjectionBody(Body):
    """An objection. `client_key` is made by the sender; the same key is the same objection."""

    client_key: Annotated[
        str, msgspec.Meta(min_length=16, max_length=128, pattern="^[A-Za-z0-9_-]+$")
    ]
    item_no: Annotated[int, msgspec.Meta(ge=1, le=ITEMS_MAX)]
    statement: Annotated[str, msgspec.Meta(min_length=1, max_length=STATEMENT_MAX)]
    line_no: Annotated[int, msgspec.Meta(ge=1, le=PEOPLE_MAX)] | None = None
    contact: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None


class ReceiptView(View):
    """That an objection was received, and until when it is answered. Nothing sent is repeated."""

    id: UUID
    notice_id: UUID
    received_on: date
    answer_by: date | None

    @classmethod
    def of(cls, received: Objection) -> "ReceiptView":
        """Show a receipt."""
        return cls(
            id=received.case.id,
            notice_id=received.notice_id,
            received_on=received.received_on,
            answer_by=received.answer_by,
        )


@operation(
    id="ListNotices",
    method="GET",
    path="/v1/notices",
    tag=TAG,
    summary=Text("公示列表", "List the notices that run today"),
    description=Text("无须登录。", "Needs no sign-in."),
    public=True,
    answer=PublicNoticeView,
    paged=True,
)
async def list_notices(call: Call) -> Answer:
    """Read a page of what is public."""
    page = call.page()
    rows = await call.read_public(
        lambda work: notice.public_notices(work, after=page.after_id, limit=page.limit)
    )
    return call.page_answer(rows, page, view=PublicNoticeView.of, after=lambda one: one.id)


@operation(
    id="GetNotice",
    method="GET",
    path="/v1/notices/{notice_id}",
    tag=TAG,
    summary=Text("查看公示", "Read a notice"),
    description=Text(
        "无须登录；按 Accept 返回 JSON 或网页。期满后撤下。",
        "Needs no sign-in; JSON, or a page when HTML is asked for. Taken down when it has ended.",
    ),
    public=True,
    answer=PublicNoticeView,
    page=True,
    problems=("notice_taken_down",),
)
async def get_notice(call: Call) -> Answer:
    """Read one notice, as JSON or as a page."""
    page = prefers_page(call.headers.get("accept"))
    try:
        shown = await call.read_public(
            lambda work: notice.public_notice(work, notice_id=call.path("notice_id"))
        )
    except Refusal as refusal:
        if page and refusal.code in {"not_found", "notice_taken_down"}:
            return _page(unavailable_page(REGISTRY[refusal.code]), status=404)
        raise
    if page:
        return _page(notice_page(shown))
    return Answer(body=msgspec.json.encode(PublicNoticeView.of(shown)), headers=_NOINDEX)


@operation(
    id="ObjectToNotice",
    method="POST",
    path="/v1/notices/{notice_id}/objections",
    tag=TAG,
    summary=Text("提出异议", "Object to a notice"),
    description=Text(
        "公示期内任何人均可提出，无须登录。只冻结所指的事项或人员；联系方式加密保存。"
        "client_key 由提交方生成，重复提交视为同一件。",
        "Anybody, within the period, without signing in. Freezes exactly the item or person it "
        "names; the contact is sealed. The sender makes client_key: sent again it is the same.",
    ),
    public=True,
    body=ObjectionBody,
    body_example={
        "client_key": "5f0c7a2e9b1d4c6e",
        "item_no": 1,
        "statement": "第 3 人未参加培训。",
        "line_no": 3,
        "contact": "公示异议联系人，电话见附件",
    },
    answer=ReceiptView,
    status=201,
    problems=(
        "not_found",
        "notice_taken_down",
        "objection_faulty",
        "too_many_objections",
        "key_reused",
        "busy",
    ),
)
async def object_to_notice(call: Call) -> Answer:
    """Receive an objection, as the system in the notice's place."""
    body = call.decode(ObjectionBody)
    notice_id = call.path("notice_id")

    async def place(work: Work) -> tuple[UUID, str]:
        running = await notice.public_notice(work, notice_id=notice_id)
        found = await work.places.of_region(running.region_path)
        if found is None:
            raise Refusal("not_found")
        return found.bureau_org_id, found.region_path

    bureau_org_id, region_path = await call.read_public(place)
    command = Objecting(
        client_key=body.client_key,
        item_no=body.item_no,
        line_no=body.line_no,
        statement=body.statement,
        contact=body.contact,
    )
    received = await call.change_as(
        system_actor(bureau_org_id=bureau_org_id, region_path=region_path),
        lambda work: objection.receive_objection(
            work,
            notice_id=notice_id,
            command=command,
            digest=hashlib.sha256(call.raw).digest(),
        ),
    )
    return json_answer(ReceiptView.of(received), status=201)


def _page(page: str, *, status: int = 200) -> Answer:
    headers: Mapping[str, str] = {**PAGE_HEADERS, **_NOINDEX}
    return Answer(status=status, body=page.encode(), media=HTML, headers=headers)


OPERATIONS: Final[tuple[Served, ...]] = (list_notices, get_notice, object_to_notice)
