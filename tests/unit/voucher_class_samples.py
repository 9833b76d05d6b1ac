"""Samples of voucher projects, classes and vouchers, each with one thing changed."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from domain.cases import Case, CaseKind
from domain.voucher import (
    BeneficiaryTag,
    CountsTo,
    Distribution,
    Voucher,
    VoucherClass,
    VoucherOffer,
    VoucherPayee,
    VoucherStandard,
)
from domain.voucher_class import ClassOffer, ClassTerms

PROJECT = UUID(int=11)
PROVIDER = UUID(int=12)
PLACE = UUID(int=13)
CLASS = UUID(int=14)
VOUCHER = UUID(int=15)
COUNTY = "/32/3206/320681/"
TODAY = date(2026, 3, 1)
STARTS, ENDS = date(2026, 3, 9), date(2026, 3, 27)


def a_project(**changed: Any) -> VoucherOffer:
    """A project that trains 育婴员 below grades and at grade 5, for everybody, without certificate."""
    fields: dict[str, Any] = {
        "name": "育婴员培训",
        "document_number": "启人社〔2026〕11号",
        "fund_source": "employment_subsidy",
        "budget_year": 2026,
        "distribution": Distribution.GENERAL,
        "payee": VoucherPayee.PROVIDER,
        "face_value_fen": None,
        "quota": 100,
        "opens_on": date(2026, 1, 1),
        "closes_on": date(2026, 12, 31),
        "valid_days": 90,
        "valid_until": None,
        "counts_to": CountsTo.START,
        "withdraw_days": 3,
        "report_within_days": 3,
        "tags": frozenset[BeneficiaryTag](),
        "certificate_required": False,
        "min_attendance_basis_points": 8000,
        "standards": (
            VoucherStandard(
                occupation_code="4-10-01-02",
                occupation_name="育婴员",
                grade=None,
                standard_fen=80_000,
            ),
            VoucherStandard(
                occupation_code="4-10-01-02",
                occupation_name="育婴员",
                grade=5,
                standard_fen=120_000,
            ),
        ),
        "providers": (PROVIDER,),
        "id": PROJECT,
        "region_path": COUNTY,
        "issued": 1,
        "published_at": datetime(2026, 1, 1, tzinfo=UTC),
        "closed_at": None,
    }
    return VoucherOffer(**(fields | changed))


def some_terms(**changed: Any) -> ClassTerms:
    """Forty people at grade 5, from 9 to 27 March 2026."""
    fields: dict[str, Any] = {
        "class_name": "育婴员第一期",
        "occupation_code": "4-10-01-02",
        "grade": 5,
        "capacity": 40,
        "fee_fen": 100_000,
        "site": "203 教室",
        "starts_on": STARTS,
        "ends_on": ENDS,
    }
    return ClassTerms(**(fields | changed))


def an_offer(**changed: Any) -> ClassOffer:
    """The class of `some_terms`, open."""
    terms = some_terms(**changed.pop("terms", {}))
    fields: dict[str, Any] = {
        "id": CLASS,
        "project_id": PROJECT,
        "region_path": COUNTY,
        "provider_id": PROVIDER,
        "occupation_name": "育婴员",
        "terms": terms,
        "taken": 0,
        "is_open": True,
    }
    return ClassOffer(**(fields | changed))


def a_class(**changed: Any) -> VoucherClass:
    """The class of `some_terms`, planned."""
    fields: dict[str, Any] = {
        "case": Case(
            id=CLASS,
            kind=CaseKind.VOUCHER_CLASS,
            place_id=PLACE,
            org_id=PROVIDER,
            partner_org_id=None,
            region_path=COUNTY,
            state="planned",
            step_seq=1,
            version=1,
            created_at=datetime(2026, 3, 1, tzinfo=UTC),
        ),
        "project_id": PROJECT,
        "class_name": "育婴员第一期",
        "occupation_code": "4-10-01-02",
        "occupation_name": "育婴员",
        "grade": 5,
        "capacity": 40,
        "taken": 0,
        "fee_fen": 100_000,
        "site": "203 教室",
        "starts_on": STARTS,
        "ends_on": ENDS,
        "started_on": None,
        "completed_on": None,
    }
    return VoucherClass(**(fields | changed))


def a_voucher(n: int = 0, **changed: Any) -> Voucher:
    """A collected voucher, valid until 31 May 2026."""
    fields: dict[str, Any] = {
        "id": UUID(int=VOUCHER.int + 100 * n),
        "place_id": PLACE,
        "region_path": COUNTY,
        "project_id": PROJECT,
        "person_id": UUID(int=5000 + n),
        "code": "0" * 16,
        "name": "张三",
        "identity_masked": "3206**********0018",
        "phone_masked": None,
        "tag": None,
        "state": "collected",
        "frozen_from": None,
        "issued_at": datetime(2026, 2, 1, tzinfo=UTC),
        "collected_at": datetime(2026, 2, 2, tzinfo=UTC),
        "valid_until": date(2026, 5, 31),
        "provider_id": None,
        "class_id": None,
        "completed_on": None,
        "redeemed_at": None,
        "amount_fen": None,
        "set_ids": (),
        "version": 2,
    }
    return Voucher(**(fields | changed))
