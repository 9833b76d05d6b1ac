"""Which day decides which field, and overlays as people write them."""

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from domain.errors import Refusal
from domain.policy.groups import DECIDES, GROUPS, Decides, standard_for_settlement
from domain.policy.overlay import DEFAULT_OVERLAY, Limit, NoticeOf, Overlay, Stage
from domain.policy.overlay_format import overlay_schema
from domain.policy.overlay_reading import parse_overlay, parse_pack
from domain.policy.standard import CertificateType, Label, LabelKind, Standard
from domain.refusals import REGISTRY
from tests.unit.policy_samples import policy_document, standard

IDENTITY = {
    "id", "region", "title", "document", "valid_from", "valid_to", "ours", "defaults",
}  # fmt: skip


def overlay_document(**changed: Any) -> dict[str, Any]:
    """The shortest overlay that says everything required."""
    return {
        "id": "test-overlay", "kind": "overlay", "region": "320681", "document": None,
        "valid_from": "2024-01-01",
    } | changed  # fmt: skip


def faults_of(document: object) -> set[tuple[str, str]]:
    with pytest.raises(Refusal, match="policy_invalid") as no:
        parse_pack(document)
    for fault in no.value.faults:
        REGISTRY[fault.code].detail.filled(fault.values)
    return {(fault.pointer, fault.code) for fault in no.value.faults}


# --- deciding dates ------------------------------------------------------------------------------


def test_every_field_of_a_standard_has_its_deciding_day() -> None:
    assert {field.name for field in fields(Standard)} - IDENTITY == set(GROUPS)
    assert set(GROUPS.values()) == set(DECIDES) == set(Decides)


def test_amounts_stay_as_filed_and_certificates_follow_the_settlements_day() -> None:
    filed = standard(
        id="filed", ours=["/rates", "/stacking", "/unit"], netting=False, settles="at_end"
    )
    later = standard(
        id="later",
        rates={"4": 900_000},
        certificate_types={"training_certificate": {"share_basis_points": 5000}},
        certificate_window={"grace_days": 10, "pending_days": 20},
        stacking={"per_year_total": 3},
        netting=True,
        ours=["/rates", "/netting"],
    )
    merged = standard_for_settlement(filed, later)
    assert (merged.id, merged.document, merged.rates) == ("filed", filed.document, filed.rates)
    assert (merged.prepayment, merged.unit, merged.term) == (
        filed.prepayment, filed.unit, filed.term,
    )  # fmt: skip
    assert set(merged.certificate_types) == {CertificateType.TRAINING}
    assert merged.certificate_window.grace_days == 10
    assert (merged.stacking.per_year_total, merged.netting) == (3, True)
    assert merged.ours == ("/rates", "/unit", "/netting")
    assert merged.labels("/stacking/per_year_per_programme") == (
        Label(pointer="/stacking/per_year_per_programme", kind=LabelKind.DEFAULT),
    )
    assert merged.labels("/certificate_types") == ()


def test_a_settlement_under_the_filings_own_version_changes_nothing() -> None:
    filed = standard(ours=["/rates"])
    merged = standard_for_settlement(filed, filed)
    assert set(merged.defaults) == set(filed.defaults)
    for name in GROUPS:
        assert getattr(merged, name) == getattr(filed, name)


# --- overlays ------------------------------------------------------------------------------------


def test_what_an_overlay_leaves_out_holds_by_default_and_says_so() -> None:
    overlay = parse_overlay(overlay_document(limits={"accept": 3}))
    assert overlay.title.zh == "test-overlay"
    assert overlay.documents == DEFAULT_OVERLAY.documents
    assert overlay.limits == {**DEFAULT_OVERLAY.limits, Limit.ACCEPT: 3}
    assert overlay.notice is None
    assert overlay.labels("/limits/accept") == ()
    assert overlay.labels("/limits/review") == (
        Label(pointer="/limits/review", kind=LabelKind.DEFAULT),
    )
    assert (overlay.in_force(overlay.valid_from), overlay.in_force(DEFAULT_OVERLAY.valid_from)) == (
        True, False,
    )  # fmt: skip


