"""What a bench says: one line a row, with the ratio and the target it is held to."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One row of DESIGN 7. `unit` is what `ours` and `bare` are in; the ratio is ours to bare."""

    work: str
    unit: str
    ours: float
    bare: float
    ratio: float
    target: float
    at_least: bool

    @property
    def passes(self) -> bool:
        """Whether the ratio reaches the target, or stays under it."""
        return self.ratio >= self.target if self.at_least else self.ratio <= self.target

    def line(self) -> str:
        """Write the row."""
        sign = "≥" if self.at_least else "≤"
        return (
            f"{self.work:<58} {self.ours:>9.3f} {self.bare:>9.3f} {self.unit:<10}"
            f" {self.ratio:>6.3f}  {sign} {self.target:<5} {'PASS' if self.passes else 'FAIL'}"
        )


def failed(row: str, broken: BaseException) -> str:
    """Write a row that could not be measured, with its error in one line."""
    told = " ".join(f"{type(broken).__name__}: {broken}".split())
    return f"{row:<58} FAIL {told[:160]}"


HEADER = f"{'work':<58} {'ours':>9} {'bare':>9} {'unit':<10} {'ratio':>6}  target  "


def compared(
    work: str,
    unit: str,
    ours: Sequence[float],
    bare: Sequence[float],
    *,
    target: float,
    at_least: bool,
) -> Result:
    """Compare interleaved rounds: the ratio is the median of each pair's own ratio.

    The two of a pair ran one after the other, so what else the machine did then hit both.
    """
    return Result(
        work=work,
        unit=unit,
        ours=median(ours),
        bare=median(bare),
        ratio=median(o / b for o, b in zip(ours, bare, strict=True)),
        target=target,
        at_least=at_least,
    )
