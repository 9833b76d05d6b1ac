"""Proposed policy versions on the wire."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from domain.policy.not_acted_on import not_acted_on
from domain.policy.overlay import Overlay
from domain.policy.standard import Standard
from domain.policy_version import MOVES_MAX, Kind, PolicyProposal, Simulation
from service.http.shapes import Body, CaseView, DocumentNumber, Reason, TextView, View


class DraftPolicyBody(Body):
    """A standard or overlay as written, and the filings it moves if it is retroactive."""

    policy: Annotated[
        dict[str, Any],
        msgspec.Meta(
            description="补贴标准或地方补充，格式见 xuetu schema policy / overlay · a standard or an "
            "overlay in the packs' format (`xuetu schema policy`, `xuetu schema overlay`)"
        ),
    ]
    moves: Annotated[
        list[UUID],
        msgspec.Meta(
            max_length=MOVES_MAX,
            description="追溯文件所调整的备案 · filings that a retroactive document moves to the version",
        ),
    ] = msgspec.field(default_factory=list)


class SignPolicyBody(Body):
    """One department's signature. `document_number` confirms the joint document's number."""

    document_number: DocumentNumber | None = None
    reason: Reason = ""


class UnpayableView(View):
    """A case the version cannot pay, and the codes of what stands against it."""

    filing_id: UUID
    codes: list[str]


class SimulationView(View):
    """What activation changes, in fen, over the people of each roster.

    `filings` are those whose amounts it decides: drafts, when they are submitted, and filings it moves.
    `kept` were submitted on or after its first day and keep the version they were submitted under;
    `unsettled` will be settled by its certificates, stacking and payment rules.
    """

    filings: int
    people: int
    kept: int
    unsettled: int
    entitlement_before_fen: int
    entitlement_after_fen: int
    prepayment_before_fen: int
    prepayment_after_fen: int
    unpayable_count: int
    unpayable: list[UnpayableView]

    @classmethod
    def of(cls, report: Simulation) -> "SimulationView":
        """Show a report."""
        return cls(
            filings=report.filings,
            people=report.people,
            kept=report.kept,
            unsettled=report.unsettled,
            entitlement_before_fen=report.entitlement_before_fen,
            entitlement_after_fen=report.entitlement_after_fen,
            prepayment_before_fen=report.prepayment_before_fen,
            prepayment_after_fen=report.prepayment_after_fen,
            unpayable_count=report.unpayable_count,
            unpayable=[
                UnpayableView(filing_id=one.filing_id, codes=list(one.codes))
                for one in report.unpayable
            ],
        )


class NotActedOnView(View):
    """A field of a standard that nothing acts on yet, as JSON pointer into it, and what happens instead."""

    pointer: str
    instead: TextView


NotActedOnList = Annotated[
    list[NotActedOnView],
    msgspec.Meta(
        description="写明但系统尚不执行的字段，以及实际如何处理 · fields that are stated and not acted on yet, "
        "and what happens instead; they refuse nothing"
    ),
]


def not_acted_on_in(pack: Standard | Overlay) -> list[NotActedOnView]:
    """Show what whoever signs a version should know of it."""
    return [
        NotActedOnView(pointer=one.pointer, instead=TextView(zh=one.instead.zh, en=one.instead.en))
        for one in not_acted_on(pack)
    ]


class ProposalView(View):
    """A policy version on its way. `digest` is that of its text, in hexadecimal."""

    case: CaseView
    kind: Kind
    policy_id: str
    document: str | None
    content: dict[str, Any]
    digest: str
    moves: list[UUID]
    not_acted_on: NotActedOnList

    @classmethod
    def of(cls, proposal: PolicyProposal) -> "ProposalView":
        """Show a proposal."""
        return cls(
            case=CaseView.of(proposal.case),
            kind=proposal.kind,
            policy_id=proposal.pack.id,
            document=proposal.pack.document,
            content=dict(proposal.document),
            digest=proposal.digest.hex(),
            moves=list(proposal.moves),
            not_acted_on=not_acted_on_in(proposal.pack),
        )


class ProposalDetailView(View):
    """A proposal with the report kept last, null before the first."""

    proposal: ProposalView
    case: CaseView
    simulation: SimulationView | None
    simulated_at: datetime | None


class SimulatedView(View):
    """A proposal's case and the report just kept with it."""

    case: CaseView
    simulation: SimulationView
    not_acted_on: NotActedOnList
