"""Certificates: what an enterprise declares, and what a register answers, field by field (CASES 6).

The domain decides on an *agreement*, one bit for each field compared, never on rows: a set is
compared in SQL, a single answer in Python, and both mean the same finding.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntFlag, StrEnum
from typing import Final
from uuid import UUID

from domain.errors import Fault, Refusal
from domain.identifiers import certificate_number
from domain.identifiers.characters import name_alike, without_spaces
from domain.policy import CertificateType

NUMBER_MAX: Final = 60
"""Characters of a certificate number; 22 is the longest with a national shape."""


class CertificateStatus(StrEnum):
    """What a register says of a certificate: 有效, 注销, 待上传, 先评定后发证 (EVD-12)."""

    VALID = "valid"
    REVOKED = "revoked"
    PENDING = "pending"
    WITHHELD = "withheld"


class Agreement(IntFlag):
    """What agrees between a declaration and a register's answer, and what the register says of it.

    The values are stored: bits are added, never renumbered.
    """

    FOUND = 1
    NUMBER_EXACT = 2
    NAME_EXACT = 4
    NAME_ALIKE = 8
    SAME_ID = 16
    SAME_OCCUPATION = 32
    SAME_GRADE = 64
    SAME_DATE = 128
    SAME_ISSUER = 256
    REVOKED = 512
    PENDING = 1024
    WITHHELD = 2048
    MALFORMED = 4096


MASKS: Final = 8192
"""How many agreements there are: every combination of the bits means one finding."""

RULES_VERSION: Final = 1
"""Version of `finding_of`; a finding names the one that judged it."""


class FindingResult(StrEnum):
    """What a register found about a declaration (核验结果)."""

    MATCH = "match"
    MATCH_NORMALISED = "match_normalised"
    NAME_VARIANT = "name_variant"
    ID_MISMATCH = "id_mismatch"
    NUMBER_MALFORMED = "number_malformed"
    NOT_FOUND = "not_found"
    PENDING_UPLOAD = "pending_upload"
    WITHHELD = "withheld"
    OCCUPATION_MISMATCH = "occupation_mismatch"
    LEVEL_MISMATCH = "level_mismatch"
    DATE_MISMATCH = "date_mismatch"
    ISSUER_MISMATCH = "issuer_mismatch"
    REVOKED = "revoked"
    CONFIRMED_MANUALLY = "confirmed_manually"


CERTIFYING: Final = frozenset(
    {
        FindingResult.MATCH,
        FindingResult.MATCH_NORMALISED,
        FindingResult.CONFIRMED_MANUALLY,
    }
)
"""Findings on which a person is paid as certified."""

AWAITED: Final = frozenset({FindingResult.PENDING_UPLOAD, FindingResult.WITHHELD})
"""Findings that time may cure: the line is held until the policy's last day (EVD-12)."""

_A = Agreement
_R = FindingResult
_STATUSES: Final = (
    (_A.REVOKED, _R.REVOKED),
    (_A.WITHHELD, _R.WITHHELD),
    (_A.PENDING, _R.PENDING_UPLOAD),
)
_DISAGREEMENTS: Final = (
    (_A.SAME_OCCUPATION, _R.OCCUPATION_MISMATCH),
    (_A.SAME_GRADE, _R.LEVEL_MISMATCH),
    (_A.SAME_DATE, _R.DATE_MISMATCH),
    (_A.SAME_ISSUER, _R.ISSUER_MISMATCH),
)


def finding_of(agreement: Agreement) -> FindingResult:
    """Judge an agreement: the weightiest thing that is wrong with it, or a match.

    Precedence. Nothing found: malformed number, then not found (a number that the register knows is
    never malformed). Found: another person's certificate before anything about that certificate;
    then its status (revoked, withheld, pending), because fields of an unfinished entry still
    change; then occupation, grade, date, issuer; a name that is not even alike comes last, the
    id being the same. A match is exact when number and name were written as the register writes
    them. `confirmed_manually` is a decision of two people and never comes from an agreement.
    """
    if _A.FOUND not in agreement:
        return _R.NUMBER_MALFORMED if _A.MALFORMED in agreement else _R.NOT_FOUND
    if _A.SAME_ID not in agreement:
        return _R.ID_MISMATCH
    for bit, result in _STATUSES:
        if bit in agreement:
            return result
    for bit, result in _DISAGREEMENTS:
        if bit not in agreement:
            return result
    if not agreement & (_A.NAME_EXACT | _A.NAME_ALIKE):
        return _R.NAME_VARIANT
    exact = _A.NUMBER_EXACT | _A.NAME_EXACT
    return _R.MATCH if agreement & exact == exact else _R.MATCH_NORMALISED


