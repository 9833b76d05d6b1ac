"""What all explanations share: numbered sentences, labels that follow figures, names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from domain.errors import Text
from domain.policy import CertificateType, ExitReason, Label, LabelKind

TYPES: Final[Mapping[CertificateType, Text]] = {
    CertificateType.SKILL_LEVEL: Text("职业技能等级证书", "skill level certificate"),
    CertificateType.QUALIFICATION: Text("职业资格证书", "qualification certificate"),
    CertificateType.TRAINING: Text("培训合格证书", "training certificate"),
    CertificateType.GRADUATION: Text("毕业证书", "graduation certificate"),
    CertificateType.SPECIAL_ABILITY: Text("专项职业能力证书", "special ability certificate"),
}
REASONS: Final[Mapping[ExitReason, Text]] = {
    ExitReason.LEFT: Text("离职", "left"),
    ExitReason.DISMISSED: Text("解除劳动合同", "dismissed"),
    ExitReason.MOVED: Text("调动", "moved"),
    ExitReason.FAILED: Text("未通过", "failed"),
    ExitReason.DEATH: Text("死亡", "death"),
    ExitReason.WORK_INJURY: Text("工伤", "work injury"),
    ExitReason.CONSCRIPTION: Text("应征入伍", "conscription"),
    ExitReason.LONG_LEAVE: Text("长期休假", "long leave"),
    ExitReason.TERMINATED: Text("备案终止", "filing terminated"),
}
_LABELS: Final[Mapping[LabelKind, Text]] = {
    LabelKind.OURS: Text("〔自定，无文件出处〕", " [ours: no source states it]"),
    LabelKind.DEFAULT: Text("〔默认值〕", " [default]"),
}
UNLABELLED: Final = Text("", "")
OURS: Final = _LABELS[LabelKind.OURS]
"""What follows a rule that no document states and no field of a policy holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One numbered sentence of an explanation."""

    number: int
    zh: str
    en: str


def numbered(sentences: Iterable[Text]) -> tuple[Sentence, ...]:
    """Number sentences from 1."""
    return tuple(
        Sentence(number=number, zh=text.zh, en=text.en)
        for number, text in enumerate(sentences, start=1)
    )


def percent(basis_points: int) -> str:
    """Write basis points as a percentage without needless zeros: `45%`, `12.5%`."""
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"


def mark(labels: Iterable[Label], *pointers: str) -> Text:
    """Return the label that follows a figure read from one of these fields; ours goes first."""
    kinds = {label.kind for label in labels if label.pointer in pointers}
    return next((_LABELS[kind] for kind in LabelKind if kind in kinds), UNLABELLED)


def policy_sentence(
    policy_id: str,
    document: str | None,
    below_floor_reason: str | None = None,
    label: Text = UNLABELLED,
) -> Text:
    """Name the policy and its document, and why a rate of it lies below the national floor (PAY-02)."""
    low = Text("", "")
    if below_floor_reason is not None:
        low = Text(
            f"该版本有低于国家指导标准（原则上）的标准，理由：{below_floor_reason}{label.zh}。",
            f" A rate of it is below the national floor (in principle); reason: "
            f"{below_floor_reason}{label.en}.",
        )
    return Text(
        f"依据：补贴标准 {policy_id}（{document or '无文号'}）。{low.zh}",
        f"Basis: standard {policy_id} ({document or 'no document number'}).{low.en}",
    )
