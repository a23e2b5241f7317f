"""`comity replay`: past requests ruled and placed again in a changed world.

With --from, usage of another gateway; without a scenario it then gets a first look: which share went to parties with
no instrument on file, and what would repair most of it.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

import msgspec

from comity.adapters.archives import RealmArchive, StateArchive, library_of, worlds_of
from comity.adapters.realm_bundles import read_bundle
from comity.adapters.remote_groups import remote_groups
from comity.adapters.rollup import groups_of
from comity.adapters.scenario_files import nothing_changed, read_scenario_file
from comity.adapters.settled import settled
from comity.adapters.state import state_folder
from comity.adapters.whole_files import write_whole
from comity.cli import first_look, foreseen, swept
from comity.cli.auditor import add_auditor, auditor_key
from comity.cli.export_groups import export_groups, is_export
from comity.cli.log_folder import log_folder
from comity.cli.progress import progress
from comity.cli.replay_told import told
from comity.cli.told import Told
from comity.posture.futures.document import document
from comity.posture.futures.kinds import FUTURES, outlook
from comity.posture.futures.outlook import Baseline, in_words
from comity.posture.futures.page import sections
from comity.posture.replay.capacity import ShareOut
from comity.posture.replay.engine import replay
from comity.posture.replay.groups import Groups
from comity.posture.replay.history import history_of
from comity.posture.replay.lots import log_of
from comity.posture.replay.page import html
from comity.posture.replay.report import Report
from comity.posture.replay.worlds import Worlds
from comity.posture.scenario.read import ScenarioReading
from comity.posture.scenario.types import Scenario
from comity.terms.digests import sha256_hex
from comity.terms.errors import UsageFault


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    parser = commands.add_parser(
        "replay", help="what breaks when: past requests in a changed world", description=__doc__
    )
    parser.add_argument("-c", "--config", type=Path, metavar="FILE", help="the stack file, beside which .comity is")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--log", metavar="DIR|URL", help="a state folder, an export in Parquet, or the URL of /log/")
    source.add_argument(
        "--from", dest="foreign", choices=first_look.FORMS, help="USAGE is an export of another gateway"
    )
    parser.add_argument("usage", nargs="?", type=Path, metavar="USAGE", help="with --from: the export")
    parser.add_argument("--scenario", type=Path, metavar="S.yaml", help="what is changed; nothing, if left out")
    parser.add_argument("--state", type=Path, metavar="DIR", help="state folder (default: .comity beside FILE)")
    add_auditor(parser, "with a URL: an auditor's key, entries are private")
    parser.add_argument("--realms", type=Path, metavar="FILE", help="with a URL: a bundle of `comity realm export`")
    parser.add_argument("--ray", metavar="HOST:PORT|local", help="with an export: group it on a Ray cluster")
    first_look.add(parser)
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="print JSON")
    output.add_argument("--html", type=Path, metavar="FILE", help="write a page with charts that needs no network")


def run(options: argparse.Namespace) -> int:
    """Prints the report; 0 whatever it says."""
    if options.foreign is not None:
        return first_look.run(options)
    if options.usage is not None:
        raise UsageFault(f"{options.usage}: a file of usage comes with --from {'|'.join(first_look.FORMS)}")
    if options.ray is not None and not is_export(options.log):
        raise UsageFault("--ray groups an export: --log FILE.parquet|FOLDER (`comity log export` makes one)")
    reading = ScenarioReading(nothing_changed())
    if options.scenario is not None:
        reading = read_scenario_file(options.scenario, FUTURES)
    if (options.log, options.config, options.state) == (None, None, None) and foreseen.stands_alone(reading):
        foreseen.foresee(reading, options)
        return 0
    groups, worlds, notes = _from_url(options) if _is_url(options.log) else _from_disk(options)
    assert reading.scenario is not None  # what cannot be read is a problem
    show(_replayed(groups, worlds, notes, reading, options), reading.scenario, options)
    return 0


def show(report: Report, scenario: Scenario, options: argparse.Namespace) -> None:
    """Prints or writes the report as it was asked for, and what the scenario's model of the future says."""
    future = outlook(scenario.future, baseline(report)) if scenario.future is not None else None
    if options.json:
        plain = msgspec.to_builtins(report)
        if future is not None:
            plain["outlook"] = document(future)
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(plain), indent=2) + b"\n")
    elif options.html is not None:
        first = (sections(future), "\n\n".join(future.headline)) if future is not None else ((), "")
        write_whole(options.html, html(report, _again(), list(_digests(options)), *first).encode())
        print(f"{options.html}: written")
    else:
        told(report, Told())
        if report.swept is not None:
            swept.told(report.swept, Told())
        if future is not None:
            print(f"\n{in_words(future)}")


