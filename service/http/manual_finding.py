"""Manual findings over HTTP: two different people say what a declared certificate is."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec

from domain.cases import CaseKind
from domain.certificate import FindingResult
from domain.errors import Text
from domain.manual_finding import Established, ManualFinding, Seen, Sighting
from domain.party import Role
from domain.ports.work import Work
from domain.settlement import Settlement
from service.application import manual_finding
from service.http.call import Answer, Call, Served, json_answer
from service.http.case_lists import in_state
from service.http.history import steps_of
from service.http.operation import operation
from service.http.settlement_wire import CertificateNumber, SettlementView
from service.http.shapes import Body, CaseView, Decision, HistoryView, Line, Reason, View

TAG: Final = "manual-findings"
_FIRST: Final = frozenset({Role.CLERK, Role.REVIEWER})
_SECOND: Final = _FIRST | {Role.APPROVER, Role.PREPARER, Role.RELEASER}
_SIGNED: Final = ("wrong_state", "duty_conflict", "linked_duty_conflict", "busy")
_SEEN_EXAMPLE: Final = {
    "source_system": "全国职业技能等级证书查询系统",
    "seen_at": "2026-03-02T01:30:00Z",
    "document_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
}


class SeenBody(Body):
    """What was seen: where, when, and the SHA-256 of the screenshot, copy or document.

    `certificate_number` is the number read from the copy of a certificate that was declared without one;
    both people enter it, and must have read the same.
    """

    source_system: Line
    seen_at: Annotated[
        datetime, msgspec.Meta(tz=True, description="时刻，含时区 · an instant with its time zone")
    ]
    document_sha256: Annotated[
        str, msgspec.Meta(min_length=64, max_length=64, pattern="^[0-9a-f]{64}$")
    ]
    note: Reason = ""
    certificate_number: CertificateNumber | None = None

    def to_seen(self) -> Seen:
        """Cross inward."""
        return Seen(
            source_system=self.source_system,
            seen_at=self.seen_at,
            document_sha256=bytes.fromhex(self.document_sha256),
            note=self.note,
            certificate_number=self.certificate_number,
        )


class ManualFindingBody(Body):
    """What a declared certificate is found to be, and what was seen."""

    declaration_id: UUID
    result: Established
    seen: SeenBody


class ConfirmationBody(Body):
    """What the second person saw, independently."""

    seen: SeenBody


class ExcuseBody(Body):
    """Whose wrong declaration was an honest mistake, and why."""

    enrolment_id: UUID
    reason: Reason = ""


class SightingView(View):
    """What one person saw."""

    duty: str
    person_id: UUID
    source_system: str
    seen_at: datetime
    document_sha256: str
    note: str
    certificate_number: str | None

    @classmethod
    def of(cls, sighting: Sighting) -> "SightingView":
        """Show a sighting."""
        return cls(
            duty=sighting.duty,
            person_id=sighting.person_id,
            source_system=sighting.source_system,
            seen_at=sighting.seen_at,
            document_sha256=sighting.document_sha256.hex(),
            note=sighting.note,
            certificate_number=sighting.number_raw,
        )


class ManualFindingView(View):
    """A manual finding. It counts once the second person has confirmed it.

    `certificate_number` is what was read from a copy, normalised; null where a number was declared, or
    where the certificate has none.
    """

    case: CaseView
    settlement_id: UUID
    declaration_id: UUID
    result: FindingResult
    certificate_number: str | None
    sightings: Annotated[list[SightingView], msgspec.Meta(max_length=2)]

    @classmethod
    def of(cls, shown: ManualFinding) -> "ManualFindingView":
        """Show a manual finding."""
        return cls(
            case=CaseView.of(shown.case),
            settlement_id=shown.settlement_id,
            declaration_id=shown.declaration_id,
            result=shown.result,
            certificate_number=shown.number,
            sightings=[SightingView.of(one) for one in shown.sightings],
        )


def _answer(shown: ManualFinding, *, status: int = 200) -> Answer:
    return json_answer(
        ManualFindingView.of(shown),
        status=status,
        version=shown.case.version,
        location=f"/v1/manual-findings/{shown.case.id}" if status == 201 else None,
    )


@operation(
    id="ProposeManualFinding",
    method="POST",
    path="/v1/settlements/{settlement_id}/manual-findings",
    tag=TAG,
    summary=Text("提出人工核验", "Propose a manual finding"),
    description=Text(
        "第一人记录所见；由另一人确认后生效。两人均不得审批该结算。以复印件申报的证书，两人各自填写从复印件读出的编号"
        "（没有编号的不填），读法须一致。",
        "The first person records what was seen; it counts when another confirms. Neither may approve "
        "the settlement. Where a certificate was declared by a copy, each enters the number read from it "
        "(none where it has none), and both must have read the same.",
    ),
    roles=_FIRST,
    body=ManualFindingBody,
    body_example={
        "declaration_id": "0192f0c4-7c1e-7000-8000-000000000001",
        "result": "confirmed_manually",
        "seen": _SEEN_EXAMPLE,
    },
    answer=ManualFindingView,
    status=201,
    keyed=True,
    problems=(*_SIGNED, "sighting_faulty"),
)
async def propose_manual_finding(call: Call) -> Answer:
    """Propose it."""

    async def act(work: Work) -> ManualFinding:
        body = call.decode(ManualFindingBody)
        return await manual_finding.propose_manual_finding(
            work,
            settlement_id=call.path("settlement_id"),
            declaration_id=body.declaration_id,
            result=body.result,
            seen=body.seen.to_seen(),
        )

    return await call.once(act, lambda done: _answer(done, status=201))


@operation(
    id="ConfirmManualFinding",
    method="POST",
    path="/v1/manual-findings/{manual_finding_id}/confirm",
    tag=TAG,
    summary=Text("确认人工核验", "Confirm a manual finding"),
    description=Text(
        "由另一人确认；结果即为该证书的核验结果，并重新判定资格。此后登记系统查无记录，或重复确认前已有的答复，均不推翻；"
        "相反的新答复须由两人重新核验。",
        "By another person. It becomes the certificate's finding and eligibility is judged again. A "
        "register's silence, or an answer it had given before, does not undo it; a new answer to the "
        "contrary sends the line back to two people.",
    ),
    roles=_SECOND,
    body=ConfirmationBody,
    body_example={"seen": _SEEN_EXAMPLE},
    answer=ManualFindingView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "sighting_faulty"),
)
async def confirm_manual_finding(call: Call) -> Answer:
    """Confirm it."""

    async def act(work: Work) -> ManualFinding:
        return await manual_finding.confirm_manual_finding(
            work,
            manual_finding_id=call.path("manual_finding_id"),
            version=call.if_match,
            seen=call.decode(ConfirmationBody).seen.to_seen(),
        )

    return await call.once(act, _answer)


@operation(
    id="RejectManualFinding",
    method="POST",
    path="/v1/manual-findings/{manual_finding_id}/reject",
    tag=TAG,
    summary=Text("不予确认人工核验", "Reject a manual finding"),
    roles=_SECOND,
    body=Decision,
    body_example={"reason": "所附截图与系统查询结果不符"},
    answer=ManualFindingView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "reason_missing"),
)
async def reject_manual_finding(call: Call) -> Answer:
    """Reject it."""

    async def act(work: Work) -> ManualFinding:
        return await manual_finding.decline_manual_finding(
            work,
            manual_finding_id=call.path("manual_finding_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        )

    return await call.once(act, _answer)


@operation(
    id="ExcuseDeclaration",
    method="POST",
    path="/v1/settlements/{settlement_id}/honest-mistakes",
    tag=TAG,
    summary=Text("认定误填", "Decide that a declaration was an honest mistake"),
    description=Text(
        "限查无此证、证件不符或已注销；由该结算的复核人附理由认定，此后按未取证处理。",
        "For not found, another person's or revoked; the settlement's reviewer decides with a "
        "reason, and the person is then treated as uncertified.",
    ),
    roles=frozenset({Role.REVIEWER}),
    body=ExcuseBody,
    body_example={
        "enrolment_id": "0192f0c4-7c1e-7000-8000-000000000001",
        "reason": "编号抄写时漏一位，已当面核对",
    },
    answer=SettlementView,
    keyed=True,
    versioned=True,
    problems=("wrong_state", "duty_conflict", "reason_missing", "nothing_to_excuse", "busy"),
)
async def excuse_declaration(call: Call) -> Answer:
    """Decide it."""

    async def act(work: Work) -> Settlement:
        body = call.decode(ExcuseBody)
        return await manual_finding.decide_honest_mistake(
            work,
            settlement_id=call.path("settlement_id"),
            version=call.if_match,
            enrolment_id=body.enrolment_id,
            reason=body.reason,
        )

    return await call.once(
        act, lambda done: json_answer(SettlementView.of(done), version=done.case.version)
    )


@operation(
    id="GetManualFinding",
    method="GET",
    path="/v1/manual-findings/{manual_finding_id}",
    tag=TAG,
    summary=Text("查看人工核验", "Read a manual finding"),
    answer=ManualFindingView,
)
async def get_manual_finding(call: Call) -> Answer:
    """Read one."""
    return _answer(
        await call.read(
            lambda work: manual_finding.get_manual_finding(
                work, manual_finding_id=call.path("manual_finding_id")
            )
        )
    )


@operation(
    id="ListManualFindings",
    method="GET",
    path="/v1/manual-findings",
    tag=TAG,
    summary=Text("人工核验列表", "List manual findings"),
    query=(in_state(CaseKind.MANUAL_FINDING),),
    answer=ManualFindingView,
    paged=True,
)
async def list_manual_findings(call: Call) -> Answer:
    """Read a page, in order of creation."""
    page = call.page()
    rows = await call.read(
        lambda work: manual_finding.list_manual_findings(
            work, state=call.query("state", str), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(rows, page, view=ManualFindingView.of, after=lambda one: one.case.id)


@operation(
    id="GetManualFindingHistory",
    method="GET",
    path="/v1/manual-findings/{manual_finding_id}/steps",
    tag=TAG,
    summary=Text("办理过程", "Read the signed steps"),
    answer=HistoryView,
)
async def get_manual_finding_history(call: Call) -> Answer:
    """Read who signed what, when and why."""
    return await steps_of(call, CaseKind.MANUAL_FINDING, call.path("manual_finding_id"))


OPERATIONS: Final[tuple[Served, ...]] = (
    propose_manual_finding,
    confirm_manual_finding,
    reject_manual_finding,
    excuse_declaration,
    get_manual_finding,
    list_manual_findings,
    get_manual_finding_history,
)
