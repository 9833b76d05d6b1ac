"""The packs that come with the product, and how they are read."""

import json
from datetime import date
from pathlib import Path

import pytest

from adapters.policies.packs_on_disk import PacksOnDisk
from domain.calendar import DayUnit
from domain.errors import Refusal
from domain.policy import Employment, PrepaymentBase, UnitKind
from domain.policy.overlay import DEFAULT_OVERLAY, Limit
from domain.programme import PROGRAMMES
from tests.unit.policy_samples import policy_document


def folder_of(path: Path, *documents: dict[str, object]) -> Path:
    (path / "packs").mkdir()
    (path / "packs" / "README.md").write_text("not a pack", encoding="utf-8")
    for number, document in enumerate(documents):
        text = json.dumps(document)
        (path / "packs" / f"{number}.json").write_text(text, encoding="utf-8")
    step = {"document": "39号", "valid_from": "2021-06-08", "rate_fen": 500000}
    (path / "national_floor.json").write_text(json.dumps([step]), encoding="utf-8")
    return path


def test_every_pack_of_the_product_says_everything_itself() -> None:
    for pack in PacksOnDisk().all():
        assert pack.standard.defaults == ()
        assert pack.standard.unit.kind is UnitKind.FILED_YEARS
        assert "/unit" in pack.standard.ours
        assert pack.standard.employment is Employment.ATTESTED
        assert "/employment" in pack.standard.ours
        assert json.loads(pack.source) == pack.document
        assert pack.standard.stacking.excludes <= set(PROGRAMMES)


@pytest.mark.parametrize(
    ("pack_id", "rates"),
    [
        ("nantong-2019-15", {4: 400_000, 3: 500_000, 2: 600_000, 1: 800_000}),
        ("fujian-2019-220", {4: 500_000, 3: 600_000}),
        ("national-2021-39", {4: 500_000, 3: 500_000, 2: 500_000, 1: 500_000}),
        ("yunnan", {4: 500_000, 3: 500_000, 2: 500_000, 1: 500_000}),
        ("wuhan-2019", {4: 500_000, 3: 600_000}),
        ("wuhan-2022", {4: 600_000, 3: 800_000, 2: 800_000, 1: 800_000}),
        ("shenzhen-2019-11", {4: 550_000, 3: 700_000, 2: 850_000}),
        ("guangdong-2023-13", {4: 500_000, 3: 650_000, 2: 850_000, 1: 850_000}),
    ],
)
def test_the_packs_hold_the_published_rates_and_half_a_year_ahead(
    pack_id: str, rates: dict[int, int]
) -> None:
    """Shows FIL-08."""
    pack = PacksOnDisk().get(pack_id)
    assert pack is not None
    assert pack.standard.rates == rates
    assert pack.standard.prepayment.share_basis_points == 5000
    assert pack.standard.prepayment.base is PrepaymentBase.ONE_YEAR


def test_only_what_a_source_states_is_free_of_the_label() -> None:
    packs = PacksOnDisk()
    stated = {
        pack.standard.id for pack in packs.all() if not pack.standard.labels("/prepayment/base")
    }
    assert stated == {"nantong-2019-15"}
    rates = {pack.standard.id for pack in packs.all() if pack.standard.labels("/rates/3")}
    assert rates == {"guangdong-2023-13"}


def test_the_national_floor_rises_on_dated_days() -> None:
    """Shows PAY-02."""
    floors = PacksOnDisk().floors()
    assert [(floor.document, floor.valid_from, floor.rate_fen) for floor in floors] == [
        ("人社部发〔2018〕66号", date(2018, 10, 12), 400_000),
        ("人社部发〔2021〕39号", date(2021, 6, 8), 500_000),
    ]
    assert floors[0].ours == ("/valid_from",)


def test_the_overlays_hold_what_their_places_published() -> None:
    overlays = {pack.overlay.id: pack.overlay for pack in PacksOnDisk().overlays()}
    assert list(overlays) == [
        "nanping-overlay-2023", "qidong-overlay-2025", "shenzhen-overlay-2019", "wuhan-overlay-2022",
    ]  # fmt: skip
    counted = {
        name: (one.notice.days, one.notice.unit, one.notice.first_day_counts)
        for name, one in overlays.items()
        if one.notice is not None
    }
    assert counted == {
        "nanping-overlay-2023": (7, DayUnit.CALENDAR, True),
        "qidong-overlay-2025": (7, DayUnit.CALENDAR, False),
        "shenzhen-overlay-2019": (7, DayUnit.CALENDAR, False),
    }
    shenzhen, wuhan = overlays["shenzhen-overlay-2019"], overlays["wuhan-overlay-2022"]
    assert shenzhen.quota.max_enterprise_basis_points == 5000
    assert (shenzhen.training.min_mentors, shenzhen.training.max_online_basis_points) == (3, 5000)
    assert (shenzhen.limits[Limit.ACCEPT], shenzhen.limits[Limit.REVIEW]) == (5, 10)
    assert shenzhen.limits[Limit.CONCUR] == DEFAULT_OVERLAY.limits[Limit.CONCUR]
    assert wuhan.training.min_hours_by_grade == {4: 600, 3: 1200, 2: 1200, 1: 1200}
    assert wuhan.documents == DEFAULT_OVERLAY.documents


def test_there_is_no_pack_of_an_unknown_id() -> None:
    assert PacksOnDisk().get("atlantis") is None


def test_a_faulty_pack_is_refused_instead_of_left_out(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="policy_invalid"):
        PacksOnDisk(folder_of(tmp_path, policy_document(), {"id": "empty"}))


def test_two_packs_of_one_id_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="same id"):
        PacksOnDisk(folder_of(tmp_path, policy_document(), policy_document()))
