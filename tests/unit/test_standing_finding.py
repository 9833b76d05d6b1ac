"""Which finding stands: every pair of findings, and the longer stories that a pair does not tell."""

from collections.abc import Iterator
from itertools import product

import pytest

from domain.certificate import Agreement, FindingResult, finding_rules
from domain.manual_finding import Established
from domain.standing_finding import (
    OF_CERTIFICATE,
    Heard,
    Stands,
    bears_on,
    standing_finding,
)

R = FindingResult
AGREEMENTS = {result: Agreement(mask) for mask, result in reversed(list(finding_rules()))}
"""One agreement for each result of a register."""

CONFIRMS = {R.MATCH, R.MATCH_NORMALISED, R.CONFIRMED_MANUALLY}
SAYS_NOTHING = {R.NOT_FOUND, R.NUMBER_MALFORMED, R.PENDING_UPLOAD}
CURED_BY_TIME = SAYS_NOTHING | {R.WITHHELD}


def register(result: FindingResult, *, also: Agreement | None = None) -> Heard:
    """What a register answered; `also` turns bits that change nothing about the result."""
    agreement = AGREEMENTS[result]
    return Heard(result=result, agreement=agreement if also is None else agreement ^ also)


def people(result: FindingResult) -> Heard:
    """What two people established."""
    return Heard(result=result, agreement=None)


EVERYTHING = [
    *(register(result) for result in AGREEMENTS),
    *(people(FindingResult(result)) for result in Established),
]


def expected(first: Heard, second: Heard) -> tuple[Heard, bool]:
    """The finding that stands of two, and whether it is contradicted: as a table of cases."""
    if second.by_people:
        return second, False
    if second.result in SAYS_NOTHING:
        undone = not first.by_people and first.result in SAYS_NOTHING
        return (second, False) if undone else (first, False)
    if not first.by_people or first.result in CURED_BY_TIME:
        return second, False
    return second, (first.result in CONFIRMS) is not (second.result in CONFIRMS)


def pairs() -> Iterator[tuple[Heard, Heard]]:
    return product(EVERYTHING, EVERYTHING)


def test_of_every_pair_of_findings_the_one_stands_that_says_more() -> None:
    assert len(EVERYTHING) == 13 + 12
    for first, second in pairs():
        heard, contradicted = expected(first, second)
        stands = standing_finding([first, second])
        assert stands == Stands(heard=heard, contradicted=contradicted), (first, second)


def test_nothing_stands_where_nobody_has_answered() -> None:
    assert standing_finding([]) is None


def test_one_finding_stands_alone() -> None:
    for one in EVERYTHING:
        assert standing_finding([one]) == Stands(heard=one, contradicted=False)


def test_a_registers_silence_never_undoes_a_confirmation() -> None:
    for first, second in pairs():
        if first.result in CONFIRMS and not second.by_people and second.result in SAYS_NOTHING:
            stands = standing_finding([first, second, second])
            assert stands == Stands(heard=first, contradicted=False)


@pytest.mark.parametrize("silence", sorted(SAYS_NOTHING))
def test_a_revocation_is_found_out_and_no_silence_brings_the_match_back(
    silence: FindingResult,
) -> None:
    story = [register(R.MATCH), register(R.REVOKED), register(silence)]
    assert standing_finding(story) == Stands(heard=register(R.REVOKED), contradicted=False)


def test_what_a_register_takes_back_counts_again() -> None:
    story = [register(R.MATCH), register(R.REVOKED), register(R.MATCH)]
    assert standing_finding(story) == Stands(heard=register(R.MATCH), contradicted=False)


def test_what_two_people_had_before_them_is_nothing_new() -> None:
    story = [register(R.DATE_MISMATCH), people(R.CONFIRMED_MANUALLY), register(R.DATE_MISMATCH)]
    stands = standing_finding(story)
    assert stands == Stands(heard=people(R.CONFIRMED_MANUALLY), contradicted=False)


def test_a_match_that_two_people_rejected_pays_nobody_when_it_is_repeated() -> None:
    story = [register(R.MATCH), people(R.REVOKED), register(R.MATCH)]
    assert standing_finding(story) == Stands(heard=people(R.REVOKED), contradicted=False)


def test_the_same_finding_for_another_reason_is_new() -> None:
    other = register(R.DATE_MISMATCH, also=Agreement.SAME_ISSUER)
    story = [register(R.DATE_MISMATCH), people(R.CONFIRMED_MANUALLY), other]
    assert standing_finding(story) == Stands(heard=other, contradicted=True)


def test_a_contradiction_outlives_silence_and_ends_when_two_people_look_again() -> None:
    story = [people(R.CONFIRMED_MANUALLY), register(R.REVOKED), register(R.NOT_FOUND)]
    assert standing_finding(story) == Stands(heard=register(R.REVOKED), contradicted=True)
    for decided in (R.CONFIRMED_MANUALLY, R.REVOKED):
        stands = standing_finding([*story, people(decided)])
        assert stands == Stands(heard=people(decided), contradicted=False)
    again = [*story, people(R.CONFIRMED_MANUALLY), register(R.REVOKED)]
    assert standing_finding(again) == Stands(heard=people(R.CONFIRMED_MANUALLY), contradicted=False)


def test_a_register_that_comes_round_ends_the_contradiction_too() -> None:
    story = [people(R.CONFIRMED_MANUALLY), register(R.REVOKED), register(R.MATCH)]
    assert standing_finding(story) == Stands(heard=register(R.MATCH), contradicted=False)


def test_what_time_may_cure_is_no_contradiction() -> None:
    for found in sorted(CURED_BY_TIME):
        stands = standing_finding([people(found), register(R.MATCH)])
        assert stands == Stands(heard=register(R.MATCH), contradicted=False)


def test_what_was_declared_otherwise_was_never_confirmed() -> None:
    for result in FindingResult:
        assert bears_on(result, same_facts=True)
        assert bears_on(result, same_facts=False) == (result in OF_CERTIFICATE)
    assert {R.REVOKED, R.WITHHELD, R.ID_MISMATCH} == OF_CERTIFICATE
