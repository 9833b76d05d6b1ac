"""Vouchers on the real database: projects by their two people, and vouchers brought to any state."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.identifiers.voucher_code import new_code
from domain.party import Actor
from domain.ports.work import BeginWork, Work
from domain.voucher import (
    Beneficiary,
    Distribution,
    ProjectPlan,
    Voucher,
    VoucherFilter,
    VoucherProject,
)
from service.application import voucher_project
from service.application.voucher_project import DraftVoucherProject
from tests.people import Staff, citizen_id
from tests.unit.voucher_samples import a_plan

TARGETED: Mapping[str, Any] = {"distribution": Distribution.TARGETED}

ROADS: Mapping[str, Sequence[str]] = {
    "issued": (),
    "collected": ("collect",),
    "reserved": ("collect", "reserve"),
    "in_use": ("collect", "reserve", "start"),
    "completed": ("collect", "reserve", "start", "complete"),
    "redeemed": ("collect", "reserve", "start", "complete", "redeem"),
    "approved": ("collect", "reserve", "start", "complete", "redeem", "approve"),
    "paid": ("collect", "reserve", "start", "complete", "redeem", "approve", "pay"),
    "refused": ("collect", "reserve", "start", "complete", "redeem", "refuse"),
    "frozen": ("collect", "freeze"),
    "not_completed": ("collect", "reserve", "start", "fail"),
    "expired": ("expire",),
    "returned": ("collect", "give_back"),
    "voided": ("void",),
    "clawed_back": ("collect", "reserve", "start", "complete", "redeem", "approve", "pay", "claw_back"),
}  # fmt: skip
"""How a voucher comes to each state."""


def open_plan(work: Work, **changed: Any) -> ProjectPlan:
    """A plan whose days of issue are now."""
    today = work.today
    plan = {
        "budget_year": today.year,
        "opens_on": today,
        "closes_on": today.replace(year=today.year + 1, day=1),
        "valid_days": 90,
    }
    return a_plan(**plan | changed)


async def project(begin: BeginWork, staff: Staff, **changed: Any) -> VoucherProject:
    """An approved project, issuing from today on."""
    async with begin(staff.handler) as work:
        drafted = await voucher_project.draft_voucher_project(
            work,
            DraftVoucherProject(plan=open_plan(work, **changed), provider_credit_codes=()),
        )
        await work.commit()
    async with begin(staff.approver) as work:
        approved = await voucher_project.approve_voucher_project(
            work, project_id=drafted.case.id, version=1, reason=""
        )
        await work.commit()
    return approved


async def issued(
    begin: BeginWork, staff: Staff, of: VoucherProject, *people: Beneficiary
) -> Sequence[Voucher]:
    """Vouchers issued to people, in their order."""
    async with begin(staff.handler) as work:
        await work.vouchers.issue(
            of,
            people,
            [new_code(work.new_id(), work.new_id()) for _ in people],
            valid_until=of.last_day_of(work.today),
        )
        await work.commit()
    async with begin(staff.handler) as work:
        return await work.vouchers.page(of_project(of), after=None, limit=500)


async def one_issued(begin: BeginWork, staff: Staff, of: VoucherProject) -> UUID:
    """A voucher issued to a new person; its id."""
    async with begin(staff.handler) as work:
        done = await work.vouchers.issue(
            of,
            [somebody()],
            [code := new_code(work.new_id(), work.new_id())],
            valid_until=of.last_day_of(work.today),
        )
        assert done.vouchers == 1
        voucher = await work.vouchers.find(code)
        assert voucher is not None
        await work.commit()
    return voucher.id


def of_project(of: VoucherProject) -> VoucherFilter:
    """Ask for a project's vouchers."""
    return VoucherFilter(project_id=of.case.id)


def somebody() -> Beneficiary:
    """A new person."""
    return Beneficiary(name="张三", citizen_id=citizen_id())


def himself(staff: Staff, actor: Actor) -> Beneficiary:
    """A worker as he gives himself."""
    return Beneficiary(name="李四", citizen_id=staff.citizen_ids[actor.account_name])


async def a_class(admin: AsyncEngine, staff: Staff, of: VoucherProject) -> UUID:
    """A class of the provider's, as rows alone: what a voucher can be reserved for."""
    class_id = uuid4()
    named = {
        "place_id": staff.place.id,
        "org_id": staff.provider.id,
        "region_path": staff.place.region_path,
        "id": class_id,
        "project_id": of.case.id,
    }
    row = ":project_id, '车工班', '6-18-01-01', '车工', 1000, 100000, '一号楼', current_date, current_date"
    columns = (
        "project_id, class_name, occupation_code, occupation_name, capacity, fee_fen, site,"
        " starts_on, ends_on"
    )
    async with admin.begin() as connection:
        await connection.execute(text("set local session_replication_role = replica"))
        for statement in (
            "insert into voucher_classes (place_id, org_id, region_path, id, " + columns + ")"
            f" values (:place_id, :org_id, :region_path, :id, {row})",
            "insert into voucher_class_offers (id, region_path, provider_id, published_at, " + columns
            + f") values (:id, :region_path, :org_id, now(), {row})",
            "insert into voucher_class_places (class_id, capacity) values (:id, 1000)",
        ):  # fmt: skip
            await connection.execute(text(statement), named)
    return class_id


def with_facts(before: Voucher, event: str, work: Work, *, class_id: UUID, staff: Staff) -> Voucher:
    """A voucher after an event, with what comes with it beside the state."""
    after = before.moved(event)
    facts: Mapping[str, Mapping[str, Any]] = {
        "collect": {"collected_at": work.now},
        "reserve": {"class_id": class_id, "provider_id": staff.provider.id},
        "complete": {"completed_on": work.today},
        "redeem": {"redeemed_at": work.now},
        "approve": {"amount_fen": 100_000},
    }
    return replace(after, **facts.get(event, {}))


async def moved(
    begin: BeginWork, actor: Actor, voucher_id: UUID, event: str, *, class_id: UUID, staff: Staff
) -> Voucher:
    """A voucher after one act of one person."""
    async with begin(actor) as work:
        before = await work.vouchers.lock(voucher_id)
        after = with_facts(before, event, work, class_id=class_id, staff=staff)
        await work.vouchers.move(before, after, event=event, reason="试验")
        await work.commit()
    return after
