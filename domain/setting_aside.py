"""Lines that are set aside after they were decided: frozen by an objection, or under a hold.

Payable lines never wait for held ones: the others keep what they earn, and the settlement's figures
follow (CASES 3).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from domain.balance import History
from domain.entitlement import Rule
from domain.settlement import (
    Disposition,
    Ground,
    LineDecision,
    SettlementReasons,
    UnpaidPart,
    after_history,
)

DISPOSITIONS: Mapping[Ground, Disposition] = {
    Ground.OBJECTION: Disposition.HELD,
    Ground.INVESTIGATION: Disposition.HELD,
    Ground.OBJECTION_UPHELD: Disposition.REFUSED,
}
"""What becomes of a line on each of these grounds."""


def set_aside(
    decisions: Sequence[LineDecision], grounds: Mapping[UUID, Ground]
) -> list[LineDecision]:
    """Return the payable lines among these that a ground sets aside, as they are decided now."""
    return [
        replace(
            one,
            disposition=DISPOSITIONS[grounds[one.line_id]],
            amount_fen=0,
            facts=replace(one.facts, ground=grounds[one.line_id], entitlement=None),
        )
        for one in decisions
        if one.disposition is Disposition.PAYABLE and one.line_id in grounds
    ]


def reasons_without(
    reasons: SettlementReasons,
    before: Sequence[LineDecision],
    after: Sequence[LineDecision],
    *,
    history: History,
) -> SettlementReasons:
    """Return a settlement's reasons once these lines are no longer paid, in fen.

    What is due falls and is set against the history anew: interim, a prepayment may stay ahead.
    """
    gone = {one.line_id for one in after}
    people: Counter[Rule] = Counter()
    fen: Counter[Rule] = Counter()
    for one in before:
        if one.line_id in gone and one.facts.entitlement is not None:
            people[one.facts.entitlement.rule] += 1
            fen[one.facts.entitlement.rule] += one.amount_fen
    facts = reasons.facts
    unpaid = Counter({part.ground: part.people for part in reasons.unpaid})
    unpaid.update(one.facts.ground for one in after)
    left = SettlementReasons(
        facts=replace(
            facts,
            parts=tuple(
                replace(
                    part,
                    people=part.people - people[part.rule],
                    entitlement_fen=part.entitlement_fen - fen[part.rule],
                )
                for part in facts.parts
                if part.people > people[part.rule]
            ),
            due_fen=facts.due_fen - fen.total(),
        ),
        unpaid=tuple(
            UnpaidPart(ground=ground, people=unpaid[ground]) for ground in Ground if unpaid[ground]
        ),
    )
    return after_history(left, history)
