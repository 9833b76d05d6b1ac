"""Which function does which kind of job."""

from collections.abc import Mapping

from jobs import filing
from jobs.run import Handler


def handlers(chunk_rows: int) -> Mapping[str, Handler]:  # noqa: ARG001
    """Every kind of job the product writes; `chunk_rows` is how many rows a chunk takes."""
    return {"screen_filing": filing.screen_filing}
