"""Joint classes (集中开班) over HTTP: an organiser plans, the bureau confirms, enterprises join."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

import msgspec

from domain.cases import CaseKind
from domain.errors import Text
from domain.joint_class import JointClass, JointClassPlan
from domain.party import Role
from service.application import joint_class
from service.application.joint_class import PlanJointClass
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
    Grade,
    HistoryView,
    Line,
    Months,
    View,
)

TAG: Final = "joint-classes"
_SIGNED: Final = ("wrong_state", "duty_conflict", "busy")


class JointClassBody(Body):
    """The plan of a joint class; the filings that join it have the same terms."""

    region_code: Annotated[str, msgspec.Meta(pattern="^[0-9]{2,20}$", max_length=20)]
    class_name: Line
    occupation_code: Annotated[
        str, msgspec.Meta(min_length=4, max_length=20, examples=["6-18-01-01"])
    ]
    occupation_name: Line
    target_grade: Grade
    filed_months: Months
    starts_on: Day
    document_number: DocumentNumber
    provider_credit_code: CreditCode | None = None

    def to_command(self) -> PlanJointClass:
        """Cross inward."""
        return PlanJointClass(
            region_code=self.region_code,
            class_name=self.class_name,
            occupation_code=self.occupation_code,
            occupation_name=self.occupation_name,
            target_grade=self.target_grade,
            filed_months=self.filed_months,
            starts_on=self.starts_on,
            document_number=self.document_number,
            provider_credit_code=self.provider_credit_code,
        )


class JointClassView(View):
    """A joint class: its plan, and how many filings and people take part. No person, no money."""

    case: CaseView
    class_name: str
    occupation_code: str
    occupation_name: str
    target_grade: int
    filed_months: int
    starts_on: date
    document_number: str
    provider_org_id: UUID | None
    filings: int
    people: int

    @classmethod
    def of(cls, joint: JointClass) -> "JointClassView":
        """Show a joint class."""
        terms = joint.terms
        return cls(
            case=CaseView.of(joint.case),
            class_name=joint.class_name,
            occupation_code=terms.occupation_code,
            occupation_name=joint.occupation_name,
            target_grade=terms.target_grade,
            filed_months=terms.filed_months,
            starts_on=terms.starts_on,
            document_number=joint.document_number,
            provider_org_id=terms.provider_id,
            filings=joint.filings,
            people=joint.people,
        )


class JointClassPlanView(View):
    """What a confirmed joint class is published with."""

    id: UUID
    class_name: str
    occupation_code: str
    occupation_name: str
    target_grade: int
    filed_months: int
    starts_on: date
    organiser_org_id: UUID
    provider_org_id: UUID | None

    @classmethod
    def of(cls, plan: JointClassPlan) -> "JointClassPlanView":
        """Show a plan."""
        terms = plan.terms
        return cls(
            id=plan.id,
            class_name=plan.class_name,
            occupation_code=terms.occupation_code,
            occupation_name=plan.occupation_name,
            target_grade=terms.target_grade,
            filed_months=terms.filed_months,
            starts_on=terms.starts_on,
            organiser_org_id=plan.organiser_id,
            provider_org_id=terms.provider_id,
        )


def _answer(joint: JointClass, *, status: int = 200) -> Answer:
    return json_answer(
        JointClassView.of(joint),
        status=status,
        version=joint.case.version,
        location=f"/v1/joint-classes/{joint.case.id}" if status == 201 else None,
    )


@operation(
    id="PlanJointClass",
    method="POST",
    path="/v1/joint-classes",
    tag=TAG,
    summary=Text("计划集中开班", "Plan a joint class"),
    description=Text(
        "工商联、商会等组织者为多个中小微企业计划一个班；经人社部门确认后，各企业以各自的备案加入，名册和资金各自独立。",
        "An organiser plans one class for several enterprises; once the bureau has confirmed it, each "
        "enterprise joins by its own filing and keeps its own roster and money.",
    ),
    roles=frozenset({Role.ORGANISER}),
    body=JointClassBody,
    body_example={
        "region_code": "350702",
        "class_name": "2027 年第一期集中开班",
        "occupation_code": "6-18-01-01",
        "occupation_name": "车工",
        "target_grade": 4,
        "filed_months": 12,
        "starts_on": "2027-03-01",
        "document_number": "南商会〔2027〕3号",
    },
    answer=JointClassView,
    status=201,
    keyed=True,
    dry_run=True,
    problems=("place_unknown", "plan_faulty", "busy"),
)
async def plan_joint_class(call: Call) -> Answer:
    """Plan a joint class."""
    return await call.once(
        lambda work: joint_class.plan_joint_class(work, call.decode(JointClassBody).to_command()),
        lambda done: _answer(done, status=201),
    )


@operation(
    id="ConfirmJointClass",
    method="POST",
    path="/v1/joint-classes/{joint_class_id}/confirm",
    tag=TAG,
    summary=Text("确认集中开班", "Confirm a joint class"),
    description=Text(
        "确认后公开班级计划，企业备案即可加入。",
        "Publishes the class's plan; from now on filings join it.",
    ),
    roles=frozenset({Role.REVIEWER}),
    body=Decision,
    body_example={"reason": "同意集中开班"},
    answer=JointClassView,
    keyed=True,
    versioned=True,
    problems=_SIGNED,
)
async def confirm_joint_class(call: Call) -> Answer:
    """Confirm a joint class."""
    return await call.once(
        lambda work: joint_class.confirm_joint_class(
            work,
            joint_class_id=call.path("joint_class_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        ),
        _answer,
    )


@operation(
    id="GetJointClass",
    method="GET",
    path="/v1/joint-classes/{joint_class_id}",
    tag=TAG,
    summary=Text("查看集中开班", "Read a joint class"),
    answer=JointClassView,
)
async def get_joint_class(call: Call) -> Answer:
    """Read one joint class with its head-counts."""
    return _answer(
        await call.read(
            lambda work: joint_class.get_joint_class(
                work, joint_class_id=call.path("joint_class_id")
            )
        )
    )


@operation(
    id="ListJointClasses",
    method="GET",
    path="/v1/joint-classes",
    tag=TAG,
    summary=Text("集中开班列表", "Page through joint classes"),
    answer=JointClassView,
    paged=True,
    query=(in_state(CaseKind.JOINT_CLASS),),
)
async def page_joint_classes(call: Call) -> Answer:
    """Page through the joint classes one may see."""
    page = call.page()
    rows = await call.read(
        lambda work: joint_class.page_joint_classes(
            work, state=call.query("state", str), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(rows, page, view=JointClassView.of, after=lambda one: one.case.id)


@operation(
    id="GetJointClassHistory",
    method="GET",
    path="/v1/joint-classes/{joint_class_id}/steps",
    tag=TAG,
    summary=Text("集中开班办理过程", "Read the signed steps of a joint class"),
    answer=HistoryView,
)
async def get_history(call: Call) -> Answer:
    """Read who signed what, when and why."""
    return await steps_of(call, CaseKind.JOINT_CLASS, call.path("joint_class_id"))


@operation(
    id="ListJointClassPlans",
    method="GET",
    path="/v1/joint-class-plans",
    tag=TAG,
    summary=Text("可加入的集中开班", "Page through confirmed joint classes"),
    description=Text(
        "已确认班级的公开计划，企业据此填写 joint_class_id。",
        "The published plans of confirmed classes: an enterprise names one as its joint_class_id.",
    ),
    answer=JointClassPlanView,
    paged=True,
    query=(
        Query(
            name="region_code",
            max_length=20,
            pattern="^[0-9]{2,20}$",
            description=Text("受理地区代码。", "Code of the deciding region."),
        ),
    ),
)
async def page_plans(call: Call) -> Answer:
    """Page through published plans."""
    page = call.page()
    rows = await call.read(
        lambda work: joint_class.page_plans(
            work,
            region_code=call.query("region_code", str),
            after=page.after_id,
            limit=page.limit,
        )
    )
    return call.page_answer(rows, page, view=JointClassPlanView.of, after=lambda plan: plan.id)


OPERATIONS: Final[tuple[Served, ...]] = (
    plan_joint_class,
    confirm_joint_class,
    get_joint_class,
    page_joint_classes,
    get_history,
    page_plans,
)
