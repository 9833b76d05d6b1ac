"""Whether a voucher is paid on its certificate, and how a line says so."""

from datetime import UTC, datetime

import pytest

from domain.certificate import CERTIFYING, FindingResult
from domain.policy.standard import CertificateType
from domain.standing_finding import SILENT
from domain.voucher_certificate import (
    CertificateAnswer,
    Confirmation,
    confirmation_of,
    is_certified,
)

SKILL, TRAINING = CertificateType.SKILL_LEVEL, CertificateType.TRAINING
C = Confirmation


def an_answer(result: FindingResult) -> CertificateAnswer:
    """What a register says, late in the evening in China."""
    return CertificateAnswer(
        seq=1,
        result=result,
        register="试验查询系统",
        asked_at=datetime(2026, 4, 1, 15, 30, tzinfo=UTC),
    )


def judged(
    result: FindingResult | None,
    kind: CertificateType | None = SKILL,
    grade: int | None = 5,
    *,
    required: bool = True,
) -> Confirmation:
    """How a certificate is judged; None where no register was asked."""
    answer = None if result is None else an_answer(result)
    return confirmation_of(answer, required=required, certificate_type=kind, grade=grade)


@pytest.mark.parametrize("result", [None, *FindingResult])
def test_only_what_confirms_a_certificate_confirms_it(result: FindingResult | None) -> None:
    confirms = result is not None and result in CERTIFYING
    for kind in (SKILL, CertificateType.QUALIFICATION, CertificateType.GRADUATION):
        for grade in (5, None):
            assert judged(result, kind, grade) is (C.CONFIRMED if confirms else C.UNCONFIRMED)
    assert is_certified(None if result is None else an_answer(result)) == confirms
    assert judged(result, required=False) is C.NOT_ASKED


@pytest.mark.parametrize("result", [None, *FindingResult])
def test_of_a_training_certificate_below_grades_only_what_is_said_against_it_counts(
    result: FindingResult | None,
) -> None:
    if result is None or result in SILENT:
        expected = C.UNREGISTERED
    else:
        expected = C.CONFIRMED if result in CERTIFYING else C.UNCONFIRMED
    assert judged(result, TRAINING, None) is expected


def test_a_training_certificate_shows_no_grade() -> None:
    assert judged(None, TRAINING, 5) is C.UNCONFIRMED
    assert judged(FindingResult.NOT_FOUND, TRAINING, 5) is C.UNCONFIRMED
    assert judged(FindingResult.MATCH, TRAINING, 5) is C.CONFIRMED


def test_no_certificate_at_all_confirms_nothing() -> None:
    assert judged(None, None, None) is C.UNCONFIRMED
