"""Due minus history: what a settlement pays, or what becomes a recovery (CASES 4)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """This filing's money so far, in fen, gross of netting.

    Payments count from the moment money may have left: paid, in transit, or unknown. `ahead_fen` is
    the part of it that was prepaid and may stay unearned for now: training goes on.
    """

    paid_fen: int = 0
    in_transit_fen: int = 0
    unknown_fen: int = 0
    got_back_fen: int = 0
    ahead_fen: int = 0

    @property
    def total_fen(self) -> int:
        """Payments minus money actually got back."""
        return self.paid_fen + self.in_transit_fen + self.unknown_fen - self.got_back_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """What is still to pay, or to recover, in fen: never negative, never both above zero."""

    balance_fen: int
    recovery_fen: int
    ahead_fen: int = 0


def balance_of(*, due_fen: int, history_fen: int, ahead_fen: int = 0) -> Balance:
    """Compare the cumulative entitlements with the history; dropouts are in neither twice.

    due - history = balance - recovery - ahead: what may stay ahead is not owed back yet.
    """
    over_fen = max(0, history_fen - due_fen)
    stays_fen = min(over_fen, ahead_fen)
    return Balance(
        balance_fen=max(0, due_fen - history_fen),
        recovery_fen=over_fen - stays_fen,
        ahead_fen=stays_fen,
    )
