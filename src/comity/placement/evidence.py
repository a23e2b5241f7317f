"""Which facts a verdict rests on, and how well each of them is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from comity.law.candidates import GATEWAY
from comity.law.case import Case
from comity.law.coverage import UNCOVERED
from comity.law.realm import Realm
from comity.placement.remedy.reads import reads
from comity.stack.types import EVIDENCE_LEVELS

KINDS: Mapping[str, str] = {
    "site": "location",
    "operator": "operator",
    "operatorPublic": "operator",
    "ecsp": "operator",
    "dpf": "operator",
    "dpfUk": "operator",
    "dpfSwiss": "operator",
    "own": "operator",
    "control": "control",
    "presence": "control",
    "kinds": "agreements",
    "assessed": "agreements",
    "certificates": "certificates",
    "seal": "certificates",
    "retains": "terms",
    "trains": "terms",
    "trainsStated": "terms",
    "developer": "model",
    "openWeights": "model",
    "licence": "model",
    "family": "model",
    "accelerators": "accelerators",
    "controlledAccelerator": "accelerators",
}
"""What a rule reads of a candidate, and the kind of fact that it is. Of agreements the level says whether counsel has
signed for each of those that bind controller and operator."""

_OF_GAPS = ("location", "operator", "control")


def rests_on(realm: Realm, cases: Sequence[Case], deployment: str, forbids: Iterable[str]) -> dict[str, str]:
    """The kinds of fact that the verdict on the deployment rests on, each with its level of evidence, sorted.

    A prohibition rests on what the rules that forbid read; a permit on what every prohibition reads that can speak to
    the case, for it says that none of them fires. The level is the lower of the deployment's and the gateway's.
    """
    against = tuple(forbids)
    rules = {name for name in against if name in realm.rules}
    if not against:
        rules = {name for case in cases for name in realm.speaking(case) if realm.rules[name].kind == "prohibit"}
    kinds = {
        KINDS[read.attribute]
        for name in rules
        for read in reads(realm.rules[name])
        if read.of == "resource" and read.attribute in KINDS
    }
    if UNCOVERED.id in against or not against:  # coverage asks where it is, who runs it, and who controls that
        kinds.update(_OF_GAPS)
    view = realm.view(cases[0].controller)
    return {kind: _lower(view[deployment].evidence, view[GATEWAY].evidence, kind) for kind in sorted(kinds)}


def _lower(one: Mapping[str, str], other: Mapping[str, str], kind: str) -> str:
    levels: list[str] = [*EVIDENCE_LEVELS]
    return min((each.get(kind, levels[0]) for each in (one, other)), key=levels.index)
