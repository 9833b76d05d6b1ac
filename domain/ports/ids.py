"""Identity as an argument (DESIGN 1.10)."""

from collections.abc import Callable
from uuid import UUID

NewId = Callable[[], UUID]
"""Returns a new id; ids grow with time, so that id order is order of creation."""
