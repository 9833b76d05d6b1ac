"""Programmes (补贴项目): what may be paid for a person's skills, under which name, in which benefit class.

The list is open. A programme of another system keeps the code that system gave it: it counts towards a
year's limits and may be excluded by name, and belongs to no benefit class of ours.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.errors import Text
from domain.identifiers.characters import without_spaces

CODE: Final = r"[a-z][a-z0-9_]{1,63}"
"""What a programme's code looks like."""

_CODE: Final = re.compile(CODE)


class BenefitClass(StrEnum):
    """What a subsidy pays for. One certificate supports one payment in each class (CASES 6)."""

    TRAINING = "training"
    ASSESSMENT = "assessment"
    SKILL_UPGRADE = "skill_upgrade"


class Programme(StrEnum):
    """The programmes that the product knows by name."""

    APPRENTICESHIP = "apprenticeship"
    VOUCHER = "voucher"
    PROJECT_TRAINING = "project_training"
    SKILL_TRAINING = "skill_training"
    PRE_JOB = "pre_job"
    ASSESSMENT = "assessment"
    SKILL_UPGRADE = "skill_upgrade"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a programme: its name, and the class its payments belong to."""

    name: Text
    benefit_class: BenefitClass


PROGRAMMES: Final[Mapping[str, Known]] = {
    Programme.APPRENTICESHIP: Known(
        Text("企业新型学徒制", "enterprise new apprenticeship"), BenefitClass.TRAINING
    ),
    Programme.VOUCHER: Known(Text("职业培训券", "training voucher"), BenefitClass.TRAINING),
    Programme.PROJECT_TRAINING: Known(
        Text("项目制培训", "project training"), BenefitClass.TRAINING
    ),
    Programme.SKILL_TRAINING: Known(
        Text("技能提升培训", "skill improvement training"), BenefitClass.TRAINING
    ),
    Programme.PRE_JOB: Known(Text("岗前培训", "pre-job training"), BenefitClass.TRAINING),
    Programme.ASSESSMENT: Known(
        Text("职业技能评价补贴", "skill assessment subsidy"), BenefitClass.ASSESSMENT
    ),
    Programme.SKILL_UPGRADE: Known(
        Text("失业保险技能提升补贴", "skill upgrade subsidy of unemployment insurance"),
        BenefitClass.SKILL_UPGRADE,
    ),
}

_ALSO: Final[Mapping[str, Programme]] = {
    "新型学徒制": Programme.APPRENTICESHIP,
    "培训券": Programme.VOUCHER,
    "项目制": Programme.PROJECT_TRAINING,
    "技能提升培训补贴": Programme.SKILL_TRAINING,
    "岗前培训补贴": Programme.PRE_JOB,
    "评价补贴": Programme.ASSESSMENT,
    "技能提升补贴": Programme.SKILL_UPGRADE,
    # Words of policies on file from before programmes had codes.
    "pre_job_training": Programme.PRE_JOB,
    "unemployment_insurance_skill_upgrade": Programme.SKILL_UPGRADE,
}
_BY_WORD: Final[Mapping[str, str]] = {
    **{code: str(code) for code in PROGRAMMES},
    **{known.name.zh: str(code) for code, known in PROGRAMMES.items()},
    **{word: str(code) for word, code in _ALSO.items()},
}


def programme_of(word: str) -> str:
    """Return the code of a programme told by its code or its Chinese name; others stay as written."""
    written = without_spaces(word)
    return _BY_WORD.get(written, written)


def is_code(word: str) -> bool:
    """Tell whether a word could be a programme's code, of ours or of another system."""
    return _CODE.fullmatch(word) is not None


def benefit_class_of(code: str) -> BenefitClass | None:
    """Return the class of a programme's payments; None for a programme of another system."""
    known = PROGRAMMES.get(code)
    return None if known is None else known.benefit_class


def programme_name(code: str) -> Text:
    """Name a programme for people; one of another system is named by its code."""
    known = PROGRAMMES.get(code)
    return Text(code, code) if known is None else known.name
