"""A voucher's certificate: what a register says of it, and whether a project that asks for one pays on it.

A class declares a number and its type; no day and no issuer. A register's row is compared with the worker, the
occupation of the class, its grade or a higher one, and its first day: a certificate issued before the training
began is not of this training. What stands of several answers is `domain.standing_finding` without people: the
last one, and silence undoes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.certificate import CERTIFYING, FindingResult
from domain.policy.standard import CertificateType
from domain.standing_finding import SILENT


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateAnswer:
    """What a register's extract says of a voucher's certificate. `seq` counts the answers about one voucher."""

    seq: int
    result: FindingResult
    register: str
    asked_at: datetime


class Confirmation(StrEnum):
    """Whether a voucher may be paid on its certificate.

    `unregistered`: a training certificate (培训合格证书) of a training below grades. No national register holds
    them, so that none having heard of it says nothing; what one does say of it counts.
    """

    NOT_ASKED = "not_asked"
    CONFIRMED = "confirmed"
    UNREGISTERED = "unregistered"
    UNCONFIRMED = "unconfirmed"


def is_certified(answer: CertificateAnswer | None) -> bool:
    """Tell whether a register confirms a certificate."""
    return answer is not None and answer.result in CERTIFYING


def confirmation_of(
    answer: CertificateAnswer | None,
    *,
    required: bool,
    certificate_type: CertificateType | None,
    grade: int | None,
) -> Confirmation:
    """Judge a voucher's certificate by the answer that stands; `grade` is the class's, None below grades.

    A training certificate shows no grade: where the class has one, it needs a register as any other does.
    """
    if not required:
        return Confirmation.NOT_ASKED
    if is_certified(answer):
        return Confirmation.CONFIRMED
    is_heard_of = answer is not None and answer.result not in SILENT
    if certificate_type is CertificateType.TRAINING and grade is None and not is_heard_of:
        return Confirmation.UNREGISTERED
    return Confirmation.UNCONFIRMED
