"""Why a prepayment has its amount, in sentences."""

from collections.abc import Mapping
from typing import Final

from domain.errors import Text
from domain.explanation.words import Sentence, mark, numbered, percent, policy_sentence
from domain.money import yuan
from domain.policy import GRADES, PrepaymentBase
from domain.prepayment_amount import PrepaymentFacts

BASES: Final[Mapping[PrepaymentBase, Text]] = {
    PrepaymentBase.ONE_YEAR: Text("一年", "one year"),
    PrepaymentBase.WHOLE_TERM: Text("整个培养期", "the whole term"),
    PrepaymentBase.EACH_YEAR: Text("逐年", "each year"),
}
"""Which months a prepayment covers, in words."""


def explain_prepayment(facts: PrepaymentFacts) -> tuple[Sentence, ...]:
    """Explain the amount of one prepayment."""
    return numbered(
        (
            policy_sentence(
                facts.policy_id,
                facts.document,
                facts.below_floor_reason,
                mark(facts.labels, "/below_floor_reason"),
            ),
            *prepayment_sentences(facts),
        )
    )


def prepayment_sentences(facts: PrepaymentFacts) -> tuple[Text, ...]:
    """Say share, base, arithmetic and people; and the cap or the lower share where one decided."""
    share = percent(facts.share_basis_points)
    share_label = mark(facts.labels, "/prepayment/share_basis_points")
    base, base_label = BASES[facts.base], mark(facts.labels, "/prepayment/base")
    uplift = uplift_en = ""
    if facts.uplift_basis_points:
        label = mark(facts.labels, "/uplift")
        uplift = f" ×（1 + {percent(facts.uplift_basis_points)}）{label.zh}"
        uplift_en = f" × (1 + {percent(facts.uplift_basis_points)}){label.en}"
    rate = mark(facts.labels, f"/rates/{facts.target_grade}")
    grade, yearly = GRADES[facts.target_grade], yuan(facts.rate_fen)
    each = yuan(facts.per_person_fen)
    total = yuan(facts.people * facts.per_person_fen)
    sentences = [
        Text(
            f"预支（第 {facts.year} 年，以{base.zh}为基数{base_label.zh}）每人：{grade.zh}标准 "
            f"{yearly}{rate.zh}{uplift} × {facts.base_months} ÷ 12 × {share}{share_label.zh} "
            f"= {each} 元；{facts.people} 人合计 {total} 元。",
            f"Prepayment (training year {facts.year}, base {base.en}{base_label.en}) per person: "
            f"{grade.en} {yearly}{rate.en}{uplift_en} × {facts.base_months} ÷ 12 × "
            f"{share}{share_label.en} = {each} yuan; {facts.people} people: {total} yuan.",
        )
    ]
    if facts.year > 1:
        sentences.append(_of_later_year(facts))
    if facts.share_basis_points < facts.highest_share_basis_points:
        most = percent(facts.highest_share_basis_points)
        sentences.append(
            Text(
                f"审批决定的比例 {share} 低于政策上限 {most}。",
                f"The share decided, {share}, is lower than the policy's highest, {most}.",
            )
        )
    if facts.capped:
        most = percent(facts.highest_share_basis_points) if facts.already_fen else share
        sentences.append(
            Text(
                f"累计不超过预计应补 {yuan(facts.expected_fen)} 元的 {most}（已预支 "
                f"{yuan(facts.already_fen)} 元），本次为 {yuan(facts.amount_fen)} 元。",
                f"In total never more than {most} of the {yuan(facts.expected_fen)} yuan expected "
                f"({yuan(facts.already_fen)} already prepaid): {yuan(facts.amount_fen)} yuan now.",
            )
        )
    return tuple(sentences)


def _of_later_year(facts: PrepaymentFacts) -> Text:
    """Say since when the training year runs, for whom it is paid, and what earlier years took."""
    zh = en = ""
    if facts.first_day is not None:
        day = facts.first_day.isoformat()
        zh, en = f"自 {day} 起，", f" began on {day} and"
    already = yuan(facts.already_fen)
    return Text(
        f"第 {facts.year} 年{zh}只计仍在培训的学徒；以前年度已预支 {already} 元。",
        f"Training year {facts.year}{en} counts only people still in training; earlier years "
        f"prepaid {already} yuan.",
    )
