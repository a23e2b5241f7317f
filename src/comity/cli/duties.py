"""`comity duties -c FILE`: what law obliges each application to, and how each duty stands."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, date, datetime, time
from pathlib import Path

from comity.adapters.realms import build_realm
from comity.adapters.stack_files import read_stack_file
from comity.law.standing import STATUSES, Standing
from comity.placement.duties import Duties, duties
from comity.terms.errors import UsageFault


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    command = commands.add_parser("duties", help="what law obliges each application to", description=__doc__)
    command.add_argument("-c", "--config", type=Path, required=True, metavar="FILE", help="the stack file")
    command.add_argument("--app", metavar="APP", help="one application alone")
    command.add_argument("--as-of", type=date.fromisoformat, metavar="DATE", help="a day (default: today)")
    command.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Prints the list; 0 whatever is owed."""
    day: date = options.as_of or datetime.now(UTC).date()
    file = read_stack_file(options.config, None, today=day)
    at = datetime.combine(day, time(12), UTC) if options.as_of else datetime.now(UTC)
    found = list(duties(build_realm(file, int(at.timestamp() * 1000))))
    if options.app is not None:
        found = [each for each in found if each.application == options.app]
        if not found:
            raise UsageFault(f"the stack file registers no application {options.app}")
    if options.json:
        print(json.dumps([each.document() for each in found], indent=2, ensure_ascii=False))
        return 0
    for each in found:
        _print(each)
    print("; ".join(f"{status}: {says}" for status, says in STATUSES.items()))
    return 0


def _print(each: Duties) -> None:
    print(f"{each.application}, at {', '.join(each.deployments) or 'no deployment: every one of them is forbidden'}")
    for standing in each.standings:
        print(f"    {standing.status:<8}  {standing.due.text:<36}  {_who(standing)}  [{', '.join(standing.due.rules)}]")
        if standing.evidence:
            print(f"              {standing.evidence}")
    for value, rule in each.retention.floor:
        print(f"    entries are kept at least {value}  [{rule}]")
    print()


def _who(standing: Standing) -> str:
    return f"the rest by {standing.by}" if standing.status == "assisted" else f"by {standing.by}"
