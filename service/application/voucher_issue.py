"""Issuing vouchers to a list (定向发放): checked at once, issued in chunks by a job that can be interrupted.

Ordering an issue checks every row, whoever holds a voucher already, and the quota, under the project's
lock; while one issue is under way no other begins and the project is not closed, and nobody else issues
its vouchers. So what was checked stays true until the last one, and all or nothing is what it says.
"""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from domain.audit import Act, Ground
from domain.cases import CaseKind
from domain.errors import CellPlace, Fault, Refusal
from domain.identifiers.voucher_code import new_code
from domain.ports.clock import day_in_china
from domain.ports.document_store import DocumentStore
from domain.ports.work import Work
from domain.roster.rows import row_of
from domain.roster.vouchers import ListCheck, refuse_list
from domain.voucher import Beneficiary, BeneficiaryTag, Distribution, VoucherProject
from domain.voucher_issue import IssueMode, VoucherIssue
from domain.voucher_project import admits, check_issues
from service.application.real_name import CHECK_REAL_NAMES

ISSUE_VOUCHERS: Final = "issue_vouchers"
"""The job that issues to a checked list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderIssue:
    """A list as read. `source` is what was sent; `at` is where its rows stand in it (`/rows`, `/people`)."""

    check: ListCheck
    source: bytes
    mode: IssueMode
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """An issue that has begun, or would, and what its check found: rows with a fault are not issued to."""

    issue: VoucherIssue | None
    check: ListCheck


async def order_issue(
    work: Work, store: DocumentStore, *, project_id: UUID, command: OrderIssue
) -> Ordered:
    """Begin issuing to a list; a job does it.

    Refuses `voucher_project_not_open`, `voucher_distribution_differs`, `voucher_issue_under_way`,
    `voucher_list_faulty` (with any fault, or, accepting what is valid, when nobody is left) and
    `voucher_quota_exceeded`.
    """
    project = await _project(work, project_id)
    check = await _found(work, project, command)
    strict = command.mode is IssueMode.ALL_OR_NOTHING or check.of_the_whole or not check.people
    if check.faults and strict:
        raise refuse_list(check)
    _check_quota(project, check)
    people = check.people
    kept = await asyncio.to_thread(_written, people)
    list_sha256 = hashlib.sha256(kept).digest()
    case = project.case
    issue = VoucherIssue(
        id=work.new_id(),
        place_id=case.place_id,
        org_id=case.org_id,
        region_path=case.region_path,
        project_id=case.id,
        mode=command.mode,
        source_sha256=hashlib.sha256(command.source).digest(),
        list_sha256=list_sha256,
        rows=check.rows,
        people=len(people),
        issued=0,
        person_id=work.actor.person_id,
        at=work.now,
        finished_at=None,
    )
    await work.voucher_projects.add_issue(issue)
    await store.put(list_sha256, kept)
    await work.jobs.add(ISSUE_VOUCHERS, issue.id, issue.place_id, purpose="issue")
    await work.audit.record(
        Act(
            action="voucher_issue.ordered",
            object_kind="voucher_issue",
            object_id=str(issue.id),
            ground=Ground.of(case),
            facts={
                "project": str(case.id),
                "rows": check.rows,
                "people": len(people),
                "source_sha256": issue.source_sha256.hex(),
            },
        )
    )
    return Ordered(issue=issue, check=check)


async def try_issue(work: Work, *, project_id: UUID, command: OrderIssue) -> Ordered:
    """Return what an issue would find: every fault of the list, and nothing stored.

    Refuses as `order_issue` does, but for the faults of the list, which are the answer.
    """
    project = await _project(work, project_id)
    check = await _found(work, project, command)
    _check_quota(project, check)
    return Ordered(issue=None, check=check)


async def issue_chunk(
    work: Work, *, issue_id: UUID, people: Sequence[Beneficiary], limit: int
) -> VoucherIssue:
    """Issue to the next `limit` people of a list, as one set, and return the issue after it.

    `people` are those `list_of` returns; nothing happens once all have their voucher.
    """
    issue = await work.voucher_projects.lock_issue(issue_id)
    if issue.finished_at is not None:
        return issue
    case = await work.cases.get(CaseKind.VOUCHER_PROJECT, issue.project_id)
    project = await work.voucher_projects.get(case)
    part = people[issue.issued : issue.issued + limit]
    done = await work.vouchers.issue(
        project,
        part,
        [new_code(work.new_id(), work.new_id()) for _ in part],
        valid_until=project.last_day_of(day_in_china(issue.at)),
    )
    issued = issue.issued + len(part)
    await work.voucher_projects.advance_issue(issue, issued=issued)
    if issued == issue.people:
        await work.jobs.add(CHECK_REAL_NAMES, issue.id, issue.place_id, purpose="issued")
    await work.audit.record(
        Act(
            action="voucher.issue",
            object_kind="voucher_set",
            object_id=str(done.id),
            ground=Ground.of(case),
            facts={
                "issue": str(issue.id),
                "vouchers": done.vouchers,
                "digest": done.digest.hex(),
            },
        )
    )
    return await work.voucher_projects.issue(issue_id)


async def list_of(store: DocumentStore, issue: VoucherIssue) -> Sequence[Beneficiary]:
    """Return the people of an issue that is under way, in the order in which they are issued to."""
    return await asyncio.to_thread(_read, await store.get(issue.list_sha256))


async def get_issue(work: Work, *, issue_id: UUID) -> VoucherIssue:
    """Return an issue and how far it has come; refuses `not_found`."""
    return await work.voucher_projects.issue(issue_id)


async def list_issues(
    work: Work, *, project_id: UUID, after: UUID | None, limit: int
) -> Sequence[VoucherIssue]:
    """Return a page of a project's issues, in order of creation; refuses `not_found`."""
    case = await work.cases.get(CaseKind.VOUCHER_PROJECT, project_id)
    return await work.voucher_projects.issues(case, after=after, limit=limit)


