"""Refusals of what comes as a sheet, rosters first: the file, its columns, its cells (名册导入)."""

from typing import Final

from domain.errors import Family
from domain.refusals.kinds import kind, rule

ROSTER: Final = (
    kind(
        "sheet_not_of_its_type",
        Family.UNSUPPORTED_MEDIA,
        ("文件不是所声明的格式", "The file is not of its type"),
        (
            "文件内容是 {found}，不是 {media}，请另存为该格式后重试。",
            "The file holds {found}, not {media}; save it in that format and try again.",
        ),
    ),
    kind(
        "sheet_with_macros",
        Family.UNSUPPORTED_MEDIA,
        ("文件含宏或嵌入对象", "The workbook holds macros or objects"),
        (
            "请另存为不含宏、控件和嵌入对象的 .xlsx 文件。",
            "Save it as .xlsx without macros, controls and embedded objects.",
        ),
    ),
    kind(
        "sheet_too_large",
        Family.TOO_LARGE,
        ("表格过大", "The sheet is too large"),
        (
            "文件展开后的{part}超过上限 {limit}，请只保留所需的行和列。",
            "Unpacked, its {part} go beyond {limit}; keep the rows and columns that are asked for.",
        ),
    ),
    rule(
        "sheet_encrypted",
        ("文件已加密", "The file is encrypted"),
        ("请取消打开密码后重新上传。", "Remove the password and send it again."),
    ),
    rule(
        "sheet_unsafe",
        ("文件含不安全的内容", "The file holds what is unsafe"),
        (
            "文件的 {part} 含不接受的内容（文档类型声明、异常路径或嵌套压缩包），请重新另存后上传。",
            "Its {part} holds what is never taken (a DTD, an odd path, an archive inside); save it anew.",
        ),
    ),
    rule(
        "sheet_encoding",
        ("文字编码无法识别", "The encoding is not known"),
        (
            "CSV 须为 UTF-8 或 GB18030；第 {offset} 字节起无法识别。",
            "A CSV must be UTF-8 or GB18030; from byte {offset} on it is neither.",
        ),
    ),
    rule(
        "sheet_unreadable",
        ("表格无法读取", "The sheet cannot be read"),
        (
            "文件的 {part} 缺失或损坏，请用表格软件打开并另存后重试。",
            "Its {part} is missing or damaged; open it in a spreadsheet program and save it anew.",
        ),
    ),
    rule(
        "column_missing",
        ("缺少列", "Column missing"),
        (
            "没有这一列，请使用公布的列名。",
            "There is no such column; use the published headings.",
        ),
    ),
    rule(
        "column_unknown",
        ("未知的列", "Unknown column"),
        ("表格没有这一列，请删除或改名。", "This sheet has no such column; delete or rename it."),
    ),
    rule(
        "column_twice",
        ("列重复", "Column twice"),
        ("这一列出现了两次。", "This column stands there twice."),
    ),
    rule(
        "column_hidden",
        ("列被隐藏", "Column hidden"),
        ("这一列被隐藏，请取消隐藏并核对。", "This column is hidden; show it and check it."),
    ),
    rule(
        "row_hidden",
        ("行被隐藏", "Row hidden"),
        (
            "这一行被隐藏或筛选掉，请取消隐藏或删除。",
            "This row is hidden or filtered away; show it or delete it.",
        ),
    ),
    rule(
        "cell_without_column",
        ("单元格没有列名", "Cell without a column"),
        (
            "此单元格在最后一列之外，可能是多了分隔符。",
            "This cell lies beyond the last column; perhaps there is a separator too many.",
        ),
    ),
    rule(
        "cell_missing",
        ("未填写", "Not filled in"),
        ("此单元格必填。", "This cell is required."),
    ),
    rule(
        "cell_formula",
        ("单元格是公式", "The cell is a formula"),
        (
            "不接受公式，也不接受以 = + - @ 开头的文字，请粘贴为值。",
            "Neither formulas nor texts that begin with = + - @ are taken; paste the value.",
        ),
    ),
    rule(
        "cell_error_value",
        ("单元格是错误值", "The cell is an error"),
        (
            "单元格是 #N/A、#REF! 等错误值。",
            "The cell holds an error such as #N/A or #REF!.",
        ),
    ),
    rule(
        "cell_boolean",
        ("单元格是逻辑值", "The cell is a boolean"),
        ("此处不能是 TRUE 或 FALSE。", "This cannot be TRUE or FALSE."),
    ),
    rule(
        "cell_merged",
        ("合并单元格", "Merged cell"),
        ("请取消合并并逐行填写。", "Unmerge the cells and fill in every row."),
    ),
    rule(
        "excel_precision_loss",
        ("号码精度已丢失", "Digits lost by a spreadsheet"),
        (
            "表格软件把号码当作数值，15 位以后的数字已丢失；请把列设为文本后照证件重新填写。",
            "A spreadsheet lost the digits after the 15th; make the column text and type it anew.",
        ),
    ),
    rule(
        "name_malformed",
        ("姓名格式错误", "Name malformed"),
        (
            "姓名只能含文字和间隔号，照证件填写。",
            "A name holds letters and separators alone, as on the card.",
        ),
    ),
    rule(
        "name_private_use",
        ("姓名含自造字", "Name with a private character"),
        (
            "姓名含自造字或未定义的字符，请用国家标准 GB 18030 的正式编码填写生僻字。",
            "The name holds a private or undefined character; use the one GB 18030 gives it.",
        ),
    ),
    rule(
        "date_ambiguous",
        ("日期有歧义", "Date ambiguous"),
        ("请写成 2026-09-01 的形式。", "Write it like 2026-09-01."),
    ),
    rule(
        "date_serial",
        ("日期成了序列号", "Date as a serial number"),
        (
            "这是表格软件的日期序列号，请把单元格设为日期格式。",
            "This is a spreadsheet's serial number of a day; format the cell as a date.",
        ),
    ),
    rule(
        "date_with_time",
        ("日期含时间", "Date with a time"),
        ("只填日期，不填时间。", "Give the day alone, without a time."),
    ),
    rule(
        "months_with_unit",
        ("月数含单位", "Months with a unit"),
        ("只填月数，例如 24。", "Give the number of months alone, such as 24."),
    ),
)
"""What a roster is refused for, beyond what `FILING` says of its people."""

ROSTER_NOTES: Final = (
    rule(
        "cell_normalised",
        ("已规范书写", "Read as it is meant"),
        (
            "全角字符、空格、不可见字符或撇号已去除，按规范形式读取。",
            "Read without full-width forms, spaces, invisible characters or an apostrophe.",
        ),
    ),
    rule(
        "citizen_id_upgraded",
        ("已按 18 位号码读取", "Read as 18 digits"),
        (
            "15 位旧身份号码已按 18 位读取。",
            "An old citizen id of 15 digits was read as 18.",
        ),
    ),
)
"""What is said of a cell that was taken; these refuse nothing."""
