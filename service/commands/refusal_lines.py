"""A refusal as a terminal shows it: one line a language, and a line for each located fault."""

from domain.errors import Refusal
from domain.refusals import REGISTRY


def refusal_lines(refusal: Refusal) -> tuple[str, ...]:
    """Return the refusal in Chinese and in English, then each fault with where it is and its code."""
    kind = REGISTRY[refusal.code]
    detail = kind.detail.filled(refusal.values)
    faults = (
        f"{fault.pointer or '/'} {fault.code}: {said.zh} {said.en}"
        for fault in refusal.faults
        for said in (REGISTRY[fault.code].detail.filled(fault.values),)
    )
    return (f"{kind.title.zh}：{detail.zh}", f"{kind.title.en}: {detail.en}", *faults)
