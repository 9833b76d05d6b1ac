"""What looks odd about declared certificate numbers: said to who declares them, and never held against them.

A number is kept as written and never corrected. What is not the shape of its type, or contradicts the year
or the grade declared beside it, is most often a slip of the pen, which is cheaper to mend before a register
is asked than after. `domain.identifiers.certificate_number` says what each part means.
"""

from collections.abc import Iterable, Iterator
from itertools import islice

from domain.certificate import DeclaredCertificate
from domain.errors import FAULTS_MAX, Fault
from domain.identifiers import certificate_number
from domain.identifiers.reading import Flaw


def number_warnings(declarations: Iterable[DeclaredCertificate]) -> tuple[Fault, ...]:
    """Return what looks odd, each located in `/declarations`; at most `FAULTS_MAX`."""
    return tuple(islice(_warnings(declarations), FAULTS_MAX))


def _warnings(declarations: Iterable[DeclaredCertificate]) -> Iterator[Fault]:
    for n, one in enumerate(declarations):
        if one.number_raw is None:
            continue
        read = certificate_number.explain(
            one.number_raw,
            one.certificate_type,
            issued_year=one.issued_on.year,
            grade=one.grade,
        )
        where = f"/declarations/{n}/certificate_number"
        if read.flaw is not None:
            yield _malformed(where, read.flaw, len(read.normalised))
        for warning in read.warnings:
            yield Fault(where, warning.code)


def _malformed(where: str, flaw: Flaw, length: int) -> Fault:
    if flaw.position is None or flaw.segment is None:
        return Fault(where, "certificate_number_malformed", {"length": length})
    return Fault(
        where,
        "certificate_character_misplaced",
        {
            "position": flaw.position,
            "segment_zh": flaw.segment.zh,
            "segment_en": flaw.segment.en,
        },
    )