def finding_rules() -> Iterator[tuple[int, FindingResult]]:
    """Every agreement with its finding: the table that sets are joined to in the database."""
    for mask in range(MASKS):
        yield mask, finding_of(Agreement(mask))


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What an enterprise says about one person's certificate, as typed.

    `certificate_number` is None where a copy shows the certificate instead (编号或复印件, EVD-01).
    `holder_name` is given where the certificate writes the name otherwise than the roster.
    """

    enrolment_id: UUID
    certificate_type: CertificateType
    certificate_number: str | None
    holder_name: str | None
    occupation_code: str
    grade: int | None
    issued_on: date
    issuer_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredCertificate:
    """A declaration (申报证书) with what is compared normalised, and the raw number kept.

    Without a number no register is asked: two people confirm it from its copy, or nobody is paid on it.
    """

    id: UUID
    enrolment_id: UUID
    certificate_type: CertificateType
    number_raw: str | None
    number: str | None
    well_formed: bool
    holder_name: str
    holder_name_alike: str
    occupation_code: str
    grade: int | None
    issued_on: date
    issuer_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractRow:
    """One certificate of a register's extract. `holder_id` is in clear only on the way in."""

    row_no: int
    number_raw: str
    number: str
    certificate_type: CertificateType
    holder_name: str
    holder_name_alike: str
    holder_id: str = field(repr=False)
    occupation_code: str
    grade: int | None
    issued_on: date
    evaluated_on: date | None
    issuer_code: str
    status: CertificateStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """An extract (证书数据) of a register, as loaded by a clerk of a place."""

    id: UUID
    place_id: UUID
    region_path: str
    register: str
    rows: int
    loaded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The finding that stands for one declared certificate (`domain.standing_finding`).

    `settlement_id` is the settlement in which it was found: this one, or one before it. `contradicted`
    when a register contradicts here what two people established: then two people look again.
    """

    declaration_id: UUID
    enrolment_id: UUID
    settlement_id: UUID
    seq: int
    register: str
    extract_id: UUID | None
    row_no: int | None
    agreement: Agreement | None
    result: FindingResult
    contradicted: bool
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One register's answer to one question, not yet stored."""

    declaration_id: UUID
    agreement: Agreement


def code_normalised(raw: str) -> str:
    """Write an occupation's or issuer's code for comparison: no spaces, one width, upper case."""
    return without_spaces(raw).upper()


def declared(
    declaration: Declaration, *, declaration_id: UUID, roster_name: str
) -> DeclaredCertificate:
    """Normalise one declaration; nothing in it is corrected."""
    raw = declaration.certificate_number
    number = None if raw is None else certificate_number.normalised(raw)
    name = declaration.holder_name or roster_name
    issuer = declaration.issuer_code
    return DeclaredCertificate(
        id=declaration_id,
        enrolment_id=declaration.enrolment_id,
        certificate_type=declaration.certificate_type,
        number_raw=raw,
        number=number,
        well_formed=number is None
        or certificate_number.well_formed(number, declaration.certificate_type),
        holder_name=name,
        holder_name_alike=name_alike(name),
        occupation_code=code_normalised(declaration.occupation_code),
        grade=declaration.grade,
        issued_on=declaration.issued_on,
        issuer_code=code_normalised(issuer) if issuer else None,
    )


def check_declarations(
    declarations: Iterable[Declaration],
    *,
    completed: Collection[UUID],
    roster: Mapping[UUID, str],
    copies: Collection[UUID],
) -> None:
    """Refuse (`declarations_faulty`) with every fault located in `/declarations`.

    A certificate is declared once, for one person of the roster who completed, by its number or by a
    copy; `copies` are the people of whose certificate one is held. Whether a number has the right shape
    is not asked here: that is a finding.
    """
    faults: list[Fault] = []
    people: dict[UUID, int] = {}
    numbers: dict[tuple[CertificateType, str], int] = {}
    for n, declaration in enumerate(declarations):
        enrolment_id = declaration.enrolment_id
        where = f"/declarations/{n}"
        if enrolment_id not in roster:
            faults.append(Fault(f"{where}/enrolment_id", "person_not_on_roster"))
        elif enrolment_id not in completed:
            faults.append(Fault(f"{where}/enrolment_id", "person_not_completed"))
        if enrolment_id in people:
            again = {"row": people[enrolment_id]}
            faults.append(Fault(f"{where}/enrolment_id", "person_declared_twice", again))
        if declaration.certificate_number is not None:
            faults += _number_faults(declaration, declaration.certificate_number, n, numbers)
        elif enrolment_id not in copies:
            faults.append(Fault(f"{where}/certificate_number", "number_or_copy_missing"))
        people.setdefault(enrolment_id, n)
    if faults:
        raise Refusal("declarations_faulty", faults=tuple(faults), count=len(faults))


def usable_number(raw: str) -> str | None:
    """Return a number as written, normalised; None where nothing is left of it, or it is too long."""
    number = certificate_number.normalised(raw)
    return number if 0 < len(number) <= NUMBER_MAX else None


def _number_faults(
    declaration: Declaration, raw: str, n: int, numbers: dict[tuple[CertificateType, str], int]
) -> Iterator[Fault]:
    """Yield what is wrong with the number of the n-th declaration, and enter it among the `numbers`."""
    where = f"/declarations/{n}/certificate_number"
    number = usable_number(raw)
    if number is None:
        yield Fault(where, "certificate_number_unusable", {"most": NUMBER_MAX})
        return
    first = numbers.setdefault((declaration.certificate_type, number), n)
    if first != n:
        yield Fault(where, "certificate_declared_twice", {"row": first})
