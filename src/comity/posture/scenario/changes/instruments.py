"""Agreements and certificates that end."""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from comity.posture.scenario.ground import Atom, Atoms, Ground, ScenarioFault, known
from comity.posture.scenario.types import Agreements, Certificates, Ended, Lost
from comity.stack.types import Agreement


def of_agreements(change: Agreements) -> Atoms:
    """One atom for each."""
    for each in change.end:
        kinds = f" ({', '.join(each.kinds)})" if each.kinds else ""
        name = " and ".join(each.between) + kinds
        yield Atom("agreement", name, f"agreements of {name} end", partial(_ended, each))


def of_certificates(change: Certificates) -> Atoms:
    """One atom for each."""
    for each in change.end:
        whose = ", ".join(each.deployments) if each.deployments is not None else "everyone"
        yield Atom("certificate", each.name, f"{whose} loses the certificate {each.name}", partial(_lost, each))


def _ended(ended: Ended, ground: Ground) -> Ground:
    made = [_without_kinds(each, ended) for each in ground.stack.agreements]
    left = tuple(each for each in made if each is not None)
    if left == ground.stack.agreements:
        raise ScenarioFault(f"the stack has no agreement of {' and '.join(ended.between)} that could end")
    return ground.stacked(agreements=left)


def _without_kinds(agreement: Agreement, ended: Ended) -> Agreement | None:
    if not {*ended.between} <= {*agreement.between}:
        return agreement
    kinds = tuple(kind for kind in agreement.kinds if ended.kinds and kind not in ended.kinds)
    return replace(agreement, kinds=kinds) if kinds else None


def _lost(lost: Lost, ground: Ground) -> Ground:
    stack = ground.stack
    names = stack.deployments if lost.deployments is None else lost.deployments
    made = {}
    for name in names:
        held = stack.deployments[known("deployment", name, stack.deployments)]
        left = tuple(each for each in held.certificates if each.name != lost.name)
        made[name] = replace(held, certificates=left)
    return ground.stacked(deployments={**stack.deployments, **made})
