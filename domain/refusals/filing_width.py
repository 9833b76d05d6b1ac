"""Refusals of corrections, time limits, the year's quota, and the calendar of working days."""

from typing import Final

from domain.errors import Family
from domain.refusals.kinds import kind

FILING_WIDTH: Final = (
    kind(
        "correction_notice_faulty",
        Family.RULE_BROKEN,
        ("补正告知有误", "The correction notice is faulty"),
        ("有 {count} 处不符合要求，详见 errors。", "{count} faults; see errors."),
    ),
    kind(
        "correction_item_empty",
        Family.RULE_BROKEN,
        ("补正事项没有说明", "An item says nothing"),
        (
            "补正事项须写明问题代码或文字说明。",
            "An item to correct needs a code or a text that says what is wrong.",
        ),
    ),
    kind(
        "correction_code_unknown",
        Family.RULE_BROKEN,
        ("问题代码不存在", "Unknown code"),
        ("系统中没有此问题代码。", "There is no such code."),
    ),
    kind(
        "later_notice_unexplained",
        Family.RULE_BROKEN,
        ("补正须一次性告知", "Corrections are named at once"),
        (
            "本备案已告知过补正；再次告知须说明首次未能一并告知的理由。",
            "This filing was returned before; another notice must say why the first did not name it.",
        ),
    ),
    kind(
        "correction_overdue",
        Family.STATE_CONFLICT,
        ("补正期限已过", "The day for correcting has passed"),
        (
            "补正期限为 {day}，已逾期，本备案将按撤回处理，请重新备案。",
            "The correction was due on {day}; the filing will end as withdrawn. File anew.",
        ),
    ),
    kind(
        "clock_not_running",
        Family.STATE_CONFLICT,
        ("没有可暂停的时限", "No time limit to pause"),
        (
            "业务处于“{state}”状态，没有由您暂停的办理时限。",
            "In state “{state}” no time limit of the authority runs.",
        ),
    ),
    kind(
        "clock_paused",
        Family.STATE_CONFLICT,
        ("时限已暂停", "The time limit is paused"),
        ("办理时限已处于暂停状态。", "The time limit is paused already."),
    ),
    kind(
        "clock_not_paused",
        Family.STATE_CONFLICT,
        ("时限未暂停", "The time limit is not paused"),
        ("办理时限没有暂停，无需恢复。", "The time limit runs; there is nothing to resume."),
    ),
    kind(
        "quota_exceeded",
        Family.RULE_BROKEN,
        ("超出年度名额", "Beyond the year's quota"),
        ("{year} 年名额不足，详见 errors。", "The quota of {year} is not enough; see errors."),
    ),
    kind(
        "quota_people_exceeded",
        Family.RULE_BROKEN,
        ("超出本地区年度名额", "Beyond the region's quota"),
        (
            "本地区当年名额剩余 {left} 人，不足 {people} 人。",
            "{left} people are left of the region's quota this year; {people} are asked for.",
        ),
    ),
    kind(
        "quota_share_exceeded",
        Family.RULE_BROKEN,
        ("超出单个企业名额上限", "Beyond one enterprise's share"),
        (
            "单个企业当年名额剩余 {left} 人，不足 {people} 人。",
            "{left} people are left of one enterprise's share this year; {people} are asked for.",
        ),
    ),
    kind(
        "calendar_faulty",
        Family.RULE_BROKEN,
        ("放假安排文件有误", "The calendar file is faulty"),
        ("有 {count} 处错误，详见 errors。", "{count} faults; see errors."),
    ),
    kind(
        "calendar_field_malformed",
        Family.RULE_BROKEN,
        ("字段格式错误", "Malformed field"),
        ("字段缺失、多余或格式不正确。", "The field is missing, unknown, or not of its form."),
    ),
    kind(
        "calendar_day_twice",
        Family.RULE_BROKEN,
        ("日期重复", "A day named twice"),
        ("{day} 出现了两次。", "{day} is named twice."),
    ),
    kind(
        "calendar_day_of_other_year",
        Family.RULE_BROKEN,
        ("日期不在本年度", "A day of another year"),
        ("{day} 不属于文件所载年度。", "{day} does not lie in the year of the file."),
    ),
    kind(
        "calendar_day_as_usual",
        Family.RULE_BROKEN,
        ("上班日不是周末", "A worked day is no weekend"),
        (
            "{day} 本来就是工作日，不能作为调休上班日。",
            "{day} is worked anyway; only a weekend is named as worked.",
        ),
    ),
    kind(
        "calendar_year_loaded",
        Family.STATE_CONFLICT,
        ("该年度已载入", "The year is on file"),
        (
            "{year} 年放假安排已载入；更正请按地区载入单日调整。",
            "{year} is on file; load single days of a region to correct it.",
        ),
    ),
)
