"""Refusals of documents and of the completeness list."""

from typing import Final

from domain.refusals.kinds import rule, state

DOCUMENTS: Final = (
    rule(
        "filing_incomplete",
        ("备案材料不齐", "The filing is incomplete"),
        (
            "缺少 {count} 项，未提交；须补正的内容一次列明。",
            "{count} item(s) are missing and nothing was submitted; all of them are named.",
        ),
    ),
    rule(
        "settlement_incomplete",
        ("结算材料不齐", "The settlement is incomplete"),
        (
            "缺少 {count} 项，未提交；须补正的内容一次列明。",
            "{count} item(s) are missing and nothing was submitted; all of them are named.",
        ),
    ),
    rule(
        "document_missing",
        ("缺少材料", "A document is missing"),
        (
            "缺少：{title_zh} {title_en}（依据 {source}）。请上传，或先申报其摘要。",
            "Missing: {title_en} {title_zh} (source: {source}). Upload it, or declare its digest.",
        ),
    ),
    rule(
        "document_contents_missing",
        ("材料内容未上传", "Contents are missing"),
        (
            "有 {count} 份已申报材料的内容尚未上传，不能受理。",
            "The content of {count} declared document(s) has not been uploaded; it cannot be accepted.",
        ),
    ),
    state(
        "document_content_missing",
        ("该材料没有内容", "This document has no content here"),
        (
            "“{file_name}”只有申报或存放地址，内容未上传。",
            "Only the declaration or the whereabouts of “{file_name}” are on file, not its content.",
        ),
    ),
    state(
        "documents_closed",
        ("材料不能再改", "The documents are closed"),
        (
            "案件处于“{state}”状态，材料不能再增改。",
            "The case is {state}: its documents change no more.",
        ),
    ),
    rule(
        "documents_faulty",
        ("申报材料有误", "The declared documents are faulty"),
        (
            "申报材料中有 {count} 处错误，未保存任何内容。",
            "The declared documents have {count} fault(s) and nothing was stored.",
        ),
    ),
    rule(
        "document_kind_unknown",
        ("材料种类不在清单内", "Unknown kind of document"),
        (
            "该种材料不在本地材料清单内；清单外的材料请用 other_material。",
            "The region's list has no such kind; use other_material for what is not listed.",
        ),
    ),
    rule(
        "document_twice",
        ("材料重复", "A document twice"),
        ("同一种材料已在前面申报。", "The same kind of document is declared before."),
    ),
    rule(
        "copy_without_person",
        ("证书复印件须对应学徒", "A copy belongs to a person"),
        (
            "证书复印件须指明是哪一名学徒的。",
            "The copy of a certificate must name the enrolment it belongs to.",
        ),
    ),
    rule(
        "reference_of_videos_only",
        ("视频只登记存放地址", "Only videos are references"),
        (
            "视频须登记存放地址、时长和课次；其他材料须上传内容，不能只给地址。",
            "A video is given by its whereabouts, length and session; anything else by its content.",
        ),
    ),
    rule(
        "file_name_unusable",
        ("文件名不可用", "Unusable file name"),
        (
            "文件名不能含路径、盘符或系统保留名，首尾不能是点或空格。",
            "A file name holds no folder, drive or reserved name, and no dot or space at its ends.",
        ),
    ),
    rule(
        "file_name_extension",
        ("扩展名不符", "Wrong extension"),
        (
            "扩展名与文件类型不符，或含有可执行的第二扩展名。",
            "The extension is not one of the media type, or a second one could be run or unpacked.",
        ),
    ),
    rule(
        "document_refused",
        ("文件未通过检查", "The file is refused"),
        (
            "文件未通过安全检查，未保存。请打印或扫描为 PDF 后重新上传。",
            "The file did not pass the checks and was not stored. Print or scan it to PDF and try again.",
        ),
    ),
    rule(
        "document_empty",
        ("文件为空", "Empty file"),
        ("文件没有内容。", "The file holds nothing."),
    ),
    rule(
        "document_type_differs",
        ("文件类型不符", "Another type of file"),
        ("内容不是所声明的 {media}。", "The content is no {media}, as which it was declared."),
    ),
    rule(
        "document_truncated",
        ("文件不完整", "The file is cut short"),
        ("文件在末尾之前中断，请重新上传。", "The file ends before its end; upload it again."),
    ),
    rule(
        "document_damaged",
        ("文件已损坏", "The file is damaged"),
        (
            "文件结构或校验和有误，无法可靠读取。",
            "Its structure or a checksum is wrong; it cannot be read reliably.",
        ),
    ),
    rule(
        "document_trailing_data",
        ("文件末尾有多余内容", "Data after the end"),
        (
            "文件结束之后还有 {count} 字节。请另存或打印为 PDF 后重新上传。",
            "{count} byte(s) follow after the end. Save it anew or print it to PDF.",
        ),
    ),
    rule(
        "document_polyglot",
        ("文件同时是另一种类型", "Two files in one"),
        (
            "文件同时可以当作压缩包或网页打开。",
            "It can also be opened as an archive or as a page.",
        ),
    ),
    rule(
        "document_active",
        ("文件含有可执行内容", "Active content"),
        (
            "含有脚本、宏、自动操作、嵌入文件或程序。",
            "It holds a script, a macro, an automatic action, an embedded file or a program.",
        ),
    ),
    rule(
        "document_encrypted",
        ("文件已加密", "The file is encrypted"),
        ("加密文件无法审核，请取消密码。", "Nobody can review it; take the password off."),
    ),
    rule(
        "image_too_large",
        ("图像尺寸过大", "The picture is too large"),
        (
            "{width} × {height} 像素，超出限制；请降低扫描分辨率。",
            "{width} by {height} pixels are too many; scan at a lower resolution.",
        ),
    ),
    rule(
        "expands_too_far",
        ("解开后过大", "It expands too far"),
        (
            "压缩内容超出限制（{most}）。",
            "What is packed inside goes beyond the limit ({most}).",
        ),
    ),
    rule(
        "archive_inconsistent",
        ("压缩结构前后矛盾", "A container that contradicts itself"),
        (
            "目录与内容不一致、重叠或重复。",
            "Its directory and its content differ, overlap or repeat.",
        ),
    ),
    rule(
        "archive_entry_name",
        ("压缩包内文件名不安全", "Unsafe name inside"),
        (
            "含有绝对路径、上级目录、链接或控制字符。",
            "An absolute path, a parent folder, a link or a control character.",
        ),
    ),
    rule(
        "archive_nested",
        ("压缩包内还有压缩包", "A container inside a container"),
        ("请取出其中的文件分别上传。", "Take the files out and upload them one by one."),
    ),
    rule(
        "xml_with_dtd",
        ("含有文档类型定义", "A document type inside"),
        (
            "XML 内含 DTD 或实体定义，不予接收。",
            "An XML part defines a document type or entities; none is taken.",
        ),
    ),
    rule(
        "external_reference",
        ("引用外部内容", "It refers to outside"),
        (
            "文件引用了外部模板、图片、数据或程序。",
            "It draws a template, picture, data or program from somewhere else.",
        ),
    ),
)
