"""`comity log audit`: 0 the log holds, 1 it does not, 2 it could not be read."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from comity.adapters.ledger import shards
from comity.adapters.ledger.audit import ShardAudit, audit_shard
from comity.adapters.ledger.mirror import Mirror
from comity.adapters.ledger.remote import NotThere, RemoteLog, Unreachable
from comity.adapters.monitor.entries import Entries
from comity.cli import log_export, log_keys, log_prune
from comity.cli.auditor import auditor_key
from comity.cli.follow import add_follow, follow
from comity.cli.log_folder import log_folder
from comity.cli.receipt_prose import clean
from comity.cli.trust import add_trust, trusted
from comity.proof.checkpoint import Checkpoint, is_shard
from comity.proof.inspect import Finding, inspect_tree
from comity.proof.note import MAX_NOTE_BYTES, Note, NoteError
from comity.proof.policy import Policy
from comity.proof.verify import CheckpointRefused, open_checkpoint, open_last
from comity.terms.errors import UsageFault

_SHOWN = 20
"""Findings, and indices of intents, shown; --json has them all."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Registers the command."""
    log = commands.add_parser("log", help="audit a log", description=__doc__)
    verbs = log.add_subparsers(dest="verb", metavar="VERB", required=True)
    audit = verbs.add_parser(
        "audit",
        help="check a whole log",
        description="DIR (a gateway's state folder): everything, entries too. URL: checkpoints, tiles and bundles;"
        " with an auditor's key entries too.",
    )
    audit.add_argument("log", metavar="DIR|URL", help="a state folder such as .comity, or the URL of /log/")
    add_trust(audit)
    audit.add_argument(
        "--since", type=Path, metavar="FILE", help="a checkpoint kept from before: the log must have grown from it"
    )
    audit.add_argument(
        "--keep", type=Path, metavar="DIR", help="with a URL: keep a mirror in DIR, from which the log must have grown"
    )
    add_follow(audit)
    audit.add_argument("--json", action="store_true", help="print JSON; with --follow, an object a line")
    log_export.add(verbs)
    log_keys.add(verbs)
    log_prune.add(verbs)


def run(options: argparse.Namespace) -> int:
    """Audits, prints, and returns the exit status."""
    if options.verb == "export":
        return log_export.run(options)
    if options.verb == "keys":
        return log_keys.run(options)
    if options.verb == "prune":
        return log_prune.run(options)
    if "://" in options.log:
        policy = trusted(options, [Path.cwd()])
        if options.follow:
            return follow(options, policy)
        if options.until_alarm or options.cursor is not None or options.keeps:
            raise UsageFault("--until-alarm, --cursor and --keeps are of a monitor: say --follow too")
        key = auditor_key(options, options.log)
        since = _since(options, policy)
        audits = _remote(options.log, policy, since, options.keep, key)
    else:
        if options.keep is not None or options.follow or options.auditor is not None:
            raise UsageFault("--keep mirrors, --follow watches and --auditor opens the log of a URL")
        state = log_folder(Path(options.log))
        if options.policy is None and options.key is None and (state / "log.vkey").is_file():
            options.key = str(state / "log.vkey")
        policy = trusted(options, [Path.cwd()])
        since = _since(options, policy)
        audits = [audit_shard(state, shard, policy, _of(since, shard)) for shard in shards(state)]
    audits += _hidden(options, since, {audit.shard for audit in audits})
    if options.json:
        print(json.dumps({"holds": _hold(audits), "shards": [_document(a) for a in audits]}, indent=2))
    else:
        for audit in audits:
            print("\n".join(_lines(audit)))
        print(f"{len(audits)} shard{'' if len(audits) == 1 else 's'}: {'holds' if _hold(audits) else 'DOES NOT HOLD'}")
    return 0 if _hold(audits) else 1


def _since(options: argparse.Namespace, policy: Policy) -> Checkpoint | None:
    if options.since is None:
        return None
    try:
        with options.since.open("rb") as file:
            note = Note.parse(file.read(MAX_NOTE_BYTES + 1).decode("utf-8"))
        return open_checkpoint(note, policy)[0]
    except (OSError, UnicodeDecodeError, NoteError, CheckpointRefused) as error:
        raise UsageFault(f"{options.since} is no checkpoint that can be trusted: {error}") from error


def _hidden(options: argparse.Namespace, since: Checkpoint | None, listed: set[str]) -> list[ShardAudit]:
    """The shard from whose checkpoint the log must have grown, if it is not there: what is not shown has not grown.

    Raises:
        UsageFault: no shard is there, and none is asked for: what is empty does not hold.
    """
    shard = since.origin.rpartition("/")[2] if since is not None else ""
    if since is None or shard in listed:
        if not listed:
            raise UsageFault(f"{options.log} has no shard: there is nothing to audit")
        return []
    gone = ShardAudit(shard)
    sentence = f"This checkpoint of {since.origin} was signed before, and the log does not show that shard."
    gone.add("shard-gone", options.since, sentence)
    return [gone]


def _of(since: Checkpoint | None, shard: str) -> Checkpoint | None:
    return since if since is not None and since.origin.endswith(f"/{shard}") else None


def _remote(url: str, policy: Policy, since: Checkpoint | None, keep: Path | None, key: str) -> list[ShardAudit]:
    try:
        log = RemoteLog(url)
        prefixes = log.prefixes()
    except (NotThere, ValueError) as error:
        raise UsageFault(str(error)) from error
    audits = [_remote_shard(log, prefix, policy, since, keep) for prefix in prefixes]
    for prefix, audit in zip(prefixes, audits, strict=True) if key else ():
        if not audit.findings:
            _entries(log, prefix, key, audit)
    return audits if keep is None else audits + _gone(keep, {audit.shard for audit in audits})


