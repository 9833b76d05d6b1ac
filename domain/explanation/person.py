"""Why one person earned an amount, in sentences."""

from domain.entitlement import EntitlementFacts, Rule
from domain.errors import Text
from domain.explanation.words import (
    OURS,
    REASONS,
    TYPES,
    UNLABELLED,
    Sentence,
    mark,
    numbered,
    percent,
    policy_sentence,
)
from domain.money import yuan
from domain.policy import BASIS_POINTS, GRADES, UnitKind


def explain_person(facts: EntitlementFacts) -> tuple[Sentence, ...]:
    """Explain what one person earned."""
    return numbered(
        (
            policy_sentence(
                facts.policy_id,
                facts.document,
                facts.below_floor_reason,
                mark(facts.labels, "/below_floor_reason"),
            ),
            *entitlement_sentences(facts),
        )
    )


def entitlement_sentences(facts: EntitlementFacts) -> tuple[Text, ...]:
    """Say which rule, which grade and why, which term, and the arithmetic."""
    return (_ground(facts), _term(facts), _product(facts))


def _ground(facts: EntitlementFacts) -> Text:
    ground = {
        Rule.AS_FILED: _as_filed,
        Rule.BELOW_FILED: _below_filed,
        Rule.BY_TYPE: _by_type,
        Rule.UNCERTIFIED: _uncertified,
        Rule.EXIT: _exit,
        Rule.IN_TRAINING: _in_training,
    }[facts.rule]
    return ground(facts)


def _as_filed(facts: EntitlementFacts) -> Text:
    grade = GRADES[facts.filed_grade]
    label = mark(facts.labels, f"/rates/{facts.filed_grade}")
    return Text(
        f"证书达到备案等级{grade.zh}（高于备案等级不增加补贴），"
        f"标准每人每年 {yuan(facts.base_fen)} 元{label.zh}。",
        f"Certified at or above the filed grade, {grade.en}; a higher grade adds nothing. "
        f"Rate {yuan(facts.base_fen)} yuan per person and year{label.en}.",
    )


def _below_filed(facts: EntitlementFacts) -> Text:
    assert facts.reached_grade is not None
    filed, reached = GRADES[facts.filed_grade], GRADES[facts.reached_grade]
    label = mark(facts.labels, "/below_filed")
    if facts.grade_used is None:
        return Text(
            f"证书等级{reached.zh}低于备案等级{filed.zh}，该等级不予补贴{label.zh}。",
            f"Certified at {reached.en}, below the filed grade, {filed.en}: this grade is not paid "
            f"for{label.en}.",
        )
    return Text(
        f"证书等级{reached.zh}低于备案等级{filed.zh}，按所获等级标准{label.zh}"
        f"每人每年 {yuan(facts.base_fen)} 元。",
        f"Certified at {reached.en}, below the filed grade, {filed.en}: the rate of the grade "
        f"reached{label.en}, {yuan(facts.base_fen)} yuan per person and year.",
    )


def _by_type(facts: EntitlementFacts) -> Text:
    assert facts.evidence is not None
    kind = TYPES[facts.evidence]
    label = mark(facts.labels, f"/certificate_types/{facts.evidence}")
    share = percent(facts.factor_basis_points)
    return Text(
        f"凭{kind.zh}，按 {yuan(facts.base_fen)} 元的 {share} 计{label.zh}。",
        f"By {kind.en}: {share} of {yuan(facts.base_fen)} yuan per person and year{label.en}.",
    )


def _uncertified(facts: EntitlementFacts) -> Text:
    label = mark(facts.labels, "/uncertified")
    if facts.base_fen * facts.factor_basis_points == 0:
        return Text(
            f"结业但无可计的证书，不予补贴{label.zh}。",
            f"Completed without a certificate that counts: nothing{label.en}.",
        )
    share = percent(facts.factor_basis_points)
    return Text(
        f"结业但无可计的证书，按每人每年 {yuan(facts.base_fen)} 元的 {share} 计{label.zh}。",
        f"Completed without a certificate that counts: {share} of {yuan(facts.base_fen)} yuan per "
        f"person and year{label.en}.",
    )


