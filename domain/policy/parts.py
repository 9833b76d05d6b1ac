"""Parts of a policy pack: the shape, meaning and unit of every nested field."""

from typing import Any, Final

from domain.policy.shapes import (
    Choice,
    Flag,
    Maybe,
    Member,
    Record,
    Several,
    Table,
    Variant,
    Whole,
    Words,
)
from domain.policy.standard import (
    BASIS_POINTS,
    GRADES,
    Category,
    CertificateType,
    ExitEarns,
    ExitReason,
    ExitRecovery,
    PrepaymentBase,
    PrepaymentCondition,
    Remainder,
    UncertifiedMode,
    UnitKind,
)

RATE_MAX_FEN: Final = 1_000_000_000
MONTHS_MAX: Final = 120
DAYS_MAX: Final = 3_660

SHARE: Final = Whole(0, BASIS_POINTS)
AMOUNT: Final = Whole(0, RATE_MAX_FEN)
DAYS: Final = Whole(0, DAYS_MAX)
GRADE_KEYS: Final = tuple(str(grade) for grade in GRADES)
TITLE: Final = Record(
    (
        Member(name="zh", shape=Words(200), about="Title in Chinese."),
        Member(name="en", shape=Words(200), about="Title in English."),
    )
)
UPLIFT: Final = Record(
    (
        Member(
            name="max_basis_points",
            shape=SHARE,
            about="Highest addition in basis points of the rate; 3000 is 30 %.",
        ),
        Member(
            name="grades",
            shape=Several(Whole(1, 5), 5, least=1),
            about="Target grades that may have it.",
        ),
    )
)
UNCERTIFIED: Final = Variant(
    "mode",
    {
        UncertifiedMode.NONE: Record(()),
        UncertifiedMode.AMOUNT: Record(
            (Member(name="amount_fen", shape=AMOUNT, about="Fen per person and year."),)
        ),
        UncertifiedMode.SHARE: Record(
            (
                Member(
                    name="share_basis_points",
                    shape=SHARE,
                    about="Share of the filed grade's rate in basis points; 5000 is 50 %.",
                ),
            )
        ),
    },
)
TYPE_PAY: Final = Record(
    (
        Member(
            name="share_basis_points",
            shape=Maybe(SHARE),
            required=False,
            telling=True,
            about="Pays this share of the rate, in basis points. Not together with amount_fen.",
        ),
        Member(
            name="amount_fen",
            shape=Maybe(AMOUNT),
            required=False,
            telling=True,
            about="Pays this amount, fen per person and year. Not together with a share.",
        ),
    )
)
WINDOW: Final = Record(
    (
        Member(
            name="grace_days",
            shape=DAYS,
            about="Days after class end up to which a certificate may be dated.",
        ),
        Member(
            name="pending_days",
            shape=DAYS,
            about="Days after class end after which a pending or withheld certificate is none.",
        ),
    )
)
PREPAYMENT: Final = Record(
    (
        Member(
            name="share_basis_points",
            shape=SHARE,
            about="Highest share paid ahead, in basis points; 5000 is 50 %, 0 is no prepayment.",
        ),
        Member(
            name="base",
            shape=Choice(tuple(PrepaymentBase)),
            about="Months it covers: ONE_YEAR the first twelve at most; WHOLE_TERM the filed term; "
            "EACH_YEAR every year's own months, later years for people still in training.",
        ),
        Member(
            name="condition",
            shape=Choice(tuple(PrepaymentCondition)),
            required=False,
            default=PrepaymentCondition.LISTED.value,
            about="From when it may be paid.",
        ),
        Member(
            name="on_request",
            shape=Flag(),
            required=False,
            default=True,
            about="Paid on the enterprise's request (true) or without one (false).",
        ),
        Member(
            name="added_people",
            shape=Flag(),
            required=False,
            default=False,
            about="Whether people added later bring a supplementary prepayment.",
        ),
    )
)
MONTHS: Final = Whole(0, MONTHS_MAX)
TERM: Final = Record(
    (
        Member(name="min_months", shape=MONTHS, about="Shortest filed term in months."),
        Member(name="max_months", shape=MONTHS, about="Longest ordinary filed term in months."),
        Member(
            name="extended_max_months",
            shape=MONTHS,
            about="Longest filed term in months with a reason and approval.",
        ),
        Member(
            name="extension_paid_months",
            shape=MONTHS,
            required=False,
            default=0,
            about="Months of an extension that are paid.",
        ),
    )
)
UNIT: Final = Variant(
    "kind",
    {
        UnitKind.FILED_YEARS: Record(()),
        UnitKind.MONTH: Record(
            (
                Member(
                    name="remainder",
                    shape=Choice(tuple(Remainder)),
                    about="Days after the last whole month: floor not counted; half 15 days "
                    "count as a month; any day counts as a month.",
                ),
            )
        ),
        UnitKind.DAY: Record(()),
    },
)
REASON_KEYS: Final = tuple(ExitReason)
EXITS: Final = Record(
    (
        Member(
            name="earns",
            shape=Table(REASON_KEYS, Choice(tuple(ExitEarns))),
            required=False,
            default={},
            about="What who did not complete earns, by reason: nothing, completed_years (whole "
            "years) or completed_units (by `unit`). An unlisted reason earns nothing.",
        ),
        Member(
            name="recovered",
            shape=Choice(tuple(ExitRecovery)),
            required=False,
            default=ExitRecovery.AT_SETTLEMENT.value,
            about="When the prepayment of who exited is asked back.",
        ),
        Member(
            name="excused",
            shape=Table(REASON_KEYS, Words(200)),
            required=False,
            default={},
            about="Excused reasons and the proof each needs.",
        ),
    )
)
ROSTER_CHANGES: Final = Record(
    (
        Member(
            name="last_day",
            shape=Maybe(DAYS),
            required=False,
            about="Days after training start up to which a roster may change; null is no limit.",
        ),
        Member(
            name="max_replaced_basis_points",
            shape=Maybe(SHARE),
            required=False,
            about="Highest share of seats replaceable in basis points; null is no limit.",
        ),
        Member(
            name="min_remaining_months",
            shape=Maybe(MONTHS),
            required=False,
            about="Least months of training left for who joins; null is no limit.",
        ),
    )
)
PEOPLE: Final = Record(
    (
        Member(
            name="categories",
            shape=Several(Choice(tuple(Category)), 4, least=1),
            about="Who is paid for: 新招用 new_hire, 转岗 transfer, 在岗 on_post, 其他 other.",
        ),
        Member(name="min_contract_months", shape=MONTHS, about="Shortest labour contract."),
        Member(
            name="contract_with_filing_enterprise",
            shape=Flag(),
            about="Whether the contract employer must be the filing enterprise.",
        ),
        Member(
            name="minimum_wage",
            shape=Flag(),
            about="Whether the wage must reach the minimum wage of the enterprise's place.",
        ),
    )
)
COUNT: Final = Maybe(Whole(1, 100))
STACKING: Final = Record(
    (
        Member(
            name="per_year_total",
            shape=COUNT,
            required=False,
            about="Subsidies per person and calendar year over all programmes; null is no limit.",
        ),
        Member(
            name="per_year_per_programme",
            shape=COUNT,
            required=False,
            about="Subsidies per person, calendar year and programme; null is no limit.",
        ),
        Member(
            name="same_occupation_and_grade_once",
            shape=Flag(),
            required=False,
            default=True,
            about="The same occupation and grade is paid once ever.",
        ),
        Member(
            name="higher_blocks_lower",
            shape=Flag(),
            required=False,
            default=True,
            about="After a higher grade of an occupation a lower one is not paid.",
        ),
        Member(
            name="excludes",
            shape=Several(Words(64), 20),
            required=False,
            default=[],
            about="Programmes that exclude this subsidy, both ways, for the same certificate; or for "
            "the same occupation and grade where a certificate is not known. By code (apprenticeship, "
            "voucher, project_training, skill_training, pre_job, assessment, skill_upgrade), or by "
            "another system's own.",
        ),
        Member(
            name="claim_within_months",
            shape=Maybe(Whole(1, MONTHS_MAX)),
            required=False,
            about="Months after a certificate's day of issue within which it must be claimed with: "
            "the settlement that first declares it is submitted by then; null is no limit.",
        ),
    )
)
FULL_TYPES: Final[dict[str, Any]] = {
    CertificateType.SKILL_LEVEL.value: {},
    CertificateType.QUALIFICATION.value: {},
    CertificateType.TRAINING.value: {},
    CertificateType.GRADUATION.value: {},
}
