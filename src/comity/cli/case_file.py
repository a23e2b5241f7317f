"""A case as a person writes it: from a file, from standard input, or word by word in options."""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path

from comity.law.case import Case, ordered
from comity.law.plain_yaml import load
from comity.law.realm import Realm
from comity.placement.stated import check_words, stated_case
from comity.terms.errors import UsageFault

MAX_CASE = 1 << 16  # characters; a case is a dozen short lists


def read_case(name: str, realm: Realm) -> Case:
    """The case in the file `name`, or on standard input if that is `-`, in the words of `realm`.

    Raises:
        UsageFault: it cannot be read, is no case, or uses a word that the realm does not know.
    """
    try:
        return stated_case(load(_text(name)), realm)
    except OSError as error:
        raise UsageFault(f"{name}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageFault(f"{name}: {error}") from error


def _text(name: str) -> str:
    if name == "-":
        text = sys.stdin.read(MAX_CASE + 1)
    else:
        with Path(name).open(encoding="utf-8-sig") as file:
            text = file.read(MAX_CASE + 1)
    if len(text) > MAX_CASE:
        raise ValueError(f"a case of more than {MAX_CASE} characters")
    return text


def read_words(option: str, text: str, known: Collection[str]) -> tuple[str, ...]:
    """The words of an option, parted by commas; raises UsageFault for one that is not `known`."""
    words = ordered(word.strip() for word in text.split(",") if word.strip())
    try:
        check_words(option, words, known)
    except ValueError as error:
        raise UsageFault(str(error)) from error
    return words
