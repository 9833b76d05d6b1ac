"""Completeness (材料齐备): what a case still needs before it can be submitted, all of it at once.

The checklist is the region's overlay of the day (FIL-02, FIL-03); the plan's own items stand beside it.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from domain.cases import Case, CaseKind
from domain.document import (
    COPY_RULE,
    ChecklistItem,
    DeclaredDocument,
    check_contents,
    checklist,
    missing_faults,
)
from domain.errors import Fault, Refusal, Text
from domain.filing import Filing, TrainingMode
from domain.payee_account import UNVERIFIED
from domain.policy.overlay import Stage
from domain.ports.work import Work
from service.application.declaration import copies_of

_ROSTER: Final = Text("学徒名册", "Apprentice roster")
_PAYEE: Final = Text("收款账户", "Payee account")
_PLAN: Final = Text("培训起止与补贴标准", "Plan against the standard in force")
_HELD: Final = Text("已齐备。", "Complete.")
_CORRECT: Final = Text(
    "开班日期已过，或当日生效的标准不支付此计划；请按提交时的提示更正。",
    "Training would begin too early, or the standard in force pays no such plan; submitting says which.",
)


async def declared_items(
    work: Work,
    region_path: str,
    documents: Sequence[DeclaredDocument],
    *,
    in_house: bool,
) -> tuple[ChecklistItem, ...]:
    """Hold what is declared with a plan against its region's list of today."""
    overlay = await work.policies.overlay(region_path, work.today)
    return checklist(overlay.asks_for(Stage.FILING, in_house=in_house), documents, people=())


async def filing_items(work: Work, case: Case, filing: Filing) -> tuple[ChecklistItem, ...]:
    """Hold a filing's documents against its region's list of today."""
    documents = await work.documents.in_force(case)
    overlay = await work.policies.overlay(case.region_path, work.today)
    rules = overlay.asks_for(Stage.FILING, in_house=filing.training_mode is TrainingMode.IN_HOUSE)
    people = await work.filings.enrolments(case) if any(d.enrolment_id for d in documents) else ()
    return checklist(rules, documents, people={person.id for person in people})


async def settlement_items(work: Work, case: Case) -> tuple[ChecklistItem, ...]:
    """Hold a settlement's documents against its region's list of today (EVD-01).

    Beside the list, whoever's certificate is declared without a number has a copy of it here.
    """
    documents = await work.documents.in_force(case)
    settlement = await work.settlements.get(case)
    filing_case = await work.cases.get(CaseKind.FILING, settlement.filing_id)
    filing = await work.filings.get(filing_case)
    overlay = await work.policies.overlay(case.region_path, work.today)
    in_house = filing.training_mode is TrainingMode.IN_HOUSE
    rules = overlay.asks_for(Stage.SETTLEMENT, in_house=in_house)
    people = await work.filings.enrolments(filing_case)
    completed = {person.id for person in people if person.state == "completed"}
    items = checklist(rules, documents, people=completed)
    bare = await work.settlements.without_number(case)
    if not bare:
        return items
    return items + checklist((COPY_RULE,), await copies_of(work, case), people=bare)


async def filing_list(
    work: Work, case: Case, filing: Filing, *, plan_faults: Sequence[Fault]
) -> tuple[ChecklistItem, ...]:
    """Return a filing's whole list; `plan_faults` is what submitting today would find in its plan."""
    own = (
        _item("plan", _PLAN, "FIL-01", fits=not plan_faults),
        _item("roster", _ROSTER, "FIL-02 39号五(一)", fits=True),
        _item(
            "payee",
            _PAYEE,
            "AMB-07 39号五(一)",
            fits=True,
            warning=UNVERIFIED.get(filing.payee_account_state or ""),
        ),
    )
    return own + await filing_items(work, case, filing)


async def completeness_of_settlement(
    work: Work, *, settlement_id: UUID
) -> tuple[ChecklistItem, ...]:
    """Return a settlement's whole list."""
    return await settlement_items(work, await work.cases.get(CaseKind.SETTLEMENT, settlement_id))


def check_filing_items(items: Sequence[ChecklistItem], *others: Fault) -> None:
    """Refuse `filing_incomplete` naming everything missing, together with what else is wrong."""
    if missing := missing_faults(items):
        faults = (*missing, *others)
        raise Refusal("filing_incomplete", faults=faults, count=len(faults))


def check_settlement_items(items: Sequence[ChecklistItem]) -> None:
    """Refuse `settlement_incomplete` naming everything missing."""
    if missing := missing_faults(items):
        raise Refusal("settlement_incomplete", faults=missing, count=len(missing))


async def check_contents_of(work: Work, case: Case) -> None:
    """Refuse `document_contents_missing` while a declared document's content has not come."""
    check_contents(await work.documents.in_force(case))


def _item(
    item: str, title: Text, source: str, *, fits: bool, warning: Text | None = None
) -> ChecklistItem:
    return ChecklistItem(
        item=item,
        title=title,
        source=source,
        present=fits,
        complete=fits,
        advice=_HELD if fits else _CORRECT,
        warning=warning,
    )