def _exit(facts: EntitlementFacts) -> Text:
    assert facts.exit_reason is not None
    reason = REASONS[facts.exit_reason]
    label = mark(facts.labels, f"/exits/earns/{facts.exit_reason}")
    if facts.grade_used is None:
        return Text(
            f"未结业（{reason.zh}），不予补贴{label.zh}。",
            f"Did not complete ({reason.en}): nothing{label.en}.",
        )
    return Text(
        f"未结业（{reason.zh}），按已完成的期限计{label.zh}，"
        f"标准每人每年 {yuan(facts.base_fen)} 元。",
        f"Did not complete ({reason.en}): paid for what was completed{label.en}, rate "
        f"{yuan(facts.base_fen)} yuan per person and year.",
    )


def _in_training(facts: EntitlementFacts) -> Text:
    label = mark(facts.labels, "/settles")
    return Text(
        f"培训仍在进行，按年结算{label.zh}，先计已满的整年{OURS.zh}，"
        f"标准每人每年 {yuan(facts.base_fen)} 元，以最终结算为准。",
        f"Still in training, settled every year{label.en}: the whole years trained so far{OURS.en}, "
        f"at a rate of {yuan(facts.base_fen)} yuan per person and year, until the final settlement.",
    )


def _term(facts: EntitlementFacts) -> Text:
    units = _units(facts)
    trained = Text(f"{facts.trained_months} 个月", f"{facts.trained_months} months")
    if facts.first_day is not None and facts.last_day is not None:
        days = f"{facts.first_day.isoformat()}..{facts.last_day.isoformat()}"
        off = facts.suspended_days
        rule = mark(facts.labels, "/suspension_counts")
        trained = Text(
            days + (f"（扣除中止 {off} 天{rule.zh}）" if off else ""),
            days + (f" less {off} days of suspension{rule.en}" if off else ""),
        )
    cap = UNLABELLED
    if facts.capped:
        cap = Text(
            f"，以 {facts.limit_months} 个月为限", f", limited to {facts.limit_months} months"
        )
    limit = mark(facts.labels, f"/max_paid_months/{facts.reached_grade}") if cap.zh else cap
    label = mark(facts.labels, "/unit")
    return Text(
        f"实际培训 {trained.zh}，备案 {facts.filed_months} 个月{cap.zh}{limit.zh}，"
        f"计 {units.zh}{label.zh}。",
        f"Trained {trained.en}, filed {facts.filed_months} months{cap.en}{limit.en}: counts "
        f"{units.en}{label.en}.",
    )


def _units(facts: EntitlementFacts) -> Text:
    if facts.unit is UnitKind.FILED_YEARS:
        return Text(f"{facts.units} 整年", f"{facts.units} whole year(s)")
    if facts.units_per_year == 12:
        return Text(f"{facts.units} 个月（÷12）", f"{facts.units} months (÷ 12)")
    return Text(f"{facts.units} 天（÷365）", f"{facts.units} days (÷ 365)")


def _product(facts: EntitlementFacts) -> Text:
    factor, factor_en = "", ""
    if facts.factor_basis_points != BASIS_POINTS:
        label = mark(facts.labels, "/uplift")
        uplift = facts.uplift_basis_points
        factor = f" × {percent(facts.factor_basis_points)}"
        factor_en = factor
        if uplift:
            factor += f"（上浮 {percent(uplift)}）{label.zh}"
            factor_en += f" (uplift {percent(uplift)}){label.en}"
    per = f" × {facts.units} ÷ {facts.units_per_year} = {yuan(facts.amount_fen)}"
    return Text(
        f"每人应补 {yuan(facts.base_fen)}{factor}{per} 元（四舍五入到分）。",
        f"Earned per person: {yuan(facts.base_fen)}{factor_en}{per} yuan, half-up to fen.",
    )
