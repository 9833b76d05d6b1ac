"""Stacking: what a person's earlier subsidies rule out, by the rules of 深圳, 浙江 and 武汉."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.policy import Stacking
from domain.programme import (
    PROGRAMMES,
    BenefitClass,
    Programme,
    benefit_class_of,
    is_code,
    programme_name,
    programme_of,
)
from domain.refusals import REGISTRY
from domain.stacking import (
    NOTHING_HAD,
    Candidate,
    CertificateKey,
    Clash,
    Had,
    Source,
    StackingRule,
    Subsidy,
    Violation,
    apprenticeship,
    explain_violation,
    had_of,
    occupation_key,
    stacking,
)
from tests.unit.policy_samples import standard

SOMEBODY = UUID(int=7)
LATHE, WELDING = "6-18-01-01", "6-18-02-04"
YEAR = 2026

UNLIMITED = standard(
    stacking={"same_occupation_and_grade_once": False, "higher_blocks_lower": False}
).stacking
SHENZHEN = standard(
    stacking={"per_year_total": 3, "per_year_per_programme": 1, "excludes": ["skill_upgrade"]}
).stacking
ZHEJIANG = standard(stacking={"per_year_total": 3, "claim_within_months": 12}).stacking
WUHAN = standard(stacking={"excludes": ["pre_job_training", "skill_upgrade"]}).stacking


def had_before(programme: str, **changed: Any) -> Subsidy:
    """A subsidy of another occupation in the candidate's year, unless changed."""
    fields: dict[str, Any] = {
        "person_id": SOMEBODY,
        "programme": programme,
        "benefit_class": benefit_class_of(programme),
        "counts_on": date(YEAR, 3, 1),
        "occupation": WELDING,
        "grade": 4,
    }
    return Subsidy(**(fields | changed))


def candidate(**changed: Any) -> Candidate:
    """An apprenticeship of 车工 at grade 4, decided in the year."""
    subsidy = apprenticeship(SOMEBODY, LATHE, on=date(YEAR, 9, 1), grade=4)
    own = {"issued_on", "claimed_on"}
    times = {name: value for name, value in changed.items() if name in own}
    rest = {name: value for name, value in changed.items() if name not in own}
    return Candidate(subject_id=UUID(int=1), subsidy=replace(subsidy, **rest), **times)


def violated(
    rule: Stacking, wanted: Candidate, *had: Subsidy, of: str | None = None
) -> list[StackingRule]:
    """The rules that are not met, in their order."""
    return [one.rule for one in stacking(rule, wanted, had_of(None, had), of=of)]


# --- 深圳 -------------------------------------------------------------------------------------------


def test_shenzhen_each_programme_once_a_year() -> None:
    (found,) = stacking(SHENZHEN, candidate(), had_of(None, [had_before("apprenticeship")]))
    assert (found.rule, found.limit, found.year) == (StackingRule.YEAR_PROGRAMME, 1, YEAR)
    assert found.clashes == (Clash(programme="apprenticeship", year=YEAR),)
    other_year = had_before("apprenticeship", counts_on=date(YEAR - 1, 12, 31))
    assert violated(SHENZHEN, candidate(), other_year) == []
    assert violated(SHENZHEN, candidate(), had_before("project_training")) == []


def test_shenzhen_three_a_year_over_all_programmes() -> None:
    two = [had_before("project_training"), had_before("skill_training")]
    assert violated(SHENZHEN, candidate(), *two) == []
    (found,) = stacking(SHENZHEN, candidate(), had_of(None, [*two, had_before("assessment")]))
    assert (found.rule, found.limit, len(found.clashes)) == (StackingRule.YEAR_TOTAL, 3, 3)


def test_shenzhen_one_occupation_and_grade_once_ever() -> None:
    years_ago = had_before("project_training", occupation=LATHE, counts_on=date(2019, 1, 1))
    assert violated(SHENZHEN, candidate(), years_ago) == [StackingRule.SAME_GRADE]
    assert violated(SHENZHEN, candidate(), replace(years_ago, grade=5)) == []
    assert violated(SHENZHEN, candidate(), replace(years_ago, occupation=WELDING)) == []


