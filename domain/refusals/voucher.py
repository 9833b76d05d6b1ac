"""Refusals of voucher projects, of issuing and collecting vouchers, and of vouchers that cannot be used."""

from typing import Final

from domain.errors import Family
from domain.refusals.kinds import kind, rule, state

VOUCHER_PROJECTS: Final = (
    rule(
        "voucher_project_faulty",
        ("培训券项目内容有误", "The voucher project is faulty"),
        (
            "项目内容中有 {count} 处错误，未保存任何内容。",
            "The project has {count} fault(s) and nothing was stored.",
        ),
    ),
    rule(
        "window_ends_before_it_begins",
        ("发放期限颠倒", "The days of issue end before they begin"),
        ("发放截止日不得早于开始日。", "The last day of issue lies before the first."),
    ),
    rule(
        "window_past",
        ("发放期限已过", "The days of issue are over"),
        ("发放截止日已过。", "The last day of issue has passed."),
    ),
    rule(
        "validity_not_one",
        ("有效期须填一种", "One kind of validity"),
        (
            "有效期填写天数或截止日期，二者填且仅填其一。",
            "Validity is a number of days or a last day: exactly one of them.",
        ),
    ),
    rule(
        "validity_ends_early",
        ("有效期早于发放截止日", "Validity ends before issuing does"),
        (
            "有效期截止日不得早于发放截止日。",
            "The last day of validity lies before the last day of issue.",
        ),
    ),
    rule(
        "standard_twice",
        ("补贴标准重复", "A standard named twice"),
        (
            "与第 {row} 项（自 0 起）为同一职业和等级。",
            "Item {row} (from 0) is of the same occupation and grade.",
        ),
    ),
    rule(
        "provider_twice",
        ("培训机构重复", "A provider named twice"),
        ("与第 {row} 项（自 0 起）相同。", "It is item {row} (from 0) already."),
    ),
    state(
        "voucher_project_past",
        ("发放期限已过", "The days of issue are over"),
        (
            "项目的发放截止日已过，不能批准。",
            "The project's last day of issue has passed; it is not approved any more.",
        ),
    ),
    state(
        "voucher_project_not_open",
        ("项目不在发放期", "The project issues no vouchers now"),
        (
            "只有已批准且在发放期内的项目可以发放或领取培训券。",
            "Vouchers are issued by approved projects, between their first and last day of issue.",
        ),
    ),
    rule(
        "voucher_distribution_differs",
        ("发放方式不符", "Another way of issuing"),
        (
            "此项目的发放方式为“{distribution}”：通用券（general）由本人领取，定向券（targeted）按名单发放。",
            "This project is “{distribution}”: general vouchers are collected, targeted ones issued to a list.",
        ),
    ),
    state(
        "voucher_quota_exhausted",
        ("培训券已发完", "No vouchers are left"),
        ("此项目的培训券已全部发放。", "All vouchers of the project have been issued."),
    ),
)

VOUCHER_ISSUES: Final = (
    rule(
        "voucher_list_faulty",
        ("发放名单有误", "The list is faulty"),
        (
            "名单中有 {count} 处错误，未发放任何培训券。",
            "The list has {count} fault(s) and no voucher was issued.",
        ),
    ),
    rule(
        "voucher_quota_exceeded",
        ("超出发放数量", "More than the quota"),
        (
            "名单有 {people} 人，项目尚可发放 {left} 张。",
            "The list names {people} people; {left} vouchers are left.",
        ),
    ),
    state(
        "voucher_issue_under_way",
        ("正在发放", "A list is being issued to"),
        (
            "此项目的另一份名单正在发放，请待其完成。",
            "Another list of the project is being issued to; wait until it is done.",
        ),
    ),
    state(
        "voucher_already_held",
        ("已持有培训券", "Holds a voucher already"),
        (
            "同一人在同一项目中只能持有一张有效的培训券，已使用的也计算在内。",
            "A person holds one live voucher of a project; one that was used counts.",
        ),
    ),
    rule(
        "voucher_tag_not_admitted",
        ("不在发放对象范围内", "Not among those meant"),
        (
            "此项目只面向所列重点群体，请填写其中一类。",
            "The project is for the groups it names; state one of them.",
        ),
    ),
    rule(
        "voucher_beneficiary_faulty",
        ("个人信息有误", "The personal data are faulty"),
        (
            "个人信息中有 {count} 处错误，未领取培训券。",
            "The personal data have {count} fault(s) and no voucher was collected.",
        ),
    ),
)

