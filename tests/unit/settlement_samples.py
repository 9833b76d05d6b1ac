"""A completed filing of one year at grade 4, and people of it, for tests of what they earn."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from domain.cases import Case, CaseKind
from domain.certificate import DeclaredCertificate, FindingResult
from domain.eligibility import Standing, Terms
from domain.filing import ClaimBasis, Enrolment, Filing, TrainingMode
from domain.policy import Category, CertificateType, Standard
from domain.programme import BenefitClass
from domain.stacking import Had, Subsidy
from tests.unit.policy_samples import standard

FIRST, LAST = date(2025, 3, 1), date(2026, 2, 28)
JUDGED = date(2026, 4, 1)
PLACE, ORG = UUID(int=1), UUID(int=2)
NUMBER = "Y000032000001264000001"


def a_filing(**changed: Any) -> Filing:
    """A filing whose training ran from `FIRST` to `LAST`."""
    case = Case(
        id=UUID(int=3),
        kind=CaseKind.FILING,
        place_id=PLACE,
        org_id=ORG,
        partner_org_id=None,
        region_path="/32/3206/320681/",
        state="completed",
        step_seq=7,
        version=7,
        created_at=datetime(2025, 1, 2, tzinfo=UTC),
    )
    fields: dict[str, Any] = {
        "case": case,
        "policy_version_id": UUID(int=4),
        "policy_id": "test-policy",
        "class_name": "车工中级工班",
        "occupation_code": "6-18-01-01",
        "occupation_name": "车工",
        "target_grade": 4,
        "training_mode": TrainingMode.IN_HOUSE,
        "provider_name": None,
        "filed_starts_on": FIRST,
        "filed_months": 12,
        "uplift_basis_points": 0,
        "fund_source": "employment_subsidy",
        "payee_account_id": UUID(int=5),
        "payee_name": "试验机械有限公司",
        "payee_account_masked": "****9012",
        "bank_code": "102100099996",
        "roster_version": 1,
        "people": 3,
        "submitted_at": case.created_at,
        "listing_document": "试人社〔2025〕1号",
        "listed_on": date(2025, 2, 1),
        "opened_on": FIRST,
        "completed_on": LAST,
    }
    return Filing(**(fields | changed))


def a_person(**changed: Any) -> Enrolment:
    """A person who trained the whole term and completed."""
    fields: dict[str, Any] = {
        "id": uuid4(),
        "filing_id": UUID(int=3),
        "seat_no": 1,
        "person_id": uuid4(),
        "name": "张三",
        "identity_masked": "110***********002X",
        "phone_masked": "138****8000",
        "category": Category.NEW_HIRE,
        "hired_on": date(2024, 12, 2),
        "contract_months": 24,
        "claim_basis": ClaimBasis.INSURANCE_PLACE,
        "state": "completed",
        "started_on": FIRST,
        "ended_on": LAST,
        "exit_reason": None,
    }
    return Enrolment(**(fields | changed))


def a_certificate(**changed: Any) -> DeclaredCertificate:
    """A certificate of the filed occupation and grade, issued inside the window."""
    fields: dict[str, Any] = {
        "id": uuid4(),
        "enrolment_id": uuid4(),
        "certificate_type": CertificateType.SKILL_LEVEL,
        "number_raw": NUMBER,
        "number": NUMBER,
        "well_formed": True,
        "holder_name": "张三",
        "holder_name_alike": "张三",
        "occupation_code": "6-18-01-01",
        "grade": 4,
        "issued_on": date(2026, 2, 20),
        "issuer_code": None,
    }
    return DeclaredCertificate(**(fields | changed))


def a_standing(**changed: Any) -> Standing:
    """A person whose certificate the register confirms."""
    fields: dict[str, Any] = {
        "line_id": uuid4(),
        "enrolment": a_person(),
        "certificate": a_certificate(),
        "finding": FindingResult.MATCH,
    }
    return Standing(**(fields | changed))


def the_terms(*, confirmed: bool = True, policy: Standard | None = None, **changed: Any) -> Terms:
    """What people are judged against; `changed` fields are the filing's."""
    return Terms(
        filing=a_filing(**changed), standard=policy or standard(), confirmed=confirmed, on=JUDGED
    )


def a_subsidy(**changed: Any) -> Subsidy:
    """A subsidy of the filed occupation and grade, decided in the year before."""
    fields: dict[str, Any] = {
        "person_id": uuid4(),
        "programme": "project_training",
        "benefit_class": BenefitClass.TRAINING,
        "counts_on": date(2025, 6, 30),
        "occupation": "6-18-01-01",
        "grade": 4,
    }
    return Subsidy(**(fields | changed))


def subsidised() -> Had:
    """What rules every further subsidy of the filed occupation and grade out."""
    return Had(others=(a_subsidy(),))
