"""Vouchers over HTTP: each helper asks what one person asks, and lets the worker do its part."""

from collections.abc import Sequence

from jobs.run import NOWHERE
from service.application.voucher_expiry import EXPIRE_VOUCHERS
from tests.integration.api.desk import Desk, Json
from tests.people import citizen_id

OPENS, CLOSES = "2026-01-01", "2026-06-30"
VALID_UNTIL = "2026-12-31"


def project(**changed: object) -> Json:
    """A general project for everybody, as drafted."""
    return {
        "name": "重点群体职业培训券",
        "document_number": "试人社〔2026〕21号",
        "fund_source": "employment_subsidy",
        "budget_year": 2026,
        "distribution": "general",
        "payee": "provider",
        "face_value_fen": 150_000,
        "quota": 10,
        "opens_on": OPENS,
        "closes_on": CLOSES,
        "valid_until": VALID_UNTIL,
        "counts_to": "start",
        "withdraw_days": 3,
        "tags": [],
        "standards": [standard()],
    } | changed


def standard(**changed: object) -> Json:
    """车工 at grade 5."""
    return {
        "occupation_code": "6-18-01-01",
        "occupation_name": "车工",
        "grade": 5,
        "standard_fen": 120_000,
    } | changed


async def drafted(desk: Desk, **changed: object) -> str:
    """A drafted project."""
    done = await desk.done("DraftVoucherProject", "handler", body=project(**changed))
    return str(done["case"]["id"])


async def approved(desk: Desk, **changed: object) -> str:
    """An approved project, by another person than who drafted it."""
    project_id = await drafted(desk, **changed)
    path = {"project_id": project_id}
    await desk.done("ApproveVoucherProject", "approver", path=path, version=1, body={})
    return project_id


def own(desk: Desk, person: str = "worker", **changed: object) -> Json:
    """What a worker says of himself when he collects."""
    number = desk.staff.citizen_ids[desk.accounts[person]]
    return {"name": "李四", "citizen_id": number, "phone": "13800138000"} | changed


def somebody(**changed: object) -> Json:
    """Somebody on a list, a new person each time."""
    return {"name": "张三", "citizen_id": citizen_id()} | changed


async def collected(desk: Desk, person: str = "worker", **changed: object) -> Json:
    """A voucher that a worker has collected from a new general project."""
    path = {"offer_id": await approved(desk, **changed)}
    return await desk.done("CollectFromProject", person, path=path, body=own(desk, person))


async def ordered(desk: Desk, project_id: str, people: Sequence[Json], query: str = "") -> Json:
    """An issue that has begun, of a list in JSON."""
    path = {"project_id": project_id}
    return await desk.done(
        "OrderVoucherIssue", "handler", path=path, query=query, body={"people": list(people)}
    )


async def issued(desk: Desk, *people: Json, **changed: object) -> list[Json]:
    """Vouchers issued to a list by a new targeted project, in the list's order."""
    project_id = await approved(desk, **{"distribution": "targeted", **changed})
    await ordered(desk, project_id, people)
    await desk.idle()
    listed = await desk.done("ListVouchers", "handler", query=f"project_id={project_id}")
    return list(listed["items"])


async def issued_to_worker(desk: Desk, person: str = "worker", **changed: object) -> Json:
    """A voucher that was issued to a worker and not collected yet."""
    return (await issued(desk, own(desk, person), **changed))[0]


async def stepped(
    desk: Desk, operation_id: str, person: str, voucher: Json, reason: str = "经核查"
) -> Json:
    """A voucher after one more act."""
    return await desk.done(
        operation_id,
        person,
        path={"voucher_id": voucher["id"]},
        version=voucher["version"],
        body={"reason": reason},
    )


async def closed(desk: Desk, project_id: str) -> None:
    """A project that issues nothing more."""
    path = {"project_id": project_id}
    version = (await desk.done("GetVoucherProject", "handler", path=path))["case"]["version"]
    body = {"reason": "资金安排调整"}
    await desk.done("CloseVoucherProject", "approver", path=path, version=version, body=body)


async def a_day_passes(desk: Desk, job: str = EXPIRE_VOUCHERS) -> None:
    """A daily job does its work on the clock's day; unless told, it ends what has expired."""
    async with desk.house.begin_work(NOWHERE) as work:
        job_id = await work.jobs.add(job, work.new_id(), None)
        await work.commit()
    day = desk.clock.at.date()
    await desk.tampered("update jobs set period = :day where id = :id", day=day, id=job_id)
    await desk.idle()


async def travelled(desk: Desk) -> dict[str, str]:
    """A closed project whose one voucher was collected and given back; ids by their names in addresses."""
    voucher = await issued_to_worker(desk, closes_on="2029-12-31", valid_until="2029-12-31")
    project_id = str(voucher["project_id"])
    collected = await desk.done(
        "CollectVoucher", "worker", path={"voucher_id": voucher["id"]}, version=1
    )
    await stepped(desk, "GiveVoucherBack", "worker", collected)
    await closed(desk, project_id)
    issues = await desk.done("ListVoucherIssues", "handler", path={"project_id": project_id})
    sets = await desk.done("ListVoucherSets", "handler")
    return {
        "project_id": project_id,
        "issue_id": issues["items"][0]["id"],
        "voucher_id": voucher["id"],
        "set_id": sets["items"][0]["id"],
    }
