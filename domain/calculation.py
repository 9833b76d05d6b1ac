"""The calculator: one plan and its outcome in, prepayment, entitlement and balance out.

It decides nothing of its own: the amounts come from the functions that listing, prepayment and
settlement call. Where only months are given, a standard that counts days is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.balance import Balance, balance_of
from domain.calculation_case import (
    Case,
    Days,
    Evidence,
    Exit,
    Group,
    case_faults,
    people_named,
)
from domain.entitlement import Entitlement, PersonOutcome, Trained, entitlement
from domain.entitlement import expected_entitlement_fen as expected_of
from domain.errors import Fault, Refusal, Text
from domain.explanation import (
    Sentence,
    entitlement_sentences,
    mark,
    numbered,
    policy_sentence,
    prepayment_sentences,
)
from domain.money import yuan
from domain.policy import (
    CertificateType,
    Floor,
    Label,
    LabelKind,
    PrepaymentBase,
    Remainder,
    Standard,
    UnitKind,
    floor_missed,
    plan_faults,
)
from domain.prepayment_amount import Prepayment, prepayment


class GroupKind(StrEnum):
    """What became of a group; `left` are the planned people whom the case does not mention."""

    COMPLETED = "completed"
    EXIT = "exit"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupResult:
    """What a group earned; `entitlement` is one person's, None for who left unmentioned."""

    kind: GroupKind
    people: int
    months: int | None
    evidence: Evidence | None
    entitlement: Entitlement | None

    @property
    def entitlement_fen(self) -> int:
        """Return the sum over the group."""
        return 0 if self.entitlement is None else self.people * self.entitlement.amount_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculation:
    """The answer. `prepayments` are the policy's maximum, or at the share decided, by training year."""

    standard: Standard
    filing_date: date
    prepayment_fen: int
    entitlement_fen: int
    balance: Balance
    groups: tuple[GroupResult, ...]
    prepayments: tuple[Prepayment, ...]
    floor: Floor | None
    defaults_used: tuple[str, ...]
    explanation: tuple[Sentence, ...]


def calculate(standard: Standard, case: Case, floors: Sequence[Floor]) -> Calculation:
    """Work a case out, or refuse with `calculation_refused`, every fault located in the case."""
    if faults := (*case_faults(case), *standing_faults(standard, case)):
        raise Refusal("calculation_refused", faults=faults, count=len(faults))
    filing_date = case.filing_date or standard.valid_from
    groups = _group_results(standard, case)
    prepayments = _prepayments(standard, case, groups)
    highest_fen = sum(one.amount_fen for one in prepayments)
    prepaid_fen = highest_fen if case.prepaid_fen is None else case.prepaid_fen
    due_fen = sum(group.entitlement_fen for group in groups)
    balance = balance_of(due_fen=due_fen, history_fen=prepaid_fen)
    floor = floor_missed(standard, case.target_grade, floors, filing_date)
    defaults_used = _defaults_used(standard, case, groups, prepayments)
    sentences = [
        policy_sentence(standard.id, standard.document),
        *(text for one in prepayments for text in prepayment_sentences(one.facts)),
        *_prepaid_sentences(case, highest_fen),
        *(_group_sentence(number, group) for number, group in enumerate(groups, start=1)),
        _balance_sentence(due_fen, prepaid_fen, balance),
        *_floor_sentences(standard, case.target_grade, floor, filing_date),
        *_default_sentences(standard, defaults_used, filing_date),
    ]
    return Calculation(
        standard=standard,
        filing_date=filing_date,
        prepayment_fen=prepaid_fen,
        entitlement_fen=due_fen,
        balance=balance,
        groups=groups,
        prepayments=prepayments,
        floor=floor,
        defaults_used=defaults_used,
        explanation=numbered(sentences),
    )


def standing_faults(standard: Standard, case: Case) -> tuple[Fault, ...]:
    """Name what the standard does not allow: days, dates out of force, grade, term, uplift."""
    faults = []
    if standard.unit.kind is UnitKind.DAY and not _dated(case):
        faults.append(Fault("/policy", "unit_needs_dates"))
    share, highest = case.prepayment_share_basis_points, standard.prepayment.share_basis_points
    if share is not None and share > highest:
        over = {"share": share, "most": highest}
        faults.append(Fault("/prepayment_share_basis_points", "share_above_policy", over))
    elif share is not None and share < highest and not case.prepayment_reason:
        faults.append(Fault("/prepayment_reason", "reason_missing"))
    if case.filing_date is not None and not standard.in_force(case.filing_date):
        last = "…" if standard.valid_to is None else standard.valid_to.isoformat()
        period = {"first": standard.valid_from.isoformat(), "last": last}
        faults.append(Fault("/filing_date", "policy_not_in_force", period))
    plan = plan_faults(
        standard,
        target_grade=case.target_grade,
        filed_months=case.filed_months,
        uplift_basis_points=case.uplift_basis_points,
    )
    return (*faults, *plan)


