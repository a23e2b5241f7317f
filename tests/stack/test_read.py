"""A good stack file becomes the same Stack in any order; a bad one becomes problems, and never a crash."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.stack import from_yaml, read
from comity.stack.digest import stack_document
from comity.stack.read import read_stack
from comity.stack.types import AnyOf
from comity.stack.unfilled import UNFILLED
from comity.terms.canon import encode
from tests.stack.surroundings import SURROUNDINGS

GOOD = Path(__file__).with_name("good.yaml").read_bytes()


def problems(data: bytes) -> list[str]:
    return [str(problem) for problem in read_stack(data, "comity.yaml", SURROUNDINGS).problems]


def test_a_good_file() -> None:
    reading = read_stack(GOOD, "comity.yaml", SURROUNDINGS)
    assert reading.problems == ()
    stack = reading.stack
    assert stack is not None
    assert stack.parties["hexagone"].seat == "FR"
    assert stack.parties["hexagone"].presence == ("FR", "NO")  # Norway, not false
    assert stack.parties["hexagone"].evidence == {"seat": "audited", "presence": "contract"}
    assert stack.sites["paris"].evidence == {"jurisdiction": "contract", "grid_gco2_kwh": "measured"}
    assert stack.sites["frankfurt"].jurisdiction == AnyOf(("DE", "IE"))
    assert stack.deployments["paris-mistral"].evidence == {"terms": "contract"}
    assert stack.applications["triage"].evidence == {"location": "contract"}
    assert stack.agreements[0].until == date(2027, 12, 31)
    assert (
        reading.lines["deployments.paris-mistral.url"] == GOOD[: GOOD.index(b"    url: https://paris")].count(b"\n") + 1
    )
    assert reading.lines["agreements[1].between[0]"] == reading.lines["agreements[1].kinds"] - 1


def test_a_byte_order_mark_is_no_part_of_the_file() -> None:
    assert read_stack(b"\xef\xbb\xbf" + GOOD, "comity.yaml", SURROUNDINGS).problems == ()


def shuffled(value: object, chance: random.Random) -> object:
    if isinstance(value, list):
        return [shuffled(each, chance) for each in value]
    if not isinstance(value, dict):
        return value
    items = [(key, shuffled(each, chance)) for key, each in value.items()]
    chance.shuffle(items)
    return dict(items)


class Dates(yaml.SafeLoader):
    """Reads dates and NO as the text that they are."""


Dates.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in forms if not tag.endswith((":timestamp", ":bool"))]
    for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@given(st.integers())
@settings(max_examples=30, deadline=None)
def test_the_order_of_keys_makes_no_difference(seed: int) -> None:
    plain = yaml.load(GOOD, Dates)
    text = yaml.safe_dump(shuffled(plain, random.Random(seed)), sort_keys=False, allow_unicode=True)
    text = text.replace("'true'", "true").replace("'false'", "false")
    reading = read_stack(text.encode(), "comity.yaml", SURROUNDINGS)
    assert reading.problems == ()
    first = read_stack(GOOD, "comity.yaml", SURROUNDINGS).stack
    assert reading.stack is not None
    assert first is not None
    assert encode(stack_document(reading.stack)) == encode(stack_document(first))
    assert reading.stack == first  # dicts compare without order, and lists kept theirs


LINES = GOOD.decode().split("\n")
WORDS = sorted({word for line in LINES for word in line.replace(",", " ").replace(":", " ").split()})


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        change = draw(st.sampled_from(["drop", "double", "swap", "word", "cut", "noise", "indent"]))
        if change == "drop":
            lines.pop(at)
        elif change == "double":
            lines.insert(at, lines[at])
        elif change == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif change == "word":
            old, new = draw(st.sampled_from(WORDS)), draw(st.sampled_from(WORDS) | st.text(max_size=8))
            lines[at] = lines[at].replace(old, new)
        elif change == "cut":
            lines[at] = lines[at][: draw(st.integers(0, 40))]
        elif change == "noise":
            place = draw(st.integers(0, len(lines[at])))
            lines[at] = lines[at][:place] + draw(st.text(max_size=4)) + lines[at][place:]
        else:
            lines[at] = " " * draw(st.integers(1, 4)) + lines[at]
        lines = lines or [""]
    return "\n".join(lines).encode("utf-8", "surrogatepass")


@given(mutated() | st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_whatever_the_bytes_the_answer_is_a_reading(data: bytes) -> None:
    reading = read_stack(data, "comity.yaml", SURROUNDINGS)
    errors = [problem for problem in reading.problems if problem.severity == "error"]
    assert (reading.stack is None) == bool(errors)
    for problem in reading.problems:
        assert str(problem).startswith("comity.yaml:")
        assert "\n" not in str(problem)
        assert (
            0
            <= problem.line
            <= data.count(b"\n") + data.count(b"\r") + len(data.decode("utf-8", "replace").splitlines()) + 1
        )


def test_a_file_over_the_limit() -> None:
    assert problems(b"#" * (from_yaml.MAX_BYTES + 1)) == [
        "comity.yaml: the file has 1,048,577 bytes, expected at most 1,048,576"
    ]


def test_too_many_values() -> None:
    data = b"origin: [" + b"1," * from_yaml.MAX_NODES + b"]"
    assert problems(data)[-1].endswith("more than 100,000 values, expected a smaller file; split the stack")


def test_more_problems_than_anyone_reads() -> None:
    keys = b"".join(b"key%d: 1\n" % number for number in range(read.MAX_PROBLEMS * 2))
    told = problems(keys)
    assert len(told) == read.MAX_PROBLEMS + 1
    assert told[-1] == "comity.yaml: 206 more problems; mend these first"


def test_a_certificate_without_an_end_in_an_old_file() -> None:
    old = replace(SURROUNDINGS, file_date=date(2026, 8, 24))  # 91 days before
    reading = read_stack(GOOD, "comity.yaml", old)
    assert [str(problem) for problem in reading.problems] == [
        "comity.yaml:47:59: warning: deployments.paris-mistral.certificates[1].name: has no end, and this file is "
        "older than 90 days: the certificate is absent; give it `until`"
    ]
    assert reading.stack is not None  # a warning does not stop
    assert read_stack(GOOD, "comity.yaml", replace(old, file_date=date(2026, 8, 25))).problems == ()


def test_who_only_explains_needs_no_key() -> None:
    nobody = replace(SURROUNDINGS, environment=None, file_exists=None)
    data = GOOD.replace(b"PARIS_KEY", b"NO_SUCH_KEY").replace(b"ca.pem", b"nowhere.pem")
    assert read_stack(data, "comity.yaml", nobody).problems == ()
    assert len(read_stack(data, "comity.yaml", SURROUNDINGS).problems) == data.count(b"NO_SUCH_KEY") + data.count(
        b"nowhere.pem"
    )


def test_a_name_of_any_legal_length_is_read_and_one_that_looks_secret_is_told() -> None:
    """What stands in a file is found again by name, however long; a name that must not be repeated breaks nothing."""
    secret = "sk-0123456789abcdef0123456789abcdef01234567"
    for name in ("a" + "-very" * 12, secret):
        told = problems(GOOD.replace(b"paris-mistral", name.encode()))
        assert secret not in "".join(told)
        assert bool(told) == (name == secret)


def test_what_nobody_has_filled_in_is_refused_wherever_it_stands() -> None:
    text = re.sub(r"#[^\n]*", "", GOOD.decode())
    found = [each for each in re.finditer(r"(\w+): ([\w./:-]+)", text) if each[1] != "evidence"]
    assert len(found) > 50
    for each in found:
        data = text[: each.start(2)] + UNFILLED + text[each.end(2) :]
        line = text.count("\n", 0, each.start()) + 1
        assert f"comity.yaml:{line}:" in "".join(told for told in problems(data.encode()) if "not filled in" in told), (
            each
        )
