"""Names for what LiteLLM's entries describe: models, sites, parties, deployments, and the aliases between them.

A model of a stack file is weights, for law reads who made them. A group of LiteLLM is whatever answers to one name; it
becomes a model where the two are the same, and an alias where they are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import gcd

from comity.adapters.imports.litellm_entry import SHARES, Entry
from comity.adapters.imports.names import Names, slug
from comity.adapters.imports.providers import PROVIDERS
from comity.stack.urls import Unfit, read_url

CONTROLLER = "controller"
RELAY = "gateway"  # the site where Comity itself runs; no deployment may have that name
MOST_WEIGHT = 1_000_000  # what `weight` takes


@dataclass(slots=True)
class Place:
    """One site: what runs there is one provider's, at one host or in one region."""

    id: str
    operator: str  # a party, or "" where nobody but people can say
    region: str
    hosts: dict[str, Entry] = field(default_factory=dict)  # host to the first entry there
    own: bool = False


@dataclass(slots=True)
class Plan:
    """Every thing with its id. Keys of `models` are ids, values the entries that they stand for."""

    models: dict[str, list[Entry]] = field(default_factory=dict)
    parties: dict[str, Entry] = field(default_factory=dict)  # an operator to an entry of it
    places: list[Place] = field(default_factory=list)
    deployments: dict[str, tuple[Entry, str, Place]] = field(default_factory=dict)  # to entry, model and site
    aliases: dict[str, list[str]] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)  # a group to what answers for it
    weights: dict[str, int] = field(default_factory=dict)


def plan(entries: Sequence[Entry], spoken: Iterable[str]) -> Plan:
    """The plan of these entries; `spoken` are further names that callers use, which no model may take."""
    made = Plan()
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.group, []).append(entry)
    names = Names({*groups, *spoken, RELAY})
    _models(made, entries, groups, names)
    places: dict[tuple[str, str], Place] = {}
    sites, parties = Names({RELAY}), Names({CONTROLLER})
    operators: dict[str, str] = {}
    model_of = {id(entry): model for model, each in made.models.items() for entry in each}
    for entry in entries:
        key = (entry.provider, _whereabouts(entry))
        if key not in places:
            places[key] = _place(entry, sites)
            if not places[key].own and entry.provider not in operators:
                operators[entry.provider] = parties.give(entry.provider)
                made.parties[operators[entry.provider]] = entry
        model = model_of[id(entry)]
        places[key].hosts.setdefault(entry.address, entry)
        name = names.give(slug(entry.name) if entry.name else f"{places[key].id}-{model}")
        made.deployments[name] = (entry, model, places[key])
    made.places = list(places.values())
    for place in made.places:
        place.operator = operators.get(place.operator, "")
    _groups(made, groups)
    return made


def _models(made: Plan, entries: Sequence[Entry], groups: Mapping[str, list[Entry]], names: Names) -> None:
    weights: dict[str, list[Entry]] = {}
    for entry in entries:
        weights.setdefault(slug(entry.base_model or entry.model.rpartition("/")[2]), []).append(entry)
    for wish, members in weights.items():
        same = wish in groups and {id(each) for each in groups[wish]} == {id(each) for each in members}
        made.models[wish if same else names.give(wish if wish not in groups else f"{wish}-model")] = members


def _whereabouts(entry: Entry) -> str:
    if entry.region:
        return entry.region
    url = read_url(entry.address)
    return entry.address_variable or entry.address if isinstance(url, Unfit) else f"{url.host}:{url.port}"


def _place(entry: Entry, sites: Names) -> Place:
    url = read_url(entry.address)
    host = "" if isinstance(url, Unfit) else url.host
    own = entry.known.own or (not isinstance(url, Unfit) and url.loopback)
    suffix = entry.region or (host.partition(".")[0] if entry.provider == "azure" else "")
    wish = f"{entry.provider}-{suffix}" if suffix else entry.provider
    if own and not PROVIDERS.get(entry.provider, entry.known).own:  # somebody who speaks a company's language
        wish = host
    return Place(sites.give(wish or "site"), "" if own else entry.provider, entry.region, own=own)


def _groups(made: Plan, groups: Mapping[str, list[Entry]]) -> None:
    name_of = {id(entry): name for name, (entry, _, _) in made.deployments.items()}
    for group, members in groups.items():
        shared: dict[str, list[str]] = {}  # a model to the deployments of it in this group
        for entry in members:
            name = name_of[id(entry)]
            shared.setdefault(made.deployments[name][1], []).append(name)
        answers: list[str] = []
        for model, names in shared.items():
            answers += [model] if len(names) == len(made.models[model]) else names
        made.groups[group] = answers
        if answers != [group]:
            made.aliases[group] = answers
        made.weights |= {name_of[key]: weight for key, weight in _weights(members).items()}


def _weights(members: Sequence[Entry]) -> dict[int, int]:
    """Shares as LiteLLM reads them: by what the first of the group has; who has none gets none."""
    by = next((key for key in SHARES if key in members[0].shares), None)
    if by is None or len(members) == 1:
        return {}
    shares = {id(each): round(each.shares.get(by, 0) * 1000) for each in members}
    step = gcd(*shares.values()) or 1
    largest = max(shares.values()) // step
    scale = step * max(1, -(-largest // MOST_WEIGHT))
    return {key: max(share // scale, 1) if share else 0 for key, share in shares.items()}
