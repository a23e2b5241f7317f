"""One of each chart with what is hard to draw: nothing, too little, too much, long names, other scripts, markup."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from comity.charts.bars import before_after
from comity.charts.chart import Chart
from comity.charts.columns import columns
from comity.charts.heatmap import heatmap
from comity.charts.lorenz import lorenz
from comity.charts.palette import BLUE, GREY, ORANGE, UNKNOWN, VERMILLION
from comity.charts.radar import radar
from comity.charts.ranks import ranks
from comity.charts.sankey import sankey
from comity.charts.series import Band, Line, series
from comity.charts.shares import shares

MARKUP = '<img src="https://evil.example/x" onerror=alert(1)>&amp;'
LONG = "an-application-whose-name-nobody-had-the-courage-to-shorten"
NAMES = ("triage", LONG, "医療記録の要約", "ترجمة الرسائل", MARKUP, "हिन्दी सेवा")


def _before_after() -> Chart:
    values = ((12_000, 6_000), (None, 3), (400, -900), (0, 0), (0, 10**4), (Decimal("0.05"), Decimal("7000.25")))
    rows = [(name, *pair) for name, pair in zip(NAMES, values, strict=True)]
    return before_after("Requests, as nobody would wish them", rows, "requests", "made for this test")


def _shares() -> Chart:
    rows = [
        ("triage", (8_000, 2_000, 1_500, 500, 3)),
        (LONG, (1, 0, 0, 0, 0)),
        ("none at all", (0, 0, 0, 0, 0)),
        (MARKUP, (None, 1, 2, 3, 0)),
    ]
    parts = ("as before", "re-placed", "without room", "refused", "not decided")
    return shares("What became of them", parts, rows, hues=(GREY, BLUE, ORANGE, VERMILLION, UNKNOWN))


def _ranks() -> Chart:
    rows = [("eu.gdpr/transfer-needs-instrument", 4_711), (MARKUP, None), (LONG, -12), ("nothing", 0)]
    return ranks("Rules that refuse", rows, "requests", of=5_000)


def _columns() -> Chart:
    rows = [("2020", Decimal("4.4")), ("2021", None), ("2022", 0), ("2023", Decimal("-22.1")), ("2024", 10**20)]
    return columns(
        "By year", rows, "USD bn", "made up", ["200", "273", "", "a note that is too long for its place", "1"]
    )


def _sankey() -> Chart:
    chains: list[tuple[tuple[str | None, ...], int | None]] = [
        (("nvidia-h100", "paris", "triage"), 5_200),
        (("nvidia-h100", "frankfurt", LONG), 3_100),
        ((None, "abu dhabi", MARKUP), 900),
        ((None, None, "triage"), None),
        (("mi300x", "paris", "nothing"), 0),
        *((("nvidia-h100", f"site {n}", "triage"), n) for n in range(1, 15)),
    ]
    return sankey("Chains", ("chip", "site", "application"), chains, "requests")


def _heatmap_of_levels() -> Chart:
    rows = [("United States", (3, 3, 3, 3)), ("한국", (2, 2, 0, None)), (MARKUP, (3, 1, 0, 0))]
    heads = ("L1 compute", "L2 models", "L3 middleware and a heading that wraps", "L4")
    return heatmap("Nations by layer", heads, rows, ("absent", "thin", "credible", "dense"))


def _heatmap_of_figures() -> Chart:
    rows = [("US", (0.97, -0.4, 1e9)), ("FR", (0, 0.6, None)), (LONG, (None, None, None))]
    return heatmap("Shares", ("chip", "operator", "model"), rows)


def _radar_names() -> Chart:
    axes = ("compute", "models", "middleware")
    shapes = [(LONG, (3, 3, None)), (f"{LONG}-again", (2, 1, 0)), ("short", (1, 1, 1))]
    return radar("Names of any length", axes, shapes, 4)


def _radar() -> Chart:
    axes = ("infrastructure", "models", "governance architecture of the state", "regulation", "language and culture")
    return radar("Dimensions of control", axes, [("France", (3, 3, 1, 4, 3)), (MARKUP, (2, 2, None, 0, 4))], 4)


def _series() -> Chart:
    months = [f"{2027 + n // 12}-{n % 12 + 1:02}" for n in range(24)]
    capacity = Line(
        "capacity",
        [100 - 2 * n for n in range(24)],
        (Band("10 to 90 %", [90 - 3 * n for n in range(24)], [108 - n if n != 12 else None for n in range(24)]),),
    )
    demand = Line(LONG, [40 + 3 * n if n not in {8, 9, 11} else None for n in range(24)])
    marks = (("2027-06", "election"), ("2028-08", "procurement begins again"))
    lower = Line("demand, if less", [39 + 3 * n for n in range(24)])  # whose name would lie over the one before
    lines = [capacity, demand, lower, Line("nothing", [None] * 24)]
    return series("Service by month", months, lines, "requests/s", "", marks)


def _short_series() -> Chart:
    return series("A lead that goes", ("2025-01", "2026-01", "2027-01"), [Line("lead", (7, 2, None))])


def _lorenz() -> Chart:
    holdings = [("rounds", (1, 2, 3, 4, 100)), ("all alike", (1,) * 20), (MARKUP, (None, None)), ("none", (0, 0))]
    return lorenz("Concentration", holdings, "made up", "companies", "funding")


def _empty() -> Chart:
    return before_after("Nothing at all", [])


GALLERY: dict[str, Callable[[], Chart]] = {
    "before-after": _before_after,
    "shares": _shares,
    "ranks": _ranks,
    "columns": _columns,
    "sankey": _sankey,
    "heatmap-levels": _heatmap_of_levels,
    "heatmap-figures": _heatmap_of_figures,
    "radar": _radar,
    "radar-names": _radar_names,
    "series": _series,
    "series-short": _short_series,
    "lorenz": _lorenz,
    "empty": _empty,
}
