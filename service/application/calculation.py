"""The calculator and the policy packs, for people who try a policy before they rely on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.calculation import Calculation, calculate
from domain.calculation_case import Case, case_faults
from domain.errors import Fault, Refusal
from domain.policy import Standard, parse_policy
from domain.ports.policies import PolicyPacks


@dataclass(frozen=True, slots=True, kw_only=True)
class CalculateCase:
    """A case, and its policy: a pack's id, or a policy in the packs' format."""

    policy: str | Mapping[str, Any]
    case: Case


def calculate_case(command: CalculateCase, *, policies: PolicyPacks) -> Calculation:
    """Work a case out under a pack or a policy of its own. Reads packs only, stores nothing.

    Refuses `policy_invalid` (an inline policy with faults, located under /policy) and
    `calculation_refused` (`policy_unknown`, and whatever the case asks that the policy does not
    pay); faults of the case are named with those of the policy.
    """
    standard = _standard(command, policies)
    return calculate(standard, command.case, policies.floors())


def _standard(command: CalculateCase, policies: PolicyPacks) -> Standard:
    if isinstance(command.policy, str):
        pack = policies.get(command.policy)
        if pack is not None:
            return pack.standard
        faults = (Fault("/policy", "policy_unknown"), *case_faults(command.case))
        raise Refusal("calculation_refused", faults=faults, count=len(faults))
    try:
        return parse_policy(command.policy, at="/policy")
    except Refusal as refusal:
        faults = (*refusal.faults, *case_faults(command.case))
        raise Refusal("policy_invalid", faults=faults, count=len(faults)) from None


def policy_lines(policies: PolicyPacks) -> Sequence[str]:
    """List the packs as plain lines: id, region, document number, first and last day in force."""
    lines = []
    for pack in policies.all():
        standard = pack.standard
        last = "" if standard.valid_to is None else standard.valid_to.isoformat()
        days = f"{standard.valid_from.isoformat()}..{last}"
        lines.append("\t".join((standard.id, standard.region, standard.document or "-", days)))
    return lines


def policy_documents(policies: PolicyPacks) -> Sequence[Mapping[str, Any]]:
    """Return the packs whole, as they are written, by id."""
    return [pack.document for pack in policies.all()]
