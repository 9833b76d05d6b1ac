"""Places with additions of their own: what a test's policies say about one region."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import Any, Final, cast

from domain.calendar import DayUnit
from domain.party import Actor
from domain.policy.overlay import (
    DEFAULT_OVERLAY,
    NoticeNames,
    NoticeOf,
    NoticeRule,
    Overlay,
)
from domain.ports.policy_versions import PolicyVersions
from domain.ports.work import BeginWork, Work

EVERYWHERE: Final = "/"
"""The key of additions that hold in every region without its own."""

QIDONG = NoticeRule(
    of=frozenset({NoticeOf.SETTLEMENT}),
    days=7,
    unit=DayUnit.CALENDAR,
    first_day_counts=False,
    names=NoticeNames.PEOPLE,
)
"""Seven calendar days, the first excluded; people named, masked."""

LISTING = replace(QIDONG, of=frozenset({NoticeOf.LISTING}))
"""The same, before filings are listed."""


def noticed(
    rule: NoticeRule = QIDONG, *, since: date = DEFAULT_OVERLAY.valid_from
) -> Sequence[Overlay]:
    """The default additions with a notice, in force since a day."""
    return [replace(DEFAULT_OVERLAY, id="noticed", notice=rule, valid_from=since)]


class _Overlaid:
    """Policies on file, with overlays of the test's own for some regions, oldest first."""

    def __init__(self, on_file: PolicyVersions, overlays: Mapping[str, Sequence[Overlay]]) -> None:
        self._on_file = on_file
        self._overlays = overlays

    def __getattr__(self, name: str) -> Any:
        return getattr(self._on_file, name)

    async def overlay(self, region_path: str, on: date) -> Overlay:
        """Return the test's newest overlay of the region in force, else what is on file."""
        own = self._overlays.get(region_path, self._overlays.get(EVERYWHERE, ()))
        known = [one for one in own if one.valid_from <= on]
        return known[-1] if known else await self._on_file.overlay(region_path, on)


def overlaid(begin_work: BeginWork, overlays: Mapping[str, Sequence[Overlay]]) -> BeginWork:
    """Open works that know these overlays, by region path; more may be entered later."""

    @asynccontextmanager
    async def begin(actor: Actor) -> AsyncGenerator[Work, None]:
        async with begin_work(actor) as work:
            work.policies = cast(PolicyVersions, _Overlaid(work.policies, overlays))
            yield work

    return begin


def overlaid_everywhere(begin_work: BeginWork, **changed: Any) -> BeginWork:
    """Open works under the default overlay with these fields changed, whatever the region."""
    return overlaid(begin_work, {EVERYWHERE: [replace(DEFAULT_OVERLAY, **changed)]})
