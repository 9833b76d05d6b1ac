"""Lists of people whom vouchers are issued to: optional columns, groups, and every bad row located."""

from datetime import date
from typing import Any

import pytest

from adapters.sheets.files import SheetFiles
from domain.errors import Refusal
from domain.ports.sheets import CSV, LONG, XLSX
from domain.roster import vouchers
from domain.roster.vouchers import LIST, ListCheck, check_list, check_list_sheet, refuse_list
from domain.voucher import TAGS, Beneficiary, BeneficiaryTag
from tests.people import citizen_id
from tests.sheet_files import csv_of, xlsx_of

TODAY = date(2026, 11, 21)
SHEETS = SheetFiles()
HEADINGS = [column.heading.zh for column in LIST.columns]
NUMBER = "11010519491231002X"
OTHER = "320681199001010013"


def check(raw: bytes, media: str = CSV) -> ListCheck:
    return check_list_sheet(SHEETS.read(raw, media, LONG), today=TODAY)


def found(checked: ListCheck) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in checked.faults]


@pytest.mark.parametrize(("media", "write"), [(CSV, csv_of), (XLSX, xlsx_of)])
def test_a_list_is_read_with_phone_and_group_where_they_are_given(media: str, write: Any) -> None:
    raw = write(
        [
            HEADINGS,
            ["张三", NUMBER, "13800138000", "退役军人"],
            ["李四", OTHER, "", ""],
        ]
    )
    checked = check(raw, media)
    assert checked.people == (
        Beneficiary(
            name="张三",
            citizen_id=NUMBER,
            phone="13800138000",
            tag=BeneficiaryTag.VETERAN,
        ),
        Beneficiary(name="李四", citizen_id=OTHER),
    )
    assert (checked.rows, checked.faults, checked.numbers) == (2, (), (2, 3))


def test_columns_that_may_be_left_out_may_be_left_out() -> None:
    checked = check(csv_of([["身份证号", "姓名"], [NUMBER, "张三"]]))
    assert checked.people == (Beneficiary(name="张三", citizen_id=NUMBER),)
    lacking = check(csv_of([["姓名", "手机号"], ["张三", "13800138000"]]))
    assert found(lacking) == [("/columns/citizen_id", "column_missing")]
    assert lacking.of_the_whole
    assert found(check(csv_of([["a", "b"], ["1", "2"]]))) == [
        ("/columns/name", "column_missing"),
        ("/columns/citizen_id", "column_missing"),
    ]


def test_a_group_is_read_in_chinese_and_as_the_contract_writes_it() -> None:
    """Shows REG-18."""
    for tag, text in TAGS.items():
        for word in (text.zh, str(tag), str(tag).upper()):
            assert vouchers.read_tag(word) is tag
    (fault,) = check(csv_of([HEADINGS, ["张三", NUMBER, "", "富人"]])).faults
    assert (fault.pointer, fault.code) == ("/rows/2/tag", "not_one_of")
    assert fault.cell is not None
    assert (fault.cell.row, fault.cell.letter) == (2, "D")


def test_every_bad_cell_of_a_list_is_located_and_proposed_where_proved() -> None:
    checked = check(
        csv_of(
            [
                HEADINGS,
                ["", NUMBER, "", ""],
                ["李四", "32O681199001010013", "", ""],
                ["王五", OTHER, "138", ""],
                ["赵六", OTHER, "", ""],
            ]
        )
    )
    assert found(checked) == [
        ("/rows/2/name", "cell_missing"),
        ("/rows/3/citizen_id", "citizen_id_malformed"),
        ("/rows/4/phone", "phone_malformed"),
        ("/rows/5/citizen_id", "person_twice_in_roster"),
    ]
    assert checked.faults[1].proposal == OTHER
    assert checked.people == ()
    assert not checked.of_the_whole


def test_a_list_of_values_is_checked_as_a_sheet_is() -> None:
    people = [
        Beneficiary(name="张三", citizen_id=NUMBER.lower(), phone="+86 138 0013 8000"),
        Beneficiary(name="李四2", citizen_id="11010519491231", phone="1"),
        Beneficiary(name="王五", citizen_id=NUMBER),
        Beneficiary(name="赵六", citizen_id="110105194912310000"),
        Beneficiary(name="", citizen_id="32O681199001010013"),
    ]
    checked = check_list(people, today=TODAY)
    assert found(checked) == [
        ("/people/1/name", "name_malformed"),
        ("/people/1/citizen_id", "citizen_id_malformed"),
        ("/people/1/phone", "phone_malformed"),
        ("/people/2/citizen_id", "person_twice_in_roster"),
        ("/people/3/citizen_id", "excel_precision_loss"),
        ("/people/4/name", "name_malformed"),
        ("/people/4/citizen_id", "citizen_id_malformed"),
    ]
    assert checked.people == (Beneficiary(name="张三", citizen_id=NUMBER, phone="13800138000"),)
    assert checked.numbers == (0,)
    assert checked.faults[3].values == {"where": "/people/0"}
    assert checked.faults[6].proposal == OTHER


def test_a_list_holds_a_hundred_thousand_people_and_no_more() -> None:
    rows = "".join(f"张三,{n}\n" for n in range(vouchers.LIST_MAX + 1))
    whole = check(f"姓名,身份证号\n{rows}".encode())
    assert found(whole) == [("/rows", "too_many_items")]
    assert found(check(csv_of([HEADINGS]))) == [("/rows", "too_few_items")]


@pytest.mark.parametrize(
    "raw",
    [
        b"a\n" * (LONG.rows + 1),
        b"," * LONG.columns,
        xlsx_of([[""] * LONG.columns + ["x"]]),
    ],
)
def test_a_long_sheet_is_bounded_too(raw: bytes) -> None:
    media = XLSX if raw.startswith(b"PK") else CSV
    with pytest.raises(Refusal) as refused:
        SHEETS.read(raw, media, LONG)
    assert refused.value.code == "sheet_too_large"


def test_a_faulty_list_is_refused_with_its_faults() -> None:
    refusal = refuse_list(check(csv_of([HEADINGS, ["", citizen_id(), "", ""]])))
    assert (refusal.code, refusal.values) == ("voucher_list_faulty", {"count": 1})
