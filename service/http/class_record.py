"""Class records (教学台账) over HTTP: entered by enterprise or provider, read by who may see the filing."""

from typing import Final

from domain.errors import Text
from domain.party import Role
from domain.ports.work import Work
from service.application import class_record, class_record_reading
from service.http.call import Answer, Call, Served, json_answer
from service.http.class_plan_wire import MentorsBody, MentorsView, MentorView
from service.http.class_record_views import (
    AttendanceView,
    ClassRecordView,
    EvidenceItemsView,
    EvidenceView,
    ProposalView,
    ReceiptsView,
    ReceiptView,
    RecordedPersonView,
    SessionsView,
    SessionView,
)
from service.http.class_record_wire import (
    AttendanceBody,
    EvidenceBody,
    ProposalBody,
    ReceiptsBody,
    SessionsBody,
)
from service.http.media import CSV
from service.http.operation import operation

TAG: Final = "class-records"
_ENTERS: Final = frozenset({Role.FILER, Role.PROVIDER})
_ENTERING: Final = ("class_record_closed", "class_record_faulty", "busy")
_BASE: Final = "/v1/filings/{filing_id}/class-record"
_UPLOAD: Final = 16 * 1024 * 1024
_ID: Final = "0192f0c4-7c1e-7000-8000-000000000001"
_PERSON: Final = "0192f0c4-7c1e-7000-8000-000000000002"
ATTENDANCE_EXAMPLE: Final = (
    "session_id,enrolment_id,entry_id,present,arrived,left,supersedes\r\n"
    f"{_ID},{_PERSON},gate-1-000017,1,08:25,11:30,\r\n"
)


@operation(
    id="AddMentors",
    method="POST",
    path="/v1/filings/{filing_id}/mentors",
    tag=TAG,
    summary=Text("登记双导师", "Record mentors and whom they mentor"),
    description=Text(
        "登记企业导师和院校导师及其所带学徒；更正须指明所更正的编号和版本，并完整填写。",
        "Records enterprise and provider mentors with the people they mentor; a correction names "
        "the entry and version it corrects and says everything anew.",
    ),
    roles=_ENTERS,
    body=MentorsBody,
    body_example={
        "mentors": [
            {
                "name": "李师傅",
                "kind": "enterprise",
                "grade": 2,
                "title": "技术能手",
                "occupation_name": "车工",
                "people": [_PERSON],
            }
        ]
    },
    answer=MentorsView,
    status=201,
    keyed=True,
    problems=_ENTERING,
)
async def add_mentors(call: Call) -> Answer:
    """Record mentors."""
    filing_id = call.path("filing_id")

    async def act(work: Work) -> MentorsView:
        entries = [mentor.to_entry() for mentor in call.decode(MentorsBody).mentors]
        rows = await class_record.add_mentors(work, filing_id=filing_id, mentors=entries)
        return MentorsView(filing_id=filing_id, mentors=[MentorView.of(row) for row in rows])

    return await call.once(act, lambda view: json_answer(view, status=201))


@operation(
    id="AddClassSessions",
    method="POST",
    path=f"{_BASE}/sessions",
    tag=TAG,
    summary=Text("登记课次", "Enter sessions of the class"),
    description=Text(
        "已登记的不修改：更正即登记新版本。培训机构为集中开班登记的课次同时记入各企业的台账。",
        "What is entered stands: a correction is a new version. A provider's session of a joint class "
        "is entered for each of its filings.",
    ),
    roles=_ENTERS,
    body=SessionsBody,
    body_example={
        "sessions": [
            {
                "held_on": "2027-03-02",
                "starts": "08:30",
                "ends": "11:30",
                "kind": "practice",
                "topic": "外圆车削",
                "site": "一号车间",
            }
        ]
    },
    answer=SessionsView,
    status=201,
    keyed=True,
    problems=_ENTERING,
)
async def add_sessions(call: Call) -> Answer:
    """Enter sessions."""
    filing_id = call.path("filing_id")

    async def act(work: Work) -> SessionsView:
        entries = [session.to_entry() for session in call.decode(SessionsBody).sessions]
        rows = await class_record.add_sessions(work, filing_id=filing_id, sessions=entries)
        return SessionsView(filing_id=filing_id, sessions=[SessionView.of(row) for row in rows])

    return await call.once(act, lambda view: json_answer(view, status=201))


