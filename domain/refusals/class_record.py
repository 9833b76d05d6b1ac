"""Refusals of class records, mentors and joint classes."""

from typing import Final

from domain.refusals.kinds import rule, state

TRAINING: Final = (
    rule(
        "class_record_faulty",
        ("台账记录有误", "The class record has faults"),
        (
            "有 {count} 处错误，均已逐条定位，未保存任何内容。",
            "{count} fault(s), each located; nothing was stored.",
        ),
    ),
    state(
        "class_record_closed",
        ("台账现在不能登记", "The class record is closed"),
        (
            "备案处于“{state}”状态，不能登记。台账自开班报告起登记，至办结止。",
            "The filing is in state “{state}”. A record grows from the opening report until closing.",
        ),
    ),
    rule(
        "times_out_of_order",
        ("时间先后颠倒", "Times out of order"),
        ("结束时间应晚于开始时间。", "The end must come after the start."),
    ),
    rule(
        "absent_with_times",
        ("缺勤却有时间", "Absent, with times"),
        ("缺勤记录不得填写到达或离开时间。", "An absence has no time of arrival or leaving."),
    ),
    rule(
        "session_unknown",
        ("没有该课次", "No such session"),
        ("本班没有该课次，或已撤回。", "The class has no such session, or it was withdrawn."),
    ),
    rule(
        "mentor_unknown",
        ("没有该导师", "No such mentor"),
        ("本班没有登记该导师，或已撤回。", "No such mentor is recorded for the class."),
    ),
    rule(
        "person_not_in_class",
        ("不在本班", "Not in the class"),
        ("该人员不在本班名册中，或重复。", "That person is not in this class, or named twice."),
    ),
    rule(
        "entry_id_reused",
        ("编号已用于其他内容", "Entry id used for something else"),
        (
            "同一编号已登记不同内容；更正须用新编号并指明所更正的编号。",
            "This id is on file with other content; a correction has another id and names this one.",
        ),
    ),
    rule(
        "entry_unknown",
        ("没有所更正的记录", "Nothing to correct"),
        ("没有该记录，无法更正。", "There is no such entry to correct."),
    ),
    rule(
        "entry_superseded",
        ("该记录已被更正", "Corrected already"),
        (
            "该记录已有更新的版本，请重新读取后再更正。",
            "A later version exists; read it again before correcting.",
        ),
    ),
    rule(
        "receipt_number_malformed",
        ("票据号码格式错误", "Receipt number malformed"),
        (
            "票据代码为 8、10 或 12 位数字，号码为 6 至 20 位数字；数电发票没有代码。",
            "A code has 8, 10 or 12 digits, a number 6 to 20; a fully digital invoice has no code.",
        ),
    ),
    rule(
        "credit_code_malformed",
        ("统一社会信用代码格式错误", "Credit code malformed"),
        ("统一社会信用代码为 18 位。", "A social credit code has 18 characters."),
    ),
    rule(
        "receipt_twice",
        ("票据重复", "Receipt twice"),
        ("本班已登记该票据。", "The class has this receipt already."),
    ),
    state(
        "receipt_already_used",
        ("票据已用于其他备案", "Receipt used elsewhere"),
        (
            "该发票或票据已用于另一个备案，不得重复使用。",
            "That invoice or receipt supports another filing already.",
        ),
    ),
    rule(
        "provider_unknown",
        ("没有登记该培训机构", "Unknown provider"),
        (
            "没有以该统一社会信用代码登记的培训机构。",
            "No training provider with that credit code is on file.",
        ),
    ),
    rule(
        "qualification_first",
        ("须先取得资格", "Qualification first"),
        (
            "特种作业等须持证上岗的职业，学徒上岗前须取得相应资格并作出声明（职业教育法第二十四条）。",
            "In a special occupation the qualification comes before work, and is attested.",
        ),
    ),
    rule(
        "joint_class_unknown",
        ("没有该集中开班", "No such joint class"),
        (
            "该地区没有已确认的此集中开班。",
            "No such joint class is confirmed in that region.",
        ),
    ),
    rule(
        "joint_class_differs",
        ("与集中开班计划不一致", "Differs from the joint class"),
        (
            "加入集中开班的备案，其职业、等级、期限、开班日期和培训机构须与班级计划一致。",
            "A filing that joins a class has its occupation, grade, term, start and provider.",
        ),
    ),
    rule(
        "class_too_large",
        ("班级人数超过上限", "Class too large"),
        (
            "全班 {people} 人，上限 {most} 人。",
            "The class has {people} people; at most {most} are allowed.",
        ),
    ),
    rule(
        "mentors_too_few",
        ("导师人数不足", "Too few mentors"),
        (
            "登记 {found} 名导师，至少 {least} 名。",
            "{found} mentor(s); at least {least} are needed.",
        ),
    ),
    rule(
        "provider_mentor_missing",
        ("缺少院校导师", "No mentor of the provider"),
        ("委托培训须有院校导师（双导师）。", "Training by a provider needs one of its mentors."),
    ),
    rule(
        "people_without_mentor",
        ("导师不够带全班", "Not mentors enough"),
        (
            "全班 {people} 人，每名导师最多带 {most} 人。",
            "{people} people, and one mentor may have at most {most}.",
        ),
    ),
    rule(
        "mentor_with_too_many",
        ("导师所带人数超过上限", "Too many at one mentor"),
        ("所带 {found} 人，上限 {most} 人。", "{found} people; at most {most} are allowed."),
    ),
)
