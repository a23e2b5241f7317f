"""A placement: which deployments may serve a request, in which order, and why."""

from __future__ import annotations

from msgspec import Struct, field

from comity.law.standing import Standing

MICRO = 1_000_000
"""Scores are integers in millionths of a unit: entries know no floats, and equal scores are exactly equal."""


class Wish(Struct, frozen=True, cache_hash=True, omit_defaults=True):
    """What the caller asks for, and every narrowing of it; nothing here can widen.

    Attributes:
        model: a model, a deployment, an alias, or `PROVIDER/MODEL` with an operator or a site as the provider.
        only, ignore, order: deployments, operators or sites. `order` puts those first, in its own order.
        language: of the request, for the quality term of the score; empty where it is not known.
        hops: words for what the request asks an upstream to do beyond inference (docs/reference/hops.md): only
            deployments that declare every one of them may serve it.
        surface: the part of the API that is asked for; a deployment has it, or one that translates into it.
        allow_fallbacks: without it and with an `order`, no deployment outside that order.
        max_price: most that input and output may cost, decimals per 10^6 tokens, empty for no bound. A deployment
            without a price is then left out.
        models: models that the application and the key may ask for, sorted; None for every one.
    """

    model: str
    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    language: str = ""
    hops: tuple[str, ...] = ()
    surface: str = "chat"
    order: tuple[str, ...] = ()
    allow_fallbacks: bool = True
    max_price: tuple[str, str] = ("", "")
    models: tuple[str, ...] | None = None

    @property
    def plain(self) -> bool:
        """Whether it asks for a model and nothing else."""
        return self == Wish(self.model)


class Candidate(Struct, frozen=True):
    """A permitted deployment with its score (millionths; lower is better) and every term of it."""

    deployment: str
    score: int
    terms: tuple[tuple[str, int], ...]
    advisories: tuple[str, ...] = ()
    obligations: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()  # rules not enforced; non-empty in `observe` mode alone
    gaps: tuple[str, ...] = ()  # law that is not loaded and that the stack accepts, by name and until a date


class Placement(Struct, frozen=True):
    """Tiers of deployments with equal score, best first. Only `decide()` makes one.

    `realm`, `conditions`, `ruling` are digests (SHA-256, hex); `digest` is that of this placement's document.
    `mode` is `enforce`, or `observe` for an application whose rulings are logged and not enforced.
    """

    realm: str
    conditions: str
    ruling: str
    digest: str
    mode: str
    model: str
    tiers: tuple[tuple[Candidate, ...], ...]
    wish: Wish = Wish("")
    refused: tuple[tuple[str, tuple[str, ...]], ...] = ()  # deployment, rules
    standings: tuple[Standing, ...] = ()  # of all duties of all candidates; they follow from the rest
    disclosures: tuple[str, ...] = ()  # of those, what must be said of an answer to whom it reaches

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """All candidates, best first."""
        return tuple(candidate for tier in self.tiers for candidate in tier)


class Conditions(Struct, frozen=True):
    """A published snapshot of price, carbon, latency and quality; kept by digest.

    Values are exact decimal strings, so that the digest is of canonical JSON.
    """

    digest: str
    price: dict[str, tuple[str, str]] = field(default_factory=dict)  # input, output; currency per 10^6 tokens
    latency: dict[str, str] = field(default_factory=dict)  # seconds to the first token
    carbon: dict[str, str] = field(default_factory=dict)  # gCO2e per 10^6 tokens
    quality: dict[str, dict[str, str]] = field(default_factory=dict)  # language to score in [0, 1]
