"""Lines set aside after they were decided: what they pay, and what is left to pay."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from domain.balance import History
from domain.eligibility import Terms, judged
from domain.entitlement import Rule
from domain.explanation import SettlementPart
from domain.setting_aside import reasons_without, set_aside
from domain.settlement import (
    Amounts,
    Disposition,
    Ground,
    LineDecision,
    UnpaidPart,
    decided,
    reasons_of,
)
from tests.unit.policy_samples import standard
from tests.unit.settlement_samples import a_filing, a_person, a_standing, the_terms

TODAY = date(2026, 4, 1)


def certified(terms: Terms) -> LineDecision:
    """One person certified for a year at 4000 yuan."""
    standing = a_standing()
    return decided(standing, judged(standing, terms), terms, today=TODAY)


def failed(terms: Terms) -> LineDecision:
    """One person who did not complete, and earns nothing."""
    standing = a_standing(enrolment=a_person(state="failed"), certificate=None, finding=None)
    return decided(standing, judged(standing, terms), terms, today=TODAY)


def test_only_payable_lines_are_set_aside_each_on_its_own_ground() -> None:
    terms = the_terms()
    frozen, upheld, watched, paid, nothing = (
        certified(terms),
        certified(terms),
        certified(terms),
        certified(terms),
        failed(terms),
    )
    grounds = {
        frozen.line_id: Ground.OBJECTION,
        upheld.line_id: Ground.OBJECTION_UPHELD,
        watched.line_id: Ground.INVESTIGATION,
        nothing.line_id: Ground.OBJECTION,
    }
    after = set_aside([frozen, upheld, watched, paid, nothing], grounds)
    assert [
        (one.line_id, one.disposition, one.amount_fen, one.facts.ground, one.facts.entitlement)
        for one in after
    ] == [
        (frozen.line_id, Disposition.HELD, 0, Ground.OBJECTION, None),
        (upheld.line_id, Disposition.REFUSED, 0, Ground.OBJECTION_UPHELD, None),
        (watched.line_id, Disposition.HELD, 0, Ground.INVESTIGATION, None),
    ]
    assert after[0] == replace(
        frozen,
        disposition=Disposition.HELD,
        amount_fen=0,
        facts=replace(frozen.facts, ground=Ground.OBJECTION, entitlement=None),
    )


def test_the_others_keep_what_they_earn_and_the_figures_follow() -> None:
    terms = the_terms()
    lines = [certified(terms), certified(terms), certified(terms), failed(terms)]
    history = History(paid_fen=500_000)
    reasons = reasons_of(lines, terms, history=history)
    assert reasons.amounts == Amounts(
        entitled_fen=1_200_000, history_fen=500_000, balance_fen=700_000, recovery_fen=0
    )
    one = set_aside(lines, {lines[0].line_id: Ground.OBJECTION})
    # As the store answers: the lines that a ground names, and no others.
    left = reasons_without(reasons, lines[:1], one, history=history)
    assert left.amounts == Amounts(
        entitled_fen=800_000, history_fen=500_000, balance_fen=300_000, recovery_fen=0
    )
    assert left.facts.parts == (
        SettlementPart(rule=Rule.AS_FILED, people=2, entitlement_fen=800_000),
        SettlementPart(rule=Rule.EXIT, people=1, entitlement_fen=0),
    )
    assert left.unpaid == (UnpaidPart(ground=Ground.OBJECTION, people=1),)
    # All three certified gone, one by one: their part is, and what was paid is owed back.
    two = set_aside(lines[1:], {line.line_id: Ground.OBJECTION for line in lines[1:]})
    none = reasons_without(left, lines[1:], two, history=history)
    assert none.amounts == Amounts(
        entitled_fen=0, history_fen=500_000, balance_fen=0, recovery_fen=500_000
    )
    assert [part.rule for part in none.facts.parts] == [Rule.EXIT]
    assert none.unpaid == (UnpaidPart(ground=Ground.OBJECTION, people=3),)


def test_lines_that_stay_are_not_counted_out() -> None:
    terms = the_terms()
    lines = [certified(terms), certified(terms)]
    reasons = reasons_of(lines, terms, history=History())
    gone = set_aside(lines, {lines[1].line_id: Ground.INVESTIGATION})
    # Both were asked about, one is set aside.
    left = reasons_without(reasons, lines, gone, history=History())
    assert left.amounts.entitled_fen == 400_000


def test_an_interim_prepayment_stays_ahead_when_somebody_is_set_aside() -> None:
    # Two in training, a whole year each at 4000 yuan; 5000 prepaid, all of it not earned yet.
    terms = Terms(
        filing=a_filing(completed_on=None, filed_months=24),
        standard=standard(settles="every_year"),
        confirmed=True,
        on=date(2026, 2, 28),
    )
    lines = []
    for n in (1, 2):
        person = a_person(id=UUID(int=n), state="in_training", ended_on=None)
        standing = a_standing(enrolment=person, certificate=None, finding=None)
        lines.append(decided(standing, judged(standing, terms), terms, today=TODAY))
    history = History(paid_fen=500_000, ahead_fen=500_000)
    reasons = reasons_of(lines, terms, history=history)
    assert reasons.amounts == Amounts(
        entitled_fen=800_000, history_fen=500_000, balance_fen=300_000, recovery_fen=0
    )
    gone = set_aside(lines, {lines[0].line_id: Ground.OBJECTION})
    left = reasons_without(reasons, lines[:1], gone, history=history)
    assert left.amounts == Amounts(
        entitled_fen=400_000,
        history_fen=500_000,
        balance_fen=0,
        recovery_fen=0,
        ahead_fen=100_000,
    )
