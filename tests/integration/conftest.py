"""One more PostgreSQL for the tests that every supported version must pass."""

from collections.abc import Iterator, Mapping

import pytest

from adapters.embedded import postgres


@pytest.fixture(scope="session")
def servers(
    server: postgres.EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[int, postgres.EmbeddedPostgres]]:
    """The run's own server and the oldest supported one, by major version."""
    oldest = postgres.start(tmp_path_factory.mktemp("pg16"), major=16, durable=False)
    yield {16: oldest, 18: server}
    oldest.stop()
