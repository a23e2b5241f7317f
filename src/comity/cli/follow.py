"""`comity log audit URL --follow`: look at a log again and again, and say what must not be, until Ctrl-C."""

from __future__ import annotations

import argparse
import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from comity.adapters.clock import unix_ms
from comity.adapters.ledger.remote import RemoteLog
from comity.adapters.monitor.alarm import Alarm, Rise
from comity.adapters.monitor.cursor import Cursor
from comity.adapters.monitor.monitor import LOOK_S, Monitor
from comity.adapters.state import FOLDER
from comity.cli.auditor import add_auditor, auditor_key
from comity.cli.receipt_prose import clean
from comity.proof.policy import Policy
from comity.terms.errors import UsageFault

DURATION = re.compile(r"P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?")


def add_follow(audit: argparse.ArgumentParser) -> None:
    """Registers --follow and what belongs to it."""
    audit.add_argument("--follow", action="store_true", help="with a URL: watch it until Ctrl-C")
    audit.add_argument("--every", type=_seconds, default=10.0, metavar="SECONDS", help="between looks (default: 10)")
    audit.add_argument(
        "--cursor", type=Path, metavar="FILE", help="what was seen (default: monitor.json in the state folder)"
    )
    audit.add_argument(
        "--state", type=Path, metavar="DIR", help=f"state folder of the monitor (default: {FOLDER} here)"
    )
    audit.add_argument(
        "--stale", type=_seconds, default=93_600.0, metavar="SECONDS",
        help="alarm if a shard that grew rests for so long (default: 93600, 26 hours)",
    )  # fmt: skip
    audit.add_argument(
        "--sweep", type=_seconds, default=3_600.0, metavar="SECONDS",
        help="read all files of a large log again after so long (default: 3600; a small one: at each look)",
    )  # fmt: skip
    audit.add_argument(
        "--within", type=_seconds, default=LOOK_S, metavar="SECONDS",
        help="alarm if a look takes longer, and end it (default: 900)",
    )  # fmt: skip
    audit.add_argument(
        "--keeps", type=_duration, default=0, metavar="DURATION",
        help="alarm if entries are pruned before so long, as the owner says they are kept: P3Y",
    )  # fmt: skip
    audit.add_argument("--until-alarm", action="store_true", help="with --follow: end at the first alarm")
    add_auditor(audit, "with a URL: an auditor's key, with which entries are checked too")


def follow(options: argparse.Namespace, policy: Policy) -> int:
    """Watches; 1 if there was an alarm, else 0, once it is told to stop."""
    try:
        log = RemoteLog(options.log)
    except ValueError as error:
        raise UsageFault(str(error)) from error
    path = options.cursor or (options.state or Path(FOLDER)) / "monitor.json"
    monitor = Monitor(
        log,
        Cursor.read(path.absolute(), options.log.rstrip("/")),
        policy,
        clock=unix_ms,
        stale_ms=int(options.stale * 1000),
        sweep_ms=int(options.sweep * 1000),
        key=auditor_key(options, options.log),
        keeps_ms=options.keeps,
        within=options.within,
    )
    teller = Teller(options.log, as_json=options.json)
    try:
        while True:
            teller.tell(monitor.look(), monitor.size)
            teller.pruned(monitor.rises)
            if teller.alarms and options.until_alarm:
                break
            time.sleep(options.every)
    except KeyboardInterrupt:
        pass
    return 1 if teller.alarms else 0


class Teller:
    """Prints each alarm when it begins and when it is over, once.

    Attributes:
        alarms: how many there were.
    """

    def __init__(self, log: str, *, as_json: bool) -> None:
        self._log = log
        self._as_json = as_json
        self._begun = False
        self._present: dict[tuple[str, str, str], Alarm] = {}
        self.alarms = 0

    def tell(self, found: list[Alarm], size: int) -> None:
        """What one look found."""
        if not self._begun:
            self._begun = True
            self._line({"event": "watching", "log": self._log, "size": size}, f"watching {self._log}: {size} entries")
        now = {alarm.about: alarm for alarm in reversed(found)}
        for about, alarm in now.items():
            if about not in self._present:
                self.alarms += 1
                self._line({"event": "alarm", **_document(alarm)}, f"ALARM {_words(alarm)}")
        for about, alarm in self._present.items():
            if about not in now:
                self._line({"event": "over", **_document(alarm)}, f"over: {alarm.name} at {clean(alarm.place)}")
        self._present = now

    def pruned(self, rises: list[Rise]) -> None:
        """Say where the minimum index rose. It is no alarm by itself: keep_log may be what did it."""
        for shard, place, before, minimum in rises:
            document = {"event": "pruned", "shard": shard, "place": place, "before": before, "minimum": minimum}
            self._line(document, rose(shard, place, before, minimum))

    def _line(self, document: dict[str, Any], words: str) -> None:
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        print(json.dumps({"at": at, **document}) if self._as_json else f"{at} {words}", flush=True)


def rose(shard: str, place: str, before: int, minimum: int) -> str:
    """A rise of a minimum index in words."""
    return f"pruned, shard {clean(shard)} at {clean(place)}: the minimum index rose from {before} to {minimum}"


def _document(alarm: Alarm) -> dict[str, Any]:
    return {name: value for name, value in alarm._asdict().items() if value not in (None, "")}


def _words(alarm: Alarm) -> str:
    shard = f", shard {clean(alarm.shard)}" if alarm.shard else ""
    entry = f", entry {alarm.index}" if alarm.index is not None else ""
    kept = f" Both signed notes are in {alarm.evidence}." if alarm.evidence else ""
    return f"{alarm.name}{shard}{entry} at {clean(alarm.place)}: {clean(alarm.sentence)}{kept}"


def _duration(text: str) -> int:
    """Milliseconds of a duration as `keep_log` has it; of a year or month the shortest, so that no calendar alarms."""
    found = DURATION.fullmatch(text)
    numbers = found.groups(default="0") if found else ()
    days = sum(int(number) * length for number, length in zip(numbers, (365, 28, 7, 1), strict=False))
    if not 0 < days < 100_000:
        raise ValueError(text)
    return days * 86_400_000


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < 1e9:
        raise ValueError(text)
    return seconds
