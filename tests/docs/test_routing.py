"""What the page on routing shows is read as it stands."""

from __future__ import annotations

from dataclasses import replace

from comity.relay.surfaces import SURFACES
from comity.stack.read import read_stack
from tests.docs.blocks import blocks
from tests.stack.surroundings import SURROUNDINGS

BASE = """
origin: example.org/routing
law: []
parties: {hexagone: {seat: FR}}
sites:
  paris: {jurisdiction: FR, operator: hexagone}
  lyon: {jurisdiction: FR, operator: hexagone}
models: {civic-tiny: {developer: FR}, mistral-small: {developer: FR}}
applications: {desk: {controller: hexagone, purpose: research, data: [], subjects: [], cache: {seconds: 300, entries: 1000}}}
"""


def test_the_stack_file_of_the_page_is_one() -> None:
    text = BASE + "".join(block.text for block in blocks("docs/guides/routing.md") if block.language == "yaml")
    reading = read_stack(text.encode(), "comity.yaml", replace(SURROUNDINGS, file_exists=None))
    serious = [
        problem for problem in reading.problems if problem.severity == "error" and "purpose" not in problem.where
    ]
    assert not serious, serious


def test_the_request_of_the_page_narrows() -> None:
    (request,) = [block.text for block in blocks("docs/guides/routing.md") if block.language == "json"]
    body = request.replace('"messages": []', '"messages": [{"role": "user", "content": "When?"}]').encode()
    ask = SURFACES["chat"].read(body, b"application/json", "")
    assert (ask.only, ask.ignore, ask.order) == (("hexagone",), ("old",), ("paris", "lyon"))
    assert (ask.allow_fallbacks, ask.max_price) == (False, ("1", "3"))
