"""Hold (暂停支付): a stop on a person, filing, enterprise or provider, with a reason and a review day."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.cases import Case


class HoldTarget(StrEnum):
    """What a hold stops new prepayments, approvals and releases for."""

    PERSON = "person"
    FILING = "filing"
    ENTERPRISE = "enterprise"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPerson:
    """A person as an enrolment or a voucher names him, and whose case a hold on him is.

    The enterprise's of an apprentice, with the provider of its filing; of a voucher's worker his own.
    """

    place_id: UUID
    org_id: UUID
    partner_org_id: UUID | None
    person_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A hold on file. It stops nothing before it is in force, and nothing once it is lifted.

    `target_id` is a person, a filing or an organisation; `review_on` is the day by which it is
    looked at again.
    """

    case: Case
    target: HoldTarget
    target_id: UUID
    document_number: str
    review_on: date
