"""Pages: an opaque cursor that fits only the list, the filters and the person it was given to.

A cursor grants nothing: every page is read in the actor's own scope. It is signed so that a changed
one is refused as such and never reaches a statement.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from domain.errors import Refusal

T = TypeVar("T")

_TAG_BYTES: Final = 16
_BINDING_BYTES: Final = 8


class _Cursor(Struct, array_like=True, forbid_unknown_fields=True):
    binding: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What to read: `limit` is one more than the page holds, to see whether there is a next one."""

    size: int
    after: str | None

    @property
    def limit(self) -> int:
        """Rows to ask for."""
        return self.size + 1

    @property
    def after_id(self) -> UUID | None:
        """Where the page before ended, for lists in id order."""
        if self.after is None:
            return None
        try:
            return UUID(self.after)
        except ValueError:  # a signed cursor of a list in another order
            raise Refusal("cursor_invalid") from None


@dataclass(frozen=True, slots=True)
class Cursors:
    """Signs and reads cursors with the installation's secret."""

    secret: bytes

    def write(self, *, binding: str, after: str) -> str:
        """Return the cursor for what comes after `after` in the list that `binding` names."""
        payload = msgspec.json.encode(_Cursor(_short(binding), after))
        return _text_of(self._tag(payload) + payload)

    def read(self, cursor: str, *, binding: str) -> str:
        """Return where to go on; refuses `cursor_invalid`."""
        try:
            sealed = base64.b64decode(
                cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True
            )
        except ValueError:
            raise Refusal("cursor_invalid") from None
        tag, payload = sealed[:_TAG_BYTES], sealed[_TAG_BYTES:]
        # base64 has spare bits at its end: only the one spelling we wrote is ours.
        ours = hmac.compare_digest(tag, self._tag(payload)) and _text_of(sealed) == cursor
        if not ours:
            raise Refusal("cursor_invalid")
        found = msgspec.json.decode(payload, type=_Cursor)
        if found.binding != _short(binding):
            raise Refusal("cursor_invalid")
        return found.after

    def _tag(self, payload: bytes) -> bytes:
        return hmac.digest(self.secret, b"xuetu cursor\0" + payload, "sha256")[:_TAG_BYTES]


def _text_of(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def _short(binding: str) -> str:
    return hashlib.sha256(binding.encode()).hexdigest()[: 2 * _BINDING_BYTES]


def page_body(
    rows: Sequence[T], page: Page, *, view: Callable[[T], Any], next_cursor: Callable[[T], str]
) -> bytes:
    """Return the bytes of a page: `items` and `next_cursor`; `rows` are up to `page.limit`."""
    shown = rows[: page.size]
    more = len(rows) > page.size
    return msgspec.json.encode(
        {
            "items": [view(row) for row in shown],
            "next_cursor": next_cursor(shown[-1]) if more else None,
        }
    )
