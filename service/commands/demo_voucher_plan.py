"""What the road of vouchers is walked with: its people, its figures, and what they send.

Thirteen vouchers are issued to twelve people. Five collect theirs; four begin a class, three complete and
redeem, two are paid for. One is given back, one line is refused, and most are never used and expire. A voucher
is worth the least of standard 1 000, fee 1 100 and face value 1 200 元. All names and numbers are made up.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from domain.voucher_statistics import VoucherStep
from service.application.demo_region import ACCOUNTS, PROVIDER, PROVIDER_CREDIT_CODE
from service.commands.demo_steps import FUND, citizen_id
from service.commands.partner import Json

WHOLE: Final = "worker"
FROZEN: Final = "worker-second"
RETURNS: Final = "worker-third"
DOUBTED: Final = "worker-fourth"
FAILS: Final = "worker-fifth"
"""Whose voucher goes its way undisturbed, is frozen, given back, refused at the review, ends without completion."""
NAMES: Final = {
    WHOLE: "王丽",
    FROZEN: "李强",
    RETURNS: "张敏",
    DOUBTED: "刘洋",
    FAILS: "陈静",
}
WITHOUT_ACCOUNT: Final = ("周平", "吴霞", "郑刚", "冯涛", "褚兰", "卫东", "蒋雪")
"""A voucher is collected by its worker alone, so theirs expire."""
TRAINED: Final = (WHOLE, FROZEN, DOUBTED, FAILS)
REDEEMED: Final = (WHOLE, FROZEN, DOUBTED)
PAID: Final = (WHOLE, FROZEN)

APPROPRIATED_FEN: Final = 10_000_000
STANDARD_FEN: Final = 100_000
FEE_FEN: Final = 110_000
FACE_VALUE_FEN: Final = 120_000
WORTH_FEN: Final = 100_000
PAID_FEN: Final = 200_000
OCCUPATION: Final = "6-18-01-01"
STARTS: Final = "2024-03-11"
ENDS: Final = "2024-03-29"
VALID_UNTIL: Final = "2024-03-15"
"""Counted to the start of training: who is in training then goes on."""
SECOND_SESSION: Final = "2024-03-28"
LEAST_ATTENDANCE: Final = 8_000
ATTENDANCE: Final = {WHOLE: 10_000, FROZEN: 8_333, DOUBTED: 10_000, FAILS: 5_000}
"""In basis points: one leaves an hour before the end of the second session, one comes to the first alone."""

COUNTED: Final[Mapping[VoucherStep, tuple[int, int]]] = {
    VoucherStep.ISSUED: (13, 12),
    VoucherStep.COLLECTED: (5, 5),
    VoucherStep.STARTED: (4, 4),
    VoucherStep.COMPLETED: (3, 3),
    VoucherStep.REDEEMED: (3, 3),
    VoucherStep.PAID: (2, 2),
    VoucherStep.EXPIRED: (8, 8),
    VoucherStep.RETURNED: (1, 1),
}
"""人次 and 人: who gave a voucher back and was issued another is one person with two."""
ENDED: Final = {"paid": 2, "refused": 1, "not_completed": 1, "returned": 1, "expired": 8}


def row_of(account: str) -> tuple[str, str]:
    """Return what a list says of a worker with an account: name and citizen id."""
    (number,) = (one.citizen_id for one in ACCOUNTS if one.name == account)
    return NAMES[account], number


def listed() -> list[tuple[str, str]]:
    """Return whom the list names: who has an account, then those who never come."""
    return [
        *(row_of(account) for account in NAMES),
        *((name, citizen_id(n)) for n, name in enumerate(WITHOUT_ACCOUNT)),
    ]


def csv_of(people: Sequence[tuple[str, str]]) -> str:
    """Write a list as the bureau sends it."""
    rows = [f"{name},{number},城镇登记失业人员" for name, number in people]
    return "\r\n".join(["姓名,身份证号,重点群体", *rows, ""])


def catalogue_entry() -> Json:
    """Return how the provider joins the catalogue."""
    return {
        "provider_credit_code": PROVIDER_CREDIT_CODE,
        "change": "join",
        "effective_on": "2024-01-15",
        "document_number": "启人社〔2024〕9号",
    }


def project() -> Json:
    """Return the project as drafted: for registered unemployed people, through one provider."""
    return {
        "name": "2024 年失业人员职业培训券",
        "document_number": "启人社〔2024〕12号",
        "fund_source": FUND,
        "budget_year": 2024,
        "distribution": "targeted",
        "payee": "provider",
        "face_value_fen": FACE_VALUE_FEN,
        "quota": 20,
        "opens_on": "2024-02-01",
        "closes_on": "2024-03-01",
        "valid_until": VALID_UNTIL,
        "counts_to": "start",
        "withdraw_days": 3,
        "tags": ["unemployed"],
        "min_attendance_basis_points": LEAST_ATTENDANCE,
        "standards": [
            {
                "occupation_code": OCCUPATION,
                "occupation_name": "车工",
                "grade": 5,
                "standard_fen": STANDARD_FEN,
            }
        ],
        "provider_credit_codes": [PROVIDER_CREDIT_CODE],
    }


def class_plan(project_id: str) -> Json:
    """Return the class as its provider plans it."""
    return {
        "project_id": project_id,
        "class_name": "2024 年车工初级工班",
        "occupation_code": OCCUPATION,
        "grade": 5,
        "capacity": 10,
        "fee_fen": FEE_FEN,
        "site": "实训楼一号车间",
        "starts_on": STARTS,
        "ends_on": ENDS,
    }


def sessions() -> Json:
    """Return two sessions of three hours."""
    held = {"starts": "08:30", "ends": "11:30", "kind": "practice", "topic": "外圆车削"}
    return {
        "sessions": [
            {"held_on": day, "site": "实训楼一号车间", **held} for day in (STARTS, SECOND_SESSION)
        ]
    }


def check_ins(held: Mapping[str, str], vouchers: Mapping[str, str]) -> Json:
    """Return what the gate recorded, by the days of sessions and the accounts of vouchers."""
    passed = [(STARTS, account, "in", "08:25") for account in TRAINED]
    passed += [(SECOND_SESSION, account, "in", "08:25") for account in TRAINED if account != FAILS]
    passed.append((SECOND_SESSION, FROZEN, "out", "10:30"))
    return {
        "device_id": "gate-1",
        "sent_at": f"{ENDS}T10:00:00+08:00",
        "entries": [
            {
                "session_id": held[day],
                "voucher_id": vouchers[account],
                "entry_id": f"gate-1-{n:04d}",
                "direction": direction,
                "at": f"{day}T{at}:00+08:00",
            }
            for n, (day, account, direction, at) in enumerate(passed)
        ],
    }


def claim(project_id: str) -> Json:
    """Return what the provider claims: all that is redeemed."""
    return {
        "project_id": project_id,
        "payee": {
            "account_name": PROVIDER,
            "account_number": "32001601234567890456",
            "bank_code": "102100099996",
        },
    }
