"""The table, as Markdown that is also read in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.compare.figures import SATURATED, Figure, Table, speed, thrift, value
from bench.compare.goals import Goal

NOTHING = "–"
HEADS = (
    "",
    "requests/s, 64 conn.",
    "256 conn.",
    "CPU µs/request",
    "× nginx",
    "by CPU",
    "added p50, ms",
    "added p99, ms",
    "+ first token, ms",
    "chunks/s",
    "CPU µs/chunk",
    "RSS, MB",
    "cold start, s",
    "fdatasync p50/p99, ms",
)
NGINX_LIKE = {
    "comity-tls": "nginx-tls",
    "comity-100k": "nginx-100k",
    "nginx-tls": "nginx-tls",
    "nginx-100k": "nginx-100k",
}
"""What a row is set against: nginx in the same setting. The others: plain nginx."""


def rendered(table: Table, titles: Mapping[str, str]) -> str:
    """One line a row."""
    return _markdown([HEADS, *(_cells(table, row, titles[row]) for row in titles if row in table)])


def rendered_goals(goals: Sequence[Goal]) -> str:
    """One line a goal."""
    words = {True: "reached", False: "**missed**", None: NOTHING}
    return _markdown(
        [("goal", "wanted", "measured", ""), *((g.says, g.wanted, g.found, words[g.reached]) for g in goals)]
    )


def _cells(table: Table, row: str, title: str) -> tuple[str, ...]:
    figures = table[row]
    nginx = NGINX_LIKE.get(row, "nginx")
    at = figures.get("rate")
    rate = "" if at is None or at.median >= 1000 else f" at {at.median:,.0f}/s"
    syncs = [value(table, row, name) for name in ("sync_p50", "sync_p99")]
    return (
        title,
        _busy(figures, "per_s_64", "busy_64"),
        _busy(figures, "per_s_256", "busy_256"),
        _one(figures, "cpu_us_64", "{:,.1f}"),
        _plain(speed(table, row, nginx), "{:.3f}"),
        _plain(thrift(table, row, nginx), "{:.3f}"),
        _one(figures, "added_p50_ms", "{:.2f}") + (rate if "added_p50_ms" in figures else ""),
        _one(figures, "added_p99_ms", "{:.2f}"),
        _one(figures, "added_first_p50_ms", "{:.2f}"),
        _busy(figures, "chunks_per_s", "chunk_busy"),
        _one(figures, "chunk_cpu_us", "{:,.1f}"),
        _memory(figures),
        _one(figures, "cold_s", "{:.2f}"),
        NOTHING if None in syncs else f"{syncs[0]:.2f} / {syncs[1]:.2f}",
    )


def _busy(figures: Mapping[str, Figure], name: str, busy: str) -> str:
    """With its spread; a star where the gateway's core had time to spare."""
    if name not in figures:
        return NOTHING
    figure = figures[name]
    spread = max(figure.high - figure.median, figure.median - figure.low) / figure.median if figure.median else 0.0
    told = f"{figure.median:,.0f}" + (f" ± {spread:.0%}" if len(figure.values) > 1 else "")
    return told + (" *" if busy in figures and figures[busy].median < SATURATED else "")


def _memory(figures: Mapping[str, Figure]) -> str:
    if "rss_mb" not in figures:
        return NOTHING
    worker, tree = figures["rss_mb"].median, figures["rss_tree_mb"].median
    return f"{worker:,.0f}" if tree < worker * 1.02 else f"{worker:,.0f} (all {tree:,.0f})"


def _one(figures: Mapping[str, Figure], name: str, form: str) -> str:
    return _plain(figures[name].median if name in figures else None, form)


def _plain(number: float | None, form: str) -> str:
    return NOTHING if number is None else form.format(number)


def _markdown(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    made = []
    for number, line in enumerate(lines):
        cells = [
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        made.append("| " + " | ".join(cells) + " |")
        if not number:
            made.append(
                "|" + "|".join("-" * (width + 1) + (":" if place else "-") for place, width in enumerate(widths)) + "|"
            )
    return "\n".join(made)
