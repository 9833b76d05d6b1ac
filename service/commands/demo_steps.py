"""What the narrated roads share: their people, the clock, money in and out, and the check of every figure."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from typing import Final

from domain.identifiers.citizen_id import check_character
from domain.money import yuan
from service.application.demo_region import PASSWORD
from service.commands.partner import Json, Partner, Refused

AUTHORITY: Final = ("handler", "approver", "releaser", "finance", "finance-second")
"""Three people of the bureau and two of the finance department: whom every road needs."""
FUND: Final = "employment_subsidy"

Say = Callable[[str], None]
MoveClock = Callable[[str], None]


class NotReproduced(Exception):
    """A figure of the demo did not come out."""


def same(what: str, found: object, expected: object) -> None:
    """Raise `NotReproduced` unless a figure is what it has to be."""
    if found != expected:
        raise NotReproduced(f"{what}: {found!r}, not {expected!r}")


def refused(code: str, asked: Callable[[], Json]) -> Json:
    """Ask for what must be refused with this code, and return the problem; raises `NotReproduced` otherwise."""
    try:
        done = asked()
    except Refused as refusal:
        same("refusal", refusal.problem.get("code"), code)
        return refusal.problem
    raise NotReproduced(f"refusal: {done!r}, not {code!r}")


@contextmanager
def signed_in(address: str, names: Iterable[str]) -> Iterator[Mapping[str, Partner]]:
    """Sign people of the demo region in; their connections are closed afterwards."""
    with ExitStack() as opened:
        yield {
            name: opened.enter_context(closing(Partner(address, name, PASSWORD))) for name in names
        }


class Journey:
    """A road as it is walked: the authority's people, the stored clock, and where it is told."""

    def __init__(self, people: Mapping[str, Partner], move_clock: MoveClock, say: Say) -> None:
        self._handler, self._approver, self._releaser, self._finance, self._second = (
            people[name] for name in AUTHORITY
        )
        self._move_clock = move_clock
        self._say = say

    def on(self, day: str) -> None:
        """Let it be ten in the morning of a day."""
        self._move_clock(f"{day}T10:00:00+08:00")
        self._say(f"\n— {day} —")

    def appropriate(self, day: str, year: int, amount_fen: int, document: str) -> None:
        """Put money into a year's book, signed by two people of the finance department."""
        self.on(day)
        drafted = self._finance.ask(
            "POST",
            "/v1/appropriations",
            {
                "fund_source": FUND,
                "budget_year": year,
                "amount_fen": amount_fen,
                "document_number": document,
            },
        )
        approved = self._second.step(f"/v1/appropriations/{drafted['case']['id']}", "approve")
        self._say(
            f"finance appropriates {yuan(amount_fen)} 元 for {year} ({document});"
            f" waiting commitments made: {approved['commitments_made']}"
        )

    def verify_accounts(self) -> None:
        """Let the bureau verify every account that was declared and waits."""
        for one in self._handler.get("/v1/payee-accounts?state=declared")["items"]:
            self._handler.step(
                f"/v1/payee-accounts/{one['case']['id']}", "verify", {"reason": "户名与登记一致"}
            )

    def pay(self, kind: str, subject_id: str, year: int, *, booked_on: str) -> None:
        """Request funds, concur, seal, release, export, and bring the bank's answer in."""
        request = self._handler.ask(
            "POST",
            "/v1/funding-requests",
            {
                "fund_source": FUND,
                "budget_year": year,
                "subjects": [{"kind": kind, "id": subject_id}],
            },
        )
        request_path = f"/v1/funding-requests/{request['case']['id']}"
        self._finance.step(request_path, "concur", {"reason": "同意拨付"})
        self._handler.wait_while(
            request_path, lambda shown: any(line["payment_id"] is None for line in shown["lines"])
        )
        batch = self._handler.ask("POST", "/v1/batches", {"fund_source": FUND, "budget_year": year})
        path = f"/v1/batches/{batch['case']['id']}"
        self._releaser.step(path, "release", {"reason": "放行"})
        self._handler.wait_for(path, "submitted")
        self.on(booked_on)
        exported = self._handler.text(f"{path}/export")
        self._say(
            f"batch of {batch['line_count']} line(s), {yuan(batch['total_fen'])} 元:"
            " concurred, sealed, released by a second person, exported"
        )
        self._handler.ask("POST", f"{path}/bank-results", _bank_result(exported, booked_on))
        self._handler.wait_for(path, "reconciled")

    def balances(self) -> Counter[str]:
        """Read what stands on each kind of account, all books together, in fen; nothing is zero."""
        return _balances(self._finance.get("/v1/trial-balance"))

    def close_books(self, *, spent_fen: int) -> None:
        """Print the trial balance: it balances, all that was paid is spent, and nothing is left in between."""
        self._say("\n— trial balance 试算平衡 —")
        trial = self._finance.get("/v1/trial-balance")
        for row in trial["rows"]:
            self._say(
                f"  {row['budget_year']} {row['account']:<24}{yuan(row['debits_fen']):>16}"
                f"{yuan(row['credits_fen']):>16}{yuan(row['balance_fen']):>16}"
            )
        self._say(
            f"  {'Σ':<29}{yuan(trial['debits_fen']):>16}{yuan(trial['credits_fen']):>16}"
            f"{yuan(trial['difference_fen']):>16}"
        )
        same("trial balance", trial["difference_fen"], 0)
        left = _balances(trial)
        same("expense", left["expense"], spent_fen)
        for account in ("committed", "in_transit", "prepayment_receivable"):
            same(account, left[account], 0)

    def say_explained(self, explanation: Json) -> None:
        """Print the sentences of an explanation, in both languages."""
        for sentence in explanation["sentences"]:
            self._say(f"  {sentence['number']}. {sentence['zh']}\n     {sentence['en']}")


def citizen_id(n: int) -> str:
    """Return a made-up citizen id of the county, another for each number below a thousand."""
    seventeen = f"320681{1990 + n % 10}0{1 + n % 9}{10 + n % 18}{n:03d}"
    return seventeen + check_character(seventeen)


def _balances(trial: Json) -> Counter[str]:
    left: Counter[str] = Counter()
    for row in trial["rows"]:
        left[row["account"]] += row["balance_fen"]
    return left


def _bank_result(exported: str, booked_on: str) -> str:
    """Answer each exported line as the bank would: paid."""
    header, *lines = [line for line in exported.splitlines() if line][1:]
    columns = header.split(",")
    rows = [dict(zip(columns, line.split(","), strict=True)) for line in lines]
    answers = [
        f"BANK-{row['payment_reference']},{row['payment_reference']},paid,{row['amount_fen']},"
        f"{booked_on},"
        for row in rows
    ]
    return "\n".join(
        ["line_reference,payment_reference,result,amount_fen,booked_on,reason", *answers, ""]
    )
