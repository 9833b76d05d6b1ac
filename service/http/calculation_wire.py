"""The calculator on the wire: the case people write, the answer they read, and the schemas.

The same body is read by `xuetu calculate` and `POST /v1/calculations`, through
`service.http.body.checked_json` and `service.http.faults.decoded`.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from domain.calculation import Calculation, GroupKind, GroupResult
from domain.calculation_case import GROUPS_MAX, PEOPLE_MAX, Case, Days, Evidence, Exit, Group
from domain.entitlement import Rule
from domain.money import FEN_MAX
from domain.policy import BASIS_POINTS, ExitReason, policy_schema
from domain.policy.overlay_format import overlay_schema
from domain.policy.parts import MONTHS_MAX
from service.application.calculation import CalculateCase
from service.http.shapes import SentenceView

Grade = Annotated[
    int,
    Meta(
        ge=1,
        le=5,
        description="National grade: 5 初级工, 4 中级工, 3 高级工, 2 技师, 1 高级技师.",
    ),
]
FiledMonths = Annotated[int, Meta(ge=1, le=MONTHS_MAX, description="The filed term in months.")]
Months = Annotated[int, Meta(ge=0, le=MONTHS_MAX, description="Whole months actually trained.")]
People = Annotated[int, Meta(ge=0, le=PEOPLE_MAX, description="Number of people.")]
Planned = Annotated[int, Meta(ge=1, le=PEOPLE_MAX, description="People on the payable roster.")]
Fen = Annotated[int, Meta(ge=0, le=FEN_MAX, description="Whole fen; 100 fen are 1 yuan.")]
Share = Annotated[int, Meta(ge=0, le=BASIS_POINTS)]
Uplift = Annotated[
    int,
    Meta(
        ge=0,
        le=BASIS_POINTS,
        description="Addition for a scarce occupation in basis points; at most what the policy "
        "allows for the target grade.",
    ),
]


class DaysBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The days on which people trained, both included; days of suspension do not count."""

    first_day: date
    last_day: date
    suspended_days: Annotated[
        int, Meta(ge=0, le=3_660, description="Days of suspension in between.")
    ] = 0

    def to_days(self) -> Days:
        """Put the body into the domain's words."""
        return Days(
            first_day=self.first_day,
            last_day=self.last_day,
            suspended_days=self.suspended_days,
        )


class GroupBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """People who completed alike."""

    people: People
    evidence: Annotated[
        Evidence,
        Meta(
            description="certificate: a skill level or qualification certificate; "
            "training_certificate: 培训合格证书; none. Evidence of a type that the policy does not "
            "accept counts as none."
        ),
    ]
    reached_grade: Annotated[
        Grade | None,
        Meta(
            description="Grade of the certificate: required with certificate; without it a "
            "training certificate counts as the target grade; no meaning with none."
        ),
    ] = None
    actual_months: Annotated[
        Months | None, Meta(description="Whole months trained; without it the case's.")
    ] = None
    days: Annotated[
        DaysBody | None, Meta(description="Instead of months: the days on which they trained.")
    ] = None


class ExitBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """People who did not complete; they earn what the policy's `exits` says of the reason."""

    people: People
    reason: ExitReason
    months: Annotated[Months | None, Meta(description="Whole months trained; or days.")] = None
    days: Annotated[
        DaysBody | None, Meta(description="Instead of months: the days on which they trained.")
    ] = None