def _gone(keep: Path, listed: set[str]) -> list[ShardAudit]:
    """Shards that were mirrored before: one never ends, so its disk is lost, or it is kept from us."""
    gone = []
    for path in sorted(keep.glob("*/checkpoint")):
        if path.parent.name not in listed:
            gone.append(ShardAudit(path.parent.name))
            gone[-1].add("shard-gone", path.parent, "It was there before, and is not listed any more.")
    return gone


def _remote_shard(
    log: RemoteLog, prefix: str, policy: Policy, since: Checkpoint | None, keep: Path | None
) -> ShardAudit:
    shard = prefix.rpartition("/")[2]
    audit = ShardAudit(shard)
    mirror = Mirror(keep / shard) if keep is not None and is_shard(shard) else None
    try:
        text = log.checkpoint(prefix)
        checkpoint = open_last((text, log.witnessed(prefix)), policy)
    except CheckpointRefused as error:
        audit.add(error.failure.name, f"{prefix}/checkpoint", error.failure.sentence)
        if error.failure.name == "unknown-signer" and (key := log.vkey(prefix)):
            audit.add(
                "key-to-pin", f"{prefix}/vkey", f"It gives {key} as its own: ask its owner, then give it as --key."
            )
        return audit
    except NotThere as error:
        audit.add("missing-file", f"{prefix}/checkpoint", f"{error}.")
        return audit
    except (NoteError, UnicodeDecodeError) as error:
        audit.add("unreadable", f"{prefix}/checkpoint", f"It is no checkpoint: {error}.")
        return audit
    audit.origin, audit.signed = checkpoint.origin, checkpoint.size
    audit.entries = checkpoint.size
    if not checkpoint.origin.endswith(f"/{shard}"):
        audit.add("different-logs", f"{prefix}/checkpoint", f"It is the checkpoint of {checkpoint.origin}.")
    since = _of(since, shard)
    try:
        audit.minimum = log.minimum(prefix)
    except NotThere as error:
        audit.add("missing-file", prefix, f"{error}.")
    if mirror is None:
        audit.findings += inspect_tree(checkpoint, lambda tile: log.tile(prefix, tile), since, minimum=audit.minimum)
        return audit
    since = since or _kept(mirror, policy)
    audit.findings += inspect_tree(
        checkpoint,
        lambda tile: mirror.tile(tile, lambda wanted: log.tile(prefix, wanted)),
        since,
        minimum=audit.minimum,
        copied=True,
    )
    if audit.findings:
        mirror.drop()
    else:
        mirror.keep(text)
    return audit


def _entries(log: RemoteLog, prefix: str, key: str, audit: ShardAudit) -> None:
    """Every entry against the leaf that is signed, and what they say together, of a tree that holds."""
    entries = Entries(log, prefix, key)
    try:
        for alarm in entries.read(audit.signed, lambda tile: log.tile(prefix, tile)):
            audit.findings.append(Finding(alarm.name, alarm.place, alarm.sentence, alarm.index))
    except Unreachable as error:
        raise UsageFault(f"entries cannot be read: {error}") from error
    except NotThere as error:
        audit.add("missing-file", prefix, f"{error}.")
    follower = entries.follower
    audit.open, audit.lost, audit.erased = sorted(follower.open), follower.lost, follower.erased
    audit.summaries, audit.unsummed = follower.complete.summaries, follower.complete.unsummed


def _kept(mirror: Mirror, policy: Policy) -> Checkpoint | None:
    try:
        kept = mirror.checkpoint
        return None if kept is None else open_checkpoint(Note.parse(kept), policy)[0]
    except (OSError, UnicodeDecodeError, NoteError, CheckpointRefused) as error:
        raise UsageFault(f"the mirror's checkpoint cannot be trusted: {error}") from error


def _hold(audits: list[ShardAudit]) -> bool:
    return not any(audit.findings for audit in audits)


def _lines(audit: ShardAudit) -> list[str]:
    waiting = audit.entries - audit.signed
    lines = [
        f"shard {audit.shard}: {audit.signed} entries signed"
        + (f", {waiting} not yet signed" if waiting > 0 else "")
        + (f", {audit.torn} bytes of an unfinished write" if audit.torn else "")
    ]
    if audit.minimum:
        lines.append(f"  entries below {audit.minimum} are pruned")
    if audit.erased:
        lines.append(f"  erased entries: {audit.erased}")
    if audit.summaries:
        lines.append(f"  days summed up, as their entries give: {audit.summaries}")
    if audit.unsummed:
        lines.append(f"  days that have ended without a summary so far: {', '.join(audit.unsummed[:_SHOWN])}")
    if audit.lost:
        lines.append(f"  lost outcomes of {len(audit.lost)} intents: {_indices(audit.lost)}")
    if audit.open:
        lines.append(f"  open intents: {len(audit.open)}: {_indices(audit.open)}")
    lines += [f"  FAILS {f.name} at {clean(f.place)}: {clean(f.sentence)}" for f in audit.findings[:_SHOWN]]
    if len(audit.findings) > _SHOWN:
        lines.append(f"  and {len(audit.findings) - _SHOWN} more, which --json shows")
    return lines


def _indices(numbers: list[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:_SHOWN])
    return f"{shown}, …" if len(numbers) > _SHOWN else shown


def _document(audit: ShardAudit) -> dict[str, Any]:
    document = asdict(audit)
    document["findings"] = [_finding(finding) for finding in audit.findings]
    return document


def _finding(finding: Finding) -> dict[str, Any]:
    return {name: value for name, value in finding._asdict().items() if value is not None}
