"""Which deployments of the stack a supplier's name means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from comity.stack.types import Stack

_SNAPSHOT = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8}|latest)$")
"""Suppliers add a model's date: `gpt-4o-mini-2024-07-18`."""


class Names:
    """Names under which both sides are summed: what the deployment is served as, or what `--is` says."""

    def __init__(self, stack: Stack, deployments: Iterable[str], said: Mapping[str, tuple[str, ...]]) -> None:
        """`said` gives the deployments that a name means, where the stack does not tell it."""
        self._of: dict[str, str] = {}
        self._names: dict[str, str] = {}
        for deployment in deployments:
            each = stack.deployments[deployment]
            name = each.served_as or each.model
            self._of[deployment] = name
            for alias in (name, each.model, deployment):
                self._names.setdefault(alias.lower(), name)
        for name, meant in said.items():
            for deployment in meant:
                self._of[deployment] = name
            self._names[name.lower()] = name

    def of(self, deployment: str) -> str | None:
        """The name of a deployment, None if it is not of this supplier."""
        return self._of.get(deployment)

    def named(self, text: str) -> str:
        """The name that a supplier's name means; that itself where none does."""
        lower = text.lower()
        tail = lower.rpartition("/")[2]  # `azure/gpt-4o` in LiteLLM
        for candidate in (lower, tail, _SNAPSHOT.sub("", lower), _SNAPSHOT.sub("", tail)):
            if candidate in self._names:
                return self._names[candidate]
        return text

    def knows(self, name: str) -> bool:
        """Whether a name is one of ours."""
        return name in self._of.values()
