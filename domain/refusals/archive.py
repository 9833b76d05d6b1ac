"""Refusals of corrections in the lifelong training archive (REG-14)."""

from typing import Final

from domain.refusals.kinds import rule, state

ARCHIVE: Final = (
    state(
        "archive_entry_superseded",
        ("档案记录已被更正", "The entry has been corrected"),
        (
            "此记录已有更正记录，请在最新记录上更正。",
            "Another entry corrects this one; correct the latest.",
        ),
    ),
    rule(
        "archive_certificate_of_training",
        ("培训记录没有证书编号", "A training has no certificate number"),
        (
            "证书编号记在证书记录上，请更正证书记录。",
            "Certificate numbers stand in entries of certificates; correct that entry.",
        ),
    ),
    rule(
        "archive_days_reversed",
        ("结束日期早于开始日期", "Training ends before it starts"),
        (
            "更正后的结束日期不得早于开始日期。",
            "As corrected, the last day of training lies before the first.",
        ),
    ),
)
