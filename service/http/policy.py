"""Policies and places over HTTP: what is paid where, and who decides."""

import re
from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from domain.calendar import DayUnit
from domain.errors import Refusal, Text
from domain.places import region_path_of
from domain.policy.groups import DECIDES, GROUPS, Decides
from domain.policy.overlay import (
    DEFAULT_OVERLAY,
    Needed,
    NoticeNames,
    NoticeOf,
    Overlay,
    Quota,
    Stage,
    TrainingRule,
)
from domain.policy.standard import Standard
from domain.policy_version import Kind
from domain.ports.policy_versions import OverlayVersion, PolicyVersion
from domain.ports.work import Work
from service.application import policy
from service.application.policy import PolicyOnFile
from service.http.call import Answer, Call, Served, json_answer
from service.http.operation import Query, operation
from service.http.policy_wire import NotActedOnList, SimulationView, not_acted_on_in
from service.http.shapes import StepView, TextView, View

_REGION: Final = re.compile(r"CN|([0-9]{2}){1,7}")
TAG: Final = "policies"


class PolicyView(View):
    """One version of a standard or of a region's additions.

    `rates` are fen per person and year by national grade, none in an overlay. `source` is `pack` where the
    installation loaded the version (signed by nobody), `case` where two departments signed it. It holds
    from `valid_from` to `valid_to`, and no longer than to the day before a later version of its region.
    """

    id: UUID
    kind: Kind
    policy_id: str
    version: int
    source: str
    region_path: str
    title: TextView
    document: str | None
    valid_from: date
    valid_to: date | None
    rates: dict[str, int]
    below_floor_reason: str | None
    ours: list[str]
    defaults: list[str]

    @classmethod
    def of(cls, version: PolicyVersion | OverlayVersion) -> "PolicyView":
        """Show a version."""
        pack: Standard | Overlay
        rates: dict[str, int] = {}
        reason, kind = None, Kind.OVERLAY
        if isinstance(version, PolicyVersion):
            pack, kind = version.standard, Kind.STANDARD
            rates = {str(grade): rate for grade, rate in sorted(pack.rates.items())}
            reason = pack.below_floor_reason
        else:
            pack = version.overlay
        return cls(
            id=version.id,
            kind=kind,
            policy_id=pack.id,
            version=version.version,
            source=version.source,
            region_path=version.region_path,
            title=TextView(zh=pack.title.zh, en=pack.title.en),
            document=pack.document,
            valid_from=pack.valid_from,
            valid_to=pack.valid_to,
            rates=rates,
            below_floor_reason=reason,
            ours=list(pack.ours),
            defaults=list(pack.defaults),
        )


class FieldGroupView(View):
    """Fields of a standard that one day decides: first submission, or submission of the settlement."""

    decides: Decides
    day: TextView
    fields: list[str]


class PolicyDetailView(View):
    """A version whole: its text as written, which day decides which field, signatures and report.

    Signatures and report are shown to authorities of its region; a pack has neither.
    """

    policy: PolicyView
    content: dict[str, Any]
    groups: list[FieldGroupView]
    signatures: list[StepView]
    simulation: SimulationView | None
    not_acted_on: NotActedOnList

    @classmethod
    def of(cls, found: PolicyOnFile) -> "PolicyDetailView":
        """Show a version."""
        policy = PolicyView.of(found.version)
        version = found.version
        pack = version.standard if isinstance(version, PolicyVersion) else version.overlay
        return cls(
            policy=policy,
            content=dict(found.document),
            groups=_groups() if policy.kind is Kind.STANDARD else [],
            signatures=[StepView.of(step) for step in found.steps],
            simulation=None if found.simulation is None else SimulationView.of(found.simulation),
            not_acted_on=not_acted_on_in(pack),
        )


def _groups() -> list[FieldGroupView]:
    return [
        FieldGroupView(
            decides=decides,
            day=TextView(zh=day.zh, en=day.en),
            fields=[name for name, when in GROUPS.items() if when is decides],
        )
        for decides, day in DECIDES.items()
    ]


class DocumentRuleView(View):
    """One kind of document on the checklist of a stage."""

    kind: str
    stage: Stage
    needed: Needed
    title: TextView
    source: str


class NoticeRuleView(View):
    """What is published before a decision, for how long, and how its days are counted."""

    of: list[NoticeOf]
    days: int
    unit: DayUnit
    first_day_counts: bool
    names: NoticeNames


