"""Refusals of certificates and settlements."""

from typing import Final

from domain.refusals.kinds import rule, state

SETTLING: Final = (
    rule(
        "extract_faulty",
        ("证书数据有误", "The extract is faulty"),
        (
            "证书数据中有 {count} 处错误，未保存任何内容。",
            "The extract has {count} fault(s) and nothing was stored.",
        ),
    ),
    state(
        "extract_already_loaded",
        ("该文件已导入", "Extract loaded before"),
        ("同一份证书数据已经导入。", "This very extract has been loaded already."),
    ),
    rule(
        "header_wrong",
        ("表头不正确", "Wrong header"),
        (
            "首行须为规定的列名，次序一致：{columns}。",
            "The first line must name these columns in this order: {columns}.",
        ),
    ),
    rule(
        "columns_wrong",
        ("列数不正确", "Wrong number of columns"),
        ("应有 {wanted} 列，实有 {found} 列。", "This row has {found} columns, not {wanted}."),
    ),
    rule(
        "csv_malformed",
        ("CSV 格式不正确", "Malformed CSV"),
        ("此行引号不配对，其后未再检查。", "A quote is out of place here; the rest was not read."),
    ),
    rule(
        "extract_empty",
        ("没有数据", "No rows"),
        ("文件中没有任何证书。", "The file holds no certificate."),
    ),
    rule(
        "certificate_number_unusable",
        ("证书编号不可用", "Unusable certificate number"),
        (
            "证书编号为空，或超过 {most} 个字符。",
            "The number is empty, or longer than {most} characters.",
        ),
    ),
    rule(
        "spreadsheet_rounded",
        ("号码已被电子表格改写", "Rounded by a spreadsheet"),
        (
            "号码已变为科学计数，末位数字丢失；请将该列设为文本后重新导出。",
            "A spreadsheet rounded this number; format the column as text and export it again.",
        ),
    ),
    rule(
        "certificate_twice_in_extract",
        ("证书重复", "Certificate twice in the extract"),
        ("与第 {row} 行为同一证书。", "Row {row} holds the same certificate."),
    ),
    rule(
        "declarations_faulty",
        ("申报证书有误", "The declarations are faulty"),
        (
            "申报证书中有 {count} 处错误，未保存任何内容。",
            "The declared certificates have {count} fault(s) and nothing was stored.",
        ),
    ),
    rule(
        "person_not_on_roster",
        ("不在名册内", "Not on the roster"),
        ("此人不在该备案的名册内。", "This person is not on the roster of the filing."),
    ),
    rule(
        "person_not_completed",
        ("未结业", "Did not complete"),
        (
            "结业报告未将此人列为结业。",
            "The completion report does not say that this person completed.",
        ),
    ),
    rule(
        "person_declared_twice",
        ("同一人申报两次", "One person declared twice"),
        ("第 {row} 项已为此人申报证书。", "Item {row} declares a certificate for this person."),
    ),
    rule(
        "certificate_declared_twice",
        ("同一证书申报两次", "One certificate declared twice"),
        ("第 {row} 项已申报此证书。", "Item {row} declares this certificate."),
    ),
    rule(
        "number_or_copy_missing",
        ("缺少编号或复印件", "Neither number nor copy"),
        (
            "证书编号或复印件须提供其一；未填编号的，须随结算申报此人的证书复印件（certificate_copy）。",
            (
                "A certificate is declared by its number or by a copy: without a number, declare this "
                "person's certificate_copy with the settlement."
            ),
        ),
    ),
    state(
        "filing_not_completed",
        ("备案尚未结业", "The filing is not completed"),
        (
            "备案处于“{state}”状态，提交结业报告之后方可结算。",
            "The filing is in state “{state}”; it is settled after its completion report.",
        ),
    ),
    state(
        "settlement_exists",
        ("已有结算", "Settlement exists"),
        (
            "该备案已有尚未办结的结算，或最终结算之后没有暂缓的人员可补充结算。",
            "This filing has a settlement under way, or nobody is held after its final one.",
        ),
    ),
    state(
        "verification_under_way",
        ("核验进行中", "Verification under way"),
        ("证书正在核验，请稍后再试。", "The certificates are being examined; try again later."),
    ),
    state(
        "no_newer_extract",
        ("没有更新的证书数据", "No newer extract"),
        (
            "自上次核验以来没有导入新的证书数据。",
            "No extract has been loaded since the certificates were examined.",
        ),
    ),
    state(
        "verification_incomplete",
        ("核验未完成", "Verification incomplete"),
        (
            "尚有 {count} 人的证书没有核验结果，不得据此作出不利认定；请导入最新证书数据后重新核验，或由两人人工核验。",
            (
                "{count} people's certificates have no finding yet; that is held against nobody. Load "
                "the newest extract and verify again, or have two people confirm."
            ),
        ),
    ),
    state(
        "confirmation_contradicted",
        ("人工核验与登记系统不一致", "A register contradicts two people"),
        (
            "登记系统的最新答复与 {count} 人的人工核验结果相反，两者均不据以支付或拒付；请由两人重新人工核验。",
            (
                "What two people established about {count} people's certificates is contradicted by a "
                "register since. Neither word pays or refuses anybody: two people look again."
            ),
        ),
    ),
    rule(
        "eligibility_unknown",
        ("资格尚未查明", "Eligibility unknown"),
        (
            "拟补贴人员中有 {count} 人的资格尚未查明，不能批准。",
            "{count} of the people to be paid have a rule that is still unknown.",
        ),
    ),
    rule(
        "prepayment_in_flight",
        ("预支尚未到账", "A prepayment is in flight"),
        (
            "该备案有已批准而银行尚未确认的预支，须待其到账或撤销后方可批准结算。",
            "The settlement waits for a prepayment that the bank has not confirmed yet.",
        ),
    ),
    rule(
        "payment_outcome_unknown",
        ("有支付结果未知", "A payment's outcome is unknown"),
        (
            "该备案有支付结果未知，须先向银行查明。",
            "The outcome of a payment of this filing is unknown; ask the bank first.",
        ),
    ),
    state(
        "payment_came_back",
        ("有退回的结算款待重付", "A returned balance waits to be paid again"),
        (
            "该备案此前的结算款被退回且尚未重付或取消，须先办结。",
            "An earlier balance of this filing came back and is neither paid again nor cancelled yet.",
        ),
    ),
    rule(
        "person_already_subsidised",
        ("已享受过同类补贴", "Subsidised before"),
        (
            "名册中有人已就同一职业（工种）同一等级享受过补贴。",
            "Somebody on the roster has been subsidised for this occupation and grade.",
        ),
    ),
    rule(
        "certificate_already_used",
        ("证书已使用", "Certificate used before"),
        (
            "申报的证书中有已用于同类补贴的。",
            "A declared certificate has already supported a payment of this kind.",
        ),
    ),
    state(
        "explanation_not_yet",
        ("尚无说明", "Nothing to explain yet"),
        (
            "结算复核之后才有金额和理由可说明。",
            "There is an amount to explain once the settlement has been reviewed.",
        ),
    ),
)

