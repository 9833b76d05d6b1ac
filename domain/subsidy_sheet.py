"""A list of subsidies as a sheet: its columns, every row read, every bad cell located.

Names and amounts may stand in the sheet and are never read: a person is told by the citizen id, and what
a subsidy was worth decides nothing here.
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any, Final

from domain.certificate import NUMBER_MAX, code_normalised
from domain.errors import CellPlace, Fault, Refusal, Text
from domain.extract_file import CODE_MAX
from domain.identifiers import certificate_number
from domain.identifiers.occupation import EDITIONS, normalised, occupation_fault_of
from domain.policy import GRADES
from domain.ports.sheets import Cell, Sheet
from domain.programme import CODE, is_code, programme_of
from domain.roster.cells import Bad, plain, read_citizen_id, read_day, unreadable
from domain.roster.columns import BESIDE_PEOPLE, CITIZEN_ID
from domain.sheet_columns import Column, Columns, Headings, is_blank, letter_of
from domain.stacking import CertificateKey, occupation_key
from domain.subsidy_register import RegisterRow

ROWS_MAX: Final = 20_000
"""Rows of one list; a longer one is loaded as several sources, by month or district."""

COLUMNS: Final = (
    CITIZEN_ID,
    Column(
        field="programme",
        heading=Text("补贴项目", "Programme"),
        also=("项目", "补贴类型", "补贴种类"),
    ),
    Column(
        field="counts_on",
        heading=Text("享受日期", "Counted on"),
        also=("补贴日期", "审批日期", "发放日期"),
    ),
    Column(
        field="occupation_code",
        heading=Text("职业编码", "Occupation code"),
        also=("职业代码", "工种代码"),
        required=False,
    ),
    Column(
        field="occupation_edition",
        heading=Text("大典版本", "Catalogue edition"),
        also=("职业分类大典版本",),
        required=False,
    ),
    Column(
        field="grade",
        heading=Text("等级", "Grade"),
        also=("技能等级", "职业技能等级"),
        required=False,
    ),
    Column(
        field="certificate_number",
        heading=Text("证书编号", "Certificate number"),
        also=("证书号码", "证书号"),
        required=False,
    ),
    Column(
        field="issuer_code",
        heading=Text("发证机构代码", "Issuer code"),
        also=("评价机构代码",),
        required=False,
    ),
    Column(
        field="certificate_category",
        heading=Text("证书类别", "Certificate category"),
        also=("作业类别",),
        required=False,
    ),
)
REGISTER_COLUMNS: Final = Columns(
    COLUMNS,
    ignored=(
        *BESIDE_PEOPLE, "姓名", "name", "金额", "补贴金额", "amount", "补贴对象", "单位名称", "employer",
    ),
)  # fmt: skip

_GRADES: Final = {
    **{str(grade): grade for grade in GRADES},
    **{name.zh: grade for grade, name in GRADES.items()},
    **dict(zip(("一级", "二级", "三级", "四级", "五级"), range(1, 6), strict=True)),
}
Reader = Callable[[Cell], Any]


def checked_register(sheet: Sheet, *, today: date) -> tuple[RegisterRow, ...]:
    """Read a list, or refuse `subsidy_register_faulty` with every bad cell located, as a program shows it.

    `today` is the day in China: no subsidy counts on a later one.
    """
    headings = REGISTER_COLUMNS.headings_of(sheet)
    faults = list(headings.faults)
    rows: tuple[RegisterRow, ...] = ()
    if not faults:
        rows, faults = _Rows(sheet, headings, today).checked()
    if faults:
        raise Refusal("subsidy_register_faulty", faults=tuple(faults), count=len(faults))
    return rows


class _Rows:
    """The rows below the headings, and what was found in them."""

    def __init__(self, sheet: Sheet, headings: Headings, today: date) -> None:
        self._sheet = sheet
        self._headings = headings
        self._readers: dict[str, Reader] = {
            "citizen_id": partial(read_citizen_id, today=today),
            "programme": _programme,
            "counts_on": partial(_counted, day_zero=sheet.day_zero, today=today),
            "occupation_code": _occupation,
            "occupation_edition": _edition,
            "grade": _grade,
            "certificate_number": _number,
            "issuer_code": _code,
            "certificate_category": _code,
        }
        self._seen: dict[tuple[Any, ...], int] = {}
        self._faults: list[Fault] = []

    def checked(self) -> tuple[tuple[RegisterRow, ...], list[Fault]]:
        """Return the good rows, and everything that is wrong with the others."""
        rows: list[RegisterRow] = []
        first = self._headings.row
        for number, cells in enumerate(self._sheet.rows[first:], start=first + 1):
            if is_blank(cells):
                continue
            row = self._row(number, cells)
            if row is not None:
                rows.append(row)
        if not rows and not self._faults:
            self._faults.append(Fault("/rows", "too_few_items", {"least": 1}))
        if len(rows) > ROWS_MAX:
            self._faults.append(Fault("/rows", "too_many_items", {"most": ROWS_MAX}))
        return tuple(rows), self._faults

    def _row(self, number: int, cells: Sequence[Cell]) -> RegisterRow | None:
        before = len(self._faults)
        if number in self._sheet.hidden_rows:
            self._faults.append(Fault(f"/rows/{number}", "row_hidden", cell=CellPlace(number)))
        if any(cell != "" for cell in cells[self._headings.width :]):
            place = CellPlace(number, letter_of(self._headings.width + 1))
            self._faults.append(Fault(f"/rows/{number}", "cell_without_column", cell=place))
        values = {
            column.field: self._read(number, column, cells)
            for column in COLUMNS
            if column.field in self._headings.at
        }
        if len(self._faults) > before:
            return None
        row = _row_of(number, values)
        key = (
            row.citizen_id,
            row.programme,
            row.counts_on,
            row.occupation,
            row.grade,
            row.certificate,
        )
        same = self._seen.setdefault(key, number)
        if same != number:
            self._fault(number, "citizen_id", Bad("subsidy_twice_in_register", (("row", same),)))
        return row

    def _read(self, number: int, column: Column, cells: Sequence[Cell]) -> Any:  # noqa: ANN401 - of the field
        at = self._headings.at[column.field] - 1
        cell = cells[at] if at < len(cells) else ""
        bad = unreadable(cell)
        if bad is not None and bad.code == "cell_missing" and not column.required:
            return None
        value = self._readers[column.field](cell) if bad is None else bad
        if isinstance(value, Bad):
            self._fault(number, column.field, value)
            return None
        return value

    def _fault(self, number: int, field: str, bad: Bad) -> None:
        letter = letter_of(self._headings.at[field])
        place = CellPlace(number, letter, REGISTER_COLUMNS.heading[field])
        pointer = f"/rows/{number}/{field}"
        self._faults.append(Fault(pointer, bad.code, dict(bad.values), place))


def _row_of(number: int, values: dict[str, Any]) -> RegisterRow:
    code, certificate = values.get("occupation_code"), values.get("certificate_number")
    edition = values.get("occupation_edition")
    return RegisterRow(
        row_no=number,
        citizen_id=values["citizen_id"],
        programme=values["programme"],
        counts_on=values["counts_on"],
        occupation=None if code is None else occupation_key(code, edition=edition),
        grade=values.get("grade"),
        certificate=None
        if certificate is None
        else CertificateKey(
            number=certificate,
            issuer=values.get("issuer_code"),
            category=values.get("certificate_category"),
        ),
    )


def _programme(cell: Cell) -> str | Bad:
    code = programme_of(plain(cell))
    return code if is_code(code) else Bad("pattern_mismatch", (("pattern", CODE),))


def _counted(cell: Cell, *, day_zero: date | None, today: date) -> date | Bad:
    day = read_day(cell, day_zero=day_zero)
    if isinstance(day, Bad) or day <= today:
        return day
    return Bad("day_to_come")


def _occupation(cell: Cell) -> str | Bad:
    code = normalised(plain(cell))
    fault = occupation_fault_of(code)
    return code if fault is None else Bad(fault)


def _edition(cell: Cell) -> int | Bad:
    editions = {str(edition): edition for edition in EDITIONS}
    found = editions.get(plain(cell).removesuffix("年").removesuffix("版"))
    return Bad("not_one_of", (("values", "、".join(editions)),)) if found is None else found


def _grade(cell: Cell) -> int | Bad:
    found = _GRADES.get(plain(cell))
    return Bad("not_one_of", (("values", "、".join(_GRADES)),)) if found is None else found


def _number(cell: Cell) -> str | Bad:
    number = certificate_number.normalised(plain(cell))
    return number or Bad("certificate_number_unusable", (("most", NUMBER_MAX),))


def _code(cell: Cell) -> str | Bad:
    code = code_normalised(plain(cell))
    return code if len(code) <= CODE_MAX else Bad("text_too_long", (("most", CODE_MAX),))
