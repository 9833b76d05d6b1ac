"""Why a settlement pays, recovers, or closes at zero: its facts, and the sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.entitlement import Rule
from domain.errors import Text
from domain.explanation.words import Sentence, numbered, policy_sentence
from domain.money import yuan

_PARTS: Final[Mapping[Rule, Text]] = {
    Rule.AS_FILED: Text("达到备案等级", "certified at or above the filed grade"),
    Rule.BELOW_FILED: Text("低于备案等级", "certified below the filed grade"),
    Rule.BY_TYPE: Text("按证书类型", "paid by type of certificate"),
    Rule.UNCERTIFIED: Text("结业未取证", "completed without a certificate that counts"),
    Rule.EXIT: Text("未结业", "did not complete"),
    Rule.IN_TRAINING: Text("培训中，已满整年", "still in training, by whole years"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementPart:
    """People of a settlement decided by one rule, and what they earned together, in fen."""

    rule: Rule
    people: int
    entitlement_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementFacts:
    """Why a settlement pays, recovers, or closes at zero: due minus history, in fen."""

    policy_id: str
    document: str | None
    parts: tuple[SettlementPart, ...]
    due_fen: int
    paid_fen: int
    in_transit_fen: int
    unknown_fen: int
    got_back_fen: int
    balance_fen: int
    recovery_fen: int
    below_floor_reason: str | None = None
    ahead_fen: int = 0


def explain_settlement(facts: SettlementFacts) -> tuple[Sentence, ...]:
    """Explain the balance or the recovery of one settlement."""
    return numbered(
        (
            policy_sentence(facts.policy_id, facts.document, facts.below_floor_reason),
            *settlement_sentences(facts),
        )
    )


def settlement_sentences(facts: SettlementFacts) -> tuple[Text, ...]:
    """Say what was earned by rule, what was paid before, and the difference."""
    sentences = [
        Text(
            f"{_PARTS[part.rule].zh} {part.people} 人，应补 {yuan(part.entitlement_fen)} 元。",
            f"{part.people} people {_PARTS[part.rule].en}: {yuan(part.entitlement_fen)} yuan.",
        )
        for part in facts.parts
    ]
    gone = (
        (facts.in_transit_fen, Text("在途", "in transit")),
        (facts.unknown_fen, Text("结果未知", "with the bank's answer unknown")),
        (-facts.got_back_fen, Text("已退回", "got back")),
    )
    zh = "".join(f"，{name.zh} {yuan(amount)} 元" for amount, name in gone if amount)
    en = "".join(f", {yuan(amount)} {name.en}" for amount, name in gone if amount)
    due, paid = yuan(facts.due_fen), yuan(facts.paid_fen)
    sentences.append(
        Text(
            f"累计应补 {due} 元；已支付 {paid} 元{zh}。",
            f"Earned in total {due} yuan; paid {paid} yuan{en}.",
        )
    )
    sentences.append(_difference(facts))
    return tuple(sentences)


def _difference(facts: SettlementFacts) -> Text:
    if facts.recovery_fen:
        less = yuan(facts.recovery_fen)
        return Text(
            f"已付多于应补，应追缴 {less} 元。",
            f"More was paid than earned: {less} yuan to recover.",
        )
    if facts.ahead_fen:
        ahead = yuan(facts.ahead_fen)
        return Text(
            f"预支尚有 {ahead} 元未到应补，培训仍在进行，暂不追缴。",
            f"{ahead} yuan are prepaid and not earned yet; training goes on and nothing is owed back.",
        )
    more = yuan(facts.balance_fen)
    return Text(f"应付余额 {more} 元。", f"Balance to pay: {more} yuan.")