VOUCHERS: Final = (
    rule(
        "voucher_code_faulty",
        ("券码有误", "The code is faulty"),
        (
            "券码不成立，请按提示核对；培训券本身不受影响。",
            "This is no voucher's code; look where it says. The voucher itself is untouched.",
        ),
    ),
    rule(
        "voucher_code_length",
        ("券码位数不对", "Too short or too long"),
        ("券码为 16 位，分四组书写。", "A code has 16 characters, written in four groups."),
    ),
    rule(
        "voucher_code_character",
        ("字符不会出现在券码中", "A character of no code"),
        (
            "第 {position} 位的字符不会出现在券码中。",
            "Character {position} stands in no code.",
        ),
    ),
    rule(
        "voucher_code_mistyped",
        ("可能输错一位", "Perhaps mistyped"),
        (
            "校验不符：第 {position} 位可能有误。",
            "The checks do not fit: look at character {position}.",
        ),
    ),
    rule(
        "voucher_code_swapped",
        ("可能颠倒两位", "Perhaps swapped"),
        (
            "校验不符：第 {position} 位与后一位可能颠倒。",
            "The checks do not fit: character {position} and the next may be swapped.",
        ),
    ),
    rule(
        "voucher_code_checksum",
        ("券码校验不符", "The checks do not fit"),
        ("校验不符，请逐位核对。", "The checks do not fit; compare every character."),
    ),
    rule(
        "voucher_of_another_person",
        ("培训券属于他人", "Another person's voucher"),
        (
            "培训券实名使用，不得转让；姓名和身份证号须为持券人本人。",
            "A voucher is its person's own; the citizen id must be the holder's.",
        ),
    ),
    state(
        "voucher_frozen",
        ("培训券已冻结", "The voucher is frozen"),
        (
            "培训券因调查暂停使用，解除冻结后恢复原状态。",
            "An investigation has stopped it; released, it stands where it stood.",
        ),
    ),
    state(
        "voucher_expired",
        ("培训券已过期", "The voucher has expired"),
        (
            "培训券有效期至 {valid_until}，现已过期。",
            "Its last day was {valid_until}.",
        ),
    ),
    state(
        "voucher_not_usable",
        ("培训券状态不符", "Not in its state"),
        (
            "培训券处于“{voucher_state}”状态，不能进行此操作。",
            "The voucher is in state “{voucher_state}”; this does not follow.",
        ),
    ),
    rule(
        "voucher_group_unconfirmed",
        ("重点群体身份待确认", "The group is not confirmed yet"),
        (
            "此项目只面向所列重点群体：自行填写的类别须经人社部门核对证明材料并确认后，方可报名。",
            "The project is for certain groups: the bureau confirms what a worker states before he reserves.",
        ),
    ),
    state(
        "voucher_group_not_waiting",
        ("没有待确认的重点群体", "No group waits to be confirmed"),
        (
            "培训券未填写重点群体，或者已经确认。",
            "The voucher names no group, or its group is confirmed already.",
        ),
    ),
    kind(
        "voucher_released_by_another",
        Family.NOT_PERMITTED,
        ("须由他人解除冻结", "Another person releases it"),
        (
            "冻结培训券的人不得自行解除冻结。",
            "Whoever froze a voucher does not release it.",
        ),
    ),
)