class CalculationCase(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan and its outcome, with either the two counters or `groups`.

    People planned and in no group, counter or exit left without earning.
    """

    policy: Annotated[
        Annotated[str, Meta(max_length=64)] | dict[str, Any],
        Meta(description="A pack's id (`xuetu policies`), or a policy in the packs' format."),
    ]
    target_grade: Grade
    filed_months: FiledMonths
    planned: Planned
    actual_months: Annotated[
        Months | None,
        Meta(
            description="Whole months trained by who completed. Required with the counters; with "
            "groups the default of a group that gives none."
        ),
    ] = None
    completed_certified: Annotated[
        People | None,
        Meta(description="People who completed with a certificate of the target grade."),
    ] = None
    completed_uncertified: Annotated[
        People | None, Meta(description="People who completed without a certificate.")
    ] = None
    prepaid_fen: Annotated[
        Fen | None,
        Meta(description="What was prepaid, in fen; by default the policy's maximum."),
    ] = None
    prepayment_share_basis_points: Annotated[
        Share | None,
        Meta(
            description="Share decided by the approver, in basis points: the policy's or a lower "
            "one with prepayment_reason. Not together with prepaid_fen."
        ),
    ] = None
    prepayment_reason: Annotated[
        Annotated[str, Meta(min_length=1, max_length=500)] | None,
        Meta(description="Why the share is lower than the policy's; required then."),
    ] = None
    groups: Annotated[
        Annotated[list[GroupBody], Meta(max_length=GROUPS_MAX)] | None,
        Meta(description="Instead of the two counters: people who completed, by outcome."),
    ] = None
    exits: Annotated[
        Annotated[list[ExitBody], Meta(max_length=GROUPS_MAX)] | None,
        Meta(description="People who did not complete, by reason."),
    ] = None
    uplift: Uplift | None = None
    filing_date: Annotated[
        date | None,
        Meta(
            description="Day of filing; the national floor and the policy's period are judged on "
            "it. By default the policy's first day in force, then named in `defaults_used`."
        ),
    ] = None

    def to_command(self) -> CalculateCase:
        """Put the body into the domain's words."""
        groups = None
        if self.groups is not None:
            groups = tuple(
                Group(
                    people=group.people,
                    evidence=group.evidence,
                    reached_grade=group.reached_grade,
                    actual_months=group.actual_months,
                    days=None if group.days is None else group.days.to_days(),
                )
                for group in self.groups
            )
        exits = tuple(
            Exit(
                people=gone.people,
                months=gone.months,
                reason=gone.reason,
                days=None if gone.days is None else gone.days.to_days(),
            )
            for gone in self.exits or ()
        )
        return CalculateCase(
            policy=self.policy,
            case=Case(
                target_grade=self.target_grade,
                filed_months=self.filed_months,
                planned=self.planned,
                actual_months=self.actual_months,
                completed_certified=self.completed_certified,
                completed_uncertified=self.completed_uncertified,
                groups=groups,
                exits=exits,
                prepaid_fen=self.prepaid_fen,
                prepayment_share_basis_points=self.prepayment_share_basis_points,
                prepayment_reason=self.prepayment_reason,
                uplift_basis_points=self.uplift or 0,
                filing_date=self.filing_date,
            ),
        )


class CalculationGroupView(msgspec.Struct, frozen=True, kw_only=True):
    """What a group earned: one person's amount, and the sum.

    Per person: base_fen × factor_basis_points ÷ 10000 × units ÷ units_per_year, half-up. `rule`
    and the factors are null for people in no group, who left.
    """

    kind: GroupKind
    people: int
    evidence: Evidence | None
    reason: ExitReason | None
    reached_grade: int | None
    actual_months: int | None
    rule: Rule | None
    grade_used: int | None
    base_fen: int | None
    factor_basis_points: int | None
    units: int | None
    units_per_year: int | None
    entitlement_per_person_fen: int
    entitlement_fen: int


class CalculationPolicyView(msgspec.Struct, frozen=True, kw_only=True):
    """The policy that decided, whether its rate is below the national floor, and defaults used.

    A default of the case has its field's name, one of the policy begins with `policy.`.
    """

    id: str
    document: str | None
    below_floor: bool
    defaults_used: list[str]


class CalculationView(msgspec.Struct, frozen=True, kw_only=True):
    """The answer. Balance and recovery are never negative and never both above zero."""

    prepayment_fen: int
    entitlement_fen: int
    balance_fen: int
    recovery_fen: int
    groups: list[CalculationGroupView]
    policy: CalculationPolicyView
    explanation: list[SentenceView]


def calculation_view(result: Calculation) -> CalculationView:
    """Put an answer into the words of the contract."""
    return CalculationView(
        prepayment_fen=result.prepayment_fen,
        entitlement_fen=result.entitlement_fen,
        balance_fen=result.balance.balance_fen,
        recovery_fen=result.balance.recovery_fen,
        groups=[_group_view(group) for group in result.groups],
        policy=CalculationPolicyView(
            id=result.standard.id,
            document=result.standard.document,
            below_floor=result.floor is not None,
            defaults_used=list(result.defaults_used),
        ),
        explanation=[
            SentenceView(number=sentence.number, zh=sentence.zh, en=sentence.en)
            for sentence in result.explanation
        ],
    )


def _group_view(group: GroupResult) -> CalculationGroupView:
    if group.entitlement is None:
        return CalculationGroupView(
            kind=group.kind,
            people=group.people,
            evidence=None,
            reason=None,
            reached_grade=None,
            actual_months=None,
            rule=None,
            grade_used=None,
            base_fen=None,
            factor_basis_points=None,
            units=None,
            units_per_year=None,
            entitlement_per_person_fen=0,
            entitlement_fen=0,
        )
    facts = group.entitlement.facts
    return CalculationGroupView(
        kind=group.kind,
        people=group.people,
        evidence=group.evidence,
        reason=facts.exit_reason,
        reached_grade=facts.reached_grade,
        actual_months=group.months,
        rule=facts.rule,
        grade_used=facts.grade_used,
        base_fen=facts.base_fen,
        factor_basis_points=facts.factor_basis_points,
        units=facts.units,
        units_per_year=facts.units_per_year,
        entitlement_per_person_fen=facts.amount_fen,
        entitlement_fen=group.entitlement_fen,
    )


class SchemaName(StrEnum):
    """The schemas that `xuetu schema` prints and that are committed in `openapi/schemas/`."""

    POLICY = "policy"
    OVERLAY = "overlay"
    CASE = "case"


def schema_text(name: SchemaName) -> str:
    """Print one schema exactly as it is committed: JSON, two spaces, a final newline."""
    schema = _SCHEMAS[name]()
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _case_schema() -> dict[str, Any]:
    """Describe a case; a policy written inside it is described whole."""
    _references, definitions = msgspec.json.schema_components(
        [CalculationCase], ref_template="#/$defs/{name}"
    )
    for described in definitions.values():
        # A docstring, without its line breaks.
        described["description"] = " ".join(described["description"].split())
    case = definitions.pop("CalculationCase")
    inline = policy_schema()
    dialect = inline.pop("$schema")
    about = case["properties"]["policy"]["description"]
    case["properties"]["policy"] = {
        "description": about,
        "anyOf": [{"type": "string"}, {"$ref": "#/$defs/Policy"}],
    }
    return {"$schema": dialect, **case, "$defs": {**definitions, "Policy": inline}}


_SCHEMAS: Final[Mapping[SchemaName, Callable[[], dict[str, Any]]]] = {
    SchemaName.POLICY: policy_schema,
    SchemaName.OVERLAY: overlay_schema,
    SchemaName.CASE: _case_schema,
}
