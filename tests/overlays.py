"""Places with additions of their own: what a test's policies say about one region."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from domain.calendar import DayUnit
from domain.party import Actor
from domain.policy.overlay import (
    DEFAULT_OVERLAY,
    NoticeNames,
    NoticeOf,
    NoticeRule,
    Overlay,
)
from domain.policy.standard import Standard
from domain.ports.policy_versions import PolicyVersion, PolicyVersions
from domain.ports.work import BeginWork, Work

QIDONG = NoticeRule(
    of=frozenset({NoticeOf.SETTLEMENT}),
    days=7,
    unit=DayUnit.CALENDAR,
    first_day_counts=False,
    names=NoticeNames.PEOPLE,
)
"""Seven calendar days, the first excluded; people named, masked."""


def noticed(
    rule: NoticeRule = QIDONG, *, since: date = DEFAULT_OVERLAY.valid_from
) -> Sequence[Overlay]:
    """The default additions with a notice, in force since a day."""
    return [replace(DEFAULT_OVERLAY, id="noticed", notice=rule, valid_from=since)]


@dataclass
class OverlaidPolicies(PolicyVersions):
    """The policies on file, with overlays of the test's own for some regions, oldest first."""

    on_file: PolicyVersions
    overlays: Mapping[str, Sequence[Overlay]]

    async def overlay(self, region_path: str, on: date) -> Overlay:
        known = [one for one in self.overlays.get(region_path, ()) if one.valid_from <= on]
        return known[-1] if known else await self.on_file.overlay(region_path, on)

    async def get(self, version_id: UUID) -> PolicyVersion:
        return await self.on_file.get(version_id)

    async def in_force(self, region_path: str, on: date) -> PolicyVersion:
        return await self.on_file.in_force(region_path, on)

    async def add(self, version_id: UUID, standard: Standard, source: bytes) -> bool:
        return await self.on_file.add(version_id, standard, source)

    async def all(self) -> Sequence[PolicyVersion]:
        return await self.on_file.all()


def overlaid(begin_work: BeginWork, overlays: Mapping[str, Sequence[Overlay]]) -> BeginWork:
    """Open works that know these overlays, by region path; more may be entered later."""

    @asynccontextmanager
    async def begin(actor: Actor) -> AsyncGenerator[Work, None]:
        async with begin_work(actor) as work:
            work.policies = OverlaidPolicies(work.policies, overlays)
            yield work

    return begin