async def _project(work: Work, project_id: UUID) -> VoucherProject:
    case = await work.cases.lock(CaseKind.VOUCHER_PROJECT, project_id)
    project = await work.voucher_projects.get(case)
    check_issues(
        project, Distribution.TARGETED, approved=case.state == "approved", today=work.today
    )
    if await work.voucher_projects.issue_under_way(case):
        raise Refusal("voucher_issue_under_way")
    return project


def _check_quota(project: VoucherProject, check: ListCheck) -> None:
    left = project.quota - project.issued
    if len(check.people) > left:
        raise Refusal("voucher_quota_exceeded", people=len(check.people), left=left)


async def _found(work: Work, project: VoucherProject, command: OrderIssue) -> ListCheck:
    """Add to what a list says of itself what the project and its vouchers say of its people."""
    check = command.check
    bad: dict[int, str] = {
        n: "voucher_tag_not_admitted"
        for n, one in enumerate(check.people)
        if not admits(project, one.tag)
    }
    holders = await work.vouchers.holders(project, [one.citizen_id for one in check.people])
    bad |= dict.fromkeys(holders, "voucher_already_held")
    if not bad:
        return check
    found = [
        Fault(
            f"{command.at}/{check.numbers[n]}",
            code,
            cell=CellPlace(check.numbers[n]) if command.at == "/rows" else None,
        )
        for n, code in bad.items()
    ]
    faults = sorted((*check.faults, *found), key=lambda fault: row_of(fault) or 0)
    good = [n for n in range(len(check.people)) if n not in bad]
    return replace(
        check,
        people=tuple(check.people[n] for n in good),
        numbers=tuple(check.numbers[n] for n in good),
        faults=tuple(faults),
    )


def _written(people: Sequence[Beneficiary]) -> bytes:
    """Write checked people as the store keeps them, sealed: one array each."""
    rows = [(one.name, one.citizen_id, one.phone, one.tag) for one in people]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()


def _read(kept: bytes) -> Sequence[Beneficiary]:
    return [
        Beneficiary(
            name=name,
            citizen_id=citizen_id,
            phone=phone,
            tag=None if tag is None else BeneficiaryTag(tag),
        )
        for name, citizen_id, phone, tag in json.loads(kept)
    ]
