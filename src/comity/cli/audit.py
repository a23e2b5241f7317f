"""`comity audit`: draw requests that nobody could choose, run them again, and enter what came of it."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.cli.auditor import add_auditor, auditor_key
from comity.cli.trust import add_trust, trusted
from comity.proof.sample_file import MAX_SAMPLE_BYTES, Part, Sample, SampleRefused, read_sample, verify_sample
from comity.proof.sampling import NONCE_SIZE, WHOLE, detection, nonce_commitment
from comity.terms.errors import Fault, UsageFault

if TYPE_CHECKING:
    from comity.runtime.auditing import Result

SHARES = (1, 5, 20)
"""Per cent of requests that would not hold, for which the chance to find one is shown."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    audit = commands.add_parser("audit", help="draw a sample of requests and run them again", description=__doc__)
    verbs = audit.add_subparsers(dest="verb", metavar="VERB", required=True)
    commit = _verb(verbs, "commit", "draw a nonce, and have its commitment entered in the log", control=True)
    commit.add_argument("--rate", type=_rate, required=True, help="share of all requests: 2%% or 0.02")
    draw = _verb(verbs, "draw", "take the log's checkpoints, and draw the sample of them and the nonce", control=True)
    draw.add_argument("--since", type=Path, metavar="FILE", help="an earlier sample: begin where it ended")
    add_trust(draw)
    _verb(verbs, "reveal", "have the nonce entered, and of which checkpoints the sample was drawn", control=True)
    check = _verb(verbs, "check", "draw the sample again, offline, from what the file shows")
    add_trust(check)
    run = _verb(verbs, "run", "run the sample again, from the vault of a state folder")
    run.add_argument("state", type=Path, metavar="DIR", help="the gateway's state folder, or a copy of it")
    run.add_argument("--models", type=Path, metavar="DIR", action="append", default=[], help="folder of further GGUFs")
    run.add_argument("--enter", metavar="URL", help="control port at which the results are entered")
    add_auditor(run, "an auditor's key, for --enter")
    add_trust(run)
    odds = verbs.add_parser("odds", help="how likely a sample finds something", description="The chance, by rate.")
    odds.add_argument("--rate", type=_rate, required=True, help="share of all requests: 2%% or 0.02")
    odds.add_argument("--requests", type=int, required=True, metavar="N", help="how many requests there are")
    odds.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Does one step; the exit status."""
    try:
        return _VERBS[options.verb](options)
    except SampleRefused as error:
        status = 2 if error.name in ("unreadable", "malformed") else 1
        if getattr(options, "json", False):
            print(json.dumps({"holds": False, "failure": error.name, "sentence": str(error)}, indent=2))
        else:
            print(f"DOES NOT HOLD: {error.name}: {error}")
        return status


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], name: str, says: str, *, control: bool = False
) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name, help=says, description=says[0].upper() + says[1:] + ".")
    verb.add_argument("sample", type=Path, metavar="FILE", help="the sample file")
    if control:
        verb.add_argument("control", metavar="URL", help="the gateway's control port, http://127.0.0.1:4001")
        add_auditor(verb, "an auditor's key", required=True)
    verb.add_argument("--json", action="store_true", help="print JSON")
    return verb


def _commit(options: argparse.Namespace) -> int:
    if options.sample.exists():
        raise UsageFault(f"{options.sample} is there already, and holds the nonce of a sample: name another file")
    sample = Sample(options.rate, os.urandom(NONCE_SIZE), "")
    said = {"commitment": nonce_commitment(sample.nonce).hex(), "rate": options.rate}
    (entry,) = _port(options).enter("sample.commit", [(sample.target, said)])
    if not entry:
        raise Fault("the log does not have the commitment yet, so it cannot be drawn under: commit once more")
    _write(options.sample, Sample(options.rate, sample.nonce, entry))
    _say(
        options,
        {"commit": entry, "commitment": said["commitment"]},
        f"committed as entry {entry}; {options.sample} holds the nonce: show it to nobody before you reveal it",
    )
    return 0


def _draw(options: argparse.Namespace) -> int:
    sample, port = _read(options.sample), _port(options)
    if sample.heads:
        # once its nonce is revealed, whoever knows it could choose the entries of which it is drawn
        raise UsageFault(f"{options.sample} is drawn already, and a sample is drawn once: commit to another one")
    policy = trusted(options, [Path.cwd()])
    firsts: dict[str, int] = {}
    if options.since is not None:
        firsts = {part.shard: part.checkpoint.size for part in verify_sample(_read(options.since), policy)}
    heads = port.heads(policy, firsts)
    shard, _, index = sample.commit.partition(".")
    head = next((each for each in heads if each.shard == shard), None)
    if head is None:
        raise Fault(f"the log does not list the shard {shard}, in which the commitment was entered")
    drawn = sample.drawn(tuple(heads), port.shown(head, int(index)))
    parts = verify_sample(drawn, policy)
    _write(options.sample, drawn)
    _tell(options, drawn, parts)
    return 0


def _reveal(options: argparse.Namespace) -> int:
    sample = _read(options.sample)
    if not sample.heads:
        raise UsageFault(f"{options.sample} is not drawn: `comity audit draw` comes before the nonce is revealed")
    from comity.proof.checkpoint import Checkpoint
    from comity.proof.note import Note

    heads = []
    for head in sample.heads:
        checkpoint = Checkpoint.parse(Note.parse(head.checkpoint).text)
        size, root = checkpoint.size, checkpoint.root.hex()
        heads.append({"shard": head.shard, "first": head.first, "size": size, "root": root})
    said = {"commit": sample.commit, "nonce": sample.nonce.hex(), "heads": heads}
    (entry,) = _port(options).enter("sample.reveal", [(sample.target, said)])
    _say(options, {"reveal": entry}, f"revealed{f' as entry {entry}' if entry else '; the log has it soon'}")
    return 0


def _check(options: argparse.Namespace) -> int:
    sample = _read(options.sample)
    _tell(options, sample, verify_sample(sample, trusted(options, [Path.cwd(), options.sample.absolute().parent])))
    return 0


def _run(options: argparse.Namespace) -> int:
    from comity.runtime.auditing import BAD, RESULTS

    sample = _read(options.sample)
    port = _port(options, options.enter) if options.enter else None
    if options.policy is None and options.key is None and (options.state / "log.vkey").is_file():
        options.key = str(options.state / "log.vkey")
    parts = verify_sample(sample, trusted(options, [Path.cwd()]))
    results = asyncio.run(_results(options, parts))
    pruned = _pruned(options.state, parts)
    bad = [each for each in results if each.result in BAD]
    if options.json:
        shown = [_document(each) for each in results]
        print(json.dumps({"holds": not bad, "pruned": pruned, "results": shown}, indent=2))
    else:
        for each in results:
            at = "" if each.at is None else f" from token {each.at} on"
            print(f"{each.receipt:<28} {each.result}{at}: {RESULTS[each.result]}")
        agree = sum(each.result == "agrees" for each in results)
        rest = len(results) - agree - len(bad)
        print(f"{len(results)} requests drawn: {agree} agree, {len(bad)} do not hold, {rest} could not be run again")
        if pruned:
            print(f"{pruned} entries that were drawn are pruned: whether they were requests cannot be told")
    if port is not None:
        port.enter("sample.result", [(each.receipt, {"commit": sample.commit, **each.sample}) for each in results])
    return 1 if bad else 0


def _pruned(state: Path, parts: tuple[Part, ...]) -> int:
    """How many drawn entries lie below the minimum index of their shard."""
    from comity.adapters.ledger.minimum import minimum_of

    minimum = {part.shard: minimum_of(state / "log" / part.shard) for part in parts}
    return sum(index < minimum[part.shard] for part in parts for index in part.selected)


async def _results(options: argparse.Namespace, parts: tuple[Part, ...]) -> list[Result]:
    from comity.adapters.ledger import LedgerCorrupt
    from comity.adapters.node import NodeError
    from comity.adapters.state import MODELS
    from comity.runtime.auditing import Auditor

    models = (*options.models, options.state / MODELS)
    found = []
    try:
        async with Auditor(options.state, datetime.now(UTC).date(), models=models) as auditor:
            for part in parts:
                for index in part.selected:
                    result = await auditor.judge(part.shard, index)
                    if result is not None:
                        found.append(result)
    except (NodeError, LedgerCorrupt, OSError, ValueError) as error:
        raise Fault(f"the sample cannot be run again: {error}") from error
    return found


def _odds(options: argparse.Namespace) -> int:
    rows = _chances(options.rate, options.requests)
    if options.json:
        print(json.dumps({"rate": options.rate, "requests": options.requests, "chances": rows}, indent=2))
    else:
        print("\n".join(_lines(rows)))
    return 0


def _tell(options: argparse.Namespace, sample: Sample, parts: tuple[Part, ...]) -> None:
    covered = sum(part.checkpoint.size - part.first for part in parts)
    drawn = sum(len(part.selected) for part in parts)
    rows = _chances(sample.rate, covered // 2)  # a request has two entries
    if options.json:
        shown = [
            {"shard": p.shard, "first": p.first, "size": p.checkpoint.size, "selected": list(p.selected)} for p in parts
        ]
        print(json.dumps({"holds": True, "rate": sample.rate, "shards": shown, "chances": rows}, indent=2))
        return
    for part in parts:
        print(
            f"shard {part.shard}: entries {part.first} to {part.checkpoint.size - 1}: {len(part.selected)} drawn"
            if part.checkpoint.size > part.first
            else f"shard {part.shard}: no entries"
        )
    print(f"{drawn} of {covered} entries drawn, at {Decimal(sample.rate) / 10_000} %; those that are requests are run")
    print("\n".join(_lines(rows)))


def _chances(rate: int, requests: int) -> list[dict[str, Any]]:
    rows = []
    for share in SHARES:
        lies = max(1, requests * share // 100)
        rows.append({"lies": lies, "per_cent": share, "chance": f"{detection(rate, lies):.4f}"})
    return [{"lies": 1, "per_cent": None, "chance": f"{detection(rate, 1):.4f}"}, *rows]


def _lines(rows: list[dict[str, Any]]) -> list[str]:
    said = []
    for row in rows:
        share = "" if row["per_cent"] is None else f" ({row['per_cent']} %)"
        said.append(f"if {row['lies']} requests{share} would not hold, one is drawn with probability {row['chance']}")
    return said


def _document(result: Result) -> dict[str, Any]:
    return {"receipt": result.receipt, **result.sample}


def _port(options: argparse.Namespace, url: str = "") -> Any:
    from comity.adapters.samples import ControlPort

    url = url or options.control
    key = auditor_key(options, url)
    if not key:
        raise UsageFault("--auditor is missing: a key that `comity keys new --role auditor` made")
    return ControlPort(url, key)


def _say(options: argparse.Namespace, document: dict[str, Any], words: str) -> None:
    print(json.dumps(document, indent=2) if options.json else words)


def _read(file: Path) -> Sample:
    try:
        with file.open("rb") as stream:
            return read_sample(stream.read(MAX_SAMPLE_BYTES + 1))
    except OSError as error:
        raise UsageFault(f"{file} cannot be read: {error.strerror}") from error


def _write(file: Path, sample: Sample) -> None:
    from comity.adapters.state import write_durably

    try:
        write_durably(file.absolute(), sample.encode())
    except OSError as error:
        print(sample.encode().decode(), file=sys.stderr)
        raise Fault(f"{file} cannot be written ({error.strerror}); what it would hold is above") from error


def _rate(text: str) -> int:
    try:
        rate = Decimal(text.removesuffix("%")) * (WHOLE // 100 if text.endswith("%") else WHOLE)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text!r} is no share; write 2% or 0.02") from None
    if rate != rate.to_integral_value() or not 1 <= rate <= WHOLE:
        raise argparse.ArgumentTypeError("a rate is above 0 and at most 100 %, in steps of 0.0001 %")
    return int(rate)


_VERBS = {"commit": _commit, "draw": _draw, "reveal": _reveal, "check": _check, "run": _run, "odds": _odds}
