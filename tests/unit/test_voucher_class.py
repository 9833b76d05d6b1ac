"""Voucher classes: what may be planned and reserved, when one may leave, and what makes a completion."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.errors import Fault, Refusal
from domain.policy.standard import CertificateType
from domain.voucher import BeneficiaryTag, CountsTo, Voucher, VoucherOffer
from domain.voucher_class import (
    ClassOffer,
    ReportedOutcome,
    VoucherOutcome,
    VoucherResult,
    check_withdrawal,
    first_day,
    judged_outcomes,
    overlap_faults,
    plan_faults,
    reservation_faults,
    standard_of,
    start_faults,
    terms_of,
)
from domain.voucher_record import AttendedShare
from tests.unit.voucher_class_samples import (
    ENDS,
    PROVIDER,
    STARTS,
    TODAY,
    VOUCHER,
    a_class,
    a_project,
    a_voucher,
    an_offer,
    some_terms,
)

WHOLE = AttendedShare(attended_minutes=900, held_minutes=900)
NUMBER = "S000132068100126500001"
OF_GRADE_4, OF_GRADE_5 = "Y000053000123254000017", "S000153000001245000102"
SKILL = CertificateType.SKILL_LEVEL
CONFIRMED = datetime(2026, 2, 3, tzinfo=UTC)


def said(faults: tuple[Fault, ...]) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in faults]


def planned(project: VoucherOffer | None = None, **changed: Any) -> list[tuple[str, str]]:
    how: dict[str, Any] = {"provider_id": PROVIDER, "listed": True, "today": TODAY}
    given = {name: changed.pop(name) for name in tuple(changed) if name in how}
    terms = some_terms(**changed)
    return said(plan_faults(terms, project or a_project(), **(how | given)))


def test_a_class_of_the_project_by_a_listed_provider_may_be_planned() -> None:
    assert planned() == []
    assert planned(grade=None, starts_on=TODAY, ends_on=TODAY) == []


def test_everything_wrong_with_a_plan_is_located_at_once() -> None:
    assert planned(
        provider_id=UUID(int=99),
        listed=False,
        occupation_code="6-18-01-01",
        starts_on=TODAY - timedelta(days=1),
        ends_on=TODAY - timedelta(days=2),
    ) == [
        ("/project_id", "provider_not_in_project"),
        ("/starts_on", "provider_not_in_catalogue"),
        ("/occupation_code", "occupation_not_offered"),
        ("/starts_on", "class_days_out_of_order"),
        ("/ends_on", "class_days_out_of_order"),
    ]


def test_an_occupation_is_offered_at_its_own_grades_alone() -> None:
    assert planned(grade=4) == [("/occupation_code", "occupation_not_offered")]
    found = standard_of(a_project(), "4-10-01-02", 5)
    assert found is not None
    assert found.standard_fen == 120_000


def test_a_class_is_looked_at_by_its_reported_day_and_before_by_its_planned_one() -> None:
    assert first_day(a_class()) == STARTS
    assert first_day(a_class(started_on=date(2026, 3, 10))) == date(2026, 3, 10)
    assert terms_of(a_class()) == some_terms()


def reserved(
    *,
    project: VoucherOffer | None = None,
    wanted: ClassOffer | None = None,
    listed: bool = True,
    today: date = TODAY,
    **voucher: Any,
) -> list[tuple[str, str]]:
    faults = reservation_faults(
        a_voucher(**voucher),
        project or a_project(),
        wanted or an_offer(),
        listed=listed,
        today=today,
    )
    assert all(
        fault.pointer
        == ("/voucher_id" if fault.code == "voucher_group_unconfirmed" else "/class_id")
        for fault in faults
    )
    return [(fault.code, str(fault.values.get("needed", ""))) for fault in faults]


def test_a_voucher_of_the_project_may_be_used_in_its_class_until_the_first_day() -> None:
    assert reserved() == []
    assert reserved(today=STARTS) == []
    assert reserved(today=STARTS + timedelta(days=1)) == [("voucher_class_closed", "")]
    assert reserved(wanted=an_offer(is_open=False)) == [("voucher_class_closed", "")]


def test_every_reason_against_a_reservation_is_named() -> None:
    tagged = a_project(tags=frozenset({BeneficiaryTag.VETERAN}), providers=())
    other = an_offer(terms={"grade": 1})
    assert reserved(project=tagged, wanted=other, listed=False, tag=BeneficiaryTag.DISABLED) == [
        ("occupation_not_offered", ""),
        ("provider_not_in_project", ""),
        ("provider_not_in_catalogue", ""),
        ("voucher_tag_not_admitted", ""),
    ]
    assert reserved(wanted=an_offer(project_id=UUID(int=99))) == [("class_of_other_project", "")]
    assert (
        reserved(
            project=a_project(tags=frozenset({BeneficiaryTag.VETERAN})),
            tag=BeneficiaryTag.VETERAN,
            tag_confirmed_at=CONFIRMED,
        )
        == []
    )


def test_what_only_the_worker_says_of_his_group_reserves_nothing() -> None:
    veterans = a_project(tags=frozenset({BeneficiaryTag.VETERAN}))
    stated = BeneficiaryTag.VETERAN
    assert reserved(project=veterans, tag=stated) == [("voucher_group_unconfirmed", "")]
    assert reserved(tag=stated) == []


@pytest.mark.parametrize(
    ("starts_after", "ends_after", "overlaps"),
    [
        (-9, -1, False),
        (-9, 0, True),
        (0, 0, True),
        (3, 4, True),
        (18, 30, True),
        (19, 30, False),
    ],
)
def test_nobody_is_in_two_classes_on_one_day(
    starts_after: int, ends_after: int, overlaps: bool
) -> None:
    held = some_terms(
        starts_on=STARTS + timedelta(days=starts_after),
        ends_on=STARTS + timedelta(days=ends_after),
    )
    found = overlap_faults(an_offer(), [held])
    assert said(found) == ([("/class_id", "training_overlaps")] if overlaps else [])


def test_validity_is_asked_on_the_first_or_the_last_day_as_the_project_counts() -> None:
    to_completion = a_project(counts_to=CountsTo.COMPLETION)
    assert reserved(valid_until=STARTS) == []
    assert reserved(valid_until=STARTS - timedelta(days=1)) == [
        ("voucher_ends_before", STARTS.isoformat())
    ]
    assert reserved(project=to_completion, valid_until=ENDS) == []
    assert reserved(project=to_completion, valid_until=ENDS - timedelta(days=1)) == [
        ("voucher_ends_before", ENDS.isoformat())
    ]


def test_a_worker_withdraws_up_to_so_many_days_before_the_class() -> None:
    check_withdrawal(a_project(), an_offer(), today=STARTS - timedelta(days=3))
    for late in (STARTS - timedelta(days=2), STARTS):
        with pytest.raises(Refusal) as refused:
            check_withdrawal(a_project(), an_offer(), today=late)
        assert refused.value.code == "withdrawal_too_late"
        assert refused.value.values == {"day": (STARTS - timedelta(days=3)).isoformat()}
    check_withdrawal(a_project(withdraw_days=0), an_offer(), today=STARTS)


def test_a_class_that_should_have_begun_binds_nobody_and_one_that_has_begun_does() -> None:
    check_withdrawal(a_project(), an_offer(), today=STARTS + timedelta(days=1))
    with pytest.raises(Refusal) as refused:
        check_withdrawal(a_project(), an_offer(is_open=False), today=TODAY)
    assert refused.value.code == "voucher_class_closed"


def started(
    day: date = STARTS, absent: tuple[UUID, ...] = (), **changed: Any
) -> list[tuple[str, str]]:
    how: dict[str, Any] = {
        "reserved": {VOUCHER, UUID(int=115)},
        "listed": True,
        "today": date(2026, 3, 20),
    }
    return said(start_faults(some_terms(), day, absent, **(how | changed)))


def test_a_class_begins_between_its_first_and_last_day_and_not_after_today() -> None:
    assert started() == started(date(2026, 3, 20)) == started(ENDS, today=date(2026, 4, 30)) == []
    wrong = [("/started_on", "start_day_wrong")]
    assert started(STARTS - timedelta(days=1)) == wrong
    assert started(date(2026, 3, 21)) == wrong
    assert started(ENDS + timedelta(days=1), today=date(2026, 4, 30)) == wrong


def test_a_report_names_absent_people_of_the_class_once_and_somebody_came() -> None:
    assert started(absent=(VOUCHER,)) == []
    assert started(absent=(VOUCHER, VOUCHER, UUID(int=9))) == [
        ("/absent/1", "person_not_in_class"),
        ("/absent/2", "person_not_in_class"),
    ]
    assert started(absent=(VOUCHER, UUID(int=115))) == [("/absent", "nobody_present")]
    assert started(reserved=set(), listed=False) == [
        ("/started_on", "provider_not_in_catalogue"),
        ("/absent", "nobody_present"),
    ]


def outcome(**changed: Any) -> ReportedOutcome:
    fields: dict[str, Any] = {
        "voucher_id": VOUCHER,
        "outcome": VoucherResult.COMPLETED,
        "day": ENDS,
        "certificate": None,
    }
    return ReportedOutcome(**(fields | changed))


def judged(
    *reported: ReportedOutcome,
    share: AttendedShare = WHOLE,
    voucher: Any = None,
    others: Sequence[Voucher] = (),
    grade: int | None = 4,
    min_minutes: int | None = None,
    **project: Any,
) -> tuple[VoucherOutcome, ...]:
    people = {one.id: one for one in (a_voucher(**(voucher or {})), *others)}
    return judged_outcomes(
        reported,
        project=a_project(**project),
        people=people,
        attended=dict.fromkeys(people, share),
        started_on=STARTS,
        completed_on=ENDS,
        standard=replace(a_project().standards[0], grade=grade, min_minutes=min_minutes),
    )


def refused_outcomes(*reported: ReportedOutcome, **how: Any) -> list[tuple[str, str]]:
    with pytest.raises(Refusal) as refused:
        judged(*reported, **how)
    assert refused.value.code == "completion_report_faulty"
    assert refused.value.values["count"] == len(refused.value.faults)
    return said(refused.value.faults)


def test_who_attended_enough_completes() -> None:
    (one,) = judged(outcome())
    assert one == VoucherOutcome(
        voucher_id=VOUCHER,
        outcome=VoucherResult.COMPLETED,
        day=ENDS,
        attended=WHOLE,
        certificate=None,
    )
    exactly = AttendedShare(attended_minutes=720, held_minutes=900)
    assert judged(outcome(), share=exactly)[0].attended is exactly


def test_who_attended_too_little_fails_and_is_not_reported_as_completed() -> None:
    little = AttendedShare(attended_minutes=719, held_minutes=900)
    assert refused_outcomes(outcome(), share=little) == [
        ("/outcomes/0/outcome", "attendance_too_low")
    ]
    with pytest.raises(Refusal) as refused:
        judged(outcome(), share=little)
    assert refused.value.faults[0].values == {"attended": 719, "held": 900, "least": "80%"}
    (failed,) = judged(outcome(outcome=VoucherResult.FAILED), share=little)
    assert failed.outcome is VoucherResult.FAILED
    assert judged(outcome(), share=little, min_attendance_basis_points=None)


def test_who_was_trained_for_less_than_the_standard_asks_for_does_not_complete() -> None:
    whole = AttendedShare(attended_minutes=45, held_minutes=45)
    assert refused_outcomes(outcome(), share=whole, min_minutes=46) == [
        ("/outcomes/0/outcome", "training_too_short")
    ]
    little = AttendedShare(attended_minutes=30, held_minutes=45)
    assert refused_outcomes(outcome(), share=little, min_minutes=45) == [
        ("/outcomes/0/outcome", "attendance_too_low"),
        ("/outcomes/0/outcome", "training_too_short"),
    ]
    assert judged(outcome(), share=whole, min_minutes=45)
    assert judged(outcome(outcome=VoucherResult.FAILED), share=little, min_minutes=45)


def test_a_certificate_is_asked_for_where_the_project_does_and_kept_as_typed() -> None:
    assert refused_outcomes(outcome(), certificate_required=True) == [
        ("/outcomes/0/certificate", "certificate_missing")
    ]
    assert judged(outcome(outcome=VoucherResult.FAILED), certificate_required=True)
    typed = NUMBER.lower()
    (one,) = judged(outcome(certificate=(SKILL, typed)), certificate_required=True)
    assert one.certificate is not None
    assert (one.certificate.raw, one.certificate.normalised) == (typed, NUMBER)


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (SKILL, NUMBER[:-2]),
        (SKILL, " - "),
        (CertificateType.TRAINING, " "),
        (CertificateType.TRAINING, "㎯" * 30),
    ],
)
def test_a_number_without_the_shape_of_its_type_is_located(
    kind: CertificateType, number: str
) -> None:
    assert refused_outcomes(outcome(certificate=(kind, number))) == [
        ("/outcomes/0/certificate/number", "outcome_certificate_malformed")
    ]


@pytest.mark.parametrize(
    ("kind", "number", "codes"),
    [
        (SKILL, OF_GRADE_5, ["outcome_certificate_below_grade"]),
        (SKILL, OF_GRADE_4, []),
        (SKILL, OF_GRADE_4.replace("254", "253"), []),
        (SKILL, OF_GRADE_4.replace("254", "25T"), []),
        (CertificateType.QUALIFICATION, "2510000000500001", ["outcome_certificate_below_grade"]),
        (CertificateType.TRAINING, "启培字第5号", []),
    ],
)
def test_a_project_that_asks_for_certificates_asks_for_one_of_the_classs_grade(
    kind: CertificateType, number: str, codes: list[str]
) -> None:
    one = outcome(certificate=(kind, number))
    found = refused_outcomes(one, certificate_required=True) if codes else []
    assert found == [("/outcomes/0/certificate/number", code) for code in codes]
    (unasked,) = judged(one)
    assert unasked.certificate is not None
    if not codes:
        assert judged(one, certificate_required=True) == (unasked,)


def test_a_class_without_a_grade_compares_none() -> None:
    one = outcome(certificate=(SKILL, OF_GRADE_5))
    assert judged(one, grade=None, certificate_required=True)


def test_one_certificate_is_not_declared_for_two_people() -> None:
    def told(second: str) -> list[tuple[str, str]]:
        other = a_voucher(1)
        outcomes = [
            outcome(certificate=(SKILL, OF_GRADE_4)),
            outcome(voucher_id=other.id, certificate=(SKILL, second)),
        ]
        return refused_outcomes(*outcomes, outcome(voucher_id=UUID(int=9)), others=[other])

    stranger = ("/outcomes/2/voucher_id", "person_not_in_class")
    assert told(OF_GRADE_4.lower()) == [
        stranger,
        ("/outcomes/1/certificate/number", "certificate_declared_twice"),
    ]
    assert told(OF_GRADE_4[:-1] + "8") == [stranger]


def test_everybody_has_one_outcome_on_a_day_of_the_class() -> None:
    stranger = outcome(voucher_id=UUID(int=9))
    late = outcome(day=ENDS + timedelta(days=1))
    assert refused_outcomes(stranger) == [
        ("/outcomes/0/voucher_id", "person_not_in_class"),
        ("/outcomes", "people_without_outcome"),
    ]
    assert refused_outcomes(late, outcome(day=STARTS - timedelta(days=1))) == [
        ("/outcomes/1/voucher_id", "person_not_in_class"),
        ("/outcomes/0/day", "day_outside_training"),
        ("/outcomes/1/day", "day_outside_training"),
    ]


def test_validity_counted_to_completion_ends_before_a_later_completion() -> None:
    how: dict[str, Any] = {"counts_to": CountsTo.COMPLETION}
    assert judged(outcome(), voucher={"valid_until": ENDS}, **how)
    ended = {"valid_until": ENDS - timedelta(days=1)}
    assert refused_outcomes(outcome(), voucher=ended, **how) == [
        ("/outcomes/0/day", "voucher_ends_before")
    ]
    assert judged(outcome(), voucher=ended)
