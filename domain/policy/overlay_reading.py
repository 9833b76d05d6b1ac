"""Reading an overlay: every fault named at once, or the overlay with the defaults it left standing."""

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType

from domain.calendar import DayUnit
from domain.errors import Fault, Refusal, Text
from domain.policy.overlay import (
    DEFAULT_OVERLAY,
    DocumentRule,
    Limit,
    Needed,
    NoticeNames,
    NoticeOf,
    NoticeRule,
    Overlay,
    Quota,
    Stage,
    TrainingRule,
)
from domain.policy.overlay_format import OVERLAY
from domain.policy.reading import parse_policy, period_faults, unknown_labels
from domain.policy.shapes import Plain
from domain.policy.standard import Standard


def parse_pack(document: object, *, at: str = "") -> Standard | Overlay:
    """Read a standard or an overlay, as the document's `kind` says; refuses `policy_invalid`."""
    if isinstance(document, Mapping) and document.get("kind") == "overlay":
        return parse_overlay(document, at=at)
    return parse_policy(document, at=at)


def parse_overlay(document: object, *, at: str = "") -> Overlay:
    """Read an overlay, or refuse with `policy_invalid` naming every fault under the pointer `at`."""
    faults = tuple(OVERLAY.faults(document, at))
    if not faults:
        assert isinstance(document, dict)
        faults = tuple(_contradictions(document, at))
    if faults:
        raise Refusal("policy_invalid", faults=faults, count=len(faults))
    used: list[str] = []
    return _overlay(OVERLAY.completed(document, "", used), used)


def _contradictions(document: Plain, at: str) -> Iterator[Fault]:
    yield from period_faults(document, at)
    seen = set()
    for index, rule in enumerate(document.get("documents") or ()):
        name = (rule["stage"], rule["kind"])
        if name in seen:
            yield Fault(f"{at}/documents/{index}/kind", "repeated_item")
        seen.add(name)
    yield from unknown_labels(OVERLAY, document, at)


def _overlay(whole: Plain, used: list[str]) -> Overlay:
    title = whole["title"] or {"zh": whole["id"], "en": whole["id"]}
    limits = {Limit(step): days for step, days in whole["limits"].items()}
    if whole["documents"] is None and "/documents" not in used:
        used.append("/documents")
    missing = [f"/limits/{step}" for step in DEFAULT_OVERLAY.limits if step not in limits]
    defaults = [pointer for pointer in used if pointer != "/limits"] + missing
    return Overlay(
        id=whole["id"],
        region=whole["region"],
        title=Text(title["zh"], title["en"]),
        document=whole["document"],
        valid_from=date.fromisoformat(whole["valid_from"]),
        valid_to=None if whole["valid_to"] is None else date.fromisoformat(whole["valid_to"]),
        documents=_documents(whole["documents"]),
        limits=MappingProxyType({**DEFAULT_OVERLAY.limits, **limits}),
        notice=_notice(whole["notice"]),
        quota=Quota(**whole["quota"]),
        training=_training(whole["training"]),
        inspection_rate_basis_points=whole["inspection_rate_basis_points"],
        review_request_days=whole["review_request_days"],
        ours=tuple(whole["ours"]),
        defaults=tuple(defaults),
    )


def _documents(written: list[Plain] | None) -> tuple[DocumentRule, ...]:
    if written is None:
        return DEFAULT_OVERLAY.documents
    return tuple(
        DocumentRule(
            kind=rule["kind"],
            stage=Stage(rule["stage"]),
            needed=Needed(rule["needed"]),
            title=Text(rule["title"]["zh"], rule["title"]["en"]),
            source=rule["source"],
        )
        for rule in written
    )


def _notice(written: Plain | None) -> NoticeRule | None:
    if written is None:
        return None
    return NoticeRule(
        of=frozenset(NoticeOf(word) for word in written["of"]),
        days=written["days"],
        unit=DayUnit(written["unit"]),
        first_day_counts=written["first_day_counts"],
        names=NoticeNames(written["names"]),
    )


def _training(written: Plain) -> TrainingRule:
    hours = {int(grade): most for grade, most in written["min_hours_by_grade"].items()}
    return TrainingRule(**{**written, "min_hours_by_grade": MappingProxyType(hours)})
