"""Payee accounts over HTTP: declared, verified, refused, replaced."""

from typing import Annotated, Final
from uuid import UUID

import msgspec

from domain.cases import CaseKind
from domain.errors import Text
from domain.filing import Payee
from domain.party import Role
from domain.payee_account import PayeeAccount
from service.application import payee_account
from service.application.payee_account import DeclareAccount
from service.http.call import Answer, Call, Served, json_answer
from service.http.case_lists import in_state
from service.http.history import steps_of
from service.http.operation import operation
from service.http.shapes import Body, CaseView, Decision, HistoryView, Line, View

TAG: Final = "payee-accounts"
_SIGNED: Final = ("wrong_state", "duty_conflict", "busy")
_REVIEWER: Final = frozenset({Role.REVIEWER})
_Number = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class PayeeAccountBody(Body):
    """An account as the enterprise declares it; `replaces_id` names the verified one it replaces."""

    region_code: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    account_name: Line
    account_number: _Number
    bank_code: _Number
    replaces_id: UUID | None = None

    def to_command(self) -> DeclareAccount:
        """Return the command."""
        return DeclareAccount(
            region_code=self.region_code,
            payee=Payee(
                account_name=self.account_name,
                account_number=self.account_number,
                bank_code=self.bank_code,
            ),
            replaces_id=self.replaces_id,
        )


class PayeeAccountView(View):
    """An account, its number masked; paid to while its state is `verified`."""

    case: CaseView
    account_name: str
    account_masked: str
    bank_code: str
    replaces_id: UUID | None

    @classmethod
    def of(cls, shown: PayeeAccount) -> "PayeeAccountView":
        """Show an account."""
        return cls(
            case=CaseView.of(shown.case),
            account_name=shown.account_name,
            account_masked=shown.account_masked,
            bank_code=shown.bank_code,
            replaces_id=shown.replaces_id,
        )


def _answer(shown: PayeeAccount, *, status: int = 200) -> Answer:
    return json_answer(
        PayeeAccountView.of(shown),
        status=status,
        version=shown.case.version,
        location=f"/v1/payee-accounts/{shown.case.id}" if status == 201 else None,
    )


@operation(
    id="DeclarePayeeAccount",
    method="POST",
    path="/v1/payee-accounts",
    tag=TAG,
    summary=Text("申报收款账户", "Declare a payee account"),
    description=Text(
        "户名须与单位登记名称（劳动者为券面姓名）逐字一致。账户核实后方可收款；替换原账户的，核实前原账户的待付款项暂不支付。",
        "The name equals the registered name, or that on a worker's voucher, character by character. The "
        "account is paid to once it is verified; while a replacement waits, nothing is paid to the account it "
        "replaces.",
    ),
    roles=frozenset({Role.FILER, Role.PROVIDER, Role.WORKER}),
    body=PayeeAccountBody,
    body_example={
        "region_code": "320681",
        "account_name": "启东示例机械有限公司",
        "account_number": "32001601234567890123",
        "bank_code": "102100099996",
    },
    answer=PayeeAccountView,
    status=201,
    keyed=True,
    dry_run=True,
    problems=(
        "place_unknown",
        "payee_faulty",
        "account_exists",
        "account_not_replaceable",
        "not_found",
        "busy",
    ),
)
async def declare_payee_account(call: Call) -> Answer:
    """Declare an account of one's enterprise."""
    return await call.once(
        lambda work: payee_account.declare_account(
            work, call.decode(PayeeAccountBody).to_command()
        ),
        lambda done: _answer(done, status=201),
    )


@operation(
    id="VerifyPayeeAccount",
    method="POST",
    path="/v1/payee-accounts/{account_id}/verify",
    tag=TAG,
    summary=Text("核实收款账户", "Verify a payee account"),
    description=Text(
        "由人社部门一人核实；此人不得放行向该账户的支付。被替换的账户随之失效，尚未组批的款项改付新账户。",
        "By one bureau person, who then releases no payment to it. What it replaces is superseded, and "
        "payments not yet in a batch go to the new account.",
    ),
    roles=_REVIEWER,
    body=Decision,
    body_example={"reason": "开户许可证与登记信息一致"},
    answer=PayeeAccountView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "payee_faulty", "account_not_replaceable"),
)
async def verify_payee_account(call: Call) -> Answer:
    """Sign the verification."""
    return await call.once(
        lambda work: payee_account.verify_account(
            work,
            account_id=call.path("account_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        ),
        _answer,
    )


@operation(
    id="RefusePayeeAccount",
    method="POST",
    path="/v1/payee-accounts/{account_id}/refuse",
    tag=TAG,
    summary=Text("不予核实收款账户", "Refuse a payee account"),
    roles=_REVIEWER,
    body=Decision,
    body_example={"reason": "账号与开户许可证不符"},
    answer=PayeeAccountView,
    keyed=True,
    versioned=True,
    problems=(*_SIGNED, "reason_missing"),
)
async def refuse_payee_account(call: Call) -> Answer:
    """Sign the refusal, with its reason."""
    return await call.once(
        lambda work: payee_account.refuse_account(
            work,
            account_id=call.path("account_id"),
            version=call.if_match,
            reason=call.decode(Decision).reason,
        ),
        _answer,
    )


@operation(
    id="GetPayeeAccount",
    method="GET",
    path="/v1/payee-accounts/{account_id}",
    tag=TAG,
    summary=Text("查看收款账户", "Read a payee account"),
    answer=PayeeAccountView,
)
async def get_payee_account(call: Call) -> Answer:
    """Read one account, masked."""
    return _answer(
        await call.read(lambda work: payee_account.account(work, call.path("account_id")))
    )


@operation(
    id="GetPayeeAccountHistory",
    method="GET",
    path="/v1/payee-accounts/{account_id}/steps",
    tag=TAG,
    summary=Text("办理过程", "Read the signed steps"),
    answer=HistoryView,
)
async def get_payee_account_history(call: Call) -> Answer:
    """Read who declared and who verified it."""
    return await steps_of(call, CaseKind.ACCOUNT_CHANGE, call.path("account_id"))


@operation(
    id="ListPayeeAccounts",
    method="GET",
    path="/v1/payee-accounts",
    tag=TAG,
    summary=Text("收款账户列表", "List payee accounts"),
    query=(in_state(CaseKind.ACCOUNT_CHANGE),),
    answer=PayeeAccountView,
    paged=True,
)
async def list_payee_accounts(call: Call) -> Answer:
    """List one's own accounts, or those of one's region, in order of declaration."""
    page = call.page()
    rows = await call.read(
        lambda work: payee_account.list_accounts(
            work, state=call.query("state", str), after=page.after_id, limit=page.limit
        )
    )
    return call.page_answer(rows, page, view=PayeeAccountView.of, after=lambda one: one.case.id)


OPERATIONS: Final[tuple[Served, ...]] = (
    declare_payee_account,
    verify_payee_account,
    refuse_payee_account,
    get_payee_account,
    list_payee_accounts,
    get_payee_account_history,
)
