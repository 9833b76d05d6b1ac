"""Filings, rosters and enrolments in PostgreSQL; personal values sealed on the way in."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.postgres.bulk import BulkInsert
from adapters.postgres.rows import keys_of, scope_of
from domain import masking
from domain.cases import Case
from domain.errors import Fault, Refusal
from domain.filing import (
    Apprentice,
    ClaimBasis,
    Enrolment,
    Filing,
    Outcome,
    Screening,
    TrainingMode,
)
from domain.masking import ValueKind
from domain.policy.standard import Category
from domain.ports.crypto import Crypto
from domain.ports.filings import Filings
from domain.ports.ids import NewId

_ADD: Final = text("""
insert into filings (place_id, org_id, partner_org_id, region_path, id, policy_version_id, class_name, occupation_code,
                     occupation_name, target_grade, training_mode, provider_name, filed_starts_on, filed_months,
                     uplift_basis_points, fund_source, payee_account_id, roster_version, people, submitted_at,
                     joint_class_id, term_reason, after_review_id)
values (:place_id, :org_id, :partner_org_id, :region_path, :id, :policy_version_id, :class_name, :occupation_code,
        :occupation_name, :target_grade, :training_mode, :provider_name, :filed_starts_on, :filed_months,
        :uplift_basis_points, :fund_source, :payee_account_id, :roster_version, :people, :submitted_at,
        :joint_class_id, :term_reason, :after_review_id)
""")

# A training provider sees the filing and not the account: its payee is then empty.
_SELECT: Final = """
select f.id, f.policy_version_id, v.pack_id, f.class_name, f.occupation_code, f.occupation_name, f.target_grade,
       f.training_mode, f.provider_name, f.filed_starts_on, f.filed_months, f.uplift_basis_points, f.fund_source,
       f.payee_account_id, coalesce(a.account_name, '') as account_name,
       coalesce(a.account_masked, '') as account_masked, coalesce(a.bank_code, '') as bank_code,
       k.state as payee_account_state,
       f.roster_version, f.people, f.submitted_at, f.joint_class_id, l.document_number, f.listed_on,
       f.opened_on, f.completed_on, f.term_reason, f.after_review_id,
       (select r.remark from filing_remarks r where r.place_id = f.place_id and r.filing_id = f.id
         order by r.step_seq desc limit 1) as remark
  from filings f
  join policy_versions v on v.id = f.policy_version_id
  left join payee_accounts a on a.place_id = f.place_id and a.id = f.payee_account_id
  left join cases k on k.place_id = a.place_id and k.id = a.id
  left join listings l on l.place_id = f.place_id and l.id = f.listing_id
"""
_GET: Final = text(f"{_SELECT} where f.place_id = :place_id and f.id = :id")
_GET_MANY: Final = text(f"{_SELECT} where f.place_id = any(:places) and f.id = any(:ids)")

_MARK_SUBMITTED: Final = text("""
update filings set submitted_at = :at, policy_version_id = :policy_version_id where place_id = :place_id and id = :id
""")
_ENROL: Final = text("""
update enrolments set state = 'enrolled'
 where place_id = :place_id and filing_id = :id and state = 'planned' and until_roster_version is null
""")
# Before the update, which would name nobody; what a race lets through the constraint still refuses.
_SEATS_ELSEWHERE: Final = text("""
with planned as (
  select seat_no, person_id from enrolments
   where place_id = :place_id and filing_id = :id and state = 'planned' and until_roster_version is null
)
select seat_no from planned
 where person_id in (select * from enrolled_anywhere((select array_agg(person_id) from planned)))
 order by seat_no
""")
_NEXT_ROSTER: Final = text("""
update filings set roster_version = :version, people = :people where place_id = :place_id and id = :id
""")
_LEAVE_ROSTER: Final = text("""
update enrolments set until_roster_version = :version
 where place_id = :place_id and filing_id = :id and until_roster_version is null
