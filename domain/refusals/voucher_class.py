"""Refusals of the provider catalogue, of voucher classes, reservations and redemption."""

from typing import Final

from domain.refusals.kinds import rule, state

CATALOGUE: Final = (
    rule(
        "catalogue_entry_faulty",
        ("目录变动有误", "The catalogue entry has faults"),
        ("有 {count} 处不符合要求，详见 errors。", "{count} fault(s); see errors."),
    ),
    rule(
        "provider_in_catalogue",
        ("已在目录中", "In the catalogue already"),
        (
            "该培训机构已由本地区列入培训机构目录。",
            "This region has entered that provider in its catalogue already.",
        ),
    ),
    rule(
        "provider_not_in_catalogue",
        ("不在培训机构目录中", "Not in the provider catalogue"),
        (
            "该培训机构当日不在本地区培训机构目录中：已开班的可以完成培训，不得新开班。",
            "That day the provider is not in the region's catalogue: what has begun is finished, nothing begins.",
        ),
    ),
    rule(
        "catalogue_out_of_order",
        ("早于已有的变动", "Earlier than what is on file"),
        (
            "该机构在本地区的上一次变动自 {latest} 起生效，新的变动须在其后。",
            "This region's last entry about the provider holds from {latest}; another follows after it.",
        ),
    ),
    rule(
        "leaving_day_past",
        ("退出日期已过", "The day of leaving has passed"),
        (
            "退出目录不得追溯：退出日期不早于今天。",
            "Nobody leaves the catalogue in the past: the day of leaving is today or later.",
        ),
    ),
)

