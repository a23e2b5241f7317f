"""What a page of a replay says: the answer first, every number from the report, nothing that the report does not know."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from comity.charts.chart import Chart, Table
from comity.charts.page import Section
from comity.posture.replay.answer import answer
from comity.posture.replay.page import html
from comity.posture.replay.page_parts import loads
from comity.posture.replay.report import Amounts, Counts, Label, Point, Report, Spread, Swept
from comity.posture.replay.sweep_told import by_value
from tests.posture.replay.reported import REPORT, line

NOTHING = Report("none", "Nothing at all", line(""))
SAME = Report("same", "As it was", line("", as_before=7, still_refused=2))


def test_the_answer_is_two_sentences() -> None:
    happens, why = answer(REPORT)
    assert happens == (
        "Of 18,714 requests that were served, 48.6 % go where they went, 22.4 % go to another deployment, 25.2 % (4,711) "
        "are refused and 713 are permitted but find no room."
    )
    assert why == (
        "Most of the loss hangs on columbia (supplier), with a part in 86.9 % of it; 2 steps would bring back "
        "79.3 %, the first of them 57.2 %: sign standard contractual clauses (module 2) with columbia for "
        "frankfurt-gpt; state a transfer impact assessment."
    )


@pytest.mark.parametrize(
    ("report", "happens", "why"),
    [
        (NOTHING, "The log holds no requests", "nothing to compare"),
        (SAME, "All 7 requests that were served go where they went.", "Nothing was changed, and nothing is lost."),
        (replace(SAME, changes=("x",)), "All 7 requests", "Nothing is lost."),
        (
            replace(SAME, total=line("", still_refused=3, admitted=2)),
            "None of 5 requests had been served; 2 would be now",
            "Nothing",
        ),
        (
            replace(SAME, total=line("", refused=3)),
            "Of 3 requests that were served, 100 % (3) are refused.",
            "no single step",
        ),
    ],
)
def test_answers_at_the_edges(report: Report, happens: str, why: str) -> None:
    first, second = answer(report)
    assert happens in first and why in second


@pytest.mark.parametrize("report", [NOTHING, SAME, REPORT], ids=lambda report: report.scenario)
def test_every_report_is_a_page(report: Report) -> None:
    text = html(report)
    assert text.startswith("<!doctype html>") and report.title in text and "None" not in text
    assert html(report) == text


def test_sections_come_in_the_order_of_a_readers_questions() -> None:
    text = html(REPORT, "comity replay -c comity.yaml", [("log", "9f86")])
    assert re.findall(r'<h2 id="[^"]+">([^<]+)', text) == [
        "Before and after",
        "Who is hit",
        "Why",
        "What would repair it",
        "Load and capacity",
        "Cost, time, energy and carbon by application",
        "How to read this, and what was assumed",
        "Sources, and how to make this again",
    ]
    for said in ("comity replay -c comity.yaml", "9f86", "Art. 46(1) GDPR", "2027-01-01", *REPORT.notes, "C-311/18"):
        assert said in text


def test_a_latency_that_is_not_known_is_not_nought() -> None:
    none = Amounts(3)
    text = html(replace(SAME, total=replace(SAME.total, counts=Counts(as_before=3), before=none, after=none)))
    row = re.search(r"time to the first byte, mean</th>(.*?)</tr>", text)
    assert row and row[1].count("not known") == 3


def test_a_load_without_a_capacity_is_not_known_and_a_month_without_traffic_is_nought() -> None:
    charts, _ = loads(REPORT.loads)
    assert [isinstance(chart, Chart) for chart in charts] == [True]
    assert {row[0]: row[1:] for row in charts[0].table.rows} == {
        "frankfurt-gpt": ("0 %", "0 %", "0 %"),
        "lyon-local": ("not known",) * 3,
        "paris-mistral": ("70 %", "130 %", "99 %"),
    }


def test_a_model_of_the_future_comes_first_and_a_replay_without_changes_is_left_out() -> None:
    future = [Section("What it comes to", "The end.", (), [("Figures", Table(("", "n"), (("one", "1"),)))])]
    text = html(SAME, "", (), future, "The end.")
    assert text.count("The end.") == 1 and "Before and after" not in text and "placed as before" not in text
    text = html(REPORT, "", (), future, "The end.")
    assert text.index("The end.") < text.index("What it comes to") < text.index("Before and after")


def test_a_sweep_is_a_table_of_what_moves() -> None:
    values = ("1", "20000000")
    points = tuple(Point({"changes[0].demand.factor": n}, {"lost": n, "margin": "7"}) for n in values)
    labels = {"lost": Label("requests lost"), "cost": Label("cost", "EUR", "0.000000001")}
    text = html(replace(REPORT, swept=Swept(points, (), labels)))
    assert "changes[0].demand.factor" in text and "By demand factor" in text and ">margin<" not in text
    assert (
        '<th scope="row" class="brief">requests lost</th><td class="number">1</td><td class="number">20,000,000</td>'
        in text
    )
    drawn = html(replace(REPORT, swept=Swept(points, (Spread("cost", {"0.05": "1e9", "0.5": "25e9"}),), labels)))
    assert "Over 2 draws of demand factor" in drawn and ">5 %</th>" in drawn and ">median</th>" in drawn
    assert '<th scope="row" class="brief">cost, EUR</th><td class="number">1</td><td class="number">25</td>' in drawn
    many = tuple(Point({"future.own.price": str(n)}, {"lost": str(n)}) for n in range(9))
    assert '<th scope="row" class="brief">8</th><td class="number">8</td>' in html(replace(REPORT, swept=Swept(many)))
    same = html(replace(REPORT, swept=Swept((points[0], points[0]))))
    assert "Nothing changes with demand factor" in same


def test_what_the_stack_wants_said_stands_at_the_head_and_once() -> None:
    said = "A made log: cases are assigned, not observed."
    text = html(replace(REPORT, notice=said, notes=(said, *REPORT.notes)))
    assert text.count(said) == 1 and text.index(said) < text.index("<section")
    assert REPORT.notes[0] in text


def test_a_sweep_of_one_value_says_what_comes_of_it() -> None:
    swept = Swept((Point({"changes[0].demand.factor": "3"}, {"refused": "7"}),), (), {"refused": Label("refused")})
    page = html(replace(SAME, swept=swept), "comity replay")
    assert "at one value of demand factor" in page and "Nothing changes with" not in page
    assert by_value(swept).rows == (("refused", "7"),)


def test_tiles_are_parts_of_what_the_answer_speaks_of() -> None:
    counts = {"as_before": 3, "re_placed": 1, "refused": 2, "admitted": 1, "still_refused": 3}
    page = html(replace(SAME, total=line("", **counts)), "comity replay")
    assert "50 % go where they went" in page and "<b>50 %</b><span>placed as before</span>" in page
    assert "<small>2 of 6 requests that were served</small>" in page
    assert "<b>25 %</b><span>admitted now</span><small>1 of 4 requests that were refused</small>" in page
    nobody = html(replace(SAME, total=line("", still_refused=3)), "comity replay")
    assert "placed as before" not in nobody and "<b>not known</b>" not in nobody