""")
_ADD_LISTING: Final = text("""
insert into listings (place_id, org_id, partner_org_id, region_path, id, document_number, listed_on, filings)
values (:place_id, :bureau_org_id, null, :region_path, :id, :document, :listed_on, :filings)
""")
_MARK_LISTED: Final = text("""
update filings set listing_id = :listing_id, listed_on = :listed_on where place_id = :place_id and id = any(:ids)
""")
_MARK_OPENED: Final = text("""
update filings set opened_on = :starts_on where place_id = :place_id and id = :id
""")
_START: Final = text("""
update enrolments set state = 'in_training', started_on = :starts_on
 where place_id = :place_id and filing_id = :id and state = 'enrolled'
""")
_MARK_COMPLETED: Final = text("""
update filings set completed_on = :completed_on where place_id = :place_id and id = :id
""")
_END: Final = text("""
update enrolments e set state = u.state, ended_on = u.ended_on, exit_reason = u.exit_reason
  from unnest(cast(:ids as uuid[]), cast(:states as text[]), cast(:days as date[]), cast(:reasons as text[]))
       as u(id, state, ended_on, exit_reason)
 where e.place_id = :place_id and e.filing_id = :id and e.id = u.id and e.state = 'in_training'
""")

_ENROLMENT: Final = """
select id, filing_id, seat_no, person_id, name, identity_masked, phone_masked, category, hired_on,
       contract_months, claim_basis, state, started_on, ended_on, exit_reason
  from enrolments
"""
_ENROLMENTS: Final = text(
    f"{_ENROLMENT} where place_id = :place_id and filing_id = :id and until_roster_version is null order by seat_no"
)
_ENROLMENT_BY_ID: Final = text(f"{_ENROLMENT} where id = :id")

# Foreign keys are looked at when the whole statement is done, so roster and people go in one.
_ROSTER: Final = """
with roster as (
  insert into roster_versions (place_id, org_id, partner_org_id, region_path, filing_id, version, people, at)
  values (:place_id, :org_id, :partner_org_id, :region_path, :filing_id, :from_roster_version, :people, :at)
)
"""
_ADD_PEOPLE: Final = BulkInsert(
    "enrolments",
    fixed={"filing_id": "uuid", "from_roster_version": "int", "state": "text"},
    first=_ROSTER,
    computed={"person_id": "people_of(cast(:identity_index as bytea[]))"},
    varying={
        "id": "uuid",
        "seat_no": "int",
        "name": "text",
        "identity_sealed": "bytea",
        "identity_index": "bytea",
        "identity_masked": "text",
        "phone_sealed": "bytea",
        "phone_masked": "text",
        "category": "text",
        "hired_on": "date",
        "contract_months": "smallint",
        "claim_basis": "text",
    },
    # Who is live elsewhere is left out, and thereby named.
    suffix="on conflict (person_id) where state in ('enrolled', 'in_training', 'suspended') do nothing"
    " returning seat_no",
)


_SCREEN: Final = text("""
insert into filing_screenings (place_id, org_id, partner_org_id, region_path, filing_id, seq, people,
                               already_subsidised, at)
select :place_id, :org_id, :partner_org_id, :region_path, :id,
       1 + (select count(*) from filing_screenings s where s.place_id = :place_id and s.filing_id = :id),
       cardinality(r.people),
       (select count(*) from taken_entitlements(r.people, :occupation_code, cast(:grade as smallint), 'training')),
       :at
  from (select array_agg(person_id) as people from enrolments
         where place_id = :place_id and filing_id = :id and until_roster_version is null) r
returning people, already_subsidised, at
""")
_SCREENING: Final = text("""
select people, already_subsidised, at from filing_screenings
 where place_id = :place_id and filing_id = :id order by seq desc limit 1