def test_shenzhen_an_assessment_subsidy_stands_beside_the_training() -> None:
    """Shows PAY-12."""
    assessed = had_before("assessment", occupation=LATHE)
    assert violated(SHENZHEN, candidate(), assessed) == []


@pytest.mark.parametrize("paid_first", ["skill_upgrade", "apprenticeship"])
def test_shenzhen_one_certificate_is_not_paid_by_unemployment_insurance_as_well(
    paid_first: str,
) -> None:
    key = CertificateKey(number="Y1", issuer="S1")
    had = had_before(paid_first, certificate=replace(key, issuer=None), counts_on=date(2020, 1, 1))
    later = "apprenticeship" if paid_first == "skill_upgrade" else "skill_upgrade"
    wanted = candidate(
        programme=later, benefit_class=benefit_class_of(later), certificate=key, occupation=None
    )
    assert violated(SHENZHEN, wanted, had, of=Programme.APPRENTICESHIP) == [StackingRule.EXCLUDED]
    other = replace(had, certificate=CertificateKey(number="Y2"))
    assert violated(SHENZHEN, wanted, other, of=Programme.APPRENTICESHIP) == []


# --- 浙江 -------------------------------------------------------------------------------------------


def test_zhejiang_three_a_year_including_the_skill_upgrade_subsidy() -> None:
    three = [had_before(one) for one in ("skill_upgrade", "assessment", "voucher")]
    assert violated(ZHEJIANG, candidate(), *three[:2]) == []
    assert violated(ZHEJIANG, candidate(), *three) == [StackingRule.YEAR_TOTAL]


def test_zhejiang_what_an_enterprise_was_paid_counts_for_the_person() -> None:
    # Two apprenticeships whose enterprises were paid, and one voucher of the person's own.
    enterprises = [
        apprenticeship(SOMEBODY, code, on=date(YEAR, 2, 2), grade=3)
        for code in ("6-18-01-02", "6-31-01-03")
    ]
    voucher = had_before("voucher")
    assert violated(ZHEJIANG, candidate(), *enterprises) == []
    assert violated(ZHEJIANG, candidate(), *enterprises, voucher) == [StackingRule.YEAR_TOTAL]


@pytest.mark.parametrize(
    ("issued_on", "claimed_on", "last_day"),
    [
        (date(2025, 3, 10), date(2026, 3, 10), None),
        (date(2025, 3, 10), date(2026, 3, 11), date(2026, 3, 10)),
        (date(2024, 2, 29), date(2025, 3, 1), date(2025, 2, 28)),
        (None, date(2030, 1, 1), None),
        (date(2020, 1, 1), None, None),
    ],
)
def test_zhejiang_a_claim_comes_within_twelve_months_of_the_certificates_issue(
    issued_on: date | None, claimed_on: date | None, last_day: date | None
) -> None:
    wanted = candidate(issued_on=issued_on, claimed_on=claimed_on)
    found = stacking(ZHEJIANG, wanted, NOTHING_HAD)
    assert [(one.rule, one.limit, one.last_day) for one in found] == (
        [] if last_day is None else [(StackingRule.CLAIMED_LATE, 12, last_day)]
    )
    assert stacking(SHENZHEN, wanted, NOTHING_HAD) == ()


def test_zhejiang_no_lower_grade_after_a_higher_one() -> None:
    higher = had_before("project_training", occupation=LATHE, grade=3)
    assert violated(ZHEJIANG, candidate(), higher) == [StackingRule.HIGHER_GRADE]
    assert violated(ZHEJIANG, candidate(grade=2), higher) == []
    ungraded = replace(higher, grade=None)
    assert violated(ZHEJIANG, candidate(), ungraded) == []
    assert violated(ZHEJIANG, candidate(grade=None), higher) == []


# --- 武汉 -------------------------------------------------------------------------------------------


