"""Pages in a real browser: they ask for nothing, axe finds nothing, nothing is cut off, on a screen or on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from comity.posture.replay.page import html
from tests.charts.browser import (
    A4,
    A4_INSIDE,
    Scheme,
    chromium,
    cut_words,
    opened,
    overlapping,
    printed,
    too_wide,
    unfold,
    violations,
)
from tests.charts.posture_pages import PAGES
from tests.charts.test_page import MARKUP, whole
from tests.posture.replay.reported import REPORT

COMMAND = "comity replay -c comity.yaml --log .comity/log --scenario us-compulsion.yaml --html report.html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module", params=["replay", "gallery", *PAGES])
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = {
        **PAGES,
        "replay": lambda: html(REPORT, COMMAND, [("log", "9f86d081" * 8)]),
        "gallery": lambda: whole(MARKUP),
    }
    path = tmp_path_factory.mktemp("pages") / f"{request.param}.html"
    path.write_text(made[request.param](), "utf-8")
    return path


@pytest.mark.parametrize(("scheme", "wide"), [("light", 390), ("dark", 1000)], ids=["telephone", "desk"])
def test_nothing_is_asked_for_and_axe_finds_nothing(browser: Any, file: Path, scheme: Scheme, wide: int) -> None:
    with opened(browser, file, scheme, wide) as found:
        assert found.asked == [] and found.said == []
        assert violations(found.page) == []
        assert too_wide(found.page) == []
        ground = found.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 29)"}[scheme]


def test_words_of_pictures_neither_leave_them_nor_lie_over_each_other(browser: Any, file: Path) -> None:
    with opened(browser, file) as found:
        assert cut_words(found.page) == []
        assert overlapping(found.page) == []


def test_it_prints_on_a4_without_a_cut(browser: Any, file: Path) -> None:
    with opened(browser, file, "dark", A4_INSIDE) as found:
        unfold(found.page, False)  # paper has all tables nevertheless
        found.page.emulate_media(media="print")
        assert too_wide(found.page) == [] and cut_words(found.page) == []
        assert found.page.locator("details table").first.evaluate("each => each.getBoundingClientRect().height") > 20
        sizes = printed(found.page)
        assert len(sizes) >= 3 and set(sizes) == {A4}


def test_a_page_that_did_ask_would_be_seen(browser: Any, tmp_path: Path) -> None:
    """The tests above would fail: a script and a picture from elsewhere are asked for, or refused aloud."""
    path = tmp_path / "bad.html"
    path.write_text(
        '<!doctype html><html lang="en"><title>t</title><img src="http://127.0.0.1:9/x"><script>nowhere()</script>'
    )
    with opened(browser, path) as found:
        assert found.asked == ["http://127.0.0.1:9/x"]
        assert any("nowhere" in each for each in found.said)
        assert any(each.startswith("image-alt") for each in violations(found.page))
