"""Which user a server runs as: the program's own, or an ordinary one when the program is root.

PostgreSQL refuses to run as root. Root therefore starts it as the owner of the data folder or,
when that is root too, as `nobody`. Changing user needs no file of ours to become readable by
others: the server is handed its folder as working directory before it gives up root.
"""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from domain.errors import Refusal

ROOT: Final = 0
_LAST_CHOICE: Final = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user and group; `changed` says that it is not the program's own."""

    uid: int
    gid: int
    changed: bool

    @property
    def user(self) -> int | None:
        """The uid a child changes to, None to stay."""
        return self.uid if self.changed else None

    @property
    def group(self) -> int | None:
        """The gid a child changes to, None to stay."""
        return self.gid if self.changed else None

    @property
    def groups(self) -> list[int] | None:
        """The supplementary groups of a child, None to keep them."""
        return [] if self.changed else None

    def own(self, path: Path) -> None:
        """Give the account a path that we have just made."""
        if self.changed:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def account_for(*folders: Path) -> Account:
    """Return the account that serves these folders: the first owner who is not root, else `nobody`.

    Refuses with `embedded_account_missing` when the machine does not know such a user.
    """
    if os.geteuid() != ROOT:
        return Account(uid=os.geteuid(), gid=os.getegid(), changed=False)
    owners = [folder.stat().st_uid for folder in folders if folder.exists()]
    owner = next((uid for uid in owners if uid != ROOT), None)
    try:
        entry = pwd.getpwnam(_LAST_CHOICE) if owner is None else pwd.getpwuid(owner)
    except KeyError:
        wanted = _LAST_CHOICE if owner is None else owner
        raise Refusal("embedded_account_missing", user=wanted) from None
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, changed=True)
