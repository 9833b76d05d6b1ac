"""A probe provokes one code over HTTP: it prepares what must stand before, and returns the request."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.integration.api.desk import Ask, Desk

Prepare = Callable[[Desk], Awaitable[Ask]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """The request is refused with `code`; what it locates are exactly `faults`."""

    code: str
    faults: frozenset[str]
    prepare: Prepare

    def __str__(self) -> str:
        """Name a parametrized case."""
        return f"{self.code}-{self.prepare.__name__}"


PROBES: list[Probe] = []


def provokes(code: str, *faults: str) -> Callable[[Prepare], Prepare]:
    """Put a probe into the table."""

    def enter(prepare: Prepare) -> Prepare:
        PROBES.append(Probe(code=code, faults=frozenset(faults), prepare=prepare))
        return prepare

    return enter
