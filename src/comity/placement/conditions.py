"""A snapshot of price, latency, carbon and quality, from what the stack configures."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from comity.placement.types import Conditions
from comity.stack.types import Stack
from comity.terms.canon import encode
from comity.terms.digests import sha256_hex


def configured(stack: Stack) -> Conditions:
    """The conditions that the stack file states; what it does not state is absent here and marked where it is used.

    Carbon per 10^6 tokens = kWh per 10^6 tokens at the accelerator x PUE x gCO2e per kWh of the grid.
    """
    price = {
        name: (_decimal(each.price.input), _decimal(each.price.output))
        for name, each in stack.deployments.items()
        if each.price is not None
    }
    latency = {name: _decimal(each.latency) for name, each in stack.deployments.items() if each.latency is not None}
    carbon: dict[str, str] = {}
    quality: dict[str, dict[str, str]] = {}
    for name, deployment in stack.deployments.items():
        site = stack.sites[deployment.site]
        if deployment.energy is not None and site.pue is not None and site.grid_gco2_kwh is not None:
            grams = Decimal(str(deployment.energy)) * Decimal(str(site.pue)) * Decimal(str(site.grid_gco2_kwh))
            carbon[name] = format(grams.normalize(), "f")
        scores = stack.models[deployment.model].eval
        if scores:
            quality[name] = {language: _decimal(each.score) for language, each in sorted(scores.items())}
    made = Conditions("", price, latency, carbon, quality)
    return replace(made, digest=sha256_hex(document(made)))


def document(conditions: Conditions) -> bytes:
    """The canonical document that the digest of `conditions` is made of."""
    return encode(
        {
            "comity": 1,
            "price": {name: list(pair) for name, pair in conditions.price.items()},
            "latency": conditions.latency,
            "carbon": conditions.carbon,
            "quality": conditions.quality,
        }
    )


def _decimal(number: float) -> str:
    return format(Decimal(str(number)).normalize(), "f")
