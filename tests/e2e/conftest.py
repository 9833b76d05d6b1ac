"""One stack of real processes for each module of end-to-end tests."""

from collections.abc import Iterator

import pytest

from tests.e2e.rig import Rig, rig_in


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig_in(tmp_path_factory.mktemp("rig")) as running:
        yield running
