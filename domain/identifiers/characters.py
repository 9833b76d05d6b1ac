"""Characters as people type them: width, spaces, name separators."""

import re
import unicodedata
from typing import Final

_INVISIBLE: Final = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
_FORBIDDEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_DOTS: Final = {ord(dot): "·" for dot in "•・･‧∙⋅●.．。"}


def without_spaces(raw: str) -> str:
    """Fold full-width forms to ASCII (NFKC) and drop every kind of space. For numbers, never for names."""
    if raw.isascii() and raw.isalnum():
        return raw  # as almost every number comes: nothing to fold, nothing to drop
    folded = unicodedata.normalize("NFKC", raw).translate(_INVISIBLE)
    return "".join(folded.split())


def name_alike(name: str) -> str:
    """Write a name for comparison only: no spaces, one separator, upper case. The name itself is kept as given.

    NFKC is not applied to Chinese characters on purpose: compatibility ideographs are other people's names.
    """
    bare = "".join(name.translate(_INVISIBLE).split()).translate(_DOTS)
    return bare.upper()


def forbidden_in(raw: str) -> str | None:
    """Return the code point of the first control, bidirectional control or lone surrogate, or None."""
    found = _FORBIDDEN.search(raw)
    return None if found is None else f"U+{ord(found[0]):04X}"


def visible(raw: str) -> str:
    """Drop characters of no width and outer spaces."""
    return raw.translate(_INVISIBLE).strip()
