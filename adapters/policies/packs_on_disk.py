"""The packs that come with the product: JSON files beside this module."""

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from domain.policy import Floor, parse_floor, parse_policy
from domain.ports.policies import Pack, PolicyPacks


class PacksOnDisk(PolicyPacks):
    """Reads every pack and the national floor once, when made.

    A faulty pack refuses (`policy_invalid`), and two files of one id raise ValueError.
    """

    def __init__(self, folder: Traversable | None = None) -> None:
        """Read `folder`, by default the packs of the product."""
        place = files(__package__) if folder is None else folder
        names = sorted(
            (path for path in place.joinpath("packs").iterdir() if path.name.endswith(".json")),
            key=lambda path: path.name,
        )
        packs = [_pack(path.read_bytes()) for path in names]
        self._packs: Mapping[str, Pack] = {
            pack.standard.id: pack for pack in sorted(packs, key=lambda pack: pack.standard.id)
        }
        if len(self._packs) != len(packs):
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

    def floors(self) -> Sequence[Floor]:
        """Return the steps of the national floor, oldest first."""
        return self._floors


def _pack(source: bytes) -> Pack:
    document = json.loads(source)
    return Pack(standard=parse_policy(document), document=document, source=source)
