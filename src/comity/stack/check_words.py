"""Words that only a vocabulary or a list of packs can know."""

from __future__ import annotations

import re
from functools import partial

from comity.stack.draft import Draft
from comity.stack.spelling import did_you_mean, shown
from comity.stack.surroundings import Surroundings

# Shape of the word to the set of `Words` that must hold it.
WORDS = {
    "applications.*.purpose": "purposes",
    "applications.*.data.*": "data",
    "applications.*.grounds.*": "grounds",
    "applications.*.roles.*": "roles",
    "applications.*.sector": "sectors",
    "applications.*.risk": "risks",
    "applications.*.uses.*": "uses",
    "models.*.family": "families",
    "agreements.*.kinds.*": "kinds",
    "deployments.*.certificates.*.name": "certificates",
    "gateway.certificates.*.name": "certificates",
    "deployments.*.hops.*": "hops",
    "uncovered.*.data.*": "data",
}

# Kinds of fact that an application may set a floor of evidence for.
FLOORS = frozenset({"location", "operator", "control", "accelerators", "terms", "certificates", "model", "agreements"})

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # RFC 5646, as far as its form goes


def check_words(draft: Draft, surroundings: Surroundings) -> None:
    """Note words that are in no vocabulary, packs that are not there, and keys that are no language."""
    for shape, kind in WORDS.items():
        known: frozenset[str] = getattr(surroundings.words, kind)
        for found in draft.find(shape):
            if found.value not in known:
                what = f"{shown(found.value)} is not among the {kind} of the vocabulary"
                draft.object_to(found, what, "", partial(did_you_mean, found.value, known))
    words = surroundings.words
    for found in draft.find("applications.*.blocks.*"):
        if found.value not in (known := words.uses | words.data | words.purposes):
            what = f"{shown(found.value)} is no use, class of data or purpose of the vocabulary"
            draft.object_to(found, what, "", partial(did_you_mean, found.value, known))
    _check_uses(draft)
    for found in draft.find("law.*"):
        if found.value not in surroundings.packs:
            hint = partial(did_you_mean, found.value, surroundings.packs)
            draft.object_to(found, f"there is no law pack {shown(found.value)}", "", hint)
    for found in draft.find("applications.*.evidence.*"):
        if found.path[3] not in FLOORS:
            what = "no kind of fact that has a floor"
            draft.object_to(found, what, "", partial(did_you_mean, str(found.path[3]), FLOORS))
    for found in draft.find("models.*.eval.*.score"):
        if not _LANGUAGE.fullmatch(str(found.path[3])):
            draft.object_to(found, f"{shown(str(found.path[3]))} is no language", "a tag such as hi or pt-BR")


def _check_uses(draft: Draft) -> None:
    for found in draft.find("applications.*.uses.*"):
        if found.value == "unstated" and len(draft.at(*found.path[:-1])) > 1:
            draft.object_to(found, "stands beside other uses", "", "leave it out: `uses` says what the system does")