def test_wuhan_no_pre_job_subsidy_in_the_same_year_where_no_certificate_can_be_compared() -> None:
    pre_job = had_before("pre_job", occupation=None, grade=None)
    assert violated(WUHAN, candidate(), pre_job) == [StackingRule.EXCLUDED]
    earlier = replace(pre_job, counts_on=date(YEAR - 1, 3, 1))
    assert violated(WUHAN, candidate(), earlier) == []
    other_grade = replace(pre_job, grade=5)
    assert violated(WUHAN, candidate(), other_grade) == []
    same_skill = had_before("skill_upgrade", occupation=LATHE, counts_on=date(2019, 1, 1))
    assert violated(WUHAN, candidate(), same_skill) == [StackingRule.EXCLUDED]


# --- whatever the policy ----------------------------------------------------------------------------


def test_one_certificate_pays_once_in_a_class_whatever_the_policy() -> None:
    key = CertificateKey(number="Y1", issuer="S1", category="焊接")
    had = had_before("voucher", certificate=key)
    wanted = candidate(certificate=replace(key, category=None))
    assert violated(UNLIMITED, wanted, had) == [StackingRule.CERTIFICATE]
    assert violated(UNLIMITED, wanted, replace(had, certificate=None)) == []
    assert violated(UNLIMITED, candidate(), had) == []
    upgrade = replace(had, programme="skill_upgrade", benefit_class=BenefitClass.SKILL_UPGRADE)
    assert violated(UNLIMITED, wanted, upgrade) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({}, {}, True),
        ({"issuer": "S1"}, {"issuer": "S1"}, True),
        ({"issuer": "S1"}, {}, True),
        ({"issuer": "S1"}, {"issuer": "S2"}, False),
        ({"category": "高压"}, {"category": "低压"}, False),
        ({"category": "高压"}, {}, True),
    ],
)
def test_a_certificate_is_told_by_number_issuer_and_category(
    one: dict[str, str], other: dict[str, str], same: bool
) -> None:
    first, second = CertificateKey(number="T1", **one), CertificateKey(number="T1", **other)
    assert first.same_as(second) is second.same_as(first) is same
    assert not first.same_as(replace(second, number="T2"))


def test_another_systems_programme_counts_in_the_year_and_belongs_to_no_class() -> None:
    foreign = had_before("yi_gong_dai_xun", occupation=LATHE)
    assert foreign.benefit_class is None
    limited = replace(UNLIMITED, same_occupation_and_grade_once=True, per_year_total=1)
    assert violated(limited, candidate(), foreign) == [StackingRule.YEAR_TOTAL]
    by_name = replace(UNLIMITED, excludes=frozenset({"yi_gong_dai_xun"}))
    assert violated(by_name, candidate(), foreign) == [StackingRule.EXCLUDED]
    asked_by_them = candidate(programme="yi_gong_dai_xun", benefit_class=None)
    training = had_before("apprenticeship", occupation=LATHE)
    assert violated(limited, asked_by_them, training) == [StackingRule.YEAR_TOTAL]
    assert violated(by_name, asked_by_them, training, of="apprenticeship") == [
        StackingRule.EXCLUDED
    ]


def test_what_a_policy_excludes_concerns_its_own_programme_alone() -> None:
    upgrade = had_before("skill_upgrade", occupation=LATHE)
    voucher = candidate(programme="voucher")
    rule = replace(UNLIMITED, excludes=frozenset({"skill_upgrade"}))
    assert violated(rule, voucher, upgrade) == [StackingRule.EXCLUDED], "a voucher's own policy"
    assert violated(rule, voucher, upgrade, of=Programme.APPRENTICESHIP) == []