@operation(
    id="AddAttendance",
    method="POST",
    path=f"{_BASE}/attendance",
    tag=TAG,
    summary=Text("登记考勤", "Enter attendance"),
    description=Text(
        "同一课次、同一人、同一编号的记录可重复发送，不会重复登记；更正须以新编号登记并指明所更正的编号。",
        "An entry of the same session, person and entry id may be sent again and counts once; a "
        "correction is a new entry that names the one it supersedes.",
    ),
    roles=_ENTERS,
    body=AttendanceBody,
    body_example={
        "entries": [
            {
                "session_id": _ID,
                "enrolment_id": _PERSON,
                "entry_id": "gate-1-000017",
                "present": True,
                "arrived": "08:25",
                "left": "11:30",
            }
        ]
    },
    body_limit=_UPLOAD,
    answer=AttendanceView,
    status=201,
    keyed=True,
    dry_run=True,
    problems=_ENTERING,
)
async def add_attendance(call: Call) -> Answer:
    """Enter attendance from JSON."""
    filing_id = call.path("filing_id")

    async def act(work: Work) -> AttendanceView:
        entries = [entry.to_command() for entry in call.decode(AttendanceBody).entries]
        done = await class_record.add_attendance(
            work,
            filing_id=filing_id,
            entries=entries,
            where=lambda n, field: f"/entries/{n}/{field}",
        )
        return AttendanceView.of(filing_id, done)

    return await call.once(act, lambda view: json_answer(view, status=201))


@operation(
    id="ImportAttendance",
    method="POST",
    path=f"{_BASE}/attendance-imports",
    tag=TAG,
    summary=Text("导入考勤", "Import attendance"),
    description=Text(
        "UTF-8 编码的 CSV，首行为列名。逐行检查，错误全部定位；有一处错误即不保存。",
        "CSV in UTF-8 whose first line names the columns. Every row is checked and every bad cell "
        "located; nothing is stored when there is one.",
    ),
    roles=_ENTERS,
    media=CSV,
    body_example=ATTENDANCE_EXAMPLE,
    body_limit=_UPLOAD,
    answer=AttendanceView,
    status=201,
    keyed=True,
    dry_run=True,
    problems=_ENTERING,
)
async def import_attendance(call: Call) -> Answer:
    """Enter attendance from a file."""
    filing_id = call.path("filing_id")

    async def act(work: Work) -> AttendanceView:
        done = await class_record.import_attendance(work, filing_id=filing_id, text=call.text())
        return AttendanceView.of(filing_id, done)

    return await call.once(act, lambda view: json_answer(view, status=201))


@operation(
    id="AddClassEvidence",
    method="POST",
    path=f"{_BASE}/evidence",
    tag=TAG,
    summary=Text("登记影像和签到册", "Enter evidence items"),
    description=Text(
        "登记照片、视频、签到册和教学日志的摘要值、地点和时间；视频由申请单位保存，此处只记存放位置。",
        "Enters photos, videos, sign-in sheets and teaching logs by digest, place and time; a video "
        "stays with the applicant, the record says where.",
    ),
    roles=_ENTERS,
    body=EvidenceBody,
    body_example={
        "evidence": [
            {
                "kind": "video",
                "digest": "ab" * 32,
                "site": "一号车间",
                "taken_at": "2026-02-03T01:00:00Z",
                "duration_s": 900,
                "held_at": "企业档案室 2026-03 号盘",
            }
        ]
    },
    answer=EvidenceItemsView,
    status=201,
    keyed=True,
    problems=_ENTERING,
)
async def add_evidence(call: Call) -> Answer:
    """Enter evidence."""
    filing_id = call.path("filing_id")

    async def act(work: Work) -> EvidenceItemsView:
        entries = [item.to_entry() for item in call.decode(EvidenceBody).evidence]
        rows = await class_record.add_evidence(work, filing_id=filing_id, items=entries)
        return EvidenceItemsView(
            filing_id=filing_id, evidence=[EvidenceView.of(row) for row in rows]
        )

    return await call.once(act, lambda view: json_answer(view, status=201))


