"""Records of voucher classes over HTTP: entered by the provider, read by it, the bureau, and each worker."""

from typing import Final
from uuid import UUID

from domain.errors import Refusal, Text
from domain.ports.work import Work
from service.application import voucher_record
from service.http.call import Answer, Call, Served, json_answer
from service.http.operation import operation
from service.http.voucher_class import ONE, PROVIDER
from service.http.voucher_record_wire import (
    AttendanceEntryView,
    CheckInsBody,
    CheckInsView,
    TraineeView,
    VoucherAttendanceBody,
    VoucherAttendanceView,
    VoucherSessionsBody,
    VoucherSessionsView,
    VoucherSessionView,
)

TAG: Final = "voucher-class-records"
_ENTERING: Final = ("voucher_record_closed", "class_record_faulty", "busy")
_UPLOAD: Final = 16 * 1024 * 1024
_ID: Final = "0192f0c4-7c1e-7000-8000-000000000001"
_VOUCHER: Final = "0192f0c4-7c1e-7000-8000-000000000002"
_EXAMPLE: Final = (
    "session_id,voucher_id,entry_id,present,arrived,left,supersedes\r\n"
    f"{_ID},{_VOUCHER},sheet-1-000017,1,08:25,11:30,\r\n"
)


@operation(
    id="AddVoucherSessions",
    method="POST",
    path=f"{ONE}/sessions",
    tag=TAG,
    summary=Text("登记培训券班级课次", "Enter sessions of a voucher class"),
    description=Text(
        "自报告开班起登记，至报告结业止。已登记的不修改：更正即登记新版本。",
        "From the report of the start to that of completion. What is entered stands: a correction is a new version.",
    ),
    roles=PROVIDER,
    body=VoucherSessionsBody,
    body_example={
        "sessions": [
            {
                "held_on": "2026-03-09",
                "starts": "08:30",
                "ends": "11:30",
                "kind": "practice",
                "topic": "婴幼儿日常照护",
                "site": "203 教室",
            }
        ]
    },
    answer=VoucherSessionsView,
    status=201,
    keyed=True,
    problems=_ENTERING,
)
async def add_sessions(call: Call) -> Answer:
    """Enter sessions."""
    class_id = call.path("voucher_class_id")

    async def act(work: Work) -> VoucherSessionsView:
        entries = [session.to_entry() for session in call.decode(VoucherSessionsBody).sessions]
        rows = await voucher_record.add_sessions(work, class_id=class_id, sessions=entries)
        shown = [VoucherSessionView.of(row) for row in rows]
        return VoucherSessionsView(class_id=class_id, sessions=shown)

    return await call.once(act, lambda view: json_answer(view, status=201))


@operation(
    id="AddVoucherAttendance",
    method="POST",
    path=f"{ONE}/attendance",
    tag=TAG,
    summary=Text("手工登记考勤", "Enter attendance by hand"),
    description=Text(
        "可更正设备记录：以新编号登记并指明所更正的编号。同一课次有手工记录的，以手工记录为准。",
        "May correct what a device said: a new entry that names the one it supersedes. Where a session has entries by "
        "hand, those count.",
    ),
    roles=PROVIDER,
    body=VoucherAttendanceBody,
    body_example={
        "entries": [
            {
                "session_id": _ID,
                "voucher_id": _VOUCHER,
                "entry_id": "sheet-1-000017",
                "arrived": "08:25",
                "left": "11:30",
            }
        ]
    },
    body_limit=_UPLOAD,
    answer=VoucherAttendanceView,
    status=201,
    keyed=True,
    dry_run=True,
    problems=_ENTERING,
)
async def add_attendance(call: Call) -> Answer:
    """Enter attendance from JSON."""
    class_id = call.path("voucher_class_id")

    async def act(work: Work) -> VoucherAttendanceView:
        entries = [entry.to_command() for entry in call.decode(VoucherAttendanceBody).entries]
        done = await voucher_record.add_attendance(
            work, class_id=class_id, entries=entries, where=_in_entries
        )
        return VoucherAttendanceView.of(class_id, done)

    return await call.once(act, lambda view: json_answer(view, status=201))


@operation(
    id="ImportVoucherAttendance",
    method="POST",
    path=f"{ONE}/attendance-imports",
    tag=TAG,
    summary=Text("导入考勤", "Import attendance of a voucher class"),
    description=Text(
        "UTF-8 编码的 CSV，首行为列名。逐行检查，错误全部定位；有一处错误即不保存。",
        "CSV in UTF-8 whose first line names the columns. Every row is checked and every bad cell located; nothing is "
        "stored when there is one.",
    ),
    roles=PROVIDER,
    media="text/csv",
    body_example=_EXAMPLE,
    body_limit=_UPLOAD,
    answer=VoucherAttendanceView,
    status=201,
    keyed=True,
    dry_run=True,
    problems=_ENTERING,
)
async def import_attendance(call: Call) -> Answer:
    """Enter attendance from a file."""
    class_id = call.path("voucher_class_id")

    async def act(work: Work) -> VoucherAttendanceView:
        done = await voucher_record.import_attendance(work, class_id=class_id, text=call.text())
        return VoucherAttendanceView.of(class_id, done)

    return await call.once(act, lambda view: json_answer(view, status=201))


