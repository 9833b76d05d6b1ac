"""What ends a demo: a figure that differs, and an answer where a refusal was due."""

import pytest

from service.commands.demo_steps import NotReproduced, refused, same
from service.commands.partner import Json, Refused

PROBLEM = {"code": "voucher_frozen", "title": "培训券已冻结"}


def refusing() -> Json:
    raise Refused("POST /v1/vouchers/1/reserve -> 409", PROBLEM)


def test_a_figure_that_differs_ends_the_demo_and_is_named() -> None:
    same("balance", 0, 0)
    with pytest.raises(NotReproduced, match="balance: 1, not 0"):
        same("balance", 1, 0)


def test_a_refusal_by_its_code_is_what_was_asked_for() -> None:
    assert refused("voucher_frozen", refusing) == PROBLEM


def test_a_refusal_by_another_code_ends_the_demo() -> None:
    with pytest.raises(NotReproduced, match="'voucher_frozen', not 'voucher_expired'"):
        refused("voucher_expired", refusing)


def test_an_answer_where_a_refusal_was_due_ends_the_demo() -> None:
    with pytest.raises(NotReproduced, match="not 'voucher_frozen'"):
        refused("voucher_frozen", lambda: {"state": "reserved"})
