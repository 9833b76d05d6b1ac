"""Which finding stands: of everything that was answered about a certificate, what counts (CASES 6).

Findings are facts and are only ever added. Every settlement examines its declarations anew, against an
extract that may list a part of what the register holds, and two people may have looked besides. This is
the one place that says what counts then; a set is decided so in SQL, and a test holds the two equal.

1. **Silence undoes nothing.** That a register does not list a certificate, or lists it as not uploaded
   yet, says nothing against who confirmed it before, nor for who revoked it: extracts are partial and
   late. Silence counts only while nobody has said more, the latest of it.
2. **The latest answer counts.** A register that says something (revoked, another grade, a match) takes
   the place of what a register said before: a certificate that is revoked later is found out, and an
   error that a register corrects is corrected. What two people establish is always an answer.
3. **A register does not overrule two people unheard.** Where it contradicts what they established last
   (they confirmed and it disagrees, or the other way about), the line is *contradicted*: nobody is paid
   and nobody refused on either word until two people have looked again. What time may cure (not found,
   not uploaded, withheld) the register's next answer simply replaces.
4. **What they had before them is nothing new.** A register that repeats an answer which was on file when
   the two decided, field by field, says nothing: they decided in the knowledge of it. Otherwise every
   later extract would send the same known difference back to them.

What is said of one declaration counts for the same declaration in a later version or a later settlement
of the filing: the same person, type and normalised number, and the same facts as declared. A grade or a
day declared anew was never confirmed. What concerns the certificate whatever is declared of it
(`OF_CERTIFICATE`) counts for every declaration of that number by that person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain.certificate import AWAITED, CERTIFYING, Agreement, FindingResult

SILENT: Final = frozenset(
    {FindingResult.NOT_FOUND, FindingResult.NUMBER_MALFORMED, FindingResult.PENDING_UPLOAD}
)
"""What a register finds that has nothing to say yet."""

CURABLE: Final = SILENT | AWAITED
"""What two people may have found that time cures: a register's next answer is no contradiction."""

OF_CERTIFICATE: Final = frozenset(
    {FindingResult.REVOKED, FindingResult.WITHHELD, FindingResult.ID_MISMATCH}
)
"""Findings about the certificate itself: they do not depend on the grade or the day declared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One finding about a declaration. `agreement` is None where two people established it."""

    result: FindingResult
    agreement: Agreement | None

    @property
    def by_people(self) -> bool:
        """Whether two people established it."""
        return self.agreement is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """The finding that stands; `contradicted` when it contradicts two people and nobody has looked since."""

    heard: Heard
    contradicted: bool


def bears_on(result: FindingResult, *, same_facts: bool) -> bool:
    """Tell whether a finding about one declaration of a number bears on another by the same person."""
    return same_facts or result in OF_CERTIFICATE


def standing_finding(heard: Sequence[Heard]) -> Stands | None:
    """Return which of these findings stands, oldest first; None where nobody has answered."""
    if not heard:
        return None
    looked = max((n for n, one in enumerate(heard) if one.by_people), default=None)
    known = {one.agreement for one in heard[:looked]} if looked is not None else set()
    answers = [
        one
        for one in heard
        if one.by_people or (one.result not in SILENT and one.agreement not in known)
    ]
    stands = (answers or heard)[-1]
    if looked is None or stands.by_people:
        return Stands(heard=stands, contradicted=False)
    return Stands(heard=stands, contradicted=_contradicts(heard[looked].result, stands.result))


def _contradicts(established: FindingResult, said: FindingResult) -> bool:
    if established in CURABLE:
        return False
    return (established in CERTIFYING) != (said in CERTIFYING)
