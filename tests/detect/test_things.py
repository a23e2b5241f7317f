"""What is found, and what is not: identifiers with their checks, hard negatives, and text wherever JSON hides it."""

from __future__ import annotations

import json
import random

import pytest

from comity.detect import own
from comity.detect.checks import check
from comity.detect.conditions import LISTS, terms
from comity.detect.identifiers import LETTERED, NUMBERS
from comity.detect.look import Look
from comity.detect.text import Read, text_of
from comity.detect.wanted import CLASSES, DETECTORS, Looks
from comity.law.vocabulary import Vocabulary
from comity.stack.detection import Detector
from tests.placement import worlds

ALL = Looks(tuple(sorted(DETECTORS)))


def classes(text: str) -> dict[str, int]:
    return dict(Look(Read(text, 0), ALL).whole().found)


def subjects(text: str) -> tuple[str, ...]:
    return Look(Read(text, 0), ALL).whole().subjects


SURE = [
    ("AE", "784-1985-1234567-3"),
    ("BR", "111.444.777-35"),
    ("BE", "85.07.30-033.28"),
    ("CH", "756.9217.0769.85"),
    ("CL", "12.531.909-2"),
    ("CN", "11010519491231002X"),
    ("DE", "36 574 261 809"),
    ("ES", "12345678Z"),
    ("ES", "X-2482300-W"),
    ("FI", "131052-308T"),
    ("FR", "1 85 05 78 006 084 91"),
    ("FR", "295109912611193"),
    ("GB", "AB 12 34 56 C"),
    ("HK", "A123456(3)"),
    ("IE", "6433435F"),
    ("IN", "2341 2341 2346"),
    ("IN", "ABCPE1234F"),
    ("IT", "RSSMRA85T10A562S"),
    ("KR", "971013-9019902"),
    ("MX", "BOXW310820HNERXN09"),
    ("NO", "15108695088"),
    ("RO", "1630615123457"),
    ("SE", "880320-0016"),
    ("SG", "S1234567D"),
    ("SI", "0101006500006"),
    ("TW", "A123456789"),
    ("US", "536-90-4399"),
]
BESIDE_A_WORD = [
    ("AT", "Versicherungsnummer 1237 010180"),
    ("AU", "TFN: 123 456 782"),
    ("CA", "my SIN is 123-456-782"),
    ("DE", "Steuer-ID: 36574261809"),
    ("EG", "الرقم القومي 29001010112345"),
    ("GB", "NHS number 943 476 5870"),
    ("HR", "OIB 33392005961"),
    ("IL", "Israeli ID 039337423"),
    ("IN", "आधार 234123412346"),
    ("NL", "BSN 111222333"),
    ("PL", "PESEL 44051401359"),
    ("PT", "NIF 123456789"),
    ("SA", "رقم الهوية 1012345672"),
    ("TR", "T.C. kimlik 17291716060"),
]


@pytest.mark.parametrize(("country", "number"), SURE)
def test_a_sure_identifier_stands_alone(country: str, number: str) -> None:
    for text in (number, f"Please see {number}.", f"({number})", f'{{"id": "{number}"}}'):
        assert country in subjects(text), text
        assert classes(text)["identity"] == 1


@pytest.mark.parametrize(("country", "text"), BESIDE_A_WORD)
def test_any_other_stands_beside_a_word_that_announces_it(country: str, text: str) -> None:
    assert country in subjects(text)
    bare = text.rsplit(maxsplit=1)[-1] if country in ("PL", "NL", "PT", "TR", "HR") else ""
    assert "identity" not in classes(f"Please see {bare} again")


def test_a_word_far_away_announces_nothing() -> None:
    assert "identity" not in classes(
        "PESEL is a number that Poles have. " + "Nothing more of it here. " * 5 + "44051401359"
    )


@pytest.mark.parametrize(
    "text",
    [
        "order 20261123100500 at 2026-11-23 10:05:00",
        "version 1.2.34567 of 4.18.0-513.5.1",
        "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
        "550e8400-e29b-41d4-a716-446655440000",
        '{"ts": 1763892345123, "n": 1763892345}',
        "$1,234,567.00 or 1 234 567,89 € or 12 345 678 %",
        "192.168.100.200 and 48.858370, 2.294481",
        "icon@2x.png and git@example.com:team/tool.git and pkg@1.2.3",
        "2341 2341 2345",
        "4111 1111 1111 1112",
        "GB82 WEST 1234 5698 7654 33",
        "ISBN 978-3-16-148410-0",
        "It rained for 14 days in 2026, and a rage of winds came.",
        "",
    ],
)
def test_what_is_nobodys_is_not_found(text: str) -> None:
    assert classes(text) == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("card 4111 1111 1111 1111, iban NL91ABNA0417164300", {"financial": 2}),
        ("write to a.b+c@example.co.uk or +33 6 12 34 56 78", {"contact": 2}),
        ("+33 6 12 34 56 78 2341 2341 2346", {"contact": 1, "identity": 1}),
        ("FR76 3000 6000 0112 3456 7890 189 then 4111-1111-1111-1111", {"financial": 2}),
        ("password: hunter22x, -----BEGIN PRIVATE KEY-----", {"credentials": 2}),
        ("sk-" + "a1" * 20, {"credentials": 1}),
        ("DIABETES, Épilepsie, High Blood Pressure!", {"health": 3}),
        ("e\u0301pilepsie", {"health": 1}),
        ("रोगी को डायबिटीज़ है। डायबिटी\u095b", {"health": 1}),
        ("مصاب بالسُّكَّري", {"health": 1}),
        ("١٠١٢٣٤٥٦٧٢ رقم الهوية", {"identity": 1}),
        ("a@example.com a@example.com b@example.com", {"contact": 2}),
    ],
)
def test_things_are_counted_by_class_each_once(text: str, found: dict[str, int]) -> None:
    assert classes(text) == found


