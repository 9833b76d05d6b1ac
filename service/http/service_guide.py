"""The service guide over HTTP: for everybody, as data or as a page, at one address."""

from datetime import date
from typing import Final

from domain.errors import Text
from domain.party import NOBODY
from domain.ports.work import Work
from domain.service_guide import Guide, rate_sentence
from service.application.once import tried
from service.application.service_guide import guide_of
from service.http.call import Answer, Call, Served, json_answer
from service.http.html import brand, inline, page, paragraphs, table
from service.http.media import PAGE
from service.http.operation import operation
from service.http.pages import PAGE_HEADERS
from service.http.request import prefers_page
from service.http.shapes import TextView, View

TAG: Final = "policies"
CACHED_S: Final = 300
"""How long anybody may keep a guide: it changes when a standard or an overlay does."""
_HEADERS: Final = {"Cache-Control": f"public, max-age={CACHED_S}", "Vary": "Accept"}


class GuideRateView(View):
    """What a completer earns a year at a grade; `label` is empty for a figure with a source."""

    grade: int
    name: TextView
    amount_fen: int
    label: TextView


class GuideDocumentView(View):
    """One document asked for, when, and under which training mode."""

    kind: str
    title: TextView
    stage: TextView
    mode: TextView
    source: str


class GuideStepView(View):
    """A step, whom it binds, and its limit in working days; null where none is set."""

    limit: str
    name: TextView
    by: TextView
    working_days: int | None
    label: TextView


class GuideStandardView(View):
    """The standard that sets the amounts."""

    id: str
    title: TextView
    document: str | None
    valid_from: date
    valid_to: date | None


class GuideOverlayView(View):
    """The region's additions that set documents and time limits."""

    id: str
    title: TextView
    document: str | None


class GuideView(View):
    """What a region pays, asks for and promises (办事指南)."""

    region_code: str
    bureau: str
    finance_department: str
    standard: GuideStandardView
    overlay: GuideOverlayView
    rates: list[GuideRateView]
    rules: list[TextView]
    documents: list[GuideDocumentView]
    steps: list[GuideStepView]
    notice: TextView
    correction: TextView
    remedies: list[TextView]

    @classmethod
    def of(cls, guide: Guide) -> "GuideView":
        """Show a guide."""
        standard, overlay = guide.standard, guide.overlay
        return cls(
            region_code=guide.region_code,
            bureau=guide.bureau,
            finance_department=guide.finance_department,
            standard=GuideStandardView(
                id=standard.id,
                title=_text(standard.title),
                document=standard.document,
                valid_from=standard.valid_from,
                valid_to=standard.valid_to,
            ),
            overlay=GuideOverlayView(
                id=overlay.id, title=_text(overlay.title), document=overlay.document
            ),
            rates=[
                GuideRateView(
                    grade=one.grade,
                    name=_text(one.name),
                    amount_fen=one.amount_fen,
                    label=_text(one.label),
                )
                for one in guide.rates
            ],
            rules=[_text(one) for one in guide.rules],
            documents=[
                GuideDocumentView(
                    kind=one.kind,
                    title=_text(one.title),
                    stage=_text(one.stage),
                    mode=_text(one.mode),
                    source=one.source,
                )
                for one in guide.documents
            ],
            steps=[
                GuideStepView(
                    limit=one.limit,
                    name=_text(one.name),
                    by=_text(one.by),
                    working_days=one.working_days,
                    label=_text(one.label),
                )
                for one in guide.steps
            ],
            notice=_text(guide.notice),
            correction=_text(guide.correction),
            remedies=[_text(one) for one in guide.remedies],
        )


def guide_page(guide: Guide) -> str:
    """Return the guide as a page."""
    title = Text(f"办事指南：{guide.bureau}", f"Service guide of region {guide.region_code}")
    standard = guide.standard
    basis = Text(
        f"{standard.title.zh}（{standard.document or '无文号'}）",
        f"{standard.title.en} ({standard.document or 'no document number'})",
    )
    decides = Text(
        f"决定：{guide.bureau}；拨款复核：{guide.finance_department}。",
        f"Decided by {guide.bureau}; payment concurred by {guide.finance_department}.",
    )
    steps = (
        (inline(one.name), inline(one.by), f"{one.working_days} {inline(one.label)}")
        for one in guide.steps
        if one.working_days is not None
    )
    documents = (
        (inline(one.title), inline(one.stage), inline(one.mode), one.source)
        for one in guide.documents
    )
    main = (
        f"<h1>{inline(title)}</h1>{paragraphs(decides)}"
        f"{_head('补贴标准', 'Standard')}{paragraphs(basis)}"
        f"{''.join(paragraphs(rate_sentence(rate)) for rate in guide.rates)}"
        f"{''.join(paragraphs(rule) for rule in guide.rules)}"
        f"{_head('申请材料', 'Documents')}"
        f"{table(('材料 Document', '环节 Stage', '适用 For', '依据 Source'), documents)}"
        f"{_head('办理时限（工作日）', 'Time limits, working days')}"
        f"{table(('环节 Step', '由 By', '工作日 Working days'), steps)}"
        f"{_head('公示', 'Notice')}{paragraphs(guide.notice)}"
        f"{_head('补正', 'Correction')}{paragraphs(guide.correction)}"
        f"{_head('救济', 'Remedies')}{''.join(paragraphs(one) for one in guide.remedies)}"
    )
    return page(title, brand(), main)


def _head(zh: str, en: str) -> str:
    return f"<h2>{inline(Text(zh, en))}</h2>"


def _text(text: Text) -> TextView:
    return TextView(zh=text.zh, en=text.en)


@operation(
    id="GetServiceGuide",
    method="GET",
    path="/v1/service-guide/{region_code}",
    tag=TAG,
    summary=Text("办事指南", "Read a region's service guide"),
    description=Text(
        "无需登录：谁决定、补多少、要什么材料、每一步几个工作日、如何补正和救济。以 `Accept: text/html` 返回网页。",
        "Without signing in: who decides, what is paid, which documents, how many working days a step "
        "takes, how to correct, and what remedies there are. `Accept: text/html` answers a page.",
    ),
    public=True,
    page=True,
    answer=GuideView,
    problems=("no_policy_in_force",),
)
async def get_guide(call: Call) -> Answer:
    """Read the guide of a region."""

    async def act(work: Work) -> Guide:
        return await guide_of(work, region_code=call.path_text("region_code"))

    found = await tried(NOBODY, act, begin_work=call.ports.begin_work)
    if prefers_page(call.headers.get("accept")):
        body = guide_page(found).encode()
        return Answer(body=body, media=PAGE, headers={**PAGE_HEADERS, **_HEADERS})
    answer = json_answer(GuideView.of(found))
    return Answer(body=answer.body, headers=_HEADERS)


OPERATIONS: Final[tuple[Served, ...]] = (get_guide,)
