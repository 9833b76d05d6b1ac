"""Characters as people type them: width, spaces, name separators."""

import unicodedata
from typing import Final

_INVISIBLE: Final = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
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
