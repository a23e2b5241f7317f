"""Passwords, keys and tokens: forms that their issuers made to be recognised, and what follows the word for one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from comity.detect.words import ways

_TOKEN = re.compile(
    r"(?<![A-Za-z0-9])(?:AKIA[0-9A-Z]{16}|sk-[A-Za-z0-9_-]{20,200}|[rs]k_live_[A-Za-z0-9]{16,}|gh[pousr]_[A-Za-z0-9]{36,}"
    r"|github_pat_[A-Za-z0-9_]{36,}|glpat-[A-Za-z0-9_-]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|AIza[0-9A-Za-z_-]{35}"
    r"|eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}|hf_[A-Za-z0-9]{30,})"
)
"""Amazon, OpenAI and whoever copies them (we do), Stripe, GitHub, GitLab, Slack, Google, JSON Web Tokens, Hugging
Face."""

_PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z]+ ){0,3}PRIVATE KEY-----")
_NAMED = re.compile(
    r"(?:password|passwd|passphrase|mot de passe|passwort|kennwort|contraseña|senha|wachtwoord|hasło"
    r"|पासवर्ड|कूटशब्द|كلمة المرور|كلمة السر)[\"']?(?: (?:is|est|ist|es|è|é|to|है|هي))? ?[:=]? ?[\"']?(\S{6,64})",
    re.IGNORECASE,
)
_MIXED = re.compile(r"(?=\S*[0-9])(?=\S*[^\W\d_])")

_WORDS = "password passwd passphrase passe passwort kennwort contraseña senha wachtwoord hasło पासवर्ड कूटशब्द المرور السر"
NAMES = frozenset(way[0] for name in _WORDS.split() for way in ways(name))
"""Words without which no password is named."""


def credentials(text: str, masked: bytes, text_words: Sequence[bytes]) -> Iterator[str]:
    """Every credential; `masked` is `numbers.mask(text)`, `text_words` are its words.

    Behind the word for a password stands one only if it mixes digits and letters.
    """
    if b"a9" in masked:  # of twenty random letters and digits, all but one in a hundred have such a pair
        for found in _TOKEN.finditer(text):
            yield found[0]
    if "-----BEGIN " in text:
        for found in _PRIVATE_KEY.finditer(text):
            yield found[0]
    if not NAMES.isdisjoint(text_words):
        for found in _NAMED.finditer(text):
            if _MIXED.match(found[1]):
                yield found[1].rstrip("\"',.;)")
