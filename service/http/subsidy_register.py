"""Lists of other programmes' subsidies over HTTP: loaded by a clerk, read by who sees the place."""

import asyncio
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.errors import Text
from domain.party import Role
from domain.ports.sheets import CSV, XLSX
from domain.ports.work import Work
from domain.programme import PROGRAMMES
from domain.subsidy_register import SOURCE_MAX, RegisterRow, SubsidyRegister
from domain.subsidy_sheet import COLUMNS, ROWS_MAX, checked_register
from service.application import subsidy_register
from service.http.call import Answer, Call, Served, json_answer
from service.http.checked_list import SHEET_PROBLEMS
from service.http.operation import Query, operation
from service.http.roster import ROSTER_LIMIT
from service.http.shapes import View

TAG: Final = "subsidies"
_REQUIRED: Final = [column.heading for column in COLUMNS if column.required]
_OPTIONAL: Final = [column.heading for column in COLUMNS if not column.required]
_CSV_EXAMPLE: Final = (
    f"{','.join(column.heading.zh for column in COLUMNS)}\n"
    "11010519491231002X,失业保险技能提升补贴,2026-05-20,6-18-01-01,2022,4,Y000032000001264000001,S000132,\n"
)
_XLSX_EXAMPLE: Final = "PK…"


class SubsidyRegisterView(View):
    """A loaded list; whom it names stays inside. `digest` is the SM3 of the file."""

    id: UUID
    place_id: UUID
    source: str
    version: int
    rows: int
    digest: str
    loaded_at: datetime

    @classmethod
    def of(cls, register: SubsidyRegister) -> "SubsidyRegisterView":
        """Show a list."""
        return cls(
            id=register.id,
            place_id=register.place_id,
            source=register.source,
            version=register.version,
            rows=register.rows,
            digest=register.digest.hex(),
            loaded_at=register.loaded_at,
        )


@operation(
    id="LoadSubsidyRegister",
    method="POST",
    path="/v1/subsidy-registers",
    tag=TAG,
    summary=Text("导入其他项目的补贴名单", "Load a list of other programmes' subsidies"),
    description=Text(
        f"CSV（UTF-8 或 GB18030）或 XLSX，最多 {ROWS_MAX} 行。必填列："
        + "、".join(one.zh for one in _REQUIRED)
        + "；可选列："
        + "、".join(one.zh for one in _OPTIONAL)
        + "。姓名、金额等列可以保留，但不读取。补贴项目填代码或名称："
        + "、".join(f"{code}（{known.name.zh}）" for code, known in PROGRAMMES.items())
        + "；其他系统的项目填其代码。逐行检查，错误全部定位；有一处错误即不保存。"
        "同一来源的新名单整体替换旧名单。证件号码不保存。",
        f"CSV (UTF-8 or GB18030) or XLSX of at most {ROWS_MAX} rows. Required columns: "
        + ", ".join(one.en for one in _REQUIRED)
        + "; optional: "
        + ", ".join(one.en for one in _OPTIONAL)
        + ". Names and amounts may stay and are not read. A programme is told by its code: "
        + ", ".join(PROGRAMMES)
        + "; one of another system by that system's. Every row is checked and every bad cell "
        "located; nothing is stored when there is one. A source's newer list replaces the one before as "
        "a whole. Citizen ids are not kept.",
    ),
    roles=frozenset({Role.CLERK}),
    binary={CSV: _CSV_EXAMPLE, XLSX: _XLSX_EXAMPLE},
    body_limit=ROSTER_LIMIT,
    query=(
        Query(
            name="source",
            required=True,
            max_length=SOURCE_MAX,
            pattern=r"^\S(.*\S)?$",
            description=Text(
                "名单来源，每次使用同一名称，例如“失业保险技能提升补贴 2026”。",
                "The list's source, by the same name each time.",
            ),
        ),
        Query(
            name="region_code",
            max_length=20,
            pattern="^[0-9]{2,20}$",
            description=Text(
                "名单所属地区代码，默认为本人所在地区。",
                "Code of the region it belongs to; the actor's own unless told.",
            ),
        ),
    ),
    answer=SubsidyRegisterView,
    status=201,
    keyed=True,
    dry_run=True,
    problems=(
        "subsidy_register_faulty",
        "subsidy_register_already_loaded",
        "place_unknown",
        "busy",
        *SHEET_PROBLEMS,
    ),
)
async def load_subsidy_register(call: Call) -> Answer:
    """Check and store a list."""

    async def act(work: Work) -> SubsidyRegister:
        def read() -> tuple[RegisterRow, ...]:
            return checked_register(call.ports.sheets.read(call.raw, call.media), today=work.today)

        rows = await asyncio.to_thread(read)  # others are answered meanwhile
        return await subsidy_register.load_register(
            work,
            source=call.query("source", str) or "",
            content=call.raw,
            rows=rows,
            region_code=call.query("region_code", str),
        )

    return await call.once(
        act,
        lambda done: json_answer(
            SubsidyRegisterView.of(done), status=201, location=f"/v1/subsidy-registers/{done.id}"
        ),
    )


@operation(
    id="GetSubsidyRegister",
    method="GET",
    path="/v1/subsidy-registers/{register_id}",
    tag=TAG,
    summary=Text("查看补贴名单信息", "Read what is known of a list of subsidies"),
    answer=SubsidyRegisterView,
)
async def get_subsidy_register(call: Call) -> Answer:
    """Read one list's source, version, size and time."""
    register = await call.read(
        lambda work: subsidy_register.get_register(work, register_id=call.path("register_id"))
    )
    return json_answer(SubsidyRegisterView.of(register))


@operation(
    id="ListSubsidyRegisters",
    method="GET",
    path="/v1/subsidy-registers",
    tag=TAG,
    summary=Text("补贴名单列表", "Page through the lists of subsidies"),
    description=Text(
        "按导入先后；每个来源版本号最大的一份为现行名单。",
        "In order of loading; of each source the highest version is in force.",
    ),
    answer=SubsidyRegisterView,
    paged=True,
)
async def list_subsidy_registers(call: Call) -> Answer:
    """Read a page of lists."""
    page = call.page()
    rows = await call.read(
        lambda work: subsidy_register.list_registers(work, after=page.after_id, limit=page.limit)
    )
    return call.page_answer(
        rows, page, view=SubsidyRegisterView.of, after=lambda register: register.id
    )


OPERATIONS: Final[tuple[Served, ...]] = (
    load_subsidy_register,
    get_subsidy_register,
    list_subsidy_registers,
)
