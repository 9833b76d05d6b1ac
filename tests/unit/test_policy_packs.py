"""The packs that come with the product, and how they are read."""

import json
from datetime import date
from pathlib import Path

import pytest

from adapters.policies.packs_on_disk import PacksOnDisk
from domain.errors import Refusal
from domain.policy import Employment, PrepaymentBase, UnitKind
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


@pytest.mark.parametrize(
    ("pack_id", "rates"),
    [
        ("nantong-2019-15", {4: 400_000, 3: 500_000, 2: 600_000, 1: 800_000}),
        ("fujian-2019-220", {4: 500_000, 3: 600_000}),
        ("national-2021-39", {4: 500_000, 3: 500_000, 2: 500_000, 1: 500_000}),
    ],
)
def test_the_packs_hold_the_published_rates_and_half_a_year_ahead(
    pack_id: str, rates: dict[int, int]
) -> None:
    pack = PacksOnDisk().get(pack_id)
    assert pack is not None
    assert pack.standard.rates == rates
    assert pack.standard.prepayment.share_basis_points == 5000
    assert pack.standard.prepayment.base is PrepaymentBase.ONE_YEAR


def test_only_what_a_source_states_is_free_of_the_label() -> None:
    packs = PacksOnDisk()
    bases = {pack.standard.id: "/prepayment/base" in pack.standard.ours for pack in packs.all()}
    assert bases == {"nantong-2019-15": False, "fujian-2019-220": True, "national-2021-39": True}


def test_the_national_floor_rises_on_dated_days() -> None:
    floors = PacksOnDisk().floors()
    assert [(floor.document, floor.valid_from, floor.rate_fen) for floor in floors] == [
        ("人社部发〔2018〕66号", date(2018, 10, 12), 400_000),
        ("人社部发〔2021〕39号", date(2021, 6, 8), 500_000),
    ]
    assert floors[0].ours == ("/valid_from",)


def test_there_is_no_pack_of_an_unknown_id() -> None:
    assert PacksOnDisk().get("atlantis") is None


def test_a_faulty_pack_is_refused_instead_of_left_out(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="policy_invalid"):
        PacksOnDisk(folder_of(tmp_path, policy_document(), {"id": "empty"}))


def test_two_packs_of_one_id_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="same id"):
        PacksOnDisk(folder_of(tmp_path, policy_document(), policy_document()))