def _dated(case: Case) -> bool:
    """Tell whether everybody who trained is given with days."""
    if case.groups is None:
        return False
    days = [group.days for group in case.groups] + [gone.days for gone in case.exits]
    return None not in days


def _trained(months: int | None, days: Days | None) -> Trained:
    if days is None:
        return Trained(months=months)
    return Trained(
        first_day=days.first_day, last_day=days.last_day, suspended_days=days.suspended_days
    )


def _months_trained(trained: Trained) -> int:
    """Count begun months: who trained into a year was there for that year's prepayment."""
    return trained.whole_months(Remainder.ANY)


def _group_results(standard: Standard, case: Case) -> tuple[GroupResult, ...]:
    groups = case.groups
    if groups is None:
        counted = (
            (case.completed_certified or 0, Evidence.CERTIFICATE, case.target_grade),
            (case.completed_uncertified or 0, Evidence.NONE, None),
        )
        groups = tuple(
            Group(people=people, evidence=evidence, reached_grade=grade)
            for people, evidence, grade in counted
            if people
        )
    left = case.planned - people_named(case)
    nobody = GroupResult(
        kind=GroupKind.LEFT, people=left, months=None, evidence=None, entitlement=None
    )
    return (
        *(_completed(standard, case, group) for group in groups),
        *(_exited(standard, case, gone) for gone in case.exits),
        *([nobody] if left else []),
    )


def _completed(standard: Standard, case: Case, group: Group) -> GroupResult:
    months = case.actual_months if group.actual_months is None else group.actual_months
    trained = _trained(months, group.days)
    outcome = PersonOutcome(
        filed_grade=case.target_grade,
        filed_months=case.filed_months,
        trained=trained,
        evidence=_type_of(standard, group.evidence),
        # Without evidence a grade says nothing, whatever was written beside it.
        reached_grade=None if group.evidence is Evidence.NONE else group.reached_grade,
        uplift_basis_points=case.uplift_basis_points,
    )
    return GroupResult(
        kind=GroupKind.COMPLETED,
        people=group.people,
        months=_months_trained(trained),
        evidence=group.evidence,
        entitlement=entitlement(standard, outcome),
    )


def _exited(standard: Standard, case: Case, gone: Exit) -> GroupResult:
    trained = _trained(gone.months, gone.days)
    outcome = PersonOutcome(
        filed_grade=case.target_grade,
        filed_months=case.filed_months,
        trained=trained,
        exit_reason=gone.reason,
        uplift_basis_points=case.uplift_basis_points,
    )
    return GroupResult(
        kind=GroupKind.EXIT,
        people=gone.people,
        months=_months_trained(trained),
        evidence=None,
        entitlement=entitlement(standard, outcome),
    )


def _type_of(standard: Standard, evidence: Evidence) -> CertificateType | None:
    if evidence is Evidence.NONE:
        return None
    if evidence is Evidence.TRAINING_CERTIFICATE:
        return CertificateType.TRAINING
    if CertificateType.SKILL_LEVEL in standard.certificate_types:
        return CertificateType.SKILL_LEVEL
    return CertificateType.QUALIFICATION


