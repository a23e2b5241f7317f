"""The general way: a JSON merge patch (RFC 7396) of the stack file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from msgspec.structs import replace

from comity.posture.scenario.ground import Atom, Atoms, Ground, ScenarioFault
from comity.stack import facts
from comity.stack.digest import decimal_text, stack_document, stack_from_document
from comity.stack.types import Stack


def of_stack(change: Any) -> Atoms:
    """One atom: its parts mean something together alone."""
    where = ", ".join(sorted(_places(change)))
    yield Atom("stack", where, f"the stack has other {where}", partial(_patched, change))


def _places(patch: Mapping[str, Any]) -> Iterator[str]:
    for section, value in patch.items():
        if isinstance(value, Mapping):
            yield from (f"{section}.{name}" for name in value)
        else:
            yield section


def _patched(patch: Mapping[str, Any], ground: Ground) -> Ground:
    document = merge_patch(stack_document(ground.stack), _texts(patch))
    try:
        stack = stack_from_document(document)
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise ScenarioFault(f"with the scenario's patch the stack cannot be read: {error}") from error
    if dangling := next(_dangling(stack), ""):
        raise ScenarioFault(f"with the scenario's patch the stack names {dangling}, which it does not have")
    return replace(ground, stack=stack)


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7396, section 2: objects are merged, null removes, everything else replaces."""
    if not isinstance(patch, Mapping):
        return patch
    made = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            made.pop(name, None)
        else:
            made[name] = merge_patch(made.get(name), value)
    return made


def _texts(value: Any) -> Any:
    """Figures as the stack's document has them."""
    if isinstance(value, float):
        return decimal_text(value)
    if isinstance(value, Mapping):
        return {name: _texts(each) for name, each in value.items()}
    return [_texts(each) for each in value] if isinstance(value, list) else value


def _dangling(stack: Stack) -> Iterator[str]:
    """What is named and is not there: the reader of stack files finds this in files, and here nobody else does."""
    for each in stack.deployments.values():
        yield from (f"the model {each.model}",) if each.model not in stack.models else ()
        yield from (f"the site {each.site}",) if each.site not in stack.sites else ()
    refs = [site.operator for site in stack.sites.values()]
    refs += [model.developer for model in stack.models.values()]
    refs += [application.controller for application in stack.applications.values()]
    refs += [party.controlled_by for party in stack.parties.values() if party.controlled_by]
    yield from (f"the party {ref}" for ref in refs if facts.named(ref) and ref not in stack.parties)
    if stack.gateway is not None and stack.gateway.site not in stack.sites:
        yield f"the site {stack.gateway.site}"