""")


def _filing(case: Case, row: Row[Any]) -> Filing:
    return Filing(
        case=case,
        policy_version_id=row.policy_version_id,
        policy_id=row.pack_id,
        class_name=row.class_name,
        occupation_code=row.occupation_code,
        occupation_name=row.occupation_name,
        target_grade=row.target_grade,
        training_mode=TrainingMode(row.training_mode),
        provider_name=row.provider_name,
        joint_class_id=row.joint_class_id,
        filed_starts_on=row.filed_starts_on,
        filed_months=row.filed_months,
        uplift_basis_points=row.uplift_basis_points,
        fund_source=row.fund_source,
        payee_account_id=row.payee_account_id,
        payee_name=row.account_name,
        payee_account_masked=row.account_masked,
        bank_code=row.bank_code,
        roster_version=row.roster_version,
        people=row.people,
        submitted_at=row.submitted_at,
        listing_document=row.document_number,
        listed_on=row.listed_on,
        opened_on=row.opened_on,
        completed_on=row.completed_on,
        remark=row.remark,
        term_reason=row.term_reason,
        payee_account_state=row.payee_account_state,
        after_review_id=row.after_review_id,
    )


def _enrolment(row: Row[Any]) -> Enrolment:
    return Enrolment(
        id=row.id,
        filing_id=row.filing_id,
        seat_no=row.seat_no,
        person_id=row.person_id,
        name=row.name,
        identity_masked=row.identity_masked,
        phone_masked=row.phone_masked,
        category=Category(row.category),
        hired_on=row.hired_on,
        contract_months=row.contract_months,
        claim_basis=ClaimBasis(row.claim_basis),
        state=row.state,
        started_on=row.started_on,
        ended_on=row.ended_on,
        exit_reason=row.exit_reason,
    )


def _enrolled_elsewhere(seats: Sequence[int]) -> Refusal:
    code = "person_enrolled_elsewhere"
    return Refusal(code, faults=tuple(Fault(f"/roster/{seat - 1}", code) for seat in seats))


class PostgresFilings(Filings):
    """The filings one actor's scope shows, in one transaction at one instant."""

    def __init__(
        self,
        connection: AsyncConnection,
        crypto: Crypto,
        new_id: NewId,
        *,
        now: datetime,
        today: date,
    ) -> None:
        self._connection = connection
        self._crypto = crypto
        self._new_id = new_id
        self._now = now
        self._today = today

    async def add(self, filing: Filing) -> None:
        await self._connection.execute(
            _ADD,
            {
                **scope_of(filing.case),
                "id": filing.case.id,
                "policy_version_id": filing.policy_version_id,
                "class_name": filing.class_name,
                "occupation_code": filing.occupation_code,
                "occupation_name": filing.occupation_name,
                "target_grade": filing.target_grade,
                "training_mode": filing.training_mode,
                "provider_name": filing.provider_name,
                "joint_class_id": filing.joint_class_id,
                "filed_starts_on": filing.filed_starts_on,
                "filed_months": filing.filed_months,
                "uplift_basis_points": filing.uplift_basis_points,
                "fund_source": filing.fund_source,
                "payee_account_id": filing.payee_account_id,
                "roster_version": filing.roster_version,
                "people": filing.people,
                "submitted_at": filing.submitted_at,
                "term_reason": filing.term_reason,
                "after_review_id": filing.after_review_id,
            },
        )

    async def add_roster(
        self, case: Case, version: int, apprentices: Sequence[Apprentice], *, enrolled: bool
    ) -> None:
        numbers = [person.citizen_id for person in apprentices]
        indexes = self._crypto.blind_indexes(ValueKind.CITIZEN_ID, numbers)
        ids = [self._new_id() for _ in apprentices]
        sealed_numbers = self._crypto.seal_many(
            "enrolments", "identity_sealed", list(zip(ids, numbers, strict=True))
        )
        sealed_phones = self._crypto.seal_many(
            "enrolments",
            "phone_sealed",
            [(i, p.phone) for i, p in zip(ids, apprentices, strict=True)],
        )
        seated = await _ADD_PEOPLE.run(
            self._connection,
            {
                **scope_of(case),
                "filing_id": case.id,
                "from_roster_version": version,
                "state": "enrolled" if enrolled else "planned",
                "people": len(apprentices),
                "at": self._now,
            },
            [
                (
                    ids[n],
                    n + 1,
                    person.name,
                    sealed_numbers[n],
                    indexes[n],
                    masking.masked_citizen_id(person.citizen_id),
                    sealed_phones[n],
                    masking.masked_phone(person.phone),
                    person.category,
                    person.hired_on,
                    person.contract_months,
                    person.claim_basis,
                )
                for n, person in enumerate(apprentices)
            ],
        )
        if len(seated) < len(apprentices):
            taken = set(range(1, len(apprentices) + 1)).difference(seated)
            raise _enrolled_elsewhere(sorted(taken))

    async def replace_roster(
        self, case: Case, version: int, apprentices: Sequence[Apprentice]
    ) -> None:
        where = {"place_id": case.place_id, "id": case.id, "version": version}
        await self._connection.execute(_NEXT_ROSTER, {**where, "people": len(apprentices)})
        await self._connection.execute(_LEAVE_ROSTER, where)
        await self.add_roster(case, version, apprentices, enrolled=False)

    async def get(self, case: Case) -> Filing:
        row = (
            await self._connection.execute(_GET, {"place_id": case.place_id, "id": case.id})
        ).one()
        return _filing(case, row)

    async def page(self, cases: Sequence[Case]) -> Sequence[Filing]:
        rows = await self._connection.execute(_GET_MANY, keys_of(cases))
        found = {row.id: row for row in rows}
        return [_filing(case, found[case.id]) for case in cases]

    async def mark_submitted(
        self, case: Case, *, policy_version_id: UUID, received_at: datetime
    ) -> None:
        where = {"place_id": case.place_id, "id": case.id}
        taken = (await self._connection.execute(_SEATS_ELSEWHERE, where)).scalars().all()
        if taken:
            raise _enrolled_elsewhere(taken)
        await self._connection.execute(
            _MARK_SUBMITTED, {**where, "at": received_at, "policy_version_id": policy_version_id}
        )
        await self._connection.execute(_ENROL, where)

    async def add_listing(
        self, listing_id: UUID, *, case: Case, bureau_org_id: UUID, document: str, filings: int
    ) -> None:
        await self._connection.execute(
            _ADD_LISTING,
            {
                "place_id": case.place_id,
                "bureau_org_id": bureau_org_id,
                "region_path": case.region_path,
                "id": listing_id,
                "document": document,
                "listed_on": self._today,
                "filings": filings,
            },
        )

    async def mark_listed(self, cases: Sequence[Case], listing_id: UUID) -> None:
        await self._connection.execute(
            _MARK_LISTED,
            {
                "place_id": cases[0].place_id,
                "listing_id": listing_id,
                "listed_on": self._today,
                "ids": [case.id for case in cases],
            },
        )

    async def mark_opened(self, case: Case, *, starts_on: date) -> None:
        where = {"place_id": case.place_id, "id": case.id, "starts_on": starts_on}
        await self._connection.execute(_MARK_OPENED, where)
        await self._connection.execute(_START, where)

    async def mark_completed(
        self,
        case: Case,
        *,
        completed_on: date,
        outcomes: Mapping[UUID, tuple[Outcome, date, str | None]],
    ) -> None:
        where = {"place_id": case.place_id, "id": case.id}
        await self._connection.execute(_MARK_COMPLETED, {**where, "completed_on": completed_on})
        await self._connection.execute(
            _END,
            {
                **where,
                "ids": list(outcomes),
                "states": [outcome.value for outcome, _, _ in outcomes.values()],
                "days": [day for _, day, _ in outcomes.values()],
                "reasons": [reason for _, _, reason in outcomes.values()],
            },
        )

    async def enrolments(self, case: Case) -> Sequence[Enrolment]:
        rows = await self._connection.execute(
            _ENROLMENTS, {"place_id": case.place_id, "id": case.id}
        )
        return [_enrolment(row) for row in rows]

    async def enrolment(self, enrolment_id: UUID) -> Enrolment:
        row = (await self._connection.execute(_ENROLMENT_BY_ID, {"id": enrolment_id})).one_or_none()
        if row is None:
            raise Refusal("not_found")
        return _enrolment(row)

    async def screen(self, filing: Filing) -> Screening:
        row = (
            await self._connection.execute(
                _SCREEN,
                {
                    **scope_of(filing.case),
                    "id": filing.case.id,
                    "occupation_code": filing.occupation_code,
                    "grade": filing.target_grade,
                    "at": self._now,
                },
            )
        ).one()
        return Screening(people=row.people, already_subsidised=row.already_subsidised, at=row.at)

    async def screening(self, case: Case) -> Screening | None:
        row = (
            await self._connection.execute(_SCREENING, {"place_id": case.place_id, "id": case.id})
        ).one_or_none()
        if row is None:
            return None
        return Screening(people=row.people, already_subsidised=row.already_subsidised, at=row.at)
