"""Sentences with labels, made by a seeded generator: what detectors are measured on (docs/guides/detect.md).

Nothing in them is anybody's: numbers are drawn until they pass their check, names and addresses are of example domains.
`python -m tests.detect.labelled` writes the set as JSON lines.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

from comity.detect.accounts import LENGTHS, is_iban
from comity.detect.cards import is_card
from comity.detect.checks import check
from comity.detect.identifiers import NUMBERS
from tests.detect.sentences import ANNOUNCED, BARE, HEALTH, INNOCENT, LETTERED, NEUTRAL, PHONES

SEED, COUNT = 20261123, 300
"""Sentences of each class in each language."""


@dataclass(frozen=True)
class Sentence:
    """A sentence, its language, the classes that are in it, and the country that its identifier tells."""

    text: str
    language: str
    classes: frozenset[str] = frozenset()
    country: str = ""
    kind: str = field(default="", compare=False)


def sentences(seed: int = SEED, count: int = COUNT) -> list[Sentence]:
    """The whole set."""
    chance = random.Random(seed)
    made = [each for language in ANNOUNCED for each in _of(language, chance, count)]
    chance.shuffle(made)
    return made


def _of(language: str, chance: random.Random, count: int) -> Iterator[Sentence]:
    for _ in range(count // 3):
        country, name, number = _identifier(language, chance)
        announced = chance.random() < 0.75
        form = chance.choice(ANNOUNCED[language]) if announced else chance.choice(BARE[language])
        text = form.format(name=name, x=number)
        yield Sentence(text, language, frozenset({"identity"}), country, "announced" if announced else "bare")
    for _ in range(count // 6):
        yield _contact(language, chance)
        yield _financial(language, chance)
        forms, conditions = HEALTH[language]
        yield Sentence(
            chance.choice(forms).format(x=chance.choice(conditions)), language, frozenset({"health"}), "", "health"
        )
    for _ in range(count // 3):
        yield Sentence(_innocent(language, chance), language, frozenset(), "", "innocent")
    for _ in range(count // 6):
        yield Sentence(chance.choice(NEUTRAL[language]), language, frozenset(), "", "prose")


def _identifier(language: str, chance: random.Random) -> tuple[str, str, str]:
    country, name = chance.choice(LETTERED[language]["of"])
    for row_country, known in LETTERED["*"].items():
        if country == row_country and chance.random() < 0.5:
            return country, known[0], chance.choice(known[1])
    rows = [row for row in NUMBERS if row.country == country and name in (row.words.split("|") if row.words else [""])]
    if not rows:
        known = LETTERED["*"][country]
        return country, known[0], chance.choice(known[1])
    row = rows[0]
    shape = chance.choice([each for each in f"{row.sure}|{row.unsure}".split("|") if each])
    return country, name, _drawn(shape, row.check, chance)


def _drawn(shape: str, name: str, chance: random.Random) -> str:
    """A number of that shape that passes its check. Dates are drawn as dates, so that this ends soon."""
    passes = check(name)
    for _ in range(400_000):
        number = "".join(str(chance.randrange(10)) if each == "9" else each for each in shape)
        if name == "own.emirates":
            number = _over(shape, f"784{chance.randrange(1950, 2008)}{chance.randrange(10**8):08}")
        elif name == "stdnum.ch.ssn":
            number = _over(shape, f"756{chance.randrange(10**10):010}")
        elif name == "stdnum.fr.nir":
            number = _french(shape, chance)
        elif name == "own.egypt":
            number = f"2{chance.randrange(50, 99)}{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}01{chance.randrange(10**5):05}"
        if passes("".join(each for each in number if each.isdigit())):
            return number
    raise AssertionError(f"no number for {name}")


def _french(shape: str, chance: random.Random) -> str:
    first = f"{chance.choice('12')}{chance.randrange(40, 99)}{chance.randrange(1, 13):02}{chance.randrange(1, 96):02}"
    first += f"{chance.randrange(1, 900):03}{chance.randrange(1, 999):03}"
    digits = first + f"{97 - int(first) % 97:02}"
    return _over(shape, digits) if shape.count("9") == 15 else _over("9 99 99 99 999 999 99", digits)


def _over(shape: str, digits: str) -> str:
    left = iter(digits)
    return "".join(next(left) if each == "9" else each for each in shape)


def _contact(language: str, chance: random.Random) -> Sentence:
    if chance.random() < 0.5:
        name = chance.choice(["anna.nowak", "j.dupont", "rahul_k", "m-schmidt", "sara.ali+news", "l.rossi", "p.silva7"])
        address = (
            f"{name}@{chance.choice(['example.com', 'example.org', 'mail.example.net', 'example.fr', 'example.co.in'])}"
        )
        return Sentence(chance.choice(BARE[language]).format(x=address), language, frozenset({"contact"}), "", "email")
    forms, shapes = PHONES[language]
    code, _, rest = chance.choice(shapes).rpartition("|")
    number = code + "".join(str(chance.randrange(2, 9)) if each == "9" else each for each in rest)
    return Sentence(chance.choice(forms).format(x=number), language, frozenset({"contact"}), "", "phone")


def _financial(language: str, chance: random.Random) -> Sentence:
    form = chance.choice(BARE[language])
    if chance.random() < 0.5:
        while True:
            begins, length = chance.choice([("4", 16), ("53", 16), ("37", 15), ("6011", 16), ("62", 16)])
            number = begins + "".join(str(chance.randrange(10)) for _ in range(length - len(begins)))
            if is_card(number):
                break
        if length == 16 and chance.random() < 0.6:
            separator = chance.choice([" ", "-"])
            number = separator.join(number[at : at + 4] for at in range(0, 16, 4))
        return Sentence(form.format(x=number), language, frozenset({"financial"}), "", "card")
    country = chance.choice(["FR", "DE", "ES", "IT", "NL", "PL", "PT", "BE", "AE", "SA", "GB"])
    rest = "".join(str(chance.randrange(10)) for _ in range(LENGTHS[country] - 4))
    if country in ("NL", "GB"):
        rest = chance.choice(["ABNA", "INGB", "WEST", "BARC"]) + rest[4:]
    number = next(each for each in (f"{country}{digits:02}{rest}" for digits in range(2, 99)) if is_iban(each))
    if chance.random() < 0.5:
        number = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    return Sentence(form.format(x=number), language, frozenset({"financial"}), "", "iban")


def _innocent(language: str, chance: random.Random) -> str:
    """Hard ones: numbers that are nobody's."""
    digits = "".join(str(chance.randrange(10)) for _ in range(40))
    hexes = "".join(chance.choice("0123456789abcdef") for _ in range(40))
    day = f"20{chance.randrange(10, 30)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    things = [
        *(digits[:length] for length in (8, 9, 10, 11, 12, 13, 14)),  # orders, parcels, articles
        f"{digits[:3]}-{digits[3:10]}-{digits[10:17]}",
        f"{chance.choice('ABCKMXZ')}{chance.choice('BDFTR')}-{digits[:6]}",
        f"{chance.choice('ABCKMXZ')}{digits[:7]}",
        f"INV{digits[:8]}",
        f"{day} {digits[0]}9:14:03",
        f"{day.replace('-', '')}101502",
        str(1_700_000_000_000 + int(digits[:11]) % 10**11),
        str(1_700_000_000 + int(digits[:8])),
        f"v{digits[0]}.{digits[1:3]}.{digits[3:8]}",
        hexes,
        hexes[:12],
        f"{hexes[:8]}-{hexes[8:12]}-4{hexes[13:16]}-a{hexes[17:20]}-{hexes[20:32]}",
        f"{digits[:2]} {digits[2:5]},{digits[5:7]} €",
        f"${digits[0]},{digits[1:4]},{digits[4:7]}.00",
        f"10.{int(digits[:2])}.{int(digits[2:4])}.{int(digits[4:6])}",
        f"48.{digits[:6]}, 2.{digits[6:12]}",
        f"978-{digits[0]}-{digits[1:5]}-{digits[5:9]}-{digits[9]}",
        "icon@2x.png",
        "git@example.com:team/tool.git",
        f"{digits[:4]}/{digits[4:8]}",
        f"{digits[:3]} {digits[3:6]} {digits[6:9]}",
    ]
    return chance.choice(INNOCENT[language]).format(x=chance.choice(things))


if __name__ == "__main__":
    for each in sentences():
        told = {"text": each.text, "language": each.language, "classes": sorted(each.classes), "country": each.country}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
