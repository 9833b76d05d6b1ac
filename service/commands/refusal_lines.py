"""A refusal on a terminal, in both languages."""

from domain.errors import Refusal
from domain.refusals import REGISTRY


def refusal_lines(refusal: Refusal) -> list[str]:
    """Say what was refused and why, a line a language."""
    kind = REGISTRY[refusal.code]
    detail = kind.detail.filled(refusal.values)
    return [f"{kind.title.zh}：{detail.zh}", f"{kind.title.en}: {detail.en}"]
