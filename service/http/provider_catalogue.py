"""Provider catalogue (培训机构目录) over HTTP: drafted by one person, approved by another, read by everybody."""

from datetime import date
from typing import Final
from uuid import UUID

from domain.cases import CaseKind
from domain.errors import Text
from domain.party import Role
from domain.ports.work import Work
from domain.provider_catalogue import CatalogueChange, CatalogueEntry, ListedProvider
from service.application import provider_catalogue
from service.application.provider_catalogue import DraftEntry
from service.http.call import Answer, Call, Served, json_answer
from service.http.case_lists import in_state
from service.http.class_plan_wire import CreditCode
from service.http.history import steps_of
from service.http.operation import Query, operation
from service.http.shapes import (
    Body,
    CaseView,
    Day,
    Decision,
    DocumentNumber,
    HistoryView,
    View,
)

TAG: Final = "provider-catalogue"
_BASE: Final = "/v1/catalogue-entries"
_SIGNED: Final = ("wrong_state", "duty_conflict", "busy")
_APPROVER: Final = frozenset({Role.APPROVER})
_DRAFTS: Final = frozenset({Role.POLICY_OFFICER, Role.REVIEWER})


class CatalogueEntryBody(Body):
    """A change of the actor's region: a provider joins or leaves, from a day on, by a document."""

    provider_credit_code: CreditCode
    change: CatalogueChange
    effective_on: Day
    document_number: DocumentNumber


class CatalogueEntryView(View):
    """A change of the catalogue. It holds for everybody once it is approved."""

    case: CaseView
    provider_org_id: UUID
    change: CatalogueChange
    effective_on: date
    document_number: str

    @classmethod
    def of(cls, entry: CatalogueEntry) -> "CatalogueEntryView":
        """Show an entry."""
        return cls(
            case=CaseView.of(entry.case),
            provider_org_id=entry.provider_id,
            change=entry.change,
            effective_on=entry.effective_on,
            document_number=entry.document_number,
        )


class ListedProviderView(View):
    """A provider that may train in the region asked about: since when, by whose document."""

    provider_org_id: UUID
    name: str
    credit_code: str | None
    region_path: str
    since: date
    document_number: str

    @classmethod
    def of(cls, provider: ListedProvider) -> "ListedProviderView":
        """Show a provider."""
        return cls(
            provider_org_id=provider.provider_id,
            name=provider.name,
            credit_code=provider.credit_code,
            region_path=provider.region_path,
            since=provider.since,
            document_number=provider.document_number,
        )


def _answer(entry: CatalogueEntry, *, status: int = 200) -> Answer:
    return json_answer(
        CatalogueEntryView.of(entry),
        status=status,
        version=entry.case.version,
        location=f"{_BASE}/{entry.case.id}" if status == 201 else None,
    )


@operation(
    id="DraftCatalogueEntry",
    method="POST",
    path=_BASE,
    tag=TAG,
    summary=Text("录入培训机构目录变动", "Draft a change of the provider catalogue"),
    description=Text(
        "本地区的培训机构入目录或出目录，写明生效日期和文号；另一人批准后公布。退出不得追溯：退出之日前已开班的可以完成培训"
        "并核销，之后不再开班，未开班的停办，已报名的培训券恢复为已领取。",
        "A provider of the region joins or leaves, with the day and the document; published when another person "
        "approves. Nobody leaves in the past: what began before that day is finished and redeemed, nothing begins "
        "after it, planned classes are called off, and reserved vouchers are collected again.",
    ),
    roles=_DRAFTS,
    body=CatalogueEntryBody,
    body_example={
        "provider_credit_code": "52320681MJ60000018",
        "change": "join",
        "effective_on": "2026-03-01",
        "document_number": "启人社〔2026〕9号",
    },
    answer=CatalogueEntryView,
    status=201,
    keyed=True,
    dry_run=True,
    problems=("place_unknown", "catalogue_entry_faulty", "busy"),
)
async def draft_entry(call: Call) -> Answer:
    """Draft a change."""

    async def act(work: Work) -> CatalogueEntry:
        body = call.decode(CatalogueEntryBody)
        return await provider_catalogue.draft_entry(
            work,
            DraftEntry(
                provider_credit_code=body.provider_credit_code,
                change=body.change,
                effective_on=body.effective_on,
                document_number=body.document_number,
            ),
        )

    return await call.once(act, lambda done: _answer(done, status=201))


async def _decided(call: Call, event: str) -> Answer:
    async def act(work: Work) -> CatalogueEntry:
        return await provider_catalogue.decide_entry(
            work,
            entry_id=call.path("catalogue_entry_id"),
            version=call.if_match,
            event=event,
            reason=call.decode(Decision).reason,
        )

    return await call.once(act, _answer)


