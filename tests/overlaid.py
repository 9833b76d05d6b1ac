"""A region's overlay for a test: whatever its transactions ask for, this one is in force."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import Any, cast

from domain.party import Actor
from domain.policy.overlay import DEFAULT_OVERLAY, Overlay
from domain.ports.policy_versions import PolicyVersions
from domain.ports.work import BeginWork, Work


class _Overlaid:
    """Policies on file, with one overlay for every region."""

    def __init__(self, on_file: PolicyVersions, overlay: Overlay) -> None:
        self._on_file = on_file
        self._overlay = overlay

    def __getattr__(self, name: str) -> Any:
        return getattr(self._on_file, name)

    async def overlay(self, _region_path: str, _on: date) -> Overlay:
        return self._overlay


def overlaid(begin: BeginWork, **changed: Any) -> BeginWork:
    """Open works under the default overlay with these fields changed."""
    overlay = replace(DEFAULT_OVERLAY, **changed)

    @asynccontextmanager
    async def begun(actor: Actor) -> AsyncGenerator[Work, None]:
        async with begin(actor) as work:
            work.policies = cast(PolicyVersions, _Overlaid(work.policies, overlay))
            yield work

    return begun