def baseline(report: Report) -> Baseline:
    """What the log says of today: its tokens at the pace of its months."""
    months = _months(report.first, report.last)
    tokens = report.total.before.prompt_tokens + report.total.before.completion_tokens
    return Baseline(tokens * 12 / months, months)


def _months(first: str, last: str) -> int:
    if not first:
        return 1
    (one, two), (three, four) = (map(int, each.split("-")) for each in (first, last))
    return (three - one) * 12 + four - two + 1


def share_out() -> ShareOut | None:
    """What shares capacity out, where it is installed."""
    try:
        from comity.adapters.capacity import share_out as by_highs
    except ModuleNotFoundError:
        return None
    return by_highs


def _replayed(
    groups: Groups, worlds: Worlds, notes: dict[str, str], reading: ScenarioReading, options: argparse.Namespace
) -> Report:
    if not groups:
        raise UsageFault("the log has no request that has ended")
    beside = options.config.resolve().parent if options.config is not None else None
    log, library, scenario = log_of(groups), library_of(beside), reading.scenario
    assert scenario is not None
    with progress("deciding again", len(log.lots)) as step:
        history_of(log, worlds, step)
    found = None
    with settled():
        report = replay(log, worlds, scenario, library, share_out())
        if scenario.sweep is not None:
            today = baseline(report)
            found = swept.run_sweep(reading.plain, scenario.sweep, report, today, log, worlds, library, share_out())
    return msgspec.structs.replace(report, notes=(*report.notes, *notes.values()), swept=found)


def _from_disk(options: argparse.Namespace) -> tuple[Groups, Worlds, dict[str, str]]:
    state = _state(options)
    archive = StateArchive(state)
    with progress("reading the log", 100) as step:
        groups = export_groups(Path(options.log), options.ray, step) if is_export(options.log) else groups_of(state)
    return groups, worlds_of(archive), archive.missing


def _state(options: argparse.Namespace) -> Path:
    if options.state is not None and is_export(options.log):
        return Path(options.state)  # its realms are needed, and no log
    if options.state is not None:
        return log_folder(options.state)
    if options.log is not None and not is_export(options.log):
        return log_folder(Path(options.log))
    if options.config is None:
        raise UsageFault("which log? name a state folder with --log, or the stack file with -c")
    return log_folder(state_folder(options.config, None))


def _is_url(log: str | None) -> bool:
    return log is not None and "://" in log


def _from_url(options: argparse.Namespace) -> tuple[Groups, Worlds, dict[str, str]]:
    key = auditor_key(options, options.log)
    if not key:
        raise UsageFault("entries of a log are private: give an auditor's key with --auditor FILE or env:NAME")
    if options.realms is None and options.state is None:
        raise UsageFault("the law that the log was ruled under: --realms FILE of `comity realm export`, or --state DIR")
    try:
        with progress("reading entries") as step:
            groups = remote_groups(options.log, key, step)
    except ValueError as error:
        raise UsageFault(str(error)) from error
    if options.state is not None:
        archive = StateArchive(options.state)
        return groups, worlds_of(archive), archive.missing
    bundle = read_bundle(options.realms)
    realms = [realm for digest in bundle.realms if (realm := bundle.realm(digest)) is not None]
    return groups, worlds_of(RealmArchive(realms)), {}


def _again() -> str:
    return shlex.join(["comity", *sys.argv[1:]])


def _digests(options: argparse.Namespace) -> list[tuple[str, str]]:
    files = (("scenario", options.scenario), ("stack", options.config), ("usage", options.usage))
    return [(name, sha256_hex(path.read_bytes())) for name, path in files if path is not None]
