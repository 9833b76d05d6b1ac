"""Lists of people whom vouchers are issued to (定向发放名单): name, citizen id, phone and group if known."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Final

from domain.errors import Fault, Refusal, Text, Value
from domain.identifiers import citizen_id, person_name, phone
from domain.identifiers.characters import forbidden_in
from domain.ports.sheets import Cell, Sheet
from domain.roster.cells import Bad, plain, read_citizen_id, read_name, read_phone
from domain.roster.columns import BESIDE_PEOPLE, CITIZEN_ID, NAME, PHONE
from domain.roster.rows import Checked, Reader, checked_rows
from domain.sheet_columns import Column, Columns
from domain.voucher import TAGS, Beneficiary, BeneficiaryTag

LIST_MAX: Final = 100_000
"""People one list may hold."""

TAG_WORDS: Final = {text.zh: tag for tag, text in TAGS.items()}
LIST: Final = Columns(
    (
        NAME,
        CITIZEN_ID,
        Column(field=PHONE.field, heading=PHONE.heading, also=PHONE.also, required=False),
        Column(
            field="tag",
            heading=Text("重点群体", "Group"),
            also=("人员类别", "群体类别", "重点群体标签", "tag"),
            required=False,
        ),
    ),
    ignored=BESIDE_PEOPLE,
)
"""The columns of such a list."""

_TAGS: Final = {**TAG_WORDS, **{str(tag): tag for tag in TAGS}}

ListCheck = Checked[Beneficiary]
"""What a list says."""


def read_tag(cell: Cell) -> BeneficiaryTag | Bad:
    """Read a group in Chinese, or as the contract writes it."""
    found = _TAGS.get(plain(cell)) or _TAGS.get(plain(cell).lower())
    return Bad("not_one_of", (("values", "、".join(TAG_WORDS)),)) if found is None else found


def check_list_sheet(sheet: Sheet, *, today: date) -> ListCheck:
    """Check a list that came as a sheet. Raises nothing: what is wrong stands in the answer."""
    readers: Mapping[str, Reader] = {
        "name": read_name,
        "citizen_id": partial(read_citizen_id, today=today),
        "phone": read_phone,
        "tag": read_tag,
    }
    return checked_rows(sheet, LIST, readers, Beneficiary, most=LIST_MAX)


def check_list(people: Sequence[Beneficiary], *, today: date, at: str = "/people") -> ListCheck:
    """Check a list that came as values, located below `at`; rows count from 0."""
    faults: list[Fault] = []
    good: list[Beneficiary] = []
    numbers: list[int] = []
    seen: dict[str, int] = {}
    for n, person in enumerate(people):
        one = read_beneficiary(person)
        found = [*faults_of(one, today=today, at=f"{at}/{n}")]
        first = seen.setdefault(one.citizen_id, n)
        if first != n:
            where: dict[str, Value] = {"where": f"{at}/{first}"}
            found.append(Fault(f"{at}/{n}/citizen_id", "person_twice_in_roster", where))
        if not found:
            good.append(one)
            numbers.append(n)
        faults += found
    return Checked(
        rows=len(people), people=tuple(good), faults=tuple(faults), numbers=tuple(numbers)
    )


def read_beneficiary(person: Beneficiary) -> Beneficiary:
    """Return a person with numbers normalised."""
    return Beneficiary(
        name=person.name,
        citizen_id=citizen_id.normalised(person.citizen_id),
        phone=None if person.phone is None else phone.normalised(person.phone),
        tag=person.tag,
    )


def faults_of(person: Beneficiary, *, today: date, at: str = "") -> Sequence[Fault]:
    """Locate every fault of a person whose numbers are normalised."""
    faults: list[Fault] = []
    if code := person_name.fault_of(person.name):
        values: dict[str, Value] = {"most": person_name.NAME_MAX}
        values["character"] = forbidden_in(person.name) or ""
        faults.append(Fault(f"{at}/name", code, values))
    number = person.citizen_id
    if code := citizen_id.fault_of(number, today=today):
        if citizen_id.precision_lost(number):
            faults.append(Fault(f"{at}/citizen_id", "excel_precision_loss"))
        else:
            proposal = citizen_id.proposal_for(number, today=today)
            faults.append(Fault(f"{at}/citizen_id", code, proposal=proposal))
    if person.phone is not None and (code := phone.fault_of(person.phone)):
        faults.append(Fault(f"{at}/phone", code))
    return faults


def refuse_list(check: ListCheck) -> Refusal:
    """Return the refusal of a faulty list: how many faults there are, and the first hundred."""
    return Refusal("voucher_list_faulty", faults=check.faults, count=len(check.faults))
