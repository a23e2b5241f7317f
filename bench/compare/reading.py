"""What wrk and load.c print, read."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any


class NotMeasured(Exception):
    """A figure that could not be had, and why."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A run of wrk: as many requests as come back."""

    requests: int
    seconds: float
    per_second: float
    failed: int


@dataclass(frozen=True, slots=True)
class Rated:
    """A run of `load rate`. Times in milliseconds, from when a request was due; first is the first byte of the body."""

    whole_p50: float
    whole_p99: float
    first_p50: float
    first_p99: float
    completed: int
    failed: int


@dataclass(frozen=True, slots=True)
class Chunked:
    """A run of `load chunks`."""

    events: int
    per_second: float
    failed: int


def wrk(text: str) -> Closed:
    """The summary of wrk.

    Raises:
        NotMeasured: no request came back, or this is no summary.
    """
    total = re.search(r"(\d+) requests in ([\d.]+)(ms|s|m)", text)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    if not total or not rate:
        raise NotMeasured(f"wrk said: {text.strip()[-200:] or 'nothing'}")
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    seconds = float(total[2]) * {"ms": 1e-3, "s": 1.0, "m": 60.0}[total[3]]
    failed = sum(map(int, errors.groups())) if errors else 0
    failed += int(refused[1]) if refused else 0
    if not int(total[1]):
        raise NotMeasured("no request came back")
    return Closed(int(total[1]), seconds, float(rate[1]), failed)


def rate(text: str) -> Rated:
    """The line of `load rate`.

    Raises:
        NotMeasured: it broke off, or the gateway was asked faster than it could answer.
    """
    said = _line(text)
    if said["unfinished"] > max(10, 0.001 * said["asked"]):
        raise NotMeasured(f"{said['unfinished']} requests were not answered in time")
    if not said["whole_us"]["count"]:
        raise NotMeasured("no request came back")
    whole, first = said["whole_us"], said["first_us"]
    failed = said["failed"] + said["unfinished"]
    return Rated(
        whole["p50"] / 1e3, whole["p99"] / 1e3, first["p50"] / 1e3, first["p99"] / 1e3, said["completed"], failed
    )


def chunks(text: str) -> Chunked:
    """The line of `load chunks`.

    Raises:
        NotMeasured: it broke off, or nothing came back.
    """
    said = _line(text)
    if not said["events"]:
        raise NotMeasured("no event came back")
    return Chunked(said["events"], said["events_per_second"], said["failed"])


def _line(text: str) -> dict[str, Any]:
    for line in reversed(text.splitlines()):
        if line.startswith("{"):
            return json.loads(line)  # type: ignore[no-any-return]
    raise NotMeasured(f"load said: {text.strip()[-300:] or 'nothing'}")
