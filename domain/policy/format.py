"""The format of a policy pack, as a policy officer writes it.

The same format serves the packs on disk, versions on file, and a policy written inside a case for
the calculator. What has no default is required: identity, and whatever decides an amount.
"""

from typing import Any, Final

from domain.policy.parts import (
    EXITS,
    FULL_TYPES,
    GRADE_KEYS,
    MONTHS_MAX,
    PEOPLE,
    PREPAYMENT,
    RATE_MAX_FEN,
    ROSTER_CHANGES,
    SHARE,
    STACKING,
    TERM,
    TITLE,
    TYPE_PAY,
    UNCERTIFIED,
    UNIT,
    UPLIFT,
    WINDOW,
)
from domain.policy.shapes import (
    Choice,
    Day,
    Flag,
    Maybe,
    Member,
    Record,
    Several,
    Table,
    Whole,
    Words,
)
from domain.policy.standard import (
    BelowFiled,
    Category,
    CertificateType,
    Employment,
    FinanceConcurrence,
    PaymentChannel,
    Settles,
)

_ID: Final = Member(
    name="id", shape=Words(64, r"^\S+$"), about="Name of the policy, without spaces."
)
_DOCUMENT: Final = Member(
    name="document",
    shape=Maybe(Words(100)),
    about="Document number, such as 通人社职〔2019〕15号; null when there is none.",
)
_OURS: Final = Member(
    name="ours",
    shape=Several(Words(200, r"^/\S+$"), 100),
    required=False,
    default=[],
    about="JSON pointers of fields that no source states, such as /prepayment/base. The label "
    "follows the figure into every explanation.",
)

POLICY: Final = Record(
    (
        _ID,
        Member(
            name="kind",
            shape=Choice(("standard",)),
            required=False,
            default="standard",
            about="A standard sets amounts.",
        ),
        Member(
            name="region",
            shape=Words(4, r"^(CN|[0-9]{2}|[0-9]{4})$"),
            about="Owner: CN, a province (2 digits, GB/T 2260) or a city (4 digits). A county "
            "owns no standard.",
        ),
        Member(
            name="title",
            shape=Maybe(TITLE),
            required=False,
            about="Title in both languages; null is the id.",
        ),
        _DOCUMENT,
        Member(name="valid_from", shape=Day(), about="First day in force."),
        Member(
            name="valid_to",
            shape=Maybe(Day()),
            required=False,
            about="Last day in force; null is open.",
        ),
        Member(
            name="rates",
            shape=Table(GRADE_KEYS, Whole(1, RATE_MAX_FEN), least=1),
            about="Fen per person and year by national grade: 5 初级工, 4 中级工, 3 高级工, "
            "2 技师, 1 高级技师. A grade that is not listed is not paid for.",
        ),
        Member(
            name="uplift",
            shape=Maybe(UPLIFT),
            required=False,
            about="Addition for scarce occupations; null is none.",
        ),
        Member(
            name="uncertified",
            shape=UNCERTIFIED,
            about="What completion without an accepted certificate earns a year.",
        ),
        Member(
            name="below_filed",
            shape=Choice(tuple(BelowFiled)),
            about="What a certificate below the filed grade earns. A grade without a rate earns "
            "nothing.",
        ),
        Member(
            name="max_paid_months",
            shape=Table(GRADE_KEYS, Whole(1, MONTHS_MAX)),
            required=False,
            default={},
            about="Longest paid term in months by grade reached, for certificates below the "
            "filed grade.",
        ),
        Member(
            name="certificate_types",
            shape=Table(tuple(CertificateType), TYPE_PAY),
            required=False,
            default=FULL_TYPES,
            about="Accepted types, {} for full pay or a share or amount. The default is what "
            "人社部发〔2021〕39号 names: 职业技能等级证书, 职业资格证书, 培训合格证书, 毕业证书. "
            "A type not "
            "listed counts as no certificate.",
        ),
        Member(
            name="certificate_window",
            shape=WINDOW,
            required=False,
            default={"grace_days": 180, "pending_days": 180},
            about="Days counted from class end.",
        ),
        Member(name="prepayment", shape=PREPAYMENT, about="What is paid ahead."),
        Member(
            name="term",
            shape=TERM,
            required=False,
            default={"min_months": 12, "max_months": 24, "extended_max_months": 36},
            about="Filed terms in months; the default is 人社部发〔2021〕39号 四(二).",
        ),
        Member(
            name="unit",
            shape=UNIT,
            about="What is counted, never past the filed term: filed_years whole years (the filed "
            "term must be whole years), month twelfths, day 365ths.",
        ),
        Member(
            name="exits",
            shape=EXITS,
            required=False,
            default={},
            about="People who did not complete. The default earns nothing.",
        ),
        Member(
            name="suspension_counts",
            shape=Flag(),
            required=False,
            default=False,
            about="Whether days of suspension count as training.",
        ),
        Member(
            name="roster_changes",
            shape=ROSTER_CHANGES,
            required=False,
            default={},
            about="Limits of roster changes.",
        ),
        Member(
            name="pass_rate_basis_points",
            shape=Maybe(SHARE),
            required=False,
            about="Least share of people certified, in basis points; null is none.",
        ),
        Member(
            name="people",
            shape=PEOPLE,
            required=False,
            default={
                "categories": [Category.NEW_HIRE.value, Category.TRANSFER.value],
                "min_contract_months": 12,
                "contract_with_filing_enterprise": True,
                "minimum_wage": True,
            },
            about="Who is paid for.",
        ),
        Member(
            name="stacking",
            shape=STACKING,
            required=False,
            default={},
            about="What else may be paid for the same person.",
        ),
        Member(
            name="employment",
            shape=Choice(tuple(Employment)),
            required=False,
            default=Employment.ATTESTED.value,
            about="How employment is shown: attested by the enterprise, or asked of a registry.",
        ),
        Member(
            name="settles",
            shape=Choice(tuple(Settles)),
            required=False,
            default=Settles.AT_END.value,
            about="When a filing is settled.",
        ),
        Member(
            name="finance_concurrence",
            shape=Choice(tuple(FinanceConcurrence)),
            required=False,
            default=FinanceConcurrence.BEFORE_PAYMENT.value,
            about="When the finance department concurs (财政复核).",
        ),
        Member(
            name="payment_channel",
            shape=Choice(tuple(PaymentChannel)),
            required=False,
            default=PaymentChannel.TREASURY.value,
            about="Who pays.",
        ),
        Member(
            name="netting",
            shape=Flag(),
            required=False,
            default=False,
            about="Whether a recovery may be netted against another filing's payment.",
        ),
        Member(
            name="below_floor_reason",
            shape=Maybe(Words(500)),
            required=False,
            about="Why a rate below the national floor is in force; shown by every affected case.",
        ),
        _OURS,
    )
)

FLOOR: Final = Record(
    (
        Member(
            name="document", shape=Words(100), about="Document number of the national document."
        ),
        Member(name="valid_from", shape=Day(), about="First day in force."),
        Member(
            name="rate_fen",
            shape=Whole(1, RATE_MAX_FEN),
            about="Least rate in principle, fen per person and year.",
        ),
        _OURS,
    )
)


def policy_schema() -> dict[str, Any]:
    """Describe the format as JSON Schema, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Xuetu policy: a subsidy standard (补贴标准)",
        "description": "Amounts are whole fen (100 fen = 1 yuan), shares are basis points (10000 = "
        "100 %). A field that may be left out shows its default; which defaults bore on a figure "
        "is named with the figure.",
        **POLICY.schema(),
    }