def test_a_subject_keeps_its_year_and_does_not_stand_against_itself() -> None:
    own = apprenticeship(SOMEBODY, LATHE, on=date(YEAR - 1, 12, 30), grade=4)
    told_again = replace(own, counts_on=date(YEAR, 1, 15), source=Source.REGISTER)
    had = had_of(own, [told_again])
    assert had == Had(own=own, others=())
    assert stacking(SHENZHEN, candidate(), had) == ()
    before_it = replace(own, counts_on=date(2019, 1, 1), source=Source.REGISTER)
    (found,) = stacking(SHENZHEN, candidate(), had_of(own, [before_it]))
    assert (found.rule, found.year) == (StackingRule.SAME_GRADE, YEAR - 1)
    last_year = had_before("apprenticeship", counts_on=date(YEAR - 1, 6, 1))
    (found,) = stacking(SHENZHEN, candidate(), had_of(own, [last_year]))
    assert (found.rule, found.year) == (StackingRule.YEAR_PROGRAMME, YEAR - 1)


def test_one_subsidy_told_by_two_lists_counts_once() -> None:
    limited = replace(UNLIMITED, per_year_total=2)
    key = CertificateKey(number="Y1")
    told = [
        had_before("skill_upgrade", certificate=key),
        had_before("skill_upgrade", certificate=replace(key, issuer="S1"), source=Source.REGISTER),
    ]
    assert violated(limited, candidate(), *told) == []
    another = had_before("skill_upgrade", certificate=CertificateKey(number="Y2"))
    assert violated(limited, candidate(), *told, another) == [StackingRule.YEAR_TOTAL]
    skill = [had_before("assessment"), had_before("assessment", counts_on=date(YEAR, 4, 9))]
    assert violated(limited, candidate(), *skill) == []
    same_day = [had_before("pre_job", grade=None), had_before("pre_job", occupation=None)]
    assert violated(limited, candidate(), *same_day) == []
    apart = [same_day[0], replace(same_day[0], counts_on=date(YEAR, 4, 9))]
    assert violated(limited, candidate(), *apart) == [StackingRule.YEAR_TOTAL]


# --- any subsidies ----------------------------------------------------------------------------------

SUBSIDIES = st.builds(
    Subsidy,
    person_id=st.just(SOMEBODY),
    programme=st.sampled_from([*(str(one) for one in Programme), "elsewhere"]),
    benefit_class=st.sampled_from([None, *BenefitClass]),
    counts_on=st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    occupation=st.sampled_from([None, LATHE, WELDING]),
    grade=st.sampled_from([None, 3, 4, 5]),
    certificate=st.one_of(
        st.none(),
        st.builds(
            CertificateKey,
            number=st.sampled_from(["Y1", "Y2"]),
            issuer=st.sampled_from([None, "S1"]),
        ),
    ),
    source=st.sampled_from(Source),
)
RULES = st.builds(
    Stacking,
    per_year_total=st.sampled_from([None, 1, 2, 3]),
    per_year_per_programme=st.sampled_from([None, 1, 2]),
    same_occupation_and_grade_once=st.booleans(),
    higher_blocks_lower=st.booleans(),
    excludes=st.frozensets(st.sampled_from(["skill_upgrade", "elsewhere", "voucher"])),
    claim_within_months=st.sampled_from([None, 12]),
)
CANDIDATES = st.builds(Candidate, subject_id=st.just(UUID(int=1)), subsidy=SUBSIDIES)


def rules_of(found: Iterable[Violation]) -> set[StackingRule]:
    return {one.rule for one in found}


@given(RULES, CANDIDATES)
def test_nothing_stands_against_who_had_nothing(rule: Stacking, wanted: Candidate) -> None:
    assert stacking(rule, wanted, NOTHING_HAD) == ()


@given(RULES, CANDIDATES, st.lists(SUBSIDIES, max_size=6), st.randoms())
def test_the_order_in_which_lists_arrive_decides_nothing(
    rule: Stacking, wanted: Candidate, had: list[Subsidy], random: Any
) -> None:
    shuffled = random.sample(had, len(had))
    assert stacking(rule, wanted, had_of(None, had)) == stacking(
        rule, wanted, had_of(None, shuffled)
    )


