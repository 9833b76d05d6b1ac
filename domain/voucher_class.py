"""Voucher classes: what may be planned and reserved, when training begins and ends, and for whom (CASES 7).

What is decided about a class looks at its first day: the one reported, and before that the one planned.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.certificate import NUMBER_MAX
from domain.errors import Fault, Refusal, Value
from domain.explanation import percent
from domain.identifiers import certificate_number
from domain.policy.standard import CertificateType
from domain.voucher import (
    CountsTo,
    ProjectPlan,
    Voucher,
    VoucherClass,
    VoucherOffer,
    VoucherStandard,
)
from domain.voucher_project import admits, is_group_unconfirmed
from domain.voucher_record import AttendedShare

NOT_BEGUN: Final = frozenset({"planned", "start_reported", "start_reviewed"})
"""States of a class whose start nobody has verified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassTerms:
    """What a provider plans: which training, for how many, what it costs each of them in fen, where and when."""

    class_name: str
    occupation_code: str
    grade: int | None
    capacity: int
    fee_fen: int
    site: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassOffer:
    """What a planned class is published with, so that workers of any region can choose it.

    It is open until its start is reported or it is cancelled. `taken` counts the places reserved.
    """

    id: UUID
    project_id: UUID
    region_path: str
    provider_id: UUID
    occupation_name: str
    terms: ClassTerms
    taken: int
    is_open: bool


