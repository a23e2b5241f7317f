"""What Comity set out to reach, held against a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.compare.figures import Table, speed, value

MS_OVER_TWO_SYNCS = 0.5


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal, what was measured, and whether that reaches it (None: not measured)."""

    says: str
    wanted: str
    found: str
    reached: bool | None


def goals(table: Table) -> list[Goal]:
    """All of them, in the order in which they were set."""
    syncs = value(table, "comity", "sync_p50")
    p50 = None if syncs is None else 2 * syncs + MS_OVER_TWO_SYNCS
    return [
        _at_least("durable, 64 connections, against nginx", speed(table, "comity", "nginx"), 0.22, "{:.3f} ×"),
        *(
            _at_least(f"durable, 64 connections, against {peer}", speed(table, "comity", peer), 1.0, "{:.2f} ×")
            for peer in ("vllm-router", "sglang-router")
        ),
        _at_least("durable, 64 connections, against LiteLLM", speed(table, "comity", "litellm"), 150, "{:.0f} ×"),
        _at_least("relaxed, 64 connections, against nginx", speed(table, "comity-relaxed", "nginx"), 0.35, "{:.3f} ×"),
        _at_most(
            "p50 added at 1,000/s: 2 fdatasync + 0.5 ms", value(table, "comity", "added_p50_ms"), p50, "{:.2f} ms"
        ),
        _at_most("p99 added at 1,000/s", value(table, "comity", "added_p99_ms"), 4.0, "{:.2f} ms"),
        _at_most("p50 added to the first token", value(table, "comity", "added_first_p50_ms"), 1.0, "{:.2f} ms"),
        _at_least("chunks per second, each a TCP segment", value(table, "comity", "chunks_per_s"), 60_000, "{:,.0f}"),
        _at_most("memory of a worker after the loads", value(table, "comity", "rss_mb"), 90, "{:.0f} MB"),
        _at_most("cold start to the first answer", value(table, "comity", "cold_s"), 1.0, "{:.2f} s"),
    ]


def _at_least(says: str, found: float | None, wanted: float, form: str) -> Goal:
    return _goal(says, found, wanted, form, "at least", lambda a, b: a >= b)


def _at_most(says: str, found: float | None, wanted: float | None, form: str) -> Goal:
    return _goal(says, found, wanted, form, "at most", lambda a, b: a <= b)


def _goal(
    says: str, found: float | None, wanted: float | None, form: str, how: str, holds: Callable[[float, float], bool]
) -> Goal:
    if found is None or wanted is None:
        return Goal(says, "" if wanted is None else f"{how} {form.format(wanted)}", "not measured", None)
    return Goal(says, f"{how} {form.format(wanted)}", form.format(found), holds(found, wanted))