VOUCHER_CLASSES: Final = (
    rule(
        "voucher_class_faulty",
        ("开班计划有误", "The plan of the class has faults"),
        ("有 {count} 处不符合要求，详见 errors。", "{count} fault(s); see errors."),
    ),
    rule(
        "provider_not_in_project",
        ("不是项目的培训机构", "Not a provider of the project"),
        (
            "项目没有确定该培训机构承担培训。",
            "The project does not name that provider.",
        ),
    ),
    rule(
        "occupation_not_offered",
        ("项目不含该职业等级", "The project does not offer that"),
        (
            "项目的补贴标准中没有该职业（工种）和等级。",
            "The project has no standard for that occupation and grade.",
        ),
    ),
    rule(
        "class_days_out_of_order",
        ("日期先后有误", "Days out of order"),
        (
            "开班日期不早于今天，结束日期不早于开班日期。",
            "A class begins today or later, and does not end before it begins.",
        ),
    ),
    state(
        "reservation_refused",
        ("不能报名", "The reservation is refused"),
        ("有 {count} 处不符合要求，详见 errors。", "{count} reason(s); see errors."),
    ),
    rule(
        "voucher_class_unknown",
        ("没有该班级", "No such class"),
        ("没有公开的此班级。", "No such class is published."),
    ),
    rule(
        "class_of_other_project",
        ("不是本项目的班级", "A class of another project"),
        (
            "培训券只能用于其所属项目的班级。",
            "A voucher is used in a class of its own project.",
        ),
    ),
    rule(
        "voucher_ends_before",
        ("有效期不够", "Not valid long enough"),
        (
            "培训券有效期至 {valid_until}，按项目规定须在 {needed} 有效。",
            "The voucher is valid until {valid_until}; the project asks that it be valid on {needed}.",
        ),
    ),
    state(
        "voucher_class_closed",
        ("班级不再接受报名", "The class takes no reservations"),
        (
            "班级已报告开班、已取消，或开班日期已过。",
            "The class has reported its start, was cancelled, or should have begun.",
        ),
    ),
    rule(
        "training_overlaps",
        ("培训时间重叠", "Training at the same time"),
        (
            "本人已报名或正在参加“{class_name}”（{starts_on} 至 {ends_on}），两个班的培训时间不得重叠。",
            "The same person has a place in “{class_name}” from {starts_on} to {ends_on}; the days must not overlap.",
        ),
    ),
    state(
        "voucher_class_full",
        ("班级名额已满", "The class is full"),
        ("班级没有剩余名额。", "No place is left in the class."),
    ),
    state(
        "withdrawal_too_late",
        ("已过退出报名期限", "Too late to withdraw"),
        (
            "最迟可在 {day} 退出报名；班级取消或逾期未开班时可以退出。",
            "The last day to withdraw was {day}; one may leave a class that did not begin in time.",
        ),
    ),
    rule(
        "start_report_faulty",
        ("开班报告有误", "The report of the start has faults"),
        ("有 {count} 处不符合要求，详见 errors。", "{count} fault(s); see errors."),
    ),
    rule(
        "start_day_wrong",
        ("开班日期不符", "Not a day of this class"),
        (
            "实际开班日期应在计划的开班日期至结束日期之间，且不晚于今天。",
            "A class begins between its planned first and last day, and not after today.",
        ),
    ),
    rule(
        "nobody_present",
        ("无人到班", "Nobody came"),
        (
            "没有一名持券人到班，不能开班；请取消班级。",
            "No holder of a voucher came: the class cannot start; cancel it.",
        ),
    ),
    state(
        "voucher_record_closed",
        ("台账现在不能登记", "The record of the class is closed"),
        (
            "班级处于“{state}”状态，不能登记。台账自报告开班起登记，至报告结业止。",
            "The class is in state “{state}”. A record grows from the report of the start to that of completion.",
        ),
    ),
    rule(
        "device_time_impossible",
        ("设备时间无法使用", "No such time"),
        (
            "设备时间应在 1970 年至 2100 年之间。",
            "A device's time lies between 1970 and 2100.",
        ),
    ),
    rule(
        "completion_report_faulty",
        ("结业报告有误", "The report of completion has faults"),
        ("有 {count} 处不符合要求，详见 errors。", "{count} fault(s); see errors."),
    ),
    rule(
        "attendance_too_low",
        ("出勤不足", "Not attended enough"),
        (
            "出勤 {attended} 分钟，共 {held} 分钟，项目要求不低于 {least}。",
            "{attended} of {held} minutes attended; the project asks for {least}.",
        ),
    ),
    rule(
        "training_too_short",
        ("培训时长不足", "Not trained long enough"),
        (
            "出勤 {attended} 分钟，该职业等级的补贴标准要求至少 {least} 分钟。",
            "{attended} minutes attended; the standard of this occupation and grade asks for {least} at least.",
        ),
    ),
    rule(
        "certificate_missing",
        ("缺少证书", "A certificate is missing"),
        (
            "项目要求结业人员取得证书，请填写证书类型和编号。",
            "The project asks for a certificate of whoever completes: name its type and number.",
        ),
    ),
    rule(
        "outcome_certificate_malformed",
        ("证书编号格式错误", "Certificate number malformed"),
        (
            "编号不符合该类证书的编码规则，请核对。",
            "The number has not the shape of that kind of certificate; compare it.",
        ),
    ),
    rule(
        "outcome_certificate_below_grade",
        ("证书等级低于班级等级", "A certificate below the class's grade"),
        (
            "编号所示等级为 {shown} 级，班级为 {grade} 级；项目要求取得本等级以上证书。",
            "The number shows grade {shown}, the class is of grade {grade}: the project asks for that or a higher one.",
        ),
    ),
)

REDEEMING: Final = (
    rule(
        "voucher_not_yours",
        ("不是本机构的培训券", "Not a voucher at this provider"),
        (
            "没有此券，或此券未在本机构使用：可能属于其他培训机构的班级。",
            "There is no such voucher, or it is not used with you: it may be of another provider's class.",
        ),
    ),
    rule(
        "voucher_of_other_class",
        ("不是本班的培训券", "A voucher of another class"),
        (
            "此券用于本机构的另一个班级（{class_name}）。",
            "The voucher is used in another class of yours ({class_name}).",
        ),
    ),
    state(
        "voucher_redeemed_already",
        ("培训券已核销", "Redeemed already"),
        (
            "此券已核销。一张券在一个班级只核销一次。",
            "It has been redeemed. A voucher is redeemed once in its class.",
        ),
    ),
)
