"""Reading a policy pack: every fault named at once, or a standard."""

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType

from domain.errors import Fault, Refusal, Text
from domain.policy.format import FLOOR, POLICY
from domain.policy.lookup import Floor
from domain.policy.shapes import Maybe, Plain, Record, Shape, Table, Variant
from domain.policy.standard import (
    BelowFiled,
    Category,
    CertificateType,
    CertificateWindow,
    Employment,
    ExitEarns,
    ExitReason,
    ExitRecovery,
    ExitRule,
    FinanceConcurrence,
    PaymentChannel,
    PeopleRule,
    PrepaymentBase,
    PrepaymentCondition,
    PrepaymentRule,
    Remainder,
    RosterChanges,
    Settles,
    Stacking,
    Standard,
    TermRule,
    TypePay,
    Uncertified,
    UncertifiedMode,
    Unit,
    UnitKind,
    Uplift,
)


def parse_policy(document: object, *, at: str = "") -> Standard:
    """Read a pack, or refuse with `policy_invalid` naming every fault under the pointer `at`.

    Faults: those of `domain.policy.shapes`, and `policy_contradicts_itself`.
    """
    faults = tuple(POLICY.faults(document, at))
    if not faults:
        assert isinstance(document, dict)
        faults = tuple(_contradictions(document, at))
    if faults:
        raise Refusal("policy_invalid", faults=faults, count=len(faults))
    used: list[str] = []
    return _standard(POLICY.completed(document, "", used), tuple(used))


def parse_floor(document: object, *, at: str = "") -> Floor:
    """Read one step of the national floor, or refuse with `policy_invalid`."""
    if faults := tuple(FLOOR.faults(document, at)):
        raise Refusal("policy_invalid", faults=faults, count=len(faults))
    whole = FLOOR.completed(document, "", [])
    return Floor(
        document=whole["document"],
        valid_from=date.fromisoformat(whole["valid_from"]),
        rate_fen=whole["rate_fen"],
        ours=tuple(whole["ours"]),
    )


def period_faults(document: Plain, at: str) -> Iterator[Fault]:
    """Refuse an end before its start."""
    valid_to = document.get("valid_to")
    if valid_to is not None and valid_to < document["valid_from"]:
        yield Fault(f"{at}/valid_to", "policy_contradicts_itself")


def unknown_labels(shape: Record, document: Plain, at: str) -> Iterator[Fault]:
    """Refuse labels on fields that the format does not have."""
    for index, pointer in enumerate(document.get("ours", [])):
        if not _names_a_field(shape, pointer.split("/")[1:]):
            yield Fault(f"{at}/ours/{index}", "unknown_field")


def _contradictions(document: Plain, at: str) -> Iterator[Fault]:
    yield from period_faults(document, at)
    for name, pay in document.get("certificate_types", {}).items():
        if pay.get("share_basis_points") is not None and pay.get("amount_fen") is not None:
            yield Fault(f"{at}/certificate_types/{name}/amount_fen", "policy_contradicts_itself")
    term = document.get("term", {})
    for less, more in (("min_months", "max_months"), ("max_months", "extended_max_months")):
        if term and term[less] > term[more]:
            yield Fault(f"{at}/term/{more}", "number_too_small", {"least": term[less]})
    yield from unknown_labels(POLICY, document, at)


def _names_a_field(shape: Shape, path: list[str]) -> bool:
    if not path:
        return True
    name, rest = path[0], path[1:]
    match shape:
        case Maybe(shape=inner):
            return _names_a_field(inner, path)
        case Table(keys=keys, shape=inner):
            return name in keys and _names_a_field(inner, rest)
        case Variant(tag=tag, records=records):
            return path == [tag] or any(_names_a_field(it, path) for it in records.values())
        case Record(members=members):
            return any(name == it.name and _names_a_field(it.shape, rest) for it in members)
        case _:
            return False


def _standard(whole: Plain, defaults: tuple[str, ...]) -> Standard:
    title = whole["title"] or {"zh": whole["id"], "en": whole["id"]}
    people, stacking = whole["people"], whole["stacking"]
    return Standard(
        id=whole["id"],
        region=whole["region"],
        title=Text(title["zh"], title["en"]),
        document=whole["document"],
        valid_from=date.fromisoformat(whole["valid_from"]),
        valid_to=None if whole["valid_to"] is None else date.fromisoformat(whole["valid_to"]),
        rates=_by_grade(whole["rates"]),
        uplift=_uplift(whole["uplift"]),
        uncertified=_uncertified(whole["uncertified"]),
        below_filed=BelowFiled(whole["below_filed"]),
        max_paid_months=_by_grade(whole["max_paid_months"]),
        certificate_types=MappingProxyType(
            {
                CertificateType(key): TypePay(**pay)
                for key, pay in whole["certificate_types"].items()
            }
        ),
        certificate_window=CertificateWindow(**whole["certificate_window"]),
        prepayment=_prepayment(whole["prepayment"]),
        term=TermRule(**whole["term"]),
        unit=_unit(whole["unit"]),
        exits=_exits(whole["exits"]),
        suspension_counts=whole["suspension_counts"],
        roster_changes=RosterChanges(**whole["roster_changes"]),
        pass_rate_basis_points=whole["pass_rate_basis_points"],
        people=PeopleRule(
            **people | {"categories": frozenset(Category(word) for word in people["categories"])}
        ),
        stacking=Stacking(**stacking | {"excludes": frozenset(stacking["excludes"])}),
        employment=Employment(whole["employment"]),
        settles=Settles(whole["settles"]),
        finance_concurrence=FinanceConcurrence(whole["finance_concurrence"]),
        payment_channel=PaymentChannel(whole["payment_channel"]),
        netting=whole["netting"],
        below_floor_reason=whole["below_floor_reason"],
        ours=tuple(whole["ours"]),
        defaults=defaults,
    )


def _by_grade(table: Mapping[str, int]) -> Mapping[int, int]:
    return MappingProxyType({int(grade): value for grade, value in table.items()})


def _uplift(written: Plain | None) -> Uplift | None:
    if written is None:
        return None
    return Uplift(max_basis_points=written["max_basis_points"], grades=frozenset(written["grades"]))


def _uncertified(written: Plain) -> Uncertified:
    return Uncertified(**{**written, "mode": UncertifiedMode(written["mode"])})


def _prepayment(written: Plain) -> PrepaymentRule:
    return PrepaymentRule(
        share_basis_points=written["share_basis_points"],
        base=PrepaymentBase(written["base"]),
        condition=PrepaymentCondition(written["condition"]),
        on_request=written["on_request"],
        added_people=written["added_people"],
    )


def _unit(written: Plain) -> Unit:
    remainder = written.get("remainder")
    return Unit(
        kind=UnitKind(written["kind"]),
        remainder=None if remainder is None else Remainder(remainder),
    )


def _exits(written: Plain) -> ExitRule:
    earns = {ExitReason(key): ExitEarns(word) for key, word in written["earns"].items()}
    excused = {ExitReason(key): proof for key, proof in written["excused"].items()}
    return ExitRule(
        earns=MappingProxyType(earns),
        recovered=ExitRecovery(written["recovered"]),
        excused=MappingProxyType(excused),
    )
