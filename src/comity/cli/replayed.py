"""`comity verify --replay`: the law of the entry's instant, asked again; and what it gave, with its citations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from comity.adapters.realm_bundles import beside_shipped, read_bundle
from comity.cli.receipt_prose import clean, moment
from comity.law.realm import Realm
from comity.placement.types import Placement
from comity.proof.verify import ProvenEntry, Verification
from comity.relay.replay import Mismatch, Replayed, replay
from comity.terms.citations import Citation
from comity.terms.errors import Fault
from comity.terms.refusal import Refusal

_BASES = {
    "statute": "statute",
    "guidance": "guidance of an authority",
    "contract": "a contract, not law",
    "prudential": "prudence, not law",
    "tenant": "a rule of the operator's own",
}


class Account(NamedTuple):
    """What a replay came to, and what of its instant and its law is not shown by it."""

    replayed: Replayed
    realm: Realm | None
    bounds: str
    law: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """It for programs."""
        return {
            "holds": self.replayed.holds,
            "mismatches": [each._asdict() for each in self.replayed.mismatches],
            "closed": list(self.replayed.closed),
            "instant": self.replayed.instant,
            "bounds": self.bounds,
            "law": list(self.law),
            "owed": list(_owed(self)),
        }


def account(result: Verification, path: Path) -> Account:
    """Replays the first entry of a valid receipt from the bundle at `path`.

    Raises:
        UsageFault: the bundle cannot be read.
    """
    bundle = read_bundle(path)
    kind = "denial" if "denial" in result.entries else "intent"
    entry = result.entries[kind]
    blocks = {name: entry.shown.block(name) for name in entry.shown.blocks}
    decision = blocks["decision"]
    witnessed = min(entry.witnesses.values(), default=None)
    bounds = _bounds(entry)
    try:
        realm = bundle.realm(decision["realm"]) if decision is not None else None
    except Fault as error:
        said = f"{str(error)[:1].upper()}{str(error)[1:]}."
        return Account(Replayed((Mismatch("unreadable-realm", said),)), None, bounds)
    replayed = replay(kind, blocks, realm, bundle.conditions, None if witnessed is None else witnessed * 1000)
    return Account(replayed, realm, bounds, tuple(_law(realm)) if realm else ())


def lines(told: Account) -> Iterator[str]:
    """What a lawyer reads of it."""
    replayed = told.replayed
    if replayed.holds:
        yield "Replayed: the rules and the stack of that instant, as the bundle has them, give exactly this decision."
    elif replayed.mismatches:
        yield "NOT what the rules and the stack of that instant, as the bundle has them, give:"
        yield from (f"  {each.name}: {clean(each.sentence)}" for each in replayed.mismatches)
    else:
        yield "Not replayed."
    yield from replayed.closed
    yield told.bounds
    yield from told.law
    yield from _grounds(told)


def _bounds(entry: ProvenEntry) -> str:
    """What is claimed of the instant: no more than is shown."""
    if not entry.witnesses:
        return (
            "The instant is the operator's own word: no witness that you trust has seen this log, so nothing shows that"
            " the entry was not made later, under a law chosen afterwards."
        )
    name, time = min(entry.witnesses.items(), key=lambda each: each[1])
    return (
        f"The instant is the operator's own word, and it is bounded on one side: witness {clean(name)} had seen the"
        f" entry by {moment(time * 1000)}. Nothing shows that it was not made earlier."
    )


def _law(realm: Realm) -> Iterator[str]:
    """Whether the law of the bundle is that of this version: an operator may load what law it likes."""
    if not realm.packs:
        yield "The realm loads no law at all: only rules of the house spoke."
    beside = beside_shipped(realm)
    for names, said in (
        (beside.same, "Law as it ships with this version of Comity"),
        (beside.altered, "Not as it ships with this version under the same name, so read it in the bundle"),
        (beside.foreign, "Law of the operator's own, so read it in the bundle"),
        (beside.missing, "Law that the stack names and the realm does not have"),
    ):
        if names:
            yield f"{said}: {_list(names)}."


def _grounds(told: Account) -> Iterator[str]:
    """The rules with their citations: what forbade, what obliged and what is still owed."""
    made, realm = told.replayed.decision, told.realm
    if realm is None:
        return
    if isinstance(made, Refusal):
        rules = {rule.id: rule for candidate in made.candidates for rule in candidate.rules}
        yield from _cited("Forbidden by", rules.values())
    if isinstance(made, Placement):
        named = {name: sorted({rule for each in made.candidates for rule in getattr(each, name)})
                 for name in ("forbidden", "obligations", "advisories")}  # fmt: skip
        titles = {
            "forbidden": "Forbidden, and not enforced, by",
            "obligations": "Obliged by",
            "advisories": "Advised by",
        }
        for name, rules_named in named.items():
            yield from _cited(titles[name], (realm.citations[rule] for rule in rules_named))
    if owed := list(_owed(told)):
        yield "Owed still, by whom it binds:"
        yield from (f"  {each}" for each in owed)


def _owed(told: Account) -> Iterator[str]:
    made, realm = told.replayed.decision, told.realm
    if not isinstance(made, Placement) or realm is None:
        return
    for each in made.standings:
        if each.status in ("owed", "assisted"):
            rest = "" if each.status == "owed" else " (the rest of it; the gateway does a part)"
            cites = "; ".join(f"{realm.citations[rule].law}, {realm.citations[rule].cite}" for rule in each.due.rules)
            yield f"{clean(each.due.text)} by {clean(each.by)}{rest}: {clean(cites)}"


def _cited(title: str, rules: Iterable[Citation]) -> Iterator[str]:
    for rule in rules:
        draft = ", DRAFT" if rule.draft else ""
        reviewed = "" if rule.reviewed or not rule.is_law else ", its encoding not reviewed by counsel"
        basis = f"{_BASES[rule.basis]}{draft}{reviewed}"
        yield f"{title} {clean(rule.law)}, {clean(rule.cite)} ({basis}): {clean(rule.says)}"


def _list(names: Iterable[str]) -> str:
    return ", ".join(clean(name) for name in names)