class OverlayRulesView(View):
    """What a region adds, with the defaults it left standing; limits are working days by step."""

    documents: list[DocumentRuleView]
    limits: dict[str, int]
    notice: NoticeRuleView | None
    quota: Quota
    training: TrainingRule
    inspection_rate_basis_points: int
    review_request_days: int | None

    @classmethod
    def of(cls, overlay: Overlay) -> "OverlayRulesView":
        """Show the rules that hold."""
        notice = overlay.notice
        return cls(
            documents=[
                DocumentRuleView(
                    kind=rule.kind,
                    stage=rule.stage,
                    needed=rule.needed,
                    title=TextView(zh=rule.title.zh, en=rule.title.en),
                    source=rule.source,
                )
                for rule in overlay.documents
            ],
            limits={step.value: days for step, days in overlay.limits.items()},
            notice=None
            if notice is None
            else NoticeRuleView(
                of=sorted(notice.of),
                days=notice.days,
                unit=notice.unit,
                first_day_counts=notice.first_day_counts,
                names=notice.names,
            ),
            quota=overlay.quota,
            training=replace(
                overlay.training, min_hours_by_grade=dict(overlay.training.min_hours_by_grade)
            ),
            inspection_rate_basis_points=overlay.inspection_rate_basis_points,
            review_request_days=overlay.review_request_days,
        )


class RegionPolicyView(View):
    """What holds in a region on a day; `overlay` is null where only the default additions hold."""

    region_path: str
    on: date
    standard: PolicyView
    content: dict[str, Any]
    groups: list[FieldGroupView]
    overlay: PolicyView | None
    rules: OverlayRulesView


class PoliciesView(View):
    """Every version of every standard and overlay on file."""

    items: list[PolicyView]


class PlaceView(View):
    """A deciding and paying bureau and the region it decides for."""

    id: UUID
    region_path: str
    region_code: str
    bureau: str
    finance_department: str


class PlacesView(View):
    """Every place, by region."""

    items: list[PlaceView]


@operation(
    id="GetPolicies",
    method="GET",
    path="/v1/policies",
    tag=TAG,
    summary=Text("补贴标准与地方补充", "Read the standards and overlays on file"),
    answer=PoliciesView,
)
async def get_policies(call: Call) -> Answer:
    """Read every version of every standard and overlay."""

    async def act(work: Work) -> PoliciesView:
        return PoliciesView(items=[PolicyView.of(v) for v in await policy.policies_on_file(work)])

    return json_answer(await call.read(act))


@operation(
    id="GetPolicy",
    method="GET",
    path="/v1/policies/{policy_id}",
    tag=TAG,
    summary=Text("查看政策版本", "Read one version on file"),
    description=Text(
        "全部字段、自定与默认标注、各组字段的决定日、签署记录与模拟报告（仅本地区部门可见后两项）。",
        "All fields, what is ours or default, which day decides which field, the signatures and the "
        "simulation (the last two to authorities of its region).",
    ),
    answer=PolicyDetailView,
)
async def get_policy(call: Call) -> Answer:
    """Read one version whole."""
    version_id = call.path("policy_id")
    found = await call.read(lambda work: policy.policy_on_file(work, version_id))
    return json_answer(PolicyDetailView.of(found))


@operation(
    id="GetRegionPolicy",
    method="GET",
    path="/v1/regions/{region_code}/policy",
    tag=TAG,
    summary=Text("某地某日适用的政策", "Resolve what holds in a region on a day"),
    description=Text(
        "由近及远（县、市、省、全国）取当日有效的补贴标准与地方补充；不给出日期则为今天。",
        "The nearest standard and overlay in force, going up county, city, province, nation; today unless "
        "a day is given.",
    ),
    query=(
        Query(
            name="on",
            kind=date,
            description=Text("日期，默认今天。", "The day; today unless told."),
        ),
    ),
    answer=RegionPolicyView,
    problems=("no_policy_in_force",),
)
async def get_region_policy(call: Call) -> Answer:
    """Resolve standard and overlay."""
    code = call.path_text("region_code")
    if _REGION.fullmatch(code) is None:
        raise Refusal("not_found")

    async def act(work: Work) -> RegionPolicyView:
        path, on = region_path_of(code), call.query("on", date) or work.today
        version = await work.policies.in_force(path, on)
        overlay = await work.policies.overlay_version(path, on)
        rules = DEFAULT_OVERLAY if overlay is None else overlay.overlay
        return RegionPolicyView(
            region_path=path,
            on=on,
            standard=PolicyView.of(version),
            content=dict(await work.policies.document(version.id)),
            groups=_groups(),
            overlay=None if overlay is None else PolicyView.of(overlay),
            rules=OverlayRulesView.of(rules),
        )

    return json_answer(await call.read(act))


@operation(
    id="GetPlaces",
    method="GET",
    path="/v1/places",
    tag=TAG,
    summary=Text("受理机构", "Read which bureaus decide and pay"),
    answer=PlacesView,
)
async def get_places(call: Call) -> Answer:
    """Read every place."""

    async def act(work: Work) -> PlacesView:
        return PlacesView(
            items=[
                PlaceView(
                    id=place.id,
                    region_path=place.region_path,
                    region_code=place.region_path.strip("/").rpartition("/")[2],
                    bureau=(await work.places.organisation(place.bureau_org_id)).name,
                    finance_department=(await work.places.organisation(place.finance_org_id)).name,
                )
                for place in await work.places.all()
            ]
        )

    return json_answer(await call.read(act))


OPERATIONS: Final[tuple[Served, ...]] = (
    get_policies,
    get_policy,
    get_region_policy,
    get_places,
)
