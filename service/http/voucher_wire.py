"""Vouchers on the wire: the voucher, its acts and sets, why it cannot be used, and the lists issued to."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec

from domain.errors import Refusal, Text
from domain.identifiers.voucher_code import grouped
from domain.real_name import RealNameAnswer
from domain.refusals import REGISTRY
from domain.roster.vouchers import LIST_MAX
from domain.voucher import (
    Beneficiary,
    BeneficiaryTag,
    SetEvent,
    Voucher,
    VoucherAct,
    VoucherSet,
)
from domain.voucher_issue import IssueMode, VoucherIssue
from service.application.voucher import Explained, VoucherHistory
from service.http.filing_wire import CitizenId, Name, Phone
from service.http.problems import ProblemFault, sentence
from service.http.shapes import Body, TextView, View
from service.http.words import state_word


class BeneficiaryBody(Body):
    """One person. The citizen id and the phone are sealed on arrival and shown masked."""

    name: Name
    citizen_id: CitizenId
    phone: Phone | None = None
    tag: BeneficiaryTag | None = None

    def to_command(self) -> Beneficiary:
        """Cross inward."""
        return Beneficiary(
            name=self.name, citizen_id=self.citizen_id, phone=self.phone, tag=self.tag
        )


class VoucherListBody(Body):
    """The people whom vouchers are issued to."""

    people: Annotated[list[BeneficiaryBody], msgspec.Meta(min_length=1, max_length=LIST_MAX)]


class VoucherCodeBody(Body):
    """A code as it was typed or scanned, and the citizen id of whoever shows it, if it is to be compared."""

    code: Annotated[
        str,
        msgspec.Meta(
            min_length=1,
            max_length=60,
            description="券码：不分大小写，可含空格和连字符 · the code; case, spaces and hyphens do not matter",
        ),
    ]
    citizen_id: CitizenId | None = None


class VoucherView(View):
    """A voucher. `code` is what its QR code holds, null for a provider; amounts are fen, null before the settlement.

    `tag_confirmed_at` is when the bureau named the group on a list or confirmed it, null while it is the worker's
    word. `frozen_from` is the state that an investigation stopped it in; it goes back there. `real_name` is the latest
    answer about its person, for himself and the bureau.
    """

    id: UUID
    project_id: UUID
    place_id: UUID
    person_id: UUID
    code: str | None
    code_grouped: str | None
    name: str
    citizen_id_masked: str
    phone_masked: str | None
    tag: BeneficiaryTag | None
    tag_confirmed_at: datetime | None
    state: str
    state_name: TextView
    frozen_from: str | None
    issued_at: datetime
    collected_at: datetime | None
    valid_until: date
    provider_org_id: UUID | None
    class_id: UUID | None
    completed_on: date | None
    redeemed_at: datetime | None
    amount_fen: int | None
    real_name: RealNameAnswer | None
    version: int

    @classmethod
    def of(cls, voucher: Voucher) -> "VoucherView":
        """Show a voucher."""
        return cls(
            id=voucher.id,
            project_id=voucher.project_id,
            place_id=voucher.place_id,
            person_id=voucher.person_id,
            code=voucher.code,
            code_grouped=None if voucher.code is None else grouped(voucher.code),
            name=voucher.name,
            citizen_id_masked=voucher.identity_masked,
            phone_masked=voucher.phone_masked,
            tag=voucher.tag,
            tag_confirmed_at=voucher.tag_confirmed_at,
            state=voucher.state,
            state_name=_text(state_word("voucher", voucher.state)),
            frozen_from=voucher.frozen_from,
            issued_at=voucher.issued_at,
            collected_at=voucher.collected_at,
            valid_until=voucher.valid_until,
            provider_org_id=voucher.provider_id,
            class_id=voucher.class_id,
            completed_on=voucher.completed_on,
            redeemed_at=voucher.redeemed_at,
            amount_fen=voucher.amount_fen,
            real_name=voucher.real_name,
            version=voucher.version,
        )


class VoucherActView(View):
    """What one person did to a voucher. `seq` is its version after it."""

    seq: int
    event: str
    from_state: str
    to_state: str
    account_name: str
    at: datetime
    reason: str

    @classmethod
    def of(cls, act: VoucherAct) -> "VoucherActView":
        """Show an act."""
        return cls(
            seq=act.seq,
            event=act.event,
            from_state=act.from_state,
            to_state=act.to_state,
            account_name=act.account_name,
            at=act.at,
            reason=act.reason,
        )


class VoucherSetView(View):
    """What moved many vouchers at once. `digest` is the SHA-256, in hex, of their ids in order, 16 bytes each."""

    id: UUID
    place_id: UUID
    project_id: UUID | None
    event: SetEvent
    vouchers: int
    digest: str
    person_id: UUID
    at: datetime

    @classmethod
    def of(cls, moved: VoucherSet) -> "VoucherSetView":
        """Show a set."""
        return cls(
            id=moved.id,
            place_id=moved.place_id,
            project_id=moved.project_id,
            event=moved.event,
            vouchers=moved.vouchers,
            digest=moved.digest.hex(),
            person_id=moved.person_id,
            at=moved.at,
        )


class VoucherHistoryView(View):
    """What happened to a voucher: acts of single persons, and the sets it moved in, oldest first."""

    voucher_id: UUID
    acts: list[VoucherActView]
    sets: list[VoucherSetView]

    @classmethod
    def of(cls, history: VoucherHistory) -> "VoucherHistoryView":
        """Show a history."""
        return cls(
            voucher_id=history.voucher.id,
            acts=[VoucherActView.of(act) for act in history.acts],
            sets=[VoucherSetView.of(moved) for moved in history.sets],
        )


class ObstacleView(View):
    """One thing that keeps a voucher from being used, by its code and in both languages."""

    code: str
    title: TextView
    detail: TextView

    @classmethod
    def of(cls, obstacle: Refusal) -> "ObstacleView":
        """Show an obstacle, its values in words of each language."""
        kind, values = REGISTRY[obstacle.code], obstacle.values
        zh, en = (sentence(kind.detail, values, language) for language in ("zh", "en"))
        return cls(code=obstacle.code, title=_text(kind.title), detail=TextView(zh=zh, en=en))


class VoucherExplanationView(View):
    """Whether a voucher can be used next. `next_event` is null at the end of its road."""

    voucher_id: UUID
    state: str
    valid_until: date
    next_event: str | None
    usable: bool
    obstacles: list[ObstacleView]

    @classmethod
    def of(cls, explained: Explained) -> "VoucherExplanationView":
        """Show an explanation."""
        found = [ObstacleView.of(one) for one in explained.obstacles]
        return cls(
            voucher_id=explained.voucher.id,
            state=explained.voucher.state,
            valid_until=explained.voucher.valid_until,
            next_event=explained.event,
            usable=not found,
            obstacles=found,
        )


class VoucherIssueView(View):
    """A list that is issued to, and how far it has come. `finished_at` is null until everybody has a voucher."""

    id: UUID
    project_id: UUID
    mode: IssueMode
    source_sha256: str
    rows: int
    people: int
    issued: int
    ordered_at: datetime
    finished_at: datetime | None

    @classmethod
    def of(cls, issue: VoucherIssue) -> "VoucherIssueView":
        """Show an issue."""
        return cls(
            id=issue.id,
            project_id=issue.project_id,
            mode=issue.mode,
            source_sha256=issue.source_sha256.hex(),
            rows=issue.rows,
            people=issue.people,
            issued=issue.issued,
            ordered_at=issue.at,
            finished_at=issue.finished_at,
        )


class VoucherIssueOrderView(View):
    """A list that will be issued to, or would be.

    `left_out` are the rows that get no voucher: as numbered in a sheet, from 0 in JSON. `faults` say why, at
    most one a cell; `notes` say what was read in another way than it was written. `issue` is null on a
    dry run.
    """

    issue: VoucherIssueView | None
    rows: int
    people: int
    left_out: list[int]
    fault_count: int
    faults: list[ProblemFault]
    note_count: int
    notes: list[ProblemFault]


def views_of(vouchers: Sequence[Voucher]) -> list[VoucherView]:
    """Show vouchers."""
    return [VoucherView.of(one) for one in vouchers]


def _text(text: Text) -> TextView:
    return TextView(zh=text.zh, en=text.en)