class VoucherResult(StrEnum):
    """How training ended for one person."""

    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredNumber:
    """A certificate as the provider declares it, its number as typed and as it is compared."""

    certificate_type: CertificateType
    raw: str
    normalised: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedOutcome:
    """What the provider says of one person; the certificate's number as typed."""

    voucher_id: UUID
    outcome: VoucherResult
    day: date
    certificate: tuple[CertificateType, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherOutcome:
    """How it ended for one person, with what was attended and declared when it was reported."""

    voucher_id: UUID
    outcome: VoucherResult
    day: date
    attended: AttendedShare
    certificate: DeclaredNumber | None


def terms_of(planned: VoucherClass) -> ClassTerms:
    """Return the terms a class was planned with."""
    return ClassTerms(
        class_name=planned.class_name,
        occupation_code=planned.occupation_code,
        grade=planned.grade,
        capacity=planned.capacity,
        fee_fen=planned.fee_fen,
        site=planned.site,
        starts_on=planned.starts_on,
        ends_on=planned.ends_on,
    )


def first_day(planned: VoucherClass) -> date:
    """Return the first day of a class: the one reported, and before that the one planned."""
    return planned.started_on or planned.starts_on


def standard_of(
    project: ProjectPlan, occupation_code: str, grade: int | None
) -> VoucherStandard | None:
    """Return what a project pays for an occupation and grade, None where it does not offer that."""
    return next(
        (
            standard
            for standard in project.standards
            if (standard.occupation_code, standard.grade) == (occupation_code, grade)
        ),
        None,
    )


def plan_faults(
    terms: ClassTerms, project: VoucherOffer, *, provider_id: UUID, listed: bool, today: date
) -> tuple[Fault, ...]:
    """Locate what stands against a planned class; `listed` tells of the catalogue on its first day."""
    faults = []
    if provider_id not in project.providers:
        faults.append(Fault("/project_id", "provider_not_in_project"))
    if not listed:
        faults.append(Fault("/starts_on", "provider_not_in_catalogue"))
    if standard_of(project, terms.occupation_code, terms.grade) is None:
        faults.append(Fault("/occupation_code", "occupation_not_offered"))
    if terms.starts_on < today:
        faults.append(Fault("/starts_on", "class_days_out_of_order"))
    if terms.ends_on < terms.starts_on:
        faults.append(Fault("/ends_on", "class_days_out_of_order"))
    return tuple(faults)


def reservation_faults(
    voucher: Voucher, project: VoucherOffer, wanted: ClassOffer, *, listed: bool, today: date
) -> tuple[Fault, ...]:
    """Locate what keeps a usable voucher out of a class. Whether a place is left is not asked here."""
    faults = []
    if wanted.project_id != voucher.project_id:
        faults.append(Fault("/class_id", "class_of_other_project"))
    elif standard_of(project, wanted.terms.occupation_code, wanted.terms.grade) is None:
        faults.append(Fault("/class_id", "occupation_not_offered"))
    if wanted.provider_id not in project.providers:
        faults.append(Fault("/class_id", "provider_not_in_project"))
    if not listed:
        faults.append(Fault("/class_id", "provider_not_in_catalogue"))
    if not admits(project, voucher.tag):
        faults.append(Fault("/class_id", "voucher_tag_not_admitted"))
    elif is_group_unconfirmed(project, voucher):
        faults.append(Fault("/voucher_id", "voucher_group_unconfirmed"))
    if not wanted.is_open or wanted.terms.starts_on < today:
        faults.append(Fault("/class_id", "voucher_class_closed"))
    counted = project.counts_to is CountsTo.START
    needed = wanted.terms.starts_on if counted else wanted.terms.ends_on
    if voucher.valid_until < needed:
        faults.append(Fault("/class_id", "voucher_ends_before", _validity(voucher, needed)))
    return tuple(faults)


def overlap_faults(wanted: ClassOffer, held: Iterable[ClassTerms]) -> tuple[Fault, ...]:
    """Locate each class a person holds a place in whose days overlap those of the class he wants (2.9).

    Nobody is trained in two classes on one day, whatever the project, the place and the hour.
    """
    terms = wanted.terms
    return tuple(
        Fault(
            "/class_id",
            "training_overlaps",
            {
                "class_name": other.class_name,
                "starts_on": other.starts_on.isoformat(),
                "ends_on": other.ends_on.isoformat(),
            },
        )
        for other in held
        if other.starts_on <= terms.ends_on and terms.starts_on <= other.ends_on
    )


def _validity(voucher: Voucher, needed: date) -> Mapping[str, str]:
    return {"valid_until": voucher.valid_until.isoformat(), "needed": needed.isoformat()}


def check_withdrawal(project: ProjectPlan, reserved: ClassOffer, *, today: date) -> None:
    """Refuse `withdrawal_too_late` after the last day to withdraw, `voucher_class_closed` once it has begun.

    A class that should have begun and has not been reported binds nobody.
    """
    if not reserved.is_open:
        raise Refusal("voucher_class_closed")
    last = reserved.terms.starts_on - timedelta(days=project.withdraw_days)
    if last < today <= reserved.terms.starts_on:
        raise Refusal("withdrawal_too_late", day=last.isoformat())


def start_faults(
    terms: ClassTerms,
    started_on: date,
    absent: Sequence[UUID],
    *,
    reserved: Collection[UUID],
    listed: bool,
    today: date,
) -> tuple[Fault, ...]:
    """Locate what stands against a report of the start. `absent` names who reserved and did not come."""
    faults = []
    if not terms.starts_on <= started_on <= min(terms.ends_on, today):
        faults.append(Fault("/started_on", "start_day_wrong"))
    if not listed:
        faults.append(Fault("/started_on", "provider_not_in_catalogue"))
    faults += _strangers(absent, reserved, where="/absent/{n}")
    if not set(reserved) - set(absent):
        faults.append(Fault("/absent", "nobody_present"))
    return tuple(faults)


def _strangers(named: Sequence[UUID], people: Collection[UUID], *, where: str) -> Iterator[Fault]:
    """Locate whoever is not of the class, or is named twice."""
    seen: set[UUID] = set()
    for n, one in enumerate(named):
        if one not in people or one in seen:
            yield Fault(where.format(n=n), "person_not_in_class")
        seen.add(one)


def judged_outcomes(
    reported: Sequence[ReportedOutcome],
    *,
    project: ProjectPlan,
    people: Mapping[UUID, Voucher],
    attended: Mapping[UUID, AttendedShare],
    started_on: date,
    completed_on: date,
    standard: VoucherStandard,
) -> tuple[VoucherOutcome, ...]:
    """Return how it ended for each of `people`, or refuse `completion_report_faulty`, every fault located.

    Everybody has an outcome. Who completed attended the share that the project asks for, and the minutes that the
    class's `standard` does, and declares a certificate where the project asks for one, of the standard's grade or
    a higher one as far as its number shows it. A number has the shape of its type, is one person's, and is stored
    as declared: no register is asked here.
    """
    numbers: dict[tuple[CertificateType, str], int] = {}
    faults = list(
        _strangers([one.voucher_id for one in reported], people, where="/outcomes/{n}/voucher_id")
    )
    outcomes = []
    for n, one in enumerate(reported):
        if one.voucher_id not in people:
            continue
        required = project.certificate_required and one.outcome is VoucherResult.COMPLETED
        number, found = _declared(one, required=required, grade=standard.grade)
        if number is not None:
            first = numbers.setdefault((number.certificate_type, number.normalised), n)
            if first != n:
                twice = {"row": first}
                found.append(Fault("/certificate/number", "certificate_declared_twice", twice))
        share = attended[one.voucher_id]
        found = [*found, *_judged(one, people[one.voucher_id], project, standard, share)]
        if not started_on <= one.day <= completed_on:
            found.append(Fault("/day", "day_outside_training"))
        faults += [Fault(f"/outcomes/{n}{f.pointer}", f.code, f.values) for f in found]
        outcomes.append(
            VoucherOutcome(
                voucher_id=one.voucher_id,
                outcome=one.outcome,
                day=one.day,
                attended=share,
                certificate=number,
            )
        )
    if missing := set(people) - {one.voucher_id for one in reported}:
        faults.append(Fault("/outcomes", "people_without_outcome", {"count": len(missing)}))
    if faults:
        raise Refusal("completion_report_faulty", faults=tuple(faults), count=len(faults))
    return tuple(outcomes)


def _judged(
    one: ReportedOutcome,
    voucher: Voucher,
    project: ProjectPlan,
    standard: VoucherStandard,
    share: AttendedShare,
) -> Iterator[Fault]:
    """Locate, in one outcome, why it is no completion."""
    if one.outcome is VoucherResult.FAILED:
        return
    least = project.min_attendance_basis_points
    if not share.is_enough(least):
        said: dict[str, Value] = {
            "attended": share.attended_minutes,
            "held": share.held_minutes,
            "least": percent(least or 0),
        }
        yield Fault("/outcome", "attendance_too_low", said)
    if share.attended_minutes < (standard.min_minutes or 0):
        minutes = {"attended": share.attended_minutes, "least": standard.min_minutes or 0}
        yield Fault("/outcome", "training_too_short", minutes)
    if project.counts_to is CountsTo.COMPLETION and voucher.valid_until < one.day:
        yield Fault("/day", "voucher_ends_before", _validity(voucher, one.day))


def _declared(
    one: ReportedOutcome, *, required: bool, grade: int | None
) -> tuple[DeclaredNumber | None, list[Fault]]:
    """Read the certificate of one outcome; faults are located in it."""
    if one.certificate is None:
        return None, [Fault("/certificate", "certificate_missing")] if required else []
    certificate_type, raw = one.certificate
    reading = certificate_number.explain(raw, certificate_type)
    where = "/certificate/number"
    faults = []
    if reading.flaw is not None or not 0 < len(reading.normalised) <= NUMBER_MAX:
        faults.append(Fault(where, "outcome_certificate_malformed"))
    shown = certificate_number.grade_in(reading.normalised, reading.kind)
    if required and grade is not None and shown is not None and shown > grade:
        said = {"shown": shown, "grade": grade}
        faults.append(Fault(where, "outcome_certificate_below_grade", said))
    number = DeclaredNumber(
        certificate_type=certificate_type, raw=raw, normalised=reading.normalised
    )
    return number, faults