@operation(
    id="AddCheckIns",
    method="POST",
    path=f"{ONE}/check-ins",
    tag=TAG,
    summary=Text("上传签到设备记录", "Send what a sign-in device recorded"),
    description=Text(
        "可重复发送、可乱序、可断网后补传：同一编号只登记一次。sent_at 为设备发送时的自身时间，据此算出时差并随记录"
        "保存；时差过大或日期不符的记录照样保存，并标记供审核。每次发送用新的 Idempotency-Key。",
        "May be sent again, out of order and late: an entry id counts once. `sent_at` is the device's own time as it "
        "sends; how far it is from ours is stored with each entry. What a clock far off says, or says of another "
        "day, is kept and marked for the reviewer. Each sending has an Idempotency-Key of its own.",
    ),
    roles=PROVIDER,
    body=CheckInsBody,
    body_example={
        "device_id": "gate-1",
        "sent_at": "2026-03-09T04:00:05Z",
        "entries": [
            {
                "session_id": _ID,
                "voucher_id": _VOUCHER,
                "entry_id": "gate-1-000017",
                "direction": "in",
                "at": "2026-03-09T00:25:00Z",
            }
        ],
    },
    body_limit=_UPLOAD,
    answer=CheckInsView,
    status=201,
    keyed=True,
    problems=_ENTERING,
)
async def add_check_ins(call: Call) -> Answer:
    """Enter check-ins."""
    class_id = call.path("voucher_class_id")

    async def act(work: Work) -> CheckInsView:
        done = await voucher_record.add_check_ins(
            work,
            class_id=class_id,
            upload=call.decode(CheckInsBody).to_command(),
            where=_in_entries,
        )
        return CheckInsView.of(class_id, done)

    return await call.once(act, lambda view: json_answer(view, status=201))


@operation(
    id="ListVoucherSessions",
    method="GET",
    path=f"{ONE}/sessions",
    tag=TAG,
    summary=Text("培训券班级课次列表", "Page through sessions of a voucher class"),
    answer=VoucherSessionView,
    paged=True,
)
async def list_sessions(call: Call) -> Answer:
    """Page through the latest versions of sessions."""
    page = call.page()
    rows = await call.read(
        lambda work: voucher_record.sessions_of(
            work, class_id=call.path("voucher_class_id"), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(rows, page, view=VoucherSessionView.of, after=lambda one: one.id)


@operation(
    id="ListTrainees",
    method="GET",
    path=f"{ONE}/people",
    tag=TAG,
    summary=Text("班级学员和出勤", "Page through the people of a voucher class"),
    description=Text(
        "逐人的出勤、手工和有标记的记录数，以及所报告的结业结果。",
        "What each attended, how many entries were made by hand or marked, and how training ended as reported.",
    ),
    answer=TraineeView,
    paged=True,
)
async def list_people(call: Call) -> Answer:
    """Page through people with what the record computes."""
    page = call.page()
    rows = await call.read(
        lambda work: voucher_record.people_of(
            work, class_id=call.path("voucher_class_id"), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(rows, page, view=TraineeView.of, after=lambda one: one.voucher.id)


@operation(
    id="ListVoucherAttendance",
    method="GET",
    path="/v1/vouchers/{voucher_id}/attendance",
    tag=TAG,
    summary=Text("培训券考勤记录", "Page through what was entered about a voucher"),
    description=Text(
        "持券人本人、培训机构和人社部门可见，含已更正的记录；设备时间和系统时间一并列出。",
        "For its worker, the provider and the bureau: every entry, corrected ones too, with the device's time and "
        "ours.",
    ),
    answer=AttendanceEntryView,
    paged=True,
)
async def list_attendance(call: Call) -> Answer:
    """Page through entries, by session and entry id."""
    page = call.page()
    rows = await call.read(
        lambda work: voucher_record.entries_of(
            work,
            voucher_id=call.path("voucher_id"),
            after=_entry_after(page.after),
            limit=page.limit,
        )
    )
    return call.page_answer(
        rows,
        page,
        view=AttendanceEntryView.of,
        after=lambda entry: f"{entry.attendance.session_id} {entry.attendance.entry_id}",
    )


def _in_entries(n: int, field: str) -> str:
    return f"/entries/{n}/{field}"


def _entry_after(after: str | None) -> tuple[UUID, str] | None:
    """Read where a page of entries ended; a signed cursor of a list in another order is invalid."""
    if after is None:
        return None
    session_id, _, entry_id = after.partition(" ")
    try:
        return UUID(session_id), entry_id
    except ValueError:
        raise Refusal("cursor_invalid") from None


OPERATIONS: Final[tuple[Served, ...]] = (
    add_sessions,
    add_attendance,
    import_attendance,
    add_check_ins,
    list_sessions,
    list_people,
    list_attendance,
)
