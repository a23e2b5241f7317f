"""Numbers in a text that identify a person, an account, a card or a telephone.

A copy of the text in which every letter is `a` and every digit `9` tells where two digits stand together, at the speed
of a search for two bytes; most texts have few such places. What a run of digits may be is looked up by how it is
written, and only what is written like an identifier is checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from comity.detect import accounts, contacts
from comity.detect.cards import is_card
from comity.detect.context import Context, Words
from comity.detect.digits import bare
from comity.detect.found import Thing
from comity.detect.ways import ANY, Way, lettered, longest, numbers

MOST_GROUPS = 8
"""Groups of digits in one number: the French social-security number has seven."""

_MASK = bytes(
    57 if 48 <= byte <= 57 else 97 if 65 <= byte <= 90 or 97 <= byte <= 122 else byte if byte == 95 else 32
    for byte in range(256)
)
_DIGIT, _LETTER = 57, 97
_PAIR = b"99"
_RUN = re.compile("[0-9](?:[ \u00a0\u202f\t.\\-/()]{0,2}[0-9]){5,47}")
_GROUP = re.compile("[0-9]+")
_WORD_END = re.compile(rb"[^a9]")
_SEPARATORS = " \u00a0\u202f\t.-/()"
_SPACES = " \u00a0\u202f\t"
_SHAPE = str.maketrans("012345678\u00a0\u202f\t", "999999999   ")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}(?:[ \u00a0\u202f-]?[0-9A-Z]){11,30}")
_LONGEST_FORM = 24
_LETTERS_BEFORE = 6
_CARDS = frozenset(
    {
        *("9" * length for length in (14, 15, 16, 19)),
        "9999 9999 9999 9999",
        "9999-9999-9999-9999",
        "9999 999999 99999",
        "9999-999999-99999",
        "9999 999999 9999",
        "9999 9999 9999 9999 999",
    }
)
_PHONE_WORDS = Words.of(contacts.PHONE_WORDS.split("|"))


def mask(text: str) -> bytes:
    """The text with `a` for each letter of ASCII, `9` for each digit, a space for all else; character for character."""
    return text.encode("ascii", "replace").translate(_MASK)


class Numbers:
    """Finds what a set of detectors looks for among the numbers of a text."""

    __slots__ = ("_contact", "_financial", "_identity", "_longest")

    def __init__(self, *, identity: bool, financial: bool, contact: bool) -> None:
        self._identity = identity
        self._financial = financial
        self._contact = contact
        self._longest = max(longest() if identity else 0, 23)
        if identity:
            lettered(digit_first=True), lettered(digit_first=False)

    def find(self, text: str, masked: bytes) -> Iterator[Thing]:
        """Everything that is found; `masked` is `mask(text)`."""
        at = masked.find(_PAIR)
        if at < 0:
            return
        context, end = Context(text), 0
        while at >= 0:
            if at and masked[at - 1] == _LETTER:
                thing, end = self._behind_letters(text, at, context)
                if thing is not None:
                    yield thing
                else:
                    found = _WORD_END.search(masked, at)
                    end = len(masked) if found is None else found.start()
            else:
                start = at
                while start - 2 >= end and masked[start - 2] == _DIGIT and text[start - 1] in _SEPARATORS:
                    start -= 2
                run = _RUN.match(text, start)
                if run is None:
                    digits = _GROUP.match(text, at)
                    assert digits is not None
                    end = digits.end()
                else:
                    end = run.end()
                    yield from self._run(text, start, end, context)
            at = masked.find(_PAIR, end)

    # digits

    def _run(self, text: str, start: int, end: int, context: Context) -> Iterator[Thing]:
        before = text[start - 1] if start else " "
        after = text[end : end + 2]
        if self._identity:
            thing = self._mixed(text, start, before, after, context)
            if thing is not None:
                yield thing
                return
        if before.isalnum() or before in "_#$€£¥" or after[:1] == "_" or after[:1].isalnum():
            return
        groups = [found.span() for found in _GROUP.finditer(text, start, end)]
        if self._contact and before == "+":
            yield from self._international(text, groups, context)
            return
        compound = before in ".-/,"  # within something longer
        bound = bool(after) and (after[0] in "%€$£¥" or (after[0] in ",:-/" and after[1:].isalnum()))
        shape = text[start:end].translate(_SHAPE)
        last = len(groups) - 1
        at = 0
        while at <= last:
            taken = at
            here = groups[at][0]
            if text[groups[at - 1][1] : here].isspace() if at else not compound:
                for to in range(min(last, at + MOST_GROUPS - 1), at - 1, -1):
                    there = groups[to][1]
                    if there - here > self._longest or (
                        bound if to == last else not text[there : groups[to + 1][0]].isspace()
                    ):
                        continue
                    thing = self._number(text, here, there, shape[here - start : there - start], context)
                    if thing is not None:
                        yield thing
                        taken = to
                        break
            at = taken + 1

    def _mixed(self, text: str, start: int, before: str, after: str, context: Context) -> Thing | None:
        """What begins here and ends in letters, or begins with letters that stand apart: `AB 12 34 56 C`."""
        if before in " -":
            for letters in (1, 2):
                begin = start - 1 - letters
                if begin >= 0 and text[begin : start - 1].isalpha():
                    thing = self._letters_first(text, begin, context)
                    if thing is not None:
                        return thing
        letter = after and (after[0].isalpha() or after[0] == "+" or (after[0] in "- " and after[1:].isalpha()))
        return _form(text, start, context, digit_first=True) if letter and before not in ".-/_+," else None

    def _number(self, text: str, start: int, end: int, shape: str, context: Context) -> Thing | None:
        if self._financial and shape in _CARDS and is_card(bare(text[start:end])):
            return Thing("financial", text[start:end])
        if self._identity and (ways := numbers().get(shape)) is not None:
            found = _judged(ways, bare(text[start:end]), start, end, context)
            if found is not None:
                return Thing("identity", text[start:end], found)
        if self._contact and _is_phone(text, shape, start, end, context):
            return Thing("contact", text[start:end])
        return None

    def _international(self, text: str, groups: list[tuple[int, int]], context: Context) -> Iterator[Thing]:
        start = groups[0][0]
        bounds = contacts.national_digits(bare(text[start : groups[-1][1]])[:3])
        if bounds is None:
            return
        for place in range(len(groups) - 1, -1, -1):
            end = groups[place][1]
            digits = len(bare(text[start:end]))
            if "(0)" in text[start:end]:  # +44 (0)20 …
                digits -= 1
            if bounds[0] <= digits <= bounds[1]:
                yield Thing("contact", text[start - 1 : end])
                if place + 1 < len(groups):
                    yield from self._run(text, groups[place + 1][0], groups[-1][1], context)
                return

    # letters

    def _behind_letters(self, text: str, digit: int, context: Context) -> tuple[Thing | None, int]:
        start = digit - 1
        while start and digit - start < _LETTERS_BEFORE and text[start - 1].isalpha():
            start -= 1
        if self._financial and digit - start == 2 and not (start and text[start - 1].isalnum()):
            account = _IBAN.match(text[start : start + accounts.LONGEST + 10].upper())
            written = account and _account(text, start, account[0])
            if written:
                return Thing("financial", written), start + len(written)
        thing = self._letters_first(text, start, context) if self._identity else None
        return thing, start + len(thing.text) if thing is not None else 0

    def _letters_first(self, text: str, start: int, context: Context) -> Thing | None:
        if start < 0 or (start and (text[start - 1].isalnum() or text[start - 1] == "_")):
            return None
        return _form(text, start, context, digit_first=False)


def _form(text: str, start: int, context: Context, *, digit_first: bool) -> Thing | None:
    piece = text[start : start + _LONGEST_FORM].upper()
    for form, signs, way in lettered(digit_first=digit_first):
        found = form.match(piece)
        if found is None:
            continue
        end = start + found.end()
        written = found[0] if signs else found[0].replace(" ", "").replace(".", "").replace("-", "")
        if way.check(written) and (way.sure or context.announces(way.words, start, end)):
            return Thing("identity", text[start:end], (way.country,))
    return None


def _account(text: str, start: int, written: str) -> str:
    """The IBAN that begins here: as many characters as its country's have, whatever follows. Empty: none does."""
    length = accounts.LENGTHS.get(written[:2], 0)
    compact = ""
    for at, character in enumerate(written):
        if character.isalnum():
            compact += character
            if len(compact) == length:
                whole = not text[start + at + 1 : start + at + 2].isalnum()
                return text[start : start + at + 1] if whole and accounts.is_iban(compact) else ""
    return ""


