"""The columns of a roster: their headings in Chinese and English."""

from typing import Final

from domain.errors import Text
from domain.sheet_columns import Column, Columns

BESIDE_PEOPLE: Final = ("序号", "备注", "no", "no.", "remark", "remarks")
"""Headings beside a list of people whose cells are never read."""
CITIZEN_ID: Final = Column(
    field="citizen_id",
    heading=Text("身份证号", "Citizen id"),
    also=("身份证号码", "公民身份号码", "身份证", "证件号码", "证件号", "id number", "id"),
)
COLUMNS: Final = (
    Column(field="name", heading=Text("姓名", "Name"), also=("学徒姓名", "名字")),
    CITIZEN_ID,
    Column(
        field="phone",
        heading=Text("手机号", "Phone"),
        also=("手机号码", "手机", "联系电话", "电话", "mobile", "mobile number"),
    ),
    Column(
        field="category",
        heading=Text("人员类别", "Category"),
        also=("人员类型", "类别"),
    ),
    Column(
        field="hired_on",
        heading=Text("入职日期", "Hired on"),
        also=("入职时间", "用工日期", "hire date"),
    ),
    Column(
        field="contract_months",
        heading=Text("合同月数", "Contract months"),
        also=("劳动合同月数", "合同期限"),
    ),
    Column(
        field="claim_basis",
        heading=Text("申领依据", "Claim basis"),
        also=("申领地依据",),
    ),
)

ROSTER_COLUMNS: Final = Columns(COLUMNS, ignored=BESIDE_PEOPLE)
HEADING: Final = ROSTER_COLUMNS.heading
