"""What is kept for a time and then forgotten: answers under their keys, counts of failed sign-ins.

Neither is a fact of a case. Both are forgotten in chunks, as the system, for a date: what is older than
its time at the beginning of that day in China.
"""

from datetime import date, datetime, time, timedelta
from typing import Final

from domain.period import CHINA
from domain.ports.work import Work

KEY_DAYS: Final = 30
"""How long an idempotency key lives, and the answer kept under it (DESIGN 3): permanent business keys
stand behind both."""

FAILURE_DAYS: Final = 2
"""How long a count of failed sign-ins is kept: longer than the longest time that it may run."""


async def forget_outdated(work: Work, *, on: date, limit: int) -> bool:
    """Forget at most `limit` rows of each kind; tell whether there may be more. Replayed, it finds none."""
    answers = await work.requests.forget(before=_beginning(on, KEY_DAYS), limit=limit)
    counts = await work.accounts.forget_sign_in_failures(
        before=_beginning(on, FAILURE_DAYS), limit=limit
    )
    return limit in {answers, counts}


def _beginning(on: date, days: int) -> datetime:
    return datetime.combine(on - timedelta(days=days), time(), tzinfo=CHINA)
