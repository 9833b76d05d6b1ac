"""Payee accounts (收款账户): declared by the enterprise, verified by one bureau person, replaced by a newer one."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.cases import CaseKind
from domain.errors import Fault, Refusal
from domain.filing import Payee
from domain.payee_account import VERIFIED, PayeeAccount, checked_payee, name_difference
from domain.places import Organisation, OrganisationKind, Place, region_path_of
from domain.ports.work import Work
from service.application.cases import open_case, sign


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareAccount:
    """An account to be paid to in a place; `replaces_id` is the verified one it takes the place of."""

    region_code: str
    payee: Payee
    replaces_id: UUID | None


async def declare_account(work: Work, command: DeclareAccount) -> PayeeAccount:
    """Declare an account of the actor's enterprise; it is paid to once it is verified.

    Refuses `place_unknown`, `payee_faulty`, `account_exists` when the same account stands already,
    `account_not_replaceable` when the one to be replaced is not a verified account of the enterprise there.
    """
    place = await work.places.of_region(region_path_of(command.region_code))
    if place is None:
        raise Refusal("place_unknown", faults=(Fault("/region_code", "place_unknown"),))
    enterprise = await work.places.organisation(work.actor.org_id)
    name = await registered_name(work, enterprise)
    payee = checked_payee(command.payee, enterprise_name=name, at="")
    if command.replaces_id is not None:
        replaced = await work.cases.lock(CaseKind.ACCOUNT_CHANGE, command.replaces_id)
        here = (replaced.place_id, replaced.org_id) == (place.id, enterprise.id)
        if not here or replaced.state != VERIFIED:
            raise Refusal(
                "account_not_replaceable",
                faults=(Fault("/replaces_id", "account_not_replaceable"),),
            )
    if await work.payee_accounts.like(place.id, enterprise.id, payee) is not None:
        raise Refusal("account_exists")
    return await _declared(work, place, payee, replaces_id=command.replaces_id)


async def account_for(work: Work, place: Place, payee: Payee) -> PayeeAccount:
    """Return the actor's enterprise's account that is the same and stands, or declare it.

    What a filing names: one verification serves every filing of the enterprise in the place.
    """
    found = await work.payee_accounts.like(place.id, work.actor.org_id, payee)
    return found or await _declared(work, place, payee, replaces_id=None)


async def verify_account(
    work: Work, *, account_id: UUID, version: int, reason: str = ""
) -> PayeeAccount:
    """Verify a declared account as one bureau person; what it replaces is superseded.

    Payments not yet in a batch then go to the new account; one in a sealed batch is taken out before
    the batch is released. Refuses `payee_faulty` when the enterprise's registered name is another
    by now, `account_not_replaceable` when the account it replaces has been superseded meanwhile.
    """
    seen = await work.cases.get(CaseKind.ACCOUNT_CHANGE, account_id)
    account = await work.payee_accounts.get(seen)
    replaced = None
    if account.replaces_id is not None:
        await work.payments.lock_to_account(seen.place_id, account.replaces_id)
        replaced = await work.cases.lock(CaseKind.ACCOUNT_CHANGE, account.replaces_id)
    case = await work.cases.lock(CaseKind.ACCOUNT_CHANGE, account_id, version=version)
    enterprise = await work.places.organisation(case.org_id)
    name = await registered_name(work, enterprise)
    if difference := name_difference(account.account_name, name):
        fault = Fault("/account_name", "payee_name_differs", difference)
        raise Refusal("payee_faulty", faults=(fault,))
    signed = await sign(work, case, "verify", reason=reason)
    if replaced is not None:
        if replaced.state != VERIFIED:
            raise Refusal("account_not_replaceable")
        await sign(work, replaced, "supersede", facts={"by": str(account_id)})
        await work.payments.redirect(case.place_id, from_id=replaced.id, to_id=account_id)
    return await work.payee_accounts.get(signed)


async def refuse_account(
    work: Work, *, account_id: UUID, version: int, reason: str
) -> PayeeAccount:
    """Refuse a declared account, with a reason; what it was to replace stands. Refuses `reason_missing`."""
    check_reason(reason)
    case = await work.cases.lock(CaseKind.ACCOUNT_CHANGE, account_id, version=version)
    return await work.payee_accounts.get(await sign(work, case, "refuse", reason=reason))


async def registered_name(work: Work, organisation: Organisation) -> str:
    """Return the name that an organisation's account carries: a worker's is that on his newest voucher.

    What a worker is readable by all as holds no name, and whoever has no voucher has none here.
    """
    if organisation.kind is not OrganisationKind.WORKER:
        return organisation.name
    return await work.voucher_settlements.holder_name(organisation.id) or organisation.name


async def account(work: Work, account_id: UUID) -> PayeeAccount:
    """Return an account, or refuse `not_found`."""
    return await work.payee_accounts.get(await work.cases.get(CaseKind.ACCOUNT_CHANGE, account_id))


async def list_accounts(
    work: Work, *, state: str | None, after: UUID | None, limit: int
) -> Sequence[PayeeAccount]:
    """Return a page of accounts, in order of declaration."""
    cases = await work.cases.page(CaseKind.ACCOUNT_CHANGE, state=state, after=after, limit=limit)
    return await work.payee_accounts.page(cases)


def check_reason(reason: str) -> None:
    """Refuse `reason_missing` where a no needs its reason."""
    if not reason.strip():
        raise Refusal("reason_missing", faults=(Fault("/reason", "reason_missing"),))


async def _declared(
    work: Work, place: Place, payee: Payee, *, replaces_id: UUID | None
) -> PayeeAccount:
    case = await open_case(
        work,
        CaseKind.ACCOUNT_CHANGE,
        place,
        event="declare",
        org_id=work.actor.org_id,
        facts={} if replaces_id is None else {"replaces": str(replaces_id)},
    )
    return await work.payee_accounts.add(case, payee, replaces_id=replaces_id)