def _is_phone(text: str, shape: str, start: int, end: int, context: Context) -> bool:
    if shape in contacts.SURE_PHONES and text[start - 1 : start] == "(":
        return True
    digits = shape.count("9")
    if not 7 <= digits <= contacts.LONGEST_PHONE or ("(" in shape) != (")" in shape):
        return False
    if shape in contacts.FRENCH and text[start] == "0" != text[start + 1]:
        return True
    if digits >= contacts.SURELY_ABROAD and text.startswith("00", start):
        return True
    return context.announces(_PHONE_WORDS, start, end)


def _judged(ways: tuple[Way, ...], digits: str, start: int, end: int, context: Context) -> tuple[str, ...] | None:
    """Whose identifier it is: those whose words stand by, else all those for which it is sure; None for nobody's.

    Empty: an identifier, of a country that nothing tells.
    """
    announced = context.announces(ANY, start, end)
    said, sure, any_other = set(), set(), False
    for way in ways:
        named = context.announces(way.words, start, end)
        if (named or way.sure or announced) and way.check(digits):  # a check costs more than a look around
            any_other = True
            if named:
                said.add(way.country)
            elif way.sure:
                sure.add(way.country)
    if said or sure:
        return tuple(sorted(said or sure))
    return () if announced and any_other else None
