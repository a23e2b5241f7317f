"""How a wrong word is answered: what was found, safely shown, and the nearest right spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

SHOWN = 48  # characters of a wrong value that a message repeats: enough to find it, too few to flood a terminal
COMPARED = 500  # known words that one wrong word is held against: 10 ms where all are alike
LISTED = 8  # words that a message lists before it stops

# Known prefixes of keys and tokens, and long runs that mix letters and digits: never repeated in a message.
_SECRET = re.compile(
    r"(sk|pk|rk|hf|gh[opsu]|github_pat|glpat|xox[abeps]|AKIA|ASIA|AIza|eyJ|ya29|nvapi|gsk|r8|key)[-_A-Za-z0-9.]{12,}"
    r"|-----BEGIN"
    r"|(?=[A-Za-z0-9+/=_]*\d)(?=[A-Za-z0-9+/=_]*[A-Za-z])[A-Za-z0-9+/=_]{32,}"
)


def looks_secret(text: str) -> bool:
    """Whether `text` may be a key or a token, by its form alone."""
    return _SECRET.search(text) is not None


def shown(text: str) -> str:
    """`text` as a message may repeat it: quoted, shortened, and never a secret."""
    if looks_secret(text):
        return "text that looks like a secret (not shown)"
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return f"'{clean}'" if len(clean) <= SHOWN else f"'{clean[:SHOWN]}…'"


def nearest(word: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """The known word that is spelled most like `word`, whatever the case; None if none is near.

    `likeness` in [0, 1] is the least ratio of `difflib` that counts as near.
    """
    if len(word) > 4 * SHOWN:  # comparing costs time in the product of the lengths
        return None
    folded = {each.casefold(): each for each in sorted(known)[:COMPARED]}
    found = get_close_matches(word.casefold(), folded, n=1, cutoff=likeness)
    return folded[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word, or lists what is known; empty if nothing is."""
    words = sorted(known)
    return near_to(word, words) or (f"known: {listed(words)}" if words else "")


def near_to(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word; empty if none is near."""
    near = nearest(word, known)
    return "" if near is None else f"did you mean {near}?"


def listed(words: Iterable[str]) -> str:
    """At most LISTED words, and how many more there are."""
    given = list(words)
    rest = len(given) - LISTED
    return ", ".join(given[:LISTED]) + (f" and {rest} more" if rest > 0 else "")
