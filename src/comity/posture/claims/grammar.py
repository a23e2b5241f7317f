"""Reading a claim (docs/spec/claims.md): one line of words, each error with its place and the nearest right word."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from typing import cast

from msgspec import Struct, field

from comity.law.obligations import order_of, seconds
from comity.posture.claims.claim import AtLeast, Claim, Never, Obliges, Order, Term
from comity.posture.claims.independence import KINDS
from comity.posture.claims.terms import ALIASES, KEYS, Lexicon
from comity.stack.jurisdictions import suggestion
from comity.stack.spelling import listed, nearest, shown
from comity.terms.errors import Fault

MAX_CLAIM = 2_000  # characters: a claim is a sentence that a person reads
MAX_TERMS = 32  # terms of one claim: the longest that we could make sense of has nine
MAX_NUMBER = 16  # deployments that `at-least` counts to

_TOKEN = re.compile(r"\S+")
_DUTY = re.compile(r"([^<>=]+)(?:(>=|<=|=)(.+))?")
_SECTIONS = ("when", "at", "unless", "adding", "from", "until")
_FORMS = "never …, always obliges KEY …, always at-least N …"


class NoClaim(Fault):
    """The text is no claim; the message names the place and what was meant."""

    def __init__(self, text: str, at: int, found: str, hint: str = "") -> None:
        self.text, self.at, self.found, self.hint = text, at, found, hint
        where = f"at character {at + 1}" if text else "it is empty"
        super().__init__(f"claim {shown(text)}: {where}: {found}{f'; {hint}' if hint else ''}")


class _Word(Struct, frozen=True):
    text: str
    at: int


class _Draft(Struct):
    case: list[Term] = field(default_factory=list)
    place: list[Term] = field(default_factory=list)
    unless: list[list[Term]] = field(default_factory=list)
    adding: list[Term] = field(default_factory=list)
    apps: tuple[str, ...] = ()
    unless_observed: bool = False
    since: date | None = None
    until: date | None = None


def read_claim(text: str, lexicon: Lexicon) -> Claim:
    """The claim that `text` is; raises NoClaim for what is none."""
    return _Reader(text, lexicon).read()


class _Reader:
    """Reads one claim from left to right."""

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self._text = text
        self._lexicon = lexicon
        self._words = [_Word(found.group(), found.start()) for found in _TOKEN.finditer(text[: MAX_CLAIM + 1])]
        self._next = 0
        self._draft = _Draft()
        self._terms = 0

    def read(self) -> Claim:
        if len(self._text) > MAX_CLAIM:
            raise NoClaim(self._text, MAX_CLAIM, f"a claim of more than {MAX_CLAIM} characters")
        first = self._take(f"a claim begins with never or always: {_FORMS}")
        says: Never | Obliges | AtLeast
        if first.text == "never":
            says = Never()
        elif first.text == "always":
            says = self._always()
        else:
            raise self._fault(first, f"no claim begins with {shown(first.text)}", f"write {_FORMS}")
        self._sections()
        draft = self._draft
        if draft.since and draft.until and draft.until < draft.since:
            raise self._fault(self._words[-1], f"until {draft.until} lies before from {draft.since}")
        if draft.adding and not isinstance(says, AtLeast):
            raise self._fault(first, "adding belongs to at-least", "other claims hold whatever a request adds")
        return Claim(
            text=" ".join(word.text for word in self._words),
            says=says,
            case=tuple(draft.case),
            place=tuple(draft.place),
            unless=tuple(map(tuple, draft.unless)),
            adding=tuple(draft.adding),
            apps=draft.apps,
            unless_observed=draft.unless_observed,
            since=draft.since,
            until=draft.until,
        )

    def _always(self) -> Obliges | AtLeast:
        word = self._take("always what: obliges KEY, or at-least N")
        if word.text == "obliges":
            return self._duty(self._take("obliges to what, such as log.retain_min>=P6M"))
        if word.text == "at-least":
            return self._number(self._take("at least how many"))
        raise self._fault(word, f"no claim of {shown(word.text)}", "write always obliges …, or always at-least N …")

    def _duty(self, word: _Word) -> Obliges:
        found = _DUTY.fullmatch(word.text)
        if found is None:
            raise self._fault(word, f"{shown(word.text)} is no obligation", "write KEY, or KEY>=VALUE")
        key, order, value = found.groups(default="")
        self._known(word, "obligation", key, self._lexicon.obligations)
        if order in (">=", "<="):
            self._measure(word, key, order, value)
        return Obliges(key, cast(Order, order), value)

    def _measure(self, word: _Word, key: str, order: str, value: str) -> None:
        kind = order_of(key)
        if kind != {">=": "longest", "<=": "shortest"}[order]:
            stricter = {"longest": f"write {key}>={value}", "shortest": f"write {key}<={value}"}
            hint = stricter.get(kind, f"write {key}, or {key}=VALUE")
            raise self._fault(word, f"values of {key} are not compared by {order}", hint)
        if seconds(value) is None:
            raise self._fault(word, f"{shown(value)} is no duration", "write one such as P6M, P1Y or PT72H")

    def _number(self, word: _Word) -> AtLeast:
        if not word.text.isascii() or not word.text.isdigit() or not 1 <= int(word.text) <= MAX_NUMBER:
            raise self._fault(word, f"{shown(word.text)} is no number from 1 to {MAX_NUMBER}")
        kinds: tuple[str, ...] = ()
        if self._peek() == "independent-by":
            self._next += 1
            kinds_word = self._take(f"independent by what: {', '.join(KINDS)}")
            kinds = tuple(dict.fromkeys(kinds_word.text.split("|")))
            for kind in kinds:
                self._known(kinds_word, "kind of independence", kind, KINDS)
        return AtLeast(int(word.text), kinds)

    def _sections(self) -> None:
        section = ""
        while self._next < len(self._words):
            word = self._words[self._next]
            self._next += 1
            if word.text in ("from", "until"):
                self._date(word)
            elif word.text in _SECTIONS:
                section = word.text
                if section == "unless":
                    self._draft.unless.append([])
                if self._peek() in (None, *_SECTIONS):
                    raise self._fault(word, f"nothing follows {section}")
            elif section == "unless" and word.text == "observed":
                self._draft.unless_observed = True
                if not self._draft.unless[-1]:
                    self._draft.unless.pop()
                    section = ""
            else:
                self._place(word, section, self._term(word))

    def _place(self, word: _Word, section: str, term: Term) -> None:
        draft, of = self._draft, KEYS[term.key].of
        if section == "unless":
            if of == "app":
                raise self._fault(word, "app stands in no excuse", "name the applications that the claim speaks of")
            draft.unless[-1].append(term)
        elif section == "adding":
            if term.key not in ("data", "subjects", "purpose") or term.negated:
                raise self._fault(word, f"a request cannot add {term}", "it adds data, subjects and purposes")
            draft.adding.append(term)
        elif of == "app":
            if draft.apps or term.negated:
                raise self._fault(word, "a claim names its applications once", "write app:A|B")
            draft.apps = term.words
        elif of == "case":
            if section == "at":
                raise self._fault(word, f"{term.key} is of the case, not of a place", "put it before at")
            draft.case.append(term)
        else:
            draft.place.append(term)

    def _term(self, word: _Word) -> Term:
        key, colon, value = word.text.partition(":")
        key = ALIASES.get(key, key)
        if not colon:
            near = nearest(word.text, (*_SECTIONS, "observed", *KEYS))
            hint = f"did you mean {near}?" if near else "terms are KEY:WORD, such as data:health"
            raise self._fault(word, f"{shown(word.text)} is no term", hint)
        self._known(word, "term", key, KEYS)
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise self._fault(word, f"more than {MAX_TERMS} terms")
        negated = value.startswith("!")
        words = tuple(dict.fromkeys(value.removeprefix("!").split("|")))
        known = self._lexicon.words(KEYS[key])
        for each in words:
            if not each:
                raise self._fault(word, f"{key} of nothing", f"write {key}:WORD, or {key}:WORD|WORD")
            self._known(word, f"word of {key}", each, known, suggestion(each) if "AD" in known else "")
        return Term(key, words, negated)

    def _date(self, word: _Word) -> None:
        given = self._take(f"{word.text} which day, such as 2027-12-02")
        try:
            day = date.fromisoformat(given.text)
        except ValueError:
            raise self._fault(given, f"{shown(given.text)} is no date", "write one such as 2027-12-02") from None
        name = "since" if word.text == "from" else "until"
        if getattr(self._draft, name) is not None:
            raise self._fault(word, f"{word.text} stands twice")
        setattr(self._draft, name, day)

    def _known(self, word: _Word, what: str, name: str, known: Collection[str], hint: str = "") -> None:
        if name in known:
            return
        near = nearest(name, known)
        hint = f"did you mean {near}?" if near else hint or (f"there are {listed(sorted(known))}" if known else "")
        raise self._fault(word, f"no {what} {shown(name)}", hint)

    def _peek(self) -> str | None:
        return self._words[self._next].text if self._next < len(self._words) else None

    def _take(self, missing: str) -> _Word:
        if self._next >= len(self._words):
            raise NoClaim(self._text, len(self._text), missing)
        self._next += 1
        return self._words[self._next - 1]

    def _fault(self, word: _Word, found: str, hint: str = "") -> NoClaim:
        return NoClaim(self._text, word.at, found, hint)
