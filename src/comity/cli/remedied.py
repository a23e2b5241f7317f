"""`--why-not` in words: the smallest changes that would admit a deployment, and the lines to add to the stack file."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from comity.law.realm import Realm
from comity.placement.remedy.search import WhyNot


def remedied(found: WhyNot, deployment: str, realm: Realm) -> Iterator[str]:
    """Yields the lines that tell it."""
    if not found.forbids:
        yield f"{deployment} is permitted: nothing has to change."
        return
    if not found.ways:
        yield from _without(found, deployment, realm)
        return
    count = len(found.ways[0].moves)
    yield f"what would admit {deployment}: {'one change' if count == 1 else f'{count} changes'}, and nothing less"
    for number, way in enumerate(found.ways, 1):
        yield ""
        yield f"{number}. {'; '.join(way.says)}"
        yield "   to be written in the stack file once it is true:"
        text = yaml.safe_dump(dict(way.lines), sort_keys=False, default_flow_style=None, allow_unicode=True, width=110)
        yield from (f"       {line}" for line in text.splitlines())
    if realm.stack.attest == "required":
        yield ""
        yield "each instrument counts once counsel has signed it: comity attest agreement"
    yield ""
    yield f"{found.tried} sets of changes were judged by the law of this realm"
    if not found.complete:
        yield "the search was given up there: a milder way of as many changes may exist"


def _without(found: WhyNot, deployment: str, realm: Realm) -> Iterator[str]:
    tried = f"{found.tried} sets of changes were judged"
    if not found.complete:
        yield f"no way to admit {deployment} was found, and the search was given up: {tried}"
        return
    yield f"no instrument, certificate, statement, site, term or acceptance admits {deployment}; {tried}"
    for rule in found.stuck:
        citation = realm.citations[rule]
        remedy = f"; {citation.remedy}" if citation.remedy else ""
        yield f"    {rule} stands against all of them: {citation.says}{remedy}"
