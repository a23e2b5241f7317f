"""Where deployments are reached, under each realm that has requests under way."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from comity.adapters.http.limits import DEFAULT_LIMITS
from comity.relay.target import Target
from comity.runtime.messages import Endpoint
from comity.terms.instants import Instant

KEPT_MS = int(DEFAULT_LIMITS.request_seconds * 1000)
"""A realm's targets outlive it by the longest request: a placement that it made may still try its next candidate."""

MOST_KEPT = 32
"""Realms whose targets are kept: more reloads than that in ten minutes are a fault, and their targets must not pile up;
a request of a realm that is gone finds no target, and ends with 503."""

NONE: Mapping[str, Target] = {}

Prepared: TypeAlias = tuple[Endpoint, Target]


class Targets:
    """Targets of the realm in force, and of those before it. A target stays the same object while its endpoint does."""

    def __init__(self) -> None:
        self._realm = ""
        self._now: dict[str, Prepared] = {}
        self._shown: dict[str, Target] = {}
        self._before: dict[str, tuple[dict[str, Target], Instant]] = {}
        self._contexts: dict[tuple[str, ...], ssl.SSLContext] = {}

    def of(self, realm: str) -> Mapping[str, Target]:
        """The targets under that realm's digest; none if it is long gone."""
        if realm == self._realm:
            return self._shown
        before = self._before.get(realm)
        return NONE if before is None else before[0]

    def prepared(self, endpoints: Iterable[Endpoint]) -> dict[str, Prepared]:
        """The endpoints with their targets. May be called on any thread, for it reads files of authorities.

        Raises:
            OSError, ssl.SSLError: a file cannot be read, or holds no certificate.
        """
        return {endpoint.deployment: (endpoint, self._target(endpoint)) for endpoint in endpoints}

    def begin(self, realm: str, targets: dict[str, Prepared] | None, now: Instant) -> None:
        """From now on `realm` is in force and its deployments are reached there; None: as under the one before."""
        if realm != self._realm:
            if self._realm:
                self._before[self._realm] = (self._shown, now + KEPT_MS)
            self._before.pop(realm, None)
            self._realm, self._shown = realm, dict(self._shown)
        self._forget(now)
        if targets is not None:
            used = {_trust(endpoint) for endpoint, _ in targets.values()}
            self._contexts = {key: context for key, context in self._contexts.items() if key in used}
            self._now = targets
            self._shown = {name: target for name, (_, target) in targets.items()}

    def reach(self, deployment: str, endpoint: Endpoint | None) -> None:
        """From now on the deployment is reached there, or not at all.

        Raises:
            OSError, ssl.SSLError: as `prepared`.
        """
        if endpoint is None:
            self._now.pop(deployment, None)
            self._shown.pop(deployment, None)
            return
        self._now[deployment] = endpoint, self._target(endpoint)
        self._shown[deployment] = self._now[deployment][1]

    def _forget(self, now: Instant) -> None:
        """Drop the targets of realms that no request can be under any more."""
        over = [realm for realm, (_, until) in self._before.items() if until <= now]
        for realm in [*over, *list(self._before)[: max(0, len(self._before) - len(over) - MOST_KEPT)]]:
            self._before.pop(realm, None)

    def _target(self, endpoint: Endpoint) -> Target:
        same = self._now.get(endpoint.deployment)
        return same[1] if same is not None and same[0] == endpoint else target_of(endpoint, self._tls(endpoint))

    def _tls(self, endpoint: Endpoint) -> ssl.SSLContext | None:
        if not endpoint.tls:
            return None
        key = _trust(endpoint)
        context = self._contexts.get(key)
        if context is None:
            context = self._contexts[key] = client_context(endpoint.ca, endpoint.client_cert, endpoint.client_key)
        return context


def _trust(endpoint: Endpoint) -> tuple[str, ...]:
    return endpoint.ca, endpoint.client_cert, endpoint.client_key, endpoint.trust


def client_context(ca: str = "", certificate: str = "", key: str = "") -> ssl.SSLContext:
    """TLS towards an upstream: names are verified, against the system's authorities or those of the file `ca`.

    Raises:
        OSError, ssl.SSLError: a file cannot be read, or holds no certificate.
    """
    context = ssl.create_default_context(cafile=ca or None)
    context.set_alpn_protocols(["http/1.1"])
    if certificate:
        context.load_cert_chain(certificate, key)
    return context


def target_of(endpoint: Endpoint, tls: ssl.SSLContext | None) -> Target:
    """The endpoint as the relay sees it."""
    return Target(
        deployment=endpoint.deployment,
        served_as=endpoint.served_as,
        site=endpoint.site,
        host=endpoint.host,
        port=endpoint.port,
        tls=tls,
        path=endpoint.path,
        query=endpoint.query,
        credentials=endpoint.credentials.encode("ascii"),
        surfaces=endpoint.surfaces,
        stream_usage=endpoint.stream_usage,
        connections=endpoint.connections,
        weight=endpoint.weight,
        draining=endpoint.draining,
        check=endpoint.check,
        price_in=endpoint.price_in,
        price_out=endpoint.price_out,
        currency=endpoint.currency,
        timeouts=endpoint.timeouts,
        profile=endpoint.profile.encode("ascii"),
    )
