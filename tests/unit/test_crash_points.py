"""Crash points: silent unless armed, and only at the passage named."""

from collections.abc import Iterator

import pytest

from service.application.crash_points import arm, crash_point


@pytest.fixture
def killed() -> Iterator[list[str]]:
    deaths: list[str] = []
    yield deaths
    arm("nowhere", kill=lambda: None)


def test_an_unarmed_point_is_silent(killed: list[str]) -> None:
    arm("elsewhere", kill=lambda: killed.append("x"))
    crash_point("here")
    assert killed == []


def test_an_armed_point_kills_at_the_passage_named(killed: list[str]) -> None:
    arm("here:3", kill=lambda: killed.append("x"))
    crash_point("here")
    crash_point("here")
    assert killed == []
    crash_point("here")
    assert killed == ["x"]
    crash_point("here")
    assert killed == ["x"]


def test_a_point_without_a_count_kills_at_once(killed: list[str]) -> None:
    arm("here", kill=lambda: killed.append("x"))
    crash_point("here")
    assert killed == ["x"]