def _prepayments(
    standard: Standard, case: Case, groups: Sequence[GroupResult]
) -> tuple[Prepayment, ...]:
    """Return the policy's maximum, or the share decided: year 1 for everyone planned, later years for who still trains.

    People not mentioned, and people whose months ended with a year, train no more in the next.
    """
    expected_fen = case.planned * expected_of(
        standard,
        target_grade=case.target_grade,
        filed_months=case.filed_months,
        uplift_basis_points=case.uplift_basis_points,
    )
    years = 1
    if standard.prepayment.base is PrepaymentBase.EACH_YEAR:
        years = -(-case.filed_months // 12)
    paid: list[Prepayment] = []
    for year in range(1, years + 1):
        begun = 12 * (year - 1)
        training = sum(group.people for group in groups if (group.months or 0) > begun)
        paid.append(
            prepayment(
                standard,
                target_grade=case.target_grade,
                filed_months=case.filed_months,
                people=case.planned if year == 1 else training,
                uplift_basis_points=case.uplift_basis_points,
                share_basis_points=case.prepayment_share_basis_points,
                year=year,
                expected_fen=expected_fen,
                already_fen=sum(one.amount_fen for one in paid),
            )
        )
    return tuple(paid)


def _defaults_used(
    standard: Standard,
    case: Case,
    groups: Sequence[GroupResult],
    prepayments: Sequence[Prepayment],
) -> tuple[str, ...]:
    """Name the defaults that bore on the figures: of the case, then of the policy's fields."""
    labels: list[Label] = [label for one in prepayments for label in one.facts.labels]
    for group in groups:
        labels += [] if group.entitlement is None else group.entitlement.facts.labels
    read = [f"{label.pointer}/" for label in labels if label.kind is LabelKind.DEFAULT]
    fields = [
        "policy" + place.replace("/", ".")
        for place in standard.defaults
        if any(pointer.startswith(f"{place}/") for pointer in read)
    ]
    return tuple((["filing_date"] if case.filing_date is None else []) + fields)


def _prepaid_sentences(case: Case, highest_fen: int) -> tuple[Text, ...]:
    if case.prepaid_fen is None:
        reason = case.prepayment_reason
        if case.prepayment_share_basis_points is None or not reason:
            return ()
        return (Text(f"决定该比例的理由：{reason}。", f"Reason for that share: {reason}."),)
    paid, most = yuan(case.prepaid_fen), yuan(highest_fen)
    over = Text("", "")
    if case.prepaid_fen > highest_fen:
        over = Text("，高于上限", ", which is above the maximum")
    return (
        Text(
            f"实际预支 {paid} 元（政策上限 {most} 元）{over.zh}。",
            f"Prepaid in fact: {paid} yuan (the policy's maximum is {most} yuan){over.en}.",
        ),
    )


def _group_sentence(number: int, group: GroupResult) -> Text:
    if group.entitlement is None:
        return Text(
            f"第 {number} 组，{group.people} 人：未列入任何一组，视为离开，不予补贴。",
            f"Group {number}, {group.people} people: in no group, so they left: nothing.",
        )
    sentences = entitlement_sentences(group.entitlement.facts)
    total = yuan(group.entitlement_fen)
    zh = "".join(text.zh for text in sentences)
    en = " ".join(text.en for text in sentences)
    return Text(
        f"第 {number} 组，{group.people} 人：{zh}合计 {total} 元。",
        f"Group {number}, {group.people} people. {en} Together {total} yuan.",
    )


def _balance_sentence(due_fen: int, prepaid_fen: int, balance: Balance) -> Text:
    due, paid = yuan(due_fen), yuan(prepaid_fen)
    if balance.recovery_fen:
        less = yuan(balance.recovery_fen)
        return Text(
            f"应补 {due} 元 − 已预支 {paid} 元：应追缴 {less} 元。",
            f"Earned {due} yuan less prepaid {paid} yuan: {less} yuan to recover.",
        )
    more = yuan(balance.balance_fen)
    return Text(
        f"应补 {due} 元 − 已预支 {paid} 元 = 余额 {more} 元。",
        f"Earned {due} yuan less prepaid {paid} yuan: balance {more} yuan.",
    )


def _floor_sentences(
    standard: Standard, grade: int, floor: Floor | None, filing_date: date
) -> tuple[Text, ...]:
    if floor is None:
        return ()
    least, rate, day = yuan(floor.rate_fen), yuan(standard.rates[grade]), filing_date.isoformat()
    reason = standard.below_floor_reason
    return (
        Text(
            f"标准 {rate} 元低于备案日 {day} 的国家指导标准 {least} 元"
            f"（{floor.document}，原则上）；"
            f"理由：{reason or '未载明'}。",
            f"The rate of {rate} yuan is below the national floor of {least} yuan in force on "
            f"{day} ({floor.document}, in principle); reason: {reason or 'none on file'}.",
        ),
    )


def _default_sentences(
    standard: Standard, defaults_used: Sequence[str], filing_date: date
) -> tuple[Text, ...]:
    if not defaults_used:
        return ()
    listed, day = ", ".join(defaults_used), filing_date.isoformat()
    label = Text("", "")
    if "filing_date" in defaults_used:
        label = mark(standard.labels("/valid_from"), "/valid_from")
    return (
        Text(
            f"所用默认值：{listed}（备案日 {day}{label.zh}）。",
            f"Defaults used: {listed} (filing date {day}{label.en}).",
        ),
    )