NUMBER_NOTES: Final = (
    rule(
        "certificate_number_malformed",
        ("证书编号形式不符", "Not the shape of such a number"),
        (
            (
                "编号共 {length} 个字符，形式不符：职业技能等级证书为 1 位字母加 21 位数字，职业资格证书为 16 位数字"
                "（上海旧证 13 位）。已照原样保存，请核对。"
            ),
            (
                "A number of {length} characters is not the shape of its type: one letter and 21 digits "
                "for a skill level certificate, 16 digits (or an old 13 from Shanghai) for a "
                "qualification. It is kept as written; please check it."
            ),
        ),
    ),
    rule(
        "certificate_character_misplaced",
        ("证书编号有误位字符", "A character does not belong here"),
        (
            "第 {position} 位（{segment_zh} {segment_en}）不应是此字符，例如字母 O 应为数字 0。已照原样保存，请核对。",
            (
                "Character {position} ({segment_en} {segment_zh}) cannot be so; a letter O for the digit "
                "0, perhaps. It is kept as written; please check it."
            ),
        ),
    ),
    rule(
        "certificate_number_unusual",
        ("证书编号形式少见", "An unusual number"),
        (
            "不是此类证书常见的编号形式，请核对。",
            "Not the usual shape of such a number; please check it.",
        ),
    ),
    rule(
        "certificate_length_unusual",
        ("证书编号位数少见", "An unusual length"),
        (
            "职业技能等级证书编号通常为 22 位，此编号多一位或少一位，请核对。",
            "The number of a skill level certificate usually has 22 characters: one is missing or too many.",
        ),
    ),
    rule(
        "certificate_letter_unusual",
        ("证书编号字母易混", "A letter taken for a digit"),
        (
            "第 2 位是易与数字混淆的字母（例如 O 与 0），请核对。",
            "Character 2 is a letter that is easily taken for a digit, such as O for 0; please check it.",
        ),
    ),
    rule(
        "certificate_prefix_unusual",
        ("证书编号首位少见", "An unusual first letter"),
        (
            "首位通常是 Y（用人单位）或 S（社会培训评价组织），请核对。",
            "It usually begins with Y or S; please check it.",
        ),
    ),
    rule(
        "certificate_province_unknown",
        ("证书编号省级代码不存在", "No such province"),
        (
            "第 6 至 7 位不是省级代码，请核对。",
            "Characters 6 and 7 are no province; please check them.",
        ),
    ),
    rule(
        "certificate_year_differs",
        ("证书编号与发证年份不符", "Another year of issue"),
        (
            "第 14 至 15 位与所填发证年份不符，请核对。",
            "Characters 14 and 15 are not the year of issue declared; please check them.",
        ),
    ),
    rule(
        "certificate_grade_differs",
        ("证书编号与等级不符", "Another grade"),
        (
            "第 16 位与所填等级不符，请核对。",
            "Character 16 is not the grade declared; please check it.",
        ),
    ),
)
"""What is said of a declared number that was taken as written; these refuse nothing."""
