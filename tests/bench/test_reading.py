"""What load generators print is read right, and what is no measurement is not taken for one."""

from __future__ import annotations

import json

import pytest
from bench.compare import reading
from bench.compare.reading import NotMeasured

WRK = """Running 2s test @ http://127.0.0.1:18100
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     5.17ms    2.10ms  41.03ms   93.20%
    Req/Sec    12.45k   611.00    13.60k    75.00%
  24789 requests in 2.00s, 27.90MB read
Requests/sec:  12391.44
Transfer/sec:     13.95MB
"""


def rated(**changes: object) -> str:
    times = {"count": 2, "p50": 105.4, "p90": 136.9, "p99": 388.2, "p999": 2929.4, "max": 3920.2}
    said = {"seconds": 2.5, "asked": 2500, "completed": 2500, "failed": 0, "unfinished": 0, "reconnected": 0}
    return json.dumps({**said, "whole_us": times, "first_us": {**times, "p50": 90.0}, **changes}) + "\n"


def test_wrk() -> None:
    run = reading.wrk(WRK)
    assert (run.requests, run.seconds, run.per_second, run.failed) == (24789, 2.0, 12391.44, 0)


def test_answers_that_are_none_are_failures() -> None:
    errors = "  Socket errors: connect 1, read 2, write 3, timeout 4\n  Non-2xx or 3xx responses: 105\n"
    assert reading.wrk(WRK.replace("Requests/sec", errors + "Requests/sec")).failed == 115


@pytest.mark.parametrize("text", ["", "unable to connect", WRK.replace("24789", "0")])
def test_a_run_without_answers_is_no_figure(text: str) -> None:
    with pytest.raises(NotMeasured):
        reading.wrk(text)


def test_times_are_in_milliseconds() -> None:
    run = reading.rate("load: a word before\n" + rated())
    assert (run.whole_p50, run.whole_p99, run.first_p50) == pytest.approx((0.1054, 0.3882, 0.09))


@pytest.mark.parametrize(
    "text", ["", "load: cannot connect", rated(unfinished=400), rated(completed=0, whole_us={"count": 0})]
)
def test_a_rate_that_was_not_kept_is_no_figure(text: str) -> None:
    with pytest.raises(NotMeasured):
        reading.rate(text)


def test_chunks() -> None:
    run = reading.chunks('{"events": 90, "events_per_second": 45.5, "failed": 0}\n')
    assert (run.events, run.per_second) == (90, 45.5)
    with pytest.raises(NotMeasured):
        reading.chunks('{"events": 0, "events_per_second": 0.0, "failed": 100}\n')
