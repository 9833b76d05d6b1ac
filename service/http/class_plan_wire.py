"""Plans of classes and mentors on the wire."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

import msgspec

from domain.class_plan import (
    AgreementKind,
    AssessmentMethod,
    ClassPlan,
    Cooperation,
    Mentor,
    MentorKind,
    TrainingStandard,
)
from service.application.class_record import Entered
from service.http.shapes import Body, Fen, Grade, Line, Months, Version, View

CreditCode = Annotated[
    str,
    msgspec.Meta(
        pattern="^[0-9A-Z]{18}$",
        max_length=18,
        description="统一社会信用代码 · unified social credit code",
    ),
]
LongText = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
PersonName = Annotated[str, msgspec.Meta(min_length=1, max_length=50)]
Title = Annotated[
    str, msgspec.Meta(max_length=200, description="职称、荣誉 · titles and honours (FIL-22)")
]
People = Annotated[list[UUID], msgspec.Meta(max_length=1000)]


class CorrectsBody(Body):
    """Which entry this one corrects: its id, and the version that was seen."""

    id: UUID
    version: Version

    def to_pair(self) -> tuple[UUID, int]:
        """Cross inward."""
        return self.id, self.version


class CooperationBody(Body):
    """The cooperation agreement (合作协议, FIL-15). The fee is in fen and the enterprise's cost."""

    mode: Line
    content: LongText
    months: Months
    fee_fen: Fen
    duties: LongText


class ClassPlanBody(Body):
    """The plan of the class (一班一方案): sites, standard, agreements, assessment. All optional."""

    enterprise_site: Line | None = None
    provider_site: Line | None = None
    standard: TrainingStandard | None = None
    standard_name: Line | None = None
    agreement: AgreementKind | None = None
    cooperation: CooperationBody | None = None
    assessment_method: AssessmentMethod | None = None
    self_evaluation: bool = False
    special_occupation: bool = False
    qualification_attested: bool = False
    materials: LongText | None = None
    part_time_registration: bool = False

    def to_command(self) -> ClassPlan:
        """Cross inward."""
        agreed = self.cooperation
        return ClassPlan(
            enterprise_site=self.enterprise_site,
            provider_site=self.provider_site,
            standard=self.standard,
            standard_name=self.standard_name,
            agreement=self.agreement,
            cooperation=None
            if agreed is None
            else Cooperation(
                mode=agreed.mode,
                content=agreed.content,
                months=agreed.months,
                fee_fen=agreed.fee_fen,
                duties=agreed.duties,
            ),
            assessment_method=self.assessment_method,
            self_evaluation=self.self_evaluation,
            special_occupation=self.special_occupation,
            qualification_attested=self.qualification_attested,
            materials=self.materials,
            part_time_registration=self.part_time_registration,
        )


class FiledMentorBody(Body):
    """A mentor named with the plan; people are assigned once the roster is on file."""

    name: PersonName
    kind: MentorKind
    occupation_name: Line
    grade: Grade | None = None
    title: Title = ""

    def to_command(self) -> Mentor:
        """Cross inward; the id is given when it is stored."""
        return _mentor(self, (), withdrawn=False)(UUID(int=0), 1)


class MentorBody(FiledMentorBody):
    """A mentor with the people assigned; correcting one names it and says everything anew."""

    people: People = msgspec.field(default_factory=list)
    corrects: CorrectsBody | None = None
    withdrawn: bool = False

    def to_entry(self) -> Entered[Mentor]:
        """Cross inward."""
        return Entered(
            corrects=self.corrects.to_pair() if self.corrects else None,
            make=_mentor(self, tuple(self.people), withdrawn=self.withdrawn),
        )


def _mentor(
    body: FiledMentorBody, people: tuple[UUID, ...], *, withdrawn: bool
) -> Callable[[UUID, int], Mentor]:
    return lambda mentor_id, version: Mentor(
        id=mentor_id,
        version=version,
        withdrawn=withdrawn,
        name=body.name,
        kind=body.kind,
        grade=body.grade,
        title=body.title,
        occupation_name=body.occupation_name,
        people=people,
    )


class MentorsBody(Body):
    """Mentors of a class."""

    mentors: Annotated[list[MentorBody], msgspec.Meta(min_length=1, max_length=100)]


class MentorView(View):
    """A mentor in the latest version."""

    id: UUID
    version: int
    name: str
    kind: MentorKind
    grade: int | None
    title: str
    occupation_name: str
    people: list[UUID]
    withdrawn: bool

    @classmethod
    def of(cls, mentor: Mentor) -> "MentorView":
        """Show a mentor."""
        return cls(
            id=mentor.id,
            version=mentor.version,
            name=mentor.name,
            kind=mentor.kind,
            grade=mentor.grade,
            title=mentor.title,
            occupation_name=mentor.occupation_name,
            people=list(mentor.people),
            withdrawn=mentor.withdrawn,
        )


class MentorsView(View):
    """What was recorded."""

    filing_id: UUID
    mentors: list[MentorView]


class CooperationView(View):
    """The cooperation agreement as filed."""

    mode: str
    content: str
    months: int
    fee_fen: int
    duties: str


class ClassPlanView(View):
    """The plan of the class as filed."""

    enterprise_site: str | None
    provider_site: str | None
    standard: TrainingStandard | None
    standard_name: str | None
    agreement: AgreementKind | None
    cooperation: CooperationView | None
    assessment_method: AssessmentMethod | None
    self_evaluation: bool
    special_occupation: bool
    qualification_attested: bool
    materials: str | None
    part_time_registration: bool

    @classmethod
    def of(cls, plan: ClassPlan) -> "ClassPlanView":
        """Show a plan."""
        agreed = plan.cooperation
        return cls(
            enterprise_site=plan.enterprise_site,
            provider_site=plan.provider_site,
            standard=plan.standard,
            standard_name=plan.standard_name,
            agreement=plan.agreement,
            cooperation=None
            if agreed is None
            else CooperationView(
                mode=agreed.mode,
                content=agreed.content,
                months=agreed.months,
                fee_fen=agreed.fee_fen,
                duties=agreed.duties,
            ),
            assessment_method=plan.assessment_method,
            self_evaluation=plan.self_evaluation,
            special_occupation=plan.special_occupation,
            qualification_attested=plan.qualification_attested,
            materials=plan.materials,
            part_time_registration=plan.part_time_registration,
        )