@given(RULES, CANDIDATES, st.lists(SUBSIDIES, max_size=6))
def test_a_subsidy_told_twice_changes_nothing(
    rule: Stacking, wanted: Candidate, had: list[Subsidy]
) -> None:
    again = [replace(one, source=Source.REGISTER) for one in had]
    once, twice = (stacking(rule, wanted, had_of(None, some)) for some in (had, [*had, *again]))
    assert once == twice


@given(RULES, CANDIDATES, st.lists(SUBSIDIES, max_size=6), st.integers(0, 3))
def test_a_looser_limit_never_refuses_more(
    rule: Stacking, wanted: Candidate, had: list[Subsidy], more: int
) -> None:
    looser = replace(
        rule, per_year_total=None if rule.per_year_total is None else rule.per_year_total + more
    )
    strict, loose = (rules_of(stacking(one, wanted, had_of(None, had))) for one in (rule, looser))
    assert loose <= strict
    assert strict - loose <= {StackingRule.YEAR_TOTAL}


@given(RULES, CANDIDATES, st.lists(SUBSIDIES, max_size=6))
def test_a_violation_names_only_what_the_person_had_and_can_be_said_in_both_languages(
    rule: Stacking, wanted: Candidate, had: list[Subsidy]
) -> None:
    kept = had_of(None, had)
    told = {(one.programme, one.year) for one in kept.others}
    for found in stacking(rule, wanted, kept):
        assert found.clashes
        assert {(one.programme, one.year) for one in found.clashes} <= told
        said = explain_violation(found)
        assert all(programme_name(one.programme).zh in said.zh for one in found.clashes)
        assert all(programme_name(one.programme).en in said.en for one in found.clashes)
        assert "{" not in said.zh + said.en
        fault = found.at("/roster/0")
        assert (fault.pointer, fault.code) == ("/roster/0", f"stacking_{found.rule}")
        assert fault.code in REGISTRY


def test_a_late_claim_says_by_when_it_was_due() -> None:
    wanted = candidate(issued_on=date(2025, 3, 10), claimed_on=date(2026, 5, 1))
    (found,) = stacking(ZHEJIANG, wanted, NOTHING_HAD)
    assert explain_violation(found).zh == "须在证书核发后 12 个月内申领，截止日为 2026-03-10。"
    assert "within 12 months" in explain_violation(found).en


# --- programmes and occupations ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("apprenticeship", "apprenticeship"),
        ("企业新型学徒制", "apprenticeship"),
        ("失业保险 技能提升补贴", "skill_upgrade"),
        ("unemployment_insurance_skill_upgrade", "skill_upgrade"),
        ("pre_job_training", "pre_job"),
        ("ｖｏｕｃｈｅｒ", "voucher"),
        ("jiangsu_2024_x", "jiangsu_2024_x"),
    ],
)
def test_a_programme_is_told_by_code_name_or_an_older_word(written: str, code: str) -> None:
    assert programme_of(written) == code
    assert is_code(code)


def test_every_programme_has_a_name_in_both_languages_and_a_class() -> None:
    assert set(PROGRAMMES) == set(Programme)
    for code in Programme:
        name = programme_name(code)
        assert name.zh
        assert name.en
        assert benefit_class_of(code) is PROGRAMMES[code].benefit_class
    assert programme_name("elsewhere").zh == programme_name("elsewhere").en == "elsewhere"
    assert benefit_class_of("elsewhere") is None
    assert not is_code("以工代训")


def test_an_occupation_is_one_across_editions_of_the_catalogue() -> None:
    robots_2015, robots_2022 = "6-30-99-00", "6-31-07-03"
    assert occupation_key(robots_2015) == occupation_key(robots_2022) == robots_2022
    assert occupation_key(robots_2015, edition=2022) == robots_2015
    assert occupation_key("6180101") == LATHE
    had = had_before("project_training", occupation=occupation_key(robots_2015))
    wanted = Candidate(
        subject_id=uuid4(),
        subsidy=apprenticeship(SOMEBODY, robots_2022, on=date(YEAR, 9, 1), grade=4),
    )
    assert violated(ZHEJIANG, wanted, had) == [StackingRule.SAME_GRADE]
