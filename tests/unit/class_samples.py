"""Samples of class records: sessions, attendance and people, each with one thing changed."""

from datetime import date
from typing import Any
from uuid import UUID

from domain.class_plan import Mentor, MentorKind
from domain.class_record import Attendance, HourKind, Receipt, Session
from domain.filing import ClaimBasis, Enrolment
from domain.policy.standard import Category

FILING = UUID(int=1)
PERSON = UUID(int=2)


def a_session(n: int = 1, **changed: Any) -> Session:
    """Ninety minutes of theory on 3 February 2026."""
    fields: dict[str, Any] = {
        "id": UUID(int=100 + n),
        "version": 1,
        "withdrawn": False,
        "held_on": date(2026, 2, 3),
        "starts_minute": 510,
        "ends_minute": 600,
        "kind": HourKind.THEORY,
        "topic": "安全生产",
        "site": "教室",
        "mentor_id": None,
    }
    return Session(**(fields | changed))


def attended(session: Session, entry_id: str = "a", **changed: Any) -> Attendance:
    """The person was in the session."""
    fields: dict[str, Any] = {
        "session_id": session.id,
        "attendee_id": PERSON,
        "entry_id": entry_id,
        "present": True,
        "arrived_minute": None,
        "left_minute": None,
        "supersedes": None,
    }
    return Attendance(**(fields | changed))


def a_person(**changed: Any) -> Enrolment:
    """Somebody who trained from 3 February to 31 December 2026."""
    fields: dict[str, Any] = {
        "id": PERSON,
        "filing_id": FILING,
        "seat_no": 1,
        "person_id": UUID(int=3),
        "name": "张三",
        "identity_masked": "1101**********002X",
        "phone_masked": "138****8000",
        "category": Category.NEW_HIRE,
        "hired_on": date(2025, 9, 1),
        "contract_months": 24,
        "claim_basis": ClaimBasis.INSURANCE_PLACE,
        "state": "completed",
        "started_on": date(2026, 2, 3),
        "ended_on": date(2026, 12, 31),
        "exit_reason": None,
    }
    return Enrolment(**(fields | changed))


def a_mentor(n: int = 1, **changed: Any) -> Mentor:
    """An enterprise mentor."""
    fields: dict[str, Any] = {
        "id": UUID(int=200 + n),
        "version": 1,
        "withdrawn": False,
        "name": f"李师傅{n}",
        "kind": MentorKind.ENTERPRISE,
        "grade": 2,
        "title": "",
        "occupation_name": "车工",
        "people": (),
    }
    return Mentor(**(fields | changed))


def a_receipt(n: int = 1, **changed: Any) -> Receipt:
    """A fully digital invoice over 12 000 yuan."""
    fields: dict[str, Any] = {
        "id": UUID(int=300 + n),
        "version": 1,
        "withdrawn": False,
        "code": None,
        "number": f"2632200000001234567{n}",
        "issuer_code": "91320681MA1N000001",
        "amount_fen": 1_200_000,
        "issued_on": date(2026, 3, 1),
    }
    return Receipt(**(fields | changed))
