"""Export control widened: what rests on named chips or weights stops where the law that controls them does not exempt.

That is the hardest reading, as on 2026-06-12 for weights: what is controlled is gone at once. Chips that stay and age
are a model of the future, not this.
"""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from comity.posture.scenario.ground import Atom, Atoms, Ground, known, without_deployments
from comity.posture.scenario.types import ExportControl
from comity.stack import facts
from comity.stack.accelerators import CLASSES, UNKNOWN
from comity.stack.jurisdictions import parents


def of_export_control(change: ExportControl) -> Atoms:
    """One atom for each class of chips, and for each model."""
    where = f" outside {', '.join(change.exempt)}" if change.exempt else ""
    for chip in change.chips:
        says = f"accelerators of the class {chip} stop{where}" if chip in CLASSES.values() else f"{chip} stops{where}"
        yield Atom("chips", chip, says, partial(_without_chip, chip, change.exempt))
    for model in change.weights:
        yield Atom("weights", model, f"the weights of {model} stop{where}", partial(_without, model, change.exempt))


def _without_chip(chip: str, exempt: tuple[str, ...], ground: Ground) -> Ground:
    stack = ground.stack
    gone = [name for name, each in stack.deployments.items() if _rests_on(chip, each.site, ground, exempt)]
    unknown = [name for name in gone if UNKNOWN in facts.accelerator_classes(stack, stack.deployments[name].site).value]
    if unknown:
        told = f"The accelerators of {', '.join(unknown)} are not stated; they are taken to be of a controlled class."
        ground = ground.noting(told)
    bare = {site for site in stack.sites if _rests_on(chip, site, ground, exempt)}
    return without_deployments(replace(ground, closed=ground.closed | bare), gone)


def _rests_on(chip: str, site: str, ground: Ground, exempt: tuple[str, ...]) -> bool:
    if _exempt(ground, site, exempt):
        return False
    classes = facts.accelerator_classes(ground.stack, site).value
    names = ground.stack.sites[site].accelerators or ()
    return chip in names or chip in classes or (chip == "controlled" and UNKNOWN in classes)


def _without(model: str, exempt: tuple[str, ...], ground: Ground) -> Ground:
    known("model", model, ground.stack.models)
    stopped = (
        name
        for name, each in ground.stack.deployments.items()
        if each.model == model and not _exempt(ground, each.site, exempt)
    )
    return without_deployments(replace(ground, barred=ground.barred | {model}), stopped)


def _exempt(ground: Ground, site: str, exempt: tuple[str, ...]) -> bool:
    """Whether the site lies in an exempt place, wherever in its jurisdictions it is."""
    return all({place, *parents(place)} & {*exempt} for place in ground.stack.sites[site].places)