def test_an_overlay_says_everything_itself() -> None:
    video = {
        "kind": "training_video", "stage": "settlement", "needed": "always",
        "title": {"zh": "视频", "en": "Video"}, "source": "本地 三",
    }  # fmt: skip
    overlay = parse_pack(
        overlay_document(
            title={"zh": "补充", "en": "Additions"},
            valid_to="2025-12-31",
            documents=[video, video | {"stage": "filing"}],
            notice={
                "of": ["listing"], "days": 5, "unit": "working", "first_day_counts": True,
                "names": "people",
            },
            quota={"people_per_year": 200},
            training={"min_hours_by_grade": {"4": 600}, "max_class_size": 40},
            inspection_rate_basis_points=1000,
            review_request_days=60,
            ours=["/limits", "/training/max_class_size", "/documents"],
        )
    )  # fmt: skip
    assert isinstance(overlay, Overlay)
    assert [rule.kind for rule in overlay.asks_for(Stage.FILING, in_house=True)] == [
        "training_video"
    ]
    assert overlay.notice is not None
    assert overlay.notice.of == {NoticeOf.LISTING}
    assert (overlay.quota.people_per_year, overlay.training.min_hours_by_grade) == (200, {4: 600})
    assert (overlay.inspection_rate_basis_points, overlay.review_request_days) == (1000, 60)
    assert [label.kind for label in overlay.labels("/limits/pay")] == [
        LabelKind.OURS, LabelKind.DEFAULT,
    ]  # fmt: skip


def test_null_documents_are_the_default_checklist_and_are_labelled_so() -> None:
    """Shows FIL-03."""
    overlay = parse_overlay(overlay_document(documents=None))
    assert overlay.defaults.count("/documents") == 1


def test_every_fault_of_an_overlay_is_named_where_it_stands() -> None:
    rule = {
        "kind": "x", "stage": "filing", "needed": "always", "title": {"zh": "一", "en": "x"},
        "source": "s",
    }  # fmt: skip
    assert faults_of(
        overlay_document(region="3", rates={"4": 1}, limits={"accept": 0}, notice={"days": "7"})
    ) >= {
        ("/region", "pattern_mismatch"), ("/rates", "unknown_field"),
        ("/limits/accept", "number_too_small"), ("/notice/days", "not_an_integer"),
        ("/notice/names", "missing_field"),
    }  # fmt: skip
    assert faults_of(
        overlay_document(valid_to="2023-12-31", documents=[rule, rule | {"source": "t"}], ours=["/rates"])
    ) == {
        ("/valid_to", "policy_contradicts_itself"), ("/documents/1/kind", "repeated_item"),
        ("/ours/0", "unknown_field"),
    }  # fmt: skip


def test_the_kind_of_a_document_says_how_it_is_read() -> None:
    assert isinstance(parse_pack(policy_document()), Standard)
    assert ("/kind", "not_one_of") in faults_of(policy_document(kind="draft"))
    assert faults_of([]) == {("", "wrong_type")}
    assert faults_of(overlay_document(kind="overlay", id=1)) == {("/id", "wrong_type")}


WORDS = st.text(alphabet="ab4/~ \u202e\n学", max_size=4)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
names = st.sampled_from(
    [*overlay_document(), *policy_document(), "documents", "limits", "notice", "quota", "training"]
)


def read_or_refused(document: object) -> Standard | Overlay | Refusal:
    try:
        return parse_pack(document)
    except Refusal as refusal:
        return refusal


@given(st.dictionaries(names, plain, max_size=6), st.sampled_from(["overlay", "standard"]))
def test_no_document_breaks_the_reader_and_every_fault_is_located(
    changed: dict[str, Any], kind: str
) -> None:
    shortest = overlay_document() if kind == "overlay" else policy_document(kind="standard")
    read = read_or_refused(shortest | changed)
    if not isinstance(read, Refusal):
        assert read.id
        return
    assert (read.code, bool(read.faults)) == ("policy_invalid", True)
    assert all(fault.pointer == "" or fault.pointer[0] == "/" for fault in read.faults)
    assert all(REGISTRY[fault.code].detail.filled(fault.values).zh for fault in read.faults)


@given(st.dictionaries(names, plain, max_size=4))
def test_what_the_schema_takes_the_reader_takes_or_finds_contradictory(
    changed: dict[str, Any],
) -> None:
    document = {**overlay_document(), **changed, "kind": "overlay"}
    fits = Draft202012Validator(overlay_schema()).is_valid(document)
    read = read_or_refused(document)
    if isinstance(read, Refusal):
        contradictions = {"policy_contradicts_itself", "repeated_item", "unknown_field"}
        finer = {"not_a_date", "forbidden_character", "not_an_integer"}
        assert not fits or {fault.code for fault in read.faults} <= contradictions | finer
    else:
        assert fits
