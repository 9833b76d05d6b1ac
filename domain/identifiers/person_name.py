"""Names of people, kept as on the card: GB18030 in full, with the separators that names have."""

import re
import unicodedata
from typing import Final

from domain.identifiers.characters import forbidden_in, visible

NAME_MAX: Final = 50
_HAN: Final = re.compile("[\u4e00-\u9fff]{1,50}")
_BETWEEN_HAN: Final = re.compile(
    "(?<=[\u3400-\u9fff\U00020000-\U0003ffff])\\s+(?=[\u3400-\u9fff\U00020000-\U0003ffff])"
)
_BESIDE_LETTERS: Final = frozenset("·•・･‧∙⋅●.．。 -'’")


def cleaned(raw: str) -> str:
    """Drop what is never part of a name: outer spaces, spaces between Han, characters of no width."""
    return raw if _HAN.fullmatch(raw) else _BETWEEN_HAN.sub("", visible(raw))


def fault_of(name: str) -> str | None:
    """Return the code of what is wrong with a cleaned name, or None."""
    if _HAN.fullmatch(name):
        return None
    if forbidden_in(name) is not None:
        return "forbidden_character"
    if len(name) > NAME_MAX:
        return "text_too_long"
    kinds = {unicodedata.category(c) for c in name if c not in _BESIDE_LETTERS}
    if "Co" in kinds or "Cn" in kinds:
        return "name_private_use"
    return None if kinds and all(kind[0] in "LM" for kind in kinds) else "name_malformed"