@operation(
    id="ApproveCatalogueEntry",
    method="POST",
    path=f"{_BASE}/{{catalogue_entry_id}}/approve",
    tag=TAG,
    summary=Text("批准目录变动", "Approve a change of the catalogue"),
    roles=_APPROVER,
    body=Decision,
    body_example={"reason": "符合入目录条件"},
    answer=CatalogueEntryView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "catalogue_entry_faulty"),
)
async def approve_entry(call: Call) -> Answer:
    """Approve a change and publish it."""
    return await _decided(call, "approve")


@operation(
    id="RefuseCatalogueEntry",
    method="POST",
    path=f"{_BASE}/{{catalogue_entry_id}}/refuse",
    tag=TAG,
    summary=Text("不同意目录变动", "Refuse a change of the catalogue"),
    roles=_APPROVER,
    body=Decision,
    body_example={"reason": "办学许可已到期"},
    answer=CatalogueEntryView,
    keyed=True,
    versioned=True,
    problems=_SIGNED,
)
async def refuse_entry(call: Call) -> Answer:
    """Refuse a change."""
    return await _decided(call, "refuse")


@operation(
    id="WithdrawCatalogueEntry",
    method="POST",
    path=f"{_BASE}/{{catalogue_entry_id}}/withdraw",
    tag=TAG,
    summary=Text("撤回目录变动", "Withdraw a drafted change of the catalogue"),
    roles=_DRAFTS,
    body=Decision,
    body_example={"reason": "文号有误"},
    answer=CatalogueEntryView,
    keyed=True,
    versioned=True,
    problems=_SIGNED,
)
async def withdraw_entry(call: Call) -> Answer:
    """Withdraw a draft."""
    return await _decided(call, "withdraw")


@operation(
    id="GetCatalogueEntry",
    method="GET",
    path=f"{_BASE}/{{catalogue_entry_id}}",
    tag=TAG,
    summary=Text("查看目录变动", "Read a change of the catalogue"),
    answer=CatalogueEntryView,
)
async def get_entry(call: Call) -> Answer:
    """Read one entry."""
    entry_id = call.path("catalogue_entry_id")
    return _answer(
        await call.read(lambda work: provider_catalogue.get_entry(work, entry_id=entry_id))
    )


@operation(
    id="ListCatalogueEntries",
    method="GET",
    path=_BASE,
    tag=TAG,
    summary=Text("目录变动列表", "Page through changes of the catalogue"),
    answer=CatalogueEntryView,
    paged=True,
    query=(in_state(CaseKind.CATALOGUE_ENTRY),),
)
async def list_entries(call: Call) -> Answer:
    """Page through entries."""
    page = call.page()
    rows = await call.read(
        lambda work: provider_catalogue.list_entries(
            work, state=call.query("state", str), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(rows, page, view=CatalogueEntryView.of, after=lambda one: one.case.id)


@operation(
    id="GetCatalogueEntryHistory",
    method="GET",
    path=f"{_BASE}/{{catalogue_entry_id}}/steps",
    tag=TAG,
    summary=Text("目录变动办理过程", "Read the signed steps of a change of the catalogue"),
    answer=HistoryView,
)
async def get_history(call: Call) -> Answer:
    """Read who signed what, when and why."""
    return await steps_of(call, CaseKind.CATALOGUE_ENTRY, call.path("catalogue_entry_id"))


@operation(
    id="ListListedProviders",
    method="GET",
    path="/v1/listed-providers",
    tag=TAG,
    summary=Text("培训机构目录", "Page through the providers that may train in a region"),
    description=Text(
        "无须登录。由近及远，以最近一级地区对该机构的最后一次公布为准。",
        "Needs no sign-in. The nearest region going up that says anything of a provider decides.",
    ),
    public=True,
    answer=ListedProviderView,
    paged=True,
    query=(
        Query(
            name="region_code",
            required=True,
            max_length=20,
            pattern="^[0-9]{2,20}$",
            description=Text("地区代码。", "Code of the region."),
        ),
        Query(
            name="on",
            kind=date,
            description=Text("哪一天，默认今天。", "On which day; today unless told."),
        ),
    ),
)
async def list_providers(call: Call) -> Answer:
    """Page through the catalogue as it stands on a day."""
    page = call.page()
    rows = await call.read_public(
        lambda work: provider_catalogue.listed_providers(
            work,
            region_code=call.query("region_code", str) or "",
            on=call.query("on", date),
            after=page.after_id,
            limit=page.limit,
        )
    )
    return call.page_answer(
        rows, page, view=ListedProviderView.of, after=lambda one: one.provider_id
    )


OPERATIONS: Final[tuple[Served, ...]] = (
    draft_entry,
    approve_entry,
    refuse_entry,
    withdraw_entry,
    get_entry,
    list_entries,
    get_history,
    list_providers,
)
