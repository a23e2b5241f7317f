"""What the guides on monitors and invoices tell people to type, and what they show, is so."""

from __future__ import annotations

import argparse
import re
import shlex

import pytest

from comity.adapters.monitor.alarm import Alarm
from comity.cli.follow import _words, rose
from comity.cli.main import parser
from comity.evidence.reconcile.columns import KNOWN
from tests.docs.blocks import blocks
from tests.tidy.tree import ROOT

MONITOR, RECONCILE = "docs/guides/monitor.md", "docs/guides/reconcile.md"


@pytest.mark.parametrize("page", [MONITOR, RECONCILE])
def test_its_commands_are_commands(page: str) -> None:
    typed = [line for block in blocks(page) if block.language == "sh" for line in block.text.splitlines()]
    assert typed
    for line in typed:
        words = shlex.split(line)
        assert parser(words[1]).parse_args(words[1:])


def test_the_options_of_a_monitor_are_those_of_the_command() -> None:
    page = (ROOT / MONITOR).read_text("utf-8")
    shown = dict(re.findall(r"^\| `--([a-z]+) (\S+)` \|", page, re.M))
    options: argparse.Namespace = parser("log").parse_args(["log", "audit", "x"])
    assert {name: float(shown[name]) for name in ("every", "sweep", "stale", "within")} == {
        name: getattr(options, name) for name in ("every", "sweep", "stale", "within")
    }
    assert set(shown) == {"every", "sweep", "stale", "within", "policy", "auditor", "keeps"}


def test_the_alarm_that_is_shown_is_what_is_said() -> None:
    shown, pruned = (block.text for block in blocks(MONITOR) if block.language == "text")
    alarm = Alarm(
        "altered-tile",
        "k3v9w2m1q",
        "http://gateway.example:4001/log/k3v9w2m1q/tile/0/001",
        "Its entry 356 is not the one in the tree.",
        356,
    )
    assert shown.splitlines()[1] == f"2026-11-23T13:24:18Z ALARM {_words(alarm)}"
    place = "http://gateway.example:4001/log/k3v9w2m1q/minimum"
    assert pruned.strip() == f"2026-11-23T13:20:07Z {rose('k3v9w2m1q', place, 0, 4096)}"


def test_every_known_export_is_on_the_page() -> None:
    page = (ROOT / RECONCILE).read_text("utf-8")
    assert re.findall(r"^\| `([a-z-]+)` \|", page, re.M) == list(KNOWN)
