"""What the guide on receipts and the page on bundles show is so."""

from __future__ import annotations

import json
import re

from comity.cli.main import parser
from comity.relay.replay import MEMBERS
from tests.docs.blocks import blocks
from tests.proof.museum import generate
from tests.tidy.tree import ROOT

GUIDE = "docs/guides/verify.md"
SOURCES = [ROOT / "src/comity" / name for name in ("relay/replay.py", "cli/replayed.py")]


def test_its_commands_are_commands() -> None:
    shown = [line for block in blocks(GUIDE) if block.language == "sh" for line in block.text.splitlines()]
    ours = [line for line in shown if line.startswith("comity ")]
    assert (len(ours), len(shown)) == (
        9,
        10,
    )  # the other is OpenSSL's, which tests/runtime/test_gateway_witnessed.py runs
    for line in ours:
        words = line.split()
        parser(words[1]).parse_args(words[1:])


def test_its_sentences_are_those_of_the_program() -> None:
    source = SOURCES[1].read_text("utf-8")
    told = [block.text.splitlines() for block in blocks(GUIDE) if block.language == "text"]
    assert told[0][0] in source and told[1][0] in source
    assert told[1][1].strip() == f"other-tiers: {MEMBERS['tiers']} are"


def test_the_page_has_every_name_and_no_other() -> None:
    page = (ROOT / "docs/spec/realm-bundle.md").read_text("utf-8").partition("## Replay")[2]
    rows = re.findall(r"^\| (`[^|]+`) \|", page, re.M)
    named = {name for row in rows for name in re.findall(r"`([a-z-]+)`", row)}
    text = "".join(path.read_text("utf-8") for path in SOURCES)
    raised = set(re.findall(r'Mismatch\("([a-z-]+)"', text)) | {f"other-{member}" for member in MEMBERS}
    assert named == raised


def test_the_museum_is_as_large_as_it_says() -> None:
    assert len(json.loads(generate.FILE.read_text("utf-8"))["exhibits"]) == 90
