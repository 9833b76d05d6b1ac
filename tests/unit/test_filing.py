"""What a filing's roster and payee may be."""

import pytest

from domain.errors import Refusal
from domain.filing import Payee
from domain.payee_account import checked_payee

NAME = "启东示例机械有限公司"
PAYEE = Payee(account_name=NAME, account_number="3200 1601 2345 6789 012", bank_code="102100099996")


def test_a_payee_is_normalised() -> None:
    assert checked_payee(PAYEE, enterprise_name=NAME).account_number == "3200160123456789012"


@pytest.mark.parametrize(
    ("payee", "pointer", "code"),
    [
        (
            Payee(
                account_name=NAME + "（集团）",
                account_number="320016012345",
                bank_code="102100099996",
            ),
            "/payee/account_name",
            "payee_name_differs",
        ),
        (
            Payee(account_name=NAME, account_number="3200", bank_code="102100099996"),
            "/payee/account_number",
            "account_malformed",
        ),
        (
            Payee(account_name=NAME, account_number="320016012345", bank_code="102100099990"),
            "/payee/bank_code",
            "bank_code_checksum",
        ),
    ],
)
def test_every_fault_of_a_payee_is_located(payee: Payee, pointer: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        checked_payee(payee, enterprise_name=NAME)
    assert refused.value.code == "payee_faulty"
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [(pointer, code)]
