"""Voucher classes over HTTP: each helper asks what one person asks, and lets the worker do its part."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.integration.api import road, voucher_road
from tests.integration.api.desk import Desk, Json

STARTS, ENDS = "2026-02-09", "2026-02-27"
FIRST_DAY = datetime(2026, 2, 9, 4, tzinfo=UTC)
LAST_DAY = datetime(2026, 2, 27, 10, tzinfo=UTC)
NUMBER = "S000132068100126500001"
SIGNED = {"reason": "同意"}


def entry(desk: Desk, **changed: object) -> Json:
    """The provider joins the catalogue, long ago."""
    return {
        "provider_credit_code": desk.staff.provider.credit_code,
        "change": "join",
        "effective_on": "2020-01-01",
        "document_number": "启人社〔2020〕9号",
    } | changed


async def catalogued(desk: Desk, **changed: object) -> str:
    """A change of the catalogue, drafted and approved."""
    drafted = await desk.done("DraftCatalogueEntry", "handler", body=entry(desk, **changed))
    entry_id = str(drafted["case"]["id"])
    path = {"catalogue_entry_id": entry_id}
    await desk.done("ApproveCatalogueEntry", "approver", path=path, version=1, body={})
    await desk.idle()
    return entry_id


async def funded(desk: Desk) -> None:
    """Money for vouchers, signed by both finance people."""
    body = {
        "fund_source": "employment_subsidy",
        "budget_year": 2026,
        "amount_fen": 20_000_000,
        "document_number": f"试财〔2026〕券{desk.staff.region_code}号",
    }
    drafted = await desk.done("DraftAppropriation", "finance", body=body)
    path = {"appropriation_id": drafted["case"]["id"]}
    await desk.done("ApproveAppropriation", "finance_second", path=path, version=1)


async def project(desk: Desk, **changed: object) -> str:
    """A project of a listed provider, with money for it."""
    await funded(desk)
    await catalogued(desk)
    named = {"provider_credit_codes": [desk.staff.provider.credit_code]}
    return await voucher_road.approved(desk, **{**named, **changed})


async def collected(desk: Desk, project_id: str, person: str = "worker") -> Json:
    """A voucher that a worker has collected from a project."""
    path = {"offer_id": project_id}
    body = voucher_road.own(desk, person)
    return await desk.done("CollectFromProject", person, path=path, body=body)


def class_plan(project_id: str, **changed: object) -> Json:
    """A class of ten at grade 5."""
    return {
        "project_id": project_id,
        "class_name": "车工初级班",
        "occupation_code": "6-18-01-01",
        "grade": 5,
        "capacity": 10,
        "fee_fen": 100_000,
        "site": "一号车间",
        "starts_on": STARTS,
        "ends_on": ENDS,
    } | changed


async def planned(desk: Desk, project_id: str, **changed: object) -> str:
    """A class the provider plans; its id."""
    done = await desk.done("PlanVoucherClass", "teacher", body=class_plan(project_id, **changed))
    return str(done["case"]["id"])


async def reserved(desk: Desk, class_id: str, voucher: Json, person: str = "worker") -> Json:
    """A voucher reserved in a class."""
    return await desk.done(
        "ReserveVoucher",
        person,
        path={"voucher_id": voucher["id"]},
        version=voucher["version"],
        body={"class_id": class_id},
    )


async def signed(
    desk: Desk, operation_id: str, person: str, class_id: str, body: Json | None = None
) -> Json:
    """One step of a class, at the version now on file."""
    path = {"voucher_class_id": class_id}
    version = (await desk.done("GetVoucherClass", "handler", path=path))["case"]["version"]
    return await desk.done(
        operation_id, person, path=path, version=version, body=SIGNED if body is None else body
    )


async def reported(desk: Desk, class_id: str, *, absent: Sequence[str] = ()) -> Json:
    """A start reported on the first day."""
    desk.clock.at = max(desk.clock.at, FIRST_DAY)
    body = {"started_on": STARTS, "absent": list(absent)}
    return await signed(desk, "ReportVoucherClassStart", "teacher", class_id, body)


async def started(desk: Desk, class_id: str, *, absent: Sequence[str] = ()) -> Json:
    """A verified start."""
    await reported(desk, class_id, absent=absent)
    await signed(desk, "ReviewVoucherClassStart", "handler", class_id)
    return await signed(desk, "VerifyVoucherClassStart", "approver", class_id)


def session(**changed: object) -> Json:
    """Three hours in the morning of the first day."""
    return {
        "held_on": STARTS,
        "starts": "08:00",
        "ends": "11:00",
        "kind": "practice",
        "topic": "外圆车削",
        "site": "一号车间",
    } | changed


async def held(desk: Desk, class_id: str, **changed: object) -> str:
    """A session entered; its id."""
    done = await desk.done(
        "AddVoucherSessions",
        "teacher",
        path={"voucher_class_id": class_id},
        body={"sessions": [session(**changed)]},
    )
    return str(done["sessions"][0]["id"])


def passing(session_id: str, voucher_id: str, entry_id: str, **changed: object) -> Json:
    """Somebody signs in at half past eight."""
    return {
        "session_id": session_id,
        "voucher_id": voucher_id,
        "entry_id": entry_id,
        "direction": "in",
        "at": "2026-02-09T00:30:00Z",
    } | changed


def sent(desk: Desk, *entries: Json, seconds_behind: int = 0) -> Json:
    """What a device sends now; its clock may be behind ours."""
    at = desk.clock.at - timedelta(seconds=seconds_behind)
    return {"device_id": "gate-1", "sent_at": at.isoformat(), "entries": list(entries)}


def outcome(voucher_id: str, **changed: object) -> Json:
    """Completed on the last day."""
    return {"voucher_id": voucher_id, "outcome": "completed", "day": ENDS} | changed


def certificate(voucher_id: str) -> Json:
    """The certificate of whoever holds a voucher, as the provider declares it."""
    return {"certificate_type": "skill_level_certificate", "number": road.number_of(voucher_id)}


async def completion_reported(desk: Desk, class_id: str, *outcomes: Json) -> Json:
    """Completion reported on the last day."""
    desk.clock.at = max(desk.clock.at, LAST_DAY)
    body = {"completed_on": ENDS, "outcomes": list(outcomes)}
    return await signed(desk, "ReportVoucherClassCompletion", "teacher", class_id, body)


async def redeemed(desk: Desk, class_id: str, code: str) -> Json:
    """A voucher redeemed by its code."""
    return await desk.done(
        "RedeemVoucher",
        "teacher",
        path={"voucher_class_id": class_id},
        body={"code": code},
    )


async def voucher_now(desk: Desk, voucher: Json, person: str = "handler") -> Json:
    """A voucher as it stands."""
    return await desk.done("GetVoucher", person, path={"voucher_id": voucher["id"]})


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """A class in training and the one voucher in it."""

    project_id: str
    id: str
    voucher: Json

    @property
    def path(self) -> Json:
        """How its operations are addressed."""
        return {"voucher_class_id": self.id}


async def in_training(desk: Desk, **changed: object) -> Class:
    """A class whose start was verified, with one worker in it."""
    project_id = await project(desk, **changed)
    voucher = await collected(desk, project_id)
    class_id = await planned(desk, project_id)
    await reserved(desk, class_id, voucher)
    await started(desk, class_id)
    return Class(project_id=project_id, id=class_id, voucher=await voucher_now(desk, voucher))


async def completed(desk: Desk, **changed: object) -> Class:
    """A class its one worker completed, with a certificate where the project asks for one."""
    running = await in_training(desk, **changed)
    voucher_id = running.voucher["id"]
    asked = bool(changed.get("certificate_required"))
    shown = {"certificate": certificate(voucher_id)} if asked else {}
    await completion_reported(desk, running.id, outcome(voucher_id, **shown))
    await signed(desk, "ConfirmVoucherClassCompletion", "handler", running.id)
    voucher = await voucher_now(desk, running.voucher, "worker")
    return Class(project_id=running.project_id, id=running.id, voucher=voucher)


async def travelled(desk: Desk) -> dict[str, str]:
    """A completed class at a listed provider; ids by their names in addresses. The clock goes back."""
    done = await completed(desk)
    entries = await desk.done("ListCatalogueEntries", "handler")
    archived = await desk.done("ListArchiveEntries", "handler")
    desk.begin_again()
    return {
        "voucher_class_id": done.id,
        "catalogue_entry_id": str(entries["items"][0]["case"]["id"]),
        "entry_id": str(archived["items"][0]["id"]),
    }
