"""A stack file as a gateway would run it: read, checked, its credentials fetched. Nothing has begun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from comity.adapters.stack_files import StackFile, read_stack_file
from comity.runtime.audience import Hearer, audience
from comity.runtime.endpoints import endpoints
from comity.runtime.messages import Endpoint, Stamps, Watch
from comity.runtime.stamps import stamps_of
from comity.runtime.tokens import Grant, grants
from comity.runtime.witnessing import watch_of
from comity.stack.types import Stack
from comity.terms.problems import Problem, Problems

FIXED = ("origin", "durability", "signer", "database", "witnesses", "timestamps")
"""Keys that a running gateway cannot change: its shards bear the origin, the mode and the signer in every entry."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a stack file asks for.

    Attributes:
        file: the stack file as it was read.
        endpoints: deployments that have an address of their own, with their credentials but for tokens.
        grants: deployments whose credential is a token, and where it is asked for.
        hearers: hooks and telemetry.
        watch: the witnesses, if there are any.
        stamps: who stamps checkpoints, if anybody does.
    """

    file: StackFile
    endpoints: Mapping[str, Endpoint]
    grants: Mapping[str, Grant]
    hearers: Mapping[str, Hearer]
    watch: Watch | None = None
    stamps: Stamps | None = None

    @classmethod
    def read(cls, path: Path, environ: Mapping[str, str]) -> Plan:
        """Read and check the file at `path`. Blocking.

        Raises:
            Problems: everything that is wrong with it, or with an address, a credential or a file that it names.
        """
        file = read_stack_file(path, environ)
        stack = file.stack
        return cls(
            file,
            endpoints(stack, path, environ),
            grants(stack, path, environ),
            audience(stack, path, environ),
            watch_of(stack, path),
            stamps_of(stack, path),
        )

    @property
    def stack(self) -> Stack:
        """The stack."""
        return self.file.stack


def unchangeable(before: Stack, after: Stack, file: Path) -> None:
    """See to it that nothing differs that only a restart changes.

    Raises:
        Problems: every such key by name.
    """
    problems = [
        Problem(str(file), 0, 0, key, "cannot change while the gateway runs", "", "restart it, or take the change back")
        for key in FIXED
        if getattr(before, key) != getattr(after, key)
    ]
    if problems:
        raise Problems(problems)
