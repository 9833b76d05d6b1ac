"""The packs that come with the product: JSON files beside this module."""

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from domain.policy import Floor, parse_floor, parse_policy
from domain.policy.overlay_reading import parse_overlay
from domain.ports.policies import OverlayPack, Pack, PolicyPacks


class PacksOnDisk(PolicyPacks):
    """Reads every pack, overlay and the national floor once, when made.

    A faulty pack refuses (`policy_invalid`), and two files of one id raise ValueError.
    """

    def __init__(self, folder: Traversable | None = None) -> None:
        """Read `folder`, by default the packs of the product."""
        place = files(__package__) if folder is None else folder
        packs = [_pack(source) for source in _sources(place.joinpath("packs"))]
        self._packs: Mapping[str, Pack] = {
            pack.standard.id: pack for pack in sorted(packs, key=lambda pack: pack.standard.id)
        }
        overlays = [_overlay(source) for source in _sources(place.joinpath("overlays"))]
        self._overlays = tuple(sorted(overlays, key=lambda pack: pack.overlay.id))
        ids = {*self._packs, *(pack.overlay.id for pack in overlays)}
        if len(ids) != len(packs) + len(overlays):
            msg = "two packs have the same id"
            raise ValueError(msg)
        steps: list[Any] = json.loads(place.joinpath("national_floor.json").read_bytes())
        floors = [parse_floor(step, at=f"/{index}") for index, step in enumerate(steps)]
        self._floors = tuple(sorted(floors, key=lambda floor: floor.valid_from))

    def all(self) -> Sequence[Pack]:
        """Return every pack, by id."""
        return tuple(self._packs.values())

    def get(self, pack_id: str) -> Pack | None:
        """Return one pack, None when there is none of that id."""
        return self._packs.get(pack_id)

    def overlays(self) -> Sequence[OverlayPack]:
        """Return every overlay, by id."""
        return self._overlays

    def floors(self) -> Sequence[Floor]:
        """Return the steps of the national floor, oldest first."""
        return self._floors


def _sources(folder: Traversable) -> list[bytes]:
    """Read every JSON file of a folder, in order of name; a folder that is not there holds none."""
    if not folder.is_dir():
        return []
    files_ = [path for path in folder.iterdir() if path.name.endswith(".json")]
    return [path.read_bytes() for path in sorted(files_, key=lambda path: path.name)]


def _overlay(source: bytes) -> OverlayPack:
    return OverlayPack(overlay=parse_overlay(json.loads(source)), source=source)


def _pack(source: bytes) -> Pack:
    document = json.loads(source)
    return Pack(standard=parse_policy(document), document=document, source=source)
