"""A model of the future without a log: what it says of its parameters, and of every point of a sweep."""

from __future__ import annotations

import argparse
import json
from typing import Any

import msgspec

from comity.adapters.whole_files import write_whole
from comity.charts.page import page
from comity.cli import swept
from comity.cli.told import Told
from comity.posture.futures.document import document
from comity.posture.futures.kinds import outlook
from comity.posture.futures.outlook import in_words
from comity.posture.futures.page import sections
from comity.posture.replay.page_sources import assumed
from comity.posture.replay.page_sweep import sweep
from comity.posture.scenario.read import ScenarioReading


def stands_alone(reading: ScenarioReading) -> bool:
    """Whether the scenario is a model of the future and changes nothing that a log could be decided under."""
    scenario = reading.scenario
    return scenario is not None and scenario.future is not None and not scenario.changes and scenario.since is None


def foresee(reading: ScenarioReading, options: argparse.Namespace) -> None:
    """Prints or writes the outlook as it was asked for."""
    scenario = reading.scenario
    assert scenario is not None  # it stands alone
    found = outlook(scenario.future)
    points = swept.of_future(reading.plain, scenario.sweep) if scenario.sweep is not None else None
    if options.json:
        made: dict[str, Any] = {"scenario": scenario.scenario, "title": scenario.title, "outlook": document(found)}
        if points is not None:
            made["swept"] = msgspec.to_builtins(points)
        made |= {"reading": scenario.reading, "sources": [msgspec.to_builtins(each) for each in scenario.sources]}
        print(json.dumps(made, indent=2, ensure_ascii=False))
    elif options.html is not None:
        parts = [*sections(found), sweep(points), *assumed(scenario.reading, (each.plain for each in scenario.sources))]
        lead = "\n\n".join(found.headline)
        parts[0] = sections(found)[0]._replace(prose="")  # the lead says it
        kicker = f"Scenario · {scenario.scenario}"
        text = page(scenario.title, lead, [each for each in parts if each is not None], kicker=kicker)
        write_whole(options.html, text.encode())
        print(f"{options.html}: written")
    else:
        print(in_words(found))
        if points is not None:
            swept.told(points, Told())
        if scenario.reading:
            print(f"\n{scenario.reading}")
        if scenario.sources:
            print("\nSources")
        for each in scenario.sources:
            print(f"  {each.figure}: {each.source} ({each.checked})")
