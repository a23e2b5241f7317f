"""From measurements to the table: medians, ratios, marks, goals."""

from __future__ import annotations

from bench.compare.figures import gathered, ratio, speed, thrift, value
from bench.compare.goals import goals
from bench.compare.profile import rendered as profile
from bench.compare.soak import judged
from bench.compare.table import rendered, rendered_goals

NGINX = {"per_s_64": 40_000.0, "busy_64": 0.99, "cpu_us_64": 25.0}
COMITY = {
    "per_s_64": 10_000.0,
    "busy_64": 0.80,
    "cpu_us_64": 80.0,
    "added_p50_ms": 0.9,
    "rate": 1000.0,
    "sync_p50": 0.14,
    "sync_p99": 0.33,
    "rss_mb": 60.0,
    "rss_tree_mb": 120.0,
}


def test_a_figure_is_the_median_of_the_rounds_that_have_it() -> None:
    figures = gathered([{"a": 3.0}, {"a": 1.0, "b": 7.0}, {"a": 9.0}])
    assert (figures["a"].median, figures["a"].low, figures["a"].high, figures["b"].values) == (3.0, 1.0, 9.0, (7.0,))


def test_ratios_by_speed_and_by_cpu_time() -> None:
    made = {"nginx": gathered([NGINX]), "comity": gathered([COMITY])}
    assert speed(made, "comity", "nginx") == 0.25
    assert thrift(made, "comity", "nginx") == 25 / 80
    assert ratio(made, "per_s_64", "comity", "litellm") is None
    assert value(made, "litellm", "per_s_64") is None


def test_the_table_marks_what_was_not_the_gateways_limit() -> None:
    made = {"nginx": gathered([NGINX]), "comity": gathered([COMITY, {**COMITY, "per_s_64": 11_000.0}, COMITY])}
    lines = rendered(made, {"nginx": "nginx", "comity": "Comity", "absent": "Absent"}).splitlines()
    assert len(lines) == 4
    assert len({len(line) for line in lines}) == 1
    cells = [cell.strip() for cell in lines[3].split("|")[1:-1]]
    assert cells[:6] == ["Comity", "10,000 ± 10% *", "–", "80.0", "0.250", "0.312"]
    assert cells[-3:] == ["60 (all 120)", "–", "0.14 / 0.33"]
    assert lines[2].split("|")[2].strip() == "40,000"


def test_a_slower_rate_is_said() -> None:
    made = {"litellm": gathered([{"added_p50_ms": 9.0, "rate": 30.0}])}
    assert "9.00 at 30/s" in rendered(made, {"litellm": "LiteLLM"})


def test_goals_are_reached_missed_or_not_measured() -> None:
    made = {"nginx": gathered([NGINX]), "comity": gathered([COMITY])}
    found = {goal.says: goal.reached for goal in goals(made)}
    assert found["durable, 64 connections, against nginx"] is True
    assert found["p50 added at 1,000/s: 2 fdatasync + 0.5 ms"] is False
    assert found["durable, 64 connections, against LiteLLM"] is None
    assert rendered_goals(goals(made)).count("**missed**") == 1


def test_a_soak_says_what_was_gained_at_its_end() -> None:
    steady = [(float(at), 50.0 if at < 100 else 60.0) for at in range(0, 610, 10)]
    assert (judged(steady).most, judged(steady).gained) == (60.0, 0.0)
    growing = [(float(at), 50.0 + at / 10) for at in range(0, 610, 10)]
    assert 20 <= judged(growing).gained <= 30


def test_a_profile_by_function() -> None:
    text = profile(
        ["main (a.py:1);work (b.py:2) 30", "main (a.py:1);work (b.py:9) 50", "main (a.py:1) 20", "noise"], 100.0
    )
    assert text.splitlines()[1].split() == ["80.0%", "80.00", "80.0%", "work", "(b.py)"]
    assert text.splitlines()[2].split() == ["20.0%", "20.00", "100.0%", "main", "(a.py)"]