@operation(
    id="AddReceipts",
    method="POST",
    path=f"{_BASE}/receipts",
    tag=TAG,
    summary=Text("登记培训机构票据", "Enter the provider's receipts"),
    description=Text(
        "同一张发票或票据在全国只能用于一个备案。",
        "One invoice or receipt supports one filing, nationwide.",
    ),
    roles=_ENTERS,
    body=ReceiptsBody,
    body_example={
        "receipts": [
            {
                "number": "26322000000012345678",
                "issuer_code": "91320681MA1N000001",
                "amount_fen": 1200000,
                "issued_on": "2026-02-03",
            }
        ]
    },
    answer=ReceiptsView,
    status=201,
    keyed=True,
    problems=(*_ENTERING, "receipt_already_used"),
)
async def add_receipts(call: Call) -> Answer:
    """Enter receipts."""
    filing_id = call.path("filing_id")

    async def act(work: Work) -> ReceiptsView:
        entries = [receipt.to_entry() for receipt in call.decode(ReceiptsBody).receipts]
        rows = await class_record.add_receipts(work, filing_id=filing_id, receipts=entries)
        return ReceiptsView(filing_id=filing_id, receipts=[ReceiptView.of(row) for row in rows])

    return await call.once(act, lambda view: json_answer(view, status=201))


@operation(
    id="ProposeCompletion",
    method="POST",
    path=f"{_BASE}/completion-proposals",
    tag=TAG,
    summary=Text("培训机构提出结业意见", "Propose completion as the provider"),
    description=Text(
        "供审核人员与企业结业报告对照，不代替结业报告。",
        "For the reviewer to compare with the enterprise's completion report; it replaces nothing.",
    ),
    roles=frozenset({Role.PROVIDER}),
    body=ProposalBody,
    body_example={
        "outcomes": [{"enrolment_id": _PERSON, "outcome": "completed", "day": "2027-02-02"}]
    },
    body_limit=_UPLOAD,
    answer=ProposalView,
    status=201,
    keyed=True,
    problems=_ENTERING,
)
async def propose_completion(call: Call) -> Answer:
    """Propose outcomes."""
    filing_id = call.path("filing_id")

    async def act(work: Work) -> ProposalView:
        said = [one.to_command() for one in call.decode(ProposalBody).outcomes]
        done = await class_record.propose_completion(work, filing_id=filing_id, proposals=said)
        return ProposalView.of(filing_id, done)

    return await call.once(act, lambda view: json_answer(view, status=201))


@operation(
    id="GetClassRecord",
    method="GET",
    path=_BASE,
    tag=TAG,
    summary=Text("查看教学台账", "Read a class record"),
    description=Text(
        "培训方案、导师、课时合计、影像、票据和提示信号。信号只供参考，不作为决定。",
        "Plan, mentors, hours, evidence, receipts and signals. Signals inform and never decide.",
    ),
    answer=ClassRecordView,
)
async def get_class_record(call: Call) -> Answer:
    """Read the record of a class."""
    record = await call.read(
        lambda work: class_record_reading.class_record(work, filing_id=call.path("filing_id"))
    )
    return json_answer(ClassRecordView.of(record))


@operation(
    id="ListClassSessions",
    method="GET",
    path=f"{_BASE}/sessions",
    tag=TAG,
    summary=Text("课次列表", "Page through sessions"),
    answer=SessionView,
    paged=True,
)
async def list_sessions(call: Call) -> Answer:
    """Page through the latest versions of sessions."""
    page = call.page()
    rows = await call.read(
        lambda work: class_record_reading.sessions_of(
            work, filing_id=call.path("filing_id"), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(rows, page, view=SessionView.of, after=lambda session: session.id)


@operation(
    id="ListRecordedPeople",
    method="GET",
    path=f"{_BASE}/people",
    tag=TAG,
    summary=Text("学徒学时核算", "Read each person's computed hours"),
    description=Text(
        "逐人的学时、出勤率和是否达到要求（达到、未达到、未知），连同所依据的数值，供审核参考。",
        "Each person's hours, attendance rate and whether what is asked is met (pass, fail, unknown), "
        "with the values looked at. It informs the reviewer.",
    ),
    answer=RecordedPersonView,
    paged=True,
)
async def list_people(call: Call) -> Answer:
    """Page through people with what the record computes."""
    page = call.page()
    rows = await call.read(
        lambda work: class_record_reading.people_of(
            work, filing_id=call.path("filing_id"), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(rows, page, view=RecordedPersonView.of, after=lambda one: one.person.id)


OPERATIONS: Final[tuple[Served, ...]] = (
    add_mentors,
    add_sessions,
    add_attendance,
    import_attendance,
    add_evidence,
    add_receipts,
    propose_completion,
    get_class_record,
    list_sessions,
    list_people,
)
