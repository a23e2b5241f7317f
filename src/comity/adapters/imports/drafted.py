"""What comes of a foreign configuration: a stack file to finish, what is lost on the way, and what people must say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["secret", "changed", "lost"]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing in the foreign file that a person should know of.

    A `secret` stands there in the clear, and was not copied. What is `changed` was carried over and behaves
    otherwise; what is `lost` was not carried over. `line` counts from 1, `where` is the path inside the file.
    """

    line: int
    where: str
    kind: Kind
    says: str


@dataclass(frozen=True, slots=True)
class Blank:
    """One place of the drafted stack file that only people can fill in; `says` tells what belongs there."""

    line: int
    where: str
    says: str


@dataclass(frozen=True, slots=True)
class Drafted:
    """A drafted stack file: its text, and everything to be said about it."""

    text: str
    findings: tuple[Finding, ...]
    blanks: tuple[Blank, ...]
