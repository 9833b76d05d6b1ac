"""Voucher projects and vouchers for tests of rules, each part changeable."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from domain.cases import Case, CaseKind
from domain.voucher import (
    CountsTo,
    Distribution,
    ProjectPlan,
    Voucher,
    VoucherPayee,
    VoucherProject,
    VoucherStandard,
)

TODAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 1, tzinfo=UTC)


def a_standard(**changed: Any) -> VoucherStandard:
    fields: dict[str, Any] = {
        "occupation_code": "6-18-01-01",
        "occupation_name": "车工",
        "grade": 5,
        "standard_fen": 120_000,
    }
    return VoucherStandard(**fields | changed)


def a_plan(**changed: Any) -> ProjectPlan:
    fields: dict[str, Any] = {
        "name": "重点群体职业培训券",
        "document_number": "试人社〔2026〕21号",
        "fund_source": "employment_subsidy",
        "budget_year": 2026,
        "distribution": Distribution.GENERAL,
        "payee": VoucherPayee.PROVIDER,
        "face_value_fen": 150_000,
        "quota": 100,
        "opens_on": date(2026, 1, 1),
        "closes_on": date(2026, 6, 30),
        "valid_days": 180,
        "valid_until": None,
        "counts_to": CountsTo.START,
        "withdraw_days": 3,
        "report_within_days": 3,
        "tags": frozenset(),
        "certificate_required": False,
        "min_attendance_basis_points": 8_000,
        "standards": (a_standard(),),
        "providers": (),
    }
    return ProjectPlan(**fields | changed)


def a_project(**changed: Any) -> VoucherProject:
    case = Case(
        id=uuid4(),
        kind=CaseKind.VOUCHER_PROJECT,
        place_id=uuid4(),
        org_id=uuid4(),
        partner_org_id=None,
        region_path="/32/3206/320681/",
        state="approved",
        step_seq=2,
        version=2,
        created_at=AT,
    )
    return VoucherProject.of(a_plan(**changed), case)


def a_voucher(**changed: Any) -> Voucher:
    fields: dict[str, Any] = {
        "id": uuid4(),
        "place_id": UUID(int=1),
        "region_path": "/32/3206/320681/",
        "project_id": UUID(int=2),
        "person_id": UUID(int=3),
        "code": "0" * 16,
        "name": "张三",
        "identity_masked": "320***********0012",
        "phone_masked": None,
        "tag": None,
        "state": "collected",
        "frozen_from": None,
        "issued_at": AT,
        "collected_at": AT,
        "valid_until": date(2026, 12, 31),
        "provider_id": None,
        "class_id": None,
        "completed_on": None,
        "redeemed_at": None,
        "amount_fen": None,
        "set_ids": (),
        "version": 2,
    }
    return Voucher(**fields | changed)
