"""Refusals after what the real-name service said of a voucher's person (REG-13)."""

from typing import Final

from domain.refusals.kinds import rule

REAL_NAMES: Final = (
    rule(
        "real_name_mismatch",
        ("实名认证不一致", "The real-name check does not agree"),
        (
            "社会保障卡持卡人库中，此身份证号登记的是其他姓名。请核对或更正后，请人社部门重新认证。",
            "The base of card holders has another name for this citizen id; have it put right and checked again.",
        ),
    ),
    rule(
        "real_name_unknown",
        ("未找到实名信息", "Unknown to the real-name service"),
        (
            "社会保障卡持卡人库中没有此身份证号。请先办理社会保障卡，再请人社部门重新认证。",
            "The base of card holders has no such citizen id; get a social security card and be checked again.",
        ),
    ),
)
