"""Whom a verifier trusts: C2SP tlog-policy files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from comity.proof.note import ED25519, NoteError, VerifierKey

MAX_POLICY_BYTES = 262_144
"""A hundred ML-DSA keys of 1.8 kB each, with their URLs and comments."""

MAX_NAMES = 1024
"""Logs, witnesses and groups; the specification recommends at least 32 of each."""


class PolicyError(ValueError):
    """A policy file that does not hold to tlog-policy; the message begins with the line's number."""


class Group(NamedTuple):
    """A rule over members: at least `threshold` of them have cosigned."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Known logs and witnesses, and how many witnesses are enough.

    Attributes:
        logs: keys of logs; each speaks for its name and for the shards below it.
        witnesses: by their name in the policy.
        groups: by name.
        quorum: name of a witness or group, or "none".
        urls: submission prefixes (tlog-witness) of the witnesses that have one, by their name in the policy.
    """

    logs: tuple[VerifierKey, ...]
    witnesses: dict[str, VerifierKey] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    quorum: str = "none"
    urls: dict[str, str] = field(default_factory=dict)

    def satisfied_by(self, cosigners: Iterable[str]) -> bool:
        """Whether these witnesses (names in the policy) are enough."""
        held = {"none", *cosigners}
        # a group has only what is defined above it: one pass is enough, however deep they go
        for name, group in self.groups.items():
            if sum(member in held for member in group.members) >= group.threshold:
                held.add(name)
        return self.quorum in held


def parse_policy(data: bytes) -> Policy:
    """Read a policy file.

    Raises:
        PolicyError: not of the form of tlog-policy, or over a limit.
    """
    if len(data) > MAX_POLICY_BYTES:
        raise PolicyError(f"the policy is larger than {MAX_POLICY_BYTES} bytes")
    if any((byte < 0x20 and byte not in b"\t\n") or byte == 0x7F for byte in data):
        raise PolicyError("the policy has a control character")
    reading = _Reading()
    # names are opaque octets (tlog-policy, "Character set"); this decoding loses none of them
    for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), 1):
        words = [word for word in line.replace("\t", " ").split(" ") if word]
        if not words or words[0].startswith("#"):
            continue
        try:
            reading.line(words)
        except (PolicyError, NoteError) as error:
            raise PolicyError(f"line {number}: {error}") from error
    if reading.quorum is None:
        raise PolicyError("the policy has no quorum line")
    return Policy(tuple(reading.logs), reading.witnesses, reading.groups, reading.quorum, reading.urls)


class _Reading:
    def __init__(self) -> None:
        self.logs: list[VerifierKey] = []
        self.witnesses: dict[str, VerifierKey] = {}
        self.groups: dict[str, Group] = {}
        self.urls: dict[str, str] = {}
        self.quorum: str | None = None
        self._members: set[str] = set()

    def line(self, words: list[str]) -> None:
        if len(self.logs) + len(self.witnesses) + len(self.groups) >= MAX_NAMES:
            raise PolicyError(f"more than {MAX_NAMES} logs, witnesses and groups")
        match words:
            case ["log", vkey] | ["log", vkey, _]:
                self.logs.append(_new(VerifierKey.parse(vkey), self.logs))
            case ["witness", name, vkey, *url] if len(url) <= 1:
                self._unused(name)
                self.witnesses[name] = _new(_cosigning(VerifierKey.parse(vkey)), self.witnesses.values())
                self.urls.update((name, each) for each in url)
            case ["group", name, threshold, *members] if members:
                self._group(name, threshold, members)
            case ["quorum", name]:
                if self.quorum is not None:
                    raise PolicyError("a second quorum line")
                if name != "none":
                    self._defined(name)
                self.quorum = name
            case _:
                raise PolicyError(f"no log, witness, group or quorum line: {' '.join(words)[:60]}")

    def _group(self, name: str, threshold: str, members: list[str]) -> None:
        self._unused(name)
        for member in members:
            self._defined(member)
            if member in self._members:
                raise PolicyError(f"{member} is a member twice")
            self._members.add(member)
        named = {"all": len(members), "any": 1}
        count = named.get(threshold) or (int(threshold) if threshold.isascii() and threshold.isdecimal() else 0)
        if not 1 <= count <= len(members):
            raise PolicyError(f"the threshold of {name} is all, any or a number from 1 to {len(members)}")
        self.groups[name] = Group(count, tuple(members))

    def _unused(self, name: str) -> None:
        if name == "none" or name in self.witnesses or name in self.groups:
            raise PolicyError(f"the name {name} is taken")

    def _defined(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise PolicyError(f"{name} is not defined above")


def _cosigning(key: VerifierKey) -> VerifierKey:
    if key.kind == ED25519:
        raise PolicyError(
            f"{key.name} is the key of a log (type 0x01); a witness cosigns with one of type 0x04 or 0x06"
        )
    return key


def _new(key: VerifierKey, others: Iterable[VerifierKey]) -> VerifierKey:
    if any(other.public == key.public for other in others):
        raise PolicyError(f"the public key of {key.name} is there twice")
    return key