@pytest.mark.parametrize("text", ["Aadhaar 2341 2341 2346", "मधुमेह, épilepsie", "ligne\népilepsie", "a@example.com\t"])
def test_json_hides_nothing(text: str) -> None:
    plain = classes(text)
    assert plain
    inner = {"content": text, "list": [{"deep": [{"deeper": text}]}]}
    for ascii_only in (True, False):
        once = json.dumps({"messages": [inner]}, ensure_ascii=ascii_only)
        twice = json.dumps({"arguments": once}, ensure_ascii=ascii_only)
        thrice = json.dumps({"result": twice}, ensure_ascii=ascii_only)
        for document in (once, twice, thrice):
            assert dict(Look(text_of(document.encode()), ALL).whole().found) == plain, document
    doubled = f'{{"content": {json.dumps(text)}, "content": ""}}'
    assert dict(Look(text_of(doubled.encode()), ALL).whole().found) == plain
    key = json.dumps({text: 1})
    assert dict(Look(text_of(key.encode()), ALL).whole().found) == plain


def test_numbers_are_text_too() -> None:
    assert dict(Look(text_of(b'{"aadhaar": 234123412346}'), ALL).whole().found) == {"identity": 1}


def test_base64_is_not_read_and_that_is_told() -> None:
    picture = "A1b2" * 1000
    read = text_of(json.dumps({"url": f"data:image/png;base64,{picture}", "text": "a@example.com"}).encode())
    assert picture[:64] not in read.text
    seen = Look(read, ALL).whole()
    assert (dict(seen.found), seen.unread > 4000) == ({"contact": 1}, True)


@pytest.mark.parametrize(
    "document", [b"", b"\xff\xfe", b'"\\ud83d"', b'{"a": "\\u12"}', b'"' * 5, b"\\" * 9, b'{"a":"\\ud83d\\ude00"}']
)
def test_text_is_read_as_far_as_it_goes(document: bytes) -> None:
    Look(text_of(document), ALL).whole()


def test_every_check_is_there_and_at_least_25_countries() -> None:
    for row in (*NUMBERS, *LETTERED):
        assert callable(check(row.check))
    assert len({row.country for row in (*NUMBERS, *LETTERED)}) >= 45


def test_no_check_errs_on_what_has_its_shape() -> None:
    for row in NUMBERS:
        for shape in filter(None, f"{row.sure}|{row.unsure}".split("|")):
            for digit in "0189":
                number = "".join(digit for each in shape if each == "9")
                assert check(row.check)(number) in (True, False)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("hkid", "A123456(3)", "A123456(4)"),
        ("nric", "S1234567D", "S1234567E"),
        ("nric", "G1612345K", "G1612345X"),
        ("snils", "11223344595", "11223344596"),
        ("taiwan", "A123456789", "A123456788"),
        ("taj", "111111110", "111111111"),
        ("hetu", "1310520040", "1310520041"),
        ("jmbg", "0101990700002", "0101990700003"),
        ("emso", "0101006500006", "0101006500007"),
        ("emirates", "784198512345673", "784198512345674"),
        ("saudi", "1012345672", "1012345673"),
        ("egypt", "29001010112345", "29013010112345"),
        ("nino", "AB123456C", "BG123456C"),
    ],
)
def test_our_own_checks(name: str, right: str, wrong: str) -> None:
    judge = getattr(own, name)
    assert judge(right) and not judge(wrong)


def test_our_aadhaar_is_the_librarys() -> None:
    chance = random.Random(7)
    numbers = [f"{chance.randrange(10**12):012}" for _ in range(3000)]
    assert [own.aadhaar(each) for each in numbers] == [check("stdnum.in_.aadhaar")(each) for each in numbers]


def test_detectors_are_those_of_the_stack_file_and_their_classes_are_words() -> None:
    words: Vocabulary = worlds.WORDS
    assert set(DETECTORS) == set(Detector.__args__)
    assert set(CLASSES.values()) <= set(words.data)


def test_ten_languages_have_forty_conditions_at_least() -> None:
    assert len(LISTS) == 10
    for language in LISTS:
        assert len(set(terms(language))) >= 80 and len(terms(language)) == len({*terms(language)}), language
